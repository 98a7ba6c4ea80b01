#include "store/positions.h"

#include <stdlib.h>

#include "base/text.h"

enum { RECORD_MEMORY = 1024 }; /* to open one record of this file */

static uint32_t find_reader(const struct positions *positions, const uint8_t member[static 32]) {
    for (uint32_t i = 0; i < positions->count; i++)
        if (memcmp(positions->readers[i], member, 32) == 0)
            return i + 1;
    return 0;
}

static enum result add_reader(struct positions *positions, const uint8_t member[static 32]) {
    if (positions->count == positions->capacity) {
        uint32_t capacity = positions->capacity ? positions->capacity * 2 : 64;
        uint8_t(*readers)[32] = realloc(positions->readers, (size_t)capacity * sizeof *readers);
        if (!readers)
            return RESULT_NO_MEMORY;
        positions->readers = readers;
        positions->capacity = capacity;
    }
    memcpy(positions->readers[positions->count++], member, 32);
    return RESULT_OK;
}

struct loading {
    struct positions *positions;
    struct records *records;
    enum result result;
};

static bool load_reader(void *context, const struct place *place, struct span sealed) {
    struct loading *loading = context;
    struct arena arena;
    struct span member;
    arena_init(&arena, RECORD_MEMORY);
    loading->result = records_open_sealed(loading->records, &arena, place, sealed, &member);
    if (!loading->result && (member.len != 32 || place->first != loading->positions->count + 1u))
        loading->result =
            records_complain(loading->records, RESULT_STORE_DAMAGED, place, _("it is not the next reader"));
    if (!loading->result)
        loading->result = add_reader(loading->positions, member.data);
    arena_release(&arena);
    return !loading->result;
}

enum result positions_load(struct positions *positions, struct records *records) {
    struct loading loading = {.positions = positions, .records = records};
    TRY(records_walk(records, &(struct place){.table = TABLE_READERS}, load_reader, &loading));
    TRY(loading.result);
    positions->durable = positions->count;
    return RESULT_OK;
}

void positions_release(struct positions *positions) {
    free(positions->readers);
    *positions = (struct positions){0};
}

enum result positions_number(struct positions *positions, struct records *records, const uint8_t *member,
                             uint32_t *number) {
    *number = member ? find_reader(positions, member) : 0;
    if (*number || !member)
        return RESULT_OK;
    TRY(records_put(records, &(struct place){.table = TABLE_READERS, .first = positions->count + 1u},
                    span_of(member, 32)));
    if (add_reader(positions, member) != RESULT_OK)
        return records_doom(records, RESULT_NO_MEMORY);
    *number = positions->count;
    return RESULT_OK;
}

const uint8_t *positions_member(const struct positions *positions, uint64_t number) {
    return number && number <= positions->count ? positions->readers[number - 1] : NULL;
}

enum result positions_put(struct positions *positions, struct records *records, uint32_t ordinal,
                          const uint8_t member[static 32], uint64_t number) {
    uint8_t value[8];
    uint32_t reader;
    TRY(positions_number(positions, records, member, &reader));
    put_u64(value, number);
    return records_put(records, &(struct place){.table = TABLE_POSITIONS, .first = ordinal, .second = reader},
                       SPAN_OF_ARRAY(value));
}

enum result positions_get(const struct positions *positions, struct records *records, uint32_t ordinal,
                          const uint8_t member[static 32], uint64_t *number) {
    struct place place = {.table = TABLE_POSITIONS, .first = ordinal, .second = find_reader(positions, member)};
    struct arena arena;
    struct span record;
    enum result result = RESULT_NOT_FOUND;
    arena_init(&arena, RECORD_MEMORY);
    if (place.second)
        result = records_get(records, &arena, &place, RECORD_MEMORY, &record);
    if (!result && (record.len != 8 || !span_u64(&record, number)))
        result = records_complain(records, RESULT_STORE_DAMAGED, &place, _("it is no position"));
    if (result == RESULT_NOT_FOUND) {
        *number = 0;
        result = RESULT_OK;
    }
    arena_release(&arena);
    return result;
}

struct listing {
    const struct positions *positions;
    struct records *records;
    uint32_t ordinal;
    struct store_position *list; /* room for every reader */
    size_t count;
    enum result result;
};

static bool list_position(void *context, const struct place *place, struct span sealed) {
    struct listing *listing = context;
    struct arena arena;
    struct span record;
    if (place->first != listing->ordinal)
        return false;
    struct store_position *row = &listing->list[listing->count];
    arena_init(&arena, RECORD_MEMORY);
    listing->result = records_open_sealed(listing->records, &arena, place, sealed, &record);
    if (!listing->result && (place->second == 0 || place->second > listing->positions->count || record.len != 8 ||
                             listing->count == listing->positions->count || !span_u64(&record, &row->number)))
        listing->result = records_complain(listing->records, RESULT_STORE_DAMAGED, place, _("it is no position"));
    if (!listing->result) {
        memcpy(row->member, listing->positions->readers[place->second - 1], 32);
        listing->count++;
    }
    arena_release(&arena);
    return !listing->result;
}

enum result positions_of(const struct positions *positions, struct records *records, struct arena *arena,
                         uint32_t ordinal, struct store_position **out, size_t *count) {
    struct listing listing = {.positions = positions, .records = records, .ordinal = ordinal};
    listing.list = arena_array(arena, positions->count + (size_t)1, sizeof *listing.list);
    if (!listing.list)
        return RESULT_NO_MEMORY;
    const struct place from = {.table = TABLE_POSITIONS, .first = ordinal};
    TRY(records_walk(records, &from, list_position, &listing));
    TRY(listing.result);
    *out = listing.list;
    *count = listing.count;
    return RESULT_OK;
}

void positions_settle(struct positions *positions, bool committed) {
    if (committed)
        positions->durable = positions->count;
    else
        positions->count = positions->durable;
}
