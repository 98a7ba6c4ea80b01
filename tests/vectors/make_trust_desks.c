/* Desks, taken between rosters. */
#include <string.h>

#include "base/proto.h"
#include "base/text.h"
#include "tests/vectors/story.h"

static struct span signed_desks(uint32_t version) {
    return desks_by(two_desks(version), &originator);
}

/* With these signatures in the name of KE's administration, one after the other. */
static struct span desks_with(uint32_t version, const struct span *signatures, size_t count) {
    struct list_draft *d = two_desks(version);
    for (size_t i = 0; i < count; i++)
        put_signature(d, SPAN_OF_ARRAY(originator.sign_key), signatures[i]);
    return as_signed(d, encoded(&d->words));
}

static struct span signature_of(uint32_t version, const char *tag) {
    struct list_draft *d = two_desks(version);
    return list_signature(originator.secrets->sign, tag, "INAMA.roster", encoded(&d->words));
}

static void make_versions(void) {
    begin("desks, version after version", three_signed(1));
    take_desks("ok", signed_desks(4));
    take_desks("replayed", signed_desks(4));
    take_desks("rollback", signed_desks(3));
    take_desks("ok", signed_desks(9));
    take_desks("rollback", signed_desks(4));
    take_desks("ok", signed_desks(UINT32_MAX));
    take_roster("ok", three_signed(2));
    take_desks("replayed", signed_desks(UINT32_MAX));
    end();

    struct list_draft *one = desks_draft(2, &originator);
    add_row(one, &wildlife, "ke-wildlife", "KE", "WILDLIFE");
    begin("a desk that is left out is no member any more", three_signed(1));
    take_desks("ok", signed_desks(1));
    take_desks("ok", desks_by(one, &originator));
    end();
    row_named(one, "ke-wildlife")->ended = ending_of(3, NOW_MS);
    begin("a desk that has ended", three_signed(1));
    take_desks("ok", signed_desks(1));
    take_desks("ok", desks_by(one, &originator));
    end();
}

static void make_author_signatures(void) {
    const struct span zeros = filled(0, SIGNATURE_SIZE), good = signature_of(1, "INAMA.sig.desks");
    const struct span wrong = signature_of(2, "INAMA.sig.desks"), as_roster = signature_of(1, "INAMA.sig.roster");
    const struct span bad_then_good[] = {zeros, wrong, good}, bad[] = {zeros, wrong}, worse[] = {wrong, zeros};
    const struct span too_short[] = {without_last(good, 1), wrong};
    begin("desks that their author has not signed", three_signed(1));
    take_desks("bad-signature", desks_with(1, NULL, 0));
    take_desks("bad-signature", desks_by(two_desks(1), &author));
    take_desks("bad-signature", desks_with(1, &as_roster, 1));
    take_desks("bad-point", desks_with(1, &zeros, 1));
    take_desks("bad-point", desks_with(1, bad, 2));
    take_desks("bad-signature", desks_with(1, worse, 2));
    take_desks("bad-signature", desks_with(1, too_short, 1));
    take_desks("bad-signature", desks_with(1, too_short, 2));
    end();
    begin("a bad signature harms nothing beside a good one", three_signed(1));
    take_desks("ok", desks_with(1, bad_then_good, 3));
    take_desks("replayed", desks_with(1, &good, 1));
    take_desks("bad-signature", desks_with(1, NULL, 0));
    take_desks("bad-signature", desks_by(two_desks(0x7fffffff), &author));
    end();
}

static void make_authors(void) {
    struct list_draft *d = three(1);
    add_row(d, &stranger, "un-secretariat", "UN", "SECRETARIAT");
    const struct span start = roster_by(d, "ab");
    begin("desks of who may have none", start);
    take_desks("unknown-member", desks_by(desks_draft(1, &stranger), &stranger));
    take_desks("unknown-member", desks_by(desks_draft(1, &police), &police));
    take_desks("unknown-member", desks_by(desks_draft(1, &police), &originator));
    take_desks("ok", signed_desks(1));
    take_desks("unknown-member", desks_by(desks_draft(1, &police), &police));
    take_desks("malformed", three_signed(2));
    take_desks("malformed", without_last(signed_desks(2), 1));
    take_desks("ok", desks_by(desks_draft(1, &author), &author));
    end();

    struct list_draft *ended = three(2), *other = three(3);
    row_named(ended, "ke-customs")->ended = ending_of(1, NOW_MS);
    row_named(other, "ke-customs")->role = text_of("POLICE");
    begin("an administration ends, and its desks with it", three_signed(1));
    take_desks("ok", signed_desks(1));
    take_roster("ok", roster_by(ended, "ab"));
    take_desks("unknown-member", signed_desks(1));
    take_desks("unknown-member", signed_desks(2));
    end();
    begin("an administration that is none any more", three_signed(2));
    take_desks("ok", signed_desks(1));
    take_roster("ok", roster_by(other, "ab"));
    take_desks("unknown-member", signed_desks(2));
    end();
}

