/* codes_tables: the rows behind codes.h, a file per family of lists. For codes.c only. */
#ifndef CORE_CODES_TABLES_H
#define CORE_CODES_TABLES_H

#include <stddef.h>

#include "core/codes.h"

struct code_table {
    const char *name; /* of the list, as codes_list_name() gives it */
    const struct code *rows;
    size_t count;
};

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))
#define TABLE(name, rows)                                                                                              \
    { name, rows, COUNT(rows) }

/* Codes of a list of words are parted by one blank. */
struct term_rule {
    const char *term;
    const char *units;    /* "- GRM KIL": units, "-" for none */
    const char *purposes; /* "ELMPQST": a letter each */
};

struct taxon_rule {
    const char *taxon;
    const char *above; /* the next taxon upwards that has a rule; "" for a kingdom */
    const char *terms; /* "CAR MEA SCA TAI" */
};

/* codes_cites.c */
extern const struct code_table codes_terms, codes_units, codes_purposes, codes_sources, codes_appendices, codes_ranks;
extern const struct term_rule codes_term_rules[];
extern const size_t codes_term_rule_count;
extern const struct taxon_rule codes_taxon_rules[];
extern const size_t codes_taxon_rule_count;

/* codes_world.c */
extern const struct code_table codes_countries, codes_currencies, codes_transports, codes_languages;

/* codes_record.c: what a seizure record says */
extern const struct code_table codes_directions, codes_agencies, codes_detections, codes_reasons, codes_concealments,
    codes_disposals, codes_leg_roles, codes_document_types, codes_document_statuses, codes_person_roles,
    codes_company_roles, codes_sexes, codes_exhibit_kinds, codes_custody_actions, codes_precisions;

/* codes_sharing.c: what an alert is and who may have it */
extern const struct code_table codes_kinds, codes_urgencies, codes_source_kinds, codes_confidences, codes_request_types,
    codes_tlp, codes_handlings, codes_onward, codes_permitted_purposes, codes_grading_schemes, codes_roles;

#endif
