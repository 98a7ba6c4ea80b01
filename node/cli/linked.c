#include "cli/linked.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/print.h"
#include "core/fields.h"

enum { HUNDRED = 100, COMMON_MOST = 1000000 };

bool linked_options(struct call *call, Links *words, const char **complaint) {
    const char *alike = options_text(&call->options, "alike");
    uint64_t common = 0;
    char *end = NULL;
    if (options_number(&call->options, call->arena, "common", 1, COMMON_MOST, &common, complaint))
        return false;
    words->has_common = common != 0;
    words->common = (uint32_t)common;
    if (!alike)
        return true;
    double value = strtod(alike, &end);
    if (end == alike || *end || !(value >= 0 && value <= 1)) {
        *complaint = _("--alike takes a number from 0 to 1, such as 0.9");
        return false;
    }
    words->has_alike = true;
    words->alike = (uint32_t)(value * HUNDRED + 0.5);
    return true;
}

const char *linked_entity(const char *name) {
    for (enum field_entity entity = ENTITY_PERSON; entity < ENTITY_COUNT; entity++)
        if (strcmp(field_entity_name(entity), name) == 0)
            return _(field_entity_label(entity));
    return name;
}

const char *linked_text(struct arena *arena, const char *key) {
    char *out = arena_text(arena, key, strlen(key));
    for (char *c = out; c && *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    return out ? out : "";
}

static const char *link_words(struct arena *arena, const Link *link) {
    const char *entity = linked_entity(link->entity), *ours = linked_text(arena, link->ours);
    if (strcmp(link->ours, link->theirs) == 0)
        return text_format(arena, "%s %s", entity, ours);
    return text_format(arena, "%s %s ~ %s (%u.%02u)", entity, ours, linked_text(arena, link->theirs),
                       link->alike / HUNDRED, link->alike % HUNDRED);
}

static const char *sign_words(const char *sign) {
    static const struct {
        const char *sign;
        const char *words;
    } signs[] = {
        {"same-day", N_("same day")},           {"next-day", N_("a day between")},
        {"same-place", N_("same place")},       {"other-place", N_("another place")},
        {"same-taxon", N_("same species")},     {"other-taxon", N_("other species")},
        {"same-quantity", N_("same quantity")}, {"same-thing", N_("same identifier")},
    };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strcmp(signs[i].sign, sign) == 0)
            return _(signs[i].words);
    return sign;
}

const char *linked_because(struct arena *arena, const Linked *linked) {
    const char *text = "";
    if (linked->same_event) {
        for (size_t i = 0; i < linked->n_signs; i++)
            text = text_format(arena, "%s%s%s", text, *text ? ", " : "", sign_words(linked->signs[i]));
        text = text_format(arena, _("probably one event (%s)"), text);
    }
    for (size_t i = 0; i < linked->n_links; i++)
        text = text_format(arena, "%s%s%s", text, *text ? "; " : "", link_words(arena, linked->links[i]));
    return text;
}

json_t *linked_json(const Linked *linked) {
    json_t *links = json_array(), *signs = json_array();
    for (size_t i = 0; i < linked->n_links; i++) {
        const Link *link = linked->links[i];
        json_array_append_new(links, json_pack("{s:o, s:o, s:o, s:I}", "entity", print_json_text(link->entity), "ours",
                                               print_json_text(link->ours), "theirs", print_json_text(link->theirs),
                                               "alike_percent", (json_int_t)link->alike));
    }
    for (size_t i = 0; i < linked->n_signs; i++)
        json_array_append_new(signs, print_json_text(linked->signs[i]));
    json_t *event = linked->has_points ? json_pack("{s:b, s:I, s:o}", "same", linked->same_event != 0, "points",
                                                   (json_int_t)linked->points, "signs", signs)
                                       : json_null();
    if (!linked->has_points)
        json_decref(signs);
    return json_pack("{s:o, s:o}", "links", links, "event", event);
}
