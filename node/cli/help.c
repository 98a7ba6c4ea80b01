/* inama help, inama version: what there is, from the same tables that the program runs by. */
#include "cli/command.h"

#include <string.h>

#include "base/text.h"
#include "cli/print.h"
#include "core/codes.h"
#include "core/document.h"
#include "core/fields.h"
#include "core/query_names.h"

static const struct option help_options[] = {OPTION_JSON, OPTIONS_END};
static const struct option version_options[] = {OPTIONS_END};

/* The commands whose name begins with `word` and a space, or all. How many there were. */
static size_t list_commands(struct arena *arena, const char *word) {
    static const struct column columns[] = {{"", COLUMN_KEEP}, {"", COLUMN_WRAP}};
    struct table *table = table_new(arena, columns, 2);
    size_t count = 0;
    for (size_t i = 0; commands[i]; i++) {
        const struct command *command = commands[i];
        if (word && !command_is_under(command, word))
            continue;
        count++;
        table_cell(table, text_format(arena, "  inama %s %s", command->name, command->takes));
        table_cell(table, _(command->summary));
    }
    table_print(table);
    return count;
}

static enum exit_code overview(struct arena *arena) {
    print_line("%s", _("inama: customs administrations share wildlife-crime alerts"));
    print_blank();
    list_commands(arena, NULL);
    print_blank();
    print_line("%s",
               _("inama COMMAND --help explains one, with examples. inama help fields lists the fields of an alert,"));
    print_line("%s", _("inama help codes the code lists, inama help codes term one of them."));
    print_line("%s", _("All take --home DIR; those that print take --json."));
    print_line(
        "%s",
        _("Exit codes: 0 done, 1 refused or not found, 2 wrong command line, 3 no node, 4 not allowed or wrong key."));
    return EXIT_DONE;
}

static const char *type_name(const struct field *field) {
    static const char *const names[] = {
        [FIELD_TEXT] = N_("text"),       [FIELD_CODE] = N_("code"),     [FIELD_PLACE] = N_("UN/LOCODE"),
        [FIELD_TAXON] = N_("species"),   [FIELD_NUMBER] = N_("number"), [FIELD_DECIMAL] = N_("decimal"),
        [FIELD_DATE] = N_("date"),       [FIELD_TIME] = N_("time"),     [FIELD_FLAG] = N_("yes or no"),
        [FIELD_BLOB] = N_("attachment"),
    };
    return field->list ? codes_list_name(field->list) : _(names[field->type]);
}

static enum exit_code list_fields(struct call *call) {
    static const struct column columns[] = {{N_("CLASS"), COLUMN_KEEP},
                                            {N_("FIELD"), COLUMN_KEEP},
                                            {N_("TYPE"), COLUMN_KEEP},
                                            {N_("MEANING"), COLUMN_TRUNC}};
    bool as_json = options_flag(&call->options, "json");
    struct table *table = as_json ? NULL : table_new(call->arena, columns, 4);
    json_t *list = json_array();
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct field *field = field_at(slot);
        if (!field)
            continue;
        table_cell(table, field_class_name(field->class));
        table_cell(table, text_format(call->arena, "%s%s", field->path, field->repeats ? "[]" : ""));
        table_cell(table, type_name(field));
        table_cell(table, _(field->label));
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:b, s:b}", "path", field->path, "class",
                                              field_class_name(field->class), "type", type_name(field), "label",
                                              _(field->label), "group_repeats", field->group_repeats, "repeats",
                                              field->repeats));
    }
    table_print(table);
    if (as_json)
        print_json(list);
    else
        json_decref(list);
    return EXIT_DONE;
}

static enum exit_code list_lists(struct arena *arena) {
    static const struct column columns[] = {{N_("LIST"), COLUMN_KEEP}, {N_("CODES"), COLUMN_RIGHT}};
    struct table *table = table_new(arena, columns, 2);
    for (int list = CODES_NONE + 1; list < CODES_LISTS; list++) {
        table_cell(table, codes_list_name((enum code_list)list));
        table_number(table, codes_count((enum code_list)list));
    }
    table_print(table);
    return EXIT_DONE;
}

static enum exit_code list_codes(struct call *call, enum code_list list) {
    static const struct column columns[] = {{N_("CODE"), COLUMN_KEEP}, {N_("MEANING"), COLUMN_TRUNC}};
    bool as_json = options_flag(&call->options, "json");
    struct table *table = as_json ? NULL : table_new(call->arena, columns, 2);
    json_t *array = json_array();
    for (size_t i = 0; i < codes_count(list); i++) {
        const struct code *code = codes_at(list, i);
        if (code->obsolete)
            continue;
        table_cell(table, code->code);
        table_cell(table, codes_label(code));
        json_array_append_new(array, json_pack("{s:s, s:s, s:s}", "code", code->code, "en", code->en, "fr", code->fr));
    }
    table_print(table);
    if (as_json)
        print_json(array);
    else
        json_decref(array);
    return EXIT_DONE;
}

