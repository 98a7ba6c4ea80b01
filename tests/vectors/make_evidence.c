/* Files of evidence: good ones, and each attack on one: stripped, widened, swapped, forged, cut. */
#include <string.h>

#include "base/text.h"
#include "base/proto.h"
#include "core/evidence.h"
#include "core/merkle.h"
#include "tests/vectors/seizure.h"
#include "tests/vectors/story.h"

enum { RECORDS = 5, NUMBER = 3, ENTRY_NUMBER = 7 };

/* ---- what is in a good one ---- */

static const char customs[] = "customs", police_audience[] = "police";

struct sealed_entry {
    struct span bytes;
    uint8_t data_key[SEAL_KEY_SIZE];
};

static struct field_set small_view(void) {
    const struct field_set view = only(field_find("incident.country")->slot);
    return field_set_or(view, only(field_find("specimens.taxon")->slot));
}

static struct span passed_on(const struct field_set *view) {
    const struct policy_hop hop = {.from_originator = false};
    struct span out;
    MUST(!disclosure_pass_on(&out, &memory, &seizure, view, &hop));
    return out;
}

static struct sealed_entry seal_entry(const struct identity *by, const char *audience, struct span disclosure) {
    struct feed_head head = {.number = ENTRY_NUMBER - 1, .epoch = 1};
    struct sealed_entry out;
    struct entry entry;
    struct buf bytes;
    uint8_t epoch_key[SEAL_KEY_SIZE];
    feed_id(head.feed, by->key_id, audience);
    memcpy(epoch_key, bytes_named("epoch key of evidence", sizeof epoch_key).data, sizeof epoch_key);
    const struct feed_draft draft = {ENTRY_DISCLOSURE, 1, NOW_MS, disclosure, epoch_key};
    buf_init(&bytes, &memory);
    MUST(!feed_append(&bytes, &memory, &head, &draft, by, random_named(audience)));
    out.bytes = buf_span(&bytes);
    MUST(!feed_parse(&entry, out.bytes));
    MUST(!feed_data_key(out.data_key, &entry, epoch_key));
    return out;
}

static struct roster *roster_of(struct span file) {
    Trust *words = arena_alloc(&memory, sizeof *words);
    const struct roster_anchor anchor = anchor_of("abc", 2);
    struct roster *roster;
    trust__init(words);
    words->n_rosters = 1;
    words->rosters = arena_array(&memory, 1, sizeof *words->rosters);
    words->rosters[0] = words_of(file);
    MUST(!roster_open(&roster, roster_file(encoded(words)), &anchor));
    return roster;
}

/* The record of the entry, in a log of five. */
static struct span record_of(struct span entry_bytes, const uint8_t *object) {
    DisclosureRecord record = DISCLOSURE_RECORD__INIT;
    Told told = TOLD__INIT;
    struct entry entry;
    const struct field_set view = small_view();
    MUST(!feed_parse_header(&entry, entry_bytes));
    told.object = proto_bytes(object, OBJECT_ID_SIZE);
    told.alert = seizure.header->alert;
    told.version = seizure.header->version;
    told.shown = words_of(bitmap(&view));
    told.readers = 1;
    told.rule = text_of("policy.yaml:12: publish");
    record.time = NOW_MS;
    record.feed = proto_bytes(entry.feed, FEED_ID_SIZE);
    record.audience = text_of(police_audience);
    record.epoch = 1;
    record.number = entry.number;
    record.told = &told;
    return encoded(&record);
}

static uint8_t kept[4][RECORDS][HASH_SIZE];

static enum result read_kept(void *context, unsigned level, uint64_t index, uint8_t out[static HASH_SIZE]) {
    (void)context;
    memcpy(out, kept[level][index], HASH_SIZE);
    return RESULT_OK;
}

static struct span lines_of(const struct checkpoint *checkpoint) {
    struct buf text;
    buf_init(&text, &memory);
    checkpoint_write(&text, checkpoint);
    return buf_span(&text);
}

