"""A shelf on the web that behaves as well, or as badly, as a test wants."""

from __future__ import annotations

import base64
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass
class Web:
    """Serves `folder`; each answer is cut off after the next of `cuts` bytes, while there are any."""

    folder: Path
    url: str = ""
    cuts: list[int] = field(default_factory=list)
    has_ranges: bool = True
    login: str = ""  # USER:PASSWORD
    redirect: str = ""
    status: int = 0
    held: threading.Event = field(default_factory=threading.Event)  # what was cut ends when it is set, if `holds`
    holds: bool = False
    offsets: list[int] = field(default_factory=list)  # where each answer began
    logins: list[str] = field(default_factory=list)

    def answer(self, asked: BaseHTTPRequestHandler) -> None:
        told = asked.headers.get("Authorization", "").removeprefix("Basic ")
        self.logins.append(base64.b64decode(told).decode())
        if self.login and self.logins[-1] != self.login:
            return asked.send_error(401)
        if self.status:
            return asked.send_error(self.status)
        if self.redirect:
            asked.send_response(302)
            asked.send_header("Location", f"{self.redirect}{asked.path}")
            return asked.end_headers()
        path = self.folder / asked.path.lstrip("/")
        if not path.is_file():
            return asked.send_error(404)
        self.send(asked, path.read_bytes())

    def send(self, asked: BaseHTTPRequestHandler, content: bytes) -> None:
        wanted = asked.headers.get("Range", "") if self.has_ranges else ""
        offset = int(wanted.removeprefix("bytes=").rstrip("-") or 0)
        if wanted and offset >= len(content):
            return asked.send_error(416)
        self.offsets.append(offset)
        asked.send_response(206 if wanted else 200)
        asked.send_header("Content-Length", str(len(content) - offset))
        asked.end_headers()
        cut = self.cuts.pop(0) if self.cuts else len(content)
        asked.wfile.write(content[offset : offset + cut])
        asked.wfile.flush()
        if self.holds and cut < len(content) - offset:
            self.held.wait(60)
        asked.close_connection = True


@contextmanager
def web(folder: Path, context: ssl.SSLContext | None = None) -> Iterator[Web]:
    """On a port of its own, until the block ends."""
    made = Web(folder)

    class Asked(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.answer(self)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Asked) as listening:
        if context:
            listening.socket = context.wrap_socket(listening.socket, server_side=True)
        made.url = f"{'https' if context else 'http'}://127.0.0.1:{listening.server_address[1]}"
        thread = threading.Thread(target=listening.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield made
        finally:
            made.held.set()
            listening.shutdown()
            thread.join()


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A context that shows a certificate for 127.0.0.1 that nobody knows, and the certificate's file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shelf")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file, secret = folder / "certificate.pem", folder / "key.pem"
    file.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    return context, file
