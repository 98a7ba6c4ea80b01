/* The half of policy.h that reads an originator's marking and decides by it; docs/marking.md shows it as a table. */
#include <string.h>

#include "base/text.h"
#include "core/alert.h"
#include "core/codes.h"
#include "core/policy.h"

/* --- reading --- */

static bool find_code(const char *const *codes, size_t count, const char *code, unsigned *out) {
    for (unsigned i = 0; i < count; i++)
        if (strcmp(codes[i], code) == 0) {
            *out = i;
            return true;
        }
    return false;
}

static bool is_one_of(unsigned handling, unsigned codes) {
    unsigned given = handling & codes;
    return given && (given & (given - 1)) == 0;
}

/* Under C one action and one sanitisation code are compulsory; without it they mean nothing. */
static bool has_conditions(unsigned handling) {
    const unsigned actions = HANDLING_A1 | HANDLING_A2 | HANDLING_A3, sanitisation = HANDLING_S1 | HANDLING_S2;
    if (handling & HANDLING_C)
        return !(handling & HANDLING_P) && is_one_of(handling, actions) && is_one_of(handling, sanitisation);
    return !(handling & (actions | sanitisation));
}

static bool read_handling(unsigned *out, const AlertHeader *header) {
    static const char *const codes[] = {"H0", "H1", "H2", "H3", "P", "C", "A1", "A2", "A3", "S1", "S2"};
    *out = 0;
    for (size_t i = 0; i < header->n_handling; i++) {
        unsigned bit;
        if (!find_code(codes, sizeof codes / sizeof *codes, header->handling[i], &bit))
            return false;
        *out |= 1u << bit;
    }
    return has_conditions(*out);
}

static bool are_all_in(const struct marking_list *list, enum code_list codes) {
    for (size_t i = 0; i < list->count; i++)
        if (!codes_find(codes, list->codes[i]))
            return false;
    return true;
}

enum result policy_marking(struct marking *out, const AlertHeader *header) {
    static const char *const tlps[] = {"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"};
    static const char *const onwards[] = {"", "NONE", "NATIONAL", "COMMUNITY", "ASK"};
    unsigned tlp, onward = ONWARD_UNSAID;
    struct marking marking = {
        .roles = {header->onward_roles, header->n_onward_roles},
        .countries = {header->onward_countries, header->n_onward_countries},
        .purposes = {header->purposes, header->n_purposes},
        .not_for_iccwc = header->has_share_with_iccwc && !header->share_with_iccwc,
        .hops_max = header->has_onward_hops ? header->onward_hops : 0,
        .embargo_until = header->has_embargo_until ? header->embargo_until : 0,
        .expires = header->has_expires ? header->expires : 0,
        .retention_until = header->retention_until,
    };
    if (alert_is_recall(header)) { /* no code that is not understood keeps it back */
        *out = (struct marking){.is_recall = true};
        return RESULT_OK;
    }
    if (!find_code(tlps, sizeof tlps / sizeof *tlps, header->tlp, &tlp) || !read_handling(&marking.handling, header) ||
        (header->onward && !find_code(onwards, sizeof onwards / sizeof *onwards, header->onward, &onward)) ||
        !are_all_in(&marking.roles, CODES_ROLE) || !are_all_in(&marking.countries, CODES_COUNTRY))
        return RESULT_INVALID;
    marking.tlp = (enum tlp)tlp;
    marking.onward = (enum onward)onward;
    marking.purpose_in_words = !are_all_in(&marking.purposes, CODES_PERMITTED_PURPOSE);
    *out = marking;
    return RESULT_OK;
}

/* --- deciding --- */

static bool may_be(const struct policy_selector *reader, const char *role) {
    return !reader->role || strcmp(reader->role, role) == 0;
}

static bool may_be_judicial(const struct policy_selector *reader) {
    return may_be(reader, "JUDICIAL") || may_be(reader, "PROSECUTOR");
}

