#include "core/evidence.h"

#include <string.h>

#include "base/proto.h"
#include "core/merkle.h"
#include "roster.pb-c.h"

enum { SUITE = 1, ROSTER_SUITE = 1 };

static const char magic[] = "INAMAEVI", roster_magic[] = "INAMALST";
static const char sign_tag[] = "INAMA.sig.evid", hash_tag_of_it[] = "INAMA.evidence";

/* ---- reading: form ---- */

static bool is_of(const ProtobufCBinaryData *bytes, size_t size) {
    return bytes->len == size;
}

static bool has_form_of_hop(const Hop *hop) {
    return !hop || (is_of(&hop->author, MEMBER_ID_SIZE) && is_of(&hop->key, MEMBER_ID_SIZE) && *hop->audience &&
                    strlen(hop->audience) <= NAME_BYTES_MAX &&
                    (hop->has_data_key ? hop->entry.len > ENTRY_OVERHEAD && is_of(&hop->data_key, SEAL_KEY_SIZE)
                                       : is_of(&hop->entry, ENTRY_OVERHEAD)));
}

static bool has_form(const Evidence *words) {
    return is_of(&words->maker, MEMBER_ID_SIZE) && is_of(&words->key, MEMBER_ID_SIZE) && has_form_of_hop(words->told) &&
           has_form_of_hop(words->passed) && (!words->log || words->passed) &&
           (!words->log || (is_of(&words->log->salt, JOURNAL_SALT_SIZE) && words->log->number));
}

static enum result read_form(Evidence **out, SignedEvidence **sealed, struct arena *arena, struct span file) {
    uint8_t suite;
    if (file.len > EVIDENCE_BYTES_MAX)
        return RESULT_TOO_LARGE;
    if (!span_skip(&file, span_of_text(magic)))
        return RESULT_MALFORMED;
    if (!span_u8(&file, &suite))
        return RESULT_TRUNCATED;
    if (suite != SUITE)
        return RESULT_UNKNOWN_SUITE;
    TRY(proto_decode_canonical(arena, &signed_evidence__descriptor, file, sealed));
    if (!is_of(&(*sealed)->signature, SIGNATURE_SIZE))
        return RESULT_MALFORMED;
    TRY(proto_decode_canonical(arena, &evidence__descriptor, proto_span((*sealed)->evidence), out));
    if ((*out)->suite != SUITE)
        return RESULT_UNKNOWN_SUITE;
    return has_form(*out) ? RESULT_OK : RESULT_MALFORMED;
}

/* ---- reading: who is who ---- */

/* One roster is in it, believed by the roots that it names itself. */
static enum result read_roster(struct roster **out, struct arena *arena, struct span trust) {
    Trust *words;
    struct buf file;
    struct list *list;
    TRY(proto_decode_canonical(arena, &trust__descriptor, trust, &words));
    if (words->n_rosters != 1 || words->has_drafting)
        return RESULT_MALFORMED;
    TRY(list_read(&list, proto_span(words->rosters[0])));
    const struct roster_anchor anchor = {list->roots, list->root_count, list->threshold};
    buf_init(&file, arena);
    buf_put_span(&file, span_of_text(roster_magic));
    buf_put_u8(&file, ROSTER_SUITE);
    buf_put_span(&file, trust);
    enum result result = file.failed ? RESULT_NO_MEMORY : list->author ? RESULT_MALFORMED : RESULT_OK;
    if (!result)
        result = roster_open(out, buf_span(&file), &anchor);
    list_drop(list);
    return result;
}

bool evidence_root_has_signed(const struct evidence *evidence, const uint8_t root[static SIGN_PUBLIC_SIZE]) {
    const struct roster *roster = evidence->roster;
    uint8_t one[1][SIGN_PUBLIC_SIZE];
    bool is_root = false;
    for (size_t i = 0; i < roster->root_count; i++)
        is_root |= memcmp(roster->roots[i], root, SIGN_PUBLIC_SIZE) == 0;
    memcpy(one[0], root, SIGN_PUBLIC_SIZE);
    return is_root &&
           list_signatures(roster->chain[roster->chain_count - 1], (const uint8_t(*)[SIGN_PUBLIC_SIZE])one, 1) == 1;
}

static enum result check_maker(struct evidence *out, const Evidence *words, const SignedEvidence *sealed) {
    const struct ending *ending;
    uint8_t digest[HASH_SIZE];
    out->made = words->made;
    out->maker = roster_find_ever(out->roster, words->maker.data);
    const uint8_t *key = out->maker ? member_sign_key(out->maker, words->key.data, &ending) : NULL;
    if (!key)
        return RESULT_UNKNOWN_MEMBER;
    hash_of(digest, hash_tag_of_it, proto_span(sealed->evidence));
    TRY(sign_verify(sealed->signature.data, key, sign_tag, SPAN_OF_ARRAY(digest)));
    return ending && ending->cause == ENDING_REVOKED ? RESULT_REVOKED : RESULT_OK;
}

