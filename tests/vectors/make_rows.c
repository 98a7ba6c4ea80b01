/* Rows of rosters and desks, each refused for one reason. */
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "tests/vectors/lists.h"

/* Three administrations; two of the three roots have signed. */
static struct list_draft *fresh(void) {
    struct list_draft *d = roster_draft(7);
    add_row(d, &originator, "ke-customs", "KE", "CUSTOMS");
    add_row(d, &author, "ug-customs", "UG", "CUSTOMS");
    add_row(d, &reader, "cd-customs", "CD", "CUSTOMS");
    return d;
}

static struct span finished(struct list_draft *d) {
    return roster_by(d, "ab");
}

/* One row spoilt, the rest as it should be. */
struct spoilt {
    struct list_draft *draft;
    Member *row;
};

static struct spoilt spoil(void) {
    struct list_draft *d = fresh();
    return (struct spoilt){d, &d->rows[1]}; /* neither the first nor the last */
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
        s.row->name = text_of(names[i].text);
        if (strcmp(names[i].expect, "ok") == 0)
            accept_list(names[i].name, finished(s.draft));
        else
            refuse_list(names[i].expect, names[i].name, finished(s.draft));
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
        s.row->country = text_of(countries[i].text);
        refuse_list("invalid", countries[i].name, finished(s.draft));
    }
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        struct spoilt s = spoil();
        s.row->role = text_of(roles[i].text);
        refuse_list("invalid", roles[i].name, finished(s.draft));
    }
    struct spoilt s = spoil();
    s.row->role = text_of("DRAGON");
    accept_list("a role that nobody knows", finished(s.draft));
    s.row->label = text_of("");
    accept_list("an empty label", finished(s.draft));
    s.row->label = arena_text(&memory, (const char *)filled('l', LABEL_BYTES_MAX).data, LABEL_BYTES_MAX);
    accept_list("a label of 256 bytes", finished(s.draft));
    s.row->label = arena_text(&memory, (const char *)filled('l', LABEL_BYTES_MAX + 1).data, LABEL_BYTES_MAX + 1);
    refuse_list("invalid", "a label of 257 bytes", finished(s.draft));
    s.row->label = text_of("\xff");
    refuse_list("malformed", "a label that is not UTF-8", finished(s.draft));
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
            *key = words_of(len < 32 ? without_last(proto_span(*key), 1) : joined(proto_span(*key), filled(0, 1)));
            refuse_list("malformed", text_format(&memory, "%s of %zu bytes", keys[i].name, len), finished(s.draft));
        }
    struct spoilt s = spoil();
    s.row->sign_key = words_of(hex("0100000000000000000000000000000000000000000000000000000000000000"));
    refuse_list("bad-point", "a weak signing key", finished(s.draft));
    s.row->name = text_of("");
    refuse_list("invalid", "a weak signing key, and no name", finished(s.draft));
    s.row->session_key = words_of(filled(0, 31));
    refuse_list("malformed", "a weak signing key, no name, and a session key of 31 bytes", finished(s.draft));
    s = spoil();
    s.row->encryption_key = s.row->session_key;
    refuse_list("invalid", "one key to encrypt and for sessions", finished(s.draft));
    static const char *const weak[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    };
    for (size_t i = 0; i < sizeof weak / sizeof *weak; i++) {
        s = spoil();
        s.row->encryption_key = words_of(hex(weak[i]));
        refuse_list("bad-point", text_format(&memory, "an encryption key of small order, %zu", i + 1),
                    finished(s.draft));
    }
    s = spoil();
    s.row->session_key = words_of(hex(weak[0]));
    refuse_list("bad-point", "a session key of small order", finished(s.draft));
    s.row->name = text_of("");
    refuse_list("invalid", "a session key of small order, and no name", finished(s.draft));
}

/* ---- serials, former keys, endings ---- */

/* A key that passes for one, of somebody who is not here. */
static struct span some_key(const char *name) {
    uint8_t key[SIGN_PUBLIC_SIZE], secret[SIGN_SECRET_SIZE];
    sign_keypair(key, secret, bytes_named(name, SIGN_SEED_SIZE).data);
    return joined(SPAN_OF_ARRAY(key), (struct span){0});
}

static void set_serial(Member *row, uint32_t serial) {
    row->has_serial = true;
    row->serial = serial;
}

