"""An ASGI application behind its sockets, in a thread with an event loop of its own."""

from __future__ import annotations

import socket
import threading
from typing import Any

import uvicorn

from openqrm.api.impatient import Impatient
from openqrm.api.tls import Tls
from openqrm.domain.errors import Category, OpenqrmError

BACKLOG = 4096
START_S = 10.0
LONGEST_MESSAGE = 1024 * 1024  # over a WebSocket: what is pasted comes in one


def bind(address: str, port: int) -> socket.socket:
    """A listening socket. Raises OpenqrmError `conflict` when the address is taken."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((address, port))
    except OSError as error:
        listening.close()
        hint = "Give another address, or end what listens there."
        raise OpenqrmError(Category.CONFLICT, f"{address}:{port}: {error.strerror}", hint) from None
    listening.listen(BACKLOG)
    return listening


class Listener:
    """Serves until it is closed; requests at work come to their end, up to five seconds."""

    def __init__(
        self, name: str, application: Any, listening: list[socket.socket], tls: Tls | None = None, proxy: str = "",
        *, websockets: bool = False,
    ) -> None:  # fmt: skip
        self.sockets = listening
        config = uvicorn.Config(
            application, log_config=None, access_log=False, lifespan="off", server_header=False,
            timeout_graceful_shutdown=5, limit_concurrency=None, backlog=BACKLOG, http=Impatient,
            ws="websockets-sansio" if websockets else "none", ws_max_size=LONGEST_MESSAGE,
            date_header=False, ssl_certfile=tls.certificate if tls else None, ssl_keyfile=tls.key if tls else None,
            proxy_headers=bool(proxy), forwarded_allow_ips=proxy,  # nobody else says where a request comes from
        )  # fmt: skip
        self._uvicorn = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._uvicorn.run, kwargs={"sockets": listening}, name=name, daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """No new requests; then end."""
        self._uvicorn.should_exit = True
        self._thread.join()
        for each in self.sockets:
            each.close()
