#include "cli/roster_diff.h"

#include <string.h>

#include "base/text.h"
#include "cli/print.h"
#include "cli/roster_file.h"
#include "cli/roster_table.h"

static const uint64_t minute_ms = 60 * 1000; /* people see no less */

void diff_init(struct diff *diff, struct arena *arena) {
    *diff = (struct diff){.arena = arena};
    diff->last = &diff->first;
}

static void note(struct diff *diff, struct change change) {
    struct change *kept = arena_copy(diff->arena, &change, sizeof change);
    if (!kept)
        return;
    *diff->last = kept;
    diff->last = (struct change **)(uintptr_t)&kept->next;
    diff->count++;
}

/* ---- comparing ---- */

static bool same_words(const struct member *a, const struct member *b) {
    return strcmp(a->name, b->name) == 0 && strcmp(a->label, b->label) == 0 && strcmp(a->country, b->country) == 0 &&
           strcmp(a->role, b->role) == 0;
}

static bool is_in(const struct member *member) {
    return member && !member->ended;
}

static void compare_row(struct diff *diff, const struct member *before, const struct member *now, const char *owner) {
    if (!is_in(before) && is_in(now))
        note(diff, (struct change){.kind = CHANGE_JOINS, .owner = owner, .now = now});
    if (is_in(before) && !is_in(now))
        note(diff, (struct change){.kind = CHANGE_LEAVES, .owner = owner, .before = before, .now = now});
    if (!before || before->ended || !now || now->ended)
        return;
    if (memcmp(before->sign_key, now->sign_key, SIGN_PUBLIC_SIZE) != 0 || before->serial != now->serial)
        note(diff, (struct change){.kind = CHANGE_KEYS, .owner = owner, .before = before, .now = now});
    if (!same_words(before, now))
        note(diff, (struct change){.kind = CHANGE_WORDS, .owner = owner, .before = before, .now = now});
}

static bool has_root(const struct list *list, const uint8_t *root) {
    for (size_t i = 0; i < list->root_count; i++)
        if (memcmp(list->roots[i], root, SIGN_PUBLIC_SIZE) == 0)
            return true;
    return false;
}

static void compare_roots(struct diff *diff, const struct list *old, const struct list *now) {
    for (size_t i = 0; i < now->root_count; i++)
        if (!has_root(old, now->roots[i]))
            note(diff, (struct change){.kind = CHANGE_ROOT_ADDED, .root = now->roots[i]});
    for (size_t i = 0; i < old->root_count; i++)
        if (!has_root(now, old->roots[i]))
            note(diff, (struct change){.kind = CHANGE_ROOT_REMOVED, .root = old->roots[i]});
    if (old->threshold != now->threshold)
        note(diff,
             (struct change){.kind = CHANGE_THRESHOLD, .old_number = old->threshold, .new_number = now->threshold});
}

void diff_rows(struct diff *diff, const struct list *old, const struct list *now, const char *owner) {
    for (size_t i = 0; i < now->count; i++)
        compare_row(diff, old ? list_find(old, now->members[i].id) : NULL, &now->members[i], owner);
    for (size_t i = 0; old && i < old->count; i++)
        if (!list_find(now, old->members[i].id))
            compare_row(diff, &old->members[i], NULL, owner);
    if (old && !now->author)
        compare_roots(diff, old, now);
}

static void compare_numbers(struct diff *diff, enum change_kind kind, const char *owner, uint64_t old, uint64_t now) {
    if (old != now)
        note(diff, (struct change){.kind = kind, .owner = owner, .old_number = old, .new_number = now});
}

void diff_lists(struct diff *diff, const struct list *old, const struct list *now, const char *owner) {
    compare_numbers(diff, CHANGE_VERSION, owner, old ? old->version : 0, now->version);
    diff_rows(diff, old, now, owner);
    if (!old)
        return;
    if (old->expires / minute_ms != now->expires / minute_ms)
        compare_numbers(diff, CHANGE_EXPIRES, owner, old->expires, now->expires);
    compare_numbers(diff, CHANGE_GRACE, owner, old->grace_days, now->grace_days);
}

static bool has_renewal(const struct roster *roster, const struct renewal *renewal) {
    for (size_t i = 0; roster && i < roster->renewal_count; i++)
        if (memcmp(roster->renewals[i]->hash, renewal->hash, HASH_SIZE) == 0)
            return true;
    return false;
}

static const char *name_of(const struct roster *roster, const uint8_t id[static MEMBER_ID_SIZE]) {
    const struct member *member = roster_find_ever(roster, id);
    return member ? member->name : "?";
}

static void compare_desks(struct diff *diff, const struct roster *old, const struct roster *now, bool in_force) {
    for (size_t i = 0; i < now->desk_count; i++) {
        const struct list *list = now->desks[i], *before = old ? roster_desks(old, list->author) : NULL;
        if (!before || memcmp(before->hash, list->hash, HASH_SIZE) != 0)
            diff_lists(diff, before, list, name_of(now, list->author));
    }
    for (size_t i = 0; old && i < old->desk_count; i++) {
        const uint8_t *author = old->desks[i]->author;
        if (!roster_find(now, author) || (in_force && !roster_desks(now, author)))
            note(diff, (struct change){.kind = CHANGE_DESKS_GONE,
                                       .owner = name_of(old, author),
                                       .old_number = old->desks[i]->count});
    }
}

