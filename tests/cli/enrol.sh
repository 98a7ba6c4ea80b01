#!/usr/bin/env bash
#
# Enrolment: cards and what two people compare, the desks of an administration, and members that lost their keys.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

make_root
expect 0 inama init ke --name ke-customs --country KE --role CUSTOMS --label "Kenya Customs" --key-file ke/unlock.key
has "$OUT" "Fingerprint:" "in words:"
printed=$(sed -n 's/^Fingerprint:  //p' <<<"$OUT")
expect 0 inama init cd --name cd-customs --country CD --role CUSTOMS --label "Douanes" --key-file cd.key

# both ends see the same digits, words and code
expect 0 inama enrol request --home ke --out mailed.card --qr
has "$OUT" "Wrote mailed.card: ke-customs, Kenya Customs, KE, CUSTOMS" "$printed" "inama enrol show mailed.card" "█▀▀▀▀▀█"
request=$OUT
expect 0 inama enrol show mailed.card --qr
has "$OUT" "ke-customs: Kenya Customs, KE, CUSTOMS" "$printed" "inama roster add mailed.card"
[[ $(grep -A 30 '^Fingerprint' <<<"$OUT" | grep '█') == "$(grep -A 30 '^Fingerprint' <<<"$request" | grep '█')" ]] ||
    fail "the codes differ"
[[ $(grep 'in words' <<<"$OUT") == "$(grep 'in words' <<<"$request")" ]] || fail "the words differ"
[[ $(wc -w < <(grep 'in words' <<<"$OUT")) == 10 ]] || fail "not eight words"
cmp -s mailed.card ke/ke-customs.card || fail "init and enrol request write different cards"
expect 0 inama enrol show mailed.card
lacks "$OUT" "█" # no terminal here
expect 0 inama enrol show mailed.card --qr --no-qr
lacks "$OUT" "█"
expect 0 inama enrol show mailed.card --qr --json
has "$OUT" "\"fingerprint\":\"$printed\"" '"fingerprint_words":"' '"serial":1'
lacks "$OUT" "█"
expect 0 inama enrol request --home ke --json # into this folder
has "$OUT" '"card":"ke-customs.card"'
cmp -s ke-customs.card mailed.card || fail "another card"
if locale -a | grep -qx C; then
    expect 0 env LC_ALL=en_US.ISO-8859-1 inama enrol show mailed.card --qr
    has "$OUT" "[#█]" # where the locale is not installed, C.UTF-8 stands in
fi
if command -v script >/dev/null; then
    expect 0 script -qec "inama enrol show mailed.card" /dev/null
    has "$OUT" "█"
    expect 0 script -qec "inama enrol show mailed.card --no-qr" /dev/null
    lacks "$OUT" "█"
fi

# the key that opens the node's keys
expect 4 setsid inama enrol request --home cd --passphrase-file nowhere
expect 0 inama enrol request --home cd # node.yaml names the key file
(umask 077 && head -c 32 /dev/zero >wrong.key)
expect 4 inama enrol request --home cd --key-file wrong.key
has "$ERR" "does not open this"
cp cd/identity.key kept.key && (umask 077 && head -c 20 kept.key >cd/identity.key)
expect 4 inama enrol request --home cd
has "$ERR" "cd/identity.key" "the copy from the safe"
(umask 077 && cat kept.key >cd/identity.key)
rm cd/cd-customs.card # neither roster nor card tells the name
expect 2 inama enrol request --home cd
has "$ERR" "give --name"
expect 1 inama enrol request --home cd --name "CD Customs" --country CD --role CUSTOMS --label "Douanes"
expect 0 inama enrol request --home cd --name cd-customs --country CD --role CUSTOMS --label "Douanes"
has "$OUT" "Wrote cd-customs.card"

# what is no card
tr ABCDabcd BCDAbcda <mailed.card >bent.card
expect 1 inama enrol show bent.card
has "$ERR" "card bent.card" "changed or cut off on its way"
expect 1 inama enrol show roster.inama
expect 1 inama enrol show nowhere.card
has "$ERR" "card nowhere.card: not found"

sign() { expect 0 inama roster sign --root root.key --key-file root.open --yes; }
expect 0 inama roster add ke-customs.card cd-customs.card
sign
for node in ke cd; do
    expect 0 inama roster install roster.inama --home "$node" --roots root.key.pub --yes
done
expect 0 inama enrol request --home cd # now the roster tells

