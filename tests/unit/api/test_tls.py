"""The REST door behind TLS, and the command line that knows it by its certificate."""

from __future__ import annotations

import socket
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from openqrm.api.listen import Listener, bind
from openqrm.api.tls import Tls, ensure_own, find_tls, tell_place, url_of
from openqrm.cli.connection import Connection, Told
from openqrm.domain.errors import Category, OpenqrmError
from openqrm.services.site_settings import SiteSettings

ANYBODY = ("somebody", "a password")


async def tell(scope: Any, _receive: Any, send: Any) -> None:
    """An application that says how it was asked."""
    body = f'["{scope["scheme"]}", "{scope["client"][0]}"]'.encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def door(settings: SiteSettings, base: Path, listening: socket.socket) -> Iterator[str]:
    tls = find_tls(settings, base, [listening])
    listener = Listener("test", tell, [listening], tls, settings.proxy)
    listener.start()
    yield tell_place(base, listening, tls)
    listener.close()


def asked(**environment: str) -> Any:
    return Connection(environment, ANYBODY).get("resource", "list", {})


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "base").mkdir()
    return tmp_path / "base"


def test_what_others_reach_is_behind_tls_and_known_on_this_machine(base: Path) -> None:
    with door(SiteSettings(), base, bind("0.0.0.0", 0)) as url:
        assert url.startswith("https://127.0.0.1:")
        assert asked(OPENQRM_BASE=str(base))[0] == "https"
        assert asked(OPENQRM_BASE=str(base), OPENQRM_URL=url)[0] == "https"
        copy = base.parent / "copy.pem"
        copy.write_bytes((base / "tls/certificate.pem").read_bytes())
        assert asked(OPENQRM_URL=url.replace("127.0.0.1", "127.0.0.9"), OPENQRM_CA=str(copy))[0] == "https"


def test_another_certificate_is_not_believed(base: Path, tmp_path: Path) -> None:
    other = ensure_own(tmp_path / "other", "")
    with door(SiteSettings(tls="on"), base, bind("127.0.0.1", 0)) as url:
        for environment in ({"OPENQRM_CA": str(other.certificate)}, {}):
            with pytest.raises(Told, match="certificate is new"):
                asked(OPENQRM_URL=url, **environment)
        with pytest.raises(Told, match="PEM file"):
            asked(OPENQRM_URL=url, OPENQRM_CA=str(base / "none.pem"))


def test_the_key_is_for_nobody_else_and_stays(base: Path) -> None:
    first = ensure_own(base / "tls", "10.0.0.7")
    assert stat.S_IMODE(first.key.stat().st_mode) == 0o600
    before = first.certificate.read_bytes(), first.key.read_bytes()
    assert ensure_own(base / "tls", "10.0.0.8") == first
    assert (first.certificate.read_bytes(), first.key.read_bytes()) == before
    first.certificate.write_bytes(b"broken")
    ensure_own(base / "tls", "")
    assert first.certificate.read_bytes() not in (b"broken", before[0])


@pytest.mark.parametrize(
    ("host", "settings", "speaks_tls"),
    [
        ("127.0.0.1", SiteSettings(), False),
        ("::1", SiteSettings(), False),
        ("0.0.0.0", SiteSettings(), True),
        ("::", SiteSettings(), True),
        ("127.0.0.1", SiteSettings(tls="on"), True),
        ("0.0.0.0", SiteSettings(tls="off"), False),
        ("0.0.0.0", SiteSettings(proxy="10.0.0.2"), False),
        ("0.0.0.0", SiteSettings(proxy="10.0.0.2", tls="on"), True),
    ],
)
def test_plain_http_is_for_loopback_proxies_and_who_asks_for_it(
    base: Path, host: str, settings: SiteSettings, speaks_tls: bool
) -> None:
    with ExitStack() as opened:
        listening = opened.enter_context(bind(host, 0))
        tls = find_tls(settings, base, [listening])
        assert (tls is not None) == speaks_tls
        assert url_of(listening, tls).startswith("https://" if speaks_tls else "http://")


def test_only_the_proxy_says_who_asks(base: Path) -> None:
    told = {"X-Forwarded-For": "10.9.9.9", "X-Forwarded-Proto": "https"}
    for proxy, seen in (("127.0.0.1", ["https", "10.9.9.9"]), ("10.0.0.2", ["http", "127.0.0.1"])):
        with door(SiteSettings(proxy=proxy), base, bind("127.0.0.1", 0)):
            connection = Connection({"OPENQRM_BASE": str(base)}, ANYBODY)
            connection._client.headers.update(told)
            assert connection.get("resource", "list", {}) == seen


def test_the_operators_certificate_is_taken_as_it_is(base: Path, tmp_path: Path) -> None:
    given = ensure_own(tmp_path / "given", "")
    settings = SiteSettings(tls_certificate=str(given.certificate), tls_key=str(given.key))
    with ExitStack() as opened:
        listening = opened.enter_context(bind("127.0.0.1", 0))
        assert find_tls(settings, base, [listening]) == Tls(given.certificate, given.key)
        other = ensure_own(tmp_path / "other", "")
        for wrong in (
            SiteSettings(tls_certificate=str(given.certificate)),
            SiteSettings(tls_certificate=str(given.certificate), tls_key=str(other.key)),
            SiteSettings(tls_certificate=str(base / "none"), tls_key=str(given.key)),
        ):
            with pytest.raises(OpenqrmError) as refusal:
                find_tls(wrong, base, [listening])
            assert refusal.value.category is Category.BAD_INPUT and "tls_key" in refusal.value.hint


def test_an_authority_vouches_for_names(tmp_path: Path, base: Path) -> None:
    authority, leaf = signed(tmp_path, "localhost")
    settings = SiteSettings(tls_certificate=str(leaf.certificate), tls_key=str(leaf.key))
    with door(settings, base, bind("127.0.0.1", 0)) as url:
        assert asked(OPENQRM_URL=url.replace("127.0.0.1", "localhost"), OPENQRM_CA=str(authority))[0] == "https"
        with pytest.raises(Told, match="certificate is new"):
            asked(OPENQRM_URL=url, OPENQRM_CA=str(authority))
        assert asked(OPENQRM_BASE=str(base))[0] == "https"


def signed(folder: Path, name: str) -> tuple[Path, Tls]:
    """An authority, and a certificate that it has signed for this name, with the authority as its chain."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    subjects = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, each)]) for each in ("authority", name)]
    now, made = datetime.now(UTC), []
    for number in (0, 1):
        builder = (
            x509.CertificateBuilder()
            .subject_name(subjects[number])
            .issuer_name(subjects[0])
            .public_key(keys[number].public_key())
            .serial_number(number + 1)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=number == 0, path_length=None), critical=True)
        )
        if number:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        made.append(builder.sign(keys[0], hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    leaf = Tls(folder / "leaf.pem", folder / "leaf.key")
    leaf.certificate.write_bytes(made[1] + made[0])
    leaf.key.write_bytes(
        keys[1].private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    (folder / "authority.pem").write_bytes(made[0])
    return folder / "authority.pem", leaf
