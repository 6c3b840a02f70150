"""The listener: what it tells of who asks."""

from __future__ import annotations

from typing import Any

import httpx2

from openqrm.api.listen import Listener, bind


async def tell_peer(scope: Any, _receive: Any, send: Any) -> None:
    """An application that answers with the address it was asked from."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["client"][0].encode()})


def test_nobody_says_for_himself_where_he_comes_from() -> None:
    listening = bind("127.0.0.1", 0)
    listener = Listener("test", tell_peer, [listening])
    listener.start()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    answer = httpx2.get(url, headers={"X-Forwarded-For": "10.9.9.9"}, trust_env=False)
    listener.close()
    assert answer.text == "127.0.0.1" and "date" not in answer.headers
