/* bundle_file: the file of a stick (core/bundle.h), as `inama bundle` writes and reads it.
 *
 * One record is in memory at a time. A stick comes from somebody else's hands: only a regular file is opened, and only
 * as much of it is read as it had then. One that is written is there entirely or not at all.
 */
#ifndef CLI_BUNDLE_FILE_H
#define CLI_BUNDLE_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/command.h"
#include "core/bundle.h"

/* --- writing --- */

struct bundle_out {
    const char *path;
    const char *beside; /* where it grows until it is whole */
    FILE *file;         /* NULL: not open */
    struct bundle bundle;
    uint64_t bytes;
    bool replace; /* a stick that is there already; anything else is left alone */
};

/* EXISTS, NOT_FOUND (the folder), NOT_ALLOWED, DISK_FULL, IO. */
MUST_USE enum result bundle_out_open(struct bundle_out *out, struct arena *arena, const char *path, bool replace);
/* How large the file would be with a record of so many bytes, and its end. */
uint64_t bundle_out_size(const struct bundle_out *out, size_t len);
MUST_USE enum result bundle_out_put(struct bundle_out *out, uint8_t kind, struct span bytes);
/* The end, synced, under its name. */
MUST_USE enum result bundle_out_close(struct bundle_out *out);
/* Nothing of it stays, unless it was closed. */
void bundle_out_abandon(struct bundle_out *out);

/* --- reading --- */

struct bundle_in {
    FILE *file;
    uint64_t size; /* when it was opened */
    uint64_t at;
    struct bundle bundle;
    uint8_t *record;     /* room for one */
    enum result verdict; /* behind the last record. OK: whole; TRUNCATED: cut off; BAD_HASH: changed somewhere;
                            TOO_LARGE, MALFORMED: a length lies; IO */
};

/* Says what is wrong and what to do; `in` is to be closed in any case. */
enum exit_code bundle_in_open(struct bundle_in *in, struct call *call, const char *path);
/* The next record, valid until the next call; false behind the last. */
bool bundle_in_next(struct bundle_in *in, uint8_t *kind, struct span *bytes);
/* A record `head`, kept in the arena with what it was read from; false if it is not well-formed, then nothing is kept.
 */
bool bundle_in_head(struct bundle_head *head, struct span *kept, struct arena *arena, struct span record);
void bundle_in_close(struct bundle_in *in);
/* Says whether it was whole; EXIT_REFUSED if not. */
enum exit_code bundle_in_say(const struct bundle_in *in, struct call *call, const char *path);

#endif
