#include "cli/proof.h"

#include <string.h>

#include "base/proto.h"
#include "base/text.h"
#include "cli/home.h"
#include "cli/print.h"
#include "core/feed.h"

struct proving {
    struct proof *proof;
    struct arena *arena;
    const Shown *shown;
    const struct config *config;
    const struct roster *roster; /* NULL: keys come from the node's answer */
};

static bool add_step(struct proving *proving, const char *what, enum result result, const char *detail) {
    struct proof *proof = proving->proof;
    proof->steps[proof->count++] = (struct proof_step){what, result, result ? result_text(result) : detail};
    proof->good &= result == RESULT_OK;
    return result == RESULT_OK;
}

static enum result step_form(struct proving *proving) {
    struct proof *proof = proving->proof;
    TRY(disclosure_decode(&proof->disclosure, proving->arena, proto_span(proving->shown->disclosure)));
    TRY(disclosure_content(&proof->content, proving->arena, &proof->disclosure));
    proof->readable = true;
    return RESULT_OK;
}

/* The object id is the hash of the signed header: what the node calls this alert must be what it shows. */
static enum result step_name(struct proving *proving) {
    struct span named = proto_span(proving->shown->row->object);
    return span_equal(named, SPAN_OF_ARRAY(proving->proof->disclosure.object)) ? RESULT_OK : RESULT_BAD_HASH;
}

static struct span originator_key(struct proving *proving, enum result *result, const char **who) {
    const ProtobufCBinaryData *id = &proving->proof->disclosure.header->originator;
    struct span key = proto_span(proving->shown->sign_key);
    *result = key.len == SIGN_PUBLIC_SIZE ? RESULT_OK : RESULT_UNKNOWN_MEMBER;
    *who = text_escape(proving->arena, proving->shown->row->originator);
    if (!proving->roster)
        return key;
    const struct member *member = id->len == MEMBER_ID_SIZE ? roster_find(proving->roster, id->data) : NULL;
    *result = member ? RESULT_OK : RESULT_UNKNOWN_MEMBER;
    if (!member)
        return (struct span){0};
    *who = text_format(proving->arena, "%s, %s", member->name, text_escape(proving->arena, member->label));
    return span_of(member->sign_key, SIGN_PUBLIC_SIZE);
}

static void prove_originator(struct proving *proving) {
    enum result result;
    const char *who;
    struct span key = originator_key(proving, &result, &who);
    if (!add_step(proving, _("the originator is in the roster"), result, who))
        return;
    result = disclosure_verify(&proving->proof->disclosure, key.data);
    enum result root = result == RESULT_BAD_SIGNATURE || result == RESULT_BAD_POINT ? RESULT_OK : result;
    if (add_step(proving, _("the fields shown are those that the originator committed to"), root, ""))
        add_step(proving, _("the originator's signature is good"), result, "");
}

static enum result verify_entry(struct proving *proving, const struct entry *entry, struct span key) {
    const Shown *shown = proving->shown;
    uint8_t author[MEMBER_ID_SIZE], id[FEED_ID_SIZE];
    TRY(feed_verify(entry, key.data));
    identity_id_of(author, key.data);
    feed_id(id, author, shown->audience ? shown->audience : "");
    if (memcmp(id, entry->feed, FEED_ID_SIZE) != 0)
        return RESULT_WRONG_FEED;
    return entry->number == shown->number ? RESULT_OK : RESULT_OUT_OF_ORDER;
}

/* Who passed it on to this node, if anybody did. */
static void prove_path(struct proving *proving) {
    const Shown *shown = proving->shown;
    struct entry entry;
    if (!shown->from)
        return;
    const struct member *author = proving->roster ? roster_find_name(proving->roster, shown->from) : NULL;
    struct span key = author ? span_of(author->sign_key, SIGN_PUBLIC_SIZE) : proto_span(shown->author_key);
    const char *what = text_format(proving->arena, _("%s signed it as entry %llu of its feed \"%s\""),
                                   text_escape(proving->arena, shown->from), (unsigned long long)shown->number,
                                   text_escape(proving->arena, shown->audience ? shown->audience : ""));
    enum result result = key.len == SIGN_PUBLIC_SIZE ? RESULT_OK : RESULT_UNKNOWN_MEMBER;
    if (!result)
        result = feed_parse_header(&entry, proto_span(shown->entry));
    if (!result)
        result = verify_entry(proving, &entry, key);
    add_step(proving, what, result, result ? "" : print_time(proving->arena, entry.created));
}

static void prove(struct proving *proving) {
    if (!add_step(proving, _("the alert is well-formed"), step_form(proving), ""))
        return;
    const char *hex = print_hex(proving->arena, SPAN_OF_ARRAY(proving->proof->disclosure.object), OBJECT_ID_SIZE);
    add_step(proving, _("its id is the hash of its header"), step_name(proving), hex);
    prove_originator(proving);
    prove_path(proving);
}

void proof_make(struct proof *proof, struct arena *arena, const Shown *shown, const struct config *config) {
    struct proving proving = {.proof = proof, .arena = arena, .shown = shown, .config = config};
    struct roster *roster = NULL;
    const char *why = "";
    *proof = (struct proof){.good = true};
    if (config) {
        enum result result = home_roster(&roster, arena, config, &why);
        if (!add_step(&proving, _("the roster is signed by the roots that this node believes"), result,
                      result ? "" : text_format(arena, _("version %u"), roster->version))) {
            proof->steps[0].detail = why;
            roster = NULL;
        }
        proving.roster = roster;
    }
    prove(&proving);
    roster_free(roster);
}
