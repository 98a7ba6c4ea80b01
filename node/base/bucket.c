#include "base/bucket.h"

enum { SECOND_MS = 1000 };

/* A millisecond brings `rate` thousandths of a unit. */
static int64_t level_at(const struct bucket *bucket, uint64_t steady_ms) {
    int64_t full = (int64_t)bucket->rate * SECOND_MS, missing = full - bucket->level;
    uint64_t passed = steady_ms > bucket->at_ms ? steady_ms - bucket->at_ms : 0;
    if (bucket->rate == 0 || passed >= (uint64_t)missing / bucket->rate + 1)
        return full;
    return bucket->level + (int64_t)(passed * bucket->rate);
}

void bucket_init(struct bucket *bucket, uint64_t rate, uint64_t steady_ms) {
    if (rate > BUCKET_RATE_MAX)
        rate = BUCKET_RATE_MAX;
    *bucket = (struct bucket){.rate = rate, .level = (int64_t)rate * SECOND_MS, .at_ms = steady_ms};
}

uint64_t bucket_wait_ms(const struct bucket *bucket, uint64_t steady_ms) {
    int64_t level = level_at(bucket, steady_ms);
    return bucket->rate == 0 || level > 0 ? 0 : (uint64_t)-level / bucket->rate + 1;
}

void bucket_take(struct bucket *bucket, uint64_t units, uint64_t steady_ms) {
    const int64_t owed_max = INT64_MAX / 4;
    if (bucket->rate == 0)
        return;
    int64_t level = level_at(bucket, steady_ms), cost = units < BUCKET_RATE_MAX ? (int64_t)units * SECOND_MS : owed_max;
    bucket->level = level < -owed_max ? level : level - cost;
    bucket->at_ms = steady_ms;
}
