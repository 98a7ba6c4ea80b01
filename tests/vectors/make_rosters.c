/* Rosters, read by somebody who trusts some roots. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "keys/hash.h"
#include "keys/roster.h"
#include "roster.pb-c.h"
#include "tests/vectors/maker.h"

enum { VERSION = 7, ROWS_MAX = 8, SIGNATURES_MAX = 40 };
#define EXPIRES_MS (NOW_MS + 1000)

/* A roster to be spoilt. It names roots 0 to 2, of whom two must sign, and the first two do. */
struct draft {
    Roster words;
    ProtobufCBinaryData roots[ROOT_COUNT + 1];
    Member rows[ROWS_MAX];
    Member *row[ROWS_MAX];
    RosterSignature signatures[SIGNATURES_MAX];
    size_t signature_count;
};

static ProtobufCBinaryData words(struct span bytes) {
    return proto_bytes(bytes.data, bytes.len);
}

static char *text(const char *chars) {
    return arena_text(&memory, chars, strlen(chars));
}

static Member row_of(const struct identity *identity, const char *name, const char *country) {
    Member row = MEMBER__INIT;
    row.id = proto_bytes(identity->id, MEMBER_ID_SIZE);
    row.sign_key = proto_bytes(identity->sign_key, SIGN_PUBLIC_SIZE);
    row.encryption_key = proto_bytes(identity->encryption_key, EXCHANGE_KEY_SIZE);
    row.session_key = proto_bytes(identity->session_key, EXCHANGE_KEY_SIZE);
    row.name = text(name);
    row.label = text("Customs");
    row.country = text(country);
    row.role = text("CUSTOMS");
    return row;
}

static int compare_rows(const void *a, const void *b) {
    return memcmp(((const Member *)a)->id.data, ((const Member *)b)->id.data, MEMBER_ID_SIZE);
}

static struct draft *fresh(void) {
    struct draft *d = arena_alloc(&memory, sizeof *d);
    d->words = (Roster)ROSTER__INIT;
    d->words.suite = 1;
    d->words.version = VERSION;
    d->words.created = NOW_MS - 1000;
    d->words.expires = EXPIRES_MS;
    d->words.threshold = 2;
    for (size_t i = 0; i < ROOT_COUNT; i++)
        d->roots[i] = proto_bytes(roots[i].key, SIGN_PUBLIC_SIZE);
    d->words.roots = d->roots;
    d->words.n_roots = 3;
    d->rows[0] = row_of(&originator, "ke-customs", "KE");
    d->rows[1] = row_of(&author, "ug-customs", "UG");
    d->rows[2] = row_of(&reader, "cd-customs", "CD");
    qsort(d->rows, 3, sizeof *d->rows, compare_rows);
    for (size_t i = 0; i < ROWS_MAX; i++)
        d->row[i] = &d->rows[i];
    d->words.members = d->row;
    d->words.n_members = 3;
    return d;
}

static void put_signature(struct draft *d, struct span root, struct span signature) {
    MUST(d->signature_count < SIGNATURES_MAX);
    RosterSignature *row = &d->signatures[d->signature_count++];
    *row = (RosterSignature)ROSTER_SIGNATURE__INIT;
    row->root = words(root);
    row->signature = words(signature);
}

static struct span signature_by(size_t root, struct span roster) {
    uint8_t digest[HASH_SIZE], signature[SIGNATURE_SIZE];
    hash_of(digest, "INAMA.roster", roster);
    sign_make(signature, roots[root].secret, "INAMA.sig.roster", SPAN_OF_ARRAY(digest));
    return joined(SPAN_OF_ARRAY(signature), (struct span){0});
}

static struct span as_it_stands(struct draft *d, struct span roster) {
    SignedRoster outer = SIGNED_ROSTER__INIT;
    RosterSignature *rows[SIGNATURES_MAX];
    for (size_t i = 0; i < d->signature_count; i++)
        rows[i] = &d->signatures[i];
    outer.roster = words(roster);
    outer.signatures = rows;
    outer.n_signatures = d->signature_count;
    return encoded(&outer);
}

/* The roster's bytes, signed by these roots and no others. */
static struct span signed_by(struct draft *d, struct span roster, const char *by) {
    d->signature_count = 0;
    for (; *by; by++) {
        size_t root = (size_t)(*by - 'a');
        put_signature(d, SPAN_OF_ARRAY(roots[root].key), signature_by(root, roster));
    }
    return as_it_stands(d, roster);
}

