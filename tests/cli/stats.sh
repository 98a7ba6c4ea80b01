#!/usr/bin/env bash
#
# What stats counts: groups, sums, periods, routes, animals, changes, and tables for others, over seizures that were
# counted by hand.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

make_root
make_node a KE CUSTOMS
make_node b UG CUSTOMS
enrol a b
start a b
export INAMA_HOME=a

# alert DATE COUNTRY CONCEALMENT SPECIMENS LEGS
alert() {
    cat <<-JSON
	{"kind": "SEIZURE", "language": "EN", "marking": {"tlp": "GREEN", "onward": "COMMUNITY",
	 "purposes": ["INVESTIGATION", "STATISTICS"]},
	 "incident": {"date": "$1", "country": "$2"}, "detection": {"agency": "CUSTOMS"},
	 ${3:+"\"concealment\": {\"method\": \"$3\"},"}
	 "specimens": [$4], "legs": [${5:-}], "narrative": {"title": "<b>&test</b>"}}
	JSON
}
scales() { echo "{\"taxon\": \"$1\", \"term\": \"SCA\", \"quantity\": \"$2\", \"unit\": \"$3\"}"; }
pieces() { echo "{\"taxon\": \"$1\", \"term\": \"$2\", \"quantity\": \"$3\"}"; }
leg() { echo "{\"role\": \"$1\", \"country\": \"$2\", \"mode\": \"${3:-1}\"}"; }
way="$(leg ORIGIN CD),$(leg TRANSIT UG 3),$(leg TRANSIT KE),$(leg DESTINATION HK)"
{
    alert 2014-05-05 KE LUGGAGE "$(scales 'Manis tricuspis' 750 KIL)" "$way"
    alert 2014-06 KE LUGGAGE "$(scales 'Manis tricuspis' 600 GRM),$(pieces 'Loxodonta africana' TUS 4)" "$way"
    alert 2014 UG "" "$(pieces 'Loxodonta africana' TUS 10)"
    alert 2015-02-03 KE ON_BODY "$(scales 'Manis gigantea' 1.5 KIL),$(pieces 'Manis gigantea' LIV 2)" "$(leg ORIGIN UG)"
    alert 2015-02-04 KE "" "$(pieces 'Loxodonta' TUS 1)" "$(leg ORIGIN TZ),$(leg DESTINATION VN)"
    alert 2015-12-31 TZ LUGGAGE "{\"taxon\": \"Manidae\", \"term\": \"SCA\"}"
} >alerts.txt
csplit -s -z -f part. alerts.txt '/^{/' '{*}'
for part in part.*; do inama publish "$part" >/dev/null; done
counted() { inama stats "$@" --csv >csv 2>err || fail "inama stats $*: $(<err)"; }
# line TEXT: it is one of the lines
line() { grep -qxF -- "$1" csv || fail "no line \"$1\" in:"$'\n'"$(<csv)"; }
lines() { [[ $(wc -l <csv) == "$1" ]] || fail "$(wc -l <csv) lines, expected $1:"$'\n'"$(<csv)"; }

# groups, by the index; each alert once in each
counted --by species
line 'species,alerts'
line 'Loxodonta africana,2'
line 'Manis tricuspis,2'
line 'Manis gigantea,1'
line ',2'
lines 5
counted --by family
line 'Manidae,4'
line 'Elephantidae,3'
lines 3
counted --by genus
line 'Loxodonta,3'
line ',1'
counted --by country,quarter
line 'KE,2014-Q2,2'
line 'KE,2015-Q1,2'
line 'UG,,1'
line 'TZ,2015-Q4,1'
counted --by week 'country:TZ'
line '2015-W53,1'
counted --by originator
line 'a,6'
counted --by legs.mode
line '1,4'
line '3,2'
line ',2'

# from the alerts: elements together, sums that keep units apart
counted --by genus,specimens.term --sum quantity
line 'genus,specimens.term,specimens.unit,alerts,rows,sum'
line 'Manis,SCA,KIL,2,2,751.5'
line 'Manis,SCA,GRM,1,1,600'
line 'Manis,LIV,,1,1,2'
line 'Loxodonta,TUS,,3,3,15'
line ',SCA,,1,1,'
lines 6
counted --flow
line 'origin,transit,destination,alerts'
line 'CD,UG > KE,HK,2'
line 'TZ,,VN,1'
line 'UG,,,1'
line ',,,2'
expect 0 inama stats --by species,term
has "$OUT" "8 elements of specimens were counted one by one" "species is not known of 2 of them"

# how a table reads
expect 0 inama stats --by concealment --period year
has "$OUT" "CONCEALMENT" "LUGGAGE" "2014" "2015" "ALL" "not known" "6 alerts" \
    "concealment is not known of 2 of them"
expect 0 inama stats --by species --top 1 --json
has "$OUT" '"alerts":6' '"not_known":{"species":2}' '"groups":\[{"species":null,"alerts":2}\]'
expect 0 inama stats --by concealment --plot
has "$OUT" "█" "LUGGAGE"
# it fits the terminal
expect 0 python3 - <<'PY'
import fcntl, os, pty, struct, termios, unicodedata
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    os.environ["NO_COLOR"] = "1"
    os.execvp("inama", ["inama", "stats", "--by", "country,species,concealment", "--plot"])
