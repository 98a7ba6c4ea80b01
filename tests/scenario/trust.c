/* Whom to believe, as it changes under real daemons: rosters travel, members join and leave, keys change and are cut
 * off in the middle, nodes come back from a backup or twice, and what is secret stays where it belongs. */
#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "tests/support/chance.h"
#include "tests/support/homes.h"
#include "tests/support/patience.h"

const bool suite_no_fork = true;

enum { PATIENCE_MS = 60000, STORE_BYTES_MAX = 1 << 30 };

static const char congo_policy[] = "audiences:\n"
                                   "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all], hide: [source]}\n"
                                   "accept:\n"
                                   "  - {from: {role: CUSTOMS}, show: [all]}\n"
                                   "local: {operators: {show: [all]}}\n";

/* The same, and one audience more. */
static const char wider_policy[] = "audiences:\n"
                                   "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all], hide: [source]}\n"
                                   "  afar: {members: {role: POLICE, country: KE}, publish: yes, show: [incident]}\n"
                                   "accept:\n"
                                   "  - {from: {role: CUSTOMS}, show: [all]}\n"
                                   "local: {operators: {show: [all]}}\n";

static const char kenya_policy[] = "audiences:\n"
                                   "  police: {members: {role: POLICE, country: KE}, show: [incident, specimens]}\n"
                                   "forward:\n"
                                   "  - {from: {role: CUSTOMS}, to: [police]}\n"
                                   "accept:\n"
                                   "  - {from: {role: CUSTOMS}, show: [all]}\n"
                                   "local: {operators: {show: [all]}}\n";

static const char reader_policy[] = "accept:\n"
                                    "  - {from: {role: CUSTOMS}, show: [all]}\n"
                                    "local: {operators: {show: [all]}}\n";

/* Words that are in no other place than the alert. */
static const char alert_format[] =
    "{\"kind\":\"SEIZURE\",\"marking\":{\"tlp\":\"AMBER\",\"national_marking\":\"Purposquux\"},"
    "\"incident\":{\"date\":\"2014-05-05\",\"country\":\"CD\",\"region\":\"Regionmimsy\",\"place_text\":\"Xanadugate\","
    "\"record\":\"Recordborogove-%u\"},"
    "\"detection\":{\"office\":\"Officetoves\",\"indicators\":[\"Indicslithy\"]},"
    "\"concealment\":{\"cover_load\":\"Coverbrillig\",\"description\":\"Hiddengimble\"},"
    "\"specimens\":[{\"taxon\":\"Manis tricuspis\",\"common_name\":\"Commonmome\",\"term\":\"SCA\","
    "\"quantity\":\"750\",\"unit\":\"KIL\",\"marks\":[\"Marksrath\"],\"description\":\"Specimenoutgrabe\"}],"
    "\"legs\":[{\"role\":\"TRANSIT\",\"country\":\"UG\",\"carrier\":\"Carrierjubjub\",\"container\":[\"ABCU1234560\"],"
    "\"seal\":[\"Sealfrumious\"]}],"
    "\"persons\":[{\"role\":\"SUSPECT\",\"surname\":\"Quetzalsson\",\"forenames\":\"Forebandersnatch\","
    "\"aliases\":[\"Aliasmanxome\"],\"address\":\"Addresstumtum\",\"phone\":[\"+243 555 987 654\"],"
    "\"document_number\":\"Docuffish\"}],"
    "\"companies\":[{\"name\":\"Firmwhiffling\",\"address\":\"Streettulgey\",\"contact\":\"Contactburbled\"}],"
    "\"narrative\":{\"title\":\"Titlesnickersnack\",\"releasable\":\"Zebulonic sacks\","
    "\"assessment\":\"Assgalumphing\",\"below_tear_line\":\"Whispered by Yggdrasilla\"},"
    "\"source\":{\"kind\":\"PATROL\",\"reference\":\"Ref-Vorpalblade\"}}";

static const char *const tokens[] = {
    "Purposquux",  "Regionmimsy",      "Xanadugate",       "Recordborogove", "Officetoves",
    "Indicslithy", "Coverbrillig",     "Hiddengimble",     "Manis tric",     "Commonmome",
    "Marksrath",   "Specimenoutgrabe", "Carrierjubjub",    "ABCU1234560",    "Sealfrumious",
    "Quetzalsson", "Forebandersnatch", "Aliasmanxome",     "Addresstumtum",  "+243 555 987 654",
    "Docuffish",   "Firmwhiffling",    "Streettulgey",     "Contactburbled", "Titlesnickersnack",
    "Zebulonic",   "Assgalumphing",    "Yggdrasilla",      "Vorpalblade",    "manis tric",
    "xanadugate",  "quetzalsson",      "titlesnickersnack"};

struct network {
    struct homes *homes;
    struct home *congo, *kenya, *police, *tanzania; /* NULL: not in this story */
    struct arena arena;
    unsigned published; /* and taken */
};

/* The first `count` of them; each calls those before it. */
static struct network prepare(size_t count) {
    static const struct {
        const char *name, *country, *role, *policy;
    } cast[] = {{"cd-customs", "CD", "CUSTOMS", congo_policy},
                {"ke-customs", "KE", "CUSTOMS", kenya_policy},
                {"ke-police", "KE", "POLICE", reader_policy},
                {"tz-customs", "TZ", "CUSTOMS", reader_policy}};
    struct network network = {.homes = homes_new()};
    struct home **places[] = {&network.congo, &network.kenya, &network.police, &network.tanzania};
    arena_init(&network.arena, SIZE_MAX);
    for (size_t i = 0; i < count; i++)
        *places[i] = homes_add(network.homes, cast[i].name, cast[i].country, cast[i].role, cast[i].policy);
    homes_write(network.homes);
    return network;
}

static struct network begin(size_t count) {
    struct network network = prepare(count);
    for (size_t i = 0; i < count; i++)
        home_start(&network.homes->rows[i]);
    return network;
}

static void end(struct network *network) {
    ck_assert_uint_eq(homes_stop(network->homes), 0);
    arena_release(&network->arena);
    homes_free(network->homes);
}

/* ---- what is asked and seen ---- */

static Reply *ask(struct network *network, const struct home *home, const Request *request) {
    struct control *control = home_connect(home);
    ck_assert_msg(control, "%s does not run", home->name);
    Reply *reply = home_ask(control, &network->arena, request);
    ck_assert_msg(reply, "%s does not answer", home->name);
    control_close(control);
    return reply;
}

static const char *publish_at(struct network *network, const struct home *home) {
    struct control *control = home_connect(home);
    ck_assert_msg(control, "%s does not run", home->name);
    const Published *published =
        home_publish(control, &network->arena, text_format(&network->arena, alert_format, network->published + 1));
    ck_assert_msg(published, "%s does not answer", home->name);
    control_close(control);
    network->published += strcmp(published->result, "ok") == 0;
    return published->result;
}

static void publish(struct network *network, unsigned count) {
    for (unsigned i = 0; i < count; i++)
        ck_assert_str_eq(publish_at(network, network->congo), "ok");
}

/* Waits until exactly everything that was published is at each that runs. */
static void wait_for_all(struct network *network) {
    for (size_t i = 0; i < network->homes->count; i++) {
        const struct home *home = &network->homes->rows[i];
        if (!home->pid)
            continue;
        WAIT_UNTIL(home_alerts(home) >= network->published);
        ck_assert_uint_eq(home_alerts(home), network->published);
    }
}

