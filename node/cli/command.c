#include "cli/command.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/print.h"

/* How many of the words make up the name, all of it: 0 if they do not. */
static int words_of(const char *name, int count, char *const words[]) {
    const char *space = strchr(name, ' ');
    if (!space)
        return strcmp(words[0], name) == 0 ? 1 : 0;
    size_t len = (size_t)(space - name);
    bool both =
        count > 1 && strlen(words[0]) == len && strncmp(words[0], name, len) == 0 && strcmp(words[1], space + 1) == 0;
    return both ? 2 : 0;
}

const struct command *command_named(int count, char *const words[], int *used) {
    for (size_t i = 0; commands[i] && count > 0; i++)
        if ((*used = words_of(commands[i]->name, count, words)) > 0)
            return commands[i];
    return NULL;
}

bool command_is_under(const struct command *command, const char *word) {
    size_t len = strlen(word);
    return strncmp(command->name, word, len) == 0 && command->name[len] == ' ';
}

const char *command_typed(struct arena *arena, int count, char *const words[]) {
    for (size_t i = 0; commands[i] && count > 1 && words[1][0] != '-'; i++)
        if (command_is_under(commands[i], words[0])) {
            const char *both = text_format(arena, "%s %s", words[0], words[1]);
            return both ? both : words[0];
        }
    return words[0];
}

const char *command_suggest(const char *word) {
    const char *best = NULL;
    size_t distance = strlen(word) / 3 + 2, len = strlen(word);
    for (size_t i = 0; commands[i]; i++) {
        const char *name = commands[i]->name;
        if (len > 1 && strncmp(name, word, len) == 0)
            return name;
        size_t d = text_distance(word, name);
        if (d < distance) {
            distance = d;
            best = name;
        }
    }
    return best;
}

static void explain_option(struct table *table, const struct option *option) {
    if (!table)
        return;
    char name[64];
    snprintf(name, sizeof name, "  %c%c%c --%s%s%s", option->letter ? '-' : ' ', option->letter ? option->letter : ' ',
             option->letter ? ',' : ' ', option->name, option->takes ? " " : "", option->takes ? option->takes : "");
    table_cell(table, name);
    table_cell(table, _(option->help));
}

void command_explain(struct arena *arena, const struct command *command) {
    static const struct column columns[] = {{"", COLUMN_KEEP}, {"", COLUMN_WRAP}};
    print_line("%sinama %s%s%s%s%s", print_on(PRINT_BOLD), command->name, *command->takes ? " " : "", command->takes,
               print_off(), command->options->name ? _(" [OPTIONS]") : "");
    print_line("%s", _(command->summary));
    if (command->options->name) {
        print_blank();
        struct table *table = table_new(arena, columns, 2);
        for (const struct option *option = command->options; option->name; option++)
            explain_option(table, option);
        table_print(table);
    }
    if (command->examples) {
        print_blank();
        print_line("%s", _("Examples:"));
        fputs(_(command->examples), stdout);
    }
}
