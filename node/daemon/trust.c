#include "daemon/trust.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "core/roots.h"
#include "daemon/start.h"

enum { WARN_EVERY_MS = 60 * 60 * 1000, KEYS_DAYS_MAX = 30 };
static const uint64_t day_ms = 24 * 60 * 60 * 1000;

static uint64_t now_of(const struct node *node) {
    return clock_wall_ms(node->exchange.clock);
}

/* --- what the store remembers --- */

enum result trust_check(struct node *node) {
    struct arena arena;
    struct span memory;
    arena_init(&arena, ROSTER_FILE_BYTES_MAX);
    enum result result = store_get_note(node->exchange.store, &arena, STORE_NOTE_TRUST, 1, &memory);
    if (!result)
        result = roster_compare(node->roster, memory);
    arena_release(&arena);
    if (result == RESULT_ROLLBACK)
        log_error(_("%s is older than what this node went by before: put the newer file back, or install one from "
                    "another node (inama roster install FILE)"),
                  node->config.roster);
    return result == RESULT_NOT_FOUND ? RESULT_OK : result;
}

static enum result remember(struct node *node) {
    struct buf memory;
    buf_init(&memory, &node->exchange.turn);
    TRY(roster_memory(&memory, node->roster));
    TRY(exchange_begin(&node->exchange));
    return store_put_note(node->exchange.store, STORE_NOTE_TRUST, 1, buf_span(&memory));
}

/* --- the files --- */

static enum result complain(const char *path, enum result result) {
    if (result)
        log_error("%s: %s", path, result_text(result));
    return result;
}

static enum result write_roster(struct node *node, const struct roster *roster) {
    struct buf file;
    buf_init(&file, &node->exchange.turn);
    TRY(roster_write(&file, roster));
    return complain(node->config.roster, file_write(node->config.roster, buf_span(&file), 0600));
}

/* Behind the roster file: if this is cut off, the chain in that file leads from the roots of before to these. */
static enum result write_roots(struct node *node, const struct roster *roster) {
    const struct roster_anchor anchor = {roster->roots, roster->root_count, roster->threshold};
    struct buf text;
    buf_init(&text, &node->exchange.turn);
    roots_write(&text, &anchor);
    if (text.failed)
        return RESULT_NO_MEMORY;
    log_info(_("the roots have changed: %zu of %zu sign from now on"), roster->threshold, roster->root_count);
    return complain(node->config.roots, file_write(node->config.roots, buf_span(&text), 0600));
}

static bool has_same_roots(const struct roster *a, const struct roster *b) {
    return a->root_count == b->root_count && a->threshold == b->threshold &&
           memcmp(a->roots, b->roots, a->root_count * sizeof *a->roots) == 0;
}

static enum result keep(struct node *node, const struct roster *roster) {
    TRY(write_roster(node, roster));
    return has_same_roots(node->roster, roster) ? RESULT_OK : write_roots(node, roster);
}

/* --- taking --- */

void trust_tell_removed(const struct roster *roster) {
    log_error(_("roster version %u does not have this node as a member any more: it ends"), roster->version);
}

/* Takes over `next`, on disk first. A node that is no longer a member ends: nobody talks to it. */
static enum result go_by(struct node *node, struct roster *next) {
    enum result result = keep(node, next);
    if (!result && !roster_find(next, node->identity.id)) {
        trust_tell_removed(next);
        node->stopping = true;
        roster_free(next);
        return RESULT_OK;
    }
    if (!result)
        result = node_go_by(node, next);
    if (result) {
        roster_free(next);
        return result;
    }
    return remember(node);
}

enum result trust_take(struct node *node, struct span trust, bool *taken) {
    struct roster *next;
    struct roster_news news;
    *taken = false;
    TRY(roster_take_all(&next, node->roster, trust, &news));
    if (news.refused) {
        node->exchange.refused[news.refused]++;
        log_warning(_("something signed about who is who was not taken: %s"), result_text(news.refused));
    }
    if (next == node->roster)
        return RESULT_OK;
    TRY(go_by(node, next));
    *taken = !node->stopping;
    return RESULT_OK;
}

