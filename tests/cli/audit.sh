#!/usr/bin/env bash
#
# The log that nobody can rewrite: what an operator does is in it before the answer is there, what was disclosed too; a
# log that was cut, set back or changed is found; where nothing can be recorded, nothing is shown.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
alert=$INAMA_DATADIR/examples/pangolin.json

make_root
make_node ke-police KE POLICE
make_node ke-customs KE CUSTOMS
make_node cd-customs CD CUSTOMS --policy customs-full
enrol ke-police ke-customs cd-customs
start ke-police ke-customs cd-customs
expect 0 inama publish --home cd-customs "$alert"
wait_for 20 has_alerts ke-police 1
id=$(inama find --home cd-customs --json | sed 's/.*"object":"\([0-9a-f]*\)".*/\1/')
me=$(id -un)

# ---- what operators did ----

expect 0 inama show --home ke-customs "${id:0:8}"
expect 0 inama policy explain --home ke-customs "${id:0:8}" --for police
expect 1 inama show --home ke-customs ffffffff
expect 0 inama find --home ke-customs --species Manidae "pangolin scales"
expect 0 inama reload --home ke-customs
expect 0 inama status --home ke-customs "${id:0:8}"
expect 0 inama audit show --home ke-customs
has "$OUT" "NUMBER" "WHO" "$me" "start" "policy_sha256=" "show * alert=${id:0:8} * ${id:0:8} * ok" \
    "policy explain * audience=police" "not-found" 'query="(pangolin scales) species:\\"Manidae\\""' "reload" "status"
expect 0 inama audit show --home cd-customs --json
has "$OUT" '"command":"publish"' '"words":"alerts=1"' "\"alerts\":\[\"${id:0:32}\"\]" "\"user\":\"$me\"" '"result":"ok"'

