/* Key files. */
#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "keys/hash.h"
#include "keys/secret.h"
#include "tests/vectors/maker.h"

enum { HEAD_SIZE = 58, AT_SUITE = 8, AT_LOCK = 9, AT_PASSES = 10, AT_MEMORY = 14, ROOT_SIZE = 32 };

/* Where the fields of a node's secrets stand (docs/protocol.md, 9.3). */
enum { NODE_SIZE = 198, FORMER_MAX = 16, AT_SERIAL = 32, AT_FLAG = 36, AT_COUNT = 37, AT_SEED = 38, AT_BEFORE = 166 };

static json_t *key_file_vector(const char *expect, const char *name, struct span file, struct span opener) {
    json_t *v = vector("keyfile", expect, name);
    add_input(v, "file", file);
    add_input(v, "opener", opener);
    return v;
}

static void refuse(const char *expect, const char *name, struct span file, struct span opener) {
    key_file_vector(expect, name, file, opener);
}

static void accept(const char *name, struct span file, struct span opener, struct span secrets) {
    add_output(key_file_vector("ok", name, file, opener), "out", secrets);
}

/* Everything before the secrets: "INAMAKEY", suite 1, the lock, passes and memory, salt and nonce. */
static struct span head_of(uint8_t lock, uint32_t passes, uint32_t memory_kib) {
    uint8_t numbers[10] = {1, lock};
    put_u32(numbers + 2, passes);
    put_u32(numbers + 6, memory_kib);
    return joined(joined(span_of_text("INAMAKEY"), SPAN_OF_ARRAY(numbers)), bytes_named("key file", 16 + 24));
}

static struct span sealed(struct span head, const uint8_t *key, struct span secrets) {
    uint8_t *out = arena_alloc(&memory, secrets.len + 16);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out, NULL, secrets.data, secrets.len, head.data, head.len, NULL,
                                               head.data + HEAD_SIZE - 24, key);
    return joined(head, span_of(out, secrets.len + 16));
}

/* By a key file's content, of any length. */
static struct span by_key_file(struct span opener, struct span secrets) {
    const struct span head = head_of(SECRET_BY_KEY_FILE, 0, 0);
    uint8_t key[HASH_SIZE];
    hash_of(key, "INAMA.keyfile", opener);
    hash_keyed(key, "INAMA.keyfile.s", joined(SPAN_OF_ARRAY(key), (struct span){0}), span_of(head.data + 18, 16));
    return sealed(head, key, secrets);
}

static struct span by_passphrase(struct span opener, uint32_t passes, uint32_t memory_kib, struct span secrets) {
    const struct span head = head_of(SECRET_BY_PASSPHRASE, passes, memory_kib);
    uint8_t key[HASH_SIZE];
    MUST(crypto_pwhash(key, sizeof key, (const char *)opener.data, opener.len, head.data + 18, passes,
                       (size_t)memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) == 0);
    return sealed(head, key, secrets);
}

static struct span with_u8(struct span file, size_t at, uint8_t value) {
    return replaced(file, at, span_of(&value, 1));
}

static struct span with_u32(struct span file, size_t at, uint32_t value) {
    uint8_t bytes[4];
    put_u32(bytes, value);
    return replaced(file, at, SPAN_OF_ARRAY(bytes));
}

static void make_good(struct span node, struct span root) {
    const struct span opener = bytes_named("opener", 32), longer = bytes_named("opener", 100);
    accept("the secrets of a node", by_key_file(opener, node), opener, node);
    accept("the secret of a root", by_key_file(opener, root), opener, root);
    accept("a key file of 100 bytes", by_key_file(longer, node), longer, node);
    accept("a key file of zeros", by_key_file(filled(0, 32), node), filled(0, 32), node);
    const struct span phrase = span_of_text("two tonnes of ivory");
    accept("a passphrase, with the least work", by_passphrase(phrase, 1, 8, node), phrase, node);
    accept("a passphrase, with more", by_passphrase(phrase, 3, 1024, root), phrase, root);
    accept("an empty passphrase", by_passphrase(span_of("", 0), 1, 8, node), (struct span){0}, node);
    refuse("wrong-key", "another passphrase", by_passphrase(phrase, 1, 8, node), span_of_text("two tons of ivory"));
    refuse("wrong-key", "more passes than it was sealed with",
           with_u32(by_passphrase(phrase, 1, 8, node), AT_PASSES, 2), phrase);
    refuse("wrong-key", "more memory than it was sealed with",
           with_u32(by_passphrase(phrase, 1, 8, node), AT_MEMORY, 9), phrase);
}