enum result trust_reload(struct node *node, struct report *report) {
    struct span trust, file;
    struct roster *next;
    struct roster_news news;
    const char *path = node->config.roster;
    TRY(start_say(report, path, file_read(&file, &node->exchange.turn, path, ROSTER_FILE_BYTES_MAX)));
    TRY(start_say(report, path, roster_file_trust(&trust, file)));
    enum result result = roster_take_all(&next, node->roster, trust, &news);
    if (!result && news.refused && next == node->roster)
        result = news.refused;
    TRY(start_say(report, path, result));
    if (next != node->roster)
        return go_by(node, next);
    struct buf ours;
    buf_init(&ours, &node->exchange.turn);
    TRY(roster_write(&ours, node->roster));
    if (span_equal(file, buf_span(&ours)))
        return RESULT_OK;
    log_warning(_("%s was older than what is in force; it has been written anew"), path);
    return keep(node, node->roster);
}

/* --- our own keys --- */

static int compare_ends(const void *a, const void *b) {
    return memcmp(((const struct feed_end *)a)->feed, ((const struct feed_end *)b)->feed, FEED_ID_SIZE);
}

/* What cannot be fetched back still counts, unless somebody else may have signed it: then only what this process knows
 * to be its own. */
static struct feed_end end_of(const struct feed *feed, enum ending_cause cause) {
    if (cause == ENDING_REVOKED)
        return (struct feed_end){feed->head.feed, feed->mine, feed->mine_hash};
    if (feed->elsewhere > feed->next.number)
        return (struct feed_end){feed->head.feed, feed->elsewhere, feed->elsewhere_hash};
    return (struct feed_end){feed->head.feed, feed->next.number, feed->next.hash};
}

/* How far each of our feeds under this signing key reaches. */
static enum result ends_of_feeds(struct node *node, const uint8_t key[static MEMBER_ID_SIZE], struct ending *ending) {
    const struct feeds *feeds = &node->exchange.feeds;
    struct feed_end *ends = arena_array(&node->exchange.turn, feeds->count, sizeof *ends);
    if (!ends)
        return RESULT_NO_MEMORY;
    ending->ends = ends;
    for (size_t i = 0; i < feeds->count; i++) {
        const struct feed *feed = feeds->rows[i];
        if (!feed->ours || feed->next.number == 0 || (ending->cause == ENDING_REVOKED && feed->mine == 0) ||
            memcmp(feed->record.key, key, MEMBER_ID_SIZE) != 0)
            continue;
        if (ending->count == FEED_ENDS_MAX)
            return RESULT_TOO_LARGE;
        ends[ending->count++] = end_of(feed, ending->cause);
    }
    qsort(ends, ending->count, sizeof *ends, compare_ends);
    return RESULT_OK;
}

static enum result write_identity(struct node *node, const struct identity *identity) {
    struct buf file;
    buf_init(&file, &node->exchange.turn);
    TRY(identity_seal_again(&file, identity, node->exchange.random));
    return complain(node->config.identity, file_write(node->config.identity, buf_span(&file), 0600));
}

/* The renewal of `identity`, made, signed and taken: *next is the roster with it. */
static enum result make_renewal(struct node *node, const struct identity *identity, const struct ending *ending,
                                struct roster **next) {
    struct buf renewal;
    buf_init(&renewal, &node->exchange.turn);
    TRY(renewal_make(&renewal, &node->exchange.turn, identity, ending, now_of(node)));
    return roster_take(next, node->roster, TRUST_RENEWAL, buf_span(&renewal));
}

/* The cause of a change of keys that is under way, for the case that it is cut off: a file beside the identity says
 * that the key of before was revoked. */
static const char *cause_file(struct node *node) {
    return text_format(&node->exchange.turn, "%s.revoked", node->config.identity);
}

