/* period: the year, quarter, month, week or day that a date lies in.
 *
 * Dates are numbers as in the index: 20140505; month and day are 0 where they are not known. Weeks are those of ISO
 * 8601. Pure; any thread.
 */
#ifndef CORE_PERIOD_H
#define CORE_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

enum period { PERIOD_YEAR, PERIOD_QUARTER, PERIOD_MONTH, PERIOD_WEEK, PERIOD_DAY, PERIODS };

/* "year" … as in a command line. */
const char *period_name(enum period period);
bool period_find(enum period *out, const char *name);

enum { PERIOD_TEXT_SIZE = 32 };
/* "2014", "2014-Q2", "2014-05", "2014-W19", "2014-05-05", which sort as they follow each other. False if the date is
 * not known that exactly; `out` is then "". */
bool period_text(char out[static PERIOD_TEXT_SIZE], enum period period, uint32_t date);
/* The same of milliseconds since 1970 UTC. */
uint32_t period_date(uint64_t unix_ms);

/* From one day to another, both included. */
struct days {
    uint32_t first; /* 20140101 */
    uint32_t last;
};
/* "2014", "2014-05" or "2014-05-05" to "2014", …: all their days. False if one of them is no date, or the last comes
 * before the first. */
bool days_between(struct days *out, const char *first, const char *last);
/* As long, and ending the day before: whole months are followed back in months, so that a year comes after a year. */
struct days days_before(struct days days);

#endif
