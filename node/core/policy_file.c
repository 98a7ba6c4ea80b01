/* Reading the policy file. What the file means is in policy.c. */
#include "core/policy.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "core/codes.h"
#include "core/lane.h"
#include "core/opened.h"
#include "core/settings.h"

struct reading {
    struct arena *arena;
    struct report *report;
    struct policy *policy;
    bool no_memory;
};

/* Zeroed rows of the policy. A row that is lost for lack of memory may have hidden something: the file is refused. */
static void *new_rows(struct reading *reading, size_t count, size_t size) {
    void *rows = arena_array(reading->arena, count, size);
    reading->no_memory |= !rows;
    return rows;
}

bool policy_fields(struct field_set *out, const char *text) {
    enum field_class class;
    const struct field *field = field_find(text);
    if (strcmp(text, "all") == 0) {
        *out = field_set_all();
        return true;
    }
    if (field_class_find(&class, text)) {
        *out = field_set_of_class(class);
        return true;
    }
    if (field) {
        field_set_add(out, field->slot);
        return true;
    }
    size_t len = strlen(text);
    if (len < 3 || strcmp(text + len - 2, ".*") != 0)
        return false;
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        field = field_at(slot);
        if (field && strlen(field->group) == len - 2 && strncmp(field->group, text, len - 2) == 0)
            field_set_add(out, slot);
    }
    return !field_set_is_empty(out);
}

static void read_items(struct reading *reading, const struct setting *map, const char *key, struct policy_item **items,
                       size_t *count) {
    const struct setting *list = settings_get(map, key);
    if (!list)
        return;
    if (list->kind != SETTING_LIST) {
        settings_error(list, reading->report, key, _("expected a list, such as [incident, specimens.taxon]"));
        return;
    }
    *items = new_rows(reading, list->count, sizeof **items);
    for (const struct setting *item = list->first; item && *items; item = item->next) {
        struct policy_item *row = &(*items)[*count];
        row->line = item->line;
        row->text = item->kind == SETTING_TEXT ? item->text : "";
        if (policy_fields(&row->fields, row->text))
            ++*count;
        else
            settings_error(item, reading->report, key,
                           _("\"%s\" is no field, class or group of the dictionary; \"inama help fields\" lists them"),
                           text_escape(reading->arena, row->text));
    }
}

/* A unit gives its quantity the meaning: 750 without KIL would read as 750 specimens. */
static bool gives_meaning(const struct field *field) {
    return field->list == CODES_UNIT || field->list == CODES_CURRENCY;
}

const struct field *policy_misread(const struct field_set *shown, const struct field **with) {
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct field *field = field_at(slot);
        const struct field *quantity = field && field->with && gives_meaning(field) ? field_find(field->with) : NULL;
        if (quantity && field_set_has(shown, quantity->slot) && !field_set_has(shown, slot)) {
            *with = field;
            return quantity;
        }
    }
    return NULL;
}

/* A field that says nothing without another is shown by mistake; one that is misread without another must not be. */
static void check_companions(struct reading *reading, const struct policy_view *view) {
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct field *field = field_at(slot);
        const struct field *with = field && field->with ? field_find(field->with) : NULL;
        if (!with)
            continue;
        bool shown = field_set_has(&view->fields, slot), with_shown = field_set_has(&view->fields, with->slot);
        reading->report->line = view->line;
        if (shown && !with_shown)
            report_add(reading->report, SEVERITY_WARNING, field->path,
                       _("is shown without %s, without which it says nothing"), with->path);
        if (!shown && with_shown && gives_meaning(field))
            report_add(reading->report, SEVERITY_ERROR, with->path,
                       _("is shown without %s and would be misread; show or hide both"), field->path);
    }
}

static void read_view(struct reading *reading, const struct setting *map, struct policy_view *view) {
    view->line = map->line;
    read_items(reading, map, "show", &view->show, &view->show_count);
    read_items(reading, map, "hide", &view->hide, &view->hide_count);
    for (size_t i = 0; i < view->show_count; i++)
        view->fields = field_set_or(view->fields, view->show[i].fields);
    for (size_t i = 0; i < view->hide_count; i++)
        view->fields = field_set_minus(view->fields, view->hide[i].fields);
    check_companions(reading, view);
}