static void make_heads(struct span good, struct span opener) {
    refuse("malformed", "nothing", (struct span){0}, opener);
    refuse("malformed", "7 bytes", cut(good, 7), opener);
    refuse("malformed", "another magic", flipped(good, 7, 1), opener);
    refuse("malformed", "another magic, and suite 2", with_u8(flipped(good, 7, 1), AT_SUITE, 2), opener);
    refuse("truncated", "8 bytes", cut(good, 8), opener);
    refuse("unknown-suite", "suite 0", with_u8(good, AT_SUITE, 0), opener);
    refuse("unknown-suite", "suite 2", with_u8(good, AT_SUITE, 2), opener);
    refuse("unknown-suite", "9 bytes of suite 2", with_u8(cut(good, 9), AT_SUITE, 2), opener);
    refuse("truncated", "9 bytes", cut(good, 9), opener);
    refuse("truncated", "57 bytes", cut(good, HEAD_SIZE - 1), opener);
    refuse("truncated", "57 bytes, and lock 2", with_u8(cut(good, HEAD_SIZE - 1), AT_LOCK, 2), opener);
    refuse("malformed", "lock 2", with_u8(good, AT_LOCK, 2), opener);
    refuse("malformed", "lock 0 with passes", with_u32(good, AT_PASSES, 1), opener);
    refuse("malformed", "lock 0 with memory", with_u32(good, AT_MEMORY, 1), opener);
    const struct {
        const char *name;
        uint32_t passes;
        uint32_t memory_kib;
    } bounds[] = {
        {"lock 1 with 0 passes", 0, 8},
        {"lock 1 with 17 passes", 17, 8},
        {"lock 1 with 2^32 - 1 passes", UINT32_MAX, 8},
        {"lock 1 with 7 KiB", 1, 7},
        {"lock 1 with 1 GiB and a KiB", 1, 1048577},
        {"lock 1 with 4 TiB", 1, UINT32_MAX},
    };
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
        refuse("malformed", bounds[i].name,
               joined(head_of(SECRET_BY_PASSPHRASE, bounds[i].passes, bounds[i].memory_kib),
                      span_of(good.data + HEAD_SIZE, good.len - HEAD_SIZE)),
               opener);
}

/* ---- the secrets of a node ---- */

/* Serial 1, no seed before, so many former encryption secrets. */
static struct span node_secrets(uint8_t former) {
    struct span out = bytes_named("secrets", NODE_SIZE + (size_t)former * 32);
    uint8_t key[SIGN_PUBLIC_SIZE], secret[SIGN_SECRET_SIZE], id[MEMBER_ID_SIZE];
    sign_keypair(key, secret, out.data + AT_SEED);
    identity_id_of(id, key);
    out = with_u32(replaced(out, 0, SPAN_OF_ARRAY(id)), AT_SERIAL, 1);
    out = with_u8(with_u8(out, AT_FLAG, 0), AT_COUNT, former);
    return replaced(out, AT_BEFORE, filled(0, 32));
}

static struct span with_before(struct span node) {
    return replaced(with_u8(with_u32(node, AT_SERIAL, 2), AT_FLAG, 1), AT_BEFORE, bytes_named("seed before", 32));
}

static void accept_node(const char *name, struct span node) {
    const struct span opener = bytes_named("opener", 32);
    accept(name, by_key_file(opener, node), opener, node);
}

