/* bookings - every booking of a workspace with a summary. */
#include "work/access.h"
#include "work/bookings_report.h"
#include "world/db.h"
#include "world/http_server.h"

static handler show;

int main(void)
{
	return serve("bookings", ROUTES({"GET", "/api/clients/{id}/bookings", .handler = show}));
}

struct stream {
	struct request *request;
	struct reply *reply;
};

static bool write_to(void *context, const char *bytes, size_t length, struct fail *f)
{
	struct stream *stream = context;

	return (stream->reply->streaming
		       || reply_stream_begin(
			       stream->request, stream->reply, "text/csv; charset=utf-8", "bookings.csv", f))
	       && reply_write(stream->request, bytes, length, f);
}

static bool show(struct request *request, struct reply *reply, struct fail *f)
{
	struct bookings_question question;
	int64_t workspace;
	json_t *report;

	db_serve(request->db, request->fcgi.ipcFd);
	if (!access_check(request->db, request_parameter(request, "HTTP_AUTHORIZATION"), request_segment(request, "id"),
		    TO_READ, &workspace, f)
		|| !bookings_question_read(request->arena, &request->query, workspace, &question, f))
		return false;
	if (question.csv)
		return bookings_report_csv(request->db, &question, write_to, &(struct stream){request, reply}, f);
	return bookings_report_take(request->arena, request->db, &question, &report, f)
	       && reply_report_take(reply, report, f);
}
