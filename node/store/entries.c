#include "store/entries.h"

#include <assert.h>

#include "base/text.h"
#include "store/vector.h"

static struct place place_of(uint32_t arrival, uint32_t ordinal, uint64_t number) {
    return (struct place){.table = TABLE_ENTRIES, .arrival = arrival, .first = ordinal, .second = number};
}

/* Where the entry is, with arrival 0 if it is not there. */
static struct place find(const struct entries *entries, uint32_t ordinal, uint64_t number) {
    struct place place = place_of(0, ordinal, number);
    if (ordinal == 0 || ordinal > entries->count)
        return place;
    const struct run *run = &entries->runs[ordinal - 1];
    if (number >= run->first && number - run->first < run->count)
        place.arrival = run->arrivals[number - run->first];
    return place;
}

/* The run of a feed, made if it is its first entry. NULL without memory. */
static struct run *run_of(struct entries *entries, uint32_t ordinal) {
    size_t count = entries->count;
    if (ordinal > count) {
        if (!vector_reserve(&entries->runs, &entries->capacity, ordinal, sizeof *entries->runs))
            return NULL;
        memset(&entries->runs[count], 0, (ordinal - count) * sizeof *entries->runs);
        entries->count = ordinal;
    }
    return &entries->runs[ordinal - 1];
}

static bool is_next(const struct run *run, uint64_t number) {
    return number > 0 && (run->count == 0 || number == run->first + run->count);
}

/* Room for one more in the run. */
static bool reserve(struct run *run) {
    return vector_reserve(&run->arrivals, &run->capacity, run->count + 1, sizeof *run->arrivals);
}

static void append(struct run *run, uint64_t number, uint32_t arrival) {
    if (run->count == 0)
        run->first = number;
    run->arrivals[run->count++] = arrival;
}

struct loading {
    struct entries *entries;
    struct records *records;
    uint32_t feeds;
    enum result result;
};

static enum result load(struct loading *loading, const struct place *place) {
    struct entries *entries = loading->entries;
    if (place->first == 0 || place->first > loading->feeds)
        return records_complain(loading->records, RESULT_STORE_DAMAGED, place, _("it belongs to no feed"));
    struct run *run = run_of(entries, (uint32_t)place->first);
    if (!run || !reserve(run))
        return RESULT_NO_MEMORY;
    if (place->arrival != (uint64_t)entries->last + 1 || !is_next(run, place->second))
        return records_complain(loading->records, RESULT_STORE_DAMAGED, place, _("the one before it is missing"));
    entries->last++;
    append(run, place->second, entries->last);
    return RESULT_OK;
}

static bool load_entry(void *context, const struct place *place, struct span sealed) {
    struct loading *loading = context;
    (void)sealed;
    loading->result = load(loading, place);
    return !loading->result;
}

enum result entries_load(struct entries *entries, struct records *records, uint32_t feeds) {
    struct loading loading = {.entries = entries, .records = records, .feeds = feeds};
    TRY(records_walk(records, &(struct place){.table = TABLE_ENTRIES}, load_entry, &loading));
    TRY(loading.result);
    entries_settle(entries, true);
    return RESULT_OK;
}

void entries_release(struct entries *entries) {
    for (size_t i = 0; i < entries->count; i++)
        free(entries->runs[i].arrivals);
    free(entries->runs);
    *entries = (struct entries){0};
}

enum result entries_put(struct entries *entries, struct records *records, uint32_t ordinal, uint64_t number,
                        struct span entry) {
    struct place place = find(entries, ordinal, number);
    if (place.arrival)
        return records_put(records, &place, entry);
    struct run *run = run_of(entries, ordinal);
    if (!run || !reserve(run))
        return records_doom(records, RESULT_NO_MEMORY);
    if (entries->last == UINT32_MAX)
        return records_doom(records, RESULT_STORE_FULL);
    assert(is_next(run, number));
    place.arrival = entries->last + 1u;
    TRY(records_put(records, &place, entry));
    entries->last++;
    append(run, number, entries->last);
    return RESULT_OK;
}

/* TOO_LARGE over `bytes_max`. */
static enum result get_within(const struct entries *entries, struct records *records, struct arena *arena,
                              uint32_t ordinal, uint64_t number, size_t bytes_max, struct span *entry) {
    struct place place = find(entries, ordinal, number);
    if (!place.arrival)
        return RESULT_NOT_FOUND;
    enum result result = records_get(records, arena, &place, bytes_max, entry);
    if (result == RESULT_NOT_FOUND)
        return records_complain(records, RESULT_STORE_DAMAGED, &place, _("it is missing"));
    return result;
}

enum result entries_get(const struct entries *entries, struct records *records, struct arena *arena, uint32_t ordinal,
                        uint64_t number, struct span *entry) {
    return get_within(entries, records, arena, ordinal, number, SIZE_MAX, entry);
}

/* Doubles a full list in the arena. */
static enum result make_room(struct arena *arena, struct span **list, size_t count, size_t *capacity) {
    if (count < *capacity)
        return RESULT_OK;
    size_t room = *capacity ? *capacity * 2 : 64;
    struct span *longer = arena_array(arena, room, sizeof *longer);
    if (!longer)
        return RESULT_NO_MEMORY;
    if (count)
        memcpy(longer, *list, count * sizeof *longer);
    *list = longer;
    *capacity = room;
    return RESULT_OK;
}

enum result entries_block(const struct entries *entries, struct records *records, struct arena *arena, uint32_t ordinal,
                          uint64_t after, size_t bytes_max, struct span **out, size_t *count) {
    struct span *list = NULL;
    size_t found = 0, capacity = 0, bytes = 0;
    while (found == 0 || bytes < bytes_max) {
        TRY(make_room(arena, &list, found, &capacity));
        size_t room = found ? bytes_max - bytes : SIZE_MAX; /* the first comes however large */
        enum result result = get_within(entries, records, arena, ordinal, after + 1 + found, room, &list[found]);
        if (result == RESULT_NOT_FOUND || result == RESULT_TOO_LARGE)
            break;
        TRY(result);
        bytes += list[found++].len;
    }
    *out = list;
    *count = found;
    return RESULT_OK;
}

void entries_settle(struct entries *entries, bool committed) {
    for (size_t i = 0; i < entries->count; i++) {
        struct run *run = &entries->runs[i];
        if (committed)
            run->durable = run->count;
        else
            run->count = run->durable;
    }
    if (committed)
        entries->durable_last = entries->last;
    else
        entries->last = entries->durable_last;
}

uint64_t entries_first(const struct entries *entries, uint32_t ordinal) {
    if (ordinal == 0 || ordinal > entries->count || entries->runs[ordinal - 1].count == 0)
        return 0;
    return entries->runs[ordinal - 1].first;
}
