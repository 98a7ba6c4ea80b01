/* Files sealed in chunks: made by our code, opened, and sealed by hand where our code would not. */
#include <sodium.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "keys/blob.h"
#include "tests/vectors/maker.h"
#include "tests/support/twofold.h"

enum { PLACE_SIZE = 5, NONCE_SIZE = 24, CHUNKS_MAX = 4 };

/* A blob, whoever made it. */
struct made {
    struct span key;
    struct span manifest;
    struct span chunks[CHUNKS_MAX];
    size_t count;
};

static struct span id_of(struct span manifest) {
    uint8_t id[HASH_SIZE];
    hash_of(id, "INAMA.blob", manifest);
    return joined(SPAN_OF_ARRAY(id), (struct span){0});
}

static void fill_with_key(void *context, void *out, size_t len) {
    const struct span *key = context;
    MUST(len == key->len);
    memcpy(out, key->data, len);
}

static struct made sealed(struct span key, struct span file) {
    struct made made = {.key = key};
    struct blob_reference reference;
    uint8_t out[BLOB_SEALED_BYTES], sha256[HASH_SIZE];
    const struct random random = {.fill = fill_with_key, .context = &key};
    struct blob_sealer *sealer = blob_sealer_new(file.len, &random);
    MUST(sealer);
    for (size_t len; (len = blob_seal(sealer, &file, out));) {
        MUST(made.count < CHUNKS_MAX);
        made.chunks[made.count++] = joined(span_of(out, len), (struct span){0});
    }
    made.manifest = joined(blob_sealer_finish(sealer, &reference, sha256), (struct span){0});
    MUST(span_equal(id_of(made.manifest), SPAN_OF_ARRAY(reference.id)));
    blob_sealer_free(sealer);
    return made;
}

/* ---- by hand ---- */

static struct span place_of(uint32_t number, bool last) {
    uint8_t place[PLACE_SIZE];
    put_u32(place, number);
    place[4] = last;
    return joined(SPAN_OF_ARRAY(place), (struct span){0});
}

static struct span derived(const char *tag, struct span key) {
    uint8_t out[HASH_SIZE];
    hash_keyed(out, tag, key, (struct span){0});
    return joined(SPAN_OF_ARRAY(out), (struct span){0});
}

static struct span seal_chunk(struct span key, struct span place, struct span ad, struct span chunk) {
    const struct span nonce = joined(filled(0, NONCE_SIZE - PLACE_SIZE), place);
    uint8_t *out = arena_alloc(&memory, chunk.len + 16);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out, NULL, chunk.data, chunk.len, ad.data, ad.len, NULL, nonce.data,
                                               derived("INAMA.blob.enc", key).data);
    return span_of(out, chunk.len + 16);
}

/* The manifest of one chunk of this size, in its place, with everything right that the key can make right. */
static struct made of_one(struct span key, uint64_t size, struct span chunk) {
    uint8_t length[8], hash[HASH_SIZE], commitment[HASH_SIZE];
    put_u64(length, size);
    hash_of(hash, "INAMA.blob.chunk", joined(place_of(0, true), chunk));
    hash_keyed(commitment, "INAMA.blob.bind", derived("INAMA.blob.key", key),
               joined(SPAN_OF_ARRAY(length), SPAN_OF_ARRAY(hash)));
    return (struct made){
        .key = key,
        .manifest =
            joined(joined(filled(1, 1), SPAN_OF_ARRAY(length)), joined(SPAN_OF_ARRAY(commitment), SPAN_OF_ARRAY(hash))),
        .chunks = {chunk},
        .count = 1,
    };
}

static struct made of_padded(struct span key, struct span padded) {
    return of_one(key, padded.len, seal_chunk(key, place_of(0, true), place_of(0, true), padded));
}

static struct span length_and(uint64_t length, struct span rest) {
    uint8_t bytes[8];
    put_u64(bytes, length);
    return joined(SPAN_OF_ARRAY(bytes), rest);
}

/* ---- vectors ---- */

