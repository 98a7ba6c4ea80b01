#include "cli/thread.h"

#include <string.h>

#include "base/text.h"
#include "cli/print.h"
#include "core/policy.h"

enum { DIGITS_BYTES = 4 };

/* The next item before a comma, in the arena; NULL at the end. */
static const char *next_item(struct arena *arena, const char **text) {
    size_t len = strcspn(*text, ",");
    if (**text == '\0')
        return NULL;
    const char *item = arena_text(arena, *text, len);
    *text += len + ((*text)[len] == ',');
    return item;
}

bool thread_fields(struct call *call, struct field_set *out, bool *given) {
    const char *const *values;
    size_t count = options_list(&call->options, "fields", &values);
    *out = (struct field_set){0};
    *given = count != 0;
    for (size_t i = 0; i < count; i++) {
        const char *text = values[i], *item;
        while ((item = next_item(call->arena, &text))) {
            struct field_set fields = {0};
            if (!policy_fields(&fields, item)) {
                print_usage_error(
                    call, text_format(call->arena,
                                      _("\"%s\" is no field, class or group of the dictionary; \"inama help fields\" "
                                        "lists them"),
                                      text_escape(call->arena, item)));
                return false;
            }
            *out = field_set_or(*out, fields);
        }
    }
    return true;
}

static bool read_reader(OnwardReader *out, struct arena *arena, const char *text) {
    const char *item;
    onward_reader__init(out);
    while ((item = next_item(arena, &text))) {
        char *value = strchr(item, '=');
        if (!value || !value[1])
            return false;
        *value++ = '\0';
        char **field = strcmp(item, "role") == 0      ? &out->role
                       : strcmp(item, "country") == 0 ? &out->country
                       : strcmp(item, "name") == 0    ? &out->name
                                                      : NULL;
        if (!field || *field)
            return false;
        *field = value;
    }
    return out->role || out->country || out->name;
}

bool thread_onward(struct call *call, OnwardReader ***out, size_t *count) {
    const char *const *values;
    *count = options_list(&call->options, "onward", &values);
    *out = arena_array(call->arena, *count + 1, sizeof(OnwardReader *));
    OnwardReader *readers = arena_array(call->arena, *count + 1, sizeof *readers);
    for (size_t i = 0; *out && readers && i < *count; i++) {
        (*out)[i] = &readers[i];
        if (read_reader(&readers[i], call->arena, values[i]))
            continue;
        print_usage_error(call, _("--onward names readers as in role=POLICE,country=KE or name=ke-court"));
        return false;
    }
    return *out && readers;
}

bool thread_time(struct call *call, const char *option, uint64_t *out, bool *given) {
    const char *text = options_text(&call->options, option);
    *given = text != NULL;
    if (!text || text_parse_time(out, text))
        return true;
    print_usage_error(call, _("a time is written 2014-05-05 or 2014-05-05T09:30:00Z"));
    return false;
}

static const char *add(struct arena *arena, const char *text, const char *item) {
    return text_format(arena, "%s%s%s", text, *text ? ", " : "", item);
}

/* Slots that are in use. */
static struct field_set used(struct field_set slots) {
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        if (!field_at(slot))
            field_set_remove(&slots, slot);
    return slots;
}

const char *thread_fields_text(struct arena *arena, const struct field_set *slots) {
    const char *text = "";
    struct field_set rest = used(*slots), all = used(field_set_all()), missing = field_set_minus(all, rest);
    if (field_set_is_empty(&missing))
        return "all";
    for (enum field_class class = 0; class < CLASS_COUNT; class ++) {
        struct field_set of_class = used(field_set_of_class(class)), beyond = field_set_minus(of_class, rest);
        if (field_set_is_empty(&of_class) || !field_set_is_empty(&beyond))
            continue;
        text = add(arena, text, field_class_name(class));
        rest = field_set_minus(rest, of_class);
    }
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        if (field_set_has(&rest, slot))
            text = add(arena, text, field_at(slot)->path);
    return text;
}

const char *thread_onward_text(struct arena *arena, OnwardReader *const *readers, size_t count) {
    const char *text = "";
    for (size_t i = 0; i < count; i++) {
        const char *const parts[] = {readers[i]->name, readers[i]->role, readers[i]->country};
        const char *between = i ? "; " : "";
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
            if (!parts[k])
                continue;
            text = text_format(arena, "%s%s%s", text, between, parts[k]);
            between = " ";
        }
    }
    return text_escape(arena, text);
}

const char *thread_digits(struct arena *arena, const ThreadStatus *thread) {
    return print_hex(arena, span_of(thread->request.data, thread->request.len), DIGITS_BYTES);
}

const char *thread_state(struct arena *arena, const ThreadStatus *thread) {
    static const char *const words[][2] = {{"open", N_("open")},
                                           {"released", N_("released")},
                                           {"refused", N_("refused")},
                                           {"conditioned", N_("conditioned")},
                                           {"withdrawn", N_("withdrawn")}};
    const char *state = thread->state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], thread->state) == 0)
            state = _(words[i][1]);
    if (thread->proposed_by)
        return text_format(arena, _("%s, release proposed by %s"), state, text_escape(arena, thread->proposed_by));
    return thread->overdue ? text_format(arena, _("%s, overdue"), state) : state;
}
