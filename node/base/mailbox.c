#include "base/mailbox.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

/* More than anybody waits, and far from where the seconds of a timespec overflow. */
enum { TIMEOUT_MS_MAX = 24 * 60 * 60 * 1000 };

struct mailbox {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct mail *first;
    struct mail **end; /* where the next mail is linked in */
};

static bool start_condition(pthread_cond_t *condition) {
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    /* waiting must not depend on somebody setting the wall clock */
    bool ok =
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 && pthread_cond_init(condition, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return ok;
}

struct mailbox *mailbox_new(void) {
    struct mailbox *mailbox = calloc(1, sizeof *mailbox);
    if (!mailbox)
        return NULL;
    mailbox->end = &mailbox->first;
    if (pthread_mutex_init(&mailbox->lock, NULL) != 0) {
        free(mailbox);
        return NULL;
    }
    if (!start_condition(&mailbox->filled)) {
        pthread_mutex_destroy(&mailbox->lock);
        free(mailbox);
        return NULL;
    }
    return mailbox;
}

void mailbox_free(struct mailbox *mailbox) {
    if (!mailbox)
        return;
    pthread_cond_destroy(&mailbox->filled);
    pthread_mutex_destroy(&mailbox->lock);
    free(mailbox);
}

void mailbox_post(struct mailbox *mailbox, struct mail *mail) {
    mail->next = NULL;
    pthread_mutex_lock(&mailbox->lock);
    *mailbox->end = mail;
    mailbox->end = &mail->next;
    pthread_cond_signal(&mailbox->filled);
    pthread_mutex_unlock(&mailbox->lock);
}

static struct timespec time_after(uint64_t timeout_ms) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    if (timeout_ms > TIMEOUT_MS_MAX)
        timeout_ms = TIMEOUT_MS_MAX;
    at.tv_sec += (time_t)(timeout_ms / 1000);
    at.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

struct mail *mailbox_take(struct mailbox *mailbox, uint64_t timeout_ms) {
    struct timespec until = time_after(timeout_ms);
    pthread_mutex_lock(&mailbox->lock);
    while (!mailbox->first && timeout_ms)
        if (pthread_cond_timedwait(&mailbox->filled, &mailbox->lock, &until) == ETIMEDOUT)
            break;
    struct mail *mail = mailbox->first;
    mailbox->first = NULL;
    mailbox->end = &mailbox->first;
    pthread_mutex_unlock(&mailbox->lock);
    return mail;
}
