/* generate FOLDER: writes the test vectors, the same bytes each time.
 *
 *     cmake --build build/debug --target vectors        rewrites tests/vectors/
 *
 * What a vector means is in tests/verifier/verify.py (the independent reader) and tests/unit/core/test_vectors.c
 * (ours).
 */
#include "tests/vectors/generate.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "tests/vectors/maker.h"

static const struct {
    const char *name;
    void (*make)(void);
    const char *about;
} files[] = {
    {"names", make_names,
     "Hashes with a tag, padded lengths, ids of keys and feeds, fingerprints (docs/protocol.md, 1.2, 3, 6.6, 8.5)."},
    {"signatures", make_signatures, "Strict Ed25519: which keys and signatures must be refused, and why (2.2)."},
    {"trees", make_trees, "Roots of commitment trees from openings (4.2 to 4.4, 5.1.4)."},
    {"encoding", make_encoding, "What can be read, and what is canonical, tried on grants and alert headers (1.4)."},
    {"disclosures", make_disclosures, "Disclosures verified, and narrowed for the next reader (5)."},
    {"entries", make_entries, "Entries accepted into a feed, and opened with an epoch key (6)."},
    {"grants", make_grants, "Epoch keys taken out of grants (7)."},
    {"rosters", make_rosters, "Rosters and desks: which are well-formed, and how many have signed (8.1 to 8.3)."},
    {"trust", make_trust,
     "Rosters, desks and renewals taken one after the other, and what is gone by then (8.6 to 8.8)."},
    {"rosterfiles", make_roster_files, "Roster files, opened by somebody who was given some roots (8.10)."},
    {"endings", make_endings, "What a signing key that ended has signed, and whether it counts (8.9)."},
    {"cards", make_cards, "Cards of new members (8.4, 8.5)."},
    {"keyfiles", make_key_files, "Key files on a node's own disk (9.1 to 9.3)."},
    {"blobs", make_blobs, "Files sealed in chunks: made, and opened (13.2 to 13.7)."},
    {"evidence", make_evidence, "Files of evidence: good ones, and attacks on them (14.17 to 14.19)."},
    {"logs", make_logs, "Logs: leaves, roots, proofs, checkpoints and cosignatures (14)."},
    {"opened", make_opened, "Words that an alert was opened: read, and verified (10.11)."},
    {"releases", make_releases, "Releases, disclosures that carry one, and steps of requests (15)."},
};

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: vectors FOLDER\n");
        return EXIT_FAILURE;
    }
    secret_start();
    arena_init(&memory, SIZE_MAX);
    make_people();
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const char *path = text_format(&memory, "%s/%s.json", argv[1], files[i].name);
        if (!vectors_write(path, files[i].about, files[i].make)) {
            perror(path);
            return EXIT_FAILURE;
        }
    }
    arena_release(&memory);
    return EXIT_SUCCESS;
}
