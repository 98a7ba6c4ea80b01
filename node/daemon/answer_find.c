#include "daemon/answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "core/summary.h"
#include "daemon/node.h"

enum { FIND_LIMIT = 50, REPLY_ROWS_BYTES_MAX = CONTROL_BYTES_MAX / 2 };

static struct arena *turn_of(struct node *node) {
    return &node->exchange.turn;
}

/* --- who an originator is --- */

static bool knows(void *context, const char *name) {
    const struct node *node = context;
    return roster_find_name(node->roster, name) || codes_find(CODES_COUNTRY, name);
}

static bool is_called(void *context, const uint8_t *id, const char *name) {
    const struct node *node = context;
    const struct member *member = roster_find_ever(node->roster, id);
    return member && (strcmp(member->name, name) == 0 || strcmp(member->country, name) == 0);
}

struct query_world answer_world(const struct node *node) {
    return (struct query_world){
        .references = &node->references, .knows = knows, .is_called = is_called, .context = (void *)(uintptr_t)node};
}

const char *answer_originator(struct node *node, const uint8_t *id) {
    const struct member *member = roster_find_ever(node->roster, id);
    if (member)
        return member->name;
    char *hex = arena_alloc(turn_of(node), 2 * MEMBER_ID_SIZE + 1);
    if (!hex)
        return "";
    text_hex(hex, id, MEMBER_ID_SIZE);
    return hex;
}

/* --- reading what is asked --- */

enum result answer_remarks(Reply *reply, struct arena *arena, const struct query_remark *remarks, size_t count) {
    reply->remarks = arena_array(arena, count, sizeof *reply->remarks);
    for (size_t i = 0; reply->remarks && i < count; i++) {
        Remark *remark = arena_alloc(arena, sizeof *remark);
        if (!remark)
            return RESULT_NO_MEMORY;
        remark__init(remark);
        remark->offset = (uint32_t)remarks[i].offset;
        remark->column = (uint32_t)remarks[i].column;
        remark->text = words_of(remarks[i].text);
        reply->remarks[reply->n_remarks++] = remark;
    }
    return reply->remarks ? RESULT_OK : RESULT_NO_MEMORY;
}

/* "SEQUENCE@AS_OF" or "KEY/SEQUENCE@AS_OF": as answer_page_words() writes it. */
bool answer_read_page(struct index_position *out, const char *text, enum query_sort sort) {
    int end = -1;
    *out = (struct index_position){0};
    if (sort == SORT_ARRIVAL)
        sscanf(text, "%" SCNu64 "@%" SCNu64 "%n", &out->sequence, &out->as_of, &end);
    else
        sscanf(text, "%" SCNu64 "/%" SCNu64 "@%" SCNu64 "%n", &out->key, &out->sequence, &out->as_of, &end);
    return end > 0 && text[end] == '\0' && out->sequence > 0 && out->sequence <= out->as_of;
}

char *answer_page_words(struct arena *arena, const struct index_position *page, enum query_sort sort) {
    if (sort == SORT_ARRIVAL)
        return words_of(text_format(arena, "%" PRIu64 "@%" PRIu64, page->sequence, page->as_of));
    return words_of(text_format(arena, "%" PRIu64 "/%" PRIu64 "@%" PRIu64, page->key, page->sequence, page->as_of));
}

static enum result read_query(struct query *query, const struct query_world *world, struct arena *arena,
                              const char *text, Reply *reply) {
    struct query_remark mistake;
    enum result result = query_parse(query, arena, text ? text : "", world, &mistake);
    if (result == RESULT_INVALID)
        TRY(answer_remarks(reply, arena, &mistake, 1));
    return result;
}

enum result answer_search(struct search *out, struct arena *arena, const struct node *node, const Find *words,
                          Reply *reply, const char **complaint) {
    const struct query_world world = answer_world(node);
    *out = (struct search){.after = words->after,
                           .superseded = words->superseded,
                           .full = words->full,
                           .follow = words->follow,
                           .count = words->count,
                           .explain = words->explain};
    TRY(read_query(&out->query, &world, arena, words->query, reply));
    out->limit = out->query.limit ? out->query.limit : FIND_LIMIT;
    if (words->has_limit && (words->limit < out->limit || !out->query.limit))
        out->limit = words->limit;
    if (out->follow)
        out->query.sort = SORT_ARRIVAL;
    if (out->limit > FIND_RESULTS_MAX) {
        *complaint = _("limit is at most 10000; ask for the next page");
        return RESULT_INVALID;
    }
    if (words->page && !answer_read_page(&out->page, words->page, out->query.sort)) {
        *complaint = _("this is no page of a query that is sorted like this one: give it as the page before said");
        return RESULT_INVALID;
    }
    return answer_remarks(reply, arena, out->query.remarks, out->query.remark_count);
}