static const Status *status_of(struct network *network, const struct home *home) {
    const Status *status = home_status(home, &network->arena);
    ck_assert_msg(status, "%s does not answer", home->name);
    return status;
}

static uint32_t version_of(struct network *network, const struct home *home) {
    return status_of(network, home)->roster_version;
}

static uint32_t serial_of(struct network *network, const struct home *home) {
    return status_of(network, home)->keys_serial;
}

/* Why it cannot publish; empty if it can. */
static const char *writing_of(struct network *network, const struct home *home) {
    const char *writing = status_of(network, home)->writing;
    return writing ? writing : "";
}

static bool stands(struct network *network, const struct home *home, const char *standing) {
    return strcmp(status_of(network, home)->roster_standing, standing) == 0;
}

static uint64_t refused(struct network *network, const struct home *home, const char *why) {
    const Status *status = status_of(network, home);
    for (size_t i = 0; i < status->n_refused; i++)
        if (strcmp(status->refused[i]->name, why) == 0)
            return status->refused[i]->count;
    return 0;
}

/* Since when `home` is connected with the member; 0: it is not. */
static uint64_t connected_since(struct network *network, const struct home *home, const char *name) {
    const Status *status = status_of(network, home);
    for (size_t i = 0; i < status->n_peers; i++)
        if (strcmp(status->peers[i]->name, name) == 0 && strcmp(status->peers[i]->state, "connected") == 0)
            return status->peers[i]->since;
    return 0;
}

/* The feed as `home` has it; NULL if it has none such. */
static const FeedStatus *feed_at(struct network *network, const struct home *home, const char *author,
                                 const char *audience, bool former) {
    const Status *status = status_of(network, home);
    for (size_t i = 0; i < status->n_feeds; i++)
        if (strcmp(status->feeds[i]->author, author) == 0 && strcmp(status->feeds[i]->audience, audience) == 0 &&
            status->feeds[i]->former == former)
            return status->feeds[i];
    return NULL;
}

/* ---- what is done to a node ---- */

static const char *reload(struct network *network, const struct home *home) {
    Request request = REQUEST__INIT;
    Reload words = RELOAD__INIT;
    request.reload = &words;
    return ask(network, home, &request)->result;
}

static void install(struct network *network, const struct home *home, struct span roster) {
    home_write(home, "roster.inama", roster);
    ck_assert_str_eq(reload(network, home), "ok");
}

static const char *renew(struct network *network, const struct home *home, bool signing) {
    Request request = REQUEST__INIT;
    RenewKeys words = RENEW_KEYS__INIT;
    words.has_signing = words.signing = signing;
    request.renew_keys = &words;
    return ask(network, home, &request)->result;
}

static const char *accept_copy(struct network *network, const struct home *home) {
    Request request = REQUEST__INIT;
    AcceptCopy words = ACCEPT_COPY__INIT;
    request.accept_copy = &words;
    return ask(network, home, &request)->result;
}

static void restart(struct home *home) {
    ck_assert_int_eq(home_stop(home, SIGTERM), 0);
    home_start(home);
}

static const char *path_in(struct network *network, const struct home *home, const char *name) {
    return text_format(&network->arena, "%s/%s", home->folder, name);
}

static struct span file_of(struct network *network, const struct home *home, const char *name) {
    struct span content;
    ck_assert_int_eq(file_read(&content, &network->arena, path_in(network, home, name), ROSTER_FILE_BYTES_MAX),
                     RESULT_OK);
    return content;
}

/* The roster file of a node, read as it would read it; to be freed. */
static struct roster *roster_of(struct network *network, const struct home *home) {
    struct roster *roster;
    const struct roster_anchor anchor = {
        .roots = (const uint8_t(*)[SIGN_PUBLIC_SIZE])network->homes->root_key, .count = 1, .threshold = 1};
    ck_assert_str_eq(result_name(roster_open(&roster, file_of(network, home, "roster.inama"), &anchor)), "ok");
    return roster;
}

static uint32_t version_on_disk(struct network *network, const struct home *home) {
    struct roster *roster = roster_of(network, home);
    uint32_t version = roster->version;
    roster_free(roster);
    return version;
}

/* The serial of a member's keys, as the roster file of `home` says. */
static uint32_t serial_on_disk(struct network *network, const struct home *home, const struct home *whose) {
    struct roster *roster = roster_of(network, home);
    const struct member *member = roster_find(roster, whose->member.id);
    ck_assert_ptr_nonnull(member);
    uint32_t serial = member->serial;
    roster_free(roster);
    return serial;
}

/* The identity file of a node, opened; to be released. */
static struct identity identity_on_disk(struct network *network, const struct home *home) {
    struct identity identity;
    ck_assert_str_eq(
        result_name(identity_open(&identity, file_of(network, home, "identity.key"), file_of(network, home, "secret"))),
        "ok");
    return identity;
}

/* From its next start on; a node that calls nobody yet. */
static void let_call(struct network *network, const struct home *home, const struct home *whom) {
    FILE *file = fopen(path_in(network, home, "node.yaml"), "ae");
    ck_assert_ptr_nonnull(file);
    fprintf(file, "peers:\n  - {name: %s, address: \"tcp://127.0.0.1:%u\"}\n", whom->name, whom->port);
    fclose(file);
}

/* ---- rosters ---- */

static struct home *add_uganda(struct network *network) {
    return homes_add(network->homes, "ug-customs", "UG", "CUSTOMS", reader_policy);
}

static struct span end_member(struct network *network, const struct home *home) {
    const struct ending ending = {.cause = ENDING_LEFT, .at = clock_wall_ms(clock_system())};
    return homes_sign(network->homes, LIST_END, &home->member, &ending);
}

START_TEST(a_roster_travels_by_itself_and_no_valid_connection_drops) {
    struct network network = begin(3);
    publish(&network, 1);
    wait_for_all(&network);
    WAIT_UNTIL(connected_since(&network, network.police, "cd-customs"));
    uint64_t at_kenya = connected_since(&network, network.kenya, "cd-customs");
    uint64_t at_congo = connected_since(&network, network.congo, "ke-police");
    uint64_t at_police = connected_since(&network, network.police, "ke-customs");
    ck_assert(at_kenya && at_congo && at_police);

    const struct home *uganda = add_uganda(&network);
    install(&network, network.kenya, homes_sign(network.homes, LIST_ADD, &uganda->member, NULL));
    publish(&network, 5);
    for (size_t i = 0; i < 3; i++)
        WAIT_UNTIL(version_of(&network, &network.homes->rows[i]) == 2);
    publish(&network, 5);
    wait_for_all(&network);
    for (size_t i = 0; i < 3; i++)
        ck_assert_uint_eq(version_on_disk(&network, &network.homes->rows[i]), 2);
    ck_assert_uint_eq(connected_since(&network, network.kenya, "cd-customs"), at_kenya);
    ck_assert_uint_eq(connected_since(&network, network.congo, "ke-police"), at_congo);
    ck_assert_uint_eq(connected_since(&network, network.police, "ke-customs"), at_police);
    end(&network);
}
END_TEST

START_TEST(a_new_member_is_let_in_without_a_restart_of_the_others) {
    struct network network = begin(2);
    publish(&network, 1);
    wait_for_all(&network);
    struct home *uganda = add_uganda(&network);
    install(&network, network.kenya, homes_sign(network.homes, LIST_ADD, &uganda->member, NULL));
    homes_write_one(network.homes, uganda);
    home_start(uganda);
    publish(&network, 1);
    wait_for_all(&network); /* the epoch in force is granted to it: also what came before in it */
    end(&network);
}
END_TEST

