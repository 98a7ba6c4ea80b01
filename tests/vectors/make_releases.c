/* Releases as an originator signs them, disclosures that carry one, and the steps of requests. */
#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "core/release.h"
#include "core/request.h"
#include "keys/hash.h"
#include "tests/vectors/seizure.h"

static ProtobufCBinaryData words(struct span bytes) {
    return proto_bytes(bytes.data, bytes.len);
}

static OnwardReader *reader_of(const char *role, const char *country, const char *name) {
    OnwardReader *made = arena_alloc(&memory, sizeof *made);
    onward_reader__init(made);
    made->role = (char *)(uintptr_t)role;
    made->country = (char *)(uintptr_t)country;
    made->name = (char *)(uintptr_t)name;
    return made;
}

static ReleaseTerms good_terms(void) {
    ReleaseTerms terms = RELEASE_TERMS__INIT;
    const struct field_set view = customs_view();
    terms.suite = 1;
    terms.originator = words(SPAN_OF_ARRAY(originator.id));
    terms.key = words(SPAN_OF_ARRAY(originator.key_id));
    terms.object = words(SPAN_OF_ARRAY(seizure.object));
    terms.reader = words(SPAN_OF_ARRAY(reader.id));
    terms.request = words(bytes_named("request", REQUEST_ID_SIZE));
    terms.slots = words(bitmap(&view));
    terms.created = NOW_MS;
    return terms;
}

static struct span signed_by(const struct identity *signer, struct span terms) {
    uint8_t digest[HASH_SIZE], signature[SIGNATURE_SIZE];
    SignedRelease whole = SIGNED_RELEASE__INIT;
    hash_of(digest, "INAMA.terms", terms);
    sign_make(signature, signer->secrets->sign, "INAMA.sig.terms", SPAN_OF_ARRAY(digest));
    whole.terms = words(terms);
    whole.signature = words(SPAN_OF_ARRAY(signature));
    return encoded(&whole);
}

static struct span signed_terms(const ReleaseTerms *terms) {
    return signed_by(&originator, encoded(terms));
}

static json_t *release_vector(const char *expect, const char *name, struct span release) {
    json_t *v = vector("release", expect, name), *member = json_object();
    add_input(v, "release", release);
    add_input(v, "object", SPAN_OF_ARRAY(seizure.object));
    add_input(v, "originator", SPAN_OF_ARRAY(originator.id));
    add_input(member, "id", SPAN_OF_ARRAY(originator.id));
    add_input(member, "sign_key", SPAN_OF_ARRAY(originator.sign_key));
    append_json(add_list(v, "members"), member);
    return v;
}

static void refuse(const char *expect, const char *name, struct span release) {
    release_vector(expect, name, release);
}

static void accept(const char *name, const ReleaseTerms *terms) {
    json_t *v = release_vector("ok", name, signed_terms(terms));
    add_output(v, "reader", proto_span(terms->reader));
    add_output(v, "slots", proto_span(terms->slots));
    add_number(v, "until", terms->has_until ? terms->until : 0);
    add_flag(v, "judicial", terms->judicial);
    add_number(v, "onward", terms->n_onward);
}

static void make_good(void) {
    OnwardReader *readers[RELEASE_ONWARD_MAX + 1];
    ReleaseTerms terms = good_terms();
    for (size_t i = 0; i <= RELEASE_ONWARD_MAX; i++)
        readers[i] = reader_of("POLICE", "KE", i ? text_format(&memory, "ke-police-%zu", i) : NULL);
    accept("to one reader, and no further", &terms);
    terms.has_until = terms.has_judicial = terms.judicial = true;
    terms.until = NOW_MS + 1;
    terms.onward = readers;
    terms.n_onward = 1;
    accept("until a time, for judicial proceedings, and on to the police", &terms);
    terms.n_onward = RELEASE_ONWARD_MAX;
    accept("on to 16", &terms);
    terms.n_onward = RELEASE_ONWARD_MAX + 1;
    refuse("malformed", "on to 17", signed_terms(&terms));
    readers[0] = reader_of(NULL, NULL, NULL);
    terms.n_onward = 1;
    refuse("malformed", "on to nobody that is named", signed_terms(&terms));
}

