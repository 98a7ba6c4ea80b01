#!/usr/bin/env bash
#
# A watch shows what comes, filters it, and goes on after the node was restarted.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
alert=$INAMA_DATADIR/examples/pangolin.json

make_root
make_node a KE CUSTOMS
enrol a
start a
inama publish --home a "$alert" >/dev/null # before the watch: not shown

lines() { (($(wc -l <"$1") >= $2)); }
run all inama watch --home a --json
run none inama watch --home a --species Elephantidae --json
run people inama watch --home a
sleep 1
inama publish --home a "$alert" >/dev/null
wait_for 10 lines all.out 1
has "$(<all.out)" '"originator":"a"' '"content":{' '"taxon":"Manis tricuspis"'
wait_for 10 lines people.out 2
has "$(<people.out)" "Manis tricuspis" "2014-05-05"

stop a
sleep 0.5
has "$(<all.log)" "the connection to the node broke" "waiting for the node to come back"
start a
inama publish --home a "$alert" >/dev/null # perhaps before the watch is back
wait_for 40 lines all.out 2
[[ $(wc -l <all.out) == 2 ]] || fail "shown twice"
[[ ! -s none.out ]] || fail "the filter let something through"


# a program for each, from where the last one came to; one that fails has the alert again
inama publish --home a "$alert" >/dev/null
sequence=$(inama find --home a --json --limit 1 | sed 's/.*"sequence":\([0-9]*\).*/\1/')
echo $((sequence - 2)) >state
# shellcheck disable=SC2016 # for the other shell
expect 1 inama watch --home a --state state --exec 'cat >>seen; echo >>seen; [ "$(wc -l <seen)" -ne 2 ] || exit 7'
has "$ERR" "ended with 7"
[[ $(<state) == $((sequence - 1)) ]] || fail "state: $(<state), expected $((sequence - 1))"
run program inama watch --home a --state state --exec 'cat >>seen; echo >>seen'
wait_for 10 lines seen 3
has "$(sed -n 3p seen)" "\"sequence\":$sequence," '"content":{'
inama publish --home a "$alert" >/dev/null
wait_for 10 lines seen 4
echo nonsense >state
expect 1 inama watch --home a --state state
has "$ERR" "no number of an alert"

expect 3 inama watch --home nowhere
