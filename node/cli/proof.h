/* proof: what the command line can check by itself of an alert that the node hands out, step by step.
 *
 * The node is not asked whether the alert is genuine: the disclosure is opened and its commitments and the originator's
 * signature are verified here, with the key from this node's roster file, itself checked against the roots.
 */
#ifndef CLI_PROOF_H
#define CLI_PROOF_H

#include "cli/command.h"
#include "control.pb-c.h"
#include "core/config.h"
#include "core/disclosure.h"

enum { PROOF_STEPS_MAX = 8 };

struct proof_step {
    const char *what; /* translated sentence */
    enum result result;
    const char *detail; /* what was found; "" if nothing more is to say */
};

struct proof {
    struct proof_step steps[PROOF_STEPS_MAX];
    size_t count;
    bool good;     /* all steps */
    bool readable; /* disclosure and content may be used (only believed if good) */
    struct disclosure disclosure;
    Alert *content;
};

/* Makes the proof of what the node answered. With `config` the keys come from the roster file there; without it from
 * the node's answer. Memory of `arena`; the reply must outlive the proof. */
void proof_make(struct proof *proof, struct arena *arena, const Shown *shown, const struct config *config);

#endif