/* Signed by the first two roots. */
static struct span finished(struct draft *d) {
    return signed_by(d, encoded(&d->words), "ab");
}

/* ---- the reader: trusts roots 0 to 2, of whom two must have signed ---- */

struct trust {
    const char *roots; /* a letter each */
    uint32_t threshold;
    uint32_t version_min;
    uint64_t now;
};
static const struct trust usual = {"abc", 2, VERSION, NOW_MS};

static json_t *roster_vector(const char *expect, const char *name, struct span file, struct trust trust) {
    json_t *v = vector("roster", expect, name), *list = json_array();
    add_input(v, "file", file);
    for (const char *root = trust.roots; *root; root++)
        MUST(json_array_append_new(list, hex_text(SPAN_OF_ARRAY(roots[*root - 'a'].key))) == 0);
    MUST(json_object_set_new(v, "roots", list) == 0);
    add_number(v, "threshold", trust.threshold);
    add_number(v, "version_min", trust.version_min);
    add_number(v, "now", trust.now);
    return v;
}

static void refuse(const char *expect, const char *name, struct span file) {
    roster_vector(expect, name, file, usual);
}

static void refuse_for(const char *expect, const char *name, struct span file, struct trust trust) {
    roster_vector(expect, name, file, trust);
}

static void accept_for(const char *name, struct span file, struct trust trust) {
    json_t *v = roster_vector("ok", name, file, trust), *ids = json_array();
    struct roster *roster;
    must(!roster_read_unsigned(&roster, file), name);
    add_number(v, "version", roster->version);
    for (size_t i = 0; i < roster->count; i++)
        MUST(json_array_append_new(ids, hex_text(span_of(roster->members[i].id, MEMBER_ID_SIZE))) == 0);
    MUST(json_object_set_new(v, "members", ids) == 0);
    roster_free(roster);
}

static void accept(const char *name, struct span file) {
    accept_for(name, file, usual);
}

static void make_signers(void) {
    struct draft *d = fresh();
    const struct span roster = encoded(&d->words), wrong = filled(7, SIGNATURE_SIZE);
    accept("signed by two of three", signed_by(d, roster, "ab"));
    accept("signed by all, in another order", signed_by(d, roster, "cba"));
    accept("signed by two, and by a stranger", signed_by(d, roster, "adc"));
    refuse("too-few-signatures", "not signed", signed_by(d, roster, ""));
    refuse("too-few-signatures", "signed by one", signed_by(d, roster, "a"));
    refuse("too-few-signatures", "signed by one, twice", signed_by(d, roster, "aa"));
    refuse("too-few-signatures", "signed by one and a stranger", signed_by(d, roster, "ad"));
    refuse("too-few-signatures", "signed by strangers", signed_by(d, roster, "def"));

    signed_by(d, roster, "a");
    put_signature(d, SPAN_OF_ARRAY(roots[1].key), signature_by(0, roster));
    refuse("too-few-signatures", "one root's signature under another's name", as_it_stands(d, roster));
    put_signature(d, SPAN_OF_ARRAY(roots[2].key), wrong);
    refuse("too-few-signatures", "one that is good and two that are not", as_it_stands(d, roster));
    put_signature(d, SPAN_OF_ARRAY(roots[2].key), signature_by(2, roster));
    accept("a root's bad signature, and then its good one", as_it_stands(d, roster));

    signed_by(d, roster, "ab");
    put_signature(d, SPAN_OF_ARRAY(roots[0].key), filled(0, SIGNATURE_SIZE));
    put_signature(d, filled(0, 31), wrong);
    put_signature(d, SPAN_OF_ARRAY(roots[2].key), filled(7, 63));
    put_signature(d, (struct span){0}, (struct span){0});
    accept("enough signatures, and others of wrong sizes", as_it_stands(d, roster));
    signed_by(d, roster, "a");
    put_signature(d, SPAN_OF_ARRAY(roots[1].key), without_last(signature_by(1, roster), 1));
    refuse("too-few-signatures", "a signature of 63 bytes does not count", as_it_stands(d, roster));
    signed_by(d, roster, "a");
    put_signature(d, joined(SPAN_OF_ARRAY(roots[1].key), filled(0, 1)), signature_by(1, roster));
    refuse("too-few-signatures", "a root of 33 bytes does not count", as_it_stands(d, roster));

    signed_by(d, roster, "ab");
    while (d->signature_count < 32)
        put_signature(d, SPAN_OF_ARRAY(roots[3].key), wrong);
    accept("32 signatures", as_it_stands(d, roster));
    put_signature(d, SPAN_OF_ARRAY(roots[3].key), wrong);
    refuse("too-large", "33 signatures", as_it_stands(d, roster));
    refuse_for("too-large", "33 signatures, and an old version", as_it_stands(d, roster),
               (struct trust){"abc", 2, VERSION + 1, NOW_MS});

    uint8_t digest[HASH_SIZE], signature[SIGNATURE_SIZE];
    hash_of(digest, "INAMA.roster", roster);
    signed_by(d, roster, "a");
    sign_make(signature, roots[1].secret, "INAMA.sig.card", SPAN_OF_ARRAY(digest));
    put_signature(d, SPAN_OF_ARRAY(roots[1].key), SPAN_OF_ARRAY(signature));
    refuse("too-few-signatures", "signed as a card", as_it_stands(d, roster));
    hash_of(digest, "INAMA.card", roster);
    signed_by(d, roster, "a");
    sign_make(signature, roots[1].secret, "INAMA.sig.roster", SPAN_OF_ARRAY(digest));
    put_signature(d, SPAN_OF_ARRAY(roots[1].key), SPAN_OF_ARRAY(signature));
    refuse("too-few-signatures", "hashed as a card", as_it_stands(d, roster));
    signed_by(d, roster, "ab");
    d->words.expires++;
    refuse("too-few-signatures", "changed after it was signed", as_it_stands(d, encoded(&d->words)));
}

