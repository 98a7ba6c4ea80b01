/* Rosters and desks: which are well-formed, and how many keys have signed. */
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "tests/vectors/lists.h"

enum { VERSION = 7 };

/* Three administrations; two of the three roots have signed. */
static struct list_draft *fresh(void) {
    struct list_draft *d = roster_draft(VERSION);
    add_row(d, &originator, "ke-customs", "KE", "CUSTOMS");
    add_row(d, &author, "ug-customs", "UG", "CUSTOMS");
    add_row(d, &reader, "cd-customs", "CD", "CUSTOMS");
    return d;
}

/* Signed by the first two roots. */
static struct span finished(struct list_draft *d) {
    return roster_by(d, "ab");
}

/* ---- who has signed ---- */

/* How many of these roots, a letter each, have signed. */
static void count(size_t expected, const char *name, struct span file, const char *letters) {
    json_t *v = vector("signatures", "ok", name), *keys = add_list(v, "keys");
    add_input(v, "file", file);
    for (; *letters; letters++)
        append_bytes(keys, SPAN_OF_ARRAY(roots[*letters - 'a'].key));
    add_number(v, "count", expected);
}

static void make_signers(void) {
    struct list_draft *d = fresh();
    const struct span roster = encoded(&d->words);
    count(2, "signed by two of three", signed_by_roots(d, roster, "ab"), "abc");
    count(3, "signed by all, in another order", signed_by_roots(d, roster, "cba"), "abc");
    count(2, "signed by two, and by a stranger", signed_by_roots(d, roster, "adc"), "abc");
    count(0, "not signed", signed_by_roots(d, roster, ""), "abc");
    count(1, "signed by one, twice", signed_by_roots(d, roster, "aa"), "abc");
    count(1, "signed by one and a stranger", signed_by_roots(d, roster, "ad"), "abc");
    count(0, "signed by strangers", signed_by_roots(d, roster, "def"), "abc");
    count(2, "a key that is named twice counts once", signed_by_roots(d, roster, "ab"), "aaabb");
    count(0, "nobody is asked about", signed_by_roots(d, roster, "ab"), "");
    count(2, "keys that the roster does not name", signed_by_roots(d, roster, "abde"), "def");
}

static void make_signatures_that_do_not_count(void) {
    struct list_draft *d = fresh();
    const struct span roster = encoded(&d->words), wrong = filled(7, SIGNATURE_SIZE);
    const struct span by_a = list_signature(roots[0].secret, "INAMA.sig.roster", "INAMA.roster", roster);
    const struct span by_b = list_signature(roots[1].secret, "INAMA.sig.roster", "INAMA.roster", roster);
    const struct span key_b = SPAN_OF_ARRAY(roots[1].key);
    signed_by_roots(d, roster, "a");
    put_signature(d, key_b, by_a);
    count(1, "one root's signature under another's name", as_signed(d, roster), "abc");
    put_signature(d, key_b, wrong);
    count(1, "one that is good and two that are not", as_signed(d, roster), "abc");
    put_signature(d, key_b, by_b);
    count(2, "a root's bad signatures, and then its good one", as_signed(d, roster), "abc");

    signed_by_roots(d, roster, "ab");
    put_signature(d, SPAN_OF_ARRAY(roots[0].key), filled(0, SIGNATURE_SIZE));
    put_signature(d, filled(0, 31), wrong);
    put_signature(d, SPAN_OF_ARRAY(roots[2].key), filled(7, 63));
    put_signature(d, (struct span){0}, (struct span){0});
    count(2, "enough signatures, and others of wrong sizes", as_signed(d, roster), "abc");
    accept_list("well-formed all the same", as_signed(d, roster));
    signed_by_roots(d, roster, "a");
    put_signature(d, key_b, without_last(by_b, 1));
    count(1, "a signature of 63 bytes", as_signed(d, roster), "abc");
    signed_by_roots(d, roster, "a");
    put_signature(d, joined(key_b, filled(0, 1)), by_b);
    count(1, "a root of 33 bytes", as_signed(d, roster), "abc");

    static const char *const tags[][2] = {
        {"INAMA.sig.card", "INAMA.roster"}, {"INAMA.sig.desks", "INAMA.roster"}, {"INAMA.sig.roster", "INAMA.card"}};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        signed_by_roots(d, roster, "a");
        put_signature(d, key_b, list_signature(roots[1].secret, tags[i][0], tags[i][1], roster));
        count(1, text_format(&memory, "signed as %s, hashed as %s", tags[i][0], tags[i][1]), as_signed(d, roster),
              "abc");
    }
    signed_by_roots(d, roster, "ab");
    d->words.expires++;
    count(0, "changed after it was signed", as_signed(d, encoded(&d->words)), "abc");
}