# the desks of an administration
expect 0 inama init p --name ke-police --country KE --role POLICE --label "Kenya Police" --key-file p.key
expect 0 inama init q --name police --country KE --role POLICE --label "Misnamed" --key-file q.key
expect 0 inama init u --name ke-uganda --country UG --role POLICE --label "Abroad" --key-file u.key
expect 0 inama init s --name ke-secretariat --country KE --role SECRETARIAT --label "S" --key-file s.key
expect 0 inama init w --name ke-wildlife --country KE --role WILDLIFE --label "Kenya Wildlife" --key-file w.key
expect 1 inama roster new --desks --home p
has "$ERR" "p/roots.txt: not found" "inama roster install FILE"
expect 0 inama roster install roster.inama --home p --roots root.key.pub --yes
expect 4 inama roster new --desks --home p
has "$ERR" "does not list this node"
expect 0 inama roster new --desks --home ke
has "$OUT" "desks of ke-customs, desks.inama: version 1" "--roster desks.inama"
expect 1 inama roster new --desks --home ke # never overwrites
expect 1 inama roster add q/police.card --roster desks.inama
has "$ERR" "the name of a desk begins with ke-"
expect 1 inama roster add u/ke-uganda.card --roster desks.inama
has "$ERR" "answers for desks of KE only"
expect 1 inama roster add s/ke-secretariat.card --roster desks.inama
has "$ERR" "not of the role SECRETARIAT"
expect 1 inama roster add mailed.card --roster desks.inama
expect 0 inama roster add p/ke-police.card w/ke-wildlife.card --roster desks.inama
has "$OUT" "+ ke-police joins: Kenya Police, KE, POLICE (a desk of ke-customs)" "desks 2" "has not signed it"
expect 1 inama roster install desks.inama --home cd --yes
has "$ERR" "has not signed them with its key in force"
expect 1 inama roster sign --root root.key --key-file root.open --roster desks.inama --yes
has "$ERR" "its administration signs it, not a root"
expect 4 inama roster sign --roster desks.inama --home cd --yes
has "$ERR" "these desks are signed by ke-customs"
expect 0 inama roster sign --roster desks.inama --home ke --yes
has "$OUT" "Signed with the key of ke-customs" "It is complete"
expect 1 inama roster sign --roster desks.inama --home ke --yes
has "$ERR" "ke-customs has signed these desks already"
expect 1 inama roster roots --threshold 1 --roster desks.inama
has "$ERR" "desks have no roots"
for node in ke cd p; do
    expect 0 inama roster install desks.inama --home "$node" --yes
    has "$OUT" "desks of ke-customs: version 1, the first here" "+ ke-wildlife joins"
done
expect 0 inama check --home p
expect 0 inama roster show --home cd
has "$OUT" $'\n''ke-customs ' $'\n''  ke-police ' "Desks of ke-customs, version 1"
expect 0 inama roster show --home cd --json
has "$OUT" '"desk_of":"ke-customs"' '"desks":[[]{"desks_of":"ke-customs","version":1'

# their next version, and from nothing
expect 0 inama roster remove ke-wildlife --roster desks.inama
has "$OUT" "- ke-wildlife leaves" "(a desk of ke-customs)" "version 2"
expect 0 inama roster diff desks.inama --home cd
has "$OUT" "desks of ke-customs: version 2 after 1" "- ke-wildlife leaves"
expect 0 inama roster sign --roster desks.inama --home ke --yes
has "$OUT" "Against the version before" "- ke-wildlife leaves"
expect 0 inama roster install desks.inama --home cd --yes
expect 0 inama roster install desks.inama --home ke --yes
expect 0 inama roster new --desks --home ke --roster anew.inama
has "$OUT" "version 3, no desks yet" "takes the place of version 2"
expect 0 inama roster add p/ke-police.card --roster anew.inama
expect 0 inama roster sign --roster anew.inama --home ke --yes
expect 0 inama roster install anew.inama --home cd --yes
expect 1 inama roster install desks.inama --home cd --yes
has "$ERR" "older" "has a newer one"

# a desk that lost its keys is somebody else from then on
desk=$(sed 's/.*"id":"\([0-9a-f]*\)".*/\1/' < <(inama enrol show p/ke-police.card --json))
expect 0 inama init p2 --name ke-police --country KE --role POLICE --label "Kenya Police" --key-file p2.key \
    --recover "$desk" --serial 2
expect 1 inama roster add p2/ke-police.card --roster anew.inama
has "$ERR" "a desk cannot get new keys for its old id" "inama roster remove ke-police" "without --recover"

