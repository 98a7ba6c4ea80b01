/* What a signing key that ended has signed, and whether it counts. */
#include "base/text.h"
#include "keys/hash.h"
#include "tests/vectors/maker.h"

enum { ENDS = 3, NUMBER = 10 };

/* Three feeds, ascending; each is believed up to number 10. */
static uint8_t feed_of(size_t end) {
    return (uint8_t)(16 * (end + 1));
}

static struct span hash_of_end(size_t end) {
    return bytes_named(text_format(&memory, "last entry of end %zu", end), HASH_SIZE);
}

static json_t *ending_of(uint32_t cause, uint64_t at, size_t count) {
    json_t *ending = json_object(), *ends;
    add_number(ending, "cause", cause);
    add_number(ending, "at", at);
    ends = add_list(ending, "ends");
    for (size_t i = 0; i < count; i++) {
        json_t *end = json_object();
        add_input(end, "feed", filled(feed_of(i), HASH_SIZE));
        add_number(end, "number", NUMBER);
        add_input(end, "hash", hash_of_end(i));
        append_json(ends, end);
    }
    return ending;
}

static void entry(const char *expect, const char *name, json_t *ending, uint8_t feed, uint64_t number,
                  struct span hash) {
    json_t *v = vector("ending_entry", expect, name);
    add_json(v, "ending", ending);
    add_input(v, "feed", filled(feed, HASH_SIZE));
    add_number(v, "number", number);
    add_input(v, "hash", hash);
}

static void alert(const char *expect, const char *name, json_t *ending, uint64_t created) {
    json_t *v = vector("ending_alert", expect, name);
    add_json(v, "ending", ending);
    add_number(v, "created", created);
}

/* Of the feeds that are named. */
static void make_named_feeds(uint32_t cause) {
    const struct span other = bytes_named("another entry", HASH_SIZE);
    for (size_t i = 0; i < ENDS; i++) {
        const uint8_t feed = feed_of(i);
        const struct span last = hash_of_end(i);
        const char *of = text_format(&memory, "of end %zu, cause %u", i + 1, cause);
        entry("ok", text_format(&memory, "the first entry %s", of), ending_of(cause, 0, ENDS), feed, 1, other);
        entry("ok", text_format(&memory, "the entry before the last %s", of), ending_of(cause, 0, ENDS), feed,
              NUMBER - 1, other);
        entry("ok", text_format(&memory, "the last entry %s", of), ending_of(cause, 0, ENDS), feed, NUMBER, last);
        entry("revoked", text_format(&memory, "another in the place of the last %s", of), ending_of(cause, 0, ENDS),
              feed, NUMBER, other);
        entry("revoked", text_format(&memory, "one more %s", of), ending_of(cause, 0, ENDS), feed, NUMBER + 1, last);
    }
    entry("revoked", text_format(&memory, "the highest number, cause %u", cause), ending_of(cause, UINT32_MAX, ENDS),
          feed_of(0), INT64_MAX, hash_of_end(0));
    entry("revoked", text_format(&memory, "the hash of another end, cause %u", cause), ending_of(cause, 0, ENDS),
          feed_of(0), NUMBER, hash_of_end(1));
}

/* Of feeds that are not: before, between and behind those that are. */
static void make_other_feeds(uint32_t cause) {
    const char *expect = cause == 3 ? "revoked" : "ok";
    const struct span hash = hash_of_end(0);
    for (uint8_t feed = 8; feed <= 16 * ENDS + 8; feed = (uint8_t)(feed + 16))
        entry(expect, text_format(&memory, "a feed of %d that is not named, cause %u", feed, cause),
              ending_of(cause, 0, ENDS), feed, 1, hash);
    entry(expect, text_format(&memory, "no feed is named, cause %u", cause), ending_of(cause, 0, 0), feed_of(0), NUMBER,
          hash);
    entry(expect, text_format(&memory, "no feed is named, a high number, cause %u", cause), ending_of(cause, 0, 0),
          feed_of(0), INT64_MAX, hash);
}

/* By another feed than the key's own. */
static void make_alerts(uint32_t cause) {
    const char *expect = cause == 3 ? "revoked" : "ok";
    const char *of = text_format(&memory, "the key ended, cause %u", cause);
    alert(expect, text_format(&memory, "made long before %s", of), ending_of(cause, NOW_MS, 1), 0);
    alert(expect, text_format(&memory, "made just when %s", of), ending_of(cause, NOW_MS, 1), NOW_MS);
    alert("revoked", text_format(&memory, "made a millisecond after %s", of), ending_of(cause, NOW_MS, 1), NOW_MS + 1);
    alert("revoked", text_format(&memory, "made when %s in the year 0", of), ending_of(cause, 0, 0), NOW_MS);
    alert(expect, text_format(&memory, "made in the year 0 and %s then", of), ending_of(cause, 0, 0), 0);
}

void make_endings(void) {
    for (uint32_t cause = 1; cause <= 3; cause++) {
        make_named_feeds(cause);
        make_other_feeds(cause);
        make_alerts(cause);
    }
}
