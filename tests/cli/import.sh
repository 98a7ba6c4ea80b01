#!/usr/bin/env bash
#
# A table through a mapping: what is good is published, what is not is refused with its line and its reason.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
map=$INAMA_DATADIR/maps/lemis.yaml

make_root
make_node a US WILDLIFE
make_node b US CUSTOMS
enrol a b
start a b

titles=control_number,species_code,taxa,class,genus,species,subspecies,specific_name,generic_name,description,quantity,unit,value,country_origin,country_imp_exp,purpose,source,action,disposition,disposition_date,disposition_year,shipment_date,shipment_year,import_export,port,us_co,foreign_co,cleaning_notes
row() { # quantity unit disposition date port genus
    echo "2016799579,RACA,amphibian,Amphibia,${6:-Rana},sp.,NA,NA,FROG,MEA,$1,$2,NA,TH,TH,P,U,R,$3,$4,2016,2016-01-20T00:00:00Z,2016,I,$5,NA,NA,NA"
}
{
    echo "$titles"
    row 3 KG S 2016-01-26T00:00:00Z SF             # 2
    row 5 NO C 2016-01-26T00:00:00Z SF             # 3: not wanted
    row 0 KG S 2016-01-26T00:00:00Z SF             # 4: nothing
    row 3 stone S 2016-01-26T00:00:00Z SF          # 5: unit
    row 3 KG S 26.01.2016 SF                       # 6: date
    row 3 KG R NA ZZ "Non-CITES entry"             # 7: the class, the other date, the port in words
    echo "2016799579,RACA"                         # 8: too short
    row 3 KG S 2999-01-26T00:00:00Z SF             # 9: the future
    printf 'x,y,amphibian,Amphibia,Rana,sp.,NA,caf\xe9,FROG,MEA,1,KG,NA,TH,TH,P,U,R,S,2016-01-26,2016,NA,2016,I,SF,NA,NA,NA\n' # 10
} >table.csv

expect 1 inama import --home a table.csv --map "$map" --dry-run
has "$OUT" "3 good (nothing was published), 5 refused, 1 skipped"
[[ $(alerts a) == 0 ]] || fail "the dry run published"

expect 1 inama import --home a table.csv --map "$map"
has "$OUT" "3 published, 5 refused, 1 skipped" "1 rows were not UTF-8"
has "$ERR" "table.csv:4: specimens\[0\].quantity: is 0" 'table.csv:5: specimens.unit: "stone"' \
    'table.csv:6: incident.date: "26.01.2016"' "table.csv:8: has 2 cells" "table.csv:9: incident."
lacks "$ERR" "table.csv:2:" "table.csv:3:" "table.csv:7:" "table.csv:10:"
expect 0 inama find --home a --json --full
has "$OUT" '"total":3' '"taxon":"Amphibia"' '"place_text":"ZZ"' '"common_name":"café FROG"' '"kind":"ATTEMPTED"'
wait_for 20 has_alerts b 3

expect 1 inama import --home a table.csv --map "$map" --json --dry-run
has "$OUT" '"refused":"table.csv:8"' '"published":3'

# a table that does not fit
sed '1s/disposition_date/date/' table.csv >other.csv
expect 1 inama import --home a other.csv --map "$map"
has "$ERR" 'no column "disposition_date"' "do not fit"
expect 1 inama import --home a /dev/null --map "$map"
expect 2 inama import --home a table.csv
has "$ERR" "--map FILE"
echo "fields: {incident.colour: x}" >bad.yaml
expect 1 inama import --home a table.csv --map bad.yaml
has "$ERR" "bad.yaml:1: envelope" "bad.yaml:1: incident.colour"

# the real records, where they are at hand
data=${INAMA_DATA:-}/seizures/amphibian_LEMIS_2016_to_2021.csv
if [[ -r $data ]]; then
    expect 1 inama import --home b "$data" --map "$map"
    has "$OUT" "387 published, 13 refused, 15966 skipped"
    wait_for 60 has_alerts b 390
    wait_for 60 has_alerts a 390
    expect 0 inama find --home b --species Amphibia --limit 5
    has "$OUT" "5 of 1" "--before"
    next=$(sed -n 's/.*--before \([0-9@]*\)$/\1/p' <<<"$OUT")
    expect 0 inama find --home b --limit 1000 --before "$next"
fi
