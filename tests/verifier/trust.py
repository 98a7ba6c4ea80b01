"""INAMA, suite 1, section 8: whom to believe. Written from docs/protocol.md and proto/roster.proto alone.

Lists and renewals come in as bytes. A `Trust` is what a node goes by: it takes one object after the other.
"""

import binascii
import re
from base64 import b64decode, b64encode

import curve
import wire
from protocol import CAUSE_LEFT, CAUSE_REVOKED, SUITE, H, check_signature, key_id, require, shared_secret, tag16, u64
from wire import Refused

LIST_SIZE_MAX, ROWS_MAX, ROOTS_MAX, SIGNATURES_MAX = 1048576, 2048, 16, 32  # [8.1, 8.3]
DESKS_SIZE_MAX, DESKS_MAX = 524288, 256  # [8.3.3, 8.3.4]
GRACE_DAYS_MAX = 366  # [8.3.2]
LABEL_SIZE_MAX, FORMER_MAX, ENDS_MAX = 256, 16, 256  # [8.2]
CARD_SIZE_MAX, RENEWAL_SIZE_MAX, FILE_SIZE_MAX = 65536, 24576, 33554432  # [8.4, 8.7, 8.10]
ADMINISTRATION, SECRETARIAT = "CUSTOMS", "SECRETARIAT"


# 8.2 Rows


def check_row(member):
    """[8.2] One member's row, in a list or on a card. Puts in the serial where it is absent."""
    for name in ("id", "sign_key", "encryption_key", "session_key"):
        require(len(member[name]) == 32)
    require(re.fullmatch(r"[a-z][a-z0-9-]{0,63}", member["name"]), "invalid")
    require(re.fullmatch(r"[A-Z]{2}", member["country"]), "invalid")
    require(re.fullmatch(r"[A-Z]{1,64}", member["role"]), "invalid")
    require(len(member["label"].encode("utf-8")) <= LABEL_SIZE_MAX, "invalid")
    require(member["encryption_key"] != member["session_key"], "invalid")
    check_exchange_key(member["encryption_key"])
    check_exchange_key(member["session_key"])
    check_sign_key(member["sign_key"])
    if member["serial"] is None:
        member["serial"] = 1
    require(member["serial"] >= 1)
    if member["serial"] == 1:
        require(not member["former"] and member["id"] == key_id(member["sign_key"]))
    check_former(member)
    for former in member["former"]:
        check_ending(former["ending"])
    if member["ended"] is not None:
        check_ending(member["ended"])


def check_exchange_key(key):
    """[8.2.3] Any secret will do: what matters is the order of the key."""
    shared_secret(u64(9) + bytes(24), key)


def check_sign_key(key):
    require(curve.strict_point(key) is not None, "bad-point")


def check_former(member):
    """[8.2.5] Key after key."""
    require(len(member["former"]) <= FORMER_MAX)
    before = {member["sign_key"]}
    for former in member["former"]:
        key = former["sign_key"]
        require(len(key) == 32)
        check_sign_key(key)
        require(key not in before)
        before.add(key)


def check_ending(ending):
    """[8.2.6]"""
    require(CAUSE_LEFT <= ending["cause"] <= CAUSE_REVOKED and len(ending["ends"]) <= ENDS_MAX)
    last = b""
    for end in ending["ends"]:
        require(len(end["feed"]) == 32 and len(end["hash"]) == 32 and end["number"] >= 1)
        require(end["feed"] > last)
        last = end["feed"]


def check_desk(row, serial):
    """[8.2.7] A checked row of desks; `serial` is as it stands there."""
    require(serial is None and not row["former"] and row["proof"] is not None and len(row["proof"]) == 64)
    card = {**row, "serial": None, "ended": None, "proof": None, "unknown": []}
    check_signature(row["sign_key"], "INAMA.sig.card", H("INAMA.card", wire.encode(wire.MEMBER, card)), row["proof"])


def sign_keys_of(row):
    return {row["sign_key"], *(former["sign_key"] for former in row["former"])}


def exchange_keys_of(row):
    return {row["encryption_key"], row["session_key"]}


