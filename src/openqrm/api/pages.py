"""The built console as files. Only what was there when it was looked through is served: no path leads elsewhere."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Match, Route
from starlette.types import Scope

from openqrm.api.cookie import find_cookie

INDEX = "index.html"
ASSETS = "assets/"  # with a hash of their content in the name
FOR_EVER = "public, max-age=31536000, immutable"
PACKED = {"br": ".br", "gzip": ".gz"}
TYPES = {".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml", ".webmanifest": "application/json"}
# What every page needs first comes while the scripts are still on their way.
EARLY = ", ".join(f"</api/v1/{path}>; rel=preload; as=fetch; crossorigin" for path in ("session", "intents"))
NOT_BUILT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>openQRM</title></head><body>
<h1>The console is not built here</h1>
<p>In the source tree: <code>make console</code>, then load this page again. The REST door works without it, and so does
the command line: <code>openqrm --help</code>.</p>
</body></html>
"""


@dataclass(frozen=True)
class Page:
    """A file, its type, and the packed ones beside it by their encoding."""

    path: Path
    type: str
    packed: dict[str, Path]


class Pages(Route):
    """Every path that is no file, not in assets/ and not below /api/ is the console's own: it gets index.html."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._built_ns = 0
        self._files: dict[str, Page] = {}
        super().__init__("/{path:path}", self._answer, methods=["GET"])

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Never what is not there in the API: that has its own words."""
        if scope["type"] == "http" and (scope["path"] + "/").startswith("/api/"):
            return Match.NONE, {}
        return super().matches(scope)

    def _answer(self, request: Request) -> Response:
        path = request.path_params["path"]
        files = self._look()
        page = files.get(path)
        if page is None:
            if path.startswith(ASSETS):
                raise HTTPException(404)
            if INDEX not in files:
                return HTMLResponse(NOT_BUILT, 404)
            path, page = INDEX, files[INDEX]
        answer = _file(page, request, FOR_EVER if path.startswith(ASSETS) else "no-cache")
        if path == INDEX and find_cookie(request):
            answer.headers["Link"] = EARLY
        return answer

    def _look(self) -> dict[str, Page]:
        """Again when it was built anew."""
        index = self._folder / INDEX
        built_ns = index.stat().st_mtime_ns if index.is_file() else 0
        if built_ns != self._built_ns:
            self._files, self._built_ns = find_pages(self._folder) if built_ns else {}, built_ns
        return self._files


def find_pages(folder: Path) -> dict[str, Page]:
    """By path below the folder; packed files and symbolic links have none of their own."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_symlink() or not path.is_file() or path.suffix in PACKED.values():
            continue
        packed = {name: path.with_name(path.name + suffix) for name, suffix in PACKED.items()}
        kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        there = {name: each for name, each in packed.items() if each.is_file()}
        found[path.relative_to(folder).as_posix()] = Page(path, kind, there)
    return found


def _file(page: Page, request: Request, cache: str) -> Response:
    headers = {"Cache-Control": cache}
    accepted = {word.partition(";")[0].strip() for word in request.headers.get("accept-encoding", "").split(",")}
    path = page.path
    if page.packed:
        headers["Vary"] = "Accept-Encoding"
        for name, packed in page.packed.items():
            if name in accepted:
                headers["Content-Encoding"], path = name, packed
                break
    response = FileResponse(path, headers=headers, media_type=page.type)
    response.set_stat_headers(path.stat())
    if request.headers.get("if-none-match") == response.headers["etag"]:
        kept = {name: response.headers[name] for name in ("etag", "cache-control", "vary") if name in response.headers}
        return Response(status_code=304, headers=kept)
    return response
