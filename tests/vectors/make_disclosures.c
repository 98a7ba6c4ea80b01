/* Disclosures verified, and narrowed. */
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "keys/hash.h"
#include "tests/vectors/seizure.h"

static struct draft draft(void) {
    const struct field_set view = customs_view();
    return draft_of(&view);
}

static struct span good(void) {
    const struct field_set view = customs_view();
    return disclosed(&view);
}

static ProtobufCBinaryData words(struct span bytes) {
    return proto_bytes(bytes.data, bytes.len);
}

static void make_views(void) {
    const struct {
        const char *name;
        struct field_set view;
    } views[] = {
        {"everything", field_set_all()},
        {"nothing: only the envelope", {{0}}},
        {"incident, specimens and route", customs_view()},
        {"one present slot", only(field_find("persons.surname")->slot)},
        {"one absent slot, proven absent", only(field_find("incident.region")->slot)},
        {"everything but what is below the tear line", without(field_find("narrative.below_tear_line")->slot)},
        {"a slot that the schema does not use", only(255)},
    };
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        accept_disclosure(views[i].name, disclosed(&views[i].view));
}

/* How many have passed it on: the word of whoever makes the disclosure. */
static void make_hops(void) {
    const struct {
        const char *name;
        uint32_t hops;
        bool good;
    } cases[] = {
        {"passed on by one", 1, true},
        {"passed on by 255", HOPS_MAX, true},
        {"passed on by 256", HOPS_MAX + 1, false},
        {"passed on by nobody, and said so", 0, false},
    };
    struct draft d = draft();
    d.words->has_hops = true;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        d.words->hops = cases[i].hops;
        if (cases[i].good)
            accept_disclosure(cases[i].name, as_it_stands(&d));
        else
            refuse_disclosure("malformed", cases[i].name, as_it_stands(&d));
    }
}

/* The header: each is signed again by the originator, who so says something else. */
static void make_headers(void) {
    struct draft d = draft();
    d.header->suite = 2;
    refuse_disclosure("unknown-suite", "suite 2", signed_again(&d));
    d.header->schema = 2;
    refuse_disclosure("unknown-suite", "suite 2 and schema 2", signed_again(&d));
    d.header->suite = 1;
    refuse_disclosure("unknown-schema", "schema 2", signed_again(&d));
    d.header->version = 0;
    refuse_disclosure("unknown-schema", "schema 2 and version 0", signed_again(&d));
    d.header->schema = 1;
    refuse_disclosure("malformed", "version 0", signed_again(&d));
    d.header->version = 2;
    refuse_disclosure("bad-root", "another version than that of the leaves", signed_again(&d));

    const struct {
        const char *name;
        size_t field;
    } sized[] = {
        {"originator", offsetof(AlertHeader, originator)},
        {"alert id", offsetof(AlertHeader, alert)},
        {"root", offsetof(AlertHeader, root)},
    };
    for (size_t i = 0; i < sizeof sized / sizeof *sized; i++)
        for (int longer = -1; longer <= 1; longer += 2) {
            d = draft();
            ProtobufCBinaryData *field = (void *)((char *)d.header + sized[i].field);
            *field = words(longer > 0 ? joined(proto_span(*field), filled(0, 1)) : without_last(proto_span(*field), 1));
            const char *name = text_format(&memory, "%s of %zu bytes", sized[i].name, field->len);
            refuse_disclosure("malformed", name, signed_again(&d));
        }
    d = draft();
    d.header->has_supersedes = true;
    d.header->supersedes = words(filled(7, 31));
    refuse_disclosure("malformed", "supersedes of 31 bytes", signed_again(&d));
    d.header->supersedes = words(filled(7, 32));
    accept_disclosure("supersedes of 32 bytes", signed_again(&d));
    d.header->has_in_reply_to = true;
    d.header->in_reply_to = words(filled(7, 33));
    refuse_disclosure("malformed", "in_reply_to of 33 bytes", signed_again(&d));
    d.header->in_reply_to = words((struct span){0});
    refuse_disclosure("malformed", "in_reply_to of no bytes", signed_again(&d));

    d = draft();
    d.header->alert = words(flipped(proto_span(d.header->alert), 0, 1));
    refuse_disclosure("bad-root", "another alert id than that of the leaves", signed_again(&d));
    d = draft();
    d.header->root = words(flipped(proto_span(d.header->root), 31, 0x80));
    refuse_disclosure("bad-root", "another root", signed_again(&d));
    d = draft();
    d.header->tlp = arena_text(&memory, "RED", 3);
    accept_disclosure("another marking, by the originator", signed_again(&d));
}

