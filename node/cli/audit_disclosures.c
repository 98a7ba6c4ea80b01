/* inama audit disclosures: who was shown which fields of which version of an alert, when, and on which rule. */
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "cli/audit_log.h"
#include "cli/home.h"
#include "cli/print.h"
#include "core/fields.h"
#include "core/merkle.h"
#include "keys/roster.h"

static const struct option options[] = {
    {"proof", 'p', NULL, N_("with a checkpoint signed now, and the proof that each record is in that log"), false},
    OPTION_HOME,
    OPTION_JSON,
    OPTIONS_END,
};

/* A record of the log that has to do with the alert, or says who held a key. */
struct row {
    struct row *next; /* older */
    uint64_t number;
    const LogRecord *stored;
    DisclosureRecord *record;
};

struct listing {
    struct call *call;
    const struct roster *roster; /* NULL: names are not known */
    struct row *told;            /* newest first */
    struct row *grants;
    struct checkpoint point; /* with --proof */
    const char *point_text;
    bool no_memory;
    enum result proof; /* the first that does not verify */
};

/* ---- reading ---- */

static enum result check_proof(const struct listing *listing, const LogRecord *stored) {
    uint8_t leaf[HASH_SIZE];
    if (stored->salt.len != JOURNAL_SALT_SIZE || stored->leaf.len != HASH_SIZE || !stored->has_proof)
        return RESULT_MALFORMED;
    journal_leaf(leaf, JOURNAL_DISCLOSURES, stored->number, stored->salt.data, proto_span(stored->content));
    return merkle_verify_inclusion(proto_span(stored->proof), stored->number - 1, listing->point.size, leaf,
                                   listing->point.root);
}

/* A copy of the record, which lives as long as the call. */
static const LogRecord *keep(struct arena *arena, const LogRecord *stored) {
    struct buf bytes;
    LogRecord *copy;
    buf_init(&bytes, arena);
    proto_encode(&bytes, stored);
    return !bytes.failed && !proto_decode(arena, &log_record__descriptor, buf_span(&bytes), &copy) ? copy : NULL;
}

static bool visit(void *context, const LogRecord *stored) {
    struct listing *listing = context;
    struct arena *arena = listing->call->arena;
    struct row *row = arena_alloc(arena, sizeof *row);
    if (!stored->has_content)
        return true;
    listing->no_memory =
        !row || !(row->stored = keep(arena, stored)) ||
        proto_decode(arena, &disclosure_record__descriptor, proto_span(row->stored->content), &row->record);
    if (listing->no_memory)
        return false;
    row->number = stored->number;
    if (listing->point_text && !listing->proof)
        listing->proof = check_proof(listing, row->stored);
    struct row **list = row->record->told ? &listing->told : &listing->grants;
    while (*list)
        list = &(*list)->next;
    *list = row;
    return true;
}

static const struct row *find_grant(const struct listing *listing, uint64_t number) {
    for (const struct row *row = listing->grants; row; row = row->next)
        if (row->number == number)
            return row;
    return NULL;
}

/* ---- words ---- */

static const char *name_of(const struct listing *listing, const uint8_t *id) {
    const struct member *member = listing->roster ? roster_find_ever(listing->roster, id) : NULL;
    return member ? member->name : print_hex(listing->call->arena, span_of(id, MEMBER_ID_SIZE), 8);
}

static bool has_member(const DisclosureRecord *grant, const uint8_t *id) {
    for (size_t at = 0; at + MEMBER_ID_SIZE <= grant->members.len; at += MEMBER_ID_SIZE)
        if (memcmp(grant->members.data + at, id, MEMBER_ID_SIZE) == 0)
            return true;
    return false;
}

/* Who was granted the same epoch later: it reads from the beginning of it. */
static bool is_later_grant(const struct row *grant, const struct row *told) {
    return grant->number > told->record->told->readers && grant->record->epoch == told->record->epoch &&
           span_equal(proto_span(grant->record->feed), proto_span(told->record->feed));
}

/* Did an older grant of that epoch, from the first reader on, have it already? */
static bool was_there(const struct listing *listing, const struct row *told, const struct row *before,
                      const uint8_t *id) {
    const struct row *first = find_grant(listing, told->record->told->readers);
    if (first && has_member(first->record, id))
        return true;
    for (const struct row *row = listing->grants; row; row = row->next)
        if (row->number < before->number && is_later_grant(row, told) && has_member(row->record, id))
            return true;
    return false;
}