/* Both the roots that are trusted already and those that the roster names must agree. */
static void make_trusts(void) {
    struct draft *d = fresh();
    const struct span roster = encoded(&d->words);
    const struct span by_two = signed_by(d, roster, "ab"), by_four = signed_by(d, roster, "abde");
    accept_for("one trusted root is enough for this reader", by_two, (struct trust){"a", 1, 0, NOW_MS});
    refuse_for("too-few-signatures", "this reader wants three", by_two, (struct trust){"abc", 3, 0, NOW_MS});
    refuse_for("too-few-signatures", "this reader trusts other roots", by_two, (struct trust){"de", 1, 0, NOW_MS});
    accept_for("new roots: the old ones and the new ones signed", by_four, (struct trust){"de", 2, 0, NOW_MS});
    refuse_for("too-few-signatures", "new roots: only the old ones signed", signed_by(d, roster, "de"),
               (struct trust){"de", 2, 0, NOW_MS});
    refuse_for("too-few-signatures", "a trusted root twice counts once", signed_by(d, roster, "ab"),
               (struct trust){"aad", 2, 0, NOW_MS});
    refuse_for("too-few-signatures", "no root is trusted", by_two, (struct trust){"", 1, 0, NOW_MS});
    refuse_for("too-few-signatures", "a trusted threshold of 0 trusts nobody", by_two,
               (struct trust){"abc", 0, 0, NOW_MS});

    accept_for("a newer version", by_two, (struct trust){"abc", 2, VERSION - 1, NOW_MS});
    refuse_for("rollback", "an older version", by_two, (struct trust){"abc", 2, VERSION + 1, NOW_MS});
    refuse_for("rollback", "an older version, and not signed", signed_by(d, roster, ""),
               (struct trust){"abc", 2, VERSION + 1, NOW_MS});
    accept_for("at the time of expiry", by_two, (struct trust){"abc", 2, 0, EXPIRES_MS});
    refuse_for("expired", "a millisecond after it", by_two, (struct trust){"abc", 2, 0, EXPIRES_MS + 1});
    refuse_for("too-few-signatures", "expired, and not signed", signed_by(d, roster, ""),
               (struct trust){"abc", 2, 0, EXPIRES_MS + 1});
    accept_for("nobody asks for the time", by_two, (struct trust){"abc", 2, 0, 0});
    d->words.version = UINT32_MAX;
    accept("the highest version", finished(d));
    d->words.version = 0;
    refuse("rollback", "version 0", finished(d));
}

