/* A roster or a list of desks as it comes from anybody: read, looked through, signed and edited further if it reads. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "keys/list.h"
#include "keys/secret.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t key[SIGN_PUBLIC_SIZE], secret[SIGN_SECRET_SIZE];
static const uint8_t (*const keys)[SIGN_PUBLIC_SIZE] = (const uint8_t (*)[SIGN_PUBLIC_SIZE]) & key;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    static const uint8_t seed[SIGN_SEED_SIZE] = {'f', 'u', 'z', 'z'};
    (void)argc;
    (void)argv;
    secret_start();
    sign_keypair(key, secret, seed);
    return 0;
}

static void look_through(const struct list *list) {
    char digits[FINGERPRINT_SIZE], words[FINGERPRINT_WORDS_SIZE];
    for (size_t i = 0; i < list->count; i++) {
        const struct member *member = &list->members[i];
        const struct ending *ending = NULL;
        uint8_t id[MEMBER_ID_SIZE];
        member_fingerprint(digits, member);
        member_fingerprint_words(words, member);
        identity_id_of(id, member->sign_key);
        if (list_find(list, member->id) != member || list_find_name(list, member->name) != member ||
            member_sign_key(member, id, &ending) != member->sign_key || ending != member->ended)
            abort();
    }
    if (list_signatures(list, list->roots, list->root_count) > list->root_count)
        abort();
    if (list_signatures(list, keys, 1) || !list_verify_author(list, key))
        abort(); /* nobody else has that key */
}

static struct list *read_again(const struct buf *file, const struct list *before) {
    struct list *list;
    if (list_read(&list, buf_span(file)) || list->count != before->count)
        abort();
    return list;
}

/* What is signed once more reads as the same list. */
static void sign(const struct list *list, struct arena *arena) {
    struct buf out;
    buf_init(&out, arena);
    if (list_sign(&out, arena, list, NULL, secret, key))
        return; /* a roster has other roots; or no room, or memory */
    struct list *again = read_again(&out, list);
    if (list_verify_author(again, key) || memcmp(again->hash, list->hash, HASH_SIZE) != 0)
        abort();
    list_drop(again);
}

/* What is edited reads again: the next version, one member ended if there is one that may. */
static void edit(const struct list *list, struct arena *arena) {
    static const struct ending ending = {.cause = ENDING_REVOKED, .at = 1};
    struct list_edit change = {.base = list, .created = list->created, .expires = list->expires, .ending = &ending};
    struct buf out;
    buf_init(&out, arena);
    change.change = list->count ? LIST_END : LIST_RENEW;
    change.member = list->members;
    if (list_edit(&out, arena, &change))
        return; /* it ended before, or too many fields, or memory */
    struct list *again = read_again(&out, list);
    if (again->version != list->version + 1 || (again->count && !again->members[0].ended))
        abort();
    list_drop(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct list *list;
    struct arena arena;
    if (list_read(&list, span_of(data, size)))
        return 0;
    arena_init(&arena, (size_t)16 * ROSTER_BYTES_MAX);
    look_through(list);
    sign(list, &arena);
    edit(list, &arena);
    arena_release(&arena);
    list_drop(list);
    return 0;
}
