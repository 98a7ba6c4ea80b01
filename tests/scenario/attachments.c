/* Files between real nodes, and impostors with a member's keys at the other end: who is given what, what a liar gets
 * into a store, and where a transfer that was cut goes on. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "core/reference.h"
#include "keys/blob.h"
#include "sync.pb-c.h"
#include "tests/support/homes.h"
#include "tests/support/patience.h"
#include "tests/support/puppet.h"

const bool suite_no_fork = true;

enum { PATIENCE_MS = 30000, QUIET_MS = 1500, FILE_BYTES = 400000, CHUNKS_MAX = 64 };

static const char congo_policy[] = "audiences:\n"
                                   "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                                   "accept:\n"
                                   "  - {from: {role: CUSTOMS}, show: [all]}\n"
                                   "local: {operators: {show: [all]}}\n";
static const char kenya_policy[] =
    "audiences:\n"
    "  judicial: {members: {role: JUDICIAL, country: KE}, show: [incident, specimens, evidence]}\n"
    "  police: {members: {role: POLICE, country: KE}, show: [incident, specimens, exhibits.number]}\n"
    "forward:\n"
    "  - {from: {role: CUSTOMS}, to: [judicial, police]}\n"
    "accept:\n"
    "  - {from: {role: CUSTOMS}, show: [all]}\n"
    "local: {operators: {show: [all]}}\n";
static const char desk_policy[] = "accept:\n"
                                  "  - {from: {role: CUSTOMS, country: KE}, show: [all]}\n"
                                  "local: {operators: {show: [all]}}\n";

struct network {
    struct homes *homes;
    struct home *congo, *kenya, *court, *police;
    struct arena arena;
};

static struct network begin(void) {
    struct network network = {.homes = homes_new()};
    arena_init(&network.arena, SIZE_MAX);
    network.congo = homes_add(network.homes, "cd-customs", "CD", "CUSTOMS", congo_policy);
    network.kenya = homes_add(network.homes, "ke-customs", "KE", "CUSTOMS", kenya_policy);
    network.court = homes_add(network.homes, "ke-court", "KE", "JUDICIAL", desk_policy);
    network.police = homes_add(network.homes, "ke-police", "KE", "POLICE", desk_policy);
    homes_write(network.homes);
    home_start(network.congo);
    home_start(network.kenya);
    return network;
}

static void end(struct network *network) {
    ck_assert_uint_eq(homes_stop(network->homes), 0);
    arena_release(&network->arena);
    homes_free(network->homes);
}

/* ---- operators ---- */

static Reply *ask(struct network *network, const struct home *home, const Request *request) {
    struct control *control = home_connect(home);
    ck_assert_ptr_nonnull(control);
    Reply *reply = home_ask(control, &network->arena, request);
    ck_assert_ptr_nonnull(reply);
    control_close(control);
    return reply;
}

static struct span file_of(struct network *network, unsigned which) {
    uint8_t *bytes = arena_alloc(&network->arena, FILE_BYTES);
    for (size_t i = 0; i < FILE_BYTES; i++)
        bytes[i] = (uint8_t)(i * 11 + i / 499 + which);
    return span_of(bytes, FILE_BYTES);
}

/* A file of its own for each alert; *reference is how it is named. */
static void publish(struct network *network, unsigned which, struct blob_reference *reference) {
    struct span file = file_of(network, which);
    Request request = REQUEST__INIT;
    Attach words = ATTACH__INIT;
    words.has_length = true;
    words.length = file.len;
    words.piece = proto_bytes(file.data, file.len);
    request.attach = &words;
    const Reply *reply = ask(network, network->congo, &request);
    ck_assert_str_eq(reply->result, "ok");
    ck_assert_ptr_nonnull(reply->attached->reference);
    ck_assert(reference_parse(reference, reply->attached->reference));
    struct control *control = home_connect(network->congo);
    const char *json = text_format(&network->arena,
                                   "{\"kind\":\"SEIZURE\",\"marking\":{\"tlp\":\"AMBER\"},\"incident\":"
                                   "{\"date\":\"2014-05-05\",\"country\":\"CD\"},\"specimens\":"
                                   "[{\"taxon\":\"Manis tricuspis\",\"term\":\"SCA\"}],\"exhibits\":"
                                   "[{\"number\":\"E1\",\"attachment\":\"%s\"}]}",
                                   reply->attached->reference);
    const Published *published = home_publish(control, &network->arena, json);
    ck_assert(published && strcmp(published->result, "ok") == 0);
    control_close(control);
}

