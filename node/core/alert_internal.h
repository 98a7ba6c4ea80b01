/* alert_internal: where the fields of the dictionary sit in the generated structs. For the files alert*.c only.
 *
 * protobuf-c's descriptors know offsets and tags, the dictionary knows meanings; a leaf joins the two. Everything that
 * walks an alert walks leaves, so that a new field is a row in fields.c and a line in alert.proto and nothing else.
 */
#ifndef CORE_ALERT_INTERNAL_H
#define CORE_ALERT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alert.pb-c.h"
#include "base/arena.h"
#include "base/limits.h"
#include "base/result.h"
#include "core/fields.h"

enum { GROUPS_MAX = 32, GROUP_LEAVES_MAX = 32 };

struct leaf {
    const struct field *field;              /* NULL: the slot is not in use */
    const ProtobufCFieldDescriptor *group;  /* in Alert */
    const ProtobufCFieldDescriptor *member; /* in the group's message */
};

/* A group with its leaves in the order of their slots. */
struct leaf_group {
    const ProtobufCFieldDescriptor *group;
    const struct leaf *leaves[GROUP_LEAVES_MAX];
    size_t count;
};

struct leaf_table {
    struct leaf leaves[FIELD_SLOTS];
    struct leaf_group groups[GROUPS_MAX]; /* in the order of their first slots */
    size_t group_count;
};

/* Built on first use, constant from then on. Any thread. */
const struct leaf_table *leaf_table(void);

/* NULL for an unknown path. */
const struct leaf *leaf_find(const char *path);

/* A group's elements: up to n for a list, 0 or 1 else. */
size_t leaf_elements(const Alert *content, const ProtobufCFieldDescriptor *group);
/* NULL for an element that is absent or past the end. */
ProtobufCMessage *leaf_element(const Alert *content, const ProtobufCFieldDescriptor *group, size_t element);

/* Grows the group to hold `element` and gives it. TOO_LARGE, NO_MEMORY. */
MUST_USE enum result leaf_grow(struct arena *arena, Alert *content, const ProtobufCFieldDescriptor *group,
                               size_t element, ProtobufCMessage **out);
/* Gives a list of `count` fresh elements, or the single one, to `content`, which has none of that group yet. */
MUST_USE enum result leaf_make(struct arena *arena, Alert *content, const ProtobufCFieldDescriptor *group,
                               size_t count);

static inline bool leaf_is_text(const struct leaf *leaf) {
    return leaf->member->type == PROTOBUF_C_TYPE_STRING;
}
static inline bool leaf_is_list(const struct leaf *leaf) {
    return leaf->member->label == PROTOBUF_C_LABEL_REPEATED;
}

/* The texts of one element (NULL: none) and their number; one of them may still be empty, which means absent. */
size_t leaf_texts(const struct leaf *leaf, const ProtobufCMessage *element, char *const **texts);
/* The number or flag of one element; false if absent. */
bool leaf_number(const struct leaf *leaf, const ProtobufCMessage *element, uint32_t *number);
bool leaf_is_present(const struct leaf *leaf, const ProtobufCMessage *element);

void leaf_set_text(const struct leaf *leaf, ProtobufCMessage *element, char *text);
void leaf_set_texts(const struct leaf *leaf, ProtobufCMessage *element, char **texts, size_t count);
void leaf_set_number(const struct leaf *leaf, ProtobufCMessage *element, uint32_t number);

/* "specimens[2].unit", "incident.year": as findings and JSON name it, elements from 0. Owned by `arena`. */
const char *leaf_path(struct arena *arena, const struct leaf *leaf, size_t element);

/* A text from outside as it may stand in a finding: escaped, and cut when it is long. Owned by `arena`. */
const char *alert_quote(struct arena *arena, const char *text);

/* What a text of this type must look like, translated; NULL if `text` does. Codes and names are not looked up. */
const char *leaf_expects(enum field_type type, const char *text);

/* A date with as much precision as it was written with: month and day 0 where unknown. */
struct date {
    uint32_t year;
    uint32_t month;
    uint32_t day;
};
/* Reads "2014", "2014-05" or "2014-05-05"; false for any other text and for days that no calendar has. */
bool date_parse(struct date *out, const char *text);
/* Is there such a day, month, year? */
bool date_exists(const struct date *date);

/* Reads [-]digits[.digits] whatever the locale; false for any other text. */
bool decimal_parse(double *out, const char *text);

/* The envelope's members in JSON, with their place in AlertHeader; in the order in which they are written. */
enum envelope_type {
    ENVELOPE_TEXT,
    ENVELOPE_TEXTS,
    ENVELOPE_ID, /* bytes, hexadecimal in JSON */
    ENVELOPE_NUMBER,
    ENVELOPE_TIME, /* milliseconds, ISO 8601 to the second in JSON */
    ENVELOPE_FLAG
};

struct envelope_member {
    const char *object; /* "grading", "marking"; NULL: at the top level */
    const char *name;
    enum envelope_type type;
    enum code_list list; /* that the text must be of */
    size_t id_size;
    size_t offset;     /* in AlertHeader */
    size_t quantifier; /* of has_… or n_…; 0: the member is required */
};

extern const struct envelope_member envelope_members[];
extern const size_t envelope_member_count;

/* "marking.tlp" */
const char *envelope_path(struct arena *arena, const struct envelope_member *member);

/* The texts that a member holds, and their number: 0 where it holds something else. */
size_t envelope_texts(const AlertHeader *header, const struct envelope_member *member, char *const **texts);

static inline void *envelope_at(const AlertHeader *header, size_t offset) {
    return (char *)(uintptr_t)header + offset;
}

#endif
