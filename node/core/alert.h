/* alert: the content of an alert, between the people who write it, the slots that are committed, and the reader.
 *
 * An alert has an envelope (AlertHeader: what may never be hidden, signed as a whole) and content (Alert: groups of
 * fields, committed one by one). JSON is how people and programs hand both in and get them back.
 *
 * All memory comes from the arena given; results point into it. Pure: any thread.
 */
#ifndef CORE_ALERT_H
#define CORE_ALERT_H

#include "alert.pb-c.h"
#include "base/arena.h"
#include "base/report.h"
#include "base/result.h"
#include "base/span.h"
#include "core/fields.h"
#include "core/places.h"
#include "core/taxa.h"

/* What validation looks names up in. */
struct references {
    const struct taxa *taxa;
    const struct places *places;
};

/* Reads one alert. The envelope's members (kind, urgency, expires, language, operation, in_reply_to, supersedes, alert,
 * version, grading, marking) and the groups stand side by side at the top level; groups that repeat are arrays.
 * "incident": {"date": "2014-05-05"} may stand for year, month and day. null and the empty text mean absent. Unknown
 * members, wrong types, values over the limits are errors in `report` with their path (and line of the JSON where the
 * syntax is wrong); INVALID if there is any. Version is 1 unless given. Originator, alert and created are read where
 * they are given, so that what alert_to_json() writes can be read back; who signs sets them himself, and suite, schema
 * and root, which JSON does not carry. */
MUST_USE enum result alert_from_json(struct arena *arena, struct span json, AlertHeader **header, Alert **content,
                                     struct report *report);

/* Are all texts of the envelope UTF-8? A header from outside must be, before anything shows or writes it. */
bool alert_header_is_text(const AlertHeader *header);
/* Does its originator take the alert back? A recall has no content, and its reason stands in the caveat. */
bool alert_is_recall(const AlertHeader *header);
/* Is a date ("2044-05-05", "2044-05", "2044", UTC) past at this wall time in milliseconds? So is what is no date. */
bool alert_date_is_past(const char *date, uint64_t when);

/* A date as one number: 20440505, with 99 for a month or a day that is not said; 1 of what is no date. */
uint32_t alert_date_number(const char *date);

/* Meaning: mandatory fields, codes, grades, markings, dates, ranges as errors; check digits, doubtful pairs (tusks of a
 * pangolin, scales in cubic metres), unknown names, obsolete codes, a field without the one that it needs, a number of
 * animals not matching the factor as warnings. Findings name elements from 0, as JSON does: "specimens[0].unit".
 * INVALID if there is an error. `now_ms`: dates after tomorrow are refused. */
MUST_USE enum result alert_validate(const AlertHeader *header, const Alert *content,
                                    const struct references *references, uint64_t now_ms, struct report *report);

/* Cuts the content into slots: values[slot] is the protobuf encoding of an Alert that holds that one path, over all
 * elements of its group up to the last that has the field; data NULL where the field is absent everywhere. An empty
 * text counts as absent. NO_MEMORY; TOO_LARGE over a limit of an alert. */
MUST_USE enum result alert_split(struct arena *arena, const Alert *content, struct span values[static FIELD_SLOTS]);

/* Joins slots (data NULL: absent or not opened) into one Alert, element by element. Each value must be exactly what
 * alert_split() would write for it, valid UTF-8 without NUL and inside the limits: MALFORMED, NOT_CANONICAL, TOO_LARGE,
 * NO_MEMORY. Values of slots that this version does not know are left out. */
MUST_USE enum result alert_join(struct arena *arena, const struct span values[static FIELD_SLOTS], Alert **content);

/* Which slots have a value. */
struct field_set alert_present(const struct span values[static FIELD_SLOTS]);

/* Appends one line of JSON, members in the order of the dictionary, readable by alert_from_json(); characters that a
 * terminal would act on are escaped. `content` may be NULL. NO_MEMORY. */
MUST_USE enum result alert_to_json(struct arena *arena, const AlertHeader *header, const Alert *content,
                                   struct buf *out);

/* Calls back for every value in the order of the dictionary: the field, the element of its group (0 for a group that
 * does not repeat), and the value as text (numbers in decimal, flags "yes"/"no", not escaped, codes without label).
 * A repeated field calls once per value. */
typedef void alert_visit(void *context, const struct field *field, size_t element, const char *value);
void alert_each(const Alert *content, alert_visit *visit, void *context);

/* The value of one field as text, those of a repeated field with "; " between; "" if absent or element is past the end.
 * Owned by `arena`. */
const char *alert_text(struct arena *arena, const Alert *content, const char *path, size_t element);
/* Sets one field from text (import, quick forms), growing the group to `element` + 1; a repeated field appends.
 * "incident.date" sets year, month and day. INVALID for an empty text and one that is not of the field's type (codes
 * are not looked up), NOT_FOUND for an unknown path, TOO_LARGE past a limit, NO_MEMORY. */
MUST_USE enum result alert_set_text(struct arena *arena, Alert *content, const char *path, size_t element,
                                    const char *text);

#endif