static void read_selector(struct reading *reading, const struct setting *map, const char *key,
                          struct policy_selector *out) {
    static const char *const keys[] = {"role", "country", "name", NULL};
    struct report *report = reading->report;
    const struct setting *selector = settings_get(map, key);
    if (!selector || selector->kind != SETTING_MAP || selector->count == 0) {
        settings_error(selector ? selector : map, report, key,
                       _("expected whom this is about, such as {role: POLICE, country: KE}"));
        return;
    }
    settings_only(selector, keys, report);
    settings_text(selector, "role", false, &out->role, report);
    settings_text(selector, "country", false, &out->country, report);
    settings_text(selector, "name", false, &out->name, report);
    if (out->role && !codes_find(CODES_ROLE, out->role))
        settings_error(settings_get(selector, "role"), report, "role", _("\"%s\" is no role, expected %s"),
                       text_escape(reading->arena, out->role),
                       "CUSTOMS, POLICE, WILDLIFE, JUDICIAL, PROSECUTOR, SECRETARIAT, OTHER");
    if (out->country && !codes_find(CODES_COUNTRY, out->country))
        settings_error(settings_get(selector, "country"), report, "country",
                       _("\"%s\" is no ISO 3166 country code, expected two letters such as KE"),
                       text_escape(reading->arena, out->country));
}

/* What is urgent where the file does not say it. */
static const char *const urgent_by_default[] = {"RECALL", "URGENT"};

static void read_urgent(struct reading *reading, const struct setting *map, struct policy_audience *out) {
    const struct setting *list = settings_get(map, "urgent");
    out->urgent = urgent_by_default;
    out->urgent_count = sizeof urgent_by_default / sizeof *urgent_by_default;
    if (!list)
        return;
    if (list->kind != SETTING_LIST) {
        settings_error(list, reading->report, "urgent", _("expected a list, such as [RECALL, URGENT], or []"));
        return;
    }
    const char **codes = new_rows(reading, list->count, sizeof *codes);
    out->urgent = codes;
    out->urgent_count = 0;
    for (const struct setting *item = list->first; item && codes; item = item->next) {
        const char *code = item->kind == SETTING_TEXT ? item->text : "";
        if (codes_find(CODES_KIND, code) || codes_find(CODES_URGENCY, code))
            codes[out->urgent_count++] = code;
        else
            settings_error(item, reading->report, "urgent",
                           _("\"%s\" is neither a kind of alert nor an urgency; \"inama help codes\" lists them"),
                           text_escape(reading->arena, code));
    }
}

/* What the members of an audience use alerts for. */
static void read_purposes(struct reading *reading, const struct setting *map, struct policy_audience *out) {
    const struct setting *list = settings_get(map, "purposes");
    if (!list)
        return;
    if (list->kind != SETTING_LIST) {
        settings_error(list, reading->report, "purposes", _("expected a list, such as [INVESTIGATION, PROSECUTION]"));
        return;
    }
    const char **codes = new_rows(reading, list->count, sizeof *codes);
    out->purposes = codes;
    for (const struct setting *item = list->first; item && codes; item = item->next) {
        const char *code = item->kind == SETTING_TEXT ? item->text : "";
        if (codes_find(CODES_PERMITTED_PURPOSE, code))
            codes[out->purpose_count++] = code;
        else
            settings_error(item, reading->report, "purposes",
                           _("\"%s\" is no permitted purpose; \"inama help codes permitted-purpose\" lists them"),
                           text_escape(reading->arena, code));
    }
}

static void read_name(struct reading *reading, const struct setting *map) {
    if (strlen(map->key) > LANE_AUDIENCE_BYTES_MAX)
        settings_error(map, reading->report, NULL, _("the name of an audience has at most %d bytes"),
                       (int)LANE_AUDIENCE_BYTES_MAX);
    if (*map->key == '@')
        settings_error(map, reading->report, NULL, _("names that begin with \"@\" are for feeds to one member alone"));
    if (lane_of(map->key) == LANE_URGENT)
        settings_error(map, reading->report, NULL, _("names that end with \"%s\" are for urgent feeds"),
                       LANE_URGENT_SUFFIX);
}

static void read_audience(struct reading *reading, const struct setting *map, struct policy_audience *out) {
    static const char *const keys[] = {"members", "carriers", "publish", "urgent", "purposes", "show", "hide", NULL};
    out->name = map->key;
    out->line = map->line;
    read_name(reading, map);
    if (map->kind != SETTING_MAP) {
        settings_error(map, reading->report, map->key, _("expected members, publish, show and hide"));
        return;
    }
    settings_only(map, keys, reading->report);
    read_selector(reading, map, "members", &out->members);
    out->carried = settings_get(map, "carriers") != NULL;
    if (out->carried)
        read_selector(reading, map, "carriers", &out->carriers);
    settings_flag(map, "publish", &out->publish, reading->report);
    read_urgent(reading, map, out);
    read_purposes(reading, map, out);
    read_view(reading, map, &out->view);
}

