/* inama requests: what was asked, by whom, and what became of it. */
#include "base/proto.h"
#include "base/text.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/print.h"
#include "cli/thread.h"
#include "core/release.h"

enum { ALERT_BYTES = 4 }; /* of an object id, as people name an alert */

static const struct option options[] = {
    {"open", 0, NULL, N_("only those that wait for an answer"), false},
    {"mine", 0, NULL, N_("only those that this node asked"), false},
    {"alert", 0, "ALERT", N_("only those about this one"), false},
    OPTION_HOME,
    OPTION_JSON,
    OPTIONS_END,
};

/* --- as JSON --- */

static json_t *time_json(bool has, uint64_t time) {
    return has ? json_integer((json_int_t)time) : json_null();
}

static json_t *fields_json(struct arena *arena, bool has, ProtobufCBinaryData bytes) {
    struct field_set slots = release_slots(bytes);
    return has ? json_string(thread_fields_text(arena, &slots)) : json_null();
}

static json_t *onward_json(OnwardReader *const *readers, size_t count) {
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:o, s:o, s:o}", "role", print_json_text(readers[i]->role), "country",
                                              print_json_text(readers[i]->country), "name",
                                              print_json_text(readers[i]->name)));
    return list;
}

static json_t *step_json(struct arena *arena, const ThreadStep *step) {
    return json_pack("{s:s, s:b, s:b, s:I, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o}", "step", step->step, "ours",
                     step->ours, "proposed", step->proposed, "time", (json_int_t)step->time, "fields",
                     fields_json(arena, step->has_slots, step->slots), "reason", print_json_text(step->reason),
                     "deadline", time_json(step->has_deadline, step->deadline), "purpose",
                     print_json_text(step->purpose), "until", time_json(step->has_until, step->until), "judicial",
                     step->judicial, "onward", onward_json(step->onward, step->n_onward), "behalf",
                     print_json_text(step->behalf));
}

static json_t *thread_json(struct arena *arena, const ThreadStatus *thread) {
    json_t *steps = json_array();
    for (size_t i = 0; i < thread->n_steps; i++)
        json_array_append_new(steps, step_json(arena, thread->steps[i]));
    return json_pack("{s:o, s:o, s:o, s:b, s:s, s:b, s:o, s:I, s:o, s:o, s:o}", "request",
                     print_json_hex(proto_span(thread->request)), "object", print_json_hex(proto_span(thread->object)),
                     "peer", print_json_text(thread->peer), "ours", thread->ours, "state", thread->state, "overdue",
                     thread->overdue, "deadline", time_json(thread->has_deadline, thread->deadline), "changed",
                     (json_int_t)thread->changed, "fields", fields_json(arena, true, thread->slots), "proposed_by",
                     print_json_text(thread->proposed_by), "steps", steps);
}

/* --- for people --- */

static void put_thread(struct table *table, struct arena *arena, const ThreadStatus *thread) {
    struct field_set slots = release_slots(thread->slots);
    table_cell(table, thread_digits(arena, thread));
    table_cell(table, print_hex(arena, proto_span(thread->object), ALERT_BYTES));
    table_cell(table, thread->ours ? _("to") : _("from"));
    table_cell(table, text_escape(arena, thread->peer));
    table_cell_in(table, thread->overdue ? PRINT_RED : PRINT_PLAIN, thread_state(arena, thread));
    table_cell(table, thread->has_deadline ? print_time(arena, thread->deadline) : "");
    table_cell(table, thread_fields_text(arena, &slots));
}

static void print_threads(struct arena *arena, const Reply *reply) {
    static const struct column columns[] = {
        {N_("REQUEST"), COLUMN_KEEP}, {N_("ALERT"), COLUMN_KEEP}, {"", COLUMN_KEEP},
        {N_("MEMBER"), COLUMN_KEEP},  {N_("STATE"), COLUMN_KEEP}, {N_("DEADLINE"), COLUMN_KEEP},
        {N_("FIELDS"), COLUMN_WRAP}};
    struct table *table = table_new(arena, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < reply->n_threads; i++)
        put_thread(table, arena, reply->threads[i]);
    if (reply->n_threads)
        table_print(table);
    else
        print_line(_("There is no such request."));
}

static void print_pair(const char *label, const char *value) {
    if (*value)
        print_line("    %s: %s", label, value);
}

static void print_step(struct arena *arena, const ThreadStatus *thread, const ThreadStep *step) {
    struct field_set slots = release_slots(step->slots);
    const char *by = step->ours ? _("by this node") : text_escape(arena, thread->peer);
    print_line("%s  %s%s%s  %s", print_time(arena, step->time), print_on(PRINT_BOLD), step->step, print_off(),
               step->proposed ? _("proposed: nothing is told before a second person confirms it") : by);
    print_pair(_("fields"), step->has_slots ? thread_fields_text(arena, &slots) : "");
    print_pair(_("reason"), text_escape(arena, step->reason ? step->reason : ""));
    print_pair(_("purpose"), text_escape(arena, step->purpose ? step->purpose : ""));
    print_pair(_("for"), text_escape(arena, step->behalf ? step->behalf : ""));
    print_pair(_("answer wanted before"), step->has_deadline ? print_time(arena, step->deadline) : "");
    print_pair(_("until"), step->has_until ? print_time(arena, step->until) : "");
    print_pair(_("judicial proceedings"), step->judicial ? _("yes") : "");
    print_pair(_("may go on to"), thread_onward_text(arena, step->onward, step->n_onward));
}

static void print_thread(struct arena *arena, const ThreadStatus *thread) {
    print_line(thread->ours ? _("Request %s to %s about alert %s: %s") : _("Request %s from %s about alert %s: %s"),
               thread_digits(arena, thread), text_escape(arena, thread->peer),
               print_hex(arena, proto_span(thread->object), ALERT_BYTES), thread_state(arena, thread));
    for (size_t i = 0; i < thread->n_steps; i++)
        print_step(arena, thread, thread->steps[i]);
}

static void print_reply(struct call *call, const Reply *reply, bool is_one) {
    if (!options_flag(&call->options, "json")) {
        if (is_one)
            print_thread(call->arena, reply->threads[0]);
        else
            print_threads(call->arena, reply);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < reply->n_threads; i++)
        json_array_append_new(list, thread_json(call->arena, reply->threads[i]));
    print_json(json_pack("{s:o}", "requests", list));
}

static enum exit_code run(struct call *call) {
    struct client client;
    const Reply *reply;
    Request request = REQUEST__INIT;
    ListRequests words = LIST_REQUESTS__INIT;
    bool is_one = call->options.word_count == 1;
    words.request = is_one ? (char *)(uintptr_t)call->options.words[0] : NULL;
    words.has_open = words.open = options_flag(&call->options, "open");
    words.has_ours = words.ours = options_flag(&call->options, "mine");
    words.alert = (char *)(uintptr_t)options_text(&call->options, "alert");
    request.list_requests = &words;
    enum exit_code code = client_open(&client, call);
    if (!code)
        code = client_ask(&client, &request, &reply);
    if (!code)
        print_reply(call, reply, is_one);
    client_close(&client);
    return code;
}

const struct command command_requests = {
    .name = "requests",
    .takes = "[REQUEST]",
    .summary = N_("list what was asked of this node and by it, or show one with its steps"),
    .options = options,
    .words_max = 1,
    .examples = N_("  inama requests --open       what waits, with deadlines\n"
                   "  inama requests 81d2         all steps of one\n"),
    .run = run,
};
