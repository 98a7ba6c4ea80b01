/* Cards of new members. */
#include <sodium.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "keys/card.h"
#include "keys/hash.h"
#include "roster.pb-c.h"
#include "tests/vectors/lists.h"

static const char begin[] = "-----BEGIN INAMA CARD-----", end[] = "-----END INAMA CARD-----";

static Member row(void) {
    Member row = MEMBER__INIT;
    row.id = proto_bytes(originator.id, MEMBER_ID_SIZE);
    row.sign_key = proto_bytes(originator.sign_key, SIGN_PUBLIC_SIZE);
    row.encryption_key = proto_bytes(originator.encryption_key, EXCHANGE_KEY_SIZE);
    row.session_key = proto_bytes(originator.session_key, EXCHANGE_KEY_SIZE);
    row.name = text_of("ke-customs");
    row.label = text_of("Kenya Revenue Authority, Customs Dept");
    row.country = text_of("KE");
    row.role = text_of("CUSTOMS");
    return row;
}

static struct span signature_of(struct span member, const struct identity *signer, const char *tag) {
    uint8_t digest[HASH_SIZE], signature[SIGNATURE_SIZE];
    hash_of(digest, "INAMA.card", member);
    sign_make(signature, signer->secrets->sign, tag, SPAN_OF_ARRAY(digest));
    return joined(SPAN_OF_ARRAY(signature), (struct span){0});
}

static struct span card_of(struct span member, struct span signature) {
    return joined(field_bytes(1, member), field_bytes(2, signature));
}

static struct span signed_card(struct span member) {
    return card_of(member, signature_of(member, &originator, "INAMA.sig.card"));
}

static const char *base64(struct span bytes) {
    size_t len = sodium_base64_ENCODED_LEN(bytes.len, sodium_base64_VARIANT_ORIGINAL);
    return sodium_bin2base64(arena_alloc(&memory, len), len, bytes.data, bytes.len, sodium_base64_VARIANT_ORIGINAL);
}

static const char *armored(struct span card) {
    const char *digits = base64(card), *lines = text_format(&memory, "%s\n", begin);
    for (; strlen(digits) > 64; digits += 64)
        lines = text_format(&memory, "%s%.64s\n", lines, digits);
    return text_format(&memory, "%s%s\n%s\n", lines, digits, end);
}

static void refuse(const char *expect, const char *name, const char *card) {
    add_text(vector("card", expect, name), "text", card);
}

/* A card that does not read well as text. */
static void refuse_bytes(const char *expect, const char *name, struct span card) {
    add_input(vector("card", expect, name), "bytes", card);
}

static json_t *with_outputs(json_t *v, struct span card) {
    struct member member;
    char fingerprint[FINGERPRINT_SIZE], words[FINGERPRINT_WORDS_SIZE];
    MUST(!card_read(&member, &memory, card));
    member_fingerprint(fingerprint, &member);
    member_fingerprint_words(words, &member);
    add_output(v, "id", span_of(member.id, MEMBER_ID_SIZE));
    add_text(v, "member_name", member.name);
    add_number(v, "serial", member.serial);
    add_text(v, "fingerprint", fingerprint);
    add_text(v, "fingerprint_words", words);
    return v;
}

static void accept(const char *name, const char *card) {
    json_t *v = vector("card", "ok", name);
    add_text(v, "text", card);
    with_outputs(v, span_of_text(card));
}

/* `from` replaced once by `to`. */
static const char *with(const char *whole, const char *from, const char *to) {
    const char *at = strstr(whole, from);
    must(at, from);
    return text_format(&memory, "%.*s%s%s", (int)(at - whole), whole, to, at + strlen(from));
}

