#include "core/period.h"

#include <stdio.h>
#include <string.h>

#include "core/alert_internal.h"

static const char *const names[PERIODS] = {
    [PERIOD_YEAR] = "year", [PERIOD_QUARTER] = "quarter", [PERIOD_MONTH] = "month",
    [PERIOD_WEEK] = "week", [PERIOD_DAY] = "day",
};

const char *period_name(enum period period) {
    return names[period];
}

bool period_find(enum period *out, const char *name) {
    for (enum period period = 0; period < PERIODS; period++)
        if (strcmp(names[period], name) == 0) {
            *out = period;
            return true;
        }
    return false;
}

/* ---- the calendar: days counted from 1970-01-01, by years that begin in March ---- */

static int64_t day_of(uint32_t date) {
    int64_t year = date / 10000, month = date / 100 % 100, day = date % 100;
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static uint32_t date_of(int64_t day) {
    day += 719468;
    int64_t era = (day >= 0 ? day : day - 146096) / 146097, of_era = day - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100), from_march = (5 * of_year + 2) / 153;
    int64_t month = from_march < 10 ? from_march + 3 : from_march - 9;
    return (uint32_t)((year + era * 400 + (month <= 2)) * 10000 + month * 100 + of_year - (153 * from_march + 2) / 5 +
                      1);
}

/* Monday is 0. */
static int64_t weekday(int64_t day) {
    return ((day + 3) % 7 + 7) % 7;
}

/* A week belongs to the year of its Thursday. */
static void put_week(char out[static PERIOD_TEXT_SIZE], uint32_t date) {
    int64_t day = day_of(date), thursday = day - weekday(day) + 3;
    uint32_t year = date_of(thursday) / 10000;
    snprintf(out, PERIOD_TEXT_SIZE, "%04u-W%02u", year, (unsigned)((thursday - day_of(year * 10000 + 101)) / 7 + 1));
}

uint32_t period_date(uint64_t unix_ms) {
    enum { DAY_MS = 24 * 60 * 60 * 1000 };
    static const uint64_t last_ms = 253402300799999; /* of the year 9999 */
    return date_of((int64_t)((unix_ms < last_ms ? unix_ms : last_ms) / DAY_MS));
}

bool period_text(char out[static PERIOD_TEXT_SIZE], enum period period, uint32_t date) {
    const struct date whole = {date / 10000, date / 100 % 100, date % 100};
    bool has_day = whole.day && date_exists(&whole);
    out[0] = '\0';
    if (whole.year == 0 || whole.year > 9999 || (period != PERIOD_YEAR && whole.month == 0) ||
        ((period == PERIOD_WEEK || period == PERIOD_DAY) && !has_day))
        return false;
    switch (period) {
    case PERIOD_YEAR:
        snprintf(out, PERIOD_TEXT_SIZE, "%04u", whole.year);
        break;
    case PERIOD_QUARTER:
        snprintf(out, PERIOD_TEXT_SIZE, "%04u-Q%u", whole.year, (whole.month + 2) / 3);
        break;
    case PERIOD_MONTH:
        snprintf(out, PERIOD_TEXT_SIZE, "%04u-%02u", whole.year, whole.month);
        break;
    case PERIOD_WEEK:
        put_week(out, date);
        break;
    case PERIOD_DAY:
    case PERIODS:
        snprintf(out, PERIOD_TEXT_SIZE, "%04u-%02u-%02u", whole.year, whole.month, whole.day);
        break;
    }
    return true;
}

/* ---- ranges ---- */

static uint32_t month_later(uint32_t date, int months) {
    int64_t month = (int64_t)(date / 10000) * 12 + date / 100 % 100 - 1 + months;
    return (uint32_t)(month / 12 * 10000 + (month % 12 + 1) * 100 + date % 100);
}

static uint32_t last_day(uint32_t date) {
    return date_of(day_of(month_later(date / 100 * 100 + 1, 1)) - 1);
}

bool days_between(struct days *out, const char *first, const char *last) {
    struct date from, to;
    if (!date_parse(&from, first) || !date_parse(&to, last) || from.year < 1 || to.year > 9998)
        return false;
    struct days days;
    days.first = from.year * 10000 + (from.month ? from.month : 1) * 100 + (from.day ? from.day : 1);
    days.last = to.year * 10000 + (to.month ? to.month : 12) * 100 + to.day;
    if (!to.day)
        days.last = last_day(days.last);
    if (days.last < days.first)
        return false;
    *out = days;
    return true;
}

struct days days_before(struct days days) {
    struct days before = {.last = date_of(day_of(days.first) - 1)};
    int months = (int)(days.last / 10000 * 12 + days.last / 100 % 100) -
                 (int)(days.first / 10000 * 12 + days.first / 100 % 100) + 1;
    if (days.first % 100 == 1 && days.last == last_day(days.last))
        before.first = month_later(days.first, -months);
    else
        before.first = date_of(day_of(days.first) - (day_of(days.last) - day_of(days.first)) - 1);
    return before;
}
