/* codes: the field's code lists, each code with an English and a French label, and the pairs of codes that make sense.
 *
 * Sources stand above each table in codes_*.c: the CITES trade-database guide and the Species+ validation tables of
 * UNEP-WCMC, ISO 3166 and ISO 4217, UN/CEFACT Recommendation 19, Res. Conf. 17.8, the grading schemes of NATO, Europol
 * and the UK, the Traffic Light Protocol 2.0. All tables are constant; every function may be called from any thread.
 */
#ifndef CORE_CODES_H
#define CORE_CODES_H

#include <stdbool.h>
#include <stddef.h>

enum code_list {
    CODES_NONE, /* not a coded value */
    CODES_COUNTRY,
    CODES_TERM,
    CODES_UNIT,
    CODES_PURPOSE,
    CODES_SOURCE,
    CODES_APPENDIX,
    CODES_RANK,
    CODES_TRANSPORT,
    CODES_CURRENCY,
    CODES_KIND,
    CODES_URGENCY,
    CODES_DIRECTION,
    CODES_AGENCY,
    CODES_DETECTION,
    CODES_REASON,
    CODES_CONCEALMENT,
    CODES_DISPOSAL,
    CODES_LEG_ROLE,
    CODES_DOCUMENT_TYPE,
    CODES_DOCUMENT_STATUS,
    CODES_PERSON_ROLE,
    CODES_COMPANY_ROLE,
    CODES_SEX,
    CODES_SOURCE_KIND,
    CODES_PRECISION,
    CODES_CONFIDENCE,
    CODES_EXHIBIT_KIND,
    CODES_CUSTODY_ACTION,
    CODES_REQUEST_TYPE,
    CODES_TLP,
    CODES_HANDLING,
    CODES_ONWARD,
    CODES_PERMITTED_PURPOSE,
    CODES_GRADING_SCHEME,
    CODES_ROLE, /* of a member: CUSTOMS, POLICE, WILDLIFE, JUDICIAL, PROSECUTOR, SECRETARIAT, OTHER */
    CODES_LANGUAGE,
    CODES_LISTS
};

struct code {
    const char *code;
    const char *en;
    const char *fr;
    bool obsolete; /* accepted on input with a warning, never offered */
};

/* "country", "term" … as used in help, completion and messages. */
const char *codes_list_name(enum code_list list);
size_t codes_count(enum code_list list);
/* In the order of the list; index < codes_count(list). */
const struct code *codes_at(enum code_list list, size_t index);
/* Exact match of the upper-case code; NULL if the list has none such. */
const struct code *codes_find(enum code_list list, const char *code);
/* The label in the language of the current locale (French, else English). */
const char *codes_label(const struct code *code);
/* Up to three codes close to a mistyped one, as "KIL, KEY", for messages; "" if none is near. Static per thread. */
const char *codes_suggest(enum code_list list, const char *code);

/* May this CITES term be counted in this unit ("" = number of specimens)? Term and unit must exist. */
bool codes_term_has_unit(const char *term, const char *unit);
/* Does UNEP-WCMC expect this term with this purpose? */
bool codes_term_has_purpose(const char *term, const char *purpose);
/* Does UNEP-WCMC expect this term for this family, or its class? `family` and `class` in any case; either may be "".
 * Also true when the tables say nothing about the family, its class or the term. */
bool codes_taxon_has_term(const char *family, const char *class, const char *term);

/* Is source/information a valid grade in the scheme (ADMIRALTY A-F/1-6, EUROPOL A,B,C,X/1-4, UK 1-3/A-E)? */
bool codes_grade_is_valid(const char *scheme, const char *source, const char *information);

/* ISO 6346: four letters (owner and category U, J or Z), six digits and the check digit: "MSKU1234565". */
bool codes_container_is_valid(const char *number);
/* Air waybill: 3 + 8 digits, the last the remainder of the serial by 7; a hyphen between is allowed. */
bool codes_air_waybill_is_valid(const char *number);
/* IMO ship number: 7 digits with check digit, "IMO" before it allowed. */
bool codes_imo_is_valid(const char *number);

#endif
