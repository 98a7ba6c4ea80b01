/* bucket: so much a second, on average, and a second's worth at once.
 *
 * What is taken may be more than is there: the bucket then owes, and nothing more is taken until it has paid. So what
 * is larger than a second's worth still goes through, and the average holds. Pure; time is passed in.
 */
#ifndef BASE_BUCKET_H
#define BASE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct bucket {
    uint64_t rate;  /* units a second, at most BUCKET_RATE_MAX; 0: without limit */
    int64_t level;  /* thousandths of a unit; below zero: owed */
    uint64_t at_ms; /* steady; of the level */
};

#define BUCKET_RATE_MAX ((uint64_t)1 << 40)

/* Full. */
void bucket_init(struct bucket *bucket, uint64_t rate, uint64_t steady_ms);
/* Milliseconds until something may be taken; 0: now. */
uint64_t bucket_wait_ms(const struct bucket *bucket, uint64_t steady_ms);
/* Takes at once, whatever is there. */
void bucket_take(struct bucket *bucket, uint64_t units, uint64_t steady_ms);

#endif
