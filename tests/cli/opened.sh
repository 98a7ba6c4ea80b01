#!/usr/bin/env bash
#
# Who told an alert hears that it was opened: where the reader's policy says so, as coarsely as it says, once, and not
# beyond who passed it on unless that one lets it.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
alert=$INAMA_DATADIR/examples/pangolin.json

line() { has "$(grep -E "(^|  +)$1 " <<<"$OUT")" "${@:2}"; }
says() { inama status --home "$1" "$2" | grep -Eq "$3"; }
tell() { printf 'tell_opened:\n  - {to: {%s}, %s}\n' "$2" "$3" >>"$1/policy.yaml"; }
publish() {
    expect 0 inama publish --home cd-customs "$alert" --json
    id=$(grep -o '"object":"[0-9a-f]*' <<<"$OUT" | cut -c11-)
}

make_root
make_node ke-police KE POLICE
make_node ke-customs KE CUSTOMS
make_node cd-customs CD CUSTOMS --policy customs-full
enrol ke-police ke-customs cd-customs
start cd-customs ke-customs ke-police
publish
wait_for 20 has_alerts ke-police 1

# by default nobody hears anything
expect 0 inama show --home ke-customs "$id"
expect 0 inama show --home ke-police "$id"
sleep 1
expect 0 inama status --home cd-customs "$id"
line ke-customs "delivered"
lacks "$OUT" "customs * opened"

# two consents: the desk tells its customs, and customs its part, by the day
tell ke-police "role: CUSTOMS" "time: exact"
tell ke-customs "role: CUSTOMS" "time: day"
expect 0 inama reload --home ke-police
expect 0 inama reload --home ke-customs
expect 0 inama find --home ke-police # a list is not the alert
sleep 1
expect 0 inama status --home ke-customs "$id"
line ke-police "police * delivered"
expect 0 inama show --home ke-police "$id"
wait_for 20 says ke-customs "$id" "ke-police +opened"
wait_for 20 says ke-police "$id" "opened here .* who told it has heard so"
expect 0 inama status --home ke-customs "$id" --json
has "$OUT" '"member":"ke-police","state":"delivered"*"opened":1*,"opened_step":1[,}]'
expect 0 inama status --home cd-customs "$id"
line ke-customs "delivered" # the word of the desk stopped, and customs itself has not opened it since
lacks "$OUT" "ke-police"

# away: it is owed, also after a restart
stop cd-customs
expect 0 inama find --home ke-customs --full --json
has "$OUT" "Manis tricuspis"
expect 0 inama status --home ke-customs "$id"
has "$OUT" "opened here $(date -u +%Y-%m-%d); who told it is to hear so"
expect 0 inama status --home ke-customs
has "$OUT" "opened   1 notices"
stop ke-customs
start ke-customs cd-customs
wait_for 30 says cd-customs "$id" "ke-customs +opened +$(date -u +%Y-%m-%d) *$"
expect 0 inama status --home cd-customs "$id" --json
has "$OUT" '"opened":1[0-9]*00000,"opened_step":86400000'
lacks "$OUT" "$(id -un)"
wait_for 20 says ke-customs "$id" "who told it has heard so"
expect 0 inama status --home ke-customs --json
has "$OUT" '"opened_owed":0,"opened_untold":0'

# what is watched in full is opened, too; and customs may let the word of its desk pass
sed -i 's/time: day}/time: day, pass: yes}/' ke-customs/policy.yaml
expect 0 inama reload --home ke-customs
run watch inama watch --home ke-police --json
sleep 0.5
first=$id
publish
[[ $id != "$first" ]] || fail "the same alert"
wait_for 20 has_alerts ke-police 2
wait_for 20 says cd-customs "$id" "further on\) +ke-police +opened +.*UTC"
expect 0 inama status --home cd-customs "$id" --json
has "$OUT" '"opened":[[]{"member":"ke-police","since":1*"step":1,"state":"kept"}]'
expect 0 inama status --home cd-customs "$id"
line ke-customs "delivered"

expect 0 inama check --home cd-customs
expect 0 inama check --home ke-customs
