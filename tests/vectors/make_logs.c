/* Leaves, roots and proofs of logs, and checkpoints. */
#include <string.h>

#include "base/text.h"
#include "core/journal.h"
#include "core/merkle.h"
#include "tests/vectors/maker.h"

enum { SIZES = 70, LEVELS = 7 };

static uint8_t leaves[SIZES][HASH_SIZE], heads[SIZES + 1][HASH_SIZE], kept[LEVELS][SIZES][HASH_SIZE];

static enum result read_kept(void *context, unsigned level, uint64_t index, uint8_t out[static HASH_SIZE]) {
    (void)context;
    memcpy(out, kept[level][index], HASH_SIZE);
    return RESULT_OK;
}

static const struct merkle_source source = {read_kept, NULL};

static void make_tree(void) {
    struct merkle tree = {0};
    merkle_root(heads[0], &tree);
    for (size_t i = 0; i < SIZES; i++) {
        uint8_t done[MERKLE_LEVELS][HASH_SIZE];
        memcpy(leaves[i], bytes_named(text_format(&memory, "leaf %zu", i), HASH_SIZE).data, HASH_SIZE);
        size_t count = merkle_append(&tree, leaves[i], done);
        for (size_t level = 0; level < count; level++)
            memcpy(kept[level][i >> level], done[level], HASH_SIZE);
        merkle_root(heads[i + 1], &tree);
    }
}

static void leaf_vector(const char *name, enum journal journal, uint64_t number, struct span salt, struct span record) {
    uint8_t leaf[HASH_SIZE];
    journal_leaf(leaf, journal, number, salt.data, record);
    json_t *v = vector("log_leaf", "ok", name);
    add_number(v, "log", journal);
    add_number(v, "number", number);
    add_input(v, "salt", salt);
    add_input(v, "record", record);
    add_output(v, "out", SPAN_OF_ARRAY(leaf));
}

static void make_leaves(void) {
    const struct span salt = bytes_named("log salt", JOURNAL_SALT_SIZE), record = span_of_text("a record");
    leaf_vector("a leaf", JOURNAL_AUDIT, 1, salt, record);
    leaf_vector("the same in the other log", JOURNAL_DISCLOSURES, 1, salt, record);
    leaf_vector("another number", JOURNAL_AUDIT, 256, salt, record);
    leaf_vector("another salt", JOURNAL_AUDIT, 1, filled(0, JOURNAL_SALT_SIZE), record);
    leaf_vector("nothing in it", JOURNAL_AUDIT, 1, salt, (struct span){0});
    leaf_vector("a long one", JOURNAL_DISCLOSURES, (uint64_t)1 << 40, salt, filled('x', 5000));
}

static void make_roots(void) {
    for (size_t size = 0; size <= SIZES; size += size < 18 ? 1 : 13) {
        json_t *v = vector("log_root", "ok", text_format(&memory, "root over %zu leaves", size));
        json_t *list = add_list(v, "leaves");
        for (size_t i = 0; i < size; i++)
            append_bytes(list, SPAN_OF_ARRAY(leaves[i]));
        add_output(v, "out", SPAN_OF_ARRAY(heads[size]));
    }
}

/* ---- inclusion ---- */

struct inclusion {
    struct span proof;
    uint64_t index;
    uint64_t size;
    struct span leaf;
    struct span root;
};

static struct inclusion inclusion_of(size_t index, size_t size) {
    struct merkle_proof proof;
    MUST(!merkle_prove_inclusion(&proof, &source, index, size));
    return (struct inclusion){joined(merkle_proof_span(&proof), (struct span){0}), index, size,
                              SPAN_OF_ARRAY(leaves[index]), SPAN_OF_ARRAY(heads[size])};
}

static void inclusion_vector(const char *expect, const char *name, struct inclusion in) {
    json_t *v = vector("log_inclusion", expect, name);
    add_input(v, "proof", in.proof);
    add_number(v, "index", in.index);
    add_number(v, "size", in.size);
    add_input(v, "leaf", in.leaf);
    add_input(v, "root", in.root);
}

