/* roster_ending: how a member or a key ends, as the command line says it. */
#ifndef CLI_ROSTER_ENDING_H
#define CLI_ROSTER_ENDING_H

#include "cli/command.h"
#include "keys/member.h"

/* clang-format off */
#define OPTION_REVOKED {"revoked", 0, NULL, N_("others may have the key: what it signed counts no more, but for --end"), false}
#define OPTION_END {"end", 0, "FEED:NUMBER:HASH", N_("the last entry of a feed that still counts; may be repeated"), true}
#define OPTION_AT {"at", 0, "DATE", N_("since when, such as 2026-05-05 or 2026-05-05T09:30:00Z; default now"), false}
/* clang-format on */

/* Of --revoked, --end and --at; the cause without --revoked is `otherwise`. A wrong command line is said. Memory of the
 * call's arena. */
enum exit_code roster_ending_read(struct ending *out, struct call *call, enum ending_cause otherwise);
/* Was any of the three given? */
bool roster_ending_given(const struct call *call);

#endif
