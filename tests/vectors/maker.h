/* maker: what the makers of test vectors share: people, deterministic randomness, bytes to spoil, and the file written.
 *
 * A maker says of each vector what must come of it; only outputs are computed. So a vector can disagree with the code,
 * and then either is wrong. One thread, one run: memory is never given back.
 */
#ifndef TESTS_VECTORS_MAKER_H
#define TESTS_VECTORS_MAKER_H

#include <jansson.h>

#include "base/arena.h"
#include "base/random.h"
#include "base/span.h"
#include "keys/identity.h"

extern struct arena memory;

/* ---- people ---- */

/* Who observes, who passes on, who reads, and who is in no roster. */
extern struct identity originator, author, reader, stranger;

enum { ROOT_COUNT = 17, T0 = 1399334400 }; /* 2014-05-06, in seconds */
#define NOW_MS ((uint64_t)T0 * 1000)

struct root {
    uint8_t key[SIGN_PUBLIC_SIZE];
    uint8_t secret[SIGN_SECRET_SIZE];
};
extern struct root roots[ROOT_COUNT];

void make_people(void);

/* Random bytes that depend on `name` alone: a new vector changes no other. */
const struct random *random_named(const char *name);
struct span bytes_named(const char *name, size_t len);

/* ---- bytes; the results are copies ---- */

struct span hex(const char *digits);
struct span filled(uint8_t byte, size_t len);
struct span joined(struct span a, struct span b);
struct span cut(struct span bytes, size_t len);
struct span without_last(struct span bytes, size_t len);
struct span flipped(struct span bytes, size_t at, uint8_t mask);
struct span replaced(struct span bytes, size_t at, struct span by);
/* `removed` bytes taken out, others put in their place. */
struct span spliced(struct span bytes, size_t at, size_t removed, struct span in);
/* Where `part` stands, once and only once; ends the program otherwise. */
size_t find(struct span bytes, struct span part);

/* A field as protobuf writes it. */
struct span field_number(unsigned number, uint64_t value);
struct span field_bytes(unsigned number, struct span value);
/* The encoding of a generated message struct. */
struct span encoded(const void *message);

/* ---- vectors ---- */

/* Begins a vector of the file that is being made; inputs and outputs are then added to it. */
json_t *vector(const char *op, const char *expect, const char *name);
/* Bytes: inputs with repetitions written short, outputs in full. */
void add_input(json_t *vector, const char *key, struct span bytes);
void add_output(json_t *vector, const char *key, struct span bytes);
void add_number(json_t *vector, const char *key, uint64_t number);
void add_text(json_t *vector, const char *key, const char *text);
void add_flag(json_t *vector, const char *key, bool flag);
/* An object, or an empty list that is then filled by append_*(). */
void add_json(json_t *vector, const char *key, json_t *value);
json_t *add_list(json_t *vector, const char *key);
void append_bytes(json_t *list, struct span bytes);
void append_json(json_t *list, json_t *value);
/* The same in an object or list of a vector. */
json_t *hex_text(struct span bytes);

/* Ends the program with `what` unless it holds: the maker itself is wrong. */
void must(bool holds, const char *what);
#define MUST(condition) must(condition, #condition)

/* ---- the files ---- */

void make_names(void);
void make_signatures(void);
void make_trees(void);
void make_encoding(void);
void make_disclosures(void);
void make_entries(void);
void make_grants(void);
void make_rosters(void);
void make_trust(void);
void make_roster_files(void);
void make_endings(void);
void make_cards(void);
void make_key_files(void);
void make_blobs(void);
void make_logs(void);
void make_opened(void);
void make_evidence(void);
void make_releases(void);

#endif
