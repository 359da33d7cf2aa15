/* sync - asks for a round with a workspace's sources, and tells how they stand. */
#include "base/settings.h"
#include "work/access.h"
#include "work/source_report.h"
#include "world/http_server.h"

static handler show, ask;

int main(void)
{
	return serve("sync", ROUTES({"GET", "/api/clients/{id}/sync", .handler = show},
				     {"POST", "/api/clients/{id}/sync", .handler = ask}));
}

static bool report(struct request *request, int64_t workspace, json_t **made, struct fail *f)
{
	return source_report_take(
		request->arena, request->db, workspace, request->settings->sync_seconds * 1000, made, f);
}

static bool show(struct request *request, struct reply *reply, struct fail *f)
{
	int64_t workspace;
	json_t *made;

	return access_check(request->db, request_parameter(request, "HTTP_AUTHORIZATION"),
		       request_segment(request, "id"), TO_READ, &workspace, f)
	       && report(request, workspace, &made, f) && reply_report_take(reply, made, f);
}

/* The worker does it: a round takes longer than anybody waits for an answer. */
static bool ask(struct request *request, struct reply *reply, struct fail *f)
{
	int64_t workspace;
	size_t asked;
	json_t *made;

	if (!access_check(request->db, request_parameter(request, "HTTP_AUTHORIZATION"), request_segment(request, "id"),
		    TO_WRITE, &workspace, f)
		|| !source_ask(request->arena, request->db, workspace, &asked, &reply->retry_after_s, f)
		|| !report(request, workspace, &made, f))
		return false;
	json_object_set_new(made, "asked", json_integer((json_int_t)asked));
	return reply_json_take(reply, 202, made, f);
}
