#include "base/mailbox.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"

enum { SENDERS = 4, LETTERS = 20000 };

struct letter {
    struct mail mail; /* first */
    int sender;
    int number;
};

static struct mailbox *mailbox;

static void set_up(void) {
    mailbox = mailbox_new();
    ck_assert_ptr_nonnull(mailbox);
}

static void tear_down(void) {
    mailbox_free(mailbox);
}

START_TEST(take_gives_everything_in_order) {
    struct letter letters[3] = {{.number = 0}, {.number = 1}, {.number = 2}};
    for (int i = 0; i < 3; i++)
        mailbox_post(mailbox, &letters[i].mail);
    struct mail *mail = mailbox_take(mailbox, 0);
    for (int i = 0; i < 3; i++, mail = mail->next)
        ck_assert_ptr_eq(mail, &letters[i].mail);
    ck_assert_ptr_null(mail);
    ck_assert_ptr_null(mailbox_take(mailbox, 0));
}
END_TEST

START_TEST(take_waits_no_longer_than_it_may) {
    uint64_t start = clock_steady_ms(clock_system());
    ck_assert_ptr_null(mailbox_take(mailbox, 50));
    uint64_t took = clock_steady_ms(clock_system()) - start;
    ck_assert_uint_ge(took, 49);
    ck_assert_uint_le(took, 2000);
}
END_TEST

static void *post_later(void *mail) {
    usleep(30 * 1000);
    mailbox_post(mailbox, mail);
    return NULL;
}

START_TEST(take_wakes_for_the_first_mail) {
    struct letter letter;
    pthread_t thread;
    pthread_create(&thread, NULL, post_later, &letter.mail);
    ck_assert_ptr_eq(mailbox_take(mailbox, UINT64_MAX), &letter.mail);
    pthread_join(thread, NULL);
}
END_TEST

static void *post_many(void *letters) {
    for (int i = 0; i < LETTERS; i++)
        mailbox_post(mailbox, &((struct letter *)letters)[i].mail);
    return NULL;
}

START_TEST(many_senders_lose_nothing_and_keep_their_order) {
    pthread_t threads[SENDERS];
    struct letter *letters = calloc((size_t)SENDERS * LETTERS, sizeof *letters);
    int next[SENDERS] = {0};
    for (int i = 0; i < SENDERS * LETTERS; i++) {
        letters[i].sender = i / LETTERS;
        letters[i].number = i % LETTERS;
    }
    for (int i = 0; i < SENDERS; i++)
        pthread_create(&threads[i], NULL, post_many, letters + (size_t)i * LETTERS);
    for (int seen = 0; seen < SENDERS * LETTERS;) {
        struct mail *mail = mailbox_take(mailbox, 5000);
        ck_assert_ptr_nonnull(mail);
        for (; mail; mail = mail->next, seen++) {
            const struct letter *letter = (const struct letter *)mail;
            ck_assert_int_eq(letter->number, next[letter->sender]++);
        }
    }
    for (int i = 0; i < SENDERS; i++)
        pthread_join(threads[i], NULL);
    free(letters);
}
END_TEST

START_TEST(free_takes_null) {
    mailbox_free(NULL);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("mailbox");
    TCase *mail = tcase_create("mail");
    tcase_add_checked_fixture(mail, set_up, tear_down);
    tcase_add_test(mail, take_gives_everything_in_order);
    tcase_add_test(mail, take_waits_no_longer_than_it_may);
    tcase_add_test(mail, take_wakes_for_the_first_mail);
    tcase_add_test(mail, many_senders_lose_nothing_and_keep_their_order);
    tcase_add_test(mail, free_takes_null);
    suite_add_tcase(suite, mail);
    return suite;
}
