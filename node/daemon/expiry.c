#include "daemon/expiry.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "daemon/erasure.h"

enum { ROWS_AT_A_TIME = 4096, ERASED_AT_A_TIME = 64 };

static const uint64_t day_ms = 86400000;

/* 20440505, as `keep_until` of a row is written. */
static uint32_t date_of(uint64_t ms) {
    char text[25];
    unsigned year, month, day;
    text_time(text, ms);
    return sscanf(text, "%4u-%2u-%2u", &year, &month, &day) == 3 ? year * 10000 + month * 100 + day : 0;
}

struct walk {
    struct exchange *exchange;
    uint64_t now;
    uint32_t yesterday; /* dates before this one are past for a day at least */
    bool may_erase;     /* a clock by which the roster has expired is more likely wrong than the roster old */
    struct index_row due[ERASED_AT_A_TIME];
    size_t due_count;
};

static bool is_over(const struct walk *walk, const struct index_row *row) {
    const struct policy *policy = walk->exchange->policy;
    bool is_ours = memcmp(row->originator, walk->exchange->identity->id, MEMBER_ID_SIZE) == 0;
    if (is_ours && policy->keeps_own)
        return false;
    if (row->keep_until && row->keep_until < walk->yesterday)
        return true;
    uint64_t days = policy->expired_days;
    return days && row->expires && walk->now > row->expires && walk->now - row->expires >= days * day_ms;
}

/* False: enough for this time. */
static bool look_at(struct walk *walk, const struct index_row *row) {
    if (row->is_recall || row->is_erased)
        return true;
    if (walk->may_erase && is_over(walk, row)) {
        if (walk->due_count == ERASED_AT_A_TIME)
            return false;
        walk->due[walk->due_count++] = *row;
    } else if (row->expires && row->expires <= walk->now) {
        index_hide(walk->exchange->index, row->object);
        walk->exchange->expiry.counted++;
    }
    return true;
}

static void go_on(struct walk *walk) {
    struct expiry *expiry = &walk->exchange->expiry;
    for (size_t i = 0; i < ROWS_AT_A_TIME; i++, expiry->at++) {
        const struct index_row *row;
        if (!index_at(walk->exchange->index, expiry->at, &row)) {
            expiry->expired = expiry->counted;
            expiry->at = expiry->counted = 0;
            return;
        }
        if (row && !look_at(walk, row))
            return;
    }
}

/* Also what a wider view of the same version has replaced. */
static enum result erase(struct exchange *exchange, const struct index_row *due) {
    struct index_row *rows;
    size_t count, kept = 0;
    TRY(erasure_versions(exchange, &exchange->turn, due->alert, due->originator, &rows, &count));
    for (size_t i = 0; i < count; i++)
        if (memcmp(rows[i].object, due->object, OBJECT_ID_SIZE) == 0)
            rows[kept++] = rows[i];
    return erasure_of_rows(exchange, rows, kept);
}

static enum result erase_all(struct walk *walk) {
    struct exchange *exchange = walk->exchange;
    if (walk->due_count == 0)
        return RESULT_OK;
    TRY(exchange_begin(exchange));
    for (size_t i = 0; i < walk->due_count; i++)
        TRY(erase(exchange, &walk->due[i]));
    log_info(_("erased, as they may not be kept any longer: %zu alerts"), walk->due_count);
    return RESULT_OK;
}

void expiry_begin(struct exchange *exchange) {
    const struct index_row *row;
    uint64_t now = clock_wall_ms(exchange->clock);
    exchange->expiry.at = exchange->expiry.counted = exchange->expiry.expired = 0;
    for (size_t at = 0; index_at(exchange->index, at, &row); at++)
        if (row && row->expires && row->expires <= now && !row->is_erased) {
            index_hide(exchange->index, row->object);
            exchange->expiry.expired++;
        }
}

enum result expiry_tick(struct exchange *exchange) {
    uint64_t now = clock_wall_ms(exchange->clock);
    struct walk walk = {.exchange = exchange,
                        .now = now,
                        .yesterday = date_of(now - day_ms),
                        .may_erase = roster_standing(exchange->roster, now) != ROSTER_EXPIRED};
    if (now < day_ms)
        return RESULT_OK;
    go_on(&walk);
    enum result result = erase_all(&walk);
    if (result)
        exchange->failure = result;
    return result;
}