static struct span word_of(const struct identity *witness, const struct checkpoint *checkpoint) {
    struct cosignature cosignature = {.time = T0 + 60};
    struct buf text;
    MUST(!cosignature_sign(&cosignature, &memory, checkpoint, witness));
    buf_init(&text, &memory);
    cosignature_write(&text, &cosignature);
    return buf_span(&text);
}

static struct checkpoint point; /* of the log that log_of() made last */

static LogEvidence *log_of(struct span record, const struct identity *keeper) {
    const struct span salt = bytes_named("salt of evidence", JOURNAL_SALT_SIZE);
    const struct merkle_source source = {read_kept, NULL};
    struct merkle tree = {0};
    struct merkle_proof proof;
    LogEvidence *log = arena_alloc(&memory, sizeof *log);
    for (uint64_t number = 1; number <= RECORDS; number++) {
        uint8_t leaf[HASH_SIZE], done[MERKLE_LEVELS][HASH_SIZE];
        journal_leaf(leaf, JOURNAL_DISCLOSURES, number, salt.data,
                     number == NUMBER ? record : span_of_text("another record"));
        size_t count = merkle_append(&tree, leaf, done);
        for (size_t level = 0; level < count; level++)
            memcpy(kept[level][(number - 1) >> level], done[level], HASH_SIZE);
    }
    point = (struct checkpoint){.journal = JOURNAL_DISCLOSURES, .size = RECORDS, .time = T0 + 30};
    merkle_root(point.root, &tree);
    MUST(!checkpoint_sign(&point, &memory, keeper));
    MUST(!merkle_prove_inclusion(&proof, &source, NUMBER - 1, RECORDS));
    log_evidence__init(log);
    log->number = NUMBER;
    log->salt = words_of(salt);
    log->record = words_of(record);
    log->checkpoint =
        words_of(joined(lines_of(&point), joined(word_of(&originator, &point), word_of(&reader, &point))));
    log->proof = words_of(joined(merkle_proof_span(&proof), (struct span){0}));
    return log;
}

/* ---- drafts ---- */

/* The author (UG) was told by the originator (KE), and told its police; all of it opens. */
static Evidence *whole(void) {
    const struct field_set view = small_view();
    const struct sealed_entry told = seal_entry(&originator, customs, disclosed(&view));
    const struct sealed_entry passed = seal_entry(&author, police_audience, passed_on(&view));
    struct roster *roster = roster_of(three_signed(1));
    const struct evidence_draft draft = {
        .roster = roster,
        .maker = &author,
        .made = NOW_MS + 90000,
        .disclosure = disclosed(&view),
        .originator = roster_find(roster, originator.id),
        .told = {roster_find(roster, originator.id), originator.key_id, customs, told.bytes, told.data_key},
        .passed = {roster_find(roster, author.id), author.key_id, police_audience, passed.bytes, passed.data_key},
        .log = log_of(record_of(passed.bytes, seizure.object), &author)};
    struct buf file;
    SignedEvidence *sealed;
    Evidence *words;
    buf_init(&file, &memory);
    MUST(!evidence_write(&file, &memory, &draft));
    roster_free(roster);
    MUST(!proto_decode(&memory, &signed_evidence__descriptor, span_of(file.data + 9, file.len - 9), &sealed));
    MUST(!proto_decode(&memory, &evidence__descriptor, proto_span(sealed->evidence), &words));
    return words;
}

static struct span file_of(uint8_t suite, struct span evidence, struct span signature) {
    SignedEvidence sealed = SIGNED_EVIDENCE__INIT;
    sealed.evidence = words_of(evidence);
    sealed.signature = words_of(signature);
    return joined(joined(span_of_text("INAMAEVI"), filled(suite, 1)), encoded(&sealed));
}

static struct span signature_by(const struct identity *maker, struct span evidence) {
    uint8_t digest[HASH_SIZE], signature[SIGNATURE_SIZE];
    hash_of(digest, "INAMA.evidence", evidence);
    sign_make(signature, maker->secrets->sign, "INAMA.sig.evid", SPAN_OF_ARRAY(digest));
    return joined(SPAN_OF_ARRAY(signature), (struct span){0});
}

