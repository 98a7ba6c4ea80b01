/* fields: the dictionary of the alert, one row per field.
 *
 * A row's slot is the field's leaf in the commitment tree (docs/protocol.md, 4) and its bit in a field_set. Policies,
 * filters, JSON and CSV in and out, help, completion and the reference page are all read from this table; a test holds
 * it against proto/alert.proto both ways. Slots never change their meaning; a removed field leaves its slot unused.
 *
 * Fields of one class sit side by side in a block of whole aligned subtrees, so that a withheld class is one hash, at
 * most three. Constant: any thread.
 */
#ifndef CORE_FIELDS_H
#define CORE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/codes.h"

enum { FIELD_SLOTS = 256 };

enum field_class {
    CLASS_INCIDENT,
    CLASS_DETECTION,
    CLASS_CONCEALMENT,
    CLASS_SPECIMENS,
    CLASS_MARKS,
    CLASS_ROUTE,
    CLASS_CONVEYANCE,
    CLASS_NARRATIVE,
    CLASS_TEARLINE,
    CLASS_DOCUMENTS,
    CLASS_PERSONS,
    CLASS_COMPANIES,
    CLASS_EVALUATION,
    CLASS_SOURCE,
    CLASS_EVIDENCE,
    CLASS_CUSTODY,
    CLASS_LABORATORY,
    CLASS_LEGAL,
    CLASS_VALUE,
    CLASS_OPERATIONAL,
    CLASS_REQUESTS,
    CLASS_COUNT
};

enum field_type {
    FIELD_TEXT,    /* UTF-8 */
    FIELD_CODE,    /* a code of `list` */
    FIELD_PLACE,   /* UN/LOCODE */
    FIELD_TAXON,   /* scientific name */
    FIELD_NUMBER,  /* uint32 */
    FIELD_DECIMAL, /* text of [-]digits[.digits], kept as written: evidence is not rounded */
    FIELD_DATE,    /* text "2014-05-05", "2014-05" or "2014" */
    FIELD_TIME,    /* text "2014-05-05T09:30:00Z" */
    FIELD_FLAG,    /* bool */
    FIELD_BLOB     /* text: where a file is and what opens it, core/reference.h */
};

/* What a FIELD_TEXT is to who compares it (core/document.h). */
enum field_form {
    FORM_PROSE,      /* words */
    FORM_NAME,       /* of a person, a company, a vessel */
    FORM_IDENTIFIER, /* letters and digits: case, blanks and dashes are how somebody wrote it */
    FORM_PHONE,      /* the same, and 00 before it is the + of a country's code */
    FORM_SHIP        /* the same, and IMO before it says nothing */
};

/* What a FIELD_TEXT names: two alerts that name the same one have to do with each other (core/links.h). */
enum field_entity {
    ENTITY_NONE,
    ENTITY_PERSON, /* by name */
    ENTITY_COMPANY,
    ENTITY_IDENTITY, /* a person's document, by its number */
    ENTITY_PHONE,
    ENTITY_EMAIL,
    ENTITY_REGISTRATION, /* of a company */
    ENTITY_VEHICLE,
    ENTITY_SHIP,
    ENTITY_CONTAINER,
    ENTITY_SEAL,
    ENTITY_CONSIGNMENT, /* a waybill, a bill of lading, a parcel */
    ENTITY_PERMIT,
    ENTITY_MARK, /* on a specimen: a tag, a chip, its number in a stockpile */
    ENTITY_FILE,
    ENTITY_COUNT
};
/* "person" …; in English, marked for translation: "Person". */
const char *field_entity_name(enum field_entity entity);
const char *field_entity_label(enum field_entity entity);

struct field {
    uint8_t slot;
    const char *path;  /* "specimens.quantity" */
    const char *group; /* "specimens" */
    const char *name;  /* "quantity" */
    enum field_type type;
    enum code_list list;  /* for FIELD_CODE */
    enum field_form form; /* for FIELD_TEXT */
    enum field_entity entity;
    enum field_class class;
    bool group_repeats; /* the group is a list: one value per element */
    bool repeats;       /* the field itself is a list within its group (persons.aliases) */
    const char *with;   /* path of the field without which this one says nothing (unit with quantity); NULL: none */
    const char *aitr;   /* column of the CITES annual illegal trade report, several with "; " between; NULL: none */
    const char *label;  /* English, marked for translation: "Quantity" */
};

/* NULL for a slot that is not in use. */
const struct field *field_at(size_t slot);
const struct field *field_find(const char *path);
/* Number of fields in use. */
size_t field_count(void);

const char *field_class_name(enum field_class class); /* "incident" … as in a policy file */
bool field_class_find(enum field_class *out, const char *name);

struct field_set {
    uint64_t words[FIELD_SLOTS / 64];
};

static inline bool field_set_has(const struct field_set *set, size_t slot) {
    return set->words[slot / 64] >> (slot % 64) & 1;
}
static inline void field_set_add(struct field_set *set, size_t slot) {
    set->words[slot / 64] |= (uint64_t)1 << (slot % 64);
}
static inline void field_set_remove(struct field_set *set, size_t slot) {
    set->words[slot / 64] &= ~((uint64_t)1 << (slot % 64));
}
static inline struct field_set field_set_and(struct field_set a, struct field_set b) {
    for (size_t i = 0; i < FIELD_SLOTS / 64; i++)
        a.words[i] &= b.words[i];
    return a;
}
static inline struct field_set field_set_or(struct field_set a, struct field_set b) {
    for (size_t i = 0; i < FIELD_SLOTS / 64; i++)
        a.words[i] |= b.words[i];
    return a;
}
static inline struct field_set field_set_minus(struct field_set a, struct field_set b) {
    for (size_t i = 0; i < FIELD_SLOTS / 64; i++)
        a.words[i] &= ~b.words[i];
    return a;
}
static inline bool field_set_is_empty(const struct field_set *set) {
    return !(set->words[0] | set->words[1] | set->words[2] | set->words[3]);
}
static inline struct field_set field_set_all(void) {
    struct field_set all = {{~(uint64_t)0, ~(uint64_t)0, ~(uint64_t)0, ~(uint64_t)0}};
    return all;
}
/* As bytes (docs/protocol.md, 5.1.2): slot s is bit s mod 8 of byte s div 8. */
static inline void field_set_put(uint8_t out[static FIELD_SLOTS / 8], const struct field_set *set) {
    for (size_t i = 0; i < FIELD_SLOTS / 8; i++)
        out[i] = (uint8_t)(set->words[i / 8] >> (8 * (i % 8)));
}
/* All slots of a class, including those not yet in use: its block belongs to it. */
struct field_set field_set_of_class(enum field_class class);

#endif
