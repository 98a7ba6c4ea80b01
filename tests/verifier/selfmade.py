"""Objects made here, and what the verifier must say of each: the protocol's part of the self-test.

Every object is made good first and then spoilt in one place. What is made is deterministic: "random" bytes are hashes.
"""

import json
from base64 import b64encode

import aead
import curve
import merkle
import protocol
import verify
import wire
from protocol import H, Refused, Tree, key_id, padme, sized, slots_of, tag16, u8, u32, u64
from trust import fingerprint_words, word_of


def random(name, size=32):
    return H("selfmade", name.encode(), size=size)


def result(function, *arguments):
    """ "ok" or the name of the refusal."""
    try:
        function(*arguments)
    except Refused as refusal:
        return str(refusal)
    return "ok"


def sign(seed, tag, message):
    return curve.sign(seed, tag16(tag) + message)


AUTHOR = random("author")  # signing seed, of the originator too
AUTHOR_KEY = curve.public_key(AUTHOR)
AUTHOR_ID = key_id(AUTHOR_KEY)
READER = random("reader")  # X25519 secret
READER_ID = random("reader id")
FEED = random("feed")
EPOCH_KEY = random("epoch key")
ALERT = random("alert", 16)
BIG = 2**256 - 1
VALUES = {0: b"\x0a\x03\x08\xea\x0f", 5: b"\x0a\x00", 64: b"z" * 300, 255: b"last"}
SHOWN = BIG & ~(0xFFFF << 16) & ~(1 << 77)  # a whole subtree and one slot hidden


def results():
    """All (name, got, expected)."""
    for name, vector in vectors():
        try:
            got = verify.disagreement({"name": name, **vector})
        except verify.Skipped:
            got = "skipped"
        yield name, got, vector.get("skipped")
    for bits, word in ((0, "babab"), (0xFFFF, "zuzuz"), (0x1234, "damuh"), (0x7F00, "lusab")):
        yield f"word of {bits:04x}", word_of(bits), word
    for name, spoilt in (
        ("a wrong output", {"expect": "ok", "out": 9}),
        ("a missing output", {"expect": "ok"}),
        ("a missing refusal", {"expect": "malformed"}),
    ):
        yield name + " is seen", verify.disagreement({"op": "padme", "len": 9, **spoilt}) is None, False


def vectors():
    sources = small, trees, disclosures, entries, opened, grants, endings, lists, taken, files, cards, key_files, blobs
    sources += logs, words, releases
    for source in sources:
        for name, vector in source():
            yield f"{source.__name__}: {name}", json.loads(json.dumps(verify.hexed(vector)))


def small():
    for length, out in ((0, 0), (1, 1), (2, 2), (3, 3), (8, 8), (9, 10), (100, 104), (1000, 1024), (65537, 67584)):
        yield f"padme {length}", {"op": "padme", "len": length, "expect": "ok", "out": out}
    yield "key id", {"op": "key_id", "sign_key": AUTHOR_KEY, "expect": "ok", "out": AUTHOR_ID}
    feed = H("INAMA.feed", AUTHOR_ID + b"\x04east")
    yield "feed", {"op": "feed_id", "author": AUTHOR_ID, "audience": "east", "expect": "ok", "out": feed}
    signature = sign(AUTHOR, "t", b"m")
    vector = {"op": "verify", "public": AUTHOR_KEY, "tag": "t", "message": b"m", "signature": signature}
    yield "signature", {**vector, "expect": "ok"}
    yield "other tag", {**vector, "tag": "u", "expect": "bad-signature"}
    yield "A of small order", {**vector, "public": b"\1" + bytes(31), "expect": "bad-point"}


# 13


def blobs():
    key = random("content key")
    for length in (1, 60, 65529):
        blob, manifest, chunks = protocol.seal_file(key, b"f" * length)
        opened = {"op": "open_file", "blob": blob, "key": key, "manifest": manifest, "chunks": chunks}
        yield f"{length} bytes", {**opened, "expect": "ok", "out": b"f" * length}
        yield f"{length} bytes, another key", {**opened, "key": random("other"), "expect": "bad-commitment"}
        yield f"{length} bytes, another id", {**opened, "blob": bytes(32), "expect": "bad-hash"}
        yield f"{length} bytes, none of them", {**opened, "chunks": [], "expect": "truncated"}
    yield "chunks in another order", {**opened, "chunks": chunks[::-1], "expect": "bad-hash"}


# 4 and 5


def alert_header(root, **change):
    fields = {name: [] if label == wire.REPEATED else None for _, name, label, _ in wire.ALERT_HEADER}
    fields.update(suite=1, schema=1, originator=AUTHOR_ID, alert=ALERT, version=1, created=1767225600000)
    fields.update(kind="SEIZURE", tlp="AMBER", handling=["H1", "H2"], share_with_iccwc=True, root=root, unknown=[])
    return wire.encode(wire.ALERT_HEADER, {**fields, **change})


def whole_tree():
    return Tree(ALERT, 1, BIG, [random("root salt", 16)], [], VALUES)


def disclosure(shown=SHOWN, seed=AUTHOR, change_header=(), unknown=(), **change):
    """A disclosure of the alert; `change` replaces fields of it."""
    tree = whole_tree()
    header = alert_header(**{"root": tree.root(), **dict(change_header)})
    present = sum(1 << slot for slot in VALUES) & shown
    salts, hashes = tree.narrow(shown)
    fields = {
        "header": header,
        "signature": sign(seed, "INAMA.sig.alert", H("INAMA.object", header)),
        "shown": shown.to_bytes(32, "little"),
        "present": present.to_bytes(32, "little"),
        "salts": b"".join(salts),
        "hashes": b"".join(hashes),
        "values": [VALUES[slot] for slot in slots_of(present)],
        "hops": None,
        "release": None,
        "unknown": list(unknown),
    }
    return wire.encode(wire.DISCLOSURE, {**fields, **change})


