#!/usr/bin/env bash
#
# "inama check" reads attachments back: what the disk has changed is named by alert, field and chunk, with what to do;
# and that helps.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
alert=$INAMA_DATADIR/examples/pangolin.json

# flip FILE OFFSET: one bit of it.
flip() {
    local byte
    byte=$(od -An -tu1 -j "$2" -N1 "$1")
    # shellcheck disable=SC2059
    printf "\\x$(printf %x $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
file_of() { find "$1/attachments" -type f -size +1000k; }

make_root
make_node ke-customs KE CUSTOMS
make_node cd-customs CD CUSTOMS --policy customs-full
enrol ke-customs cd-customs
start cd-customs ke-customs
expect 0 inama check --home cd-customs
lacks "$OUT" "attachments"

head -c 6000000 /dev/urandom >scan.bin # 92 chunks: more than one answer
echo "Bordereau 12" >note.txt
expect 0 inama publish --home cd-customs "$alert" --attach E2=note.txt -a E1=scan.bin --keep-metadata
wait_for 20 has_alerts ke-customs 1
id=$(inama find --home ke-customs --json | sed 's/.*"object":"\([0-9a-f]*\)".*/\1/')
expect 0 inama check --home ke-customs # named, and not fetched: no fault
mkdir saved
expect 0 inama show --home ke-customs "$id" --save -o saved
cmp scan.bin saved/scan.bin
for node in cd-customs ke-customs; do
    expect 0 inama check --home $node
    has "$OUT" "9[0-9] chunks of its attachments were read back and opened" "All is in order"
done

# two chunks of a file that came from another: both are named, the rest is confined, and it is fetched again
blob=$(file_of ke-customs)
rest=$(($(stat -c %s "$blob") % 65552)) # manifest and a last, shorter chunk
flip "$blob" $((rest + 65552 * 2))
flip "$blob" $((rest + 65552 * 80))
expect 1 inama check --home ke-customs
has "$ERR" "error: ke-customs/attachments: alert ${id:0:8}, exhibits[[]0].attachment: chunk * of 9[0-9] is damaged; fetch it again from cd-customs: inama show ${id:0:8} --save"
[[ $(grep -c "is damaged" <<<"$ERR") == 2 ]] || fail "not two chunks: $ERR"
lacks "$ERR" "exhibits[[]1]"
expect 1 inama check --home ke-customs --json
has "$OUT" '"good":false' "is damaged"
rm -r saved && mkdir saved
expect 0 inama show --home ke-customs "$id" --save -o saved
cmp scan.bin saved/scan.bin
expect 0 inama check --home ke-customs

# of our own
flip "$(file_of cd-customs)" 3000000
expect 1 inama check --home cd-customs
has "$ERR" "alert ${id:0:8}, exhibits[[]0].attachment: chunk 4[0-9] of 9[0-9] is damaged; publish a new version"
flip "$(file_of cd-customs)" 3000000 # the disk was lying
expect 0 inama check --home cd-customs
mv "$(file_of cd-customs)" aside
expect 1 inama check --home cd-customs
has "$ERR" "nothing of the file can be used"
stop cd-customs
start cd-customs
expect 1 inama check --home cd-customs
has "$ERR" "the file is not here; publish a new version"

# it stands in the log, once
expect 0 inama audit show --home cd-customs
has "$OUT" "check attachments"
