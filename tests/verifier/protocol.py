"""INAMA, suite 1, written from docs/protocol.md and proto/*.proto alone. Numbers in brackets are steps of that page.
Its section 8 is in trust.py.

Bytes in, values out. What is refused raises Refused with the name of the result. Checks stand in the order of the page.
"""

from hashlib import blake2b

import aead
import curve
import wire
from wire import Refused

SUITE, SCHEMA = 1, 1
ALERT_HEADER_SIZE_MAX = 4096  # [4.5]
SLOTS, DEPTH = 256, 4  # [4.1, 4.2]
ENTRY_HEADER_SIZE, PREAMBLE_SIZE, ENTRY_SIZE_MAX = 222, 158, 524288  # [6.1, 6.2]
HOPS_MAX = 255  # [5.3]
KIND_GRANT, KIND_DISCLOSURE, KIND_REQUEST = 1, 2, 3
NONCE_SIZE, BOX_SIZE = 24, 52
BOXES_MAX = 2048  # [7.4]


# 1. Notation and 2. Signatures


def u8(n):
    return n.to_bytes(1, "big")


def u32(n):
    return n.to_bytes(4, "big")


def u64(n):
    return n.to_bytes(8, "big")


def sized(data):
    return u32(len(data)) + data


def tag16(tag):
    return tag.encode("ascii").ljust(16, b"\0")


def H(tag, message, key=b"", size=32):
    """[1.2] H, with a key Hk, with a size of 64 H64k."""
    return blake2b(message, digest_size=size, key=key, person=tag16(tag)).digest()


def shared_secret(secret, public):
    """[1.6]"""
    result = curve.x25519(secret, public)
    if result == bytes(32):
        raise Refused("bad-point")
    return result


def open_nonced(key, ad, data):
    """`n || AEAD(key, n, ad, p)` to p [6.5, 6.6]."""
    return open_or_refuse(key, data[:NONCE_SIZE], ad, data[NONCE_SIZE:], "bad-seal")


def open_or_refuse(key, nonce, ad, sealed, name):
    plain = aead.open_sealed(key, nonce, ad, sealed)
    require(plain is not None, name)
    return plain


def check_signature(public, tag, message, signature):
    """[2.2]"""
    result = curve.verify(public, tag16(tag) + message, signature)
    require(result == "ok", result)


def require(condition, name="malformed"):
    if not condition:
        raise Refused(name)


# 3. Names


def key_id(sign_key):
    """[3.1] A member's id is that of its first signing key."""
    return H("INAMA.member", sign_key)


def feed_id(author, audience):
    """[3.2] `author`: the id of the signing key."""
    name = audience.encode("utf-8")
    return H("INAMA.feed", author + u8(len(name)) + name)


# 4. The alert, as far as a disclosure shows it