static void make_header_sizes(void) {
    struct draft d = draft();
    size_t rest = HEADER_BYTES_MAX - d.words->header.len - 4; /* of the field: tag 2, length 2 */
    d.header->caveat = arena_text(&memory, (const char *)filled('c', rest).data, rest);
    struct span largest = signed_again(&d);
    MUST(d.words->header.len == HEADER_BYTES_MAX);
    accept_disclosure("a header of 4,096 bytes", largest);
    d.header->caveat = arena_text(&memory, (const char *)filled('c', rest + 1).data, rest + 1);
    refuse_disclosure("too-large", "a header of 4,097 bytes", signed_again(&d));
    d.words->header = words(filled(0xff, HEADER_BYTES_MAX + 1));
    refuse_disclosure("too-large", "a header that is too large and cannot be read", as_it_stands(&d));
    d.words->header = words((struct span){0});
    refuse_disclosure("malformed", "an empty header", as_it_stands(&d));
}

/* A bit of every field of the signed header, not signed again: nothing of the marking can be changed on the way. */
static void make_header_flips(void) {
    const struct span header = seizure.header_bytes;
    const struct {
        const char *name;
        struct span field;
        const char *expect;
    } fields[] = {
        {"originator", field_bytes(3, SPAN_OF_ARRAY(originator.id)), "unknown-member"},
        {"alert id", field_bytes(4, proto_span(seizure.header->alert)), "bad-root"},
        {"time", field_number(7, NOW_MS), "bad-signature"},
        {"kind", field_bytes(9, span_of_text("SEIZURE")), "bad-signature"},
        {"tlp", field_bytes(17, span_of_text("AMBER")), "bad-signature"},
        {"handling", field_bytes(18, span_of_text("H1")), "bad-signature"},
        {"reporting flag", field_number(22, 1), "bad-signature"},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        struct draft d = draft();
        size_t last = find(header, fields[i].field) + fields[i].field.len - 1;
        d.words->header = words(flipped(header, last, 1));
        refuse_disclosure(fields[i].expect, text_format(&memory, "a changed bit of the header: %s", fields[i].name),
                          as_it_stands(&d));
    }
    struct draft d = draft();
    d.words->header = words(joined(header, field_number(31, 1)));
    refuse_disclosure("bad-signature", "an unknown field added to the header", as_it_stands(&d));
    d.words->header = words(spliced(header, find(header, field_number(22, 1)), 3, (struct span){0}));
    refuse_disclosure("bad-signature", "an optional field taken out of the header", as_it_stands(&d));
    d.words->header = words(flipped(header, header.len - 1, 1));
    refuse_disclosure("bad-root", "a changed bit of the header: root", as_it_stands(&d));
}

static void make_sizes(void) {
    struct draft d = draft();
    d.words->signature = words(filled(0, 63));
    refuse_disclosure("malformed", "a signature of 63 bytes", as_it_stands(&d));
    d.words->header = words(filled(0, 5000));
    refuse_disclosure("malformed", "a signature of 63 bytes, and a header too large", as_it_stands(&d));
    d = draft();
    d.words->signature = words(filled(0, 65));
    refuse_disclosure("malformed", "a signature of 65 bytes", as_it_stands(&d));
    d = draft();
    d.words->shown = words(without_last(proto_span(d.words->shown), 1));
    refuse_disclosure("malformed", "shown of 31 bytes", as_it_stands(&d));
    d = draft();
    d.words->present = words(joined(proto_span(d.words->present), filled(0, 1)));
    refuse_disclosure("malformed", "present of 33 bytes", as_it_stands(&d));

    struct span whole = good();
    const struct span unknown = field_bytes(9, filled('u', ENTRY_BYTES_MAX - whole.len - 4));
    MUST(joined(whole, unknown).len == ENTRY_BYTES_MAX);
    accept_disclosure("524,288 bytes", joined(whole, unknown));
    refuse_disclosure("too-large", "524,289 bytes",
                      joined(whole, field_bytes(9, filled('u', ENTRY_BYTES_MAX - whole.len - 3))));
    refuse_disclosure("too-large", "too large and cannot be read", filled(0xff, ENTRY_BYTES_MAX + 1));
}

