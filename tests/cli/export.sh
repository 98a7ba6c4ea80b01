#!/usr/bin/env bash
#
# What export writes: what an audience may have, no more than operators may see, whole or not at all, and where it goes
# on after a cut.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
alert=$INAMA_DATADIR/examples/pangolin.json

make_root
make_node a KE CUSTOMS
make_node b UG CUSTOMS
enrol a b
start a
export INAMA_HOME=a
inama publish "$alert" >/dev/null
sed 's/"AMBER"/"RED"/; s/"embargo_until"[^}]*Z"/"next_action": "none"/; s/,$/,/' "$alert" |
    python3 -c 'import json,sys; a=json.load(sys.stdin); a["marking"]["onward"]="NONE"; json.dump(a, sys.stdout)' >red.json
inama publish red.json >/dev/null
for n in 1 2 3; do
    python3 - "$alert" $n >green.json <<'PY'
import json, sys
a = json.load(open(sys.argv[1]))
a["marking"].update(tlp="GREEN", onward="COMMUNITY")
a["incident"]["record"] = "CD-2014-EXAMPLE-%s" % sys.argv[2]
json.dump(a, sys.stdout)
PY
    inama publish green.json >/dev/null
done

# what the audience may see, and no person
expect 0 inama export --audience customs -o all.jsonl
has "$ERR" "alerts exported" "left out: TLP:RED"
[[ -s all.jsonl && ! -e all.jsonl.part && ! -e all.jsonl.resume ]] || fail "not finished"
[[ $(wc -l <all.jsonl) == 4 ]] || fail "$(wc -l <all.jsonl) lines"
has "$(<all.jsonl)" '"taxon":"Manis tricuspis"' CD-2014-EXAMPLE-3
lacks "$(<all.jsonl)" EXEMPLE-REST Fictif '"persons"' 'Ask before approaching' CD-ISR-EXAMPLE
python3 -c 'import json; [json.loads(line) for line in open("all.jsonl")]'
expect 0 inama export --audience police record:cd2014example2
has "$OUT" Fictif
[[ $(wc -l <<<"$OUT") == 1 ]] || fail "$OUT"

# what goes in again is what came out, but for what makes it an alert of its own
head -n 1 all.jsonl | python3 -c "import json,sys; a=json.load(sys.stdin); [a.pop(k, 0) for k in (\"alert\", \"alert_id\", \"version\", \"created\", \"originator\")]; json.dump(a, sys.stdout)" >again.json
expect 0 inama publish --dry-run again.json

# no more than operators may see
sed -i '/^  operators: /,/^    show: /s/show: \[all\]/show: [incident]/' a/policy.yaml
grep -A1 '^  operators:' a/policy.yaml | grep -q 'show: \[incident\]' || fail "the policy has no such line"
expect 0 inama reload
expect 0 inama export --audience police
has "$OUT" '"country":"CD"'
lacks "$OUT" Fictif Manis

# nothing is overwritten, and one that was cut off goes on
expect 1 inama export --audience customs -o all.jsonl
has "$ERR" all.jsonl
touch cut.jsonl.part
expect 1 inama export --audience customs -o cut.jsonl
has "$ERR" "--resume goes on with it"
expect 0 inama find --limit 2 --json
page=$(grep -o '"next_before":"[^"]*' <<<"$OUT" | cut -d'"' -f4)
expect 0 inama export --audience police
head -n 2 <<<"$OUT" >cut.jsonl.part
bytes=$(stat -c %s cut.jsonl.part)
echo 'half a li' >>cut.jsonl.part
echo "{\"audience\":\"police\",\"query\":\"\",\"page\":\"$page\",\"bytes\":$bytes,\"exported\":2,\"left_out\":[]}" >cut.jsonl.resume
expect 1 inama export --audience customs -o cut.jsonl --resume
has "$ERR" "another query or audience"
expect 0 inama export --audience police -o cut.jsonl --resume
expect 0 inama export --audience police -o whole.jsonl
cmp cut.jsonl whole.jsonl || fail "it did not go on where it was"

# what came from others goes only where a rule passes it on
start b
wait_for 30 has_alerts b 3
expect 0 inama export --home b --audience customs
[[ -z $OUT ]] || fail "$OUT"
has "$ERR" "0 alerts exported" "the policy tells this audience nothing of it"

# mistakes
expect 2 inama export
has "$ERR" "--audience says for whom"
expect 1 inama export --audience nobody
has "$ERR" "no such audience"
expect 1 inama export --audience customs country:KEE
has "$ERR" 'no country is called "KEE"'
expect 1 inama export --audience customs sort:date
has "$ERR" "for find alone"
expect 2 inama export --audience customs --resume
has "$ERR" "--output"

# it stands in the log with its alerts
expect 0 inama audit show --json
has "$OUT" '"command":"export"' 'audience=police'
