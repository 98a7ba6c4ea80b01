/* Files sealed in chunks: they come back whole, and nothing else is taken for them. */
#include "keys/blob.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "keys/seal.h"
#include "keys/secret.h"
#include "tests/support/chance.h"

static struct arena arena;
static struct chance chance;
static struct random dice;

static void set_up(void) {
    secret_start();
    arena_init(&arena, (size_t)64 << 20);
    chance = (struct chance){.state = 1};
    dice = chance_random(&chance);
}

static void tear_down(void) {
    arena_release(&arena);
}

struct made {
    struct blob_reference reference;
    uint8_t sha256[HASH_SIZE];
    struct span manifest;
    struct span *chunks;
    size_t count;
};

static struct span file_of(size_t len) {
    uint8_t *bytes = arena_alloc(&arena, len);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 251);
    return span_of(bytes, len);
}

/* Handed in `step` bytes at a time. */
static struct made seal(struct span file, size_t step) {
    uint8_t out[BLOB_SEALED_BYTES];
    struct made made = {.chunks = arena_array(&arena, 1000, sizeof *made.chunks)};
    struct blob_sealer *sealer = blob_sealer_new(file.len, &dice);
    ck_assert_ptr_nonnull(sealer);
    while (!blob_sealer_is_done(sealer)) {
        struct span piece = span_of(file.data, file.len < step ? file.len : step);
        file = span_of(file.data + piece.len, file.len - piece.len);
        for (size_t len; (len = blob_seal(sealer, &piece, out));)
            made.chunks[made.count++] = span_of(arena_copy(&arena, out, len), len);
        ck_assert_uint_eq(piece.len, 0);
    }
    struct span manifest = blob_sealer_finish(sealer, &made.reference, made.sha256);
    made.manifest = span_of(arena_copy(&arena, manifest.data, manifest.len), manifest.len);
    blob_sealer_free(sealer);
    return made;
}

static enum result open(const struct made *made, struct buf *file, uint8_t sha256[static HASH_SIZE]) {
    struct blob blob;
    struct blob_opener opener;
    uint8_t plain[BLOB_CHUNK_BYTES];
    struct span part;
    buf_init(file, &arena);
    TRY(blob_read(&blob, made->manifest, made->reference.id));
    ck_assert_uint_eq(blob.count, made->count);
    TRY(blob_opener_init(&opener, &blob, made->reference.key));
    for (size_t i = 0; i < made->count; i++) {
        TRY(blob_open(&opener, made->chunks[i], plain, &part));
        buf_put_span(file, part);
    }
    TRY(blob_opener_finish(&opener, sha256));
    blob_opener_release(&opener);
    return RESULT_OK;
}

static const size_t sizes[] = {1, 55, 56, 1000, 65527, 65528, 65529, 131064, 131065, 300000};
enum { SIZES = sizeof sizes / sizeof *sizes };

START_TEST(a_file_comes_back_whole_whatever_the_pieces) {
    static const size_t steps[] = {1000, 65528, 65536, 1000000};
    for (size_t i = 0; i < SIZES; i++)
        for (size_t k = 0; k < 4; k++) {
            struct span file = file_of(sizes[i]);
            struct made made = seal(file, steps[k]);
            struct buf again;
            uint8_t sha256[HASH_SIZE];
            ck_assert_int_eq(open(&made, &again, sha256), RESULT_OK);
            ck_assert(span_equal(buf_span(&again), file));
            ck_assert_mem_eq(sha256, made.sha256, HASH_SIZE);
        }
}
END_TEST

START_TEST(what_a_carrier_sees_is_a_padded_size) {
    for (size_t i = 0; i < SIZES; i++) {
        struct made made = seal(file_of(sizes[i]), SIZE_MAX);
        struct blob blob;
        size_t sealed = 0;
        ck_assert_int_eq(blob_read(&blob, made.manifest, made.reference.id), RESULT_OK);
        ck_assert_uint_eq(blob.size, seal_padded(8 + sizes[i]));
        ck_assert_uint_eq(blob.size, blob_padded_size(sizes[i]));
        ck_assert_uint_eq(made.manifest.len, blob_manifest_size(sizes[i]));
        for (uint32_t k = 0; k < blob.count; k++) {
            ck_assert_uint_eq(made.chunks[k].len, blob_chunk_size(&blob, k));
            ck_assert_uint_eq(blob_chunk_offset(k), sealed);
            sealed += made.chunks[k].len;
        }
        ck_assert_uint_eq(sealed, blob_sealed_size(sizes[i]));
    }
}
END_TEST