static enum result keep_cause(struct node *node, enum ending_cause cause) {
    const char *path = cause_file(node);
    if (cause == ENDING_REVOKED)
        return complain(path, file_write(path, span_of_text("\n"), 0600));
    unlink(path);
    return RESULT_OK;
}

static enum ending_cause kept_cause(struct node *node) {
    return access(cause_file(node), F_OK) == 0 ? ENDING_REVOKED : ENDING_LEFT;
}

static enum result remember_keys(struct node *node) {
    uint8_t when[12];
    put_u64(when, now_of(node));
    put_u32(when + 8, node->identity.serial);
    TRY(exchange_begin(&node->exchange));
    return store_put_note(node->exchange.store, STORE_NOTE_KEYS, 1, SPAN_OF_ARRAY(when));
}

/* The new keys are in the identity file: whatever happens from here on, the renewal can be made again. */
static enum result finish(struct node *node, struct roster *next) {
    enum result result = exchange_begin(&node->exchange);
    if (result) {
        roster_free(next);
        return result;
    }
    feeds_end_epochs(&node->exchange.feeds);
    TRY(go_by(node, next));
    identity_settle(&node->identity);
    TRY(write_identity(node, &node->identity));
    node->keys_changed_ms = now_of(node);
    TRY(keep_cause(node, ENDING_LEFT));
    return remember_keys(node);
}

static enum result finish_or_end(struct node *node, struct roster *next) {
    enum result result = finish(node, next);
    if (!result)
        return RESULT_OK;
    log_error(_("the change of keys was cut off; this node ends, and finishes it when it starts again"));
    node->stopping = true;
    node->why_stopping = result;
    return result;
}

/* Keys that the roster takes, and that are on disk; nothing has changed if not. */
static enum result begin_renewal(struct node *node, bool signing, const struct ending *ending, struct roster **roster) {
    struct identity next;
    TRY(identity_renew(&next, &node->identity, signing, node->exchange.random));
    enum result result = make_renewal(node, &next, signing ? ending : NULL, roster);
    if (!result && signing)
        result = keep_cause(node, ending->cause);
    if (!result) {
        result = write_identity(node, &next);
        if (result)
            roster_free(*roster);
    }
    if (result)
        identity_release(&next);
    else
        node_take_identity(node, &next);
    return result;
}

enum result trust_renew_keys(struct node *node, bool signing, enum ending_cause cause) {
    struct roster *roster;
    struct ending ending = {.cause = cause, .at = exchange_end_of_key(&node->exchange)};
    const struct member *self = node->exchange.self;
    if (roster_standing(node->roster, now_of(node)) == ROSTER_EXPIRED)
        return RESULT_EXPIRED;
    if (node->exchange.feeds.suspect)
        return RESULT_UNPROVEN;
    if (!member_signs_with(self, &node->identity))
        return RESULT_REVOKED; /* by a newer copy of this node, or by those who keep the list */
    if (node->identity.serial < self->serial)
        node->identity.serial = self->serial; /* from a backup: the keys of that number are lost */
    if (signing)
        TRY(ends_of_feeds(node, node->identity.key_id, &ending));
    TRY(begin_renewal(node, signing, &ending, &roster));
    TRY(finish_or_end(node, roster));
    log_info(signing ? _("new signing and encryption keys are in force (serial %u)")
                     : _("a new encryption key is in force (serial %u)"),
             node->identity.serial);
    return RESULT_OK;
}

/* The file has keys of the serial that follows on what the roster knows. */
static enum result renew_to_file(struct node *node, const uint8_t before[static MEMBER_ID_SIZE], struct roster **next) {
    struct ending ending = {.cause = kept_cause(node), .at = exchange_end_of_key(&node->exchange)};
    bool is_ending = node->identity.has_previous;
    if (is_ending)
        TRY(ends_of_feeds(node, before, &ending));
    return make_renewal(node, &node->identity, is_ending ? &ending : NULL, next);
}

