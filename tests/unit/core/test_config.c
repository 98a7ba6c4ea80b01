/* node.yaml: what stands there, what holds when nothing stands there, and what is wrong with it. */
#include "core/config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "keys/roster.h"

static struct arena arena;
static struct report report;
static struct config config;
static char folder[64], path[96];

static void set_up(void) {
    arena_init(&arena, (size_t)64 << 20);
    report_init(&report, &arena);
    strcpy(folder, "/tmp/inama-config-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/node.yaml", folder);
    config = (struct config){.folder = "untouched"};
}

static void tear_down(void) {
    unlink(path);
    rmdir(folder);
    arena_release(&arena);
}

static enum result read_text(const char *yaml) {
    ck_assert_int_eq(file_write(path, span_of_text(yaml), 0600), RESULT_OK);
    return config_read(&config, &arena, path, &report);
}

static void read_good(const char *yaml) {
    enum result result = read_text(yaml);
    ck_assert_msg(result == RESULT_OK && report.count == 0, "%s",
                  report.count ? report_line(&arena, &report.findings[0]) : result_name(result));
}

/* Exactly these lines are said, in this order; each is the beginning of one, behind the file's name. */
static void refuse(const char *yaml, const char *const *wanted, size_t count) {
    ck_assert_str_eq(result_name(read_text(yaml)), "invalid");
    ck_assert_str_eq(config.folder, "untouched");
    for (size_t i = 0; i < report.count || i < count; i++) {
        const char *said = i < report.count ? report_line(&arena, &report.findings[i]) : "nothing";
        const char *expected = text_format(&arena, "%s:%s", path, i < count ? wanted[i] : "nothing more");
        ck_assert_msg(strncmp(said, expected, strlen(expected)) == 0, "\"%s\", expected \"%s\"", said, expected);
    }
}
#define REFUSE(yaml, ...)                                                                                              \
    do {                                                                                                               \
        static const char *const wanted_[] = {__VA_ARGS__};                                                            \
        refuse(yaml, wanted_, sizeof wanted_ / sizeof *wanted_);                                                       \
    } while (0)

static void check_below(const char *actual, const char *name) {
    ck_assert_str_eq(actual, text_format(&arena, "%s/%s", folder, name));
}

START_TEST(an_empty_file_is_a_node_with_all_defaults) {
    read_good("");
    ck_assert_str_eq(config.folder, folder);
    check_below(config.identity, "identity.key");
    check_below(config.roster, "roster.inama");
    check_below(config.roots, "roots.txt");
    check_below(config.policy, "policy.yaml");
    check_below(config.store, "store");
    check_below(config.control, "control.sock");
    ck_assert_uint_eq(config.store_bytes, (uint64_t)16 << 30);
    ck_assert_uint_eq(config.index_bytes, (uint64_t)2 << 30);
    ck_assert_ptr_null(config.key_file);
    ck_assert_ptr_null(config.live); /* off unless asked for */
    ck_assert_ptr_null(config.metrics);
    ck_assert_ptr_null(config.listen);
    ck_assert_ptr_null(config.taxa);
    ck_assert_ptr_null(config.places);
    ck_assert_uint_eq(config.peer_count, 0);
}
END_TEST

START_TEST(everything_may_be_said) {
    read_good("identity: keys/me.key\n"
              "key_file: /run/key\n"
              "roster: r\nroots: t\npolicy: p\nstore: /var/lib/inama\nstore_gib: 4096\nindex_mib: 64\n"
              "control: c.sock\nlive: l.sock\nlisten: tcp://0.0.0.0:4450\ntaxa: x\nplaces: y\n"
              "peers:\n"
              "  - {name: cd-customs, address: \"tcp://192.0.2.10:4450\"}\n"
              "  - name: ug-customs\n"
              "    address: tcp://[2001:db8::1]:4450\n"
              "    limit_kib_s: 64\n"
              "  - {name: ke-police, limit_kib_s: 1}\n"
              "limit_kib_s: 2048\n");
    check_below(config.identity, "keys/me.key");
    ck_assert_str_eq(config.key_file, "/run/key");
    ck_assert_str_eq(config.store, "/var/lib/inama");
    ck_assert_uint_eq(config.store_bytes, (uint64_t)4096 << 30);
    ck_assert_uint_eq(config.index_bytes, (uint64_t)64 << 20);
    check_below(config.live, "l.sock");
    ck_assert_str_eq(config.listen, "tcp://0.0.0.0:4450");
    check_below(config.taxa, "x");
    check_below(config.places, "y");
    ck_assert_uint_eq(config.peer_count, 3);
    ck_assert_uint_eq(config.limit, 2048 * 1024);
    ck_assert_uint_eq(config.peers[0].limit, 0);
    ck_assert_uint_eq(config.peers[1].limit, 64 * 1024);
    ck_assert_uint_eq(config.peers[2].limit, 1024);
    ck_assert_ptr_null(config.peers[2].address); /* it is limited, and not called */
    ck_assert_str_eq(config.peers[0].name, "cd-customs");
    ck_assert_str_eq(config.peers[0].address, "tcp://192.0.2.10:4450");
    ck_assert_uint_eq(config.peers[0].line, 15);
    ck_assert_str_eq(config.peers[1].address, "tcp://[2001:db8::1]:4450");
    ck_assert_uint_eq(config.peers[1].line, 16);
}
END_TEST

