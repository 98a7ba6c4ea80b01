/* roster_diff: what a list changes against another, in sentences: what people read before they sign or install. */
#ifndef CLI_ROSTER_DIFF_H
#define CLI_ROSTER_DIFF_H

#include <jansson.h>
#include <stdbool.h>

#include "cli/command.h"
#include "keys/roster.h"

enum change_kind {
    CHANGE_JOINS,
    CHANGE_LEAVES,
    CHANGE_KEYS,    /* those who keep the list gave it new keys */
    CHANGE_RENEWAL, /* it gave itself new keys */
    CHANGE_WORDS,   /* name, full name, country or role */
    CHANGE_ROOT_ADDED,
    CHANGE_ROOT_REMOVED,
    CHANGE_THRESHOLD,
    CHANGE_VERSION,
    CHANGE_EXPIRES,
    CHANGE_GRACE,
    CHANGE_DESKS_GONE, /* with the administration that signed them, or with its key */
};

struct change {
    enum change_kind kind;
    const char *owner; /* the administration whose desks it is about; NULL: the roster */
    const struct member *before, *now;
    const uint8_t *root;
    uint64_t old_number, new_number; /* 0: there was none */
    const struct change *next;
};

struct diff {
    struct arena *arena;
    struct change *first, **last;
    size_t count;
};

void diff_init(struct diff *diff, struct arena *arena);
/* Members and roots; `old` may be NULL. What is compared must outlive the diff. */
void diff_rows(struct diff *diff, const struct list *old, const struct list *now, const char *owner);
/* The same, and versions and dates. */
void diff_lists(struct diff *diff, const struct list *old, const struct list *now, const char *owner);
/* Everything: the rosters, each administration's desks, renewals. `old` may be NULL. With `in_force`, desks that `now`
 * has not are gone; otherwise it may be a file that people work on, without them. */
void diff_rosters(struct diff *diff, const struct roster *old, const struct roster *now, bool in_force);

/* A line or more for each change; with fingerprints of new keys. */
void diff_print(struct call *call, const struct diff *diff);
/* An array of objects. */
json_t *diff_json(const struct diff *diff);

/* Why it ended, in a word: for people, and for programs. */
const char *diff_cause(enum ending_cause cause);
const char *diff_cause_name(enum ending_cause cause);

#endif