static void wait_for_alerts(const struct home *home, uint64_t count) {
    uint64_t start = now_ms();
    while (home_alerts(home) < count && now_ms() < start + PATIENCE_MS)
        sleep_ms(20);
    ck_assert_uint_eq(home_alerts(home), count);
}

static BlobPart *read_blob(struct network *network, const struct home *home, const struct blob_reference *reference,
                           uint32_t first, bool fetch) {
    Request request = REQUEST__INIT;
    ReadBlob words = READ_BLOB__INIT;
    words.blob = proto_bytes(reference->id, BLOB_ID_SIZE);
    words.first = first;
    words.has_fetch = words.fetch = fetch;
    request.read_blob = &words;
    const Reply *reply = ask(network, home, &request);
    return strcmp(reply->result, "ok") == 0 ? reply->blob_part : NULL;
}

/* What a giver has: the manifest and all chunks. */
struct sent {
    struct span manifest;
    struct span chunks[CHUNKS_MAX];
    uint32_t count;
};

static struct sent all_of(struct network *network, const struct home *home, const struct blob_reference *reference) {
    struct sent sent = {0};
    do {
        const BlobPart *part = read_blob(network, home, reference, sent.count, false);
        ck_assert_ptr_nonnull(part);
        ck_assert(part->status->count <= CHUNKS_MAX && part->n_chunks);
        if (part->has_manifest)
            sent.manifest = proto_span(part->manifest);
        for (size_t i = 0; i < part->n_chunks; i++)
            sent.chunks[sent.count++] = proto_span(part->chunks[i]);
        if (sent.count == part->status->count)
            return sent;
    } while (true);
}

/* It opens to the file that was attached. */
static void check_file(struct network *network, const struct home *home, const struct blob_reference *reference,
                       unsigned which) {
    struct sent sent = all_of(network, home, reference);
    struct blob blob;
    struct blob_opener opener;
    static uint8_t plain[BLOB_CHUNK_BYTES];
    struct span part, file = file_of(network, which);
    ck_assert_int_eq(blob_read(&blob, sent.manifest, reference->id), RESULT_OK);
    ck_assert_int_eq(blob_opener_init(&opener, &blob, reference->key), RESULT_OK);
    for (uint32_t i = 0; i < sent.count; i++) {
        ck_assert_int_eq(blob_open(&opener, sent.chunks[i], plain, &part), RESULT_OK);
        ck_assert(part.len <= file.len && memcmp(part.data, file.data, part.len) == 0);
        file = span_of(file.data + part.len, file.len - part.len);
    }
    ck_assert_uint_eq(file.len, 0);
}

static void wait_until_here(struct network *network, const struct home *home, const struct blob_reference *reference) {
    uint64_t start = now_ms();
    const BlobPart *part;
    do {
        sleep_ms(50);
        part = read_blob(network, home, reference, 0, true);
        ck_assert_ptr_nonnull(part);
    } while (strcmp(part->status->state, "here") != 0 && now_ms() < start + PATIENCE_MS);
    ck_assert_str_eq(part->status->state, "here");
}

static uint64_t refused(struct network *network, const struct home *home, const char *why) {
    const Status *status = home_status(home, &network->arena);
    for (size_t i = 0; i < status->n_refused; i++)
        if (strcmp(status->refused[i]->name, why) == 0)
            return status->refused[i]->count;
    return 0;
}

