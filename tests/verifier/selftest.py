#!/usr/bin/env python3
"""selftest.py: is the verifier itself right?

The primitives against published vectors (RFC 7748, RFC 8032, RFC 8439, draft-irtf-cfrg-xchacha; Wycheproof if
INAMA_DATA is set), the encoding against what 1.4 refuses, then the protocol against the objects of selfmade.py. Prints
what failed and a summary.
"""

import json
import os
import sys
import time
from pathlib import Path

import aead
import curve
import selfmade
import wire

failures = []
checks = 0


def check(name, got, expected):
    global checks
    checks += 1
    if got != expected:
        failures.append(name)
        print(f"{name}: expected {shown(expected)}, got {shown(got)}")


def shown(value):
    return value.hex() if isinstance(value, bytes) else value


def x(text):
    return bytes.fromhex(text)


# RFC 8032, 7.1: seed, public key, message, signature

ED25519 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe"
        "24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302a"
        "eeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed2"
        "8dc027beceea1ec40a",
    ),
]

# Encodings of points that strict verification refuses [2.2.1]

BAD_POINTS = {
    "identity": "01" + "00" * 31,
    "order 2": "ec" + "ff" * 30 + "7f",
    "order 4": "00" * 32,
    "order 4, other sign": "00" * 31 + "80",
    "order 8": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "order 8, other": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "identity, x = 0 with a sign": "01" + "00" * 30 + "80",
    "y = p": "ed" + "ff" * 30 + "7f",
    "y = p + 1, the identity": "ee" + "ff" * 30 + "7f",
    "not on the curve": "02" + "00" * 31,
    "31 bytes": "58" + "66" * 30,
}


def ed25519():
    for number, (seed, public, message, signature) in enumerate(ED25519, 1):
        seed, public, message, signature = x(seed), x(public), x(message), x(signature)
        name = f"RFC 8032, test {number}"
        check(name + ", public key", curve.public_key(seed), public)
        check(name + ", sign", curve.sign(seed, message), signature)
        check(name + ", verify", curve.verify(public, message, signature), "ok")
        check(name + ", other message", curve.verify(public, message + b"!", signature), "bad-signature")
        s = int.from_bytes(signature[32:], "little") + curve.L
        long = signature[:32] + s.to_bytes(32, "little")
        check(name + ", S + L", curve.verify(public, message, long), "bad-signature")

    public, signature = x(ED25519[0][1]), x(ED25519[0][3])
    for name, point in BAD_POINTS.items():
        check(f"A is {name}", curve.verify(x(point), b"", signature), "bad-point")
        if len(x(point)) == 32:
            check(f"R is {name}", curve.verify(public, b"", x(point) + signature[32:]), "bad-point")
    torsion = curve.decode(x(BAD_POINTS["order 8"]))
    mixed = curve.encode(curve.add(curve.decode(public), torsion))
    check("mixed order is on the curve", curve.decode(mixed) is not None, True)
    check("A of mixed order", curve.verify(mixed, b"", signature), "bad-point")
    check("R of mixed order", curve.verify(public, b"", mixed + signature[32:]), "bad-point")

    start = time.perf_counter()
    for _ in range(10):
        curve.verify(public, b"", signature)
    return (time.perf_counter() - start) * 100  # milliseconds each


