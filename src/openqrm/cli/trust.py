"""Where the REST door is, and whom to believe that it is there."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from pathlib import Path

DEFAULT_URL = "http://127.0.0.1:8000"
DEFAULT_BASE = "/var/lib/openqrm"
PLACE = "rest.json"
END = "-----END CERTIFICATE-----"


def find_door(environment: Mapping[str, str]) -> tuple[str, Path | None]:
    """URL and certificate of the door: as OPENQRM_URL and OPENQRM_CA say, else as `openqrm serve` told here."""
    url, ca = environment.get("OPENQRM_URL", "").rstrip("/"), environment.get("OPENQRM_CA", "")
    try:
        told = json.loads(Path(environment.get("OPENQRM_BASE", DEFAULT_BASE), PLACE).read_bytes())
    except (OSError, ValueError):
        told = {}
    if ca or (url and url != told.get("url")):
        return url or told.get("url", DEFAULT_URL), Path(ca) if ca else None
    return told.get("url", DEFAULT_URL), Path(told["certificate"]) if told.get("certificate") else None


def trust(url: str, certificate: Path | None) -> ssl.SSLContext | bool:
    """What httpx is to verify with: an authority's certificate, or the door's own one and no other.

    Raises OSError or ssl.SSLError when the file cannot be used.
    """
    if not url.startswith("https:"):
        return False
    if certificate is None:
        return True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    text = certificate.read_text()
    if not _is_authority(text):  # known by itself, under whatever name it is reached; of a chain only the first
        context.check_hostname = False
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        text = text.partition(END)[0] + END
    context.load_verify_locations(cadata=text)
    return context


def _is_authority(text: str) -> bool:
    """Whether the first certificate may sign others."""
    from cryptography import x509

    try:
        known = x509.load_pem_x509_certificate(text.encode())
        return bool(known.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return False
    except ValueError as error:
        raise ssl.SSLError(f"it holds no certificate: {error}") from None