static void make_serials(void) {
    struct spoilt s = spoil();
    set_serial(s.row, 1);
    accept_list("serial 1, in so many words", finished(s.draft));
    set_serial(s.row, UINT32_MAX);
    accept_list("the highest serial", finished(s.draft));
    set_serial(s.row, 0);
    refuse_list("malformed", "serial 0", finished(s.draft));
    s = spoil();
    s.row->sign_key = words_of(some_key("second key"));
    refuse_list("malformed", "another signing key than the id's", finished(s.draft));
    set_serial(s.row, 1);
    refuse_list("malformed", "another signing key than the id's, and serial 1", finished(s.draft));
    set_serial(s.row, 2);
    accept_list("another signing key than the id's, and serial 2", finished(s.draft));
    s.row->sign_key = words_of(filled(0, 32));
    set_serial(s.row, 0);
    refuse_list("bad-point", "serial 0, and a weak signing key", finished(s.draft));
}

/* A row that has former keys: serial 5, two keys of before. */
static struct spoilt renewed(void) {
    struct spoilt s = spoil();
    set_serial(s.row, 5);
    s.row->sign_key = words_of(some_key("second key"));
    add_former(s.row, some_key("former 1"), ending_of(1, NOW_MS));
    add_former(s.row, some_key("former 2"), ending_of(2, NOW_MS - 9));
    return s;
}

static void make_former_keys(void) {
    struct spoilt s = renewed();
    accept_list("two former keys", finished(s.draft));
    while (s.row->n_former < FORMER_KEYS_MAX)
        add_former(s.row, some_key(text_format(&memory, "former %zu", s.row->n_former + 1)), ending_of(3, 0));
    accept_list("16 former keys", finished(s.draft));
    add_former(s.row, some_key("former 17"), ending_of(1, 0));
    refuse_list("malformed", "17 former keys", finished(s.draft));
    s.row->former[0]->sign_key = words_of(filled(0, 32));
    refuse_list("malformed", "17 former keys, the first of them weak", finished(s.draft));
    s = renewed();
    set_serial(s.row, 1);
    refuse_list("malformed", "former keys, and serial 1", finished(s.draft));
    s.row->has_serial = false;
    refuse_list("malformed", "former keys, and no serial", finished(s.draft));

    for (size_t len = 31; len <= 33; len += 2) {
        s = renewed();
        s.row->former[1]->sign_key = words_of(filled(1, len));
        refuse_list("malformed", text_format(&memory, "a former key of %zu bytes", len), finished(s.draft));
    }
    s = renewed();
    s.row->former[1]->sign_key = words_of(filled(0, 32));
    refuse_list("bad-point", "a weak former key", finished(s.draft));
    s.row->former[0]->ending->cause = 4;
    refuse_list("bad-point", "a weak former key, and before it one with a cause of 4", finished(s.draft));
    s = renewed();
    s.row->former[1]->sign_key = s.row->former[0]->sign_key;
    refuse_list("malformed", "one former key twice", finished(s.draft));
    s = renewed();
    s.row->former[1]->sign_key = s.row->sign_key;
    refuse_list("malformed", "a former key that is in force", finished(s.draft));
    s = renewed();
    const struct span row = encoded(s.row), roster = encoded(&s.draft->words),
                      no_ending = field_bytes(1, filled(1, 32));
    const size_t at = find(roster, row) - 3;
    refuse_list(
        "malformed", "a former key without an ending",
        signed_by_roots(
            s.draft, spliced(roster, at, row.len + 3, field_bytes(7, joined(row, field_bytes(10, no_ending)))), "ab"));
}

static struct span feed_named(const char *name) {
    return bytes_named(name, 32);
}

/* Three feeds, ascending. */
static Ending *three_ends(void) {
    Ending *ending = ending_of(1, NOW_MS);
    for (uint8_t i = 1; i <= 3; i++)
        add_end(ending, joined(filled(i, 1), cut(feed_named("feed"), 31)), i, feed_named("hash"));
    return ending;
}

static void refuse_ending(const char *name, Ending *ending) {
    struct spoilt s = renewed();
    s.row->former[1]->ending = ending;
    refuse_list("malformed", text_format(&memory, "of a former key: %s", name), finished(s.draft));
    s = spoil();
    s.row->ended = ending;
    refuse_list("malformed", text_format(&memory, "of a member: %s", name), finished(s.draft));
}