enum result answer_query(struct query *query, struct index_position *at, const struct query_world *world,
                         struct arena *arena, const char *text, const char *page, Reply *reply,
                         const char **complaint) {
    TRY(read_query(query, world, arena, text, reply));
    if (query->sort != SORT_ARRIVAL || query->limit) {
        *complaint = _("sort and limit are for find alone");
        return RESULT_INVALID;
    }
    if (page && !answer_read_page(at, page, SORT_ARRIVAL)) {
        *complaint = _("this is no place to go on from: give it as the part before said");
        return RESULT_INVALID;
    }
    return answer_remarks(reply, arena, query->remarks, query->remark_count);
}

bool answer_is_asked_for(const struct search *search, const struct node *node, const struct index_row *row,
                         const struct document *document) {
    const struct query_world world = answer_world(node);
    return row->sequence > search->after && query_match(search->query.where, document, &world);
}

/* --- rows --- */

static void row_identity(Row *words, struct node *node, const struct index_row *row, uint8_t *ids) {
    memcpy(ids, row->object, sizeof row->object);
    memcpy(ids + sizeof row->object, row->alert, sizeof row->alert);
    words->sequence = row->sequence;
    words->object = proto_bytes(ids, sizeof row->object);
    words->alert = proto_bytes(ids + sizeof row->object, sizeof row->alert);
    words->version = row->version;
    words->created = row->created;
    words->originator = words_of(answer_originator(node, row->originator));
    words->has_superseded = words->superseded = row->superseded;
    words->has_erased = words->erased = row->is_erased;
}

static enum result row_summary(Row *words, struct node *node, struct arena *scratch, const struct holding *holding) {
    struct summary summary;
    Alert *content;
    TRY(exchange_visible(&node->exchange, scratch, &holding->disclosure, &content));
    TRY(summary_make(&summary, turn_of(node), holding->disclosure.header, content));
    words->kind = words_of(summary.kind);
    words->tlp = words_of(summary.tlp);
    words->date = summary.date;
    words->country = words_of(summary.country);
    words->place = words_of(summary.place);
    words->taxa = words_of(summary.taxa);
    words->quantity = words_of(summary.quantity);
    return RESULT_OK;
}

static enum result row_json(Row *words, struct node *node, struct arena *scratch, const struct holding *holding) {
    struct buf json;
    buf_init(&json, scratch);
    TRY(answer_json(&json, scratch, node, holding, &node->policy->operators));
    if (json.failed)
        return RESULT_NO_MEMORY;
    words->json = arena_text(turn_of(node), (const char *)json.data, json.len);
    return words->json ? RESULT_OK : RESULT_NO_MEMORY;
}

static size_t bytes_of(const struct holding *holding) {
    return holding->entry.len + holding->stored.disclosure.len;
}

/* What is in the alert itself, read from the store into memory that is given back at once. */
static enum result row_content(Row *words, struct node *node, const struct index_row *row, bool full, size_t *read) {
    struct arena scratch;
    struct holding holding;
    arena_init(&scratch, SIZE_MAX);
    enum result result = exchange_load(&node->exchange, &scratch, row, &holding);
    *read += bytes_of(&holding);
    if (!result)
        result = row_summary(words, node, &scratch, &holding);
    if (!result && full)
        result = row_json(words, node, &scratch, &holding);
    arena_release(&scratch);
    return result;
}

/* Counts the bytes of the alert that it reads. */
static enum result row_words(Row **out, struct node *node, const struct index_row *row, bool full, size_t *read) {
    struct arena *arena = turn_of(node);
    Row *words = arena_alloc(arena, sizeof *words);
    uint8_t *ids = arena_alloc(arena, sizeof row->object + sizeof row->alert);
    bool is_outdated;
    if (!words || !ids)
        return RESULT_NO_MEMORY;
    row__init(words);
    row_identity(words, node, row, ids);
    enum result unread = row_content(words, node, row, full, read);
    if (unread == RESULT_NO_MEMORY)
        return unread;
    enum result doubt = unread ? unread : exchange_doubt(&node->exchange, row); /* a damaged one hides no other */
    words->doubt = doubt ? words_of(result_name(doubt)) : NULL;
    TRY(exchange_is_outdated(&node->exchange, row, &is_outdated));
    words->has_outdated = words->outdated = is_outdated;
    *out = words;
    return RESULT_OK;
}

enum result answer_row_words(Row **out, struct node *node, const struct index_row *row, bool full) {
    size_t read = 0;
    return row_words(out, node, row, full, &read);
}

/* --- finding --- */

/* Rows of one answer. */
struct finding_rows {
    struct node *node;
    const struct search *search;
    Row **rows;
    size_t count;
    size_t bytes; /* of the rows */
    struct answer_reading reading;
    enum result result;
};

enum result answer_document(struct document *out, struct arena *arena, struct node *node, const struct index_row *row,
                            size_t *read) {
    struct holding holding;
    Alert *content;
    TRY(exchange_load(&node->exchange, arena, row, &holding));
    *read += bytes_of(&holding);
    TRY(exchange_visible(&node->exchange, arena, &holding.disclosure, &content));
    return document_make(out, arena, holding.disclosure.header, content);
}

enum result answer_load(struct answer_reading *reading, const struct index_row *row, struct document *out) {
    if (reading->bytes >= FIND_READ_BYTES_MAX)
        return RESULT_TOO_LARGE;
    arena_reset(&reading->scratch);
    enum result result = answer_document(out, &reading->scratch, reading->node, row, &reading->bytes);
    return result && result != RESULT_NO_MEMORY ? RESULT_NOT_FOUND : result; /* a damaged one hides no other */
}

