#!/usr/bin/env bash
# The demonstration: an alert leaves one administration and is read, field by field, where it may be.
#
#   ./dev demo                 in a folder that goes away afterwards
#   ./dev demo --keep FOLDER   leaves the five nodes there, to be tried by hand
#
# Everything is done with the two programs an administration has, `inamad` and `inama`, in the order in which people do it.
set -euo pipefail

SOURCE_DIR=${INAMA_SOURCE_DIR:-$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")}
export INAMA_DATADIR=$SOURCE_DIR/config
NODES=(cd-customs ke-customs ke-police ke-wildlife ke-judicial)
declare -A PORT PID

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
    BOLD=$'\e[1m' DIM=$'\e[2m' PLAIN=$'\e[0m'
else
    BOLD='' DIM='' PLAIN=''
fi

KEEP=''
if [[ ${1:-} == --keep ]]; then
    KEEP=$(realpath -m "${2:?--keep needs a folder}")
    [[ ! -e $KEEP ]] || { echo "demo: $KEEP is there already; name a folder that is not" >&2 && exit 2; }
    mkdir -p "$KEEP"
    chmod 700 "$KEEP"
elif [[ -n ${1:-} ]]; then
    echo "Usage: ./dev demo [--keep FOLDER]" >&2
    exit 2
fi
WORK=${KEEP:-$(mktemp -d)}

clean_up() {
    local verdict=$? name
    for name in "${!PID[@]}"; do kill "${PID[$name]}" 2>/dev/null || true; done
    for name in "${!PID[@]}"; do wait "${PID[$name]}" 2>/dev/null || true; done
    if ((verdict)); then tail -n 5 "$WORK"/*.log >&2 || true; fi
    [[ -n $KEEP ]] || rm -rf "$WORK"
    exit "$verdict"
}
trap clean_up EXIT
cd "$WORK"

chapter() { printf '\n%s%s%s\n' "$BOLD" "$*" "$PLAIN"; }

# run COMMAND...: shows it, then runs it.
run() {
    printf '%s$ %s%s\n' "$DIM" "$*" "$PLAIN"
    "$@"
}

# A port below those that the kernel gives to outgoing connections, and not given to another node yet.
free_port() {
    local port
    while port=$((12000 + RANDOM % 20000)); do
        [[ " ${PORT[*]:-} " != *" $port "* ]] || continue
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port" && return; }
    done
}

make_node() {
    local name=$1 country=$2 role=$3 label=$4 other peers=()
    shift 4
    PORT[$name]=$(free_port)
    for other in "${!PORT[@]}"; do
        [[ $other == "$name" ]] || peers+=(--peer "$other=tcp://127.0.0.1:${PORT[$other]}")
    done
    inama init "$name" --name "$name" --country "$country" --role "$role" --label "$label" \
        --key-file "$name/unlock.key" --listen "tcp://127.0.0.1:${PORT[$name]}" "${peers[@]}" "$@" >/dev/null
    printf '  %-12s %s\n' "$name" "$label"
}

alerts() { inama status --home "$1" --json | sed -E 's/.*"alerts":([0-9]+).*/\1/'; }

# wait_for NODE COUNT: until the node holds so many alerts.
wait_for() {
    local end=$((SECONDS + 60))
    until (($(alerts "$1") >= $2)); do
        ((SECONDS < end)) || { echo "demo: $1 did not get its alerts" >&2 && exit 1; }
        sleep 0.1
    done
}

# value NODE GROUP FIELD: of the group's first element, as the node sees it; nothing if it sees none.
value() {
    sed -nE 's/.*"'"$2"'":\[?\{[^}]*"'"$3"'":\[?"?([^]",}]*).*/\1/p' "$1.json" | cut -c1-15
}

chapter "Five nodes: two customs administrations, and three desks of one of the countries"
inama roster root root.key --key-file root.open >/dev/null
inama roster new --roots root.key.pub >/dev/null
make_node cd-customs CD CUSTOMS "Customs of the DR Congo" --policy customs-full
make_node ke-customs KE CUSTOMS "Customs of Kenya"
make_node ke-police KE POLICE "Police of Kenya"
make_node ke-wildlife KE WILDLIFE "Wildlife authority of Kenya"
make_node ke-judicial KE JUDICIAL "Judiciary of Kenya"

chapter "The keeper of the roster adds the cards of the two administrations, and signs"
inama roster add cd-customs/cd-customs.card ke-customs/ke-customs.card >/dev/null
run inama roster sign --root root.key --key-file root.open --yes
for name in cd-customs ke-customs; do
    inama roster install roster.inama --home "$name" --roots root.key.pub --yes >/dev/null
done

chapter "Kenya signs its own desks; nobody else can"
inama roster new --desks --home ke-customs --roster desks.inama >/dev/null
inama roster add --roster desks.inama ke-police/ke-police.card ke-wildlife/ke-wildlife.card \
    ke-judicial/ke-judicial.card >/dev/null
run inama roster sign --roster desks.inama --home ke-customs --yes
inama roster install desks.inama --home ke-customs --yes >/dev/null
for name in ke-police ke-wildlife ke-judicial; do
    inama roster install desks.inama --home "$name" --roots root.key.pub --yes >/dev/null
done
for name in "${NODES[@]}"; do
    inamad --home "$name" >"$name.log" 2>&1 &
    PID[$name]=$!
done
for name in "${NODES[@]}"; do
    until inama status --home "$name" >/dev/null 2>&1; do
        kill -0 "${PID[$name]}" || exit 1
        sleep 0.05
    done
done

chapter "The desks travel to the Congo by themselves"
end=$((SECONDS + 60))
until inama roster show --home cd-customs | grep -q ke-judicial; do
    ((SECONDS < end)) || { echo "demo: cd-customs did not learn of the desks" >&2 && exit 1; }
    sleep 0.1
done
run inama roster show --home cd-customs

chapter "5 May 2014: customs of the DR Congo find 750 kg of pangolin scales in a routine check"
run inama publish --home cd-customs "$SOURCE_DIR/config/examples/pangolin.json"
for name in "${NODES[@]}"; do wait_for "$name" 1; done
ALERT=$(inama find --home cd-customs --json | sed -E 's/.*"object":"([0-9a-f]{8}).*/\1/')

chapter "The alert as the wildlife authority finds it"
run inama find --home ke-wildlife --species Manidae --country KE

if [[ -n ${INAMA_DATA:-} && -r $INAMA_DATA/seizures/amphibian_LEMIS_2016_to_2021.csv ]]; then
    chapter "Real records: seized and refused shipments, from a table of 16,366 rows"
    TABLE=$INAMA_DATA/seizures/amphibian_LEMIS_2016_to_2021.csv
    # 1: some rows were refused, each with its line and reason
    run inama import --home cd-customs "$TABLE" --map "$INAMA_DATADIR/maps/lemis.yaml" >import.txt 2>&1 || (($? == 1))
    tail -n 4 import.txt
    for name in "${NODES[@]}"; do wait_for "$name" "$(alerts cd-customs)"; done
    run inama find --home ke-police --species Anura --from 2019 --limit 5
fi

chapter "Fields by reader: what each node holds of the first alert"
for name in "${NODES[@]}"; do inama show --home "$name" "$ALERT" --json >"$name.json"; done
printf '%-27s' FIELD
printf ' %-15s' CD-CUSTOMS KE-CUSTOMS POLICE WILDLIFE JUDICIAL
printf '\n'
while read -r group field; do
    printf '%-27s' "$group.$field"
    for name in "${NODES[@]}"; do printf ' %-15s' "$(value "$name" "$group" "$field")"; done
    printf '\n'
done <<'END'
incident country
specimens taxon
specimens quantity
specimens estimated_animals
detection indicators
concealment cover_load
documents number
persons surname
persons nationality
companies name
source kind
exhibits seal
legal case_number
narrative title
narrative below_tear_line
operational next_action
END

chapter "The last reader verifies the first signature"
run inama verify --home ke-judicial "$ALERT"
if [[ -n $KEEP ]]; then
    printf '\nThe nodes are in %s. Start one with: inamad --home %s/ke-police\n' "$KEEP" "$KEEP"
fi
