#include "keys/card.h"

#include <sodium.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "keys/member_rows.h"

static const char begin_line[] = "-----BEGIN INAMA CARD-----";
static const char end_line[] = "-----END INAMA CARD-----";

/* ---- writing ---- */

/* The card in base64, in lines of 64. */
static enum result put_armor(struct buf *out, struct arena *arena, struct span card) {
    size_t size = sodium_base64_ENCODED_LEN(card.len, sodium_base64_VARIANT_ORIGINAL);
    char *armor = arena_alloc(arena, size);
    if (!armor)
        return RESULT_NO_MEMORY;
    sodium_bin2base64(armor, size, card.data, card.len, sodium_base64_VARIANT_ORIGINAL);
    buf_put(out, begin_line, strlen(begin_line));
    buf_put_u8(out, '\n');
    for (size_t at = 0, len = strlen(armor); at < len; at += 64) {
        buf_put(out, armor + at, len - at < 64 ? len - at : 64);
        buf_put_u8(out, '\n');
    }
    buf_put(out, end_line, strlen(end_line));
    buf_put_u8(out, '\n');
    return out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}

static enum result sign_row(struct buf *out, struct arena *arena, const Member *row, const struct identity *identity) {
    struct buf words;
    uint8_t digest[HASH_SIZE], signature[SIGNATURE_SIZE];
    buf_init(&words, arena);
    proto_encode(&words, row);
    if (words.failed)
        return RESULT_NO_MEMORY;
    hash_of(digest, "INAMA.card", buf_span(&words));
    sign_make(signature, identity->secrets->sign, "INAMA.sig.card", SPAN_OF_ARRAY(digest));
    Card card = CARD__INIT;
    card.member = proto_bytes(words.data, words.len);
    card.signature = proto_bytes(signature, sizeof signature);
    proto_encode(out, &card);
    return out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}

/* docs/protocol.md, 8.4 */
enum result card_write(struct buf *out, struct arena *arena, const struct identity *identity, const char *name,
                       const char *label, const char *country, const char *role) {
    const struct member member = {
        .id = identity->id,
        .sign_key = identity->sign_key,
        .encryption_key = identity->encryption_key,
        .session_key = identity->session_key,
        .name = name,
        .label = label,
        .country = country,
        .role = role,
        .serial = identity->serial,
    };
    const Member *row = member_row(arena, &member);
    struct buf card;
    if (!row)
        return RESULT_NO_MEMORY;
    TRY(member_check_row(row));
    buf_init(&card, arena);
    TRY(sign_row(&card, arena, row, identity));
    return put_armor(out, arena, buf_span(&card));
}

/* ---- reading ---- */

/* The bytes between the BEGIN and END lines. */
static enum result take_armor(struct span *card, struct arena *arena, struct span text) {
    char *copy = arena_text(arena, (const char *)text.data, text.len);
    uint8_t *bytes = arena_alloc(arena, text.len);
    if (!copy || !bytes)
        return RESULT_NO_MEMORY;
    if (strlen(copy) != text.len)
        return RESULT_MALFORMED; /* a NUL */
    char *begin = strstr(copy, begin_line);
    char *end = begin ? strstr(begin, end_line) : NULL;
    if (!end)
        return RESULT_MALFORMED;
    begin += strlen(begin_line);
    for (const char *at = begin; at < end; at++)
        if (*at & 0x80)
            return RESULT_MALFORMED; /* libsodium 1.0.18 takes these for digits */
    size_t len;
    if (sodium_base642bin(bytes, text.len, begin, (size_t)(end - begin), "\r\n\t ", &len, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return RESULT_MALFORMED;
    *card = span_of(bytes, len);
    return RESULT_OK;
}

/* What a member says of itself: how its keys ended is for others to say. */
static enum result check_row(const Member *row) {
    TRY(member_check_row(row));
    return row->n_former || row->ended || row->has_proof ? RESULT_MALFORMED : RESULT_OK;
}

/* docs/protocol.md, 8.4 */
enum result card_read(struct member *member, struct arena *arena, struct span text) {
    if (text.len > KEY_FILE_BYTES_MAX)
        return RESULT_TOO_LARGE;
    struct span bytes;
    Card *card;
    Member *row;
    uint8_t digest[HASH_SIZE];
    TRY(take_armor(&bytes, arena, text));
    TRY(proto_decode_canonical(arena, &card__descriptor, bytes, &card));
    TRY(proto_decode_canonical(arena, &member__descriptor, proto_span(card->member), &row));
    TRY(check_row(row));
    if (card->signature.len != SIGNATURE_SIZE)
        return RESULT_MALFORMED;
    hash_of(digest, "INAMA.card", proto_span(card->member));
    TRY(sign_verify(card->signature.data, row->sign_key.data, "INAMA.sig.card", SPAN_OF_ARRAY(digest)));
    TRY(member_of_row(member, arena, row));
    member->proof = card->signature.data;
    return RESULT_OK;
}
