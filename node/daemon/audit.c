#include "daemon/audit.h"

#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/answer.h"
#include "daemon/cosigned.h"
#include "daemon/node.h"
#include "journal.pb-c.h"

enum { ALERT_SIZE = 16, OTHER_WORDS_BYTES = 8 * 1024 /* names, numbers and result of a record */ };
_Static_assert(ALERT_SIZE *AUDIT_ALERTS_MAX + AUDIT_WORDS_BYTES_MAX + OTHER_WORDS_BYTES <= JOURNAL_RECORD_BYTES_MAX,
               "a record has room for all that it has to say");

/* What a request is called on the command line. Those that come in pieces have one record for all of them: what says
 * where a piece begins is none of its words. */
static const struct naming {
    const char *request;
    const char *command;
    bool in_pieces;
} namings[] = {
    {"explain", "policy explain", false},
    {"renew_keys", "keys rotate", false},
    {"accept_copy", "keys accept-copy", false},
    {"give", "bundle write", true},
    {"take", "bundle read", false},
    {"receipts", "bundle read", false},
    {"release", "peer release", false},
    {"watchlists", "watchlist", false},
    {"tally", "stats", true},
    {"read_blob", "show --save", true},
    {"check_blobs", "check attachments", true},
    {"log_records", "audit show", true},
    {"log_check", "audit verify", true},
    {"log_point", "audit checkpoint", false},
    {"log_consistency", "audit verify", true},
    {"log_erase", "audit erase", false},
    {"prove", "proof", false},
    {"ask", "request", false},
    {"list_requests", "requests", false},
};

static const struct naming *naming_of(const char *request) {
    for (size_t i = 0; i < sizeof namings / sizeof *namings; i++)
        if (strcmp(namings[i].request, request) == 0)
            return &namings[i];
    return NULL;
}

/* ---- the words of a request, read from its message ---- */

static bool is_place(const char *name) {
    static const char *const places[] = {"first", "before", "after", "feed", "trust",
                                         "begin", "fetch",  "bytes", "page"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(places[i], name) == 0)
            return true;
    return false;
}

static const void *member_of(const ProtobufCMessage *message, unsigned offset) {
    return (const uint8_t *)message + offset;
}

static bool is_set(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field) {
    const void *member = member_of(message, field->offset);
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return *(const size_t *)member_of(message, field->quantifier_offset) != 0;
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return *(char *const *)member && **(char *const *)member;
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return *(ProtobufCMessage *const *)member != NULL;
    return field->label == PROTOBUF_C_LABEL_REQUIRED ||
           *(const protobuf_c_boolean *)member_of(message, field->quantifier_offset);
}

static const char *value_text(struct arena *arena, const ProtobufCMessage *message,
                              const ProtobufCFieldDescriptor *field) {
    const void *member = member_of(message, field->offset);
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return text_format(arena, "%zu", *(const size_t *)member_of(message, field->quantifier_offset));
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        return *(char *const *)member;
    case PROTOBUF_C_TYPE_BOOL:
        return *(const protobuf_c_boolean *)member ? "yes" : "no";
    case PROTOBUF_C_TYPE_UINT32:
        return text_format(arena, "%u", *(const uint32_t *)member);
    case PROTOBUF_C_TYPE_UINT64:
        return text_format(arena, "%llu", (unsigned long long)*(const uint64_t *)member);
    case PROTOBUF_C_TYPE_BYTES: {
        const ProtobufCBinaryData *bytes = member;
        char *digits = bytes->len <= HASH_SIZE ? arena_alloc(arena, 2 * bytes->len + 1) : NULL;
        if (!digits)
            return text_format(arena, "%zu bytes", bytes->len);
        text_hex(digits, bytes->data, bytes->len);
        return digits;
    }
    default:
        return "…";
    }
}

static void put_text(struct buf *out, const char *text) {
    buf_put(out, text, strlen(text));
}

/* Nobody reads more words, or fewer, in it than there are. */
static bool is_plain(const char *value) {
    for (; *value; value++)
        if (*value <= ' ' || *value > '~' || *value == '"' || *value == '\\')
            return false;
    return true;
}

static void put_value(struct buf *out, const char *value) {
    if (is_plain(value)) {
        put_text(out, value);
        return;
    }
    buf_put_u8(out, '"');
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            buf_put_u8(out, '\\');
        buf_put_u8(out, (uint8_t)*value);
    }
    buf_put_u8(out, '"');
}

/* name=value, with quotation marks where it is not plain. NULL when memory is out. */
static const char *words_of_message(struct arena *arena, const ProtobufCMessage *message, bool in_pieces) {
    struct buf out;
    buf_init(&out, arena);
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        if (!is_set(message, field) || (in_pieces && is_place(field->name)))
            continue;
        put_text(&out, out.len ? " " : "");
        put_text(&out, field->name);
        put_text(&out, "=");
        put_value(&out, value_text(arena, message, field));
    }
    return out.failed ? NULL : arena_text(arena, (const char *)out.data, out.len);
}

