#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A run of code points, both ends included. */
struct range {
    uint32_t first;
    uint32_t last;
};

static bool is_in(const struct range *ranges, size_t count, uint32_t point) {
    size_t low = 0;
    while (low < count) {
        size_t middle = low + (count - low) / 2;
        if (point > ranges[middle].last)
            low = middle + 1;
        else if (point < ranges[middle].first)
            count = middle;
        else
            return true;
    }
    return false;
}

#define IS_IN(ranges, point) is_in(ranges, sizeof(ranges) / sizeof *(ranges), point)

/* Length of the sequence that a lead byte opens; 0 for a byte that opens none. */
static size_t sequence_length(uint8_t lead) {
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 2;
    if (lead >= 0xE0 && lead <= 0xEF)
        return 3;
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

/* Bytes of the code point at the front of data[len], 0 if they are not UTF-8 (RFC 3629, 4). */
static size_t decode(uint32_t *point, const uint8_t *data, size_t len) {
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    static const uint8_t lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    size_t length = len ? sequence_length(data[0]) : 0;
    if (length == 0 || length > len)
        return 0;
    uint32_t value = data[0] & lead_bits[length];
    for (size_t i = 1; i < length; i++) {
        if ((data[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (data[i] & 0x3F);
    }
    bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < smallest[length] || value > 0x10FFFF || surrogate)
        return 0;
    *point = value;
    return length;
}

bool text_is_utf8(struct span text) {
    size_t at = 0;
    while (at < text.len) {
        uint32_t point;
        size_t length = decode(&point, text.data + at, text.len - at);
        if (length == 0 || point == 0)
            return false;
        at += length;
    }
    return true;
}

/* What can move the cursor, reorder a line or break it. */
static const struct range unsafe[] = {
    {0x0000, 0x001F}, /* C0 */
    {0x007F, 0x009F}, /* DEL, C1 */
    {0x2028, 0x202E}, /* line and paragraph separators, bidirectional embeddings and overrides */
    {0x2066, 0x2069}, /* bidirectional isolates */
};

enum { ESCAPE_SIZE = sizeof "\\u{10ffff}" };

/* Writes the safe form of the front of data[len] into out[ESCAPE_SIZE], its length into *written; bytes consumed. */
static size_t escape_one(char *out, size_t *written, const uint8_t *data, size_t len) {
    uint32_t point;
    size_t length = decode(&point, data, len);
    if (length == 1 && (point == '\n' || point == '\t')) {
        out[0] = ' ';
        *written = 1;
    } else if (length == 0 || (length == 1 && IS_IN(unsafe, point))) {
        *written = (size_t)snprintf(out, ESCAPE_SIZE, "\\x%02x", data[0]);
        length = 1;
    } else if (IS_IN(unsafe, point)) {
        *written = (size_t)snprintf(out, ESCAPE_SIZE, "\\u{%04x}", point);
    } else {
        memcpy(out, data, length);
        *written = length;
    }
    return length;
}

const char *text_escape(struct arena *arena, const char *text) {
    const uint8_t *data = (const uint8_t *)text;
    size_t len = strlen(text);
    char one[ESCAPE_SIZE];
    size_t written;
    size_t total = 0;
    for (size_t at = 0; at < len; total += written)
        at += escape_one(one, &written, data + at, len - at);

    char *out = arena_alloc(arena, total + 1);
    if (!out)
        return "";
    char *end = out;
    for (size_t at = 0; at < len; end += written) {
        at += escape_one(one, &written, data + at, len - at);
        memcpy(end, one, written);
    }
    return out;
}

/* Combining marks and invisible characters of the scripts of the six working languages and their neighbours. */
static const struct range zero_columns[] = {
    {0x0000, 0x001F}, {0x007F, 0x009F}, {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x05BF, 0x05BF},
    {0x05C1, 0x05C2}, {0x05C4, 0x05C5}, {0x05C7, 0x05C7}, {0x0610, 0x061A}, {0x061C, 0x061C}, {0x064B, 0x065F},
    {0x0670, 0x0670}, {0x06D6, 0x06DC}, {0x06DF, 0x06E4}, {0x06E7, 0x06E8}, {0x06EA, 0x06ED}, {0x0900, 0x0902},
    {0x093C, 0x093C}, {0x0941, 0x0948}, {0x094D, 0x094D}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E},
    {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x2064}, {0x2066, 0x206F},
    {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF},
};

/* Wide and full-width characters (Unicode Standard Annex 11), in whole blocks. */
static const struct range two_columns[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F},
    {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x2FFFD}, {0x30000, 0x3FFFD},
};

size_t text_width(const char *text) {
    const uint8_t *data = (const uint8_t *)text;
    size_t len = strlen(text);
    size_t columns = 0;
    while (len) {
        uint32_t point;
        size_t length = decode(&point, data, len);
        if (length == 0) /* a terminal shows one replacement character */
            columns++, length = 1;
        else if (!IS_IN(zero_columns, point))
            columns += IS_IN(two_columns, point) ? 2 : 1;
        data += length;
        len -= length;
    }
    return columns;
}

/* Plain letters of the accented ones; none is longer than the UTF-8 it stands for, so a folded text never grows. */
static const struct {
    struct range from;
    const char *to;
} folds[] = {
    {{0x00C0, 0x00C5}, "a"},  {{0x00C6, 0x00C6}, "ae"}, {{0x00C7, 0x00C7}, "c"},  {{0x00C8, 0x00CB}, "e"},
    {{0x00CC, 0x00CF}, "i"},  {{0x00D0, 0x00D0}, "d"},  {{0x00D1, 0x00D1}, "n"},  {{0x00D2, 0x00D6}, "o"},
    {{0x00D8, 0x00D8}, "o"},  {{0x00D9, 0x00DC}, "u"},  {{0x00DD, 0x00DD}, "y"},  {{0x00DE, 0x00DE}, "th"},
    {{0x00DF, 0x00DF}, "ss"}, {{0x00E0, 0x00E5}, "a"},  {{0x00E6, 0x00E6}, "ae"}, {{0x00E7, 0x00E7}, "c"},
    {{0x00E8, 0x00EB}, "e"},  {{0x00EC, 0x00EF}, "i"},  {{0x00F0, 0x00F0}, "d"},  {{0x00F1, 0x00F1}, "n"},
    {{0x00F2, 0x00F6}, "o"},  {{0x00F8, 0x00F8}, "o"},  {{0x00F9, 0x00FC}, "u"},  {{0x00FD, 0x00FD}, "y"},
    {{0x00FE, 0x00FE}, "th"}, {{0x00FF, 0x00FF}, "y"},  {{0x0100, 0x0105}, "a"},  {{0x0106, 0x010D}, "c"},
    {{0x010E, 0x0111}, "d"},  {{0x0112, 0x011B}, "e"},  {{0x011C, 0x0123}, "g"},  {{0x0124, 0x0127}, "h"},
    {{0x0128, 0x0131}, "i"},  {{0x0132, 0x0133}, "ij"}, {{0x0134, 0x0135}, "j"},  {{0x0136, 0x0138}, "k"},
    {{0x0139, 0x0142}, "l"},  {{0x0143, 0x014B}, "n"},  {{0x014C, 0x0151}, "o"},  {{0x0152, 0x0153}, "oe"},
    {{0x0154, 0x0159}, "r"},  {{0x015A, 0x0161}, "s"},  {{0x0162, 0x0167}, "t"},  {{0x0168, 0x0173}, "u"},
    {{0x0174, 0x0175}, "w"},  {{0x0176, 0x0178}, "y"},  {{0x0179, 0x017E}, "z"},  {{0x017F, 0x017F}, "s"},
    {{0x01A0, 0x01A1}, "o"},  {{0x01AF, 0x01B0}, "u"},  {{0x01CD, 0x01CE}, "a"},  {{0x01E6, 0x01E7}, "g"},
    {{0x1E0C, 0x1E0D}, "d"},  {{0x1E24, 0x1E25}, "h"},  {{0x1E32, 0x1E33}, "k"},  {{0x1E36, 0x1E37}, "l"},
    {{0x1E42, 0x1E43}, "m"},  {{0x1E44, 0x1E47}, "n"},  {{0x1E5A, 0x1E5B}, "r"},  {{0x1E62, 0x1E63}, "s"},
    {{0x1E6C, 0x1E6D}, "t"},  {{0x1E92, 0x1E93}, "z"},  {{0x1EA0, 0x1EB7}, "a"},  {{0x1EB8, 0x1EC7}, "e"},
    {{0x1EC8, 0x1ECB}, "i"},  {{0x1ECC, 0x1EE3}, "o"},  {{0x1EE4, 0x1EF1}, "u"},  {{0x1EF2, 0x1EF9}, "y"},
    {{0x0300, 0x036F}, ""}, /* accents written as marks of their own */
};

static const char *fold_of(uint32_t point) {
    for (size_t i = 0; i < sizeof folds / sizeof *folds; i++)
        if (point >= folds[i].from.first && point <= folds[i].from.last)
            return folds[i].to;
    return NULL;
}

const char *text_fold(struct arena *arena, const char *text) {
    const uint8_t *data = (const uint8_t *)text;
    size_t len = strlen(text);
    char *out = arena_alloc(arena, len + 1);
    if (!out)
        return "";
    char *end = out;
    while (len) {
        uint32_t point = data[0];
        size_t length = decode(&point, data, len);
        const char *plain = length > 1 ? fold_of(point) : NULL;
        if (length == 0)
            length = 1;
        size_t written = plain ? strlen(plain) : length;
        memcpy(end, plain ? (const uint8_t *)plain : data, written);
        if (point >= 'A' && point <= 'Z')
            *end = (char)(*end - 'A' + 'a');
        end += written;
        data += length;
        len -= length;
    }
    return out;
}

static unsigned char small(char c) {
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

int text_compare(const char *a, const char *b) {
    while (*a && small(*a) == small(*b)) {
        a++;
        b++;
    }
    return small(*a) - small(*b);
}

bool text_is(struct span a, const char *b) {
    size_t i = 0;
    while (i < a.len && b[i] && small((char)a.data[i]) == small(b[i]))
        i++;
    return i == a.len && b[i] == '\0';
}

static size_t smallest_of(size_t a, size_t b, size_t c) {
    size_t smaller = a < b ? a : b;
    return smaller < c ? smaller : c;
}

/* Optimal string alignment: a row per byte of `a`, of which the last three are kept. */
size_t text_distance(const char *a, const char *b) {
    size_t a_len = strlen(a), b_len = strlen(b);
    if (a_len >= TEXT_WORD_MAX || b_len >= TEXT_WORD_MAX)
        return SIZE_MAX;
    size_t rows[3][TEXT_WORD_MAX];
    for (size_t j = 0; j <= b_len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            row[j] = smallest_of(above[j - 1] + (a[i - 1] != b[j - 1]), above[j] + 1, row[j - 1] + 1);
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped && rows[(i - 2) % 3][j - 2] + 1 < row[j])
                row[j] = rows[(i - 2) % 3][j - 2] + 1;
        }
    }
    return rows[a_len % 3][b_len];
}

