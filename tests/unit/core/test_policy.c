/* The policy: its file, read with all that is wrong with it, and the one decision, held against a second opinion. */
#include "core/policy.h"

#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "core/opened.h"
#include "base/limits.h"
#include "base/text.h"
#include "core/alert.h"
#include "core/lane.h"
#include "core/opened.h"

static struct arena arena;
static struct report report;

static void set_up(void) {
    arena_init(&arena, (size_t)64 << 20);
    report_init(&report, &arena);
}

static void tear_down(void) {
    arena_release(&arena);
}

/* ---- the file ---- */

static struct policy *read_good(const char *yaml) {
    struct policy *policy = NULL;
    enum result result = policy_read(&policy, &arena, "p.yaml", span_of_text(yaml), &report);
    for (size_t i = 0; i < report.count && result; i++)
        fprintf(stderr, "%s\n", report_line(&arena, &report.findings[i]));
    ck_assert_str_eq(result_name(result), "ok");
    return policy;
}

static struct field_set fields_of(const char *const *paths, size_t count) {
    struct field_set set = {0};
    for (size_t i = 0; i < count; i++)
        field_set_add(&set, field_find(paths[i])->slot);
    return set;
}

static void check_same(struct field_set actual, struct field_set expected) {
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        ck_assert_msg(field_set_has(&actual, slot) == field_set_has(&expected, slot), "slot %zu, %s", slot,
                      field_at(slot) ? field_at(slot)->path : "not in use");
}

/* The file is refused, and exactly these lines are said about it, in this order; each expectation is a beginning. */
static void refuse(const char *yaml, const char *const *expected, size_t count) {
    struct policy *policy = NULL;
    enum result result = policy_read(&policy, &arena, "p.yaml", span_of_text(yaml), &report);
    ck_assert_str_eq(result_name(result), "invalid");
    ck_assert_ptr_null(policy);
    for (size_t i = 0; i < report.count || i < count; i++) {
        const char *said = i < report.count ? report_line(&arena, &report.findings[i]) : "nothing";
        const char *wanted = i < count ? expected[i] : "nothing more";
        ck_assert_msg(strncmp(said, wanted, strlen(wanted)) == 0, "finding %zu is \"%s\", expected \"%s\"", i, said,
                      wanted);
    }
}
#define REFUSE(yaml, ...)                                                                                              \
    do {                                                                                                               \
        static const char *const expected_[] = {__VA_ARGS__};                                                          \
        refuse(yaml, expected_, sizeof expected_ / sizeof *expected_);                                                 \
    } while (0)

START_TEST(who_hears_of_openings_is_named) {
    const struct policy *policy = read_good("tell_opened:\n"
                                            "  - {to: {name: cd-customs}, time: exact, pass: yes}\n"
                                            "  - {to: {role: CUSTOMS}, time: hour}\n"
                                            "  - {to: {country: KE}}\n");
    const struct policy_tell_opened *rule = policy_tells_opened(policy, "cd-customs", "CUSTOMS", "CD");
    ck_assert(rule->step == OPENED_EXACTLY && rule->pass);
    rule = policy_tells_opened(policy, "ke-customs", "CUSTOMS", "KE"); /* the first that means it */
    ck_assert(rule->step == OPENED_BY_HOUR && !rule->pass);
    ck_assert_uint_eq(policy_tells_opened(policy, "ke-police", "POLICE", "KE")->step, OPENED_BY_DAY);
    ck_assert_ptr_null(policy_tells_opened(policy, "cd-police", "POLICE", "CD"));
    ck_assert_ptr_null(policy_tells_opened(read_good("accept: []\n"), "cd-customs", "CUSTOMS", "CD"));
}
END_TEST

START_TEST(who_hears_of_openings_is_a_list) {
    REFUSE("tell_opened: yes\n", "p.yaml:1: tell_opened: expected a list of rules, each beginning with \"- to:\"");
}
END_TEST

START_TEST(what_is_wrong_with_who_hears_of_openings_is_said) {
    REFUSE("tell_opened:\n  - {time: minute, whom: all}\n",
           "p.yaml:2: whom: unknown key, expected one of: to, time, pass", "p.yaml:2: to: expected whom this is about",
           "p.yaml:2: time: expected day, hour or exact");
}
END_TEST

START_TEST(read_takes_every_part_of_the_grammar) {
    const struct policy *policy = read_good("audiences:\n"
                                            "  customs:\n"
                                            "    members: {role: CUSTOMS}\n"
                                            "    publish: yes\n"
                                            "    show: [incident, legs.*, persons.role]\n"
                                            "    hide: [incident.place]\n"
                                            "  desk: {members: {name: ke-desk, country: KE}, show: [requests]}\n"
                                            "forward:\n"
                                            "  - {from: {role: CUSTOMS, country: CD}, to: [desk, customs]}\n"
                                            "accept:\n"
                                            "  - from: {role: CUSTOMS}\n"
                                            "    show: [all]\n"
                                            "    hide: [source]\n"
                                            "local:\n"
                                            "  operators: {show: [all], hide: [operational]}\n"
                                            "  live: {show: [incident.country]}\n");
    ck_assert_uint_eq(policy->audience_count, 2);
    const struct policy_audience *customs = policy_find_audience(policy, "customs");
    const struct policy_audience *desk = policy_find_audience(policy, "desk");
    ck_assert(customs->publish && !desk->publish);
    ck_assert_str_eq(customs->members.role, "CUSTOMS");
    ck_assert(!customs->members.country && !customs->members.name);
    ck_assert_str_eq(desk->members.name, "ke-desk");
    ck_assert_str_eq(desk->members.country, "KE");
    ck_assert_uint_eq(customs->line, 3);
    ck_assert_ptr_null(policy_find_audience(policy, "Customs"));

    struct field_set expected = field_set_or(field_set_of_class(CLASS_INCIDENT), (struct field_set){0});
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct field *field = field_at(slot);
        if (field && (strcmp(field->group, "legs") == 0 || strcmp(field->path, "persons.role") == 0))
            field_set_add(&expected, slot);
    }
    field_set_remove(&expected, field_find("incident.place")->slot);
    check_same(customs->view.fields, expected);

    ck_assert_uint_eq(policy->forward_count, 1);
    ck_assert_str_eq(policy->forwards[0].from.country, "CD");
    ck_assert_uint_eq(policy->forwards[0].to_count, 2);
    ck_assert_ptr_eq(policy->forwards[0].to[0], desk);
    ck_assert_ptr_eq(policy->forwards[0].to[1], customs);
    ck_assert_uint_eq(policy->accept_count, 1);
    check_same(policy->accepts[0].view.fields, field_set_minus(field_set_all(), field_set_of_class(CLASS_SOURCE)));
    check_same(policy->operators.fields, field_set_minus(field_set_all(), field_set_of_class(CLASS_OPERATIONAL)));
    static const char *const live[] = {"incident.country"};
    check_same(policy->live.fields, fields_of(live, 1));
}
END_TEST

START_TEST(what_is_not_named_is_not_shown) {
    static const char *const silent[] = {"", "# nothing\n", "audiences: {}\n", "local: {}\n",
                                         "forward: []\naccept: []\n"};
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
        const struct policy *policy = read_good(silent[i]);
        ck_assert_uint_eq(policy->audience_count + policy->forward_count + policy->accept_count, 0);
        ck_assert(field_set_is_empty(&policy->operators.fields));
        ck_assert(field_set_is_empty(&policy->live.fields));
    }
    const struct policy *policy = read_good("audiences: {police: {members: {role: POLICE}, hide: [source]}}\n"
                                            "accept: [{from: {role: POLICE}}]\n"
                                            "local: {operators: {hide: [persons]}}\n");
    ck_assert(!policy->audiences[0].publish);
    ck_assert(field_set_is_empty(&policy->audiences[0].view.fields));
    ck_assert(field_set_is_empty(&policy->accepts[0].view.fields));
    ck_assert(field_set_is_empty(&policy->operators.fields));
}
END_TEST

