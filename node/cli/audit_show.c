/* inama audit show: what operators of this node did, newest first. */
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "cli/audit_log.h"
#include "cli/print.h"

enum {
    LIMIT_DEFAULT = 50,
    LIMIT_MAX = 100000,
    RECORD_MEMORY = 4 * JOURNAL_RECORD_BYTES_MAX,
    ALERT_SIZE = 16,
    ALERTS_SHOWN = 3
};

static const struct option options[] = {
    {"since", 's', "DATE", N_("from this day or time on: 2014-05-05, 2014-05-05T09:30:00Z"), false},
    {"user", 'u', "NAME", N_("a user or its number, also of who logged in before sudo or su"), false},
    {"alert", 'a', "ALERT", N_("only what showed or changed this alert, in any version"), false},
    {"limit", 'n', "N", N_("rows of a page; default 50"), false},
    {"before", 0, "NUMBER", N_("the next page, as the line below a page says"), false},
    OPTION_HOME,
    OPTION_JSON,
    OPTIONS_END,
};

struct showing {
    struct call *call;
    struct table *table;
    json_t *list;
    uint64_t limit;
    uint64_t count;
    uint64_t last;
    bool more;
};

static const char *user_of(struct arena *arena, const char *name, uint32_t uid) {
    return name && *name ? name : text_format(arena, "%u", uid);
}

/* "anna", or "anna as inama" where she became another. */
static const char *who_text(struct arena *arena, const AuditRecord *record) {
    const char *user = user_of(arena, record->user, record->uid);
    if (!record->has_login_uid || record->login_uid == record->uid)
        return user;
    /* TRANSLATORS: somebody who logged in under the first name and works under the second */
    return text_format(arena, _("%s as %s"), user_of(arena, record->login_user, record->login_uid), user);
}

static const char *alerts_text(struct arena *arena, const AuditRecord *record) {
    size_t named = record->objects.len / ALERT_SIZE;
    uint64_t all = record->has_shown ? record->shown : named;
    const char *text = "";
    for (size_t i = 0; i < named && i < ALERTS_SHOWN; i++)
        text = text_format(arena, "%s%s%s", text, i ? " " : "",
                           print_hex(arena, span_of(record->objects.data + i * ALERT_SIZE, ALERT_SIZE), 4));
    return all > ALERTS_SHOWN ? text_format(arena, _("%s and %llu more"), text, (unsigned long long)all - ALERTS_SHOWN)
                              : text;
}

static void put_row(struct showing *showing, const LogRecord *stored, const AuditRecord *record) {
    struct arena *arena = showing->call->arena;
    struct table *table = showing->table;
    bool good = strcmp(record->result, "ok") == 0;
    table_number(table, stored->number);
    table_cell(table, print_time(arena, record->time));
    table_cell(table, who_text(arena, record));
    table_cell(table, record->command);
    table_cell(table, record->words ? record->words : "");
    table_cell(table, alerts_text(arena, record));
    table_cell_in(table, good ? PRINT_GREEN : PRINT_RED, record->result);
}

static void put_erased(struct showing *showing, const LogRecord *stored) {
    table_number(showing->table, stored->number);
    for (int i = 0; i < 5; i++)
        table_cell(showing->table, "");
    table_cell_in(showing->table, PRINT_DIM, _("erased"));
}

static json_t *record_json(const LogRecord *stored, const AuditRecord *record) {
    json_t *alerts = json_array();
    for (size_t at = 0; at < record->objects.len; at += ALERT_SIZE)
        json_array_append_new(alerts, print_json_hex(span_of(record->objects.data + at, ALERT_SIZE)));
    return json_pack("{s:I, s:I, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:I}", "number", (json_int_t)stored->number,
                     "time", (json_int_t)record->time, "user", print_json_text(record->user), "uid",
                     (json_int_t)record->uid, "login_user", print_json_text(record->login_user), "login_uid",
                     record->has_login_uid ? json_integer(record->login_uid) : json_null(), "command",
                     print_json_text(record->command), "words", print_json_text(record->words), "result",
                     print_json_text(record->result), "alerts", alerts, "shown",
                     (json_int_t)(record->has_shown ? record->shown : record->objects.len / ALERT_SIZE));
}

