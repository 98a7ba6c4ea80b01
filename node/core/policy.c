#include "core/policy.h"

#include <string.h>

#include "base/text.h"
#include "core/lane.h"

const struct policy_audience *policy_find_audience(const struct policy *policy, const char *name) {
    for (size_t i = 0; i < policy->audience_count; i++)
        if (strcmp(policy->audiences[i].name, name) == 0)
            return &policy->audiences[i];
    return NULL;
}

const struct policy_audience *policy_audience_of(const struct policy *policy, const char *feed_audience) {
    size_t len = lane_audience_len(feed_audience);
    for (size_t i = 0; i < policy->audience_count; i++)
        if (strlen(policy->audiences[i].name) == len && memcmp(policy->audiences[i].name, feed_audience, len) == 0)
            return &policy->audiences[i];
    return NULL;
}

bool policy_is_urgent(const struct policy_audience *audience, const AlertHeader *header) {
    for (size_t i = 0; i < audience->urgent_count; i++)
        if (strcmp(audience->urgent[i], header->kind) == 0 ||
            (header->urgency && strcmp(audience->urgent[i], header->urgency) == 0))
            return true;
    return false;
}

static bool is_or_any(const char *wanted, const char *actual) {
    return !wanted || strcmp(wanted, actual) == 0;
}

bool policy_selects(const struct policy_selector *selector, const char *name, const char *role, const char *country) {
    return is_or_any(selector->name, name) && is_or_any(selector->role, role) && is_or_any(selector->country, country);
}

static bool find_code(const char *const *codes, size_t count, const char *code, unsigned *out) {
    for (unsigned i = 0; i < count; i++)
        if (strcmp(codes[i], code) == 0) {
            *out = i;
            return true;
        }
    return false;
}

enum result policy_marking(struct marking *out, const AlertHeader *header) {
    static const char *const tlps[] = {"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"};
    static const char *const handlings[] = {"H0", "H1", "H2", "H3"};
    static const char *const onwards[] = {"", "NONE", "NATIONAL", "COMMUNITY"};
    unsigned tlp, onward = ONWARD_UNSAID, handling = 0;
    if (!find_code(tlps, 5, header->tlp, &tlp))
        return RESULT_INVALID;
    if (header->onward && !find_code(onwards, 4, header->onward, &onward))
        return RESULT_INVALID;
    for (size_t i = 0; i < header->n_handling; i++) {
        unsigned bit;
        if (!find_code(handlings, 4, header->handling[i], &bit))
            return RESULT_INVALID;
        handling |= 1u << bit;
    }
    *out = (struct marking){.tlp = (enum tlp)tlp, .handling = handling, .onward = (enum onward)onward};
    return RESULT_OK;
}

static bool may_be_judicial(const struct policy_selector *reader) {
    return !reader->role || strcmp(reader->role, "JUDICIAL") == 0 || strcmp(reader->role, "PROSECUTOR") == 0;
}

static bool is_national(const struct policy_hop *hop) {
    return hop->reader.country && strcmp(hop->reader.country, hop->sender_country) == 0;
}

/* The decision table, strictest first; docs/marking.md shows it as a table. */
enum marking_rule policy_marking_allows(const struct marking *marking, const struct policy_hop *hop) {
    if (hop->from_originator)
        return marking->tlp == TLP_RED && !hop->reader.name ? MARKING_TLP_RED : MARKING_ALLOWS;
    if (marking->tlp == TLP_RED)
        return MARKING_TLP_RED;
    if (marking->tlp == TLP_AMBER_STRICT)
        return MARKING_TLP_AMBER_STRICT;
    if (marking->handling & HANDLING_H2)
        return MARKING_H2;
    if (marking->handling & HANDLING_H3)
        return MARKING_H3;
    if (marking->handling & HANDLING_H1 && may_be_judicial(&hop->reader))
        return MARKING_H1;
    if (marking->onward == ONWARD_NONE || (marking->onward == ONWARD_NATIONAL && !is_national(hop)))
        return MARKING_ONWARD;
    if (marking->tlp == TLP_AMBER && !is_national(hop))
        return MARKING_TLP_AMBER;
    return MARKING_ALLOWS;
}

const char *policy_marking_text(enum marking_rule rule) {
    static const char *const texts[] = {
        [MARKING_ALLOWS] = N_("the marking allows it"),
        [MARKING_TLP_RED] = N_("TLP:RED: for recipients named one by one, not to be passed on"),
        [MARKING_TLP_AMBER_STRICT] = N_("TLP:AMBER+STRICT: for the recipient's organisation only"),
        [MARKING_TLP_AMBER] = N_("TLP:AMBER: for the recipient's organisation and agencies of its country only"),
        [MARKING_H1] = N_("H1: not for judicial proceedings without the provider's permission"),
        [MARKING_H2] = N_("H2: not to be passed on without the provider's permission"),
        [MARKING_H3] = N_("H3: under a restriction in words, which a person must weigh"),
        [MARKING_ONWARD] = N_("the originator's onward rule"),
    };
    return _(texts[rule]);
}

struct field_set policy_decide(const struct marking *marking, const struct policy_view *view,
                               const struct policy_hop *hop) {
    if (policy_marking_allows(marking, hop) != MARKING_ALLOWS)
        return (struct field_set){0};
    return view->fields;
}

static const struct policy_item *item_naming(const struct policy_item *items, size_t count, size_t slot) {
    for (size_t i = 0; i < count; i++)
        if (field_set_has(&items[i].fields, slot))
            return &items[i];
    return NULL;
}

const char *policy_explain(struct arena *arena, const struct policy *policy, const struct marking *marking,
                           const struct policy_view *view, const struct policy_hop *hop, size_t slot) {
    enum marking_rule rule = policy_marking_allows(marking, hop);
    if (rule != MARKING_ALLOWS)
        return policy_marking_text(rule);
    const struct policy_item *hide = item_naming(view->hide, view->hide_count, slot);
    if (hide)
        return text_format(arena, "%s:%zu: hide: %s", policy->file, hide->line, hide->text);
    const struct policy_item *show = item_naming(view->show, view->show_count, slot);
    if (show)
        return text_format(arena, "%s:%zu: show: %s", policy->file, show->line, show->text);
    if (view->line == 0)
        return text_format(arena, _("%s says nothing of this reader"), policy->file);
    return text_format(arena, _("%s:%zu: not named under show"), policy->file, view->line);
}

enum result policy_admit(const struct policy *policy, const struct marking *marking, const struct policy_hop *hop,
                         const struct policy_selector *sender, const struct field_set *shown) {
    if (policy_marking_allows(marking, hop) != MARKING_ALLOWS)
        return RESULT_MARKING_FORBIDS;
    for (size_t i = 0; i < policy->accept_count; i++) {
        const struct policy_accept *accept = &policy->accepts[i];
        if (!policy_selects(&accept->from, sender->name, sender->role, sender->country))
            continue;
        struct field_set refused = field_set_minus(*shown, accept->view.fields);
        return field_set_is_empty(&refused) ? RESULT_OK : RESULT_FIELD_REFUSED;
    }
    return RESULT_FIELD_REFUSED;
}