static void make_sizes(void) {
    const struct {
        const char *name;
        size_t field;
    } sized[] = {
        {"originator", offsetof(ReleaseTerms, originator)}, {"key", offsetof(ReleaseTerms, key)},
        {"object", offsetof(ReleaseTerms, object)},         {"reader", offsetof(ReleaseTerms, reader)},
        {"request", offsetof(ReleaseTerms, request)},       {"slots", offsetof(ReleaseTerms, slots)},
    };
    for (size_t i = 0; i < sizeof sized / sizeof *sized; i++) {
        ReleaseTerms terms = good_terms();
        ProtobufCBinaryData *field = (void *)((char *)&terms + sized[i].field);
        *field = words(without_last(proto_span(*field), 1));
        refuse("malformed", text_format(&memory, "%s of %zu bytes", sized[i].name, field->len), signed_terms(&terms));
    }
    ReleaseTerms terms = good_terms();
    struct span good = signed_terms(&terms);
    struct span room = filled('u', RELEASE_BYTES_MAX - good.len - 3);
    MUST(joined(good, field_bytes(9, room)).len == RELEASE_BYTES_MAX);
    refuse("too-large", "8,193 bytes", joined(good, field_bytes(9, joined(room, filled('u', 1)))));
    SignedRelease whole = SIGNED_RELEASE__INIT;
    whole.terms = words(encoded(&terms));
    whole.signature = words(filled(0, SIGNATURE_SIZE - 1));
    refuse("malformed", "a signature of 63 bytes", encoded(&whole));
}

static void make_forms(void) {
    ReleaseTerms terms = good_terms();
    struct span good = signed_terms(&terms);
    refuse("malformed", "nothing", (struct span){0});
    refuse("malformed", "the last byte missing", without_last(good, 1));
    refuse("not-canonical", "twice", joined(good, good));
    refuse("not-canonical", "terms twice", signed_by(&originator, joined(encoded(&terms), encoded(&terms))));
    terms.suite = 2;
    refuse("unknown-suite", "suite 2", signed_terms(&terms));
}

static void make_lies(void) {
    ReleaseTerms terms = good_terms();
    struct span good = signed_terms(&terms);
    refuse("bad-signature", "a slot more", flipped(good, find(good, proto_span(terms.slots)), 0x80));
    refuse("bad-signature", "another reader", flipped(good, find(good, proto_span(terms.reader)), 1));
    refuse("bad-signature", "another request", flipped(good, find(good, proto_span(terms.request)), 1));
    refuse("malformed", "another version", flipped(good, find(good, proto_span(terms.object)), 1));
    refuse("bad-signature", "an unknown field added to the terms",
           spliced(good, 0, good.len, signed_by(&stranger, joined(encoded(&terms), field_number(31, 1)))));
    refuse("bad-signature", "signed by who is given it", signed_by(&reader, encoded(&terms)));
    terms.key = words(SPAN_OF_ARRAY(author.key_id));
    refuse("unknown-member", "by a key that is none of the originator's", signed_by(&author, encoded(&terms)));
    terms.originator = words(SPAN_OF_ARRAY(author.id));
    refuse("malformed", "of another originator", signed_by(&author, encoded(&terms)));
    terms = good_terms();
    json_t *v = release_vector("unknown-member", "of an originator who is in no roster", signed_terms(&terms));
    json_array_clear(json_object_get(v, "members"));
}