static void make_inclusions(void) {
    static const size_t sizes[] = {1, 2, 3, 4, 5, 7, 8, 13, 70};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t index = 0; index < sizes[i]; index += sizes[i] < 14 ? 1 : 23)
            inclusion_vector("ok", text_format(&memory, "leaf %zu of %zu", index, sizes[i]),
                             inclusion_of(index, sizes[i]));
    const struct inclusion good = inclusion_of(9, 13);
    struct inclusion bad = good;
    bad.index = 8;
    inclusion_vector("bad-hash", "the index of its neighbour", bad);
    bad.index = 12;
    inclusion_vector("malformed", "an index with a shorter way", bad);
    bad.index = 13;
    inclusion_vector("malformed", "an index that is not in the tree", bad);
    bad = good;
    bad.size = 14;
    bad.root = SPAN_OF_ARRAY(heads[14]);
    inclusion_vector("bad-hash", "another size", bad);
    bad.size = 8;
    inclusion_vector("malformed", "a size that it is behind", bad);
    bad.size = 0;
    bad.index = 0;
    inclusion_vector("malformed", "no leaves at all", bad);
    bad = good;
    bad.leaf = SPAN_OF_ARRAY(leaves[10]);
    inclusion_vector("bad-hash", "another leaf", bad);
    bad = good;
    bad.leaf = SPAN_OF_ARRAY(kept[1][4]);
    bad.index = 4;
    bad.size = 7;
    bad.proof = span_of(good.proof.data + HASH_SIZE, good.proof.len - HASH_SIZE);
    inclusion_vector("ok", "a node passed off as a leaf of a smaller tree: the size is signed with the root", bad);
    bad = good;
    bad.proof = without_last(good.proof, HASH_SIZE);
    inclusion_vector("malformed", "a hash too few", bad);
    bad.proof = joined(good.proof, filled(0, HASH_SIZE));
    inclusion_vector("malformed", "a hash too many", bad);
    bad.proof = without_last(good.proof, 1);
    inclusion_vector("malformed", "part of a hash", bad);
    bad.proof = filled(0, (size_t)127 * HASH_SIZE);
    inclusion_vector("malformed", "127 hashes", bad);
    for (size_t i = 0; i < good.proof.len / HASH_SIZE; i++) {
        bad.proof = flipped(good.proof, i * HASH_SIZE, 1);
        inclusion_vector("bad-hash", text_format(&memory, "a changed bit of hash %zu", i + 1), bad);
    }
}

/* ---- consistency ---- */

struct consistency {
    struct span proof;
    uint64_t first;
    uint64_t size;
    struct span first_root;
    struct span root;
};

static struct consistency consistency_of(size_t first, size_t size) {
    struct merkle_proof proof;
    MUST(!merkle_prove_consistency(&proof, &source, first, size));
    return (struct consistency){joined(merkle_proof_span(&proof), (struct span){0}), first, size,
                                SPAN_OF_ARRAY(heads[first]), SPAN_OF_ARRAY(heads[size])};
}

static void consistency_vector(const char *expect, const char *name, struct consistency in) {
    json_t *v = vector("log_consistency", expect, name);
    add_input(v, "proof", in.proof);
    add_number(v, "first", in.first);
    add_number(v, "size", in.size);
    add_input(v, "first_root", in.first_root);
    add_input(v, "root", in.root);
}

