/* The originator's control: what a marking decides, and what it costs to show an alert to somebody. */
#include <sodium.h>
#include <stdlib.h>

#include "base/limits.h"
#include "core/alert.h"
#include "core/disclosure.h"
#include "core/policy.h"
#include "tests/bench/bench.h"
#include "tests/bench/sample.h"

enum { DECISIONS = 2000000, DISCLOSURES = 2000, SLOTS_SHOWN = 128 };

static void must(enum result result) {
    if (result)
        abort();
}

/* A marking that says nearly everything, over hops to readers of whom half may have it. */
static void bench_decide(void) {
    static char police[] = "POLICE", customs[] = "CUSTOMS", kenya[] = "KE", uganda[] = "UG";
    static char investigation[] = "INVESTIGATION", statistics[] = "STATISTICS";
    char *roles[] = {customs, police}, *countries[] = {kenya, uganda}, *purposes[] = {investigation, statistics};
    static const char *const uses[] = {"PROSECUTION", "STATISTICS"};
    const struct marking marking = {.tlp = TLP_GREEN,
                                    .handling = HANDLING_H0 | HANDLING_H1,
                                    .onward = ONWARD_COMMUNITY,
                                    .roles = {roles, 2},
                                    .countries = {countries, 2},
                                    .purposes = {purposes, 2},
                                    .hops_max = 3,
                                    .embargo_until = 1000,
                                    .expires = 1u << 31,
                                    .retention_until = "2044-05-05"};
    const struct policy_view view = {.fields = field_set_of_class(CLASS_ROUTE)};
    struct policy_hop hop = {.hops = 2,
                             .when = 2000,
                             .sender_country = "KE",
                             .reader = {"POLICE", "UG", NULL},
                             .purposes = uses,
                             .purpose_count = 2};
    size_t open = 0;
    double start = seconds();
    for (int i = 0; i < DECISIONS; i++) {
        hop.hops = 2 + (uint32_t)(i & 1) * 2;
        struct field_set shown = policy_decide(&marking, &view, &hop);
        open += !field_set_is_empty(&shown);
    }
    double ns = (seconds() - start) * 1e9 / DECISIONS;
    if (open != DECISIONS / 2)
        abort();
    say("decide_ns", ns, "ns", "to reach: under", 1000);
}

static void bench_disclose(void) {
    struct arena arena, work;
    struct report report;
    struct identity identity;
    AlertHeader *header;
    Alert *content;
    struct span values[FIELD_SLOTS] = {{0}}, whole, body;
    struct disclosure full;
    struct field_set half = {0}, all = field_set_all();
    uint8_t alert[TREE_ALERT_ID_SIZE] = {1};
    arena_init(&arena, SIZE_MAX);
    arena_init(&work, SIZE_MAX);
    report_init(&report, &arena);
    must(identity_make(&identity, random_system()));
    must(alert_from_json(&arena, span_of_text(sample_alert(&arena, 1)), &header, &content, &report));
    must(alert_split(&arena, content, values));
    header->alert = (ProtobufCBinaryData){sizeof alert, alert};
    header->version = 1;
    must(disclosure_make(&full, &arena, header, values, &identity, 1, random_system()));
    for (size_t slot = 0; slot < SLOTS_SHOWN; slot++)
        field_set_add(&half, slot * FIELD_SLOTS / SLOTS_SHOWN); /* every other one: the most salts and hashes */
    const struct policy_hop hop = {.from_originator = true};
    must(disclosure_pass_on(&whole, &arena, &full, &all, &hop));
    double start = seconds();
    for (int i = 0; i < DISCLOSURES; i++) {
        arena_reset(&work);
        must(disclosure_pass_on(&body, &work, &full, &half, &hop));
    }
    double us = (seconds() - start) * 1e6 / DISCLOSURES;

    uint8_t block[128] = {0}, out[32], key[16] = {0};
    start = seconds();
    for (int i = 0; i < DISCLOSURES * (FIELD_SLOTS + FIELD_SLOTS / 3); i++)
        crypto_generichash(out, sizeof out, block, sizeof block, key, sizeof key);
    double raw_us = (seconds() - start) * 1e6 / DISCLOSURES;
    say("disclose_us", us, "us", "as many hashes as the tree has salts and leaves", raw_us);
    say("disclose_bytes", (double)body.len, "B", "the whole alert", (double)whole.len);
    arena_release(&work);
    arena_release(&arena);
    identity_release(&identity);
}

void bench_originator(void) {
    if (wanted("decide_ns"))
        bench_decide();
    if (any_wanted((const char *const[]){"disclose_us", "disclose_bytes", NULL}))
        bench_disclose();
}
