"""The bench's way to ask an installation for changes."""

from __future__ import annotations

from typing import Any

import httpx2

WAIT_S = 120


class Rest:
    """Signed in as an administrator; each change is waited for."""

    def __init__(self, url: str, password: str) -> None:
        self._http = httpx2.Client(base_url=f"{url}/api/v1/", auth=("admin", password), timeout=WAIT_S + 10)

    def ask(self, noun: str, verb: str, **fields: str) -> Any:
        """The answer to a query."""
        return self._read(self._http.get(f"{noun}/{verb}", params=fields))

    def told(self, noun: str, verb: str, **fields: object) -> dict[str, str]:
        """What a change tells this once."""
        answer = self._http.post(f"{noun}/{verb}", params={"wait": WAIT_S}, json=fields)
        told: dict[str, str] = self._read(answer)["told"]
        return told

    def do(self, noun: str, verb: str, **fields: object) -> dict[str, Any]:
        """Ask for a change and see it done; its plan. Raises RuntimeError when it does not come to that."""
        plan: dict[str, Any] = self._read(
            self._http.post(
                f"{noun}/{verb}", params={"wait": WAIT_S, "confirm": str(fields.get("name", ""))}, json=fields
            )
        )["plan"]
        if plan["state"] != "done":
            raise RuntimeError(f"«{plan['title']}» is {plan['state']}: {plan['note']}")
        return plan

    def _read(self, answer: httpx2.Response) -> Any:
        if answer.status_code >= 400:
            raise RuntimeError(f"{answer.request.method} {answer.request.url.path}: {answer.text[:500]}")
        return answer.json()
