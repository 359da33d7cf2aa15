/* emailbison - rows and webhooks of EmailBison as typed structs, whichever of their shapes they came in. Pure.
 * Shapes: numbers as numbers or texts, times with or without a zone, objects wrapped in "data" or not. Nothing in here
 * is an error but a row that does not say what it is about; the rest counts as not said. */
#ifndef DOMAIN_EMAILBISON_H
#define DOMAIN_EMAILBISON_H

#include "base/instant.h"
#include "base/json.h"
#include "base/maybe.h"
#include "base/scope.h"
#include "domain/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum {
	BISON_ID_BYTES = 100,
	BISON_WORD_BYTES = 100,  /* of states, labels, types; longer ones are cut */
	BISON_TEXT_BYTES = 1000, /* of names and the like; likewise */
	BISON_MEMBERSHIPS = 500, /* of one lead */
};

/* Strings are borrowed from the JSON or the arena; NULL: not said. Counts: -1: not said. Times: us 0: not said. */

struct bison_campaign {
	const char *id;
	const char *name, *state;
	struct instant began_at;
	int64_t emails_sent;
};

struct bison_membership {
	const char *campaign_id;
	const char *state;
	bool replied, bounced; /* what the state says */
	int64_t emails_sent;
};

struct bison_lead {
	const char *id;
	struct address address;
	const char *first_name, *last_name, *company, *title, *phone, *website;
	struct instant changed_at;
	struct bison_membership *memberships;
	size_t membership_count;
};

struct bison_reply {
	const char *id, *lead_id, *campaign_id;
	struct instant received_at, changed_at; /* always said: one stands for the other */
	enum maybe interested, automated;
	const char *type;
	bool human; /* a person replied to the campaign: tracked, not automated */
	bool bounce, outgoing;
};

struct bison_email {
	const char *campaign_id;
	struct instant sent_at;
	struct bison_lead lead;
};

/* A webhook, or what /events has of one. */
struct bison_event {
	const char *type;         /* in capitals */
	const char *workspace_id; /* of EmailBison */
	const char *number;       /* of the campaign_event */
	bool has_lead, has_campaign, has_reply;
	struct bison_lead lead; /* with this campaign as its only membership, where both are named */
	struct bison_campaign campaign;
	struct bison_reply reply;
	struct instant sent_at;  /* of the e-mail that it is about */
	struct instant happened; /* of the campaign_event */
};

/* These return false for a row that cannot be used: no id, no address, no time. */
bool bison_campaign_read(struct arena *, const json_t *row, struct bison_campaign *) MUST_CHECK;
bool bison_lead_read(struct arena *, const json_t *row, struct bison_lead *) MUST_CHECK;
bool bison_reply_read(struct arena *, const json_t *row, struct bison_reply *) MUST_CHECK;
bool bison_email_read(struct arena *, const json_t *row, struct bison_email *) MUST_CHECK;

/* Of a delivery, or a row of /events. False when it names no type. */
bool bison_event_read(struct arena *, const json_t *body, struct bison_event *) MUST_CHECK;

/* The object with "event" and "data", however often it was wrapped. Borrowed. */
const json_t *bison_envelope(const json_t *body);

/* The next value of a daily series; *at starts as {0}. False at the end. Values that are none are passed over and
 * counted. */
struct bison_value {
	const char *label; /* a known one in its own spelling */
	const char *day;   /* 2026-01-31 */
	int64_t value;
	size_t at_series, at_day, odd;
};
bool bison_value_next(struct arena *, const json_t *answer, struct bison_value *at);

/* The id of the workspace that a token is bound to, from GET /users or a list of workspaces; NULL: it does not say. */
const char *bison_workspace(struct arena *, const json_t *answer);

/* An answer's rows: under "data", or the answer itself. NULL: neither is a list. */
json_t *bison_rows(const json_t *answer);

/* Whether we know what a word means. */
enum bison_vocabulary { BISON_LABEL, BISON_CAMPAIGN_STATE, BISON_LEAD_STATE, BISON_REPLY_TYPE, BISON_EVENT_TYPE };
bool bison_knows(enum bison_vocabulary, const char *word);

/* An id as EmailBison writes them, number or text, as text; NULL when it is none. */
const char *bison_id(struct arena *, const json_t *value);

/* A count, number or text; -1 when it is none. */
int64_t bison_count(const json_t *value);

#endif