static json_t *open_vector(const char *expect, const char *name, const struct made *made) {
    json_t *v = vector("open_file", expect, name);
    add_input(v, "blob", id_of(made->manifest));
    add_input(v, "key", made->key);
    add_input(v, "manifest", made->manifest);
    json_t *chunks = add_list(v, "chunks");
    for (size_t i = 0; i < made->count; i++)
        append_bytes(chunks, made->chunks[i]);
    return v;
}

static void opens_to(const char *name, const struct made *made, struct span file) {
    add_output(open_vector("ok", name, made), "out", file);
}

static void make_seals(void) {
    static const size_t lengths[] = {1, 2, 3, 55, 56, 57, 1000, 65527, 65528, 65529};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        const struct span key = bytes_named(text_format(&memory, "content key %zu", i), BLOB_KEY_SIZE);
        const struct span file = filled('f', lengths[i]);
        const struct made made = sealed(key, file);
        json_t *v = vector("seal_file", "ok", text_format(&memory, "%zu bytes", lengths[i]));
        add_input(v, "key", key);
        add_input(v, "file", file);
        add_output(v, "blob", id_of(made.manifest));
        add_output(v, "manifest", made.manifest);
        if (lengths[i] <= 1000)
            opens_to(text_format(&memory, "%zu bytes", lengths[i]), &made, file);
    }
}

static void refuse_manifest(const char *expect, const char *name, struct made made, struct span manifest) {
    made.manifest = manifest;
    open_vector(expect, name, &made);
}

static struct span with_size(struct span manifest, uint64_t size) {
    uint8_t bytes[8];
    put_u64(bytes, size);
    return replaced(manifest, 1, SPAN_OF_ARRAY(bytes));
}

static void make_manifests(const struct made *good) {
    const struct span manifest = good->manifest;
    refuse_manifest("truncated", "nothing", *good, cut(manifest, 0));
    refuse_manifest("truncated", "40 bytes", *good, cut(manifest, 40));
    refuse_manifest("malformed", "41 bytes, and no hash", *good, cut(manifest, 41));
    refuse_manifest("malformed", "a byte too few", *good, without_last(manifest, 1));
    refuse_manifest("malformed", "a byte too many", *good, joined(manifest, filled(0, 1)));
    refuse_manifest("malformed", "a hash too many", *good, joined(manifest, filled(0, 32)));
    refuse_manifest("unknown-suite", "suite 0", *good, replaced(manifest, 0, filled(0, 1)));
    refuse_manifest("unknown-suite", "suite 2, and too large", *good,
                    with_size(replaced(manifest, 0, filled(2, 1)), UINT64_MAX));
    refuse_manifest("too-large", "2^64 - 1 bytes", *good, with_size(manifest, UINT64_MAX));
    refuse_manifest("too-large", "the size behind the largest", *good,
                    with_size(manifest, blob_padded_size((uint64_t)ATTACHMENT_BYTES_MAX) + 1));
    refuse_manifest("malformed", "no bytes", *good, with_size(manifest, 0));
    refuse_manifest("malformed", "8 bytes, which hold no file", *good, with_size(manifest, 8));
    refuse_manifest("malformed", "a size that padding does not come to", *good, with_size(manifest, 69));
    refuse_manifest("malformed", "two chunks, and one hash", *good, with_size(manifest, 67584));
    refuse_manifest("bad-commitment", "another size that padding comes to", *good, with_size(manifest, 80));
    refuse_manifest("bad-commitment", "a changed bit of the commitment", *good, flipped(manifest, 9, 1));
    refuse_manifest("bad-commitment", "a changed bit of a hash", *good, flipped(manifest, 41, 1));
    json_t *v = vector("open_file", "bad-hash", "the manifest of another blob");
    add_input(v, "blob", flipped(id_of(manifest), 31, 1));
    add_input(v, "key", good->key);
    add_input(v, "manifest", manifest);
    append_bytes(add_list(v, "chunks"), good->chunks[0]);
}

static void refuse_chunk(const char *expect, const char *name, struct made made, struct span chunk) {
    made.chunks[0] = chunk;
    open_vector(expect, name, &made);
}

