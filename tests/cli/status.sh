#!/usr/bin/env bash
#
# Who has an alert, what each member still has to get, and the same in numbers for a monitoring program.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
alert=$INAMA_DATADIR/examples/pangolin.json

# numbers NAME: what the node answers a monitoring program.
declare -A METRICS=()
numbers() { request "${METRICS[$1]}" "GET /metrics HTTP/1.0"; }
request() {
    exec 3<>"/dev/tcp/127.0.0.1/$1"
    printf '%s\r\n\r\n' "$2" >&3
    cat <&3
    exec 3>&-
}
counts() { has "$(numbers "$1")" "${@:2}"; }
measure() {
    METRICS[$1]=$(free_port)
    echo "metrics: tcp://127.0.0.1:${METRICS[$1]}" >>"$1/node.yaml"
}
delivered() { inama status --home "$1" "$2" | grep -q "$3 *delivered"; }
connected() { inama status --home "$1" --json | grep -q "\"name\":\"$2\",\"state\":\"connected\""; }
behind() { inama status --home "$1" --json | grep -q "\"name\":\"$2\"[^}]*\"behind\":$3,"; }

# line NAME PATTERN...: what $OUT says of a member stands in one line.
line() { has "$(grep -E "(^|  +)$1 " <<<"$OUT")" "${@:2}"; }

make_root
make_node ug-customs UG CUSTOMS # never runs; the others call it
make_node ke-police KE POLICE
make_node ke-customs KE CUSTOMS
make_node cd-customs CD CUSTOMS --policy customs-full
make_node tz-customs TZ CUSTOMS # never runs, and nobody calls it
enrol ug-customs ke-police ke-customs cd-customs tz-customs
measure cd-customs

# a node that nobody reads yet
start cd-customs
expect 0 inama publish --home cd-customs "$alert"
id=$(inama find --home cd-customs --json | sed 's/.*"object":"\([0-9a-f]*\)".*/\1/')
expect 0 inama status --home cd-customs "${id:0:8}"
has "$OUT" "${id:0:8}" "Manis tricuspis" "published by this node" "AUDIENCE" \
    "told only where its policy"
