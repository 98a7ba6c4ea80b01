/* The form of a stick, and who may say what on one. */
#include "core/bundle.h"

#include <check.h>
#include <string.h>

#include "base/proto.h"
#include "base/text.h"
#include "core/feed.h"
#include "tests/support/realm.h"

static struct realm realm;
static struct arena arena;
static struct party *congo, *kenya;
static struct buf file;

static void set_up(void) {
    realm_init(&realm, 12);
    arena_init(&arena, (size_t)64 << 20);
    congo = realm_party(&realm, "cd-customs", "CD", "CUSTOMS");
    kenya = realm_party(&realm, "ke-customs", "KE", "CUSTOMS");
    buf_init(&file, &arena);
}

static void tear_down(void) {
    arena_release(&arena);
    realm_release(&realm);
}

/* --- the file --- */

static void put(struct bundle *bundle, uint8_t kind, const char *text) {
    uint8_t header[BUNDLE_RECORD_SIZE];
    bundle_put(bundle, header, (enum bundle_kind)kind, span_of_text(text));
    buf_put(&file, header, sizeof header);
    buf_put_span(&file, span_of_text(text));
}

/* Three records, one of a kind of tomorrow, and the end. */
static void write_file(void) {
    struct bundle bundle;
    uint8_t start[BUNDLE_START_SIZE], end[BUNDLE_RECORD_SIZE + BUNDLE_END_SIZE];
    bundle_start(&bundle, start);
    buf_put(&file, start, sizeof start);
    put(&bundle, BUNDLE_TRUST, "whom");
    put(&bundle, 99, "");
    put(&bundle, BUNDLE_ENTRIES, "what");
    bundle_finish(&bundle, end);
    buf_put(&file, end, sizeof end);
}

/* Reads it to the end; *count records. */
static enum result read_file(struct span bytes, size_t *count) {
    struct bundle bundle;
    struct span start, header, record;
    uint8_t kind;
    size_t len;
    *count = 0;
    if (!span_take(&bytes, BUNDLE_START_SIZE, &start))
        return RESULT_TRUNCATED;
    TRY(bundle_open(&bundle, start.data));
    for (;; ++*count) {
        if (!span_take(&bytes, BUNDLE_RECORD_SIZE, &header))
            return RESULT_TRUNCATED;
        TRY(bundle_next(header.data, &kind, &len));
        if (!span_take(&bytes, len, &record))
            return RESULT_TRUNCATED;
        if (kind == BUNDLE_END)
            return bundle_close(&bundle, record);
        bundle_take(&bundle, kind, record);
    }
}

START_TEST(what_is_written_reads_back) {
    static const uint8_t head[] = {'I', 'N', 'A', 'M', 'A', 'S', 'T', 'K', 1, 2, 0, 0, 0, 4,
                                   'w', 'h', 'o', 'm', 99,  0,   0,   0,   0, 3, 0, 0, 0, 4};
    size_t count;
    write_file();
    ck_assert_mem_eq(file.data, head, sizeof head);
    ck_assert_uint_eq(file.len, sizeof head + 4 + BUNDLE_RECORD_SIZE + BUNDLE_END_SIZE);
    ck_assert_str_eq(result_name(read_file(buf_span(&file), &count)), "ok");
    ck_assert_uint_eq(count, 3);
}
END_TEST

START_TEST(a_file_cut_anywhere_is_recognised) {
    size_t count;
    write_file();
    for (size_t len = 0; len < file.len; len++)
        ck_assert_str_eq(result_name(read_file(span_of(file.data, len), &count)), "truncated");
}
END_TEST

START_TEST(every_changed_byte_is_recognised) {
    size_t count;
    write_file();
    for (size_t i = 0; i < file.len; i++) {
        file.data[i] ^= 0x01;
        ck_assert_int_ne(read_file(buf_span(&file), &count), RESULT_OK);
        file.data[i] ^= 0x01;
    }
}
END_TEST

START_TEST(a_record_left_out_or_moved_is_recognised) {
    struct bundle bundle;
    uint8_t start[BUNDLE_START_SIZE], end[BUNDLE_RECORD_SIZE + BUNDLE_END_SIZE];
    struct span bytes = span_of(end + BUNDLE_RECORD_SIZE, BUNDLE_END_SIZE);
    bundle_start(&bundle, start);
    bundle_take(&bundle, BUNDLE_TRUST, span_of_text("one"));
    bundle_take(&bundle, BUNDLE_TRUST, span_of_text("two"));
    bundle_finish(&bundle, end);
    bundle_start(&bundle, start);
    bundle_take(&bundle, BUNDLE_TRUST, span_of_text("two"));
    ck_assert_str_eq(result_name(bundle_close(&bundle, bytes)), "truncated");
    bundle_take(&bundle, BUNDLE_TRUST, span_of_text("one"));
    ck_assert_str_eq(result_name(bundle_close(&bundle, bytes)), "bad-hash");
    ck_assert_str_eq(result_name(bundle_close(&bundle, span_of(end, 4))), "malformed");
}
END_TEST