static void make_rivals(void) {
    struct list_draft *a = two_desks(3), *b = two_desks(3);
    b->words.created++;
    struct span small = desks_by(a, &originator), large = desks_by(b, &originator);
    struct list *left, *right;
    MUST(!list_read(&left, small) && !list_read(&right, large));
    if (memcmp(left->hash, right->hash, HASH_SIZE) > 0) {
        struct span other = small;
        small = large;
        large = other;
    }
    list_drop(left);
    list_drop(right);
    begin("two of one version: the desks that stay come first", three_signed(1));
    take_desks("ok", small);
    take_desks("exists", large);
    end();
    begin("two of one version: the desks that stay come second", three_signed(1));
    take_desks("ok", large);
    take_desks("ok", small);
    take_desks("exists", large);
    take_desks("replayed", small);
    end();
}

/* ---- rows that may not be desks ---- */

/* The police's row, spoilt; the wildlife service is as it should be. */
static struct list_draft *spoilt_desks(Member **row) {
    struct list_draft *d = two_desks(1);
    *row = row_named(d, "ke-police");
    return d;
}

static void ignored(const char *name, struct span start, struct list_draft *d) {
    prove_rows(d);
    begin(text_format(&memory, "a desk that is ignored: %s", name), start);
    take_desks("ok", desks_by(d, &originator));
    end();
}

static void make_forbidden_texts(void) {
    static const struct {
        const char *name;
        const char *value;
        size_t offset;
    } texts[] = {
        {"of another country", "UG", offsetof(Member, country)},
        {"an administration", "CUSTOMS", offsetof(Member, role)},
        {"a secretariat", "SECRETARIAT", offsetof(Member, role)},
        {"a name without a country", "police", offsetof(Member, name)},
        {"a name with another country", "ug-police", offsetof(Member, name)},
        {"a name without a hyphen", "kepolice", offsetof(Member, name)},
        {"a name that is the country", "ke", offsetof(Member, name)},
        {"a name that is the administration's", "ke-customs", offsetof(Member, name)},
    };
    Member *row;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct list_draft *d = spoilt_desks(&row);
        *(char **)(void *)((char *)row + texts[i].offset) = text_of(texts[i].value);
        ignored(texts[i].name, three_signed(1), d);
    }
    struct list_draft *d = spoilt_desks(&row);
    row->name = text_of("ke-");
    row->role = text_of("DRAGON");
    prove(row);
    begin("a desk with the shortest name, and a role that nobody knows", three_signed(1));
    take_desks("ok", desks_by(d, &originator));
    end();
}

/* The roster has UG ended, and CD with a former key. */
static struct span start_with_former(void) {
    const struct identity next = renewed(&reader, true, "cd renewed");
    struct list_draft *d = roster_draft(1);
    add_row(d, &originator, "ke-customs", "KE", "CUSTOMS");
    add_row(d, &author, "ug-customs", "UG", "CUSTOMS")->ended = ending_of(1, NOW_MS);
    add_former(add_row(d, &next, "cd-customs", "CD", "CUSTOMS"), SPAN_OF_ARRAY(reader.sign_key), ending_of(1, NOW_MS));
    return roster_by(d, "ab");
}

static void set_sign_key(Member *row, const struct identity *of) {
    row->id = proto_bytes(of->id, MEMBER_ID_SIZE);
    row->sign_key = proto_bytes(of->sign_key, SIGN_PUBLIC_SIZE);
}

static void make_forbidden_keys(void) {
    Member *row;
    const struct span start = start_with_former();
    struct list_draft *d = spoilt_desks(&row);
    set_sign_key(row, &originator);
    ignored("the administration's signing key", start, d);
    d = spoilt_desks(&row);
    set_sign_key(row, &author);
    ignored("the signing key of a member that has ended", start, d);
    d = spoilt_desks(&row);
    set_sign_key(row, &reader);
    ignored("another's former key", start, d);
    d = spoilt_desks(&row);
    row->encryption_key = proto_bytes(reader.session_key, 32);
    ignored("an encryption key that is another's session key", start, d);
    d = spoilt_desks(&row);
    row->session_key = proto_bytes(author.session_key, 32);
    ignored("the session key of a member that has ended", start, d);
}

/* UG names KE's police, with what is to be had of its proof. */
static void make_stolen_desks(void) {
    const struct identity next = renewed(&police, true, "police 2");
    struct list_draft *d = desks_draft(1, &author), *ke = two_desks(1);
    const Member *truth = row_named(ke, "ke-police");
    Member *row = add_row(d, &police, "ug-police", "UG", "POLICE");
    row->session_key = proto_bytes(other_police.session_key, EXCHANGE_KEY_SIZE);
    row->proof = truth->proof;
    begin("another country's desk, listed by an administration", three_signed(1));
    take_desks("ok", signed_desks(1));
    take_desks("bad-signature", desks_by(d, &author));
    row->has_proof = false;
    take_desks("malformed", desks_by(d, &author));
    *row = *truth;
    row->country = text_of("UG");
    row->name = text_of("ug-police");
    take_desks("bad-signature", desks_by(d, &author)); /* its row, moved */
    *row = *truth;
    take_desks("ok", desks_by(d, &author)); /* its row as it is: ignored */
    end();
    struct identity as_first = next; /* a renewed key has an id of its own */
    identity_id_of(as_first.id, next.sign_key);
    as_first.serial = 1;
    d = desks_draft(1, &author);
    row = add_row(d, &as_first, "ug-police", "UG", "POLICE");
    row->proof = truth->proof;
    begin("a renewed key, listed as a desk", three_signed(1));
    take_desks("ok", signed_desks(1));
    take_renewal("ok", renewal_of(&police, &next, ending_of(1, NOW_MS)));
    take_desks("bad-signature", desks_by(d, &author));
    end();
}