START_TEST(hide_beats_show_whatever_the_order) {
    static const char *const views[] = {
        "show: [persons], hide: [persons.surname]",
        "hide: [persons.surname], show: [persons]",
        "show: [persons, persons.surname], hide: [persons.surname]",
        "show: [persons.surname, persons.*], hide: [persons.surname, persons.surname]",
    };
    struct field_set expected = field_set_of_class(CLASS_PERSONS);
    field_set_remove(&expected, field_find("persons.surname")->slot);
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        const struct policy *policy = read_good(text_format(&arena, "local: {operators: {%s}}\n", views[i]));
        if (strstr(views[i], ".*")) /* the group's fields, not the room that its class has left */
            for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
                if (!field_at(slot))
                    field_set_remove(&expected, slot);
        check_same(policy->operators.fields, expected);
    }
    const struct policy *policy = read_good("local: {operators: {show: [all], hide: [all]}}\n");
    ck_assert(field_set_is_empty(&policy->operators.fields));
}
END_TEST

START_TEST(a_class_reaches_exactly_its_fields) {
    for (size_t class = 0; class < CLASS_COUNT; class ++) {
        if (class == CLASS_VALUE || class == CLASS_SPECIMENS || class == CLASS_LEGAL) /* hold their own companions */
            continue;
        const struct policy *policy = read_good(
            text_format(&arena, "local: {operators: {show: [%s]}}\n", field_class_name((enum field_class) class)));
        check_same(policy->operators.fields, field_set_of_class((enum field_class) class));
        for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
            if (field_at(slot))
                ck_assert(field_set_has(&policy->operators.fields, slot) == (field_at(slot)->class == class));
    }
}
END_TEST

START_TEST(every_field_may_be_named_alone_but_for_amounts) {
    size_t amounts = 0;
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct field *field = field_at(slot);
        if (!field)
            continue;
        struct policy *policy = NULL;
        const char *yaml = text_format(&arena, "local: {live: {show: [%s]}}\n", field->path);
        bool amount = strcmp(field->path, "specimens.quantity") == 0 || strstr(field->path, "amount");
        enum result expected = amount ? RESULT_INVALID : RESULT_OK;
        ck_assert_msg(policy_read(&policy, &arena, "p", span_of_text(yaml), &report) == expected, "%s", field->path);
        if (!amount)
            check_same(policy->live.fields, fields_of(&field->path, 1));
        amounts += amount;
    }
    ck_assert_uint_eq(amounts, 3); /* a quantity, a value and a fine */
}
END_TEST

/* 750 of what? */
START_TEST(a_quantity_without_its_unit_is_refused) {
    REFUSE("local:\n"
           "  operators: {show: [specimens], hide: [specimens.unit]}\n"
           "  live:\n"
           "    show: [incident.value_amount]\n",
           "p.yaml:2: specimens.quantity: is shown without specimens.unit",
           "p.yaml:4: incident.value_amount: is shown without incident.value_currency",
           "p.yaml:4: incident.value_amount: is shown without incident.value_currency");
}
END_TEST

START_TEST(a_unit_without_its_quantity_is_a_warning) {
    read_good("local: {operators: {show: [specimens.unit]}}\n");
    ck_assert_uint_eq(report.errors, 0);
    ck_assert_uint_eq(report.count, 1);
    ck_assert_int_eq(report.findings[0].severity, SEVERITY_WARNING);
    ck_assert_str_eq(report.findings[0].field, "specimens.unit");
}
END_TEST

START_TEST(everything_wrong_is_said_in_one_run) {
    REFUSE("audiences:\n"
           "  customs:\n"
           "    members: {role: CUSTOM, country: Kenya, town: Mombasa}\n"
           "    publish: perhaps\n"
           "    show: [incidents, persons.surnam, {a: b}]\n"
           "    hide: all\n"
           "    shows: [all]\n"
           "  police: {show: [all]}\n"
           "  wildlife: {members: {}, show: [all]}\n"
           "  judicial: {members: JUDICIAL, show: [all]}\n"
           "  desk: none\n"
           "forward:\n"
           "  - {from: {role: CUSTOMS}, to: [polic]}\n"
           "  - {to: [police]}\n"
           "  - {from: {role: CUSTOMS}}\n"
           "  - {from: {role: CUSTOMS}, to: [], through: gate}\n"
           "accept:\n"
           "  - {show: [all]}\n"
           "  - {from: {role: NOBODY}, show: [\"\"]}\n"
           "local:\n"
           "  operators: all\n"
           "  life: {show: [all]}\n"
           "  live: {show: [all], size: 3}\n"
           "audience: {}\n",
           "p.yaml:3: town: unknown key, expected one of: role, country, name",
           "p.yaml:3: role: \"CUSTOM\" is no role, expected CUSTOMS, POLICE",
           "p.yaml:3: country: \"Kenya\" is no ISO 3166 country code, expected two letters",
           "p.yaml:4: publish: is \"perhaps\", expected yes or no",
           "p.yaml:5: show: \"incidents\" is no field, class or group",
           "p.yaml:5: show: \"persons.surnam\" is no field, class or group",
           "p.yaml:5: show: \"\" is no field, class or group", "p.yaml:6: hide: expected a list",
           "p.yaml:7: shows: unknown key, expected one of: members, carriers, publish, urgent, purposes, show, hide",
           "p.yaml:8: members: expected whom this is about", "p.yaml:9: members: expected whom this is about",
           "p.yaml:10: members: expected whom this is about",
           "p.yaml:11: desk: expected members, publish, show and hide",
           "p.yaml:13: to: \"polic\" is not among the audiences of this file",
           "p.yaml:14: from: expected whom this is about", "p.yaml:15: to: expected a list of audiences",
           "p.yaml:16: through: unknown key, expected one of: from, to", "p.yaml:16: to: expected a list of audiences",
           "p.yaml:18: from: expected whom this is about", "p.yaml:19: role: \"NOBODY\" is no role",
           "p.yaml:19: show: \"\" is no field, class or group", "p.yaml:21: operators: expected show and hide",
           "p.yaml:22: life: unknown key, expected one of: operators, live",
           "p.yaml:23: size: unknown key, expected one of: show, hide",
           "p.yaml:24: audience: unknown key, expected one of: audiences, forward, accept, carry, release, "
           "tell_opened, local");
}
END_TEST

START_TEST(parts_of_the_wrong_kind_are_refused) {
    REFUSE("audiences: [police]\n"
           "forward: {from: {role: CUSTOMS}, to: [police]}\n"
           "accept:\n"
           "  - all\n"
           "local: [operators]\n",
           "p.yaml:1: audiences: expected at most 64 audiences", "p.yaml:2: forward: expected a list of rules",
           "p.yaml:4: accept: expected a list of rules", "p.yaml:5: local: expected operators and live");
}
END_TEST

START_TEST(a_class_that_does_not_exist_names_no_group_either) {
    static const char *const items[] = {
        "*",        ".*",  "legs",     "legs.",          "legs*",          "leg.*",
        "legs.*.*", "ALL", "Incident", "incident.year ", "incident..year", "specimens.marks.*"};
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        struct policy *policy = NULL;
        const char *yaml = text_format(&arena, "local: {operators: {show: [\"%s\"]}}\n", items[i]);
        ck_assert_msg(policy_read(&policy, &arena, "p", span_of_text(yaml), &report) == RESULT_INVALID, "%s", items[i]);
    }
}
END_TEST

START_TEST(what_the_file_says_is_escaped_before_it_is_repeated) {
    struct policy *policy = NULL;
    const char *yaml = "local: {operators: {show: [\"\\e[2Jgone\"]}}\n\"k\\e[1my\": 1\n";
    ck_assert_int_eq(policy_read(&policy, &arena, "p", span_of_text(yaml), &report), RESULT_INVALID);
    ck_assert_uint_eq(report.errors, 2);
    for (size_t i = 0; i < report.count; i++)
        ck_assert_ptr_null(strchr(report_line(&arena, &report.findings[i]), '\033'));
}
END_TEST

static const char *audiences(size_t count, const char *name) {
    struct buf yaml;
    buf_init(&yaml, &arena);
    buf_put_span(&yaml, span_of_text("audiences:\n"));
    for (size_t i = 0; i < count; i++)
        buf_put_span(&yaml, span_of_text(text_format(&arena, "  %s%zu: {members: {role: POLICE}}\n", name, i)));
    buf_put_u8(&yaml, 0);
    return (const char *)yaml.data;
}

