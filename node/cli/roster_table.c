#include "cli/roster_table.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/print.h"
#include "cli/roster_diff.h"
#include "cli/roster_file.h"

static const struct column member_columns[] = {{N_("NAME"), COLUMN_KEEP},  {N_("COUNTRY"), COLUMN_KEEP},
                                               {N_("ROLE"), COLUMN_KEEP},  {N_("FULL NAME"), COLUMN_TRUNC},
                                               {N_("KEYS"), COLUMN_RIGHT}, {N_("FINGERPRINT"), COLUMN_KEEP}};
enum { MEMBER_COLUMNS = sizeof member_columns / sizeof *member_columns };

static void put_member(struct table *table, const struct member *member, const char *before) {
    char fingerprint[FINGERPRINT_SIZE], name[80];
    member_fingerprint(fingerprint, member);
    snprintf(name, sizeof name, "%s%s", before, member->name);
    table_cell(table, name);
    table_cell(table, member->country);
    table_cell(table, member->role);
    table_cell(table, member->label);
    if (member->serial > 1)
        table_number(table, member->serial);
    else
        table_cell(table, "");
    table_cell(table, fingerprint);
}

/* ---- those that ended ---- */

static struct table *new_ended(struct arena *arena) {
    static const struct column columns[] = {{N_("ENDED"), COLUMN_KEEP},
                                            {N_("SINCE"), COLUMN_KEEP},
                                            {N_("WHY"), COLUMN_KEEP},
                                            {N_("FEEDS"), COLUMN_RIGHT},
                                            {N_("FULL NAME"), COLUMN_TRUNC}};
    return table_new(arena, columns, sizeof columns / sizeof *columns);
}

static void put_ended(struct table *table, struct arena *arena, const char *name, const struct ending *ending,
                      const char *label) {
    table_cell(table, name);
    table_cell(table, print_time(arena, ending->at));
    table_cell(table, diff_cause(ending->cause));
    if (ending->count)
        table_number(table, ending->count);
    else
        table_cell(table, "");
    table_cell(table, label);
}

/* The member itself, and keys that it had before. How many rows that made. */
static size_t put_endings(struct table *table, struct arena *arena, const struct member *member) {
    for (size_t i = 0; i < member->former_count; i++)
        put_ended(table, arena, text_format(arena, _("%s, a key before"), member->name), &member->former[i].ending,
                  member->label);
    if (member->ended)
        put_ended(table, arena, member->name, member->ended, member->label);
    return member->former_count + (member->ended != NULL);
}

static void print_endings(struct call *call, const struct member *members, size_t count, const struct member *ended,
                          size_t ended_count) {
    struct table *table = new_ended(call->arena);
    size_t rows = 0;
    for (size_t i = 0; i < count; i++)
        rows += put_endings(table, call->arena, &members[i]);
    for (size_t i = 0; i < ended_count; i++)
        rows += put_endings(table, call->arena, &ended[i]);
    if (!rows)
        return;
    print_blank();
    table_print(table);
}

/* ---- one list ---- */

void roster_table_list(struct call *call, const struct list *list) {
    struct table *table = table_new(call->arena, member_columns, MEMBER_COLUMNS);
    for (size_t i = 0; i < list->count; i++)
        if (!list->members[i].ended)
            put_member(table, &list->members[i], "");
    table_print(table);
    print_endings(call, list->members, list->count, NULL, 0);
}

/* ---- a whole roster ---- */

static bool is_desk_of(const struct member *member, const struct member *administration) {
    return member->by && memcmp(member->by, administration->id, MEMBER_ID_SIZE) == 0;
}

static void put_with_desks(struct table *table, const struct roster *roster, const struct member *member) {
    put_member(table, member, "");
    for (size_t i = 0; roster_desks(roster, member->id) && i < roster->count; i++)
        if (is_desk_of(&roster->members[i], member))
            put_member(table, &roster->members[i], "  ");
}

static void print_desks(struct call *call, const struct roster *roster) {
    print_blank();
    for (size_t i = 0; i < roster->desk_count; i++) {
        const struct member *author = roster_find(roster, roster->desks[i]->author);
        roster_file_describe_list(call, roster->desks[i], author ? author->name : "?");
    }
    if (roster->ignored)
        print_line(ngettext("%zu row of them is ignored: it claims what is another's, or what desks may not be.",
                            "%zu rows of them are ignored: they claim what is another's, or what desks may not be.",
                            roster->ignored),
                   roster->ignored);
}

