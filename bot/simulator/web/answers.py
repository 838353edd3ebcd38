"""Requests that the page may make, and answers to them: JSON, or a sentence that refuses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.simulator.models import Json

Endpoint = Callable[[Request], Awaitable[Response]]

FILES_AT_ONCE: Final = 10
BODY_LIMIT: Final = 50 * 1024 * 1024


class Refused(Exception):
    """A request the page must not make, with the sentence to show."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


def guarded(action: Callable[[Request], Awaitable[Json]]) -> Endpoint:
    """An endpoint that only our own page can use, and that refuses in a sentence."""

    async def endpoint(request: Request) -> Response:
        try:
            _check_origin(request)
            _check_size(request)
            return json_answer(await action(request))
        except Refused as refused:
            return refusal(str(refused), refused.status)
        except HTTPException:  # a form that cannot be read, or with too many files
            sentence = f"Kiriman tidak terbaca. Paling banyak {FILES_AT_ONCE} berkas."
            return refusal(sentence, 400)

    return endpoint


def _check_origin(request: Request) -> None:
    """Other sites may open the page's address, but must not act through it.

    The header makes the browser ask first when another site tries, and nobody answers yes.
    """
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Refused("Permintaan ini datang dari halaman lain.", 403)
    if request.headers.get("x-kawan-page") != "1":
        raise Refused("Permintaan ini tidak datang dari halaman demo.", 403)


def _check_size(request: Request) -> None:
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise Refused("Ukuran permintaan tidak diketahui.", 411)
    if int(length) > BODY_LIMIT:
        most = BODY_LIMIT // (1024 * 1024)
        raise Refused(f"Berkas terlalu besar. Paling banyak {most} MB sekali kirim.", 413)


async def body_of(request: Request) -> Json:
    """The JSON object a request carries."""
    try:
        body = await request.json()
    except (ValueError, UnicodeDecodeError):
        raise Refused("Permintaan tidak terbaca.") from None
    if not isinstance(body, dict):
        raise Refused("Permintaan tidak terbaca.")
    return body


def optional_text(body: Json, name: str) -> str:
    """A text, ``""`` where it is missing."""
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refused(f"Isian '{name}' harus berupa teks.")
    return value


def optional_id(body: Json, name: str) -> int | None:
    """The id of a message, ``None`` where it is missing."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refused(f"Isian '{name}' harus berupa angka.")
    return value


def json_answer(document: Any, status: int = 200) -> Response:
    """An answer that nobody keeps."""
    return JSONResponse(document, status, headers={"Cache-Control": "no-store"})


def refusal(sentence: str, status: int) -> Response:
    """An answer with a sentence for people."""
    return json_answer({"error": sentence}, status)
