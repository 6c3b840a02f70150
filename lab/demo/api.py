"""The demonstration's client: what `openqrm` on a terminal does, without the terminal."""

import time
from collections.abc import Callable
from typing import Any

import httpx2

Plan = dict[str, Any]
Watch = Callable[[Plan], None]
ENDED = frozenset({"done", "undone", "abandoned"})
POLL_S = 0.2


class Refused(RuntimeError):
    """openQRM said no, or a plan did not end well; the sentence is its own."""


def _ignore(_: Plan) -> None:
    pass


class Api:
    """Asks openQRM; every change is a plan that ends well or raises."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._http = httpx2.Client(base_url=f"{url}/api/v1/", auth=(user, password), timeout=60)

    def ask(self, noun: str, verb: str, **fields: object) -> Any:
        """The answer to a query."""
        return _body(self._http.get(f"{noun}/{verb}", params={k: str(v) for k, v in fields.items()}))

    def sign_in_path(self) -> str:
        """Opens the console without a password: once, within ten minutes."""
        path: str = _body(self._http.post("session/link", json={}))["path"]
        return path

    def preview(self, noun: str, verb: str, **fields: object) -> Plan:
        """The plan as it would be."""
        plan: Plan = _body(self._http.post(f"{noun}/{verb}", params={"preview": "true"}, json=fields))["plan"]
        return plan

    def begin(self, noun: str, verb: str, /, confirm: object = "", **fields: object) -> Plan:
        """Ask for a change, with what it wants typed: the plan, which is under way."""
        said = {"confirm": str(confirm)} if confirm else {}
        plan: Plan = _body(self._http.post(f"{noun}/{verb}", params=said, json=fields))["plan"]
        return plan

    def do(self, noun: str, verb: str, watch: Watch = _ignore, /, confirm: object = "", **fields: object) -> Plan:
        """Ask for a change and see it through; WATCH is shown the plan as it goes."""
        plan = self.begin(noun, verb, confirm=confirm, **fields)
        while plan["state"] not in ENDED:
            if plan["state"] == "stuck":
                break
            time.sleep(POLL_S)
            plan = self.ask("plan", "show", id=plan["id"])
            watch(plan)
        watch(plan)
        if plan["state"] != "done":
            raise Refused(f"{plan['title']} is {plan['state']}: {plan['note']}")
        return plan


def _body(answer: httpx2.Response) -> Any:
    body = answer.json()
    if answer.status_code >= 400:
        raise Refused(f"{body.get('detail', body)} ({body.get('hint', 'no hint')})")
    return body