START_TEST(everything_wrong_is_said_in_one_run) {
    REFUSE("identity:\n"
           "roster: [a]\n"
           "roots_threshold: 17\n"
           "store_gib: 0\n"
           "listen: 0.0.0.0:4450\n"
           "lisen: tcp://0.0.0.0:4450\n"
           "peers:\n"
           "  - cd-customs\n"
           "  - {name: ke-customs}\n"
           "  - {name: ug-customs, address: tcp://host, port: 4450}\n"
           "  - {address: \"tcp://host:1\"}\n"
           "control: {}\n"
           "limit_kib_s: none\n",
           "1: identity: is empty", "2: roster: expected a single value", "3: roots_threshold: unknown key",
           "4: store_gib: is \"0\", expected a number from 1 to 4096",
           "5: listen: is \"0.0.0.0:4450\", expected tcp://HOST:PORT",
           "6: lisen: unknown key, expected one of: identity, key_file, roster",
           "8: peers: expected {name: NAME, address: tcp://HOST:PORT}", "9: address: is missing",
           "10: port: unknown key, expected one of: name, address",
           "10: address: is \"tcp://host\", expected tcp://HOST:PORT", "11: name: is missing",
           "12: control: expected a single value",
           "13: limit_kib_s: is \"none\", expected a number from 1 to 16777216");
}
END_TEST

START_TEST(addresses_of_another_form_are_refused) {
    static const char *const bad[] = {"tcp://",        "tcp://host",       "tcp://host:",      "tcp://:4450",
                                      "ipc:///tmp/x",  "host:4450",        "TCP://host:4450",  "tcp://host:port",
                                      "tcp://host:0",  "tcp://host:65536", "tcp://host:44 50", "tcp://host:-1",
                                      "tcp://h/x:4450"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        report_init(&report, &arena);
        const char *yaml = text_format(&arena, "peers: [{name: a, address: \"%s\"}]\n", bad[i]);
        ck_assert_msg(read_text(yaml) == RESULT_INVALID, "%s", bad[i]);
        ck_assert_uint_eq(report.count, 1);
    }
}
END_TEST

START_TEST(metrics_are_for_this_machine) {
    static const char *const good[] = {"tcp://127.0.0.1:9464", "tcp://[::1]:9464"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        read_good(text_format(&arena, "metrics: \"%s\"\n", good[i]));
        ck_assert_str_eq(config.metrics, good[i]);
    }
    read_good("metrics: metrics.sock\n");
    ck_assert_str_eq(config.metrics, text_format(&arena, "ipc://%s/metrics.sock", folder));
    read_good("metrics: /run/inama/m\n");
    ck_assert_str_eq(config.metrics, "ipc:///run/inama/m");
}
END_TEST

START_TEST(metrics_where_others_reach_them_are_refused) {
    static const char *const bad[] = {
        "tcp://0.0.0.0:9464",          "tcp://192.0.2.1:9464",  "tcp://[::]:9464",
        "tcp://localhost:9464",        "tcp://127.0.0.1",       "tcp://127.0.0.1:0",
        "tcp://127.0.0.1:94640",       "tcp://127.0.0.1:80/x",  "tcp://127.0.0.1.example:1",
        "http://127.0.0.1:9464",       "ipc:///run/inama/m",    "tcp://[::1]:",
        "tcp://[::ffff:0.0.0.0]:9464", "tcp://127.0.0.1@host:1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        report_init(&report, &arena);
        ck_assert_msg(read_text(text_format(&arena, "metrics: \"%s\"\n", bad[i])) == RESULT_INVALID, "%s", bad[i]);
        ck_assert_uint_eq(report.count, 1);
        ck_assert_ptr_nonnull(strstr(report.findings[0].text, "expected a loopback address"));
    }
    report_init(&report, &arena);
    REFUSE("metrics:\n", "1: metrics: is empty");
}
END_TEST