# how the node is says nothing about alerts, and leaves no record
before=$(inama audit verify --home ke-customs --json | grep -o '"records":[0-9]*' | head -1)
expect 0 inama status --home ke-customs
expect 0 inama status --home ke-customs
after=$(inama audit verify --home ke-customs --json | grep -o '"records":[0-9]*' | head -1)
[[ ${after#*:} == $((${before#*:} + 2)) ]] || fail "$before, then $after: more than the verifying itself was recorded"

expect 0 inama audit show --home ke-customs --alert "${id:0:8}" --json
lacks "$OUT" '"command":"start"' '"command":"reload"' "not-found"
has "$OUT" '"command":"show"' '"command":"policy explain"' '"command":"find"'
expect 0 inama audit show --home ke-customs --user "$me" --since 2014-05-05 --limit 2
has "$OUT" "--before"
expect 0 inama audit show --home ke-customs --user nobody-here
has "$OUT" "no such record"
expect 0 inama audit show --home ke-customs --since 2914-05-05
has "$OUT" "no such record"
expect 2 inama audit show --home ke-customs --since yesterday
has "$ERR" "2014-05-05"

# what a watch shows is recorded with the alert, and not what it does not show
run watching inama watch --home ke-customs --kind SEIZURE
run elsewhere inama watch --home ke-customs --species Elephantidae
sleep 1
sed 's/"alert": *"[0-9a-f]*",//' "$alert" >second.json
expect 0 inama publish --home cd-customs second.json
wait_for 20 grep -q Manis "$WORK/watching.out"
second=$(inama find --home cd-customs --json --limit 1 | sed 's/.*"object":"\([0-9a-f]*\)".*/\1/')
expect 0 inama audit show --home ke-customs --alert "${second:0:8}" --json
has "$OUT" '"command":"watch","words":"*query=*kind:*SEIZURE*"alerts":\["'"${second:0:32}"
lacks "$OUT" "Elephantidae"

# ---- whom this node told what ----

expect 0 inama audit disclosures --home ke-customs "${id:0:8}"
has "$OUT" "police" "ke-police" "incident" "policy.yaml:*: forward"
lacks "$OUT" "operational"
expect 0 inama audit disclosures --home cd-customs "${id:0:8}" --proof
has "$OUT" "customs" "ke-customs" "policy.yaml:*: publish" "is in the log"
expect 0 inama audit disclosures --home cd-customs "${id:0:8}" --json --proof
has "$OUT" "\"object\":\"$id\"" '"fields":\["incident.year"' '"name":"ke-customs"' '"path":' 'INAMA checkpoint 1'
expect 0 inama audit disclosures --home ke-police "${id:0:8}"
has "$OUT" "to nobody"
expect 1 inama audit disclosures --home ke-police ffffffff

# one record is erased: what it said is gone, who erased it and why stays, and so does the tree
number=$(inama audit disclosures --home cd-customs "${second:0:8}" --json | sed 's/.*"number":\([0-9]*\),"time":[0-9]*,"object".*/\1/')
expect 0 inama audit checkpoint --home cd-customs
echo "$OUT" >before.txt
expect 2 inama audit erase --home cd-customs "$number"
expect 1 inama audit erase --home cd-customs 99999 --reason "by mistake" --yes
expect 0 inama audit erase --home cd-customs "$number" --reason "order of a court" --yes
expect 0 inama audit disclosures --home cd-customs "${second:0:8}"
has "$OUT" "to nobody, as far as its log goes back"
expect 0 inama audit show --home cd-customs --limit 3
has "$OUT" "audit disclosures" "audit erase*number=$number reason=\"order of a court\""
expect 0 inama audit verify --home cd-customs --against before.txt

# ---- what other members have seen of the log ----

is_witnessed() { inama audit checkpoint --home "$1" | grep -q "^$2 saw these"; }
wait_for 30 is_witnessed cd-customs ke-customs
wait_for 30 is_witnessed ke-customs ke-police
expect 0 inama audit checkpoint --home cd-customs
has "$OUT" "INAMA cosignature 1" "ke-customs saw these * records at "
expect 0 inama audit checkpoint --home cd-customs --json
has "$OUT" '"cosignatures":\[{"witness":"'
echo "$OUT" >before.txt
expect 0 inama audit verify --home cd-customs
lacks "$(inama status --home ke-customs 2>&1)" "two logs"

# ---- checkpoints, and a log that was set back ----

expect 0 inama audit verify --home ke-customs
has "$OUT" "audit: * records, all as they were written" "disclosures: "
stop ke-customs
cp -a ke-customs/store kept-store
start ke-customs
for _ in {1..5}; do expect 0 inama show --home ke-customs "${id:0:8}"; done
expect 0 inama audit checkpoint --home ke-customs
has "$OUT" "INAMA checkpoint 1" "log audit" "log disclosures" "signature"
echo "$OUT" >kept.txt
expect 0 inama audit verify --home ke-customs --against kept.txt
has "$OUT" "it begins with the"
expect 1 inama audit verify --home cd-customs --against kept.txt
has "$ERR" "is not this node's: another node made it"
lacks "$ERR" "log audit was" "does not fit"
sed 's/^size .*/size 3/' kept.txt >forged.txt
expect 1 inama audit verify --home ke-customs --against forged.txt
has "$ERR" "not this node's" "signature does not verify"
expect 1 inama audit verify --home ke-customs --against "$alert"
has "$ERR" "no checkpoint"

stop ke-customs
rm -r ke-customs/store
mv kept-store ke-customs/store
start ke-customs
expect 0 inama audit verify --home ke-customs # by itself it is whole
expect 1 inama audit verify --home ke-customs --against kept.txt
has "$ERR" "log audit was cut"
for _ in {1..9}; do expect 0 inama find --home ke-customs; done
expect 1 inama audit verify --home ke-customs --against kept.txt
has "$ERR" "log audit was rewritten" "the tree does not fit the checkpoint"
expect 1 inama audit verify --home ke-customs --against kept.txt --json
has "$OUT" '"good":false' '"consistent":"bad-hash"'

# ---- no answer without its record ----

stop ke-police
full=$(($(stat -c %s ke-police/store/data.mdb) / 1024 + 8))
# shellcheck disable=SC2016
run ke-police bash -c 'trap "" XFSZ; ulimit -f "$1"; exec inamad --home ke-police' _ "$full"
wait_for 30 inama status --home ke-police
long=$(printf 'x%.0s' {1..900}) # in each record, so that it does not take long
shown=0
for _ in {1..200}; do
    code=0
    inama find --home ke-police "$long" >"$WORK/out" 2>"$WORK/err" || code=$?
    ((code == 0)) || break
    shown=$((shown + 1))
done
((code == 1)) || fail "200 answers, and the disk is full"
# LMDB says of a page that was written in part what it says of a broken disk; then the node ends
has "$(<"$WORK/err")" "nothing is shown or done here that cannot be recorded"
[[ ! -s $WORK/out ]] || fail "something was shown without a record"
kill "${PIDS[ke-police]}" 2>/dev/null || true
wait "${PIDS[ke-police]}" || true
start ke-police
expect 0 inama audit show --home ke-police --limit 1000 --json
records=$(grep -oE 'x{900}' <<<"$OUT" | wc -l)
((records == shown)) || fail "$shown answers, $records records"
expect 0 inama audit verify --home ke-police
