#!/usr/bin/env bash
#
# Two nodes that never meet: alerts go both ways on sticks, receipts come back, and what was cut, changed, left out or
# meant for somebody else is told apart.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
alert=$INAMA_DATADIR/examples/pangolin.json

make_root
make_node cd-customs CD CUSTOMS --policy customs-full
make_node ke-customs KE CUSTOMS --policy customs-full
make_node ug-customs UG CUSTOMS --policy customs-full
sed -i '/^peers:/,$d' cd-customs/node.yaml ke-customs/node.yaml ug-customs/node.yaml # nobody calls anybody
enrol cd-customs ke-customs ug-customs
start cd-customs ke-customs

position() { inama status --home "$1" | grep -o "$2 [0-9]*" || true; }

# nothing yet
expect 0 inama bundle write empty --for ke-customs --home cd-customs
has "$OUT" "0 entries" "--from-start"
expect 1 inama bundle write bad --for nobody --home cd-customs
has "$ERR" "no such member"
expect 1 inama bundle write bad --for cd-customs --home cd-customs
has "$ERR" "for another member"
expect 2 inama bundle write bad --home cd-customs
expect 2 inama bundle write bad --for ke-customs --max-size 1X --home cd-customs
expect 2 inama bundle write bad --for ke-customs --continue 1:1:1 --home cd-customs
[[ ! -e bad && ! -e bad.tmp ]] || fail "something was written"

# one way: written, looked at, read
inama publish --home cd-customs "$alert" >/dev/null
inama publish --home cd-customs "$alert" >/dev/null
expect 0 inama bundle write one --for ke-customs --home cd-customs
has "$OUT" "one is for ke-customs: 3 entries" '"customs", entries 1 to 3' "sealed to it"
expect 1 inama bundle write one --for ke-customs --home cd-customs
has "$ERR" "already there" "not taken"
expect 0 inama bundle inspect one
has "$OUT" "from cd-customs for ke-customs" "customs *3 *1 *3 *3" "It is whole"
expect 0 inama bundle inspect one --json
has "$OUT" '"whole":true' '"from":"cd-customs"' '"audience":"customs"' '"last":3'
grep -q "EXEMPLE" one && fail "what is sealed can be read"
expect 0 inama bundle read one --dry-run --home ke-customs
has "$OUT" "cd-customs *customs *3 *0 *0" "Nothing was taken"
[[ $(alerts ke-customs) == 0 && ! -e one.receipts ]] || fail "the dry run took something"
expect 0 inama bundle read one --home ke-customs
has "$OUT" "From cd-customs for ke-customs" "cd-customs *customs *3 *0 *3" "one.receipts"
lacks "$OUT" "not for this node" "Nobody of the roster"
[[ $(alerts ke-customs) == 2 ]] || fail "not here"
expect 0 inama find --home ke-customs
has "$OUT" "2 alerts."

# again: nothing new, and the same receipts
cp one.receipts before
expect 0 inama bundle read one --home ke-customs
has "$OUT" "cd-customs *customs *0 *3 *3"
[[ $(alerts ke-customs) == 2 ]] || fail "taken twice"
expect 0 inama bundle inspect one.receipts
has "$OUT" "from ke-customs for cd-customs" '"customs" up to entry 3'

# receipts back: the position, and the next stick begins behind it
has "$(position cd-customs ke-customs)" "ke-customs 0"
expect 0 inama bundle read one.receipts --home cd-customs
has "$OUT" 'ke-customs has "customs" up to entry 3'
has "$(position cd-customs ke-customs)" "ke-customs 3"
expect 0 inama bundle read before --home cd-customs
[[ ! -e before.receipts ]] || fail "receipts for receipts"
expect 0 inama bundle write none --for ke-customs --home cd-customs
has "$OUT" "0 entries"
expect 0 inama bundle read one.receipts --home ke-customs
has "$OUT" "written for cd-customs, not for this node"

# the other way, with the receipts on the same stick
inama publish --home ke-customs "$alert" >/dev/null
expect 0 inama bundle write back --for cd-customs --home ke-customs
has "$OUT" "2 entries"
expect 0 inama bundle read back --home cd-customs
has "$OUT" 'ke-customs has "customs" up to entry 3' "ke-customs *customs *2 *0 *2"
[[ $(alerts cd-customs) == 3 ]] || fail "not back"