START_TEST(a_removed_member_is_let_go) {
    struct network network = prepare(4);
    network.tanzania->is_heard = network.congo->is_heard = true;
    for (size_t i = 0; i < 4; i++)
        home_start(&network.homes->rows[i]);
    publish(&network, 2);
    wait_for_all(&network);
    uint32_t epoch = feed_at(&network, network.congo, "cd-customs", "customs", false)->epoch;
    uint64_t since = connected_since(&network, network.kenya, "cd-customs");

    install(&network, network.congo, end_member(&network, network.tanzania));
    WAIT_UNTIL(version_of(&network, network.kenya) == 2);
    WAIT_UNTIL(version_of(&network, network.police) == 2);
    WAIT_UNTIL(!connected_since(&network, network.congo, "tz-customs"));
    WAIT_UNTIL(!connected_since(&network, network.kenya, "tz-customs"));
    int status;
    ck_assert_msg(home_wait(network.tanzania, PATIENCE_MS, &status), "it runs on");
    ck_assert_int_eq(status, 0);
    const char *said = home_said(network.tanzania, &network.arena);
    ck_assert_msg(strstr(said, "does not have this node as a member any more"), "it said: %s", said);
    said = home_said(network.congo, &network.arena);
    ck_assert_msg(strstr(said, "tz-customs is no member any more"), "it said: %s", said); /* by its name */

    publish(&network, 3);
    wait_for_all(&network);
    ck_assert_uint_gt(feed_at(&network, network.congo, "cd-customs", "customs", false)->epoch, epoch);
    ck_assert_uint_eq(connected_since(&network, network.kenya, "cd-customs"), since);
    ck_assert_int_ne(home_start_in_vain(network.tanzania), 0);
    said = home_said(network.tanzania, &network.arena);
    ck_assert_msg(strstr(said, "does not have this node as a member any more"), "it said: %s", said);
    end(&network);
}
END_TEST

/* It calls, as it always did, and learns from whoever answers. */
START_TEST(a_member_removed_while_it_was_away_learns_of_it_and_ends) {
    struct network network = prepare(4);
    for (size_t i = 0; i < 4; i++)
        home_start(&network.homes->rows[i]);
    publish(&network, 1);
    wait_for_all(&network);
    ck_assert_int_eq(home_stop(network.tanzania, SIGTERM), 0);
    install(&network, network.congo, end_member(&network, network.tanzania));
    WAIT_UNTIL(version_of(&network, network.kenya) == 2);
    for (int start = 0; start < 2; start++) {
        int status = home_start_in_vain(network.tanzania); /* the first start learns of it, the second has it on disk */
        ck_assert(start ? status != 0 : status == 0);
        const char *said = home_said(network.tanzania, &network.arena);
        ck_assert_msg(strstr(said, "does not have this node as a member any more"), "it said: %s", said);
        ck_assert_uint_eq(version_on_disk(&network, network.tanzania), 2);
    }
    end(&network);
}
END_TEST

/* Nobody talks to it any more, but who keeps its folder can tell it. */
START_TEST(a_removed_member_that_is_told_at_home_ends) {
    struct network network = prepare(4);
    network.tanzania->is_heard = true;
    for (size_t i = 0; i < 4; i++)
        home_start(&network.homes->rows[i]);
    publish(&network, 2);
    wait_for_all(&network);
    install(&network, network.tanzania, end_member(&network, network.tanzania));
    int status;
    ck_assert_msg(home_wait(network.tanzania, PATIENCE_MS, &status), "it runs on");
    ck_assert_int_eq(status, 0);
    const char *said = home_said(network.tanzania, &network.arena);
    ck_assert_msg(strstr(said, "does not have this node as a member any more"), "it said: %s", said);
    end(&network);
}
END_TEST

START_TEST(a_node_that_was_away_catches_up_with_every_version) {
    struct network network = begin(3);
    publish(&network, 1);
    wait_for_all(&network);
    ck_assert_int_eq(home_stop(network.police, SIGTERM), 0);
    const struct home *uganda = add_uganda(&network);
    homes_sign(network.homes, LIST_ADD, &uganda->member, NULL);
    homes_sign(network.homes, LIST_RENEW, NULL, NULL);
    install(&network, network.congo, homes_sign(network.homes, LIST_RENEW, NULL, NULL));
    WAIT_UNTIL(version_of(&network, network.kenya) == 4);
    install(&network, network.congo, end_member(&network, uganda));
    ck_assert_str_eq(renew(&network, network.congo, true), "ok");
    ck_assert_str_eq(renew(&network, network.kenya, false), "ok");
    publish(&network, 2);

    home_start(network.police);
    WAIT_UNTIL(version_of(&network, network.police) == 5);
    wait_for_all(&network);
    struct roster *roster = roster_of(&network, network.police);
    ck_assert_uint_eq(roster->version, 5);
    ck_assert_uint_eq(roster->chain_count, 5); /* so it can hand them on */
    roster_free(roster);
    WAIT_UNTIL(serial_on_disk(&network, network.police, network.congo) == 2);
    WAIT_UNTIL(serial_on_disk(&network, network.police, network.kenya) == 2);
    end(&network);
}
END_TEST

static void check_ends_because_it_is_older(struct network *network, struct home *home) {
    int status = home_start_in_vain(home);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), EXIT_FAILURE);
    const char *said = home_said(home, &network->arena);
    ck_assert_msg(strstr(said, "roster.inama is older"), "it said: %s", said);
    home->is_heard = false;
}

START_TEST(an_older_roster_put_back_is_refused_at_start) {
    struct network network = begin(2);
    struct span first = file_of(&network, network.kenya, "roster.inama");
    install(&network, network.congo, homes_sign(network.homes, LIST_RENEW, NULL, NULL));
    WAIT_UNTIL(version_of(&network, network.kenya) == 2);
    struct span second = file_of(&network, network.kenya, "roster.inama");
    ck_assert_str_eq(renew(&network, network.congo, true), "ok");
    WAIT_UNTIL(serial_on_disk(&network, network.kenya, network.congo) == 2);
    ck_assert_int_eq(home_stop(network.kenya, SIGTERM), 0);
    struct span newest = file_of(&network, network.kenya, "roster.inama");

    home_write(network.kenya, "roster.inama", first);
    check_ends_because_it_is_older(&network, network.kenya);
    home_write(network.kenya, "roster.inama", second); /* an older key of a member is as bad */
    check_ends_because_it_is_older(&network, network.kenya);
    home_write(network.kenya, "roster.inama", newest);
    home_start(network.kenya);
    ck_assert_uint_eq(version_of(&network, network.kenya), 2);
    publish(&network, 1);
    wait_for_all(&network);
    end(&network);
}
END_TEST

START_TEST(an_older_roster_put_back_while_it_runs_changes_nothing) {
    struct network network = begin(2);
    struct span first = file_of(&network, network.kenya, "roster.inama");
    install(&network, network.congo, homes_sign(network.homes, LIST_RENEW, NULL, NULL));
    WAIT_UNTIL(version_of(&network, network.kenya) == 2);
    home_write(network.kenya, "roster.inama", first);
    reload(&network, network.kenya);
    ck_assert_uint_eq(version_of(&network, network.kenya), 2);
    restart(network.kenya); /* it was written anew */
    ck_assert_uint_eq(version_of(&network, network.kenya), 2);
    end(&network);
}
END_TEST

