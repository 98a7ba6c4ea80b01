#include "tests/fleet/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { FAULTS_SAID_MAX = 10 };

/* What a marking says in JSON, and to whom it goes besides all customs and the desks of its author. */
enum reach { EVERYBODY, NO_COURTS_ABROAD, NO_DESKS_ABROAD, PARTNER_ALONE };
static const struct {
    const char *json;
    enum reach reach;
} markings[] = {
    {"{\"tlp\":\"GREEN\"}", EVERYBODY},
    {"{\"tlp\":\"AMBER\"}", EVERYBODY}, /* each passes it on in its own country */
    {"{\"tlp\":\"GREEN\",\"handling\":[\"H1\"]}", NO_COURTS_ABROAD},
    {"{\"tlp\":\"AMBER+STRICT\"}", NO_DESKS_ABROAD},
    {"{\"tlp\":\"GREEN\",\"onward\":\"NONE\"}", NO_DESKS_ABROAD},
    {"{\"tlp\":\"RED\"}", PARTNER_ALONE},
};

static void *must_have(void *memory) {
    if (!memory) {
        fprintf(stderr, "fleet: out of memory\n");
        exit(1);
    }
    return memory;
}

void ledger_init(struct ledger *ledger) {
    *ledger = (struct ledger){0};
}

void ledger_release(struct ledger *ledger) {
    free(ledger->rows);
    free(ledger->places);
}

unsigned ledger_any_marking(struct chance *chance) {
    return (unsigned)chance_below(chance, sizeof markings / sizeof *markings);
}

const char *ledger_json(struct arena *arena, const char *country, unsigned marking, size_t number) {
    return text_format(
        arena,
        "{\"kind\":\"SEIZURE\",\"urgency\":\"ROUTINE\",\"marking\":%s,"
        "\"incident\":{\"date\":\"2014-05-05\",\"country\":\"%s\",\"record\":\"R-%zu\",\"place_text\":\"Yard %zu\"},"
        "\"detection\":{\"agency\":\"CUSTOMS\",\"method\":\"SCANNING\"},"
        "\"specimens\":[{\"taxon\":\"Manis tricuspis\",\"term\":\"SCA\",\"quantity\":\"%zu\",\"unit\":\"KIL\"}],"
        "\"legs\":[{\"role\":\"ORIGIN\",\"country\":\"%s\",\"mode\":\"3\"}],"
        "\"persons\":[{\"role\":\"SUSPECT\",\"surname\":\"Example%zu\",\"forenames\":\"Person\"}],"
        "\"narrative\":{\"releasable\":\"The consignment was declared as cashew nuts and chosen for scanning because "
        "the weight did not match the number of bags; the goods lay behind two rows of bags at the front wall.\"}}",
        markings[marking].json, country, number, number % 97, 1 + number % 900, country, number % 5000);
}

/* ---- who must have what ---- */

static bool is_court(const struct fleet_node *node) {
    return strcmp(node->home->role, "JUDICIAL") == 0 || strcmp(node->home->role, "PROSECUTOR") == 0 ||
           strcmp(node->home->role, "OTHER") == 0; /* which may be anything, so a court, too */
}

static bool may_have(const struct fleet *fleet, const struct ledger_row *row, size_t number) {
    const struct fleet_node *node = &fleet->nodes[number];
    enum reach reach = markings[row->marking].reach;
    bool is_abroad = node->administration != row->author;
    if (number == row->author)
        return true;
    if (reach == PARTNER_ALONE)
        return number == (row->author + 1) % fleet->administrations;
    if (node->desk == 0 || !is_abroad)
        return true;
    return reach == EVERYBODY || (reach == NO_COURTS_ABROAD && !is_court(node));
}

/* ---- finding rows ---- */

static size_t place_of(const struct ledger *ledger, const uint8_t object[static OBJECT_SIZE]) {
    size_t place;
    memcpy(&place, object, sizeof place); /* a hash already */
    for (place %= ledger->place_count; ledger->places[place]; place = (place + 1) % ledger->place_count)
        if (memcmp(ledger->rows[ledger->places[place] - 1].object, object, OBJECT_SIZE) == 0)
            break;
    return place;
}