/* ---- reading: the alert ---- */

/* Where the key that signed it has ended, its own feed speaks for it, or the time (8.9). */
static enum result check_ending(const struct evidence *evidence, const Hop *told, const uint8_t *sign_key) {
    uint8_t key_id[MEMBER_ID_SIZE];
    identity_id_of(key_id, sign_key);
    if (told && told->has_data_key && memcmp(told->key.data, key_id, sizeof key_id) == 0)
        return RESULT_OK;
    return ending_admits_alert(evidence->ending, evidence->disclosure.header->created);
}

static enum result read_alert(struct evidence *out, struct arena *arena, const Evidence *words) {
    const uint8_t *sign_key;
    TRY(disclosure_decode(&out->disclosure, arena, proto_span(words->disclosure)));
    out->originator = roster_find_ever(out->roster, out->disclosure.header->originator.data);
    TRY(disclosure_verify_by(&out->disclosure, out->originator, &sign_key, &out->ending));
    TRY(check_ending(out, words->told, sign_key));
    return disclosure_content(&out->content, arena, &out->disclosure);
}

/* ---- reading: entries ---- */

/* What is sealed in it is this alert, as its originator signed it. */
static enum result open_hop(struct evidence_hop *out, struct arena *arena, const Hop *words,
                            const struct evidence *evidence) {
    struct disclosure inner;
    struct span plain;
    const uint8_t *sign_key;
    const struct ending *ending;
    TRY(feed_check_body(&out->entry));
    TRY(feed_open_with(arena, &plain, &out->entry, words->data_key.data));
    TRY(disclosure_decode(&inner, arena, plain));
    if (memcmp(inner.object, evidence->disclosure.object, OBJECT_ID_SIZE) != 0)
        return RESULT_BAD_HASH;
    TRY(disclosure_verify_by(&inner, evidence->originator, &sign_key, &ending));
    out->is_opened = true;
    out->shown = inner.shown;
    return RESULT_OK;
}

static enum result read_hop(struct evidence_hop *out, struct arena *arena, const Hop *words,
                            const struct evidence *evidence) {
    uint8_t id[FEED_ID_SIZE];
    const struct ending *ending;
    TRY(feed_parse_header(&out->entry, proto_span(words->entry)));
    if (out->entry.kind != ENTRY_DISCLOSURE)
        return RESULT_UNKNOWN_KIND;
    out->author = roster_find_ever(evidence->roster, words->author.data);
    const uint8_t *key = out->author ? member_sign_key(out->author, words->key.data, &ending) : NULL;
    if (!key)
        return RESULT_UNKNOWN_MEMBER;
    out->audience = words->audience;
    feed_id(id, words->key.data, words->audience);
    if (memcmp(id, out->entry.feed, sizeof id) != 0)
        return RESULT_WRONG_FEED;
    TRY(feed_verify(&out->entry, key));
    TRY(ending_admits_entry(ending, out->entry.feed, out->entry.number, out->entry.hash));
    out->is_there = true;
    return words->has_data_key ? open_hop(out, arena, words, evidence) : RESULT_OK;
}

/* The maker was told by somebody else, unless it made the alert; and has passed it on itself. */
static enum result read_hops(struct evidence *out, struct arena *arena, const Evidence *words) {
    bool is_makers = out->maker == out->originator;
    if (words->told ? is_makers : !is_makers)
        return RESULT_MALFORMED;
    if (words->told)
        TRY(read_hop(&out->told, arena, words->told, out));
    if (words->passed)
        TRY(read_hop(&out->passed, arena, words->passed, out));
    if ((words->told && out->told.author == out->maker) || (words->passed && out->passed.author != out->maker))
        return RESULT_MALFORMED;
    return RESULT_OK;
}

/* ---- reading: the log ---- */

static enum result read_record(struct evidence *out, struct arena *arena, const LogEvidence *log) {
    DisclosureRecord *record;
    TRY(proto_decode_canonical(arena, &disclosure_record__descriptor, proto_span(log->record), &record));
    if (!record->told)
        return RESULT_MALFORMED;
    if (!span_equal(proto_span(record->told->object), SPAN_OF_ARRAY(out->disclosure.object)))
        return RESULT_BAD_HASH;
    if (!span_equal(proto_span(record->feed), SPAN_OF_ARRAY(out->passed.entry.feed)) ||
        record->number != out->passed.entry.number)
        return RESULT_WRONG_FEED;
    out->number = log->number;
    out->record_time = record->time;
    return RESULT_OK;
}

