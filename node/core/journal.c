#include "core/journal.h"

#include <string.h>

#include "base/text.h"

enum { SUITE = 1 };

static const char point_name[] = "INAMA checkpoint", cosign_name[] = "INAMA cosignature";
static const char point_tag[] = "INAMA.sig.point", cosign_tag[] = "INAMA.sig.cosign";

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

/* ---- lines: a name, a space, a value (docs/protocol.md, 14.8) ---- */

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

static void put_time(struct buf *out, uint64_t seconds) {
    char time[25];
    text_time(time, seconds * 1000);
    put_line(out, "time", time);
}

/* ---- writing ---- */

/* What is signed: every line but that of the signature. */
static void write_signed(struct buf *out, const struct checkpoint *checkpoint) {
    put_line(out, point_name, "1");
    put_hex(out, "node", checkpoint->node, sizeof checkpoint->node);
    put_line(out, "log", journal_name(checkpoint->journal));
    put_line(out, "size", text_format(out->arena, "%llu", (unsigned long long)checkpoint->size));
    put_hex(out, "root", checkpoint->root, sizeof checkpoint->root);
    put_time(out, checkpoint->time);
    put_hex(out, "key", checkpoint->key, sizeof checkpoint->key);
}

void checkpoint_write(struct buf *out, const struct checkpoint *checkpoint) {
    write_signed(out, checkpoint);
    put_hex(out, "signature", checkpoint->signature, sizeof checkpoint->signature);
}

static void write_cosigned(struct buf *out, const struct cosignature *cosignature) {
    put_line(out, cosign_name, "1");
    put_hex(out, "witness", cosignature->witness, sizeof cosignature->witness);
    put_time(out, cosignature->time);
    put_hex(out, "key", cosignature->key, sizeof cosignature->key);
}

void cosignature_write(struct buf *out, const struct cosignature *cosignature) {
    write_cosigned(out, cosignature);
    put_hex(out, "signature", cosignature->signature, sizeof cosignature->signature);
}

/* ---- signing ---- */

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
    sign_make(checkpoint->signature, identity->secrets->sign, point_tag, SPAN_OF_ARRAY(digest));
    return RESULT_OK;
}

/* docs/protocol.md, 14.13 */
static enum result cosigned_digest_of(uint8_t digest[static HASH_SIZE], struct arena *arena,
                                      const struct cosignature *cosignature, const struct checkpoint *checkpoint) {
    struct hasher hasher;
    struct buf point, lines;
    buf_init(&point, arena);
    buf_init(&lines, arena);
    checkpoint_write(&point, checkpoint);
    write_cosigned(&lines, cosignature);
    if (point.failed || lines.failed)
        return RESULT_NO_MEMORY;
    hash_start(&hasher, "INAMA.log.cosign", (struct span){0}, HASH_SIZE);
    hash_add_sized(&hasher, buf_span(&point));
    hash_add(&hasher, lines.data, lines.len);
    hash_finish(&hasher, digest);
    return RESULT_OK;
}

enum result cosignature_sign(struct cosignature *cosignature, struct arena *arena, const struct checkpoint *checkpoint,
                             const struct identity *identity) {
    uint8_t digest[HASH_SIZE];
    memcpy(cosignature->witness, identity->id, MEMBER_ID_SIZE);
    memcpy(cosignature->key, identity->key_id, MEMBER_ID_SIZE);
    TRY(cosigned_digest_of(digest, arena, cosignature, checkpoint));
    sign_make(cosignature->signature, identity->secrets->sign, cosign_tag, SPAN_OF_ARRAY(digest));
    return RESULT_OK;
}

/* ---- reading ---- */

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

/* Goes to the line that begins one. */
static bool find_first_line(struct span *text, const char *name) {
    while (text->len) {
        struct span here = *text;
        if (span_skip(&here, span_of_text(name)) && span_skip(&here, span_of_text(" ")))
            return true;
        const uint8_t *end = memchr(text->data, '\n', text->len);
        size_t line = end ? (size_t)(end - text->data) + 1 : text->len;
        *text = span_of(text->data + line, text->len - line);
    }
    return false;
}

/* Goes behind the first line of the next one, whose suite is known. */
static enum result take_first_line(struct span *text, struct span *rest, struct arena *arena, const char *name) {
    if (!find_first_line(text, name))
        return RESULT_NOT_FOUND;
    *rest = *text;
    const char *suite = take_line(rest, arena, name);
    if (!suite)
        return RESULT_MALFORMED;
    return strcmp(suite, "1") == 0 ? RESULT_OK : RESULT_UNKNOWN_SUITE;
}