/* ---- the alerts of a reply ---- */

static void add_alert(struct buf *alerts, const uint8_t *object) {
    buf_put(alerts, object, ALERT_SIZE);
}

static struct buf alerts_of(struct node *node, const Request *request, const Reply *reply) {
    struct buf alerts;
    const struct index_row *row;
    buf_init(&alerts, &node->exchange.turn);
    for (size_t i = 0; i < reply->n_rows; i++)
        add_alert(&alerts, reply->rows[i]->object.data);
    for (size_t i = 0; reply->export && i < reply->export->n_alerts; i++)
        add_alert(&alerts, reply->export->alerts[i]->object.data);
    for (size_t i = 0; i < reply->n_threads; i++)
        add_alert(&alerts, reply->threads[i]->object.data);
    if (reply->shown)
        add_alert(&alerts, reply->shown->row->object.data);
    if (reply->proven)
        add_alert(&alerts, reply->proven->object.data);
    if (reply->explained && !index_find_prefix(node->exchange.index, request->explain->alert, &row))
        add_alert(&alerts, row->object);
    return alerts;
}

/* Whoever gets to see what is in an alert has opened it; not who sees its line in a list. */
static bool shows_content(const Request *request) {
    return request->show || (request->find && request->find->full);
}

static enum result note_row(struct node *node, const Row *words) {
    const struct index_row *row = index_find(node->exchange.index, words->object.data);
    return row ? opened_note(&node->exchange, row) : RESULT_OK;
}

static enum result note_opened(struct node *node, const Reply *reply) {
    for (size_t i = 0; i < reply->n_rows; i++)
        TRY(note_row(node, reply->rows[i]));
    return reply->shown ? note_row(node, reply->shown->row) : RESULT_OK;
}

/* ---- a record ---- */

struct happening {
    const struct caller *caller;
    const char *command;
    const char *words;
    const char *result;
    const struct buf *alerts; /* ALERT_SIZE of each object id; NULL: none */
};

static enum result append_part(struct node *node, const struct happening *what, struct span alerts) {
    AuditRecord record = AUDIT_RECORD__INIT;
    struct buf bytes;
    uint64_t number;
    record.time = clock_wall_ms(node->exchange.clock);
    record.command = words_of(what->command);
    record.uid = what->caller->uid;
    record.user = *what->caller->user ? words_of(what->caller->user) : NULL;
    record.has_login_uid = what->caller->has_login;
    record.login_uid = what->caller->login_uid;
    record.login_user = *what->caller->login_user ? words_of(what->caller->login_user) : NULL;
    record.words = *what->words ? words_of(what->words) : NULL;
    record.result = words_of(what->result);
    record.has_objects = alerts.len != 0;
    record.objects = proto_bytes(alerts.data, alerts.len);
    buf_init(&bytes, &node->exchange.turn);
    proto_encode(&bytes, &record);
    if (bytes.failed)
        return RESULT_NO_MEMORY;
    TRY(exchange_begin(&node->exchange));
    return store_append_record(node->exchange.store, JOURNAL_AUDIT, buf_span(&bytes), &number);
}

/* Each alert has its place: those that one record has no room for have another. */
static enum result append(struct node *node, const struct happening *what) {
    const size_t room = (size_t)ALERT_SIZE * AUDIT_ALERTS_MAX;
    struct span alerts = what->alerts ? buf_span(what->alerts) : (struct span){0};
    if (!what->words || (what->alerts && what->alerts->failed))
        return RESULT_NO_MEMORY;
    if (strlen(what->words) > AUDIT_WORDS_BYTES_MAX)
        return RESULT_TOO_LARGE;
    for (; alerts.len > room; alerts = span_of(alerts.data + room, alerts.len - room))
        TRY(append_part(node, what, span_of(alerts.data, room)));
    return append_part(node, what, alerts);
}

/* ---- requests ---- */

/* The one member that is set; NULL if none is, or several are: then nobody could say which of them was answered. */
static const ProtobufCMessage *asked_for(const Request *request, const char **name) {
    const ProtobufCMessage *found = NULL;
    for (unsigned i = 0; i < request__descriptor.n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &request__descriptor.fields[i];
        if (!is_set(&request->base, field))
            continue;
        if (found)
            return NULL;
        *name = field->name;
        found = *(ProtobufCMessage *const *)member_of(&request->base, field->offset);
    }
    return found;
}

bool audit_is_one_request(const Request *request) {
    const char *name;
    return asked_for(request, &name) != NULL;
}