line ke-customs "pending * UTC never connected; 2 entries behind"
line ug-customs "pending * UTC never connected; 2 entries behind"
line tz-customs "pending * UTC not called, and it has never called; 2 entries behind"
lacks "$OUT" "delivered " "ke-police"
expect 0 inama status --home cd-customs
has "$OUT" "MEMBER *STATE *SINCE *BEHIND *ABOUT *OLDEST"
line tz-customs "not called * 2 * KiB *0 min"
while read -r line; do
    ((${#line} <= 100)) || fail "wider than 100 columns: $line"
done < <(sed -n '/^MEMBER/,/^$/p' <<<"$OUT")

# delivered once it is on the other's disk, and no more than that is said
start ke-police ke-customs
wait_for 20 has_alerts ke-police 1
wait_for 20 delivered cd-customs "$id" ke-customs
expect 0 inama status --home cd-customs "$id" --json
has "$OUT" "\"object\":\"$id\"" '"from":null' '"audience":"customs"' '"frozen":false' '"writing":"ok"' \
    '"member":"ke-customs","state":"delivered","since":1*"behind":0' '"member":"tz-customs","state":"never-called"' \
    '"member":"ug-customs","state":"never-connected","since":null,"behind":2'
lacks "$OUT" '"read"' acted
wait_for 20 behind cd-customs ke-customs 0

# where it came from, and where it was passed on
wait_for 20 delivered ke-customs "$id" ke-police
expect 0 inama status --home ke-customs "$id"
has "$OUT" "from cd-customs, its feed \"customs\", number 2"
line ke-police "police * delivered"
lacks "$OUT" "published by this node"
expect 0 inama status --home ke-police "$id"
has "$OUT" "from ke-customs" "This node has passed it on to nobody."

# who answers has acted on it
echo '{"kind":"FEEDBACK","in_reply_to":"'"$id"'","marking":{"tlp":"GREEN"},"narrative":{"releasable":"Seized"}}' >reply.json
expect 0 inama publish --home ke-police reply.json
wait_for 20 has_alerts ke-customs 2
expect 0 inama find --home ke-customs "in_reply_to:$id" --json
answer=$(grep -o '"object":"[0-9a-f]*' <<<"$OUT" | cut -c11-)
has "$OUT" '"kind":"FEEDBACK"'
expect 0 inama find --home ke-customs "in_reply_to:${id:0:8}*"
has "$OUT" "${answer:0:8}"
expect 0 inama find --home ke-customs "${id:0:8}*" --count
[[ $OUT == 0 ]] || fail "an id is no word"
expect 0 inama status --home ke-customs "$id"
line ke-police "police * answered * UTC with ${answer:0:8}"
expect 0 inama status --home ke-customs "$id" --json
has "$OUT" '"member":"ke-police","state":"delivered"*"answered":1*,"answer":"'"$answer"'"'

# a reader that is away
stop ke-customs
expect 0 inama publish --home cd-customs "$alert"
second=$(inama find --home cd-customs --json | grep -o '"object":"[0-9a-f]*' | cut -c11- | grep -v "$id")
expect 0 inama status --home cd-customs "$second"
line ke-customs "pending * UTC not connected for 0 min"
lacks "$(grep ke-customs <<<"$OUT")" "behind" # it lacks this one alone
expect 0 inama status --home cd-customs --json
has "$OUT" '"name":"ke-customs"*"state":"*"*"behind":1,"behind_bytes":[1-9]*"oldest":1'
stop cd-customs
start cd-customs
expect 0 inama status --home cd-customs "$second"
line ke-customs "pending * UTC not since this node started, 0 min ago"
expect 0 inama status --home cd-customs "$id"
line ke-customs "delivered"
expect 0 inama check --home cd-customs

# one that is no member any more
inama roster remove ke-customs >/dev/null
inama roster sign --root root.key --key-file root.open --yes >/dev/null
inama roster install roster.inama --home cd-customs --yes >/dev/null
expect 0 inama status --home cd-customs "$second"
line ke-customs "gone * no longer a member"
lacks "$OUT" "it had acknowledged as much"
expect 0 inama status --home cd-customs "$id"
line ke-customs "gone * no longer a member; it had acknowledged as much"

# named by what it is not
expect 1 inama status --home cd-customs 00000000
has "$ERR" "no alert here begins with these digits"
expect 1 inama status --home cd-customs xyz
has "$ERR" "at least four hexadecimal digits"
expect 2 inama status --home cd-customs "$id" "$second"
has "$ERR" "is one word too many"

# in numbers
wait_for 20 connected cd-customs ke-police
counts cd-customs "HTTP/1.0 200 OK" "text/plain; version=0.0.4" "# TYPE inama_alerts gauge" \
    "
inama_alerts 2" "
inama_feed_entries{author=\"cd-customs\",audience=\"customs\",feed=\"*\"} 4" "
inama_peer_connected{member=\"ug-customs\"} 0" "
inama_peer_behind_entries{member=\"tz-customs\"} 4" "
inama_peer_behind_bytes{member=\"tz-customs\"} [1-9]" "
inama_peer_behind_seconds{member=\"tz-customs\"} " "
inama_refused_total{reason=\"bad-signature\"} 0" "
inama_roster_expiry_seconds [1-9]" "
inama_keys_age_seconds " "
inama_can_write 1" "
inama_store_used_bytes [1-9]" "
inama_store_max_bytes [1-9]" "
inama_index_bytes [1-9]" "
inama_index_max_bytes 2147483648" "
inama_index_wordless_alerts 0" "
inama_opened_owed 0" "
inama_opened_untold_total 0" "
inama_sessions 1" "
inama_peer_connected{member=\"ke-police\"} 1" "
inama_turns_total [1-9]" "
inama_commit_seconds_sum " "
inama_commit_seconds_count [1-9]"
lacks "$(numbers cd-customs)" "Manis" "EXEMPLE" "${id:0:8}" "Test node"
[[ $(numbers cd-customs | grep -v '^#' | grep -c '^inama_') -gt 60 ]] || fail "few numbers"
sample='inama_[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[0-9.]+'
! numbers cd-customs | sed '1,/^\r$/d' | grep -vE "^(# (HELP|TYPE) inama_[a-z_]+ .+|$sample)\$" ||
    fail "a line that is none of the format"
has "$(request "${METRICS[cd-customs]}" "GET / HTTP/1.0")" "HTTP/1.0 404"
has "$(request "${METRICS[cd-customs]}" $'GET /metrics HTTP/1.1\r\nHost: evil.example')" "HTTP/1.0 403"

# nobody is left out here
expect 1 inama peer release tz-customs --home cd-customs
has "$ERR" "it is not left out"
expect 1 inama peer release xx-customs --home cd-customs
has "$ERR" "no other member of this name"
expect 0 inama status --home cd-customs --json
has "$OUT" '"limit":null,"held_back":false,"left_out_until":null,"offence":null,"offences":0,"slowed":0'

# only for this machine
sed -i 's/^metrics: .*/metrics: tcp:\/\/0.0.0.0:9464/' cd-customs/node.yaml
expect 1 inama check --home cd-customs
has "$ERR$OUT" "metrics: is \"tcp://0.0.0.0:9464\", expected a loopback address"
