/* guesses - attendees about whom nothing is certain, and what the engine made of them. */
#ifndef STORE_GUESSES_H
#define STORE_GUESSES_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/scope.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;

/* Somebody to be looked for among the leads. Strings are borrowed from the rows; NULL: not said. */
struct uncertain {
	int64_t workspace_id;
	const char *uid, *email_key;
	const char *email, *name, *phone, *company, *timezone, *notes, *title;
	struct instant booked_at;
	const char *inputs; /* changes whenever any of these does */
};

/* uids: JSON array of bookings. model: of the engine that would look now. */
bool guesses_due_of(struct db *, struct arena *, int64_t workspace, const char *uids, const char *model, int64_t limit,
	struct uncertain **, size_t *count, struct fail *) MUST_CHECK;

/* Of the whole workspace. */
bool guesses_due(struct db *, struct arena *, int64_t workspace, const char *model, int64_t limit, struct uncertain **,
	size_t *count, struct fail *) MUST_CHECK;

/* All workspaces that have leads. */
bool guesses_workspaces(struct db *, struct arena *, int64_t **, size_t *count, struct fail *) MUST_CHECK;

struct guess {
	const char *model;
	int64_t epoch;       /* of the leads among which was looked (store/known_leads) */
	const char *lead_id; /* NULL: nobody, or a person is to decide */
	double probability;
	const char *because;
};

/* *put becomes false when the attendee or the leads have changed meanwhile. */
bool guesses_put(struct db *, const struct uncertain *, const struct guess *, bool *put, struct fail *) MUST_CHECK;

#endif
