#!/usr/bin/env bash
#
# What the tests of the command line share: nodes on free ports of this machine, made the way an administrator makes
# them, in a folder that goes away; and ways to expect things. A test begins with
#
#   source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
#
# and ends with exit code 0 if all that it expected was so. Only processes that the test started are ended.

set -euo pipefail

SOURCE_DIR=${INAMA_SOURCE_DIR:-$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")}
export INAMA_DATADIR=$SOURCE_DIR/config
export LC_ALL=C.UTF-8
unset INAMA_HOME NO_COLOR LANGUAGE

WORK=$(mktemp -d)
cd "$WORK"
declare -A PIDS=()

clean_up() {
    local verdict=$? name
    for name in "${!PIDS[@]}"; do
        kill "${PIDS[$name]}" 2>/dev/null || true
    done
    for name in "${!PIDS[@]}"; do
        wait "${PIDS[$name]}" 2>/dev/null || true
    done
    if ((verdict)); then
        for log in "$WORK"/*.log; do
            [[ ! -s $log ]] || { echo "--- $(basename "$log")" && tail -n 40 "$log"; } >&2
        done
    fi
    rm -rf "$WORK"
    exit "$verdict"
}
trap clean_up EXIT

fail() {
    echo "FAILED at line ${BASH_LINENO[1]:-?}: $*" >&2
    exit 1
}

# expect CODE COMMAND...: runs it; its output is in $OUT, its complaints in $ERR.
OUT='' ERR=''
expect() {
    local expected=$1 code=0
    shift
    "$@" >"$WORK/out" 2>"$WORK/err" </dev/null || code=$?
    OUT=$(<"$WORK/out")
    ERR=$(<"$WORK/err")
    ((code == expected)) || fail "exit code $code, expected $expected: $*"$'\n'"$OUT"$'\n'"$ERR"
}

# has TEXT PATTERN...: each glob pattern occurs in the text.
has() {
    local text=$1 pattern
    shift
    for pattern in "$@"; do
        # shellcheck disable=SC2053 # the right side is a pattern on purpose
        [[ $text == *$pattern* ]] || fail "expected \"$pattern\" in:"$'\n'"$text"
    done
}
lacks() {
    local text=$1 pattern
    shift
    for pattern in "$@"; do
        # shellcheck disable=SC2053
        [[ $text != *$pattern* ]] || fail "did not expect \"$pattern\" in:"$'\n'"$text"
    done
}

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < end)) || fail "waited in vain for: $*"
        sleep 0.1
    done
}

# A port below those that the kernel gives to outgoing connections, and not given to another node yet.
free_port() {
    local port
    for _ in {1..100}; do
        port=$((12000 + RANDOM % 20000))
        [[ " ${PORTS[*]:-} " != *" $port "* ]] || continue
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port" && return; }
    done
    fail "no free port"
}

# ---- nodes ----

declare -A PORTS=()

# make_root: a root key, opened by a key file, and a roster that only it must sign.
make_root() {
    inama roster root root.key --key-file root.open >/dev/null
    inama roster new --roots root.key.pub >/dev/null
}

# make_node NAME COUNTRY ROLE [OPTIONS]: its folder is NAME; it calls those that were made before it.
make_node() {
    local name=$1 country=$2 role=$3 other peers=()
    shift 3
    PORTS[$name]=$(free_port)
    for other in "${!PORTS[@]}"; do
        [[ $other == "$name" ]] || peers+=(--peer "$other=tcp://127.0.0.1:${PORTS[$other]}")
    done
    inama init "$name" --name "$name" --country "$country" --role "$role" --label "Test node $name" \
        --key-file "$name/unlock.key" --listen "tcp://127.0.0.1:${PORTS[$name]}" "${peers[@]}" "$@" >/dev/null
}

# enrol NAME...: puts them into the roster, signs it, and installs it at all nodes made so far.
enrol() {
    local name cards=()
    for name in "$@"; do cards+=("$name/$name.card"); done
    inama roster add "${cards[@]}" >/dev/null
    inama roster sign --root root.key --key-file root.open --yes >/dev/null
    for name in "${!PORTS[@]}"; do
        if [[ -e $name/roots.txt ]]; then
            inama roster install roster.inama --home "$name" --yes >/dev/null
        else
            inama roster install roster.inama --home "$name" --roots root.key.pub --yes >/dev/null
        fi
    done
}

# run NAME COMMAND...: in the background, until the test ends; output in NAME.out, complaints in NAME.log.
run() {
    local name=$1
    shift
    "$@" >"$WORK/$name.out" 2>"$WORK/$name.log" </dev/null &
    PIDS[$name]=$!
}

start() {
    local name
    for name in "$@"; do
        run "$name" inamad --home "$name"
    done
    for name in "$@"; do
        wait_for 30 inama status --home "$name"
    done
}

stop() {
    local name
    for name in "$@"; do
        kill "${PIDS[$name]}"
        wait "${PIDS[$name]}" || fail "$name ended with $?"
        unset "PIDS[$name]"
    done
}

# alerts NAME: how many it holds.
alerts() { inama status --home "$1" --json | sed 's/.*"alerts":\([0-9]*\).*/\1/'; }
has_alerts() { (($(alerts "$1") >= $2)); }

# skip REASON: what this machine lacks.
skip() {
    echo "skipped: $*"
    trap - EXIT
    rm -rf "$WORK"
    exit 77
}

# Run by itself, it checks itself.
if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
    expect 3 bash -c 'echo said; echo complained >&2; exit 3'
    has "$OUT$ERR" said complained
    lacks "$OUT" complained
    [[ $(free_port) =~ ^[0-9]+$ ]] || fail "no number"
    (fail "on purpose") 2>/dev/null && exit 1
    wait_for 5 true
fi