START_TEST(an_expired_roster_stops_everything_but_a_newer_one) {
    struct network network = begin(2);
    publish(&network, 1);
    wait_for_all(&network);
    network.homes->valid_ms = 4000;
    network.homes->grace_days = 0;
    install(&network, network.congo, homes_sign(network.homes, LIST_RENEW, NULL, NULL));
    WAIT_UNTIL(version_of(&network, network.kenya) == 2);
    WAIT_UNTIL(stands(&network, network.congo, "expired"));
    WAIT_UNTIL(stands(&network, network.kenya, "expired"));
    ck_assert_str_eq(publish_at(&network, network.congo), "expired");
    ck_assert_str_eq(writing_of(&network, network.congo), "expired");
    ck_assert_str_eq(renew(&network, network.congo, false), "expired");
    restart(network.congo); /* it starts, to be told of a newer one */
    ck_assert_str_eq(publish_at(&network, network.congo), "expired");

    network.homes->valid_ms = (int64_t)365 * 86400000;
    install(&network, network.kenya, homes_sign(network.homes, LIST_RENEW, NULL, NULL));
    WAIT_UNTIL(version_of(&network, network.congo) == 3);
    ck_assert(stands(&network, network.congo, "good"));
    ck_assert_str_eq(writing_of(&network, network.congo), "");
    publish(&network, 2);
    wait_for_all(&network);
    end(&network);
}
END_TEST

/* The session is not begun anew: what was not said while it lay still is said when the roster is there. */
START_TEST(what_waited_for_a_newer_roster_is_told_when_it_is_there) {
    struct network network = begin(2);
    publish(&network, 1);
    wait_for_all(&network);
    ck_assert_int_eq(home_stop(network.kenya, SIGTERM), 0);
    publish(&network, 2);
    network.homes->valid_ms = 4000;
    network.homes->grace_days = 0;
    install(&network, network.congo, homes_sign(network.homes, LIST_RENEW, NULL, NULL));
    WAIT_UNTIL(stands(&network, network.congo, "expired"));
    home_start(network.kenya);
    WAIT_UNTIL(version_of(&network, network.kenya) == 2);
    ck_assert_uint_eq(home_alerts(network.kenya), 1);
    network.homes->valid_ms = (int64_t)365 * 86400000;
    install(&network, network.kenya, homes_sign(network.homes, LIST_RENEW, NULL, NULL));
    wait_for_all(&network);
    end(&network);
}
END_TEST

START_TEST(a_clock_that_is_years_off_stops_the_start) {
    struct network network = {.homes = homes_new()};
    arena_init(&network.arena, SIZE_MAX);
    network.homes->made_in_ms = (int64_t)2 * 86400000;
    network.congo = homes_add(network.homes, "cd-customs", "CD", "CUSTOMS", congo_policy);
    homes_write(network.homes);
    int status = home_start_in_vain(network.congo);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), EXIT_FAILURE);
    const char *said = home_said(network.congo, &network.arena);
    ck_assert_msg(strstr(said, "roster.inama") && strstr(said, "set the clock"), "it said: %s", said);
    end(&network);
}
END_TEST

/* ---- keys ---- */

START_TEST(keys_rotate) {
    struct network network = begin(3);
    publish(&network, 3);
    wait_for_all(&network);
    ck_assert_uint_eq(serial_of(&network, network.congo), 1);

    ck_assert_str_eq(renew(&network, network.congo, false), "ok");
    ck_assert_uint_eq(serial_of(&network, network.congo), 2);
    publish(&network, 3);
    wait_for_all(&network);
    ck_assert_str_eq(renew(&network, network.kenya, false), "ok"); /* a reader's: the next epoch is for the new key */
    WAIT_UNTIL(serial_on_disk(&network, network.congo, network.kenya) == 2);
    publish(&network, 3);
    wait_for_all(&network);
    ck_assert_ptr_null(feed_at(&network, network.kenya, "cd-customs", "customs", true));

    ck_assert_str_eq(renew(&network, network.congo, true), "ok");
    ck_assert_uint_eq(serial_of(&network, network.congo), 3);
    publish(&network, 3);
    wait_for_all(&network);
    ck_assert_ptr_nonnull(feed_at(&network, network.kenya, "cd-customs", "customs", true));
    ck_assert_ptr_nonnull(feed_at(&network, network.kenya, "cd-customs", "customs", false));
    ck_assert_uint_eq(serial_on_disk(&network, network.kenya, network.congo), 3);
    end(&network);
}
END_TEST

/* One that has just asked in vain asks again when there is something new. */
START_TEST(news_from_both_sides_travel_within_seconds) {
    enum { SOON_MS = 15000 };
    struct network network = begin(2);
    publish(&network, 1);
    wait_for_all(&network);
    const struct home *sides[] = {network.congo, network.kenya};
    uint64_t start = now_ms();
    for (size_t i = 0; i < 4; i++) {
        ck_assert_str_eq(renew(&network, sides[i % 2], i / 2), "ok");
        WAIT_UNTIL(serial_on_disk(&network, sides[1 - i % 2], sides[i % 2]) == 2 + i / 2);
    }
    ck_assert_msg(now_ms() < start + SOON_MS, "it took %llu ms", (unsigned long long)(now_ms() - start));
    end(&network);
}
END_TEST

START_TEST(restarts_after_a_change_of_keys_go_on_with_the_new_ones) {
    struct network network = begin(2);
    publish(&network, 2);
    ck_assert_str_eq(renew(&network, network.congo, true), "ok");
    publish(&network, 2);
    wait_for_all(&network);
    struct identity now = identity_on_disk(&network, network.congo);
    ck_assert_uint_eq(now.serial, 2);
    ck_assert(!now.has_previous);
    ck_assert_int_ne(memcmp(now.sign_key, network.congo->identity.sign_key, SIGN_PUBLIC_SIZE), 0);
    ck_assert_int_ne(memcmp(now.encryption_key, network.congo->identity.encryption_key, EXCHANGE_KEY_SIZE), 0);
    ck_assert_int_eq(memcmp(now.id, network.congo->identity.id, MEMBER_ID_SIZE), 0);
    identity_release(&now);

    restart(network.congo);
    ck_assert_uint_eq(serial_of(&network, network.congo), 2);
    publish(&network, 2);
    wait_for_all(&network);
    restart(network.kenya);
    ck_assert_uint_eq(home_alerts(network.kenya), network.published);
    publish(&network, 2);
    wait_for_all(&network);
    const Status *status = status_of(&network, network.kenya);
    ck_assert_uint_eq(status->n_forks, 0);
    ck_assert_uint_eq(refused(&network, network.kenya, "revoked"), 0);
    end(&network);
}
END_TEST

/* Sends, and does not wait for the answer. */
static void begin_to_renew(struct network *network, const struct home *home, bool signing) {
    struct buf bytes;
    Request request = REQUEST__INIT;
    RenewKeys words = RENEW_KEYS__INIT;
    words.has_signing = words.signing = signing;
    request.renew_keys = &words;
    buf_init(&bytes, &network->arena);
    proto_encode(&bytes, &request);
    struct control *control = home_connect(home);
    ck_assert_ptr_nonnull(control);
    ck_assert_int_eq(control_send(control, buf_span(&bytes)), RESULT_OK);
    control_close(control);
}