/* As its maker signs it: who makes a file may try to lie, too. */
static struct span made(const Evidence *words) {
    const struct span bytes = encoded(words);
    return file_of(1, bytes, signature_by(&author, bytes));
}

/* As somebody else changed it, who has the file and no key. */
static struct span tampered(const Evidence *words) {
    return file_of(1, encoded(words), signature_by(&author, encoded(whole())));
}

/* ---- vectors ---- */

static json_t *evidence_vector(const char *expect, const char *name, struct span file, const char *letters) {
    json_t *v = vector("evidence", expect, name), *list;
    add_input(v, "file", file);
    list = add_list(v, "roots");
    for (; *letters; letters++)
        append_bytes(list, SPAN_OF_ARRAY(roots[*letters - 'a'].key));
    return v;
}

static void accept(const char *name, struct span file, const char *letters, size_t confirmed, bool told_opened,
                   bool passed_opened, uint64_t number, size_t witnesses) {
    json_t *v = evidence_vector("ok", name, file, letters);
    add_output(v, "object", SPAN_OF_ARRAY(seizure.object));
    add_output(v, "originator", SPAN_OF_ARRAY(originator.id));
    add_output(v, "maker", SPAN_OF_ARRAY(author.id));
    add_number(v, "confirmed", confirmed);
    add_flag(v, "told_opened", told_opened);
    add_flag(v, "passed_opened", passed_opened);
    add_number(v, "number", number);
    add_number(v, "witnesses", witnesses);
}

static void refuse(const char *expect, const char *name, struct span file) {
    evidence_vector(expect, name, file, "");
}

static ProtobufCBinaryData head_of(ProtobufCBinaryData entry) {
    return proto_bytes(entry.data, ENTRY_OVERHEAD);
}

static void close_hop(Hop *hop) {
    hop->has_data_key = false;
    hop->entry = head_of(hop->entry);
}

static ProtobufCBinaryData flipped_words(ProtobufCBinaryData bytes, size_t at) {
    return words_of(flipped(proto_span(bytes), at, 1));
}

static void make_good(void) {
    Evidence *words = whole();
    accept("an alert with all that proves it", made(words), "abc", 2, true, true, NUMBER, 2);
    accept("for who trusts one root of the two", made(words), "a", 1, true, true, NUMBER, 2);
    accept("for who trusts a root that has not signed", made(words), "c", 0, true, true, NUMBER, 2);
    accept("for who trusts one root twice", made(words), "aa", 1, true, true, NUMBER, 2);
    close_hop(words->told);
    accept("an entry that stays closed", made(words), "", 0, false, true, NUMBER, 2);
    words->log = NULL;
    accept("without the log", made(words), "", 0, false, true, 0, 0);
    words->passed = NULL;
    accept("from who was told, and no more", made(words), "", 0, false, false, 0, 0);
    words = whole();
    words->log->checkpoint = words_of(lines_of(&point));
    accept("a log that nobody has seen", made(words), "", 0, true, true, NUMBER, 0);
    words = whole();
    words->log->checkpoint = words_of(joined(lines_of(&point), word_of(&reader, &point)));
    accept("with one witness", made(words), "", 0, true, true, NUMBER, 1);
}

/* ---- form ---- */

