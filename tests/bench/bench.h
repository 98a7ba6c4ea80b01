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

/* The life of keys: grants, rotation, start-up with a large roster. */
void bench_trust(void);

#endif
