/* signature - was this body sent by somebody who has the connection's secret? Hex of HMAC-SHA256, as Cal.com has it. */
#ifndef DOMAIN_SIGNATURE_H
#define DOMAIN_SIGNATURE_H

#include "base/fail.h"
#include "base/scope.h"
#include "base/secret.h"

#include <stddef.h>

/* Lower- or upper-case hex, a leading "sha256=" allowed. Compared in constant time with each of the secrets; those of
 * length 0 never fit. FAIL_DENIED "signature_missing" when header is NULL or empty, else "signature_wrong". */
bool signature_check(
	struct bytes body, const char *header, const struct bytes *secrets, size_t count, struct fail *) MUST_CHECK;

#endif
