#!/usr/bin/env bash
#
# What find and watch can be asked: the language, its mistakes, pages, counts, plans, and completion.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
alert=$INAMA_DATADIR/examples/pangolin.json

make_root
make_node a KE CUSTOMS
enrol a
start a
export INAMA_HOME=a
inama publish "$alert" >/dev/null
sed 's/"CD"/"UG"/; s/Manis tricuspis/Loxodonta africana/; s/2014-05-05/2015-02-03/; s/25 sacks/30 sacs/' "$alert" >second.json
inama publish second.json >/dev/null
for _ in 1 2 3; do inama publish second.json; done >/dev/null

# counts NUMBER QUERY...
counts() {
    local expected=$1
    shift
    expect 0 inama find --count "$@"
    [[ $OUT == "$expected" ]] || fail "inama find $*: $OUT, expected $expected"
}
counts 5
counts 1 species:Manidae
counts 4 not species:Manidae
counts 1 species:Manidae country:CD date:2014..2014-05
counts 0 'species:Manidae date>2014-05'
counts 5 'species:Manidae or species:Elephantidae'
counts 1 'species:Manidae or species:Elephantidae' --to 2014
counts 5 '"DRIED fish"'
counts 0 '"fish dried"'
counts 4 'sac* "30 sacs"'
counts 5 'near:0,29.7/20km'
counts 1 'specimens(taxon:Manidae quantity>=750 unit:KIL)'
counts 0 'specimens(taxon:Manidae quantity>750)'
counts 5 record:cd2014example0017 or record:ug2014example0017
counts 5 --text 'dried fish'
counts 0 --text 'fish or gold'
counts 5 originator:a tlp:AMBER kind:SEIZURE

# mistakes: where, and what was expected
expect 1 inama find 'species:Manidae country:KEE'
has "$ERR" 'no country is called "KEE"; did you mean' $'species:Manidae country:KEE\n                          ^'
expect 1 inama find --json 'été (quantty>5)'
has "$OUT" '"column":6' '"offset":7' 'did you mean quantity?' '"error":"invalid"'
expect 1 inama watch 'sort:size'
has "$ERR" "expected arrival, date or created" $'sort:size\n       ^'
expect 0 inama find species:Manidea
has "$ERR" "did you mean Manidae?" $'species:Manidea\n          ^'
has "$OUT" "No alert here matches"

# pages stay those of the first, whatever comes
expect 0 inama find --limit 2 sort:date
has "$OUT" "2 of 5 alerts" "--before"
page=$(sed -n 's/.*--before \(.*\)$/\1/p' <<<"$OUT")
inama publish second.json >/dev/null
expect 0 inama find --json sort:date --before "${page//\'/}"
has "$OUT" '"total":5' '"taxa":"Manis tricuspis"'
lacks "$OUT" next_before
[[ $(grep -o '"object"' <<<"$OUT" | wc -l) == 3 ]] || fail "not three"
expect 1 inama find --before nonsense
has "$ERR" "no page"

# how it is found
expect 0 inama find --explain 'species:Manidae date:2014 "dried fish"'
has "$OUT" "PART" '"dried fish"' "rows so far, in a column" "1 were read from the store"
expect 0 inama find --explain --json species:Manidae
has "$OUT" '"plan":{"steps":\[{"part":"species:Manidae","way":"list"' '"read":0'

# completion
expect 0 inama complete -- find country:K
has "$OUT" country:KE
lacks "$OUT" country:UG
expect 0 inama complete -- find 'term:(SCA,TU'
has "$OUT" 'term:(SCA,TUS'
expect 0 inama complete -- find contai
[[ $OUT == container: ]] || fail "$OUT"
expect 0 inama complete -- find --all
[[ $OUT == --all-versions ]] || fail "$OUT"
expect 0 inama complete -- ros
[[ $OUT == roster ]] || fail "$OUT"
expect 0 inama complete -- roster si
[[ $OUT == sign ]] || fail "$OUT"
expect 2 inama complete
# shellcheck disable=SC2016 # for the other shell
expect 0 bash -c 'source "$INAMA_DATADIR/completion/inama"; COMP_LINE="inama find country:K"; COMP_POINT=${#COMP_LINE}; _inama; echo "${COMPREPLY[*]}"'
has "$OUT" KE
lacks "$OUT" country

# the page about it
expect 0 inama help query
has "$OUT" "species:Manidae" "legs.vehicle" "persons.phone, companies.phone"
