#!/usr/bin/env python3
"""verify.py VECTORS_DIR: a second opinion on INAMA's test vectors.

Runs every *.json there, each {"about", "vectors": [{"name", "op", inputs, "expect", outputs}]} with bytes in lower-case
hexadecimal; in an input "(0a0b)x72" between spaces stands for 72 times the bytes in brackets. "expect" is "ok" or the
name of a result; if it is "ok", every output must be in the vector and equal. Prints each disagreement and a summary.
Exits with 1 if there was one or if there was nothing to check.
"""

import json
import re
import sys
from pathlib import Path

import evidence
import merkle
import protocol
import trust
from wire import Refused


class Skipped(Exception):
    """What the standard library cannot check."""


# An operation takes the vector's inputs by their names and returns the outputs by theirs.


def op_hash(tag, message, key="", size=32):
    return {"out": protocol.H(tag, unhex(message), key=unhex(key), size=size)}


def op_padme(len):
    return {"out": protocol.padme(len)}


def op_verify(public, tag, message, signature):
    protocol.check_signature(unhex(public), tag, unhex(message), unhex(signature))
    return {}


def op_key_id(sign_key):
    return {"out": protocol.key_id(unhex(sign_key))}


def op_feed_id(author, audience):
    return {"out": protocol.feed_id(unhex(author), audience)}


def op_root(schema, alert, version, shown, salts, hashes, values):
    tree = protocol.Tree(
        unhex(alert),
        version,
        protocol.bitmap(unhex(shown)),
        protocol.cut(unhex(salts), 16),
        protocol.cut(unhex(hashes), 32),
        {int(slot): unhex(value) for slot, value in values.items()},
        schema=schema,
    )
    return {"out": tree.root()}


def op_disclosure(disclosure, members):
    sign_keys = {
        unhex(member["id"]): [unhex(key) for key in (member["sign_key"], *member.get("former", []))]
        for member in members
    }
    object_id, values, key = protocol.verify_disclosure(unhex(disclosure), sign_keys)
    shown = {str(slot): value for slot, value in values.items()}
    return {"object_id": object_id, "values": shown, "signed_by": key}


def op_release(release, object, originator, members):
    sign_keys = {unhex(member["id"]): [unhex(member["sign_key"])] for member in members}
    terms = protocol.verify_release(unhex(release), unhex(object), unhex(originator), sign_keys)
    found = {name: terms[name] for name in ("reader", "slots")}
    return {**found, "until": terms["until"] or 0, "judicial": bool(terms["judicial"]), "onward": len(terms["onward"])}


def op_request_step(step):
    protocol.read_step(unhex(step))
    return {}


def op_narrow(disclosure, keep):
    return {"out": protocol.narrow_disclosure(unhex(disclosure), unhex(keep))}


def op_entry(entry, feed, number, epoch, author_key, head="", last_entry="", midway=False, ending=None):
    place = unhex(feed), number, unhex(head) or bytes(32), epoch
    stored, how = unhex(last_entry) or None, ending and ending_of(ending)
    return {"entry_hash": protocol.accept_entry(unhex(entry), place, unhex(author_key), stored, midway, how)}


def op_ending_entry(ending, feed, number, hash):
    counts = protocol.entry_counts(ending_of(ending), unhex(feed), number, unhex(hash))
    protocol.require(counts, "revoked")
    return {}


def op_ending_alert(ending, created):
    protocol.require(protocol.alert_counts(ending_of(ending), created), "revoked")
    return {}


def ending_of(ending):
    ends = [
        {"feed": unhex(end["feed"]), "number": end["number"], "hash": unhex(end["hash"])} for end in ending["ends"]
    ]
    return {**ending, "ends": ends}


def op_open(entry, epoch_key):
    return {"out": protocol.open_entry(unhex(entry), unhex(epoch_key))}


def op_grant(grant, feed, epoch, id, secret):
    return {"out": protocol.open_grant(unhex(grant), unhex(feed), epoch, unhex(id), unhex(secret))}


def op_list(file):
    found = trust.List(unhex(file))
    ended = [member["id"] for member in found.members if member["ended"] is not None]
    return {"version": found.version, "members": [member["id"] for member in found.members], "ended": ended}


def op_signatures(file, keys):
    return {"count": trust.List(unhex(file)).count([unhex(key) for key in keys])}


def op_trust(start, roots, threshold, objects):
    believed = trust.Trust(unhex(start), [unhex(root) for root in roots], threshold)
    results = []
    for item in objects:
        try:
            believed.take(item["kind"], unhex(item["bytes"]))
            results.append("ok")
        except Refused as refusal:
            results.append(str(refusal))
    return {"results": results, **gone_by(believed)}


def op_roster_file(file, roots, threshold):
    return gone_by(trust.open_file(unhex(file), [unhex(root) for root in roots], threshold))


def gone_by(believed):
    """[8.8]"""
    rows, ignored = believed.rows()
    ordered = [rows[member] for member in sorted(rows)]
    return {
        "version": believed.rosters[-1].version,
        "hash": believed.rosters[-1].hash,
        "members": [member_of(believed, row, by) for row, by in ordered if row["ended"] is None],
        "ended": [row["id"] for row, by in ordered if row["ended"] is not None],
        "ignored": ignored,
    }


def member_of(believed, row, by):
    keys = believed.keys(row)
    member = {"id": row["id"], "sign_key": keys.sign_key, "encryption_key": keys.encryption_key}
    return {**member, "serial": keys.serial, "by": by or b"", "former": [key for key, _ in keys.former]}


