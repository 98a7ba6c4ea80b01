#include "store/journals.h"

#include <assert.h>

#include "base/limits.h"
#include "base/text.h"

/* A record on disk: the roots of the full subtrees that end with it, the leaf first; then, unless it was erased, salt
 * and content. */

static size_t hashes_of(uint64_t number) {
    return (size_t)__builtin_ctzll(number) + 1;
}

static struct place place_of(enum journal journal, uint64_t number) {
    static const enum table tables[JOURNALS_END] = {
        [JOURNAL_AUDIT] = TABLE_AUDIT, [JOURNAL_DISCLOSURES] = TABLE_DISCLOSURES};
    return (struct place){.table = tables[journal], .first = number};
}

bool journals_has_form(uint64_t number, struct span record) {
    size_t hashes = hashes_of(number) * HASH_SIZE;
    return record.len == hashes || record.len >= hashes + JOURNAL_SALT_SIZE;
}

/* A record as it is on disk: its hashes, and what is left when they are taken off. */
static enum result read_record(const struct journals *journals, struct arena *arena, enum journal journal,
                               uint64_t number, struct span *hashes, struct span *rest) {
    const struct place place = place_of(journal, number);
    enum result result = records_get(journals->records, arena, &place, SIZE_MAX, rest);
    if (result && result != RESULT_NOT_FOUND)
        return result;
    if (!result && journals_has_form(number, *rest) && span_take(rest, hashes_of(number) * HASH_SIZE, hashes))
        return RESULT_OK;
    records_complain(journals->records, RESULT_STORE_DAMAGED, &place,
                     result ? _("it is missing") : _("it does not have the form of its table"));
    return RESULT_STORE_DAMAGED;
}

enum result journals_hash(const struct journals *journals, struct arena *scratch, enum journal journal, unsigned level,
                          uint64_t index, uint8_t out[static HASH_SIZE]) {
    struct span hashes, rest;
    arena_reset(scratch);
    TRY(read_record(journals, scratch, journal, (index + 1) << level, &hashes, &rest));
    memcpy(out, hashes.data + (size_t)level * HASH_SIZE, HASH_SIZE);
    return RESULT_OK;
}

/* ---- loading ---- */

struct loading {
    const struct journals *journals;
    struct arena *scratch;
    enum journal journal;
};

static enum result read_hash(void *context, unsigned level, uint64_t index, uint8_t out[static HASH_SIZE]) {
    const struct loading *loading = context;
    return journals_hash(loading->journals, loading->scratch, loading->journal, level, index, out);
}

static enum result load(struct journals *journals, struct arena *scratch, enum journal journal) {
    struct loading loading = {journals, scratch, journal};
    const struct merkle_source source = {read_hash, &loading};
    struct place last = {0};
    enum result result = records_last(journals->records, place_of(journal, 1).table, &last);
    if (result && result != RESULT_NOT_FOUND)
        return result;
    return merkle_open(&journals->durable[journal], &source, last.first);
}

enum result journals_load(struct journals *journals, struct records *records, const struct random *random) {
    struct arena scratch;
    enum result result = RESULT_OK;
    journals->records = records;
    journals->random = random;
    arena_init(&scratch, 4 * (size_t)JOURNAL_RECORD_BYTES_MAX);
    for (enum journal journal = JOURNAL_AUDIT; !result && journal < JOURNALS_END; journal++)
        result = load(journals, &scratch, journal);
    arena_release(&scratch);
    memcpy(journals->now, journals->durable, sizeof journals->now);
    return result;
}

void journals_settle(struct journals *journals, bool committed) {
    for (enum journal journal = JOURNAL_AUDIT; journal < JOURNALS_END; journal++)
        if (journals->now[journal].size == journals->durable[journal].size)
            continue;
        else if (committed)
            journals->durable[journal] = journals->now[journal];
        else
            journals->now[journal] = journals->durable[journal];
}

/* ---- records ---- */

enum result journals_append(struct journals *journals, struct arena *scratch, enum journal journal, struct span content,
                            uint64_t *number) {
    struct merkle *tree = &journals->now[journal];
    const struct place place = place_of(journal, tree->size + 1);
    uint8_t salt[JOURNAL_SALT_SIZE], leaf[HASH_SIZE], done[MERKLE_LEVELS][HASH_SIZE];
    struct merkle next = *tree;
    struct buf record;
    assert(content.len <= JOURNAL_RECORD_BYTES_MAX);
    random_fill(journals->random, salt, sizeof salt);
    journal_leaf(leaf, journal, place.first, salt, content);
    size_t count = merkle_append(&next, leaf, done);
    arena_reset(scratch);
    buf_init(&record, scratch);
    buf_put(&record, done, count * HASH_SIZE);
    buf_put(&record, salt, sizeof salt);
    buf_put_span(&record, content);
    if (record.failed)
        return records_doom(journals->records, RESULT_NO_MEMORY);
    TRY(records_put(journals->records, &place, buf_span(&record)));
    *tree = next;
    *number = place.first;
    return RESULT_OK;
}

