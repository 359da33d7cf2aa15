/* sender_file - the known connections, sealed in a file, for a program that starts while the database is away. */
#ifndef WORK_SENDER_FILE_H
#define WORK_SENDER_FILE_H

#include "base/fail.h"
#include "base/scope.h"
#include "base/secret.h"

#include <stddef.h>
#include <stdint.h>

struct arena;

enum { SENDER_LIMIT = 1000 }; /* connections kept */

/* How one shows who he is. */
enum sender_kind {
	SENDER_CALCOM,     /* signs the body */
	SENDER_EMAILBISON, /* cannot sign; the secret is in the path */
};

struct sender {
	int64_t workspace_id, connection_id;
	enum sender_kind kind;
	bool unsigned_;
	struct bytes secrets[2];
};

/* Writes only what differs from what was written before, of which `written` is the digest. A failure is logged: the
 * file is a help, not a need. directory "": nowhere. */
void sender_file_write(const char *directory, const struct secret_key *, const struct sender *, size_t count,
	unsigned char written[static DIGEST_BYTES]);

bool sender_file_read(struct arena *, const char *directory, const struct secret_key *, struct sender **, size_t *count,
	struct fail *) MUST_CHECK;

#endif
