/* Renewals, taken between rosters and desks. */
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "tests/vectors/story.h"

/* KE's keys: a new encryption key, another, then new signing keys. */
static struct identity second, third, fourth, fifth;

static void make_keys(void) {
    second = renewed(&originator, false, "ke 2");
    third = renewed(&second, false, "ke 3");
    fourth = renewed(&third, true, "ke 4");
    fifth = renewed(&fourth, true, "ke 5");
}

static Ending *replaced_now(void) {
    return ending_of(1, NOW_MS);
}

static void make_successions(void) {
    begin("new encryption keys", three_signed(1));
    take_renewal("ok", renewal_of(&originator, &second, NULL));
    take_renewal("replayed", renewal_of(&originator, &second, NULL));
    take_renewal("ok", renewal_of(&second, &third, NULL));
    take_renewal("replayed", renewal_of(&second, &third, NULL));
    end();
    begin("a serial is left out", three_signed(1));
    take_renewal("ok", renewal_of(&originator, &third, NULL));
    take_renewal("rollback", renewal_of(&originator, &second, NULL));
    end();
    begin("new encryption keys, then new signing keys", three_signed(1));
    take_renewal("ok", renewal_of(&originator, &second, NULL));
    take_renewal("bad-signature", renewal_of(&fourth, &fifth, replaced_now()));
    take_renewal("ok", renewal_of(&originator, &fourth, replaced_now()));
    take_renewal("bad-signature", renewal_of(&originator, &fifth, replaced_now()));
    take_renewal("ok", renewal_of(&fourth, &fifth, ending_of(2, NOW_MS)));
    take_renewal("replayed", renewal_of(&fourth, &fifth, ending_of(2, NOW_MS)));
    take_renewal("replayed", renewal_of(&originator, &fourth, replaced_now()));
    take_roster("ok", three_signed(2));
    take_renewal("replayed", renewal_of(&fourth, &fifth, ending_of(2, NOW_MS)));
    end();
    Renewal *highest = renewal_draft(&second, NULL);
    highest->serial = UINT32_MAX;
    begin("no serial comes behind the highest", three_signed(1));
    take_renewal("ok", renewal_by(highest, originator.secrets->sign, NULL));
    take_renewal("rollback", renewal_of(&originator, &second, NULL));
    end();
}

/* What another renewal has taken the place of is not here any more; what moved a signing key is. */
static void make_old_ones(void) {
    Renewal *other = renewal_draft(&second, NULL);
    other->created++;
    const struct span rival = renewal_by(other, originator.secrets->sign, NULL);
    begin("two renewals with one serial", three_signed(1));
    take_renewal("ok", renewal_of(&originator, &second, NULL));
    take_renewal("fork", rival);
    end();
    begin("renewals of before", three_signed(1));
    take_renewal("ok", renewal_of(&originator, &second, NULL));
    take_renewal("ok", renewal_of(&second, &third, NULL));
    take_renewal("rollback", renewal_of(&originator, &second, NULL));
    take_renewal("rollback", rival);
    take_renewal("ok", renewal_of(&third, &fourth, replaced_now()));
    take_renewal("ok", renewal_of(&fourth, &fifth, replaced_now()));
    take_renewal("replayed", renewal_of(&third, &fourth, replaced_now()));
    take_renewal("fork", renewal_of(&third, &fourth, ending_of(3, NOW_MS)));
    end();
}

/* ---- the form ---- */

/* A renewal with a signing key, to be spoilt. */
static Renewal *draft(void) {
    return renewal_draft(&fourth, replaced_now());
}

static struct span twice_signed(const Renewal *words) {
    return renewal_by(words, originator.secrets->sign, fourth.secrets->sign);
}

/* The three fields of a SignedRenewal. */
static struct span parts_of(struct span renewal, struct span signature, struct span new_signature) {
    const struct span two = joined(field_bytes(1, renewal), field_bytes(2, signature));
    return new_signature.data ? joined(two, field_bytes(3, new_signature)) : two;
}