static bool is_witness_twice(const struct evidence *evidence, const struct member *member) {
    for (size_t i = 0; i < evidence->witness_count; i++)
        if (evidence->witnesses[i].member == member)
            return true;
    return false;
}

/* The lines behind the checkpoint are cosignatures by others than its node, and nothing else. */
static enum result read_witnesses(struct evidence *out, struct arena *arena, struct span text) {
    while (text.len) {
        struct cosignature cosignature;
        struct span before = text;
        enum result result = cosignature_read(&cosignature, arena, &text);
        if (result)
            return result == RESULT_NOT_FOUND ? RESULT_MALFORMED : result;
        const struct member *member = roster_find_ever(out->roster, cosignature.witness);
        struct buf lines;
        buf_init(&lines, arena);
        cosignature_write(&lines, &cosignature);
        if (lines.failed)
            return RESULT_NO_MEMORY;
        if (lines.len != before.len - text.len || out->witness_count == COSIGNATURES_MAX || member == out->maker ||
            (member && is_witness_twice(out, member)))
            return RESULT_MALFORMED;
        TRY(cosignature_verify(&cosignature, arena, &out->checkpoint, member));
        out->witnesses[out->witness_count++] = (struct evidence_witness){member, cosignature.time};
    }
    return RESULT_OK;
}

static enum result read_log(struct evidence *out, struct arena *arena, const LogEvidence *log) {
    struct span text = proto_span(log->checkpoint), before = text;
    uint8_t leaf[HASH_SIZE];
    TRY(read_record(out, arena, log));
    enum result result = checkpoint_read(&out->checkpoint, arena, &text);
    if (result)
        return result == RESULT_NOT_FOUND ? RESULT_MALFORMED : result;
    struct buf lines;
    buf_init(&lines, arena);
    checkpoint_write(&lines, &out->checkpoint);
    if (lines.failed)
        return RESULT_NO_MEMORY;
    if (lines.len != before.len - text.len || out->checkpoint.journal != JOURNAL_DISCLOSURES)
        return RESULT_MALFORMED;
    TRY(checkpoint_verify(&out->checkpoint, arena, out->maker));
    journal_leaf(leaf, JOURNAL_DISCLOSURES, log->number, log->salt.data, proto_span(log->record));
    TRY(merkle_verify_inclusion(proto_span(log->proof), log->number - 1, out->checkpoint.size, leaf,
                                out->checkpoint.root));
    out->has_log = true;
    return read_witnesses(out, arena, text);
}

/* docs/protocol.md, 14.18 */
static enum result verify(struct evidence *out, struct arena *arena, const Evidence *words,
                          const SignedEvidence *sealed) {
    TRY(read_roster(&out->roster, arena, proto_span(words->trust)));
    TRY(check_maker(out, words, sealed));
    TRY(read_alert(out, arena, words));
    TRY(read_hops(out, arena, words));
    return words->log ? read_log(out, arena, words->log) : RESULT_OK;
}

enum result evidence_open(struct evidence *out, struct arena *arena, struct span file) {
    Evidence *words;
    SignedEvidence *sealed;
    struct evidence found = {0};
    TRY(read_form(&words, &sealed, arena, file));
    enum result result = verify(&found, arena, words, sealed);
    if (result)
        evidence_release(&found);
    else
        *out = found;
    return result;
}

void evidence_release(struct evidence *evidence) {
    roster_free(evidence->roster);
    evidence->roster = NULL;
}

/* ---- writing ---- */

/* Everybody whose keys are needed, and the administrations whose desks they are. */
struct named {
    const struct roster *roster;
    const struct member *rows[2 * (4 + COSIGNATURES_MAX)];
    size_t count;
};

static bool is_named(const struct named *named, const uint8_t *id) {
    for (size_t i = 0; i < named->count; i++)
        if (memcmp(named->rows[i]->id, id, MEMBER_ID_SIZE) == 0)
            return true;
    return false;
}

static void name(struct named *named, const struct member *member) {
    if (!member || is_named(named, member->id))
        return;
    named->rows[named->count++] = member;
    if (member->by)
        name(named, roster_find_ever(named->roster, member->by));
}

/* Whose row is in the roster, or in desks that go along anyway. */
static bool is_near(const struct named *named, const struct member *member) {
    return member && (!member->by || is_named(named, member->by));
}

