/* listener - the socket that a FastCGI program serves: who waits there, and the signals that end the program. */
#ifndef WORLD_LISTENER_H
#define WORLD_LISTENER_H

#include "base/fail.h"
#include "base/scope.h"

#include <fcgiapp.h>
#include <stdbool.h>

/* Descriptor 0, which all processes of the program share. From now on the signals that ask it to end are heard only
 * between requests, so that what is in hand is finished. FAIL_INPUT when it is no listening socket. */
bool listener_open(struct fail *) MUST_CHECK;

/* Room for one request of that socket. */
bool listener_room(FCGX_Request *, struct fail *) MUST_CHECK;

/* Waits until somebody asks. False when the program is to end; listener_ended_well says whether by a signal. */
bool listener_wait(FCGX_Request *) MUST_CHECK;

/* Takes who waits already, if anybody does. */
bool listener_next(FCGX_Request *) MUST_CHECK;

bool listener_ended_well(void);

#endif
