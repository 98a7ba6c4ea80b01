/* hand_over: gives what comes to another program, one at a time. */
#ifndef CLI_HAND_OVER_H
#define CLI_HAND_OVER_H

#include "base/result.h"
#include "base/span.h"

/* Runs the command by the shell with `input` as its standard input, and waits. OK if it ended with 0; else INVALID with
 * *status: what it ended with, or 128 and the signal; IO when it could not be run. */
MUST_USE enum result hand_over(const char *command, struct span input, int *status);

#endif