START_TEST(a_change_of_keys_that_is_cut_off_is_finished) {
    enum { ROUNDS = 20, SPREAD_US = 30000 };
    struct network network = prepare(2);
    struct chance chance = {2014};
    let_call(&network, network.congo, network.kenya); /* who was killed calls at once, and not after a pause */
    home_start(network.congo);
    home_start(network.kenya);
    publish(&network, 1);
    wait_for_all(&network);
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint32_t before = serial_of(&network, network.congo);
        begin_to_renew(&network, network.congo, round % 4 != 3);
        nanosleep(&(struct timespec){.tv_nsec = (long)chance_below(&chance, SPREAD_US) * 1000}, NULL);
        home_stop(network.congo, SIGKILL);
        home_start(network.congo);
        uint32_t serial = serial_of(&network, network.congo);
        ck_assert_msg(serial == before || serial == before + 1, "round %u: from %u to %u", round, before, serial);
        ck_assert_uint_eq(serial_on_disk(&network, network.congo, network.congo), serial);
        struct identity identity = identity_on_disk(&network, network.congo);
        ck_assert_uint_eq(identity.serial, serial);
        ck_assert_msg(!identity.has_previous, "round %u: the key before was not wiped", round);
        identity_release(&identity);
        WAIT_UNTIL(serial_on_disk(&network, network.kenya, network.congo) == serial);
    }
    ck_assert_str_eq(writing_of(&network, network.congo), "");
    publish(&network, 1);
    ck_assert_str_eq(renew(&network, network.congo, true), "ok");
    publish(&network, 1);
    wait_for_all(&network);
    ck_assert_uint_eq(status_of(&network, network.kenya)->n_forks, 0);
    end(&network);
}
END_TEST

/* More changes than a roster takes are refused before anything has changed. */
START_TEST(too_many_changes_of_the_signing_key_are_refused_and_harm_nothing) {
    enum { MORE_THAN_ENOUGH = 100 };
    struct network network = begin(2);
    publish(&network, 1);
    wait_for_all(&network);
    const char *result = "ok";
    unsigned changes = 0;
    for (; changes < MORE_THAN_ENOUGH && strcmp(result, "ok") == 0; changes++)
        result = renew(&network, network.congo, true);
    ck_assert_str_eq(result, "too-large");
    uint32_t serial = serial_of(&network, network.congo);
    ck_assert_uint_eq(serial, changes); /* the last was refused */
    publish(&network, 1);
    wait_for_all(&network);
    restart(network.congo);
    ck_assert_uint_eq(serial_of(&network, network.congo), serial);
    publish(&network, 1);
    wait_for_all(&network);
    end(&network);
}
END_TEST

/* ---- copies ---- */

/* Of its feed "customs", by what Kenya has acknowledged. */
static bool knows_that_kenya_has_all(struct network *network) {
    const FeedStatus *feed = feed_at(network, network->congo, "cd-customs", "customs", false);
    return feed && feed->n_positions == 1 && feed->positions[0]->number == feed->number;
}

START_TEST(a_node_restored_from_a_backup_fetches_back_what_it_lost) {
    struct network network = begin(2);
    const char *backup = text_format(&network.arena, "%s/backup", network.homes->folder);
    network.congo->is_heard = true;
    publish(&network, 2);
    wait_for_all(&network);
    ck_assert_int_eq(home_stop(network.congo, SIGTERM), 0);
    homes_copy_folder(network.congo->folder, backup);
    home_start(network.congo);
    publish(&network, 5);
    wait_for_all(&network);
    ck_assert_int_eq(home_stop(network.congo, SIGTERM), 0);
    ck_assert_int_eq(home_stop(network.kenya, SIGTERM), 0);
    homes_copy_folder(backup, network.congo->folder);

    home_start(network.congo);
    ck_assert_uint_eq(home_alerts(network.congo), 2);
    ck_assert_str_eq(writing_of(&network, network.congo), "unproven");
    ck_assert_str_eq(publish_at(&network, network.congo), "unproven");
    ck_assert_str_eq(renew(&network, network.congo, true), "unproven");
    home_start(network.kenya);
    WAIT_UNTIL(home_alerts(network.congo) == 7);
    WAIT_UNTIL(strcmp(writing_of(&network, network.congo), "") == 0);
    WAIT_UNTIL(knows_that_kenya_has_all(&network));
    publish(&network, 3);
    wait_for_all(&network);
    ck_assert_uint_eq(status_of(&network, network.congo)->n_forks, 0);
    ck_assert_uint_eq(status_of(&network, network.kenya)->n_forks, 0);
    ck_assert(!feed_at(&network, network.kenya, "cd-customs", "customs", false)->frozen);
    WAIT_UNTIL(strstr(home_said(network.congo, &network.arena), "this copy goes on"));
    ck_assert_int_eq(home_stop(network.kenya, SIGTERM), 0);
    restart(network.congo); /* it is at home here now, and asks nobody */
    ck_assert_str_eq(writing_of(&network, network.congo), "");
    end(&network);
}
END_TEST

/* That there is a feed which it lacks, the readers of the others cannot tell. */
START_TEST(a_backup_from_before_a_feed_began_waits_for_its_readers) {
    struct network network = begin(3);
    struct home *congo = network.congo, *police = network.police;
    const char *backup = text_format(&network.arena, "%s/backup", network.homes->folder);
    congo->is_heard = true;
    publish(&network, 2);
    wait_for_all(&network);
    ck_assert_int_eq(home_stop(congo, SIGTERM), 0);
    homes_copy_folder(congo->folder, backup);
    home_write(congo, "policy.yaml", span_of_text(wider_policy));
    home_start(congo);
    publish(&network, 3);
    wait_for_all(&network);
    WAIT_UNTIL(feed_at(&network, police, "cd-customs", "afar", false));
    uint64_t reached = feed_at(&network, congo, "cd-customs", "afar", false)->number;
    WAIT_UNTIL(feed_at(&network, police, "cd-customs", "afar", false)->number == reached);
    ck_assert_int_eq(home_stop(congo, SIGTERM), 0);
    ck_assert_int_eq(home_stop(police, SIGTERM), 0);
    homes_copy_folder(backup, congo->folder);
    home_write(congo, "policy.yaml", span_of_text(wider_policy));

    home_start(congo);
    WAIT_UNTIL(home_alerts(congo) == 5); /* Kenya has told, and what it has is here again */
    WAIT_UNTIL(strstr(home_said(congo, &network.arena), "somebody of the audience \"afar\""));
    ck_assert_str_eq(writing_of(&network, congo), "unproven");
    ck_assert_str_eq(publish_at(&network, congo), "unproven");
    home_start(police);
    WAIT_UNTIL(strcmp(writing_of(&network, congo), "") == 0);
    publish(&network, 1);
    wait_for_all(&network);
    WAIT_UNTIL(feed_at(&network, police, "cd-customs", "afar", false)->number > reached);
    ck_assert_uint_eq(status_of(&network, congo)->n_forks + status_of(&network, police)->n_forks, 0);
    end(&network);
}
END_TEST

/* The new keys are on disk, and nobody knows of them. */
static void cut_off_new_keys(struct network *network, const struct home *home) {
    struct buf file;
    struct identity next, identity = identity_on_disk(network, home);
    ck_assert_int_eq(identity_renew(&next, &identity, true, random_system()), RESULT_OK);
    buf_init(&file, &network->arena);
    ck_assert_int_eq(identity_seal_again(&file, &next, random_system()), RESULT_OK);
    home_write(home, "identity.key", buf_span(&file));
    identity_release(&next);
    identity_release(&identity);
}

