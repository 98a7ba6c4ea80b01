#include "core/alert_validate.h"

#include <string.h>

#include "base/text.h"

/* Originator, alert id and root are filled in by the node that signs. */
enum { SIGNER_BYTES = 128 };

static void check_codes(const struct check *check) {
    for (size_t i = 0; i < envelope_member_count; i++) {
        const struct envelope_member *member = &envelope_members[i];
        const char *path = envelope_path(check->arena, member);
        char *const *texts;
        size_t count = envelope_texts(check->header, member, &texts);
        for (size_t j = 0; j < count && member->list != CODES_NONE; j++)
            if (is_given(texts[j]))
                check_code(check, path, member->list, texts[j]);
    }
}

static void check_mandatory(const struct check *check) {
    if (!is_given(check->header->kind))
        report_add(check->report, SEVERITY_ERROR, "kind", _("is missing; for example SEIZURE or QUESTION"));
    if (!is_given(check->header->tlp))
        report_add(check->report, SEVERITY_ERROR, "marking.tlp",
                   _("is missing; say who may see it: CLEAR, GREEN, AMBER, AMBER+STRICT or RED"));
    if (check->header->version == 0)
        report_add(check->report, SEVERITY_ERROR, "version", _("is 0, the first version is 1"));
}

static const char *grades_of(const char *scheme) {
    if (strcmp(scheme, "ADMIRALTY") == 0)
        return _("A to F for the source, 1 to 6 for the information");
    if (strcmp(scheme, "EUROPOL") == 0)
        return _("A, B, C or X for the source, 1 to 4 for the information");
    return _("1 to 3 for the source, A to E for the information");
}

static void check_grading(const struct check *check) {
    const char *scheme = or_empty(check->header->grading_scheme);
    const char *source = or_empty(check->header->source_grade);
    const char *information = or_empty(check->header->information_grade);
    if (!*scheme) {
        if (*source || *information)
            report_add(check->report, SEVERITY_ERROR, "grading.scheme",
                       _("is missing; \"%s%s\" means nothing without it: ADMIRALTY, EUROPOL or UK"),
                       check_quote(check, source), check_quote(check, information));
        return;
    }
    if (!codes_find(CODES_GRADING_SCHEME, scheme))
        return; /* already said */
    if (!codes_grade_is_valid(scheme, source, information))
        report_add(check->report, SEVERITY_ERROR, "grading", _("\"%s\" and \"%s\" are not grades of %s; it has %s"),
                   check_quote(check, source), check_quote(check, information), scheme, grades_of(scheme));
}

static bool has_handling(const struct check *check, const char *code) {
    for (size_t i = 0; i < check->header->n_handling; i++)
        if (strcmp(or_empty(check->header->handling[i]), code) == 0)
            return true;
    return false;
}

/* As many of the codes as are given. */
static int count_handling(const struct check *check, const char *const *codes) {
    int count = 0;
    for (; *codes; codes++)
        count += has_handling(check, *codes);
    return count;
}

/* The 3x5x2 report of the United Kingdom: under C an action and a sanitisation code, under P none. */
static void check_conditions(const struct check *check) {
    static const char *const actions[] = {"A1", "A2", "A3", NULL}, *const sanitisation[] = {"S1", "S2", NULL};
    int action_count = count_handling(check, actions), sanitisation_count = count_handling(check, sanitisation);
    bool has_conditions = has_handling(check, "C");
    if (has_conditions && (action_count != 1 || sanitisation_count != 1))
        report_add(check->report, SEVERITY_ERROR, "marking.handling",
                   _("C goes with one of A1, A2, A3 and one of S1, S2"));
    if (!has_conditions && action_count + sanitisation_count > 0)
        report_add(check->report, SEVERITY_ERROR, "marking.handling", _("A1 to A3, S1 and S2 stand under C only"));
    if (has_conditions && has_handling(check, "P"))
        report_add(check->report, SEVERITY_ERROR, "marking.handling", _("P and C exclude each other"));
}

/* What a person has to read stops what goes by rule. */
static void check_onward(const struct check *check) {
    const AlertHeader *header = check->header;
    for (size_t i = 0; i < header->n_purposes; i++)
        if (is_given(header->purposes[i]) && !codes_find(CODES_PERMITTED_PURPOSE, header->purposes[i]))
            report_add(check->report, SEVERITY_WARNING, "marking.purposes",
                       _("\"%s\" is no permitted-purpose code: people read it, and no node passes the alert on"),
                       check_quote(check, header->purposes[i]));
    if (header->has_onward_hops && header->onward_hops == 0)
        report_add(check->report, SEVERITY_ERROR, "marking.onward_hops",
                   _("is 0; 1 is for your own readers alone, 2 for those they pass it on to"));
    if (header->has_embargo_until && header->embargo_until <= check->now_ms) {
        char when[25];
        text_time(when, header->embargo_until);
        report_add(check->report, SEVERITY_WARNING, "marking.embargo_until", _("is %s: it is over"), when);
    }
}

static void check_handling(const struct check *check) {
    check_conditions(check);
    for (size_t i = 0; i < check->header->n_handling; i++)
        if (strcmp(or_empty(check->header->handling[i]), "H3") == 0 && !is_given(check->header->caveat))
            report_add(check->report, SEVERITY_ERROR, "marking.caveat",
                       _("is missing; handling code H3 needs the restriction in words"));
}

static void check_times(const struct check *check) {
    const AlertHeader *header = check->header;
    struct date date;
    char when[25];
    if (is_given(header->retention_until) && !date_parse(&date, header->retention_until))
        report_add(check->report, SEVERITY_ERROR, "marking.retention_until", _("\"%s\" is not %s"),
                   check_quote(check, header->retention_until), leaf_expects(FIELD_DATE, header->retention_until));
    if (!header->has_expires)
        return;
    text_time(when, header->expires);
    if (header->expires <= header->created)
        report_add(check->report, SEVERITY_ERROR, "expires", _("is %s, before the alert was made"), when);
    else if (header->expires <= check->now_ms)
        report_add(check->report, SEVERITY_WARNING, "expires", _("is %s: it has expired"), when);
}

static void check_size(const struct check *check) {
    size_t size = alert_header__get_packed_size(check->header);
    if (size + SIGNER_BYTES > HEADER_BYTES_MAX)
        report_add(check->report, SEVERITY_ERROR, "marking",
                   _("the envelope takes %zu bytes, at most %d are allowed; shorten the caveat or the purposes"), size,
                   HEADER_BYTES_MAX - SIGNER_BYTES);
}

void check_envelope(const struct check *check) {
    check_mandatory(check);
    check_codes(check);
    check_grading(check);
    check_handling(check);
    check_onward(check);
    check_times(check);
    check_size(check);
}