static void take(struct showing *showing, struct arena *arena, const LogRecord *stored) {
    AuditRecord *record = NULL;
    if (stored->has_content &&
        proto_decode(arena, &audit_record__descriptor, proto_span(stored->content), &record) != RESULT_OK)
        record = NULL;
    if (showing->list)
        json_array_append_new(showing->list,
                              record ? record_json(stored, record)
                                     : json_pack("{s:I, s:b}", "number", (json_int_t)stored->number, "erased", true));
    else if (record)
        put_row(showing, stored, record);
    else
        put_erased(showing, stored);
}

static bool visit(void *context, const LogRecord *stored) {
    struct showing *showing = context;
    struct arena arena;
    if (showing->count == showing->limit) {
        showing->more = true;
        return false;
    }
    showing->count++;
    showing->last = stored->number;
    arena_init(&arena, RECORD_MEMORY);
    take(showing, &arena, stored);
    arena_release(&arena);
    return true;
}

static enum exit_code read_request(LogRecords *words, struct showing *showing) {
    struct call *call = showing->call;
    const char *complaint = NULL, *since = options_text(&call->options, "since");
    uint64_t before = 0;
    showing->limit = LIMIT_DEFAULT;
    if (options_number(&call->options, call->arena, "limit", 1, LIMIT_MAX, &showing->limit, &complaint) ||
        options_number(&call->options, call->arena, "before", 1, UINT64_MAX, &before, &complaint))
        return print_usage_error(call, complaint);
    if (since && !text_parse_time(&words->since, since))
        return print_usage_error(call, _("a time is written 2014-05-05 or 2014-05-05T09:30:00Z"));
    words->log = JOURNAL_AUDIT;
    words->has_since = since != NULL;
    words->has_limit = true;
    words->limit = (uint32_t)showing->limit + 1; /* one more says whether there are more */
    words->has_before = before != 0;
    words->before = before;
    words->user = (char *)(uintptr_t)options_text(&call->options, "user");
    words->alert = (char *)(uintptr_t)options_text(&call->options, "alert");
    return EXIT_DONE;
}

static void print_all(struct showing *showing) {
    if (showing->list) {
        json_t *json = json_pack("{s:s, s:o}", "log", journal_name(JOURNAL_AUDIT), "records", showing->list);
        if (showing->more)
            json_object_set_new(json, "next_before", json_integer((json_int_t)showing->last));
        print_json(json);
        return;
    }
    table_print(showing->table);
    if (showing->count == 0)
        print_line(_("The log has no such record."));
    else if (showing->more)
        print_line(_("There are older ones: give --before %llu as well."), (unsigned long long)showing->last);
}

static enum exit_code run(struct call *call) {
    static const struct column columns[] = {{N_("NUMBER"), COLUMN_RIGHT}, {N_("WHEN"), COLUMN_KEEP},
                                            {N_("WHO"), COLUMN_KEEP},     {N_("COMMAND"), COLUMN_KEEP},
                                            {N_("WORDS"), COLUMN_WRAP},   {N_("ALERTS"), COLUMN_WRAP},
                                            {N_("RESULT"), COLUMN_KEEP}};
    struct client client;
    LogRecords words = LOG_RECORDS__INIT;
    bool as_json = options_flag(&call->options, "json");
    struct showing showing = {.call = call};
    enum exit_code code = read_request(&words, &showing);
    if (code)
        return code;
    showing.table = as_json ? NULL : table_new(call->arena, columns, sizeof columns / sizeof *columns);
    showing.list = as_json ? json_array() : NULL;
    code = client_open(&client, call);
    if (!code)
        code = audit_walk(&client, &words, visit, &showing);
    if (!code)
        print_all(&showing);
    else
        json_decref(showing.list);
    client_close(&client);
    return code;
}

const struct command command_audit_show = {
    .name = "audit show",
    .takes = "",
    .summary = N_("list what operators of this node asked, did and were shown, newest first"),
    .options = options,
    .examples = N_("  inama audit show --since 2014-05-05        since that day\n"
                   "  inama audit show --alert 3f9a --json       who has seen this alert here, for a program\n"),
    .run = run,
};