static void make_consistencies(void) {
    static const size_t sizes[] = {0, 1, 2, 3, 4, 6, 7, 8, 13, 70};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t first = 0; first <= sizes[i]; first += sizes[i] < 14 ? 1 : 14)
            consistency_vector("ok", text_format(&memory, "%zu begins with %zu", sizes[i], first),
                               consistency_of(first, sizes[i]));
    const struct consistency good = consistency_of(6, 13);
    struct consistency bad = good;
    bad.first_root = flipped(good.first_root, 0, 1);
    consistency_vector("bad-hash", "the log before was another", bad);
    bad = good;
    bad.root = flipped(good.root, 31, 0x80);
    consistency_vector("bad-hash", "the log now is another", bad);
    bad = good;
    bad.first = 7;
    bad.first_root = SPAN_OF_ARRAY(heads[7]);
    consistency_vector("malformed", "the proof of another size", bad);
    bad = good;
    bad.first = 14;
    consistency_vector("malformed", "a log that has been cut", bad);
    bad = consistency_of(13, 13);
    bad.root = SPAN_OF_ARRAY(heads[12]);
    consistency_vector("bad-hash", "two logs of one size", bad);
    bad.proof = good.proof;
    consistency_vector("malformed", "a proof where none is needed", bad);
    bad = consistency_of(0, 13);
    bad.first_root = SPAN_OF_ARRAY(heads[1]);
    consistency_vector("bad-hash", "no leaves with the root of one", bad);
    bad = consistency_of(8, 13);
    bad.proof = (struct span){0};
    consistency_vector("malformed", "no proof, from a full tree", bad);
    bad.first = 6;
    consistency_vector("malformed", "no proof", bad);
    bad = good;
    bad.proof = joined(good.proof, filled(0, HASH_SIZE));
    consistency_vector("malformed", "a hash too many", bad);
    bad.proof = without_last(good.proof, HASH_SIZE);
    consistency_vector("malformed", "a hash too few", bad);
    bad.proof = without_last(good.proof, 16);
    consistency_vector("malformed", "part of a hash", bad);
}

/* ---- checkpoints ---- */

static const struct checkpoint plain = {.journal = JOURNAL_AUDIT, .size = 70, .time = T0};

static const char *text_of(struct checkpoint checkpoint, const struct identity *by) {
    struct buf text;
    memcpy(checkpoint.root, heads[checkpoint.size % (SIZES + 1)], HASH_SIZE);
    MUST(!checkpoint_sign(&checkpoint, &memory, by));
    buf_init(&text, &memory);
    checkpoint_write(&text, &checkpoint);
    buf_put_u8(&text, 0);
    return (const char *)text.data;
}

static json_t *checkpoint_vector(const char *expect, const char *name, const char *text) {
    json_t *v = vector("checkpoint", expect, name), *member = json_object();
    add_text(v, "text", text);
    add_input(member, "id", SPAN_OF_ARRAY(author.id));
    add_input(member, "sign_key", SPAN_OF_ARRAY(author.sign_key));
    append_json(add_list(v, "members"), member);
    return v;
}

static void accept(const char *name, struct checkpoint checkpoint, const char *text) {
    json_t *v = checkpoint_vector("ok", name, text);
    add_output(v, "node", SPAN_OF_ARRAY(author.id));
    add_text(v, "log", journal_name(checkpoint.journal));
    add_number(v, "size", checkpoint.size);
    add_output(v, "root", SPAN_OF_ARRAY(heads[checkpoint.size % (SIZES + 1)]));
    add_number(v, "time", checkpoint.time);
}