static void make_forms(void) {
    const struct span whole = good();
    refuse_disclosure("malformed", "nothing", (struct span){0});
    refuse_disclosure("malformed", "the last byte missing", without_last(whole, 1));
    refuse_disclosure("malformed", "no values where some are present",
                      cut(whole, find(whole, field_bytes(7, seizure_values[0]))));
    accept_disclosure("an unknown field behind", joined(whole, field_bytes(9, span_of_text("later"))));
    refuse_disclosure("not-canonical", "an unknown field in front", joined(field_number(9, 1), whole));
    refuse_disclosure("not-canonical", "twice", joined(whole, whole));
    struct draft d = draft();
    d.words->header = words(joined(seizure.header_bytes, seizure.header_bytes));
    refuse_disclosure("not-canonical", "a header twice", as_it_stands(&d));
}

/* What is shown, what is present, and the values. */
static void make_bitmaps(void) {
    const size_t taxon = field_find("specimens.taxon")->slot, surname = field_find("persons.surname")->slot;
    struct draft d = draft();
    struct span shown = proto_span(d.words->shown), present = proto_span(d.words->present);
    d.words->present = words(flipped(present, surname / 8, (uint8_t)(1 << surname % 8)));
    d.words->n_values++;
    ProtobufCBinaryData *values = arena_array(&memory, d.words->n_values + 1, sizeof *values);
    memcpy(values, d.words->values, (d.words->n_values - 1) * sizeof *values);
    values[d.words->n_values - 1] = words(seizure_values[surname]);
    d.words->values = values;
    refuse_disclosure("malformed", "a hidden slot that is present", as_it_stands(&d));
    d.header->suite = 2;
    refuse_disclosure("unknown-suite", "a hidden slot that is present, and suite 2", signed_again(&d));

    d = draft();
    d.words->shown = words(flipped(shown, surname / 8, (uint8_t)(1 << surname % 8)));
    refuse_disclosure("malformed", "a slot more shown than salts are for", as_it_stands(&d));
    d = draft();
    d.words->shown = words(flipped(shown, taxon / 8, (uint8_t)(1 << taxon % 8)));
    refuse_disclosure("malformed", "a present slot that is not shown", as_it_stands(&d));
    d = draft();
    d.words->present = words(flipped(present, taxon / 8, (uint8_t)(1 << taxon % 8)));
    refuse_disclosure("malformed", "a value too many", as_it_stands(&d));
    d = draft();
    d.words->n_values--;
    refuse_disclosure("malformed", "a value too few", as_it_stands(&d));
    d.header->root = words(filled(0, 32));
    refuse_disclosure("malformed", "a value too few, and another root", signed_again(&d));
    d = draft();
    d.words->values[0] = words((struct span){0});
    refuse_disclosure("malformed", "an empty value", as_it_stands(&d));

    d = draft();
    present = flipped(present, taxon / 8, (uint8_t)(1 << taxon % 8));
    d.words->present = words(flipped(present, (taxon + 1) / 8, (uint8_t)(1 << (taxon + 1) % 8)));
    MUST(!seizure_values[taxon + 1].data);
    refuse_disclosure("bad-root", "a value moved to the slot beside it", as_it_stands(&d));
    d = draft();
    d.words->present = words(flipped(proto_span(d.words->present), taxon / 8, (uint8_t)(1 << taxon % 8)));
    size_t at = 0;
    while (!span_equal(proto_span(d.words->values[at]), seizure_values[taxon]))
        at++;
    memmove(d.words->values + at, d.words->values + at + 1, (d.words->n_values - at - 1) * sizeof *d.words->values);
    d.words->n_values--;
    refuse_disclosure("bad-root", "a value left out and said to be absent", as_it_stands(&d));
}

static void swap(ProtobufCBinaryData *a, ProtobufCBinaryData *b) {
    ProtobufCBinaryData c = *a;
    *a = *b;
    *b = c;
}

