"""Ed25519 and X25519 in plain Python, for a verifier: clear first, and not in constant time.

Points are in extended coordinates (X, Y, Z, T) with x = X/Z, y = Y/Z, T = XY/Z, after Hisil, Wong, Carter and Dawson
(2008). Numbers in brackets are steps of docs/protocol.md.
"""

from hashlib import sha512

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493  # order of the prime-order subgroup
D = -121665 * pow(121666, -1, P) % P
SQRT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1, 1, 0)


def verify(public, message, signature):
    """[2.2] "ok", "bad-point" or "bad-signature". `message` comes with its tag in front."""
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    a_point, r_point = strict_point(public), strict_point(r)
    if a_point is None or r_point is None:
        return "bad-point"
    if len(signature) != 64 or s >= L:
        return "bad-signature"
    k = int.from_bytes(sha512(r + public + message).digest(), "little") % L
    if not equal(multiply(s, BASE), add(r_point, multiply(k, a_point))):
        return "bad-signature"
    return "ok"


def sign(seed, message):
    """RFC 8032, 5.1.6. For the self-test, which has to make what it verifies."""
    scalar, prefix = _expand(seed)
    nonce = int.from_bytes(sha512(prefix + message).digest(), "little") % L
    r = encode(multiply(nonce, BASE))
    k = int.from_bytes(sha512(r + public_key(seed) + message).digest(), "little") % L
    return r + ((nonce + k * scalar) % L).to_bytes(32, "little")


def public_key(seed):
    return encode(multiply(_expand(seed)[0], BASE))


def strict_point(data):
    """[2.2.1] The point that `data` encodes canonically, in the prime-order subgroup and not the identity; else None.

    In a subgroup of prime order the identity is the only point of small order."""
    point = decode(data)
    if point is None or equal(point, IDENTITY) or not equal(multiply(L, point), IDENTITY):
        return None
    return point


def decode(data):
    """The point on the curve that 32 bytes encode canonically (RFC 8032, 5.1.3), or None."""
    if len(data) != 32:
        return None
    number = int.from_bytes(data, "little")
    y, sign_of_x = number & ((1 << 255) - 1), number >> 255
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P == -u % P:
        x = x * SQRT_OF_MINUS_1 % P
    if v * x * x % P != u:
        return None
    if x == 0 and sign_of_x == 1:
        return None
    if x & 1 != sign_of_x:
        x = P - x
    return (x, y, 1, x * y % P)


def encode(point):
    x, y, z, _ = point
    inverse = pow(z, -1, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def equal(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def add(p, q):
    """Complete: also right for doubling and for the identity."""
    x1, y1, z1, t1 = p
    x2, y2, z2, t2 = q
    a = (y1 - x1) * (y2 - x2) % P
    b = (y1 + x1) * (y2 + x2) % P
    c = 2 * D * t1 % P * t2 % P
    d = 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def double(p):
    x, y, z, _ = p
    a, b, c = x * x % P, y * y % P, 2 * z * z % P
    h = a + b
    e, g = h - (x + y) * (x + y) % P, a - b
    f = c + g
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(scalar, point):
    """Four bits at a time. The scalar is not reduced: multiply(L, point) asks for the order of the point."""
    table = [IDENTITY]
    for _ in range(15):
        table.append(add(table[-1], point))
    result = IDENTITY
    for shift in range((scalar.bit_length() + 3) // 4 * 4 - 4, -1, -4):
        result = double(double(double(double(result))))
        digit = scalar >> shift & 15
        if digit:
            result = add(result, table[digit])
    return result


def x25519(secret, public):
    """[1.6] RFC 7748, 5. The caller refuses a result of zeros."""
    scalar = int.from_bytes(secret, "little")
    scalar = scalar & ~7 & ((1 << 255) - 1) | 1 << 254
    u = int.from_bytes(public, "little") & ((1 << 255) - 1)
    x2, z2, x3, z3, swapped = 1, 0, u, 1, 0
    for shift in range(254, -1, -1):
        bit = scalar >> shift & 1
        if bit != swapped:
            x2, z2, x3, z3 = x3, z3, x2, z2
        swapped = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        da, cb = d * a % P, c * b % P
        aa, bb = a * a % P, b * b % P
        e = aa - bb
        x3, z3 = (da + cb) ** 2 % P, u * (da - cb) ** 2 % P
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
    if swapped:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


def x25519_public(secret):
    return x25519(secret, (9).to_bytes(32, "little"))


def _expand(seed):
    digest = sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & ~7 & ((1 << 255) - 1) | 1 << 254
    return scalar, digest[32:]


BASE = decode(bytes.fromhex("58" + "66" * 31))
