#!/usr/bin/env bash
#
# Watch lists: asked of every alert that comes, hits kept, shown in watch, there after a restart.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
alert=$INAMA_DATADIR/examples/pangolin.json

make_root
make_node a KE CUSTOMS
enrol a
start a
export INAMA_HOME=a

expect 0 inama watchlist list
has "$OUT" "There is no watch list"
inama publish "$alert" >/dev/null

# lists and their mistakes
expect 0 inama watchlist add scales species:Manidae 'quantity>=100'
has "$OUT" "species:Manidae quantity>=100"
expect 1 inama watchlist add scales species:Manidae
has "$ERR" "there is a watch list of that name"
expect 1 inama watchlist add wrong 'country:KEE'
has "$ERR" 'no country is called "KEE"' $'country:KEE\n          ^'
expect 1 inama watchlist add 'two words' country:KE
has "$ERR" "is named by letters"
expect 2 inama watchlist add empty
has "$ERR" "what is to be watched for"
expect 0 inama watchlist add ivory --species "Loxodonta africana"
expect 0 inama watchlist list
has "$OUT" "scales" "ivory" 'species:"Loxodonta africana"'

# what was there before is no hit; what comes is, once a list, and watch says so
expect 0 inama watchlist hits scales
has "$OUT" "No hits"
run watched inama watch
sleep 1
inama publish "$alert" >/dev/null
sed 's/"quantity": "750"/"quantity": "7"/' "$alert" >small.json
inama publish small.json >/dev/null
expect 0 inama watchlist hits scales
has "$OUT" "hit 1, " "Manis tricuspis"
lacks "$OUT" "hit 2"
says() { grep -q "$2" "$1"; }
wait_for 10 says watched.out "on watch list scales"
[[ $(grep -c "on watch list" watched.out) == 1 ]] || fail "said more than once"
expect 0 inama watchlist hits --json scales
has "$OUT" '"total":1' '"number":1' '"taxa":"Manis tricuspis"'

# they are there after a restart, and a list goes on counting
stop a
start a
expect 0 inama watchlist list --json
has "$OUT" '"name":"scales","query":"species:Manidae quantity>=100"' '"hits":1' '"broken":false'
for _ in 1 2 3; do inama publish "$alert"; done >/dev/null
expect 0 inama watchlist hits scales --limit 2
has "$OUT" "hit 4, " "hit 3, " "2 of 4 hits" "--before 3"
expect 0 inama watchlist hits scales --before 3
has "$OUT" "hit 2, " "hit 1, "
lacks "$OUT" "hit 3,"

# who did what is recorded, as of every request
expect 0 inama audit show
has "$OUT" "watchlist"

expect 0 inama watchlist remove scales --yes
expect 1 inama watchlist hits scales
has "$ERR" "there is no watch list of that name"
expect 1 inama watchlist remove scales --yes
expect 0 inama watchlist add scales species:Manidae
expect 0 inama watchlist hits scales
has "$OUT" "No hits"
