#!/usr/bin/env bash
#
# One alert from CD to KE and on to KE's desks: published, found, shown, explained, verified; each sees its own fields.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
alert=$INAMA_DATADIR/examples/pangolin.json

make_root
make_node ke-police KE POLICE
make_node ke-wildlife KE WILDLIFE
make_node ke-judicial KE JUDICIAL
make_node ke-customs KE CUSTOMS
make_node cd-customs CD CUSTOMS --policy customs-full
enrol ke-police ke-wildlife ke-judicial ke-customs cd-customs
start ke-police ke-wildlife ke-judicial ke-customs cd-customs

# dry run: who would see what, and nothing happens
expect 0 inama publish --home cd-customs --dry-run "$alert"
has "$OUT" "Nothing was published" "persons.surname" "customs: ke-customs" "nobody in the roster"
lacks "$OUT" "laboratory.sample" # no value, no row
expect 0 inama publish --home cd-customs --dry-run --json "$alert"
has "$OUT" '"audience":"customs"' '"members":\["ke-customs"\]'
[[ $(alerts cd-customs) == 0 ]] || fail "the dry run published"

# what is wrong is said with its path
sed 's/"SCA"/"SCALES"/; s/"2014-05-05"/"2914-05-05"/' "$alert" >bad.json
expect 1 inama publish --home cd-customs bad.json
has "$ERR" "bad.json: specimens\[0\].term" '"SCALES"' "incident" "not published"
echo '{"kind": ' >worse.json
expect 1 inama publish --home cd-customs worse.json
has "$ERR" "worse.json:" "JSON"
expect 1 inama publish --home cd-customs none.json
has "$ERR" "none.json: not found"
[[ $(alerts cd-customs) == 0 ]] || fail "something was published"

expect 0 inama publish --home cd-customs "$alert"
has "$OUT" "published" "customs" "ke-customs"
for desk in ke-customs ke-police ke-wildlife ke-judicial; do
    wait_for 20 has_alerts "$desk" 1
done
id=$(inama find --home cd-customs --json | sed 's/.*"object":"\([0-9a-f]*\)".*/\1/')

# find
expect 0 inama find --home ke-police
has "$OUT" "2014-05-05" "Manis tricuspis" "750 KIL SCA" "cd-customs" "${id:0:8}" "1 alert."
for filter in "--species Manidae" "--country KE" "--country cd" "--from 2014 --to 2014-05" "--transport 1" \
    "--originator cd-customs" "--originator CD" "--kind seizure" "--text lorry" "pangolin scales"; do
    # shellcheck disable=SC2086
    expect 0 inama find --home ke-customs $filter
    has "$OUT" "${id:0:8}"
done
for filter in "--species Elephantidae" "--country TZ" "--from 2015" "--to 2013" "--transport 4" "--originator KE" \
    "--kind QUESTION" "elephant"; do
    # shellcheck disable=SC2086
    expect 0 inama find --home ke-customs $filter
    has "$OUT" "No alert here matches"
done
expect 1 inama find --home ke-customs --originator nobody
expect 0 inama find --home ke-police --json --full
has "$OUT" '"total":1' '"content":{' '"surname":"EXEMPLE"'

# show: each its own fields; withheld and absent look the same
expect 0 inama show --home ke-customs "$id"
has "$OUT" "Verified*yes" "from cd-customs, its feed \"customs\"" "TLP:AMBER H0" "EXEMPLE" "Passed on to*police (1)"
expect 0 inama show --home ke-police "$id"
has "$OUT" "Verified*yes" "EXEMPLE"
lacks "$OUT" "was also named in two earlier consignments" "do not approach the forwarder yet"
expect 0 inama show --home ke-wildlife "$id"
has "$OUT" "Verified*yes" "from ke-customs" "Persons 1*CD, Congo" "Manis tricuspis"
lacks "$OUT" "EXEMPLE"
expect 0 inama show --home ke-judicial "${id:0:8}" --json
has "$OUT" '"verified":true' '"from":"ke-customs"' '"audience":"judicial"' '"surname":"EXEMPLE"'
lacks "$OUT" '"graded_by"' '"evaluation"'
expect 1 inama show --home ke-judicial 00000000
has "$ERR" "no alert here"
expect 1 inama show --home ke-judicial xyz

# explain: which line decided
expect 0 inama policy explain "$id" --for wildlife --home ke-customs
has "$OUT" "persons.surname *no *not named under show" "specimens.taxon *yes *policy.yaml:*show: specimens"
expect 1 inama policy explain "$id" --for nobody --home ke-customs

# verify: every step, and the originator's signature, not only the neighbour's
expect 0 inama verify --home ke-judicial "$id"
has "$OUT" "originator's signature is good" "cd-customs" 'ke-customs signed it as entry' "Verified:"
lacks "$OUT" "FAILED"
expect 0 inama verify --home ke-judicial "$id" --json
has "$OUT" '"verified":true'

# status and check
expect 0 inama status --home ke-customs
has "$OUT" "alerts   1" "ke-customs → police" "ke-police 2" "connected"
expect 0 inama status --home ke-customs --json
has "$OUT" '"alerts":1' '"audience":"police"'
expect 0 inama check --home ke-customs
has "$OUT" "records of its store were read back"

# a roster file by which the originator is not believed: verified with our own file and not with what the node says
cp ke-judicial/roster.inama good.inama
inama roster remove cd-customs --revoked >/dev/null
inama roster sign --root root.key --key-file root.open --yes >/dev/null
cp roster.inama ke-judicial/roster.inama
expect 1 inama verify --home ke-judicial "$id"
has "$OUT" "FAILED*not believed any more" "NOT verified"
head -c 200 good.inama >ke-judicial/roster.inama
expect 1 inama verify --home ke-judicial "$id" --json
has "$OUT" '"verified":false'
cp good.inama ke-judicial/roster.inama

# a second version replaces the first
sed '1s/{/{"alert": "'"$(inama find --home cd-customs --json | sed 's/.*"alert":"\([0-9a-f]*\)".*/\1/')"'", "version": 2, "supersedes": "'"$id"'",/' "$alert" >second.json
expect 0 inama publish --home cd-customs second.json
wait_for 20 has_alerts ke-judicial 2
expect 0 inama find --home ke-judicial
has "$OUT" "1 alert."
lacks "$OUT" "${id:0:8}"
expect 0 inama find --home ke-judicial --all-versions
has "$OUT" "2 alerts." "1, replaced" "${id:0:8}"
expect 0 inama show --home ke-judicial "$id"
has "$OUT" "REPLACED by a newer one"
stop cd-customs
