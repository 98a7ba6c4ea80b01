#include "store/check.h"

#include "base/limits.h"
#include "base/text.h"
#include "keys/secret.h"
#include "store/journals.h"
#include "store/opened.h"

enum { RECORD_MEMORY = 4 * ENTRY_BYTES_MAX };

struct check {
    struct records *records;
    struct arena arena; /* one record */
    void (*damaged)(void *context, const char *complaint);
    void *context;
    bool keys_only; /* of the large tables, and only to the first that is wrong */
    uint64_t count;
    uint64_t found;
    struct place last;  /* before the one being read; first 0: none of this table yet */
    uint64_t last_feed; /* the greatest ordinal */
    uint64_t last_alert;
    uint64_t last_reader;
    enum result result;
};

static void report(struct check *check, const struct place *place, const char *cause) {
    records_complain(check->records, RESULT_STORE_DAMAGED, place, cause);
    check->found++;
    if (check->damaged)
        check->damaged(check->context, records_complaint(check->records));
}

static bool has_holes(enum table table) {
    return table == TABLE_NOTES || table == TABLE_TOLD || table == TABLE_CHECKPOINTS || table == TABLE_OPENED;
}

static bool is_of_a_feed(enum table table) {
    return table == TABLE_ENTRIES || table == TABLE_EPOCHS || table == TABLE_POSITIONS;
}

static bool is_large(enum table table) {
    return table == TABLE_ENTRIES || table == TABLE_ALERTS || table == TABLE_TOLD || table == TABLE_AUDIT ||
           table == TABLE_DISCLOSURES || table == TABLE_OPENED;
}

/* And of a feed, or of a reader (0: this node). */
static bool is_of_an_alert(const struct check *check, const struct place *place) {
    if (place->first > check->last_alert)
        return false;
    return place->table == TABLE_TOLD ? place->second && place->second <= check->last_feed
                                      : place->second <= check->last_reader;
}

/* Running numbers have no holes. (Those of the entries of one feed are looked at where they are used, entries.c.) */
static bool follows(const struct place *place, const struct place *last) {
    if (place->table == TABLE_ENTRIES)
        return place->arrival == last->arrival + 1;
    return is_of_a_feed(place->table) || has_holes(place->table) || place->first == last->first + 1;
}

static void check_place(struct check *check, const struct place *place) {
    if (place->first == 0)
        report(check, place, _("its key is impossible"));
    else if (is_of_a_feed(place->table) && place->first > check->last_feed)
        report(check, place, _("it belongs to no feed"));
    else if (place->table == TABLE_TOLD && !is_of_an_alert(check, place))
        report(check, place, _("it belongs to no alert or no feed"));
    else if (place->table == TABLE_OPENED && !is_of_an_alert(check, place))
        report(check, place, _("it belongs to no alert or no reader"));
    else if (!follows(place, &check->last))
        report(check, place, _("the one before it is missing"));
    if (place->table == TABLE_FEEDS)
        check->last_feed = place->first;
    if (place->table == TABLE_ALERTS)
        check->last_alert = place->first;
    if (place->table == TABLE_READERS)
        check->last_reader = place->first;
    check->last = *place;
}

static bool has_form(struct check *check, const struct place *place, struct span record) {
    struct store_feed feed = {0};
    struct store_alert alert = {0};
    switch (place->table) {
    case TABLE_FEEDS:
        return schema_feed(&feed, &check->arena, record) == RESULT_OK;
    case TABLE_ALERTS:
        return schema_alert(&alert, record) == RESULT_OK;
    case TABLE_EPOCHS:
    case TABLE_READERS:
        return record.len == 32;
    case TABLE_POSITIONS:
    case TABLE_TOLD:
        return record.len == 8;
    case TABLE_OPENED:
        return opened_has_form(record);
    case TABLE_AUDIT:
    case TABLE_DISCLOSURES:
        return place->first && journals_has_form(place->first, record);
    default:
        return true;
    }
}

static void check_content(struct check *check, const struct place *place, struct span sealed) {
    struct span record;
    arena_reset(&check->arena);
    enum result result = records_open_sealed(check->records, &check->arena, place, sealed, &record);
    if (result == RESULT_NO_MEMORY) {
        check->result = result;
        return;
    }
    if (result)
        report(check, place, result_text(result));
    else if (!has_form(check, place, record))
        report(check, place, _("it does not have the form of its table"));
    if (!result && place->table == TABLE_EPOCHS)
        secret_wipe((void *)(uintptr_t)record.data, record.len); /* a copy in our own arena */
}

static bool check_record(void *context, const struct place *place, struct span sealed) {
    struct check *check = context;
    check->count++;
    check_place(check, place);
    if (!is_large(place->table) || !check->keys_only)
        check_content(check, place, sealed);
    return !check->result && !(check->keys_only && check->found);
}

static enum result check_table(struct check *check, enum table table) {
    check->last = (struct place){.table = table};
    const struct place from = check->last;
    TRY(records_walk(check->records, &from, check_record, check));
    return check->result;
}

static enum result check_tables(struct check *check) {
    arena_init(&check->arena, RECORD_MEMORY);
    enum result result = RESULT_OK;
    for (enum table table = TABLE_FORMAT + 1; !result && table < TABLE_COUNT;
         table++) /* opening looked at the format */
        if (!check->keys_only || !check->found)
            result = check_table(check, table);
    arena_release(&check->arena);
    if (!result && check->found)
        result = RESULT_STORE_DAMAGED;
    return result;
}

enum result check_records(struct records *records, void (*damaged)(void *context, const char *complaint), void *context,
                          uint64_t *count) {
    struct check check = {.records = records, .damaged = damaged, .context = context};
    enum result result = check_tables(&check);
    if (!result || result == RESULT_STORE_DAMAGED)
        *count = check.count;
    return result;
}

enum result check_keys(struct records *records) {
    struct check check = {.records = records, .keys_only = true};
    return check_tables(&check);
}
