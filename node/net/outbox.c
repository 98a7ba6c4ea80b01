#include "net/outbox.h"

#include <assert.h>
#include <stdlib.h>

enum { PIECE_SIZE = 16 * 1024 };

struct outbox_piece {
    struct outbox_piece *next;
    size_t capacity;
    size_t len;
    size_t dropped;
    uint8_t bytes[];
};

static struct outbox_piece *piece_with_room(struct outbox *outbox, size_t len) {
    struct outbox_piece *last = outbox->last;
    if (last && last->capacity - last->len >= len)
        return last;
    size_t capacity = len > PIECE_SIZE ? len : PIECE_SIZE;
    struct outbox_piece *piece = malloc(sizeof *piece + capacity);
    if (!piece)
        return NULL;
    *piece = (struct outbox_piece){.capacity = capacity};
    if (last)
        last->next = piece;
    else
        outbox->first = piece;
    outbox->last = piece;
    return piece;
}

bool outbox_put(struct outbox *outbox, unsigned length_bytes, struct span frame) {
    struct outbox_piece *piece = piece_with_room(outbox, length_bytes + frame.len);
    if (!piece)
        return false;
    uint8_t *at = piece->bytes + piece->len;
    for (unsigned i = 0; i < length_bytes; i++)
        *at++ = (uint8_t)(frame.len >> (8 * (length_bytes - 1 - i)));
    if (frame.len)
        memcpy(at, frame.data, frame.len);
    piece->len += length_bytes + frame.len;
    return true;
}

unsigned outbox_pieces(const struct outbox *outbox, struct span *pieces, unsigned max) {
    unsigned count = 0;
    for (struct outbox_piece *piece = outbox->first; piece && count < max; piece = piece->next)
        pieces[count++] = span_of(piece->bytes + piece->dropped, piece->len - piece->dropped);
    return count;
}

static void drop_first(struct outbox *outbox) {
    struct outbox_piece *piece = outbox->first;
    outbox->first = piece->next;
    if (!outbox->first)
        outbox->last = NULL;
    free(piece);
}

void outbox_drop(struct outbox *outbox, size_t len) {
    while (len) {
        struct outbox_piece *piece = outbox->first;
        assert(piece);
        size_t left = piece->len - piece->dropped;
        if (len < left) {
            piece->dropped += len;
            return;
        }
        len -= left;
        drop_first(outbox);
    }
}

void outbox_release(struct outbox *outbox) {
    while (outbox->first)
        drop_first(outbox);
}
