/* What can be read, and what is canonical: protobuf's freedoms, one by one. */
#include "base/proto.h"
#include "keys/hash.h"
#include "tests/vectors/grants.h"
#include "tests/vectors/seizure.h"

/* A good grant: fields 1, 2 and 3. */
static struct span f1, f2, f3, good;

static struct span three(struct span a, struct span b, struct span c) {
    return joined(joined(a, b), c);
}

/* Behind the good grant. */
static struct span behind(const char *digits) {
    return joined(good, hex(digits));
}

/* The grant with the start of its first field, "0a20", written in another way. */
static struct span started(const char *digits) {
    return spliced(good, 0, 2, hex(digits));
}

static void make_unknown_fields(void) {
    accept_grant("an unknown number behind", behind("6001"));
    accept_grant("unknown bytes behind", behind("62036a6b6c"));
    accept_grant("an unknown field of 4 bytes behind", behind("6501020304"));
    accept_grant("an unknown field of 8 bytes behind", behind("610102030405060708"));
    accept_grant("an unknown field with the highest number", behind("f8ffffff0f01"));
    accept_grant("unknown fields in descending order", behind("6a01616001"));
    accept_grant("the same unknown field twice", behind("60016001"));
    accept_grant("an unknown number, not the shortest", behind("608100"));
    accept_grant("an unknown number of 10 bytes", behind("60ffffffffffffffffff7f"));
    accept_grant("an unknown length, not the shortest", behind("62810061"));
    accept_grant("unknown bytes that are not UTF-8", behind("6201ff"));
    refuse_grant("not-canonical", "an unknown field in front", joined(hex("2001"), good));
    refuse_grant("not-canonical", "an unknown field between", three(joined(f1, hex("2001")), f2, f3));
    refuse_grant("not-canonical", "an unknown tag, not the shortest", behind("e00001"));
    refuse_grant("malformed", "an unknown field with number 0", behind("0001"));
    refuse_grant("malformed", "number 0, not the shortest", behind("800001"));
    refuse_grant("malformed", "an unknown field of number 2^29", behind("808080801001"));
    refuse_grant("malformed", "an unknown group", behind("6364"));
    refuse_grant("malformed", "an unknown group that does not end", behind("63"));
    refuse_grant("malformed", "an end without a group", behind("64"));
    refuse_grant("malformed", "wire type 6", behind("6601"));
    refuse_grant("malformed", "wire type 7", behind("6701"));
    refuse_grant("malformed", "an unknown number of 11 bytes", behind("60ffffffffffffffffffff01"));
    refuse_grant("malformed", "a tag of 6 bytes", behind("e0808080800001"));
    refuse_grant("malformed", "a length of 6 bytes", behind("6281808080800061"));
    refuse_grant("malformed", "a length beyond the end", behind("620261"));
    refuse_grant("malformed", "a length of 2^32 - 1", behind("62ffffffff0f61"));
    refuse_grant("malformed", "a tag that is cut", behind("e0"));
    refuse_grant("malformed", "a tag alone", behind("60"));
    refuse_grant("malformed", "a number that is cut", behind("6080"));
    refuse_grant("malformed", "4 bytes that are cut", behind("65010203"));
    refuse_grant("malformed", "8 bytes that are cut", behind("6101020304050607"));
}

static struct span many(size_t count) {
    struct span one = hex("6001"), all = good;
    struct buf out;
    buf_init(&out, &memory);
    for (size_t i = 0; i < count; i++)
        buf_put_span(&out, one);
    return joined(all, buf_span(&out));
}