said = b""
try:
    while piece := os.read(fd, 4096):
        said += piece
except OSError:
    pass
bars = [line for line in said.decode().splitlines() if "\u2588" in line]
assert bars and max(len(line) for line in bars) <= 40, said.decode()
assert "\033" not in said.decode()
PY
expect 0 inama stats --by country --svg plot.svg
grep -q '^<svg xmlns' plot.svg || fail "no picture"
python3 -c 'import xml.dom.minidom,sys; xml.dom.minidom.parse("plot.svg")'
! grep -q '<script\|href' plot.svg || fail "more than a picture"
expect 0 inama stats --by narrative.title --svg plot.svg
grep -q '&lt;b&gt;&amp;test' plot.svg || fail "not escaped"

# animals: 751.5 kg and 600 g at 0.12 kg are 6267.5, and two are alive; tusks have no factor
expect 0 inama stats --by genus --animals --csv
grep -qx 'Manis,4,6269.5,0' <<<"$OUT" || fail "$OUT"
grep -qx 'Loxodonta,3,,3' <<<"$OUT" || fail "$OUT"
expect 0 inama stats --by family --animals
has "$OUT" "0.12 kg of scales per average pangolin" "no factor: not estimated" "6270" "120"
cat >own.yaml <<YAML
version: "test 1"
factors:
  - {taxon: Manis gigantea, term: SCA, unit: KIL, per_animal: 3, source: "our own"}
  - {taxon: Elephantidae, term: TUS, per_animal: 2, source: "two tusks"}
YAML
expect 0 inama stats --by genus --animals --factors own.yaml --csv
grep -qx 'Manis,4,6257.5,0' <<<"$OUT" || fail "$OUT"
grep -qx 'Loxodonta,3,7.5,0' <<<"$OUT" || fail "$OUT"
sed 's/SCA/SCALES/; s/per_animal: 2/per_animal: 0/' own.yaml >bad.yaml
expect 1 inama stats --by genus --animals --factors bad.yaml
has "$ERR" "bad.yaml:3: term" "bad.yaml:4: per_animal"

# beside the year before
counted --by country --compare --from 2015 --to 2015
line 'country,alerts,before,change,percent,few'
line 'KE,2,2,0,0,yes'
line 'TZ,1,0,1,,yes'
line 'UG,0,1,-1,-100,yes'
expect 0 inama stats --by country --compare --from 2015-02 --to 2015-03
has "$OUT" "2015-02-01 to 2015-03-31, beside 2014-12-01 to 2015-01-31"

# for others
expect 0 inama stats --by country --release --min 2
has "$OUT" "<2" "KE" "Numbers from 1 to 1 are not shown"
lacks "$OUT" "6 alerts"
expect 1 inama stats --by country,year --release --min 10
has "$ERR" "too little"
[[ -z $OUT ]] || fail "$OUT"
expect 0 inama stats --by country,year --release --min 2 --json
has "$OUT" '"least":2' '"country":"KE","year":"2014","alerts":"withheld"' '"country":"others","year":"2014","alerts":"<2"' \
    '"country":"total","year":"2014","alerts":3'
lacks "$OUT" UG TZ '"alerts":6,"not_known"'

# only what operators may see
has "$(inama stats --home b --by country --csv)" "KE,4"

# mistakes
expect 2 inama stats
has "$ERR" "--by says what to count by"
expect 2 inama stats --by speceis
has "$ERR" 'called "speceis"; did you mean species'
expect 2 inama stats --by country --sum country
has "$ERR" "cannot be summed"
expect 2 inama stats --by country --release --animals
has "$ERR" "do not go together"
expect 2 inama stats --by country --compare
has "$ERR" "--from and --to"
expect 1 inama stats --by country 'country:KEE'
has "$ERR" 'no country is called "KEE"' '^'
expect 1 inama stats --by country 'sort:date'
has "$ERR" "for find alone"

# it stands in the log, once for all its parts
expect 0 inama audit show --json
[[ $(grep -o '"command":"stats"' <<<"$OUT" | wc -l) -gt 20 ]] || fail "not in the log"
has "$OUT" 'by=country'

expect 0 inama complete -- stats country:K
has "$OUT" country:KE
expect 0 inama complete -- stats --by species,qua
has "$OUT" species,quarter
expect 0 inama help stats
has "$OUT" "inama stats --by species --period year"

# the real records, where they are at hand: figures that were counted from the table itself, without this program
data=${INAMA_DATA:-}/seizures/amphibian_LEMIS_2016_to_2021.csv
if [[ -r $data ]]; then
    expect 1 inama import "$data" --map "$INAMA_DATADIR/maps/lemis.yaml"
    counted --by species,year country:US
    line 'Hoplobatrachus rugulosus,2018,35'
    line 'Hoplobatrachus rugulosus,2019,25'
    line 'Hoplobatrachus rugulosus,2017,14'
    counted --by specimens.term --sum quantity country:US
    line 'BOD,GRM,87,87,98699'
    line 'BOD,,68,68,48715'
    line 'LIV,,43,43,3101'
    line 'LEG,KIL,1,1,2857'
    line 'BOD,KIL,40,40,1302.43582'
    line 'MEA,KIL,40,40,191.713853'
    expect 0 inama stats --by species --period year --release country:US
    has "$OUT" "<5" "*" "others" "387"
fi
