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

const struct policy_tell_opened *policy_tells_opened(const struct policy *policy, const char *name, const char *role,
                                                     const char *country) {
    for (size_t i = 0; i < policy->tell_opened_count; i++)
        if (policy_selects(&policy->tells_opened[i].to, name, role, country))
            return &policy->tells_opened[i];
    return NULL;
}

struct field_set policy_decide(const struct marking *marking, const struct policy_view *view,
                               const struct policy_hop *hop) {
    if (marking->is_recall)
        return (struct field_set){0};
    struct field_set fields = view->fields;
    if (hop->opening)
        fields = field_set_or(fields, field_set_and(hop->opening->fields, hop->opening->most->view.fields));
    return field_set_and(fields, policy_marking_passes(marking, hop));
}

bool policy_needs_consent(const struct policy_hop *hop, const struct field_set *shown) {
    if (!hop->consent || !hop->is_senders)
        return false;
    struct field_set about = field_set_and(*shown, hop->consent->fields);
    return !field_set_is_empty(&about);
}

static const struct policy_item *item_naming(const struct policy_item *items, size_t count, size_t slot) {
    for (size_t i = 0; i < count; i++)
        if (field_set_has(&items[i].fields, slot))
            return &items[i];
    return NULL;
}

const char *policy_explain(struct arena *arena, const struct policy *policy, const struct marking *marking,
                           const struct policy_view *view, const struct policy_hop *hop, size_t slot) {
    struct field_set passes = policy_marking_passes(marking, hop);
    if (!field_set_has(&passes, slot)) {
        enum marking_rule rule = policy_marking_allows(marking, hop);
        return policy_marking_text(rule == MARKING_ALLOWS ? MARKING_RELEASED : rule);
    }
    if (marking->is_recall)
        return _("a recall has no content");
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
    struct field_set passes = policy_marking_passes(marking, hop), held_back = field_set_minus(*shown, passes);
    if (field_set_is_empty(&passes) || !field_set_is_empty(&held_back))
        return RESULT_MARKING_FORBIDS;
    if (marking->is_recall && !field_set_is_empty(shown))
        return RESULT_FIELD_REFUSED;
    if (marking->is_recall && hop->has_older)
        return RESULT_OK;
    for (size_t i = 0; i < policy->accept_count; i++) {
        const struct policy_accept *accept = &policy->accepts[i];
        if (!policy_selects(&accept->from, sender->name, sender->role, sender->country))
            continue;
        struct field_set refused = field_set_minus(*shown, accept->view.fields);
        return field_set_is_empty(&refused) ? RESULT_OK : RESULT_FIELD_REFUSED;
    }
    return RESULT_FIELD_REFUSED;
}
