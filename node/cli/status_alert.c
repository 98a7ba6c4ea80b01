/* inama status ALERT: to whom an alert was told, and who has it.
 *
 * "Delivered" is what a member has acknowledged: it is on its disk. "Opened" is what it says itself, if its policy lets
 * it; "answered", what it has said by an alert in reply. More is not known, and nothing here says more.
 */
#include "cli/status.h"

#include <string.h>

#include "base/text.h"
#include "cli/print.h"
#include "cli/row.h"
#include "core/opened.h"

enum kind { DELIVERED, PENDING, NOT_TOLD, GONE };

/* What the daemon's word for the state of a reader is to people. */
struct state_row {
    const char *word;
    enum kind kind;
    const char *why; /* %s: for how long; NULL: it goes without saying */
};

static const struct state_row states[] = {
    {"delivered", DELIVERED, NULL},
    {"fetching", PENDING, N_("connected, and fetching")},
    {"away", PENDING, N_("not connected for %s")},
    {"unseen", PENDING, N_("not since this node started, %s ago")},
    {"never-connected", PENDING, N_("never connected")},
    {"never-called", PENDING, N_("not called, and it has never called")},
    {"no-grant", PENDING, N_("the key of the feed is not granted to it")},
    {"joined-later", NOT_TOLD, N_("it joined later (inama disclose)")},
    {"left", GONE, N_("no longer in the audience")},
    {"former", GONE, N_("no longer a member")},
};

static const struct {
    const char *title;
    enum print_colour colour;
} kinds[] = {
    [DELIVERED] = {N_("delivered"), PRINT_GREEN},
    [PENDING] = {N_("pending"), PRINT_YELLOW},
    [NOT_TOLD] = {N_("not told"), PRINT_DIM},
    [GONE] = {N_("gone"), PRINT_DIM},
};

/* NULL: a newer node has a word that we do not know. */
static const struct state_row *find_state(const char *word) {
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(states[i].word, word) == 0)
            return &states[i];
    return NULL;
}

/* As exactly as it was said. */
static const char *opened_text(struct arena *arena, uint64_t since, uint32_t step) {
    const char *time = print_time(arena, since);
    return step == OPENED_BY_DAY ? text_format(arena, "%.10s", time) : time;
}

/* The reason, and how much stands before the alert. */
static const char *why_text(struct arena *arena, const struct state_row *state, const ReaderStatus *reader) {
    if (reader->has_answer && reader->has_opened)
        return text_format(arena, _("with %s; opened %s"),
                           print_hex(arena, span_of(reader->answer.data, reader->answer.len), 4),
                           opened_text(arena, reader->opened, reader->opened_step));
    if (reader->has_answer)
        return text_format(arena, _("with %s"), print_hex(arena, span_of(reader->answer.data, reader->answer.len), 4));
    const char *text = state->why ? _(state->why) : "", *gap = strstr(text, "%s");
    if (gap)
        text = text_format(arena, "%.*s%s%s", (int)(gap - text), text, status_ago(arena, reader->since), gap + 2);
    if (state->kind == GONE && reader->behind == 0)
        return text_format(arena, _("%s; it had acknowledged as much"), text);
    if (state->kind == PENDING && reader->behind > 1)
        return text_format(arena, _("%s; %llu entries behind"), text, (unsigned long long)reader->behind);
    return text;
}

static const char *since_text(struct arena *arena, const struct state_row *state, const ToldStatus *told,
                              const ReaderStatus *reader) {
    if (reader->has_answered)
        return print_time(arena, reader->answered);
    if (reader->has_opened)
        return opened_text(arena, reader->opened, reader->opened_step);
    if (state->kind == PENDING)
        return print_time(arena, told->created);
    return state->kind == DELIVERED && reader->has_since ? print_time(arena, reader->since) : "";
}