static const char *readers_text(const struct listing *listing, const struct row *told) {
    struct arena *arena = listing->call->arena;
    const struct row *grant = find_grant(listing, told->record->told->readers);
    if (told->record->told->readers == 0)
        return _("(whoever has the file)");
    const char *text = grant ? "" : _("(the record was erased)");
    for (size_t at = 0; grant && at + MEMBER_ID_SIZE <= grant->record->members.len; at += MEMBER_ID_SIZE)
        text =
            text_format(arena, "%s%s%s", text, *text ? ", " : "", name_of(listing, grant->record->members.data + at));
    for (const struct row *row = listing->grants; row; row = row->next)
        for (size_t at = 0; is_later_grant(row, told) && at + MEMBER_ID_SIZE <= row->record->members.len;
             at += MEMBER_ID_SIZE)
            if (!was_there(listing, told, row, row->record->members.data + at))
                text = text_format(arena, _("%s, %s since %s"), text, name_of(listing, row->record->members.data + at),
                                   print_time(arena, row->record->time));
    return text;
}

static bool shows(const Told *told, size_t slot) {
    return told->shown.len == FIELD_SLOTS / 8 && (told->shown.data[slot / 8] >> slot % 8 & 1);
}

static bool shows_class(const Told *told, enum field_class class) {
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        if (field_at(slot) && field_at(slot)->class == class && !shows(told, slot))
            return false;
    return true;
}

/* Classes that are shown as a whole, and single fields of others. */
static const char *fields_text(struct arena *arena, const Told *told) {
    const char *text = "";
    const struct field *last = NULL;
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct field *field = field_at(slot);
        if (!field || !shows(told, slot))
            continue;
        bool whole = shows_class(told, field->class);
        if (whole && last && field->class == last->class)
            continue;
        last = field;
        text =
            text_format(arena, "%s%s%s", text, *text ? ", " : "", whole ? field_class_name(field->class) : field->path);
    }
    return text;
}

/* ---- printing ---- */

static void print_told(const struct listing *listing) {
    static const struct column columns[] = {{N_("NUMBER"), COLUMN_RIGHT},  {N_("WHEN"), COLUMN_KEEP},
                                            {N_("VERSION"), COLUMN_RIGHT}, {N_("AUDIENCE"), COLUMN_KEEP},
                                            {N_("READERS"), COLUMN_WRAP},  {N_("RULE"), COLUMN_WRAP}};
    struct arena *arena = listing->call->arena;
    struct table *table = table_new(arena, columns, sizeof columns / sizeof *columns);
    for (const struct row *row = listing->told; row; row = row->next) {
        const Told *told = row->record->told;
        table_number(table, row->number);
        table_cell(table, print_time(arena, row->record->time));
        table_number(table, told->version);
        table_cell(table, row->record->audience);
        table_cell(table, readers_text(listing, row));
        table_cell(table, told->has_by ? text_format(arena, _("%s (audit record %llu)"), told->rule,
                                                     (unsigned long long)told->by)
                                       : told->rule);
    }
    table_print(table);
}

/* By themselves, as they take a line of any width. */
static void print_fields(const struct listing *listing) {
    static const struct column columns[] = {{N_("NUMBER"), COLUMN_RIGHT}, {N_("FIELDS"), COLUMN_WRAP}};
    struct table *table = table_new(listing->call->arena, columns, 2);
    for (const struct row *row = listing->told; row; row = row->next) {
        table_number(table, row->number);
        table_cell(table, fields_text(listing->call->arena, row->record->told));
    }
    print_blank();
    table_print(table);
}

static void print_rows(const struct listing *listing) {
    if (!listing->told) {
        print_line(_("This node has disclosed it to nobody, as far as its log goes back."));
        return;
    }
    print_told(listing);
    print_fields(listing);
    if (listing->point_text && !listing->proof)
        print_line(_("Each of these records is in the log of %llu records whose checkpoint this node signed just now."),
                   (unsigned long long)listing->point.size);
}