/* `text` with one `from` replaced by `to`. */
static const char *spoilt(const char *text, const char *from, const char *to) {
    const char *at = strstr(text, from);
    MUST(at && !strstr(at + 1, from));
    return text_format(&memory, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void make_checkpoints(void) {
    struct checkpoint other = plain;
    const char *good = text_of(plain, &author);
    accept("a checkpoint", plain, good);
    accept("with words around it", plain, text_format(&memory, "Kept by hand.\n\n%ssigned, the auditor\n", good));
    other.journal = JOURNAL_DISCLOSURES;
    accept("of the other log", other, text_of(other, &author));
    other.size = 0;
    accept("of an empty log", other, text_of(other, &author));
    other.size = (uint64_t)71 * 1000000000000000;
    accept("of a long log", other, text_of(other, &author));

    checkpoint_vector("bad-signature", "another size", spoilt(good, "size 70", "size 71"));
    checkpoint_vector("bad-signature", "the other log's", spoilt(good, "log audit", "log disclosures"));
    checkpoint_vector("bad-signature", "another time", spoilt(good, "T00:00:00Z", "T00:00:01Z"));
    checkpoint_vector("unknown-member", "by a stranger", text_of(plain, &stranger));
    checkpoint_vector("malformed", "no checkpoint", "Kept by hand.\n");
    checkpoint_vector("malformed", "cut", text_format(&memory, "%.*s", (int)strlen(good) - 1, good));
    checkpoint_vector("unknown-suite", "suite 2", spoilt(good, "checkpoint 1", "checkpoint 2"));
    checkpoint_vector("malformed", "a third log", spoilt(good, "log audit", "log public"));
    checkpoint_vector("malformed", "a zero in front", spoilt(good, "size 70", "size 070"));
    checkpoint_vector("malformed", "a size of 19 digits", spoilt(good, "size 70", "size 1000000000000000000"));
    checkpoint_vector("malformed", "no size", spoilt(good, "size 70", "size "));
    checkpoint_vector("malformed", "two spaces", spoilt(good, "size 70", "size  70"));
    checkpoint_vector("malformed", "a line end of DOS", spoilt(good, "size 70\n", "size 70\r\n"));
    checkpoint_vector("malformed", "a time with an offset", spoilt(good, "00:00Z", "00:00+00:00"));
    checkpoint_vector("malformed", "a line twice", spoilt(good, "size 70\n", "size 70\nsize 70\n"));
    checkpoint_vector("malformed", "lines in another order",
                      spoilt(good, "log audit\nsize 70\n", "size 70\nlog audit\n"));
}

/* ---- cosignatures ---- */

/* A checkpoint with what these say of it. */
static const char *cosigned_text(struct checkpoint checkpoint, const struct identity *witness, uint64_t time) {
    struct cosignature cosignature = {.time = time};
    struct buf text;
    memcpy(checkpoint.root, heads[checkpoint.size % (SIZES + 1)], HASH_SIZE);
    MUST(!checkpoint_sign(&checkpoint, &memory, &author));
    MUST(!cosignature_sign(&cosignature, &memory, &checkpoint, witness));
    buf_init(&text, &memory);
    checkpoint_write(&text, &checkpoint);
    cosignature_write(&text, &cosignature);
    buf_put_u8(&text, 0);
    return (const char *)text.data;
}

static void append_member(json_t *members, const struct identity *identity) {
    json_t *member = json_object();
    add_input(member, "id", SPAN_OF_ARRAY(identity->id));
    add_input(member, "sign_key", SPAN_OF_ARRAY(identity->sign_key));
    append_json(members, member);
}

static json_t *cosignature_vector(const char *expect, const char *name, const char *text) {
    json_t *v = vector("cosignature", expect, name), *members = add_list(v, "members");
    add_text(v, "text", text);
    append_member(members, &author);
    append_member(members, &reader);
    return v;
}

static void make_cosignatures(void) {
    struct checkpoint point = plain;
    point.journal = JOURNAL_DISCLOSURES;
    const char *good = cosigned_text(point, &reader, T0 + 60), *behind = strstr(good, "INAMA cosignature");
    json_t *v = cosignature_vector("ok", "a cosignature", good);
    add_output(v, "witness", SPAN_OF_ARRAY(reader.id));
    add_number(v, "time", T0 + 60);
    v = cosignature_vector("ok", "by its own node", cosigned_text(point, &author, T0));
    add_output(v, "witness", SPAN_OF_ARRAY(author.id));
    add_number(v, "time", T0);
    point.size = 69;
    const char *other = cosigned_text(point, &author, T0);
    cosignature_vector(
        "bad-signature", "of another checkpoint",
        text_format(&memory, "%.*s%s", (int)(strstr(other, "INAMA cosignature") - other), other, behind));
    cosignature_vector("unknown-member", "by a stranger", cosigned_text(point, &stranger, T0));
    cosignature_vector("bad-signature", "another time", spoilt(good, "T00:01:00Z", "T00:01:01Z"));
    cosignature_vector("unknown-suite", "suite 2", spoilt(good, "cosignature 1", "cosignature 2"));
    cosignature_vector("malformed", "none", text_format(&memory, "%.*s", (int)(behind - good), good));
    cosignature_vector("malformed", "cut", text_format(&memory, "%.*s", (int)strlen(good) - 1, good));
    cosignature_vector("malformed", "no witness", spoilt(good, "witness ", "node "));
    cosignature_vector("malformed", "two spaces", spoilt(good, "time 2014-05-06T00:01", "time  2014-05-06T00:01"));
}

void make_logs(void) {
    make_tree();
    make_leaves();
    make_roots();
    make_inclusions();
    make_consistencies();
    make_checkpoints();
    make_cosignatures();
}
