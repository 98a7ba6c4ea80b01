#!/usr/bin/env bash
#
# Requests and releases on the command line: who sees too little asks, who has more decides, and what is released is more of
# the same signed alert for that one reader.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
alert=$INAMA_DATADIR/examples/pangolin.json

make_root
make_node ke-police KE POLICE
make_node ke-customs KE CUSTOMS
make_node cd-customs CD CUSTOMS
enrol ke-police ke-customs cd-customs
start ke-police ke-customs cd-customs
expect 0 inama publish --home cd-customs "$alert"
wait_for 20 has_alerts ke-customs 1
id=$(inama find --home cd-customs --json | sed 's/.*"object":"\([0-9a-f]*\)".*/\1/')
sees_persons() { inama show --home "$1" "${id:0:8}" --json | grep -q '"surname":'; }
asked() { sed 's/.*"request":"\([0-9a-f]*\)".*/\1/' "$WORK/out"; }
is_state() { inama requests --home "$1" "$2" --json | grep -q "\"state\":\"$3\""; }
if sees_persons ke-customs; then fail "it sees persons already"; fi

# ---- asked ----

expect 2 inama request --home ke-customs "${id:0:8}" --fields persons
has "$ERR" "--reason"
expect 2 inama request --home ke-customs "${id:0:8}" --fields nonsense --reason why
has "$ERR" "nonsense"
expect 2 inama request --home ke-customs "${id:0:8}" --fields persons --reason why --onward KE
has "$ERR" "role=POLICE,country=KE"
expect 1 inama request --home ke-customs "${id:0:8}" --fields incident.country --reason why
has "$ERR" "already"
expect 1 inama request --home cd-customs "${id:0:8}" --fields persons --reason why
has "$ERR" "made the alert itself"
expect 0 inama request --home ke-customs "${id:0:8}" --fields persons --reason "a house search on Friday" \
    --deadline 2014-05-09 --json
request=$(asked)
has "$OUT" '"peer":"cd-customs"'
short=${request:0:8}
wait_for 20 is_state cd-customs "$short" open

expect 0 inama status --home cd-customs
has "$ERR" "1 request waits for an answer of this node, 1 overdue: inama requests --open"
expect 0 inama requests --home cd-customs
has "$OUT" "$short" "from*ke-customs" "open, overdue" "2014-05-09" "persons"
expect 0 inama requests --home cd-customs "$short"
has "$OUT" "Request $short from ke-customs about alert ${id:0:8}" "a house search on Friday"
expect 0 inama requests --home ke-customs --mine --open --json
has "$OUT" '"ours":true' '"overdue":true' '"fields":"persons"'
expect 0 inama requests --home ke-police
has "$OUT" "There is no such request"
expect 1 inama requests --home ke-police "$short"
expect 1 inama requests --home ke-customs zz
has "$ERR" "hexadecimal digits"

# ---- offered, accepted, released ----

expect 2 inama refuse --home cd-customs "$short"
has "$ERR" "--reason"
expect 4 inama refuse --home ke-customs "$short" --reason "not mine to refuse"
expect 0 inama condition --home cd-customs "$short" --fields persons.surname --reason "for the warrant alone"
wait_for 20 is_state ke-customs "$short" conditioned
expect 0 inama accept --home ke-customs "$short"
wait_for 20 is_state cd-customs "$short" open
expect 1 inama release --home cd-customs "$short" --yes --confirm
has "$ERR" "second person"
expect 2 inama release --home cd-customs "$short" --yes --confirm --fields persons
has "$ERR" "no other option"
expect 1 inama release --home cd-customs "$short" --yes --fields operational
has "$ERR" "not shown under \"release:\""
expect 0 inama release --home cd-customs "$short" --yes
has "$OUT" "Request $short is released now; ke-customs is told."
wait_for 20 sees_persons ke-customs
wait_for 20 is_state ke-customs "$short" released
expect 0 inama verify --home ke-customs "${id:0:8}"
expect 0 inama show --home ke-customs "${id:0:8}"
has "$OUT" "Released * persons.surname; may go on to nobody"
expect 4 inama release --home cd-customs "$short" --yes
if sees_persons ke-police; then fail "released to one, and seen by another"; fi

# ---- recorded ----

expect 0 inama audit disclosures --home cd-customs "${id:0:8}"
has "$OUT" "@ke-customs" "release $request"
expect 0 inama audit show --home cd-customs
has "$OUT" "condition * request=$short" "release * request=$short" "requests"
expect 0 inama audit show --home ke-customs
has "$OUT" "request * reason=\"a house search on Friday\"" "accept"

# ---- refused, withdrawn; and all of it is there after a restart ----

expect 0 inama request --home ke-customs "${id:0:8}" --fields documents,companies --reason "more of it" --json
second=$(asked | cut -c1-8)
expect 0 inama request --home ke-customs "${id:0:8}" --judicial --onward role=POLICE,country=KE --reason "a charge" --json
third=$(asked | cut -c1-8)
wait_for 20 is_state cd-customs "$third" open
expect 0 inama requests --home cd-customs "$third"
has "$OUT" "POLICE KE" "judicial proceedings: yes"
expect 0 inama refuse --home cd-customs "$second" --reason "they are not ours to give"
expect 0 inama withdraw --home ke-customs "$third"
wait_for 20 is_state ke-customs "$second" refused
wait_for 20 is_state cd-customs "$third" withdrawn
stop ke-customs
start ke-customs
expect 0 inama requests --home ke-customs "$second"
has "$OUT" "they are not ours to give"
expect 0 inama requests --home ke-customs --open
has "$OUT" "There is no such request"
expect 0 inama requests --home ke-customs --alert "${id:0:8}" --json
has "$OUT" "$request" '"state":"refused"' '"state":"withdrawn"'
sees_persons ke-customs || fail "what was released is gone after a restart"

# ---- two persons ----

sed -i 's/^release:$/&\n  two_persons: yes/' cd-customs/policy.yaml
expect 0 inama reload --home cd-customs
expect 0 inama request --home ke-customs "${id:0:8}" --fields persons --reason "all of it" --json
fourth=$(asked | cut -c1-8)
wait_for 20 is_state cd-customs "$fourth" open
expect 0 inama release --home cd-customs "$fourth" --yes --judicial
has "$OUT" "second person" "inama release $fourth --confirm"
expect 0 inama requests --home cd-customs "$fourth"
has "$OUT" "open, release proposed by" "release * proposed: nothing is told" "judicial proceedings: yes"
expect 4 inama release --home cd-customs "$fourth" --yes --confirm
has "$ERR" "another user of this machine"
is_state ke-customs "$fourth" open || fail "released by one person"