static json_t *members_json(const struct listing *listing, const DisclosureRecord *grant) {
    json_t *list = json_array();
    for (size_t at = 0; grant && at + MEMBER_ID_SIZE <= grant->members.len; at += MEMBER_ID_SIZE)
        json_array_append_new(list, json_pack("{s:o, s:o}", "member",
                                              print_json_hex(span_of(grant->members.data + at, MEMBER_ID_SIZE)), "name",
                                              print_json_text(name_of(listing, grant->members.data + at))));
    return list;
}

static json_t *bytes_json(ProtobufCBinaryData bytes) {
    struct arena arena;
    arena_init(&arena, 4 * (size_t)JOURNAL_RECORD_BYTES_MAX);
    char *digits = arena_alloc(&arena, 2 * bytes.len + 1);
    if (digits)
        text_hex(digits, bytes.data, bytes.len);
    json_t *json = digits ? json_string(digits) : json_null();
    arena_release(&arena);
    return json;
}

static json_t *proof_json(const LogRecord *stored) {
    return json_pack("{s:o, s:o, s:o, s:o}", "leaf", bytes_json(stored->leaf), "salt", bytes_json(stored->salt),
                     "record", bytes_json(stored->content), "path", bytes_json(stored->proof));
}

static void add_proof(const struct listing *listing, json_t *json, const struct row *row) {
    if (listing->point_text)
        json_object_set_new(json, "proof", proof_json(row->stored));
}

static json_t *told_json(const struct listing *listing, const struct row *row) {
    const Told *told = row->record->told;
    json_t *fields = json_array();
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        if (field_at(slot) && shows(told, slot))
            json_array_append_new(fields, json_string(field_at(slot)->path));
    json_t *json = json_pack("{s:I, s:I, s:o, s:o, s:I, s:o, s:o, s:I, s:I, s:I, s:o, s:o, s:o}", "number",
                             (json_int_t)row->number, "time", (json_int_t)row->record->time, "object",
                             print_json_hex(proto_span(told->object)), "alert", print_json_hex(proto_span(told->alert)),
                             "version", (json_int_t)told->version, "audience", print_json_text(row->record->audience),
                             "feed", print_json_hex(proto_span(row->record->feed)), "entry",
                             (json_int_t)row->record->number, "epoch", (json_int_t)row->record->epoch, "readers",
                             (json_int_t)told->readers, "fields", fields, "rule", print_json_text(told->rule),
                             "audit_record", told->has_by ? json_integer((json_int_t)told->by) : json_null());
    add_proof(listing, json, row);
    return json;
}

static bool is_named(const struct listing *listing, const struct row *grant) {
    for (const struct row *row = listing->told; row; row = row->next)
        if (row->record->told->readers == grant->number || is_later_grant(grant, row))
            return true;
    return false;
}

static void print_rows_json(const struct listing *listing) {
    json_t *disclosures = json_array(), *readers = json_array();
    for (const struct row *row = listing->told; row; row = row->next)
        json_array_append_new(disclosures, told_json(listing, row));
    for (const struct row *row = listing->grants; row; row = row->next) {
        if (!is_named(listing, row))
            continue;
        json_t *json =
            json_pack("{s:I, s:I, s:o, s:I, s:o}", "number", (json_int_t)row->number, "time",
                      (json_int_t)row->record->time, "feed", print_json_hex(proto_span(row->record->feed)), "epoch",
                      (json_int_t)row->record->epoch, "members", members_json(listing, row->record));
        add_proof(listing, json, row);
        json_array_append_new(readers, json);
    }
    json_t *json = json_pack("{s:o, s:o}", "disclosures", disclosures, "readers", readers);
    if (listing->point_text)
        json_object_set_new(json, "checkpoint", json_string(listing->point_text));
    print_json(json);
}

/* ---- the command ---- */

static enum exit_code ask_point(struct listing *listing, struct client *client) {
    enum exit_code code = audit_ask_point(client, &listing->point_text);
    struct span text = span_of_text(listing->point_text ? listing->point_text : "");
    while (!code && !checkpoint_read(&listing->point, listing->call->arena, &text))
        if (listing->point.journal == JOURNAL_DISCLOSURES)
            return EXIT_DONE;
    if (!code)
        print_error(_("the node gave no checkpoint of this log"));
    return code ? code : EXIT_REFUSED;
}