/* Where the key before ends, the backup does not know. */
START_TEST(a_change_of_keys_that_a_backup_cuts_off_ends_the_key_where_readers_are) {
    struct network network = begin(2);
    const char *backup = text_format(&network.arena, "%s/backup", network.homes->folder);
    publish(&network, 2);
    wait_for_all(&network);
    ck_assert_int_eq(home_stop(network.congo, SIGTERM), 0);
    homes_copy_folder(network.congo->folder, backup);
    home_start(network.congo);
    publish(&network, 3);
    wait_for_all(&network);
    ck_assert_int_eq(home_stop(network.congo, SIGTERM), 0);
    ck_assert_int_eq(home_stop(network.kenya, SIGTERM), 0);
    homes_copy_folder(backup, network.congo->folder);
    cut_off_new_keys(&network, network.congo);

    home_start(network.congo);
    ck_assert_str_eq(writing_of(&network, network.congo), "unproven");
    ck_assert_str_eq(publish_at(&network, network.congo), "unproven");
    ck_assert_uint_eq(serial_on_disk(&network, network.congo, network.congo), 1);
    home_start(network.kenya);
    WAIT_UNTIL(strcmp(writing_of(&network, network.congo), "") == 0);
    ck_assert_uint_eq(serial_on_disk(&network, network.congo, network.congo), 2);
    ck_assert_uint_eq(home_alerts(network.congo), 5);
    publish(&network, 1);
    wait_for_all(&network);
    ck_assert_uint_eq(refused(&network, network.kenya, "revoked"), 0);
    ck_assert_uint_eq(refused(&network, network.congo, "revoked"), 0);
    end(&network);
}
END_TEST

/* The second of two that are one; both have published what the other has not. */
static struct home *make_clone(struct network *network) {
    ck_assert_int_eq(home_stop(network->congo, SIGTERM), 0);
    struct home *clone = homes_copy(network->homes, network->congo, "clone");
    home_start(network->congo);
    home_start(clone);
    ck_assert_str_eq(writing_of(network, clone), "unproven");
    ck_assert_str_eq(publish_at(network, clone), "unproven");
    ck_assert_str_eq(accept_copy(network, clone), "ok");
    ck_assert_str_eq(writing_of(network, clone), "");
    unsigned before = network->published;
    ck_assert_str_eq(publish_at(network, clone), "ok");
    network->published = before; /* nobody will take that */
    publish(network, 1);
    return clone;
}

/* The disk died, and the keys were in the safe: what readers hold comes back before a new entry takes its number. */
START_TEST(a_lost_store_is_fetched_back_before_anything_is_published) {
    struct network network = begin(2);
    network.congo->is_heard = true;
    publish(&network, 4);
    wait_for_all(&network);
    ck_assert_int_eq(home_stop(network.congo, SIGTERM), 0);
    ck_assert_int_eq(home_stop(network.kenya, SIGTERM), 0);
    const char *store = text_format(&network.arena, "%s/store", network.congo->folder);
    ck_assert_int_eq(unlink(text_format(&network.arena, "%s/data.mdb", store)), 0);

    home_start(network.congo);
    ck_assert_uint_eq(home_alerts(network.congo), 0);
    ck_assert_str_eq(writing_of(&network, network.congo), "unproven");
    ck_assert_str_eq(publish_at(&network, network.congo), "unproven");
    home_start(network.kenya);
    WAIT_UNTIL(home_alerts(network.congo) == 4);
    WAIT_UNTIL(strcmp(writing_of(&network, network.congo), "") == 0);
    publish(&network, 2);
    wait_for_all(&network);
    ck_assert_uint_eq(status_of(&network, network.kenya)->n_forks, 0);
    ck_assert_uint_eq(home_alerts(network.kenya), 6);
    end(&network);
}
END_TEST

/* The node as it was before its keys changed, beside others who know the new ones. */
static void set_back_behind_new_keys(struct network *network, bool signing) {
    const char *backup = text_format(&network->arena, "%s/backup", network->homes->folder);
    publish(network, 2);
    wait_for_all(network);
    ck_assert_int_eq(home_stop(network->congo, SIGTERM), 0);
    homes_copy_folder(network->congo->folder, backup);
    home_start(network->congo);
    ck_assert_str_eq(renew(network, network->congo, signing), "ok");
    publish(network, 2);
    wait_for_all(network);
    ck_assert_int_eq(home_stop(network->congo, SIGTERM), 0);
    homes_copy_folder(backup, network->congo->folder);
    home_start(network->congo);
    WAIT_UNTIL(serial_on_disk(network, network->congo, network->congo) == 2); /* it was told */
}

/* Nobody would believe its signing key: it is not left to find out by the silence of its readers. */
START_TEST(a_backup_from_before_a_new_signing_key_publishes_nothing) {
    struct network network = begin(2);
    set_back_behind_new_keys(&network, true);
    WAIT_UNTIL(strcmp(writing_of(&network, network.congo), "revoked") == 0);
    ck_assert_str_eq(publish_at(&network, network.congo), "revoked");
    ck_assert_str_eq(renew(&network, network.congo, true), "revoked");
    restart(network.congo);
    ck_assert_str_eq(publish_at(&network, network.congo), "revoked");
    ck_assert_uint_eq(home_alerts(network.kenya), 4);
    ck_assert_uint_eq(status_of(&network, network.kenya)->n_forks, 0);
    end(&network);
}
END_TEST

START_TEST(a_backup_from_before_a_new_encryption_key_gets_another) {
    struct network network = begin(2);
    set_back_behind_new_keys(&network, false);
    WAIT_UNTIL(serial_of(&network, network.congo) == 3); /* by itself: the secret of the second is lost */
    WAIT_UNTIL(serial_on_disk(&network, network.kenya, network.congo) == 3);
    WAIT_UNTIL(strcmp(writing_of(&network, network.congo), "") == 0);
    publish(&network, 2);
    restart(network.congo);
    ck_assert_uint_eq(serial_of(&network, network.congo), 3);
    publish(&network, 2);
    WAIT_UNTIL(home_alerts(network.kenya) == network.published);
    ck_assert_uint_eq(home_alerts(network.congo), network.published - 2); /* what that secret would open is closed */
    ck_assert_uint_eq(status_of(&network, network.kenya)->n_forks, 0);
    ck_assert_str_eq(renew(&network, network.congo, false), "ok");
    ck_assert_uint_eq(serial_of(&network, network.congo), 4);
    end(&network);
}
END_TEST

START_TEST(a_clone_is_proven_and_new_keys_heal) {
    struct network network = begin(3);
    publish(&network, 1);
    wait_for_all(&network);
    struct home *clone = make_clone(&network);
    WAIT_UNTIL(home_alerts(network.kenya) == 2);
    WAIT_UNTIL(home_alerts(network.police) == 2);
    ck_assert_uint_eq(status_of(&network, network.kenya)->n_forks, 0);
    ck_assert_int_eq(home_stop(network.congo, SIGTERM), 0);
    ck_assert_int_eq(home_stop(clone, SIGTERM), 0);
    let_call(&network, clone, network.kenya);
    home_start(clone);

    WAIT_UNTIL(status_of(&network, network.kenya)->n_forks == 1);
    const ForkStatus *fork = status_of(&network, network.kenya)->forks[0];
    ck_assert_str_eq(fork->author, "cd-customs");
    ck_assert(feed_at(&network, network.kenya, "cd-customs", "customs", false)->frozen);
    WAIT_UNTIL(status_of(&network, network.police)->n_forks == 1);
    ck_assert_uint_eq(status_of(&network, network.police)->forks[0]->number, fork->number);
    WAIT_UNTIL(strcmp(writing_of(&network, clone), "fork") == 0);
    ck_assert_int_eq(home_stop(clone, SIGTERM), 0);

    home_start(network.congo);
    WAIT_UNTIL(strcmp(writing_of(&network, network.congo), "fork") == 0);
    ck_assert_str_eq(publish_at(&network, network.congo), "fork");
    ck_assert_str_eq(renew(&network, network.congo, true), "ok");
    ck_assert_str_eq(writing_of(&network, network.congo), "");
    publish(&network, 2);
    wait_for_all(&network);
    for (size_t i = 0; i < 3; i++)
        restart(&network.homes->rows[i]);
    for (size_t i = 0; i < 3; i++) /* a proof is kept for good */
        ck_assert_uint_eq(status_of(&network, &network.homes->rows[i])->n_forks, 1);
    publish(&network, 1);
    wait_for_all(&network);
    end(&network);
}
END_TEST

