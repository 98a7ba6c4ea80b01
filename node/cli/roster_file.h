/* roster_file: the list that people are working on, as a file that they hand around until enough have signed it.
 *
 * It holds the rosters so far and, last, the newest: a draft as long as not enough roots have signed it. Desks and
 * renewals stay in it as they were where it was taken from. If it says whose desks are being drafted, it is where that
 * administration works on its desks. For roster*.c.
 */
#ifndef CLI_ROSTER_FILE_H
#define CLI_ROSTER_FILE_H

#include "cli/command.h"
#include "keys/roster.h"
#include "roster.pb-c.h"

/* clang-format off */
#define OPTION_ROSTER {"roster", 0, "FILE", N_("the roster to work on; default roster.inama in this folder"), false}
#define OPTION_DAYS {"days", 0, "N", N_("how long it holds; default 365"), false}
/* clang-format on */

static const uint64_t day_ms = 24 * 60 * 60 * 1000;

struct roster_file {
    const char *path;
    struct span content;
    struct roster *whole;      /* all of it, whoever signed what is worked on */
    struct roster *view;       /* what it says of who is who: the same, but without the desks that are worked on */
    struct list *list;         /* what is worked on: the newest roster, or the desks */
    const struct list *before; /* the roster before it in the file; NULL: none is, or these are desks */
    bool is_desks;
    bool is_draft; /* not enough have signed it */
};

/* --roster or its default. */
const char *roster_file_path(const struct call *call);
/* --days or its default. A wrong command line is said. */
enum exit_code roster_file_days(struct call *call, uint64_t *days);

/* Prints what is wrong. To be given back with roster_file_release(), which is safe on a zeroed one. */
enum exit_code roster_file_read(struct roster_file *file, struct call *call, const char *path);
/* The same to look at it: desks are worked on there as long as they are not signed, and then part of the view. */
enum exit_code roster_file_read_whole(struct roster_file *file, struct call *call, const char *path);
void roster_file_release(struct roster_file *file);

/* Puts a list behind the rosters of the file, or of `base` if that is not NULL, in the place of a draft of the same
 * version; in memory. `file` may be zeroed but for its path: then it is a new one. */
enum exit_code roster_file_put(struct roster_file *file, struct call *call, const struct roster *base,
                               struct span list);
/* Writes it to its path, says what it is now and what comes next. */
enum exit_code roster_file_write(struct call *call, const struct roster_file *file);

/* "Roster version 3 of 2026-05-05, 5 members, signed by 1 of 2 …": a line for people. */
void roster_file_describe(struct call *call, const struct roster_file *file);
void roster_file_describe_list(struct call *call, const struct list *list, const char *author);
/* The member of the list that is worked on, as it is known now, with its renewals; NULL if it is not gone by. */
const struct member *roster_file_member(const struct roster_file *file, const uint8_t id[static MEMBER_ID_SIZE]);
/* Who signs for these desks; NULL if it is not in the file's roster. */
const struct member *roster_file_author(const struct roster_file *file);

/* Roots of whom `threshold` must sign. */
struct signers {
    const char *whose; /* "Of the new roots", for people */
    const uint8_t (*roots)[SIGN_PUBLIC_SIZE];
    size_t count;
    size_t threshold;
};
/* Says, by print_line() or print_next(), which of them have not signed; nothing if enough have. */
void roster_file_missing(struct call *call, const struct list *list, const struct signers *signers,
                         void (*say)(const char *format, ...));
/* The first digits of a root, as people call it. */
const char *roster_file_root(struct arena *arena, const uint8_t *root);

/* What stands in a roster file, for those who ask why it was refused; memory of the arena. */
MUST_USE enum result roster_file_words(Trust **out, struct arena *arena, struct span file);
/* Says what is wrong with a file that does not read as a roster: also which two rows are in each other's way. */
void roster_file_refused(struct call *call, const char *path, struct span file, enum result result);

/* One card. Prints what is wrong with it. */
enum exit_code roster_file_card(struct member *member, struct call *call, const char *path);

#endif
