/* scope - macros that every file may use: giving back at the end of a block, counting arrays, MUST_CHECK. */
#ifndef BASE_SCOPE_H
#define BASE_SCOPE_H

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define MUST_CHECK   __attribute__((warn_unused_result))

/* AUTO(json_t) body = ...; gives body back when its block ends, however it ends. */
#define AUTO(type) __attribute__((cleanup(give_back_##type))) type *

/* Teaches AUTO a type; stands once, beside the owner of the type. `release` is never given NULL. */
#define OWNED_BY_SCOPE(type, release)                                                                                  \
	static inline void give_back_##type(type **thing)                                                              \
	{                                                                                                              \
		if (*thing)                                                                                            \
			release(*thing);                                                                               \
	}

#endif