void diff_rosters(struct diff *diff, const struct roster *old, const struct roster *now, bool in_force) {
    const struct list *before = old && old->chain_count ? old->chain[old->chain_count - 1] : NULL;
    const struct list *list = now->chain_count ? now->chain[now->chain_count - 1] : NULL;
    if (list && (!before || memcmp(before->hash, list->hash, HASH_SIZE) != 0))
        diff_lists(diff, before, list, NULL);
    compare_desks(diff, old, now, in_force);
    for (size_t i = 0; i < now->renewal_count; i++) {
        const struct member *member = roster_find(now, now->renewals[i]->member);
        if (member && !has_renewal(old, now->renewals[i]))
            note(diff, (struct change){.kind = CHANGE_RENEWAL, .now = member, .new_number = now->renewals[i]->serial});
    }
}

/* ---- saying ---- */

const char *diff_cause(enum ending_cause cause) {
    switch (cause) {
    case ENDING_LEFT:
        return _("left or replaced");
    case ENDING_LOST:
        return _("lost");
    case ENDING_REVOKED:
        return _("revoked");
    }
    return "?";
}

const char *diff_cause_name(enum ending_cause cause) {
    return cause == ENDING_LEFT ? "left" : cause == ENDING_LOST ? "lost" : cause == ENDING_REVOKED ? "revoked" : "?";
}

/* What of a key that ended is still believed. */
static void say_ending(struct arena *arena, const struct ending *ending) {
    const char *at = print_time(arena, ending->at);
    if (ending->cause == ENDING_REVOKED)
        print_line(_("    revoked on %s: what it signed counts no more, but for the feeds named here"), at);
    else
        print_line(_("    %s on %s: what it signed until then still counts"), diff_cause(ending->cause), at);
    for (size_t i = 0; i < ending->count; i++)
        print_line(_("    of its feed %s, the entries up to %llu count and no later ones"),
                   print_hex(arena, span_of(ending->ends[i].feed, HASH_SIZE), 8),
                   (unsigned long long)ending->ends[i].number);
}

static void say_fingerprint(const struct member *member) {
    char fingerprint[FINGERPRINT_SIZE], words[FINGERPRINT_WORDS_SIZE];
    member_fingerprint(fingerprint, member);
    member_fingerprint_words(words, member);
    print_line(_("    fingerprint  %s"), fingerprint);
    print_line("                 %s", words);
}

static void say_row(struct arena *arena, const char *format, const struct member *member, const char *owner) {
    const char *of = owner ? text_format(arena, _(" (a desk of %s)"), owner) : "";
    print_line(format, member->name, text_escape(arena, member->label), member->country, member->role, of);
}

/* How many of the former keys, which stand newest first, have come since. */
static size_t count_ended(const struct member *now, const struct member *before) {
    if (!now || memcmp(now->sign_key, before->sign_key, SIGN_PUBLIC_SIZE) == 0)
        return 0;
    for (size_t i = 0; i < now->former_count; i++)
        if (memcmp(now->former[i].sign_key, before->sign_key, SIGN_PUBLIC_SIZE) == 0)
            return i + 1;
    return now->former_count;
}

static void say_member(struct arena *arena, const struct change *change) {
    const struct member *before = change->before, *now = change->now;
    if (change->kind == CHANGE_JOINS) {
        say_row(arena, _("  + %s joins: %s, %s, %s%s"), now, change->owner);
    } else if (change->kind == CHANGE_LEAVES) {
        say_row(arena, _("  - %s leaves: %s, %s, %s%s"), before, change->owner);
        if (now && now->ended)
            say_ending(arena, now->ended);
    } else if (change->kind == CHANGE_KEYS) {
        print_line(_("  ~ %s gets new keys, number %u; those before end:"), now->name, now->serial);
        for (size_t i = 0; i < count_ended(now, before); i++)
            say_ending(arena, &now->former[i].ending);
    } else if (change->kind == CHANGE_RENEWAL) {
        print_line(_("  ~ %s has renewed its keys itself, number %llu"), now->name,
                   (unsigned long long)change->new_number);
    } else {
        print_line(_("  ~ %s (%s, %s, %s)"), before->name, text_escape(arena, before->label), before->country,
                   before->role);
        print_line(_("    is from now on %s (%s, %s, %s)"), now->name, text_escape(arena, now->label), now->country,
                   now->role);
    }
    if (change->kind == CHANGE_JOINS || change->kind == CHANGE_KEYS)
        say_fingerprint(now);
}

