/* kill -9 at any moment: what was confirmed is there, and the node starts again. The observer is another process. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "tests/support/homes.h"

const bool suite_no_fork = true;

enum { KILLS = 100, ALERTS_MAX = 200000 };

static const char policy[] = "audiences:\n"
                             "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                             "accept:\n"
                             "  - {from: {role: CUSTOMS}, show: [all]}\n"
                             "local: {operators: {show: [all]}}\n";

static uint8_t (*confirmed)[32];
static size_t confirmed_count;

/* Publishes until the connection breaks, writing down every confirmation. */
static void publish_until_death(const struct home *home, unsigned round) {
    struct control *control = home_connect(home);
    struct arena arena;
    ck_assert_ptr_nonnull(control);
    arena_init(&arena, CONTROL_BYTES_MAX);
    for (unsigned i = 0;; i++) {
        const char *json =
            text_format(&arena,
                        "{\"kind\":\"SEIZURE\",\"marking\":{\"tlp\":\"AMBER\"},\"incident\":"
                        "{\"date\":\"2014-05-05\",\"country\":\"CD\",\"record\":\"%u-%u\"},\"specimens\":"
                        "[{\"taxon\":\"Manis tricuspis\",\"term\":\"SCA\"}]}",
                        round, i);
        Published *published = home_publish(control, &arena, json);
        if (!published)
            break;
        ck_assert_str_eq(published->result, "ok");
        ck_assert(confirmed_count < ALERTS_MAX);
        memcpy(confirmed[confirmed_count++], published->object.data, 32);
        arena_reset(&arena);
    }
    arena_release(&arena);
    control_close(control);
}

/* Another process does the killing, after 5 to 60 ms of publishing. */
static pid_t kill_later(pid_t victim, unsigned round) {
    pid_t killer = fork();
    if (killer == 0) {
        long ms = 5 + (long)(round * 7919 % 56);
        nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
        kill(victim, SIGKILL);
        _exit(0);
    }
    return killer;
}

static void check_all_there(const struct home *home) {
    struct control *control = home_connect(home);
    struct arena arena;
    ck_assert_ptr_nonnull(control);
    arena_init(&arena, CONTROL_BYTES_MAX);
    for (size_t i = 0; i < confirmed_count; i++) {
        char hex[65];
        Request request = REQUEST__INIT;
        Show show = SHOW__INIT;
        text_hex(hex, confirmed[i], 32);
        show.alert = hex;
        request.show = &show;
        Reply *reply = home_ask(control, &arena, &request);
        ck_assert_ptr_nonnull(reply);
        ck_assert_msg(strcmp(reply->result, "ok") == 0, "confirmed alert %zu of %zu is gone: %s", i, confirmed_count,
                      reply->result);
        arena_reset(&arena);
    }
    arena_release(&arena);
    control_close(control);
}

START_TEST(nothing_confirmed_is_lost) {
    struct homes *homes = homes_new();
    struct home *congo = homes_add(homes, "cd-customs", "CD", "CUSTOMS", policy);
    struct home *kenya = homes_add(homes, "ke-customs", "KE", "CUSTOMS", policy);
    homes_write(homes);
    confirmed = calloc(ALERTS_MAX, sizeof *confirmed);
    home_start(kenya);
    for (unsigned round = 0; round < KILLS; round++) {
        home_start(congo);
        pid_t killer = kill_later(congo->pid, round);
        publish_until_death(congo, round);
        waitpid(killer, NULL, 0);
        home_stop(congo, SIGKILL);
    }
    home_start(congo);
    check_all_there(congo);
    ck_assert_uint_gt(confirmed_count, KILLS / 2);

    /* and all of it reaches the reader, once */
    uint64_t here = home_alerts(congo);
    for (int waited = 0; waited < 60000 && home_alerts(kenya) < here; waited += 100)
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    ck_assert_uint_eq(home_alerts(kenya), here);
    check_all_there(kenya);
    ck_assert_int_eq(home_stop(congo, SIGTERM), 0);
    ck_assert_int_eq(home_stop(kenya, SIGTERM), 0);
    free(confirmed);
    homes_free(homes);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("kill");
    TCase *story = tcase_create("story");
    tcase_set_timeout(story, 300);
    tcase_add_test(story, nothing_confirmed_is_lost);
    suite_add_tcase(suite, story);
    return suite;
}
