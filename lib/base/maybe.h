/* maybe - yes, no, or not known; what a nullable boolean becomes in C. */
#ifndef BASE_MAYBE_H
#define BASE_MAYBE_H

enum maybe { NOT_KNOWN = -1, NO, YES };

#endif
