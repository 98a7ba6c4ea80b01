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

# the two of them see the same before they sign
expect 0 inama roster diff old.inama roster.inama
has "$OUT" "roster: version 2 after 1" "- b-police leaves: B, KE, POLICE" "left or replaced on" "still counts"
expect 0 inama roster diff roster.inama
has "$OUT" "- b-police leaves"
expect 0 inama roster diff old.inama roster.inama --json
has "$OUT" '"change":"leaves"' '"name":"b-police"' '"cause":"left"' '"change":"version"*"old":1,"new":2'
expect 0 inama roster diff roster.inama --home a
has "$OUT" "nothing changes"
expect 0 inama roster show --home a
has "$OUT" "ENDED" "b-police *left or replaced" "Nodes go by it; it expires on"

# a member leaves with what it did: nothing counts but one feed, up to one entry
feed=$(printf 'ab%.0s' {1..32})
expect 2 inama roster remove a-customs --end "$feed:0:$feed"
has "$ERR" "--end is" "FEED:NUMBER:HASH"
expect 2 inama roster remove a-customs --end "$feed:1:$feed" --end "$feed:2:$feed"
has "$ERR" "the same feed twice"
expect 2 inama roster remove a-customs --at yesterday
has "$ERR" "--at is \"yesterday\""
expect 2 inama roster remove a-customs b-police --revoked
has "$ERR" "one member at a time"
expect 1 inama roster remove b-police
has "$ERR" "b-police has left before"
cp roster.inama before.inama
expect 0 inama roster remove a-customs --revoked --end "$feed:17:$feed" --at 2026-05-05
has "$OUT" "version 3" "revoked on 2026-05-05" "counts no more" "of its feed abababababababab, the entries up to 17"
expect 0 inama roster show roster.inama
has "$OUT" "a-customs *2026-05-05 00:00 UTC *revoked" "It is a draft"
expect 0 inama roster show roster.inama --json
has "$OUT" '"draft":true' '"cause":"revoked"'

# dates alone
cp before.inama roster.inama
expect 0 inama roster renew --days 700 --grace-days 7
has "$OUT" "version 3" "members 1"
expect 0 inama roster diff roster.inama --json
has "$OUT" '"change":"expires"' '"change":"grace-days"*"old":30,"new":7'
expect 2 inama roster renew --grace-days 367
# a draft that was signed by one is another one after a change, with the same number
expect 0 inama roster sign --root one.key --key-file one.open --yes
expect 0 inama roster renew --days 30
has "$OUT" "version 3" "signed by 0 of 2" "count no more"

# what may not be installed, and why
expect 1 inama roster install roster.inama --home a --yes
has "$ERR" "too few valid signatures" "Of the roots that this node believes: 2 more must sign"
for root in one two; do
    expect 0 inama roster sign --root "$root.key" --key-file "$root.open" --yes
done
cp roster.inama third.inama
expect 0 inama roster renew --days 60
for root in one two; do
    expect 0 inama roster sign --root "$root.key" --key-file "$root.open" --yes
done
has "$OUT" "version 4"
head -c 200 roster.inama >cut.inama
expect 1 inama roster install cut.inama --home a --yes
lacks "$OUT" "Installed"
expect 1 inama roster install nowhere.inama --home a --yes
has "$ERR" "nowhere.inama: not found"
# the whole history stands in the file: a node that missed versions takes them in order
expect 0 inama roster install roster.inama --home a --yes
has "$OUT" "roster: version 4 after 2" "Installed"
expect 0 inama roster install roster.inama --home a --yes
has "$OUT" "Everything in it is here already: version 4"
expect 1 inama roster install third.inama --home a --yes
has "$ERR" "older" "this node has version 4"
expect 0 inama roster install old.inama third.inama roster.inama --home b --yes
printf 'INAMALST' >damaged.inama
expect 1 inama roster install damaged.inama --home b --yes
has "$ERR" "ends too early"

# another network
expect 0 inama roster new --roots evil.key.pub --roster evil.inama
expect 0 inama roster sign --root evil.key --key-file evil.open --yes --roster evil.inama
expect 1 inama roster install evil.inama --home a --yes
has "$ERR" "is it the roster of another network?"
expect 0 inama init c --name c-customs --country UG --role CUSTOMS --label "C" --key-file c.key
expect 1 inama roster install evil.inama --home c --roots roots.txt --yes
has "$ERR" "too few valid signatures" "another network"
[[ ! -e c/roots.txt && ! -e c/roster.inama ]] || fail "something was kept of another network"

# a roster that two of three have signed, and a node that was told to ask for all
expect 0 inama roster new --roots one.key.pub --roots two.key.pub --roots evil.key.pub --threshold 2 --roster of-three.inama
for root in one two; do
    expect 0 inama roster sign --root "$root.key" --key-file "$root.open" --yes --roster of-three.inama