static void make_texts(void) {
    Member member = row();
    const struct span card = signed_card(encoded(&member));
    const char *good = armored(card), *line = base64(card);
    MUST(strcspn(line, "=") == strlen(line) - 1);
    accept("as it is written", good);
    accept("in one line", text_format(&memory, "%s%s%s", begin, line, end));
    accept("with the line ends of Windows", with(with(good, "\n", "\r\n"), "=\n", "=\r\n"));
    accept("with spaces and tabs between",
           text_format(&memory, "%s \t%.10s \n\t %s\n\n%s", begin, line, line + 10, end));
    accept("in the middle of a letter", text_format(&memory, "Dear colleague,\n\n%s\nYours\n", good));
    accept("two cards: the first", text_format(&memory, "%s%s\n????\n%s\n", good, begin, end));
    accept("space between the padding", with(good, "=", " ="));

    refuse("malformed", "nothing", "");
    refuse("malformed", "no end", with(good, end, ""));
    refuse("malformed", "no begin", with(good, begin, ""));
    refuse("malformed", "the end before the begin", text_format(&memory, "%s\n%s\n%s", end, begin, line));
    refuse("malformed", "nothing between", text_format(&memory, "%s\n%s\n", begin, end));
    refuse("malformed", "a character that is no base64", with(good, "\n", "\n*"));
    refuse("malformed", "a no-break space between", with(good, "\n", "\xc2\xa0\n"));
    const size_t in_signature = strlen(good) - strlen(end) - 20;
    refuse_bytes("malformed", "a byte above 127 for a digit",
                 replaced(span_of_text(good), in_signature, filled(0xe9, 1)));
    refuse("malformed", "a form feed between", with(good, "\n", "\f\n"));
    refuse("malformed", "no padding", with(good, "=", ""));
    refuse("malformed", "too much padding", with(good, "=\n", "==\n"));
    refuse("malformed", "bits behind the end",
           text_format(&memory, "%s\n%.*s%c%s\n%s\n", begin, (int)strcspn(line, "=") - 1, line,
                       line[strcspn(line, "=") - 1] + 1, strchr(line, '='), end));
    refuse("malformed", "base64 for file names: - and _", with(good, "\n", "\n-_-_"));
    refuse("malformed", "more behind the padding", with(good, "=\n", "=\nAAAA\n"));
    refuse("malformed", "one line missing", with(good, text_format(&memory, "%.64s\n", line + 64), ""));

    const struct span before = filled('.', 65536 - strlen(good));
    json_t *v = with_outputs(vector("card", "ok", "65,536 bytes"), joined(before, span_of_text(good)));
    add_input(v, "bytes", joined(before, span_of_text(good)));
    refuse_bytes("too-large", "65,537 bytes", joined(joined(before, span_of_text(good)), span_of_text(".")));
    const struct span nul = filled(0, 1), whole = span_of_text(good);
    refuse_bytes("malformed", "a NUL before it", joined(nul, whole));
    refuse_bytes("malformed", "a NUL behind it", joined(whole, nul));
    refuse_bytes("malformed", "a NUL between", spliced(whole, strlen(begin) + 1, 0, nul));
    refuse_bytes("malformed", "between, a byte that is no UTF-8",
                 spliced(whole, strlen(begin) + 1, 0, filled(0xe9, 1)));
}