START_TEST(audiences_are_limited_in_number_and_name) {
    char name[LANE_AUDIENCE_BYTES_MAX + 1];
    memset(name, 'a', sizeof name);
    name[LANE_AUDIENCE_BYTES_MAX - 1] = 0; /* a digit follows */
    ck_assert_uint_eq(read_good(audiences(AUDIENCES_MAX, "a"))->audience_count, AUDIENCES_MAX);
    read_good(audiences(1, name));
    struct policy *policy = NULL;
    name[LANE_AUDIENCE_BYTES_MAX - 1] = 'a';
    name[LANE_AUDIENCE_BYTES_MAX] = 0;
    ck_assert_int_eq(policy_read(&policy, &arena, "p", span_of_text(audiences(1, name)), &report), RESULT_INVALID);
    REFUSE(audiences(AUDIENCES_MAX + 1, "a"), "p:2: the name of an audience has at most 57 bytes",
           "p.yaml:2: audiences: expected at most 64 audiences");
}
END_TEST

static bool is_urgent(const struct policy_audience *audience, const char *kind, const char *urgency) {
    const AlertHeader header = {.kind = (char *)(uintptr_t)kind, .urgency = (char *)(uintptr_t)urgency};
    return policy_is_urgent(audience, &header);
}

START_TEST(recalls_and_what_is_called_urgent_are_urgent_unless_the_file_says_otherwise) {
    const struct policy *policy = read_good("audiences:\n"
                                            "  silent: {members: {role: POLICE}, show: [all]}\n"
                                            "  own: {members: {role: POLICE}, urgent: [WARNING, PRIORITY]}\n"
                                            "  none: {members: {role: POLICE}, urgent: []}\n");
    const struct policy_audience *rows = policy->audiences;
    ck_assert(is_urgent(&rows[0], "RECALL", NULL) && is_urgent(&rows[0], "SEIZURE", "URGENT"));
    ck_assert(!is_urgent(&rows[0], "SEIZURE", NULL) && !is_urgent(&rows[0], "CORRECTION", "PRIORITY"));
    ck_assert(is_urgent(&rows[1], "WARNING", NULL) && is_urgent(&rows[1], "SEIZURE", "PRIORITY"));
    ck_assert(!is_urgent(&rows[1], "RECALL", "URGENT"));
    ck_assert(!is_urgent(&rows[2], "RECALL", "URGENT"));
    ck_assert_ptr_eq(policy_audience_of(policy, "own/urgent"), &rows[1]);
    ck_assert_ptr_eq(policy_audience_of(policy, "own"), &rows[1]);
    ck_assert_ptr_null(policy_audience_of(policy, "own/urgent/urgent"));
    ck_assert_ptr_null(policy_audience_of(policy, "@own"));
}
END_TEST

START_TEST(retention_is_read) {
    const struct policy *policy = read_good("retention: {expired_days: 30, own: keep}\n");
    ck_assert(policy->expired_days == 30 && policy->keeps_own);
    policy = read_good("retention: {own: erase}\n");
    ck_assert(policy->expired_days == 0 && !policy->keeps_own);
    REFUSE("retention: {own: maybe}\n", "p.yaml:1: own: expected erase, or keep");
}
END_TEST

START_TEST(retention_is_a_map) {
    REFUSE("retention: 30\n", "p.yaml:1: retention: expected expired_days and own");
}
END_TEST

/* Whatever its header says besides, also what this version does not know. */
START_TEST(a_recall_shows_nothing_and_goes_everywhere) {
    const AlertHeader header = {.kind = (char *)(uintptr_t) "RECALL",
                                .tlp = (char *)(uintptr_t) "ULTRAVIOLET",
                                .onward = (char *)(uintptr_t) "NOWHERE",
                                .retention_until = (char *)(uintptr_t) "1999"};
    const struct policy *policy = read_good("accept: [{from: {role: POLICE}, show: [incident]}]\n");
    const struct policy_view all = {.fields = field_set_all()};
    const struct policy_selector police = {.role = "POLICE", .country = "KE", .name = "ke-police"},
                                 court = {.role = "JUDICIAL", .country = "KE", .name = "ke-court"};
    struct field_set shown = {0};
    struct policy_hop hop = {.when = 1, .hops = 99, .sender_country = "KE"};
    struct marking marking;
    ck_assert_int_eq(policy_marking(&marking, &header), RESULT_OK);
    ck_assert_int_eq(policy_marking_allows(&marking, &hop), MARKING_ALLOWS);
    struct field_set decided = policy_decide(&marking, &all, &hop);
    ck_assert(field_set_is_empty(&decided));
    ck_assert_int_eq(policy_admit(policy, &marking, &hop, &police, &shown), RESULT_OK);
    ck_assert_int_eq(policy_admit(policy, &marking, &hop, &court, &shown), RESULT_FIELD_REFUSED);
    hop.has_older = true;
    ck_assert_int_eq(policy_admit(policy, &marking, &hop, &court, &shown), RESULT_OK);
    field_set_add(&shown, 0);
    ck_assert_int_eq(policy_admit(policy, &marking, &hop, &police, &shown), RESULT_FIELD_REFUSED);
}
END_TEST

START_TEST(what_cannot_be_urgent_is_refused) {
    REFUSE("audiences:\n"
           "  a: {members: {role: POLICE}, urgent: [SOON, RECALL]}\n"
           "  b: {members: {role: POLICE}, urgent: RECALL}\n"
           "  c/urgent: {members: {role: POLICE}}\n",
           "p.yaml:2: urgent: \"SOON\" is neither a kind of alert nor an urgency",
           "p.yaml:3: urgent: expected a list, such as [RECALL, URGENT]",
           "p.yaml:4: names that end with \"/urgent\" are for urgent feeds");
}
END_TEST

START_TEST(read_refuses_a_file_over_the_limit) {
    struct policy *policy = NULL;
    uint8_t *big = arena_alloc(&arena, CONFIG_BYTES_MAX + 1);
    memset(big, '\n', CONFIG_BYTES_MAX + 1);
    ck_assert_int_eq(policy_read(&policy, &arena, "p", span_of(big, CONFIG_BYTES_MAX + 1), &report), RESULT_TOO_LARGE);
    ck_assert_int_eq(policy_read(&policy, &arena, "p", span_of(big, CONFIG_BYTES_MAX), &report), RESULT_OK);
}
END_TEST

/* A rule that was lost to a full arena would show what it was written to hide. */
START_TEST(short_of_memory_no_rule_is_lost) {
    const char *yaml = "audiences:\n"
                       "  police: {members: {role: POLICE}, show: [all], hide: [source, operational, tearline]}\n"
                       "forward: [{from: {role: CUSTOMS}, to: [police]}]\n"
                       "accept: [{from: {role: CUSTOMS}, show: [all], hide: [persons]}]\n"
                       "local: {operators: {show: [all], hide: [persons]}}\n";
    size_t refused = 0, read = 0;
    for (size_t budget = 64; budget < 40000; budget += 8) {
        struct arena small;
        struct report told;
        struct policy *policy = NULL;
        arena_init(&small, budget);
        report_init(&told, &arena);
        if (policy_read(&policy, &small, "p", span_of_text(yaml), &told) == RESULT_OK) {
            read++;
            ck_assert_uint_eq(policy->audience_count, 1);
            ck_assert_uint_eq(policy->forward_count, 1);
            ck_assert_uint_eq(policy->accept_count, 1);
            ck_assert_uint_eq(policy->forwards[0].to_count, 1);
            ck_assert(!field_set_has(&policy->audiences[0].view.fields, field_find("source.kind")->slot));
            ck_assert(!field_set_has(&policy->accepts[0].view.fields, field_find("persons.surname")->slot));
            ck_assert(!field_set_has(&policy->operators.fields, field_find("persons.surname")->slot));
        } else {
            refused++;
            ck_assert_ptr_null(policy);
        }
        arena_release(&small);
    }
    ck_assert_uint_gt(refused, 5);
    ck_assert_uint_gt(read, 0);
}
END_TEST