/* Two administrations name the same agency: the one with the smaller id is heard. */
static void make_shared_desks(void) {
    struct list_draft *theirs = desks_draft(1, &author);
    add_row(theirs, &police, "ug-police", "UG", "POLICE");
    add_row(theirs, &other_police, "ug-wildlife", "UG", "WILDLIFE");
    const struct span ke = signed_desks(1), ug = desks_by(theirs, &author);
    begin("two desks with one id: KE's list comes first", three_signed(1));
    take_desks("ok", ke);
    take_desks("ok", ug);
    end();
    begin("two desks with one id: UG's list comes first", three_signed(1));
    take_desks("ok", ug);
    take_desks("ok", ke);
    end();
    Member *row;
    struct list_draft *d = spoilt_desks(&row);
    row->role = text_of("CUSTOMS");
    prove(row);
    begin("a row that is ignored keeps nobody's key", three_signed(1));
    take_desks("ok", desks_by(d, &originator));
    take_desks("ok", ug);
    end();
}

static void make_removals(void) {
    struct list_draft *out = three(2);
    add_row(out, &police, "ke-police", "KE", "POLICE")->ended = ending_of(3, NOW_MS);
    const struct span removed = roster_by(out, "ab");
    begin("removal beats addition: the roots come second", three_signed(1));
    take_desks("ok", signed_desks(1));
    take_roster("ok", removed);
    end();
    begin("removal beats addition: the roots come first", three_signed(1));
    take_roster("ok", removed);
    take_desks("ok", signed_desks(1));
    take_desks("ok", signed_desks(2));
    end();
    out = three(2);
    add_row(out, &police, "ke-police", "KE", "POLICE");
    begin("a desk that the roots name themselves", three_signed(1));
    take_desks("ok", signed_desks(1));
    take_roster("ok", roster_by(out, "ab"));
    end();
}

/* ---- the author's keys ---- */

static void make_new_keys(void) {
    static const char *const names[] = {"replaced", "lost", "revoked"};
    const struct identity next = renewed(&originator, true, "ke renewed");
    for (uint32_t cause = 1; cause <= 3; cause++) {
        begin(text_format(&memory, "desks whose author's key is %s", names[cause - 1]), three_signed(1));
        take_desks("ok", signed_desks(5));
        take_renewal("ok", renewal_of(&originator, &next, ending_of(cause, NOW_MS)));
        end();
        begin(text_format(&memory, "desks behind the author's key that is %s", names[cause - 1]), three_signed(1));
        take_desks("ok", signed_desks(5));
        take_renewal("ok", renewal_of(&originator, &next, ending_of(cause, NOW_MS)));
        take_desks("bad-signature", signed_desks(5));
        take_desks("bad-signature", signed_desks(6));
        take_desks("ok", desks_by(two_desks(2), &next));
        take_desks("rollback", desks_by(two_desks(1), &next));
        end();
    }
    begin("the same desks, signed by the next key", three_signed(1));
    take_desks("ok", signed_desks(5));
    take_renewal("ok", renewal_of(&originator, &next, ending_of(1, NOW_MS)));
    take_desks("ok", desks_by(two_desks(5), &next));
    take_desks("replayed", desks_by(two_desks(5), &next));
    end();

    struct list_draft *recovered = roster_draft(2);
    add_row(recovered, &author, "ug-customs", "UG", "CUSTOMS");
    Member *row = add_row(recovered, &next, "ke-customs", "KE", "CUSTOMS");
    begin("the roots give an author a new key and do not know the one before", three_signed(1));
    take_desks("ok", signed_desks(5));
    take_roster("ok", roster_by(recovered, "ab"));
    end();
    for (uint32_t cause = 1; cause <= 3; cause++) {
        row->n_former = 0;
        add_former(row, SPAN_OF_ARRAY(originator.sign_key), ending_of(cause, NOW_MS));
        begin(text_format(&memory, "the roots say that an author's key is %s", names[cause - 1]), three_signed(1));
        take_desks("ok", signed_desks(5));
        take_roster("ok", roster_by(recovered, "ab"));
        take_desks("bad-signature", signed_desks(5));
        end();
    }
}

void make_trust_in_desks(void) {
    make_versions();
    make_author_signatures();
    make_authors();
    make_rivals();
    make_forbidden_texts();
    make_forbidden_keys();
    make_stolen_desks();
    make_shared_desks();
    make_removals();
    make_new_keys();
}
