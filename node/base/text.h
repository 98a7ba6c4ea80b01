/* text: words for people and from people.
 *
 * Everything that a person reads goes through _(); everything that another person wrote is printed through
 * text_escape(), so that no field of an alert can move the cursor, hide a line or forge a prompt.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <libintl.h>

#include "base/arena.h"
#include "base/span.h"

#define _(text) gettext(text)
/* Marks a text in a table for translation; the place that prints it calls _(). */
#define N_(text) (text)

/* Is it well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF) without NUL? */
bool text_is_utf8(struct span text);

/* A copy of `text` in which control characters (C0, DEL, C1, bidirectional overrides and isolates, line and paragraph
 * separators) and bytes that are not UTF-8 stand as \xNN or \u{NNNN}. Newline and tab become a space. NUL-terminated,
 * owned by `arena`; the constant "" when memory is out. */
const char *text_escape(struct arena *arena, const char *text);

/* Columns that the UTF-8 `text` takes on a terminal. */
size_t text_width(const char *text);

/* Folds for comparison: lower case, accents of Latin letters dropped (é→e, ç→c, ã→a, œ→oe), everything else kept.
 * NUL-terminated, owned by `arena`; the constant "" when memory is out. */
const char *text_fold(struct arena *arena, const char *text);

/* Orders like strcmp(), the letters A to Z as if they were small: the same in every locale, unlike strcasecmp(). */
int text_compare(const char *a, const char *b);

/* Is it this text, by the same order? */
bool text_is(struct span a, const char *b);

/* Typing errors between two words: bytes inserted, left out, replaced, or swapped with their neighbour. Words of
 * TEXT_WORD_MAX bytes and more are SIZE_MAX away from everything: for suggestions, not for content. */
enum { TEXT_WORD_MAX = 64 };
size_t text_distance(const char *a, const char *b);

/* Lower-case hexadecimal of `bytes`, NUL-terminated, into out[2 * len + 1]. */
void text_hex(char *out, const uint8_t *bytes, size_t len);

/* Reads exactly 2 * len hexadecimal digits into out[len]; false on any other input, out then holds garbage. */
bool text_unhex(uint8_t *out, size_t len, const char *hex);

/* Formats like printf into `arena`. The constant "" when memory is out. */
const char *text_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ISO 8601 UTC, "2014-05-05T09:30:00Z", of milliseconds since 1970-01-01; out holds at least 25 bytes. */
void text_time(char out[static 25], uint64_t unix_ms);

/* Reads "2014-05-05" or "2014-05-05T09:30:00Z" (also with +hh:mm) to milliseconds; false if it is neither. */
bool text_parse_time(uint64_t *unix_ms, const char *text);

#endif
