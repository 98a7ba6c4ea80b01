#include "core/journal.h"

#include <string.h>

#include "base/text.h"

enum { SUITE = 1 };

static const char first_line[] = "INAMA checkpoint ";
static const char sign_tag[] = "INAMA.sig.point";

const char *journal_name(enum journal journal) {
    return journal == JOURNAL_AUDIT ? "audit" : "disclosures";
}

/* docs/protocol.md, 14.1 */
void journal_leaf(uint8_t leaf[static HASH_SIZE], enum journal journal, uint64_t number,
                  const uint8_t salt[static JOURNAL_SALT_SIZE], struct span record) {
    struct hasher hasher;
    uint8_t place[8];
    put_u64(place, number);
    hash_start(&hasher, "INAMA.log.leaf", (struct span){0}, HASH_SIZE);
    hash_add_u8(&hasher, SUITE);
    hash_add_u8(&hasher, (uint8_t)journal);
    hash_add(&hasher, place, sizeof place);
    hash_add(&hasher, salt, JOURNAL_SALT_SIZE);
    hash_add_sized(&hasher, record);
    hash_finish(&hasher, leaf);
}

/* ---- the text of a checkpoint (docs/protocol.md, 14.8) ---- */

static void put_line(struct buf *out, const char *name, const char *value) {
    buf_put(out, name, strlen(name));
    buf_put_u8(out, ' ');
    buf_put(out, value, strlen(value));
    buf_put_u8(out, '\n');
}

static void put_hex(struct buf *out, const char *name, const uint8_t *bytes, size_t len) {
    char digits[2 * SIGNATURE_SIZE + 1];
    text_hex(digits, bytes, len);
    put_line(out, name, digits);
}

/* What is signed: every line but that of the signature. */
static void write_signed(struct buf *out, const struct checkpoint *checkpoint) {
    char time[25];
    text_time(time, checkpoint->time * 1000);
    put_line(out, "INAMA checkpoint", "1");
    put_hex(out, "node", checkpoint->node, sizeof checkpoint->node);
    put_line(out, "log", journal_name(checkpoint->journal));
    put_line(out, "size", text_format(out->arena, "%llu", (unsigned long long)checkpoint->size));
    put_hex(out, "root", checkpoint->root, sizeof checkpoint->root);
    put_line(out, "time", time);
    put_hex(out, "key", checkpoint->key, sizeof checkpoint->key);
}

void checkpoint_write(struct buf *out, const struct checkpoint *checkpoint) {
    write_signed(out, checkpoint);
    put_hex(out, "signature", checkpoint->signature, sizeof checkpoint->signature);
}

static enum result digest_of(uint8_t digest[static HASH_SIZE], struct arena *arena,
                             const struct checkpoint *checkpoint) {
    struct buf text;
    buf_init(&text, arena);
    write_signed(&text, checkpoint);
    if (text.failed)
        return RESULT_NO_MEMORY;
    hash_of(digest, "INAMA.log.point", buf_span(&text));
    return RESULT_OK;
}

enum result checkpoint_sign(struct checkpoint *checkpoint, struct arena *arena, const struct identity *identity) {
    uint8_t digest[HASH_SIZE];
    memcpy(checkpoint->node, identity->id, MEMBER_ID_SIZE);
    memcpy(checkpoint->key, identity->key_id, MEMBER_ID_SIZE);
    TRY(digest_of(digest, arena, checkpoint));
    sign_make(checkpoint->signature, identity->secrets->sign, sign_tag, SPAN_OF_ARRAY(digest));
    return RESULT_OK;
}

/* The value of the next line, which has to have this name; NULL if it has not. */
static const char *take_line(struct span *text, struct arena *arena, const char *name) {
    const uint8_t *end = text->len ? memchr(text->data, '\n', text->len) : NULL;
    struct span line, prefix = span_of_text(name);
    if (!end || !span_take(text, (size_t)(end - text->data), &line))
        return NULL;
    text->data++;
    text->len--;
    if (!span_skip(&line, prefix) || !span_skip(&line, span_of_text(" ")))
        return NULL;
    return arena_text(arena, (const char *)line.data, line.len);
}