static void make_forms(void) {
    const struct span good = made(whole());
    refuse("malformed", "nothing", (struct span){0});
    refuse("malformed", "cut inside the first eight bytes", cut(good, 7));
    refuse("truncated", "cut behind them", cut(good, 8));
    refuse("malformed", "cut behind the suite", cut(good, 9));
    refuse("malformed", "cut in the middle", cut(good, good.len / 2));
    refuse("malformed", "cut by a byte", without_last(good, 1));
    refuse("malformed", "a byte more", joined(good, filled(0, 1)));
    refuse("malformed", "another kind of file", joined(span_of_text("INAMASTK"), span_of(good.data + 8, good.len - 8)));
    refuse("unknown-suite", "suite 2 of the file", replaced(good, 8, filled(2, 1)));
    refuse("too-large", "a byte more than there may be", joined(cut(good, 9), filled(0, EVIDENCE_BYTES_MAX - 8)));
    Evidence *words = whole();
    words->suite = 2;
    refuse("unknown-suite", "suite 2 of what is signed", made(words));
    words = whole();
    words->maker.len--;
    refuse("malformed", "a short id of the maker", made(words));
    words = whole();
    words->told->entry = head_of(words->told->entry);
    refuse("malformed", "a key and nothing to be opened by it", made(words));
    words = whole();
    words->told->has_data_key = false;
    refuse("malformed", "a body and no key", made(words));
    words = whole();
    words->told->audience = text_of("");
    refuse("malformed", "an audience without a name", made(words));
    words = whole();
    words->passed = NULL;
    refuse("malformed", "a log of nothing", made(words));
    words = whole();
    words->log->number = 0;
    refuse("malformed", "record 0", made(words));
    const struct span bytes = encoded(whole());
    refuse("malformed", "a short signature", file_of(1, bytes, without_last(signature_by(&author, bytes), 1)));
}

/* ---- who made it, and whom to believe ---- */

static ProtobufCBinaryData trust_of(const struct span *rosters, size_t count) {
    Trust words = TRUST__INIT;
    words.n_rosters = count;
    words.rosters = arena_array(&memory, count, sizeof *words.rosters);
    for (size_t i = 0; i < count; i++)
        words.rosters[i] = words_of(rosters[i]);
    return words_of(encoded(&words));
}

static void make_makers(void) {
    Evidence *words = whole();
    const struct span bytes = encoded(words);
    refuse("bad-signature", "signed by somebody else", file_of(1, bytes, signature_by(&reader, bytes)));
    words->made++;
    refuse("bad-signature", "another time", tampered(words));
    words = whole();
    words->maker = proto_bytes(stranger.id, MEMBER_ID_SIZE);
    words->key = proto_bytes(stranger.key_id, MEMBER_ID_SIZE);
    refuse("unknown-member", "made by a stranger", file_of(1, encoded(words), signature_by(&stranger, encoded(words))));
    words = whole();
    words->key = proto_bytes(reader.key_id, MEMBER_ID_SIZE);
    refuse("unknown-member", "by another member's key",
           file_of(1, encoded(words), signature_by(&reader, encoded(words))));
    struct list_draft *d = three(1);
    row_named(d, "ug-customs")->ended = ending_of(3, NOW_MS);
    const struct span revoked = roster_by(d, "ab");
    words = whole();
    words->trust = trust_of(&revoked, 1);
    refuse("revoked", "its maker's key may be in other hands", made(words));
}

static void make_rosters_of_evidence(void) {
    Evidence *words = whole();
    const struct span few = roster_by(three(1), "a"), two[] = {three_signed(1), three_signed(2)};
    words->trust = trust_of(&few, 1);
    refuse("too-few-signatures", "a roster that too few roots have signed", made(words));
    words->trust = trust_of(two, 2);
    refuse("malformed", "two rosters", made(words));
    words->trust = trust_of(NULL, 0);
    refuse("malformed", "no roster", made(words));
    const struct span desks = desks_by(two_desks(1), &originator);
    words->trust = trust_of(&desks, 1);
    refuse("malformed", "desks in the place of the roster", made(words));
    struct list_draft *d = three(1);
    set_roots(d, "def", 2);
    const struct span other = roster_by(d, "de");
    words = whole();
    words->trust = trust_of(&other, 1);
    refuse("bad-signature", "another roster, put in by somebody else", tampered(words));
    accept("another roster, put in by its maker: the roots are not the reader's", made(words), "abc", 0, true, true,
           NUMBER, 2);
    d = roster_draft(1);
    add_row(d, &author, "ug-customs", "UG", "CUSTOMS");
    add_row(d, &stranger, "ke-customs", "KE", "CUSTOMS");
    const struct span forged = roster_by(d, "ab");
    words->trust = trust_of(&forged, 1);
    refuse("unknown-member", "a roster with somebody else in the originator's place", made(words));
}

