/* inama graph: alerts and what links them, for a program that draws. */
#include "cli/command.h"

#include <ctype.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "cli/client.h"
#include "cli/linked.h"
#include "cli/print.h"
#include "cli/row.h"

enum { DEPTH_MAX = 16, ALERTS_DEFAULT = 200, LINKS_OF_ONE = 1000, DIGITS_MIN = 4, DIGITS_MAX = 64 };

static const struct option options[] = {
    ROW_FILTERS,
    {"depth", 'd', "N", N_("steps from the first alerts; default 1"), false},
    {"limit", 'n', "N", N_("alerts in all; default 200"), false},
    {"format", 'f', "FORMAT", N_("graphml (the default) or dot"), false},
    LINKED_OPTIONS,
    OPTION_HOME,
    OPTION_JSON,
    OPTIONS_END,
};

/* Nodes and edges by what they stand for, each once; jansson keeps them in the order in which they came. */
struct graph {
    struct call *call;
    struct client client;
    json_t *alerts; /* by object id: {label, depth} */
    json_t *things; /* by "entity key": {label, entity} */
    json_t *edges;  /* by "from to": {from, to, label} */
    uint64_t limit;
    uint64_t depth;
    Links words;
    bool is_cut;
};

/* ---- what is in it ---- */

static const char *hex_of(struct arena *arena, const ProtobufCBinaryData *object) {
    return print_hex(arena, span_of(object->data, object->len), object->len);
}

static bool add_alert(struct graph *graph, const Row *row, uint64_t depth) {
    struct arena *arena = graph->call->arena;
    const char *id = hex_of(arena, &row->object);
    if (json_object_get(graph->alerts, id))
        return true;
    if (json_object_size(graph->alerts) >= graph->limit) {
        graph->is_cut = true;
        return false;
    }
    const char *label = text_format(arena, "%s %s %s %s %s", row_short_id(arena, row), print_date(arena, row->date),
                                    row->country, row->taxa, row->originator);
    json_object_set_new(
        graph->alerts, id,
        json_pack("{s:o, s:I}", "label", print_json_text(text_escape(arena, label)), "depth", (json_int_t)depth));
    return true;
}

static const char *add_thing(struct graph *graph, const char *entity, const char *key) {
    struct arena *arena = graph->call->arena;
    const char *id = text_format(arena, "%s %s", entity, key);
    const char *label = text_format(arena, "%s %s", linked_entity(entity), linked_text(arena, key));
    if (!json_object_get(graph->things, id))
        json_object_set_new(graph->things, id,
                            json_pack("{s:o, s:o}", "label", print_json_text(text_escape(arena, label)), "entity",
                                      print_json_text(entity)));
    return id;
}

/* Edges have no direction: whoever finds one second finds it there. */
static void add_edge(struct graph *graph, const char *one, const char *other, const char *label) {
    bool in_order = strcmp(one, other) <= 0;
    const char *from = in_order ? one : other, *to = in_order ? other : one;
    const char *id = text_format(graph->call->arena, "%s\n%s", from, to);
    if (!json_object_get(graph->edges, id))
        json_object_set_new(graph->edges, id,
                            json_pack("{s:o, s:o, s:o}", "from", print_json_text(from), "to", print_json_text(to),
                                      "label", print_json_text(label)));
}

static void add_linked(struct graph *graph, const char *from, const char *to, const Linked *linked) {
    struct arena *arena = graph->call->arena;
    if (linked->same_event)
        add_edge(graph, from, to, _("probably one event"));
    for (size_t i = 0; i < linked->n_links; i++) {
        const Link *link = linked->links[i];
        const char *ours = add_thing(graph, link->entity, link->ours);
        const char *theirs = add_thing(graph, link->entity, link->theirs);
        add_edge(graph, from, ours, "");
        add_edge(graph, to, theirs, "");
        if (strcmp(ours, theirs) != 0)
            add_edge(graph, ours, theirs, text_format(arena, "~ 0.%02u", link->alike));
    }
}

/* ---- growing ---- */

static enum exit_code follow(struct graph *graph, const char *id, uint64_t depth) {
    const Reply *reply;
    Request request = REQUEST__INIT;
    graph->words.alert = (char *)(uintptr_t)id;
    request.links = &graph->words;
    enum exit_code code = client_ask(&graph->client, &request, &reply);
    for (size_t i = 0; !code && i < reply->n_rows; i++)
        if (add_alert(graph, reply->rows[i], depth + 1))
            add_linked(graph, id, hex_of(graph->call->arena, &reply->rows[i]->object), reply->links->linked[i]);
    if (!code && (reply->n_rows < reply->links->found || reply->links->read < reply->links->candidates ||
                  reply->links->n_common))
        graph->is_cut = true;
    return code;
}

