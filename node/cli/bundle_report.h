/* bundle_report: what became of a stick that was read, in sentences; for bundle_read.c. */
#ifndef CLI_BUNDLE_REPORT_H
#define CLI_BUNDLE_REPORT_H

#include "cli/bundle_file.h"
#include "cli/client.h"
#include "cli/print.h"
#include "core/feed.h"

enum {
    BUNDLE_RECORDS_MAX = 256,  /* handed over at a time */
    BUNDLE_REFUSED_MAX = 1000, /* then the rest of the stick is not worth the time */
    BUNDLE_LINES_MAX = 64,     /* of one kind; more are counted */
};

/* What became of one feed. */
struct bundle_row {
    uint8_t feed[FEED_ID_SIZE];
    const char *author;   /* NULL: not known here */
    const char *audience; /* likewise */
    uint64_t here;        /* last number at this node */
    uint64_t taken;
    uint64_t replayed;
    uint64_t withheld;
    const char *why_withheld;
    const char *refused; /* a result name: why the rest was not taken; NULL: it was */
    uint64_t refused_at; /* first number of the record that was not */
};

struct bundle_reading {
    struct call *call;
    struct client client;
    struct bundle_in in;
    const char *path;
    bool dry_run;
    struct span head; /* the record */
    struct bundle_head words;
    const char *head_result; /* a result name; NULL: nothing was asked yet */
    bool for_us;
    struct bundle_row rows[BUNDLE_FEEDS_MAX];
    size_t row_count;
    uint8_t *batch; /* records on their way */
    size_t batch_bytes;
    StickRecord records[BUNDLE_RECORDS_MAX];
    size_t record_count;
    uint64_t refused;
    uint64_t foreign; /* receipts for somebody else */
    uint64_t unknown;
    uint64_t acknowledged;
    bool trust_taken;
    bool gave_up;
    struct progress progress;
};

/* Nobody offers this feed to this node, which is no fault of a stick for somebody else. */
bool bundle_row_is_foreign(const struct bundle_row *row);
/* Has the writer said what the head says, as far as the node was asked? Also where there is no head. */
bool bundle_is_signed(const struct bundle_reading *reading);

/* Says all of it, with what to do next; the exit code. */
enum exit_code bundle_report(const struct bundle_reading *reading);

#endif
