"""The way to the REST door: where it is, who asks, and its refusals as messages with hints."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import httpx2

from openqrm.cli.trust import find_door, trust

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

TIMEOUT_S = 60.0
CODE_NEEDED = "urn:openqrm:code-needed"


class Told(click.ClickException):
    """A refusal: message, then what to do."""

    def __init__(self, message: str, hint: str = "", type_: str = "") -> None:
        super().__init__(f"{message}\n  {hint}" if hint else message)
        self.type = type_


class Connection:
    """`environment` names OPENQRM_URL, OPENQRM_CA, OPENQRM_TOKEN_FILE, or OPENQRM_USER with OPENQRM_PASSWORD_FILE."""

    def __init__(
        self, environment: Mapping[str, str], credentials: tuple[str, str] | None = None, code: str = ""
    ) -> None:
        self.url, certificate = find_door(environment)
        try:
            self.verify = trust(self.url, certificate)
        except OSError as error:  # of TLS too
            hint = "OPENQRM_CA names a PEM file: an authority's certificate, or the one of the REST door itself."
            raise Told(f"{certificate}: {error}", hint) from None
        headers: dict[str, str] = {}
        auth = credentials
        if credentials is None:
            headers, auth = _found(environment)
        headers |= {"X-OpenQRM-Code": code} if code else {}
        self._client = httpx2.Client(
            base_url=f"{self.url}/api/v1", headers=headers, auth=auth, timeout=TIMEOUT_S, verify=self.verify
        )  # fmt: skip

    def get(self, noun: str, verb: str, fields: Mapping[str, Any]) -> Any:
        """Ask a query."""
        return self._call("GET", f"/{noun}/{verb}", params=_texts(fields))

    def post(self, noun: str, verb: str, fields: Mapping[str, Any], **options: str) -> Any:
        """Ask for an intent."""
        said = {name: value for name, value in options.items() if value}
        return self._call("POST", f"/{noun}/{verb}", json=dict(fields), params=said)

    def watch(self, plan: str) -> Iterator[dict[str, Any]]:
        """The plan again whenever it changes, until it ends."""
        try:
            with self._client.stream("GET", "/plan/watch", params={"id": plan}) as answer:
                if answer.status_code != 200:
                    answer.read()
                    self._refuse(answer)
                for line in answer.iter_lines():
                    if line.startswith("data: "):
                        yield json.loads(line[6:])
        except httpx2.TransportError as error:
            raise self._unreachable(error) from None

    def join(self, path: str) -> ClientConnection:
        """A WebSocket, as whoever is signed in here."""
        from websockets.sync.client import connect

        url = f"{self.url}/api/v1{path}".replace("http", "ws", 1)
        context = self.verify if isinstance(self.verify, ssl.SSLContext) else None
        request = self._client.build_request("GET", path)
        if self._client.auth:
            request = next(self._client.auth.sync_auth_flow(request))
        told = {"Authorization": request.headers["Authorization"]}
        try:
            return connect(url, ssl=context, max_size=None, additional_headers=told)
        except OSError as error:
            raise self._unreachable(error) from None

    def _call(self, method: str, path: str, **more: Any) -> Any:
        try:
            answer = self._client.request(method, path, **more)
        except httpx2.TransportError as error:
            raise self._unreachable(error) from None
        if answer.status_code >= 300:
            self._refuse(answer)
        return answer.json()

    def _refuse(self, answer: httpx2.Response) -> None:
        try:
            said = answer.json()
            raise Told(said["detail"], said["hint"], said["type"])
        except (ValueError, KeyError):
            raise Told(f"{self.url} answered with {answer.status_code}", "Is this the REST door of openQRM?") from None

    def _unreachable(self, error: Exception) -> Told:
        hint = "Is `openqrm serve` running? OPENQRM_URL says where."
        if "CERTIFICATE" in str(error).upper():
            hint = "Another machine answers there, or the certificate is new: OPENQRM_CA names the one to believe."
        return Told(f"{self.url} does not answer: {error}", hint)


def token_file(environment: Mapping[str, str]) -> Path:
    """Where the token is kept."""
    home = Path(environment.get("HOME", "/root"))
    return Path(environment.get("OPENQRM_TOKEN_FILE", home / ".config/openqrm/token"))


def _found(environment: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, str] | None]:
    file = token_file(environment)
    if file.is_file():
        return {"Authorization": f"Bearer {file.read_text().strip()}"}, None
    user, password = environment.get("OPENQRM_USER"), environment.get("OPENQRM_PASSWORD_FILE")
    if user and password and Path(password).is_file():
        return {}, (user, Path(password).read_text().strip())
    raise Told("nobody is signed in here", "Run: openqrm login")


def _texts(fields: Mapping[str, Any]) -> dict[str, str | list[str]]:
    return {name: [*map(_text, value)] if isinstance(value, list) else _text(value) for name, value in fields.items()}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