/* ---- the alert ---- */

static void make_alerts(void) {
    const struct field_set view = small_view(), more = field_set_or(view, only(field_find("persons.surname")->slot));
    Evidence *words = whole();
    struct draft draft = draft_of(&view);
    draft.words->values[0] = words_of(joined(proto_span(draft.words->values[0]), filled('x', 1)));
    words->disclosure = words_of(as_it_stands(&draft));
    refuse("bad-root", "a field swapped", made(words));
    draft = draft_of(&view);
    draft.words->shown = words_of(bitmap(&more));
    words->disclosure = words_of(as_it_stands(&draft));
    refuse("malformed", "a field more is said to be shown", made(words));
    draft = draft_of(&view);
    draft.words->present = words_of(filled(0, FIELD_SLOTS / 8));
    draft.words->n_values = 0;
    words->disclosure = words_of(as_it_stands(&draft));
    refuse("bad-root", "fields that are shown stripped of their values", made(words));
    draft = draft_of(&view);
    draft.header->tlp = text_of("CLEAR");
    draft.words->header = words_of(encoded(draft.header));
    words->disclosure = words_of(as_it_stands(&draft));
    refuse("bad-signature", "the marking swapped", made(words));
    draft = draft_of(&view);
    draft.words->signature = flipped_words(draft.words->signature, 40);
    words->disclosure = words_of(as_it_stands(&draft));
    refuse("bad-signature", "another signature", made(words));
    draft = draft_of(&view);
    draft.header->originator = proto_bytes(stranger.id, MEMBER_ID_SIZE);
    words->disclosure = words_of(signed_again(&draft));
    refuse("unknown-member", "its originator is in no roster", made(words));
    words->disclosure = words_of(disclosed(&more));
    refuse("bad-signature", "widened by somebody else", tampered(words));
    struct list_draft *d = three(1);
    add_former(row_named(d, "ke-customs"), SPAN_OF_ARRAY(stranger.sign_key), ending_of(1, NOW_MS));
    row_named(d, "ke-customs")->ended = ending_of(3, NOW_MS);
    row_named(d, "ke-customs")->has_serial = true;
    row_named(d, "ke-customs")->serial = 2;
    const struct span revoked = roster_by(d, "ab");
    words = whole();
    words->trust = trust_of(&revoked, 1);
    close_hop(words->told);
    refuse("revoked", "its originator's key may be in other hands", made(words));
}

/* ---- entries ---- */

static void make_hops(void) {
    Evidence *words = whole();
    words->told = NULL;
    refuse("bad-signature", "stripped of who told it", tampered(words));
    refuse("malformed", "its maker leaves out who told it", made(words));
    words = whole();
    words->passed = NULL;
    words->log = NULL;
    refuse("bad-signature", "stripped of who was told", tampered(words));
    words = whole();
    words->told = words->passed;
    refuse("malformed", "told by its own maker", made(words));
    words = whole();
    words->passed = words->told;
    refuse("malformed", "passed on by somebody else", made(words));
    words = whole();
    words->told->entry = flipped_words(words->told->entry, 80);
    refuse("bad-signature", "another time of the entry", made(words));
    words = whole();
    words->told->entry = flipped_words(words->told->entry, ENTRY_HEADER_SIZE + 40);
    refuse("bad-signature", "another signature of the entry", made(words));
    words = whole();
    words->told->entry = flipped_words(words->told->entry, words->told->entry.len - 1);
    refuse("bad-hash", "another body", made(words));
    words = whole();
    words->told->data_key = flipped_words(words->told->data_key, 0);
    refuse("bad-commitment", "another data key", made(words));
    words = whole();
    words->told->audience = text_of("desks");
    refuse("wrong-feed", "another audience", made(words));
    words = whole();
    words->told->author = proto_bytes(reader.id, MEMBER_ID_SIZE);
    refuse("unknown-member", "another author", made(words));
    words = whole();
    words->told->author = proto_bytes(reader.id, MEMBER_ID_SIZE);
    words->told->key = proto_bytes(reader.key_id, MEMBER_ID_SIZE);
    refuse("wrong-feed", "another author with its own key", made(words));
    words = whole();
    words->told->entry = words_of(replaced(proto_span(words->told->entry), 1, filled(ENTRY_GRANT, 1)));
    refuse("malformed", "a grant with a wrapped key", made(words));
    const struct field_set view = small_view();
    struct draft draft = draft_of(&view);
    draft.header->version++;
    const struct sealed_entry other = seal_entry(&originator, customs, signed_again(&draft));
    words = whole();
    words->told->entry = words_of(other.bytes);
    words->told->data_key = words_of(joined(SPAN_OF_ARRAY(other.data_key), (struct span){0}));
    refuse("bad-hash", "an entry that holds another alert", made(words));
}

