#!/usr/bin/env bash
#
# docs/ceremony.md, as it is written: every command of it runs, in order, with a passphrase for each keeper.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# the keepers' passphrases, as they would type them, and "yes" where they are asked
(umask 077 && for keeper in alice bob carol dora; do echo "the words of $keeper, eight of them or more" >"$keeper.words"; done)
mkdir cards
for country in cd ke ug; do
    inama init "$country-customs" --name "$country-customs" --country "${country^^}" --role CUSTOMS \
        --label "Customs $country" --key-file "$country-customs.open" >/dev/null
    cp "$country-customs/$country-customs.card" cards/
done
DID=0

# inama as people use it, with what they would type.
inama() {
    local keeper=''
    DID=$((DID + 1))
    case "$1 ${2:-}" in
    "roster root") keeper=$(dirname "$3") ;;
    "roster sign") keeper=$(dirname "$4") ;;
    "init "*) set -- "$@" --key-file again.open ;;
    "roster install") set -- "$@" --yes ;;
    esac
    [[ -z $keeper ]] || set -- "$@" --passphrase-file "$keeper.words"
    [[ "$1 ${2:-}" != "roster sign" ]] || set -- "$@" --yes
    command inama "$@"
}

# shellcheck disable=SC2016 # the page has back quotes
sed -n '/^```sh/,/^```$/{/^```/d;p}' "$SOURCE_DIR/docs/ceremony.md" >as-written
(($(grep -c inama as-written) > 25)) || fail "the page has lost its commands"
# shellcheck source=/dev/null
source ./as-written >said 2>complained.log
((DID > 25)) || fail "only $DID commands ran"

# what stands at the end: version 7, two members with ke-customs's second keys, and the roots of alice, bob and dora
expect 0 command inama roster show --home cd-customs --json
has "$OUT" '"version":7' '"name":"cd-customs"' '"name":"ke-customs"'
has "$(grep -c . cd-customs/roots.txt)" 4
has "$(<cd-customs/roots.txt)" "threshold 2" "$(<dora/root.key.pub)"
lacks "$(<cd-customs/roots.txt)" "$(<carol/root.key.pub)"

# one keeper alone, the lost root, or the roots of before sign nothing any more
command inama roster renew >/dev/null
expect 1 inama roster sign --root carol/root.key
has "$ERR" "not one of the roster's roots"
expect 0 inama roster sign --root alice/root.key
expect 1 command inama roster install roster.inama --home cd-customs --yes
has "$ERR" "too few valid signatures"