static enum exit_code help_codes(struct call *call, const char *name) {
    if (!name)
        return list_lists(call->arena);
    for (int list = CODES_NONE + 1; list < CODES_LISTS; list++)
        if (text_compare(codes_list_name((enum code_list)list), name) == 0)
            return list_codes(call, (enum code_list)list);
    print_error(_("there is no code list \"%s\""), text_escape(call->arena, name));
    print_next(_("inama help codes lists them"));
    return EXIT_USAGE;
}

/* ---- the query language ---- */

static const char *const query_help =
    N_("A query is conditions, all of which must hold; quote it for the shell.\n"
       "\n"
       "  pangolin                  this word, in any text; case and accents do not matter\n"
       "  pangol*                   words that begin so\n"
       "  \"false bottom\"            these words, one behind the other\n"
       "  country:KE                the incident, or a place on the route, is in Kenya\n"
       "  country:(KE,TZ,UG)        in one of these\n"
       "  species:Manidae           the family and all in it; \"Manis tricuspis\" in quotation marks\n"
       "  date:2014..2016-03        from the first to the last day; also 2014.. and ..2016\n"
       "  quantity>=100             also < <= >; numbers, dates and times have an order\n"
       "  container:MSKU1234565     case, blanks and dashes do not matter; container:MSKU* as well\n"
       "  title=\"all of it\"         the whole text of a field; title:word finds a word in it\n"
       "  permit:*                  there is one; not permit:* there is none\n"
       "  originator:CD             a member, or a country\n"
       "  near:KEMBA/50km           a place, or the position, is that near; near:-4.05,39.66/50km\n"
       "  specimens(term:SCA quantity>=100)   both hold for the same specimen; so with other groups\n"
       "  a or b, not a, (a b)      \"or\" binds less than side by side, \"not\" and parentheses more\n"
       "  sort:date  sort:created   newest first by that, not by arrival\n"
       "  limit:20                  so many a page\n"
       "\n"
       "Fields go by their path, by its last part where that is clear, and some by another name:");

struct naming {
    struct arena *arena;
    struct table *table;
};

/* Those that are no field's own name or path. */
static void print_word(void *context, const char *name, const struct query_slots *slots) {
    struct naming *naming = context;
    const struct field *field = document_field(slots->slots[0]);
    const char *fields = "";
    bool is_own = slots->count == 1 && (strcmp(name, field->path) == 0 || strcmp(name, field->name) == 0);
    if (!is_own)
        for (size_t i = 0; i < slots->count; i++)
            fields = text_format(naming->arena, "%s%s%s", fields, i ? ", " : "", document_field(slots->slots[i])->path);
    else if (!field->group)
        fields = _(field->label);
    if (*fields) {
        table_cell(naming->table, name);
        table_cell(naming->table, fields);
    }
}

static enum exit_code help_query(struct call *call) {
    static const struct column columns[] = {{N_("NAME"), COLUMN_KEEP}, {N_("FIELD"), COLUMN_TRUNC}};
    struct naming naming = {call->arena, table_new(call->arena, columns, 2)};
    print_line("%s", _(query_help));
    query_names_each(print_word, &naming);
    print_blank();
    table_print(naming.table);
    print_blank();
    print_line(_("inama help fields lists all fields, inama help codes the codes."));
    return EXIT_DONE;
}

static enum exit_code run_help(struct call *call) {
    const char **words = call->options.words;
    size_t count = call->options.word_count;
    int used;
    if (count == 0)
        return overview(call->arena);
    if (strcmp(words[0], "fields") == 0)
        return list_fields(call);
    if (strcmp(words[0], "query") == 0)
        return help_query(call);
    if (strcmp(words[0], "codes") == 0)
        return help_codes(call, count > 1 ? words[1] : NULL);
    const struct command *command = command_named((int)count, (char *const *)(uintptr_t)words, &used);
    if (command) {
        command_explain(call->arena, command);
        return EXIT_DONE;
    }
    if (list_commands(call->arena, words[0]))
        return EXIT_DONE;
    const char *near = command_suggest(words[0]);
    print_error(_("there is no command \"%s\""), text_escape(call->arena, words[0]));
    if (near)
        print_next(_("did you mean: inama help %s"), near);
    return EXIT_USAGE;
}

const struct command command_help = {
    .name = "help",
    .takes = "[COMMAND | query | fields | codes [LIST]]",
    .summary = N_("explain a command, queries, the fields of an alert, the code lists"),
    .options = help_options,
    .words_min = 0,
    .words_max = 2,
    .examples = N_("  inama help publish        one command\n"
                   "  inama help query          what find and watch take\n"
                   "  inama help fields         every field, with its class as policies name it\n"
                   "  inama help codes unit     the codes of one list\n"),
    .run = run_help,
};

static enum exit_code run_version(struct call *call) {
    (void)call;
    print_line("inama %s", INAMA_VERSION);
    return EXIT_DONE;
}

const struct command command_version = {
    .name = "version",
    .takes = "",
    .summary = N_("print the version"),
    .options = version_options,
    .run = run_version,
};
