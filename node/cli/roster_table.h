/* roster_table: the members of a list or of a whole roster, for people and for programs. */
#ifndef CLI_ROSTER_TABLE_H
#define CLI_ROSTER_TABLE_H

#include <jansson.h>

#include "cli/command.h"
#include "keys/roster.h"

/* The rows of one list: those in force, then those that ended. */
void roster_table_list(struct call *call, const struct list *list);
/* Everybody, each administration's desks below it, then those that ended, the desks' lists and the roots. */
void roster_table_roster(struct call *call, const struct roster *roster);
/* The keys that it had before, newest first. */
json_t *roster_table_former(const struct member *member);
json_t *roster_table_member(const struct roster *roster, const struct member *member);
/* "It is good until …": whether one may go by it. */
const char *roster_table_standing(struct arena *arena, const struct roster *roster);
const char *roster_table_standing_name(const struct roster *roster);

#endif
