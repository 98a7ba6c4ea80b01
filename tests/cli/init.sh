#!/usr/bin/env bash
#
# The folder of a new node: complete, closed to others, and never overwritten.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

node=(--name ke-customs --country KE --role CUSTOMS --label "Kenya Customs")
expect 0 inama init ke "${node[@]}" --key-file ke/unlock.key --listen tcp://127.0.0.1:4450 \
    --peer cd-customs=tcp://127.0.0.1:4451
has "$OUT" "Fingerprint:" "in words:" "ke-customs.card" "inama roster install FILE --home ke"
[[ $(stat -c %a ke) == 700 ]] || fail "the folder is open"
for file in identity.key unlock.key node.yaml policy.yaml; do
    [[ $(stat -c %a "ke/$file") == 600 ]] || fail "ke/$file is open"
done
has "$(<ke/node.yaml)" "listen: tcp://127.0.0.1:4450" 'key_file: "unlock.key"' '{name: cd-customs, address: "tcp://127.0.0.1:4451"}'
has "$(<ke/ke-customs.card)" "BEGIN INAMA CARD"
expect 0 inama policy check --home ke

# never twice
before=$(cat ke/* | sha256sum)
expect 1 inama init ke "${node[@]}" --key-file ke/unlock.key
has "$ERR" "is there already; nothing was changed"
[[ $(cat ke/* | sha256sum) == "$before" ]] || fail "something was changed"

# every role has a policy, for its own country
for role in CUSTOMS POLICE WILDLIFE JUDICIAL PROSECUTOR SECRETARIAT OTHER; do
    expect 0 inama init "ug-$role" --name ug --country UG --role "$role" --label "Uganda" --key-file key --json
    has "$OUT" '"fingerprint":"' "\"role\":\"$role\""
    expect 0 inama policy check --home "ug-$role"
    lacks "$(<"ug-$role/policy.yaml")" "country: KE"
done
expect 0 inama init cd "${node[@]}" --key-file key --policy customs-full
has "$(<cd/policy.yaml)" "legal premise"
echo 'audiences: {police: {members: {role: POLICE}, show: [incident]}}' >own.yaml
expect 0 inama init own "${node[@]}" --key-file key --policy own.yaml
expect 1 inama init none "${node[@]}" --key-file key --policy none
has "$ERR" "policy none: not found"

# by passphrase
echo "correct horse battery staple" >words
expect 4 inama init pass "${node[@]}" --passphrase-file words
has "$ERR" "chmod 600 words"
chmod 600 words
expect 0 inama init pass1 "${node[@]}" --passphrase-file words
(umask 077 && echo short >short)
expect 4 inama init pass2 "${node[@]}" --passphrase-file short
has "$ERR" "too short"
expect 4 setsid inama init pass3 "${node[@]}"
has "$ERR" "no terminal to ask" "--key-file"
(umask 077 && head -c 31 /dev/zero >short.key)
expect 4 inama init pass4 "${node[@]}" --key-file short.key
has "$ERR" "31 bytes"

# what is wrong is said, and nothing is made
expect 2 inama init bad --name ke
has "$ERR" "needs --name, --country, --role and --label"
expect 2 inama init bad "${node[@]}" --listen 127.0.0.1:4450
has "$ERR" 'tcp://HOST:PORT'
expect 2 inama init bad --name "KE Customs" --country KE --role CUSTOMS --label x
expect 2 inama init bad --name ke --country Kenya --role CUSTOMS --label x
expect 2 inama init bad --name ke --country KE --role CUSTOM --label x
has "$ERR" 'expected CUSTOMS, POLICE'
expect 2 inama init bad "${node[@]}" --peer cd-customs
has "$ERR" 'NAME=tcp://HOST:PORT'
[[ ! -e bad ]] || fail "a folder was made"