static bool is_national(const struct policy_hop *hop) {
    return hop->reader.country && strcmp(hop->reader.country, hop->sender_country) == 0;
}

static bool names(const struct marking_list *list, const char *code) {
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->codes[i], code) == 0)
            return true;
    return false;
}

/* Is the reader certainly one of those? */
static bool is_named(const struct marking_list *list, const char *code) {
    return list->count == 0 || (code && names(list, code));
}

static bool has_purpose(const struct marking_list *permitted, const struct policy_hop *hop) {
    if (permitted->count == 0 || hop->is_arrival)
        return true;
    for (size_t i = 0; i < hop->purpose_count; i++)
        if (names(permitted, hop->purposes[i]))
            return true;
    return false;
}

/* What holds for every hop, the originator's own too. */
static enum marking_rule always(const struct marking *marking, const struct policy_hop *hop) {
    if (hop->when && marking->retention_until && alert_date_is_past(marking->retention_until, hop->when))
        return MARKING_RETENTION;
    if (hop->when && marking->expires && hop->when >= marking->expires)
        return MARKING_EXPIRED;
    if (marking->tlp == TLP_RED && !(hop->from_originator && hop->reader.name))
        return MARKING_TLP_RED;
    if (hop->when && marking->not_for_iccwc && may_be(&hop->reader, "SECRETARIAT"))
        return MARKING_ICCWC;
    return MARKING_ALLOWS;
}

/* What nobody but the originator may do. */
static enum marking_rule without_asking(const struct marking *marking) {
    if (marking->tlp == TLP_AMBER_STRICT)
        return MARKING_TLP_AMBER_STRICT;
    if (marking->handling & HANDLING_H2)
        return MARKING_H2;
    if (marking->handling & HANDLING_S2)
        return MARKING_S2;
    if (marking->onward == ONWARD_ASK)
        return MARKING_ASK;
    if (marking->handling & HANDLING_H3)
        return MARKING_H3;
    return marking->purpose_in_words ? MARKING_PURPOSE_IN_WORDS : MARKING_ALLOWS;
}

static enum marking_rule to_this_reader(const struct marking *marking, const struct policy_hop *hop) {
    if (!has_purpose(&marking->purposes, hop))
        return MARKING_PURPOSE;
    if (marking->handling & HANDLING_H1 && may_be_judicial(&hop->reader))
        return MARKING_H1;
    if (marking->handling & HANDLING_A2 && may_be_judicial(&hop->reader))
        return MARKING_A2;
    if (marking->onward == ONWARD_NONE || (marking->onward == ONWARD_NATIONAL && !is_national(hop)))
        return MARKING_ONWARD;
    if (!is_named(&marking->roles, hop->reader.role))
        return MARKING_ROLE;
    if (!is_named(&marking->countries, hop->reader.country))
        return MARKING_COUNTRY;
    if (marking->hops_max && hop->hops > marking->hops_max)
        return MARKING_HOPS;
    if (marking->tlp == TLP_AMBER && !is_national(hop))
        return MARKING_TLP_AMBER;
    return hop->when < marking->embargo_until ? MARKING_EMBARGO : MARKING_ALLOWS;
}

enum marking_rule policy_marking_allows(const struct marking *marking, const struct policy_hop *hop) {
    if (marking->is_recall)
        return MARKING_ALLOWS;
    enum marking_rule rule = always(marking, hop);
    if (rule != MARKING_ALLOWS || hop->from_originator)
        return rule;
    rule = without_asking(marking);
    return rule != MARKING_ALLOWS ? rule : to_this_reader(marking, hop);
}

/* --- with the originator's consent --- */

static bool is_covered(const char *wanted, const char *given) {
    return !wanted || (given && strcmp(wanted, given) == 0);
}

