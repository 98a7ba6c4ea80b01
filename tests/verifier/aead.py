"""XChaCha20-Poly1305 in plain Python: draft-irtf-cfrg-xchacha over RFC 8439. [1.5] of docs/protocol.md.

Each function takes and returns bytes. Not in constant time, and about a second for the largest entry.
"""

from hmac import compare_digest
from struct import pack, unpack

CONSTANT = unpack("<4I", b"expand 32-byte k")
TAG_SIZE = 16


def open_sealed(key, nonce, ad, sealed):
    """The plaintext of `sealed`, which is a ciphertext and then its tag; None if it was not sealed so."""
    subkey, nonce = extend_nonce(key, nonce)
    return open_ietf(subkey, nonce, ad, sealed)


def seal(key, nonce, ad, plain):
    """For the self-test, which has to make what it opens."""
    subkey, nonce = extend_nonce(key, nonce)
    return seal_ietf(subkey, nonce, ad, plain)


def extend_nonce(key, nonce):
    """XChaCha20: the first 16 bytes of the long nonce go into the key, the other 8 become the short nonce."""
    return hchacha20(key, nonce[:16]), bytes(4) + nonce[16:]


def open_ietf(key, nonce, ad, sealed):
    if len(sealed) < TAG_SIZE:
        return None
    cipher, tag = sealed[:-TAG_SIZE], sealed[-TAG_SIZE:]
    if not compare_digest(tag, _tag(key, nonce, ad, cipher)):
        return None
    return chacha20(key, nonce, 1, cipher)


def seal_ietf(key, nonce, ad, plain):
    cipher = chacha20(key, nonce, 1, plain)
    return cipher + _tag(key, nonce, ad, cipher)


def chacha20(key, nonce, counter, data):
    """RFC 8439, 2.4."""
    stream = b"".join(chacha20_block(key, nonce, counter + i) for i in range((len(data) + 63) // 64))
    number = int.from_bytes(stream[: len(data)], "little") ^ int.from_bytes(data, "little")
    return number.to_bytes(len(data), "little")


def chacha20_block(key, nonce, counter):
    """RFC 8439, 2.3."""
    start = [*CONSTANT, *unpack("<8I", key), counter, *unpack("<3I", nonce)]
    mixed = _rounds(list(start))
    return pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(start, mixed)))


def hchacha20(key, nonce):
    """draft-irtf-cfrg-xchacha, 2.2: the first and the last row after the rounds, nothing added."""
    mixed = _rounds([*CONSTANT, *unpack("<8I", key), *unpack("<4I", nonce)])
    return pack("<8I", *mixed[:4], *mixed[12:])


def poly1305(key, message):
    """RFC 8439, 2.5."""
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    s = int.from_bytes(key[16:], "little")
    total = 0
    for at in range(0, len(message), 16):
        total = (total + int.from_bytes(message[at : at + 16] + b"\x01", "little")) * r % (2**130 - 5)
    return ((total + s) % 2**128).to_bytes(16, "little")


def _tag(key, nonce, ad, cipher):
    lengths = pack("<2Q", len(ad), len(cipher))
    return poly1305(chacha20_block(key, nonce, 0)[:32], _padded(ad) + _padded(cipher) + lengths)


def _padded(data):
    return data + bytes(-len(data) % 16)


def _rounds(x):
    """Twenty rounds, two at a time: the columns, then the diagonals."""
    for _ in range(10):
        for a, b, c, d in QUARTERS:
            xa, xb, xc, xd = x[a], x[b], x[c], x[d]
            xa = (xa + xb) & 0xFFFFFFFF
            xd ^= xa
            xd = (xd << 16 | xd >> 16) & 0xFFFFFFFF
            xc = (xc + xd) & 0xFFFFFFFF
            xb ^= xc
            xb = (xb << 12 | xb >> 20) & 0xFFFFFFFF
            xa = (xa + xb) & 0xFFFFFFFF
            xd ^= xa
            xd = (xd << 8 | xd >> 24) & 0xFFFFFFFF
            xc = (xc + xd) & 0xFFFFFFFF
            xb ^= xc
            xb = (xb << 7 | xb >> 25) & 0xFFFFFFFF
            x[a], x[b], x[c], x[d] = xa, xb, xc, xd
    return x


QUARTERS = (
    (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
    (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
)  # fmt: skip
