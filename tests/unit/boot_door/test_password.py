"""SHA-512-crypt, pinned to what `openssl passwd -6` printed."""

import pytest

from openqrm.boot.password import hash_password

RECORDED = {
    ("secret", "saltsaltsaltsalt"): (
        "ph0yGsyjzqdeFaon7.gJZo8eAG5/rj9/JdzOu1Rl7dKzBYg3xgvl7T2VQ2Rt81bc5AXkdA54r0p8QvC1omD6R1"
    ),
    ("x" * 200 + "ü", "abc"): (
        "9TtrafHmzwaUDBhHRoQBJrTwY6k40OAYwGYetsgbi6WAlPTal7ggLMvo7PHBwpOxZxLWo0Q1XiDLsqADNIJrf1"
    ),
}


@pytest.mark.parametrize(("password", "salt"), RECORDED)
def test_as_openssl_does(password: str, salt: str) -> None:
    assert hash_password(password, salt) == f"$6${salt}${RECORDED[password, salt]}"


def test_each_has_its_own_salt() -> None:
    assert hash_password("a") != hash_password("a")