/* ---- history ---- */

static const Disclosed *disclose(struct network *network, const struct home *home, const struct home *member) {
    Request request = REQUEST__INIT;
    Disclose words = DISCLOSE__INIT;
    words.audience = (char *)(uintptr_t) "customs";
    words.member = (char *)(uintptr_t)member->name;
    request.disclose = &words;
    const Reply *reply = ask(network, home, &request);
    ck_assert_str_eq(reply->result, "ok");
    ck_assert_ptr_nonnull(reply->disclosed);
    return reply->disclosed;
}

START_TEST(who_joins_later_is_told_the_history_by_decision) {
    struct network network = begin(4);
    publish(&network, 3);
    wait_for_all(&network);
    install(&network, network.congo, end_member(&network, network.tanzania)); /* so that an epoch ends */
    home_stop(network.tanzania, SIGKILL);
    publish(&network, 2);
    struct home *uganda = add_uganda(&network);
    install(&network, network.congo, homes_sign(network.homes, LIST_ADD, &uganda->member, NULL));
    homes_write_one(network.homes, uganda);
    home_start(uganda);
    WAIT_UNTIL(home_alerts(uganda) == 2);
    publish(&network, 1);
    WAIT_UNTIL(home_alerts(uganda) == 3);

    uint64_t at_kenya = feed_at(&network, network.kenya, "cd-customs", "customs", false)->number;
    const Disclosed *disclosed = disclose(&network, network.congo, uganda);
    ck_assert_uint_eq(disclosed->disclosed, 6);
    ck_assert_uint_eq(disclosed->next, disclosed->last);
    wait_for_all(&network);
    ck_assert_ptr_nonnull(feed_at(&network, uganda, "cd-customs", "@ug-customs", false));
    ck_assert_ptr_null(feed_at(&network, network.kenya, "cd-customs", "@ug-customs", false));
    ck_assert_ptr_null(feed_at(&network, network.police, "cd-customs", "@ug-customs", false));
    ck_assert_uint_eq(feed_at(&network, network.kenya, "cd-customs", "customs", false)->number, at_kenya);
    publish(&network, 1);
    wait_for_all(&network);
    end(&network);
}
END_TEST

/* ---- secrets ---- */

enum { SECRETS_MAX = 64, SECRET_FORMS = 4, FORM_SIZE = 72 };

/* Each secret as it could leak, and where the first one was found. */
struct search {
    struct arena arena;
    struct {
        uint8_t bytes[FORM_SIZE];
        size_t len;
        const char *what;
    } rows[SECRETS_MAX * SECRET_FORMS];
    size_t count;
    size_t files;
    char found[600];
};

static struct search *searching; /* of nftw(), which passes nothing on */

static void look_for(struct search *search, const void *bytes, size_t len, const char *what) {
    ck_assert_uint_lt(search->count, SECRETS_MAX * SECRET_FORMS);
    ck_assert_uint_le(len, FORM_SIZE);
    memcpy(search->rows[search->count].bytes, bytes, len);
    search->rows[search->count].len = len;
    search->rows[search->count++].what = what;
}

static void look_for_secret(struct search *search, const uint8_t *secret, const char *what) {
    static const uint8_t zeros[SECRET_KEY_SIZE];
    char text[FORM_SIZE + 1];
    if (memcmp(secret, zeros, sizeof zeros) == 0)
        return;
    look_for(search, secret, SECRET_KEY_SIZE, what);
    text_hex(text, secret, SECRET_KEY_SIZE);
    look_for(search, text, 2 * SECRET_KEY_SIZE, what);
    for (char *at = text; *at; at++)
        *at = *at >= 'a' ? (char)(*at - 'a' + 'A') : *at;
    look_for(search, text, 2 * SECRET_KEY_SIZE, what);
    sodium_bin2base64(text, sizeof text, secret, SECRET_KEY_SIZE, sodium_base64_VARIANT_ORIGINAL);
    look_for(search, text, 42, what); /* what does not depend on the bytes behind it */
}

static void look_for_identity(struct search *search, const struct identity *identity) {
    const struct identity_secrets *secrets = identity->secrets;
    look_for_secret(search, secrets->sign_seed, "the signing seed");
    look_for_secret(search, secrets->encryption, "the encryption secret");
    look_for_secret(search, secrets->session, "the session secret");
    look_for_secret(search, secrets->store, "the store key");
    look_for_secret(search, secrets->seal.key, "the key of the identity file");
    for (size_t i = 0; i < identity->former_count; i++)
        look_for_secret(search, secrets->former[i], "a former encryption secret");
}

static int search_file(const char *path, const struct stat *status, int kind, struct FTW *walk) {
    (void)walk;
    struct search *search = searching;
    struct span content;
    if (kind != FTW_F || !S_ISREG(status->st_mode) || file_read(&content, &search->arena, path, STORE_BYTES_MAX))
        return 0;
    search->files++;
    for (size_t i = 0; i < search->count; i++)
        if (memmem(content.data, content.len, search->rows[i].bytes, search->rows[i].len))
            snprintf(search->found, sizeof search->found, "%s is in %.400s", search->rows[i].what, path);
    arena_reset(&search->arena);
    return 0;
}

/* In all files of the folder, and below. */
static void check_not_found(struct search *search, const char *folder, size_t files_min) {
    search->files = 0;
    search->found[0] = 0;
    searching = search;
    nftw(folder, search_file, 16, FTW_PHYS);
    ck_assert_uint_ge(search->files, files_min);
    ck_assert_msg(!*search->found, "%s", search->found);
}

/* Whatever makes a daemon speak. */
static void make_it_talk(struct network *network) {
    struct control *control = home_connect(network->congo);
    ck_assert_ptr_nonnull(control);
    static const char *const wrong[] = {"{", "{\"kind\":\"Vorpalblade\"}", "{\"incident\":{\"date\":\"Xanadugate\"}}"};
    for (size_t i = 0; i < 3; i++)
        ck_assert_str_ne(home_publish(control, &network->arena, wrong[i])->result, "ok");
    control_close(control);
    struct span roster = file_of(network, network->congo, "roster.inama");
    home_write(network->congo, "roster.inama", span_of_text("INAMALSTjunk"));
    ck_assert_str_ne(reload(network, network->congo), "ok");
    home_write(network->congo, "roster.inama", roster);
    home_write(network->congo, "policy.yaml", span_of_text("audiences: {nobody: {show: [everything]}}\n"));
    ck_assert_str_ne(reload(network, network->congo), "ok");
    home_write(network->congo, "policy.yaml", span_of_text(congo_policy));
    ck_assert_str_eq(reload(network, network->congo), "ok");
}