/* A renewal that was cut off. Where the key before ends can be said once it is known how far its feeds reach. */
static enum result finish_renewal(struct node *node) {
    struct feeds *feeds = &node->exchange.feeds;
    const struct member *self = node->exchange.self;
    feeds->is_unending = false;
    if (node->identity.serial == self->serial && node->identity.has_previous &&
        member_signs_with(self, &node->identity)) { /* taken, and cut off behind that */
        identity_settle(&node->identity);
        return write_identity(node, &node->identity);
    }
    if (node->identity.serial <= self->serial)
        return RESULT_OK;
    if (node->identity.serial != self->serial + 1) {
        log_error(_("the keys of this node have the serial %u, the roster knows %u: is the roster older than the keys? "
                    "Install a newer one (inama roster install FILE)"),
                  node->identity.serial, self->serial);
        return RESULT_ROLLBACK;
    }
    identity_id_of(feeds->key_before, self->sign_key);
    feeds->is_unending = feeds->suspect && node->identity.has_previous;
    if (feeds->is_unending) {
        log_info(_("a change of keys was cut off: it is finished once readers have told how far our feeds reach"));
        return RESULT_OK;
    }
    struct roster *next;
    log_info(_("finishing a change of keys that was cut off"));
    TRY(renew_to_file(node, feeds->key_before, &next));
    return finish_or_end(node, next);
}

/* --- copies --- */

enum result trust_accept_copy(struct node *node) {
    uint8_t place[HASH_SIZE];
    TRY(store_place(place, node->config.store));
    TRY(exchange_begin(&node->exchange));
    TRY(store_put_note(node->exchange.store, STORE_NOTE_PLACE, 1, SPAN_OF_ARRAY(place)));
    node->exchange.feeds.suspect = false;
    return node->exchange.feeds.is_unending ? finish_renewal(node) : RESULT_OK;
}

/* It has members, and none of them has told what it holds: a feed of ours may reach there that this copy lacks. */
static bool is_awaited(const struct node *node, const struct policy_audience *audience) {
    bool has_members = false;
    for (size_t i = 0; i < node->roster->count; i++) {
        const struct member *member = &node->roster->members[i];
        if (member == node->exchange.self ||
            !policy_selects(&audience->members, member->name, member->role, member->country))
            continue;
        const struct peer *peer = peers_find(&node->peers, member->id);
        if (peer && peer->has_told)
            return false;
        has_members = true;
    }
    return has_members;
}

static const struct policy_audience *find_awaited(const struct node *node) {
    const struct policy *policy = node->exchange.policy;
    for (size_t i = 0; i < policy->audience_count; i++)
        if (is_awaited(node, &policy->audiences[i]))
            return &policy->audiences[i];
    return NULL;
}

enum result trust_prove_copy(struct node *node) {
    if (node->exchange.feeds.is_unending && node->identity.serial <= node->exchange.self->serial)
        TRY(finish_renewal(node)); /* others knew of it, and have told */
    if (!node->exchange.feeds.suspect || !feeds_are_proven(&node->exchange.feeds))
        return RESULT_OK;
    const struct policy_audience *awaited = find_awaited(node);
    if (awaited && awaited != node->awaited)
        log_info(_("every feed that this copy has is proven; it may lack one: somebody of the audience \"%s\" has to "
                   "connect before it goes on"),
                 awaited->name);
    node->awaited = awaited;
    if (awaited)
        return RESULT_OK;
    log_info(_("readers have told how far every feed of ours reaches: this copy goes on"));
    return trust_accept_copy(node);
}

static const char *marker_of(struct node *node) {
    return file_below(&node->exchange.turn, node->config.folder, "new");
}

void trust_has_begun(struct node *node) {
    const char *marker = marker_of(node);
    if (marker)
        unlink(marker);
}