static const char *audience_text(struct arena *arena, const ToldStatus *told) {
    if (told->frozen)
        return text_format(arena, _("%s (FROZEN)"), told->audience);
    if (told->has_elsewhere)
        return text_format(arena, _("%s (BEHIND)"), told->audience);
    return told->former ? text_format(arena, _("%s (former key)"), told->audience) : told->audience;
}

/* Who has a recall on its disk has erased what it takes back, in the same change. */
static const char *title_of(enum kind kind, bool is_recall) {
    return is_recall && kind == DELIVERED ? _("carried out") : _(kinds[kind].title);
}

static void put_readers(struct table *table, struct arena *arena, const ToldStatus *told, bool is_recall) {
    for (size_t i = 0; i < told->n_readers; i++) {
        const ReaderStatus *reader = told->readers[i];
        const struct state_row *state = find_state(reader->state);
        table_cell(table, i == 0 ? audience_text(arena, told) : "");
        table_cell(table, reader->member);
        if (reader->has_answered)
            table_cell_in(table, PRINT_GREEN, _("answered"));
        else if (reader->has_opened)
            table_cell_in(table, PRINT_GREEN, _("opened"));
        else if (state)
            table_cell_in(table, kinds[state->kind].colour, title_of(state->kind, is_recall));
        else
            table_cell(table, reader->state);
        table_cell(table, state ? since_text(arena, state, told, reader) : "");
        table_cell(table, state ? why_text(arena, state, reader) : "");
    }
}

/* To whom others have passed it on. */
static void put_further(struct table *table, struct arena *arena, const AlertStatus *alert) {
    bool is_first = true;
    for (size_t i = 0; i < alert->n_opened; i++) {
        const OpenedStatus *opened = alert->opened[i];
        if (!opened->member)
            continue;
        table_cell(table, is_first ? _("(further on)") : "");
        table_cell(table, opened->member);
        table_cell_in(table, PRINT_GREEN, _("opened"));
        table_cell(table, opened_text(arena, opened->since, opened->step));
        table_cell(table, "");
        is_first = false;
    }
}

/* That it was opened here, and whether who told it to us has heard so. */
static void print_opened_here(struct arena *arena, const AlertStatus *alert) {
    static const struct {
        const char *state;
        const char *text;
    } rows[] = {{"owed", N_("who told it is to hear so")},
                {"told", N_("who told it has heard so")},
                {"refused", N_("who told it would not hear so")},
                {"kept", N_("who told it does not hear so: too many such notices wait")}};
    for (size_t i = 0; i < alert->n_opened; i++)
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
            if (!alert->opened[i]->member && strcmp(alert->opened[i]->state, rows[k].state) == 0)
                print_line(_("          opened here %s; %s"),
                           opened_text(arena, alert->opened[i]->since, alert->opened[i]->step), _(rows[k].text));
}

static void print_told(struct arena *arena, const AlertStatus *alert, bool is_recall) {
    static const struct column columns[] = {{N_("AUDIENCE"), COLUMN_KEEP},
                                            {N_("MEMBER"), COLUMN_KEEP},
                                            {N_("STATE"), COLUMN_KEEP},
                                            {N_("SINCE"), COLUMN_KEEP},
                                            {N_("WHY"), COLUMN_WRAP}};
    struct table *table = table_new(arena, columns, 5);
    for (size_t i = 0; i < alert->n_told; i++)
        put_readers(table, arena, alert->told[i], is_recall);
    put_further(table, arena, alert);
    table_print(table);
}

static void print_came(struct arena *arena, const AlertStatus *alert) {
    const char *when = print_time(arena, alert->arrived);
    if (alert->from)
        print_line(_("          from %s, its feed \"%s\", number %llu, %s"), text_escape(arena, alert->from),
                   text_escape(arena, alert->audience ? alert->audience : ""), (unsigned long long)alert->number, when);
    else
        print_line(_("          published by this node, %s"), when);
}