static void read_audiences(struct reading *reading, const struct setting *top) {
    const struct setting *map = settings_get(top, "audiences");
    if (!map)
        return;
    if (map->kind != SETTING_MAP || map->count > AUDIENCES_MAX) {
        settings_error(map, reading->report, "audiences", _("expected at most %d audiences, each with a name"),
                       AUDIENCES_MAX);
        return;
    }
    struct policy *policy = reading->policy;
    policy->audiences = new_rows(reading, map->count, sizeof *policy->audiences);
    for (const struct setting *audience = map->first; audience && policy->audiences; audience = audience->next)
        read_audience(reading, audience, &policy->audiences[policy->audience_count++]);
}

static void read_forward(struct reading *reading, const struct setting *map, struct policy_forward *out) {
    static const char *const keys[] = {"from", "to", NULL};
    const struct setting *to = settings_get(map, "to");
    settings_only(map, keys, reading->report);
    read_selector(reading, map, "from", &out->from);
    if (!to || to->kind != SETTING_LIST || to->count == 0) {
        settings_error(to ? to : map, reading->report, "to", _("expected a list of audiences, such as [police]"));
        return;
    }
    out->line = map->line;
    out->to = new_rows(reading, to->count, sizeof(const struct policy_audience *));
    for (const struct setting *name = to->first; name && out->to; name = name->next) {
        const char *text = name->kind == SETTING_TEXT ? name->text : "";
        const struct policy_audience *audience = policy_find_audience(reading->policy, text);
        if (audience)
            out->to[out->to_count++] = audience;
        else
            settings_error(name, reading->report, "to", _("\"%s\" is not among the audiences of this file"),
                           text_escape(reading->arena, text));
    }
}

/* The children of a list of maps; NULL if it is missing or something else (which is then reported). */
static const struct setting *list_of_maps(struct reading *reading, const struct setting *top, const char *key,
                                          const char *expected) {
    const struct setting *list = settings_get(top, key);
    bool good = !list || list->kind == SETTING_LIST;
    for (const struct setting *item = list && good ? list->first : NULL; item; item = item->next)
        good &= item->kind == SETTING_MAP;
    if (!good)
        settings_error(list, reading->report, key, "%s", expected);
    return list && good ? list : NULL;
}

static const struct setting *list_of_rules(struct reading *reading, const struct setting *top, const char *key) {
    return list_of_maps(reading, top, key, _("expected a list of rules, each beginning with \"- from:\""));
}

static void read_forwards(struct reading *reading, const struct setting *top) {
    const struct setting *list = list_of_rules(reading, top, "forward");
    if (!list)
        return;
    struct policy *policy = reading->policy;
    policy->forwards = new_rows(reading, list->count, sizeof *policy->forwards);
    for (const struct setting *rule = list->first; rule && policy->forwards; rule = rule->next)
        read_forward(reading, rule, &policy->forwards[policy->forward_count++]);
}

static void read_accepts(struct reading *reading, const struct setting *top) {
    static const char *const keys[] = {"from", "show", "hide", NULL};
    const struct setting *list = list_of_rules(reading, top, "accept");
    if (!list)
        return;
    struct policy *policy = reading->policy;
    policy->accepts = new_rows(reading, list->count, sizeof *policy->accepts);
    for (const struct setting *rule = list->first; rule && policy->accepts; rule = rule->next) {
        struct policy_accept *accept = &policy->accepts[policy->accept_count++];
        settings_only(rule, keys, reading->report);
        accept->line = rule->line;
        read_selector(reading, rule, "from", &accept->from);
        read_view(reading, rule, &accept->view);
    }
}

static void read_carries(struct reading *reading, const struct setting *top) {
    static const char *const keys[] = {"from", NULL};
    const struct setting *list = list_of_rules(reading, top, "carry");
    if (!list)
        return;
    struct policy *policy = reading->policy;
    policy->carries = new_rows(reading, list->count, sizeof *policy->carries);
    for (const struct setting *rule = list->first; rule && policy->carries; rule = rule->next) {
        struct policy_carry *carry = &policy->carries[policy->carry_count++];
        settings_only(rule, keys, reading->report);
        carry->line = rule->line;
        read_selector(reading, rule, "from", &carry->from);
    }
}

static void read_step(struct reading *reading, const struct setting *rule, uint32_t *step) {
    static const struct {
        const char *word;
        uint32_t step;
    } rows[] = {{"day", OPENED_BY_DAY}, {"hour", OPENED_BY_HOUR}, {"exact", OPENED_EXACTLY}};
    const char *text = NULL;
    *step = rows[0].step;
    settings_text(rule, "time", false, &text, reading->report);
    for (size_t i = 0; text && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(text, rows[i].word) == 0) {
            *step = rows[i].step;
            return;
        }
    if (text)
        settings_error(settings_get(rule, "time"), reading->report, "time", _("expected day, hour or exact"));
}

