/* inama complete: what the last word of a command line may become, for the completion of a shell. */
#include "cli/command.h"

#include <string.h>

#include "base/text.h"
#include "cli/print.h"
#include "core/document.h"
#include "core/period.h"
#include "core/query_names.h"
#include "core/ranks.h"

static const struct option options[] = {OPTIONS_END};

static bool begins_with(const char *text, const char *front) {
    return strncmp(text, front, strlen(front)) == 0;
}

/* ---- commands and options ---- */

static void complete_command(const char *word) {
    const char *last = "";
    for (size_t i = 0; commands[i]; i++) {
        size_t len = strcspn(commands[i]->name, " ");
        bool is_new = strncmp(last, commands[i]->name, len) != 0 || (last[len] != ' ' && last[len] != '\0');
        if (is_new && begins_with(commands[i]->name, word))
            print_line("%.*s", (int)len, commands[i]->name);
        last = commands[i]->name;
    }
}

static void complete_second(const char *first, const char *word) {
    for (size_t i = 0; commands[i]; i++)
        if (command_is_under(commands[i], first) && begins_with(commands[i]->name + strlen(first) + 1, word))
            print_line("%s", commands[i]->name + strlen(first) + 1);
}

static void complete_option(struct arena *arena, const struct command *command, const char *word) {
    for (const struct option *option = command->options; option->name; option++) {
        const char *written = text_format(arena, "--%s", option->name);
        if (begins_with(written, word))
            print_line("%s", written);
    }
}

/* ---- queries ---- */

struct completing {
    const char *front; /* of the word, which stays */
    size_t front_len;
    const char *begun;
};

static void put(const struct completing *completing, const char *text, const char *end) {
    if (strncasecmp(text, completing->begun, strlen(completing->begun)) == 0)
        print_line("%.*s%s%s", (int)completing->front_len, completing->front, text, end);
}

static void put_name(void *context, const char *name, const struct query_slots *slots) {
    (void)slots;
    put(context, name, ":");
}

static void put_word(void *context, const char *name, const struct query_slots *slots) {
    (void)slots;
    put(context, name, "");
}

static void put_codes(const struct completing *completing, const struct field *field) {
    for (size_t i = 0; field->type == FIELD_CODE && i < codes_count(field->list); i++) {
        const struct code *code = codes_at(field->list, i);
        if (!code->obsolete)
            put(completing, code->code, "");
    }
    if (field->type == FIELD_FLAG) {
        put(completing, "yes", "");
        put(completing, "no", "");
    }
}

/* Behind a name and its sign: a code, also one more of a set. */
static void complete_value(const char *word, struct span name, const char *value) {
    struct query_slots slots = query_names_find(name, NULL);
    const char *comma = strrchr(value, ',');
    if (slots.count == 0)
        return;
    const char *begun = comma ? comma + 1 : value + (*value == '(');
    struct completing completing = {.front = word, .front_len = (size_t)(begun - word), .begun = begun};
    put_codes(&completing, document_field(slots.slots[0]));
}

static void complete_query(const char *word) {
    static const char *const others[] = {"near", "text", "sort", "limit"};
    const char *begin = word + strspn(word, "('\"");
    const char *sign = begin + strcspn(begin, ":=<>");
    if (*sign) {
        complete_value(word, span_of(begin, (size_t)(sign - begin)), sign + strspn(sign, ":=<>"));
        return;
    }
    struct completing completing = {.front = word, .front_len = (size_t)(begin - word), .begun = begin};
    query_names_each(put_name, &completing);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        put(&completing, others[i], ":");
}

/* ---- what is counted by ---- */

/* Words with commas between: the last of them. */
static void complete_words(const char *words) {
    const char *comma = strrchr(words, ','), *begun = comma ? comma + 1 : words;
    struct completing completing = {.front = words, .front_len = (size_t)(begun - words), .begun = begun};
    static const char *const routes[] = {"origin", "export", "transit", "destination"};
    for (enum rank rank = 0; rank < RANKS; rank++)
        put(&completing, rank_name(rank), "");
    for (enum period period = 0; period < PERIODS; period++)
        put(&completing, period_name(period), "");
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        put(&completing, routes[i], "");
    query_names_each(put_word, &completing);
}

static bool is_for_words(const char *option) {
    return strcmp(option, "--by") == 0 || strcmp(option, "-b") == 0 || strcmp(option, "--sum") == 0 ||
           strcmp(option, "--date") == 0;
}

static enum exit_code run(struct call *call) {
    const char **words = call->options.words;
    size_t count = call->options.word_count;
    const char *last = words[count - 1];
    int used = 0;
    if (count == 1) {
        complete_command(last);
        return EXIT_DONE;
    }
    const struct command *command = command_named((int)count - 1, (char *const *)(uintptr_t)words, &used);
    if (!command && count == 2)
        complete_second(words[0], last);
    else if (command && *last == '-')
        complete_option(call->arena, command, last);
    else if (command == &command_stats && is_for_words(words[count - 2]))
        complete_words(last);
    else if (command && (command == &command_find || command == &command_watch || command == &command_stats ||
                         command == &command_export))
        complete_query(last);
    return EXIT_DONE;
}

const struct command command_complete = {
    .name = "complete",
    .takes = "WORD…",
    .summary = N_("print what the last word may become, for the completion of a shell"),
    .options = options,
    .words_min = 1,
    .words_max = 256,
    .examples = N_("  inama complete -- find country:K    the codes that begin so\n"),
    .run = run,
};
