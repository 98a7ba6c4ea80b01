/* limits: every bound of the house, with its unit, in one place.
 *
 * A bound is checked at the edge, before anything is allocated for what it bounds. What is refused for a bound is said
 * so; nothing is cut off silently.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

enum {
    /* an alert */
    ALERT_BYTES_MAX = 256 * 1024,       /* all field values of one alert together, encoded */
    ALERT_JSON_BYTES_MAX = 1024 * 1024, /* one alert as JSON */
    FIELD_TEXT_BYTES_MAX = 32 * 1024,   /* one text value */
    GROUP_ELEMENTS_MAX = 256,           /* persons, specimens, legs … in one alert */
    REPEATED_VALUES_MAX = 64,           /* aliases of one person … */
    HOPS_MAX = 255,                     /* members that an alert goes through */
    HEADER_BYTES_MAX = 4 * 1024,        /* the alert header */

    /* an entry */
    ENTRY_BYTES_MAX = 512 * 1024, /* header, signature and body */

    /* a request */
    RELEASE_BYTES_MAX = 8 * 1024,  /* an originator's release, signed */
    RELEASE_ONWARD_MAX = 16,       /* kinds of readers that it lets the alert go on to */
    REQUEST_BYTES_MAX = 16 * 1024, /* one step of a request */
    REQUEST_REASON_BYTES_MAX = 4 * 1024,
    REQUEST_STEPS_MAX = 16,       /* of one thread */
    REQUESTS_OPEN_MAX = 64,       /* of one member at another, that have no answer yet */
    REQUESTS_OF_MEMBER_MAX = 256, /* threads with one member that a node keeps, and */
    REQUESTS_KEPT_MAX = 4096,     /* threads that a node keeps: then the oldest that is over makes room */

    /* an attachment */
    ATTACHMENT_BYTES_MAX = 256 * 1024 * 1024, /* one file, whatever node.yaml says */
    ATTACH_PIECE_BYTES = 512 * 1024,          /* of a file on the operator's socket, at a time */
    FETCH_CHUNKS_MAX = 8,                     /* in one answer to a peer */
    ATTACH_KEEP_MS = 60 * 60 * 1000,          /* a file that was handed in waits so long for its alert */
    ORPHAN_DAYS = 30,                         /* one that no alert names is kept so long: a store may be set back */
    MENTIONS_OF_FEED_MAX = 64,                /* alerts of one feed that count as naming one file: the newest */

    /* that an alert was opened */
    OPENED_BYTES_MAX = 1024,   /* one notice of it */
    OPENED_OWED_MAX = 65536,   /* that wait to be told: more are not, and that is counted */
    OPENED_UNDER_WAY_MAX = 16, /* in one session, not answered yet */

    /* members and trust */
    NAME_BYTES_MAX = 64,   /* a member's or an audience's name */
    LABEL_BYTES_MAX = 256, /* a member's full name */
    ROSTER_MEMBERS_MAX = 2048,
    DESKS_MAX = 256,           /* rows in one list of desks */
    DESKS_TOGETHER_MAX = 6144, /* rows in all of them */
    MEMBERS_MAX = ROSTER_MEMBERS_MAX + DESKS_TOGETHER_MAX,
    ROSTER_ROOTS_MAX = 16,
    ROSTER_BYTES_MAX = 1024 * 1024,
    DESKS_BYTES_MAX = 512 * 1024,
    ROSTER_FILE_BYTES_MAX = 32 * 1024 * 1024, /* every roster there was, with desks and renewals */
    VOUCHED_BYTES_MAX = 24 * 1024 * 1024,     /* desks and renewals in it: the rest is for rosters alone */
    RENEWAL_BYTES_MAX = 24 * 1024,
    RENEWALS_BYTES_MAX = 1024 * 1024, /* renewals of a member of the roster and its desks together */
    TRUST_REFUSALS_MAX = 8,           /* objects refused in one Trust; the rest is not looked at */
    FORMER_KEYS_MAX = 16,
    FEED_ENDS_MAX = 256, /* feeds that one ending names */
    GRACE_DAYS_MAX = 366,
    KEY_FILE_BYTES_MAX = 64 * 1024,
    PASSPHRASE_BYTES_MAX = 1024,

    /* policy and configuration */
    CONFIG_BYTES_MAX = 1024 * 1024,
    AUDIENCES_MAX = 64,
    PEERS_MAX = 1024,
    REPORT_FINDINGS_MAX = 10000, /* findings kept of one check; more are counted */

    /* the exchange */
    FRAME_BYTES_MAX = 1024 * 1024 + 64 * 1024, /* one message of a session, before it is cut into records */
    BLOCK_BYTES_MAX = 1024 * 1024,             /* entries in one answer to a pull */
    WAITING_BYTES_MAX = 64 * 1024 * 1024,      /* entries of one feed that wait for their key */
    UNVERIFIED_MAX = 256,                      /* alerts by one author that wait for a key of their originator */
    SYNC_MEMORY_MAX = 8 * 1024 * 1024,         /* memory that decoding one message of a peer may take */
    LINE_AHEAD_BYTES = 64 * 1024,              /* queued for a peer, before what it has asked for waits in the store */
    QUEUE_BYTES_MAX = 8 * 1024 * 1024,         /* queued for a peer at all: more ends its session */
    TURNS_MAX = 1024,                          /* things that one peer has asked for and waits for */
    LIMIT_KIB_S_MAX = 1024 * 1024 * 16,        /* of a peer, or of all: KiB a second */
    WORK_S_MAX = 5000,                         /* messages of a peer a second; those that cost much count for many */
    FORBIDDEN_MAX = 256,                       /* pulls of feeds that a peer may not read, in one session */
    SESSIONS_MAX = 1024,
    HANDSHAKE_TIMEOUT_MS = 10 * 1000,
    SESSION_IDLE_TIMEOUT_MS = 90 * 1000,
    REDIAL_FIRST_MS = 250,
    REDIAL_LAST_MS = 60 * 1000,

    /* a query */
    QUERY_BYTES_MAX = 4096,
    QUERY_NODES_MAX = 256, /* conditions and values together */
    QUERY_DEPTH_MAX = 32,  /* parentheses and "not" inside each other */
    QUERY_PREFIX_MIN = 2,  /* characters before an asterisk */
    QUERY_REMARKS_MAX = 8, /* warnings about one */
    NEAR_KM_MAX = 20037,   /* half around the earth */

    /* counting */
    TALLY_DIMENSIONS_MAX = 8,      /* fields that are counted by, the unit of a sum among them */
    TALLY_COMBINATIONS_MAX = 4096, /* groups that one alert falls in: one with more is left out, and said to be */
    TALLY_VALUE_BYTES_MAX = 256,   /* of a value that is counted by: longer ones go by their beginning */
    TALLY_PART_GROUPS = 8192,      /* in one answer: the alerts that are left come with the next */
    TALLY_LOOKUPS_MAX = 100000,    /* pairs of sets that the index looks at for one: beyond that alerts are read */
    TALLY_GROUPS_MAX = 200000,     /* in all answers together; more are refused */
    RELEASE_CELLS_MAX = 10000,     /* of a table with small numbers left out: to decide which is work */
    RELEASE_LEAST = 5,             /* the smallest number in it, unless another is said */

    /* the operator's socket */
    CONTROL_BYTES_MAX = 4 * 1024 * 1024, /* one request or reply */
    CONTROL_CLIENTS_MAX = 256,
    FIND_RESULTS_MAX = 10000, /* rows of one page of `find`; more are paged */
    FIND_READS_MAX = 5000,    /* alerts that one answer to `find` reads to decide: the rest with the next */
    WATCHLISTS_MAX = 256,
    LINKS_READS_MAX = 1000,  /* alerts that one answer to `links` reads: those that say most come first */
    EXPORT_READS_MAX = 2000, /* alerts that one answer to `export` reads to give: the rest with the next */
    FIND_READ_BYTES_MAX = 32 * 1024 * 1024, /* of alerts that it reads to decide and to show: the same */

    /* the store */
    FEEDS_OF_KEY_MAX = 2 * AUDIENCES_MAX,  /* followed, of one signing key: an audience may have an urgent one, too */
    FEEDS_OF_MEMBER_MAX = 256,             /* followed, under all its keys */
    KEYS_LOADED_MAX = 1024,                /* epoch keys of others in guarded memory at a time */
    GRANT_MEMBERS_MAX = 2000,              /* in one grant; more have several */
    OUTDATED_MAX = 1024,                   /* ranges of one feed that were sealed for somebody who had been removed */
    JOURNAL_RECORD_BYTES_MAX = 512 * 1024, /* one record of a log: the members of the largest audience fit */
    AUDIT_WORDS_BYTES_MAX = 64 * 1024,     /* of what was asked, in one record; who asks in more words is refused */
    AUDIT_ALERTS_MAX = FIND_RESULTS_MAX,   /* named in one record; more have a further one */
    AUDIT_DAYS_MAX = 36525,                /* that the logs keep what records say, if not for ever */
    JOURNAL_CHECKPOINT_RECORDS = 1024,     /* so many more, and a log has a checkpoint more */
    FORKS_MAX = 1024,                      /* proofs kept */
    EXPIRED_DAYS_MAX = 36525,              /* that what has expired may stay, if it is erased for that at all */
    SPLITS_MAX = 1024,                     /* proofs of logs that were shown in two ways */
    SPLITS_OF_A_MEMBER_MAX = 16,
    COSIGNATURES_MAX = 16,            /* kept with one checkpoint of ours */
    POINTS_HEARD_MAX = 8,             /* of other members' logs, in one message to a peer */
    EVIDENCE_BYTES_MAX = 3584 * 1024, /* one file: a reply of the node has room for it */
    POINT_EVERY_MS = 60 * 60 * 1000,  /* a log that has grown has a checkpoint more, to be cosigned */
    POINT_AGAIN_MS = 10 * 60 * 1000,  /* one that a peer has not cosigned is shown to it again */
    EPOCH_DAYS_MAX = 30,
    EPOCH_ENTRIES_MAX = 1 << 20,
};

#endif
