#include "core/config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "core/settings.h"

struct reading {
    struct arena *arena;
    struct report *report;
    const struct setting *top;
    const char *folder;
    bool no_memory;
};

static const char *read_path(struct reading *reading, const char *key, const char *otherwise) {
    const char *path = otherwise;
    settings_text(reading->top, key, false, &path, reading->report);
    if (!path)
        return NULL;
    const char *below = file_below(reading->arena, reading->folder, path);
    reading->no_memory |= !below;
    return below;
}

/* "tcp://192.0.2.1:4450", "tcp://[2001:db8::1]:4450", "tcp://node.example.org:4450". */
static bool is_address(const char *text) {
    static const char scheme[] = "tcp://";
    if (strncmp(text, scheme, strlen(scheme)) != 0)
        return false;
    const char *host = text + strlen(scheme), *colon = strrchr(host, ':');
    if (!colon || colon == host || strcspn(host, "/ ") != strlen(host))
        return false;
    size_t digits = strlen(colon + 1);
    if (digits == 0 || digits > 5 || strspn(colon + 1, "0123456789") != digits)
        return false;
    long port = strtol(colon + 1, NULL, 10);
    return port > 0 && port <= UINT16_MAX;
}

static const char *read_address(struct reading *reading, const struct setting *map, const char *key, bool required) {
    const char *address = NULL;
    if (!settings_text(map, key, required, &address, reading->report))
        return NULL;
    if (!is_address(address)) {
        settings_error(settings_get(map, key), reading->report, key,
                       _("is \"%s\", expected tcp://HOST:PORT, such as tcp://192.0.2.10:4450"),
                       text_escape(reading->arena, address));
        return NULL;
    }
    return address;
}

static bool is_loopback(const char *address) {
    static const char *const hosts[] = {"tcp://127.0.0.1:", "tcp://[::1]:"};
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
        if (strncmp(address, hosts[i], strlen(hosts[i])) == 0)
            return is_address(address);
    return false;
}

/* Who can reach it can read it, and nobody is asked who it is: so it is for this machine alone. */
static const char *read_metrics(struct reading *reading) {
    const char *text = NULL;
    if (!settings_text(reading->top, "metrics", false, &text, reading->report) || is_loopback(text))
        return text;
    if (strstr(text, "://")) {
        settings_error(settings_get(reading->top, "metrics"), reading->report, "metrics",
                       _("is \"%s\", expected a loopback address, such as tcp://127.0.0.1:9464, or the path of a "
                         "socket: whoever reaches it reads it"),
                       text_escape(reading->arena, text));
        return NULL;
    }
    const char *path = read_path(reading, "metrics", NULL);
    const char *address = path ? text_format(reading->arena, "ipc://%s", path) : "";
    reading->no_memory |= !*address;
    return address;
}

/* Given in KiB a second. */
static uint64_t read_limit(struct reading *reading, const struct setting *map) {
    uint64_t kib_s = 0;
    settings_number(map, "limit_kib_s", 1, LIMIT_KIB_S_MAX, &kib_s, reading->report);
    return kib_s * 1024;
}

static void read_peers(struct reading *reading, struct config *config) {
    static const char *const keys[] = {"name", "address", "limit_kib_s", NULL};
    const struct setting *list = settings_get(reading->top, "peers");
    if (!list || (list->kind == SETTING_TEXT && !*list->text))
        return;
    if (list->kind != SETTING_LIST || list->count > PEERS_MAX) {
        settings_error(list, reading->report, "peers",
                       _("expected a list of at most %d members, each with name and address"), PEERS_MAX);
        return;
    }
    config->peers = arena_array(reading->arena, list->count, sizeof *config->peers);
    reading->no_memory |= !config->peers;
    for (const struct setting *item = list->first; item && config->peers; item = item->next) {
        struct config_peer *peer = &config->peers[config->peer_count++];
        if (item->kind != SETTING_MAP) {
            settings_error(item, reading->report, "peers", _("expected {name: NAME, address: tcp://HOST:PORT}"));
            continue;
        }
        settings_only(item, keys, reading->report);
        peer->line = item->line;
        settings_text(item, "name", true, &peer->name, reading->report);
        peer->limit = read_limit(reading, item);
        peer->address = read_address(reading, item, "address", peer->limit == 0);
    }
}

static enum fetch_rule read_fetch(const struct setting *map, struct report *report) {
    static const char *const rules[] = {
        [FETCH_NEVER] = "never", [FETCH_ON_DEMAND] = "on-demand", [FETCH_ALWAYS] = "always"};
    const char *text = rules[FETCH_ON_DEMAND];
    settings_text(map, "fetch", false, &text, report);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strcmp(rules[i], text) == 0)
            return (enum fetch_rule)i;
    settings_error(settings_get(map, "fetch"), report, "fetch", _("is \"%s\", expected never, on-demand or always"),
                   text_escape(report->arena, text));
    return FETCH_NEVER;
}