static void make_root_lists(void) {
    struct draft *d = fresh();
    d->words.n_roots = 16;
    accept("16 roots", finished(d));
    d->words.n_roots = 17;
    refuse("too-large", "17 roots", finished(d));
    d->words.threshold = 0;
    refuse("too-large", "17 roots, and a threshold of 0", finished(d));
    d->words.n_roots = 3;
    refuse("malformed", "a threshold of 0", finished(d));
    d->words.threshold = 4;
    refuse("malformed", "a threshold above the number of roots", finished(d));
    d->words.threshold = 3;
    refuse("too-few-signatures", "a threshold that is not reached", finished(d));
    d->words.threshold = 1;
    accept("a threshold of 1", finished(d));
    d->words.n_roots = 0;
    refuse("malformed", "no roots", finished(d));
    d->words.threshold = 0;
    refuse("malformed", "no roots, and a threshold of 0", finished(d));

    d = fresh();
    d->roots[1] = d->roots[0];
    refuse("malformed", "a root twice", signed_by(d, encoded(&d->words), "a"));
    d = fresh();
    d->roots[2] = words(filled(0, 31));
    refuse("malformed", "a root of 31 bytes", finished(d));
    d->roots[2] = words(filled(0, 32));
    refuse("bad-point", "a weak root", finished(d));
    d->roots[1] = d->roots[0];
    refuse("malformed", "a root twice, and then a weak one", finished(d));
    d = fresh();
    d->roots[0] = words(filled(0, 32));
    d->roots[2] = d->roots[1];
    refuse("bad-point", "a weak root, and then one twice", finished(d));
    d = fresh();
    d->roots[2] = words(filled(0, 32));
    refuse_for("bad-point", "a weak root, and an old version", finished(d), (struct trust){"abc", 2, 9, NOW_MS});
}

/* One row spoilt, the rest as it should be. */
struct spoilt {
    struct draft *draft;
    Member *row;
};

static struct spoilt spoil(void) {
    struct draft *d = fresh();
    return (struct spoilt){d, &d->rows[1]};
}

