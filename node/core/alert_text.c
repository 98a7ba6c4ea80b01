#include "core/alert.h"
#include "core/alert_internal.h"

#include <string.h>

#include "base/text.h"
#include "core/places.h"
#include "core/reference.h"

/* How the values of fields look as text. Numbers are read here and not by strtod(), which follows the locale. */

enum { DECIMAL_CHARACTERS_MAX = 40, YEAR_FIRST = 1800, YEAR_LAST = 9999, QUOTE_BYTES_MAX = 80 };

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Exactly `count` digits at the front of *text. */
static bool take_digits(const char **text, size_t count, uint32_t *out) {
    *out = 0;
    for (size_t i = 0; i < count; i++, (*text)++) {
        if (!is_digit(**text))
            return false;
        *out = *out * 10 + (uint32_t)(**text - '0');
    }
    return true;
}

static uint32_t days_in(uint32_t year, uint32_t month) {
    static const uint32_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

bool date_exists(const struct date *date) {
    if (date->year < YEAR_FIRST || date->year > YEAR_LAST || date->month > 12)
        return false;
    if (date->month == 0)
        return date->day == 0;
    return date->day <= days_in(date->year, date->month);
}

bool date_parse(struct date *out, const char *text) {
    struct date date = {0};
    if (!take_digits(&text, 4, &date.year))
        return false;
    if (*text == '-' && (text++, !take_digits(&text, 2, &date.month) || date.month == 0))
        return false;
    if (date.month && *text == '-' && (text++, !take_digits(&text, 2, &date.day) || date.day == 0))
        return false;
    if (*text || !date_exists(&date))
        return false;
    *out = date;
    return true;
}

bool alert_is_recall(const AlertHeader *header) {
    return header->kind && strcmp(header->kind, "RECALL") == 0;
}

bool alert_date_is_past(const char *date, uint64_t when) {
    struct date parsed;
    char now[25];
    if (!date_parse(&parsed, date))
        return true;
    text_time(now, when);
    return strncmp(now, date, strlen(date)) > 0;
}

uint32_t alert_date_number(const char *date) {
    struct date parsed;
    if (!date_parse(&parsed, date))
        return 1;
    return parsed.year * 10000 + (parsed.month ? parsed.month : 99) * 100 + (parsed.day ? parsed.day : 99);
}

bool decimal_parse(double *out, const char *text) {
    double value = 0, scale = 1;
    bool negative = *text == '-';
    const char *c = text + negative;
    if (!is_digit(*c) || strlen(text) > DECIMAL_CHARACTERS_MAX)
        return false;
    for (; is_digit(*c); c++)
        value = value * 10 + (*c - '0');
    if (*c == '.') {
        if (!is_digit(*++c))
            return false;
        for (; is_digit(*c); c++)
            value += (*c - '0') * (scale /= 10);
    }
    if (*c)
        return false;
    *out = negative ? -value : value;
    return true;
}

static bool is_number(const char *text) {
    uint64_t value = 0;
    if (!*text || strlen(text) > 10)
        return false;
    for (; *text; text++) {
        if (!is_digit(*text))
            return false;
        value = value * 10 + (uint64_t)(*text - '0');
    }
    return value <= UINT32_MAX;
}

static bool is_flag(const char *text) {
    static const char *const words[] = {"yes", "no", "true", "false", "1", "0"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0)
            return true;
    return false;
}

static bool is_time(const char *text) {
    uint64_t ms;
    return strchr(text, 'T') && text_parse_time(&ms, text);
}

const char *leaf_expects(enum field_type type, const char *text) {
    double decimal;
    struct date date;
    struct blob_reference reference;
    switch (type) {
    case FIELD_NUMBER:
        return is_number(text) ? NULL : _("a whole number such as 12");
    case FIELD_DECIMAL:
        return decimal_parse(&decimal, text) ? NULL : _("a number such as 750 or 0.12, with a point and no blanks");
    case FIELD_DATE:
        return date_parse(&date, text) ? NULL : _("a date such as 2014-05-05, 2014-05 or 2014");
    case FIELD_TIME:
        return is_time(text) ? NULL : _("a time such as 2014-05-05T09:30:00Z");
    case FIELD_FLAG:
        return is_flag(text) ? NULL : _("yes or no");
    case FIELD_PLACE:
        return places_is_code(text) ? NULL : _("a UN/LOCODE such as KEMBA: the country's two letters, then three");
    case FIELD_BLOB:
        return reference_parse(&reference, text) ? NULL
                                                 : _("the 128 hexadecimal digits that inama publish --attach writes");
    case FIELD_TEXT:
    case FIELD_CODE:
    case FIELD_TAXON:
        break;
    }
    return NULL;
}

const char *alert_quote(struct arena *arena, const char *text) {
    size_t len = strlen(text);
    if (len <= QUOTE_BYTES_MAX)
        return text_escape(arena, text);
    len = QUOTE_BYTES_MAX;
    while (len && ((unsigned char)text[len] & 0xC0) == 0x80) /* not inside a character */
        len--;
    const char *cut = arena_text(arena, text, len);
    return cut ? text_format(arena, "%s…", text_escape(arena, cut)) : "";
}