done
cat one.key.pub two.key.pub evil.key.pub >three.txt
expect 1 inama roster install of-three.inama --home c --roots three.txt --yes
has "$ERR" "1 more must sign" "say so in the file of the roots: threshold 2"
(cat three.txt three.txt && echo "threshold many") >bad.txt
expect 1 inama roster install of-three.inama --home c --roots bad.txt --yes
has "$ERR" "bad.txt:4: this root key stands above already" 'bad.txt:7: threshold is "many"'
echo "threshold 2" >>three.txt
expect 0 inama roster install of-three.inama --home c --roots three.txt --yes
has "$(<c/roots.txt)" "threshold 2"

# rotation: the old roots hand over, the new ones take over
expect 0 inama roster root new.key --key-file new.open
expect 2 inama roster roots
expect 1 inama roster roots --remove 0000
has "$ERR" "expected the first digits"
expect 1 inama roster roots --remove "$(cut -c1-8 two.key.pub)"
has "$ERR" "2 of the roots must sign, but there would be 1" "--threshold N"
expect 0 inama roster roots --add new.key.pub --remove "$(cut -c1-12 two.key.pub)"
has "$OUT" "+ a new root" "- no longer a root" "needs both: 2 of the roots before, who hand over, and 2 of its own" \
    "Of the roots before: 2 more" "Of the new roots: 2 more"
expect 0 inama roster sign --root one.key --key-file one.open --yes
expect 0 inama roster sign --root new.key --key-file new.open --yes
has "$OUT" "Of the roots before: 1 more must sign" "$(cut -c1-16 two.key.pub)"
lacks "$OUT" "Of the new roots" "It is complete"
expect 1 inama roster install roster.inama --home a --yes
has "$ERR" "Of the roots that this node believes: 1 more" "$(cut -c1-16 two.key.pub)"
has "$(<a/roots.txt)" "$(<two.key.pub)"
expect 1 inama roster sign --root evil.key --key-file evil.open --yes
expect 0 inama roster sign --root two.key --key-file two.open --yes # for the last time
has "$OUT" "It is complete"
expect 0 inama roster install roster.inama --home a --yes
has "$OUT" "from now on this node believes the root $(<new.key.pub)" "signatures of 2"
has "$(<a/roots.txt)" "$(<new.key.pub)" "$(<one.key.pub)"
lacks "$(<a/roots.txt)" "$(<two.key.pub)"
expect 0 inama check --home a
# a node that knows only the first roots gets there by the history
expect 0 inama init d --name d-customs --country CD --role CUSTOMS --label "D" --key-file d.key
expect 0 inama roster install roster.inama --home d --roots roots.txt --yes
has "$(<d/roots.txt)" "$(<new.key.pub)"

# the node's own file damaged: an older roster does not slip in
cp d/roster.inama good.inama
head -c 300 good.inama >d/roster.inama
expect 1 inama roster install old.inama --home d --yes
has "$ERR" "d/roster.inama" "make sure that it is the newest one"
cp good.inama d/roster.inama

# two administrations of one country, and a name that is taken
expect 0 inama init e --name e-customs --country KE --role CUSTOMS --label "E" --key-file e.key
expect 1 inama roster add e/e-customs.card
has "$ERR" "the customs administration of KE is a-customs, A: a country has one"
expect 0 inama init f --name a-customs --country UG --role CUSTOMS --label "F" --key-file f.key
expect 1 inama roster add f/a-customs.card
has "$ERR" "the name a-customs is taken by another member, A"

# keys that do not open
head -c 10 one.key >bent.key && chmod 600 bent.key
expect 4 inama roster sign --root bent.key --key-file one.open --yes
has "$ERR" "bent.key" "no key file of INAMA"
expect 4 inama roster sign --root one.key --key-file two.open --yes
has "$ERR" "does not open this" "or the file was changed"
chmod 644 one.key
expect 4 inama roster sign --root one.key --key-file one.open --yes
has "$ERR" "chmod 600 one.key"
chmod 600 one.key

# other days: only a machine with a compiler can pretend them
command -v cc >/dev/null || exit 0
cat >days.c <<'END'
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t id, struct timespec *time) {
    long result = syscall(SYS_clock_gettime, id, time);
    if (id == CLOCK_REALTIME)
        time->tv_sec += atoi(getenv("DAYS")) * 86400;
    return (int)result;
}
END
cc -shared -fPIC -o days.so days.c
on_day() { env DAYS="$1" ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" LD_PRELOAD="$WORK/days.so" "${@:2}"; }
expect 0 inama roster renew --days 100 --grace-days 10
for root in one new; do
    expect 0 inama roster sign --root "$root.key" --key-file "$root.open" --yes
done
expect 1 on_day -700 inama roster install roster.inama --home a --yes
has "$ERR" "the clock is wrong" "set the clock"
expect 1 on_day 111 inama roster install roster.inama --home a --yes
has "$ERR" "days of grace are over" "a newer one" "clock is right"
expect 0 on_day 95 inama roster install roster.inama --home a --yes
has "$OUT" "It expires soon, on"
expect 0 on_day 95 inama check --home a
has "$ERR" "warning:" "It expires soon"
expect 0 on_day 105 inama check --home a
has "$ERR" "warning:" "Nodes still go by it until"
expect 1 on_day 111 inama check --home a
has "$ERR" "error:" "days of grace are over"
expect 0 on_day 111 inama roster show --home a --json
has "$OUT" '"standing":"expired"'
