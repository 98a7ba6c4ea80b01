/* grants: the grant that the vectors are about. */
#ifndef TESTS_VECTORS_GRANTS_H
#define TESTS_VECTORS_GRANTS_H

#include "keys/epoch.h"
#include "tests/vectors/maker.h"

/* Its three fields: for originator, author and reader, of epoch 7 in the author's feed "east". */
struct grant_parts {
    struct span check, ephemeral, boxes;
};
struct grant_parts grant_parts(void);
/* The three as a message. */
struct span grant_of(struct grant_parts parts);

/* Vectors of op "grant": the reader takes the epoch key out. */
void accept_grant(const char *name, struct span grant);
void refuse_grant(const char *expect, const char *name, struct span grant);

#endif
