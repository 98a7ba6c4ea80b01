"""Files of evidence, steps 14.17 to 14.19 of docs/protocol.md. Numbers in brackets are its steps."""

import merkle
import protocol
import trust
import wire
from protocol import H, check_signature, key_id, require

MAGIC, SUITE, SIZE_MAX = b"INAMAEVI", 1, 3584 * 1024
NAME_SIZE_MAX, WITNESSES_MAX = 64, 16
CAUSE_REVOKED = 3

HOP = (
    (1, "author", wire.REQUIRED, wire.BYTES),
    (2, "key", wire.REQUIRED, wire.BYTES),
    (3, "audience", wire.REQUIRED, wire.STRING),
    (4, "entry", wire.REQUIRED, wire.BYTES),
    (5, "data_key", wire.OPTIONAL, wire.BYTES),
)

LOG_EVIDENCE = (
    (1, "number", wire.REQUIRED, wire.UINT64),
    (2, "salt", wire.REQUIRED, wire.BYTES),
    (3, "record", wire.REQUIRED, wire.BYTES),
    (4, "checkpoint", wire.REQUIRED, wire.BYTES),
    (5, "proof", wire.REQUIRED, wire.BYTES),
)

EVIDENCE = (
    (1, "suite", wire.REQUIRED, wire.UINT32),
    (2, "made", wire.REQUIRED, wire.UINT64),
    (3, "maker", wire.REQUIRED, wire.BYTES),
    (4, "key", wire.REQUIRED, wire.BYTES),
    (5, "disclosure", wire.REQUIRED, wire.BYTES),
    (6, "told", wire.OPTIONAL, HOP),
    (7, "passed", wire.OPTIONAL, HOP),
    (8, "trust", wire.REQUIRED, wire.BYTES),
    (9, "log", wire.OPTIONAL, LOG_EVIDENCE),
)

SIGNED_EVIDENCE = (
    (1, "evidence", wire.REQUIRED, wire.BYTES),
    (2, "signature", wire.REQUIRED, wire.BYTES),
)

TOLD = (
    (1, "object", wire.REQUIRED, wire.BYTES),
    (2, "alert", wire.REQUIRED, wire.BYTES),
    (3, "version", wire.REQUIRED, wire.UINT32),
    (4, "shown", wire.REQUIRED, wire.BYTES),
    (5, "readers", wire.REQUIRED, wire.UINT64),
    (6, "rule", wire.REQUIRED, wire.STRING),
    (7, "by", wire.OPTIONAL, wire.UINT64),
)

RECORD = (
    (1, "time", wire.REQUIRED, wire.UINT64),
    (2, "feed", wire.REQUIRED, wire.BYTES),
    (3, "audience", wire.REQUIRED, wire.STRING),
    (4, "epoch", wire.REQUIRED, wire.UINT32),
    (5, "number", wire.REQUIRED, wire.UINT64),
    (6, "told", wire.OPTIONAL, TOLD),
    (7, "members", wire.OPTIONAL, wire.BYTES),
)


def read(file):
    """[14.18.1] The signed bytes, their signature, and what they say."""
    require(len(file) <= SIZE_MAX, "too-large")
    require(file[:8] == MAGIC)
    require(len(file) > 8, "truncated")
    require(file[8] == SUITE, "unknown-suite")
    signed = wire.decode(SIGNED_EVIDENCE, file[9:])
    require(len(signed["signature"]) == 64)
    words = wire.decode(EVIDENCE, signed["evidence"])
    require(words["suite"] == SUITE, "unknown-suite")
    require(len(words["maker"]) == 32 and len(words["key"]) == 32)
    for hop in (words["told"], words["passed"]):
        check_hop_form(hop)
    if words["log"] is not None:
        require(words["passed"] is not None and len(words["log"]["salt"]) == 16 and words["log"]["number"] >= 1)
    return signed["evidence"], signed["signature"], words


def check_hop_form(hop):
    if hop is None:
        return
    require(len(hop["author"]) == 32 and len(hop["key"]) == 32)
    require(1 <= len(hop["audience"].encode("utf-8")) <= NAME_SIZE_MAX)
    if hop["data_key"] is None:
        require(len(hop["entry"]) == 286)
    else:
        require(len(hop["entry"]) > 286 and len(hop["data_key"]) == 32)


