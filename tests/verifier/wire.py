"""Protocol buffers by hand, only in canonical encoding: [1.4] of docs/protocol.md.

`decode` does what 1.4 says, word for word: read the message, write it again, compare. What cannot be read is
"malformed" (1.4.2); what reads but would be written otherwise is "not-canonical" (1.4.3).

A schema is a table of rows (number, name, label, type), written from proto/*.proto. A decoded message is a dictionary:
every name of the table is in it, with None for an absent optional field and a list for a repeated one; fields the table
does not know are under "unknown" as (number, wire type, bytes behind the tag) and are written behind the known ones.
"""

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5  # 3 and 4 are groups
REQUIRED, OPTIONAL, REPEATED = "required", "optional", "repeated"
UINT32, UINT64, BOOL, BYTES, STRING = "uint32", "uint64", "bool", "bytes", "string"

NUMBER_MAX = 2**29 - 1  # of a field
TAG_SIZE_MAX, LENGTH_SIZE_MAX, VARINT_SIZE_MAX = 5, 5, 10
FIELDS_MAX = 32768  # of a message, with those of the messages in it [1.4.4]


class Refused(Exception):
    """Carries the name of the result."""


# proto/alert.proto

ALERT_HEADER = (
    (1, "suite", REQUIRED, UINT32),
    (2, "schema", REQUIRED, UINT32),
    (3, "originator", REQUIRED, BYTES),
    (4, "alert", REQUIRED, BYTES),
    (5, "version", REQUIRED, UINT32),
    (6, "supersedes", OPTIONAL, BYTES),
    (7, "created", REQUIRED, UINT64),
    (8, "expires", OPTIONAL, UINT64),
    (9, "kind", REQUIRED, STRING),
    (10, "urgency", OPTIONAL, STRING),
    (11, "language", OPTIONAL, STRING),
    (12, "operation", OPTIONAL, STRING),
    (13, "in_reply_to", OPTIONAL, BYTES),
    (14, "grading_scheme", OPTIONAL, STRING),
    (15, "source_grade", OPTIONAL, STRING),
    (16, "information_grade", OPTIONAL, STRING),
    (17, "tlp", REQUIRED, STRING),
    (18, "handling", REPEATED, STRING),
    (19, "caveat", OPTIONAL, STRING),
    (20, "onward", OPTIONAL, STRING),
    (21, "purposes", REPEATED, STRING),
    (22, "share_with_iccwc", OPTIONAL, BOOL),
    (23, "retention_until", OPTIONAL, STRING),
    (24, "national_marking", OPTIONAL, STRING),
    (25, "onward_roles", REPEATED, STRING),
    (26, "onward_countries", REPEATED, STRING),
    (27, "onward_hops", OPTIONAL, UINT32),
    (28, "embargo_until", OPTIONAL, UINT64),
    (30, "root", REQUIRED, BYTES),
)

# proto/entry.proto

DISCLOSURE = (
    (1, "header", REQUIRED, BYTES),
    (2, "signature", REQUIRED, BYTES),
    (3, "shown", REQUIRED, BYTES),
    (4, "present", REQUIRED, BYTES),
    (5, "salts", REQUIRED, BYTES),
    (6, "hashes", REQUIRED, BYTES),
    (7, "values", REPEATED, BYTES),
    (8, "hops", OPTIONAL, UINT32),
    (15, "release", OPTIONAL, BYTES),
)

GRANT = (
    (1, "check", REQUIRED, BYTES),
    (2, "ephemeral", REQUIRED, BYTES),
    (3, "boxes", REQUIRED, BYTES),
    (4, "outdated", OPTIONAL, UINT64),
)

# proto/request.proto

ONWARD_READER = (
    (1, "role", OPTIONAL, STRING),
    (2, "country", OPTIONAL, STRING),
    (3, "name", OPTIONAL, STRING),
)

RELEASE_TERMS = (
    (1, "suite", REQUIRED, UINT32),
    (2, "originator", REQUIRED, BYTES),
    (3, "key", REQUIRED, BYTES),
    (4, "object", REQUIRED, BYTES),
    (5, "reader", REQUIRED, BYTES),
    (6, "request", REQUIRED, BYTES),
    (7, "slots", REQUIRED, BYTES),
    (8, "created", REQUIRED, UINT64),
    (9, "until", OPTIONAL, UINT64),
    (10, "judicial", OPTIONAL, BOOL),
    (11, "onward", REPEATED, ONWARD_READER),
)