START_TEST(secrets_are_nowhere) {
    struct network network = prepare(2);
    static struct search search;
    search = (struct search){0};
    arena_init(&search.arena, SIZE_MAX);
    for (size_t i = 0; i < 2; i++) {
        network.homes->rows[i].is_heard = true;
        home_start(&network.homes->rows[i]);
        look_for_identity(&search, &network.homes->rows[i].identity);
    }
    publish(&network, 5);
    make_it_talk(&network);
    ck_assert_str_eq(renew(&network, network.congo, true), "ok");
    publish(&network, 5);
    ck_assert_str_eq(renew(&network, network.kenya, false), "ok");
    publish(&network, 5);
    wait_for_all(&network);
    for (size_t i = 0; i < 2; i++) {
        struct identity identity = identity_on_disk(&network, &network.homes->rows[i]);
        look_for_identity(&search, &identity);
        identity_release(&identity);
    }
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++)
        look_for(&search, tokens[i], strlen(tokens[i]), tokens[i]);
    for (int round = 0; round < 2; round++) { /* while they run, and after; what they said lies beside */
        check_not_found(&search, network.homes->folder, 2 * 7 + 2);
        for (size_t i = 0; round == 0 && i < 2; i++)
            ck_assert_int_eq(home_stop(&network.homes->rows[i], SIGTERM), 0);
    }
    ck_assert_uint_gt(strlen(home_said(network.congo, &network.arena)), 0);
    arena_release(&search.arena);
    end(&network);
}
END_TEST

/* The search finds what is there: in each form. */
START_TEST(a_secret_that_lies_about_is_found) {
    struct network network = prepare(1);
    static struct search search;
    const uint8_t *seed = network.congo->identity.secrets->sign_seed;
    char hex[2 * SECRET_KEY_SIZE + 1], base64[64];
    text_hex(hex, seed, SECRET_KEY_SIZE);
    sodium_bin2base64(base64, sizeof base64, seed, SECRET_KEY_SIZE, sodium_base64_VARIANT_ORIGINAL);
    const struct span leaks[] = {span_of(seed, SECRET_KEY_SIZE), span_of_text(hex), span_of_text(base64)};
    for (size_t i = 0; i < 3; i++) {
        search = (struct search){0};
        arena_init(&search.arena, SIZE_MAX);
        look_for_identity(&search, &network.congo->identity);
        home_write(network.congo, "leak", leaks[i]);
        searching = &search;
        nftw(network.congo->folder, search_file, 16, FTW_PHYS);
        ck_assert_msg(strstr(search.found, "the signing seed is in"), "leak %zu: %s", i, search.found);
        arena_release(&search.arena);
    }
    end(&network);
}
END_TEST

static bool has_no_core_limit(struct network *network, pid_t pid) {
    FILE *file = fopen(text_format(&network->arena, "/proc/%d/limits", pid), "re");
    char line[256], soft[32] = "", hard[32] = "";
    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "Max core file size %31s %31s", soft, hard) == 2)
            break;
    fclose(file);
    ck_assert_msg(*soft && *hard, "the kernel does not say");
    return strcmp(soft, "0") == 0 && strcmp(hard, "0") == 0;
}

static int is_core(const char *path, const struct stat *status, int kind, struct FTW *walk) {
    (void)status;
    return kind == FTW_F && strncmp(path + walk->base, "core", 4) == 0;
}

START_TEST(a_daemon_that_dies_leaves_no_core) {
    struct network network = prepare(1);
    const struct rlimit any = {RLIM_INFINITY, RLIM_INFINITY};
    char *before = getcwd(NULL, 0);
    ck_assert_ptr_nonnull(before);
    if (setrlimit(RLIMIT_CORE, &any) != 0) /* only root can take back what was given up */
        fprintf(stderr, "cores are forbidden here already\n");
    ck_assert_int_eq(chdir(network.homes->folder), 0);
    home_start(network.congo);
    publish(&network, 1);
    ck_assert(has_no_core_limit(&network, network.congo->pid));
    int status = home_stop(network.congo, SIGABRT);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), SIGABRT);
    ck_assert(!WCOREDUMP(status));
    ck_assert_int_eq(nftw(network.homes->folder, is_core, 16, FTW_PHYS), 0);
    ck_assert_int_eq(chdir(before), 0);
    free(before);
    secret_start(); /* none for the tests that follow either */
    end(&network);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("trust");
    TCase *rosters = tcase_create("rosters");
    tcase_set_timeout(rosters, 240);
    tcase_add_test(rosters, a_roster_travels_by_itself_and_no_valid_connection_drops);
    tcase_add_test(rosters, a_new_member_is_let_in_without_a_restart_of_the_others);
    tcase_add_test(rosters, a_removed_member_is_let_go);
    tcase_add_test(rosters, a_member_removed_while_it_was_away_learns_of_it_and_ends);
    tcase_add_test(rosters, a_removed_member_that_is_told_at_home_ends);
    tcase_add_test(rosters, a_node_that_was_away_catches_up_with_every_version);
    tcase_add_test(rosters, an_older_roster_put_back_is_refused_at_start);
    tcase_add_test(rosters, an_older_roster_put_back_while_it_runs_changes_nothing);
    tcase_add_test(rosters, an_expired_roster_stops_everything_but_a_newer_one);
    tcase_add_test(rosters, what_waited_for_a_newer_roster_is_told_when_it_is_there);
    tcase_add_test(rosters, a_clock_that_is_years_off_stops_the_start);
    suite_add_tcase(suite, rosters);
    TCase *keys = tcase_create("keys");
    tcase_set_timeout(keys, 240);
    tcase_add_test(keys, keys_rotate);
    tcase_add_test(keys, news_from_both_sides_travel_within_seconds);
    tcase_add_test(keys, restarts_after_a_change_of_keys_go_on_with_the_new_ones);
    tcase_add_test(keys, a_change_of_keys_that_is_cut_off_is_finished);
    tcase_add_test(keys, too_many_changes_of_the_signing_key_are_refused_and_harm_nothing);
    suite_add_tcase(suite, keys);
    TCase *copies = tcase_create("copies");
    tcase_set_timeout(copies, 240);
    tcase_add_test(copies, a_node_restored_from_a_backup_fetches_back_what_it_lost);
    tcase_add_test(copies, a_backup_from_before_a_feed_began_waits_for_its_readers);
    tcase_add_test(copies, a_change_of_keys_that_a_backup_cuts_off_ends_the_key_where_readers_are);
    tcase_add_test(copies, a_lost_store_is_fetched_back_before_anything_is_published);
    tcase_add_test(copies, a_backup_from_before_a_new_signing_key_publishes_nothing);
    tcase_add_test(copies, a_backup_from_before_a_new_encryption_key_gets_another);
    tcase_add_test(copies, a_clone_is_proven_and_new_keys_heal);
    suite_add_tcase(suite, copies);
    TCase *history = tcase_create("history");
    tcase_set_timeout(history, 240);
    tcase_add_test(history, who_joins_later_is_told_the_history_by_decision);
    suite_add_tcase(suite, history);
    TCase *secrets = tcase_create("secrets");
    tcase_set_timeout(secrets, 240);
    tcase_add_test(secrets, secrets_are_nowhere);
    tcase_add_test(secrets, a_secret_that_lies_about_is_found);
    tcase_add_test(secrets, a_daemon_that_dies_leaves_no_core);
    suite_add_tcase(suite, secrets);
    return suite;
}
