#!/usr/bin/env bash
#
# Files that go with alerts: attached, cleaned, kept once, shown to whom the policy shows them, fetched, checked, saved.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
alert=$INAMA_DATADIR/examples/pangolin.json

make_root
make_node ke-police KE POLICE
make_node ke-judicial KE JUDICIAL
make_node ke-customs KE CUSTOMS
make_node cd-customs CD CUSTOMS --policy customs-full
cat >ke-customs/policy.yaml <<'END'
audiences:
  judicial: {members: {role: JUDICIAL, country: KE}, purposes: [PROSECUTION], show: [incident, specimens, evidence]}
  police: {members: {role: POLICE, country: KE}, purposes: [INVESTIGATION], show: [incident, specimens, exhibits.number, exhibits.kind]}
forward:
  - {from: {role: CUSTOMS}, to: [judicial, police]}
accept:
  - {from: {role: CUSTOMS}, show: [all]}
local: {operators: {show: [all]}}
END
enrol ke-police ke-judicial ke-customs cd-customs
start ke-police ke-judicial ke-customs cd-customs

# a picture with a place, a comment and something behind its end; a large file; a text
{
    printf '\377\330\377\340\0\020JFIF\0\1\1\0\0\1\0\1\0\0'
    printf '\377\341\0\060Exif\0\0MM\0*\0\0\0\010\0\1\1\022\0\3\0\0\0\1\0\6\0\0\0\0\0\0GPS 0.1234 nor'
    printf '\377\376\0\022Officer 114, q10\377\333\0\3q\377\300\0\3f\377\304\0\3h\377\332\0\3spicture\377\331a film'
} >photo.jpg
head -c 3000000 /dev/urandom >scan.bin
echo "Bordereau 12" >note.txt
printf '%%PDF-1.7' >permit.pdf
: >empty

files() { find "$1/attachments" -type f | wc -l; }
newest() { inama find --home cd-customs --json --limit 1 | sed 's/.*"object":"\([0-9a-f]*\)".*/\1/'; }

# what is wrong is said, and nothing was published
expect 1 inama publish --home cd-customs "$alert" --attach E9=photo.jpg
has "$ERR" 'photo.jpg: the alert has no exhibit "E9"' '"number": "E9"'
expect 2 inama publish --home cd-customs "$alert" --attach photo.jpg
has "$ERR" "EXHIBIT=FILE"
expect 2 inama publish --home cd-customs "$alert" "$alert" --attach E2=photo.jpg
has "$ERR" "one alert at a time"
expect 1 inama publish --home cd-customs "$alert" --attach E2=none.jpg
has "$ERR" "none.jpg: not found"
expect 1 inama publish --home cd-customs "$alert" --attach E2=empty
has "$ERR" "the file is empty"
expect 1 inama publish --home cd-customs "$alert" --attach E2=permit.pdf
has "$ERR" "permit.pdf: this is application/pdf" "cannot be removed" "--keep-metadata"
head -c 40 photo.jpg >cut.jpg
expect 1 inama publish --home cd-customs "$alert" --attach E2=cut.jpg
has "$ERR" "cut.jpg: begins like image/jpeg, but cannot be read as one"
head -c 27000000 /dev/zero >large.bin
expect 1 inama publish --home cd-customs "$alert" --attach E2=large.bin --keep-metadata
has "$ERR" "larger than 25 MiB" "large.bin was not attached, and nothing was published"
[[ $(alerts cd-customs) == 0 && $(files cd-customs) == 0 ]] || fail "something was kept"

# a dry run says who would see the file, and keeps nothing
expect 0 inama publish --home cd-customs --dry-run "$alert" --attach E2=photo.jpg
has "$OUT" "E2: photo.jpg, image/jpeg" "exhibits.attachment *yes" "Nothing was published"
[[ $(alerts cd-customs) == 0 && $(files cd-customs) == 0 ]] || fail "the dry run kept something"

# published without what is beside the picture
expect 0 inama publish --home cd-customs "$alert" --attach E2=photo.jpg -a E1=scan.bin --keep-metadata
has "$OUT" "sent as it is"
expect 0 inama publish --home cd-customs "$alert" --attach E2=photo.jpg -a E1=note.txt
has "$OUT" "E2: photo.jpg, image/jpeg, * of metadata removed" "E1: note.txt, text/plain" "published"
[[ $(files cd-customs) == 4 ]] || fail "not four files"
cleaned=$(newest)
expect 0 inama show --home cd-customs "$cleaned"
has "$OUT" "E2 *photo.jpg *image/jpeg *here" "Attachment *--save"
mkdir own
expect 0 inama show --home cd-customs "$cleaned" --save -o own
has "$OUT" "E1: saved to own/note.txt" "E2: saved to own/photo.jpg"
cmp note.txt own/note.txt
grep -q "GPS\|Officer\|film" own/photo.jpg && fail "metadata is still there"
grep -q "Exif" own/photo.jpg || fail "which way is up is gone"
grep -q "picture" own/photo.jpg || fail "the picture is gone"
[[ $(stat -c %a own/photo.jpg) == 600 ]] || fail "others may read it"
grep -rq "Bordereau" cd-customs/attachments && fail "it lies there unsealed"
expect 1 inama show --home cd-customs "$cleaned" --save -o own
has "$ERR" "already there" "nothing is overwritten"
expect 1 inama show --home cd-customs "$cleaned" --save -o nowhere
has "$ERR" "mkdir nowhere"
expect 2 inama show --home cd-customs "$cleaned" E2
has "$ERR" "--save"