bool audit_has_room(struct arena *arena, const Request *request) {
    const char *name, *words;
    const ProtobufCMessage *message = asked_for(request, &name);
    words = message ? words_of_message(arena, message, false) : NULL;
    return words && strlen(words) <= AUDIT_WORDS_BYTES_MAX;
}

/* How the node is, and parts of a file that is handed in, tell nothing about alerts; nor does the news that an
 * attachment is on its way. */
static bool tells_nothing(const Request *request, const Reply *reply) {
    if (request->status)
        return !request->status->alert;
    if (request->attach)
        return reply->attached && !reply->attached->reference;
    return request->read_blob && !(reply->blob_part && (reply->blob_part->n_chunks || reply->blob_part->has_manifest));
}

/* What a request in pieces is known by: not for longer than an hour. */
static void name_pieces(uint8_t digest[static HASH_SIZE], struct node *node, const char *command, const char *words) {
    enum { HOUR_MS = 60 * 60 * 1000 };
    unsigned long long hour = clock_wall_ms(node->exchange.clock) / HOUR_MS;
    const char *text = text_format(&node->exchange.turn, "%llu %s %s", hour, command, words);
    hash_of(digest, "INAMA.audit", span_of_text(text));
}

void audit_settle(struct audit_talk *talk, bool committed) {
    if (talk->begins && committed)
        memcpy(talk->going_on, talk->begun, sizeof talk->going_on);
    talk->begins = false;
}

static const char *policy_words(struct node *node) {
    struct arena *arena = &node->exchange.turn;
    struct sha256_hasher hasher;
    struct span file;
    uint8_t digest[HASH_SIZE];
    char digits[HASH_SIZE + 1]; /* half of it: a line has only so much room */
    if (file_read(&file, arena, node->config.policy, CONFIG_BYTES_MAX))
        return "";
    hash_sha256_start(&hasher);
    hash_sha256_add(&hasher, file.data, file.len);
    hash_sha256_finish(&hasher, digest);
    text_hex(digits, digest, sizeof digest / 2);
    return text_format(arena, "policy_sha256=%s", digits);
}

enum result audit_request(struct node *node, struct audit_talk *talk, const Request *request, const Reply *reply,
                          bool *recorded) {
    struct arena *arena = &node->exchange.turn;
    const char *name, *words;
    const ProtobufCMessage *message = asked_for(request, &name);
    *recorded = false;
    if (!message)
        return RESULT_MALFORMED;
    if (tells_nothing(request, reply))
        return RESULT_OK;
    const struct naming *naming = naming_of(name);
    const char *command = naming ? naming->command : name;
    if (request->find && request->find->follow)
        command = "watch";
    if (request->respond)
        command = request->respond->step;
    if (request->log_records && request->log_records->log == JOURNAL_DISCLOSURES)
        command = "audit disclosures";
    words = request->reload ? policy_words(node) : words_of_message(arena, message, naming && naming->in_pieces);
    if (!words)
        return RESULT_NO_MEMORY;
    bool in_pieces = naming && naming->in_pieces;
    if (in_pieces) {
        name_pieces(talk->begun, node, command, words);
        if (memcmp(talk->begun, talk->going_on, sizeof talk->begun) == 0)
            return RESULT_OK;
    }
    memset(talk->going_on, 0, sizeof talk->going_on);
    const struct buf alerts = alerts_of(node, request, reply);
    TRY(append(node, &(struct happening){&talk->caller, command, words, reply->result, &alerts}));
    if (shows_content(request))
        TRY(note_opened(node, reply));
    talk->begins = in_pieces;
    *recorded = true;
    return RESULT_OK;
}

enum result audit_publish(struct node *node, const struct audit_talk *talk, const struct publication *publications,
                          size_t count) {
    struct buf alerts;
    enum result refused = RESULT_OK;
    buf_init(&alerts, &node->exchange.turn);
    for (size_t i = 0; i < count; i++) {
        if (!publications[i].result && !publications[i].dry_run)
            add_alert(&alerts, publications[i].full.object);
        else if (!refused)
            refused = publications[i].result;
    }
    const char *words =
        text_format(&node->exchange.turn, publications[0].dry_run ? "alerts=%zu dry_run=yes" : "alerts=%zu", count);
    return append(node, &(struct happening){&talk->caller, "publish", words, result_name(refused), &alerts});
}

enum result audit_watch(struct node *node, const struct audit_talk *talk, const Find *words,
                        const struct index_row *const *rows, size_t count) {
    struct buf alerts;
    buf_init(&alerts, &node->exchange.turn);
    for (size_t i = 0; i < count; i++)
        add_alert(&alerts, rows[i]->object);
    for (size_t i = 0; i < count && words->full; i++)
        TRY(opened_note(&node->exchange, rows[i]));
    const char *text = words_of_message(&node->exchange.turn, &words->base, false);
    return append(node, &(struct happening){&talk->caller, "watch", text, result_name(RESULT_OK), &alerts});
}