/* In the disclosure that it goes with, after everything else there. */
static void make_carried(void) {
    const struct field_set view = customs_view();
    ReleaseTerms terms = good_terms();
    struct draft draft = draft_of(&view);
    draft.words->has_release = true;
    draft.words->release = words(signed_terms(&terms));
    accept_disclosure("a disclosure with a release", as_it_stands(&draft));
    draft.words->has_hops = true;
    draft.words->hops = 1;
    accept_disclosure("the same, passed on", as_it_stands(&draft));
    struct span good = signed_terms(&terms);
    draft = draft_of(&view);
    draft.words->has_release = true;
    draft.words->release = words(flipped(good, find(good, proto_span(terms.slots)), 0x80));
    refuse_disclosure("bad-signature", "a disclosure with a release that was changed", as_it_stands(&draft));
    draft.words->release = words(flipped(good, find(good, proto_span(terms.object)), 1));
    refuse_disclosure("malformed", "a disclosure with a release of another version", as_it_stands(&draft));
    draft.words->release = words(without_last(good, 1));
    draft.words->salts = words((struct span){0});
    refuse_disclosure("malformed", "a release that cannot be read, before a root that cannot be computed",
                      as_it_stands(&draft));
    terms.suite = 2;
    draft = draft_of(&view);
    draft.words->has_release = true;
    draft.words->release = words(signed_terms(&terms));
    refuse_disclosure("unknown-suite", "a release of suite 2", as_it_stands(&draft));
}

/* ---- steps ---- */

static RequestStep good_step(enum request_code code) {
    RequestStep step = REQUEST_STEP__INIT;
    const struct field_set view = customs_view();
    step.suite = 1;
    step.step = code;
    step.request = words(bytes_named("request", REQUEST_ID_SIZE));
    step.object = words(SPAN_OF_ARRAY(seizure.object));
    step.has_slots = code != REQUEST_REFUSE && code != REQUEST_WITHDRAW;
    step.slots = words(step.has_slots ? bitmap(&view) : (struct span){0});
    step.reason = code == REQUEST_ASK || code == REQUEST_REFUSE ? arena_text(&memory, "a reason", 8) : NULL;
    return step;
}

static void step_vector(const char *expect, const char *name, struct span step) {
    add_input(vector("request_step", expect, name), "step", step);
}

static void make_steps(void) {
    for (enum request_code code = REQUEST_ASK; code < REQUEST_CODES_END; code++) {
        RequestStep step = good_step(code);
        step_vector("ok", request_word(code), encoded(&step));
        step.has_slots = !step.has_slots;
        step.slots = words(step.has_slots ? filled(0, 32) : (struct span){0});
        step_vector(step.has_slots ? "ok" : "malformed",
                    text_format(&memory, "%s, the slots %s", request_word(code),
                                step.has_slots ? "named, and none of them" : "not named"),
                    encoded(&step));
    }
    RequestStep step = good_step(REQUEST_ASK);
    step.slots = words(filled(0, 32));
    step_vector("malformed", "a request for nothing", encoded(&step));
    step = good_step(REQUEST_ASK);
    step.reason = NULL;
    step_vector("malformed", "a request without a reason", encoded(&step));
    step.reason =
        arena_text(&memory, (const char *)filled('r', REQUEST_REASON_BYTES_MAX + 1).data, REQUEST_REASON_BYTES_MAX);
    step_vector("ok", "a reason of 4,096 bytes", encoded(&step));
    step.reason =
        arena_text(&memory, (const char *)filled('r', REQUEST_REASON_BYTES_MAX + 1).data, REQUEST_REASON_BYTES_MAX + 1);
    step_vector("malformed", "a reason of 4,097 bytes", encoded(&step));
    step = good_step(REQUEST_ASK);
    step.has_shown = true;
    step.shown = words(filled(1, 31));
    step_vector("malformed", "shown of 31 bytes", encoded(&step));
    step = good_step(REQUEST_ASK);
    step.step = REQUEST_CODES_END;
    step_vector("unknown-kind", "step 7", encoded(&step));
    step.step = 0;
    step_vector("unknown-kind", "step 0", encoded(&step));
    step.suite = 2;
    step_vector("unknown-suite", "suite 2, step 0", encoded(&step));
    step = good_step(REQUEST_ASK);
    step.request = words(filled(1, 15));
    step_vector("malformed", "an id of 15 bytes", encoded(&step));
    step = good_step(REQUEST_ASK);
    struct span good = encoded(&step);
    step_vector("not-canonical", "a step twice", joined(good, good));
    step_vector("too-large", "16,385 bytes",
                joined(good, field_bytes(31, filled('u', REQUEST_BYTES_MAX + 1 - good.len - 4))));
}

void make_releases(void) {
    seizure_make();
    make_good();
    make_sizes();
    make_forms();
    make_lies();
    make_carried();
    make_steps();
}