static void make_rows(void) {
    Member member = row();
    const struct span good = encoded(&member);
    refuse("bad-signature", "signed by another",
           armored(card_of(good, signature_of(good, &stranger, "INAMA.sig.card"))));
    refuse("bad-signature", "signed as a roster",
           armored(card_of(good, signature_of(good, &originator, "INAMA.sig.roster"))));
    refuse("bad-point", "a signature of zeros", armored(card_of(good, filled(0, SIGNATURE_SIZE))));
    refuse("malformed", "a signature of 63 bytes", armored(card_of(good, filled(0, SIGNATURE_SIZE - 1))));
    refuse("malformed", "no signature", armored(field_bytes(1, good)));
    accept("an unknown field in the card", armored(joined(signed_card(good), field_number(3, 1))));
    accept("an unknown field in the row", armored(signed_card(joined(good, field_number(13, 1)))));
    refuse("not-canonical", "the card twice", armored(joined(signed_card(good), signed_card(good))));
    refuse("not-canonical", "the row twice", armored(signed_card(joined(good, good))));
    refuse("malformed", "a row that is cut", armored(signed_card(without_last(good, 1))));
    member.label = text_of("Kenya Revenue Authority");
    refuse("bad-signature", "another label",
           armored(card_of(encoded(&member), signature_of(good, &originator, "INAMA.sig.card"))));

    member = row();
    member.id = proto_bytes(stranger.id, MEMBER_ID_SIZE);
    refuse("malformed", "an id that is not that of the key", armored(signed_card(encoded(&member))));
    member.name = text_of("KE");
    refuse("invalid", "an id that is not that of the key, and a bad name", armored(signed_card(encoded(&member))));
    member = row();
    member.name = text_of("KE");
    refuse("invalid", "a name in capitals", armored(signed_card(encoded(&member))));
    refuse("invalid", "a name in capitals, and a signature of 63 bytes",
           armored(card_of(encoded(&member), filled(0, SIGNATURE_SIZE - 1))));
    member = row();
    member.country = text_of("Ke");
    refuse("invalid", "a country in small letters", armored(signed_card(encoded(&member))));
    member = row();
    member.sign_key = proto_bytes(filled(0, 32).data, 32);
    refuse("bad-point", "a weak signing key", armored(signed_card(encoded(&member))));
    member = row();
    member.encryption_key = proto_bytes(filled(0, 32).data, 32);
    refuse("bad-point", "a weak encryption key", armored(signed_card(encoded(&member))));
    member = row();
    member.session_key = member.encryption_key;
    refuse("invalid", "one key to encrypt and for sessions", armored(signed_card(encoded(&member))));
    member = row();
    member.session_key.len--;
    refuse("malformed", "a session key of 31 bytes", armored(signed_card(encoded(&member))));
    member = row();
    member.label = text_of("\xc3");
    refuse("malformed", "a label that is not UTF-8", armored(signed_card(encoded(&member))));
}

static const char *card_of_row(const Member *member) {
    return armored(signed_card(encoded(member)));
}

static const char *badly_signed(const Member *member) {
    return armored(card_of(encoded(member), filled(0, SIGNATURE_SIZE - 1)));
}

/* A member that lost its keys asks for its old id with a greater serial. */
static void make_serials(void) {
    Member member = row();
    member.has_serial = true;
    member.serial = 1;
    accept("serial 1, in so many words", card_of_row(&member));
    member.serial = 2;
    accept("serial 2, and the id of its key all the same", card_of_row(&member));
    member.id = proto_bytes(stranger.id, MEMBER_ID_SIZE);
    accept("serial 2, with another id than that of its key", card_of_row(&member));
    member.serial = UINT32_MAX;
    accept("the highest serial", card_of_row(&member));
    member.serial = 1;
    refuse("malformed", "serial 1, in so many words, with another id than that of its key", card_of_row(&member));
    member.serial = 0;
    refuse("malformed", "serial 0", card_of_row(&member));
    member.sign_key = proto_bytes(filled(0, 32).data, 32);
    refuse("bad-point", "serial 0, and a weak signing key", card_of_row(&member));

    member = row();
    refuse("not-canonical", "a serial of 33 bits", armored(signed_card(joined(encoded(&member), hex("488280808010")))));
    refuse("malformed", "a serial of another wire type",
           armored(signed_card(joined(encoded(&member), field_bytes(9, filled(1, 1))))));
}

/* How a member's keys ended is for others to say. */
static void make_endings_on_cards(void) {
    Member member = row();
    member.ended = ending_of(1, NOW_MS);
    refuse("malformed", "an ending", card_of_row(&member));
    refuse("malformed", "an ending, and a signature of 63 bytes", badly_signed(&member));
    member = row();
    member.has_proof = true;
    member.proof = words_of(filled(0, SIGNATURE_SIZE));
    refuse("malformed", "a proof", card_of_row(&member));
    member = row();
    member.has_serial = true;
    member.serial = 2;
    add_former(&member, SPAN_OF_ARRAY(stranger.sign_key), ending_of(1, NOW_MS));
    refuse("malformed", "a former key", card_of_row(&member));
    member.former[0]->sign_key = words_of(filled(0, 32));
    refuse("bad-point", "a weak former key", card_of_row(&member));
    member.serial = 1;
    refuse("malformed", "a weak former key, and serial 1", card_of_row(&member));
    member.name = text_of("KE");
    refuse("invalid", "a former key, and a name in capitals", card_of_row(&member));
}

void make_cards(void) {
    make_texts();
    make_rows();
    make_serials();
    make_endings_on_cards();
}
