#include "core/reference.h"

#include <string.h>

#include "alert.pb-c.h"
#include "base/proto.h"
#include "base/text.h"

bool reference_parse(struct blob_reference *out, const char *text) {
    uint8_t bytes[BLOB_ID_SIZE + BLOB_KEY_SIZE];
    if (strlen(text) != REFERENCE_TEXT_LEN || !text_unhex(bytes, sizeof bytes, text))
        return false;
    memcpy(out->id, bytes, BLOB_ID_SIZE);
    memcpy(out->key, bytes + BLOB_ID_SIZE, BLOB_KEY_SIZE);
    return true;
}

void reference_write(char out[static REFERENCE_TEXT_LEN + 1], const struct blob_reference *reference) {
    text_hex(out, reference->id, BLOB_ID_SIZE);
    text_hex(out + 2 * BLOB_ID_SIZE, reference->key, BLOB_KEY_SIZE);
}

enum result reference_list(struct arena *arena, const struct span values[static FIELD_SLOTS],
                           struct blob_reference **out, size_t *count) {
    Alert *alone;
    *count = 0;
    if (!values[REFERENCE_SLOT].data)
        return RESULT_OK;
    TRY(proto_decode(arena, &alert__descriptor, values[REFERENCE_SLOT], &alone));
    struct blob_reference *rows = arena_array(arena, alone->n_exhibits, sizeof *rows);
    if (!rows)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < alone->n_exhibits; i++)
        if (alone->exhibits[i]->attachment && reference_parse(&rows[*count], alone->exhibits[i]->attachment))
            ++*count;
    *out = rows;
    return RESULT_OK;
}

enum result reference_find(struct arena *arena, const struct span values[static FIELD_SLOTS],
                           const uint8_t id[static BLOB_ID_SIZE], struct blob_reference *out, size_t *exhibit) {
    struct blob_reference reference;
    Alert *alone;
    if (!values[REFERENCE_SLOT].data)
        return RESULT_NOT_FOUND;
    TRY(proto_decode(arena, &alert__descriptor, values[REFERENCE_SLOT], &alone));
    for (size_t i = 0; i < alone->n_exhibits; i++) {
        const char *text = alone->exhibits[i]->attachment;
        if (text && reference_parse(&reference, text) && memcmp(reference.id, id, BLOB_ID_SIZE) == 0) {
            *out = reference;
            *exhibit = i;
            return RESULT_OK;
        }
    }
    return RESULT_NOT_FOUND;
}