static enum exit_code read_log(struct listing *listing, struct client *client) {
    LogRecords words = LOG_RECORDS__INIT;
    enum exit_code code = options_flag(&listing->call->options, "proof") ? ask_point(listing, client) : EXIT_DONE;
    if (code)
        return code;
    words.log = JOURNAL_DISCLOSURES;
    words.alert = (char *)(uintptr_t)listing->call->options.words[0];
    words.has_proof = listing->point.size != 0;
    words.proof = listing->point.size;
    code = audit_walk(client, &words, visit, listing);
    if (!code && (listing->no_memory || listing->proof)) {
        print_error("%s", listing->no_memory ? result_text(RESULT_NO_MEMORY)
                                             : _("a record is not in the log of the checkpoint: inama audit verify"));
        return EXIT_REFUSED;
    }
    return code;
}

static enum exit_code run(struct call *call) {
    struct config config;
    struct client client = {0};
    struct roster *roster = NULL;
    struct listing listing = {.call = call};
    const char *why;
    enum exit_code code = home_read(&config, call);
    if (code)
        return code;
    if (!home_roster(&roster, call->arena, &config, &why))
        listing.roster = roster;
    code = client_open_at(&client, call, &config, false);
    if (!code)
        code = read_log(&listing, &client);
    if (!code && options_flag(&call->options, "json"))
        print_rows_json(&listing);
    else if (!code)
        print_rows(&listing);
    client_close(&client);
    roster_free(roster);
    return code;
}

const struct command command_audit_disclosures = {
    .name = "audit disclosures",
    .takes = "ALERT",
    .summary = N_("list to whom this node disclosed which fields of an alert, when, and on which rule"),
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .examples = N_("  inama audit disclosures 3f9a\n"
                   "  inama audit disclosures 3f9a --proof --json    with what it takes to verify it elsewhere\n"),
    .run = run,
};

/* ---- audit erase ---- */

static const struct option erase_options[] = {
    {"reason", 'r', "TEXT", N_("why; it stays in the log of what operators did"), false},
    {"yes", 'y', NULL, N_("do not ask"), false},
    OPTION_HOME,
    OPTION_JSON,
    OPTIONS_END,
};

static bool read_number(uint64_t *out, const char *text) {
    size_t len = strlen(text);
    *out = 0;
    if (len == 0 || len > 18 || strspn(text, "0123456789") != len)
        return false;
    while (*text)
        *out = *out * 10 + (uint64_t)(*text++ - '0');
    return *out != 0;
}

static enum exit_code erase(struct call *call, const LogErase *words) {
    struct client client;
    Request request = REQUEST__INIT;
    const Reply *reply;
    request.log_erase = (LogErase *)(uintptr_t)words;
    enum exit_code code = client_open(&client, call);
    if (!code)
        code = client_ask(&client, &request, &reply);
    if (!code && options_flag(&call->options, "json"))
        print_json(json_pack("{s:I}", "erased", (json_int_t)words->number));
    else if (!code)
        print_line(_("Record %llu has no content any more; its hash stays, and the log verifies as before."),
                   (unsigned long long)words->number);
    client_close(&client);
    return code;
}

static enum exit_code run_erase(struct call *call) {
    LogErase words = LOG_ERASE__INIT;
    const char *reason = options_text(&call->options, "reason");
    if (!read_number(&words.number, call->options.words[0]))
        return print_usage_error(call, _("which record? Give its number, as inama audit disclosures prints it"));
    if (!reason || !*reason)
        return print_usage_error(call, _("why? Give --reason TEXT"));
    words.reason = (char *)(uintptr_t)reason;
    if (!print_confirm(options_flag(&call->options, "yes"), _("Erase for good what this record of a disclosure says?")))
        return EXIT_REFUSED;
    return erase(call, &words);
}

const struct command command_audit_erase = {
    .name = "audit erase",
    .takes = "NUMBER",
    .summary = N_("erase what one record of a disclosure says; that there was one stays proven"),
    .options = erase_options,
    .words_min = 1,
    .words_max = 1,
    .examples = N_("  inama audit erase 17 --reason \"order of the court of 5 May\"\n"),
    .run = run_erase,
};
