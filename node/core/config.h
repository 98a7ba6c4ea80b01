/* config: the node's own file, node.yaml.
 *
 * Paths in it are relative to the folder that holds it. Everything wrong is reported with file and line.
 */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/result.h"
#include "base/span.h"

/* A member this node calls, or limits. Members that are not listed may call us. */
struct config_peer {
    const char *name;    /* in the roster */
    const char *address; /* "tcp://host:port"; NULL: it is not called */
    uint64_t limit;      /* bytes a second each way; 0: none of its own */
    size_t line;
};

/* What a node does about the files that alerts of others name. */
enum fetch_rule {
    FETCH_NEVER,
    FETCH_ON_DEMAND, /* when an operator, or a member who may have it, asks for it */
    FETCH_ALWAYS,    /* as soon as the alert is here, up to a size */
};

struct config_attachments {
    const char *folder;
    uint64_t file_bytes;  /* of one file */
    uint64_t alert_bytes; /* of one alert's files together, when it is published here */
    uint64_t total_bytes; /* of all on disk */
    enum fetch_rule fetch;
    uint64_t fetch_bytes; /* with FETCH_ALWAYS: up to this size */
};

/* How long the logs keep what records say; 0: for ever. */
struct config_audit {
    uint64_t days;             /* of what operators did */
    uint64_t disclosures_days; /* of whom this node told what */
};

struct config {
    const char *folder;   /* where the file lies; all paths below are absolute or start there */
    const char *identity; /* key file */
    const char *key_file; /* opens the identity; NULL: passphrase */
    const char *roster;
    const char *roots; /* the trusted root keys and how many must sign: core/roots.h */
    const char *policy;
    const char *store; /* folder */
    uint64_t store_bytes;
    uint64_t index_bytes; /* of memory: above that no more words are kept (store/index.h) */
    const char *control;  /* socket path */
    const char *live;     /* socket path; NULL: off */
    const char *metrics;  /* "tcp://127.0.0.1:9464" or "ipc:///path"; NULL: off */
    const char *listen;   /* "tcp://0.0.0.0:4450"; NULL: only calls out */
    const char *taxa;     /* imported list; NULL if none */
    const char *places;   /* imported list; NULL if none */
    uint64_t limit;       /* bytes a second each way, of all peers together; 0: none */
    struct config_attachments attachments;
    struct config_audit audit;
    struct config_peer *peers;
    size_t peer_count;
};

/* Reads the file at `path`. INVALID with the reasons in the report, NO_MEMORY; else as file_read(). */
MUST_USE enum result config_read(struct config *out, struct arena *arena, const char *path, struct report *report);

/* The folder of the node: `option` if given, else $INAMA_HOME, else ~/.inama, else /etc/inama. The path of its
 * node.yaml. */
const char *config_path(struct arena *arena, const char *option);

#endif
