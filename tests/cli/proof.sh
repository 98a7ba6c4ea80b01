#!/usr/bin/env bash
#
# A file that proves an alert to who has no node: what it shows, what it says that it proves and what not, in three
# languages; what was changed in it is found, and making it leaves its record.
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
root=$(grep -o '[0-9a-f]\{64\}' root.key.pub)
is_witnessed() { inama audit checkpoint --home "$1" | grep -q "^$2 saw these"; }

# ---- from who made the alert, with its own entry and its witnesses ----

wait_for 30 is_witnessed cd-customs ke-customs
expect 2 inama proof --home cd-customs "${id:0:8}" -o none.inama
has "$ERR" "--for"
expect 1 inama proof --home cd-customs "${id:0:8}" -o none.inama --for court --to nobody
has "$ERR" "inama status ALERT"
expect 1 inama proof --home cd-customs "${id:0:8}" -o none.inama --for court --fields persons.shoe_size
has "$ERR" "persons.shoe_size"
[[ ! -e none.inama ]] || fail "a file was written for nothing"
expect 0 inama proof --home cd-customs "${id:0:8}" -o case.inama --for "Tribunal de Matadi" --to customs
has "$OUT" "WHAT IS PROVEN" "cd-customs (Test node cd-customs) signed this alert" "it held this very alert" "stands as record" \
    "ke-customs (Test node ke-customs) says that it saw the log" "WHAT IS NOT PROVEN" "right ones (0 of 1" "$root" "Manis"
expect 1 inama proof --home cd-customs "${id:0:8}" -o case.inama --for "Tribunal de Matadi"
has "$ERR" "case.inama: it is already there"

# ---- read elsewhere, without a node ----

expect 5 inama-verify case.inama
has "$OUT" "CONSISTENT" "have yet to compare" "That what the alert says is true"
expect 0 inama-verify --root "$root" case.inama
has "$OUT" "GOOD:" "1 of them are the ones that you named" "existed before"
lacks "$OUT" "right ones (0"
expect 1 inama-verify --root "${root//[0-9]/7}" case.inama
has "$OUT" "NOT GOOD" "has not signed the roster"
expect 0 inama-verify --json --root "$root" case.inama
has "$OUT" '"verified": true' '"trusted": true' "\"object\": \"$id\"" '"opened": true' '"witnesses": \[{"member": {"id"' '"told": null'
expect 0 env LC_ALL=fr_FR.UTF-8 inama-verify --root "$root" case.inama
has "$OUT" "Laboratoire: Example forensic laboratory" "cd-customs"
expect 0 env LC_ALL=pt_PT.UTF-8 inama-verify --root "$root" case.inama
has "$OUT" "Laboratório: Example forensic laboratory" "cd-customs"

# ---- from who was told, narrowed: the entry would show more, and stays closed ----

expect 0 inama proof --home ke-customs "${id:0:8}" -o whole.inama --for "DCI"
expect 0 inama-verify --root "$root" whole.inama
has "$OUT" "it held this very alert" "ke-customs (Test node ke-customs) made this file" "No log and no witness"
expect 0 inama proof --home ke-customs "${id:0:8}" -o narrow.inama --for "DCI" --fields incident,specimens.taxon --to police
expect 0 inama-verify --json --root "$root" narrow.inama
has "$OUT" '"opened": false' "specimens.taxon" '"passed": {"author"'
lacks "$OUT" "specimens.quantity" "persons"
expect 0 inama-verify --root "$root" narrow.inama
has "$OUT" "opening it would show more than you may see"
expect 0 inama proof --home ke-customs "${id:0:8}" -o police.inama --for "DCI" --audience police --to police
expect 0 inama-verify --json --root "$root" police.inama
has "$OUT" '"told": {"author": {"id": "*"opened": false}, "passed"' '"passed": {*"opened": true}, "log"'
lacks "$OUT" '"operational'

# ---- what was changed ----

expect 1 inama-verify missing.inama
has "$ERR" "missing.inama"
expect 1 inama-verify "$alert"
has "$OUT" "NOT GOOD"
expect 2 inama-verify
expect 2 inama-verify --root 12 case.inama
expect 2 inama-verify --shoe case.inama
size=$(stat -c %s case.inama)
for at in 8 9 200 $((size / 3)) $((size / 2)) $((size - 1)); do
    head -c "$at" case.inama >cut.inama
    expect 1 inama-verify cut.inama
    has "$OUT" "NOT GOOD"
done
for at in 3 8 30 500 2000 $((size / 2)) $((size - 10)); do
    cp case.inama bad.inama
    byte=$(od -An -tu1 -j"$at" -N1 bad.inama)
    # shellcheck disable=SC2059 # the format is the byte
    printf "\\x$(printf %02x $((byte ^ 1)))" | dd of=bad.inama bs=1 seek="$at" conv=notrunc status=none
    expect 1 inama-verify --json bad.inama
    has "$OUT" '"verified": false'
done

# ---- it stands in both logs ----

expect 0 inama audit show --home cd-customs --alert "${id:0:8}"
has "$OUT" "proof" 'reader="Tribunal de Matadi"' "passed=customs"
expect 0 inama audit disclosures --home cd-customs "${id:0:8}"
has "$OUT" "@file" "(whoever has the file)" "proof (audit record"
expect 0 inama audit verify --home cd-customs
stop ke-police ke-customs cd-customs