static void accept_ending(const char *name, Ending *ending) {
    struct spoilt s = renewed();
    s.row->former[1]->ending = ending;
    accept_list(text_format(&memory, "of a former key: %s", name), finished(s.draft));
    s = spoil();
    s.row->ended = ending;
    accept_list(text_format(&memory, "of a member: %s", name), finished(s.draft));
}

static void make_endings_of_rows(void) {
    for (uint32_t cause = 1; cause <= 3; cause++)
        accept_ending(text_format(&memory, "cause %u", cause), ending_of(cause, NOW_MS));
    refuse_ending("cause 0", ending_of(0, NOW_MS));
    refuse_ending("cause 4", ending_of(4, NOW_MS));
    accept_ending("at no time that could be", ending_of(1, UINT64_MAX));
    accept_ending("three ends", three_ends());
    Ending *ending = three_ends();
    ending->ends[1]->feed.len--;
    refuse_ending("a feed of 31 bytes", ending);
    ending = three_ends();
    ending->ends[1]->hash = words_of(filled(1, 33));
    refuse_ending("a hash of 33 bytes", ending);
    ending = three_ends();
    ending->ends[2]->number = 0;
    refuse_ending("number 0", ending);
    ending->ends[2]->number = UINT64_MAX;
    accept_ending("the highest number", ending);
    ending->ends[1]->feed = ending->ends[0]->feed;
    refuse_ending("a feed twice", ending);
    ending = three_ends();
    ending->ends[1]->feed = words_of(filled(9, 32));
    refuse_ending("feeds that do not ascend", ending);
    ending = ending_of(2, NOW_MS);
    for (uint8_t i = 0; i < UINT8_MAX; i++)
        add_end(ending, filled(i, 32), 1, filled(0, 32));
    add_end(ending, filled(UINT8_MAX, 32), 1, filled(0, 32));
    struct spoilt s = spoil();
    s.row->ended = ending;
    accept_list("256 ends", finished(s.draft));
    add_end(ending, joined(filled(UINT8_MAX, 31), filled(UINT8_MAX, 1)), 1, filled(0, 32));
    ending->ends[255]->feed = words_of(joined(filled(UINT8_MAX, 31), filled(0, 1)));
    refuse_list("malformed", "257 ends", finished(s.draft));
}

/* ---- rows beside each other ---- */

static void make_row_order(void) {
    struct spoilt s = spoil();
    s.row->id = s.draft->rows[0].id;
    refuse_list("malformed", "two rows with one id", finished(s.draft));
    set_serial(s.row, 2);
    refuse_list("malformed", "two rows with one id, and serial 2", finished(s.draft));
    s.row->name = s.draft->rows[0].name;
    refuse_list("malformed", "two rows with one id and one name", finished(s.draft));
    s = spoil();
    s.draft->row[0] = &s.draft->rows[1];
    s.draft->row[1] = &s.draft->rows[0];
    refuse_list("malformed", "rows in another order", finished(s.draft));
    s.draft->rows[2].name = text_of("");
    refuse_list("malformed", "rows in another order, and then one without a name", finished(s.draft));
    s = spoil();
    s.draft->words.n_members = 0;
    accept_list("no rows", finished(s.draft));
}

static void make_conflicts(void) {
    struct spoilt s = spoil();
    s.row->name = s.draft->rows[0].name;
    refuse_list("conflict", "two rows with one name", finished(s.draft));
    s.row->label = text_of("\xff");
    refuse_list("malformed", "two rows with one name, and a label that is not UTF-8", finished(s.draft));
    s.row->label = text_of("An agency");
    s.draft->rows[2].country = text_of("");
    refuse_list("conflict", "two rows with one name, and then one without a country", finished(s.draft));
    s = spoil();
    s.row->encryption_key = s.draft->rows[2].encryption_key;
    refuse_list("conflict", "two rows with one encryption key", finished(s.draft));
    s = spoil();
    s.row->session_key = s.draft->rows[0].session_key;
    refuse_list("conflict", "two rows with one session key", finished(s.draft));
    s = spoil();
    s.row->session_key = s.draft->rows[0].encryption_key;
    refuse_list("conflict", "a session key that is another's encryption key", finished(s.draft));
    s = spoil();
    s.row->encryption_key = s.draft->rows[2].session_key;
    refuse_list("conflict", "an encryption key that is another's session key", finished(s.draft));
    s = spoil();
    s.row->ended = ending_of(1, NOW_MS);
    s.row->name = s.draft->rows[0].name;
    refuse_list("conflict", "two rows with one name, of whom one has ended", finished(s.draft));
}