START_TEST(the_shipped_policies_are_clean) {
    const char *source = getenv("INAMA_SOURCE_DIR");
    glob_t found;
    ck_assert_int_eq(glob(text_format(&arena, "%s/config/policies/*.yaml", source ? source : "."), 0, NULL, &found), 0);
    ck_assert_uint_ge(found.gl_pathc, 6);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct span yaml;
        struct policy *policy = NULL;
        ck_assert_int_eq(file_read(&yaml, &arena, found.gl_pathv[i], CONFIG_BYTES_MAX), RESULT_OK);
        enum result result = policy_read(&policy, &arena, found.gl_pathv[i], yaml, &report);
        for (size_t k = 0; k < report.count; k++)
            fprintf(stderr, "%s\n", report_line(&arena, &report.findings[k]));
        ck_assert_str_eq(result_name(result), "ok");
        ck_assert_uint_eq(report.count, 0);
        ck_assert(field_set_is_empty(&policy->live.fields)); /* off until somebody turns it on */
        for (size_t k = 0; k < policy->audience_count; k++) {
            ck_assert(!field_set_has(&policy->audiences[k].view.fields, field_find("source.reference")->slot));
            ck_assert(!field_set_has(&policy->audiences[k].view.fields, field_find("source.sensitive")->slot));
        }
    }
    globfree(&found);
}
END_TEST

/* ---- members ---- */

START_TEST(a_selector_wants_all_that_it_names) {
    struct policy_selector anybody = {0}, kenya = {.country = "KE"}, police = {"POLICE", "KE", NULL};
    struct policy_selector one = {.name = "ke-police"};
    ck_assert(policy_selects(&anybody, "cd-customs", "CUSTOMS", "CD"));
    ck_assert(policy_selects(&kenya, "ke-police", "POLICE", "KE"));
    ck_assert(!policy_selects(&kenya, "cd-customs", "CUSTOMS", "CD"));
    ck_assert(policy_selects(&police, "ke-police", "POLICE", "KE"));
    ck_assert(!policy_selects(&police, "ug-police", "POLICE", "UG"));
    ck_assert(!policy_selects(&police, "ke-customs", "CUSTOMS", "KE"));
    ck_assert(policy_selects(&one, "ke-police", "POLICE", "KE"));
    ck_assert(!policy_selects(&one, "ke-police-2", "POLICE", "KE"));
}
END_TEST

/* ---- the marking ---- */

static AlertHeader header_with(const char *tlp, const char *onward, char **handling, size_t count) {
    AlertHeader header = ALERT_HEADER__INIT;
    header.tlp = (char *)(uintptr_t)tlp;
    header.onward = (char *)(uintptr_t)onward;
    header.handling = handling;
    header.n_handling = count;
    return header;
}

START_TEST(a_marking_is_read_from_its_codes) {
    char *handling[] = {"H0", "H2", "H2", "H3"};
    AlertHeader header = header_with("AMBER+STRICT", "NATIONAL", handling, 4);
    struct marking marking;
    ck_assert_int_eq(policy_marking(&marking, &header), RESULT_OK);
    ck_assert_int_eq(marking.tlp, TLP_AMBER_STRICT);
    ck_assert_uint_eq(marking.handling, HANDLING_H0 | HANDLING_H2 | HANDLING_H3);
    ck_assert_int_eq(marking.onward, ONWARD_NATIONAL);
    header = header_with("CLEAR", NULL, NULL, 0);
    ck_assert_int_eq(policy_marking(&marking, &header), RESULT_OK);
    ck_assert(marking.tlp == TLP_CLEAR && marking.handling == 0 && marking.onward == ONWARD_UNSAID);
}
END_TEST

START_TEST(a_marking_that_is_not_understood_is_refused) {
    char *known[] = {"H0"}, *unknown[] = {"H0", "H4"}, *lower[] = {"h2"};
    const AlertHeader headers[] = {
        header_with("", NULL, NULL, 0),         header_with("amber", NULL, NULL, 0),
        header_with("WHITE", NULL, NULL, 0), /* the old name: refused where alerts are made, so also here */
        header_with("AMBER", "ALL", known, 1),  header_with("AMBER", "none", known, 1),
        header_with("GREEN", NULL, unknown, 2), header_with("GREEN", NULL, lower, 1),
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct marking marking = {.tlp = TLP_RED, .handling = 99};
        ck_assert_msg(policy_marking(&marking, &headers[i]) == RESULT_INVALID, "header %zu", i);
        ck_assert(marking.tlp == TLP_RED && marking.handling == 99);
    }
}
END_TEST

