/* reference: the attachments that an alert names, read from its field `exhibits.attachment` (docs/protocol.md, 13).
 *
 * Who is shown the field may fetch the file and can open it; to everybody else there is no sign that one exists. Pure;
 * any thread.
 */
#ifndef CORE_REFERENCE_H
#define CORE_REFERENCE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/span.h"
#include "core/fields.h"
#include "keys/blob.h"

enum { REFERENCE_TEXT_LEN = 2 * (BLOB_ID_SIZE + BLOB_KEY_SIZE), REFERENCE_SLOT = 180 };

/* Blob id and content key in hexadecimal, 128 digits. */
bool reference_parse(struct blob_reference *out, const char *text);
void reference_write(char out[static REFERENCE_TEXT_LEN + 1], const struct blob_reference *reference);

/* The references among opened slots, in the order of the exhibits; *count is 0 where the field is absent or hidden.
 * What is not well-formed is left out: nobody could fetch it. MALFORMED if the slot cannot be read, NO_MEMORY. */
MUST_USE enum result reference_list(struct arena *arena, const struct span values[static FIELD_SLOTS],
                                    struct blob_reference **out, size_t *count);
/* The one with this id, and in which exhibit it stands, from 0. NOT_FOUND; else as above. */
MUST_USE enum result reference_find(struct arena *arena, const struct span values[static FIELD_SLOTS],
                                    const uint8_t id[static BLOB_ID_SIZE], struct blob_reference *out, size_t *exhibit);

#endif