static struct span swapped(struct span list, size_t size) {
    const struct span first = cut(list, size), second = span_of(list.data + size, size);
    MUST(!span_equal(first, second));
    return replaced(replaced(list, 0, second), size, first);
}

static void make_trees_and_values(void) {
    struct draft d = draft();
    d.words->values[0] = words(flipped(proto_span(d.words->values[0]), d.words->values[0].len - 1, 1));
    refuse_disclosure("bad-root", "a changed bit of a value", as_it_stands(&d));
    d = draft();
    d.words->values[0] = words(joined(proto_span(d.words->values[0]), filled(0, 1)));
    refuse_disclosure("bad-root", "a longer value", as_it_stands(&d));
    d = draft();
    swap(&d.words->values[0], &d.words->values[1]);
    refuse_disclosure("bad-root", "two values swapped", as_it_stands(&d));
    d = draft();
    d.words->salts = words(flipped(proto_span(d.words->salts), 0, 1));
    refuse_disclosure("bad-root", "a changed bit of a salt", as_it_stands(&d));
    d = draft();
    d.words->salts = words(swapped(proto_span(d.words->salts), TREE_SALT_SIZE));
    refuse_disclosure("bad-root", "two salts swapped", as_it_stands(&d));
    d = draft();
    d.words->hashes = words(flipped(proto_span(d.words->hashes), d.words->hashes.len - 1, 1));
    refuse_disclosure("bad-root", "a changed bit of a hash", as_it_stands(&d));
    d = draft();
    d.words->hashes = words(swapped(proto_span(d.words->hashes), TREE_HASH_SIZE));
    refuse_disclosure("bad-root", "two hashes swapped", as_it_stands(&d));

    d = draft();
    d.words->salts = words(joined(proto_span(d.words->salts), filled(0, 16)));
    refuse_disclosure("malformed", "a salt too many", as_it_stands(&d));
    d.header->originator = words(SPAN_OF_ARRAY(stranger.id));
    refuse_disclosure("malformed", "a salt too many, and a stranger", signed_again(&d));
    d = draft();
    d.words->salts = words(without_last(proto_span(d.words->salts), 8));
    refuse_disclosure("malformed", "part of a salt", as_it_stands(&d));
    d = draft();
    d.words->hashes = words(joined(proto_span(d.words->hashes), filled(0, 32)));
    refuse_disclosure("malformed", "a hash too many", as_it_stands(&d));
    d = draft();
    d.words->hashes = words((struct span){0});
    refuse_disclosure("malformed", "no hashes", as_it_stands(&d));
    d = draft();
    d.words->salts = words((struct span){0});
    refuse_disclosure("malformed", "no salts", as_it_stands(&d));
}

static void make_signatures_of_headers(void) {
    uint8_t signature[SIGNATURE_SIZE];
    struct draft d = draft();
    d.header->originator = words(SPAN_OF_ARRAY(stranger.id));
    refuse_disclosure("unknown-member", "an originator who is not in the roster", signed_again(&d));
    d.words->signature = words(filled(0, 64));
    refuse_disclosure("unknown-member", "a stranger, and a signature of zeros", as_it_stands(&d));
    d.header->root = words(filled(0, 32));
    refuse_disclosure("bad-root", "a stranger, and another root", signed_again(&d));
    d = draft();
    d.header->originator = words(SPAN_OF_ARRAY(author.id));
    refuse_disclosure("bad-signature", "in the name of another member", signed_again(&d));

    d = draft();
    sign_make(signature, author.secrets->sign, "INAMA.sig.alert", SPAN_OF_ARRAY(seizure.object));
    d.words->signature = words(SPAN_OF_ARRAY(signature));
    refuse_disclosure("bad-signature", "signed by another member", as_it_stands(&d));
    sign_make(signature, originator.secrets->sign, "INAMA.sig.entry", SPAN_OF_ARRAY(seizure.object));
    refuse_disclosure("bad-signature", "signed as an entry", as_it_stands(&d));
    sign_make(signature, originator.secrets->sign, "INAMA.sig.alert", cut(seizure.header_bytes, 32));
    refuse_disclosure("bad-signature", "the header signed and not its hash", as_it_stands(&d));
    d = draft();
    d.words->signature = words(flipped(proto_span(d.words->signature), 63, 0x10));
    refuse_disclosure("bad-signature", "a changed bit of the signature", as_it_stands(&d));
    d.words->signature = words(filled(0, 64));
    refuse_disclosure("bad-point", "a signature of zeros", as_it_stands(&d));
}

