#!/usr/bin/env bash
#
# Help, versions, and what a mistyped command line is answered: exit code 2 and the next step.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

expect 0 inama
has "$OUT" "inama publish" "inama roster sign" "--home DIR"
overview=$OUT
expect 0 inama --help
[[ $OUT == "$overview" ]] || fail "help and --help differ"
expect 0 inama version
has "$OUT" "inama 0."
expect 0 inama --version

# every command that the overview lists explains itself
while read -r _ first second _; do
    for words in "$first $second" "$first"; do
        # shellcheck disable=SC2086 # two words
        if inama help $words >"$WORK/page" 2>/dev/null; then break; fi
    done
    [[ -s $WORK/page ]] || fail "no help for $first $second"
done < <(sed -n 's/^  inama/inama/p' <<<"$overview")

expect 0 inama publish --help
has "$OUT" "--dry-run" "Examples:" "inama publish seizure.json"
expect 0 inama help roster
has "$OUT" "inama roster add CARD" "inama roster install FILE"
expect 0 inama help fields
has "$OUT" "specimens.quantity" "persons.aliases\[\]" "legs.country"
expect 0 inama help fields --json
has "$OUT" '"path":"incident.year"'
expect 0 inama help codes
has "$OUT" "term" "unit" "transport"
expect 0 inama help codes term
has "$OUT" "SCA" "Scales"
expect 0 env LANGUAGE=fr inama help codes term # labels follow the locale, which is C here

expect 2 inama help codes colour
has "$ERR" 'no code list "colour"'
expect 2 inama pubish
has "$ERR" 'no command "pubish"' "did you mean: inama publish"
expect 2 inama roster
has "$ERR" "did you mean: inama roster"
expect 2 inama roster instal x
has "$ERR" 'no command "roster instal"' "did you mean: inama roster install"
expect 2 inama roster --json
has "$ERR" 'no command "roster"'
expect 2 inama publish --dryrun x.json
has "$ERR" "unknown option --dryrun" "did you mean --dry-run" "inama help publish"
expect 2 inama publish
has "$ERR" "expected: inama publish FILE"
expect 2 inama show
expect 2 inama verify a b
has "$ERR" '"b" is one word too many'
expect 2 inama find --limit many
has "$ERR" '--limit is "many", expected a number from 1 to 10000'
expect 2 inama find --limit
has "$ERR" "--limit needs a value"
expect 2 inama find --json=yes
has "$ERR" "takes no value"
expect 2 inama find --country Congo
has "$ERR" '--country is "Congo"'
expect 2 inama find --from 2014-5
has "$ERR" '--from is "2014-5"'
expect 2 inama find --home a --home b
has "$ERR" "--home is given twice"
expect 2 inama find $'--\e[2Jx'
lacks "$ERR" $'\e'

# no node: exit code 3, and what to do
expect 3 inama find --home nowhere
has "$ERR" "nowhere/node.yaml: not found" "--home DIR" "inama init DIR"
