#!/usr/bin/env bash
#
# Lists of species and places are imported into the node's folder, and node.yaml learns of them.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

make_root
make_node a KE CUSTOMS
enrol a
printf '%s\n' 'Class,Order,Family,FullName,RankName,CurrentListing,SynonymsWithAuthors,EnglishNames,FrenchNames' \
    'Amphibia,Anura,Ranidae,Rana imaginaria,SPECIES,II,,Imaginary frog,Grenouille imaginaire' >taxa.csv
expect 0 inama codes import taxa taxa.csv --home a
has "$OUT" "taken" "a/taxa.list"
has "$(<a/node.yaml)" $'\ntaxa: taxa.list'
expect 0 inama check --home a
expect 2 inama codes import colours taxa.csv --home a
expect 1 inama codes import taxa none.csv --home a
echo "a,b" >bad.csv
expect 1 inama codes import taxa bad.csv --home a

start a
sed 's/Manis tricuspis/Rana imaginaria/' "$INAMA_DATADIR/examples/pangolin.json" >frog.json
expect 0 inama publish --home a --dry-run frog.json
lacks "$ERR" "specimens\[0\].taxon"
