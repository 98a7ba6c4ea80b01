/* The half of world.h that writes what no node would. */
#include <check.h>
#include <string.h>

#include "base/proto.h"
#include "tests/support/world.h"

struct identity world_keys_of(const struct actor *actor) {
    struct identity keys = actor->identity;
    keys.secrets = secret_new(sizeof *keys.secrets);
    ck_assert_ptr_nonnull(keys.secrets);
    memcpy(keys.secrets, actor->identity.secrets, sizeof *keys.secrets);
    return keys;
}

struct feed *world_feed(struct actor *holder, const uint8_t key_id[static MEMBER_ID_SIZE], const char *audience) {
    uint8_t id[FEED_ID_SIZE];
    feed_id(id, key_id, audience);
    return feeds_find(&holder->exchange.feeds, id);
}

struct span world_forge(struct world *world, struct feed_head *head, const struct feed_draft *draft,
                        const struct identity *signer) {
    struct buf entry;
    buf_init(&entry, &world->arena);
    ck_assert_str_eq(result_name(feed_append(&entry, &world->arena, head, draft, signer, &world->random)), "ok");
    return buf_span(&entry);
}

struct span world_disclosure(struct world *world, const struct identity *originator, const char *tlp, uint32_t hops) {
    struct arena *arena = &world->arena;
    struct report report;
    struct disclosure full;
    struct buf bytes;
    AlertHeader *header;
    Alert *content;
    struct span json = span_of_text(world_alert(world, tlp, "")),
                *values = arena_array(arena, FIELD_SLOTS, sizeof *values);
    uint8_t *id = arena_alloc(arena, TREE_ALERT_ID_SIZE);
    report_init(&report, arena);
    buf_init(&bytes, arena);
    random_fill(&world->random, id, TREE_ALERT_ID_SIZE);
    ck_assert_str_eq(result_name(alert_from_json(arena, json, &header, &content, &report)), "ok");
    header->alert = proto_bytes(id, TREE_ALERT_ID_SIZE);
    header->version = 1;
    ck_assert_str_eq(result_name(alert_split(arena, content, values)), "ok");
    ck_assert_str_eq(
        result_name(disclosure_make(&full, arena, header, values, originator, world->now_ms, &world->random)), "ok");
    full.hops = hops;
    ck_assert_str_eq(result_name(disclosure_encode(&bytes, arena, &full)), "ok");
    return buf_span(&bytes);
}