def naive_root():
    """The same tree written without levels: the salts of each level from those of the one above."""
    salts = [random("root salt", 16)]
    for level in range(4):
        longer = [H("INAMA.salt", u8(level) + u8(i), key=salt, size=64) for i, salt in enumerate(salts)]
        salts = [four[at : at + 16] for four in longer for at in (0, 16, 32, 48)]
    start = u8(1) + u32(1) + ALERT + u32(1)
    row = []
    for slot, salt in enumerate(salts):
        presence = b"\1" + sized(VALUES[slot]) if slot in VALUES else b"\0"
        row.append(H("INAMA.leaf", start + u8(slot) + salt + presence))
    while len(row) > 1:
        row = [H("INAMA.node", b"".join(row[i : i + 4])) for i in range(0, len(row), 4)]
    return row[0]


def trees():
    root = naive_root()
    for name, shown in (("all", BIG), ("most", SHOWN), ("one", 1 << 64), ("none", 0), ("odd", BIG // 3)):
        salts, hashes = whole_tree().narrow(shown)
        values = {str(slot): value for slot, value in VALUES.items() if shown >> slot & 1}
        vector = {"op": "root", "schema": 1, "alert": ALERT, "version": 1, "shown": shown.to_bytes(32, "little")}
        vector |= {"salts": b"".join(salts), "hashes": b"".join(hashes), "values": values}
        yield f"root, {name} shown", {**vector, "expect": "ok", "out": root}
        salts, hashes = vector["salts"] + bytes(16), vector["hashes"] + bytes(32)
        yield f"a salt too many, {name} shown", {**vector, "salts": salts, "expect": "malformed"}
        yield f"a hash too many, {name} shown", {**vector, "hashes": hashes, "expect": "malformed"}
    yield "a hidden value", {**vector, "values": {"1": b"x"}, "expect": "malformed"}


def disclosures():
    members = [{"id": AUTHOR_ID, "sign_key": AUTHOR_KEY}]
    good = disclosure()
    header = alert_header(whole_tree().root())
    shown_values = {str(slot): value for slot, value in VALUES.items() if SHOWN >> slot & 1}
    vector = {"op": "disclosure", "members": members}
    outputs = {"object_id": H("INAMA.object", header), "values": shown_values, "signed_by": AUTHOR_KEY}
    yield "good", {**vector, "disclosure": good, "expect": "ok", **outputs}
    moved = {"id": AUTHOR_ID, "sign_key": curve.public_key(READER), "former": [AUTHOR_KEY]}
    yield "by a former key", {**vector, "members": [moved], "disclosure": good, "expect": "ok", **outputs}
    unknown = {**moved, "former": []}
    yield "by no key", {**vector, "members": [unknown], "disclosure": good, "expect": "bad-signature"}
    extra = disclosure(unknown=[(9, wire.LENGTH, b"\x05later")])
    yield "an unknown field", {**vector, "disclosure": extra, "expect": "ok", **outputs}
    yield "passed on by 255", {**vector, "disclosure": disclosure(hops=255), "expect": "ok", **outputs}
    refused = {
        "cut": (good[:-1], "malformed"),
        "fields twice": (good + good, "not-canonical"),
        "signature of 63 bytes": (disclosure(signature=bytes(63)), "malformed"),
        "bitmap of 31 bytes": (disclosure(shown=0, present=bytes(31)), "malformed"),
        "present but hidden": (disclosure(present=(1 << 77 | 1).to_bytes(32, "little")), "malformed"),
        "a value missing": (disclosure(values=[b""]), "malformed"),
        "half a salt": (disclosure(salts=bytes(8)), "malformed"),
        "header not canonical": (disclosure(header=header + header), "not-canonical"),
        "passed on by 256": (disclosure(hops=256), "malformed"),
        "passed on by 0, and said so": (disclosure(hops=0), "malformed"),
        "header too large": (disclosure(header=alert_header(bytes(32), caveat="x" * 4096)), "too-large"),
        "suite 2": (disclosure(change_header={"suite": 2}), "unknown-suite"),
        "schema 2": (disclosure(change_header={"schema": 2}), "unknown-schema"),
        "root of 31 bytes": (disclosure(change_header={"root": bytes(31)}), "malformed"),
        "another root": (disclosure(change_header={"root": bytes(32)}), "bad-root"),
        "another version": (disclosure(change_header={"version": 2}), "bad-root"),
        "another value": (disclosure(values=[*list(VALUES.values())[:-1], b"lost"]), "bad-root"),
        "a stranger": (disclosure(change_header={"originator": READER_ID}), "unknown-member"),
        "signed by another": (disclosure(seed=READER), "bad-signature"),
        "signature of zeros": (disclosure(signature=bytes(64)), "bad-point"),
    }
    for name, (data, expected) in refused.items():
        yield name, {**vector, "disclosure": data, "expect": expected}
    for name, keep in (("all", BIG), ("some", BIG // 3), ("one", 1 << 255), ("hidden", 1 << 77), ("none", 0)):
        narrow = {"op": "narrow", "disclosure": good, "keep": keep.to_bytes(32, "little")}
        yield f"narrow, keep {name}", {**narrow, "expect": "ok", "out": disclosure(SHOWN & keep)}


# 6


def entry_header(kind, number, previous, epoch, wrapped, commitment, body, suite=1):
    start = u8(suite) + u8(kind) + FEED + u64(number) + previous + u32(epoch) + u64(1767225600000)
    return start + wrapped + commitment + H("INAMA.body", body)


def entry(header, body, seed=AUTHOR):
    return header + sign(seed, "INAMA.sig.entry", header) + body


def grant_entry(
    number=1, previous=bytes(32), epoch=1, body=b"grant", kind=1, wrapped=bytes(72), seed=AUTHOR, suite=1
):
    return entry(entry_header(kind, number, previous, epoch, wrapped, bytes(32), body, suite), body, seed)


def disclosure_entry(content, number=2, previous=bytes(32), epoch=1, plain=None, commitment=None, ad=b""):
    data_key, n, m = random("data key"), random("n", 24), random("m", 24)
    place = FEED + u64(number) + u32(epoch)
    wrapped = n + aead.seal(H("INAMA.wrap", FEED + u32(epoch), key=EPOCH_KEY), n, place, data_key)
    preamble = entry_header(2, number, previous, epoch, wrapped, bytes(32), b"")[:158]
    if plain is None:
        plain = sized(content).ljust(padme(4 + len(content)), b"\0")
    body = m + aead.seal(H("INAMA.body.enc", b"", key=data_key), m, ad or preamble, plain)
    if commitment is None:
        context = m + body[-16:] + H("INAMA.preamble", preamble)
        commitment = H("INAMA.commit", context, key=H("INAMA.body.key", b"", key=data_key))
    return entry(entry_header(2, number, previous, epoch, wrapped, commitment, body), body)


def entries():
    first = grant_entry()
    head = H("INAMA.entry", first[:222])
    second = disclosure_entry(b"alert", previous=head)
    start = {"op": "entry", "feed": FEED, "number": 0, "head": bytes(32), "epoch": 0, "author_key": AUTHOR_KEY}
    later = {**start, "number": 1, "head": head, "epoch": 1}
    yield "first", {**start, "entry": first, "expect": "ok", "entry_hash": head}
    yield "second", {**later, "entry": second, "expect": "ok", "entry_hash": H("INAMA.entry", second[:222])}
    renewal = grant_entry(2, head, 2)
    yield "next epoch", {**later, "entry": renewal, "expect": "ok", "entry_hash": H("INAMA.entry", renewal[:222])}
    midway = {**start, "number": 6, "midway": True}
    joined = grant_entry(7, random("past"), 4)
    yield "midway", {**midway, "entry": joined, "expect": "ok", "entry_hash": H("INAMA.entry", joined[:222])}
    left, revoked = {"cause": 1, "at": 0, "ends": []}, {"cause": 3, "at": 0, "ends": []}
    yield "a key that was replaced", {**start, "ending": left, "entry": first, "expect": "ok", "entry_hash": head}
    named = {"cause": 3, "at": 0, "ends": [{"feed": FEED, "number": 1, "hash": head}]}
    yield "the last that counts", {**start, "ending": named, "entry": first, "expect": "ok", "entry_hash": head}
    other = grant_entry(body=b"other")
    refused = {
        "midway, a disclosure": (midway, disclosure_entry(b"", 7), "wrong-epoch"),
        "a key that was revoked": ({**start, "ending": revoked}, first, "revoked"),
        "behind the last that counts": ({**later, "ending": named}, second, "revoked"),
        "285 bytes": (start, first[:285], "truncated"),
        "too large": (start, first + bytes(524288), "too-large"),
        "suite 2": (start, grant_entry(suite=2), "unknown-suite"),
        "kind 4": (start, grant_entry(kind=4), "unknown-kind"),
        "a grant with a wrapped key": (start, grant_entry(wrapped=b"\1" * 72), "malformed"),
        "another feed": ({**start, "feed": bytes(32)}, first, "wrong-feed"),
        "again": (later, first, "replayed"),
        "again, stored": ({**later, "last_entry": first}, first, "replayed"),
        "number 0": (start, grant_entry(0), "malformed"),
        "a fork": ({**later, "last_entry": first}, other, "fork"),
        "a fork that is not signed": ({**later, "last_entry": first}, grant_entry(body=b"x", seed=READER), "replayed"),
        "a gap": (start, second, "out-of-order"),
        "another past": (later, disclosure_entry(b"alert"), "broken-chain"),
        "a past at the start": (start, grant_entry(previous=head), "broken-chain"),
        "a disclosure first": (start, disclosure_entry(b"alert", 1), "wrong-epoch"),
        "epoch 0": (start, grant_entry(epoch=0), "malformed"),
        "two epochs on": (later, grant_entry(2, head, 3), "wrong-epoch"),
        "a disclosure in the next epoch": (later, disclosure_entry(b"", 2, head, 2), "wrong-epoch"),
        "another body": (start, first + b"!", "bad-hash"),
        "signed by another": (start, grant_entry(seed=READER), "bad-signature"),
    }
    for name, (vector, data, expected) in refused.items():
        yield name, {**vector, "entry": data, "expect": expected}


def opened():
    vector = {"op": "open", "epoch_key": EPOCH_KEY}
    for content in (b"", b"alert", b"alert" * 100):
        yield f"{len(content)} bytes", {**vector, "entry": disclosure_entry(content), "expect": "ok", "out": content}
    good = disclosure_entry(b"alert")
    refused = {
        "other commitment": (disclosure_entry(b"alert", commitment=bytes(32)), "bad-commitment"),
        "last byte": (good[:-1] + bytes([good[-1] ^ 1]), "bad-commitment"),
        "first byte of the text": (good[:310] + bytes([good[310] ^ 1]) + good[311:], "bad-seal"),
        "another place": (disclosure_entry(b"alert", ad=b"x"), "bad-seal"),
        "wrapped key": (good[:86] + bytes(72) + good[158:], "bad-seal"),
        "created": (good[:80] + bytes(1) + good[81:], "bad-commitment"),
        "too little padding": (disclosure_entry(b"", plain=sized(b"alert" * 9)), "malformed"),
        "too much padding": (disclosure_entry(b"", plain=sized(b"four") + bytes(2)), "malformed"),
        "padding of ones": (disclosure_entry(b"", plain=sized(b"alert") + b"\1"), "malformed"),
        "a length beyond the end": (disclosure_entry(b"", plain=u32(99) + bytes(4)), "malformed"),
        "no length": (disclosure_entry(b"", plain=b"\0\0\0"), "truncated"),
    }
    for name, (data, expected) in refused.items():
        yield name, {**vector, "entry": data, "expect": expected}
    yield "another key", {**vector, "epoch_key": bytes(32), "entry": good, "expect": "bad-seal"}


# 7


def box(public, ephemeral, epoch, member, check, key):
    context = curve.x25519_public(ephemeral) + public + member + FEED + u32(epoch)
    b = H("INAMA.grant", context, key=curve.x25519(ephemeral, public), size=64)
    return b[32:36] + aead.seal(b[:32], bytes(24), member + check, key)


def grant(check=None, key=EPOCH_KEY, reverse=False, **change):
    """For the reader and five others."""
    check = check or H("INAMA.epoch", FEED + u32(7), key=EPOCH_KEY)
    readers = [(READER, READER_ID)] + [(random(f"x{i}"), random(f"id{i}")) for i in range(5)]
    ephemeral = random("ephemeral")
    boxes = [box(curve.x25519_public(secret), ephemeral, 7, member, check, key) for secret, member in readers]
    fields = {"check": check, "ephemeral": curve.x25519_public(ephemeral), "outdated": None, "unknown": []}
    fields["boxes"] = b"".join(sorted(boxes, reverse=reverse))
    return wire.encode(wire.GRANT, {**fields, **change})


def grants():
    vector = {"op": "grant", "feed": FEED, "epoch": 7, "id": READER_ID, "secret": READER}
    yield "good", {**vector, "grant": grant(), "expect": "ok", "out": EPOCH_KEY}
    yield "descending boxes", {**vector, "grant": grant(reverse=True), "expect": "ok", "out": EPOCH_KEY}
    yield "outdated entries", {**vector, "grant": grant(outdated=3), "expect": "ok", "out": EPOCH_KEY}
    yield "a stranger", {**vector, "secret": random("stranger"), "grant": grant(), "expect": "not-found"}
    yield "another epoch", {**vector, "epoch": 8, "grant": grant(), "expect": "not-found"}
    yield "another id", {**vector, "id": bytes(32), "grant": grant(), "expect": "not-found"}
    refused = {
        "another check": (grant(check=bytes(32)), "bad-commitment"),
        "another key": (grant(key=bytes(32)), "bad-commitment"),
        "ephemeral of small order": (grant(ephemeral=bytes(32)), "bad-point"),
        "ephemeral of 31 bytes": (grant(ephemeral=bytes(31)), "malformed"),
        "outdated from no entry": (grant(outdated=0), "malformed"),
        "a short box": (grant(boxes=bytes(51)), "malformed"),
        "twice": (grant() + grant(), "not-canonical"),
        "empty": (b"", "malformed"),
    }
    for name, (data, expected) in refused.items():
        yield name, {**vector, "grant": data, "expect": expected}


# 8


def endings():
    feed, other, last = random("a"), random("b"), random("last")
    for cause in (1, 2, 3):
        unnamed = "revoked" if cause == 3 else "ok"
        vector = {"ending": {"cause": cause, "at": 50, "ends": [{"feed": feed, "number": 9, "hash": last}]}}
        cases = (feed, 8, other, "ok"), (feed, 9, last, "ok"), (feed, 9, other, "revoked"), (feed, 10, last, "revoked")
        for at, number, entry_hash, expected in (*cases, (other, 10, last, unnamed)):
            place = {"op": "ending_entry", "feed": at, "number": number, "hash": entry_hash}
            yield f"cause {cause}, entry {number} {expected}", {**vector, **place, "expect": expected}
        for created, expected in ((49, unnamed), (50, unnamed), (51, "revoked")):
            alert = {**vector, "op": "ending_alert", "created": created}
            yield f"cause {cause}, alert of {created}", {**alert, "expect": expected}


def row(name, /, **change):
    sign_key = curve.public_key(random(name + " sign"))
    fields = {"id": key_id(sign_key), "name": name, "label": "Customs, " + name, "country": "KE", "role": "POLICE"}
    fields |= {"sign_key": sign_key, "encryption_key": random(name + " enc"), "session_key": random(name + " session")}
    return {**fields, "serial": None, "former": [], "ended": None, "proof": None, "unknown": [], **change}


def proved(member, seed=None):
    """[8.2.7] The row of a desk."""
    card = wire.encode(wire.MEMBER, {**member, "ended": None, "proof": None})
    proof = sign(seed or random(member["name"] + " sign"), "INAMA.sig.card", H("INAMA.card", card))
    return {**member, "proof": proof}


def ending(cause=1, ends=()):
    return {"cause": cause, "at": 1000, "ends": list(ends), "unknown": []}


def feed_end(feed=b"f" * 32, number=1, entry_hash=bytes(32)):
    return {"feed": feed, "number": number, "hash": entry_hash, "unknown": []}


def former(key, how=None):
    return {"sign_key": key, "ending": how or ending(), "unknown": []}


ROOT_SEEDS = [random(f"root {i}") for i in range(3)]
ROOTS = [curve.public_key(seed) for seed in ROOT_SEEDS]


def signed_list(seeds, tag, rows, order=False, unknown=(), **change):
    fields = {"suite": 1, "version": 5, "created": 1000, "expires": 2000, "threshold": 0, "roots": [], "unknown": []}
    fields |= {"grace_days": None, "author": None}
    fields["members"] = sorted(rows, key=lambda row: row["id"], reverse=order)
    data = wire.encode(wire.ROSTER, {**fields, **change})
    message = H("INAMA.roster", data)
    signatures = [
        {"root": curve.public_key(seed), "signature": sign(seed, tag, message), "unknown": []} for seed in seeds
    ]
    return wire.encode(wire.SIGNED_ROSTER, {"roster": data, "signatures": signatures, "unknown": list(unknown)})


def roster(signers=ROOT_SEEDS[:2], rows=None, **change):
    rows = [row("ke-police"), row("tz-police"), row("cn-police")] if rows is None else rows
    return signed_list(signers, "INAMA.sig.roster", rows, **{"threshold": 2, "roots": ROOTS, **change})


def lists():
    vector = {"op": "list"}
    names = ("ke-police", "tz-police", "cn-police")
    ids = sorted(row(name)["id"] for name in names)
    outputs = {"version": 5, "members": ids, "ended": []}
    yield "good", {**vector, "file": roster(), "expect": "ok", **outputs}
    yield "not signed", {**vector, "file": roster([]), "expect": "ok", **outputs}
    out = [row(names[0]), row(names[1], ended=ending(3)), row(names[2])]
    yield "ended", {**vector, "file": roster(rows=out), "expect": "ok", **outputs, "ended": [out[1]["id"]]}
    for name, signers, count in (
        ("two", ROOT_SEEDS[:2], 2),
        ("one", ROOT_SEEDS[:1], 1),
        ("one, twice", ROOT_SEEDS[:1] * 2, 1),
        ("one and a stranger", [ROOT_SEEDS[0], AUTHOR], 1),
    ):
        signatures = {"op": "signatures", "file": roster(signers), "keys": ROOTS * 2}
        yield f"signed by {name}", {**signatures, "expect": "ok", "count": count}
    rows, key, other = [row("a"), row("b")], curve.public_key(READER), curve.public_key(EPOCH_KEY)
    moved = {"serial": 2, "sign_key": key, "former": [former(rows[0]["sign_key"])]}
    ends = [feed_end(b"f" * 32), feed_end(b"g" * 32)]
    customs = [row("a", role="CUSTOMS"), row("b", role="CUSTOMS")]
    refused = {
        "threshold 0": (roster(threshold=0), "malformed"),
        "suite 2": (roster(suite=2), "unknown-suite"),
        "version 0": (roster(version=0), "malformed"),
        "367 days of grace": (roster(grace_days=367), "malformed"),
        "desks with roots": (roster(author=AUTHOR_ID), "malformed"),
        "an author of 31 bytes": (roster(author=bytes(31), roots=[], threshold=0), "malformed"),
        "descending rows": (roster(order=True), "malformed"),
        "the same name": (roster(rows=[rows[0], row("b", name="a")]), "conflict"),
        "the same key": (roster(rows=[rows[0], row("b", session_key=rows[0]["encryption_key"])]), "conflict"),
        "a former key that is another's": (roster(rows=[rows[0], row("b", **moved)]), "conflict"),
        "a root as a signing key": (roster(rows=[row("b", serial=2, sign_key=ROOTS[0])]), "conflict"),
        "two administrations": (roster(rows=customs), "conflict"),
        "a name with a capital": (roster(rows=[row("A")]), "invalid"),
        "a long name": (roster(rows=[row("a" * 65)]), "invalid"),
        "a name with a line end": (roster(rows=[row("a\n")]), "invalid"),
        "a country of three": (roster(rows=[row("a", country="KEN")]), "invalid"),
        "a role in small letters": (roster(rows=[row("a", role="customs")]), "invalid"),
        "a weak key": (roster(rows=[row("a", sign_key=b"\1" + bytes(31))]), "bad-point"),
        "serial 0": (roster(rows=[row("a", serial=0)]), "malformed"),
        "another's id": (roster(rows=[row("a", id=AUTHOR_ID)]), "malformed"),
        "former keys and no serial": (roster(rows=[row("a", former=[former(key)])]), "malformed"),
        "a former key twice": (roster(rows=[row("a", serial=2, former=[former(key)] * 2)]), "malformed"),
        "17 former keys": (roster(rows=[row("a", serial=2, former=[former(key)] * 17)]), "malformed"),
        "a weak former key": (roster(rows=[row("a", serial=2, former=[former(bytes(32))])]), "bad-point"),
        "cause 4": (roster(rows=[row("a", ended=ending(4))]), "malformed"),
        "cause 0 of a former key": (roster(rows=[row("a", serial=2, former=[former(other, ending(0))])]), "malformed"),
        "a feed twice": (roster(rows=[row("a", ended=ending(ends=[ends[0], ends[0]]))]), "malformed"),
        "descending feeds": (roster(rows=[row("a", ended=ending(ends=ends[::-1]))]), "malformed"),
        "end 0": (roster(rows=[row("a", ended=ending(ends=[feed_end(number=0)]))]), "malformed"),
        "a weak root": (roster(roots=[*ROOTS, bytes(32)]), "bad-point"),
        "a root twice": (roster(roots=[*ROOTS, ROOTS[0]]), "malformed"),
        "17 roots": (roster(roots=[*ROOTS] * 6), "too-large"),
        "a row not canonical": (roster(rows=[row("a", unknown=[(3, wire.LENGTH, b"\x01x")])]), "not-canonical"),
    }
    for name, (data, expected) in refused.items():
        yield name, {**vector, "file": data, "expect": expected}


ADMINISTRATION = row("ke-customs", role="CUSTOMS")
SEED, NEXT_SEED = random("ke-customs sign"), random("ke-customs sign 2")
DESK = proved(row("ke-police"))
NEXT_KEY = curve.public_key(NEXT_SEED)


def world(version=1, signers=ROOT_SEEDS[:2], **change):
    return roster(signers, [row("ke-customs", **{"role": "CUSTOMS", **change})], version=version)


def desks(version=1, seed=SEED, rows=(DESK,)):
    return signed_list([seed], "INAMA.sig.desks", rows, version=version, author=ADMINISTRATION["id"])


def renewal(serial=2, seed=SEED, new_seed=None, cause=1, key=b"e"):
    """A new encryption key and, with `new_seed`, a new signing key."""
    sign_key = curve.public_key(new_seed or seed)
    fields = {"suite": 1, "member": ADMINISTRATION["id"], "serial": serial, "created": 1000, "sign_key": sign_key}
    fields |= {"encryption_key": H("x", key), "ending": ending(cause) if new_seed else None, "unknown": []}
    data = wire.encode(wire.RENEWAL, fields)
    message = H("INAMA.renewal", data)
    signatures = {"signature": sign(seed, "INAMA.sig.renew", message), "new_signature": None, "unknown": []}
    if new_seed:
        signatures["new_signature"] = sign(new_seed, "INAMA.sig.renew", message)
    return wire.encode(wire.SIGNED_RENEWAL, {"renewal": data, **signatures})


def believed(version, roster_bytes, keys, with_desk, ended=(), ignored=0):
    """The outputs. `keys`: signing key, encryption key, serial and former keys of the administration; None: ended."""
    words = wire.decode(wire.SIGNED_ROSTER, roster_bytes)["roster"]
    members = []
    if keys:
        sign_key, encryption_key, serial, before = keys
        member = {"id": ADMINISTRATION["id"], "sign_key": sign_key, "encryption_key": encryption_key}
        members.append({**member, "serial": serial, "by": "", "former": before})
    if with_desk:
        desk = {name: DESK[name] for name in ("id", "sign_key", "encryption_key")}
        members.append({**desk, "serial": 1, "by": ADMINISTRATION["id"], "former": []})
    members.sort(key=lambda member: member["id"])
    outputs = {"version": version, "hash": H("INAMA.roster", words), "members": members}
    return {**outputs, "ended": list(ended), "ignored": ignored}


FIRST_KEYS = (ADMINISTRATION["sign_key"], ADMINISTRATION["encryption_key"], 1, [])


def taken():
    vector = {"op": "trust", "roots": ROOTS, "threshold": 2, "start": world()}
    for name, steps, outputs in stories():
        objects = [{"kind": kind, "bytes": data} for kind, data, _ in steps]
        results = [expected for _, _, expected in steps]
        yield name, {**vector, "objects": objects, "expect": "ok", "results": results, **outputs}
    few = {**vector, "objects": [], "expect": "too-few-signatures"}
    yield "other roots", {**few, "roots": [AUTHOR_KEY], "threshold": 1}
    yield "a threshold of 0", {**few, "threshold": 0}


def stories():
    """(name, [(kind, bytes, result)], outputs)"""
    steps = [(1, "replayed"), (3, "out-of-order"), (2, "ok"), (1, "rollback")]
    versions = [("roster", world(version), expected) for version, expected in steps]
    unsigned = [("roster", world(3, ROOT_SEEDS[:1]), "too-few-signatures")]
    yield "versions", versions + unsigned, believed(2, world(2), FIRST_KEYS, False)

    pair = sorted((world(2), world(2, label="!")), key=roster_hash)
    both = [("roster", pair[1], "ok"), ("roster", pair[0], "ok"), ("roster", pair[1], "exists")]
    yield "rivals", both, believed(2, pair[0], FIRST_KEYS, False)

    listed = [("desks", desks(), "ok"), ("desks", desks(), "replayed")]
    listed.append(("desks", desks(2, NEXT_SEED), "bad-signature"))
    yield "desks", listed, believed(1, world(), FIRST_KEYS, True)
    stranger = [("desks", desks(rows=[proved(row("ke-police", country="UG"))]), "ok")]
    bad = {
        "no proof": ({"proof": None}, "malformed"),
        "a proof of 63 bytes": ({"proof": bytes(63)}, "malformed"),
        "a proof of zeros": ({"proof": bytes(64)}, "bad-point"),
        "moved to another country": ({"country": "UG"}, "bad-signature"),
        "another session key": ({"session_key": random("another")}, "bad-signature"),
        "serial 1 in so many words": ({"serial": 1}, "malformed"),
    }
    for name, (change, expected) in bad.items():
        spoilt = [("desks", desks(rows=[{**DESK, **change}]), expected)]
        yield f"a desk with {name}", spoilt, believed(1, world(), FIRST_KEYS, False)
    yield "a desk of another country", stranger, believed(1, world(), FIRST_KEYS, False, ignored=1)

    renewed = [("desks", desks(), "ok"), ("renewal", renewal(), "ok"), ("renewal", renewal(), "replayed")]
    renewed += [("renewal", renewal(key=b"f"), "fork"), ("renewal", renewal(3, NEXT_SEED), "bad-signature")]
    yield "renewed", renewed, believed(1, world(), (FIRST_KEYS[0], H("x", b"e"), 2, []), True)
    for cause in (1, 2, 3):
        moved = [("desks", desks(), "ok"), ("renewal", renewal(2, SEED, NEXT_SEED, cause), "ok")]
        moved += [("renewal", renewal(3), "bad-signature"), ("renewal", renewal(3, NEXT_SEED), "ok")]
        keys = (NEXT_KEY, H("x", b"e"), 3, [FIRST_KEYS[0]])
        yield f"a new signing key, cause {cause}", moved, believed(1, world(), keys, cause == 1)

    theft = renewal(1000, SEED, NEXT_SEED)
    recovered_key = curve.public_key(READER)
    back = world(2, sign_key=recovered_key, serial=2, former=[former(FIRST_KEYS[0], ending(2))])
    stolen = [("renewal", theft, "ok"), ("roster", back, "ok"), ("renewal", theft, "bad-signature")]
    keys = (recovered_key, FIRST_KEYS[1], 2, [FIRST_KEYS[0]])
    yield "recovered", stolen, believed(2, back, keys, False)

    out = world(2, ended=ending(1))
    gone = [("desks", desks(), "ok"), ("roster", out, "ok"), ("renewal", renewal(), "unknown-member")]
    gone += [("desks", desks(2), "unknown-member")]
    yield "ended", gone, believed(2, out, None, False, [ADMINISTRATION["id"]])


def roster_hash(data):
    return H("INAMA.roster", wire.decode(wire.SIGNED_ROSTER, data)["roster"])


def trust_file(rosters=(), desks=(), renewals=(), start=b"INAMALST\1"):
    fields = {"rosters": list(rosters), "desks": list(desks), "renewals": list(renewals)}
    fields |= {"drafting": None, "unknown": []}
    return start + wire.encode(wire.TRUST, fields)


def files():
    vector = {"op": "roster_file", "roots": ROOTS, "threshold": 2}
    two = trust_file([world(1), world(2)], [desks()])
    yield "two rosters", {**vector, "file": two, "expect": "ok", **believed(2, world(2), FIRST_KEYS, True)}
    late = trust_file([world()], [desks(1, NEXT_SEED)], [renewal(2, SEED, NEXT_SEED)])
    keys = (NEXT_KEY, H("x", b"e"), 2, [FIRST_KEYS[0]])
    yield "desks by the next key", {**vector, "file": late, "expect": "ok", **believed(1, world(), keys, True)}
    refused = {
        "no roster": (trust_file(), "too-few-signatures"),
        "not signed": (trust_file([world(1, [])]), "too-few-signatures"),
        "another magic": (trust_file(start=b"INAMAKEY\1"), "malformed"),
        "8 bytes": (b"INAMALST", "truncated"),
        "suite 2": (trust_file(start=b"INAMALST\2"), "unknown-suite"),
        "cut": (trust_file([world()])[:-1], "malformed"),
    }
    for name, (data, expected) in refused.items():
        yield name, {**vector, "file": data, "expect": expected}


def card(member, seed, change=b""):
    data = wire.encode(wire.MEMBER, member) + change
    signature = sign(seed, "INAMA.sig.card", H("INAMA.card", data))
    text = b64encode(wire.encode(wire.CARD, {"member": data, "signature": signature, "unknown": []})).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN INAMA CARD-----", *lines, "-----END INAMA CARD-----", ""])


def cards():
    member, seed = row("ke-customs"), random("ke-customs sign")
    good = card(member, seed)
    digits = H("INAMA.finger", b"".join(member[name] for name in ("id", "sign_key", "encryption_key", "session_key")))
    finger = " ".join(digits[at : at + 2].hex() for at in range(0, 16, 2))
    outputs = {"id": member["id"], "member_name": "ke-customs", "serial": 1, "fingerprint": finger}
    outputs["fingerprint_words"] = fingerprint_words(member)
    yield "good", {"op": "card", "text": good, "expect": "ok", **outputs}
    refused = {
        "no end": (good.replace("END", "END OF"), "malformed"),
        "not base64": (good.replace("CARD-----\n", "CARD-----\n*", 1), "malformed"),
        "another's id": (card({**member, "id": READER_ID}, seed), "malformed"),
        "an ending": (card({**member, "ended": ending()}, seed), "malformed"),
        "a former key": (card({**member, "serial": 2, "former": [former(AUTHOR_KEY)]}, seed), "malformed"),
        "signed by another": (card(member, AUTHOR), "bad-signature"),
        "a weak key": (card({**member, "sign_key": bytes(32)}, seed), "bad-point"),
        "not canonical": (card(member, seed, b"\x0a\x00"), "not-canonical"),
    }
    for name, (text, expected) in refused.items():
        yield name, {"op": "card", "text": text, "expect": expected}


# 9


OPENER = random("opener")


def key_file(secrets, opener=OPENER, lock=0, suite=1, passes=0, memory=0):
    salt, nonce = random("salt", 16), random("nonce", 24)
    start = b"INAMAKEY" + u8(suite) + u8(lock) + u32(passes) + u32(memory) + salt + nonce
    return start + aead.seal(H("INAMA.keyfile.s", salt, key=H("INAMA.keyfile", opener)), nonce, start, secrets)


def node_secrets(serial=1, flag=0, f=2, before=bytes(32), member=None, count=None):
    """[9.3]"""
    start = (member or AUTHOR_ID) + u32(serial) + u8(flag) + u8(f if count is None else count)
    return start + AUTHOR + random("encryption") + random("session") + random("store") + before + b"s" * 32 * f


def key_files():
    secrets = node_secrets()
    vector = {"op": "keyfile", "opener": OPENER}
    yield "good", {**vector, "file": key_file(secrets), "expect": "ok", "out": secrets}
    renewed = node_secrets(9, 1, 16, random("before"), READER_ID)
    yield "renewed", {**vector, "file": key_file(renewed), "expect": "ok", "out": renewed}
    yield "a root", {**vector, "file": key_file(AUTHOR), "expect": "ok", "out": AUTHOR}
    locked = key_file(secrets, lock=1, passes=1, memory=8)
    yield "a passphrase", {**vector, "file": locked, "expect": "ok", "skipped": "skipped"}
    refused = {
        "another opener": (key_file(secrets, random("other")), "wrong-key"),
        "another magic": (b"X" + key_file(secrets)[1:], "malformed"),
        "suite 2": (key_file(secrets, suite=2), "unknown-suite"),
        "lock 2": (key_file(secrets, lock=2), "malformed"),
        "lock 0 with passes": (key_file(secrets, passes=1), "malformed"),
        "57 bytes": (key_file(secrets)[:57], "truncated"),
        "cut": (key_file(secrets)[:-1], "malformed"),
        "serial 0": (key_file(node_secrets(0)), "malformed"),
        "another's id": (key_file(node_secrets(member=READER_ID)), "malformed"),
        "flag 2": (key_file(node_secrets(flag=2)), "malformed"),
        "a seed and no flag": (key_file(node_secrets(before=b"b" * 32)), "malformed"),
        "17 former secrets": (key_file(node_secrets(f=17)), "malformed"),
        "another count": (key_file(node_secrets(count=3)), "malformed"),
        "too little memory": (key_file(secrets, lock=1, passes=1, memory=7), "malformed"),
    }
    for name, (data, expected) in refused.items():
        yield name, {**vector, "file": data, "expect": expected}


# 14


def logs():
    salt, one, two, three = random("salt", 16), random("one"), random("two"), random("three")
    leaf = H("INAMA.log.leaf", b"\1\2" + u64(7) + salt + b"\0\0\0\3abc")
    yield "leaf", {"op": "log_leaf", "log": 2, "number": 7, "salt": salt, "record": b"abc", "expect": "ok", "out": leaf}
    both = H("INAMA.log.node", one + two)
    whole = H("INAMA.log.node", both + three)
    yield "root", {"op": "log_root", "leaves": [one, two, three], "expect": "ok", "out": whole}
    there = {"op": "log_inclusion", "size": 3, "root": whole}
    yield "second", {**there, "index": 1, "leaf": two, "proof": one + three, "expect": "ok"}
    yield "third", {**there, "index": 2, "leaf": three, "proof": both, "expect": "ok"}
    yield "first is not third", {**there, "index": 0, "leaf": three, "proof": two + three, "expect": "bad-hash"}
    yield "not in it", {**there, "index": 3, "leaf": three, "proof": both, "expect": "malformed"}
    grown = {"op": "log_consistency", "first": 2, "size": 3, "root": whole}
    yield "grown", {**grown, "first_root": both, "proof": three, "expect": "ok"}
    yield "rewritten", {**grown, "first_root": H("INAMA.log.node", two + one), "proof": three, "expect": "bad-hash"}
    yield "unproven", {**grown, "first_root": both, "proof": b"", "expect": "malformed"}
    yield "from nothing", {**grown, "first": 0, "first_root": merkle.root([]), "proof": b"", "expect": "ok"}
    words = f"INAMA checkpoint 1\nnode {AUTHOR_ID.hex()}\nlog audit\nsize 3\nroot {whole.hex()}\n"
    words += f"time 1970-01-01T00:01:00Z\nkey {AUTHOR_ID.hex()}\n"
    signature = sign(AUTHOR, "INAMA.sig.point", H("INAMA.log.point", words.encode()))
    vector = {"op": "checkpoint", "members": [{"id": AUTHOR_ID, "sign_key": AUTHOR_KEY}]}
    found = {"node": AUTHOR_ID, "log": "audit", "size": 3, "root": whole, "time": 60}
    text = words + f"signature {signature.hex()}\n"
    yield "checkpoint", {**vector, "text": text, "expect": "ok", **found}
    yield "another size", {**vector, "text": text.replace("size 3", "size 4"), "expect": "bad-signature"}
    yield "nobody's", {**vector, "members": [], "text": text, "expect": "unknown-member"}
    yield "no form", {**vector, "text": text.replace("size 3", "size 03"), "expect": "malformed"}


# 10


def words():
    def word(seed=AUTHOR, tag="INAMA.sig.opened", **changes):
        plain = {"suite": 1, "reader": AUTHOR_ID, "key": AUTHOR_ID, "object": random("object"), "since": 7_200_000}
        inner = wire.encode(wire.OPENED, {**plain, "step": 3_600_000, "unknown": [], **changes})
        signature = sign(seed, tag, H("INAMA.opened", inner))
        return wire.encode(wire.SIGNED_OPENED, {"words": inner, "signature": signature, "unknown": []})

    vector = {"op": "opened", "members": [{"id": AUTHOR_ID, "sign_key": AUTHOR_KEY}]}
    found = {"reader": AUTHOR_ID, "object": random("object"), "since": 7_200_000, "step": 3_600_000}
    yield "good", {**vector, "opened": word(), "expect": "ok", **found}
    yield "nobody's", {**vector, "members": [], "opened": word(), "expect": "unknown-member"}
    yield "another's", {**vector, "opened": word(seed=random("another")), "expect": "bad-signature"}
    yield "another tag", {**vector, "opened": word(tag="INAMA.sig.ack"), "expect": "bad-signature"}
    yield "between two hours", {**vector, "opened": word(since=7_200_001), "expect": "malformed"}
    yield "no such step", {**vector, "opened": word(step=2), "expect": "malformed"}
    yield "another suite", {**vector, "opened": word(suite=2), "expect": "unknown-suite"}
    yield "large", {**vector, "opened": word() + bytes(1024), "expect": "too-large"}


# 15


def terms(**change):
    fields = {name: [] if label == wire.REPEATED else None for _, name, label, _ in wire.RELEASE_TERMS}
    object_id = H("INAMA.object", alert_header(whole_tree().root()))
    fields.update(suite=1, originator=AUTHOR_ID, key=AUTHOR_ID, object=object_id, reader=READER_ID)
    fields.update(request=random("request", 16), slots=b"\xff" + bytes(31), created=1767225600000, unknown=[])
    return wire.encode(wire.RELEASE_TERMS, {**fields, **change})


def release(words=None, seed=AUTHOR):
    words = terms() if words is None else words
    signature = sign(seed, "INAMA.sig.terms", H("INAMA.terms", words))
    return wire.encode(wire.SIGNED_RELEASE, {"terms": words, "signature": signature, "unknown": []})


def step(**change):
    fields = {name: [] if label == wire.REPEATED else None for _, name, label, _ in wire.REQUEST_STEP}
    fields.update(suite=1, step=1, request=random("request", 16), object=bytes(32), slots=b"\1" + bytes(31))
    return wire.encode(wire.REQUEST_STEP, {**fields, "reason": "a reason", "unknown": [], **change})


def releases():
    object_id = H("INAMA.object", alert_header(whole_tree().root()))
    vector = {"op": "release", "object": object_id, "originator": AUTHOR_ID}
    vector["members"] = [{"id": AUTHOR_ID, "sign_key": AUTHOR_KEY}]
    found = {"reader": READER_ID, "slots": b"\xff" + bytes(31), "until": 0, "judicial": False, "onward": 0}
    yield "release", {**vector, "release": release(), "expect": "ok", **found}
    nobody = [{"role": None, "country": None, "name": None, "unknown": []}]
    refused = {
        "of another version": (release(terms(object=bytes(32))), "malformed"),
        "by the reader": (release(seed=READER), "bad-signature"),
        "by a key of the reader's": (release(terms(key=READER_ID), READER), "unknown-member"),
        "of suite 2": (release(terms(suite=2)), "unknown-suite"),
        "to nobody": (release(terms(onward=nobody)), "malformed"),
        "too large": (release() + bytes(8192), "too-large"),
    }
    for name, (data, expected) in refused.items():
        yield "release " + name, {**vector, "release": data, "expect": expected}
    carried = {"op": "disclosure", "members": vector["members"]}
    other = disclosure(release=release(terms(object=bytes(32))))
    yield "release in a disclosure of another alert", {**carried, "disclosure": other, "expect": "malformed"}
    steps = {
        "step": (step(), "ok"),
        "step 7": (step(step=7), "unknown-kind"),
        "step without slots": (step(slots=None), "malformed"),
        "withdrawal": (step(step=6, slots=None, reason=None), "ok"),
        "refusal without a reason": (step(step=3, slots=None, reason=None), "malformed"),
    }
    for name, (data, expected) in steps.items():
        yield name, {"op": "request_step", "step": data, "expect": expected}