def is_administration(row):
    """[8.3.5] In a roster."""
    return row is not None and row["role"] == ADMINISTRATION and row["ended"] is None


# 8.3 Lists


class List:
    """[8.3] A well-formed one. `admit` is asked about it before its rows are read [8.3.5]."""

    def __init__(self, file, admit=None):
        require(len(file) <= LIST_SIZE_MAX, "too-large")
        signed = wire.decode(wire.SIGNED_ROSTER, file)
        words = wire.decode(wire.ROSTER, signed["roster"])
        require(words["suite"] == SUITE, "unknown-suite")
        require(words["version"] >= 1 and (words["grace_days"] or 0) <= GRACE_DAYS_MAX)
        self.author, self.roots, self.threshold = words["author"], words["roots"], words["threshold"]
        if self.author is None:
            self._check_roots()
        else:
            require(len(file) <= DESKS_SIZE_MAX, "too-large")
            require(len(self.author) == 32 and not self.roots and self.threshold == 0)
        self.signatures = signed["signatures"]
        require(len(self.signatures) <= SIGNATURES_MAX, "too-large")
        self.version, self.members = words["version"], words["members"]
        require(len(self.members) <= (ROWS_MAX if self.author is None else DESKS_MAX), "too-large")
        self.hash = H("INAMA.roster", signed["roster"])
        if admit is not None:
            admit(self)
        self._check_rows()
        self.row = {member["id"]: member for member in self.members}

    def _check_roots(self):
        """[8.3.3]"""
        require(len(self.roots) <= ROOTS_MAX, "too-large")
        require(1 <= self.threshold <= len(self.roots))
        for at, key in enumerate(self.roots):
            require(len(key) == 32)
            check_sign_key(key)
            require(key not in self.roots[:at])

    def _check_rows(self):
        """[8.3.5] Row after row."""
        names, sign_keys, exchange_keys, countries, last_id = set(), {*self.roots}, set(), set(), b""
        for row in self.members:
            serial = row["serial"]
            check_row(row)
            if self.author is not None:
                check_desk(row, serial)
            require(row["id"] > last_id)
            last_id = row["id"]
            require(row["name"] not in names, "conflict")
            require(not sign_keys & sign_keys_of(row), "conflict")
            require(not exchange_keys & exchange_keys_of(row), "conflict")
            if self.author is None and is_administration(row):
                require(row["country"] not in countries, "conflict")
                countries.add(row["country"])
            names.add(row["name"])
            sign_keys |= sign_keys_of(row)
            exchange_keys |= exchange_keys_of(row)

    def count(self, keys):
        """[8.6.3] How many of these have signed: one key counts once."""
        return sum(self.result_of(key) == "ok" for key in {*keys})

    def result_of(self, key):
        """[8.6.3, 8.7] Of the signatures in this key's name: "ok" if one is good, else what the first is."""
        tag = "INAMA.sig.roster" if self.author is None else "INAMA.sig.desks"
        results = [
            curve.verify(key, tag16(tag) + self.hash, row["signature"])
            for row in self.signatures
            if row["root"] == key and len(row["signature"]) == 64
        ]
        return "ok" if "ok" in results else (results or ["bad-signature"])[0]

    def check_roots_signed(self, roots, threshold):
        """[8.6.3]"""
        require(threshold >= 1 and self.count(roots) >= threshold, "too-few-signatures")
        require(self.count(self.roots) >= self.threshold, "too-few-signatures")


# 8.4 Cards and 8.5 fingerprints

CARD_BEGIN, CARD_END = b"-----BEGIN INAMA CARD-----", b"-----END INAMA CARD-----"


def read_card(text):
    """[8.4] The row on a card that its own signing key has signed."""
    require(len(text) <= CARD_SIZE_MAX, "too-large")
    card = wire.decode(wire.CARD, card_bytes(text))
    member = wire.decode(wire.MEMBER, card["member"])
    check_row(member)
    require(not member["former"] and member["ended"] is None and member["proof"] is None)
    require(len(card["signature"]) == 64)
    check_signature(member["sign_key"], "INAMA.sig.card", H("INAMA.card", card["member"]), card["signature"])
    return member


