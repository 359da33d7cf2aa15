/* review - attendees without a lead: a person looks at them, links, dismisses and unlinks. */
#include "work/review.h"
#include "work/access.h"
#include "work/review_list.h"
#include "world/http_server.h"

static handler list, link_item, dismiss_item, unlink_item;

int main(void)
{
	return serve("review", ROUTES({"GET", "/api/clients/{id}/unmatched", .handler = list},
				       {"POST", "/api/clients/{id}/unmatched/{item}/link", .handler = link_item},
				       {"POST", "/api/clients/{id}/unmatched/{item}/dismiss", .handler = dismiss_item},
				       {"POST", "/api/clients/{id}/unmatched/{item}/unlink", .handler = unlink_item}));
}

static bool list(struct request *request, struct reply *reply, struct fail *f)
{
	struct review_question question;
	int64_t workspace;
	json_t *page;

	return access_check(request->db, request_parameter(request, "HTTP_AUTHORIZATION"),
		       request_segment(request, "id"), TO_READ, &workspace, f)
	       && review_question_read(request->arena, &request->query, workspace, &question, f)
	       && review_list_take(request->arena, request->db, &question, &page, f)
	       && reply_report_take(reply, page, f);
}

static json_t *match_json(const struct review_standing *s)
{
	return s->match_method ? json_pack("{s:s, s:f, s:s?}", "method", s->match_method, "probability",
		       s->match_probability, "because", s->match_because)
			       : json_null();
}

static bool decide(struct request *request, struct reply *reply, struct review *review, struct fail *f)
{
	struct reviewed reviewed;

	return review_decide(request->arena, request->db, review, &reviewed, f)
	       && reply_json_take(reply, 200,
		       json_pack("{s:s, s:s, s:b, s:s?, s:s?, s:o}", "item", review->item, "booking_uid", reviewed.uid,
			       "changed", (int)reviewed.changed, "decision", reviewed.standing.decision, "lead_id",
			       reviewed.standing.lead_id, "match", match_json(&reviewed.standing)),
		       f);
}

static bool may_decide(struct request *request, struct review *review, struct fail *f)
{
	review->item = request_segment(request, "item");
	return access_check_actor(request->arena, request->db, request_parameter(request, "HTTP_AUTHORIZATION"),
		request_segment(request, "id"), TO_WRITE, &review->workspace, &review->actor, f);
}

/* {"lead_id": "..."} */
static bool lead_of_body(struct request *request, const char **lead_id, struct fail *f)
{
	enum { LIMIT_BYTES = 16 * 1024 }; /* as in turnout.conf */
	struct bytes body;
	const char *said;
	json_t *json;

	if (!request_body(request, LIMIT_BYTES, &body, f)
		|| !json_parse_take((const char *)body.at, body.length, &json, f))
		return false;
	said = json_text_at(json, "lead_id");
	*lead_id = said && *said ? arena_string(request->arena, said) : NULL;
	json_decref(json);
	return *lead_id || fail(f, FAIL_INPUT, "lead_id_missing", "expected {\"lead_id\": \"...\"}, a text");
}

static bool link_item(struct request *request, struct reply *reply, struct fail *f)
{
	struct review review = {.decision = REVIEW_LINK};

	return may_decide(request, &review, f) && lead_of_body(request, &review.lead_id, f)
	       && decide(request, reply, &review, f);
}

static bool dismiss_item(struct request *request, struct reply *reply, struct fail *f)
{
	struct review review = {.decision = REVIEW_DISMISS};

	return may_decide(request, &review, f) && decide(request, reply, &review, f);
}

static bool unlink_item(struct request *request, struct reply *reply, struct fail *f)
{
	struct review review = {.decision = REVIEW_UNLINK};

	return may_decide(request, &review, f) && decide(request, reply, &review, f);
}