static void make_sign_key_conflicts(void) {
    struct spoilt s = spoil();
    set_serial(s.row, 2);
    s.row->sign_key = s.draft->rows[0].sign_key;
    refuse_list("conflict", "two rows with one signing key", finished(s.draft));
    s = renewed();
    s.row->former[1]->sign_key = s.draft->rows[0].sign_key;
    refuse_list("conflict", "a former key that is another's signing key", finished(s.draft));
    s = renewed();
    s.row->former[0]->sign_key = s.draft->rows[2].sign_key;
    refuse_list("conflict", "a former key that is the signing key of a row behind", finished(s.draft));
    s = renewed();
    set_serial(&s.draft->rows[2], 2);
    add_former(&s.draft->rows[2], some_key("former 2"), ending_of(1, 0));
    refuse_list("conflict", "two rows with one former key", finished(s.draft));
    s = spoil();
    set_serial(s.row, 2);
    s.row->sign_key = proto_bytes(roots[2].key, SIGN_PUBLIC_SIZE);
    refuse_list("conflict", "a signing key that is a root", finished(s.draft));
    s = renewed();
    s.row->former[1]->sign_key = proto_bytes(roots[0].key, SIGN_PUBLIC_SIZE);
    refuse_list("conflict", "a former key that is a root", finished(s.draft));
    s.row->former[1]->sign_key = proto_bytes(roots[3].key, SIGN_PUBLIC_SIZE);
    accept_list("a former key that is a root of another roster", finished(s.draft));
}

static void make_countries(void) {
    struct spoilt s = spoil();
    s.row->country = s.draft->rows[0].country;
    refuse_list("conflict", "two administrations of one country", finished(s.draft));
    s.row->role = text_of("POLICE");
    accept_list("an administration and the police of one country", finished(s.draft));
    s.draft->rows[0].role = text_of("POLICE");
    accept_list("two police agencies of one country, and no administration", finished(s.draft));
    s = spoil();
    s.row->country = s.draft->rows[0].country;
    s.row->ended = ending_of(1, NOW_MS);
    accept_list("an administration behind one that has not ended: the second has", finished(s.draft));
    s.draft->rows[0].ended = ending_of(3, NOW_MS);
    s.draft->rows[2].country = s.draft->rows[0].country;
    accept_list("one administration, and two that have ended before it", finished(s.draft));
}

/* ---- desks ---- */

static struct list_draft *fresh_desks(void) {
    struct list_draft *d = desks_draft(1, &originator);
    add_row(d, &author, "ke-police", "KE", "POLICE");
    add_row(d, &reader, "ke-wildlife", "KE", "WILDLIFE");
    return d;
}

static void make_desks(void) {
    struct list_draft *d = fresh_desks();
    accept_list("desks", desks_by(d, &originator));
    accept_list("desks that are not signed", signed_by_roots(d, encoded(&d->words), ""));
    d->rows[0].country = text_of("UG");
    d->rows[0].role = d->rows[1].role = text_of("CUSTOMS");
    prove_rows(d);
    accept_list("desks that claim what desks may not be: whoever takes them ignores the rows",
                desks_by(d, &originator));
    d->rows[0].country = text_of("KE");
    prove_rows(d);
    accept_list("desks: two administrations", desks_by(d, &originator));
    d->rows[0].name = d->rows[1].name;
    prove_rows(d);
    refuse_list("conflict", "desks: two rows with one name", desks_by(d, &originator));
    d = desks_draft(1, &originator);
    accept_list("no desks", desks_by(d, &originator));

    d->words.version = 0;
    refuse_list("malformed", "desks of version 0", desks_by(d, &originator));
    for (size_t len = 31; len <= 33; len += 2) {
        d = fresh_desks();
        d->words.author = words_of(filled(1, len));
        refuse_list("malformed", text_format(&memory, "desks with an author of %zu bytes", len),
                    desks_by(d, &originator));
    }
    d = fresh_desks();
    d->words.author = words_of((struct span){0});
    refuse_list("malformed", "desks with an author of no bytes", desks_by(d, &originator));
    d = fresh_desks();
    d->words.threshold = 1;
    refuse_list("malformed", "desks with a threshold", desks_by(d, &originator));
    d = fresh_desks();
    set_roots(d, "a", 0);
    refuse_list("malformed", "desks with a root", desks_by(d, &originator));
    set_roots(d, "a", 1);
    refuse_list("malformed", "desks with a root and a threshold", desks_by(d, &originator));
    set_roots(d, "abcdefghijklmnopq", 0);
    refuse_list("malformed", "desks with 17 roots", desks_by(d, &originator));
}

