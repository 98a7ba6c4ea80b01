/* answer: what a node tells its operators: one function per request of proto/control.proto.
 *
 * Replies live in the turn's arena. Whatever is shown has passed policy_decide() for `operators`. Failures come with a
 * complaint for people where the result's own text would not say enough. Only for serve.c.
 */
#ifndef DAEMON_ANSWER_H
#define DAEMON_ANSWER_H

#include "base/report.h"
#include "control.pb-c.h"
#include "core/query_match.h"
#include "daemon/caller.h"
#include "daemon/exchange.h"

struct node;

/* protobuf-c's structs have no const; nothing here writes through these. */
static inline char *words_of(const char *text) {
    return (char *)(uintptr_t)text;
}

/* A Find, read. */
struct search {
    struct query query;
    struct index_position page;
    uint64_t after;
    size_t limit;
    bool superseded;
    bool full;
    bool follow;
    bool count;
    bool explain;
};

/* What is wrong with the query stands in reply->remarks; with anything else in *complaint. */
MUST_USE enum result answer_search(struct search *out, struct arena *arena, const struct node *node, const Find *words,
                                   Reply *reply, const char **complaint);
MUST_USE enum result answer_found(Reply *reply, struct node *node, const struct search *search);
/* Does an alert that has just come meet a search? */
bool answer_is_asked_for(const struct search *search, const struct node *node, const struct index_row *row,
                         const struct document *document);
MUST_USE enum result answer_row(Reply *reply, struct node *node, const struct index_row *row, bool full);
/* The line of a table for a row. */
MUST_USE enum result answer_row_words(Row **out, struct node *node, const struct index_row *row, bool full);
/* An alert as operators may see it, in memory of the arena. Counts the bytes that it reads. */
MUST_USE enum result answer_document(struct document *out, struct arena *arena, struct node *node,
                                     const struct index_row *row, size_t *read);
MUST_USE enum result answer_links(Reply *reply, struct node *node, const Links *words, const char **complaint);
/* What find and tally share: where names are looked up; remarks on a query; where an answer goes on, as it is written,
 * and read back (false: it is none). */
struct query_world answer_world(const struct node *node);
MUST_USE enum result answer_remarks(Reply *reply, struct arena *arena, const struct query_remark *remarks,
                                    size_t count);
char *answer_page_words(struct arena *arena, const struct index_position *page, enum query_sort sort);
bool answer_read_page(struct index_position *out, const char *text, enum query_sort sort);
/* Alerts that one answer reads, one at a time. */
struct answer_reading {
    struct node *node;
    struct arena scratch; /* of the last one */
    size_t bytes;         /* of alerts, to decide and to show */
};
/* TOO_LARGE when this answer has read enough; NOT_FOUND when it cannot be read. */
MUST_USE enum result answer_load(struct answer_reading *reading, const struct index_row *row, struct document *out);
/* A query of something that takes neither sort nor limit, and where it goes on. What is wrong with it stands in
 * reply->remarks, or in *complaint. */
MUST_USE enum result answer_query(struct query *query, struct index_position *at, const struct query_world *world,
                                  struct arena *arena, const char *text, const char *page, Reply *reply,
                                  const char **complaint);
MUST_USE enum result answer_tally(Reply *reply, struct node *node, const Tally *words, const char **complaint);
/* For an audience of the policy, and never more than operators may see. */
MUST_USE enum result answer_export(Reply *reply, struct node *node, const Export *words, const char **complaint);
const char *answer_originator(struct node *node, const uint8_t *id);
MUST_USE enum result answer_published(Reply *reply, struct node *node, const struct publication *publications,
                                      size_t count);
MUST_USE enum result answer_show(Reply *reply, struct node *node, const char *prefix, const char **complaint);
/* A file that a client is handing in. */
struct attaching {
    struct blob_draft *draft; /* NULL: none */
    uint64_t length;
    uint64_t taken;
    bool keep;
};
MUST_USE enum result answer_attach(Reply *reply, struct node *node, struct attaching *attaching, const Attach *words,
                                   const char **complaint);
void attaching_release(struct attaching *attaching);
MUST_USE enum result answer_read_blob(Reply *reply, struct node *node, const ReadBlob *words, const char **complaint);
/* How far the attachments are here that a disclosure names. */
MUST_USE enum result answer_blobs(BlobStatus ***out, size_t *count, struct node *node,
                                  const struct disclosure *disclosure);
/* All attachments at this node. */
void answer_count_blobs(BlobsStatus *words, const struct node *node);
MUST_USE enum result answer_explain(Reply *reply, struct node *node, const Explain *words, const char **complaint);
MUST_USE enum result answer_status(Reply *reply, struct node *node);
/* What there is to say of the node itself, without its peers and feeds; NULL when memory is out. */
Status *answer_node(struct node *node);
/* Who has one alert; its row stands in the reply, too. */
MUST_USE enum result answer_told(Reply *reply, struct node *node, const char *prefix, const char **complaint);
MUST_USE enum result answer_disclose(Reply *reply, struct node *node, const Disclose *words, const char **complaint);
MUST_USE enum result answer_check(Reply *reply, struct node *node);
MUST_USE enum result answer_check_blobs(Reply *reply, struct node *node, const CheckBlobs *words);
/* More of an alert for this node, or for who asked it: the threads of daemon/requests.h. */
MUST_USE enum result answer_ask(Reply *reply, struct node *node, const Ask *words, const char **complaint);
MUST_USE enum result answer_respond(Reply *reply, struct node *node, const Respond *words, const struct caller *caller,
                                    const char **complaint);
MUST_USE enum result answer_requests(Reply *reply, struct node *node, const ListRequests *words,
                                     const char **complaint);
/* The logs that nobody can rewrite: records, whether they are what they were, checkpoints and proofs. */
MUST_USE enum result answer_log_records(Reply *reply, struct node *node, const LogRecords *words,
                                        const char **complaint);
MUST_USE enum result answer_log_check(Reply *reply, struct node *node, const LogCheck *words, const char **complaint);
MUST_USE enum result answer_log_point(Reply *reply, struct node *node);
MUST_USE enum result answer_log_consistency(Reply *reply, struct node *node, const LogConsistency *words,
                                            const char **complaint);
MUST_USE enum result answer_log_erase(struct node *node, const LogErase *words, const char **complaint);
/* A file that proves an alert to who has no node. In the open change. */
MUST_USE enum result answer_prove(Reply *reply, struct node *node, const Prove *words, const char **complaint);
/* The findings of a report as words; NULL with *count 0 when there are none or memory is out. */
Finding **answer_findings(struct arena *arena, const struct report *report, size_t *count);
/* The alert that these digits begin, as a person names it. NOT_FOUND, EXISTS, INVALID. */
MUST_USE enum result answer_find_row(const struct index_row **row, struct node *node, const char *prefix,
                                     const char **complaint);
/* One alert as JSON, as a view of this node allows. The arena holds what is needed on the way. */
MUST_USE enum result answer_json(struct buf *out, struct arena *arena, const struct node *node,
                                 const struct holding *holding, const struct policy_view *view);

#endif