static void say_version(const struct change *change) {
    unsigned long long old = change->old_number, now = change->new_number;
    if (change->owner && old)
        print_line(_("  desks of %s: version %llu after %llu"), change->owner, now, old);
    else if (change->owner)
        print_line(_("  desks of %s: version %llu, the first here"), change->owner, now);
    else if (old)
        print_line(_("  roster: version %llu after %llu"), now, old);
    else
        print_line(_("  roster: version %llu, the first here"), now);
}

static void say_numbers(struct arena *arena, const struct change *change) {
    unsigned long long old = change->old_number, now = change->new_number;
    switch (change->kind) {
    case CHANGE_ROOT_ADDED:
        print_line(_("  + a new root: %s"), roster_file_root(arena, change->root));
        break;
    case CHANGE_ROOT_REMOVED:
        print_line(_("  - no longer a root: %s"), roster_file_root(arena, change->root));
        break;
    case CHANGE_THRESHOLD:
        print_line(_("  ~ %llu of the roots must sign, where it was %llu"), now, old);
        break;
    case CHANGE_EXPIRES:
        print_line(_("  ~ valid until %s, where it was %s"), print_time(arena, now), print_time(arena, old));
        break;
    case CHANGE_GRACE:
        print_line(_("  ~ gone by for %llu days after that, where it was %llu"), now, old);
        break;
    case CHANGE_DESKS_GONE:
        print_line(_("  - the desks of %s go with its key, until it signs them anew: %llu"), change->owner, old);
        break;
    default:
        say_version(change);
    }
}

static bool is_about_member(const struct change *change) {
    return change->kind <= CHANGE_WORDS;
}

void diff_print(struct call *call, const struct diff *diff) {
    for (const struct change *change = diff->first; change; change = change->next)
        if (is_about_member(change))
            say_member(call->arena, change);
        else
            say_numbers(call->arena, change);
    if (!diff->count)
        print_line(_("  nothing changes"));
}

/* ---- for programs ---- */

static const char *kind_name(enum change_kind kind) {
    static const char *const names[] = {
        [CHANGE_JOINS] = "joins",         [CHANGE_LEAVES] = "leaves",
        [CHANGE_KEYS] = "keys",           [CHANGE_RENEWAL] = "renewal",
        [CHANGE_WORDS] = "words",         [CHANGE_ROOT_ADDED] = "root-added",
        [CHANGE_THRESHOLD] = "threshold", [CHANGE_ROOT_REMOVED] = "root-removed",
        [CHANGE_VERSION] = "version",     [CHANGE_EXPIRES] = "expires",
        [CHANGE_GRACE] = "grace-days",    [CHANGE_DESKS_GONE] = "desks-gone",
    };
    return names[kind];
}

static void put_ending(json_t *row, const struct ending *ending) {
    if (!ending)
        return;
    json_t *ends = json_array();
    for (size_t i = 0; i < ending->count; i++)
        json_array_append_new(ends, json_pack("{s:o, s:I, s:o}", "feed",
                                              print_json_hex(span_of(ending->ends[i].feed, HASH_SIZE)), "number",
                                              (json_int_t)ending->ends[i].number, "hash",
                                              print_json_hex(span_of(ending->ends[i].hash, HASH_SIZE))));
    json_object_set_new(row, "cause", json_string(diff_cause_name(ending->cause)));
    json_object_set_new(row, "at", json_integer((json_int_t)ending->at));
    json_object_set_new(row, "ends", ends);
}

static void put_member(json_t *row, const struct change *change) {
    const struct member *shown = change->now ? change->now : change->before;
    const struct ending *ending = change->kind == CHANGE_LEAVES && change->now ? change->now->ended : NULL;
    if (change->kind == CHANGE_KEYS && count_ended(change->now, change->before) > 0)
        ending = &shown->former[0].ending;
    json_object_set_new(row, "name", print_json_text(shown->name));
    json_object_set_new(row, "id", print_json_hex(span_of(shown->id, MEMBER_ID_SIZE)));
    json_object_set_new(row, "label", print_json_text(shown->label));
    json_object_set_new(row, "country", print_json_text(shown->country));
    json_object_set_new(row, "role", print_json_text(shown->role));
    json_object_set_new(row, "serial", json_integer((json_int_t)shown->serial));
    json_object_set_new(row, "former", roster_table_former(shown));
    put_ending(row, ending);
}

static json_t *change_json(const struct change *change) {
    json_t *row =
        json_pack("{s:s, s:o}", "change", kind_name(change->kind), "desks_of", print_json_text(change->owner));
    if (is_about_member(change)) {
        put_member(row, change);
    } else if (change->root) {
        json_object_set_new(row, "root", print_json_hex(span_of(change->root, SIGN_PUBLIC_SIZE)));
    } else {
        json_object_set_new(row, "old", json_integer((json_int_t)change->old_number));
        json_object_set_new(row, "new", json_integer((json_int_t)change->new_number));
    }
    return row;
}

json_t *diff_json(const struct diff *diff) {
    json_t *changes = json_array();
    for (const struct change *change = diff->first; change; change = change->next)
        json_array_append_new(changes, change_json(change));
    return changes;
}