static void make_sizes(void) {
    const struct {
        const char *name;
        size_t offset;
    } fields[] = {{"a member", offsetof(Renewal, member)},
                  {"a signing key", offsetof(Renewal, sign_key)},
                  {"an encryption key", offsetof(Renewal, encryption_key)}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        begin(text_format(&memory, "%s of 31 bytes, and of 33", fields[i].name), three_signed(1));
        for (size_t len = 31; len <= 33; len += 2) {
            Renewal *words = draft();
            *(ProtobufCBinaryData *)(void *)((char *)words + fields[i].offset) = words_of(filled(1, len));
            take_renewal("malformed", twice_signed(words));
        }
        end();
    }
    const struct span renewal = encoded(draft()), zeros = filled(0, SIGNATURE_SIZE);
    begin("signatures of other sizes", three_signed(1));
    take_renewal("malformed", parts_of(renewal, without_last(zeros, 1), zeros));
    take_renewal("malformed", parts_of(renewal, joined(zeros, filled(0, 1)), zeros));
    take_renewal("malformed", parts_of(renewal, zeros, without_last(zeros, 1)));
    take_renewal("malformed", parts_of(renewal, zeros, joined(zeros, filled(0, 1))));
    end();

    const struct span whole = renewal_of(&originator, &fourth, replaced_now());
    begin("24,576 bytes, and one more", three_signed(1));
    take_renewal("too-large", filled(0xff, RENEWAL_BYTES_MAX + 1));
    take_renewal("malformed", filled(0xff, RENEWAL_BYTES_MAX));
    end();

    Renewal *words = draft();
    ProtobufCMessageUnknownField unknown = {
        .tag = 9, .wire_type = PROTOBUF_C_WIRE_TYPE_VARINT, .len = 1, .data = (uint8_t *)(uintptr_t) "\1"};
    begin("fields that nobody knows", three_signed(1));
    take_renewal("malformed", joined(whole, field_number(9, 1)));
    words->base.unknown_fields = words->ending->base.unknown_fields = &unknown;
    words->base.n_unknown_fields = 1;
    take_renewal("malformed", twice_signed(words));
    words->base.n_unknown_fields = 0;
    words->ending->base.n_unknown_fields = 1;
    take_renewal("malformed", twice_signed(words));
    words->suite = 2;
    take_renewal("unknown-suite", twice_signed(words));
    take_renewal("ok", whole);
    end();
}

static void make_forms(void) {
    const struct span whole = renewal_of(&originator, &fourth, replaced_now()), renewal = encoded(draft());
    const struct span again = joined(renewal, field_number(3, 4)), one = filled(1, SIGNATURE_SIZE);
    begin("what is not a renewal at all", three_signed(1));
    take_renewal("malformed", (struct span){0});
    take_renewal("malformed", without_last(whole, 1));
    take_renewal("not-canonical", three_signed(2)); /* its signatures stand where the signature would */
    take_renewal("not-canonical", joined(whole, whole));
    take_renewal("not-canonical", parts_of(again, one, one));
    take_renewal("malformed", parts_of(without_last(renewal, 1), one, one));
    Renewal *words = draft();
    words->suite = 2;
    take_renewal("unknown-suite", twice_signed(words));
    words->serial = 0;
    take_renewal("unknown-suite", twice_signed(words));
    end();

    begin("what may not be in a renewal", three_signed(1));
    for (uint32_t serial = 0; serial <= 1; serial++) {
        words = draft();
        words->serial = serial;
        take_renewal("malformed", twice_signed(words));
    }
    words = draft();
    words->encryption_key = words_of(filled(0, 32));
    take_renewal("bad-point", twice_signed(words));
    words = draft();
    words->sign_key = words_of(filled(0, 32));
    take_renewal("bad-point", twice_signed(words));
    take_renewal("malformed", renewal_by(words, originator.secrets->sign, NULL));
    take_renewal("bad-signature", renewal_by(words, author.secrets->sign, fourth.secrets->sign));
    words->serial = 1;
    take_renewal("malformed", twice_signed(words));
    end();
}

static void make_endings_in_renewals(void) {
    begin("endings that may not be", three_signed(1));
    for (uint32_t cause = 0; cause <= 4; cause += 4)
        take_renewal("malformed", renewal_of(&originator, &fourth, ending_of(cause, NOW_MS)));
    Ending *ending = replaced_now();
    add_end(ending, filled(2, 32), 1, filled(0, 32));
    add_end(ending, filled(2, 32), 2, filled(0, 32));
    take_renewal("malformed", renewal_of(&originator, &fourth, ending));
    ending->ends[1]->feed = words_of(filled(3, 32));
    ending->ends[1]->number = 0;
    take_renewal("malformed", renewal_of(&originator, &fourth, ending));
    ending->ends[1]->number = 2;
    take_renewal("ok", renewal_of(&originator, &fourth, ending));
    end();
    begin("an ending or a new signature too few", three_signed(1));
    take_renewal("malformed", renewal_by(draft(), originator.secrets->sign, NULL));
    take_renewal("malformed",
                 renewal_by(renewal_draft(&second, NULL), originator.secrets->sign, originator.secrets->sign));
    take_renewal("malformed", renewal_by(renewal_draft(&fourth, NULL), originator.secrets->sign, fourth.secrets->sign));
    end();
}

/* ---- who signs ---- */