/* It has one text only: what would be written otherwise than it was read is none. */
static enum result check_text(const struct buf *written, struct span before, struct span behind) {
    if (written->failed)
        return RESULT_NO_MEMORY;
    struct span read = span_of(before.data, (size_t)(behind.data - before.data));
    return span_equal(buf_span(written), read) ? RESULT_OK : RESULT_MALFORMED;
}

enum result checkpoint_read(struct checkpoint *out, struct arena *arena, struct span *text) {
    struct checkpoint found = {0};
    struct span rest;
    struct buf written;
    TRY(take_first_line(text, &rest, arena, point_name));
    if (!take_hex(&rest, arena, "node", found.node, sizeof found.node) || !take_journal(&rest, arena, &found.journal) ||
        !take_size(&rest, arena, &found.size) || !take_hex(&rest, arena, "root", found.root, sizeof found.root) ||
        !take_time(&rest, arena, &found.time) || !take_hex(&rest, arena, "key", found.key, sizeof found.key) ||
        !take_hex(&rest, arena, "signature", found.signature, sizeof found.signature))
        return RESULT_MALFORMED;
    buf_init(&written, arena);
    checkpoint_write(&written, &found);
    TRY(check_text(&written, *text, rest));
    *text = rest;
    *out = found;
    return RESULT_OK;
}

enum result cosignature_read(struct cosignature *out, struct arena *arena, struct span *text) {
    struct cosignature found = {0};
    struct span rest;
    struct buf written;
    TRY(take_first_line(text, &rest, arena, cosign_name));
    if (!take_hex(&rest, arena, "witness", found.witness, sizeof found.witness) ||
        !take_time(&rest, arena, &found.time) || !take_hex(&rest, arena, "key", found.key, sizeof found.key) ||
        !take_hex(&rest, arena, "signature", found.signature, sizeof found.signature))
        return RESULT_MALFORMED;
    buf_init(&written, arena);
    cosignature_write(&written, &found);
    TRY(check_text(&written, *text, rest));
    *text = rest;
    *out = found;
    return RESULT_OK;
}

/* ---- verifying ---- */

bool checkpoint_is_same(const struct checkpoint *one, const struct checkpoint *other) {
    return memcmp(one->node, other->node, sizeof one->node) == 0 && one->journal == other->journal &&
           one->size == other->size && memcmp(one->root, other->root, sizeof one->root) == 0;
}

/* A key that this member has or had; NULL: it never was its key, or it is another member. */
static const uint8_t *find_key(const struct member *member, const uint8_t *id, const uint8_t *key_id,
                               const struct ending **ending) {
    *ending = NULL;
    return member && memcmp(member->id, id, MEMBER_ID_SIZE) == 0 ? member_sign_key(member, key_id, ending) : NULL;
}

static enum result verify(const uint8_t *signature, const uint8_t *sign_key, const struct ending *ending,
                          const char *tag, struct span digest) {
    TRY(sign_verify(signature, sign_key, tag, digest));
    return ending && ending->cause == ENDING_REVOKED ? RESULT_REVOKED : RESULT_OK;
}

enum result checkpoint_verify(const struct checkpoint *checkpoint, struct arena *arena, const struct member *node) {
    uint8_t digest[HASH_SIZE];
    const struct ending *ending;
    const uint8_t *sign_key = find_key(node, checkpoint->node, checkpoint->key, &ending);
    if (!sign_key)
        return RESULT_UNKNOWN_MEMBER;
    TRY(digest_of(digest, arena, checkpoint));
    return verify(checkpoint->signature, sign_key, ending, point_tag, SPAN_OF_ARRAY(digest));
}

enum result cosignature_verify(const struct cosignature *cosignature, struct arena *arena,
                               const struct checkpoint *checkpoint, const struct member *witness) {
    uint8_t digest[HASH_SIZE];
    const struct ending *ending;
    const uint8_t *sign_key = find_key(witness, cosignature->witness, cosignature->key, &ending);
    if (!sign_key)
        return RESULT_UNKNOWN_MEMBER;
    TRY(cosigned_digest_of(digest, arena, cosignature, checkpoint));
    return verify(cosignature->signature, sign_key, ending, cosign_tag, SPAN_OF_ARRAY(digest));
}