/* attachments: {folder: attachments, file_mib: 25, alert_mib: 100, total_gib: 8, fetch: on-demand, fetch_mib: 5} */
static void read_attachments(struct reading *reading, struct config_attachments *out) {
    static const char *const keys[] = {"folder", "file_mib", "alert_mib", "total_gib", "fetch", "fetch_mib", NULL};
    const struct setting *map = settings_get(reading->top, "attachments");
    const char *folder = "attachments";
    uint64_t file_mib = 25, alert_mib = 100, total_gib = 8, fetch_mib = 5, file_max = ATTACHMENT_BYTES_MAX >> 20;
    if (map && map->kind != SETTING_MAP) {
        settings_error(map, reading->report, "attachments", _("expected a map, such as {fetch: always, file_mib: 25}"));
        map = NULL;
    }
    if (map)
        settings_only(map, keys, reading->report);
    settings_text(map, "folder", false, &folder, reading->report);
    settings_number(map, "file_mib", 1, file_max, &file_mib, reading->report);
    settings_number(map, "alert_mib", 1, 64 * file_max, &alert_mib, reading->report);
    settings_number(map, "total_gib", 1, 65536, &total_gib, reading->report);
    settings_number(map, "fetch_mib", 1, file_max, &fetch_mib, reading->report);
    *out = (struct config_attachments){
        .folder = file_below(reading->arena, reading->folder, folder),
        .file_bytes = file_mib << 20,
        .alert_bytes = alert_mib << 20,
        .total_bytes = total_gib << 30,
        .fetch = read_fetch(map, reading->report),
        .fetch_bytes = fetch_mib << 20,
    };
    reading->no_memory |= !out->folder;
}

/* audit: {days: 730, disclosures_days: 3650} */
static void read_audit(struct reading *reading, struct config_audit *out) {
    static const char *const keys[] = {"days", "disclosures_days", NULL};
    const struct setting *map = settings_get(reading->top, "audit");
    if (map && map->kind != SETTING_MAP) {
        settings_error(map, reading->report, "audit", _("expected a map, such as {days: 730, disclosures_days: 3650}"));
        map = NULL;
    }
    if (map)
        settings_only(map, keys, reading->report);
    settings_number(map, "days", 1, AUDIT_DAYS_MAX, &out->days, reading->report);
    settings_number(map, "disclosures_days", 1, AUDIT_DAYS_MAX, &out->disclosures_days, reading->report);
}

static const char *folder_of(struct arena *arena, const char *path) {
    const char *slash = strrchr(path, '/');
    if (!slash)
        return ".";
    return slash == path ? "/" : arena_text(arena, path, (size_t)(slash - path));
}

enum result config_read(struct config *out, struct arena *arena, const char *path, struct report *report) {
    static const char *const keys[] = {"identity",    "key_file",    "roster",    "roots",   "policy",
                                       "store",       "store_gib",   "index_mib", "control", "live",
                                       "metrics",     "listen",      "taxa",      "places",  "peers",
                                       "limit_kib_s", "attachments", "audit",     NULL};
    struct span yaml;
    TRY(file_read(&yaml, arena, path, CONFIG_BYTES_MAX));
    struct reading reading = {.arena = arena, .report = report, .folder = folder_of(arena, path)};
    TRY(settings_read(&reading.top, arena, path, yaml, report));
    if (!reading.folder)
        return RESULT_NO_MEMORY;
    size_t errors_before = report->errors;
    settings_only(reading.top, keys, report);

    uint64_t store_gib = 16, index_mib = 2048;
    struct config config = {.folder = reading.folder};
    config.identity = read_path(&reading, "identity", "identity.key");
    config.key_file = read_path(&reading, "key_file", NULL);
    config.roster = read_path(&reading, "roster", "roster.inama");
    config.roots = read_path(&reading, "roots", "roots.txt");
    config.policy = read_path(&reading, "policy", "policy.yaml");
    config.store = read_path(&reading, "store", "store");
    config.control = read_path(&reading, "control", "control.sock");
    config.live = read_path(&reading, "live", NULL);
    config.metrics = read_metrics(&reading);
    config.taxa = read_path(&reading, "taxa", NULL);
    config.places = read_path(&reading, "places", NULL);
    settings_number(reading.top, "store_gib", 1, 4096, &store_gib, report);
    settings_number(reading.top, "index_mib", 1, 1 << 20, &index_mib, report);
    config.store_bytes = store_gib << 30;
    config.index_bytes = index_mib << 20;
    config.listen = read_address(&reading, reading.top, "listen", false);
    config.limit = read_limit(&reading, reading.top);
    read_attachments(&reading, &config.attachments);
    read_audit(&reading, &config.audit);
    read_peers(&reading, &config);
    report_sort(report);
    if (reading.no_memory)
        return RESULT_NO_MEMORY;
    if (report->errors > errors_before)
        return RESULT_INVALID;
    *out = config;
    return RESULT_OK;
}

const char *config_path(struct arena *arena, const char *option) {
    const char *home = getenv("INAMA_HOME"), *user = getenv("HOME");
    if (option)
        return text_format(arena, "%s/node.yaml", option);
    if (home && *home)
        return text_format(arena, "%s/node.yaml", home);
    const char *own = user && *user ? text_format(arena, "%s/.inama/node.yaml", user) : NULL;
    return own && access(own, F_OK) == 0 ? own : "/etc/inama/node.yaml";
}