/* "C" means nothing without its action and its sanitisation code. */
START_TEST(conditions_are_whole_or_refused) {
    static const struct {
        const char *codes;
        bool good;
    } cases[] = {{"P", true},          {"C A1 S1", true},     {"C A3 S2 H1", true},  {"H2 P", true},    {"C", false},
                 {"C A1", false},      {"C S2", false},       {"A1 S1", false},      {"A2", false},     {"P S1", false},
                 {"P C A1 S1", false}, {"C A1 A2 S1", false}, {"C A1 S1 S2", false}, {"C A4 S1", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[32], *codes[8];
        size_t count = 0;
        struct marking marking;
        snprintf(text, sizeof text, "%s", cases[i].codes);
        for (char *code = strtok(text, " "); code; code = strtok(NULL, " "))
            codes[count++] = code;
        const AlertHeader header = header_with("GREEN", NULL, codes, count);
        ck_assert_msg((policy_marking(&marking, &header) == RESULT_OK) == cases[i].good, "%s", cases[i].codes);
    }
}
END_TEST

START_TEST(what_else_a_marking_says_is_read) {
    static char police[] = "POLICE", kenya[] = "KE", nowhere[] = "QQ", statistics[] = "STATISTICS",
                course[] = "a course";
    char *roles[] = {police, kenya}, *countries[] = {kenya, nowhere}, *purposes[] = {statistics, course};
    struct marking marking;
    AlertHeader header = header_with("CLEAR", "ASK", NULL, 0);
    ck_assert_int_eq(policy_marking(&marking, &header), RESULT_OK);
    ck_assert(marking.onward == ONWARD_ASK && !marking.purpose_in_words && !marking.not_for_iccwc);
    ck_assert(!marking.hops_max && !marking.embargo_until && !marking.expires && !marking.retention_until);
    header.onward_roles = roles;
    header.onward_countries = countries;
    header.purposes = purposes;
    header.n_onward_roles = header.n_onward_countries = header.n_purposes = 1;
    header.has_onward_hops = header.has_embargo_until = header.has_expires = header.has_share_with_iccwc = true;
    header.onward_hops = 2;
    header.embargo_until = 3;
    header.expires = 4;
    ck_assert_int_eq(policy_marking(&marking, &header), RESULT_OK);
    ck_assert(marking.not_for_iccwc && !marking.purpose_in_words);
    ck_assert(marking.hops_max == 2 && marking.embargo_until == 3 && marking.expires == 4);
    ck_assert_str_eq(marking.roles.codes[0], "POLICE");
    header.share_with_iccwc = true;
    header.n_purposes = 2;
    ck_assert_int_eq(policy_marking(&marking, &header), RESULT_OK);
    ck_assert(!marking.not_for_iccwc && marking.purpose_in_words);
    header.n_onward_roles = 2;
    ck_assert_int_eq(policy_marking(&marking, &header), RESULT_INVALID);
    header.n_onward_roles = 1;
    header.n_onward_countries = 2;
    ck_assert_int_eq(policy_marking(&marking, &header), RESULT_INVALID);
}
END_TEST

/* ---- the decision ---- */

/* The decision table once more, written from docs/marking.md as a list of objections instead of a ladder: each looks at
 * the question alone, and in words of its own. */
struct question {
    struct marking marking;
    struct policy_hop hop;
    bool is_over; /* the date of retention is past */
};

static bool is_text(const char *text, const char *other) {
    return text && strcmp(text, other) == 0;
}
static bool is_passed_on(const struct question *q) {
    return !q->hop.from_originator;
}
static bool is_abroad(const struct question *q) {
    return !is_text(q->hop.reader.country, "KE");
}
static bool is_court(const struct question *q) {
    const char *role = q->hop.reader.role;
    return !role || is_text(role, "JUDICIAL") || is_text(role, "PROSECUTOR");
}
static bool is_listed(const struct marking_list *list, const char *code) {
    bool found = false;
    for (size_t i = 0; i < list->count; i++)
        found |= is_text(code, list->codes[i]);
    return found;
}

static bool retention_objects(const struct question *q) {
    return q->is_over;
}
static bool expiry_objects(const struct question *q) {
    return q->marking.expires != 0 && q->marking.expires <= q->hop.when;
}
static bool red_objects(const struct question *q) {
    return q->marking.tlp == TLP_RED && (is_passed_on(q) || !q->hop.reader.name);
}
static bool iccwc_objects(const struct question *q) {
    return q->marking.not_for_iccwc && (!q->hop.reader.role || is_text(q->hop.reader.role, "SECRETARIAT"));
}
static bool strict_objects(const struct question *q) {
    return q->marking.tlp == TLP_AMBER_STRICT && is_passed_on(q);
}
static bool h2_objects(const struct question *q) {
    return (q->marking.handling & 4) && is_passed_on(q);
}
static bool s2_objects(const struct question *q) {
    return (q->marking.handling & 1024) && is_passed_on(q);
}
static bool ask_objects(const struct question *q) {
    return q->marking.onward == ONWARD_ASK && is_passed_on(q);
}
static bool h3_objects(const struct question *q) {
    return (q->marking.handling & 8) && is_passed_on(q);
}
static bool words_object(const struct question *q) {
    return q->marking.purpose_in_words && is_passed_on(q);
}
static bool purpose_objects(const struct question *q) {
    bool is_shared = false;
    for (size_t i = 0; i < q->hop.purpose_count; i++)
        is_shared |= is_listed(&q->marking.purposes, q->hop.purposes[i]);
    return q->marking.purposes.count && !is_shared && is_passed_on(q) && !q->hop.is_arrival;
}
static bool h1_objects(const struct question *q) {
    return (q->marking.handling & 2) && is_passed_on(q) && is_court(q);
}
static bool a2_objects(const struct question *q) {
    return (q->marking.handling & 128) && is_passed_on(q) && is_court(q);
}
static bool onward_objects(const struct question *q) {
    return is_passed_on(q) &&
           (q->marking.onward == ONWARD_NONE || (q->marking.onward == ONWARD_NATIONAL && is_abroad(q)));
}
static bool role_objects(const struct question *q) {
    return is_passed_on(q) && q->marking.roles.count && !is_listed(&q->marking.roles, q->hop.reader.role);
}
static bool country_objects(const struct question *q) {
    return is_passed_on(q) && q->marking.countries.count && !is_listed(&q->marking.countries, q->hop.reader.country);
}
static bool hops_object(const struct question *q) {
    return is_passed_on(q) && q->marking.hops_max != 0 && q->marking.hops_max < q->hop.hops;
}
static bool amber_objects(const struct question *q) {
    return q->marking.tlp == TLP_AMBER && is_passed_on(q) && is_abroad(q);
}
static bool embargo_objects(const struct question *q) {
    return is_passed_on(q) && q->marking.embargo_until > q->hop.when;
}

/* By the order of the table. */
static bool (*const objections[MARKING_RULES])(const struct question *question) = {
    [MARKING_RETENTION] = retention_objects,
    [MARKING_EXPIRED] = expiry_objects,
    [MARKING_TLP_RED] = red_objects,
    [MARKING_ICCWC] = iccwc_objects,
    [MARKING_TLP_AMBER_STRICT] = strict_objects,
    [MARKING_H2] = h2_objects,
    [MARKING_S2] = s2_objects,
    [MARKING_ASK] = ask_objects,
    [MARKING_H3] = h3_objects,
    [MARKING_PURPOSE_IN_WORDS] = words_object,
    [MARKING_PURPOSE] = purpose_objects,
    [MARKING_H1] = h1_objects,
    [MARKING_A2] = a2_objects,
    [MARKING_ONWARD] = onward_objects,
    [MARKING_ROLE] = role_objects,
    [MARKING_COUNTRY] = country_objects,
    [MARKING_HOPS] = hops_object,
    [MARKING_TLP_AMBER] = amber_objects,
    [MARKING_EMBARGO] = embargo_objects,
};

static size_t decisions, objected[MARKING_RULES];

static void check_decision(const struct question *q, const struct policy_view *view) {
    const struct policy_hop *hop = &q->hop;
    enum marking_rule rule = policy_marking_allows(&q->marking, hop), expected = MARKING_ALLOWS;
    for (int i = MARKING_RULES - 1; i > MARKING_ALLOWS; i--)
        if (objections[i](q))
            expected = (enum marking_rule)i;
    struct field_set decided = policy_decide(&q->marking, view, hop);
    struct field_set shown = expected == MARKING_ALLOWS ? view->fields : (struct field_set){0};
    decisions++;
    objected[expected]++;
    if (rule == expected && !memcmp(&decided, &shown, sizeof shown))
        return;
    ck_abort_msg("tlp %d, handling %x, onward %d, reader %s %s %s, from the originator %d: %s, and not %s",
                 (int)q->marking.tlp, q->marking.handling, (int)q->marking.onward,
                 hop->reader.role ? hop->reader.role : "any role",
                 hop->reader.country ? hop->reader.country : "anywhere", hop->reader.name ? hop->reader.name : "",
                 hop->from_originator, policy_marking_text(rule), policy_marking_text(expected));
}

/* Calls back for every reader, told by the originator or by somebody else, on the way or on arrival. */
typedef void ask_of(struct question *question, const struct policy_view *view);

static void of_every_reader(const char *const *roles, size_t role_count, ask_of *ask) {
    static const char *const countries[] = {NULL, "KE", "CD"}, *const purposes[] = {"STATISTICS", "INVESTIGATION"};
    const struct policy_view view = {.fields = field_set_of_class(CLASS_ROUTE)};
    for (size_t role = 0; role < role_count; role++)
        for (size_t country = 0; country < 3; country++)
            for (int named = 0; named < 2; named++)
                for (uint32_t hops = 1; hops <= 3; hops++)
                    for (int arrives = 0; arrives < 2; arrives++) {
                        struct question question = {
                            .hop = {.from_originator = hops == 1,
                                    .is_arrival = arrives,
                                    .hops = hops,
                                    .when = 1000,
                                    .sender_country = "KE",
                                    .reader = {roles[role], countries[country], named ? "somebody" : NULL},
                                    .purposes = purposes,
                                    .purpose_count = (size_t)(hops % 3)}};
                        ask(&question, &view);
                    }
}

/* Every set of handling codes that a marking may have. */
static bool may_be_handling(unsigned handling) {
    unsigned action = handling >> 6 & 7, sanitisation = handling >> 9 & 3;
    if (handling & HANDLING_C)
        return !(handling & HANDLING_P) && (action == 1 || action == 2 || action == 4) &&
               (sanitisation == 1 || sanitisation == 2);
    return action == 0 && sanitisation == 0;
}

static void ask_all_codes(struct question *q, const struct policy_view *view) {
    for (int tlp = TLP_CLEAR; tlp <= TLP_RED; tlp++)
        for (unsigned handling = 0; handling < HANDLING_S2 << 1; handling++)
            for (int onward = ONWARD_UNSAID; onward <= ONWARD_ASK && may_be_handling(handling); onward++) {
                q->marking =
                    (struct marking){.tlp = (enum tlp)tlp, .handling = handling, .onward = (enum onward)onward};
                check_decision(q, view);
            }
}

START_TEST(decide_agrees_with_the_table_for_all_codes) {
    static const char *const roles[] = {NULL,       "CUSTOMS",    "POLICE",      "WILDLIFE",
                                        "JUDICIAL", "PROSECUTOR", "SECRETARIAT", "OTHER"};
    decisions = 0;
    of_every_reader(roles, 8, ask_all_codes);
    ck_assert_uint_eq(decisions, (size_t)8 * 3 * 2 * 3 * 2 * 5 * (16 * (2 + 6)) * 5);
}
END_TEST

/* The rest of the marking, in all combinations, under each of these. */
static void ask_all_lists(struct question *q, const struct policy_view *view) {
    static char statistics[] = "STATISTICS", training[] = "TRAINING", words[] = "a course", customs[] = "CUSTOMS";
    static char court[] = "JUDICIAL", kenya[] = "KE", congo[] = "CD", long_ago[] = "1969", now[] = "1970-01-01";
    static char *const purposes[] = {training, statistics}, *const in_words[] = {statistics, words};
    static char *const roles[] = {court, customs}, *const countries[] = {congo, kenya};
    static const struct marking bases[] = {
        {.tlp = TLP_CLEAR},
        {.tlp = TLP_AMBER, .onward = ONWARD_COMMUNITY},
        {.tlp = TLP_GREEN, .handling = HANDLING_H1, .onward = ONWARD_NATIONAL},
        {.tlp = TLP_RED, .handling = HANDLING_H2},
    };
    const struct marking_list each_purpose[] = {{0}, {purposes, 1}, {purposes, 2}, {in_words, 2}};
    const struct marking_list each_role[] = {{0}, {roles, 1}, {roles, 2}};
    const struct marking_list each_country[] = {{0}, {countries, 1}, {countries, 2}};
    static const uint64_t times[] = {0, 1000, 1001};
    static char *const dates[] = {NULL, now, long_ago};
    for (unsigned all = 0; all < 4u * 4 * 3 * 3 * 4 * 2 * 3 * 3 * 3; all++) {
        unsigned rest = all;
        struct marking *marking = &q->marking;
        *marking = bases[rest % 4];
        rest /= 4;
        marking->purposes = each_purpose[rest % 4];
        marking->purpose_in_words = rest % 4 == 3;
        rest /= 4;
        marking->roles = each_role[rest % 3];
        rest /= 3;
        marking->countries = each_country[rest % 3];
        rest /= 3;
        marking->hops_max = rest % 4;
        rest /= 4;
        marking->not_for_iccwc = rest % 2;
        rest /= 2;
        marking->embargo_until = times[rest % 3];
        rest /= 3;
        marking->expires = times[rest % 3];
        rest /= 3;
        marking->retention_until = dates[rest % 3];
        q->is_over = rest % 3 == 2;
        check_decision(q, view);
    }
}

START_TEST(decide_agrees_with_the_table_for_all_that_a_marking_says) {
    static const char *const roles[] = {NULL, "CUSTOMS", "JUDICIAL", "SECRETARIAT"};
    decisions = 0;
    memset(objected, 0, sizeof objected);
    of_every_reader(roles, 4, ask_all_lists);
    ck_assert_uint_eq(decisions, (size_t)4 * 3 * 2 * 3 * 2 * 4 * 4 * 3 * 3 * 4 * 2 * 3 * 3 * 3);
    static const enum marking_rule elsewhere[] = {
        MARKING_TLP_AMBER_STRICT, MARKING_H2, MARKING_S2, MARKING_ASK, MARKING_H3, MARKING_A2};
    size_t unasked = 0;
    for (int rule = MARKING_ALLOWS; rule < MARKING_RULES; rule++)
        unasked += objected[rule] == 0;
    ck_assert_uint_eq(unasked, sizeof elsewhere / sizeof *elsewhere); /* the test before has them */
}
END_TEST

/* ---- with the originator's consent ---- */

static const struct policy_selector onward_police[] = {{"POLICE", "KE", NULL}, {NULL, NULL, "ke-court"}};

static struct field_set let_over(const struct marking *marking, const struct policy_hop *hop) {
    const struct policy_view all = {.fields = field_set_all()};
    return policy_decide(marking, &all, hop);
}

/* What a consent about the persons lets over a hop that the marking forbids. */
static bool opens(const struct marking *marking, const struct policy_consent *consent, struct policy_hop hop) {
    const struct field_set persons = field_set_of_class(CLASS_PERSONS), none = {0};
    hop.consent = consent;
    hop.is_senders = true;
    struct field_set shown = let_over(marking, &hop);
    ck_assert(!memcmp(&shown, &persons, sizeof shown) || !memcmp(&shown, &none, sizeof shown));
    return memcmp(&shown, &persons, sizeof shown) == 0;
}

static struct policy_consent about_persons(bool judicial) {
    return (struct policy_consent){
        .fields = field_set_of_class(CLASS_PERSONS), .judicial = judicial, .onward = onward_police, .onward_count = 2};
}

static const struct policy_hop to_police = {
    .hops = 2, .when = 1000, .sender_country = "UG", .reader = {"POLICE", "KE", NULL}};
static const struct policy_hop to_court = {
    .hops = 2, .when = 1000, .sender_country = "UG", .reader = {"JUDICIAL", "KE", "ke-court"}};

/* H2, S2, H3, ask, AMBER, AMBER+STRICT, and the onward rule, list by list. */
START_TEST(a_consent_answers_what_the_marking_asks_about_passing_on) {
    static char other_role[] = "CUSTOMS",
                other_country[] = "CD", *const role[] = {other_role}, *const country[] = {other_country};
    const struct marking markings[] = {
        {.handling = HANDLING_H2},   {.handling = HANDLING_H3}, {.handling = HANDLING_C | HANDLING_A1 | HANDLING_S2},
        {.onward = ONWARD_ASK},      {.onward = ONWARD_NONE},   {.onward = ONWARD_NATIONAL},
        {.tlp = TLP_AMBER},          {.tlp = TLP_AMBER_STRICT}, {.roles = {role, 1}},
        {.countries = {country, 1}}, {.hops_max = 1},           {.purpose_in_words = true},
    };
    const struct policy_consent consent = about_persons(false);
    for (size_t i = 0; i < sizeof markings / sizeof *markings; i++) {
        ck_assert_int_ne(policy_marking_allows(&markings[i], &to_police), MARKING_ALLOWS);
        ck_assert_msg(opens(&markings[i], &consent, to_police), "marking %zu", i);
    }
}
END_TEST

START_TEST(a_consent_does_not_answer_what_nobody_may) {
    static char training[] = "TRAINING", *const purposes[] = {training};
    const struct marking markings[] = {
        {.tlp = TLP_RED},
        {.expires = 1000, .handling = HANDLING_H2},
        {.embargo_until = 2000},
        {.retention_until = "1969", .handling = HANDLING_H2},
        {.purposes = {purposes, 1}},
    };
    const struct policy_consent consent = about_persons(true);
    for (size_t i = 0; i < sizeof markings / sizeof *markings; i++)
        ck_assert_msg(!opens(&markings[i], &consent, to_police), "marking %zu", i);
}
END_TEST

START_TEST(judicial_proceedings_take_a_consent_that_says_so) {
    const struct marking h1 = {.handling = HANDLING_H1 | HANDLING_H2},
                         a2 = {.handling = HANDLING_C | HANDLING_A2 | HANDLING_S2};
    const struct policy_consent silent = about_persons(false), judicial = about_persons(true);
    ck_assert(!opens(&h1, &silent, to_court) && opens(&h1, &judicial, to_court));
    ck_assert(!opens(&a2, &silent, to_court) && opens(&a2, &judicial, to_court));
}
END_TEST

START_TEST(a_consent_is_for_its_readers_and_its_time) {
    const struct marking h2 = {.handling = HANDLING_H2};
    struct policy_consent consent = about_persons(true);
    struct policy_hop hop = to_police;
    hop.reader.country = "UG";
    ck_assert(!opens(&h2, &consent, hop));
    hop.reader = (struct policy_selector){NULL, "KE", NULL}; /* some of these are no police */
    ck_assert(!opens(&h2, &consent, hop));
    hop.reader = (struct policy_selector){"POLICE", "KE", "ke-police"};
    ck_assert(opens(&h2, &consent, hop));
    consent.until = 1001;
    ck_assert(opens(&h2, &consent, hop));
    consent.until = 1000;
    ck_assert(!opens(&h2, &consent, hop));
    consent.until = 0;
    consent.onward_count = 0;
    ck_assert(!opens(&h2, &consent, hop));
}
END_TEST

/* Released to one reader, they are not the marking's to give any more; all others still are. */
START_TEST(what_was_released_goes_on_by_the_consent_alone) {
    const struct marking clear = {.tlp = TLP_CLEAR};
    const struct policy_consent consent = about_persons(false);
    struct policy_hop hop = to_police;
    hop.consent = &consent;
    struct field_set all = field_set_all(), others = field_set_minus(all, consent.fields), shown;
    shown = let_over(&clear, &hop); /* made for somebody else than the sender */
    ck_assert(!memcmp(&shown, &others, sizeof shown));
    hop.is_senders = true;
    shown = let_over(&clear, &hop);
    ck_assert(!memcmp(&shown, &all, sizeof shown));
    hop.reader.country = "UG";
    shown = let_over(&clear, &hop);
    ck_assert(!memcmp(&shown, &others, sizeof shown));
    ck_assert(policy_needs_consent(&hop, &consent.fields) && !policy_needs_consent(&hop, &others));
    hop.from_originator = true;
    shown = let_over(&clear, &hop);
    ck_assert(!memcmp(&shown, &all, sizeof shown));
}
END_TEST

/* A consent never takes away what a stricter marking would not, and opens nothing but its own slots. */
START_TEST(a_consent_opens_its_own_slots_and_no_other) {
    const struct policy_consent consent = about_persons(true);
    for (int tlp = TLP_CLEAR; tlp <= TLP_RED; tlp++)
        for (unsigned handling = 0; handling < HANDLING_S2 << 1; handling++)
            for (int onward = ONWARD_UNSAID; onward <= ONWARD_ASK; onward++) {
                const struct marking marking = {
                    .tlp = (enum tlp)tlp, .handling = handling, .onward = (enum onward)onward};
                struct policy_hop hop = to_court;
                struct field_set without = let_over(&marking, &hop);
                hop.consent = &consent;
                hop.is_senders = true;
                struct field_set with = let_over(&marking, &hop), more = field_set_minus(with, without);
                more = field_set_minus(more, consent.fields);
                ck_assert(field_set_is_empty(&more));
                ck_assert_int_eq(!field_set_is_empty(&with), tlp != TLP_RED);
            }
}
END_TEST

/* The receiver's side: what is shown beyond the slots of the consent, and what it does not cover. */
START_TEST(admit_holds_what_is_shown_against_the_consent) {
    const struct policy *policy = read_good("accept: [{from: {role: CUSTOMS}, show: [all]}]\n");
    const struct marking h2 = {.handling = HANDLING_H2};
    const struct policy_selector sender = {"CUSTOMS", "UG", "ug-customs"};
    const struct policy_consent consent = about_persons(false);
    struct policy_hop hop = to_police;
    struct field_set persons = consent.fields, wider = persons, none = {0};
    field_set_add(&wider, field_find("incident.country")->slot);
    ck_assert_str_eq(result_name(policy_admit(policy, &h2, &hop, &sender, &persons)), "marking-forbids");
    hop.consent = &consent;
    ck_assert_str_eq(result_name(policy_admit(policy, &h2, &hop, &sender, &persons)), "marking-forbids");
    hop.is_senders = true;
    ck_assert_str_eq(result_name(policy_admit(policy, &h2, &hop, &sender, &persons)), "ok");
    ck_assert_str_eq(result_name(policy_admit(policy, &h2, &hop, &sender, &wider)), "marking-forbids");
    hop.reader.role = "WILDLIFE";
    ck_assert_str_eq(result_name(policy_admit(policy, &h2, &hop, &sender, &persons)), "marking-forbids");
    ck_assert_str_eq(result_name(policy_admit(policy, &h2, &hop, &sender, &none)), "marking-forbids");
}
END_TEST

/* What a person opens beside the view: no more than the policy lets people open, and nothing against the marking. */
START_TEST(a_person_opens_what_the_policy_lets_people_open) {
    const struct policy *policy = read_good("release: {show: [persons], hide: [persons.surname], two_persons: yes}\n");
    ck_assert(policy->release.two_persons && policy->release.line == 1);
    const struct policy_view view = {.fields = field_set_of_class(CLASS_ROUTE)};
    const struct policy_opening opening = {.fields = field_set_all(), .most = &policy->release};
    struct policy_hop hop = to_police;
    hop.opening = &opening;
    const struct marking clear = {.tlp = TLP_CLEAR}, h2 = {.handling = HANDLING_H2};
    struct field_set expected = field_set_or(view.fields, field_set_of_class(CLASS_PERSONS)), none = {0};
    field_set_remove(&expected, field_find("persons.surname")->slot);
    check_same(policy_decide(&clear, &view, &hop), expected);
    check_same(policy_decide(&h2, &view, &hop), none);
}
END_TEST

/* More marking never shows more. */
START_TEST(a_stricter_marking_never_opens_anything) {
    const struct policy_hop hops[] = {
        {.from_originator = true, .sender_country = "KE", .reader = {"POLICE", "KE", NULL}},
        {.from_originator = true, .sender_country = "KE", .reader = {NULL, NULL, NULL}},
        {.sender_country = "KE", .reader = {"POLICE", "KE", NULL}},
        {.sender_country = "KE", .reader = {"JUDICIAL", "KE", NULL}},
        {.sender_country = "KE", .reader = {"CUSTOMS", "CD", NULL}},
        {.sender_country = "KE", .reader = {"CUSTOMS", NULL, "cd-customs"}},
    };
    for (size_t i = 0; i < sizeof hops / sizeof *hops; i++)
        for (int tlp = TLP_CLEAR; tlp <= TLP_RED; tlp++)
            for (unsigned handling = 0; handling < 16; handling++) {
                const struct marking less = {.tlp = (enum tlp)tlp, .handling = handling, .onward = ONWARD_COMMUNITY};
                if (policy_marking_allows(&less, &hops[i]) == MARKING_ALLOWS)
                    continue;
                for (int more = tlp; more <= TLP_RED; more++)
                    for (unsigned extra = 0; extra < 16; extra++) {
                        const struct marking stricter = {
                            .tlp = (enum tlp)more, .handling = handling | extra, .onward = ONWARD_COMMUNITY};
                        ck_assert(policy_marking_allows(&stricter, &hops[i]) != MARKING_ALLOWS);
                    }
            }
}
END_TEST

START_TEST(every_rule_has_a_text_of_its_own) {
    for (int rule = MARKING_ALLOWS; rule < MARKING_RULES; rule++)
        for (int other = MARKING_ALLOWS; other < rule; other++)
            ck_assert_str_ne(policy_marking_text((enum marking_rule)rule),
                             policy_marking_text((enum marking_rule)other));
}
END_TEST

/* A node does not hide from its own people what is over; that it goes is not the marking's to decide. */
START_TEST(where_it_is_nothing_ends) {
    static char long_ago[] = "1969";
    const struct marking over = {.expires = 1, .retention_until = long_ago, .not_for_iccwc = true};
    struct policy_hop hop = {.from_originator = true, .sender_country = "BE", .reader = {"SECRETARIAT", "BE", "s"}};
    ck_assert_int_eq(policy_marking_allows(&over, &hop), MARKING_ALLOWS);
    hop.when = 1;
    ck_assert_int_eq(policy_marking_allows(&over, &hop), MARKING_RETENTION);
}
END_TEST

START_TEST(a_date_is_past_when_its_last_day_is) {
    static const uint64_t day_ms = 86400000;
    ck_assert(!alert_date_is_past("1970-01-01", 0));
    ck_assert(!alert_date_is_past("1970-01-01", day_ms - 1));
    ck_assert(alert_date_is_past("1970-01-01", day_ms));
    ck_assert(!alert_date_is_past("1970-01", 31 * day_ms - 1));
    ck_assert(alert_date_is_past("1970-01", 31 * day_ms));
    ck_assert(!alert_date_is_past("1970", 365 * day_ms - 1));
    ck_assert(alert_date_is_past("1970", 365 * day_ms));
    ck_assert(!alert_date_is_past("1971-01", 0));
    static const char *const no_dates[] = {"", "for ever", "2044-13", "2044-02-30", "2044-", "2044-05-05 "};
    for (size_t i = 0; i < sizeof no_dates / sizeof *no_dates; i++)
        ck_assert_msg(alert_date_is_past(no_dates[i], 0), "%s", no_dates[i]);
}
END_TEST

/* ---- why ---- */

static const char explained[] = "local:\n"
                                "  operators:\n"
                                "    show:\n"
                                "      - incident\n"
                                "      - persons\n"
                                "      - persons.surname\n"
                                "    hide:\n"
                                "      - persons.phone\n"
                                "      - persons.*\n";

static const char *why(const struct policy *policy, const struct marking *marking, const char *path) {
    const struct policy_hop hop = {.sender_country = "KE", .reader = {"POLICE", "KE", NULL}};
    return policy_explain(&arena, policy, marking, &policy->operators, &hop, field_find(path)->slot);
}

START_TEST(explain_names_the_line_that_decided) {
    const struct marking clear = {.tlp = TLP_CLEAR};
    const struct policy *policy = read_good(explained);
    ck_assert_str_eq(why(policy, &clear, "incident.year"), "p.yaml:4: show: incident");
    ck_assert_str_eq(why(policy, &clear, "persons.phone"), "p.yaml:8: hide: persons.phone");
    ck_assert_str_eq(why(policy, &clear, "persons.surname"), "p.yaml:9: hide: persons.*");
    ck_assert_str_eq(why(policy, &clear, "legs.country"), "p.yaml:3: not named under show");
}
END_TEST

START_TEST(explain_names_the_marking_first) {
    const struct policy *policy = read_good(explained);
    const struct marking withheld = {.tlp = TLP_AMBER, .handling = HANDLING_H2};
    ck_assert_str_eq(why(policy, &withheld, "incident.year"), policy_marking_text(MARKING_H2));
    ck_assert_str_eq(why(policy, &withheld, "legs.country"), policy_marking_text(MARKING_H2));
}
END_TEST

/* What explain says and what decide does are the same for every field. */
START_TEST(explain_agrees_with_decide) {
    const struct policy *policy = read_good(explained);
    const struct policy_hop hop = {.sender_country = "KE", .reader = {"POLICE", "KE", NULL}};
    const struct marking clear = {.tlp = TLP_CLEAR};
    struct field_set fields = policy_decide(&clear, &policy->operators, &hop);
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const char *text = policy_explain(&arena, policy, &clear, &policy->operators, &hop, slot);
        ck_assert_msg((strstr(text, ": show: ") != NULL) == field_set_has(&fields, slot), "slot %zu: %s", slot, text);
    }
}
END_TEST

