/* names: are two names spellings of one?
 *
 * A name is read word by word, each as it may sound: accents and doubled letters are gone, and letters that French,
 * Portuguese, English and the transliterations of Arabic write differently are one (ou, oo and u; ph and f; c, k and q;
 * sh, ch and s; dj and j). Then spellings are compared with an edit distance in which vowels count less. Words may
 * stand in any order, one may be missing, and an initial stands for a word. docs/guide.md says it for people;
 * tests/unit/core/test_names.c holds it against pairs that people have labelled.
 *
 * Pure; any thread.
 */
#ifndef CORE_NAMES_H
#define CORE_NAMES_H

#include <stddef.h>

enum { NAME_WORDS_MAX = 8, NAME_WORD_BYTES = 32 };

struct name_word {
    char sound[NAME_WORD_BYTES]; /* of longer ones only so much */
    size_t len;
};

struct name {
    struct name_word words[NAME_WORDS_MAX]; /* more are left out */
    size_t count;
};

/* From a folded text (text_fold()). Particles and the legal forms of companies say little and are left out, if any
 * other word is there. */
void name_read(struct name *out, const char *folded);

/* What words that may be one have in common: their consonants. Never empty; ends with a NUL. */
void name_skeleton(char out[static NAME_WORD_BYTES], const struct name_word *word);

/* From 0 to 1. NAME_ALIKE and above: probably one name. */
double name_alike(const struct name *a, const struct name *b);
#define NAME_ALIKE 0.85

#endif