static bool is_here(const struct journals *journals, enum journal journal, uint64_t number) {
    return number && number <= journals->now[journal].size;
}

enum result journals_get(const struct journals *journals, struct arena *arena, enum journal journal, uint64_t number,
                         struct store_record *out) {
    struct span hashes, rest, salt = {0};
    if (!is_here(journals, journal, number))
        return RESULT_NOT_FOUND;
    TRY(read_record(journals, arena, journal, number, &hashes, &rest));
    memcpy(out->leaf, hashes.data, HASH_SIZE);
    out->erased = !span_take(&rest, JOURNAL_SALT_SIZE, &salt);
    out->salt = salt.data;
    out->content = out->erased ? (struct span){0} : rest;
    return RESULT_OK;
}

enum result journals_erase(const struct journals *journals, struct arena *scratch, enum journal journal,
                           uint64_t number) {
    const struct place place = place_of(journal, number);
    struct span hashes, rest;
    if (!is_here(journals, journal, number))
        return RESULT_NOT_FOUND;
    arena_reset(scratch);
    TRY(read_record(journals, scratch, journal, number, &hashes, &rest));
    return rest.len ? records_put(journals->records, &place, hashes) : RESULT_OK;
}

/* ---- is it what it was? ---- */

/* Each full subtree that ends with it, from its two children. */
static enum result check_hashes(const struct journals *journals, struct arena *scratch, enum journal journal,
                                uint64_t number, const uint8_t (*hashes)[HASH_SIZE]) {
    for (unsigned level = 1; level < hashes_of(number); level++) {
        uint8_t left[HASH_SIZE], root[HASH_SIZE];
        TRY(journals_hash(journals, scratch, journal, level - 1, (number >> (level - 1)) - 2, left));
        merkle_node(root, left, hashes[level - 1]);
        if (memcmp(root, hashes[level], HASH_SIZE) != 0)
            return RESULT_BAD_HASH;
    }
    return RESULT_OK;
}

enum result journals_check(const struct journals *journals, struct arena *scratch, enum journal journal,
                           uint64_t number, uint8_t leaf[static HASH_SIZE]) {
    const struct place place = place_of(journal, number);
    struct span hashes, rest, salt;
    uint8_t kept[MERKLE_LEVELS][HASH_SIZE], expected[HASH_SIZE];
    if (!is_here(journals, journal, number))
        return RESULT_NOT_FOUND;
    arena_reset(scratch);
    TRY(read_record(journals, scratch, journal, number, &hashes, &rest));
    memcpy(kept, hashes.data, hashes.len);
    memcpy(leaf, kept[0], HASH_SIZE);
    if (span_take(&rest, JOURNAL_SALT_SIZE, &salt)) {
        journal_leaf(expected, journal, number, salt.data, rest);
        if (memcmp(expected, leaf, HASH_SIZE) != 0)
            return records_complain(journals->records, RESULT_BAD_HASH, &place,
                                    _("it is not what its leaf was made of"));
    }
    enum result result = check_hashes(journals, scratch, journal, number, (const uint8_t(*)[HASH_SIZE])kept);
    return result == RESULT_BAD_HASH
               ? records_complain(journals->records, result, &place, _("the tree over it does not fit"))
               : result;
}

/* ---- checkpoints ---- */

static struct place checkpoint_place(enum journal journal, uint64_t size) {
    return (struct place){.table = TABLE_CHECKPOINTS, .first = journal, .second = size};
}

enum result journals_put_checkpoint(const struct journals *journals, enum journal journal, uint64_t size,
                                    struct span text) {
    const struct place place = checkpoint_place(journal, size);
    return records_put(journals->records, &place, text);
}

struct listing {
    const struct journals *journals;
    struct arena *arena;
    enum journal journal;
    uint64_t to;
    struct span *texts;
    size_t room;
    size_t count;
    enum result result;
};

static bool list_checkpoint(void *context, const struct place *place, struct span sealed) {
    struct listing *listing = context;
    if (place->first != listing->journal || place->second > listing->to || listing->count == listing->room)
        return false;
    listing->result =
        records_open_sealed(listing->journals->records, listing->arena, place, sealed, &listing->texts[listing->count]);
    listing->count += !listing->result;
    return !listing->result;
}

enum result journals_checkpoints(const struct journals *journals, struct arena *arena, enum journal journal,
                                 uint64_t from, uint64_t to, struct span *texts, size_t *count) {
    struct listing listing = {
        .journals = journals, .to = to, .arena = arena, .journal = journal, .texts = texts, .room = *count};
    const struct place first = checkpoint_place(journal, from);
    TRY(records_walk(journals->records, &first, list_checkpoint, &listing));
    TRY(listing.result);
    *count = listing.count;
    return RESULT_OK;
}