SIGNED_RELEASE = (
    (1, "terms", REQUIRED, BYTES),
    (2, "signature", REQUIRED, BYTES),
)

REQUEST_STEP = (
    (1, "suite", REQUIRED, UINT32),
    (2, "step", REQUIRED, UINT32),
    (3, "request", REQUIRED, BYTES),
    (4, "object", REQUIRED, BYTES),
    (5, "slots", OPTIONAL, BYTES),
    (6, "reason", OPTIONAL, STRING),
    (7, "deadline", OPTIONAL, UINT64),
    (8, "purpose", OPTIONAL, STRING),
    (9, "until", OPTIONAL, UINT64),
    (10, "judicial", OPTIONAL, BOOL),
    (11, "onward", REPEATED, ONWARD_READER),
    (12, "shown", OPTIONAL, BYTES),
    (13, "behalf", OPTIONAL, STRING),
)

# proto/roster.proto

FEED_END = (
    (1, "feed", REQUIRED, BYTES),
    (2, "number", REQUIRED, UINT64),
    (3, "hash", REQUIRED, BYTES),
)

ENDING = (
    (1, "cause", REQUIRED, UINT32),
    (2, "at", REQUIRED, UINT64),
    (3, "ends", REPEATED, FEED_END),
)

FORMER_KEY = (
    (1, "sign_key", REQUIRED, BYTES),
    (2, "ending", REQUIRED, ENDING),
)

MEMBER = (
    (1, "id", REQUIRED, BYTES),
    (2, "name", REQUIRED, STRING),
    (3, "label", REQUIRED, STRING),
    (4, "country", REQUIRED, STRING),
    (5, "role", REQUIRED, STRING),
    (6, "sign_key", REQUIRED, BYTES),
    (7, "encryption_key", REQUIRED, BYTES),
    (8, "session_key", REQUIRED, BYTES),
    (9, "serial", OPTIONAL, UINT32),
    (10, "former", REPEATED, FORMER_KEY),
    (11, "ended", OPTIONAL, ENDING),
    (12, "proof", OPTIONAL, BYTES),
)

OPENED = (
    (1, "suite", REQUIRED, UINT32),
    (2, "reader", REQUIRED, BYTES),
    (3, "key", REQUIRED, BYTES),
    (4, "object", REQUIRED, BYTES),
    (5, "since", REQUIRED, UINT64),
    (6, "step", REQUIRED, UINT32),
)

SIGNED_OPENED = (
    (1, "words", REQUIRED, BYTES),
    (2, "signature", REQUIRED, BYTES),
)

CARD = (
    (1, "member", REQUIRED, BYTES),
    (2, "signature", REQUIRED, BYTES),
)

ROSTER = (
    (1, "suite", REQUIRED, UINT32),
    (2, "version", REQUIRED, UINT32),
    (3, "created", REQUIRED, UINT64),
    (4, "expires", REQUIRED, UINT64),
    (5, "threshold", REQUIRED, UINT32),
    (6, "roots", REPEATED, BYTES),
    (7, "members", REPEATED, MEMBER),
    (8, "grace_days", OPTIONAL, UINT32),
    (9, "author", OPTIONAL, BYTES),
)

ROSTER_SIGNATURE = (
    (1, "root", REQUIRED, BYTES),
    (2, "signature", REQUIRED, BYTES),
)

SIGNED_ROSTER = (
    (1, "roster", REQUIRED, BYTES),
    (2, "signatures", REPEATED, ROSTER_SIGNATURE),
)

RENEWAL = (
    (1, "suite", REQUIRED, UINT32),
    (2, "member", REQUIRED, BYTES),
    (3, "serial", REQUIRED, UINT32),
    (4, "created", REQUIRED, UINT64),
    (5, "sign_key", REQUIRED, BYTES),
    (6, "encryption_key", REQUIRED, BYTES),
    (7, "ending", OPTIONAL, ENDING),
)