static size_t files_at(const struct home *home) {
    char path[400];
    snprintf(path, sizeof path, "%s/attachments", home->folder);
    return homes_entries(path);
}

/* ---- somebody with the keys of a member, who says what the test says ---- */

/* Kenya knows of it when this returns: from then on it asks. */
static struct puppet *call_kenya(struct network *network, const struct home *as) {
    struct puppet *puppet = puppet_call(as, network->kenya);
    WAIT_UNTIL(home_is_connected(network->kenya, as->name));
    return puppet;
}

/* The next message of this kind; NULL: none came, or it has been hung up on. */
static const SyncMessage *hear(struct puppet *puppet, bool (*is_wanted)(const SyncMessage *message), unsigned ms) {
    uint64_t until = now_ms() + ms;
    for (uint64_t now; (now = now_ms()) < until;) {
        const SyncMessage *message = puppet_hear(puppet, (unsigned)(until - now));
        if (!message || is_wanted(message))
            return message;
    }
    return NULL;
}

static bool is_want(const SyncMessage *message) {
    return message->want != NULL;
}

static bool is_answer(const SyncMessage *message) {
    return message->chunks || message->withheld;
}

static const SyncMessage *want(struct puppet *puppet, const uint8_t *id, uint32_t first, uint32_t count) {
    Want words = WANT__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    words.blob = proto_bytes(id, BLOB_ID_SIZE);
    words.first = first;
    words.count = count;
    message.want = &words;
    puppet_say(puppet, &message);
    return hear(puppet, is_answer, PATIENCE_MS);
}

static void give(struct puppet *puppet, const uint8_t *id, uint32_t first, const struct span *chunks, size_t count,
                 const struct span *manifest) {
    Chunks words = CHUNKS__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    ProtobufCBinaryData rows[CHUNKS_MAX];
    words.blob = proto_bytes(id, BLOB_ID_SIZE);
    words.first = first;
    words.chunks = rows;
    for (size_t i = 0; i < count; i++)
        rows[words.n_chunks++] = proto_bytes(chunks[i].data, chunks[i].len);
    words.has_manifest = manifest != NULL;
    if (manifest)
        words.manifest = proto_bytes(manifest->data, manifest->len);
    message.chunks = &words;
    puppet_say(puppet, &message);
}

static struct span copy_of(struct network *network, struct span bytes) {
    return span_of(arena_copy(&network->arena, bytes.data, bytes.len), bytes.len);
}

static struct span changed(struct network *network, struct span bytes, size_t at) {
    struct span copy = copy_of(network, bytes);
    ((uint8_t *)(uintptr_t)copy.data)[at] ^= 1;
    return copy;
}

static void check_withheld(const SyncMessage *answer, const char *why) {
    ck_assert_ptr_nonnull(answer);
    ck_assert_ptr_nonnull(answer->withheld);
    ck_assert_str_eq(answer->withheld->reason, why);
}

/* ---- who is given what ---- */

START_TEST(a_photo_reaches_the_court_through_kenya_and_nobody_else) {
    struct network network = begin();
    struct blob_reference reference;
    home_start(network.court);
    publish(&network, 0, &reference);
    wait_for_alerts(network.court, 1);
    ck_assert_uint_eq(files_at(network.kenya), 0);
    wait_until_here(&network, network.court, &reference); /* Kenya fetches it because the court asks */
    check_file(&network, network.court, &reference, 0);
    check_file(&network, network.kenya, &reference, 0);

    /* the police were told the alert without the field, and somehow know the id */
    static const uint8_t nothing[BLOB_ID_SIZE] = {1};
    struct puppet *police = call_kenya(&network, network.police);
    check_withheld(want(police, reference.id, 0, 0), "not-allowed");
    check_withheld(want(police, reference.id, 0, 4), "not-allowed");
    check_withheld(want(police, nothing, 0, 0), "not-allowed"); /* the same as for what there is not */
    ck_assert_uint_eq(refused(&network, network.kenya, "not-allowed"), 3);
    puppet_free(police);
    ck_assert_ptr_null(read_blob(&network, network.kenya, &(struct blob_reference){.id = {1}}, 0, true));
    end(&network);
}
END_TEST

