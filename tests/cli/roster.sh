#!/usr/bin/env bash
#
# The ceremony by hand: two administrators make cards, two keepers of roots sign, both install.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

expect 0 inama init a --name a-customs --country KE --role CUSTOMS --label "A" --key-file a.key
expect 0 inama init b --name b-police --country KE --role POLICE --label "B" --key-file b.key

# the roots
expect 0 inama roster root one.key --key-file one.open
has "$OUT" "one.key.pub"
expect 1 inama roster root one.key --key-file one.open
expect 0 inama roster root two.key --key-file two.open
expect 0 inama roster root evil.key --key-file evil.open
[[ $(stat -c %a one.key) == 600 ]] || fail "the root key is open"
mkdir roots && cp one.key.pub two.key.pub roots

# the keeper of the roster
expect 2 inama roster new
expect 1 inama roster new --roots none
expect 0 inama roster new --roots roots --threshold 2
has "$OUT" "version 1" "2 root keys; 2 must sign it"
expect 1 inama roster new --roots roots # never overwrites
expect 0 inama roster add a/a-customs.card b/b-police.card
has "$OUT" "a-customs joins: A, KE, CUSTOMS" "b-police joins" "fingerprint" "version 1" "signed by 0 of 2" "by telephone"
expect 1 inama roster add a/a-customs.card
has "$ERR" "in the roster"
tr ABCDabcd BCDAbcda <a/a-customs.card >bent.card
expect 1 inama roster add bent.card

# signing
expect 1 inama roster sign --root evil.key --key-file evil.open --yes
has "$ERR" "not one of the roster's roots"
expect 4 inama roster sign --root one.key --key-file two.open --yes
expect 0 inama roster sign --root one.key --key-file one.open --yes
has "$OUT" "signed by 1 of 2" "1 more"
expect 1 inama roster sign --root one.key --key-file one.open --yes
has "$ERR" "has signed the roster already"
expect 4 inama roster install roster.inama --home a --yes
has "$ERR" "believes no roots yet"
cat roots/*.pub >roots.txt
expect 1 inama roster install roster.inama --home a --roots roots.txt --yes
has "$ERR" "too few valid signatures"
[[ ! -e a/roots.txt ]] || fail "roots were kept for a roster that was refused"
expect 0 inama roster sign --root two.key --key-file two.open --yes
has "$OUT" "It is complete"

# both install
for node in a b; do
    expect 0 inama roster install roster.inama --home "$node" --roots roots.txt --yes
    has "$OUT" "+ a-customs joins" "+ b-police joins" "No node is running here"
done
expect 4 inama roster install roster.inama --home a --roots roots.txt --yes
expect 0 inama roster show --home a
has "$OUT" "a-customs" "b-police" "version 1"
expect 0 inama roster show --home a --json
has "$OUT" '"signatures":2' '"name":"b-police"'
expect 0 inama check --home a
has "$OUT" "All is in order at a"

# a new version; the old one does not come back
cp roster.inama old.inama
expect 1 inama roster remove nobody
expect 0 inama roster remove b-police
has "$OUT" "b-police leaves" "version 2" "signed by 0 of 2" "stays with them"
for root in one two; do
    expect 0 inama roster sign --root "$root.key" --key-file "$root.open" --yes
done
expect 0 inama roster install roster.inama --home a --yes
has "$OUT" "- b-police leaves"
expect 1 inama roster install old.inama --home a --yes
has "$ERR" "older" "this node has version 2"
