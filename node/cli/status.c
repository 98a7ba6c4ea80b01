/* inama status: how the node is doing, and who has an alert. */
#include "cli/status.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/print.h"

static const struct option options[] = {OPTION_HOME, OPTION_JSON, OPTIONS_END};

const char *status_ago(struct arena *arena, uint64_t since_ms) {
    uint64_t now = clock_wall_ms(clock_system()), minutes = now > since_ms ? (now - since_ms) / 60000 : 0;
    if (minutes < 60)
        return text_format(arena, _("%llu min"), (unsigned long long)minutes);
    if (minutes < 48 * 60)
        return text_format(arena, _("%llu h"), (unsigned long long)(minutes / 60));
    return text_format(arena, _("%llu days"), (unsigned long long)(minutes / (24 * 60)));
}

static void warn_of_splits(const Status *status) {
    for (size_t i = 0; i < status->n_splits; i++) {
        const SplitStatus *split = status->splits[i];
        if (strcmp(split->member, status->name) == 0)
            print_error(
                _("others have seen records of this node's log of disclosures that are not in it: it was set back "
                  "to an older copy, or somebody has rewritten the log. The checkpoints: inama status --json"));
        else
            print_error(
                _("%s has shown two logs of its disclosures that cannot both be true: ask it. The two checkpoints "
                  "that it has signed: inama status --json"),
                split->member);
    }
}

void status_warn(const Status *status) {
    warn_of_splits(status);
    const char *standing = status->roster_standing ? status->roster_standing : "good";
    if (strcmp(standing, "ends-soon") == 0)
        print_error(_("the roster expires soon: ask those who keep it for a newer one"));
    if (strcmp(standing, "in-grace") == 0)
        print_error(_("the roster has expired and is gone by for %u days after that: ask those who keep it, today"),
                    status->roster_grace_days);
    if (strcmp(standing, "expired") == 0)
        print_error(_("the roster has expired: nothing is published or taken. Ask those who keep it for a newer one, "
                      "then: inama roster install FILE"));
    if (status->writing && strcmp(status->writing, "unproven") == 0)
        print_error(
            _("this may be an older copy of the node: nothing is published before a reader has told how far its "
              "feeds reach. If no other copy runs and no reader is in reach: inama keys accept-copy"));
    if (status->writing && strcmp(status->writing, "behind") == 0)
        print_error(_("this node was set back to an older copy: its own entries are being fetched from a reader"));
    if (status->writing && strcmp(status->writing, "revoked") == 0)
        print_error(
            _("the signing key of this node is not the one that the roster has for it: put the newer identity.key "
              "back, or make new keys and have them enrolled (inama init --recover)"));
    if (status->writing && strcmp(status->writing, "fork") == 0)
        print_error(_("a feed of this node has two histories: stop every other copy of it, then: "
                      "inama keys rotate --signing"));
}

static void print_node(struct arena *arena, const Status *status) {
    print_line("%s%s%s  %s", print_on(PRINT_BOLD), text_escape(arena, status->name), print_off(),
               text_escape(arena, status->label));
    print_line(_("  alerts   %llu"), (unsigned long long)status->alerts);
    print_line(_("  running  %s, since %s"), status_ago(arena, status->started), print_time(arena, status->started));
    print_line(_("  roster   version %u, valid until %s"), status->roster_version,
               print_time(arena, status->roster_expires));
    if (status->has_keys_serial)
        print_line(_("  keys     number %u, changed %s ago"), status->keys_serial,
                   status_ago(arena, status->keys_changed));
    print_line(_("  store    %s of %s; index in memory %s"), print_size(arena, status->store_used),
               print_size(arena, status->store_max), print_size(arena, status->index_bytes));
    if (status->erased || status->expired)
        print_line(_("  gone     %llu alerts erased, %llu expired"), (unsigned long long)status->erased,
                   (unsigned long long)status->expired);
    if (status->blobs && status->blobs->known)
        print_line(_("  files    %llu of %llu here, %llu wanted; %s of %s"), (unsigned long long)status->blobs->here,
                   (unsigned long long)status->blobs->known, (unsigned long long)status->blobs->wanted,
                   print_size(arena, status->blobs->bytes), print_size(arena, status->blobs->bytes_max));
    if (status->opened_owed)
        print_line(_("  opened   %llu notices of opened alerts wait to be sent"),
                   (unsigned long long)status->opened_owed);
    status_warn(status);
    if (status->opened_untold)
        print_error(_("too many notices of opened alerts wait to be sent; since the start %llu were kept for nobody"),
                    (unsigned long long)status->opened_untold);
    if (status->store_used > status->store_max / 10 * 9)
        print_error(_("the store is nearly full: raise store_gib in node.yaml and restart the node"));
    if (status->index_wordless)
        print_error(_("the index has reached index_mib of node.yaml: queries for words read %llu alerts one by one"),
                    (unsigned long long)status->index_wordless);
    if (status->requests_waiting)
        print_error(ngettext("%llu request waits for an answer of this node, %llu overdue: inama requests --open",
                             "%llu requests wait for an answer of this node, %llu overdue: inama requests --open",
                             status->requests_waiting),
                    (unsigned long long)status->requests_waiting, (unsigned long long)status->requests_overdue);
    if (!status->memory_locked)
        print_error(_("keys are not locked into memory and could reach the swap: raise LimitMEMLOCK"));
}

