/* world: the nodes, their folders and those who keep the roster.
 *
 * Three customs administrations, the police of one of them as its desk, and a secretariat that carries the feeds of
 * customs. Homes are real folders with real files; a node is the daemon's own node.h, stepped when it has mail or is
 * due.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "daemon/node.h"
#include "tests/sim/alerts.h"

enum { VERSIONS_MAX = 32 };

struct station {
    struct node node;
    int number;
    const char *name;
    char folder[300];
    uint8_t id[MEMBER_ID_SIZE];
    bool is_up;
    bool was_opened; /* ever: its store is there */
    bool was_set_back;
    size_t slowness;  /* at most so many ms until it looks at its mail: more of it comes in one turn */
    bool has_left;    /* it is no member any more and has ended */
    uint64_t wake_at; /* the event of another time is of before */
    uint64_t seen;    /* the last sequence that was looked at */
    bool has[ALERTS_MAX];
    struct field_set shows[ALERTS_MAX]; /* of those that it has */
    bool knows_recall[ALERTS_MAX];
    bool is_erased[ALERTS_MAX];
};

struct world {
    struct arena arena;
    char folder[256];
    struct station stations[NODES_MAX];
    int count;
    struct roster *roster; /* the newest, with the desks, as those who keep it have it */
    uint32_t version;
    bool members[VERSIONS_MAX][NODES_MAX]; /* by version of the roster */
    bool is_apart;                         /* no line leads from CD to UG */
    bool has_joined_late;                  /* the last one is not in the first roster */
};

extern struct world world;

/* Called behind each step of a node, and when it has been opened again. */
extern void (*world_look)(struct station *station, bool is_fresh);

/* Folders, keys, the first roster, of so many nodes (0: by chance); nobody runs yet. */
void world_make(uint64_t seed, int count);
/* Removes the folders. */
void world_remove(void);

/* Opens a node: false if it said that something is wrong, with the result. It runs from then on. */
bool world_open(struct station *station, enum result *result);
/* Ends a node: as it ends when it is asked to, as a process that was killed, as a machine without power. */
enum world_end { WORLD_STOPPED, WORLD_KILLED, WORLD_WITHOUT_POWER };
void world_end(struct station *station, enum world_end how);

/* Is there a line between the two, without a carrier? */
bool world_has_line(int a, int b);
/* One of those that run, or of those that do not, by chance; NULL: there is none. */
struct station *world_any(bool is_up);

/* Another version of the roster, in which the station joins, or ends; `where` runs and knows its keys. */
void world_change_roster(struct station *station, bool joins, const struct station *where);
/* As `inama roster install`: takes what is new in it into the file of a node, which is to be told. */
void world_install_roster(const struct station *station);
/* Was it a member by that version? */
bool world_is_member(const struct station *station, uint32_t version);

#endif
