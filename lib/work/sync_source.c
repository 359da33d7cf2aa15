/* sync_source - how people call a source. */
#include "work/sync_source.h"

#include <string.h>

const char *sync_source_name(const char *kind)
{
	return strcmp(kind, "calcom") == 0 ? "Cal.com" : "EmailBison";
}
