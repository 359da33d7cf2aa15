/* funnel - the funnel of a workspace, per campaign and in total. */
#include "work/access.h"
#include "work/funnel_report.h"
#include "world/http_server.h"

static handler show;

int main(void)
{
	return serve("funnel", ROUTES({"GET", "/api/clients/{id}/funnel", show}));
}

static bool show(struct request *request, struct reply *reply, struct fail *f)
{
	struct funnel_question question;
	int64_t workspace;
	json_t *report;

	return access_check(request->db, request_parameter(request, "HTTP_AUTHORIZATION"),
		       request_segment(request, "id"), TO_READ, &workspace, f)
	       && funnel_question_read(request->db, &request->query, workspace, &question, f)
	       && funnel_report_take(request->arena, request->db, &question, &report, f)
	       && reply_report_take(reply, report, f);
}