/* The object ids of a depth, as they are now: following them adds others. */
static const char **ids_at(struct graph *graph, uint64_t depth, size_t *count) {
    const char **ids = arena_array(graph->call->arena, json_object_size(graph->alerts) + 1, sizeof *ids);
    const char *id;
    json_t *alert;
    *count = 0;
    json_object_foreach(graph->alerts, id,
                        alert) if (ids && (uint64_t)json_integer_value(json_object_get(alert, "depth")) == depth)
        ids[(*count)++] = text_format(graph->call->arena, "%s", id);
    return ids;
}

static enum exit_code grow(struct graph *graph) {
    struct progress progress;
    enum exit_code code = EXIT_DONE;
    progress_start(&progress, _("following links"), 0);
    for (uint64_t depth = 0; !code && depth < graph->depth; depth++) {
        size_t count;
        const char **ids = ids_at(graph, depth, &count);
        for (size_t i = 0; ids && i < count && !code; i++) {
            code = follow(graph, ids[i], depth);
            progress_set(&progress, json_object_size(graph->alerts));
        }
    }
    progress_end(&progress);
    return code;
}

/* ---- where it begins ---- */

static bool is_id(const struct call *call) {
    const char *word = call->options.word_count == 1 ? call->options.words[0] : "";
    size_t len = strlen(word);
    for (size_t i = 0; i < len; i++)
        if (!isxdigit((unsigned char)word[i]))
            return false;
    return len >= DIGITS_MIN && len <= DIGITS_MAX;
}

static enum exit_code begin_at_alert(struct graph *graph) {
    const Reply *reply;
    Request request = REQUEST__INIT;
    Show show = SHOW__INIT;
    show.alert = (char *)(uintptr_t)graph->call->options.words[0];
    request.show = &show;
    enum exit_code code = client_ask(&graph->client, &request, &reply);
    if (!code)
        add_alert(graph, reply->shown->row, 0);
    return code;
}

static enum exit_code begin_at_query(struct graph *graph, const char *query) {
    const Reply *reply = NULL;
    Request request = REQUEST__INIT;
    Find find = FIND__INIT;
    find.query = (char *)(uintptr_t)query;
    find.has_limit = true;
    find.limit = (uint32_t)graph->limit;
    request.find = &find;
    enum exit_code code = client_ask(&graph->client, &request, &reply);
    if (code && reply)
        row_print_mistake(graph->call, query, reply);
    for (size_t i = 0; !code && i < reply->n_rows; i++)
        add_alert(graph, reply->rows[i], 0);
    graph->is_cut |= !code && reply->next;
    return code;
}

/* ---- writing ---- */

