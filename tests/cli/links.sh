#!/usr/bin/env bash
#
# Alerts that have to do with one another: links, what is too common, events that were reported twice, graphs.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

first="" again="" box="" name="" phone="" other="" # publish_alert sets them
make_root
make_node a KE CUSTOMS
enrol a
start a
export INAMA_HOME=a

# publish_alert NAME YEAR-MONTH-DAY COUNTRY PLACE TAXON QUANTITY MORE: the id of the alert into the variable NAME
publish_alert() {
    local date=$2
    printf '{"kind":"SEIZURE","urgency":"ROUTINE","language":"EN","grading":{"scheme":"ADMIRALTY","source":"B","information":"2"},"marking":{"tlp":"AMBER"},"incident":{"year":%d,"month":%d,"day":%d,"country":"%s","place":"%s"},"specimens":[{"taxon":"%s","rank":"SPECIES","term":"TUS","quantity":"%s","unit":"KIL"}]%s}\n' \
        "$((10#${date%%-*}))" "$((10#${date:5:2}))" "$((10#${date:8:2}))" "$3" "$4" "$5" "$6" "${7:+,$7}" >alert.json
    expect 0 inama publish --json alert.json
    printf -v "$1" %s "$(sed -n 's/.*"object":"\([0-9a-f]*\)".*/\1/p' <<<"$OUT" | head -1)"
    [[ -n ${!1} ]] || fail "not published: $OUT $ERR"
}
ivory="Loxodonta africana"
publish_alert first 2026-03-14 KE KEMBA "$ivory" 120.5 \
    '"legs":[{"role":"ORIGIN","country":"TZ","container":["MSKU 123456-7"]}],"persons":[{"surname":"Diallo","forenames":"Mohamed","phone":["+254 700 111222"]}]'
publish_alert again 2026-03-15 KE KEMBA "$ivory" 121 ''
publish_alert box 2025-01-02 TZ TZDAR "$ivory" 40 '"legs":[{"role":"TRANSIT","country":"KE","container":["msku1234567"]}]'
publish_alert name 2024-06-07 UG UGKLA "Manis tricuspis" 3 '"persons":[{"surname":"Jallow","forenames":"Muhammad"}]'
publish_alert phone 2023-06-07 UG UGKLA "Manis tricuspis" 3 '"companies":[{"name":"Savanna Trading Ltd","phone":["00254700111222"]}]'
publish_alert other 2026-03-14 KE KENBO "Manis tricuspis" 9 '"persons":[{"surname":"Diallo","forenames":"Mamadou"}]'

# links says which, and why; those that say most come first
expect 0 inama links "$first"
has "$OUT" "Container MSKU1234567" "Person DIALLO MOHAMED ~ JALLOW MUHAMMAD (0.9" "Telephone 254700111222" \
    "probably one event (a day between, same place, same species, same quantity)" "4 linked alerts"
lacks "$OUT" "${other:0:8}" MAMADOU
expect 0 inama links --json "$first"
has "$OUT" '"found":4' '"partial":false' "\"object\":\"$again\"" '"points":8' '"signs":\["next-day","same-place","same-taxon","same-quantity"\]' '"alike_percent":92'
expect 0 inama links "$first" --alike 1
lacks "$OUT" JALLOW
has "$OUT" "3 linked alerts"
expect 0 inama links "$first" --alike 0.7
has "$OUT" MAMADOU
expect 0 inama links "$other"
has "$OUT" "No alert here is linked"
expect 0 inama links "$first" --limit 1
has "$OUT" "1 of 4 linked alerts"
expect 2 inama links "$first" --alike 2
has "$ERR" "from 0 to 1"
expect 1 inama links ffff
has "$ERR" "no alert here begins"
expect 2 inama links

# what too many name is said and not followed
for _ in 1 2; do publish_alert more 2022-01-01 TZ TZDAR "$ivory" 1 '"legs":[{"role":"ORIGIN","country":"TZ","container":["MSKU1234567"]}]'; done
expect 0 inama links "$first" --common 3
has "$OUT" "Container MSKU1234567 stands in 4 alerts"
lacks "$OUT" "${box:0:8}"
expect 0 inama links "$first"
has "$OUT" "6 linked alerts"

# a new version takes the place of the one before
expect 0 inama audit show
has "$OUT" links

# a graph: every alert and thing once, at any depth
expect 0 inama graph "$first" --format dot
has "$OUT" 'graph inama {' "\"$box\" \[shape=box" '"container msku1234567" \[shape=ellipse' "probably one event"
grep -qE "\"$first\" -- \"container msku1234567\"|\"container msku1234567\" -- \"$first\"" <<<"$OUT" || fail "no edge: $OUT"
[[ $(grep -c "\"$box\" \[shape" <<<"$OUT") == 1 ]] || fail "twice"
expect 0 inama graph "$phone" --depth 1
lacks "$OUT" "$box"
expect 0 inama graph "$phone" --depth 2
has "$OUT" "<node id=\"$box\">" '<data key="kind">phone</data>' '</graphml>'
if command -v xmllint >/dev/null; then xmllint --noout - <<<"$OUT" || fail "no XML"; fi
expect 0 inama graph species:Manidae --limit 2
has "$ERR" "not all that is linked"
expect 1 inama graph 'species:('
has "$ERR" "species:("
expect 0 inama graph "$first" --json
has "$OUT" '"container msku1234567":{"label"' '"cut":false'
expect 2 inama graph "$first" --format svg
has "$ERR" "graphml or dot"