/* A store that lies in another place than the last time may be a backup, or the copy of a node that runs elsewhere. */
static enum result look_at_place(struct node *node) {
    uint8_t place[HASH_SIZE];
    struct span before;
    TRY(store_place(place, node->config.store));
    enum result result = store_get_note(node->exchange.store, &node->exchange.turn, STORE_NOTE_PLACE, 1, &before);
    const char *marker = marker_of(node);
    if (result == RESULT_NOT_FOUND && marker && access(marker, F_OK) == 0)
        return trust_accept_copy(node); /* its first start */
    if (result && result != RESULT_NOT_FOUND)
        return result;
    node->exchange.feeds.suspect = result == RESULT_NOT_FOUND || !span_equal(before, SPAN_OF_ARRAY(place));
    if (node->exchange.feeds.suspect)
        log_warning(_(
            "this store is new, or lies in another place than before, as a copy or a restored backup does: nothing is "
            "published before a reader has told how far our feeds reach. If this is the only copy and no reader "
            "can be reached: inama keys accept-copy"));
    return RESULT_OK;
}

/* --- begin and tick --- */

static enum result read_keys_note(struct node *node) {
    struct span when;
    enum result result = store_get_note(node->exchange.store, &node->exchange.turn, STORE_NOTE_KEYS, 1, &when);
    uint32_t serial = 0;
    if (!result && (!span_u64(&when, &node->keys_changed_ms) || !span_u32(&when, &serial)))
        result = RESULT_STORE_DAMAGED;
    if (!result && serial != node->identity.serial) { /* the change of the store that went with new keys was lost */
        feeds_end_epochs(&node->exchange.feeds);
        return remember_keys(node);
    }
    if (result != RESULT_NOT_FOUND)
        return result;
    node->keys_changed_ms = now_of(node);
    return remember_keys(node);
}

/* A copy of identity.key from before the last change of the signing key opens, and is good for reading only. */
static void look_at_keys(const struct node *node) {
    if (!node->exchange.feeds.is_unending && !member_signs_with(node->exchange.self, &node->identity))
        log_error(
            _("%s: the signing key in it is not the one that the roster has for this node: nothing is published. Put "
              "the newer file back, or make new keys (inama init --recover) and have them enrolled"),
            node->config.identity);
}

enum result trust_begin(struct node *node) {
    TRY(look_at_place(node));
    TRY(read_keys_note(node));
    TRY(finish_renewal(node));
    look_at_keys(node);
    return remember(node);
}

/* Says in time, and once an hour, that the roster must be renewed. */
static void watch_roster(struct node *node, uint64_t steady_ms) {
    char until[25];
    enum roster_standing standing = roster_standing(node->roster, now_of(node));
    if (standing == ROSTER_GOOD || standing == ROSTER_AHEAD || steady_ms < node->roster_warning_at)
        return;
    node->roster_warning_at = steady_ms + WARN_EVERY_MS;
    text_time(until, node->roster->expires);
    if (standing == ROSTER_EXPIRED)
        log_error(_("the roster has expired on %s: nothing is published or taken before there is a newer one"), until);
    else
        log_warning(standing == ROSTER_IN_GRACE
                        ? _("the roster has expired on %s and is gone by for %u days more: ask those who keep it")
                        : _("the roster expires on %s: ask those who keep it for a newer one"),
                    until, node->roster->grace_days);
}

/* A month is measured from the last change; a clock that jumps back only puts it off. */
static bool keys_are_old(const struct node *node) {
    uint64_t now = now_of(node);
    const struct member *self = node->exchange.self;
    if (member_signs_with(self, &node->identity) &&
        memcmp(self->encryption_key, node->identity.encryption_key, EXCHANGE_KEY_SIZE) != 0)
        return true; /* others write to a key that this copy of the node does not have */
    return now > node->keys_changed_ms && now - node->keys_changed_ms > KEYS_DAYS_MAX * day_ms;
}

enum result trust_tick(struct node *node, uint64_t steady_ms) {
    watch_roster(node, steady_ms);
    if (!keys_are_old(node) || steady_ms < node->keys_again_at)
        return RESULT_OK;
    node->keys_again_at = steady_ms + WARN_EVERY_MS;
    enum result result = trust_renew_keys(node, false, ENDING_LEFT);
    if (result)
        log_warning(_("the encryption key is older than %d days and could not be renewed: %s"), KEYS_DAYS_MAX,
                    result_text(result));
    return RESULT_OK;
}
