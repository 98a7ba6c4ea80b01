# A watch shows what comes, filters it, and goes on after the node was restarted.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
alert=$INAMA_DATADIR/examples/pangolin.json

make_root
make_node a KE CUSTOMS
enrol a
start a
inama publish --home a "$alert" >/dev/null # before the watch: not shown

lines() { (($(wc -l <"$1") >= $2)); }
inama watch --home a --json >all.out 2>watch.log &
PIDS[watch]=$!
inama watch --home a --species Elephantidae --json >none.out 2>none.log &
PIDS[none]=$!
inama watch --home a >people.out 2>people.log &
PIDS[people]=$!
sleep 1
inama publish --home a "$alert" >/dev/null
wait_for 10 lines all.out 1
has "$(<all.out)" '"originator":"a"' '"content":{' '"taxon":"Manis tricuspis"'
wait_for 10 lines people.out 2
has "$(<people.out)" "Manis tricuspis" "2014-05-05"

stop a
sleep 0.5
has "$(<watch.log)" "the connection to the node broke" "waiting for the node to come back"
start a
inama publish --home a "$alert" >/dev/null # perhaps before the watch is back
wait_for 40 lines all.out 2
[[ $(wc -l <all.out) == 2 ]] || fail "shown twice"
[[ ! -s none.out ]] || fail "the filter let something through"

expect 3 inama watch --home nowhere