# a stick that was missed: out of order, then in order, then again
inama publish --home cd-customs "$alert" >/dev/null
expect 0 inama bundle write early --for ke-customs --home cd-customs
inama publish --home cd-customs "$alert" >/dev/null
size=$(stat -c %s early)
expect 0 inama bundle write part --for ke-customs --home cd-customs --max-size "$((size + 1000))"
has "$OUT" "It is full" "inama bundle write part.2 --for ke-customs --continue 2:"
rest=$(grep -o "inama bundle write part.2.*" <<<"$OUT")
# shellcheck disable=SC2086
expect 0 $rest
has "$OUT" '"customs", entries 5 to 5'
expect 1 inama bundle read part.2 --home ke-customs
has "$OUT" "part 2" "entries 4 to 4 are missing"
has "$ERR" "read part 1 first"
expect 0 inama bundle read part --home ke-customs
expect 0 inama bundle read part.2 --home ke-customs
[[ $(alerts ke-customs) == 5 ]] || fail "not all parts are here"

# cut off: good up to there, and whole the next time
for _ in 1 2 3; do inama publish --home cd-customs "$alert" >/dev/null; done
expect 0 inama bundle read part.2.receipts --home cd-customs
expect 0 inama bundle write cut --for ke-customs --home cd-customs
head -c -30 cut >shorter
expect 1 inama bundle inspect shorter
has "$ERR" "cut off"
expect 1 inama bundle read shorter --home ke-customs
has "$ERR" "cut off" "nothing is taken twice"
has "$OUT" "customs *3 *0 *8"
[[ $(alerts ke-customs) == 8 ]] || fail "what stood before the cut is lost"
expect 0 inama bundle read cut --home ke-customs
has "$OUT" "customs *0 *3 *8"

# a changed byte: in an entry nothing behind it counts; in the head it counts for nothing
inama publish --home cd-customs "$alert" >/dev/null
expect 0 inama bundle write good --for ke-customs --home cd-customs
change() { # FILE OFFSET
    printf '%b' "\\x$(printf '%02x' $((0x$(od -An -tx1 -j "$2" -N 1 "$1" | tr -d " ") ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
cp good changed
change changed $(($(stat -c %s good) - 200))
expect 1 inama bundle read changed --home ke-customs
has "$ERR" "changed or damaged"
has "$OUT" "the content does not match its hash"
[[ $(alerts ke-customs) == 8 ]] || fail "a changed entry was taken"
cp good changed
change changed 100
expect 1 inama bundle read changed --home ke-customs
has "$OUT" "Only feeds that this node follows"
[[ $(alerts ke-customs) == 9 ]] || fail "entries speak for themselves"

# for somebody else: no error, and it says for whom; what is not followed here is not begun
start ug-customs
expect 0 inama bundle read good --home ug-customs
has "$OUT" "written for ke-customs, not for this node" "not followed here"
[[ $(alerts ug-customs) == 0 && ! -e good.receipts ]] || fail "it was taken"
expect 0 inama bundle write all --for ug-customs --from-start --home cd-customs
expect 0 inama bundle read all --home ug-customs
[[ $(alerts ug-customs) == 8 ]] || fail "not all"

# newer rosters come along, and before anything else
inama roster renew >/dev/null
inama roster sign --root root.key --key-file root.open --yes >/dev/null
expect 0 inama roster install roster.inama --home cd-customs --yes
expect 0 inama bundle write roster --for ke-customs --home cd-customs
expect 0 inama bundle read roster --home ke-customs
has "$OUT" "Newer rosters"
expect 0 inama status --home ke-customs --json
has "$OUT" '"roster_version":2'

# what is no stick
expect 1 inama bundle read "$alert" --home ke-customs
has "$ERR" "not what inama bundle write has written"
ln -s good link
mkfifo pipe
for odd in link pipe /dev/zero .; do
    expect 1 timeout 10 inama bundle read "$odd" --home ke-customs
    expect 1 timeout 10 inama bundle inspect "$odd"
done
expect 1 inama bundle read nowhere --home ke-customs
expect 3 inama bundle read good --home nowhere

# a length that lies, records nobody knows, and a flood of bad ones
{ head -c 9 good; printf '\x03\xff\xff\xff\xff'; } >lie
expect 1 inama bundle inspect lie
has "$ERR" "cannot be read behind byte"
{ head -c 9 good; printf '\x63\x00\x00\x00\x02hi'; tail -c +10 good; } >newer
expect 1 inama bundle read newer --home ke-customs
has "$OUT" "1 records are of a kind"
{ head -c 9 good; for _ in {1..1500}; do printf '\x04\x00\x00\x00\x02hi'; done; } >flood
expect 1 inama bundle read flood --home ke-customs
has "$ERR" "1000 records were refused"
expect 0 inama status --home ke-customs
stop cd-customs ke-customs ug-customs
