/* The words of nodes that an alert was opened there. */
#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "core/opened.h"
#include "core/statement.h"
#include "tests/vectors/maker.h"

static const struct statement_kind kind = {"INAMA.opened", "INAMA.sig.opened"};

static Opened plain(void) {
    Opened words = OPENED__INIT;
    words.suite = 1;
    words.reader = proto_bytes(reader.id, MEMBER_ID_SIZE);
    words.key = proto_bytes(reader.key_id, MEMBER_ID_SIZE);
    words.object = proto_bytes(bytes_named("opened object", OBJECT_ID_SIZE).data, OBJECT_ID_SIZE);
    words.since = NOW_MS;
    words.step = OPENED_BY_DAY;
    return words;
}

static struct span outer(struct span words, struct span signature) {
    return joined(field_bytes(1, words), field_bytes(2, signature));
}

static struct span signed_as(struct span words, const struct statement_kind *as, const struct identity *signer) {
    uint8_t signature[SIGNATURE_SIZE];
    statement_sign(signature, as, words, signer);
    return outer(words, SPAN_OF_ARRAY(signature));
}

static struct span signed_words(const Opened *words) {
    return signed_as(encoded(words), &kind, &reader);
}

static json_t *opened_vector(const char *expect, const char *name, struct span bytes) {
    json_t *v = vector("opened", expect, name), *member = json_object();
    add_input(v, "opened", bytes);
    add_input(member, "id", SPAN_OF_ARRAY(reader.id));
    add_input(member, "sign_key", SPAN_OF_ARRAY(reader.sign_key));
    append_json(add_list(v, "members"), member);
    return v;
}

static void accept(const char *name, Opened words, struct span bytes) {
    json_t *v = opened_vector("ok", name, bytes);
    add_output(v, "reader", proto_span(words.reader));
    add_output(v, "object", proto_span(words.object));
    add_number(v, "since", words.since);
    add_number(v, "step", words.step);
}

static void refuse(const char *expect, const char *name, Opened words) {
    opened_vector(expect, name, signed_words(&words));
}

static void make_good(void) {
    Opened words = plain();
    accept("by the day", words, signed_words(&words));
    words.step = OPENED_BY_HOUR;
    words.since += 5 * (uint64_t)OPENED_BY_HOUR;
    accept("by the hour", words, signed_words(&words));
    words.step = OPENED_EXACTLY;
    words.since += 1234567;
    accept("exactly", words, signed_words(&words));
    words.since = 0;
    accept("at the beginning of time", words, signed_words(&words));
    words = plain();
    accept("with a field of tomorrow", words, signed_as(joined(encoded(&words), field_number(9, 1)), &kind, &reader));
}

static void make_malformed(void) {
    Opened words = plain();
    words.since++;
    refuse("malformed", "no multiple of its step", words);
    words = plain();
    words.step = 0;
    refuse("malformed", "no step", words);
    words.step = 60000;
    refuse("malformed", "a step of a minute", words);
    words = plain();
    words.reader.len--;
    refuse("malformed", "a short reader", words);
    words = plain();
    words.object.len--;
    refuse("malformed", "a short object id", words);
    words = plain();
    words.key.len = 0;
    refuse("malformed", "no key", words);
    words = plain();
    words.suite = 2;
    refuse("unknown-suite", "suite 2", words);
    words.step = 0;
    refuse("unknown-suite", "suite 2, and whatever that is", words);
    words = plain();
    struct span good = signed_words(&words), inner = encoded(&words);
    opened_vector("malformed", "nothing", (struct span){0});
    opened_vector("malformed", "cut", without_last(good, 1));
    opened_vector("malformed", "a short signature", outer(inner, filled(1, SIGNATURE_SIZE - 1)));
    opened_vector("malformed", "cut words", signed_as(without_last(inner, 1), &kind, &reader));
    opened_vector("not-canonical", "the signature twice", joined(good, field_bytes(2, filled(1, SIGNATURE_SIZE))));
    opened_vector("not-canonical", "the step twice",
                  signed_as(joined(inner, field_number(6, OPENED_BY_DAY)), &kind, &reader));
    opened_vector("too-large", "more than 1,024 bytes", joined(good, field_bytes(9, filled(0, OPENED_BYTES_MAX))));
}

static void make_forged(void) {
    static const struct statement_kind receipt = {"INAMA.receipt", "INAMA.sig.ack"};
    static const struct statement_kind other_hash = {"INAMA.receipt", "INAMA.sig.opened"};
    Opened words = plain();
    struct span inner = encoded(&words), good = signed_words(&words);
    opened_vector("bad-signature", "signed by another", signed_as(inner, &kind, &stranger));
    opened_vector("bad-signature", "signed as a receipt", signed_as(inner, &receipt, &reader));
    opened_vector("bad-signature", "hashed as a receipt", signed_as(inner, &other_hash, &reader));
    opened_vector("bad-signature", "a changed bit of the signature", flipped(good, good.len - SIGNATURE_SIZE / 2, 1));
    opened_vector("bad-point", "no point in the signature", outer(inner, filled(0xff, SIGNATURE_SIZE)));
    struct span signature = span_of(good.data + good.len - SIGNATURE_SIZE, SIGNATURE_SIZE);
    words.since += OPENED_BY_DAY;
    opened_vector("bad-signature", "another day", outer(encoded(&words), signature));
    words = plain();
    words.object = proto_bytes(bytes_named("another object", OBJECT_ID_SIZE).data, OBJECT_ID_SIZE);
    opened_vector("bad-signature", "another alert", outer(encoded(&words), signature));
    words = plain();
    words.reader = words.key = proto_bytes(stranger.id, MEMBER_ID_SIZE);
    opened_vector("unknown-member", "by a stranger", signed_as(encoded(&words), &kind, &stranger));
    words = plain();
    words.key = proto_bytes(stranger.id, MEMBER_ID_SIZE);
    opened_vector("unknown-member", "by a key that is not its own", signed_as(encoded(&words), &kind, &stranger));
}

void make_opened(void) {
    make_good();
    make_malformed();
    make_forged();
}
