#!/usr/bin/env bash
#
# What "inama check" finds before a node starts.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

make_root
make_node a KE CUSTOMS
enrol a
expect 0 inama check --home a
has "$OUT" "All is in order at a" "No node is running here"

chmod 644 a/unlock.key
expect 1 inama check --home a
has "$ERR" "a/unlock.key" "chmod 600"
chmod 600 a/unlock.key
chmod 755 a
expect 1 inama check --home a
has "$ERR" "chmod 700"
chmod 700 a

cp a/policy.yaml good.yaml
echo "colour: red" >>a/policy.yaml
expect 1 inama check --home a
has "$ERR" "a/policy.yaml:" "colour"
cp good.yaml a/policy.yaml

cp a/node.yaml good.yaml
sed -i 's/^listen: .*/listen: nowhere\ncolour: red/' a/node.yaml
expect 1 inama check --home a
has "$ERR" "a/node.yaml:" "colour: unknown key" 'listen: is "nowhere"'
cp good.yaml a/node.yaml
printf 'peers:\n  - {name: nobody, address: "tcp://127.0.0.1:1"}\n' >>a/node.yaml
expect 1 inama check --home a
has "$ERR" '"nobody" is not in the roster'
cp good.yaml a/node.yaml

mv a/roster.inama away
expect 1 inama check --home a
has "$ERR" "a/roster.inama" "inama roster install"
head -c 100 away >a/roster.inama
expect 1 inama check --home a
mv away a/roster.inama

make_node b KE POLICE # not enrolled
cp a/roster.inama a/roots.txt b/
expect 1 inama check --home b
has "$ERR" "does not list this node"
expect 1 inama check --home b --json
has "$OUT" '"good":false'
expect 3 inama status --home a
has "$ERR" "no node is running at a" "inamad --home a"