static void make_signature_counts(void) {
    struct list_draft *d = fresh();
    const struct span roster = encoded(&d->words), stranger_key = SPAN_OF_ARRAY(roots[3].key);
    signed_by_roots(d, roster, "ab");
    while (d->signature_count < 32)
        put_signature(d, stranger_key, filled(7, SIGNATURE_SIZE));
    accept_list("32 signatures", as_signed(d, roster));
    put_signature(d, stranger_key, filled(7, SIGNATURE_SIZE));
    refuse_list("too-large", "33 signatures", as_signed(d, roster));
    row_named(d, "ke-customs")->name = text_of("");
    refuse_list("too-large", "33 signatures, and a bad row", as_signed(d, encoded(&d->words)));
    d->words.threshold = 0;
    refuse_list("malformed", "33 signatures, and a threshold of 0", as_signed(d, encoded(&d->words)));
    accept_list("not signed at all, and well-formed", signed_by_roots(d, roster, ""));
}

/* ---- the head ---- */

static void make_heads(void) {
    struct list_draft *d = fresh();
    d->words.version = UINT32_MAX;
    accept_list("the highest version", finished(d));
    d->words.version = 0;
    refuse_list("malformed", "version 0", finished(d));
    d->words.n_roots = 17;
    refuse_list("malformed", "version 0, and 17 roots", finished(d));
    d->words.suite = 2;
    refuse_list("unknown-suite", "suite 2, and version 0", finished(d));
    d->words.suite = 0;
    refuse_list("unknown-suite", "suite 0", finished(d));

    d = fresh();
    d->words.has_grace_days = true;
    accept_list("no days of grace, in so many words", finished(d));
    d->words.grace_days = 366;
    accept_list("366 days of grace", finished(d));
    d->words.grace_days = 367;
    refuse_list("malformed", "367 days of grace", finished(d));
    d = fresh();
    d->words.expires = 0;
    accept_list("it expired before it was made", finished(d));
    d->words.created = UINT64_MAX;
    accept_list("made at no time that could be", finished(d));
}

static void make_root_lists(void) {
    struct list_draft *d = fresh();
    set_roots(d, "abcdefghijklmnop", 2);
    accept_list("16 roots", finished(d));
    set_roots(d, "abcdefghijklmnopq", 2);
    refuse_list("too-large", "17 roots", finished(d));
    d->words.threshold = 0;
    refuse_list("too-large", "17 roots, and a threshold of 0", finished(d));
    set_roots(d, "abc", 0);
    refuse_list("malformed", "a threshold of 0", finished(d));
    d->words.threshold = 4;
    refuse_list("malformed", "a threshold above the number of roots", finished(d));
    d->words.threshold = 3;
    accept_list("a threshold that is not reached", finished(d));
    d->words.threshold = 1;
    accept_list("a threshold of 1", finished(d));
    d->words.n_roots = 0;
    refuse_list("malformed", "no roots", finished(d));
    d->words.threshold = 0;
    refuse_list("malformed", "no roots, and a threshold of 0", finished(d));

    d = fresh();
    d->roots[1] = d->roots[0];
    refuse_list("malformed", "a root twice", roster_by(d, "a"));
    d = fresh();
    d->roots[2] = words_of(filled(0, 31));
    refuse_list("malformed", "a root of 31 bytes", finished(d));
    d->roots[2] = words_of(filled(0, 32));
    refuse_list("bad-point", "a weak root", finished(d));
    d->roots[1] = d->roots[0];
    refuse_list("malformed", "a root twice, and then a weak one", finished(d));
    d = fresh();
    d->roots[0] = words_of(filled(0, 32));
    d->roots[2] = d->roots[1];
    refuse_list("bad-point", "a weak root, and then one twice", finished(d));
    d = fresh();
    d->roots[2] = words_of(filled(0, 32));
    row_named(d, "ke-customs")->name = text_of("");
    refuse_list("bad-point", "a weak root, and a bad row", finished(d));
}

