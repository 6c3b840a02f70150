"""A world of this computer alone: commands run here, HTTP goes out, secrets are in a dictionary."""

import base64
import json
import os
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from openqrm.plugin_api import SELF, Category, Completed, HttpAnswer, HttpRequest, StepError


class HostHere:
    """This computer."""

    def run(
        self,
        argv: tuple[str, ...],
        *,
        stdin: bytes = b"",
        timeout_s: float = 120,
        environment: Mapping[str, str] | None = None,
    ) -> Completed:
        try:
            done = subprocess.run(
                argv, input=stdin, capture_output=True, timeout=timeout_s, env={**os.environ, **(environment or {})}
            )
        except subprocess.TimeoutExpired as late:
            raise StepError(Category.UNAVAILABLE, f"{argv[0]} took longer than {timeout_s:.0f} s") from late
        return Completed(done.returncode, done.stdout.decode(), done.stderr.decode())

    def read_file(self, path: str) -> bytes | None:
        return Path(path).read_bytes() if Path(path).exists() else None

    def write_file(self, path: str, content: bytes, *, mode: int = 0o644) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(path).with_name(f".{Path(path).name}.new")
        fresh.write_bytes(content)
        fresh.chmod(mode)
        fresh.replace(path)

    def remove_file(self, path: str) -> None:
        Path(path).unlink(missing_ok=True)


class Secrets:
    """Secrets by their reference."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = dict(secrets)

    def reveal(self, reference: str) -> str:
        if reference not in self._secrets:
            raise StepError(Category.NOT_FOUND, f"there is no secret {reference}")
        return self._secrets[reference]


@dataclass
class WorldHere:
    """What actions of network services and power drivers touch."""

    secrets: Mapping[str, str] = field(default_factory=dict)

    @property
    def vault(self) -> Secrets:
        return Secrets(self.secrets)

    def host(self, resource: str) -> HostHere:
        assert resource == SELF
        return HostHere()

    def http(self, request: HttpRequest) -> HttpAnswer:
        body = None if request.body is None else json.dumps(request.body).encode()
        asked = urllib.request.Request(request.url, body, dict(request.headers), method=request.method)
        asked.add_header("Content-Type", "application/json")
        if request.user:
            login = f"{request.user}:{self.vault.reveal(request.secret)}"
            asked.add_header("Authorization", "Basic " + base64.b64encode(login.encode()).decode())
        context = ssl.create_default_context() if request.verify_tls else ssl._create_unverified_context()
        try:
            with urllib.request.urlopen(asked, timeout=request.timeout_s, context=context) as answer:
                return _answer(answer.status, answer.read(), dict(answer.headers))
        except urllib.error.HTTPError as answer:
            return _answer(answer.code, answer.read(), dict(answer.headers))
        except (urllib.error.URLError, TimeoutError, OSError) as error:
            raise StepError(Category.UNAVAILABLE, f"{request.url} does not answer: {error}") from error


def _answer(status: int, body: bytes, headers: dict[str, str]) -> HttpAnswer:
    try:
        return HttpAnswer(status, json.loads(body) if body else None, headers)
    except ValueError:
        return HttpAnswer(status, None, headers)
