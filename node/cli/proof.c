#include "cli/proof.h"

#include <string.h>

#include "base/proto.h"
#include "base/text.h"
#include "cli/home.h"
#include "cli/print.h"
#include "core/feed.h"
#include "keys/roster.h"

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

/* A signing key, and how it ended; `key` empty if there is none. */
struct signer {
    struct span key;
    const struct ending *ending;
};

/* Of the keys that a member has had, the one that the node names, or else the one in force. */
static struct signer signer_of(const struct member *member, struct span named) {
    struct signer signer = {span_of(member->sign_key, SIGN_PUBLIC_SIZE), member->ended};
    uint8_t id[MEMBER_ID_SIZE];
    if (named.len != SIGN_PUBLIC_SIZE)
        return signer;
    identity_id_of(id, named.data);
    const uint8_t *key = member_sign_key(member, id, &signer.ending);
    if (key)
        signer.key = span_of(key, SIGN_PUBLIC_SIZE);
    else
        signer.ending = member->ended;
    return signer;
}

static struct signer find_originator(struct proving *proving, enum result *result, const char **who) {
    const ProtobufCBinaryData *id = &proving->proof->disclosure.header->originator;
    struct span named = proto_span(proving->shown->sign_key);
    *result = named.len == SIGN_PUBLIC_SIZE ? RESULT_OK : RESULT_UNKNOWN_MEMBER;
    *who = text_escape(proving->arena, proving->shown->row->originator);
    if (!proving->roster)
        return (struct signer){.key = named};
    const struct member *member = id->len == MEMBER_ID_SIZE ? roster_find_ever(proving->roster, id->data) : NULL;
    *result = member ? RESULT_OK : RESULT_UNKNOWN_MEMBER;
    if (!member)
        return (struct signer){0};
    *who = text_format(proving->arena, "%s, %s", member->name, text_escape(proving->arena, member->label));
    return signer_of(member, named);
}

/* Is a key that ended believed that far (docs/protocol.md, 8.9)? For what came by its own feed the entry decides. */
static enum result check_originator(const struct proving *proving, const struct signer *signer) {
    if (proving->shown->from && span_equal(signer->key, proto_span(proving->shown->author_key)))
        return RESULT_OK;
    return ending_admits_alert(signer->ending, proving->proof->disclosure.header->created);
}

static void prove_originator(struct proving *proving) {
    enum result result;
    const char *who;
    const struct signer signer = find_originator(proving, &result, &who);
    if (!add_step(proving, _("the originator is in the roster"), result, who))
        return;
    result = disclosure_verify(&proving->proof->disclosure, signer.key.data);
    enum result root = result == RESULT_BAD_SIGNATURE || result == RESULT_BAD_POINT ? RESULT_OK : result;
    if (!add_step(proving, _("the fields shown are those that the originator committed to"), root, ""))
        return;
    if (!result)
        result = check_originator(proving, &signer);
    add_step(proving, _("the originator's signature is good"), result, "");
}

static enum result verify_entry(struct proving *proving, const struct entry *entry, const struct signer *signer) {
    const Shown *shown = proving->shown;
    uint8_t author[MEMBER_ID_SIZE], id[FEED_ID_SIZE];
    TRY(feed_verify(entry, signer->key.data));
    identity_id_of(author, signer->key.data);
    feed_id(id, author, shown->audience ? shown->audience : "");
    if (memcmp(id, entry->feed, FEED_ID_SIZE) != 0)
        return RESULT_WRONG_FEED;
    if (entry->number != shown->number)
        return RESULT_OUT_OF_ORDER;
    return ending_admits_entry(signer->ending, entry->feed, entry->number, entry->hash);
}

/* Members that ended keep their names in the roster: what came from them before still did. */
static const struct member *find_ever_by_name(const struct roster *roster, const char *name) {
    const struct member *member = roster_find_name(roster, name);
    for (size_t i = 0; !member && i < roster->ended_count; i++)
        if (strcmp(roster->ended[i].name, name) == 0)
            member = &roster->ended[i];
    return member;
}

/* Who passed it on to this node, if anybody did. */
static void prove_path(struct proving *proving) {
    const Shown *shown = proving->shown;
    struct entry entry;
    if (!shown->from)
        return;
    struct signer signer = {.key = proto_span(shown->author_key)};
    if (proving->roster) {
        const struct member *author = find_ever_by_name(proving->roster, shown->from);
        signer = author ? signer_of(author, signer.key) : (struct signer){0};
    }
    const char *what = text_format(proving->arena, _("%s signed it as entry %llu of its feed \"%s\""),
                                   text_escape(proving->arena, shown->from), (unsigned long long)shown->number,
                                   text_escape(proving->arena, shown->audience ? shown->audience : ""));
    enum result result = signer.key.len == SIGN_PUBLIC_SIZE ? RESULT_OK : RESULT_UNKNOWN_MEMBER;
    if (!result)
        result = feed_parse_header(&entry, proto_span(shown->entry));
    if (!result)
        result = verify_entry(proving, &entry, &signer);
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