START_TEST(attachments_have_limits_and_a_rule) {
    read_good("");
    ck_assert_str_eq(config.attachments.folder, text_format(&arena, "%s/attachments", folder));
    ck_assert_uint_eq(config.attachments.file_bytes, 25 << 20);
    ck_assert_uint_eq(config.attachments.alert_bytes, 100 << 20);
    ck_assert_uint_eq(config.attachments.total_bytes, (uint64_t)8 << 30);
    ck_assert_int_eq(config.attachments.fetch, FETCH_ON_DEMAND);
    read_good(
        "attachments: {folder: /srv/a, file_mib: 256, alert_mib: 1, total_gib: 1, fetch: always, fetch_mib: 2}\n");
    ck_assert_str_eq(config.attachments.folder, "/srv/a");
    ck_assert_uint_eq(config.attachments.file_bytes, ATTACHMENT_BYTES_MAX);
    ck_assert_uint_eq(config.attachments.fetch_bytes, 2 << 20);
    ck_assert_int_eq(config.attachments.fetch, FETCH_ALWAYS);
    read_good("attachments: {fetch: never}\n");
    ck_assert_int_eq(config.attachments.fetch, FETCH_NEVER);
}
END_TEST

START_TEST(what_is_wrong_about_attachments_is_said) {
    REFUSE("attachments:\n  fetch: sometimes\n  file_mib: 257\n  size: 3\n",
           "2: fetch: is \"sometimes\", expected never, on-demand or always",
           "3: file_mib: is \"257\", expected a number from 1 to 256", "4: size: unknown key");
    report_init(&report, &arena);
    REFUSE("attachments: all\n", "1: attachments: expected a map");
}
END_TEST

START_TEST(peers_of_the_wrong_kind_are_refused) {
    REFUSE("peers: all\n", "1: peers: expected a list of at most 1024 members");
}
END_TEST

START_TEST(peers_are_limited_in_number) {
    struct buf yaml;
    buf_init(&yaml, &arena);
    buf_put_span(&yaml, span_of_text("peers:\n"));
    for (int i = 0; i < PEERS_MAX; i++)
        buf_put_span(&yaml, span_of_text(text_format(&arena, "- {name: n%d, address: \"tcp://h:1\"}\n", i)));
    size_t full = yaml.len;
    buf_put_span(&yaml, span_of_text("- {name: last, address: \"tcp://h:1\"}\n"));
    buf_put_u8(&yaml, 0);
    read_good(arena_text(&arena, (const char *)yaml.data, full));
    ck_assert_uint_eq(config.peer_count, PEERS_MAX);
    ck_assert_int_eq(read_text((const char *)yaml.data), RESULT_INVALID);
}
END_TEST

START_TEST(no_peers_may_be_said_in_three_ways) {
    static const char *const none[] = {"", "peers:\n", "peers: []\n"};
    for (size_t i = 0; i < 3; i++) {
        read_good(none[i]);
        ck_assert_uint_eq(config.peer_count, 0);
    }
}
END_TEST

START_TEST(what_is_not_there_or_too_large_is_told_by_name) {
    ck_assert_int_eq(config_read(&config, &arena, text_format(&arena, "%s/none", folder), &report), RESULT_NOT_FOUND);
    uint8_t *big = arena_alloc(&arena, CONFIG_BYTES_MAX + 1);
    memset(big, '#', CONFIG_BYTES_MAX + 1);
    ck_assert_int_eq(file_write(path, span_of(big, CONFIG_BYTES_MAX + 1), 0600), RESULT_OK);
    ck_assert_int_eq(config_read(&config, &arena, path, &report), RESULT_TOO_LARGE);
    ck_assert_str_eq(config.folder, "untouched");
}
END_TEST

START_TEST(short_of_memory_no_part_is_lost) {
    ck_assert_int_eq(file_write(path, span_of_text("live: l.sock\npeers: [{name: a, address: \"tcp://h:1\"}]\n"), 0600),
                     RESULT_OK);
    size_t refused = 0, taken = 0;
    for (size_t budget = 0; budget < 12000; budget += 8) {
        struct arena small;
        struct report told;
        struct config read = {0};
        arena_init(&small, budget);
        report_init(&told, &arena);
        if (config_read(&read, &small, path, &told) == RESULT_OK) {
            taken++;
            ck_assert(read.identity && read.roster && read.roots && read.policy && read.store && read.control);
            ck_assert(read.live && read.folder);
            ck_assert_uint_eq(read.peer_count, 1);
        } else {
            refused++;
        }
        arena_release(&small);
    }
    ck_assert(refused && taken);
}
END_TEST

