/* Roster files: belief begins somewhere in them. */
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "tests/vectors/story.h"

static json_t *file_vector(const char *expect, const char *name, struct span file, const char *letters,
                           uint32_t threshold) {
    json_t *v = vector("roster_file", expect, name);
    add_input(v, "file", file);
    add_anchor(v, letters, threshold);
    return v;
}

static void refuse(const char *expect, const char *name, struct span trust, const char *letters) {
    file_vector(expect, name, roster_file(trust), letters, 2);
}

static void accept(const char *name, struct span trust, const char *letters) {
    const struct roster_anchor anchor = anchor_of(letters, 2);
    struct roster *roster;
    json_t *v = file_vector("ok", name, roster_file(trust), letters, 2);
    must(!roster_open(&roster, roster_file(trust), &anchor), name);
    add_belief(v, roster);
    roster_free(roster);
}

static struct span with_roots(uint32_t version, const char *letters, const char *by) {
    struct list_draft *d = three(version);
    set_roots(d, letters, 2);
    return roster_by(d, by);
}

static struct span trust_of(struct span a, struct span b, struct span c) {
    struct span out = field_bytes(1, a);
    if (b.data)
        out = joined(out, field_bytes(1, b));
    return c.data ? joined(out, field_bytes(1, c)) : out;
}

static const struct span none;

/* From roots "abc" by way of "cde" to "efg". */
static void make_chains(void) {
    const struct span first = three_signed(1), second = with_roots(2, "cde", "abde"),
                      third = with_roots(3, "efg", "deg");
    const struct span by_both = with_roots(3, "efg", "abdefg");
    accept("one roster", trust_of(first, none, none), "abc");
    accept("three rosters: the roots that were given have signed the first", trust_of(first, second, third), "abc");
    accept("three rosters: the roots that were given have signed the second", trust_of(first, second, third), "cde");
    accept("three rosters: the roots that were given have signed the last", trust_of(first, second, third), "efg");
    accept("the last alone", trust_of(third, none, none), "efg");
    accept("the last alone, signed by roots of before as well", trust_of(by_both, none, none), "abc");
    accept("belief begins with the newest, whatever is missing before it", trust_of(first, by_both, none), "abc");
    accept("versions of before are left out", trust_of(first, three_signed(2), three_signed(3)), "abc");
    refuse("too-few-signatures", "no roster", none, "abc");
    refuse("too-few-signatures", "roots that have signed nothing", trust_of(first, second, third), "hij");
    refuse("too-few-signatures", "the last alone, and the roots of the first", trust_of(third, none, none), "abc");
    refuse("out-of-order", "behind the beginning one is missing", trust_of(first, third, none), "abc");
    refuse("too-few-signatures", "behind the beginning one is not well signed",
           trust_of(first, with_roots(2, "cde", "ab"), none), "abc");
}

/* ---- desks and renewals ---- */

static void make_rest(void) {
    const struct identity next = renewed(&originator, true, "ke renewed"), police_next = renewed(&police, false, "p 2");
    const struct span roster = field_bytes(1, three_signed(1));
    const struct span desks = field_bytes(2, desks_by(two_desks(1), &originator));
    const struct span new_desks = field_bytes(2, desks_by(two_desks(2), &next));
    const struct span of_police = field_bytes(3, renewal_of(&police, &police_next, NULL));
    accept("desks and a renewal of one", joined(joined(roster, desks), of_police), "abc");
    for (uint32_t cause = 1; cause <= 3; cause++) {
        const struct span of_author = field_bytes(3, renewal_of(&originator, &next, ending_of(cause, NOW_MS)));
        accept(text_format(&memory, "desks signed by the key before, which ended with cause %u", cause),
               joined(joined(roster, desks), of_author), "abc");
        accept(text_format(&memory, "desks signed by the next key, whose renewal stands behind them, cause %u", cause),
               joined(joined(roster, new_desks), of_author), "abc");
        struct list_draft *d = roster_draft(2);
        add_row(d, &author, "ug-customs", "UG", "CUSTOMS");
        add_former(add_row(d, &next, "ke-customs", "KE", "CUSTOMS"), SPAN_OF_ARRAY(originator.sign_key),
                   ending_of(cause, NOW_MS));
        const struct span caught_up = field_bytes(1, roster_by(d, "ab"));
        if (cause == 1)
            accept("desks signed by a key that the roster says was replaced", joined(caught_up, desks), "abc");
        else
            refuse("bad-signature", text_format(&memory, "desks signed by a key that ended with cause %u", cause),
                   joined(caught_up, desks), "abc");
        accept(text_format(&memory, "a renewal that the roster has caught up with, cause %u", cause),
               joined(caught_up, of_author), "abc");
    }
    accept("a renewal of nobody", joined(roster, of_police), "abc");
    accept("desks of nobody", joined(roster, field_bytes(2, desks_by(desks_draft(1, &police), &police))), "abc");
    const struct span unsigned_desks = field_bytes(2, desks_by(two_desks(1), &author));
    refuse("bad-signature", "desks that their author has not signed", joined(roster, unsigned_desks), "abc");
    const struct span drafting = field_bytes(4, SPAN_OF_ARRAY(originator.id));
    accept("desks that were worked on", joined(joined(roster, desks), drafting), "abc");
    refuse("bad-signature", "desks that are worked on and not signed", joined(joined(roster, unsigned_desks), drafting),
           "abc");
    refuse("malformed", "desks that cannot be read", joined(roster, field_bytes(2, filled(1, 9))), "abc");
    refuse("malformed", "a renewal that cannot be read", joined(roster, field_bytes(3, filled(1, 9))), "abc");
    refuse("malformed", "a roster for desks", joined(roster, field_bytes(2, three_signed(1))), "abc");
}

static void refuse_bytes(const char *expect, const char *name, struct span file) {
    file_vector(expect, name, file, "abc", 2);
}

static void make_forms(void) {
    const struct span trust = trust_of(three_signed(1), none, none), file = roster_file(trust);
    refuse_bytes("malformed", "nothing", none);
    refuse_bytes("malformed", "7 bytes", cut(file, 7));
    refuse_bytes("malformed", "another magic", flipped(file, 7, 1));
    refuse_bytes("malformed", "another magic, and suite 2", flipped(flipped(file, 7, 1), 8, 3));
    refuse_bytes("truncated", "8 bytes", cut(file, 8));
    refuse_bytes("unknown-suite", "suite 0", flipped(file, 8, 1));
    refuse_bytes("unknown-suite", "suite 2", flipped(file, 8, 3));
    refuse_bytes("unknown-suite", "suite 2, and cut", cut(flipped(file, 8, 3), 9));
    refuse_bytes("malformed", "a byte missing", without_last(file, 1));
    refuse_bytes("malformed", "a byte more", joined(file, filled(0, 1)));
    accept("an unknown field behind", joined(trust, field_number(5, 1)), "abc");
    refuse_bytes("not-canonical", "an unknown field in front", roster_file(joined(field_number(5, 1), trust)));
    refuse_bytes("not-canonical", "desks in front of the rosters",
                 roster_file(joined(field_bytes(2, desks_by(two_desks(1), &originator)), trust)));
    refuse_bytes("too-large", "33,554,433 bytes, and another magic", filled(0, ROSTER_FILE_BYTES_MAX + 1));
    refuse_bytes("malformed", "33,554,432 bytes, and another magic", filled(0, ROSTER_FILE_BYTES_MAX));
}

void make_roster_files(void) {
    make_desk_people();
    make_chains();
    make_rest();
    make_forms();
}