START_TEST(a_length_that_lies_is_refused_before_anything_is_read) {
    static const uint8_t too_long[] = {BUNDLE_ENTRIES, 0xff, 0xff, 0xff, 0xff}, odd_end[] = {BUNDLE_END, 0, 0, 0, 41};
    uint8_t kind, most[BUNDLE_RECORD_SIZE] = {BUNDLE_ENTRIES};
    size_t len;
    ck_assert_str_eq(result_name(bundle_next(too_long, &kind, &len)), "too-large");
    ck_assert_str_eq(result_name(bundle_next(odd_end, &kind, &len)), "malformed");
    put_u32(most + 1, BUNDLE_BYTES_MAX);
    ck_assert_str_eq(result_name(bundle_next(most, &kind, &len)), "ok");
    put_u32(most + 1, BUNDLE_BYTES_MAX + 1);
    ck_assert_str_eq(result_name(bundle_next(most, &kind, &len)), "too-large");
}
END_TEST

START_TEST(what_is_no_stick_is_refused) {
    struct bundle bundle;
    uint8_t start[BUNDLE_START_SIZE];
    bundle_start(&bundle, start);
    start[8] = 2;
    ck_assert_str_eq(result_name(bundle_open(&bundle, start)), "unknown-suite");
    start[0] = 'X';
    ck_assert_str_eq(result_name(bundle_open(&bundle, start)), "malformed");
}
END_TEST

/* --- head --- */

static uint8_t trust[HASH_SIZE];
static StickFeed feed_words;
static StickFeed *feed_places[BUNDLE_FEEDS_MAX + 1];

static StickHead head_words(void) {
    StickHead words = STICK_HEAD__INIT;
    feed_words = (StickFeed)STICK_FEED__INIT;
    feed_words.key = proto_bytes(congo->identity.key_id, MEMBER_ID_SIZE);
    feed_words.audience = (char *)(uintptr_t) "customs";
    feed_words.number = 7;
    for (size_t i = 0; i <= BUNDLE_FEEDS_MAX; i++)
        feed_places[i] = &feed_words;
    words.suite = 1;
    words.author = proto_bytes(congo->identity.id, MEMBER_ID_SIZE);
    words.key = proto_bytes(congo->identity.key_id, MEMBER_ID_SIZE);
    words.reader = proto_bytes(kenya->identity.id, MEMBER_ID_SIZE);
    words.author_name = (char *)(uintptr_t) "cd-customs";
    words.reader_name = (char *)(uintptr_t) "ke-customs";
    words.created = 1399334400000;
    words.part = 1;
    words.trust = proto_bytes(trust, HASH_SIZE);
    words.feeds = feed_places;
    words.n_feeds = 1;
    return words;
}

static struct span make_head(const StickHead *words) {
    struct buf out;
    buf_init(&out, &arena);
    ck_assert_str_eq(result_name(bundle_head_make(&out, &arena, words, &congo->identity)), "ok");
    return buf_span(&out);
}

static enum result read_words(const StickHead *words) {
    struct bundle_head head;
    return bundle_head_read(&head, &arena, make_head(words));
}

START_TEST(a_head_says_what_its_writer_said) {
    struct bundle_head head;
    StickHead words = head_words();
    struct member row = realm_row(&realm, congo), other = realm_row(&realm, kenya);
    ck_assert_str_eq(result_name(bundle_head_read(&head, &arena, make_head(&words))), "ok");
    ck_assert_str_eq(head.words->feeds[0]->audience, "customs");
    ck_assert_uint_eq(head.words->feeds[0]->number, 7);
    ck_assert_str_eq(result_name(bundle_head_verify(&head, &row)), "ok");
    ck_assert_str_eq(result_name(bundle_head_verify(&head, &other)), "unknown-member");
    ck_assert_str_eq(result_name(bundle_head_verify(&head, NULL)), "unknown-member");
}
END_TEST

START_TEST(no_changed_bit_of_a_head_verifies) {
    StickHead words = head_words();
    struct span record = make_head(&words);
    struct member row = realm_row(&realm, congo);
    uint8_t *bytes = arena_copy(&arena, record.data, record.len);
    for (size_t bit = 0; bit < 8 * record.len; bit++) {
        struct bundle_head head;
        struct arena inner;
        arena_init(&inner, (size_t)1 << 20);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        enum result result = bundle_head_read(&head, &inner, span_of(bytes, record.len));
        if (!result)
            result = bundle_head_verify(&head, &row);
        ck_assert_int_ne(result, RESULT_OK);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        arena_release(&inner);
    }
}
END_TEST

START_TEST(a_head_of_the_wrong_form_is_refused_by_name) {
    StickHead words = head_words();
    words.suite = 2;
    ck_assert_str_eq(result_name(read_words(&words)), "unknown-suite");
    words = head_words();
    words.part = 0;
    ck_assert_str_eq(result_name(read_words(&words)), "malformed");
    words = head_words();
    words.reader.len = 31;
    ck_assert_str_eq(result_name(read_words(&words)), "malformed");
    words = head_words();
    feed_words.audience = (char *)(uintptr_t) "";
    ck_assert_str_eq(result_name(read_words(&words)), "malformed");
    words = head_words();
    words.author_name = (char *)(uintptr_t)text_format(&arena, "%065d", 0);
    ck_assert_str_eq(result_name(read_words(&words)), "malformed");
    words = head_words();
    words.n_feeds = BUNDLE_FEEDS_MAX + 1;
    ck_assert_str_eq(result_name(read_words(&words)), "too-large");
    words.n_feeds = BUNDLE_FEEDS_MAX;
    ck_assert_str_eq(result_name(read_words(&words)), "ok");
}
END_TEST