void text_hex(char *out, const uint8_t *bytes, size_t len) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * len] = '\0';
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool text_unhex(uint8_t *out, size_t len, const char *hex) {
    for (size_t i = 0; i < len; i++) {
        int high = hex_digit(hex[2 * i]);
        int low = high < 0 ? -1 : hex_digit(hex[2 * i + 1]);
        if (low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return hex[2 * len] == '\0';
}

const char *text_format(struct arena *arena, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *out = len < 0 ? NULL : arena_alloc(arena, (size_t)len + 1);
    if (!out)
        return "";
    va_start(arguments, format);
    vsnprintf(out, (size_t)len + 1, format, arguments);
    va_end(arguments);
    return out;
}

/* The Gregorian calendar, counted in years that begin on 1 March: the leap day then comes last, and a month's first day
 * is a straight line of its number. An era is 400 years, 146,097 days; 1970-01-01 is day 719,468 of year 0. */
enum { ERA_DAYS = 146097, EPOCH_DAY = 719468, DAY_MS = 86400000 };

static int64_t days_from_date(int64_t year, int64_t month, int64_t day) {
    year -= month <= 2;
    int64_t era = year / 400;
    int64_t year_of_era = year % 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * ERA_DAYS + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - EPOCH_DAY;
}

static void date_from_days(int64_t days, int *year, int *month, int *day) {
    days += EPOCH_DAY;
    int64_t rest = days % ERA_DAYS;
    int64_t year_of_era = (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365;
    int64_t day_of_year = rest - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = (int)(days / ERA_DAYS * 400 + year_of_era + (*month <= 2));
}

void text_time(char out[static 25], uint64_t unix_ms) {
    static const uint64_t last_ms = 253402300799999; /* 9999-12-31T23:59:59.999Z: the form has four digits for a year */
    if (unix_ms > last_ms)
        unix_ms = last_ms;
    int year, month, day;
    date_from_days((int64_t)(unix_ms / DAY_MS), &year, &month, &day);
    int second = (int)(unix_ms % DAY_MS / 1000);
    snprintf(out, 25, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)year % 10000, (unsigned)month % 100,
             (unsigned)day % 100, (unsigned)second / 3600 % 100, (unsigned)second / 60 % 60, (unsigned)second % 60);
}

/* Reads exactly `digits` digits from *text and goes behind them. */
static bool take_digits(const char **text, int digits, int *out) {
    int value = 0;
    for (int i = 0; i < digits; i++) {
        char c = (*text)[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *text += digits;
    *out = value;
    return true;
}

static bool take_char(const char **text, char c) {
    if (**text != c)
        return false;
    (*text)++;
    return true;
}

static bool take_date(const char **text, int64_t *days) {
    int year, month, day;
    bool form = take_digits(text, 4, &year) && take_char(text, '-') && take_digits(text, 2, &month) &&
                take_char(text, '-') && take_digits(text, 2, &day);
    if (!form || year < 1 || month < 1 || month > 12 || day < 1)
        return false;
    *days = days_from_date(year, month, day);
    int64_t next = month == 12 ? days_from_date(year + 1, 1, 1) : days_from_date(year, month + 1, 1);
    return *days < next;
}

/* "T09:30:00" with "Z" or an offset, as seconds of UTC from the start of the day; negative when it was the day before.
 */
static bool take_time(const char **text, int *seconds) {
    int hour, minute, second, offset_hour = 0, offset_minute = 0;
    bool form = take_char(text, 'T') && take_digits(text, 2, &hour) && take_char(text, ':') &&
                take_digits(text, 2, &minute) && take_char(text, ':') && take_digits(text, 2, &second);
    if (!form || hour > 23 || minute > 59 || second > 59)
        return false;
    *seconds = hour * 3600 + minute * 60 + second;
    if (take_char(text, 'Z'))
        return true;
    int sign = **text == '-' ? 1 : -1;
    form = (take_char(text, '+') || take_char(text, '-')) && take_digits(text, 2, &offset_hour) &&
           take_char(text, ':') && take_digits(text, 2, &offset_minute);
    if (!form || offset_hour > 23 || offset_minute > 59)
        return false;
    *seconds += sign * (offset_hour * 3600 + offset_minute * 60);
    return true;
}

bool text_parse_time(uint64_t *unix_ms, const char *text) {
    int64_t days;
    int seconds = 0;
    if (!take_date(&text, &days))
        return false;
    if (*text && !take_time(&text, &seconds))
        return false;
    int64_t total = days * (DAY_MS / 1000) + seconds;
    if (*text || total < 0)
        return false;
    *unix_ms = (uint64_t)total * 1000;
    return true;
}