/* Is every member that the hop may reach one of those? */
static bool is_onward(const struct policy_consent *consent, const struct policy_selector *reader) {
    for (size_t i = 0; i < consent->onward_count; i++) {
        const struct policy_selector *to = &consent->onward[i];
        if (is_covered(to->role, reader->role) && is_covered(to->country, reader->country) &&
            is_covered(to->name, reader->name))
            return true;
    }
    return false;
}

/* The marking, without what the consent answers. */
static struct marking with_consent(const struct marking *marking, bool judicial) {
    struct marking rest = *marking;
    rest.handling &= ~(unsigned)(HANDLING_H2 | HANDLING_H3 | HANDLING_S2);
    if (judicial)
        rest.handling &= ~(unsigned)(HANDLING_H1 | HANDLING_A2);
    if (rest.tlp == TLP_AMBER || rest.tlp == TLP_AMBER_STRICT)
        rest.tlp = TLP_GREEN;
    rest.onward = ONWARD_UNSAID;
    rest.roles = rest.countries = (struct marking_list){0};
    rest.hops_max = 0;
    rest.purpose_in_words = false;
    return rest;
}

static bool is_consented(const struct marking *marking, const struct policy_hop *hop) {
    const struct policy_consent *consent = hop->consent;
    if (!hop->is_senders || !is_onward(consent, &hop->reader) || (consent->until && hop->when >= consent->until))
        return false;
    const struct marking rest = with_consent(marking, consent->judicial);
    return policy_marking_allows(&rest, hop) == MARKING_ALLOWS;
}

struct field_set policy_marking_passes(const struct marking *marking, const struct policy_hop *hop) {
    struct field_set passes = {0};
    if (policy_marking_allows(marking, hop) == MARKING_ALLOWS)
        passes = field_set_all();
    if (!hop->consent || hop->from_originator)
        return passes;
    passes = field_set_minus(passes, hop->consent->fields);
    return is_consented(marking, hop) ? field_set_or(passes, hop->consent->fields) : passes;
}

const char *policy_marking_text(enum marking_rule rule) {
    static const char *const texts[MARKING_RULES + 1] = {
        [MARKING_ALLOWS] = N_("the marking allows it"),
        [MARKING_RETENTION] = N_("the date until which it may be kept is past"),
        [MARKING_EXPIRED] = N_("the alert has expired"),
        [MARKING_TLP_RED] = N_("TLP:RED: for recipients named one by one, not to be passed on"),
        [MARKING_ICCWC] = N_("the originator does not share it with the secretariats of ICCWC"),
        [MARKING_TLP_AMBER_STRICT] = N_("TLP:AMBER+STRICT: for the recipient's organisation only"),
        [MARKING_H2] = N_("H2: not to be passed on without the provider's permission"),
        [MARKING_S2] = N_("S2: neither reduced nor passed on without consultation"),
        [MARKING_ASK] = N_("the originator's onward rule: ask first"),
        [MARKING_H3] = N_("H3: under a restriction in words, which a person must weigh"),
        [MARKING_PURPOSE_IN_WORDS] = N_("its purpose is given in words, which a person must weigh"),
        [MARKING_PURPOSE] = N_("its permitted purposes are none that these readers use alerts for"),
        [MARKING_H1] = N_("H1: not for judicial proceedings without the provider's permission"),
        [MARKING_A2] = N_("A2: for covert action only, not for judicial proceedings"),
        [MARKING_ONWARD] = N_("the originator's onward rule"),
        [MARKING_ROLE] = N_("the originator's onward rule: for other roles only"),
        [MARKING_COUNTRY] = N_("the originator's onward rule: for other countries only"),
        [MARKING_HOPS] = N_("the originator's onward rule: it has gone through as many members as it may"),
        [MARKING_TLP_AMBER] = N_("TLP:AMBER: for the recipient's organisation and agencies of its country only"),
        [MARKING_EMBARGO] = N_("it is under embargo for some time yet"),
        [MARKING_RELEASED] = N_("the originator released it to one reader, and not for these"),
    };
    return _(texts[rule]);
}
