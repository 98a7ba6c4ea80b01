/* alerts: what is published, and who may see which field of it, by a rule of its own.
 *
 * Every text field of every alert holds a token that says which alert and which field it is. What the policies of
 * world.c mean is written down here once more, without asking node/core/policy.h.
 */
#ifndef SIM_ALERTS_H
#define SIM_ALERTS_H

#include "base/arena.h"
#include "core/fields.h"
#include "tests/sim/machine.h"

enum { ALERTS_MAX = 128 };

/* The nodes, in the order of world.c. */
enum { KE_CUSTOMS, CD_CUSTOMS, KE_POLICE, SECRETARIAT, UG_CUSTOMS };

struct alert {
    int author;
    const char *tlp;
    const char *handling;
    const char *onward;
    bool is_urgent;
    size_t filler; /* bytes of ordinary text, for its size */
    bool confirmed;
    bool is_to_be_recalled; /* its author was asked to */
    bool is_recalled;       /* its author has confirmed it */
    bool may_be_lost;       /* its author was set back to before it, and has of it what others have */
    uint8_t object[32];
    uint32_t version;   /* of the roster when its author wrote it; 0: it has not, as far as is known */
    uint32_t passed_on; /* of the roster when it came to Kenya's customs; 0: it has not */
};

extern struct alert alerts[ALERTS_MAX];
extern size_t alert_count;

/* The next alert of this author, with a marking by chance; its number. */
size_t alert_make(int author);
const char *alert_json(struct arena *arena, size_t number);
/* The recall of it. */
const char *alert_recall_json(struct arena *arena, size_t number);
/* The number of an alert, from the id that it has in every version; false: it is none of ours. */
bool alert_of_id(struct span id, size_t *number);

/* The fields that this reader may see; empty: it may not have the alert. Who is a member is another matter. */
struct field_set alert_may_see(const struct alert *alert, int reader);
/* Does it come to this reader by Kenya's customs? */
bool alert_is_passed_on(const struct alert *alert, int reader);
/* Is this field a token in every alert? */
bool alert_is_token(size_t slot);

/* Which alert and which fields the tokens in these bytes name; false: there is none. `broken` if they are of two. */
bool alert_find(struct span bytes, size_t *number, struct field_set *fields);
/* Is there any token in these bytes? */
bool alert_shows(struct span bytes);

#endif