/* ---- the log ---- */

static void make_logs_of_evidence(void) {
    Evidence *words = whole();
    const struct span good = proto_span(words->log->checkpoint), lines = lines_of(&point);
    words->log->proof = flipped_words(words->log->proof, 0);
    refuse("bad-hash", "another proof", made(words));
    words = whole();
    words->log->number = NUMBER + 1;
    refuse("bad-hash", "the number of another record", made(words));
    words = whole();
    words->log->salt = flipped_words(words->log->salt, 0);
    refuse("bad-hash", "another salt", made(words));
    words = whole();
    words->log->record = words_of(record_of(proto_span(words->passed->entry), filled(7, OBJECT_ID_SIZE).data));
    refuse("bad-hash", "the record of another alert", made(words));
    words = whole();
    words->log->record = words_of(record_of(proto_span(words->told->entry), seizure.object));
    refuse("wrong-feed", "the record of another entry", made(words));
    words = whole();
    words->log = log_of(proto_span(words->log->record), &reader);
    refuse("unknown-member", "the log of another member", made(words));
    words = whole();
    words->log->checkpoint = words_of(joined(span_of_text("by hand\n"), good));
    refuse("malformed", "words before the checkpoint", made(words));
    words->log->checkpoint = words_of(joined(good, span_of_text("by hand\n")));
    refuse("malformed", "words behind the cosignatures", made(words));
    words->log->checkpoint = words_of(span_of_text("by hand\n"));
    refuse("malformed", "no checkpoint", made(words));
    words->log->checkpoint = words_of(joined(lines, word_of(&stranger, &point)));
    refuse("unknown-member", "cosigned by a stranger", made(words));
    words->log->checkpoint = words_of(joined(lines, word_of(&author, &point)));
    refuse("malformed", "cosigned by its own maker", made(words));
    words->log->checkpoint = words_of(joined(lines, joined(word_of(&reader, &point), word_of(&reader, &point))));
    refuse("malformed", "one witness twice", made(words));
    struct checkpoint other = point;
    other.time++;
    MUST(!checkpoint_sign(&other, &memory, &author));
    words->log->checkpoint = words_of(joined(lines, word_of(&reader, &other)));
    refuse("bad-signature", "a cosignature of another checkpoint", made(words));
    other.journal = JOURNAL_AUDIT;
    MUST(!checkpoint_sign(&other, &memory, &author));
    words->log->checkpoint = words_of(lines_of(&other));
    refuse("malformed", "a checkpoint of the other log", made(words));
    words = whole();
    words->log->checkpoint = words_of(flipped(good, lines.len - 10, 1));
    refuse("bad-signature", "another signature of the checkpoint", made(words));
    words = whole();
    words->log = NULL;
    refuse("bad-signature", "stripped of the log", tampered(words));
}

void make_evidence(void) {
    seizure_make();
    make_good();
    make_forms();
    make_makers();
    make_rosters_of_evidence();
    make_alerts();
    make_hops();
    make_logs_of_evidence();
}