def op_card(text="", bytes=""):
    member = trust.read_card(unhex(bytes) or text.encode("utf-8"))
    finger = {"fingerprint": trust.fingerprint(member), "fingerprint_words": trust.fingerprint_words(member)}
    return {"id": member["id"], "member_name": member["name"], "serial": member["serial"], **finger}


def op_fingerprint(id, sign_key, encryption_key, session_key):
    keys = {"sign_key": unhex(sign_key), "encryption_key": unhex(encryption_key), "session_key": unhex(session_key)}
    member = {"id": unhex(id), **keys}
    return {"hex": trust.fingerprint(member), "words": trust.fingerprint_words(member)}


def op_keyfile(file, opener):
    if protocol.key_file_lock(unhex(file)) == protocol.LOCK_PASSPHRASE:
        raise Skipped  # Argon2id
    return {"out": protocol.open_key_file(unhex(file), unhex(opener))}


def op_seal_file(key, file):
    blob, manifest, _ = protocol.seal_file(unhex(key), unhex(file))
    return {"blob": blob, "manifest": manifest}


def op_open_file(blob, key, manifest, chunks):
    return {"out": protocol.open_file(unhex(blob), unhex(key), unhex(manifest), [unhex(chunk) for chunk in chunks])}


def op_log_leaf(log, number, salt, record):
    return {"out": merkle.leaf(log, number, unhex(salt), unhex(record))}


def op_log_root(leaves):
    return {"out": merkle.root([unhex(leaf) for leaf in leaves])}


def op_log_inclusion(proof, index, size, leaf, root):
    merkle.check_inclusion(unhex(proof), index, size, unhex(leaf), unhex(root))
    return {}


def op_log_consistency(proof, first, size, first_root, root):
    merkle.check_consistency(unhex(proof), first, size, unhex(first_root), unhex(root))
    return {}


def keys_of(members):
    return {unhex(member["id"]): [unhex(member["sign_key"])] for member in members}


def op_checkpoint(text, members):
    return merkle.read_checkpoint(text, keys_of(members))


def op_opened(opened, members):
    return protocol.read_opened(unhex(opened), keys_of(members))


def op_cosignature(text, members):
    keys = {unhex(member["id"]): [unhex(member["sign_key"])] for member in members}
    return merkle.read_cosignature(text, keys)


def op_evidence(file, roots):
    return evidence.verify(unhex(file), [unhex(root) for root in roots])


OPERATIONS = {
    "hash": op_hash,
    "padme": op_padme,
    "verify": op_verify,
    "key_id": op_key_id,
    "feed_id": op_feed_id,
    "root": op_root,
    "disclosure": op_disclosure,
    "narrow": op_narrow,
    "release": op_release,
    "request_step": op_request_step,
    "entry": op_entry,
    "open": op_open,
    "grant": op_grant,
    "list": op_list,
    "signatures": op_signatures,
    "trust": op_trust,
    "roster_file": op_roster_file,
    "ending_entry": op_ending_entry,
    "ending_alert": op_ending_alert,
    "fingerprint": op_fingerprint,
    "card": op_card,
    "keyfile": op_keyfile,
    "seal_file": op_seal_file,
    "open_file": op_open_file,
    "log_leaf": op_log_leaf,
    "log_root": op_log_root,
    "log_inclusion": op_log_inclusion,
    "log_consistency": op_log_consistency,
    "checkpoint": op_checkpoint,
    "opened": op_opened,
    "cosignature": op_cosignature,
    "evidence": op_evidence,
}


def disagreement(vector):
    """None, or (expected, got) as text. Raises Skipped."""
    expected = vector["expect"]
    try:
        outputs = run(vector)
    except Refused as refusal:
        return None if str(refusal) == expected else (expected, str(refusal))
    if expected != "ok":
        return expected, "ok"
    for name, value in outputs.items():
        if vector.get(name, "nothing") != value:
            return f"{name} {vector.get(name, 'nothing')}", f"{name} {value}"
    return None


def run(vector):
    """The outputs, their bytes in hexadecimal."""
    operation = OPERATIONS[vector["op"]]
    code = operation.__code__
    takes = code.co_varnames[: code.co_argcount]
    return hexed(operation(**{name: vector[name] for name in takes if name in vector}))


def hexed(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {key: hexed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [hexed(item) for item in value]
    return value


def unhex(text):
    return b"".join(unhex_word(word) for word in text.split(" ") if word)


def unhex_word(word):
    match = re.fullmatch(r"\((.+)\)x([0-9]+)", word)
    if match:
        return unhex_word(match[1]) * int(match[2])
    data = bytes.fromhex(word)
    if data.hex() != word:
        raise ValueError("not lower-case hexadecimal")
    return data


def main(arguments):
    if len(arguments) != 1:
        sys.exit("usage: verify.py VECTORS_DIR")
    agree = disagree = skipped = 0
    for path in sorted(Path(arguments[0]).glob("*.json")):
        for vector in json.loads(path.read_text("utf-8"))["vectors"]:
            try:
                difference = disagreement(vector)
            except Skipped:
                skipped += 1
                continue
            except Exception as error:  # a vector that does not fit its operation, or a fault here: report, go on
                difference = vector.get("expect"), f"{type(error).__name__}: {error}"
            if difference is None:
                agree += 1
                continue
            disagree += 1
            print(f"{path.name}: {vector.get('name')}: expected {difference[0]}, got {difference[1]}")
    print(f"verifier: {agree} vectors agree, {disagree} disagree" + (f", {skipped} skipped" if skipped else ""))
    return 1 if disagree or not agree else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