START_TEST(the_same_file_twice_has_nothing_in_common) {
    struct span file = file_of(100000);
    struct made one = seal(file, SIZE_MAX), other = seal(file, SIZE_MAX);
    ck_assert_mem_ne(one.reference.id, other.reference.id, BLOB_ID_SIZE);
    ck_assert_mem_ne(one.reference.key, other.reference.key, BLOB_KEY_SIZE);
    for (size_t i = 0; i < one.count; i++)
        ck_assert(!span_equal(one.chunks[i], other.chunks[i]));
    ck_assert_mem_eq(one.sha256, other.sha256, HASH_SIZE);
}
END_TEST

START_TEST(read_refuses_every_changed_byte_of_a_manifest) {
    struct made made = seal(file_of(200000), SIZE_MAX);
    struct blob blob;
    for (size_t i = 0; i < made.manifest.len; i++) {
        uint8_t *changed = arena_copy(&arena, made.manifest.data, made.manifest.len);
        changed[i] ^= 0x10;
        ck_assert_int_ne(blob_read(&blob, span_of(changed, made.manifest.len), made.reference.id), RESULT_OK);
    }
    ck_assert_int_eq(blob_read(&blob, span_of(made.manifest.data, made.manifest.len - 1), made.reference.id),
                     RESULT_MALFORMED);
    ck_assert_int_eq(blob_read(&blob, span_of(made.manifest.data, BLOB_MANIFEST_HEAD - 1), made.reference.id),
                     RESULT_TRUNCATED);
}
END_TEST

static enum result read_head(uint8_t suite, uint64_t size, struct blob *blob) {
    uint8_t head[BLOB_MANIFEST_HEAD] = {suite};
    put_u64(head + 1, size);
    return blob_read_head(blob, SPAN_OF_ARRAY(head));
}

/* Before anything is allocated for it. */
START_TEST(read_refuses_sizes_that_no_file_has) {
    struct blob blob;
    static const uint64_t too_large[] = {(uint64_t)ATTACHMENT_BYTES_MAX * 2, (uint64_t)1 << 40, UINT64_MAX};
    static const uint64_t malformed[] = {0, 1, 8, 9, 65537, 1000003};
    for (size_t i = 0; i < sizeof too_large / sizeof *too_large; i++)
        ck_assert_int_eq(read_head(1, too_large[i], &blob), RESULT_TOO_LARGE);
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++)
        ck_assert_int_eq(read_head(1, malformed[i], &blob), RESULT_MALFORMED);
    ck_assert_int_eq(read_head(2, 10, &blob), RESULT_UNKNOWN_SUITE);
    ck_assert_int_eq(read_head(1, 10, &blob), RESULT_OK);
    ck_assert_int_eq(read_head(1, blob_padded_size(ATTACHMENT_BYTES_MAX), &blob), RESULT_OK);
}
END_TEST

START_TEST(check_refuses_every_changed_byte_and_another_place) {
    struct made made = seal(file_of(150000), SIZE_MAX);
    struct blob blob;
    ck_assert_int_eq(blob_read(&blob, made.manifest, made.reference.id), RESULT_OK);
    for (uint32_t i = 0; i < blob.count; i++) {
        ck_assert_int_eq(blob_check(&blob, i, made.chunks[i]), RESULT_OK);
        ck_assert_int_eq(blob_check(&blob, (i + 1) % blob.count, made.chunks[i]), RESULT_BAD_HASH);
        ck_assert_int_eq(blob_check(&blob, i, span_of(made.chunks[i].data, made.chunks[i].len - 1)), RESULT_BAD_HASH);
        ck_assert_int_eq(blob_check(&blob, i, (struct span){0}), RESULT_BAD_HASH);
        for (size_t at = 0; at < made.chunks[i].len; at += 4099) {
            uint8_t *changed = arena_copy(&arena, made.chunks[i].data, made.chunks[i].len);
            changed[at] ^= 1;
            ck_assert_int_eq(blob_check(&blob, i, span_of(changed, made.chunks[i].len)), RESULT_BAD_HASH);
        }
    }
}
END_TEST