static enum result verify_by_former(enum ending_cause cause) {
    struct bundle_head head;
    StickHead words = head_words();
    struct member row = realm_row(&realm, kenya);
    struct former_key former = {congo->identity.sign_key, {.cause = cause, .at = 1}};
    row.id = congo->identity.id;
    row.former = &former;
    row.former_count = 1;
    ck_assert_str_eq(result_name(bundle_head_read(&head, &arena, make_head(&words))), "ok");
    return bundle_head_verify(&head, &row);
}

START_TEST(a_replaced_key_still_speaks_and_a_lost_one_does_not) {
    ck_assert_str_eq(result_name(verify_by_former(ENDING_LEFT)), "ok");
    ck_assert_str_eq(result_name(verify_by_former(ENDING_LOST)), "revoked");
    ck_assert_str_eq(result_name(verify_by_former(ENDING_REVOKED)), "revoked");
}
END_TEST

/* --- receipt --- */

static StickReceipt receipt_words(void) {
    static const uint8_t entry[ENTRY_OVERHEAD];
    StickReceipt words = STICK_RECEIPT__INIT;
    words.suite = 1;
    words.reader = proto_bytes(kenya->identity.id, MEMBER_ID_SIZE);
    words.key = proto_bytes(kenya->identity.key_id, MEMBER_ID_SIZE);
    words.feed_key = proto_bytes(congo->identity.key_id, MEMBER_ID_SIZE);
    words.audience = (char *)(uintptr_t) "customs";
    words.entry = proto_bytes(entry, sizeof entry);
    return words;
}

static enum result read_receipt(struct bundle_receipt *out, const StickReceipt *words) {
    struct buf record;
    buf_init(&record, &arena);
    ck_assert_str_eq(result_name(bundle_receipt_make(&record, &arena, words, &kenya->identity)), "ok");
    return bundle_receipt_read(out, &arena, buf_span(&record));
}

START_TEST(a_receipt_is_its_readers_alone) {
    struct bundle_receipt receipt;
    StickReceipt words = receipt_words();
    struct member row = realm_row(&realm, kenya), other = realm_row(&realm, congo);
    ck_assert_str_eq(result_name(read_receipt(&receipt, &words)), "ok");
    ck_assert_str_eq(result_name(bundle_receipt_verify(&receipt, &row)), "ok");
    ck_assert_str_eq(result_name(bundle_receipt_verify(&receipt, &other)), "unknown-member");
    words.reader = words.key = proto_bytes(congo->identity.id, MEMBER_ID_SIZE); /* Kenya signs for Congo */
    ck_assert_str_eq(result_name(read_receipt(&receipt, &words)), "ok");
    ck_assert_str_eq(result_name(bundle_receipt_verify(&receipt, &other)), "bad-signature");
    words.entry.len--;
    ck_assert_str_eq(result_name(read_receipt(&receipt, &words)), "malformed");
}
END_TEST

/* The two are signed under different tags: what was said as one cannot be shown as the other. */
START_TEST(a_head_is_no_receipt) {
    struct bundle_head head;
    struct buf record;
    StickHead words = head_words();
    StickReceipt receipt = receipt_words();
    buf_init(&record, &arena);
    ck_assert_str_eq(result_name(bundle_receipt_make(&record, &arena, &receipt, &kenya->identity)), "ok");
    ck_assert_int_ne(bundle_head_read(&head, &arena, buf_span(&record)), RESULT_OK);
    struct bundle_receipt as_receipt;
    ck_assert_int_ne(bundle_receipt_read(&as_receipt, &arena, make_head(&words)), RESULT_OK);
}
END_TEST

Suite *suite(void) {
    Suite *all = suite_create("bundle");
    TCase *tests = tcase_create("bundle");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, what_is_written_reads_back);
    tcase_add_test(tests, a_file_cut_anywhere_is_recognised);
    tcase_add_test(tests, every_changed_byte_is_recognised);
    tcase_add_test(tests, a_record_left_out_or_moved_is_recognised);
    tcase_add_test(tests, a_length_that_lies_is_refused_before_anything_is_read);
    tcase_add_test(tests, what_is_no_stick_is_refused);
    tcase_add_test(tests, a_head_says_what_its_writer_said);
    tcase_add_test(tests, no_changed_bit_of_a_head_verifies);
    tcase_add_test(tests, a_head_of_the_wrong_form_is_refused_by_name);
    tcase_add_test(tests, a_replaced_key_still_speaks_and_a_lost_one_does_not);
    tcase_add_test(tests, a_receipt_is_its_readers_alone);
    tcase_add_test(tests, a_head_is_no_receipt);
    suite_add_tcase(all, tests);
    return all;
}
