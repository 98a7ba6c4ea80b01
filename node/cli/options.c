#include "cli/options.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const struct option help_option = {"help", 'h', NULL, N_("explain this command"), false};

struct reading {
    struct options *out;
    struct arena *arena;
    const char **complaint;
};

static enum result complain(struct reading *reading, const char *text) {
    *reading->complaint = text;
    return RESULT_INVALID;
}

static bool starts_with(const char *text, const char *start, size_t len) {
    return strncmp(text, start, len) == 0;
}

/* Says what may have been meant; there is no row. */
static const struct option *unknown(struct reading *reading, const char *argument, const char *name, size_t len) {
    const char *word = arena_text(reading->arena, name, len), *best = NULL;
    size_t distance = len / 3 + 2;
    for (const struct option *option = reading->out->table; word && option->name; option++) {
        size_t d = text_distance(word, option->name);
        if (d < distance) {
            distance = d;
            best = option->name;
        }
    }
    const char *shown = text_escape(reading->arena, argument);
    *reading->complaint = best ? text_format(reading->arena, _("unknown option %s; did you mean --%s?"), shown, best)
                               : text_format(reading->arena, _("unknown option %s"), shown);
    return NULL;
}

/* The row that a long name means: exactly, or as the only one that begins so. NULL with a complaint. */
static const struct option *find_long(struct reading *reading, const char *argument) {
    const char *name = argument + 2;
    size_t len = strcspn(name, "="), matches = 0;
    const struct option *last = NULL;
    for (const struct option *option = reading->out->table; option->name; option++) {
        if (!starts_with(option->name, name, len))
            continue;
        matches++;
        last = option;
        if (option->name[len] == '\0')
            return option;
    }
    if (len && matches == 0 && starts_with("help", name, len))
        return &help_option;
    if (len == 0 || matches == 0)
        return unknown(reading, argument, name, len);
    if (matches == 1)
        return last;
    *reading->complaint = text_format(reading->arena, _("option %s could mean several; write it out"),
                                      text_escape(reading->arena, argument));
    return NULL;
}

static const struct option *find_letter(struct reading *reading, const char *argument) {
    if (argument[1] == 'h')
        return &help_option;
    for (const struct option *option = reading->out->table; option->name; option++)
        if (option->letter == argument[1])
            return option;
    *reading->complaint = text_format(reading->arena, _("unknown option %s"), text_escape(reading->arena, argument));
    return NULL;
}

static enum result store_value(struct reading *reading, const struct option *option, const char *value) {
    struct options *out = reading->out;
    if (option == &help_option) {
        out->help = true;
        return RESULT_OK;
    }
    size_t row = (size_t)(option - out->table);
    assert(row < OPTIONS_MAX);
    if (out->counts[row] && !option->repeats)
        return complain(reading, text_format(reading->arena, _("option --%s is given twice"), option->name));
    if (out->counts[row] == OPTION_VALUES_MAX)
        return complain(reading, text_format(reading->arena, _("option --%s is given more than %d times"), option->name,
                                             OPTION_VALUES_MAX));
    out->values[row][out->counts[row]++] = value;
    return RESULT_OK;
}

/* Reads the option at arguments[*at] and its value. */
static enum result read_option(struct reading *reading, int count, char *const arguments[], int *at) {
    const char *argument = arguments[*at], *value = NULL;
    bool is_long = argument[1] == '-';
    const struct option *option = is_long ? find_long(reading, argument) : find_letter(reading, argument);
    if (!option)
        return RESULT_INVALID;
    if (is_long)
        value = strchr(argument, '=') ? strchr(argument, '=') + 1 : NULL;
    else
        value = argument[2] ? argument + 2 : NULL;
    if (!option->takes && value)
        return complain(reading, text_format(reading->arena, _("option --%s takes no value"), option->name));
    if (option->takes && !value && *at + 1 < count)
        value = arguments[++*at];
    if (option->takes && !value)
        return complain(reading,
                        text_format(reading->arena, _("option --%s needs a value: %s"), option->name, option->takes));
    return store_value(reading, option, value ? value : "");
}

enum result options_read(struct options *out, struct arena *arena, const struct option *table, int count,
                         char *const arguments[], const char **complaint) {
    *out = (struct options){.table = table};
    out->words = arena_array(arena, (size_t)count + 1, sizeof *out->words);
    if (!out->words)
        return RESULT_NO_MEMORY;
    struct reading reading = {out, arena, complaint};
    bool only_words = false;
    for (int i = 0; i < count; i++) {
        if (!only_words && strcmp(arguments[i], "--") == 0)
            only_words = true;
        else if (only_words || arguments[i][0] != '-' || arguments[i][1] == '\0')
            out->words[out->word_count++] = arguments[i];
        else
            TRY(read_option(&reading, count, arguments, &i));
    }
    return RESULT_OK;
}

static size_t row_of(const struct options *options, const char *name) {
    for (size_t i = 0; options->table[i].name; i++)
        if (strcmp(options->table[i].name, name) == 0)
            return i;
    assert(0 && "an option that the command does not have");
    abort();
}

const char *options_text(const struct options *options, const char *name) {
    size_t row = row_of(options, name);
    return options->counts[row] ? options->values[row][options->counts[row] - 1] : NULL;
}

void options_replace(struct options *options, const char *name, const char *value) {
    size_t row = row_of(options, name);
    assert(options->counts[row]);
    options->values[row][options->counts[row] - 1] = value;
}

bool options_flag(const struct options *options, const char *name) {
    return options->counts[row_of(options, name)] > 0;
}

size_t options_list(const struct options *options, const char *name, const char *const **values) {
    size_t row = row_of(options, name);
    *values = options->values[row];
    return options->counts[row];
}

enum result options_number(const struct options *options, struct arena *arena, const char *name, uint64_t min,
                           uint64_t max, uint64_t *value, const char **complaint) {
    const char *text = options_text(options, name);
    if (!text)
        return RESULT_OK;
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno || *end || end == text || *text == '-' || number < min || number > max) {
        *complaint = text_format(arena, _("option --%s is \"%s\", expected a number from %llu to %llu"), name,
                                 text_escape(arena, text), (unsigned long long)min, (unsigned long long)max);
        return RESULT_INVALID;
    }
    *value = number;
    return RESULT_OK;
}