# a member that lost its keys
id=$(sed 's/.*"id":"\([0-9a-f]*\)".*/\1/' < <(inama enrol show ke-customs.card --json))
again=(--name ke-customs --country KE --role CUSTOMS --label "Kenya Customs" --key-file again.key)
expect 2 inama init again "${again[@]}" --recover "$id"
has "$ERR" "--recover and --serial go together"
expect 2 inama init again "${again[@]}" --recover "${id:1}" --serial 2
has "$ERR" "64 hexadecimal digits"
expect 2 inama init again "${again[@]}" --recover "$id" --serial 1
[[ ! -e again ]] || fail "a folder was made"
expect 0 inama init again "${again[@]}" --recover "$id" --serial 2
has "$OUT" "asks for the id of the member" "--lost" "--revoked"
expect 0 inama enrol show again/ke-customs.card
has "$OUT" "asks for keys number 2 of the member $id"
lacks "$OUT" "$printed"
expect 2 inama roster add cd-customs.card --lost
has "$ERR" "for a card that brings new keys"
expect 2 inama roster add again/ke-customs.card --lost --revoked
has "$ERR" "it is revoked"
expect 2 inama roster add again/ke-customs.card cd-customs.card --lost
has "$ERR" "one card at a time"
cp roster.inama first.inama
expect 0 inama roster add again/ke-customs.card --revoked --at 2026-05-05
has "$OUT" "~ ke-customs gets new keys, number 2" "revoked on 2026-05-05" "counts no more"
cp first.inama roster.inama
expect 0 inama roster add again/ke-customs.card
has "$OUT" "left or replaced on"
cp first.inama roster.inama
expect 0 inama roster add again/ke-customs.card --lost
has "$OUT" "~ ke-customs gets new keys, number 2" "lost on" "still counts" "version 2"
expect 1 inama roster add again/ke-customs.card --lost
has "$ERR" "has keys number 2 here" "--serial 3"
sign
expect 0 inama roster show roster.inama
has "$OUT" "ke-customs, a key before *lost"
expect 0 inama roster install roster.inama --home cd --yes
has "$OUT" "the desks of ke-customs go with its key"
expect 0 inama roster install roster.inama --home again --roots root.key.pub --yes
expect 0 inama check --home again
expect 0 inama roster install roster.inama --home ke --yes # whoever still has the lost keys
expect 1 inama check --home ke
has "$ERR" "gives this node other keys than it has"
expect 1 inama roster install anew.inama --home cd --yes # signed with the lost key
expect 4 inama roster sign --roster anew.inama --home ke --yes
has "$ERR" "has other keys by now"
expect 0 inama roster sign --roster anew.inama --home again --yes # the same desks, signed with the new one
has "$OUT" "Signed with the key of ke-customs" "It is complete"
expect 0 inama roster install anew.inama --home cd --yes
has "$OUT" "+ ke-police joins"
expect 0 inama roster new --desks --home again --roster again.inama
has "$OUT" "version 1, no desks yet" # none are in force there

# an id that nobody has, or that has left
expect 0 inama init nobody --name zz-customs --country UG --role CUSTOMS --label "Z" --key-file z.key \
    --recover "$(printf 'ab%.0s' {1..32})" --serial 2
expect 1 inama roster add nobody/zz-customs.card
has "$ERR" "not in this list"
expect 0 inama roster remove ke-customs
expect 0 inama init late "${again[@]}" --recover "$id" --serial 3
expect 1 inama roster add late/ke-customs.card
has "$ERR" "ke-customs has left"

# what members did to their keys themselves stays when those who keep the lists change their rows
mkdir renewed && cd renewed
make_root
make_node ug-customs UG CUSTOMS
make_node ug-police UG POLICE
enrol ug-customs
expect 0 inama roster new --desks --home ug-customs
expect 0 inama roster add ug-police/ug-police.card --roster desks.inama
sign_desks() {
    expect 0 inama roster sign --roster desks.inama --home ug-customs --yes
    for node in ug-customs ug-police; do
        expect 0 inama roster install desks.inama --home "$node" --yes
    done
}
sign_desks
key_of() { inama roster show "$1" --json | grep -o "\"name\":\"$2\"[^}]*" | grep -o '"sign_key":"[0-9a-f]*' | sed -n '1s/.*"//p'; }
serials() { inama roster show --home "$1" --json | grep -o '"serial":2' | wc -l; }
customs=$(key_of ug-customs/roster.inama ug-customs) police=$(key_of ug-customs/roster.inama ug-police)
start ug-customs ug-police
expect 0 inama keys rotate --signing --yes --home ug-customs
expect 0 inama keys rotate --signing --yes --home ug-police
for node in ug-customs ug-police; do
    wait_for 30 eval "((\$(serials $node) >= 2))"