uint64_t audit_next(const struct node *node) {
    return store_journal(node->exchange.store, JOURNAL_AUDIT)->size + 1;
}

enum result audit_erased(struct node *node, enum journal journal, uint64_t first, uint64_t last) {
    const struct caller self = caller_self();
    const char *words = text_format(&node->exchange.turn, "log=%s first=%llu last=%llu", journal_name(journal),
                                    (unsigned long long)first, (unsigned long long)last);
    return append(node, &(struct happening){&self, "erase", words, result_name(RESULT_OK), NULL});
}

/* ---- checkpoints ---- */

static enum result read_hash(void *context, unsigned level, uint64_t index, uint8_t out[static HASH_SIZE]) {
    const struct audit_source *place = context;
    return store_journal_hash(place->store, place->journal, level, index, out);
}

struct merkle_source audit_source(const struct audit_source *place) {
    return (struct merkle_source){read_hash, (void *)(uintptr_t)place};
}

/* What somebody has cosigned stays. */
static bool is_cosigned(struct node *node, const struct checkpoint *checkpoint) {
    struct arena *arena = &node->exchange.turn;
    struct checkpoint before;
    struct span text;
    return checkpoint->journal == JOURNAL_DISCLOSURES &&
           !cosigned_get(node->exchange.store, arena, checkpoint->size, &text) &&
           !checkpoint_read(&before, arena, &text) && checkpoint_is_same(&before, checkpoint) &&
           cosigned_is(arena, text);
}

enum result audit_checkpoint(struct node *node, enum journal journal, struct checkpoint *out) {
    struct arena *arena = &node->exchange.turn;
    const struct merkle *tree = store_journal(node->exchange.store, journal);
    struct checkpoint checkpoint = {
        .journal = journal, .size = tree->size, .time = clock_wall_ms(node->exchange.clock) / 1000};
    struct buf text;
    merkle_root(checkpoint.root, tree);
    TRY(checkpoint_sign(&checkpoint, arena, &node->identity));
    buf_init(&text, arena);
    checkpoint_write(&text, &checkpoint);
    if (text.failed)
        return RESULT_NO_MEMORY;
    TRY(exchange_begin(&node->exchange));
    if (!is_cosigned(node, &checkpoint))
        TRY(store_put_checkpoint(node->exchange.store, journal, tree->size, buf_span(&text)));
    node->audit.pending[journal] = tree->size;
    *out = checkpoint;
    return RESULT_OK;
}

enum result audit_point(struct node *node, uint64_t steady_ms) {
    const struct merkle *tree = store_journal(node->exchange.store, JOURNAL_DISCLOSURES);
    struct checkpoint checkpoint;
    if (steady_ms < node->audit.point_at || tree->size <= node->audit.checkpointed[JOURNAL_DISCLOSURES])
        return RESULT_OK;
    node->audit.point_at = steady_ms + POINT_EVERY_MS;
    TRY(exchange_begin(&node->exchange));
    return audit_checkpoint(node, JOURNAL_DISCLOSURES, &checkpoint);
}

void audit_settle_checkpoints(struct audit *audit, bool committed) {
    for (enum journal journal = JOURNAL_AUDIT; journal < JOURNALS_END; journal++) {
        if (committed && audit->pending[journal])
            audit->checkpointed[journal] = audit->pending[journal];
        audit->pending[journal] = 0;
    }
}

enum result audit_keep(struct node *node) {
    struct checkpoint checkpoint;
    for (enum journal journal = JOURNAL_AUDIT; journal < JOURNALS_END; journal++) {
        uint64_t size = store_journal(node->exchange.store, journal)->size;
        if (size >= node->audit.checkpointed[journal] + JOURNAL_CHECKPOINT_RECORDS)
            TRY(audit_checkpoint(node, journal, &checkpoint));
    }
    return RESULT_OK;
}

enum result audit_begin(struct node *node) {
    const struct caller self = caller_self();
    const char *words = text_format(&node->exchange.turn, "version=%s %s", INAMA_VERSION, policy_words(node));
    TRY(append(node, &(struct happening){&self, "start", words, result_name(RESULT_OK), NULL}));
    for (enum journal journal = JOURNAL_AUDIT; journal < JOURNALS_END; journal++) {
        struct checkpoint checkpoint;
        if (store_journal(node->exchange.store, journal)->size)
            TRY(audit_checkpoint(node, journal, &checkpoint));
    }
    return RESULT_OK;
}