static void make_known_fields(void) {
    refuse_grant("malformed", "nothing at all", (struct span){0});
    refuse_grant("malformed", "no check", joined(f2, f3));
    refuse_grant("malformed", "no ephemeral", joined(f1, f3));
    refuse_grant("malformed", "no boxes", joined(f1, f2));
    refuse_grant("not-canonical", "descending order", three(f3, f2, f1));
    refuse_grant("not-canonical", "two fields swapped", three(f2, f1, f3));
    refuse_grant("not-canonical", "a singular field twice", joined(f1, good));
    refuse_grant("not-canonical", "a singular field again at the end", joined(good, f3));
    refuse_grant("not-canonical", "a known length, not the shortest", started("0aa000"));
    refuse_grant("not-canonical", "a known length in 5 bytes", started("0aa080808000"));
    refuse_grant("not-canonical", "a known tag, not the shortest", started("8a0020"));
    refuse_grant("not-canonical", "a known tag in 5 bytes", started("8a8080800020"));
    refuse_grant("malformed", "a known length in 6 bytes", started("0aa08080808000"));
    refuse_grant("malformed", "a known tag in 6 bytes", started("8a808080800020"));
    refuse_grant("malformed", "bytes as a number", joined(hex("0801"), joined(f2, f3)));
    refuse_grant("malformed", "bytes as 8 bytes", joined(hex("090102030405060708"), joined(f2, f3)));
    refuse_grant("malformed", "bytes as a number, and then as bytes", joined(hex("0801"), good));
    refuse_grant("malformed", "bytes as a group", joined(hex("0b0c"), joined(f2, f3)));
    refuse_grant("malformed", "one byte missing", without_last(good, 1));
    refuse_grant("malformed", "half of it", cut(good, good.len / 2));
    refuse_grant("malformed", "not canonical, and then cut", three(f2, f1, without_last(f3, 1)));
    accept_grant("as many fields as may be", many(CANONICAL_FIELDS_MAX - 3));
    refuse_grant("too-large", "one field too many", many(CANONICAL_FIELDS_MAX - 2));
    refuse_grant("too-large", "too many fields, and then one that is cut",
                 without_last(many(CANONICAL_FIELDS_MAX - 1), 1));
}

/* ---- numbers, flags and texts: an alert header, signed as it stands ---- */

static struct span signed_as(struct span header) {
    const struct field_set view = customs_view();
    struct draft draft = draft_of(&view);
    return signed_header(&draft, header);
}

static struct span header(void) {
    return seizure.header_bytes;
}

/* The header with a field, which stands there as `from`, written as `to`. */
static struct span header_with(struct span from, struct span to) {
    return signed_as(spliced(header(), find(header(), from), from.len, to));
}

/* The version, field 5, stands between the alert's id and the time. */
static struct span header_with_version(const char *digits) {
    const struct span created = field_number(7, NOW_MS);
    return header_with(joined(hex("2801"), created), joined(hex(digits), created));
}

static void make_numbers(void) {
    const struct span created = field_number(7, NOW_MS), flag = hex("b00101");
    refuse_disclosure("not-canonical", "a uint32 over 32 bits", header_with_version("288180808010"));
    refuse_disclosure("not-canonical", "a uint32 that is not the shortest", header_with_version("288100"));
    refuse_disclosure("not-canonical", "a uint32 in 10 bytes", header_with_version("2881808080808080808000"));
    refuse_disclosure("malformed", "a uint32 in 11 bytes", header_with_version("288180808080808080808000"));
    accept_disclosure("an expiry of 0 is an expiry", header_with(created, joined(created, field_number(8, 0))));
    refuse_disclosure("not-canonical", "a uint64 over 64 bits", header_with(created, hex("38ffffffffffffffffff03")));
    refuse_disclosure("malformed", "a uint64 in 11 bytes", header_with(created, hex("38ffffffffffffffffffff01")));
    accept_disclosure("the highest uint64", header_with(created, field_number(7, UINT64_MAX)));
    refuse_disclosure("malformed", "a uint64 as 8 bytes", header_with(created, hex("390102030405060708")));
    refuse_disclosure("malformed", "a uint64 as bytes", header_with(created, hex("3a0101")));
    accept_disclosure("a flag of 0", header_with(flag, hex("b00100")));
    refuse_disclosure("not-canonical", "a flag of 2", header_with(flag, hex("b00102")));
    refuse_disclosure("not-canonical", "a flag of 1 in two bytes", header_with(flag, hex("b0018100")));
    refuse_disclosure("malformed", "a flag as bytes", header_with(flag, hex("b2010101")));
    refuse_disclosure("not-canonical", "a flag twice", header_with(flag, joined(flag, flag)));
}