/* The daemon's word in the operator's language. */
static const char *state_text(const char *state) {
    static const char *const states[] = {N_("connected"), N_("calling"), N_("away"), N_("not called"), N_("left out")};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(states[i], state) == 0)
            return _(states[i]);
    return state;
}

static void put_behind(struct table *table, struct arena *arena, const PeerStatus *peer) {
    bool is_behind = peer->behind != 0;
    table_cell(table, is_behind ? text_format(arena, "%llu", (unsigned long long)peer->behind) : "");
    table_cell(table, is_behind ? print_size(arena, peer->behind_bytes) : "");
    table_cell(table, peer->has_oldest ? status_ago(arena, peer->oldest) : "");
}

/* What there is to say of it beyond the numbers. */
static const char *peer_text(struct arena *arena, const PeerStatus *peer) {
    if (peer->has_left_out_until)
        return text_format(arena, _("until %s: %s; inama peer release %s"), print_time(arena, peer->left_out_until),
                           result_text_of(peer->offence ? peer->offence : ""), peer->name);
    if (peer->held_back && peer->has_limit)
        return text_format(arena, _("held back by a limit (its own is %s/s)"), print_size(arena, peer->limit));
    if (peer->held_back)
        return _("held back by the limit of all members together");
    return peer->last_error ? peer->last_error : peer->address ? peer->address : "";
}

static void print_peers(struct arena *arena, const Status *status) {
    static const struct column columns[] = {{N_("MEMBER"), COLUMN_KEEP},
                                            {N_("STATE"), COLUMN_KEEP},
                                            {N_("SINCE"), COLUMN_KEEP},
                                            {N_("BEHIND"), COLUMN_RIGHT},
                                            {N_("ABOUT"), COLUMN_RIGHT},
                                            {N_("OLDEST"), COLUMN_RIGHT},
                                            {N_("ADDRESS OR LAST ERROR"), COLUMN_TRUNC}};
    if (status->n_peers == 0)
        return;
    print_blank();
    struct table *table = table_new(arena, columns, 7);
    for (size_t i = 0; i < status->n_peers; i++) {
        const PeerStatus *peer = status->peers[i];
        bool connected = strcmp(peer->state, "connected") == 0;
        table_cell(table, peer->name);
        table_cell_in(table, connected ? PRINT_GREEN : PRINT_YELLOW, state_text(peer->state));
        table_cell(table, peer->has_since ? status_ago(arena, peer->since) : "");
        put_behind(table, arena, peer);
        table_cell(table, peer_text(arena, peer));
    }
    table_print(table);
}

/* "ke-police 12, ke-wildlife 9 (3 behind)" */
static const char *positions_text(struct arena *arena, const FeedStatus *feed) {
    const char *text = "";
    for (size_t i = 0; i < feed->n_positions; i++) {
        const Position *position = feed->positions[i];
        const char *behind = "";
        if (position->number < feed->number)
            behind = text_format(arena, _(" (%llu behind)"), (unsigned long long)(feed->number - position->number));
        text = text_format(arena, "%s%s%s %llu%s", text, i ? ", " : "", position->member,
                           (unsigned long long)position->number, behind);
    }
    return text;
}

static const char *waiting_text(struct arena *arena, const FeedStatus *feed) {
    const char *cause = feed->waits_for ? feed->waits_for : "";
    unsigned long long count = feed->unreadable;
    if (strcmp(cause, "grant") == 0)
        return text_format(arena, _("%llu wait for a key that is on its way"), count);
    if (strcmp(cause, "key-lost") == 0)
        return text_format(arena,
                           _("%llu cannot be opened: they were sealed to a key that this node has lost; its author "
                             "can tell them again (inama disclose)"),
                           count);
    return text_format(arena,
                       _("%llu cannot be opened: they are from when this node was not in the audience; its author "
                         "can tell them (inama disclose)"),
                       count);
}