START_TEST(a_giver_gives_no_more_than_a_little_at_a_time) {
    struct network network = begin();
    struct blob_reference reference;
    publish(&network, 0, &reference);
    wait_for_alerts(network.kenya, 1);
    wait_until_here(&network, network.kenya, &reference);
    struct puppet *court = call_kenya(&network, network.court);
    const SyncMessage *answer = want(court, reference.id, 0, 0);
    ck_assert(answer && answer->chunks && answer->chunks->has_manifest && answer->chunks->n_chunks == 0);
    answer = want(court, reference.id, 1, UINT32_MAX);
    ck_assert(answer && answer->chunks && !answer->chunks->has_manifest);
    ck_assert_uint_eq(answer->chunks->first, 1);
    ck_assert_uint_ge(answer->chunks->n_chunks, 1);
    ck_assert_uint_le(answer->chunks->n_chunks, FETCH_CHUNKS_MAX);
    ck_assert_ptr_null(want(court, reference.id, 1000, 1)); /* there is no such chunk: the session ends */
    ck_assert(puppet_is_hung_up_on(court, PATIENCE_MS));
    puppet_free(court);
    end(&network);
}
END_TEST

/* ---- cut ---- */

static bool has_reason(struct network *network, const struct blob_reference *reference, const char *why) {
    const BlobStatus *status = read_blob(network, network->kenya, reference, 0, false)->status;
    return status->why && strcmp(status->why, why) == 0;
}

START_TEST(a_transfer_goes_on_at_the_chunk_after_a_cut_and_after_a_kill) {
    struct network network = begin();
    struct blob_reference reference;
    publish(&network, 0, &reference);
    wait_for_alerts(network.kenya, 1);
    struct sent sent = all_of(&network, network.congo, &reference);
    ck_assert_int_eq(home_stop(network.congo, SIGTERM), 0);

    struct puppet *congo = call_kenya(&network, network.congo);
    ck_assert_ptr_nonnull(read_blob(&network, network.kenya, &reference, 0, true));
    const SyncMessage *asked = hear(congo, is_want, PATIENCE_MS);
    ck_assert(asked && asked->want->count == 0);
    give(congo, reference.id, 0, NULL, 0, &sent.manifest);
    asked = hear(congo, is_want, PATIENCE_MS);
    ck_assert(asked && asked->want->first == 0 && asked->want->count >= 1);
    give(congo, reference.id, 0, sent.chunks, 1, NULL);
    asked = hear(congo, is_want, PATIENCE_MS);
    ck_assert(asked && asked->want->first == 1);
    puppet_free(congo); /* cut */
    WAIT_UNTIL(has_reason(&network, &reference, "disconnected"));

    congo = call_kenya(&network, network.congo);
    asked = hear(congo, is_want, PATIENCE_MS);
    ck_assert(asked && asked->want->first == 1 && asked->want->count >= 1);
    ck_assert_ptr_null(read_blob(&network, network.kenya, &reference, 0, false)->status->why); /* it is under way */
    give(congo, reference.id, 1, sent.chunks + 1, 1, NULL);
    asked = hear(congo, is_want, PATIENCE_MS);
    ck_assert(asked && asked->want->first == 2);
    home_stop(network.kenya, SIGKILL);
    puppet_free(congo);

    home_start(network.kenya);
    congo = call_kenya(&network, network.congo);
    const BlobPart *part = read_blob(&network, network.kenya, &reference, 0, true);
    ck_assert_uint_eq(part->status->have, 2);
    asked = hear(congo, is_want, PATIENCE_MS);
    ck_assert(asked && asked->want->first == 2 && asked->want->count >= 1);
    puppet_free(congo);

    home_start(network.congo); /* the true one goes on */
    wait_until_here(&network, network.kenya, &reference);
    check_file(&network, network.kenya, &reference, 0);
    ck_assert_uint_eq(files_at(network.kenya), 1);
    end(&network);
}
END_TEST