static enum result put_trust(struct buf *out, struct arena *arena, const struct named *named) {
    const struct roster *roster = named->roster;
    Trust words = TRUST__INIT;
    words.rosters = arena_array(arena, 1, sizeof *words.rosters);
    words.desks = arena_array(arena, roster->desk_count + 1, sizeof *words.desks);
    words.renewals = arena_array(arena, roster->renewal_count + 1, sizeof *words.renewals);
    if (!words.rosters || !words.desks || !words.renewals)
        return RESULT_NO_MEMORY;
    const struct span file = roster->chain[roster->chain_count - 1]->file;
    words.rosters[words.n_rosters++] = proto_bytes(file.data, file.len);
    for (size_t i = 0; i < roster->desk_count; i++)
        for (size_t k = 0; k < named->count; k++)
            if (named->rows[k]->by && memcmp(named->rows[k]->by, roster->desks[i]->author, MEMBER_ID_SIZE) == 0) {
                words.desks[words.n_desks++] = proto_bytes(roster->desks[i]->file.data, roster->desks[i]->file.len);
                break;
            }
    for (size_t i = 0; i < roster->renewal_count; i++)
        if (is_named(named, roster->renewals[i]->member))
            words.renewals[words.n_renewals++] =
                proto_bytes(roster->renewals[i]->file.data, roster->renewals[i]->file.len);
    proto_encode(out, &words);
    return out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}

/* The checkpoint, with the cosignatures of those whose keys go along. */
static enum result put_log(LogEvidence *out, struct arena *arena, struct named *named, const LogEvidence *log) {
    struct span text = proto_span(log->checkpoint);
    struct checkpoint checkpoint;
    struct cosignature cosignature;
    struct buf lines;
    buf_init(&lines, arena);
    TRY(checkpoint_read(&checkpoint, arena, &text));
    checkpoint_write(&lines, &checkpoint);
    while (!cosignature_read(&cosignature, arena, &text)) {
        const struct member *witness = roster_find_ever(named->roster, cosignature.witness);
        if (!is_near(named, witness) || cosignature_verify(&cosignature, arena, &checkpoint, witness))
            continue;
        name(named, witness);
        cosignature_write(&lines, &cosignature);
    }
    *out = *log;
    out->checkpoint = proto_bytes(lines.data, lines.len);
    return lines.failed ? RESULT_NO_MEMORY : RESULT_OK;
}

static Hop *put_hop(Hop *out, const struct evidence_hop_draft *draft) {
    if (!draft->author)
        return NULL;
    hop__init(out);
    out->author = proto_bytes(draft->author->id, MEMBER_ID_SIZE);
    out->key = proto_bytes(draft->key, MEMBER_ID_SIZE);
    out->audience = (char *)(uintptr_t)draft->audience;
    out->has_data_key = draft->data_key != NULL;
    out->data_key = proto_bytes(draft->data_key, draft->data_key ? SEAL_KEY_SIZE : 0);
    out->entry = proto_bytes(draft->entry.data, draft->data_key ? draft->entry.len : ENTRY_OVERHEAD);
    return out;
}

static enum result sign(struct buf *out, struct arena *arena, const Evidence *words, const struct identity *maker) {
    SignedEvidence sealed = SIGNED_EVIDENCE__INIT;
    struct buf bytes;
    uint8_t digest[HASH_SIZE], signature[SIGNATURE_SIZE];
    buf_init(&bytes, arena);
    proto_encode(&bytes, words);
    if (bytes.failed)
        return RESULT_NO_MEMORY;
    hash_of(digest, hash_tag_of_it, buf_span(&bytes));
    sign_make(signature, maker->secrets->sign, sign_tag, SPAN_OF_ARRAY(digest));
    sealed.evidence = proto_bytes(bytes.data, bytes.len);
    sealed.signature = proto_bytes(signature, sizeof signature);
    size_t start = out->len;
    buf_put_span(out, span_of_text(magic));
    buf_put_u8(out, SUITE);
    proto_encode(out, &sealed);
    if (out->failed)
        return RESULT_NO_MEMORY;
    return out->len - start > EVIDENCE_BYTES_MAX ? RESULT_TOO_LARGE : RESULT_OK;
}

enum result evidence_write(struct buf *out, struct arena *arena, const struct evidence_draft *draft) {
    struct named named = {.roster = draft->roster};
    Evidence words = EVIDENCE__INIT;
    Hop told, passed;
    LogEvidence log;
    struct buf trust;
    name(&named, roster_find_ever(draft->roster, draft->maker->id));
    name(&named, draft->originator);
    name(&named, draft->told.author);
    words.suite = SUITE;
    words.made = draft->made;
    words.maker = proto_bytes(draft->maker->id, MEMBER_ID_SIZE);
    words.key = proto_bytes(draft->maker->key_id, MEMBER_ID_SIZE);
    words.disclosure = proto_bytes(draft->disclosure.data, draft->disclosure.len);
    words.told = put_hop(&told, &draft->told);
    words.passed = put_hop(&passed, &draft->passed);
    if (draft->log) {
        TRY(put_log(&log, arena, &named, draft->log));
        words.log = &log;
    }
    buf_init(&trust, arena);
    TRY(put_trust(&trust, arena, &named));
    words.trust = proto_bytes(trust.data, trust.len);
    return sign(out, arena, &words, draft->maker);
}
