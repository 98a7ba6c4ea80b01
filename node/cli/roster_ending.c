#include "cli/roster_ending.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/print.h"

enum { HEX_LEN = 2 * HASH_SIZE };

/* "FEED:NUMBER:HASH", hexadecimal, decimal, hexadecimal. */
static bool read_end(struct feed_end *out, struct arena *arena, const char *text) {
    uint8_t *feed = arena_alloc(arena, HASH_SIZE), *hash = arena_alloc(arena, HASH_SIZE);
    if (!feed || !hash || strlen(text) < HEX_LEN + 2 || text[HEX_LEN] != ':')
        return false;
    const char *digits = text + HEX_LEN + 1, *colon = strchr(digits, ':');
    char *end;
    errno = 0;
    unsigned long long number = strtoull(digits, &end, 10);
    if (!colon || end != colon || errno || *digits < '0' || *digits > '9' || number == 0)
        return false;
    *out = (struct feed_end){.feed = feed, .number = number, .hash = hash};
    return text_unhex(feed, HASH_SIZE, arena_text(arena, text, HEX_LEN)) && text_unhex(hash, HASH_SIZE, colon + 1);
}

static int compare_ends(const void *a, const void *b) {
    return memcmp(((const struct feed_end *)a)->feed, ((const struct feed_end *)b)->feed, HASH_SIZE);
}

static enum exit_code read_ends(struct ending *out, struct call *call) {
    const char *const *texts;
    size_t count = options_list(&call->options, "end", &texts);
    struct feed_end *ends = arena_array(call->arena, count, sizeof *ends);
    for (size_t i = 0; i < count && ends; i++)
        if (!read_end(&ends[i], call->arena, texts[i]))
            return print_usage_error(
                call, text_format(call->arena,
                                  _("--end is \"%s\", expected FEED:NUMBER:HASH: 64 hexadecimal digits, a "
                                    "number from 1, 64 hexadecimal digits"),
                                  text_escape(call->arena, texts[i])));
    if (count && ends)
        qsort(ends, count, sizeof *ends, compare_ends);
    for (size_t i = 1; i < count && ends; i++)
        if (compare_ends(&ends[i - 1], &ends[i]) == 0)
            return print_usage_error(call, _("--end names the same feed twice"));
    out->ends = ends;
    out->count = ends ? count : 0;
    return ends ? EXIT_DONE : EXIT_REFUSED;
}

enum exit_code roster_ending_read(struct ending *out, struct call *call, enum ending_cause otherwise) {
    const char *at = options_text(&call->options, "at");
    *out = (struct ending){.cause = options_flag(&call->options, "revoked") ? ENDING_REVOKED : otherwise,
                           .at = clock_wall_ms(clock_system())};
    if (at && !text_parse_time(&out->at, at))
        return print_usage_error(call, text_format(call->arena, _("--at is \"%s\", expected a date such as 2026-05-05"),
                                                   text_escape(call->arena, at)));
    return read_ends(out, call);
}

bool roster_ending_given(const struct call *call) {
    const char *const *texts;
    return options_flag(&call->options, "revoked") || options_text(&call->options, "at") ||
           options_list(&call->options, "end", &texts) > 0;
}