/* The originator has changed its signing key since, or is known by another key. */
static void make_former_keys(void) {
    const struct span was = SPAN_OF_ARRAY(originator.sign_key), other = SPAN_OF_ARRAY(stranger.sign_key);
    const struct span two[] = {other, was}, one[] = {other};
    struct draft d = draft();
    accept_disclosure_of_keys("signed by a former key", good(), author.sign_key, &was, 1);
    accept_disclosure_of_keys("signed by the oldest of the former keys", good(), author.sign_key, two, 2);
    accept_disclosure_of_keys("signed by the key in force, and there are former ones", good(), originator.sign_key, one,
                              1);
    refuse_disclosure_of_keys("bad-signature", "signed by a key that is not the originator's any way", good(),
                              author.sign_key, one, 1);
    refuse_disclosure_of_keys("bad-signature", "signed by a key that is unknown here", good(), author.sign_key, NULL,
                              0);
    d.words->signature = words(filled(0, 64));
    refuse_disclosure_of_keys("bad-point", "a signature of zeros, and former keys", as_it_stands(&d), author.sign_key,
                              two, 2);
    d = draft();
    d.header->root = words(filled(0, 32));
    refuse_disclosure_of_keys("bad-root", "signed by a former key, and another root", signed_again(&d), author.sign_key,
                              &was, 1);
}

static void narrow(const char *expect, const char *name, struct span disclosure, struct field_set keep) {
    json_t *v = vector("narrow", expect, name);
    add_input(v, "disclosure", disclosure);
    add_input(v, "keep", bitmap(&keep));
    if (strcmp(expect, "ok") != 0)
        return;
    struct disclosure from, to;
    struct buf out;
    buf_init(&out, &memory);
    must(!disclosure_decode(&from, &memory, disclosure), name);
    must(!disclosure_narrow(&to, &memory, &from, &keep), name);
    must(!disclosure_encode(&out, &memory, &to), name);
    add_output(v, "out", buf_span(&out));
}

static void make_narrower(void) {
    const struct field_set all = field_set_all(), none = {{0}};
    const struct span whole = disclosed(&all);
    narrow("ok", "from everything to incident, specimens and route", whole, customs_view());
    narrow("ok", "from everything to nothing", whole, none);
    narrow("ok", "from everything to one slot", whole, only(0));
    narrow("ok", "from everything to all but the last slot", whole, without(255));
    narrow("ok", "from a view to itself", good(), customs_view());
    narrow("ok", "keep more than there is", good(), all);
    narrow("ok", "keep a hidden slot", good(), only(field_find("persons.surname")->slot));
    narrow("ok", "from a view to one class of it", good(), field_set_of_class(CLASS_INCIDENT));
    narrow("ok", "from a view to one slot of it", good(), only(field_find("specimens.taxon")->slot));
    narrow("ok", "from nothing", disclosed(&none), all);
    narrow("ok", "an unknown field is not passed on", joined(good(), field_bytes(9, span_of_text("later"))), all);
    struct draft d = draft();
    d.words->salts = words(joined(proto_span(d.words->salts), filled(0, 16)));
    narrow("malformed", "a salt too many", as_it_stands(&d), all);
    d = draft();
    d.words->hashes = words(without_last(proto_span(d.words->hashes), 32));
    narrow("malformed", "a hash too few", as_it_stands(&d), none);
    narrow("malformed", "cut", without_last(good(), 1), all);
    narrow("not-canonical", "twice", joined(good(), good()), all);
}

void make_disclosures(void) {
    seizure_make();
    make_views();
    make_forms();
    make_sizes();
    make_hops();
    make_headers();
    make_header_sizes();
    make_header_flips();
    make_bitmaps();
    make_trees_and_values();
    make_signatures_of_headers();
    make_former_keys();
    make_narrower();
}
