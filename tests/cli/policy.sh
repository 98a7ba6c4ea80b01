#!/usr/bin/env bash
#
# Policies: the shipped ones are good, a bad one is refused with all its errors at file:line.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for file in "$INAMA_DATADIR"/policies/*.yaml; do
    expect 0 inama policy check "$file"
    has "$OUT" "is good"
    [[ -z $ERR ]] || fail "warnings about $file: $ERR"
done

cat >bad.yaml <<'END'
audiences:
  police:
    members: {role: POLISE, country: Kenya}
    publish: perhaps
    show: [incident, specimens.colour]
    shows: [all]
  judicial:
    show: everything
forward:
  - from: {role: CUSTOMS}
    to: [polise]
accept:
  - show: [all]
local:
  strangers: {show: [all]}
END
expect 1 inama policy check bad.yaml
for line in 3 4 5 6 8 11 13 15; do
    has "$ERR" "bad.yaml:$line: "
done
has "$ERR" "not used"
expect 1 inama policy check bad.yaml --json
has "$OUT" '"result":"invalid"' '"line":3'

# a unit without its quantity says nothing
printf 'audiences:\n  police:\n    members: {role: POLICE}\n    show: [specimens.unit]\n' >odd.yaml
expect 0 inama policy check odd.yaml
has "$ERR" "warning: odd.yaml:*specimens.unit"

expect 1 inama policy check none.yaml
has "$ERR" "not found"
expect 2 inama policy explain 3f9a
has "$ERR" "--for AUDIENCE"