static void refuse_proof(const char *expect, const char *name, struct list_draft *d) {
    refuse_list(expect, text_format(&memory, "desks: %s", name), desks_by(d, &originator));
}

static void make_proofs(void) {
    struct list_draft *d = fresh_desks();
    Member *row = &d->rows[0];
    const Member good = *row;
    row->ended = ending_of(2, NOW_MS);
    accept_list("desks: one that has ended", desks_by(d, &originator));
    *row = good;
    row->has_proof = false;
    refuse_proof("malformed", "no proof", d);
    row->has_proof = true;
    row->proof = words_of(filled(0, SIGNATURE_SIZE - 1));
    refuse_proof("malformed", "a proof of 63 bytes", d);
    row->proof = words_of(filled(0, SIGNATURE_SIZE));
    refuse_proof("bad-point", "a proof of zeros", d);
    row->proof = d->rows[1].proof;
    refuse_proof("bad-signature", "the proof of another", d);
    d->rows[1].id = row->id;
    refuse_proof("bad-signature", "the proof of another, and a row behind it that is malformed", d);
    d = fresh_desks();
    row = &d->rows[0];
    static const size_t texts[] = {offsetof(Member, name), offsetof(Member, label), offsetof(Member, role)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *row = good;
        *(char **)(void *)((char *)row + texts[i]) = text_of(texts[i] == offsetof(Member, role) ? "OTHER" : "ke-other");
        refuse_proof("bad-signature", "a text that was changed", d);
    }
    *row = good;
    row->country = text_of("UG");
    refuse_proof("bad-signature", "a row that was moved to another country", d);
    *row = good;
    row->session_key = proto_bytes(stranger.session_key, EXCHANGE_KEY_SIZE);
    refuse_proof("bad-signature", "another session key", d);
    *row = good;
    row->has_serial = true;
    row->serial = 1;
    prove(row);
    refuse_proof("malformed", "serial 1, in so many words", d);
    row->serial = 2;
    prove(row);
    refuse_proof("malformed", "serial 2", d);
    add_former(row, SPAN_OF_ARRAY(stranger.sign_key), ending_of(1, NOW_MS));
    refuse_proof("malformed", "a former key", d);
    d = fresh();
    row = &d->rows[0];
    row->has_proof = true;
    row->proof = words_of(filled(0, 3));
    accept_list("a roster with a proof that is none", roster_by(d, "ab"));
}

static void make_desk_sizes(void) {
    struct list_draft *d = desks_draft(1, &originator);
    const struct span empty = hex("3a100a0012001a0022002a0032003a004200"), head = encoded(&d->words);
    const size_t author_at = head.len - 34; /* the author stands behind the rows */
    struct buf many;
    buf_init(&many, &memory);
    for (size_t i = 0; i <= DESKS_MAX; i++)
        buf_put_span(&many, empty);
    const struct span rows = buf_span(&many);
    refuse_list("too-large", "257 desks", signed_by_roots(d, spliced(head, author_at, 0, rows), ""));
    refuse_list("malformed", "256 desks, of empty texts and keys",
                signed_by_roots(d, spliced(head, author_at, 0, cut(rows, rows.len - empty.len)), ""));
    d = fresh_desks();
    struct span file = desks_by(d, &originator);
    file = joined(file, field_bytes(12, filled('u', DESKS_BYTES_MAX - file.len - 4)));
    MUST(file.len == DESKS_BYTES_MAX);
    accept_list("desks of 524,288 bytes", file);
    file = joined(desks_by(d, &originator), field_bytes(12, filled('u', DESKS_BYTES_MAX - file.len)));
    d->words.author = words_of(filled(1, 31));
    const struct span bad = desks_by(d, &originator);
    refuse_list("too-large", "desks of more than 524,288 bytes",
                joined(bad, field_bytes(12, filled('u', DESKS_BYTES_MAX - bad.len))));
}

void make_list_rows(void) {
    make_row_texts();
    make_row_keys();
    make_serials();
    make_former_keys();
    make_endings_of_rows();
    make_row_order();
    make_conflicts();
    make_sign_key_conflicts();
    make_countries();
    make_desks();
    make_proofs();
    make_desk_sizes();
}
