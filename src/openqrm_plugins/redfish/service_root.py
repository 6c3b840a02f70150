"""A BMC's Redfish service: how it is asked, where the system is, and what its refusals mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openqrm.plugin_api import Category, HttpAnswer, HttpRequest, StepError, World

PORT = 443
CALL_S = 20
SYSTEMS = "/redfish/v1/Systems"
RESET = "#ComputerSystem.Reset"
# A BMC names paths of its own; none may lead to another computer.
_PATH = re.compile(r"/redfish/v1/[A-Za-z0-9._~:@%/-]+")
_HOST = re.compile(r"[A-Za-z0-9.:-]+")
_REACH = (
    "See whether the BMC's address is right and its cable is in. If its certificate is one of its own, have this "
    "computer trust it, or set verify_tls of plugin redfish to false."
)


@dataclass(frozen=True)
class Target:
    """A machine's BMC and how to log in; `secret` refers to the vault. An empty `system` is the only one there is."""

    resource: str
    address: str
    port: int
    user: str
    secret: str
    system: str
    verify_tls: bool


@dataclass(frozen=True)
class System:
    """What we need to know of a system."""

    path: str
    power_state: str  # On, Off, PoweringOn, PoweringOff, Paused
    reset_path: str


def get_system(world: World, target: Target) -> System:
    """The machine as its BMC shows it."""
    path = _path(target, target.system) if target.system else _only_system(world, target)
    body = _fields(target, ask(world, target, "GET", path).body)
    power_state = body.get("PowerState")
    if not isinstance(power_state, str):
        raise _senseless(target, "no PowerState")
    reset = _member(_member(body, "Actions"), RESET).get("target")
    return System(path, power_state, _path(target, reset) if reset else f"{path}/Actions/ComputerSystem.Reset")


def ask(world: World, target: Target, method: str, path: str, body: Any = None) -> HttpAnswer:
    """A good answer. Raises StepError for all others."""
    if not _HOST.fullmatch(target.address):
        message = f"the BMC of {target.resource} has the address {target.address[:80]!r}"
        raise StepError(Category.BAD_INPUT, message, "Give it an IP address or a host name.")
    host = f"[{target.address}]" if ":" in target.address else target.address
    request = HttpRequest(
        method=method,
        url=f"https://{host}:{target.port}{path}",
        body=body,
        user=target.user,
        secret=target.secret,
        verify_tls=target.verify_tls,
        timeout_s=CALL_S,
    )
    try:
        answer = world.http(request)
    except StepError as error:
        if error.category is not Category.UNAVAILABLE:
            raise
        message = f"the BMC of {target.resource} at {target.address} does not answer: {error.message}"
        raise StepError(Category.UNAVAILABLE, message, _REACH) from error
    if not 200 <= answer.status < 300:
        raise explain_refusal(target, answer)
    return answer


def explain_refusal(target: Target, answer: HttpAnswer) -> StepError:
    """The error that an HTTP status other than success means."""
    said = parse_message(answer.body) or f"HTTP status {answer.status}"
    category, hint = _meaning(answer.status)
    return StepError(category, f"the BMC of {target.resource} at {target.address} refuses: {said}", hint)


def parse_message(body: Any) -> str:
    """The sentence in a Redfish error, on one line of at most 300 characters; empty when there is none."""
    error = body.get("error") if isinstance(body, Mapping) else None
    message = error.get("message") if isinstance(error, Mapping) else None
    return " ".join(str(message).split())[:300] if isinstance(message, str) else ""


def _meaning(status: int) -> tuple[Category, str]:
    match status:
        case 401 | 403:
            return Category.REFUSED, "Set user and password of the BMC anew; the user needs the role Operator."
        case 404:
            hint = f"Set the BMC's system to one of those that GET {SYSTEMS} lists, or leave it empty."
            return Category.NOT_FOUND, hint
        case 409 | 429 | 503:
            return Category.BUSY, "It contradicts what the BMC is at. If it stays so, restart the BMC, then retry."
        case _ if status >= 500 and status != 501:
            return Category.UNAVAILABLE, "Retry; if it stays so, restart the BMC."
    return Category.REFUSED, "Look at the BMC's own log, then retry."


def _only_system(world: World, target: Target) -> str:
    members = _fields(target, ask(world, target, "GET", SYSTEMS).body).get("Members")
    found = [member.get("@odata.id") for member in members or () if isinstance(member, Mapping)]
    if len(found) != 1:
        message = f"the BMC of {target.resource} has {len(found)} systems: {', '.join(map(str, found))[:300]}"
        raise StepError(Category.CONFLICT, message, "Set the BMC's system to the path of the right one.")
    return _path(target, found[0])


def _fields(target: Target, body: Any) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        raise _senseless(target, "no JSON object")
    return body


def _member(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name)
    return value if isinstance(value, Mapping) else {}


def _path(target: Target, path: object) -> str:
    if not isinstance(path, str) or not _PATH.fullmatch(path):
        raise _senseless(target, f"the path {str(path)[:80]!r}")
    return path.rstrip("/")


def _senseless(target: Target, what: str) -> StepError:
    message = f"the BMC of {target.resource} at {target.address} makes no sense: {what}"
    return StepError(Category.UNAVAILABLE, message, "See whether a Redfish BMC answers there; then retry.")
