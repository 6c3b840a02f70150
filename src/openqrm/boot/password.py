"""SHA-512-crypt, as /etc/shadow of every Linux takes it: crypt(3) is leaving Python's standard library."""

from __future__ import annotations

import hashlib
import secrets

_ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ROUNDS = 5000


def hash_password(password: str, salt: str = "") -> str:
    """`$6$SALT$HASH`; a random salt unless one is given."""
    salt = salt or "".join(secrets.choice(_ALPHABET) for _ in range(16))
    key, grain = password.encode(), salt.encode()
    first = _first_digest(key, grain)
    word = _stretch(hashlib.sha512(key * len(key)).digest(), len(key))
    pinch = _stretch(hashlib.sha512(grain * (16 + first[0])).digest(), len(grain))
    digest = first
    for turn in range(_ROUNDS):
        mixed = word if turn % 2 else digest
        mixed += pinch if turn % 3 else b""
        mixed += word if turn % 7 else b""
        mixed += digest if turn % 2 else word
        digest = hashlib.sha512(mixed).digest()
    return f"$6${salt}${_render(digest)}"


def _first_digest(key: bytes, grain: bytes) -> bytes:
    other = hashlib.sha512(key + grain + key).digest()
    mixed = key + grain + _stretch(other, len(key))
    bits = len(key)
    while bits:
        mixed += other if bits & 1 else key
        bits >>= 1
    return hashlib.sha512(mixed).digest()


def _stretch(block: bytes, length: int) -> bytes:
    return (block * (length // len(block) + 1))[:length]


def _render(digest: bytes) -> str:
    """Three bytes become four letters, taken from the digest's three thirds in turn."""
    first, second, third = 0, 21, 42
    letters = ""
    for _ in range(21):
        letters += _letters(digest[first] << 16 | digest[second] << 8 | digest[third], 4)
        first, second, third = second + 1, third + 1, first + 1
    return letters + _letters(digest[63], 2)


def _letters(value: int, count: int) -> str:
    return "".join(_ALPHABET[value >> 6 * place & 63] for place in range(count))