def card_bytes(text):
    """The base64 between the two lines, white space left out."""
    require(b"\0" not in text)
    _, begin, rest = text.partition(CARD_BEGIN)
    inside, end, _ = rest.partition(CARD_END)
    require(begin and end)
    inside = inside.translate(None, b" \t\r\n")
    try:
        data = b64decode(inside, validate=True)
    except (binascii.Error, ValueError):
        raise Refused("malformed") from None
    require(b64encode(data) == inside)
    return data


def finger(member):
    """[8.5] F"""
    keys = member["sign_key"] + member["encryption_key"] + member["session_key"]
    return H("INAMA.finger", member["id"] + keys)[:16]


def fingerprint(member):
    digits = finger(member).hex()
    return " ".join(digits[at : at + 4] for at in range(0, 32, 4))


CONSONANTS, VOWELS = "bdfghjklmnprstvz", "aiou"


def fingerprint_words(member):
    digest = finger(member)
    return " ".join(word_of(int.from_bytes(digest[at : at + 2], "big")) for at in range(0, 16, 2))


def word_of(bits):
    letters = (CONSONANTS, 12, 15), (VOWELS, 10, 3), (CONSONANTS, 6, 15), (VOWELS, 4, 3), (CONSONANTS, 0, 15)
    return "".join(alphabet[bits >> shift & mask] for alphabet, shift, mask in letters)


# 8.7 Renewals


class Renewal:
    """[8.7] Its form is right; nothing is said of who has signed."""

    def __init__(self, file):
        require(len(file) <= RENEWAL_SIZE_MAX, "too-large")
        signed = wire.decode(wire.SIGNED_RENEWAL, file)
        words = wire.decode(wire.RENEWAL, signed["renewal"])
        require(words["suite"] == SUITE, "unknown-suite")
        require(not signed["unknown"] and not has_unknown(words))
        for name in ("member", "sign_key", "encryption_key"):
            require(len(words[name]) == 32)
        new_signature = signed["new_signature"]
        require(len(signed["signature"]) == 64 and (new_signature is None or len(new_signature) == 64))
        require(words["serial"] >= 2)
        self.ending = words["ending"]
        if self.ending is not None:
            check_ending(self.ending)
        require((self.ending is None) == (new_signature is None))
        self.hash = H("INAMA.renewal", signed["renewal"])
        self.member, self.serial, self.signature = words["member"], words["serial"], signed["signature"]
        self.new_signature = new_signature
        self.sign_key, self.encryption_key = words["sign_key"], words["encryption_key"]
        self.signer = None  # the key before, once it is taken

    def verify(self, sign_key):
        """[8.7] By the key before, and only then by the new one."""
        check_signature(sign_key, "INAMA.sig.renew", self.hash, self.signature)
        check_exchange_key(self.encryption_key)
        check_sign_key(self.sign_key)
        if self.new_signature is not None:
            check_signature(self.sign_key, "INAMA.sig.renew", self.hash, self.new_signature)


def has_unknown(words):
    ending = words["ending"] or {"unknown": [], "ends": []}
    return bool(words["unknown"] or ending["unknown"] or any(end["unknown"] for end in ending["ends"]))


# 8.6 to 8.8: what is gone by


class Keys:
    """[8.8] A member's keys: those of its row, renewed."""

    def __init__(self, row, renewals):
        self.sign_key, self.encryption_key, self.serial = row["sign_key"], row["encryption_key"], row["serial"]
        self.former = [(former["sign_key"], former["ending"]) for former in row["former"]]  # newest first
        self.renewals = []
        for renewal in sorted(renewals, key=lambda renewal: renewal.serial):
            if renewal.serial > row["serial"] and renewal.signer == self.sign_key:
                self._renew(renewal)

    def _renew(self, renewal):
        if renewal.ending is not None:
            self.former.insert(0, (self.sign_key, renewal.ending))
        self.sign_key, self.encryption_key, self.serial = renewal.sign_key, renewal.encryption_key, renewal.serial
        self.renewals.append(renewal)