/* ---- what may be here ---- */

static enum result admit(const struct policy *policy, unsigned handling, const char *role, const char *country,
                         struct field_set shown) {
    const struct marking marking = {.tlp = TLP_AMBER, .handling = handling};
    const struct policy_hop hop = {.sender_country = "KE", .reader = {"POLICE", "KE", "ke-police"}};
    const struct policy_selector sender = {role, country, "sender"};
    return policy_admit(policy, &marking, &hop, &sender, &shown);
}

START_TEST(admit_goes_by_the_first_rule_that_fits) {
    const struct policy *policy = read_good("accept:\n"
                                            "  - {from: {role: CUSTOMS, country: KE}, show: [incident]}\n"
                                            "  - {from: {role: CUSTOMS}, show: [incident, route]}\n"
                                            "  - {from: {name: sender}, show: [persons]}\n");
    struct field_set incident = field_set_of_class(CLASS_INCIDENT), route = field_set_of_class(CLASS_ROUTE);
    struct field_set persons = field_set_of_class(CLASS_PERSONS), none = {0};
    ck_assert_int_eq(admit(policy, 0, "CUSTOMS", "KE", incident), RESULT_OK);
    ck_assert_int_eq(admit(policy, 0, "CUSTOMS", "KE", none), RESULT_OK);
    ck_assert_int_eq(admit(policy, 0, "CUSTOMS", "KE", route), RESULT_FIELD_REFUSED);
    ck_assert_int_eq(admit(policy, 0, "CUSTOMS", "CD", field_set_or(incident, route)), RESULT_OK);
    ck_assert_int_eq(admit(policy, 0, "CUSTOMS", "CD", field_set_or(incident, persons)), RESULT_FIELD_REFUSED);
    ck_assert_int_eq(admit(policy, 0, "POLICE", "CD", persons), RESULT_OK);
}
END_TEST