START_TEST(another_key_is_refused_before_anything_is_opened) {
    struct made made = seal(file_of(1000), SIZE_MAX);
    struct blob blob;
    struct blob_opener opener;
    ck_assert_int_eq(blob_read(&blob, made.manifest, made.reference.id), RESULT_OK);
    for (size_t i = 0; i < BLOB_KEY_SIZE; i++) {
        uint8_t key[BLOB_KEY_SIZE];
        memcpy(key, made.reference.key, sizeof key);
        key[i] ^= 0x80;
        ck_assert_int_eq(blob_opener_init(&opener, &blob, key), RESULT_BAD_COMMITMENT);
    }
}
END_TEST

/* A manifest of chunks that somebody else sealed, with all hashes and the commitment right. */
START_TEST(open_refuses_a_chunk_that_the_key_did_not_seal) {
    struct made made = seal(file_of(1000), SIZE_MAX), other = seal(file_of(1000), SIZE_MAX);
    uint8_t *manifest = arena_copy(&arena, made.manifest.data, made.manifest.len), key[HASH_SIZE];
    struct hasher hasher;
    memcpy(manifest + BLOB_MANIFEST_HEAD, other.manifest.data + BLOB_MANIFEST_HEAD, HASH_SIZE);
    hash_keyed(key, "INAMA.blob.key", SPAN_OF_ARRAY(made.reference.key), (struct span){0});
    hash_start(&hasher, "INAMA.blob.bind", SPAN_OF_ARRAY(key), HASH_SIZE);
    hash_add(&hasher, manifest + 1, 8);
    hash_add(&hasher, manifest + BLOB_MANIFEST_HEAD, made.manifest.len - BLOB_MANIFEST_HEAD);
    hash_finish(&hasher, manifest + 9);
    made.manifest = span_of(manifest, made.manifest.len);
    hash_of(made.reference.id, "INAMA.blob", made.manifest);
    made.chunks = other.chunks;
    struct buf file;
    uint8_t sha256[HASH_SIZE];
    ck_assert_int_eq(open(&made, &file, sha256), RESULT_BAD_SEAL);
}
END_TEST

START_TEST(a_file_that_is_not_all_there_is_said_so) {
    struct made made = seal(file_of(200000), SIZE_MAX);
    struct buf file;
    struct blob blob;
    struct blob_opener opener;
    uint8_t plain[BLOB_CHUNK_BYTES], sha256[HASH_SIZE];
    struct span part;
    buf_init(&file, &arena);
    ck_assert_int_eq(blob_read(&blob, made.manifest, made.reference.id), RESULT_OK);
    ck_assert_int_eq(blob_opener_init(&opener, &blob, made.reference.key), RESULT_OK);
    ck_assert_int_eq(blob_open(&opener, made.chunks[1], plain, &part), RESULT_BAD_HASH);
    ck_assert_int_eq(blob_open(&opener, made.chunks[0], plain, &part), RESULT_OK);
    ck_assert_int_eq(blob_opener_finish(&opener, sha256), RESULT_TRUNCATED);
}
END_TEST

START_TEST(sealing_takes_no_more_than_was_told) {
    struct blob_sealer *sealer = blob_sealer_new(10, &dice);
    uint8_t out[BLOB_SEALED_BYTES];
    struct span piece = file_of(12);
    ck_assert_uint_gt(blob_seal(sealer, &piece, out), 0);
    ck_assert_uint_eq(piece.len, 2);
    ck_assert(blob_sealer_is_done(sealer));
    ck_assert_uint_eq(blob_seal(sealer, &piece, out), 0);
    blob_sealer_free(sealer);
    blob_sealer_free(NULL);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("blob");
    TCase *tcase = tcase_create("blob");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_file_comes_back_whole_whatever_the_pieces);
    tcase_add_test(tcase, what_a_carrier_sees_is_a_padded_size);
    tcase_add_test(tcase, the_same_file_twice_has_nothing_in_common);
    tcase_add_test(tcase, read_refuses_every_changed_byte_of_a_manifest);
    tcase_add_test(tcase, read_refuses_sizes_that_no_file_has);
    tcase_add_test(tcase, check_refuses_every_changed_byte_and_another_place);
    tcase_add_test(tcase, another_key_is_refused_before_anything_is_opened);
    tcase_add_test(tcase, open_refuses_a_chunk_that_the_key_did_not_seal);
    tcase_add_test(tcase, a_file_that_is_not_all_there_is_said_so);
    tcase_add_test(tcase, sealing_takes_no_more_than_was_told);
    suite_add_tcase(suite, tcase);
    return suite;
}
