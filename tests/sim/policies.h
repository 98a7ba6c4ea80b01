/* policies: who the nodes are, and what each of them shows to whom. */
#ifndef SIM_POLICIES_H
#define SIM_POLICIES_H

#include "tests/sim/alerts.h"

struct policy_text {
    const char *name;
    const char *country;
    const char *role;
    const char *policy;
};

extern const struct policy_text policy_texts[NODES_MAX];

#endif
