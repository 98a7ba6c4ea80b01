#!/usr/bin/env bash
# The nodes of a fleet, made with the command line as people make them: keys, cards, one roster, desks, policies.
#
#   make.sh ADMINISTRATIONS DESKS SCHEME PORT      in the folder where it is called
#
# Node I, from 1, has the folder and name of row I of the table `nodes`: "NAME COUNTRY ROLE". Customs call the customs
# before them, desks call their customs. SCHEME says at which addresses: `namespaces`, node I is 10.44.0.I for all;
# `loopback`, node I listens at 127.44.0.I, and node J reaches it at 127.45.J.I, where a line may be cut.
set -euo pipefail

ADMINISTRATIONS=$1 DESKS=$2 SCHEME=$3 PORT=$4
COUNTRIES=(CD KE UG TZ MZ ZA ZW ZM BW NA AO CM GA CG NG ET MG VN CN TH MY SG HK AE QA RW BI MW SZ LS GH TG BJ CI SN ML
    BF NE TD SD)
ROLES=(POLICE WILDLIFE JUDICIAL PROSECUTOR OTHER)
((ADMINISTRATIONS <= ${#COUNTRIES[@]} && DESKS <= ${#ROLES[@]})) || {
    echo "make.sh: at most ${#COUNTRIES[@]} administrations with ${#ROLES[@]} desks each" >&2
    exit 2
}

listens_at() {
    case $SCHEME in
    namespaces) echo "tcp://10.44.0.$1:$PORT" ;;
    loopback) echo "tcp://127.44.0.$1:$PORT" ;;
    esac
}

# reaches CALLER CALLED
reaches() {
    case $SCHEME in
    namespaces) echo "tcp://10.44.0.$2:$PORT" ;;
    loopback) echo "tcp://127.45.$1.$2:$PORT" ;;
    esac
}

name_of() { echo "${COUNTRIES[$1],,}-${2,,}"; }

# All of it to customs; to the partner alone what is for named recipients; to the desks all but persons.
customs_policy() {
    local country=$1 partner=$2 desk
    echo "audiences:"
    echo "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}"
    echo "  partner: {members: {name: $partner}, publish: yes, show: [all]}"
    for desk in "${ROLES[@]:0:DESKS}"; do
        echo "  ${desk,,}: {members: {role: $desk, country: $country}, publish: yes, show: [all], hide: [persons]}"
    done
    if ((DESKS)); then
        echo "forward: [{from: {role: CUSTOMS}, to: [$(tr ' ' , <<<"${ROLES[*]:0:DESKS}" | tr '[:upper:]' '[:lower:]')]}]"
    fi
    echo "accept: [{from: {role: CUSTOMS}, show: [all]}]"
    echo "local: {operators: {show: [all]}}"
}

desk_policy() {
    echo "accept: [{from: {role: CUSTOMS, country: $1}, show: [all], hide: [persons]}]"
    echo "local: {operators: {show: [all]}}"
}

# make_node NUMBER NAME COUNTRY ROLE POLICY [--peer NAME=ADDRESS]...
make_node() {
    local number=$1 name=$2 country=$3 role=$4 policy=$5
    shift 5
    inama init "$name" --name "$name" --country "$country" --role "$role" --label "$role of $country" \
        --key-file "$name/unlock.key" --listen "$(listens_at "$number")" "$@"
    printf '%s\n' "$policy" >"$name/policy.yaml"
    echo "$name $country $role" >>nodes
}

# Customs are the nodes 1 to ADMINISTRATIONS; the desks follow, country by country.
make_customs() {
    local i j peers
    for ((i = 0; i < ADMINISTRATIONS; i++)); do
        peers=()
        for ((j = 0; j < i; j++)); do
            peers+=(--peer "$(name_of "$j" customs)=$(reaches $((i + 1)) $((j + 1)))")
        done
        make_node $((i + 1)) "$(name_of "$i" customs)" "${COUNTRIES[i]}" CUSTOMS \
            "$(customs_policy "${COUNTRIES[i]}" "$(name_of $(((i + 1) % ADMINISTRATIONS)) customs)")" "${peers[@]}"
    done
}

make_desks() {
    local i k number customs
    for ((i = 0; i < ADMINISTRATIONS; i++)); do
        customs=$(name_of "$i" customs)
        for ((k = 0; k < DESKS; k++)); do
            number=$((ADMINISTRATIONS + i * DESKS + k + 1))
            make_node "$number" "$(name_of "$i" "${ROLES[k]}")" "${COUNTRIES[i]}" "${ROLES[k]}" \
                "$(desk_policy "${COUNTRIES[i]}")" --peer "$customs=$(reaches "$number" $((i + 1)))"
        done
    done
}

enrol_customs() {
    local i cards=()
    for ((i = 0; i < ADMINISTRATIONS; i++)); do cards+=("$(name_of "$i" customs)"/*.card); done
    inama roster root root.key --key-file root.open
    inama roster new --roots root.key.pub
    inama roster add "${cards[@]}"
    inama roster sign --root root.key --key-file root.open --yes
    for ((i = 0; i < ADMINISTRATIONS; i++)); do
        inama roster install roster.inama --home "$(name_of "$i" customs)" --roots root.key.pub --yes
    done
}

# Each administration signs its own; the others hear of them when they are connected.
enrol_desks() {
    local i k customs list cards
    for ((i = 0; i < ADMINISTRATIONS; i++)); do
        customs=$(name_of "$i" customs) list=$customs.desks cards=()
        for ((k = 0; k < DESKS; k++)); do cards+=("$(name_of "$i" "${ROLES[k]}")"/*.card); done
        inama roster new --desks --home "$customs" --roster "$list"
        inama roster add --roster "$list" "${cards[@]}"
        inama roster sign --roster "$list" --home "$customs" --yes
        inama roster install "$list" --home "$customs" --yes
        for ((k = 0; k < DESKS; k++)); do
            inama roster install "$list" --home "$(name_of "$i" "${ROLES[k]}")" --roots root.key.pub --yes
        done
    done
}

: >nodes
make_customs
make_desks
enrol_customs
((DESKS == 0)) || enrol_desks
