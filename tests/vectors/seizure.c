#include "tests/vectors/seizure.h"

#include "base/proto.h"
#include "base/text.h"
#include "core/alert.h"
#include "keys/hash.h"

struct span seizure_values[FIELD_SLOTS];
struct disclosure seizure;

static const struct {
    const char *path;
    size_t element;
    const char *text;
} content[] = {
    {"incident.date", 0, "2014-05-05"},
    {"incident.country", 0, "CD"},
    {"specimens.taxon", 0, "Manis tricuspis"},
    {"specimens.quantity", 0, "750"},
    {"specimens.unit", 0, "KIL"},
    {"specimens.taxon", 1, "Loxodonta africana"},
    {"legs.country", 0, "CD"},
    {"legs.country", 1, "KE"},
    {"legs.container", 1, "MSKU1234565"},
    {"persons.surname", 0, "EXEMPLE"},
    {"persons.aliases", 0, "L'\xc3\x89l\xc3\xa9phant"},
    {"narrative.below_tear_line", 0, "Told by a friend"},
    {"source.sensitive", 0, "yes"},
    {"requests.answer", 0, "Not yet"},
};

/* The seven that the schema requires, and a marking. */
static AlertHeader *header_of_seizure(void) {
    AlertHeader *header = arena_alloc(&memory, sizeof *header);
    alert_header__init(header);
    static char h1[] = "H1", h2[] = "H2", *handling[] = {h1, h2};
    struct span id = bytes_named("alert id", TREE_ALERT_ID_SIZE);
    header->alert = proto_bytes(id.data, id.len);
    header->version = 1;
    header->kind = arena_text(&memory, "SEIZURE", 7);
    header->tlp = arena_text(&memory, "AMBER", 5);
    header->handling = handling;
    header->n_handling = 2;
    header->has_share_with_iccwc = true;
    header->share_with_iccwc = true;
    return header;
}

void seizure_make(void) {
    Alert alert = ALERT__INIT;
    for (size_t i = 0; i < sizeof content / sizeof *content; i++)
        must(!alert_set_text(&memory, &alert, content[i].path, content[i].element, content[i].text), content[i].path);
    MUST(!alert_split(&memory, &alert, seizure_values));
    MUST(!disclosure_make(&seizure, &memory, header_of_seizure(), seizure_values, &originator, NOW_MS,
                          random_named("root salt")));
}

struct span bitmap(const struct field_set *set) {
    uint8_t out[FIELD_SLOTS / 8] = {0};
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        if (field_set_has(set, slot))
            out[slot / 8] |= (uint8_t)(1 << slot % 8);
    return joined(SPAN_OF_ARRAY(out), (struct span){0});
}

struct field_set only(size_t slot) {
    struct field_set set = {{0}};
    field_set_add(&set, slot);
    return set;
}

struct field_set without(size_t slot) {
    return field_set_minus(field_set_all(), only(slot));
}

struct field_set customs_view(void) {
    return field_set_or(field_set_of_class(CLASS_INCIDENT),
                        field_set_or(field_set_of_class(CLASS_SPECIMENS), field_set_of_class(CLASS_ROUTE)));
}

struct span disclosed(const struct field_set *view) {
    struct disclosure narrow;
    struct buf out;
    buf_init(&out, &memory);
    MUST(!disclosure_narrow(&narrow, &memory, &seizure, view));
    MUST(!disclosure_encode(&out, &memory, &narrow));
    return buf_span(&out);
}

struct draft draft_of(const struct field_set *view) {
    struct draft draft;
    MUST(!proto_decode(&memory, &disclosure__descriptor, disclosed(view), &draft.words));
    MUST(!proto_decode(&memory, &alert_header__descriptor, proto_span(draft.words->header), &draft.header));
    return draft;
}

struct span as_it_stands(const struct draft *draft) {
    return encoded(draft->words);
}

struct span signed_header(struct draft *draft, struct span header) {
    uint8_t object[HASH_SIZE], signature[SIGNATURE_SIZE];
    hash_of(object, "INAMA.object", header);
    sign_make(signature, originator.secrets->sign, "INAMA.sig.alert", SPAN_OF_ARRAY(object));
    draft->words->header = proto_bytes(header.data, header.len);
    draft->words->signature = proto_bytes(arena_copy(&memory, signature, sizeof signature), sizeof signature);
    return as_it_stands(draft);
}

struct span signed_again(struct draft *draft) {
    return signed_header(draft, encoded(draft->header));
}

static json_t *disclosure_vector(const char *expect, const char *name, struct span disclosure) {
    json_t *v = vector("disclosure", expect, name), *members = json_array();
    const struct identity *known[] = {&originator, &author};
    for (size_t i = 0; i < 2; i++) {
        json_t *member = json_object();
        add_input(member, "id", SPAN_OF_ARRAY(known[i]->id));
        add_input(member, "sign_key", SPAN_OF_ARRAY(known[i]->sign_key));
        append_json(members, member);
    }
    add_input(v, "disclosure", disclosure);
    add_json(v, "members", members);
    return v;
}

/* The originator of the vector has changed its keys: now in force, and before. */
static void set_keys(json_t *v, const uint8_t *in_force, const struct span *former, size_t count) {
    json_t *member = json_array_get(json_object_get(v, "members"), 0);
    add_input(member, "sign_key", span_of(in_force, SIGN_PUBLIC_SIZE));
    json_t *list = add_list(member, "former");
    for (size_t i = 0; i < count; i++)
        append_bytes(list, former[i]);
}

void refuse_disclosure(const char *expect, const char *name, struct span disclosure) {
    disclosure_vector(expect, name, disclosure);
}

/* The outputs are what the disclosure says it holds; whether it is right to say so is for the reader to find. */
static void add_outputs(json_t *v, const char *name, struct span disclosure) {
    json_t *values = json_object();
    struct disclosure read;
    must(!disclosure_decode(&read, &memory, disclosure), name);
    add_output(v, "object_id", SPAN_OF_ARRAY(read.object));
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        if (read.opening.values[slot].data)
            add_output(values, text_format(&memory, "%zu", slot), read.opening.values[slot]);
    add_json(v, "values", values);
    add_output(v, "signed_by", SPAN_OF_ARRAY(originator.sign_key));
}

void accept_disclosure(const char *name, struct span disclosure) {
    add_outputs(disclosure_vector("ok", name, disclosure), name, disclosure);
}

void accept_disclosure_of_keys(const char *name, struct span disclosure, const uint8_t *in_force,
                               const struct span *former, size_t count) {
    json_t *v = disclosure_vector("ok", name, disclosure);
    set_keys(v, in_force, former, count);
    add_outputs(v, name, disclosure);
}

void refuse_disclosure_of_keys(const char *expect, const char *name, struct span disclosure, const uint8_t *in_force,
                               const struct span *former, size_t count) {
    set_keys(disclosure_vector(expect, name, disclosure), in_force, former, count);
}
