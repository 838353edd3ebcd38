"""What the demo page's server accepts and refuses, without a browser."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.simulator.web import answers
from bot.simulator.web import stream as streaming
from tests.bot.simulator.page_helpers import (
    HENDRA,
    RINA,
    SITI,
    Demo,
    key,
    picture,
)

# The page is served in the event loop in which the browser looks at it elsewhere.
pytestmark = pytest.mark.asyncio(loop_scope="session")

OURS = {"X-Kawan-Page": "1"}


async def post(demo: Demo, path: str, body: Any = None, **more: Any) -> httpx.Response:
    headers = more.pop("headers", OURS)
    if not more:
        more = {"json": {} if body is None else body}
    return await demo.bot.client.post(path, headers=headers, **more)


def error(response: httpx.Response) -> str:
    sentence: str = response.json()["error"]
    assert sentence.endswith(".")
    return sentence


async def test_the_page_and_its_files_are_strict_and_fresh(demo: Demo) -> None:
    client = demo.bot.client
    page = await client.get("/")
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-cache"
    again = await client.get("/", headers={"If-None-Match": page.headers["etag"]})
    assert again.status_code == 304
    script = await client.get("/page/app.js")
    assert script.headers["content-type"].startswith("text/javascript")
    for name in ("__init__.py", "nothing.js", "..%2fweb.py", "%2e%2e%5cweb.py"):
        assert (await client.get(f"/page/{name}")).status_code == 404
    assert "http://" not in page.text
    assert "https://" not in page.text


async def test_other_sites_cannot_drive_the_page(demo: Demo) -> None:
    path = f"/api/people/{RINA}/start"
    assert (await post(demo, path, headers={})).status_code == 403
    foreign = OURS | {"Origin": "https://example.org"}
    assert (await post(demo, path, headers=foreign)).status_code == 403
    assert demo.sim.person(id=RINA).messages == []
    assert (await post(demo, path, headers=OURS | {"Origin": demo.url})).status_code == 200
    assert demo.sim.person(id=RINA).messages[0].text == "/start"


async def test_refusals_are_sentences(demo: Demo) -> None:
    text, tap = f"/api/people/{RINA}/text", f"/api/people/{RINA}/tap"
    assert "4096" in error(await post(demo, text, {"text": "x" * 4097}))
    assert "4096" in error(await post(demo, text, {"text": "  "}))
    assert "teks" in error(await post(demo, text, {"text": 7}))
    assert "angka" in error(await post(demo, text, {"text": "a", "reply_to": True}))
    assert "terbaca" in error(await post(demo, text, ["a"]))
    assert "terbaca" in error(await post(demo, text, content=b"{"))
    assert "ditekan" in error(await post(demo, tap, {"message_id": 1, "data": "x" * 65}))
    assert "undangan" in error(await post(demo, f"/api/people/{RINA}/start", {"token": "a b"}))
    assert "langkah" in error(await post(demo, "/api/clock", {"to": "-1d"}))
    assert "blokir" in error(await post(demo, f"/api/people/{RINA}/block", {"blocked": 1}))
    nobody = await post(demo, "/api/people/99/text", {"text": "a"})
    assert nobody.status_code == 404
    assert "sekolah" in error(nobody)


async def test_a_blocked_bot_hears_nothing(demo: Demo) -> None:
    assert (await post(demo, f"/api/people/{RINA}/start")).status_code == 200
    assert (await post(demo, f"/api/people/{RINA}/block", {"blocked": True})).status_code == 200
    refused = await post(demo, f"/api/people/{RINA}/text", {"text": "halo"})
    assert refused.status_code == 409
    assert "diblokir" in error(refused)


async def test_a_voice_note_is_sent(demo: Demo) -> None:
    await demo.greet(RINA)
    assert (await post(demo, f"/api/people/{RINA}/voice")).status_code == 200
    assert (await demo.bot.hears())["voice"]["mime_type"] == "audio/ogg"


async def test_a_tap_carries_the_buttons_data(demo: Demo) -> None:
    await demo.greet(RINA)
    card = await demo.bot.says(RINA, "Pilih", [key("Ya", "v1:ya")])
    tap = {"message_id": card, "data": "v1:ya"}
    assert (await post(demo, f"/api/people/{RINA}/tap", tap)).status_code == 200
    query = await demo.bot.hears("callback_query")
    assert query["data"] == "v1:ya"
    assert query["from"]["id"] == RINA


async def test_uploads(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    await demo.greet(RINA)
    path = f"/api/people/{RINA}/files"

    async def send(
        kind: str, *uploads: tuple[str, bytes, str], caption: str = "", reply_to: str = ""
    ) -> httpx.Response:
        parts = [("files", one) for one in uploads]
        data = {"kind": kind, "caption": caption, "reply_to": reply_to}
        return await post(demo, path, data=data, files=parts)

    png = ("a.png", picture(), "image/png")
    page = ("surat.pdf", b"%PDF", "application/pdf")
    assert (await send("photo", png, caption="Satu")).status_code == 200
    assert (await demo.bot.hears())["caption"] == "Satu"
    assert (await send("document", page, page, caption="Dua")).status_code == 200
    pages = [await demo.bot.hears() for _ in range(2)]
    assert len({one["media_group_id"] for one in pages}) == 1
    assert ["caption" in one for one in pages] == [False, True]  # as the messenger does
    assert (await send("document", ("foto.HEIC", b"ftypheic", ""))).status_code == 200
    assert (await demo.bot.hears())["document"]["mime_type"] == "image/heic"
    asked = await demo.bot.says(RINA, "Kirim buktinya")
    assert (await send("photo", png, png, reply_to=str(asked))).status_code == 200
    assert (await demo.bot.hears())["reply_to_message"]["message_id"] == asked
    assert (await demo.bot.hears())["reply_to_message"]["message_id"] == asked
    assert (await send("photo", png, reply_to="99999")).status_code == 200
    assert "reply_to_message" not in await demo.bot.hears()
    assert "bukan foto" in error(await send("photo", page))
    assert "kosong" in error(await send("document", ("a.pdf", b"", "application/pdf")))
    assert "Keterangan" in error(await send("photo", png, caption="x" * 1025))
    assert "10" in error(await send("photo", *[png] * 11))
    assert "Pilih" in error(await send("photo"))
    monkeypatch.setattr(answers, "BODY_LIMIT", 2000)
    large = await send("document", ("a.pdf", bytes(3000), "application/pdf"))
    assert large.status_code == 413
    assert "terlalu besar" in error(large)


async def test_samples_are_given_to_the_phone(demo: Demo) -> None:
    given = (await post(demo, f"/api/samples/album/{RINA}")).json()["files"]
    assert [(one["name"], one["mime"]) for one in given] == [
        ("0.png", "image/png"), ("1.png", "image/png"),
    ]  # fmt: skip
    assert b64decode(given[1]["data"]) == picture(61)
    assert demo.school.sampled == [("album", RINA)]
    unknown = await post(demo, f"/api/samples/nothing/{RINA}")
    assert unknown.status_code == 404
    assert "Contoh" in error(unknown)
    assert (await post(demo, "/api/samples/album/99")).status_code == 404
    assert (await post(demo, f"/api/samples/album/{RINA}", headers={})).status_code == 403


async def test_what_people_upload_never_acts_as_a_page(demo: Demo) -> None:
    rina = demo.sim.person(id=RINA)
    message = await rina.sends_document(b"<script>", 'b"a\r\n.html', "text/html")
    address = f"/api/files/{message.content['document']['file_id']}"
    response = await demo.bot.client.get(address)
    assert response.content == b"<script>"
    assert response.headers["content-disposition"].startswith("attachment; filename*=UTF-8''b%22a")
    assert "sandbox" in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert (await demo.bot.client.get("/api/files/nothing")).status_code == 404


async def events(response: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in response.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


async def test_the_stream_begins_with_the_world_and_goes_on(demo: Demo) -> None:
    await demo.greet(RINA)
    async with demo.bot.client.stream("GET", "/api/events") as response:
        stream = events(response)
        world = await anext(stream)
        assert world["type"] == "world"
        assert len(world["world"]["chats"][str(RINA)]["messages"]) == 1
        assert {one["id"] for one in world["cast"]} >= {RINA, HENDRA, SITI}
        assert world["now"] == "2026-01-12T10:00:00+07:00"

        await demo.bot.says(RINA, "Halo")
        kinds = [await anext(stream) for _ in range(3)]
        assert [one["type"] for one in kinds] == ["message", "state", "call"]
        assert kinds[0]["message"]["html"] == "Halo"
        assert kinds[2]["call"]["response"]["ok"]

        demo.school.joined(SITI)
        cast = await anext(stream)
        assert cast["type"] == "cast"

        await post(demo, "/api/clock", {"to": "+1d"})
        assert await anext(stream) == {"type": "clock", "now": "2026-01-13T10:00:00+07:00"}

        await post(demo, "/api/restart")
        afresh = await anext(stream)
        assert afresh["type"] == "world"
        assert afresh["afresh"]


async def test_a_page_far_behind_gets_the_world_anew(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "EVENTS_WAITING", 5)
    async with demo.bot.client.stream("GET", "/api/events") as response:
        stream = events(response)
        await anext(stream)
        rina = demo.sim.person(id=RINA)
        for number in range(20):  # nothing here lets the stream run in between
            await rina.types(f"pesan {number}")
        seen = 0
        async for event in stream:
            if event["type"] == "world":
                seen = len(event["world"]["chats"][str(RINA)]["messages"])
            elif event["type"] == "message":
                seen += 1
            if seen == 20:
                break
        assert demo.sim.person(id=RINA).messages[-1].text == "pesan 19"


async def test_a_quiet_stream_tells_the_time(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.0)
    monkeypatch.setattr(streaming, "CAST_CHECK_SECONDS", 0.01)
    async with demo.bot.client.stream("GET", "/api/events") as response:
        stream = events(response)
        await anext(stream)
        assert (await anext(stream))["type"] == "clock"


async def test_the_world_in_one_piece(demo: Demo) -> None:
    world = (await demo.bot.client.get("/api/world")).json()
    assert set(world["world"]["chats"]) >= {str(RINA), str(HENDRA), str(SITI)}
