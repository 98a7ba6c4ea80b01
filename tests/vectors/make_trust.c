/* Rosters, taken one after the other. */
#include <string.h>

#include "base/proto.h"
#include "base/text.h"
#include "tests/vectors/story.h"

/* ---- where belief begins ---- */

static void make_beginnings(void) {
    struct list_draft *d = three(7);
    const struct span roster = encoded(&d->words);
    const struct span by_two = signed_by_roots(d, roster, "ab"), by_four = signed_by_roots(d, roster, "abde");
    begin_only("ok", "given three roots, of whom two have signed", by_two, "abc", 2);
    begin_only("ok", "given one root, which has signed", by_two, "a", 1);
    begin_only("too-few-signatures", "given three roots, all of whom must sign", by_two, "abc", 3);
    begin_only("too-few-signatures", "given other roots", by_two, "de", 1);
    begin_only("ok", "given other roots, which have signed as well", by_four, "de", 2);
    begin_only("too-few-signatures", "the roots that were given have signed, its own have not",
               signed_by_roots(d, roster, "de"), "de", 2);
    begin_only("too-few-signatures", "a root that is given twice counts once", by_two, "aad", 2);
    begin_only("too-few-signatures", "given no root", by_two, "", 1);
    begin_only("too-few-signatures", "a threshold of 0 trusts nobody", by_two, "abc", 0);
    begin_only("too-few-signatures", "not signed", signed_by_roots(d, roster, ""), "abc", 2);
    d->words.threshold = 3;
    begin_only("too-few-signatures", "its own threshold is not reached", roster_by(d, "ab"), "abc", 2);
    begin_only("ok", "its own threshold is reached", roster_by(d, "abc"), "abc", 2);
    d->words.version = UINT32_MAX;
    begin_only("ok", "the highest version", roster_by(d, "abc"), "abc", 2);
    row_named(d, "ke-customs")->name = text_of("ug-customs");
    begin_only("conflict", "two rows with one name", roster_by(d, "abc"), "abc", 2);
    begin_only("too-few-signatures", "two rows with one name, and not signed", roster_by(d, ""), "abc", 2);
}

/* ---- one version after the other ---- */

static void make_versions(void) {
    begin("version after version", three_signed(1));
    take_roster("replayed", three_signed(1));
    take_roster("replayed", roster_by(three(1), "cb"));
    take_roster("replayed", roster_by(three(1), ""));
    take_roster("out-of-order", three_signed(3));
    take_roster("out-of-order", roster_by(three(9), ""));
    take_roster("ok", three_signed(2));
    take_roster("replayed", three_signed(2));
    take_roster("rollback", three_signed(1));
    take_roster("rollback", roster_by(three(1), ""));
    take_roster("ok", roster_by(three(3), "bc"));
    take_roster("out-of-order", three_signed(UINT32_MAX));
    end();

    begin("a version that too few have signed", three_signed(1));
    take_roster("too-few-signatures", roster_by(three(2), ""));
    take_roster("too-few-signatures", roster_by(three(2), "a"));
    take_roster("too-few-signatures", roster_by(three(2), "aad"));
    take_roster("too-few-signatures", roster_by(three(2), "defg"));
    take_roster("ok", roster_by(three(2), "dcb"));
    end();

    struct list_draft *bad = three(2);
    bad->rows[1].country = text_of("ke");
    begin("what is not a roster at all", three_signed(1));
    take_roster("malformed", (struct span){0});
    take_roster("malformed", without_last(three_signed(2), 1));
    take_roster("not-canonical", joined(three_signed(2), three_signed(2)));
    take_roster("invalid", roster_by(bad, "ab"));
    take_roster("too-few-signatures", roster_by(bad, ""));
    take_roster("malformed", desks_by(desks_draft(2, &originator), &originator));
    end();

    begin("no version comes behind the highest", three_signed(UINT32_MAX));
    take_roster("replayed", three_signed(UINT32_MAX));
    take_roster("rollback", three_signed(UINT32_MAX - 1));
    take_roster("rollback", three_signed(1));
    end();
}

static void make_rows_that_change(void) {
    struct list_draft *left = three(2), *moved = three(3);
    row_named(left, "ug-customs")->ended = ending_of(1, NOW_MS);
    row_named(moved, "ke-customs")->name = text_of("ke-revenue");
    add_row(moved, &stranger, "un-secretariat", "UN", "SECRETARIAT");
    begin("a member leaves, and later its row does", three_signed(1));
    take_roster("ok", roster_by(left, "ab"));
    take_roster("ok", roster_by(moved, "ab"));
    end();
    begin("a member that has left", three_signed(1));
    take_roster("ok", roster_by(left, "ab"));
    end();
}