def x25519():
    """RFC 7748, 5.2"""
    check(
        "RFC 7748, first",
        curve.x25519(
            x("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
            x("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"),
        ),
        x("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"),
    )
    check(
        "RFC 7748, second",
        curve.x25519(
            x("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
            x("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"),
        ),
        x("95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"),
    )
    k = u = (9).to_bytes(32, "little")
    for turn in range(1000):
        k, u = curve.x25519(k, u), k
        if turn == 0:
            check(
                "RFC 7748, once", k, x("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079")
            )
    check("RFC 7748, 1000 times", k, x("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"))


SUNSCREEN = (
    b"Ladies and Gentlemen of the class of '99: "
    b"If I could offer you only one tip for the future, sunscreen would be it."
)


def chacha():
    count = bytes(range(32))
    check(
        "RFC 8439, 2.3.2",
        aead.chacha20_block(count, x("000000090000004a00000000"), 1),
        x(
            "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
            "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e"
        ),
    )
    check(
        "RFC 8439, 2.5.2",
        aead.poly1305(
            x("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b"),
            b"Cryptographic Forum Research Group",
        ),
        x("a8061dc1305136c6c22b8baf0c0127a9"),
    )
    check(
        "xchacha, 2.2.1",
        aead.hchacha20(count, x("000000090000004a0000000031415927")),
        x("82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc"),
    )
    key, ad = bytes(range(0x80, 0xA0)), x("50515253c0c1c2c3c4c5c6c7")
    sealed = x(
        "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b"
        "1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
        "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691"
    )
    check("RFC 8439, 2.8.2", aead.open_ietf(key, x("070000004041424344454647"), ad, sealed), SUNSCREEN)
    sealed = x(
        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39"
        "ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
        "21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49"
    )
    nonce = bytes(range(0x40, 0x58))
    check("xchacha, A.3.1", aead.open_sealed(key, nonce, ad, sealed), SUNSCREEN)
    check("xchacha, A.3.1, sealed", aead.seal(key, nonce, ad, SUNSCREEN), sealed)
    check("xchacha, a changed byte", aead.open_sealed(key, nonce, ad, sealed[:-1] + b"\0"), None)
    check("xchacha, other ad", aead.open_sealed(key, nonce, b"", sealed), None)
    check("xchacha, 15 bytes", aead.open_sealed(key, nonce, ad, sealed[:15]), None)


# [1.4] A RosterSignature has two required fields of bytes, an AlertHeader everything else

ROOT, SIGNATURE = "0a0161", "120162"


def encoding():
    cases = {
        "as it should be": (ROOT + SIGNATURE, "ok"),
        "unknown fields behind": (ROOT + SIGNATURE + "1801" + "22016a" + "2501020304" + "290102030405060708", "ok"),
        "an unknown field between": (ROOT + "1801" + SIGNATURE, "not-canonical"),
        "unknown fields descending": (ROOT + SIGNATURE + "22016a" + "1801", "ok"),
        "fields descending": (SIGNATURE + ROOT, "not-canonical"),
        "a field twice": (ROOT + ROOT + SIGNATURE, "not-canonical"),
        "a long length": ("0a810061" + SIGNATURE, "not-canonical"),
        "a long tag": ("8a000161" + SIGNATURE, "not-canonical"),
        "a long unknown number": (ROOT + SIGNATURE + "188100", "ok"),
        "a long unknown tag": (ROOT + SIGNATURE + "980001", "not-canonical"),
        "a group": (ROOT + SIGNATURE + "1b1c", "malformed"),
        "a field missing": (ROOT, "malformed"),
        "a field cut": (ROOT + "120262", "malformed"),
        "a varint cut": (ROOT + SIGNATURE + "1880", "malformed"),
        "a varint of 11 bytes": (ROOT + SIGNATURE + "18" + "80" * 10 + "00", "malformed"),
        "another wire type": ("0801" + SIGNATURE, "malformed"),
        "wire type 6": (ROOT + SIGNATURE + "1e", "malformed"),
        "field 0": (ROOT + SIGNATURE + "0001", "malformed"),
    }
    for name, (data, expected) in cases.items():
        check("encoding: " + name, selfmade.result(wire.decode, wire.ROSTER_SIGNATURE, x(data)), expected)

    header = selfmade.alert_header(bytes(32))
    for name, (old, new, expected) in {
        "a bool of 2": ("b00101", "b00102", "not-canonical"),
        "a uint32 of 33 bits": ("2801", "288180808010", "not-canonical"),
        "text that is not UTF-8": (b"SEIZURE".hex(), b"SEIZUR\xff".hex(), "malformed"),
    }.items():
        check("encoding: " + name + " (test)", header.hex().count(old), 1)
        data = x(header.hex().replace(old, new))
        check("encoding: " + name, selfmade.result(wire.decode, wire.ALERT_HEADER, data), expected)


def wycheproof(folder):
    """Strict verification may refuse what Wycheproof allows, but only for its points."""
    for group in groups(folder / "ed25519_test.json"):
        public = x((group.get("publicKey") or group["key"])["pk"])
        for test in group["tests"]:
            got = curve.verify(public, x(test["msg"]), x(test["sig"]))
            fits = got == "ok" if test["result"] == "valid" else got != "ok"
            check(f"Wycheproof ed25519 {test['tcId']} ({test['comment']}), {got}", fits, True)
    for group in groups(folder / "x25519_test.json"):
        for test in group["tests"]:
            got = curve.x25519(x(test["private"]), x(test["public"]))
            check(f"Wycheproof x25519 {test['tcId']}", got, x(test["shared"]))
    for group in groups(folder / "xchacha20_poly1305_test.json"):
        if group["ivSize"] != 192:
            continue
        for test in group["tests"]:
            sealed = x(test["ct"] + test["tag"])
            got = aead.open_sealed(x(test["key"]), x(test["iv"]), x(test["aad"]), sealed)
            expected = x(test["msg"]) if test["result"] == "valid" else None
            check(f"Wycheproof xchacha20-poly1305 {test['tcId']}", got, expected)


def groups(path):
    return json.loads(path.read_text("utf-8"))["testGroups"]


def main():
    milliseconds = ed25519()
    x25519()
    chacha()
    encoding()
    if "INAMA_DATA" in os.environ:
        wycheproof(Path(os.environ["INAMA_DATA"]) / "vectors" / "wycheproof")
    for name, got, expected in selfmade.results():
        check(name, got, expected)
    print(f"selftest: {checks} checks, {len(failures)} failed, {milliseconds:.1f} ms per signature")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