class Trust:
    """`rosters`: one after the other, the last is in force. `desks`: by author, the list and the key that signed it.
    `renewals`: by member."""

    def __init__(self, first, roots, threshold):
        """[8.6] The reader has no roster yet."""
        roster = List(first, lambda head: check_first(head, roots, threshold))
        self.rosters, self.desks, self.renewals = [roster], {}, {}

    def take(self, kind, data):
        {"roster": self.take_roster, "desks": self.take_desks, "renewal": self.take_renewal}[kind](data)

    def take_roster(self, data):
        """[8.6]"""
        new = List(data, self._admit_roster)
        if new.version == self.rosters[-1].version:
            self.rosters.pop()
        self.rosters.append(new)
        self.settle()

    def _admit_roster(self, new):
        here = self.rosters[-1]
        require(new.author is None)
        require(new.hash != here.hash, "replayed")
        require(new.version >= here.version, "rollback")
        require(new.version <= here.version + 1, "out-of-order")
        if new.version > here.version:
            new.check_roots_signed(here.roots, here.threshold)
            return
        require(len(self.rosters) > 1, "exists")  # nobody here knows who had to sign it
        before = self.rosters[-2]
        new.check_roots_signed(before.roots, before.threshold)
        require(new.hash < here.hash, "exists")

    def take_desks(self, data, restoring=False):
        """[8.7] `restoring`: from a roster file, where also a key that was replaced since may have signed."""
        new = List(data, lambda head: self._admit_desks(head, restoring))
        self.desks[new.author] = new, self._admit_desks(new, restoring)
        self.settle()

    def _admit_desks(self, new, restoring):
        """The key that has signed them."""
        require(new.author is not None)
        row = self.rosters[-1].row.get(new.author)
        require(is_administration(row), "unknown-member")
        keys = self.keys(row)
        results = [(key, new.result_of(key)) for key in self._keys_for_desks(keys)[: None if restoring else 1]]
        signer = next((key for key, result in results if result == "ok"), None)
        require(signer is not None, results[0][1])
        if new.author in self.desks:
            here, signer_here = self.desks[new.author]
            require(signer_here != signer or new.hash != here.hash, "replayed")
            require(signer == keys.sign_key, "rollback")
            if signer_here == keys.sign_key:
                require(new.version >= here.version, "rollback")
                require(new.version > here.version or new.hash < here.hash, "exists")
        return signer

    def take_renewal(self, data, restoring=False):
        """[8.7]"""
        new = Renewal(data)
        rows, _ = self.rows()
        require(new.member in rows and may_renew(*rows[new.member], restoring), "unknown-member")
        row, here = rows[new.member][0], self.renewals.get(new.member, [])
        same = [other for other in here if other.serial == new.serial]
        if same:
            raise Refused("replayed" if same[0].hash == new.hash else "fork")
        keys = self.keys(row)
        require(new.serial > keys.serial, "rollback")
        new.verify(keys.sign_key)
        if new.ending is None:
            require(new.sign_key == keys.sign_key)
        else:
            require(new.sign_key not in [keys.sign_key, *(key for key, _ in keys.former)])
        new.signer = keys.sign_key
        if here and here[-1].ending is None:
            here = here[:-1]
        self.renewals[new.member] = [*here, new]
        self.settle()

    def keys(self, row):
        return Keys(row, self.renewals.get(row["id"], []))

    def _keys_for_desks(self, keys):
        """[8.7] By which desks are in force: the key in force, and those that were replaced."""
        return [keys.sign_key, *(key for key, ending in keys.former if ending["cause"] == CAUSE_LEFT)]

    def rows(self):
        """[8.8] Rows by id, each with who vouches for it (None: the roots); and how many are ignored."""
        roster, ignored = self.rosters[-1], 0
        rows = {row["id"]: (row, None) for row in roster.members}
        for author in sorted(self.desks):
            administration = roster.row[author]
            for row in self.desks[author][0].members:
                if may_be_desk(row, administration) and not any(share(row, other) for other, _ in rows.values()):
                    rows[row["id"]] = row, author
                else:
                    ignored += 1
        return rows, ignored

    def settle(self):
        """[8.7, 8.8] What is not in force any more is not here any more."""
        for author, (_, signer) in list(self.desks.items()):
            row = self.rosters[-1].row.get(author)
            if not is_administration(row) or signer not in self._keys_for_desks(self.keys(row)):
                del self.desks[author]
        rows, _ = self.rows()
        for member in list(self.renewals):
            row, by = rows.get(member, (None, None))
            if row is None or (by is None and row["ended"] is not None and row["ended"]["cause"] == CAUSE_REVOKED):
                del self.renewals[member]
            else:
                self.renewals[member] = self.keys(row).renewals


