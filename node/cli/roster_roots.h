/* roster_roots: root keys by files and folders of public lines, as the commands take them. */
#ifndef CLI_ROSTER_ROOTS_H
#define CLI_ROSTER_ROOTS_H

#include "cli/command.h"
#include "keys/roster.h"

struct root_set {
    uint8_t (*keys)[SIGN_PUBLIC_SIZE]; /* room for ROSTER_ROOTS_MAX */
    size_t count;
    size_t threshold; /* that the one file says; of several, all of them */
};

/* An empty set; false when memory is out. */
bool roots_set_init(struct root_set *set, struct arena *arena);
bool roots_set_has(const struct root_set *set, const uint8_t key[static SIGN_PUBLIC_SIZE]);
/* Adds the roots of these files, and of all *.pub of these folders; one that is there already is not added again. What
 * is wrong is printed. */
enum exit_code roots_set_add(struct root_set *set, struct call *call, const char *const *paths, size_t count);

static inline const uint8_t (*roots_set_keys(const struct root_set *set))[SIGN_PUBLIC_SIZE] {
    return (const uint8_t(*)[SIGN_PUBLIC_SIZE])set->keys;
}

#endif