START_TEST(the_shipped_example_is_a_node_with_all_defaults) {
    const char *source = getenv("INAMA_SOURCE_DIR");
    const char *example = text_format(&arena, "%s/config/examples/node.yaml", source ? source : ".");
    ck_assert_int_eq(config_read(&config, &arena, example, &report), RESULT_OK);
    ck_assert_uint_eq(report.count, 0);
    ck_assert_ptr_null(config.live);
    ck_assert_ptr_null(config.metrics);
    ck_assert_ptr_null(config.listen);
}
END_TEST

/* Each line that the example has behind a "#" is one that may be used. */
START_TEST(the_shipped_example_is_right_where_it_is_commented_out) {
    const char *source = getenv("INAMA_SOURCE_DIR");
    struct span text;
    ck_assert_int_eq(file_read(&text, &arena,
                               text_format(&arena, "%s/config/examples/node.yaml", source ? source : "."),
                               CONFIG_BYTES_MAX),
                     RESULT_OK);
    struct buf yaml;
    buf_init(&yaml, &arena);
    for (const char *line = (const char *)text.data; *line; line = strchr(line, '\n') + 1) {
        size_t len = (size_t)(strchr(line, '\n') - line) + 1;
        const char *colon = memchr(line, ':', len);
        bool setting = strncmp(line, "# ", 2) == 0 && colon && !memchr(line + 2, ' ', (size_t)(colon - line - 2));
        if (setting || strncmp(line, "#   - {", 7) == 0)
            buf_put(&yaml, line + 2, len - 2);
    }
    buf_put_u8(&yaml, 0);
    read_good((const char *)yaml.data);
    ck_assert_uint_eq(config.peer_count, 3);
    ck_assert_str_eq(config.listen, "tcp://0.0.0.0:4450");
    check_below(config.live, "live.sock");
    ck_assert_str_eq(config.metrics, "tcp://127.0.0.1:9464");
}
END_TEST

START_TEST(the_folder_is_told_or_found) {
    ck_assert_str_eq(config_path(&arena, "/a"), "/a/node.yaml");
    setenv("INAMA_HOME", "/b", 1);
    setenv("HOME", folder, 1);
    ck_assert_str_eq(config_path(&arena, "/a"), "/a/node.yaml");
    ck_assert_str_eq(config_path(&arena, NULL), "/b/node.yaml");
    setenv("INAMA_HOME", "", 1);
    ck_assert_str_eq(config_path(&arena, NULL), "/etc/inama/node.yaml");
    const char *own = text_format(&arena, "%s/.inama", folder);
    const char *file = text_format(&arena, "%s/node.yaml", own);
    ck_assert_int_eq(mkdir(own, 0700), 0);
    ck_assert_int_eq(file_write(file, span_of_text("\n"), 0600), RESULT_OK);
    ck_assert_str_eq(config_path(&arena, NULL), file);
    unlink(file);
    rmdir(own);
}
END_TEST

START_TEST(paths_begin_where_the_file_lies) {
    ck_assert_int_eq(file_write(path, span_of_text(""), 0600), RESULT_OK);
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_int_eq(config_read(&config, &arena, "node.yaml", &report), RESULT_OK);
    ck_assert_str_eq(config.folder, ".");
    ck_assert_str_eq(config.store, "./store");
    ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("config");
    TCase *file = tcase_create("file");
    tcase_add_checked_fixture(file, set_up, tear_down);
    tcase_add_test(file, an_empty_file_is_a_node_with_all_defaults);
    tcase_add_test(file, everything_may_be_said);
    tcase_add_test(file, everything_wrong_is_said_in_one_run);
    tcase_add_test(file, addresses_of_another_form_are_refused);
    tcase_add_test(file, metrics_are_for_this_machine);
    tcase_add_test(file, metrics_where_others_reach_them_are_refused);
    tcase_add_test(file, attachments_have_limits_and_a_rule);
    tcase_add_test(file, what_is_wrong_about_attachments_is_said);
    tcase_add_test(file, peers_of_the_wrong_kind_are_refused);
    tcase_add_test(file, peers_are_limited_in_number);
    tcase_add_test(file, no_peers_may_be_said_in_three_ways);
    tcase_add_test(file, what_is_not_there_or_too_large_is_told_by_name);
    tcase_add_test(file, short_of_memory_no_part_is_lost);
    tcase_add_test(file, the_shipped_example_is_a_node_with_all_defaults);
    tcase_add_test(file, the_shipped_example_is_right_where_it_is_commented_out);
    suite_add_tcase(suite, file);
    TCase *where = tcase_create("where");
    tcase_add_checked_fixture(where, set_up, tear_down);
    tcase_add_test(where, the_folder_is_told_or_found);
    tcase_add_test(where, paths_begin_where_the_file_lies);
    suite_add_tcase(suite, where);
    return suite;
}
