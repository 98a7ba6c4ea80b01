/* alert_validate: what the parts of the validation share. For the files alert_validate*.c only. */
#ifndef CORE_ALERT_VALIDATE_H
#define CORE_ALERT_VALIDATE_H

#include "core/alert.h"
#include "core/alert_internal.h"

struct check {
    const AlertHeader *header;
    const Alert *content;
    const struct references *references;
    struct report *report;
    struct arena *arena; /* the report's, for texts of findings */
    uint64_t now_ms;
};

/* An error for a code that the list does not have, with the nearest ones; a warning for an obsolete one. */
void check_code(const struct check *check, const char *path, enum code_list list, const char *code);
/* An error for a date or time after tomorrow: clocks differ, evidence from next week does not exist. */
void check_not_in_future(const struct check *check, const char *path, const struct date *date);
uint64_t check_tomorrow_ms(const struct check *check);

static inline const char *check_quote(const struct check *check, const char *text) {
    return alert_quote(check->arena, text);
}
static inline const char *or_empty(const char *text) {
    return text ? text : "";
}
static inline bool is_given(const char *text) {
    return text && *text;
}

/* alert_validate_envelope.c: kind, codes, grades, marking, times, size. */
void check_envelope(const struct check *check);
/* alert_validate_goods.c: pairs of taxon, term, unit, purpose; names; the number of animals. */
void check_specimens(const struct check *check);
/* alert_validate_goods.c: check digits, places against countries, exhibits that custody and laboratory speak of. */
void check_legs(const struct check *check);
void check_exhibits(const struct check *check);

#endif