/* The tlp "AMBER", field 17, with another text in its place. */
static struct span header_with_text(struct span text) {
    return header_with(field_bytes(17, span_of_text("AMBER")), field_bytes(17, text));
}

static void make_texts(void) {
    accept_disclosure("a text of four scripts",
                      header_with_text(span_of_text("a\xc3\xa9\xe4\xb8\xad\xf0\x9f\x90\x98")));
    accept_disclosure("the highest code point", header_with_text(hex("f48fbfbf")));
    accept_disclosure("an empty text", header_with_text((struct span){0}));
    refuse_disclosure("not-canonical", "a NUL", header_with_text(hex("410042")));
    refuse_disclosure("not-canonical", "a NUL at the end", header_with_text(hex("4100")));
    refuse_disclosure("malformed", "a byte that is no UTF-8", header_with_text(hex("41ff")));
    refuse_disclosure("malformed", "no UTF-8 behind a NUL", header_with_text(hex("4100ff")));
    refuse_disclosure("malformed", "a continuation alone", header_with_text(hex("80")));
    refuse_disclosure("malformed", "a sequence that is cut", header_with_text(hex("41e4b8")));
    refuse_disclosure("malformed", "a sequence that a NUL cuts", header_with_text(hex("e4b800")));
    refuse_disclosure("malformed", "NUL in two bytes", header_with_text(hex("c080")));
    refuse_disclosure("malformed", "a slash in two bytes", header_with_text(hex("c0af")));
    refuse_disclosure("malformed", "an accent in three bytes", header_with_text(hex("e083a9")));
    refuse_disclosure("malformed", "half a surrogate pair", header_with_text(hex("eda080")));
    refuse_disclosure("malformed", "above U+10FFFF", header_with_text(hex("f4908080")));
    refuse_disclosure("malformed", "five bytes", header_with_text(hex("f888808080")));
    const struct span tlp = field_bytes(17, span_of_text("AMBER"));
    refuse_disclosure("not-canonical", "a text twice", header_with(tlp, joined(tlp, tlp)));
    refuse_disclosure("malformed", "a text twice, first no UTF-8",
                      header_with(tlp, joined(field_bytes(17, hex("ff")), tlp)));
    refuse_disclosure("malformed", "no UTF-8 in a list",
                      header_with(field_bytes(18, span_of_text("H1")), field_bytes(18, hex("48ff"))));
    refuse_disclosure("malformed", "a text as a number", header_with(tlp, hex("880101")));
}

/* Number 29 is free, and the root is number 30. */
static void make_later_schema(void) {
    const struct span root = cut(field_bytes(30, (struct span){0}), 2), later = field_bytes(29, span_of_text("later"));
    const size_t at = find(header(), joined(root, hex("20")));
    accept_disclosure("field 29 behind field 30", signed_as(joined(header(), later)));
    refuse_disclosure("not-canonical", "field 29 before field 30", signed_as(spliced(header(), at, 0, later)));
    accept_disclosure("field 31 behind field 30", signed_as(joined(header(), field_number(31, 1))));
    accept_disclosure("fields 31, 29 and 31",
                      signed_as(joined(header(), joined(field_number(31, 1), joined(later, field_number(31, 1))))));
}

void make_encoding(void) {
    struct grant_parts parts = grant_parts();
    seizure_make();
    f1 = field_bytes(1, parts.check);
    f2 = field_bytes(2, parts.ephemeral);
    f3 = field_bytes(3, parts.boxes);
    good = three(f1, f2, f3);
    accept_grant("as it should be", good);
    make_unknown_fields();
    make_known_fields();
    make_numbers();
    make_texts();
    make_later_schema();
}