/* ---- liars ---- */

enum { LIES = 5 };

struct lies {
    struct network network;
    struct blob_reference references[LIES];
    struct sent sent[LIES];
    struct puppet *congo;
};

static struct lies begin_to_lie(size_t count) {
    struct lies lies = {.network = begin()};
    for (unsigned i = 0; i < count; i++) {
        publish(&lies.network, i, &lies.references[i]);
        lies.sent[i] = all_of(&lies.network, lies.network.congo, &lies.references[i]);
    }
    wait_for_alerts(lies.network.kenya, count);
    ck_assert_int_eq(home_stop(lies.network.congo, SIGTERM), 0);
    lies.congo = call_kenya(&lies.network, lies.network.congo);
    return lies;
}

static void end_lying(struct lies *lies) {
    puppet_free(lies->congo);
    end(&lies->network);
}

static const Want *asked_for(struct lies *lies, size_t which) {
    ck_assert_ptr_nonnull(read_blob(&lies->network, lies->network.kenya, &lies->references[which], 0, true));
    const SyncMessage *asked = hear(lies->congo, is_want, PATIENCE_MS);
    ck_assert(asked && memcmp(asked->want->blob.data, lies->references[which].id, BLOB_ID_SIZE) == 0);
    return asked->want;
}

static const char *why_not(struct lies *lies, size_t which) {
    uint64_t start = now_ms();
    const BlobPart *part;
    do
        part = read_blob(&lies->network, lies->network.kenya, &lies->references[which], 0, false);
    while (!part->status->why && now_ms() < start + PATIENCE_MS);
    return part->status->why;
}

START_TEST(what_is_not_what_the_alert_names_is_refused_and_counted) {
    struct lies lies = begin_to_lie(5);
    struct network *network = &lies.network;
    struct span manifest = lies.sent[0].manifest;

    asked_for(&lies, 0); /* another one's manifest */
    give(lies.congo, lies.references[0].id, 0, NULL, 0, &lies.sent[1].manifest);
    ck_assert_str_eq(why_not(&lies, 0), "bad-hash");

    asked_for(&lies, 1); /* one that says it is immense: nothing is allocated for it */
    struct span immense = copy_of(network, manifest);
    memset((uint8_t *)(uintptr_t)immense.data + 1, 0xFF, 8);
    give(lies.congo, lies.references[1].id, 0, NULL, 0, &immense);
    ck_assert_str_eq(why_not(&lies, 1), "too-large");

    asked_for(&lies, 2); /* one with a byte changed */
    struct span odd = changed(network, lies.sent[2].manifest, manifest.len - 1);
    give(lies.congo, lies.references[2].id, 0, NULL, 0, &odd);
    ck_assert_str_eq(why_not(&lies, 2), "bad-hash");
    ck_assert_uint_eq(files_at(network->kenya), 0);

    asked_for(&lies, 3); /* the right manifest, and a chunk with a byte changed */
    give(lies.congo, lies.references[3].id, 0, NULL, 0, &lies.sent[3].manifest);
    ck_assert_ptr_nonnull(hear(lies.congo, is_want, PATIENCE_MS));
    struct span bad = changed(network, lies.sent[3].chunks[0], 1000);
    give(lies.congo, lies.references[3].id, 0, &bad, 1, NULL);
    ck_assert_str_eq(why_not(&lies, 3), "bad-hash");

    asked_for(&lies, 4); /* a chunk of another place */
    give(lies.congo, lies.references[4].id, 0, NULL, 0, &lies.sent[4].manifest);
    ck_assert_ptr_nonnull(hear(lies.congo, is_want, PATIENCE_MS));
    give(lies.congo, lies.references[4].id, 0, &lies.sent[4].chunks[1], 1, NULL);
    ck_assert_str_eq(why_not(&lies, 4), "bad-hash");

    ck_assert_uint_eq(refused(network, network->kenya, "bad-hash"), 4);
    ck_assert(!puppet_is_hung_up_on(lies.congo, QUIET_MS)); /* alerts speak for themselves: the session goes on */
    for (size_t i = 3; i < 5; i++)
        ck_assert_uint_eq(read_blob(network, network->kenya, &lies.references[i], 0, false)->status->have, 0);
    end_lying(&lies);
}
END_TEST

