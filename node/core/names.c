#include "core/names.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "core/document.h"

/* ---- reading ---- */

static bool is_vowel(char c) {
    return c && strchr("aeiou", c) != NULL;
}

/* How a few letters at the front of the rest of a word may sound. The first rule that fits is taken. */
enum place { ANYWHERE, BEFORE_VOWEL, BEFORE_FRONT_VOWEL, AT_END };
static const struct {
    const char *from;
    const char *to;
    enum place place;
} rules[] = {
    {"tch", "s", ANYWHERE},
    {"sch", "s", ANYWHERE},
    {"dj", "j", ANYWHERE},
    {"di", "j", BEFORE_VOWEL},
    {"dy", "j", BEFORE_VOWEL},
    {"ph", "f", ANYWHERE},
    {"sh", "s", ANYWHERE},
    {"ch", "s", ANYWHERE},
    {"kh", "k", ANYWHERE},
    {"gh", "g", ANYWHERE},
    {"dh", "d", ANYWHERE},
    {"th", "t", ANYWHERE},
    {"bh", "b", ANYWHERE},
    {"lh", "l", ANYWHERE},
    {"nh", "n", ANYWHERE},
    {"ck", "k", ANYWHERE},
    {"qu", "k", ANYWHERE},
    {"q", "k", ANYWHERE},
    {"c", "s", BEFORE_FRONT_VOWEL},
    {"c", "k", ANYWHERE},
    {"gu", "g", BEFORE_FRONT_VOWEL},
    {"g", "j", BEFORE_FRONT_VOWEL},
    {"ou", "w", BEFORE_VOWEL},
    {"ou", "u", ANYWHERE},
    {"oo", "u", ANYWHERE},
    {"ow", "o", AT_END},
    {"eau", "o", ANYWHERE},
    {"au", "o", ANYWHERE},
    {"ee", "i", ANYWHERE},
    {"ie", "i", AT_END},
    {"ye", "i", AT_END},
    {"x", "ks", ANYWHERE},
    {"z", "s", ANYWHERE},
    {"y", "i", ANYWHERE},
};

static bool is_in_place(enum place place, const char *rest) {
    switch (place) {
    case ANYWHERE:
        break;
    case BEFORE_VOWEL:
        return is_vowel(*rest) || *rest == 'y';
    case BEFORE_FRONT_VOWEL:
        return *rest == 'e' || *rest == 'i' || *rest == 'y';
    case AT_END:
        return *rest == '\0';
    }
    return true;
}

static void put(struct name_word *word, char c) {
    bool is_doubled = word->len && word->sound[word->len - 1] == c;
    if (!is_doubled && word->len + 1 < NAME_WORD_BYTES)
        word->sound[word->len++] = c;
}

/* Takes what the first rule that fits is about; else the letter as it is. An h is heard at the front alone. */
static const char *take_sound(struct name_word *word, const char *text) {
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        size_t len = strlen(rules[i].from);
        if (strncmp(text, rules[i].from, len) != 0 || !is_in_place(rules[i].place, text + len))
            continue;
        for (const char *c = rules[i].to; *c; c++)
            put(word, *c);
        return text + len;
    }
    if (*text != 'h' || word->len == 0)
        put(word, *text);
    return text + 1;
}

static void read_word(struct name_word *out, struct span text) {
    char letters[2 * NAME_WORD_BYTES];
    size_t len = text.len < sizeof letters - 1 ? text.len : sizeof letters - 1;
    memcpy(letters, text.data, len);
    letters[len] = '\0';
    *out = (struct name_word){0};
    for (const char *c = letters; *c;)
        c = take_sound(out, c);
    if (out->len == 0) /* an h alone */
        put(out, letters[0]);
}

/* In any language of the project, and those of companies. */
static bool says_little(struct span word) {
    static const char *const words[] = {
        "al",  "and", "ben",  "bin", "bint", "co",       "company", "corp", "da",   "das",  "de",
        "del", "des", "do",   "dos", "du",   "e",        "el",      "et",   "eurl", "gmbh", "ibn",
        "inc", "la",  "lda",  "le",  "les",  "limitada", "limited", "llc",  "ltd",  "ltda", "mr",
        "mrs", "of",  "ould", "plc", "pty",  "sa",       "sarl",    "the",  "von",  "y",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_is(word, words[i]))
            return true;
    return false;
}

static void read_words(struct name *out, const char *text, bool all) {
    out->count = 0;
    for (struct span word; out->count < NAME_WORDS_MAX && document_next_word(&text, &word);)
        if (all || !says_little(word))
            read_word(&out->words[out->count++], word);
}