void roster_table_roster(struct call *call, const struct roster *roster) {
    struct table *table = table_new(call->arena, member_columns, MEMBER_COLUMNS);
    for (size_t i = 0; i < roster->count; i++)
        if (!roster->members[i].by)
            put_with_desks(table, roster, &roster->members[i]);
    table_print(table);
    print_endings(call, roster->members, roster->count, roster->ended, roster->ended_count);
    if (roster->desk_count)
        print_desks(call, roster);
    print_blank();
    for (size_t i = 0; i < roster->root_count; i++)
        print_line(_("root %s"), print_hex(call->arena, span_of(roster->roots[i], SIGN_PUBLIC_SIZE), SIGN_PUBLIC_SIZE));
}

json_t *roster_table_former(const struct member *member) {
    json_t *rows = json_array();
    for (size_t i = 0; i < member->former_count; i++) {
        const struct former_key *key = &member->former[i];
        json_array_append_new(
            rows, json_pack("{s:o, s:s, s:I}", "sign_key", print_json_hex(span_of(key->sign_key, SIGN_PUBLIC_SIZE)),
                            "cause", diff_cause_name(key->ending.cause), "ended_at", (json_int_t)key->ending.at));
    }
    return rows;
}

json_t *roster_table_member(const struct roster *roster, const struct member *member) {
    char fingerprint[FINGERPRINT_SIZE];
    const struct member *by = member->by ? roster_find_ever(roster, member->by) : NULL;
    member_fingerprint(fingerprint, member);
    json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:I, s:o, s:o}", "name", member->name, "label",
                            member->label, "country", member->country, "role", member->role, "id",
                            print_json_hex(span_of(member->id, MEMBER_ID_SIZE)), "sign_key",
                            print_json_hex(span_of(member->sign_key, SIGN_PUBLIC_SIZE)), "fingerprint", fingerprint,
                            "serial", (json_int_t)member->serial, "desk_of", print_json_text(by ? by->name : NULL),
                            "former", roster_table_former(member));
    if (row && member->ended) {
        json_object_set_new(row, "cause", json_string(diff_cause_name(member->ended->cause)));
        json_object_set_new(row, "ended_at", json_integer((json_int_t)member->ended->at));
    }
    return row;
}

/* ---- may one go by it? ---- */

/* The dates are the roots' word and may be any numbers. */
static uint64_t end_of_grace(const struct roster *roster) {
    uint64_t grace = roster->grace_days * day_ms;
    return roster->expires > UINT64_MAX - grace ? UINT64_MAX : roster->expires + grace;
}

const char *roster_table_standing(struct arena *arena, const struct roster *roster) {
    uint64_t now = clock_wall_ms(clock_system());
    const char *expires = print_time(arena, roster->expires);
    switch (roster_standing(roster, now)) {
    case ROSTER_GOOD:
        return text_format(arena, _("Nodes go by it; it expires on %s."), expires);
    case ROSTER_ENDS_SOON:
        return text_format(arena, _("It expires soon, on %s: those who keep it should renew it now."), expires);
    case ROSTER_IN_GRACE:
        return text_format(arena, _("It expired on %s. Nodes still go by it until %s, with a warning: renew it now."),
                           expires, print_time(arena, end_of_grace(roster)));
    case ROSTER_EXPIRED:
        return text_format(
            arena, _("It expired on %s, and its days of grace are over: nodes take nothing but a newer one."), expires);
    case ROSTER_AHEAD:
        return text_format(arena, _("It was made on %s, and this machine's clock says %s: the clock is wrong."),
                           print_time(arena, roster->created), print_time(arena, now));
    }
    return "?";
}

const char *roster_table_standing_name(const struct roster *roster) {
    static const char *const names[] = {[ROSTER_GOOD] = "good",
                                        [ROSTER_ENDS_SOON] = "ends-soon",
                                        [ROSTER_IN_GRACE] = "in-grace",
                                        [ROSTER_EXPIRED] = "expired",
                                        [ROSTER_AHEAD] = "ahead"};
    return names[roster_standing(roster, clock_wall_ms(clock_system()))];
}
