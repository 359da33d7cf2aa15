/* lead_keys - where to look for an attendee among very many leads: 64-bit keys that both have when they may be one. */
#ifndef DOMAIN_LEAD_KEYS_H
#define DOMAIN_LEAD_KEYS_H

#include "domain/person.h"

#include <stddef.h>
#include <stdint.h>

enum {
	LEAD_KEYS = 32,         /* at most, of a lead */
	ATTENDEE_KEYS = 80,     /* at most, of an attendee */
	LEAD_KEYS_PER_KEY = 65, /* what a search needs of one key: above 64 it says too little */
	LEAD_CANDIDATES = 100,  /* what a search needs of all: those with most keys in common, then by lead */
};

/* Stored with the lead, in its workspace; an index of keys is made anew when LEAD_KEYS_VERSION changes. Each once, in
 * no order. Return their number. Same mailbox is no key: the caller looks it up beside (address.mailbox_key). */
enum { LEAD_KEYS_VERSION = 1 };

size_t lead_keys(const struct person *lead, uint64_t keys[static LEAD_KEYS]);
size_t attendee_keys(const struct person *attendee, uint64_t keys[static ATTENDEE_KEYS]);

#endif