static void read_tells_opened(struct reading *reading, const struct setting *top) {
    static const char *const keys[] = {"to", "time", "pass", NULL};
    const struct setting *list =
        list_of_maps(reading, top, "tell_opened", _("expected a list of rules, each beginning with \"- to:\""));
    if (!list)
        return;
    struct policy *policy = reading->policy;
    policy->tells_opened = new_rows(reading, list->count, sizeof *policy->tells_opened);
    for (const struct setting *rule = list->first; rule && policy->tells_opened; rule = rule->next) {
        struct policy_tell_opened *tell = &policy->tells_opened[policy->tell_opened_count++];
        settings_only(rule, keys, reading->report);
        tell->line = rule->line;
        read_selector(reading, rule, "to", &tell->to);
        read_step(reading, rule, &tell->step);
        settings_flag(rule, "pass", &tell->pass, reading->report);
    }
}

static void read_local(struct reading *reading, const struct setting *top) {
    static const char *const keys[] = {"operators", "live", NULL};
    static const char *const view_keys[] = {"show", "hide", NULL};
    const struct setting *local = settings_get(top, "local");
    if (!local)
        return;
    if (local->kind != SETTING_MAP) {
        settings_error(local, reading->report, "local", _("expected operators and live"));
        return;
    }
    settings_only(local, keys, reading->report);
    struct policy_view *views[] = {&reading->policy->operators, &reading->policy->live};
    for (size_t i = 0; i < 2; i++) {
        const struct setting *view = settings_get(local, keys[i]);
        if (view && view->kind == SETTING_MAP) {
            settings_only(view, view_keys, reading->report);
            read_view(reading, view, views[i]);
        } else if (view) {
            settings_error(view, reading->report, keys[i], _("expected show and hide"));
        }
    }
}

static void read_own(struct reading *reading, const struct setting *retention) {
    const struct setting *own = settings_get(retention, "own");
    if (!own)
        return;
    bool keeps = own->kind == SETTING_TEXT && strcmp(own->text, "keep") == 0;
    if (!keeps && (own->kind != SETTING_TEXT || strcmp(own->text, "erase") != 0))
        settings_error(own, reading->report, "own", _("expected erase, or keep"));
    reading->policy->keeps_own = keeps;
}

static void read_retention(struct reading *reading, const struct setting *top) {
    static const char *const keys[] = {"expired_days", "own", NULL};
    const struct setting *retention = settings_get(top, "retention");
    uint64_t days = 0;
    if (!retention)
        return;
    if (retention->kind != SETTING_MAP) {
        settings_error(retention, reading->report, "retention", _("expected expired_days and own"));
        return;
    }
    settings_only(retention, keys, reading->report);
    settings_number(retention, "expired_days", 1, EXPIRED_DAYS_MAX, &days, reading->report);
    reading->policy->expired_days = (uint32_t)days;
    read_own(reading, retention);
}

static void read_release(struct reading *reading, const struct setting *top) {
    static const char *const keys[] = {"show", "hide", "two_persons", NULL};
    struct policy_release *out = &reading->policy->release;
    const struct setting *map = settings_get(top, "release");
    if (!map)
        return;
    if (map->kind != SETTING_MAP) {
        settings_error(map, reading->report, "release", _("expected show, hide and two_persons"));
        return;
    }
    settings_only(map, keys, reading->report);
    out->line = map->line;
    settings_flag(map, "two_persons", &out->two_persons, reading->report);
    read_view(reading, map, &out->view);
}

enum result policy_read(struct policy **out, struct arena *arena, const char *name, struct span yaml,
                        struct report *report) {
    static const char *const keys[] = {"audiences",   "forward", "accept",    "carry", "release",
                                       "tell_opened", "local",   "retention", NULL};
    const struct setting *top;
    if (yaml.len > CONFIG_BYTES_MAX)
        return RESULT_TOO_LARGE;
    TRY(settings_read(&top, arena, name, yaml, report));
    struct reading reading = {arena, report, arena_alloc(arena, sizeof *reading.policy), false};
    if (!reading.policy)
        return RESULT_NO_MEMORY;
    reading.policy->file = name;
    size_t errors_before = report->errors;
    settings_only(top, keys, report);
    read_audiences(&reading, top);
    read_forwards(&reading, top);
    read_accepts(&reading, top);
    read_carries(&reading, top);
    read_tells_opened(&reading, top);
    read_release(&reading, top);
    read_local(&reading, top);
    read_retention(&reading, top);
    report_sort(report);
    if (reading.no_memory)
        return RESULT_NO_MEMORY;
    if (report->errors > errors_before)
        return RESULT_INVALID;
    *out = reading.policy;
    return RESULT_OK;
}