def check_first(roster, roots, threshold):
    require(roster.author is None)
    roster.check_roots_signed(roots, threshold)


def may_renew(row, by, restoring):
    """[8.7, 8.10] Who has not ended, and desks that left; in a file all desks, and all but who was revoked."""
    if row["ended"] is None:
        return True
    cause = row["ended"]["cause"]
    if restoring:
        return by is not None or cause != CAUSE_REVOKED
    return by is not None and cause == CAUSE_LEFT


def may_be_desk(row, administration):
    """[8.8]"""
    country = administration["country"]
    return (
        row["country"] == country
        and row["role"] not in (ADMINISTRATION, SECRETARIAT)
        and row["name"].startswith(country.lower() + "-")
    )


def share(a, b):
    """[8.8] An id, a name or a key, as in 8.3.5."""
    return bool(
        a["id"] == b["id"]
        or a["name"] == b["name"]
        or sign_keys_of(a) & sign_keys_of(b)
        or exchange_keys_of(a) & exchange_keys_of(b)
    )


# 8.10 The roster file

MAGIC = b"INAMALST"


def open_file(file, roots, threshold):
    """[8.10]"""
    words = file_words(file)
    rosters = [(head_of(data), data) for data in words["rosters"]]
    signed = [(roster, data) for roster, data in rosters if begins(roster, roots, threshold)]
    require(signed, "too-few-signatures")
    first, data = max(signed, key=lambda pair: pair[0].version)
    trust = Trust(data, roots, threshold)
    for roster, data in rosters:
        if roster.version > first.version:
            trust.take("roster", data)
    take_rest(trust, words)
    return trust


def file_words(file):
    require(len(file) <= FILE_SIZE_MAX, "too-large")
    require(file[:8] == MAGIC)
    require(len(file) > 8, "truncated")
    require(file[8] == SUITE, "unknown-suite")
    return wire.decode(wire.TRUST, file[9:])


def head_of(data):
    """What a list says before its rows: of a roster that is not gone by, they are nobody's matter."""
    heads = []

    def keep(head):
        heads.append(head)
        raise Refused("enough")

    try:
        List(data, keep)
    except Refused:
        if not heads:
            raise
    return heads[0]


def begins(roster, roots, threshold):
    try:
        check_first(roster, roots, threshold)
    except Refused:
        return False
    return True


def take_rest(trust, words):
    """Desks may wait for a renewal of their author, and renewals for desks: each is tried again when that has come.
    What has nothing to belong to any more, or is older than what is there, is left out."""
    desks, renewals = words["desks"], words["renewals"]
    results = {data: result_of_taking(trust.take_desks, data, True) for data in desks}
    for _ in range(2):
        for data in renewals:
            if results.get(data, "unknown-member") != "unknown-member":
                continue
            results[data] = result_of_taking(trust.take_renewal, data, True)
            for waiting in desks:
                if results[data] == "ok" and results[waiting] == "bad-signature":
                    results[waiting] = result_of_taking(trust.take_desks, waiting, True)
    for data in [*desks, *renewals]:
        require(results[data] in ("ok", "replayed", "unknown-member", "rollback"), results[data])


def result_of_taking(take, *arguments):
    try:
        take(*arguments)
    except Refused as refusal:
        return str(refusal)
    return "ok"