class Tree:
    """[4.2 to 4.4] The commitment tree over 256 slots. A node is (level, index).

    `shown` is a set of slots as a number, bit s for slot s. Either the salt of a node is known or its hash, by 5.1.4;
    the rest follows."""

    def __init__(self, alert, version, shown, salts, hashes, values, suite=SUITE, schema=SCHEMA):
        """[5.1.4] Hands out the salts and hashes to their nodes. `values` has those of the present slots."""
        self.prefix = u8(suite) + u32(schema) + alert + u32(version)
        self.values = values
        nodes = list(visible_nodes(shown))
        opened = [node for node in nodes if shown & slots_under(node)]
        hidden = [node for node in nodes if not shown & slots_under(node)]
        require(len(opened) == len(salts) and len(hidden) == len(hashes))
        require(all(shown >> slot & 1 for slot in values))
        self.salts = dict(zip(opened, salts))
        self.hashes = dict(zip(hidden, hashes))

    def root(self):
        return self.hash((0, 0))

    def hash(self, node):
        if node in self.hashes:
            return self.hashes[node]
        level, index = node
        if level == DEPTH:
            return self.leaf(index)
        return H("INAMA.node", b"".join(self.hash(child) for child in children(node)))

    def leaf(self, slot):
        """[4.3]"""
        presence = u8(1) + sized(self.values[slot]) if slot in self.values else u8(0)
        return H("INAMA.leaf", self.prefix + u8(slot) + self.salt((DEPTH, slot)) + presence)

    def salt(self, node):
        """[4.2] Known, or one of the four that its parent's salt gives."""
        if node not in self.salts:
            level, index = node
            parent = (level - 1, index // 4)
            four = H("INAMA.salt", u8(parent[0]) + u8(parent[1]), key=self.salt(parent), size=64)
            self.salts.update(zip(children(parent), cut(four, 16)))
        return self.salts[node]

    def narrow(self, shown):
        """[5.3] Salts and hashes for a subset of what this one shows."""
        nodes = list(visible_nodes(shown))
        salts = [self.salt(node) for node in nodes if shown & slots_under(node)]
        hashes = [self.hash(node) for node in nodes if not shown & slots_under(node)]
        return salts, hashes


def visible_nodes(shown, node=(0, 0)):
    """[5.1.4] The nodes at which the way down ends, in order: all shown or all hidden below."""
    under = slots_under(node)
    if shown & under in (0, under):
        yield node
    else:
        for child in children(node):
            yield from visible_nodes(shown, child)


def slots_under(node):
    level, index = node
    width = 4 ** (DEPTH - level)
    return ((1 << width) - 1) << index * width


def children(node):
    level, index = node
    return [(level + 1, 4 * index + i) for i in range(4)]


def bitmap(data):
    """[5.1.2] 32 bytes as a number: slot s is bit s."""
    require(len(data) == SLOTS // 8)
    return int.from_bytes(data, "little")


def slots_of(shown):
    return [slot for slot in range(SLOTS) if shown >> slot & 1]


def cut(data, size):
    """`data` in pieces of `size` bytes, exactly."""
    require(len(data) % size == 0)
    return [data[at : at + size] for at in range(0, len(data), size)]


# 5. Disclosure


def read_alert_header(data):
    """[4.5, 4.6] Sizes are those that proto/alert.proto gives."""
    require(len(data) <= ALERT_HEADER_SIZE_MAX, "too-large")
    header = wire.decode(wire.ALERT_HEADER, data)
    require(header["suite"] == SUITE, "unknown-suite")
    require(header["schema"] == SCHEMA, "unknown-schema")
    for name, size in (("originator", 32), ("alert", 16), ("supersedes", 32), ("in_reply_to", 32), ("root", 32)):
        require(header[name] is None or len(header[name]) == size)
    require(header["version"] >= 1)
    return header


def read_disclosure(data):
    """[5.2.1 to 5.2.4] The decoded message, its header, and its tree: all of it well formed, nothing verified yet."""
    require(len(data) <= ENTRY_SIZE_MAX, "too-large")
    disclosure = wire.decode(wire.DISCLOSURE, data)
    require(len(disclosure["signature"]) == 64)
    require(disclosure["hops"] is None or 1 <= disclosure["hops"] <= HOPS_MAX)
    shown, present = bitmap(disclosure["shown"]), bitmap(disclosure["present"])
    header = read_alert_header(disclosure["header"])
    require(present & ~shown == 0)
    require(len(disclosure["values"]) == present.bit_count())
    require(all(disclosure["values"]))
    values = dict(zip(slots_of(present), disclosure["values"]))
    if disclosure["release"] is not None:
        read_release(disclosure["release"])
    salts, hashes = cut(disclosure["salts"], 16), cut(disclosure["hashes"], 32)
    return disclosure, header, Tree(header["alert"], header["version"], shown, salts, hashes, values)


def verify_disclosure(data, sign_keys):
    """[5.2] `sign_keys`: by the id of each who is or was in the roster, its keys: in force, then of before. Returns
    the object id, the values by slot and the key that has signed."""
    disclosure, header, tree = read_disclosure(data)
    require(tree.root() == header["root"], "bad-root")
    require(header["originator"] in sign_keys, "unknown-member")
    object_id = H("INAMA.object", disclosure["header"])
    results = {}
    for key in sign_keys[header["originator"]]:
        result = curve.verify(key, tag16("INAMA.sig.alert") + object_id, disclosure["signature"])
        results.setdefault(result, key)
    require("ok" in results, next(iter(results)))
    if disclosure["release"] is not None:
        verify_release(disclosure["release"], object_id, header["originator"], sign_keys)
    return object_id, tree.values, results["ok"]


def narrow_disclosure(data, keep):
    """[5.3] The disclosure for a reader who may see only the slots in `keep`, of those it shows."""
    disclosure, _, tree = read_disclosure(data)
    shown = bitmap(disclosure["shown"]) & bitmap(keep)
    present = bitmap(disclosure["present"]) & shown
    salts, hashes = tree.narrow(shown)
    disclosure.update(
        shown=shown.to_bytes(32, "little"),
        present=present.to_bytes(32, "little"),
        salts=b"".join(salts),
        hashes=b"".join(hashes),
        values=[tree.values[slot] for slot in slots_of(present)],
        unknown=[],
    )
    return wire.encode(wire.DISCLOSURE, disclosure)


# 6. Entries


class Entry:
    """[6.1] The layout, cut up. Only its size is checked."""

    def __init__(self, data):
        require(len(data) >= ENTRY_HEADER_SIZE + 64, "truncated")
        require(len(data) <= ENTRY_SIZE_MAX, "too-large")
        self.header, self.signature = data[:222], data[222:286]
        self.body = data[286:]
        self.suite, self.kind = data[0], data[1]
        self.feed = data[2:34]
        self.number = int.from_bytes(data[34:42], "big")
        self.previous = data[42:74]
        self.epoch = int.from_bytes(data[74:78], "big")
        self.wrapped = data[86:158]
        self.commitment = data[158:190]
        self.body_hash = data[190:222]
        self.preamble = data[:PREAMBLE_SIZE]
        self.hash = H("INAMA.entry", self.header)  # [6.3]

    def check_form(self):
        """[6.8.1] The suite and kind are known, numbers count from 1; what a grant has no use for is zero."""
        require(self.suite == SUITE, "unknown-suite")
        require(self.kind in (KIND_GRANT, KIND_DISCLOSURE, KIND_REQUEST), "unknown-kind")
        require(self.number >= 1 and self.epoch >= 1 and self.body)
        if self.kind == KIND_GRANT:
            require(self.wrapped == bytes(72) and self.commitment == bytes(32))

    def check_signature(self, author_key):
        """[6.4]"""
        check_signature(author_key, "INAMA.sig.entry", self.header, self.signature)


def accept_entry(data, head, author_key, stored=None, midway=False, ending=None):
    """[6.8] up to the author's signature. `head`: (feed, number, hash, epoch) of the last entry held; number 0, zeros
    and epoch 0 if none. `stored`: the entry held with the number of the new one. `midway`: what comes before the next
    entry is not known here. `ending`: how the key of the feed ended. Returns its hash."""
    feed, number, previous, epoch = head
    entry = Entry(data)
    entry.check_form()
    require(entry.feed == feed, "wrong-feed")
    if entry.number <= number:
        raise Refused("fork" if stored and is_fork(entry, Entry(stored), author_key) else "replayed")
    require(entry.number == number + 1, "out-of-order")
    require(midway or entry.previous == previous, "broken-chain")
    if midway:
        require(entry.kind == KIND_GRANT, "wrong-epoch")
    else:
        allowed = (epoch, epoch + 1) if entry.kind == KIND_GRANT else (epoch,)
        require(entry.epoch in allowed, "wrong-epoch")
    require(entry.body_hash == H("INAMA.body", entry.body), "bad-hash")
    require(ending is None or entry_counts(ending, entry.feed, entry.number, entry.hash), "revoked")
    entry.check_signature(author_key)
    return entry.hash


CAUSE_LEFT, CAUSE_LOST, CAUSE_REVOKED = 1, 2, 3


def entry_counts(ending, feed, number, entry_hash):
    """[8.9.1, 8.9.2] An entry of a feed of the key that ended so."""
    for end in ending["ends"]:
        if end["feed"] == feed:
            return number < end["number"] or (number == end["number"] and entry_hash == end["hash"])
    return ending["cause"] in (CAUSE_LEFT, CAUSE_LOST)


def alert_counts(ending, created):
    """[8.9] An alert that the key signed as originator, by another feed than its own."""
    return ending["cause"] in (CAUSE_LEFT, CAUSE_LOST) and created <= ending["at"]


def is_fork(entry, stored, author_key):
    """[6.8.3] Another one with this number, and the author has signed it too."""
    if entry.hash == stored.hash:
        return False
    try:
        entry.check_signature(author_key)
    except Refused:
        return False
    return True


def open_entry(data, epoch_key):
    """[6.9] The disclosure in an entry of that kind."""
    entry = Entry(data)
    entry.check_form()
    place = entry.feed + u64(entry.number) + u32(entry.epoch)
    data_key = open_nonced(H("INAMA.wrap", entry.feed + u32(entry.epoch), key=epoch_key), place, entry.wrapped)
    return open_body(entry, data_key)


def open_body(entry, data_key):
    """[6.9] behind the unwrapping."""
    require(len(entry.body) >= NONCE_SIZE + 4 + aead.TAG_SIZE, "truncated")
    committed = entry.body[:NONCE_SIZE] + entry.body[-aead.TAG_SIZE :] + H("INAMA.preamble", entry.preamble)
    commitment = H("INAMA.commit", committed, key=H("INAMA.body.key", b"", key=data_key))
    require(commitment == entry.commitment, "bad-commitment")
    return unpadded(open_nonced(H("INAMA.body.enc", b"", key=data_key), entry.preamble, entry.body))


def unpadded(plain):
    """[6.6] x of `sized(x)` and its padding."""
    end = 4 + int.from_bytes(plain[:4], "big")
    require(len(plain) == padme(end) and not any(plain[end:]))
    return plain[4:end]


def padme(length):
    """[6.6] A multiple of the step already is its own next multiple."""
    if length < 2:
        return length
    e = length.bit_length() - 1
    s = e.bit_length()  # floor(log2 e) + 1
    if e < s:
        return length
    step = 1 << e - s
    return (length + step - 1) // step * step


# 7. Grants


def open_grant(body, feed, epoch, member, secret):
    """[7.5] The epoch key, for the member with that X25519 secret."""
    grant = wire.decode(wire.GRANT, body)
    check, ephemeral, boxes = grant["check"], grant["ephemeral"], cut(grant["boxes"], BOX_SIZE)
    require(len(check) == 32 and len(ephemeral) == 32 and len(boxes) <= BOXES_MAX and grant["outdated"] != 0)
    place = feed + u32(epoch)
    context = ephemeral + curve.x25519_public(secret) + member + place
    b = H("INAMA.grant", context, key=shared_secret(secret, ephemeral), size=64)  # [7.3]
    box_key, hint = b[:32], b[32:36]
    mine = [box[4:] for box in boxes if box[:4] == hint]
    require(mine, "not-found")
    opened = [aead.open_sealed(box_key, bytes(24), member + check, sealed) for sealed in mine]  # [7.4]
    opened = [key for key in opened if key is not None]
    require(opened, "bad-seal")
    require(H("INAMA.epoch", place, key=opened[0]) == check, "bad-commitment")  # [7.2]
    return opened[0]


# 9. On a node's own disk

MAGIC = b"INAMAKEY"
HEAD_SIZE = 58  # magic 8, suite 1, lock 1, passes 4, memory 4, salt 16, nonce 24
LOCK_KEY_FILE, LOCK_PASSPHRASE = 0, 1
PASSES, MEMORY_KIB = range(1, 17), range(8, 1048577)  # of lock 1
FORMER_MAX = 16
NODE_SECRETS_SIZES = [198 + 32 * f for f in range(FORMER_MAX + 1)]  # [9.3]
ROOT_SECRETS_SIZE = 32
KEY_FILE_CONTENT_MIN = 32


def key_file_lock(file):
    """[9.1] Which lock is on it, once its form is right."""
    require(file[:8] == MAGIC)
    require(len(file) > 8, "truncated")
    require(file[8] == SUITE, "unknown-suite")
    require(len(file) >= HEAD_SIZE, "truncated")
    lock, passes, memory = file[9], int.from_bytes(file[10:14], "big"), int.from_bytes(file[14:18], "big")
    require(lock in (LOCK_KEY_FILE, LOCK_PASSPHRASE))
    if lock == LOCK_KEY_FILE:
        require(passes == 0 and memory == 0)
    else:
        require(passes in PASSES and memory in MEMORY_KIB)
    require(len(file) - HEAD_SIZE - aead.TAG_SIZE in [*NODE_SECRETS_SIZES, ROOT_SECRETS_SIZE])
    return lock


def open_key_file(file, opener):
    """[9.1 to 9.3] The secrets behind lock 0. `opener`: the content of the file that opens it."""
    require(key_file_lock(file) == LOCK_KEY_FILE)
    require(len(opener) >= KEY_FILE_CONTENT_MIN, "wrong-key")
    salt, nonce = file[18:34], file[34:58]
    key = H("INAMA.keyfile.s", salt, key=H("INAMA.keyfile", opener))
    secrets = open_or_refuse(key, nonce, file[:58], file[58:], "wrong-key")
    if len(secrets) != ROOT_SECRETS_SIZE:
        check_node_secrets(secrets)
    return secrets


def check_node_secrets(secrets):
    """[9.3]"""
    member, serial, has_before, f = secrets[:32], int.from_bytes(secrets[32:36], "big"), secrets[36], secrets[37]
    sign_seed, seed_before = secrets[38:70], secrets[166:198]
    require(serial >= 1 and has_before <= 1 and f <= FORMER_MAX and len(secrets) == 198 + 32 * f)
    require(has_before or not any(seed_before))
    require(serial > 1 or member == key_id(curve.public_key(sign_seed)))


# 13. Attachments

CHUNK_SIZE, FILE_SIZE_MAX, MANIFEST_HEAD = 65536, 268435456, 41


def padded_file(file):
    """[13.2]"""
    return (u64(len(file)) + file).ljust(padme(8 + len(file)), b"\0")


def chunk_count(size):
    return -(-size // CHUNK_SIZE)


def chunk_place(number, count):
    """[13.3]"""
    return u32(number) + u8(number + 1 == count)


def chunk_hash(number, count, sealed):
    """[13.4]"""
    return H("INAMA.blob.chunk", chunk_place(number, count) + sealed)


def blob_commitment(key, size, hashes):
    """[13.5]"""
    return H("INAMA.blob.bind", u64(size) + b"".join(hashes), key=H("INAMA.blob.key", b"", key=key))


def seal_file(key, file):
    """[13.2 to 13.5] Blob id, manifest, sealed chunks."""
    padded = padded_file(file)
    chunks = cut_up(padded, CHUNK_SIZE)
    encryption_key, sealed = H("INAMA.blob.enc", b"", key=key), []
    for number, chunk in enumerate(chunks):
        place = chunk_place(number, len(chunks))
        sealed.append(aead.seal(encryption_key, bytes(19) + place, place, chunk))
    hashes = [chunk_hash(number, len(chunks), chunk) for number, chunk in enumerate(sealed)]
    manifest = u8(SUITE) + u64(len(padded)) + blob_commitment(key, len(padded), hashes) + b"".join(hashes)
    return H("INAMA.blob", manifest), manifest, sealed


def cut_up(data, size):
    return [data[at : at + size] for at in range(0, len(data), size)]


def read_manifest(manifest, blob):
    """[13.6] Size, commitment, hashes."""
    require(len(manifest) >= MANIFEST_HEAD, "truncated")
    require(manifest[0] == SUITE, "unknown-suite")
    size = int.from_bytes(manifest[1:9], "big")
    require(size <= padme(8 + FILE_SIZE_MAX), "too-large")
    require(size >= 10 and padme(size) == size)
    require(len(manifest) == MANIFEST_HEAD + 32 * chunk_count(size))
    require(H("INAMA.blob", manifest) == blob, "bad-hash")
    return size, manifest[9:MANIFEST_HEAD], cut_up(manifest[MANIFEST_HEAD:], 32)


def open_file(blob, key, manifest, chunks):
    """[13.6, 13.7]"""
    size, commitment, hashes = read_manifest(manifest, blob)
    require(blob_commitment(key, size, hashes) == commitment, "bad-commitment")
    padded, length = b"", 0
    for number, chunk in enumerate(chunks[: len(hashes)]):
        whole = min(CHUNK_SIZE, size - number * CHUNK_SIZE) + aead.TAG_SIZE
        require(len(chunk) == whole and chunk_hash(number, len(hashes), chunk) == hashes[number], "bad-hash")
        place = chunk_place(number, len(hashes))
        padded += open_or_refuse(H("INAMA.blob.enc", b"", key=key), bytes(19) + place, place, chunk, "bad-seal")
        length = int.from_bytes(padded[:8], "big")
        require(1 <= length <= FILE_SIZE_MAX and padme(8 + length) == size and not any(padded[8 + length :]))
    require(len(chunks) >= len(hashes), "truncated")
    return padded[8 : 8 + length]


# 10

OPENED_SIZE_MAX = 1024
OPENED_STEPS = 1, 3_600_000, 86_400_000


def read_opened(data, keys):
    """[10.11] The word of a node that an alert was opened there. `keys`: the signing keys that each member has or had."""
    require(len(data) <= OPENED_SIZE_MAX, "too-large")
    outer = wire.decode(wire.SIGNED_OPENED, data)
    require(len(outer["signature"]) == 64)
    words = wire.decode(wire.OPENED, outer["words"])
    require(words["suite"] == SUITE, "unknown-suite")
    require(all(len(words[name]) == 32 for name in ("reader", "key", "object")))
    require(words["step"] in OPENED_STEPS and words["since"] % words["step"] == 0)
    sign_key = [key for key in keys.get(words["reader"], []) if key_id(key) == words["key"]]
    require(sign_key, "unknown-member")
    check_signature(sign_key[0], "INAMA.sig.opened", H("INAMA.opened", outer["words"]), outer["signature"])
    return {name: words[name] for name in ("reader", "object", "since", "step")}


# 15. Requests and releases

RELEASE_SIZE_MAX, STEP_SIZE_MAX, REASON_SIZE_MAX, NAME_SIZE_MAX, ONWARD_MAX = 8192, 16384, 4096, 64, 16
STEP_REQUEST, STEP_REFUSAL, STEP_WITHDRAWAL = 1, 3, 6
STEPS = range(1, 7)


def check_onward(readers):
    """[15.2, 15.3] Each names somebody."""
    require(len(readers) <= ONWARD_MAX)
    for reader in readers:
        require(any(reader[name] is not None for name in ("role", "country", "name")))


def read_release(data):
    """[15.3] The terms, the signature and the terms' bytes: well formed, nothing verified yet."""
    require(len(data) <= RELEASE_SIZE_MAX, "too-large")
    release = wire.decode(wire.SIGNED_RELEASE, data)
    require(len(release["signature"]) == 64)
    terms = wire.decode(wire.RELEASE_TERMS, release["terms"])
    require(terms["suite"] == SUITE, "unknown-suite")
    sizes = (("originator", 32), ("key", 32), ("object", 32), ("reader", 32), ("request", 16), ("slots", 32))
    require(all(len(terms[name]) == size for name, size in sizes))
    check_onward(terms["onward"])
    return terms, release["signature"], release["terms"]


def verify_release(data, object_id, originator, sign_keys):
    """[15.3] `sign_keys` as in verify_disclosure(). Returns the terms."""
    terms, signature, words = read_release(data)
    require(terms["object"] == object_id and terms["originator"] == originator)
    keys = {key_id(key): key for key in sign_keys.get(originator, [])}
    require(terms["key"] in keys, "unknown-member")
    check_signature(keys[terms["key"]], "INAMA.sig.terms", H("INAMA.terms", words), signature)
    return terms


def read_step(data):
    """[15.2] One step of a request."""
    require(len(data) <= STEP_SIZE_MAX, "too-large")
    step = wire.decode(wire.REQUEST_STEP, data)
    require(step["suite"] == SUITE, "unknown-suite")
    require(step["step"] in STEPS, "unknown-kind")
    require(len(step["request"]) == 16 and len(step["object"]) == 32)
    names_slots = step["step"] not in (STEP_REFUSAL, STEP_WITHDRAWAL)
    for name, needed in (("slots", names_slots), ("shown", False)):
        require(not needed if step[name] is None else len(step[name]) == 32 and (any(step[name]) or not needed))
    said = (
        ("reason", REASON_SIZE_MAX, step["step"] in (STEP_REQUEST, STEP_REFUSAL)),
        ("purpose", NAME_SIZE_MAX, False),
        ("behalf", NAME_SIZE_MAX, False),
    )
    for name, size, needed in said:
        text = step[name]
        require(not needed if text is None else 1 <= len(text.encode("utf-8")) <= size)
    check_onward(step["onward"])
    return step