START_TEST(what_nobody_asked_for_ends_the_session) {
    struct lies lies = begin_to_lie(1);
    give(lies.congo, lies.references[0].id, 0, NULL, 0, &lies.sent[0].manifest);
    ck_assert_ptr_null(hear(lies.congo, is_want, PATIENCE_MS));
    ck_assert(puppet_is_hung_up_on(lies.congo, PATIENCE_MS));
    puppet_free(lies.congo);

    lies.congo = call_kenya(&lies.network, lies.network.congo);
    asked_for(&lies, 0);
    give(lies.congo, lies.references[0].id, 0, NULL, 0, &lies.sent[0].manifest);
    const SyncMessage *asked = hear(lies.congo, is_want, PATIENCE_MS);
    ck_assert_ptr_nonnull(asked);
    ck_assert_uint_lt(asked->want->count, lies.sent[0].count);
    give(lies.congo, lies.references[0].id, 0, lies.sent[0].chunks, lies.sent[0].count, NULL); /* more than that */
    ck_assert_ptr_null(hear(lies.congo, is_want, PATIENCE_MS));
    ck_assert(puppet_is_hung_up_on(lies.congo, PATIENCE_MS));
    ck_assert_uint_eq(refused(&lies.network, lies.network.kenya, "malformed"), 2);
    end_lying(&lies);
}
END_TEST

/* Alerts overtake: of all that is wanted one small request is under way, also while it is not answered. */
START_TEST(one_request_at_a_time_is_under_way) {
    struct lies lies = begin_to_lie(2);
    asked_for(&lies, 0);
    ck_assert_ptr_nonnull(read_blob(&lies.network, lies.network.kenya, &lies.references[1], 0, true));
    ck_assert_ptr_null(hear(lies.congo, is_want, QUIET_MS));
    give(lies.congo, lies.references[0].id, 0, NULL, 0, &lies.sent[0].manifest);
    const SyncMessage *asked = hear(lies.congo, is_want, PATIENCE_MS);
    ck_assert_ptr_nonnull(asked);
    ck_assert_uint_eq(asked->want->count, 1); /* how fast the link is has to be learnt first */
    ck_assert_ptr_null(hear(lies.congo, is_want, QUIET_MS));
    end_lying(&lies);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("attachments");
    TCase *tcase = tcase_create("attachments");
    tcase_set_timeout(tcase, 240);
    tcase_add_test(tcase, a_photo_reaches_the_court_through_kenya_and_nobody_else);
    tcase_add_test(tcase, a_giver_gives_no_more_than_a_little_at_a_time);
    tcase_add_test(tcase, a_transfer_goes_on_at_the_chunk_after_a_cut_and_after_a_kill);
    tcase_add_test(tcase, what_is_not_what_the_alert_names_is_refused_and_counted);
    tcase_add_test(tcase, what_nobody_asked_for_ends_the_session);
    tcase_add_test(tcase, one_request_at_a_time_is_under_way);
    suite_add_tcase(suite, tcase);
    return suite;
}