static bool take_hex(struct span *text, struct arena *arena, const char *name, uint8_t *out, size_t len) {
    const char *value = take_line(text, arena, name);
    return value && strlen(value) == 2 * len && text_unhex(out, len, value);
}

static bool take_journal(struct span *text, struct arena *arena, enum journal *out) {
    const char *value = take_line(text, arena, "log");
    for (enum journal journal = JOURNAL_AUDIT; value && journal < JOURNALS_END; journal++)
        if (strcmp(value, journal_name(journal)) == 0) {
            *out = journal;
            return true;
        }
    return false;
}

static bool take_size(struct span *text, struct arena *arena, uint64_t *out) {
    const char *value = take_line(text, arena, "size");
    *out = 0;
    if (!value || strlen(value) > 18 || strspn(value, "0123456789") != strlen(value))
        return false;
    while (*value)
        *out = *out * 10 + (uint64_t)(*value++ - '0');
    return true;
}

static bool take_time(struct span *text, struct arena *arena, uint64_t *out) {
    const char *value = take_line(text, arena, "time");
    uint64_t unix_ms;
    if (!value || !text_parse_time(&unix_ms, value))
        return false;
    *out = unix_ms / 1000;
    return true;
}

/* Goes to the line that begins a checkpoint. */
static bool find_first_line(struct span *text) {
    const struct span wanted = span_of_text(first_line);
    while (text->len) {
        struct span here = *text;
        if (span_skip(&here, wanted))
            return true;
        const uint8_t *end = memchr(text->data, '\n', text->len);
        size_t line = end ? (size_t)(end - text->data) + 1 : text->len;
        *text = span_of(text->data + line, text->len - line);
    }
    return false;
}

/* It has one text only: what would be written otherwise than it was read is none. */
static enum result check_text(struct arena *arena, const struct checkpoint *checkpoint, struct span read) {
    struct buf text;
    buf_init(&text, arena);
    checkpoint_write(&text, checkpoint);
    if (text.failed)
        return RESULT_NO_MEMORY;
    return span_equal(buf_span(&text), read) ? RESULT_OK : RESULT_MALFORMED;
}

enum result checkpoint_read(struct checkpoint *out, struct arena *arena, struct span *text) {
    struct checkpoint found = {0};
    if (!find_first_line(text))
        return RESULT_NOT_FOUND;
    struct span rest = *text;
    const char *suite = take_line(&rest, arena, "INAMA checkpoint");
    if (!suite)
        return RESULT_MALFORMED;
    if (strcmp(suite, "1") != 0)
        return RESULT_UNKNOWN_SUITE;
    if (!take_hex(&rest, arena, "node", found.node, sizeof found.node) || !take_journal(&rest, arena, &found.journal) ||
        !take_size(&rest, arena, &found.size) || !take_hex(&rest, arena, "root", found.root, sizeof found.root) ||
        !take_time(&rest, arena, &found.time) || !take_hex(&rest, arena, "key", found.key, sizeof found.key) ||
        !take_hex(&rest, arena, "signature", found.signature, sizeof found.signature))
        return RESULT_MALFORMED;
    TRY(check_text(arena, &found, span_of(text->data, (size_t)(rest.data - text->data))));
    *text = rest;
    *out = found;
    return RESULT_OK;
}

enum result checkpoint_verify(const struct checkpoint *checkpoint, struct arena *arena, const struct member *node) {
    uint8_t digest[HASH_SIZE];
    const struct ending *ending = NULL;
    if (!node || memcmp(node->id, checkpoint->node, MEMBER_ID_SIZE) != 0)
        return RESULT_UNKNOWN_MEMBER;
    const uint8_t *sign_key = member_sign_key(node, checkpoint->key, &ending);
    if (!sign_key)
        return RESULT_UNKNOWN_MEMBER;
    TRY(digest_of(digest, arena, checkpoint));
    TRY(sign_verify(checkpoint->signature, sign_key, sign_tag, SPAN_OF_ARRAY(digest)));
    return ending && ending->cause == ENDING_REVOKED ? RESULT_REVOKED : RESULT_OK;
}