class People:
    """[14.18.2] Who is who by the one roster in the file, believed by its own roots."""

    def __init__(self, data):
        words = wire.decode(wire.TRUST, data)
        require(len(words["rosters"]) == 1 and words["drafting"] is None)
        self.roster = trust.List(words["rosters"][0])
        require(self.roster.author is None)
        self.roots = self.roster.roots
        believed = trust.open_file(b"INAMALST" + bytes([1]) + data, self.roots, self.roster.threshold)
        rows, _ = believed.rows()
        self.row = {member: row for member, (row, _) in rows.items()}
        self.keys = {member: self._keys(believed.keys(row), row) for member, row in self.row.items()}

    def _keys(self, keys, row):
        """Each signing key with how it ended: in force, then of before."""
        return [(keys.sign_key, row["ended"]), *keys.former]

    def key(self, member, by):
        """The signing key with that id, and how it ended."""
        found = [(key, ending) for key, ending in self.keys.get(member, []) if key_id(key) == by]
        require(found, "unknown-member")
        return found[0]

    def sign_keys(self):
        return {member: [key for key, _ in keys] for member, keys in self.keys.items()}

    def ending_of(self, member, sign_key):
        return next(ending for key, ending in self.keys[member] if key == sign_key)

    def check_key(self, member, by, verify):
        """By a key that is not in other hands."""
        key, ending = self.key(member, by)
        verify(key)
        require(ending is None or ending["cause"] != CAUSE_REVOKED, "revoked")

    def confirmed(self, roots):
        """[14.20] Roots that the reader trusts, and that have signed."""
        return sum(self.roster.count([root]) for root in set(roots) if root in self.roots)


def verify(file, roots):
    """[14.18]"""
    signed, signature, words = read(file)
    people = People(words["trust"])
    digest = H("INAMA.evidence", signed)
    people.check_key(
        words["maker"], words["key"], lambda key: check_signature(key, "INAMA.sig.evid", digest, signature)
    )
    object_id, originator = verify_alert(words, people)
    is_makers = words["maker"] == originator
    require((words["told"] is None) == is_makers)
    told = words["told"] and verify_hop(words["told"], people, object_id)
    passed = words["passed"] and verify_hop(words["passed"], people, object_id)
    require(words["told"] is None or words["told"]["author"] != words["maker"])
    require(words["passed"] is None or words["passed"]["author"] == words["maker"])
    witnesses = verify_log(words["log"], passed, people, words["maker"], object_id) if words["log"] else []
    return {
        "object": object_id,
        "originator": originator,
        "maker": words["maker"],
        "confirmed": people.confirmed(roots),
        "told_opened": bool(told) and words["told"]["data_key"] is not None,
        "passed_opened": bool(passed) and words["passed"]["data_key"] is not None,
        "number": words["log"]["number"] if words["log"] else 0,
        "witnesses": len(witnesses),
    }


def verify_alert(words, people):
    """[14.18.4] Where the key has ended, its own feed speaks for it, or the time [8.9]."""
    object_id, _, sign_key = protocol.verify_disclosure(words["disclosure"], people.sign_keys())
    disclosure, header, _ = protocol.read_disclosure(words["disclosure"])
    ending, told = people.ending_of(header["originator"], sign_key), words["told"]
    speaks = told is not None and told["data_key"] is not None and told["key"] == key_id(sign_key)
    require(ending is None or speaks or protocol.alert_counts(ending, header["created"]), "revoked")
    return object_id, header["originator"]


def verify_hop(hop, people, object_id):
    """[14.18.5]"""
    entry = protocol.Entry(hop["entry"])
    entry.body = entry.body or b"left out"
    entry.check_form()
    require(entry.kind == protocol.KIND_DISCLOSURE, "unknown-kind")
    key, ending = people.key(hop["author"], hop["key"])
    require(entry.feed == protocol.feed_id(hop["key"], hop["audience"]), "wrong-feed")
    entry.check_signature(key)
    require(ending is None or protocol.entry_counts(ending, entry.feed, entry.number, entry.hash), "revoked")
    if hop["data_key"] is not None:
        require(entry.body_hash == H("INAMA.body", entry.body), "bad-hash")
        inner = protocol.open_body(entry, hop["data_key"])
        disclosure, _, _ = protocol.read_disclosure(inner)
        require(H("INAMA.object", disclosure["header"]) == object_id, "bad-hash")
        protocol.verify_disclosure(inner, people.sign_keys())
    return entry


def verify_log(log, passed, people, maker, object_id):
    """[14.18.6] The members who have cosigned."""
    record = wire.decode(RECORD, log["record"])
    require(record["told"] is not None)
    require(record["told"]["object"] == object_id, "bad-hash")
    require(record["feed"] == passed.feed and record["number"] == passed.number, "wrong-feed")
    text = log["checkpoint"].decode("latin-1")
    point = merkle.Checkpoint(text)
    require(point.start == 0 and point.log == "disclosures")
    require(point.node == maker, "unknown-member")
    people.check_key(maker, point.key, point.verify)
    leaf = merkle.leaf(2, log["number"], log["salt"], log["record"])
    merkle.check_inclusion(log["proof"], log["number"] - 1, point.size, leaf, point.root)
    return read_witnesses(text, point, people, maker)


def read_witnesses(text, point, people, maker):
    """[14.18.6] Nothing else stands behind the checkpoint."""
    at, witnesses = point.end, []
    while at < len(text):
        found = merkle.Cosignature(text, at)
        require(found.start == at and len(witnesses) < WITNESSES_MAX)
        require(found.witness != maker and found.witness not in witnesses)
        people.check_key(found.witness, found.key, lambda key, found=found: found.verify(point, key))
        witnesses.append(found.witness)
        at = found.end
    return witnesses
