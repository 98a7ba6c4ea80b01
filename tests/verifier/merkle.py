"""The log, section 14 of docs/protocol.md: leaves, roots, proofs and checkpoints. Numbers in brackets are its steps."""

import re
from datetime import datetime, timezone

from protocol import H, check_signature, key_id, require, sized, u8, u64
from wire import Refused

SUITE = 1
HASHES_MAX = 126


def leaf(log, number, salt, record):
    """[14.1]"""
    return H("INAMA.log.leaf", u8(SUITE) + u8(log) + u64(number) + salt + sized(record))


def node(left, right):
    """[14.2]"""
    return H("INAMA.log.node", left + right)


def root(leaves):
    """[14.2]"""
    if not leaves:
        return H("INAMA.log.empty", b"")
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node(root(leaves[:k]), root(leaves[k:]))


def split(n):
    """The greatest power of 2 below n."""
    return 1 << (n - 1).bit_length() - 1


def hashes(proof):
    require(len(proof) % 32 == 0 and len(proof) <= 32 * HASHES_MAX)
    return [proof[at : at + 32] for at in range(0, len(proof), 32)]


class Shape:
    """How a proof is made up, from the definitions [14.4, 14.5] and not from the steps that verify it: which subtrees,
    each (a, b) for the leaves from a up to b, stand in it. What is proven is put together again from the top."""

    def __init__(self, proof, parts):
        require(len(proof) == len(parts))
        self.known = dict(zip(parts, proof))

    def hash(self, a, b):
        if (a, b) in self.known:
            return self.known[a, b]
        k = split(b - a)
        return node(self.hash(a, a + k), self.hash(a + k, b))


def check_inclusion(proof, index, size, leaf_hash, root_hash):
    """[14.6] by way of 14.4"""
    require(index < size)
    shape = Shape(hashes(proof), beside(index, 0, size))
    shape.known[index, index + 1] = leaf_hash
    require(shape.hash(0, size) == root_hash, "bad-hash")


def beside(index, a, b):
    """[14.4]"""
    parts = []
    while b - a > 1:
        k = split(b - a)
        parts.append((a + k, b) if index < a + k else (a, a + k))
        a, b = (a, a + k) if index < a + k else (a + k, b)
    return parts[::-1]


def check_consistency(proof, first, size, first_root, root_hash):
    """[14.7] by way of 14.5"""
    require(first <= size)
    parts = [] if first in (0, size) else apart(first, 0, size)
    shape = Shape(hashes(proof), parts)
    if first == 0:
        require(first_root == root([]), "bad-hash")
        require(size > 0 or root_hash == first_root, "bad-hash")
        return
    if (0, first) not in shape.known and (first == size or is_power(first)):
        shape.known[0, first] = first_root
    require(shape.hash(0, first) == first_root, "bad-hash")
    require(shape.hash(0, size) == root_hash, "bad-hash")


def is_power(n):
    return n & (n - 1) == 0


def apart(first, a, b):
    """[14.5]"""
    parts = []
    while first != b:
        k = split(b - a)
        parts.append((a + k, b) if first <= a + k else (a, a + k))
        a, b = (a, a + k) if first <= a + k else (a + k, b)
    if a:
        parts.append((a, b))
    return parts[::-1]


CHECKPOINT = re.compile(
    r"INAMA checkpoint 1\nnode ([0-9a-f]{64})\nlog (audit|disclosures)\nsize (0|[1-9][0-9]{0,17})\n"
    r"root ([0-9a-f]{64})\ntime ([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)\nkey ([0-9a-f]{64})\n"
)
SIGNATURE = re.compile(r"signature ([0-9a-f]{128})\n")


class Checkpoint:
    """[14.8] The first one in a text. Nobody's word yet."""

    def __init__(self, text):
        start = re.search(r"^INAMA checkpoint (.*)$", text, re.MULTILINE)
        require(start)
        require(start[1] == "1", "unknown-suite")
        words = CHECKPOINT.match(text, start.start())
        require(words)
        signature = SIGNATURE.match(text, words.end())
        require(signature)
        self.start, self.end = start.start(), signature.end()
        self.signed, self.signature = words[0].encode("ascii"), bytes.fromhex(signature[1])
        self.lines = self.signed + signature[0].encode("ascii")
        self.node, self.key, self.root = (bytes.fromhex(words[at]) for at in (1, 6, 4))
        self.log, self.size, self.time = words[2], int(words[3]), seconds(words[5])

    def verify(self, sign_key):
        check_signature(sign_key, "INAMA.sig.point", H("INAMA.log.point", self.signed), self.signature)


def read_checkpoint(text, keys):
    """[14.8] `keys` has of each member id its signing keys."""
    point = Checkpoint(text)
    point.verify(key_of(keys, point.node, point.key))
    return {"node": point.node, "log": point.log, "size": point.size, "root": point.root, "time": point.time}


def key_of(keys, member, by):
    found = [key for key in keys.get(member, []) if key_id(key) == by]
    require(found, "unknown-member")
    return found[0]


def seconds(text):
    try:
        time = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        raise Refused("malformed") from None
    return int(time.replace(tzinfo=timezone.utc).timestamp())


COSIGNATURE = re.compile(
    r"INAMA cosignature 1\nwitness ([0-9a-f]{64})\ntime ([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)\n"
    r"key ([0-9a-f]{64})\n"
)


class Cosignature:
    """[14.13] The first one in a text from a place on."""

    def __init__(self, text, at):
        start = re.compile(r"^INAMA cosignature (.*)$", re.MULTILINE).search(text, at)
        require(start)
        require(start[1] == "1", "unknown-suite")
        words = COSIGNATURE.match(text, start.start())
        require(words)
        signature = SIGNATURE.match(text, words.end())
        require(signature)
        self.start, self.end = start.start(), signature.end()
        self.signed, self.signature = words[0].encode("ascii"), bytes.fromhex(signature[1])
        self.witness, self.key, self.time = bytes.fromhex(words[1]), bytes.fromhex(words[3]), seconds(words[2])

    def verify(self, point, sign_key):
        digest = H("INAMA.log.cosign", sized(point.lines) + self.signed)
        check_signature(sign_key, "INAMA.sig.cosign", digest, self.signature)


def read_cosignature(text, keys):
    """[14.13] The first one behind the first checkpoint."""
    point = Checkpoint(text)
    found = Cosignature(text, point.end)
    found.verify(point, key_of(keys, found.witness, found.key))
    return {"witness": found.witness, "time": found.time}