void name_read(struct name *out, const char *folded) {
    read_words(out, folded, false);
    if (out->count == 0)
        read_words(out, folded, true);
}

void name_skeleton(char out[static NAME_WORD_BYTES], const struct name_word *word) {
    size_t len = 0;
    for (size_t i = 0; i < word->len; i++) {
        char c = word->sound[i];
        if (!is_vowel(c) && c != 'w')
            out[len++] = c;
        else if (i == 0)
            out[len++] = 'a'; /* some vowel */
    }
    out[len] = '\0';
}

/* ---- comparing ---- */

static bool are_near(char a, char b) {
    static const char *const pairs[] = {"ei", "ie", "ou", "uo", "uw", "wu", "sj", "js", "vb", "bv", "mn", "nm"};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (pairs[i][0] == a && pairs[i][1] == b)
            return true;
    return false;
}

static double cost_of_change(char a, char b) {
    if (a == b)
        return 0;
    if (are_near(a, b))
        return 0.25;
    return is_vowel(a) && is_vowel(b) ? 0.5 : 1;
}

static double cost_of_loss(char c) {
    return is_vowel(c) ? 0.5 : 1;
}

static double least(double a, double b) {
    return a < b ? a : b;
}

static double distance(const struct name_word *a, const struct name_word *b) {
    double row[NAME_WORD_BYTES];
    row[0] = 0;
    for (size_t j = 0; j < b->len; j++)
        row[j + 1] = row[j] + cost_of_loss(b->sound[j]);
    for (size_t i = 0; i < a->len; i++) {
        double before = row[0]; /* above, to the left */
        row[0] += cost_of_loss(a->sound[i]);
        for (size_t j = 0; j < b->len; j++) {
            double changed = before + cost_of_change(a->sound[i], b->sound[j]);
            before = row[j + 1];
            row[j + 1] =
                least(changed, least(row[j + 1] + cost_of_loss(a->sound[i]), row[j] + cost_of_loss(b->sound[j])));
        }
    }
    return row[b->len];
}

static bool is_initial(const struct name_word *word) {
    return word->len == 1;
}

static double alike(const struct name_word *a, const struct name_word *b) {
    const double initial = 0.9;
    if (is_initial(a) || is_initial(b))
        return a->sound[0] != b->sound[0] ? 0 : a->len == b->len ? 1 : initial;
    size_t longer = a->len > b->len ? a->len : b->len;
    return 1 - distance(a, b) / (double)longer;
}

/* The pair of words, neither taken yet, that are most alike. */
struct pair {
    size_t in_fewer, in_more;
    double alike;
};

static struct pair best_pair(const struct name *fewer, const struct name *more, unsigned taken_fewer,
                             unsigned taken_more) {
    struct pair best = {.alike = -1};
    for (size_t i = 0; i < fewer->count; i++)
        for (size_t j = 0; j < more->count; j++) {
            if (taken_fewer >> i & 1 || taken_more >> j & 1)
                continue;
            double value = alike(&fewer->words[i], &more->words[j]);
            if (value > best.alike)
                best = (struct pair){i, j, value};
        }
    return best;
}

static double weight_of(const struct name_word *a, const struct name_word *b) {
    return (double)(a->len > b->len ? a->len : b->len);
}

/* Every word of the name that has fewer must have one in the other; how alike they are counts by their length. One word
 * alone does not make a name of several. */
double name_alike(const struct name *a, const struct name *b) {
    const double missing = 0.03, alone = 0.75;
    const struct name *fewer = a->count <= b->count ? a : b, *more = fewer == a ? b : a;
    unsigned taken_fewer = 0, taken_more = 0;
    double sum = 0, weights = 0, lowest = 1;
    size_t written = 0; /* pairs in which neither is an initial */
    if (fewer->count == 0)
        return 0;
    for (size_t i = 0; i < fewer->count; i++) {
        struct pair pair = best_pair(fewer, more, taken_fewer, taken_more);
        double weight = weight_of(&fewer->words[pair.in_fewer], &more->words[pair.in_more]);
        taken_fewer |= 1u << pair.in_fewer;
        taken_more |= 1u << pair.in_more;
        written += !is_initial(&fewer->words[pair.in_fewer]) && !is_initial(&more->words[pair.in_more]);
        sum += weight * pair.alike;
        weights += weight;
        lowest = least(lowest, pair.alike);
    }
    double value = sum / weights - missing * (double)(more->count - fewer->count);
    bool is_alone = fewer->count == 1 && more->count > 1;
    const double too_far = 0.84; /* one word that is another makes it another name */
    if (lowest < too_far)
        value = least(value, lowest);
    value = value < 0 ? 0 : value;
    return written == 0 || is_alone ? least(value, alone) : value;
}
