/* roster_file: the roster that people are working on, as a file. For roster.c and roster_trust.c. */
#ifndef CLI_ROSTER_FILE_H
#define CLI_ROSTER_FILE_H

#include "cli/command.h"
#include "keys/roster.h"

/* clang-format off */
#define OPTION_ROSTER {"roster", 0, "FILE", N_("the roster to work on; default roster.inama in this folder"), false}
/* clang-format on */

/* --roster or its default. */
const char *roster_file_path(const struct call *call);
/* Both print what is wrong. Writing says what the roster is now and what it still needs. */
enum exit_code roster_file_read(struct span *file, struct call *call, const char *path);
enum exit_code roster_file_write(struct call *call, const char *path, struct span file);

/* "version 3 of 2026-05-05, 5 members, signed by 1 of 2 …": a line for people. */
void roster_file_describe(struct call *call, const struct roster *roster);
/* The members, as a table. */
void roster_file_members(struct call *call, const struct roster *roster);

#endif