static void make_signers(void) {
    const struct span renewal = encoded(draft()), zeros = filled(0, SIGNATURE_SIZE);
    const struct span old = list_signature(originator.secrets->sign, "INAMA.sig.renew", "INAMA.renewal", renewal);
    const struct span new = list_signature(fourth.secrets->sign, "INAMA.sig.renew", "INAMA.renewal", renewal);
    begin("who has to sign a renewal", three_signed(1));
    take_renewal("bad-signature", parts_of(renewal, old, old));
    take_renewal("bad-point", parts_of(renewal, old, zeros));
    take_renewal("bad-signature", parts_of(renewal, new, new));
    take_renewal("bad-point", parts_of(renewal, zeros, new));
    take_renewal("bad-point", parts_of(renewal, zeros, old));
    take_renewal("bad-signature", renewal_by(draft(), author.secrets->sign, fourth.secrets->sign));
    take_renewal(
        "bad-signature",
        parts_of(renewal, list_signature(originator.secrets->sign, "INAMA.sig.card", "INAMA.renewal", renewal), new));
    take_renewal(
        "bad-signature",
        parts_of(renewal, list_signature(originator.secrets->sign, "INAMA.sig.renew", "INAMA.roster", renewal), new));
    take_renewal("ok", parts_of(renewal, old, new));
    end();

    begin("whose renewal it is", three_signed(1));
    const struct identity police_next = renewed(&police, false, "police 2"), thief = renewed(&stranger, false, "thief");
    take_renewal("unknown-member", renewal_of(&police, &police_next, NULL));
    take_renewal("unknown-member", renewal_of(&author, &thief, NULL));
    Renewal *of_author = renewal_draft(&second, NULL);
    of_author->member = proto_bytes(author.id, MEMBER_ID_SIZE);
    take_renewal("bad-signature", renewal_by(of_author, originator.secrets->sign, NULL));
    take_renewal("malformed", renewal_by(of_author, author.secrets->sign, NULL));
    end();
}

static void make_sign_keys(void) {
    Renewal *other_key = renewal_draft(&fourth, NULL), *same_key = renewal_draft(&second, replaced_now());
    begin("a signing key that changes without an ending, and one that does not with it", three_signed(1));
    take_renewal("malformed", renewal_by(other_key, originator.secrets->sign, NULL));
    take_renewal("bad-signature", renewal_by(other_key, fourth.secrets->sign, NULL));
    take_renewal("malformed", renewal_by(same_key, originator.secrets->sign, originator.secrets->sign));
    end();
    Renewal *back = renewal_draft(&fifth, replaced_now());
    back->sign_key = proto_bytes(originator.sign_key, SIGN_PUBLIC_SIZE);
    begin("back to a former key", three_signed(1));
    take_renewal("ok", renewal_of(&originator, &fourth, replaced_now()));
    take_renewal("malformed", renewal_by(back, fourth.secrets->sign, originator.secrets->sign));
    end();
}

/* ---- the lists have the last word ---- */

static struct span roster_with_keys(uint32_t version, const struct identity *keys, uint32_t cause) {
    struct list_draft *d = roster_draft(version);
    add_row(d, &author, "ug-customs", "UG", "CUSTOMS");
    add_row(d, &reader, "cd-customs", "CD", "CUSTOMS");
    Member *row = add_row(d, keys, "ke-customs", "KE", "CUSTOMS");
    if (cause)
        add_former(row, SPAN_OF_ARRAY(originator.sign_key), ending_of(cause, NOW_MS));
    return roster_by(d, "ab");
}

static void make_rosters_with_keys(void) {
    begin("a roster that has caught up with a renewal", three_signed(1));
    take_renewal("ok", renewal_of(&originator, &fourth, replaced_now()));
    take_roster("ok", roster_with_keys(2, &fourth, 1));
    take_renewal("rollback", renewal_of(&originator, &fourth, replaced_now()));
    take_renewal("ok", renewal_of(&fourth, &fifth, replaced_now()));
    end();
    begin("a roster that has caught up with the first of two renewals", three_signed(1));
    take_renewal("ok", renewal_of(&originator, &fourth, replaced_now()));
    take_renewal("ok", renewal_of(&fourth, &fifth, replaced_now()));
    take_roster("ok", roster_with_keys(2, &fourth, 1));
    end();
    begin("a roster that lags behind the renewals", three_signed(1));
    take_renewal("ok", renewal_of(&originator, &second, NULL));
    take_renewal("ok", renewal_of(&second, &third, NULL));
    take_roster("ok", roster_with_keys(2, &second, 0));
    end();
    begin("a roster that is ahead of a renewal, under the same signing key", three_signed(1));
    take_renewal("ok", renewal_of(&originator, &second, NULL));
    take_roster("ok", roster_with_keys(2, &third, 0));
    take_renewal("rollback", renewal_of(&originator, &second, NULL));
    end();
    begin("a row that has a serial from the start", roster_with_keys(1, &fourth, 1));
    take_renewal("rollback", renewal_of(&originator, &third, NULL));
    take_renewal("ok", renewal_of(&fourth, &fifth, replaced_now()));
    end();
}

