/* bench: what the files of inama-bench share. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>

/* Was this figure asked for? */
bool wanted(const char *name);
bool any_wanted(const char *const *names);
/* A figure beside its limit or peer. */
void say(const char *name, double value, const char *unit, const char *limit_name, double limit);
double seconds(void);
/* For qsort(). */
int compare_doubles(const void *a, const void *b);

/* Customs tell all customs everything. */
extern const char open_policy[];

/* Bytes of the first entries with alerts of its first feed, as a node has them on disk that does not run. */
struct home;
double entry_bytes(const struct home *author, size_t alerts);

/* One publisher and many subscribers. */
void bench_exchange(void);
/* Everybody connected with everybody, and everybody carries for all. */
void bench_mesh(void);
/* Cables that are thin, lossy and cut. */
void bench_cables(void);

/* Bare LMDB: `batch` records of `bytes` bytes a commit, default durability, in a folder of its own below this one. */
double lmdb_rate(const char *folder, size_t bytes, unsigned batch);

/* A log of so many records. */
void bench_log(size_t records);

/* Searching so many alerts. */
void bench_find(size_t alerts);

/* The life of keys: grants, rotation, start-up with a large roster. */
void bench_trust(void);

/* What the originator decides: markings and disclosures. */
void bench_originator(void);

#endif
