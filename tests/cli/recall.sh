#!/usr/bin/env bash
#
# An alert is taken back: who may, what is left of it, and who has carried it out.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
alert=$INAMA_DATADIR/examples/pangolin.json

carried_out() { inama status --home "$1" "$2" | grep -q "$3 *carried out"; }

make_root
make_node ug-customs UG CUSTOMS # never runs
make_node ke-police KE POLICE
make_node ke-customs KE CUSTOMS
make_node cd-customs CD CUSTOMS --policy customs-full
enrol ug-customs ke-police ke-customs cd-customs
start cd-customs ke-police ke-customs
expect 0 inama publish --home cd-customs "$alert"
id=$(inama find --home cd-customs --json | sed 's/.*"object":"\([0-9a-f]*\)".*/\1/')
wait_for 20 has_alerts ke-police 1

# who may, and why
expect 2 inama recall --home cd-customs "$id"
has "$ERR" "say why: --reason"
expect 1 inama recall --home ke-customs "$id" --reason "not ours" --yes
has "$ERR" "this alert was made by cd-customs, and nobody else can recall it"
expect 1 inama recall --home cd-customs "$id" --reason "nobody was asked"
has "$ERR" "give --yes"
expect 1 inama recall --home cd-customs 0123456789ab --reason "no such alert" --yes
has "$ERR" "no alert here begins with these digits"
expect 0 inama show --home ke-police "$id"
lacks "$OUT" RECALLED

expect 0 inama recall --home cd-customs "$id" --reason "the wrong container" --yes
has "$OUT" "It was told to 2 members" "AUDIENCE" "ug-customs *pending" "Carried out: what it takes back is erased"

# what is left of it, everywhere
recall=$(inama find --home cd-customs kind:RECALL --json | sed 's/.*"object":"\([0-9a-f]*\)".*/\1/')
wait_for 20 carried_out cd-customs "$recall" ke-customs
wait_for 20 carried_out ke-customs "$recall" ke-police
for node in cd-customs ke-customs ke-police; do
    expect 0 inama find --home "$node" species:Manidae --all-versions --json
    lacks "$OUT" "$id"
    expect 0 inama show --home "$node" "$id"
    has "$OUT" "RECALLED *by cd-customs, * UTC: the wrong container" "ERASED: header and signature are left" "Verified *yes"
    lacks "$OUT" "Manis tricuspis"
    expect 0 inama show --home "$node" "$id" --json
    has "$OUT" '"erased":true' '"reason":"the wrong container"' '"verified":true'
    expect 0 inama verify --home "$node" "$id"
    expect 0 inama verify --home "$node" "$recall"
done
expect 0 inama status --home cd-customs "$recall"
has "$OUT" "ke-customs *carried out" "ug-customs *pending * never connected"
expect 0 inama status --home cd-customs "$id"
has "$ERR" "its content has been erased"

# once, and nothing comes after it
expect 1 inama recall --home cd-customs "$id" --reason "again" --yes
has "$ERR" "this alert has been recalled"
number=$(inama show --home cd-customs "$id" --json | sed 's/.*"alert":"\([0-9a-f]*\)".*/\1/')
sed "0,/{/s//{\"alert\":\"$number\",\"version\":3,/" "$alert" >again.json
expect 1 inama publish --home cd-customs again.json
has "$ERR" "its originator has recalled the alert"
expect 0 inama check --home cd-customs
stop ke-police
start ke-police
expect 0 inama show --home ke-police "$id"
has "$OUT" "RECALLED"
