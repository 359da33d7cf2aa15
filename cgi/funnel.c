/* funnel - the funnel of a workspace, grouped and in total, and what is behind each of its numbers. */
#include "base/settings.h"
#include "work/access.h"
#include "work/funnel_explained.h"
#include "work/funnel_report.h"
#include "world/db.h"
#include "world/http_server.h"

static handler show;

int main(void)
{
	return serve("funnel", ROUTES({"GET", "/api/clients/{id}/funnel", .handler = show}));
}

static bool report(struct request *request, int64_t workspace, json_t **report, struct fail *f)
{
	struct funnel_question question;

	return funnel_question_read(request->db, &request->query, workspace, &question, f)
	       && funnel_report_take(
		       request->arena, request->db, &question, request->settings->sync_seconds * 1000, report, f);
}

static bool explain(struct request *request, int64_t workspace, json_t **report, struct fail *f)
{
	struct explain_question question;

	return explain_question_read(request->arena, request->db, &request->query, workspace, &question, f)
	       && explain_report_take(request->arena, request->db, &question, report, f);
}

static bool show(struct request *request, struct reply *reply, struct fail *f)
{
	int64_t workspace;
	json_t *made;

	db_serve(request->db, request->fcgi.ipcFd);
	return access_check(request->db, request_parameter(request, "HTTP_AUTHORIZATION"),
		       request_segment(request, "id"), TO_READ, &workspace, f)
	       && (explain_asked(&request->query) ? explain : report)(request, workspace, &made, f)
	       && reply_report_take(reply, made, f);
}