static void make_row_texts(void) {
    static const struct {
        const char *expect;
        const char *name;
        const char *text;
    } names[] = {
        {"ok", "a name of one letter", "a"},
        {"ok", "a name of 64 letters", "a234567890123456789012345678901234567890123456789012345678901234"},
        {"ok", "hyphens and digits", "z--9-"},
        {"invalid", "no name", ""},
        {"invalid", "a name of 65 letters", "a2345678901234567890123456789012345678901234567890123456789012345"},
        {"invalid", "a name with a capital", "ke-Customs"},
        {"invalid", "a name that begins with a digit", "1customs"},
        {"invalid", "a name that begins with a hyphen", "-customs"},
        {"invalid", "a name with a dot", "ke.customs"},
        {"invalid", "a name with a slash", "ke/customs"},
        {"invalid", "a name with an accent", "c\xc3\xb4te"},
        {"invalid", "a name with a line end", "customs\n"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct spoilt s = spoil();
        s.row->name = text(names[i].text);
        if (strcmp(names[i].expect, "ok") == 0)
            accept(names[i].name, finished(s.draft));
        else
            refuse(names[i].expect, names[i].name, finished(s.draft));
    }
    static const struct {
        const char *name;
        const char *text;
    } countries[] = {{"a country of one letter", "K"},
                     {"a country of three letters", "KEN"},
                     {"a country in small letters", "ke"},
                     {"a country of one letter with an accent", "\xc3\x89"},
                     {"no country", ""}},
      roles[] = {{"a role in small letters", "Customs"},
                 {"a role with a digit", "CUSTOMS2"},
                 {"a role of 65 letters", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLM"},
                 {"no role", ""}};
    for (size_t i = 0; i < sizeof countries / sizeof *countries; i++) {
        struct spoilt s = spoil();
        s.row->country = text(countries[i].text);
        refuse("invalid", countries[i].name, finished(s.draft));
    }
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        struct spoilt s = spoil();
        s.row->role = text(roles[i].text);
        refuse("invalid", roles[i].name, finished(s.draft));
    }
    struct spoilt s = spoil();
    s.row->role = text("DRAGON");
    accept("a role that nobody knows", finished(s.draft));
    s.row->label = text("");
    accept("an empty label", finished(s.draft));
    s.row->label = arena_text(&memory, (const char *)filled('l', LABEL_BYTES_MAX).data, LABEL_BYTES_MAX);
    accept("a label of 256 bytes", finished(s.draft));
    s.row->label = arena_text(&memory, (const char *)filled('l', LABEL_BYTES_MAX + 1).data, LABEL_BYTES_MAX + 1);
    refuse("invalid", "a label of 257 bytes", finished(s.draft));
    s.row->label = text("\xff");
    refuse("malformed", "a label that is not UTF-8", finished(s.draft));
}

static void make_row_keys(void) {
    const struct {
        const char *name;
        size_t offset;
    } keys[] = {{"an id", offsetof(Member, id)},
                {"a signing key", offsetof(Member, sign_key)},
                {"an encryption key", offsetof(Member, encryption_key)},
                {"a session key", offsetof(Member, session_key)}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        for (size_t len = 31; len <= 33; len += 2) {
            struct spoilt s = spoil();
            ProtobufCBinaryData *key = (void *)((char *)s.row + keys[i].offset);
            *key = words(len < 32 ? without_last(proto_span(*key), 1) : joined(proto_span(*key), filled(0, 1)));
            refuse("malformed", text_format(&memory, "%s of %zu bytes", keys[i].name, len), finished(s.draft));
        }
    struct spoilt s = spoil();
    s.row->sign_key = words(hex("0100000000000000000000000000000000000000000000000000000000000000"));
    refuse("bad-point", "a weak signing key", finished(s.draft));
    s.row->name = text("");
    refuse("invalid", "a weak signing key, and no name", finished(s.draft));
    s.row->session_key = words(filled(0, 31));
    refuse("malformed", "a weak signing key, no name, and a session key of 31 bytes", finished(s.draft));
    s = spoil();
    s.row->encryption_key = s.row->session_key;
    refuse("invalid", "one key to encrypt and for sessions", finished(s.draft));
    s = spoil();
    s.row->sign_key = proto_bytes(stranger.sign_key, SIGN_PUBLIC_SIZE);
    refuse("malformed", "another signing key than the id's", finished(s.draft));
    static const char *const weak[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    };
    for (size_t i = 0; i < sizeof weak / sizeof *weak; i++) {
        s = spoil();
        s.row->encryption_key = words(hex(weak[i]));
        refuse("bad-point", text_format(&memory, "an encryption key of small order, %zu", i + 1), finished(s.draft));
    }
    s = spoil();
    s.row->session_key = words(hex(weak[0]));
    refuse("bad-point", "a session key of small order", finished(s.draft));
    s.row->name = text("");
    refuse("invalid", "a session key of small order, and no name", finished(s.draft));
}

static void make_row_lists(void) {
    struct spoilt s = spoil();
    Member *other = &s.draft->rows[0];
    s.row->name = other->name;
    refuse("malformed", "two rows with one name", finished(s.draft));
    s = spoil();
    s.row->sign_key = s.draft->rows[0].sign_key;
    refuse("malformed", "two rows with one signing key", finished(s.draft));
    s = spoil();
    s.row->encryption_key = s.draft->rows[2].encryption_key;
    refuse("malformed", "two rows with one encryption key", finished(s.draft));
    s = spoil();
    s.row->session_key = s.draft->rows[0].session_key;
    refuse("malformed", "two rows with one session key", finished(s.draft));
    s = spoil();
    s.row->session_key = s.draft->rows[0].encryption_key;
    refuse("malformed", "a session key that is another's encryption key", finished(s.draft));
    s = spoil();
    s.row->encryption_key = s.draft->rows[2].session_key;
    refuse("malformed", "an encryption key that is another's session key", finished(s.draft));
    s = spoil();
    s.row->id = s.draft->rows[0].id;
    refuse("malformed", "two rows with one id", finished(s.draft));
    s = spoil();
    s.draft->row[0] = &s.draft->rows[1];
    s.draft->row[1] = &s.draft->rows[0];
    refuse("malformed", "rows in another order", finished(s.draft));
    s.draft->rows[2].name = text("");
    refuse("malformed", "rows in another order, and then one without a name", finished(s.draft));
    s = spoil();
    s.draft->words.n_members = 0;
    accept("no rows", finished(s.draft));
    s = spoil();
    s.row->name = text("");
    refuse_for("expired", "a bad row, and expired", finished(s.draft), (struct trust){"abc", 2, 0, EXPIRES_MS + 1});
    refuse("too-few-signatures", "a bad row, and not signed", signed_by(s.draft, encoded(&s.draft->words), ""));
}

static struct span repeated(struct span one, size_t count) {
    struct buf out;
    buf_init(&out, &memory);
    for (size_t i = 0; i < count; i++)
        buf_put_span(&out, one);
    return buf_span(&out);
}

static void make_sizes(void) {
    struct draft *d = fresh();
    struct span file = finished(d), empty = hex("3a100a0012001a0022002a0032003a004200");
    const struct span roster = encoded(&d->words), none = cut(roster, find(roster, encoded(d->row[0])) - 3);
    refuse("malformed", "2,048 rows, of empty texts and keys",
           signed_by(d, joined(none, repeated(empty, ROSTER_MEMBERS_MAX)), "ab"));
    refuse("too-large", "2,049 rows", signed_by(d, joined(none, repeated(empty, ROSTER_MEMBERS_MAX + 1)), "ab"));
    refuse("too-few-signatures", "2,049 rows, and not signed",
           signed_by(d, joined(none, repeated(empty, ROSTER_MEMBERS_MAX + 1)), ""));
    file = joined(file, field_bytes(9, filled('u', ROSTER_BYTES_MAX - file.len - 4)));
    MUST(file.len == ROSTER_BYTES_MAX);
    accept("1,048,576 bytes", file);
    refuse("too-large", "1,048,577 bytes", joined(file, filled(0, 1)));
    refuse("too-large", "too large, and cannot be read", filled(0xff, ROSTER_BYTES_MAX + 1));
}

static void make_forms(void) {
    struct draft *d = fresh();
    const struct span file = finished(d), roster = encoded(&d->words), row = encoded(d->row[1]);
    const size_t at = find(roster, row) + row.len; /* the end of the second row; its length takes two bytes */
    refuse("malformed", "nothing", (struct span){0});
    refuse("malformed", "the last byte missing", without_last(file, 1));
    refuse("malformed", "no roster, only signatures", span_of(file.data + roster.len + 3, file.len - roster.len - 3));
    accept("an unknown field behind", joined(file, field_number(3, 1)));
    accept("an unknown field in the roster", signed_by(d, joined(roster, field_number(8, 1)), "ab"));
    refuse("too-few-signatures", "an unknown field in the roster, added later",
           spliced(joined(field_bytes(1, joined(roster, field_number(8, 1))),
                          span_of(file.data + roster.len + 3, file.len - roster.len - 3)),
                   0, 0, (struct span){0}));
    refuse("not-canonical", "an unknown field in front of the rows",
           signed_by(d, spliced(roster, find(roster, encoded(d->row[0])) - 3, 0, field_number(8, 1)), "ab"));
    refuse("not-canonical", "version 7 in two bytes", signed_by(d, spliced(roster, 2, 2, hex("108700")), "ab"));
    refuse("not-canonical", "a version over 32 bits", signed_by(d, spliced(roster, 2, 2, hex("108780808010")), "ab"));
    refuse("not-canonical", "the signatures in front",
           joined(span_of(file.data + roster.len + 3, file.len - roster.len - 3), cut(file, roster.len + 3)));
    const struct span longer = joined(row, field_number(9, 1)), twice = joined(row, field_bytes(2, span_of_text("x")));
    const size_t start = at - row.len - 3;
    accept("an unknown field in a row",
           signed_by(d, spliced(roster, start, row.len + 3, field_bytes(7, longer)), "ab"));
    refuse("not-canonical", "a name twice in a row",
           signed_by(d, spliced(roster, start, row.len + 3, field_bytes(7, twice)), "ab"));
    refuse("malformed", "a row that is cut",
           signed_by(d, spliced(roster, start, row.len + 3, field_bytes(7, without_last(row, 1))), "ab"));
    refuse("malformed", "a group in a row",
           signed_by(d, spliced(roster, start, row.len + 3, field_bytes(7, joined(row, hex("4b4c")))), "ab"));
    d->words.suite = 2;
    refuse("unknown-suite", "suite 2", finished(d));
    d->words.n_roots = 0;
    refuse("unknown-suite", "suite 2, and no roots", finished(d));
}

void make_rosters(void) {
    make_signers();
    make_trusts();
    make_root_lists();
    make_row_texts();
    make_row_keys();
    make_row_lists();
    make_sizes();
    make_forms();
}