# the same file again is kept once
expect 0 inama publish --home cd-customs "$alert" --attach E2=photo.jpg
has "$OUT" "attached before, kept once"
[[ $(files cd-customs) == 4 ]] || fail "kept twice"

# fetched through KE by who is shown the field, when asked; the police see no sign of it
id=$(inama find --home cd-customs --json --all-versions | grep -o '"object":"[0-9a-f]*' | cut -c11- | tail -n 1)
for desk in ke-customs ke-judicial ke-police; do wait_for 20 has_alerts "$desk" 3; done
[[ $(files ke-customs) == 0 && $(files ke-judicial) == 0 ]] || fail "fetched without being asked"
expect 0 inama show --home ke-judicial "$id"
has "$OUT" "E1 *scan.bin *2.9 MiB *not fetched"
expect 0 inama show --home ke-judicial "$id" --json
has "$OUT" '"attachments":\[{' '"state":"not-fetched"' '"source":"ke-customs"'
mkdir court
expect 0 inama show --home ke-judicial "$id" E1 --save -o court
has "$OUT" "E1: saved to court/scan.bin"
cmp scan.bin court/scan.bin
[[ $(files ke-judicial) == 1 ]] || fail "more than the one was fetched"
expect 1 inama show --home ke-judicial "$id" E7 --save
has "$ERR" 'shows no attachment of exhibit "E7"'
expect 0 inama show --home ke-police "$id"
lacks "$OUT" "scan.bin" "photo.jpg"
expect 0 inama show --home ke-police "$id" --json
has "$OUT" '"attachments":\[\]'
lacks "$OUT" '"attachment":' "scan.bin"
expect 1 inama show --home ke-police "$id" --save
has "$ERR" "shows no attachments here"
expect 0 inama status --home ke-judicial
has "$OUT" "files * 1 of * here"
expect 0 inama status --home ke-judicial --json
has "$OUT" '"attachments":{' '"here":1'

# a new version takes the file of the one before along
inama show --home cd-customs "$id" --json | python3 -c '
import json, sys
alert = json.load(sys.stdin)["content"]
alert["version"], alert["supersedes"] = 2, sys.argv[1]
json.dump(alert, open("second.json", "w"))' "$id"
expect 0 inama publish --home cd-customs second.json
[[ $(files cd-customs) == 4 ]] || fail "a new version made a new file"

# a node that may not fetch says so; one that always does has what is small before anybody asks
stop ke-police ke-judicial
printf 'attachments: {fetch: never}\n' >>ke-judicial/node.yaml
start ke-police ke-judicial
expect 4 inama show --home ke-judicial "$id" E2 --save -o court
has "$ERR" "fetches no attachments" "node.yaml"
stop ke-judicial
rm -r ke-judicial/attachments
sed -i 's/^attachments: .*/attachments: {fetch: always, fetch_mib: 1}/' ke-judicial/node.yaml
start ke-judicial
small_are_here() { inama status --home ke-judicial --json | grep -q '"known":4,"here":3,"wanted":0'; }
wait_for 30 small_are_here
expect 0 inama show --home ke-judicial "$id"
has "$OUT" "E1 *scan.bin * not fetched (ke-customs: it is larger than allowed)" "E2 *photo.jpg *here"
mkdir later
expect 0 inama show --home ke-judicial "$id" E1 --save -o later # a person may want it all the same
cmp scan.bin later/scan.bin

# its source away: said, and fetched once it is back
stop ke-judicial
rm -r ke-judicial/attachments
sed -i 's/^attachments: .*/attachments: {fetch: on-demand}/' ke-judicial/node.yaml
start ke-judicial
stop ke-customs
expect 1 inama show --home ke-judicial "$id" E2 --save -o court
has "$ERR" "ke-customs is not connected" "try again later"
start ke-customs
wait_for 90 bash -c "(( \$(find ke-judicial/attachments -type f ! -name '*.part' | wc -l) == 1 ))"
expect 0 inama show --home ke-judicial "$id" E2 --save -o court
has "$OUT" "E2: saved to court/photo.jpg"

# what the disk has changed is not given to anybody
file=$(find ke-judicial/attachments -type f)
printf 'x' | dd of="$file" bs=1 seek=200 conv=notrunc status=none
stop ke-customs
expect 1 inama show --home ke-judicial "$id" E2 --save -o own
stop ke-judicial ke-police cd-customs