START_TEST(admit_refuses_whom_no_rule_fits) {
    const struct policy *policy = read_good("accept: [{from: {role: CUSTOMS}, show: [all]}]\n");
    struct field_set none = {0};
    ck_assert_int_eq(admit(policy, 0, "POLICE", "KE", none), RESULT_FIELD_REFUSED);
    ck_assert_int_eq(admit(read_good(""), 0, "CUSTOMS", "KE", none), RESULT_FIELD_REFUSED);
}
END_TEST

START_TEST(admit_asks_the_marking_first) {
    const struct policy *policy = read_good("accept: [{from: {role: CUSTOMS}, show: [all]}]\n");
    struct field_set all = field_set_all();
    ck_assert_int_eq(admit(policy, 0, "CUSTOMS", "KE", all), RESULT_OK);
    ck_assert_int_eq(admit(policy, HANDLING_H1, "CUSTOMS", "KE", all), RESULT_OK);
    ck_assert_int_eq(admit(policy, HANDLING_H2, "CUSTOMS", "KE", all), RESULT_MARKING_FORBIDS);
    ck_assert_int_eq(admit(policy, HANDLING_H3, "NOBODY", "KE", all), RESULT_MARKING_FORBIDS);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("policy");
    TCase *file = tcase_create("file");
    tcase_add_checked_fixture(file, set_up, tear_down);
    tcase_add_test(file, read_takes_every_part_of_the_grammar);
    tcase_add_test(file, who_hears_of_openings_is_named);
    tcase_add_test(file, what_is_wrong_with_who_hears_of_openings_is_said);
    tcase_add_test(file, who_hears_of_openings_is_a_list);
    tcase_add_test(file, what_is_not_named_is_not_shown);
    tcase_add_test(file, hide_beats_show_whatever_the_order);
    tcase_add_test(file, a_class_reaches_exactly_its_fields);
    tcase_add_test(file, every_field_may_be_named_alone_but_for_amounts);
    tcase_add_test(file, a_quantity_without_its_unit_is_refused);
    tcase_add_test(file, a_unit_without_its_quantity_is_a_warning);
    tcase_add_test(file, everything_wrong_is_said_in_one_run);
    tcase_add_test(file, parts_of_the_wrong_kind_are_refused);
    tcase_add_test(file, a_class_that_does_not_exist_names_no_group_either);
    tcase_add_test(file, what_the_file_says_is_escaped_before_it_is_repeated);
    tcase_add_test(file, audiences_are_limited_in_number_and_name);
    tcase_add_test(file, recalls_and_what_is_called_urgent_are_urgent_unless_the_file_says_otherwise);
    tcase_add_test(file, what_cannot_be_urgent_is_refused);
    tcase_add_test(file, retention_is_read);
    tcase_add_test(file, retention_is_a_map);
    tcase_add_test(file, a_recall_shows_nothing_and_goes_everywhere);
    tcase_add_test(file, read_refuses_a_file_over_the_limit);
    tcase_add_test(file, short_of_memory_no_rule_is_lost);
    tcase_add_test(file, the_shipped_policies_are_clean);
    suite_add_tcase(suite, file);
    TCase *marking = tcase_create("marking");
    tcase_add_test(marking, a_selector_wants_all_that_it_names);
    tcase_add_test(marking, a_marking_is_read_from_its_codes);
    tcase_add_test(marking, a_marking_that_is_not_understood_is_refused);
    tcase_add_test(marking, conditions_are_whole_or_refused);
    tcase_add_test(marking, what_else_a_marking_says_is_read);
    suite_add_tcase(suite, marking);
    TCase *decision = tcase_create("decision");
    tcase_add_checked_fixture(decision, set_up, tear_down);
    tcase_set_timeout(decision, 240);
    tcase_add_test(decision, decide_agrees_with_the_table_for_all_codes);
    tcase_add_test(decision, decide_agrees_with_the_table_for_all_that_a_marking_says);
    tcase_add_test(decision, a_stricter_marking_never_opens_anything);
    tcase_add_test(decision, a_consent_answers_what_the_marking_asks_about_passing_on);
    tcase_add_test(decision, a_consent_does_not_answer_what_nobody_may);
    tcase_add_test(decision, judicial_proceedings_take_a_consent_that_says_so);
    tcase_add_test(decision, a_consent_is_for_its_readers_and_its_time);
    tcase_add_test(decision, what_was_released_goes_on_by_the_consent_alone);
    tcase_add_test(decision, a_consent_opens_its_own_slots_and_no_other);
    tcase_add_test(decision, admit_holds_what_is_shown_against_the_consent);
    tcase_add_test(decision, a_person_opens_what_the_policy_lets_people_open);
    tcase_add_test(decision, every_rule_has_a_text_of_its_own);
    tcase_add_test(decision, where_it_is_nothing_ends);
    tcase_add_test(decision, a_date_is_past_when_its_last_day_is);
    tcase_add_test(decision, explain_names_the_line_that_decided);
    tcase_add_test(decision, explain_names_the_marking_first);
    tcase_add_test(decision, explain_agrees_with_decide);
    tcase_add_test(decision, admit_goes_by_the_first_rule_that_fits);
    tcase_add_test(decision, admit_refuses_whom_no_rule_fits);
    tcase_add_test(decision, admit_asks_the_marking_first);
    suite_add_tcase(suite, decision);
    return suite;
}
