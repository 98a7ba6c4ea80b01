#include "tests/vectors/story.h"

#include <string.h>

/* ---- people ---- */

struct identity police, wildlife, other_police;

void make_desk_people(void) {
    if (police.secrets)
        return;
    MUST(!identity_make(&police, random_named("police")));
    MUST(!identity_make(&wildlife, random_named("wildlife")));
    MUST(!identity_make(&other_police, random_named("other police")));
}

struct identity renewed(const struct identity *from, bool signing, const char *name) {
    struct identity settled = *from, out;
    if (settled.has_previous)
        identity_settle(&settled);
    MUST(!identity_renew(&out, &settled, signing, random_named(name)));
    return out;
}

struct list_draft *three(uint32_t version) {
    struct list_draft *d = roster_draft(version);
    add_row(d, &originator, "ke-customs", "KE", "CUSTOMS");
    add_row(d, &author, "ug-customs", "UG", "CUSTOMS");
    add_row(d, &reader, "cd-customs", "CD", "CUSTOMS");
    return d;
}

struct span three_signed(uint32_t version) {
    return roster_by(three(version), "ab");
}

struct list_draft *two_desks(uint32_t version) {
    struct list_draft *d = desks_draft(version, &originator);
    add_row(d, &police, "ke-police", "KE", "POLICE");
    add_row(d, &wildlife, "ke-wildlife", "KE", "WILDLIFE");
    return d;
}

struct span renewal_of(const struct identity *before, const struct identity *after, Ending *ending) {
    return renewal_by(renewal_draft(after, ending), before->secrets->sign, ending ? after->secrets->sign : NULL);
}

/* ---- what is gone by ---- */

struct roster_anchor anchor_of(const char *letters, uint32_t threshold) {
    size_t count = strlen(letters);
    uint8_t(*keys)[SIGN_PUBLIC_SIZE] = arena_array(&memory, count, sizeof *keys);
    for (size_t i = 0; i < count; i++)
        memcpy(keys[i], roots[letters[i] - 'a'].key, SIGN_PUBLIC_SIZE);
    return (struct roster_anchor){(const uint8_t(*)[SIGN_PUBLIC_SIZE])keys, count, threshold};
}

struct span roster_file(struct span trust) {
    return joined(joined(span_of_text("INAMALST"), filled(1, 1)), trust);
}

void add_anchor(json_t *vector, const char *letters, uint32_t threshold) {
    json_t *list = add_list(vector, "roots");
    for (; *letters; letters++)
        append_bytes(list, SPAN_OF_ARRAY(roots[*letters - 'a'].key));
    add_number(vector, "threshold", threshold);
}

static json_t *member_of(const struct member *member) {
    json_t *out = json_object();
    add_output(out, "id", span_of(member->id, MEMBER_ID_SIZE));
    add_output(out, "sign_key", span_of(member->sign_key, SIGN_PUBLIC_SIZE));
    add_output(out, "encryption_key", span_of(member->encryption_key, EXCHANGE_KEY_SIZE));
    add_number(out, "serial", member->serial);
    add_output(out, "by", span_of(member->by, member->by ? MEMBER_ID_SIZE : 0));
    json_t *former = add_list(out, "former");
    for (size_t i = 0; i < member->former_count; i++)
        append_bytes(former, span_of(member->former[i].sign_key, SIGN_PUBLIC_SIZE));
    return out;
}

void add_belief(json_t *vector, const struct roster *roster) {
    add_number(vector, "version", roster->version);
    add_output(vector, "hash", SPAN_OF_ARRAY(roster->hash));
    json_t *members = add_list(vector, "members"), *ended = add_list(vector, "ended");
    for (size_t i = 0; i < roster->count; i++)
        append_json(members, member_of(&roster->members[i]));
    for (size_t i = 0; i < roster->ended_count; i++)
        append_bytes(ended, span_of(roster->ended[i].id, MEMBER_ID_SIZE));
    add_number(vector, "ignored", roster->ignored);
}

/* ---- the story that is being told ---- */

static json_t *told, *objects, *results;
static struct roster *now;

void begin_only(const char *expect, const char *name, struct span start, const char *letters, uint32_t threshold) {
    json_t *v = vector("trust", expect, name);
    add_input(v, "start", start);
    add_anchor(v, letters, threshold);
    add_list(v, "objects");
    if (strcmp(expect, "ok") != 0)
        return;
    const struct roster_anchor anchor = anchor_of(letters, threshold);
    struct roster *roster;
    must(!roster_open(&roster, roster_file(field_bytes(1, start)), &anchor), name);
    add_list(v, "results");
    add_belief(v, roster);
    roster_free(roster);
}

void begin(const char *name, struct span start) {
    const struct roster_anchor anchor = anchor_of("abc", 2);
    told = vector("trust", "ok", name);
    add_input(told, "start", start);
    add_anchor(told, "abc", 2);
    objects = add_list(told, "objects");
    results = add_list(told, "results");
    must(!roster_open(&now, roster_file(field_bytes(1, start)), &anchor), name);
}

/* What must come of it is the maker's word; what is gone by behind it is what the code makes of it. */
static void take(const char *expect, const char *word, enum trust_object kind, struct span bytes) {
    json_t *object = json_object();
    struct roster *next;
    add_text(object, "kind", word);
    add_input(object, "bytes", bytes);
    append_json(objects, object);
    append_json(results, json_string(expect));
    if (roster_take(&next, now, kind, bytes))
        return;
    roster_free(now);
    now = next;
}

void take_roster(const char *expect, struct span roster) {
    take(expect, "roster", TRUST_ROSTER, roster);
}

void take_desks(const char *expect, struct span desks) {
    take(expect, "desks", TRUST_DESKS, desks);
}

void take_renewal(const char *expect, struct span renewal) {
    take(expect, "renewal", TRUST_RENEWAL, renewal);
}

void end(void) {
    add_belief(told, now);
    roster_free(now);
}