static enum result load(void *context, const struct index_row *row, struct document *out) {
    struct finding_rows *finding = context;
    return answer_load(&finding->reading, row, out);
}

/* Who watches is told which lists an alert is on, also when it was missed. */
static enum result put_watchlists(struct finding_rows *finding, const struct index_row *row) {
    struct answer_reading *reading = &finding->reading;
    struct document document;
    Row *words = finding->rows[finding->count];
    arena_reset(&reading->scratch);
    enum result result = answer_document(&document, &reading->scratch, finding->node, row, &reading->bytes);
    if (!result)
        words->watchlists = watchlists_met(finding->node, &document, &words->n_watchlists);
    return result == RESULT_NO_MEMORY ? result : RESULT_OK; /* a damaged one hides no other */
}

static bool take_row(void *context, const struct index_row *row, const struct document *document) {
    struct finding_rows *finding = context;
    (void)document;
    finding->result =
        row_words(&finding->rows[finding->count], finding->node, row, finding->search->full, &finding->reading.bytes);
    if (finding->result)
        return false;
    if (finding->search->follow)
        finding->result = put_watchlists(finding, row);
    if (finding->result)
        return false;
    finding->bytes += protobuf_c_message_get_packed_size(&finding->rows[finding->count]->base);
    finding->count++;
    return finding->bytes <= REPLY_ROWS_BYTES_MAX && finding->reading.bytes < FIND_READ_BYTES_MAX;
}

static enum result put_steps(Reply *reply, struct arena *arena, const struct index_plan *plan) {
    static const char *const ways[] = {[STEP_LIST] = "list", [STEP_FILTER] = "filter", [STEP_SCAN] = "scan"};
    reply->steps = arena_array(arena, plan->count, sizeof *reply->steps);
    for (size_t i = 0; reply->steps && i < plan->count; i++) {
        const struct index_step *step = &plan->steps[i];
        Step *words = arena_alloc(arena, sizeof *words);
        if (!words)
            return RESULT_NO_MEMORY;
        step__init(words);
        words->way = words_of(ways[step->way]);
        words->text = arena_text(arena, (const char *)step->text.data, step->text.len);
        if (!words->text)
            return RESULT_NO_MEMORY;
        words->terms = step->terms;
        words->estimate = step->estimate;
        words->rows = step->rows;
        words->exact = step->is_exact;
        reply->steps[reply->n_steps++] = words;
    }
    return reply->steps ? RESULT_OK : RESULT_NO_MEMORY;
}

static void put_found(Reply *reply, struct arena *arena, const struct index_found *found, enum query_sort sort) {
    reply->result = words_of(result_name(RESULT_OK));
    reply->has_total = reply->has_matched = true;
    reply->total = found->total;
    reply->matched = found->matched;
    reply->has_at_most = reply->at_most = !found->is_exact;
    reply->next = found->ended ? NULL : answer_page_words(arena, &found->next, sort);
}

enum result answer_found(Reply *reply, struct node *node, const struct search *search) {
    const struct query_world world = answer_world(node);
    struct arena *arena = turn_of(node);
    struct finding_rows finding = {.node = node, .search = search, .reading = {.node = node}};
    struct index_found found;
    struct index_plan *plan = search->explain ? arena_alloc(arena, sizeof *plan) : NULL;
    struct index_search asked = {.query = &search->query,
                                 .world = &world,
                                 .after = search->page,
                                 .superseded = search->superseded,
                                 .above = search->after,
                                 .oldest_first = search->follow,
                                 .limit = search->count ? 0 : search->limit,
                                 .reads_max = FIND_READS_MAX,
                                 .load = load,
                                 .visit = take_row,
                                 .context = &finding,
                                 .plan = plan};
    finding.rows = arena_array(arena, asked.limit + 1, sizeof *finding.rows);
    if (!finding.rows || (search->explain && !plan))
        return RESULT_NO_MEMORY;
    arena_init(&finding.reading.scratch, SIZE_MAX);
    enum result result = index_search(node->exchange.index, &asked, &found);
    arena_release(&finding.reading.scratch);
    TRY(result);
    TRY(finding.result);
    reply->rows = finding.rows;
    reply->n_rows = finding.count;
    put_found(reply, arena, &found, search->query.sort);
    reply->has_limit = true;
    reply->limit = (uint32_t)search->limit;
    reply->has_reads = search->explain;
    reply->reads = found.reads;
    return plan ? put_steps(reply, arena, plan) : RESULT_OK;
}

enum result answer_row(Reply *reply, struct node *node, const struct index_row *row, bool full) {
    reply->result = words_of(result_name(RESULT_OK));
    reply->rows = arena_alloc(turn_of(node), sizeof *reply->rows);
    if (!reply->rows)
        return RESULT_NO_MEMORY;
    TRY(answer_row_words(&reply->rows[0], node, row, full));
    reply->n_rows = 1;
    return RESULT_OK;
}