static void print_words(struct arena *arena, const Row *row, const Status *status) {
    const AlertStatus *alert = status->alert;
    bool is_recall = strcmp(row->kind, "RECALL") == 0;
    row_print_line(arena, row);
    print_came(arena, alert);
    print_opened_here(arena, alert);
    if (row->erased)
        print_error(_("its content has been erased; inama show says whether it was recalled, and why"));
    if (row->superseded)
        print_error(_("a newer version has replaced this one"));
    if (row->doubt)
        print_error(_("this alert is not believed any more: a key on its way here was revoked"));
    status_warn(status);
    print_blank();
    if (alert->n_told == 0) {
        print_line(alert->from ? _("This node has passed it on to nobody.") : _("This node has told it to nobody."));
        return;
    }
    print_told(arena, alert, is_recall);
    print_blank();
    if (is_recall) {
        print_line(
            _("Carried out: what it takes back is erased on the disk of that member, which tells whom it had told."));
        return;
    }
    print_line(
        _("Delivered: on the disk of that member. Opened: somebody there was shown it; told only where its policy "
          "lets it. Answered: by an alert of that member that says so."));
}

static json_t *readers_json(const ToldStatus *told) {
    json_t *list = json_array();
    for (size_t i = 0; i < told->n_readers; i++) {
        const ReaderStatus *reader = told->readers[i];
        json_t *row = json_pack(
            "{s:o, s:o, s:o, s:I, s:o}", "member", print_json_text(reader->member), "state",
            print_json_text(reader->state), "since", status_json_number(reader->has_since, reader->since), "behind",
            (json_int_t)reader->behind, "answered", status_json_number(reader->has_answered, reader->answered));
        json_object_set_new(row, "answer",
                            reader->has_answer ? print_json_hex(span_of(reader->answer.data, reader->answer.len))
                                               : json_null());
        json_object_set_new(row, "opened", status_json_number(reader->has_opened, reader->opened));
        json_object_set_new(row, "opened_step", status_json_number(reader->has_opened, reader->opened_step));
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *told_json(const AlertStatus *alert) {
    json_t *list = json_array();
    for (size_t i = 0; i < alert->n_told; i++) {
        const ToldStatus *told = alert->told[i];
        json_array_append_new(
            list, json_pack("{s:o, s:I, s:I, s:b, s:b, s:o, s:o}", "audience", print_json_text(told->audience),
                            "number", (json_int_t)told->number, "created", (json_int_t)told->created, "frozen",
                            told->frozen != 0, "former", told->former != 0, "elsewhere",
                            status_json_number(told->has_elsewhere, told->elsewhere), "readers", readers_json(told)));
    }
    return list;
}

/* Here (member null), and further on. */
static json_t *opened_json(const AlertStatus *alert) {
    json_t *list = json_array();
    for (size_t i = 0; i < alert->n_opened; i++) {
        const OpenedStatus *opened = alert->opened[i];
        json_array_append_new(list, json_pack("{s:o, s:I, s:I, s:s}", "member", print_json_text(opened->member),
                                              "since", (json_int_t)opened->since, "step", (json_int_t)opened->step,
                                              "state", opened->state));
    }
    return list;
}

static json_t *alert_json(const Row *row, const Status *status) {
    const AlertStatus *alert = status->alert;
    json_t *json = row_json(row);
    json_t *more = json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "arrived", (json_int_t)alert->arrived, "from",
                             print_json_text(alert->from), "audience", print_json_text(alert->audience), "number",
                             status_json_number(alert->has_number, alert->number), "roster_standing",
                             print_json_text(status->roster_standing), "writing",
                             print_json_text(status->writing ? status->writing : "ok"), "told", told_json(alert),
                             "opened", opened_json(alert));
    json_object_update(json, more);
    json_decref(more);
    return json;
}

void status_print_alert(struct arena *arena, const Reply *reply, bool as_json) {
    if (as_json)
        print_json(alert_json(reply->rows[0], reply->status));
    else
        print_words(arena, reply->rows[0], reply->status);
}