static const char *feed_text(struct arena *arena, const FeedStatus *feed) {
    if (feed->frozen)
        return _("FROZEN: its author signed two entries with one number");
    if (feed->ours && feed->has_elsewhere)
        return text_format(arena, _("BEHIND: a reader has it to %llu"), (unsigned long long)feed->elsewhere);
    if (feed->ours && feed->outdated)
        return text_format(arena, _("%s; %llu were sealed for a member that had been removed"),
                           positions_text(arena, feed), (unsigned long long)feed->outdated);
    if (feed->ours)
        return positions_text(arena, feed);
    if (feed->unreadable)
        return waiting_text(arena, feed);
    if (feed->unverified)
        return text_format(arena,
                           _("%llu wait for their originator's key: the roster here does not know it, or it is none"),
                           (unsigned long long)feed->unverified);
    if (feed->has_announced && feed->announced > feed->number)
        return text_format(arena, _("%llu more to fetch"), (unsigned long long)(feed->announced - feed->number));
    if (feed->outdated)
        return text_format(arena, _("all here; %llu were sealed for a member that had been removed, too"),
                           (unsigned long long)feed->outdated);
    return _("all here");
}

static void print_feeds(struct arena *arena, const Status *status) {
    static const struct column columns[] = {{N_("FEED"), COLUMN_KEEP},
                                            {N_("ENTRIES"), COLUMN_RIGHT},
                                            {N_("EPOCH"), COLUMN_RIGHT},
                                            {N_("WHO HAS IT"), COLUMN_WRAP}};
    if (status->n_feeds == 0)
        return;
    print_blank();
    struct table *table = table_new(arena, columns, 4);
    for (size_t i = 0; i < status->n_feeds; i++) {
        const FeedStatus *feed = status->feeds[i];
        table_cell(table, text_format(arena, feed->former ? _("%s → %s (former key)") : "%s → %s", feed->author,
                                      feed->audience));
        table_number(table, feed->number);
        table_number(table, feed->epoch);
        table_cell_in(table, feed->frozen ? PRINT_RED : PRINT_PLAIN, feed_text(arena, feed));
    }
    table_print(table);
}

static void print_refused(struct arena *arena, const Status *status) {
    static const struct column columns[] = {
        {N_("REFUSED SINCE START"), COLUMN_KEEP}, {N_("TIMES"), COLUMN_RIGHT}, {"", COLUMN_TRUNC}};
    if (status->n_refused == 0)
        return;
    print_blank();
    struct table *table = table_new(arena, columns, 3);
    for (size_t i = 0; i < status->n_refused; i++) {
        table_cell(table, status->refused[i]->name);
        table_number(table, status->refused[i]->count);
        table_cell(table, status->refused[i]->text ? status->refused[i]->text : "");
    }
    table_print(table);
}

static void print_all(struct arena *arena, const Status *status) {
    print_node(arena, status);
    print_peers(arena, status);
    print_feeds(arena, status);
    print_refused(arena, status);
}

static void print_reply(struct call *call, const Reply *reply) {
    bool as_json = options_flag(&call->options, "json");
    if (call->options.word_count && reply->n_rows && reply->status->alert)
        status_print_alert(call->arena, reply, as_json);
    else if (as_json)
        status_print_json(reply->status);
    else
        print_all(call->arena, reply->status);
}

static enum exit_code run(struct call *call) {
    struct client client;
    const Reply *reply;
    Request request = REQUEST__INIT;
    StatusRequest words = STATUS_REQUEST__INIT;
    if (call->options.word_count)
        words.alert = (char *)(uintptr_t)call->options.words[0];
    request.status = &words;
    enum exit_code code = client_open(&client, call);
    if (!code)
        code = client_ask(&client, &request, &reply);
    if (!code)
        print_reply(call, reply);
    client_close(&client);
    return code;
}

const struct command command_status = {
    .name = "status",
    .takes = "[ALERT]",
    .summary = N_("show the node, its peers, its feeds and what it refused; or who has one alert"),
    .options = options,
    .words_max = 1,
    .examples = N_("  inama status --home /etc/inama    the whole node\n"
                   "  inama status 3f9a07c2             to whom this alert was told, and who has it\n"),
    .run = run,
};