static void grow(struct ledger *ledger) {
    if (ledger->count < ledger->capacity)
        return;
    ledger->capacity = 2 * ledger->capacity + 1024;
    ledger->rows = must_have(realloc(ledger->rows, ledger->capacity * sizeof *ledger->rows));
    free(ledger->places);
    ledger->place_count = 2 * ledger->capacity;
    ledger->places = must_have(calloc(ledger->place_count, sizeof *ledger->places));
    for (size_t i = 0; i < ledger->count; i++)
        ledger->places[place_of(ledger, ledger->rows[i].object)] = i + 1;
}

void ledger_confirm(struct ledger *ledger, const struct fleet *fleet, const uint8_t object[static OBJECT_SIZE],
                    size_t author, unsigned marking) {
    grow(ledger);
    struct ledger_row *row = &ledger->rows[ledger->count++];
    *row = (struct ledger_row){.author = author, .marking = marking};
    memcpy(row->object, object, OBJECT_SIZE);
    ledger->places[place_of(ledger, object)] = ledger->count;
    for (size_t i = 0; i < fleet->count; i++)
        ledger->expected[i] += may_have(fleet, row, i);
}

size_t ledger_missing(const struct ledger *ledger, struct fleet *fleet) {
    struct arena arena;
    size_t missing = 0;
    arena_init(&arena, SIZE_MAX);
    for (size_t i = 0; i < fleet->count; i++) {
        uint64_t alerts = fleet_status(fleet, i, &arena)->alerts;
        missing += alerts < ledger->expected[i] ? ledger->expected[i] - alerts : 0;
        arena_reset(&arena);
    }
    arena_release(&arena);
    return missing;
}

/* ---- judging ---- */

struct inquiry {
    const struct ledger *ledger;
    const struct fleet *fleet;
    size_t node;
    uint8_t *seen; /* of each row, how often */
    bool may_have_more;
    size_t faults;
};

static void complain(struct inquiry *inquiry, const uint8_t object[static OBJECT_SIZE], const char *what) {
    char hex[2 * OBJECT_SIZE + 1];
    text_hex(hex, object, OBJECT_SIZE);
    if (++inquiry->faults <= FAULTS_SAID_MAX)
        fprintf(stderr, "fleet: %s: alert %.8s %s\n", inquiry->fleet->nodes[inquiry->node].home->name, hex, what);
}

static void look_at(void *context, const Row *row) {
    struct inquiry *inquiry = context;
    const struct ledger *ledger = inquiry->ledger;
    size_t number = ledger->count ? ledger->places[place_of(ledger, row->object.data)] : 0;
    if (number == 0) {
        if (!inquiry->may_have_more)
            complain(inquiry, row->object.data, "is there, and was never confirmed to anybody");
        return;
    }
    if (!may_have(inquiry->fleet, &ledger->rows[number - 1], inquiry->node))
        complain(inquiry, row->object.data, "is where it may not be");
    if (inquiry->seen[number - 1]++)
        complain(inquiry, row->object.data, "is there more than once");
}

size_t ledger_judge_node(const struct ledger *ledger, struct fleet *fleet, size_t node, bool may_have_more) {
    struct inquiry inquiry = {.ledger = ledger, .fleet = fleet, .node = node, .may_have_more = may_have_more};
    inquiry.seen = must_have(calloc(ledger->count + 1, 1));
    fleet_each_row(fleet, node, look_at, &inquiry);
    for (size_t i = 0; i < ledger->count; i++)
        if (!inquiry.seen[i] && may_have(fleet, &ledger->rows[i], node))
            complain(&inquiry, ledger->rows[i].object, "was confirmed and is not there");
    free(inquiry.seen);
    return inquiry.faults;
}

size_t ledger_judge(const struct ledger *ledger, struct fleet *fleet) {
    size_t faults = 0;
    for (size_t i = 0; i < fleet->count; i++)
        faults += ledger_judge_node(ledger, fleet, i, false);
    return faults;
}
