/* The Congo takes an alert back, and it is gone at the police of Kenya, who had it by Kenya's customs: within a second,
 * between real daemons. */
#include <check.h>
#include <string.h>

#include "base/text.h"
#include "tests/support/homes.h"
#include "tests/support/patience.h"

const bool suite_no_fork = true;

enum { ROUNDS = 5, HIDDEN_MS = 1000, PATIENCE_MS = 60000 };

static const char congo_policy[] = "audiences:\n"
                                   "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                                   "accept: []\n"
                                   "local: {operators: {show: [all]}}\n";
static const char kenya_policy[] = "audiences:\n"
                                   "  police: {members: {role: POLICE}, show: [all]}\n"
                                   "forward: [{from: {role: CUSTOMS}, to: [police]}]\n"
                                   "accept: [{from: {role: CUSTOMS}, show: [all]}]\n"
                                   "local: {operators: {show: [all]}}\n";
static const char police_policy[] = "accept: [{from: {role: CUSTOMS}, show: [all]}]\n"
                                    "local: {operators: {show: [all]}}\n";

static struct arena arena;

/* Of one version of the alert: shown, with its content, gone, or not there at all. */
enum state { NOT_THERE, SHOWN, GONE };

static enum state state_at(struct control *control, const uint8_t *object) {
    Request request = REQUEST__INIT;
    Show show = SHOW__INIT;
    char digits[65];
    text_hex(digits, object, 32);
    show.alert = digits;
    request.show = &show;
    const Reply *reply = home_ask(control, &arena, &request);
    ck_assert_ptr_nonnull(reply);
    if (!reply->shown)
        return NOT_THERE;
    return reply->shown->row->erased && reply->shown->has_recalled && !*reply->shown->row->taxa ? GONE : SHOWN;
}

static uint64_t wait_until(struct control *control, const uint8_t *object, enum state state) {
    uint64_t start = now_ms();
    while (state_at(control, object) != state && now_ms() - start < PATIENCE_MS)
        sleep_ms(2);
    return now_ms() - start;
}

static void publish(struct control *control, const char *json, uint8_t object[static 32]) {
    const Published *published = home_publish(control, &arena, json);
    ck_assert_ptr_nonnull(published);
    ck_assert_str_eq(published->result, "ok");
    memcpy(object, published->object.data, 32);
}

/* How long after the commit it is hidden at the police. */
static uint64_t recall_one(struct control *congo, struct control *police, unsigned number) {
    uint8_t object[32], recall[32];
    publish(congo,
            text_format(&arena,
                        "{\"kind\":\"SEIZURE\",\"alert\":\"%032x\",\"marking\":{\"tlp\":\"GREEN\"},"
                        "\"incident\":{\"date\":\"2014-05-05\",\"country\":\"CD\"},"
                        "\"specimens\":[{\"taxon\":\"Manis tricuspis\",\"term\":\"SCA\"}]}",
                        number),
            object);
    ck_assert_uint_lt(wait_until(police, object, SHOWN), PATIENCE_MS);
    publish(congo,
            text_format(&arena,
                        "{\"kind\":\"RECALL\",\"alert\":\"%032x\",\"version\":2,"
                        "\"marking\":{\"tlp\":\"GREEN\",\"caveat\":\"Wrong container\"}}",
                        number),
            recall);
    uint64_t taken = wait_until(police, object, GONE);
    ck_assert_uint_lt(taken, PATIENCE_MS);
    ck_assert_int_eq(state_at(congo, object), GONE);
    return taken;
}

/* One slow turn of a machine that has other work to do is no fault of ours. */
START_TEST(a_recall_is_hidden_at_the_desk_within_a_second) {
    struct homes *homes = homes_new();
    arena_init(&arena, SIZE_MAX);
    struct home *congo = homes_add(homes, "cd-customs", "CD", "CUSTOMS", congo_policy);
    struct home *kenya = homes_add(homes, "ke-customs", "KE", "CUSTOMS", kenya_policy);
    struct home *police = homes_add(homes, "ke-police", "KE", "POLICE", police_policy);
    homes_write(homes);
    home_start(congo);
    home_start(kenya);
    home_start(police);
    struct control *author = home_connect(congo), *desk = home_connect(police);
    ck_assert(author && desk);
    uint64_t best = UINT64_MAX;
    for (unsigned i = 1; i <= ROUNDS; i++) {
        uint64_t taken = recall_one(author, desk, i);
        best = taken < best ? taken : best;
    }
    ck_assert_uint_lt(best, HIDDEN_MS);
    control_close(author);
    control_close(desk);
    ck_assert_uint_eq(homes_stop(homes), 0);
    homes_free(homes);
    arena_release(&arena);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("recall");
    TCase *tcase = tcase_create("recall");
    tcase_set_timeout(tcase, 300);
    tcase_add_test(tcase, a_recall_is_hidden_at_the_desk_within_a_second);
    suite_add_tcase(suite, tcase);
    return suite;
}