SIGNED_RENEWAL = (
    (1, "renewal", REQUIRED, BYTES),
    (2, "signature", REQUIRED, BYTES),
    (3, "new_signature", OPTIONAL, BYTES),
)

TRUST = (
    (1, "rosters", REPEATED, BYTES),
    (2, "desks", REPEATED, BYTES),
    (3, "renewals", REPEATED, BYTES),
    (4, "drafting", OPTIONAL, BYTES),
)


def decode(table, data):
    """The message in `data`, which must be its canonical encoding."""
    message = _read(table, data, [FIELDS_MAX])
    if encode(table, message) != data:
        raise Refused("not-canonical")
    return message


def encode(table, message):
    """[1.4.1] Known fields in ascending order of their numbers, then the unknown ones as they came."""
    out = bytearray()
    for number, name, label, kind in table:
        values = message[name] if label == REPEATED else [message[name]]
        for value in values:
            if value is not None:
                out += _field(number, *_to_wire(kind, value))
    for number, wire, rest in message["unknown"]:
        out += _tag(number, wire) + rest
    return bytes(out)


def _read(table, data, fields_left):
    """Reads what any protobuf reader would read: in any order, of a repeated singular field the last. `fields_left`:
    how many fields there may still be, in a list that is shared with the messages within."""
    message = {name: [] if label == REPEATED else None for _, name, label, _ in table}
    message["unknown"] = []
    rows = {number: row for number, *row in table}
    at = 0
    while at < len(data):
        number, wire, value, rest, at = _read_field(data, at)
        if fields_left[0] == 0:
            raise Refused("too-large")
        fields_left[0] -= 1
        if number not in rows:
            message["unknown"].append((number, wire, rest))
            continue
        name, label, kind = rows[number]
        value = _from_wire(kind, wire, value, fields_left)
        if label == REPEATED:
            message[name].append(value)
        else:
            message[name] = value
    for _, name, label, _ in table:
        if label == REQUIRED and message[name] is None:
            raise Refused("malformed")
    return message


def _read_field(data, at):
    """Its number, wire type and value, the bytes behind its tag, and where the next one starts."""
    tag, at = _read_varint(data, at, TAG_SIZE_MAX)
    start, number, wire = at, tag >> 3, tag & 7
    if not 1 <= number <= NUMBER_MAX:
        raise Refused("malformed")
    if wire == VARINT:
        value, at = _read_varint(data, at, VARINT_SIZE_MAX)
        return number, wire, value, data[start:at], at
    if wire == LENGTH:
        size, at = _read_varint(data, at, LENGTH_SIZE_MAX)
    elif wire in (FIXED64, FIXED32):
        size = 8 if wire == FIXED64 else 4
    else:  # a group, or no wire type at all
        raise Refused("malformed")
    if size > len(data) - at:
        raise Refused("malformed")
    return number, wire, data[at : at + size], data[start : at + size], at + size


def _read_varint(data, at, size_max):
    value = 0
    for i, byte in enumerate(data[at : at + size_max]):
        value |= (byte & 0x7F) << 7 * i
        if byte < 0x80:
            return value & (2**64 - 1), at + i + 1
    raise Refused("malformed")


def _from_wire(kind, wire, value, fields_left):
    if wire != (VARINT if kind in (UINT32, UINT64, BOOL) else LENGTH):
        raise Refused("malformed")
    if kind == UINT32:
        return value & (2**32 - 1)
    if kind == BOOL:
        return value != 0
    if kind == STRING:
        try:
            return value.decode("utf-8").partition("\0")[0]  # [1.4.1] what is behind a NUL is not written again
        except UnicodeDecodeError:
            raise Refused("malformed") from None
    if kind in (UINT64, BYTES):
        return value
    return _read(kind, value, fields_left)


def _to_wire(kind, value):
    if kind in (UINT32, UINT64, BOOL):
        return VARINT, int(value)
    if kind == STRING:
        return LENGTH, value.encode("utf-8")
    if kind == BYTES:
        return LENGTH, value
    return LENGTH, encode(kind, value)


def _field(number, wire, value):
    if wire == VARINT:
        return _tag(number, wire) + _varint(value)
    return _tag(number, wire) + _varint(len(value)) + value


def _tag(number, wire):
    return _varint(number << 3 | wire)


def _varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