/* Who stole the key has renewed it, far ahead; the roots give the member its keys back, with a small serial. */
static void make_recoveries(void) {
    struct identity again, next;
    const struct identity stolen = renewed(&originator, true, "stolen"), later = renewed(&stolen, true, "stolen later");
    MUST(!identity_make_again(&again, originator.id, 3, random_named("recovered")));
    next = renewed(&again, false, "recovered, renewed");
    Renewal *far = renewal_draft(&stolen, replaced_now());
    far->serial = 1000;
    const struct span theft = renewal_by(far, originator.secrets->sign, stolen.secrets->sign);
    Renewal *farther = renewal_draft(&later, replaced_now());
    farther->serial = 1001;
    const struct span second_theft = renewal_by(farther, stolen.secrets->sign, later.secrets->sign);
    for (uint32_t cause = 2; cause <= 3; cause++) {
        begin(text_format(&memory, "the roots recover a member whose key was stolen, cause %u", cause),
              three_signed(1));
        take_renewal("ok", theft);
        take_renewal("ok", second_theft);
        take_roster("ok", roster_with_keys(2, &again, cause));
        take_renewal("bad-signature", theft);
        take_renewal("bad-signature", second_theft);
        take_renewal("ok", renewal_of(&again, &next, NULL));
        end();
    }
    begin("the roots recover a member, and the thief comes too late", three_signed(1));
    take_roster("ok", roster_with_keys(2, &again, 2));
    take_renewal("bad-signature", theft);
    end();
}

static void make_desks_with_keys(void) {
    const struct identity next = renewed(&police, true, "police 3"), after = renewed(&next, false, "police 4");
    const struct span renewal = renewal_of(&police, &next, replaced_now());
    struct list_draft *gone = desks_draft(2, &originator), *ended = two_desks(2);
    add_row(gone, &wildlife, "ke-wildlife", "KE", "WILDLIFE");
    row_named(ended, "ke-police")->ended = ending_of(1, NOW_MS);
    const struct span desks = desks_by(two_desks(1), &originator);
    begin("a desk renews its keys", three_signed(1));
    take_renewal("unknown-member", renewal);
    take_desks("ok", desks);
    take_renewal("ok", renewal);
    take_renewal("ok", renewal_of(&next, &after, NULL));
    end();
    begin("a desk goes, comes back, and starts with the keys of its row", three_signed(1));
    take_desks("ok", desks);
    take_renewal("ok", renewal);
    take_desks("ok", desks_by(gone, &originator));
    take_renewal("unknown-member", renewal);
    take_desks("ok", desks_by(two_desks(3), &originator));
    end();
    begin("a desk leaves, and what it renewed before counts", three_signed(1));
    take_desks("ok", desks_by(ended, &originator));
    take_renewal("ok", renewal);
    end();
    for (uint32_t cause = 2; cause <= 3; cause++) {
        row_named(ended, "ke-police")->ended = ending_of(cause, NOW_MS);
        begin(text_format(&memory, "a desk ends, cause %u, and takes no renewals", cause), three_signed(1));
        take_desks("ok", desks_by(ended, &originator));
        take_renewal("unknown-member", renewal);
        end();
    }
    const struct identity wildlife_next = renewed(&wildlife, false, "wildlife 2");
    row_named(gone, "ke-wildlife")->country = text_of("UG");
    prove_rows(gone);
    begin("a row that is ignored takes no renewals", three_signed(1));
    take_desks("ok", desks_by(gone, &originator));
    take_renewal("unknown-member", renewal_of(&wildlife, &wildlife_next, NULL));
    end();
}

static void make_members_that_ended(void) {
    struct list_draft *d = three(2);
    row_named(d, "ke-customs")->ended = ending_of(2, NOW_MS);
    begin("a member that has ended takes no renewals", three_signed(1));
    take_roster("ok", roster_by(d, "ab"));
    take_renewal("unknown-member", renewal_of(&originator, &second, NULL));
    take_renewal("unknown-member", renewal_of(&author, &second, NULL));
    end();
}

void make_trust_in_renewals(void) {
    make_keys();
    make_successions();
    make_old_ones();
    make_sizes();
    make_forms();
    make_endings_in_renewals();
    make_signers();
    make_sign_keys();
    make_rosters_with_keys();
    make_recoveries();
    make_desks_with_keys();
    make_members_that_ended();
}