static struct span repeated(struct span one, size_t count) {
    struct buf out;
    buf_init(&out, &memory);
    for (size_t i = 0; i < count; i++)
        buf_put_span(&out, one);
    return buf_span(&out);
}

static void make_sizes(void) {
    struct list_draft *d = fresh();
    struct span file = finished(d), empty = hex("3a100a0012001a0022002a0032003a004200");
    const struct span roster = encoded(&d->words), none = cut(roster, find(roster, encoded(d->row[0])) - 3);
    refuse_list("malformed", "2,048 rows, of empty texts and keys",
                signed_by_roots(d, joined(none, repeated(empty, ROSTER_MEMBERS_MAX)), "ab"));
    refuse_list("too-large", "2,049 rows",
                signed_by_roots(d, joined(none, repeated(empty, ROSTER_MEMBERS_MAX + 1)), "ab"));
    file = joined(file, field_bytes(12, filled('u', ROSTER_BYTES_MAX - file.len - 4)));
    MUST(file.len == ROSTER_BYTES_MAX);
    accept_list("1,048,576 bytes", file);
    refuse_list("too-large", "1,048,577 bytes", joined(file, filled(0, 1)));
    refuse_list("too-large", "too large, and cannot be read", filled(0xff, ROSTER_BYTES_MAX + 1));
}

static void make_forms(void) {
    struct list_draft *d = fresh();
    const struct span file = finished(d), roster = encoded(&d->words), row = encoded(d->row[1]);
    const size_t at = find(roster, row) + row.len; /* the end of the second row; its length takes two bytes */
    refuse_list("malformed", "nothing", (struct span){0});
    refuse_list("malformed", "the last byte missing", without_last(file, 1));
    refuse_list("malformed", "no roster, only signatures",
                span_of(file.data + roster.len + 3, file.len - roster.len - 3));
    accept_list("an unknown field behind", joined(file, field_number(3, 1)));
    accept_list("an unknown field in the roster", signed_by_roots(d, joined(roster, field_number(12, 1)), "ab"));
    refuse_list(
        "not-canonical", "an unknown field in front of the rows",
        signed_by_roots(d, spliced(roster, find(roster, encoded(d->row[0])) - 3, 0, field_number(12, 1)), "ab"));
    refuse_list("not-canonical", "version 7 in two bytes",
                signed_by_roots(d, spliced(roster, 2, 2, hex("108700")), "ab"));
    refuse_list("not-canonical", "a version over 32 bits",
                signed_by_roots(d, spliced(roster, 2, 2, hex("108780808010")), "ab"));
    refuse_list("not-canonical", "the signatures in front",
                joined(span_of(file.data + roster.len + 3, file.len - roster.len - 3), cut(file, roster.len + 3)));
    const struct span longer = joined(row, field_number(13, 1)), twice = joined(row, field_bytes(2, span_of_text("x")));
    const size_t start = at - row.len - 3;
    accept_list("an unknown field in a row",
                signed_by_roots(d, spliced(roster, start, row.len + 3, field_bytes(7, longer)), "ab"));
    refuse_list("not-canonical", "a name twice in a row",
                signed_by_roots(d, spliced(roster, start, row.len + 3, field_bytes(7, twice)), "ab"));
    refuse_list("malformed", "a row that is cut",
                signed_by_roots(d, spliced(roster, start, row.len + 3, field_bytes(7, without_last(row, 1))), "ab"));
    refuse_list(
        "malformed", "a group in a row",
        signed_by_roots(d, spliced(roster, start, row.len + 3, field_bytes(7, joined(row, hex("4b4c")))), "ab"));
    refuse_list("not-canonical", "days of grace twice",
                signed_by_roots(d, joined(roster, joined(field_number(8, 1), field_number(8, 1))), "ab"));
    refuse_list("malformed", "days of grace of another wire type",
                signed_by_roots(d, joined(roster, field_bytes(8, filled(1, 1))), "ab"));
    d->words.suite = 2;
    refuse_list("unknown-suite", "suite 2", finished(d));
    d->words.n_roots = 0;
    refuse_list("unknown-suite", "suite 2, and no roots", finished(d));
}

void make_rosters(void) {
    make_signers();
    make_signatures_that_do_not_count();
    make_signature_counts();
    make_heads();
    make_root_lists();
    make_list_rows();
    make_sizes();
    make_forms();
}
