/* document: an alert as a query sees it: its values in a row, each in the form in which it is compared.
 *
 * Made once, when an alert comes in or is looked at; the index takes its terms from it and query_matches() decides on
 * it, so that both see the same. Pure; any thread.
 */
#ifndef CORE_DOCUMENT_H
#define CORE_DOCUMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "alert.pb-c.h"
#include "base/arena.h"
#include "base/result.h"
#include "base/span.h"
#include "core/fields.h"

/* What is not in the dictionary and can be asked for, too: the envelope, and the date of the incident as a whole. */
enum document_slot {
    SLOT_KIND = FIELD_SLOTS,
    SLOT_URGENCY,
    SLOT_LANGUAGE,
    SLOT_OPERATION,
    SLOT_TLP,
    SLOT_HANDLING,
    SLOT_ONWARD,
    SLOT_CAVEAT,
    SLOT_CREATED,
    SLOT_EXPIRES,
    SLOT_VERSION,
    SLOT_ORIGINATOR,
    SLOT_REPLY, /* object id of the alert that it answers, in hexadecimal */
    SLOT_DATE,
    SLOT_COUNT
};

/* Slots of the dictionary that are asked for by name here: a slot never changes its meaning. */
enum {
    SLOT_YEAR = 0, /* incident.year … */
    SLOT_MONTH = 1,
    SLOT_DAY = 2,
    SLOT_PLACE = 5,
    SLOT_LATITUDE = 7,
    SLOT_LONGITUDE = 8,
    SLOT_LEG_PLACE = 67 /* legs.place */
};

/* The row of the dictionary, or of the envelope's (its `slot` says nothing, its `group` is NULL). NULL: not in use. */
const struct field *document_field(size_t slot);

/* How values of a field are compared. */
enum comparison {
    COMPARE_CODE,       /* the same code */
    COMPARE_TAXON,      /* the same, or below it */
    COMPARE_ORDER,      /* numbers, dates, times */
    COMPARE_PROSE,      /* words in their order */
    COMPARE_NAME,       /* the same; kept by field in the index */
    COMPARE_IDENTIFIER, /* letters and digits alone */
    COMPARE_MEMBER      /* a member of the roster */
};
enum comparison document_compares(size_t slot);
/* Is it among what words without a field are looked for in? */
bool document_is_searched(size_t slot);

struct value {
    uint16_t slot;
    uint16_t element; /* of its group */
    /* As it is compared: codes as they are; names, species and prose folded (text_fold()); of an identifier the letters
     * and digits; NULL for what has bounds alone. */
    const char *key;
    double low; /* COMPARE_ORDER: what the value may stand for: 20140500 to 20140599 for "2014-05", milliseconds … */
    double high;
};

struct document {
    uint64_t created;          /* milliseconds */
    const uint8_t *originator; /* 32 bytes */
    uint32_t date;        /* incident: 20140505; 20140500 or 20140000 when the day or month is not known; 0: none */
    struct value *values; /* by slot, within it by element */
    size_t count;
};

/* In memory of the arena, but for the originator, which is the header's. `content` may be NULL; what this node may not
 * see must be missing in it. NO_MEMORY. */
MUST_USE enum result document_make(struct document *out, struct arena *arena, const AlertHeader *header,
                                   const Alert *content);

/* Where the first value stands, from `from` on, of this slot and element, or of what comes behind it. */
size_t document_seek(const struct document *document, size_t from, size_t slot, size_t element);

/* A text as an identifier is compared; "" when it has no letter or digit. NULL when memory is out. */
const char *document_identifier(struct arena *arena, const char *text, enum field_form form);
/* The same of what is one already: without the 00 or the IMO that its form leaves out. */
const char *document_strip(const char *identifier, enum field_form form);
/* Takes the next word off a folded text; false at its end. A word is a run of letters and digits of any script. */
bool document_next_word(const char **text, struct span *word);
/* What a date, number or time of this type may stand for; false for a text that is none. */
bool document_bounds(enum field_type type, const char *text, double *low, double *high);
/* Of year, month and day; 0 if there is none. */
uint32_t document_date(const Alert *content);

#endif