static const char *text_at(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static const char *escape(struct arena *arena, const char *text, const char *special,
                          const char *(*how)(struct arena *arena, char c)) {
    const char *out = "";
    for (size_t len; *text; text += len) {
        len = strcspn(text, special);
        if (len)
            out = text_format(arena, "%s%.*s", out, (int)len, text);
        if (!text[len])
            break;
        out = text_format(arena, "%s%s", out, how(arena, text[len]));
        len++;
    }
    return out;
}

static const char *xml_character(struct arena *arena, char c) {
    return text_format(arena, "&#%d;", c);
}

static const char *xml(struct arena *arena, const char *text) {
    return escape(arena, text_escape(arena, text), "&<>\"'", xml_character);
}

static const char *dot_character(struct arena *arena, char c) {
    return text_format(arena, "\\%c", c);
}

static const char *dot(struct arena *arena, const char *text) {
    return escape(arena, text_escape(arena, text), "\"\\", dot_character);
}

static void write_graphml_node(struct arena *arena, const char *id, const char *kind, const char *label) {
    print_line("    <node id=\"%s\"><data key=\"kind\">%s</data><data key=\"label\">%s</data></node>", xml(arena, id),
               kind, xml(arena, label));
}

static void write_graphml(struct graph *graph) {
    struct arena *arena = graph->call->arena;
    const char *id;
    json_t *value;
    print_line("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    print_line("<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">");
    print_line("  <key id=\"kind\" for=\"node\" attr.name=\"kind\" attr.type=\"string\"/>");
    print_line("  <key id=\"label\" for=\"all\" attr.name=\"label\" attr.type=\"string\"/>");
    print_line("  <graph edgedefault=\"undirected\">");
    json_object_foreach(graph->alerts, id, value) {
        write_graphml_node(arena, id, "alert", text_at(value, "label"));
    }
    json_object_foreach(graph->things, id, value) {
        write_graphml_node(arena, id, text_at(value, "entity"), text_at(value, "label"));
    }
    json_object_foreach(graph->edges, id, value) {
        print_line("    <edge source=\"%s\" target=\"%s\"><data key=\"label\">%s</data></edge>",
                   xml(arena, text_at(value, "from")), xml(arena, text_at(value, "to")),
                   xml(arena, text_at(value, "label")));
    }
    print_line("  </graph>");
    print_line("</graphml>");
}

static void write_dot(struct graph *graph) {
    struct arena *arena = graph->call->arena;
    const char *id;
    json_t *value;
    print_line("graph inama {");
    json_object_foreach(graph->alerts, id, value) {
        print_line("  \"%s\" [shape=box, label=\"%s\"];", dot(arena, id), dot(arena, text_at(value, "label")));
    }
    json_object_foreach(graph->things, id, value) {
        print_line("  \"%s\" [shape=ellipse, label=\"%s\"];", dot(arena, id), dot(arena, text_at(value, "label")));
    }
    json_object_foreach(graph->edges, id, value) {
        print_line("  \"%s\" -- \"%s\" [label=\"%s\"];", dot(arena, text_at(value, "from")),
                   dot(arena, text_at(value, "to")), dot(arena, text_at(value, "label")));
    }
    print_line("}");
}

/* ---- the command ---- */

static void write_json(struct graph *graph) {
    print_json(json_pack("{s:O, s:O, s:O, s:b}", "alerts", graph->alerts, "things", graph->things, "edges",
                         graph->edges, "cut", graph->is_cut));
}

static enum exit_code draw(struct graph *graph, const char *query, bool as_dot) {
    enum exit_code code = client_open(&graph->client, graph->call);
    if (!code)
        code = query ? begin_at_query(graph, query) : begin_at_alert(graph);
    if (!code)
        code = grow(graph);
    if (code)
        return code;
    if (options_flag(&graph->call->options, "json"))
        write_json(graph);
    else if (as_dot)
        write_dot(graph);
    else
        write_graphml(graph);
    if (graph->is_cut)
        print_error(_("not all that is linked is in it: see --limit, --common and inama links"));
    return EXIT_DONE;
}

static enum exit_code run(struct call *call) {
    const char *complaint = NULL, *query = NULL, *format = options_text(&call->options, "format");
    struct graph graph = {.call = call, .limit = ALERTS_DEFAULT, .depth = 1};
    bool as_dot = format && strcmp(format, "dot") == 0;
    links__init(&graph.words);
    graph.words.has_limit = true;
    graph.words.limit = LINKS_OF_ONE;
    if (format && !as_dot && strcmp(format, "graphml") != 0)
        return print_usage_error(call, _("--format takes graphml or dot"));
    if (!is_id(call))
        query = row_query(call, &complaint);
    if (complaint || !linked_options(call, &graph.words, &complaint) ||
        options_number(&call->options, call->arena, "limit", 1, FIND_RESULTS_MAX, &graph.limit, &complaint) ||
        options_number(&call->options, call->arena, "depth", 1, DEPTH_MAX, &graph.depth, &complaint))
        return print_usage_error(call, complaint);
    graph.alerts = json_object();
    graph.things = json_object();
    graph.edges = json_object();
    enum exit_code code = draw(&graph, query, as_dot);
    json_decref(graph.alerts);
    json_decref(graph.things);
    json_decref(graph.edges);
    client_close(&graph.client);
    return code;
}

const struct command command_graph = {
    .name = "graph",
    .takes = "ALERT | [QUERY…]",
    .summary = N_("write alerts and what links them as a graph"),
    .options = options,
    .words_max = 256,
    .examples = N_("  inama graph 3f2a91c0 --depth 2 > case.graphml    for yEd, Gephi and others\n"
                   "  inama graph species:Manidae -f dot | dot -Tsvg    drawn by Graphviz\n"),
    .run = run,
};
