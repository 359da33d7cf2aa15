/* link - `turnout link`: a booking link by which the lead is known again, whatever address is typed. */
#include "command/command.h"
#include "domain/lead_reference.h"
#include "store/known_leads.h"

#include <stdio.h>

bool link_print(struct session *session, int argc, char **argv, struct fail *f)
{
	const char *lead = NULL, *url = NULL, *reference, *link;
	struct known_lead found;
	struct secret_key key;
	int64_t workspace = 0;

	if (!options_read(argc, argv,
		    OPTIONS({"workspace", NUMBER, true, &workspace}, {"lead", TEXT, true, &lead},
			    {NULL, TEXT, true, &url}),
		    f)
		|| !session_key(session, &key, f) || !known_leads_find(session->db, workspace, lead, &found, f))
		return false;
	reference = lead_reference_make(session->arena, &key, workspace, lead);
	if (!reference)
		return fail(f, FAIL_INPUT, "lead_id_too_long",
			"the lead_id is longer than %d bytes, which no link can carry", LEAD_REFERENCE_ID_LIMIT);
	link = lead_reference_link(session->arena, url, reference);
	if (!link)
		return fail(f, FAIL_INPUT, "usage", "\"%.80s\" is no URL such as https://cal.com/ann/intro", url);
	puts(link);
	return true;
}