done
stop ug-customs ug-police
customs_2=$(key_of ug-customs/roster.inama ug-customs) police_2=$(key_of ug-customs/roster.inama ug-police)
[[ $customs != "$customs_2" && $police != "$police_2" ]] || fail "the keys are those of before"
cp ug-customs/roster.inama kept.inama

# a node's own file is a roster, also if it holds the desks of one administration
cp kept.inama roster.inama
expect 0 inama roster show roster.inama
has "$OUT" "Roster version 1" "Desks of ug-customs, version 1"
lacks "$OUT" "Behind the roster" "It is a draft"
expect 0 inama roster renew --days 500
has "$OUT" "Roster version 2" "Next: inama roster sign --root KEYFILE"
sign
expect 0 inama roster show roster.inama --json
has "$OUT" '"version":2' '"draft":false' '"name":"ug-police"*"serial":2*"desk_of":"ug-customs"' '"desks_of":"ug-customs","version":1'

# meanwhile there are newer desks: those that the file still has are its history
expect 0 inama roster renew --roster desks.inama
has "$OUT" "Desks of ug-customs, version 2"
sign_desks
for node in ug-customs ug-police; do
    expect 0 inama roster install roster.inama --home "$node" --yes
    has "$OUT" "roster: version 2 after 1" "Installed"
    [[ -z $ERR ]] || fail "complained: $ERR"
    expect 0 inama roster show --home "$node" --json
    has "$OUT" '"version":2' '"name":"ug-police"*"serial":2' '"desks_of":"ug-customs","version":2'
    expect 0 inama check --home "$node"
done
expect 0 inama roster install roster.inama --home ug-customs --yes
has "$OUT" "Everything in it is here already"
expect 1 inama roster install kept.inama --home ug-customs --yes
has "$ERR" "older" "this node has version 2"

# new keys, after those that it had given itself: all that it had are former ones
id=$(inama enrol show ug-customs/ug-customs.card --json | sed 's/.*"id":"\([0-9a-f]*\)".*/\1/')
again=(--name ug-customs --country UG --role CUSTOMS --label "Uganda Customs" --key-file again.key)
expect 0 inama init late "${again[@]}" --recover "$id" --serial 2
expect 1 inama roster add late/ug-customs.card --lost
has "$ERR" "has keys number 2 here, and the card brings number 2" "--serial 3"
expect 0 inama init again "${again[@]}" --recover "$id" --serial 3
cp roster.inama before.inama
expect 0 inama roster add again/ug-customs.card --revoked
has "$OUT" "~ ug-customs gets new keys, number 3; those before end" "revoked on" "left or replaced on"
former="\"former\":[[]{\"sign_key\":\"$customs_2\",\"cause\":\"revoked\",*{\"sign_key\":\"$customs\",\"cause\":\"left\","
expect 0 inama roster diff ug-customs/roster.inama roster.inama --json
has "$OUT" '"change":"keys"*"name":"ug-customs"*"serial":3*"cause":"revoked"' "$former"
sign
expect 0 inama roster show roster.inama --json
has "$OUT" '"name":"ug-customs"*"serial":3' "$former" '"name":"ug-police"*"serial":2'
expect 0 inama roster install roster.inama --home ug-police --yes
expect 0 inama roster show --home ug-police --json
has "$OUT" '"name":"ug-customs"*"serial":3' "$former"

# the same of who leaves, in the roster
cp before.inama roster.inama
expect 0 inama roster remove ug-customs --revoked
sign
expect 0 inama roster show roster.inama --json
has "$OUT" "\"ended\":[[]{\"name\":\"ug-customs\"*\"sign_key\":\"$customs_2\"*\"serial\":2" \
    "\"former\":[[]{\"sign_key\":\"$customs\",\"cause\":\"left\","

# and in desks, where the row stays that of the first keys, as the card proves it
expect 0 inama roster remove ug-police --revoked --roster desks.inama
expect 0 inama roster show desks.inama --json
has "$OUT" "\"members\":[[]{\"name\":\"ug-police\"*\"sign_key\":\"$police\"*\"serial\":1*\"cause\":\"revoked\""
expect 0 inama roster show desks.inama
has "$OUT" "Desks of ug-customs, version 3" "has not signed it" "Behind the roster that lists their administration" \
    "ug-police *revoked"
