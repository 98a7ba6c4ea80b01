/* inama watchlist: queries that the node asks of every alert that comes, and what met them. */
#include "cli/command.h"

#include <string.h>

#include "base/text.h"
#include "cli/client.h"
#include "cli/print.h"
#include "cli/row.h"

enum { HITS_MAX = 10000 };

static enum exit_code ask(struct client *client, struct call *call, const Watchlists *words, const Reply **reply) {
    Request request = REQUEST__INIT;
    request.watchlists = (Watchlists *)(uintptr_t)words;
    *reply = NULL;
    enum exit_code code = client_open(client, call);
    return code ? code : client_ask(client, &request, reply);
}

/* ---- add and remove ---- */

static const struct option add_options[] = {ROW_FILTERS, OPTION_HOME, OPTION_JSON, OPTIONS_END};

static enum exit_code run_add(struct call *call) {
    struct client client;
    const Reply *reply;
    const char *complaint = NULL, *name = call->options.words[0];
    Watchlists words = WATCHLISTS__INIT;
    call->options.words++; /* the rest is the query */
    call->options.word_count--;
    const char *query = row_query(call, &complaint);
    if (!complaint && !*query)
        complaint = _("what is to be watched for? Give a query, as find takes it");
    if (complaint)
        return print_usage_error(call, complaint);
    words.add = (char *)(uintptr_t)name;
    words.query = (char *)(uintptr_t)query;
    enum exit_code code = ask(&client, call, &words, &reply);
    if (code && reply)
        row_print_mistake(call, query, reply);
    if (!code && options_flag(&call->options, "json"))
        print_json(json_pack("{s:o, s:o}", "name", print_json_text(name), "query", print_json_text(query)));
    else if (!code)
        print_line(_("Every alert that comes is asked: %s"), text_escape(call->arena, query));
    client_close(&client);
    return code;
}

static const struct option remove_options[] = {{"yes", 'y', NULL, N_("do not ask"), false}, OPTION_HOME, OPTIONS_END};

static enum exit_code run_remove(struct call *call) {
    struct client client;
    const Reply *reply;
    const char *name = call->options.words[0];
    Watchlists words = WATCHLISTS__INIT;
    words.remove = (char *)(uintptr_t)name;
    const char *question = text_format(call->arena, _("Remove watch list \"%s\" and the record of its hits?"), name);
    if (!print_confirm(options_flag(&call->options, "yes"), question))
        return EXIT_REFUSED;
    enum exit_code code = ask(&client, call, &words, &reply);
    if (!code)
        print_line(_("Watch list \"%s\" is gone, and so is the record of its hits."), text_escape(call->arena, name));
    client_close(&client);
    return code;
}

/* ---- list ---- */

static const struct option list_options[] = {OPTION_HOME, OPTION_JSON, OPTIONS_END};

static void print_lists(struct call *call, const Reply *reply) {
    static const struct column columns[] = {
        {N_("NAME"), COLUMN_KEEP}, {N_("SINCE"), COLUMN_KEEP}, {N_("HITS"), COLUMN_RIGHT}, {N_("QUERY"), COLUMN_WRAP}};
    struct table *table = table_new(call->arena, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < reply->n_watchlists; i++) {
        const WatchlistStatus *list = reply->watchlists[i];
        table_cell_in(table, PRINT_BOLD, list->name);
        table_cell(table, print_time(call->arena, list->created));
        table_number(table, list->hits);
        if (list->broken)
            table_cell_in(table, PRINT_RED, text_format(call->arena, _("%s (can no longer be read)"), list->query));
        else
            table_cell(table, list->query);
    }
    if (reply->n_watchlists)
        table_print(table);
    else
        print_line(_("There is no watch list. inama watchlist add NAME QUERY makes one."));
}

static json_t *lists_json(const Reply *reply) {
    json_t *lists = json_array();
    for (size_t i = 0; i < reply->n_watchlists; i++) {
        const WatchlistStatus *list = reply->watchlists[i];
        json_array_append_new(lists,
                              json_pack("{s:o, s:o, s:I, s:I, s:b}", "name", print_json_text(list->name), "query",
                                        print_json_text(list->query), "created", (json_int_t)list->created, "hits",
                                        (json_int_t)list->hits, "broken", list->broken != 0));
    }
    return lists;
}