static void refuse_node(const char *name, struct span node) {
    const struct span opener = bytes_named("opener", 32);
    refuse("malformed", name, by_key_file(opener, node), opener);
}

static void make_nodes(void) {
    const struct span node = node_secrets(0), three = node_secrets(3);
    accept_node("one former encryption secret", node_secrets(1));
    accept_node("16 former encryption secrets", node_secrets(FORMER_MAX));
    accept_node("the seed before", with_before(node));
    accept_node("the seed before, and three former secrets", with_before(three));
    accept_node("the seed before is zeros", replaced(with_before(node), AT_BEFORE, filled(0, 32)));
    accept_node("serial 2, and the id of its key all the same", with_u32(node, AT_SERIAL, 2));
    accept_node("serial 2, with another id than that of its key", flipped(with_u32(node, AT_SERIAL, 2), 0, 1));
    accept_node("the highest serial", flipped(with_u32(node, AT_SERIAL, UINT32_MAX), 31, 1));
    accept_node("serial 1 with a seed before", with_u32(with_before(node), AT_SERIAL, 1));

    refuse_node("serial 0", with_u32(node, AT_SERIAL, 0));
    refuse_node("serial 1, with another id than that of its key", flipped(node, 0, 1));
    refuse_node("serial 1, with another seed than that of its id", flipped(node, AT_SEED, 8));
    refuse_node("a flag of 2", with_u8(with_before(node), AT_FLAG, 2));
    refuse_node("a seed before, and the flag says there is none", with_u8(with_before(node), AT_FLAG, 0));
    refuse_node("17 former encryption secrets", node_secrets(FORMER_MAX + 1));
    refuse_node("one former secret more than there are", with_u8(three, AT_COUNT, 4));
    refuse_node("one former secret fewer than there are", with_u8(three, AT_COUNT, 2));
    refuse_node("255 former secrets, in words", with_u8(node, AT_COUNT, 255));
    refuse_node("half a former secret", joined(node, filled(1, 16)));
    refuse_node("the four secrets alone, as before there were serials", cut(node, 128));
    const struct span opener = bytes_named("opener", 32);
    refuse("wrong-key", "serial 0, and another key file", by_key_file(opener, with_u32(node, AT_SERIAL, 0)),
           filled(1, 32));
}

void make_key_files(void) {
    const struct span node = node_secrets(0), root = bytes_named("secrets", ROOT_SIZE);
    const struct span opener = bytes_named("opener", 32), good = by_key_file(opener, node);
    make_good(node, root);
    make_nodes();
    make_heads(good, opener);
    refuse("malformed", "58 bytes: no secrets", cut(good, HEAD_SIZE), opener);
    refuse("malformed", "a byte missing", without_last(good, 1), opener);
    refuse("malformed", "a byte more", joined(good, filled(0, 1)), opener);
    refuse("malformed", "sealed rightly, but of 64 bytes", by_key_file(opener, filled(1, 64)), opener);
    refuse("malformed", "of 64 bytes, and a short key file", by_key_file(opener, filled(1, 64)), filled(0, 1));
    refuse("wrong-key", "another key file", good, bytes_named("another", 32));
    refuse("wrong-key", "a key file of 31 bytes", by_key_file(cut(opener, 31), node), cut(opener, 31));
    refuse("wrong-key", "a key file of no bytes", by_key_file((struct span){0}, node), (struct span){0});
    refuse("wrong-key", "the key file and a line end", good, joined(opener, span_of_text("\n")));
    refuse("wrong-key", "a changed bit of the salt", flipped(good, 18, 1), opener);
    refuse("wrong-key", "a changed bit of the nonce", flipped(good, 34, 1), opener);
    refuse("wrong-key", "a changed bit of the secrets", flipped(good, HEAD_SIZE, 1), opener);
    refuse("wrong-key", "a changed bit of the tag", flipped(good, good.len - 1, 0x80), opener);
}
