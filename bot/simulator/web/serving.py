"""The files of the page itself, and the files that people and the bot have sent."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from bot.simulator.files import FileStore
from bot.simulator.web.answers import refusal

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
# What somebody uploaded must never act as a page of ours.
FILE_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
SHOWN_INLINE: Final = frozenset(
    {"image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf", "text/plain"}
)
STATIC_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def stored_file(request: Request, kept: FileStore, file_id: str) -> Response:
    """A file somebody sent, shown where a browser may show it, else to be saved."""
    stored = kept.files.get(file_id)
    if stored is None:
        return refusal("Berkas ini tidak ada lagi.", 404)
    mime = stored.mime or ("image/jpeg" if stored.kind == "photo" else "application/octet-stream")
    inline = mime in SHOWN_INLINE and "download" not in request.query_params
    name = stored.name or stored.path.rpartition("/")[2]
    headers = {
        "Content-Disposition": f"{'inline' if inline else 'attachment'}; "
        f"filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    # The browser's own PDF viewer does not run inside a sandbox.
    if mime != "application/pdf":
        headers["Content-Security-Policy"] = FILE_POLICY
    return Response(kept.read(file_id), media_type=mime, headers=headers)


def static_file(request: Request, name: str) -> Response:
    """A file of the page, fresh each time."""
    suffix = name[name.rfind(".") :] if "." in name else ""
    kind = STATIC_TYPES.get(suffix)
    source = files("bot.simulator") / "page" / name
    if kind is None or "/" in name or "\\" in name or not source.is_file():
        return refusal("Tidak ada berkas ini.", 404)
    content = source.read_bytes()
    headers = {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": PAGE_POLICY,
        "ETag": f'"{hashlib.sha256(content).hexdigest()[:24]}"',
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=kind, headers=headers)
