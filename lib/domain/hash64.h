/* hash64 - 64 bits that stand for a string: in the compiled lists, and in the keys that the database keeps. */
#ifndef DOMAIN_HASH64_H
#define DOMAIN_HASH64_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a with the final mix of MurmurHash3, because the top bits of FNV alone are poor. Stored keys depend on it: it
 * never changes. */
static inline uint64_t hash64_more(uint64_t hash, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static inline uint64_t hash64_mixed(uint64_t hash)
{
	hash = (hash ^ (hash >> 33)) * UINT64_C(0xff51afd7ed558ccd);
	hash = (hash ^ (hash >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
	return hash ^ (hash >> 33);
}

static inline uint64_t hash64(const char *bytes, size_t length)
{
	return hash64_mixed(hash64_more(UINT64_C(0xcbf29ce484222325), bytes, length));
}

#endif
