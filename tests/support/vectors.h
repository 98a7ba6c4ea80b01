/* vectors: published test vectors, read at run time from the folder that INAMA_DATA names. */
#ifndef SUPPORT_VECTORS_H
#define SUPPORT_VECTORS_H

#include <jansson.h>
#include <stdint.h>

#include "base/span.h"

/* INAMA_DATA/vectors/`name`, to be given back with json_decref(); NULL when INAMA_DATA is not set: the test then has
 * nothing to do. A file that is missing or does not parse fails the test. */
json_t *vectors_load(const char *name);

/* The bytes of the hexadecimal text `field`, in static memory that the next 16 calls leave alone; at most 4 KB. */
struct span vectors_bytes(const json_t *object, const char *field);
const char *vectors_text(const json_t *object, const char *field);

#endif
