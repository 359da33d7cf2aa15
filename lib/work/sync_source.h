/* sync_source - how people call a source. */
#ifndef WORK_SYNC_SOURCE_H
#define WORK_SYNC_SOURCE_H

/* kind: as connections have it, "calcom" or "emailbison". */
const char *sync_source_name(const char *kind); /* "Cal.com" */

#endif
