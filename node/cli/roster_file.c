#include "cli/roster_file.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/print.h"

const char *roster_file_path(const struct call *call) {
    const char *path = options_text(&call->options, "roster");
    return path ? path : "roster.inama";
}

enum exit_code roster_file_read(struct span *file, struct call *call, const char *path) {
    enum result result = file_read(file, call->arena, path, ROSTER_BYTES_MAX);
    struct roster *roster;
    if (!result)
        result = roster_read_unsigned(&roster, *file);
    if (!result) {
        roster_free(roster);
        return EXIT_DONE;
    }
    print_error("%s: %s", text_escape(call->arena, path), result_text(result));
    if (result == RESULT_NOT_FOUND)
        print_next(_("name the roster with --roster FILE, or start one with: inama roster new --roots FILE"));
    return EXIT_REFUSED;
}

enum exit_code roster_file_write(struct call *call, const char *path, struct span file) {
    struct roster *roster;
    enum result result = roster_read_unsigned(&roster, file);
    if (result) {
        print_error("%s: %s", text_escape(call->arena, path), result_text(result));
        return EXIT_REFUSED;
    }
    result = file_write(path, file, 0644);
    if (result) {
        print_error("%s: %s", text_escape(call->arena, path), result_text(result));
        roster_free(roster);
        return EXIT_REFUSED;
    }
    roster_file_describe(call, roster);
    size_t signatures = roster_signatures(roster);
    if (signatures < roster->threshold)
        print_line(_("Next: inama roster sign --root KEYFILE, by %zu more of its roots."),
                   roster->threshold - signatures);
    else
        print_line(_("It is complete. Next: each member runs  inama roster install %s --home DIR"),
                   text_escape(call->arena, path));
    roster_free(roster);
    return EXIT_DONE;
}

void roster_file_describe(struct call *call, const struct roster *roster) {
    print_line(_("Roster version %u of %s, valid until %s: members %zu, signed by %zu of %zu roots, needs %zu."),
               roster->version, print_time(call->arena, roster->created), print_time(call->arena, roster->expires),
               roster->count, roster_signatures(roster), roster->root_count, roster->threshold);
}

void roster_file_members(struct call *call, const struct roster *roster) {
    static const struct column columns[] = {{N_("NAME"), COLUMN_KEEP},
                                            {N_("COUNTRY"), COLUMN_KEEP},
                                            {N_("ROLE"), COLUMN_KEEP},
                                            {N_("FULL NAME"), COLUMN_TRUNC},
                                            {N_("FINGERPRINT"), COLUMN_KEEP}};
    struct table *table = table_new(call->arena, columns, 5);
    for (size_t i = 0; i < roster->count; i++) {
        const struct member *member = &roster->members[i];
        char fingerprint[40];
        roster_fingerprint(fingerprint, member);
        table_cell(table, member->name);
        table_cell(table, member->country);
        table_cell(table, member->role);
        table_cell(table, member->label);
        table_cell(table, fingerprint);
    }
    table_print(table);
}