/* ---- roots ---- */

static struct span with_roots(uint32_t version, const char *letters, uint32_t threshold, const char *by) {
    struct list_draft *d = three(version);
    set_roots(d, letters, threshold);
    return roster_by(d, by);
}

static void make_rotations(void) {
    begin("new roots", three_signed(1));
    take_roster("too-few-signatures", with_roots(2, "def", 2, "ab"));
    take_roster("too-few-signatures", with_roots(2, "def", 2, "de"));
    take_roster("too-few-signatures", with_roots(2, "def", 2, "abd"));
    take_roster("ok", with_roots(2, "def", 2, "abde"));
    take_roster("too-few-signatures", with_roots(3, "def", 2, "ab"));
    take_roster("too-few-signatures", with_roots(3, "abc", 2, "ab"));
    take_roster("ok", with_roots(3, "def", 2, "ef"));
    end();
    begin("one root for another", three_signed(1));
    take_roster("too-few-signatures", with_roots(2, "abd", 2, "ad"));
    take_roster("ok", with_roots(2, "abd", 2, "ab"));
    take_roster("too-few-signatures", with_roots(3, "abd", 2, "bc"));
    take_roster("ok", with_roots(3, "abd", 2, "bd"));
    end();
    begin("a higher threshold, and a lower one again", three_signed(1));
    take_roster("too-few-signatures", with_roots(2, "abc", 3, "ab"));
    take_roster("ok", with_roots(2, "abc", 3, "abc"));
    take_roster("too-few-signatures", with_roots(3, "abc", 1, "ab"));
    take_roster("ok", with_roots(3, "abc", 1, "abc"));
    take_roster("ok", with_roots(4, "abc", 1, "c"));
    end();
    begin("the roots that were given do not count behind the beginning", with_roots(1, "abcde", 1, "ab"));
    take_roster("ok", with_roots(2, "e", 1, "e"));
    take_roster("too-few-signatures", with_roots(3, "abc", 2, "abc"));
    end();
}

/* ---- rivals: two of one version ---- */

static bool is_smaller(struct span a, struct span b) {
    struct list *left, *right;
    MUST(!list_read(&left, a) && !list_read(&right, b));
    bool out = memcmp(left->hash, right->hash, HASH_SIZE) < 0;
    list_drop(left);
    list_drop(right);
    return out;
}

static struct span rival(uint32_t version, uint64_t created, const char *by) {
    struct list_draft *d = three(version);
    d->words.created = created;
    return roster_by(d, by);
}

static void make_rivals(void) {
    uint64_t small_at = NOW_MS, large_at = NOW_MS + 1;
    if (!is_smaller(rival(2, small_at, "ab"), rival(2, large_at, "ab"))) {
        small_at = NOW_MS + 1;
        large_at = NOW_MS;
    }
    const struct span small = rival(2, small_at, "ab"), large = rival(2, large_at, "ab");
    begin("two of one version: the one that stays comes first", three_signed(1));
    take_roster("ok", small);
    take_roster("exists", large);
    take_roster("replayed", small);
    take_roster("ok", three_signed(3));
    take_roster("rollback", large);
    end();
    begin("two of one version: the one that stays comes second", three_signed(1));
    take_roster("ok", large);
    take_roster("ok", small);
    take_roster("exists", large);
    take_roster("replayed", small);
    end();
    begin("a rival that too few have signed", three_signed(1));
    take_roster("ok", large);
    take_roster("too-few-signatures", rival(2, small_at, "a"));
    take_roster("too-few-signatures", rival(2, small_at, ""));
    take_roster("ok", small);
    take_roster("too-few-signatures", rival(2, large_at, "a"));
    end();
    begin("rivals of the roster that belief began with", large);
    take_roster("exists", small);
    take_roster("exists", rival(2, small_at, ""));
    end();
    begin("rivals that name other roots", three_signed(1));
    take_roster("ok", with_roots(2, "def", 2, "abde"));
    take_roster("too-few-signatures", with_roots(2, "ghi", 2, "gh"));
    take_roster("too-few-signatures", with_roots(2, "ghi", 2, "degh"));
    end();
}

void make_trust(void) {
    make_desk_people();
    make_beginnings();
    make_versions();
    make_rows_that_change();
    make_rotations();
    make_rivals();
    make_trust_in_desks();
    make_trust_in_renewals();
}
