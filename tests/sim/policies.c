#include "tests/sim/policies.h"

#define ACCEPT_AND_LOCAL                                                                                               \
    "accept:\n"                                                                                                        \
    "  - {from: {role: CUSTOMS}, show: [all]}\n"                                                                       \
    "  - {from: {role: POLICE, country: KE}, show: [all]}\n"                                                           \
    "  - {from: {role: SECRETARIAT}, show: [all]}\n"                                                                   \
    "tell_opened:\n"                                                                                                   \
    "  - {to: {role: CUSTOMS}, time: exact, pass: yes}\n"                                                              \
    "local: {operators: {show: [all]}}\n"

const struct policy_text policy_texts[NODES_MAX] = {
    [KE_CUSTOMS] = {"ke-customs", "KE", "CUSTOMS",
                    "audiences:\n"
                    "  customs:\n"
                    "    members: {role: CUSTOMS}\n"
                    "    carriers: {role: SECRETARIAT}\n"
                    "    publish: yes\n"
                    "    show: [incident, specimens, route, narrative, documents]\n"
                    "  police:\n"
                    "    members: {role: POLICE, country: KE}\n"
                    "    publish: yes\n"
                    "    show: [all]\n"
                    "    hide: [tearline, source, operational]\n"
                    "  secretariat:\n"
                    "    members: {role: SECRETARIAT}\n"
                    "    publish: yes\n"
                    "    show: [incident, specimens]\n"
                    "forward:\n"
                    "  - from: {role: CUSTOMS}\n"
                    "    to: [police]\n" ACCEPT_AND_LOCAL},
    [CD_CUSTOMS] = {"cd-customs", "CD", "CUSTOMS",
                    "audiences:\n"
                    "  customs:\n"
                    "    members: {role: CUSTOMS}\n"
                    "    carriers: {role: SECRETARIAT}\n"
                    "    publish: yes\n"
                    "    show: [incident, specimens, persons, narrative, tearline, conveyance]\n"
                    "  secretariat:\n"
                    "    members: {role: SECRETARIAT}\n"
                    "    publish: yes\n"
                    "    show: [incident]\n" ACCEPT_AND_LOCAL},
    [KE_POLICE] = {"ke-police", "KE", "POLICE",
                   "audiences:\n"
                   "  customs:\n"
                   "    members: {role: CUSTOMS, country: KE}\n"
                   "    publish: yes\n"
                   "    show: [all]\n"
                   "    hide: [source, persons]\n" ACCEPT_AND_LOCAL},
    [SECRETARIAT] = {"secretariat", "BE", "SECRETARIAT",
                     "audiences:\n"
                     "  customs:\n"
                     "    members: {role: CUSTOMS}\n"
                     "    publish: yes\n"
                     "    show: [incident, narrative]\n"
                     "carry:\n"
                     "  - from: {role: CUSTOMS}\n"
                     "accept: [{from: {role: CUSTOMS}, show: [incident, specimens]}]\n"
                     "local: {operators: {show: [all]}}\n"},
    [UG_CUSTOMS] = {"ug-customs", "UG", "CUSTOMS",
                    "audiences:\n"
                    "  customs:\n"
                    "    members: {role: CUSTOMS}\n"
                    "    carriers: {role: SECRETARIAT}\n"
                    "    publish: yes\n"
                    "    show: [incident, documents, evidence]\n"
                    "  secretariat:\n"
                    "    members: {role: SECRETARIAT}\n"
                    "    publish: yes\n"
                    "    show: [incident, documents]\n" /* which it does not take */
                    ACCEPT_AND_LOCAL},
};