static enum exit_code run_list(struct call *call) {
    struct client client;
    const Reply *reply;
    const Watchlists words = WATCHLISTS__INIT;
    enum exit_code code = ask(&client, call, &words, &reply);
    if (!code && options_flag(&call->options, "json"))
        print_json(json_pack("{s:o}", "watchlists", lists_json(reply)));
    else if (!code)
        print_lists(call, reply);
    client_close(&client);
    return code;
}

/* ---- hits ---- */

static const struct option hits_options[] = {
    {"limit", 'n', "N", N_("hits to show, newest first; default 50"), false},
    {"before", 0, "NUMBER", N_("only older ones than this"), false},
    OPTION_HOME,
    OPTION_JSON,
    OPTIONS_END,
};

static void print_hits(struct call *call, const Reply *reply) {
    size_t row = 0;
    for (size_t i = 0; i < reply->n_hits; i++) {
        const WatchlistHit *hit = reply->hits[i];
        print_line(_("hit %llu, %s"), (unsigned long long)hit->number, print_time(call->arena, hit->time));
        if (hit->here)
            row_print_line(call->arena, reply->rows[row++]);
        else
            print_line(_("          %s: is not here any more"),
                       print_hex(call->arena, span_of(hit->object.data, hit->object.len), hit->object.len));
    }
    if (reply->n_hits == 0)
        print_line(_("No hits."));
    else if (reply->hits[reply->n_hits - 1]->number > 1)
        print_line(_("%zu of %llu hits. Older ones: --before %llu"), reply->n_hits, (unsigned long long)reply->total,
                   (unsigned long long)reply->hits[reply->n_hits - 1]->number);
}

static json_t *hits_json(const Reply *reply) {
    json_t *hits = json_array();
    size_t row = 0;
    for (size_t i = 0; i < reply->n_hits; i++) {
        const WatchlistHit *hit = reply->hits[i];
        json_array_append_new(hits, json_pack("{s:I, s:I, s:o, s:o}", "number", (json_int_t)hit->number, "time",
                                              (json_int_t)hit->time, "object",
                                              print_json_hex(span_of(hit->object.data, hit->object.len)), "alert",
                                              hit->here ? row_json(reply->rows[row++]) : json_null()));
    }
    return hits;
}

static enum exit_code run_hits(struct call *call) {
    struct client client;
    const Reply *reply;
    const char *complaint = NULL;
    uint64_t limit = 0;
    Watchlists words = WATCHLISTS__INIT;
    words.hits = (char *)(uintptr_t)call->options.words[0];
    if (options_number(&call->options, call->arena, "limit", 1, HITS_MAX, &limit, &complaint) ||
        options_number(&call->options, call->arena, "before", 1, UINT64_MAX, &words.before, &complaint))
        return print_usage_error(call, complaint);
    words.has_before = words.before != 0;
    words.has_limit = limit != 0;
    words.limit = (uint32_t)limit;
    enum exit_code code = ask(&client, call, &words, &reply);
    if (!code && options_flag(&call->options, "json"))
        print_json(json_pack("{s:I, s:o}", "total", (json_int_t)reply->total, "hits", hits_json(reply)));
    else if (!code)
        print_hits(call, reply);
    client_close(&client);
    return code;
}

const struct command command_watchlist_add = {
    .name = "watchlist add",
    .takes = "NAME QUERY…",
    .summary = N_("have every alert that comes asked a query"),
    .options = add_options,
    .words_min = 1,
    .words_max = 256,
    .examples = N_("  inama watchlist add boxes 'container:(MSKU1234565,TCLU1111111)'\n"
                   "  inama watchlist add scales species:Manidae term:SCA 'quantity>=100'\n"),
    .run = run_add,
};

const struct command command_watchlist_remove = {
    .name = "watchlist remove",
    .takes = "NAME",
    .summary = N_("remove a watch list and the record of its hits"),
    .options = remove_options,
    .words_min = 1,
    .words_max = 1,
    .run = run_remove,
};

const struct command command_watchlist_list = {
    .name = "watchlist list",
    .takes = "",
    .summary = N_("show the watch lists and how often they were hit"),
    .options = list_options,
    .run = run_list,
};

const struct command command_watchlist_hits = {
    .name = "watchlist hits",
    .takes = "NAME",
    .summary = N_("show the alerts that met a watch list when they came"),
    .options = hits_options,
    .words_min = 1,
    .words_max = 1,
    .run = run_hits,
};