static void make_chunks(const struct made *good) {
    const struct span chunk = good->chunks[0];
    struct made none = *good, spare = *good;
    none.count = 0;
    open_vector("truncated", "no chunk", &none);
    spare.chunks[spare.count++] = filled(0, 20);
    opens_to("what is behind the last chunk is nobody's", &spare, filled('f', 60));
    refuse_chunk("bad-hash", "a changed bit of a chunk", *good, flipped(chunk, 0, 1));
    refuse_chunk("bad-hash", "a changed bit of its tag", *good, flipped(chunk, chunk.len - 1, 1));
    refuse_chunk("bad-hash", "a byte too few", *good, without_last(chunk, 1));
    refuse_chunk("bad-hash", "a byte too many", *good, joined(chunk, filled(0, 1)));
    refuse_chunk("bad-hash", "an empty one", *good, cut(chunk, 0));
}

static void make_by_hand(struct span key) {
    const struct span padded = length_and(64, filled('f', 64)), last = place_of(0, true), more = place_of(0, false);
    const struct made good = of_padded(key, padded);
    opens_to("sealed by hand as it should be", &good, filled('f', 64));
    const struct {
        const char *name;
        struct span padded;
    } bad[] = {
        {"a length of 0", length_and(0, filled(0, 64))},
        {"a length of 0 before bytes", length_and(0, filled('f', 64))},
        {"a length beyond the end", length_and(65, filled('f', 64))},
        {"a length of 2^64 - 1", length_and(UINT64_MAX, filled('f', 64))},
        {"a length that takes less room", length_and(50, joined(filled('f', 50), filled(0, 14)))},
        {"the last byte of the padding is not zero",
         length_and(61, joined(filled('f', 61), joined(filled(0, 2), filled(1, 1))))},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const struct made made = of_padded(key, bad[i].padded);
        open_vector("malformed", bad[i].name, &made);
    }
    const struct made others[] = {of_one(key, 72, seal_chunk(key, more, more, padded)),
                                  of_one(key, 72, seal_chunk(key, last, more, padded)),
                                  of_one(key, 72, seal_chunk(filled(9, 32), last, last, padded))};
    open_vector("bad-seal", "sealed as if more would come", &others[0]);
    open_vector("bad-seal", "another place in the ad", &others[1]);
    open_vector("bad-seal", "sealed under another key than it commits to", &others[2]);
}

/* One ciphertext that opens under two keys: the id commits to one of them. */
static void make_two_keys(struct span key_1, struct span key_2) {
    const struct span place = place_of(0, true), nonce = joined(filled(0, NONCE_SIZE - PLACE_SIZE), place);
    const struct twofold_keys keys = {derived("INAMA.blob.enc", key_1).data, derived("INAMA.blob.enc", key_2).data,
                                      nonce.data};
    const struct span chunk = twofold(&memory, &keys, place, length_and(72, filled('f', 72)), 32, 48);
    uint8_t plain[80];
    MUST(crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, chunk.data, chunk.len, place.data, place.len,
                                                    nonce.data, derived("INAMA.blob.enc", key_2).data) == 0);
    MUST(crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, chunk.data, chunk.len, place.data, place.len,
                                                    nonce.data, derived("INAMA.blob.enc", key_1).data) == 0);
    struct made made = of_one(key_1, 80, chunk);
    opens_to("one ciphertext that opens under two keys: the first", &made, span_of(plain + 8, 72));
    made.key = key_2;
    open_vector("bad-commitment", "one ciphertext that opens under two keys: the second", &made);
}

void make_blobs(void) {
    const struct span key = bytes_named("content key", BLOB_KEY_SIZE);
    const struct made good = sealed(key, filled('f', 60));
    make_seals();
    struct made other = good;
    other.key = bytes_named("another content key", BLOB_KEY_SIZE);
    open_vector("bad-commitment", "another key", &other);
    make_manifests(&good);
    make_chunks(&good);
    make_by_hand(key);
    make_two_keys(key, other.key);
}
