"""How a bot gets its updates: offsets, long polls, conflicts, webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot, Message, Update
from telegram.error import Conflict

from bot.simulator import Person, Simulator
from tests.bot.simulator.conftest import Api, picture


def texts(updates: tuple[Update, ...]) -> list[str | None]:
    return [one.message.text if one.message else None for one in updates]


async def test_an_offset_confirms_what_came_before(bot: Bot, rina: Person) -> None:
    await rina.types("satu")
    await rina.types("dua")
    start, one, two = await bot.get_updates()
    assert start.update_id < one.update_id < two.update_id
    assert texts(await bot.get_updates()) == ["/start", "satu", "dua"]
    assert texts(await bot.get_updates(offset=one.update_id, limit=1)) == ["satu"]
    assert texts(await bot.get_updates()) == ["satu", "dua"]
    assert texts(await bot.get_updates(offset=two.update_id + 1)) == []
    assert texts(await bot.get_updates()) == []


async def test_a_negative_offset_keeps_the_last(bot: Bot, rina: Person) -> None:
    for word in ("satu", "dua", "tiga"):
        await rina.types(word)
    assert texts(await bot.get_updates(offset=-2)) == ["dua", "tiga"]
    assert texts(await bot.get_updates()) == ["dua", "tiga"]


async def test_a_long_poll_ends_with_the_first_update(bot: Bot, rina: Person) -> None:
    await bot.get_updates(offset=-1)
    (start,) = await bot.get_updates()
    poll = asyncio.create_task(bot.get_updates(offset=start.update_id + 1, timeout=30))
    await polled(rina)
    await rina.types("baru")
    assert texts(await poll) == ["baru"]


async def polled(person: Person) -> None:
    async with asyncio.timeout(30):
        await person.world.updates.polling.wait()


async def test_a_long_poll_ends_empty(api: Api) -> None:
    assert await api("getUpdates", timeout=1) == {"ok": True, "result": []}


async def test_a_cancelled_poll_leaves_nothing_behind(bot: Bot, rina: Person) -> None:
    (start,) = await bot.get_updates()
    poll = asyncio.create_task(bot.get_updates(offset=start.update_id + 1, timeout=30))
    await polled(rina)
    poll.cancel()
    with pytest.raises(asyncio.CancelledError):
        await poll
    assert rina.world.updates.idle.is_set()
    await rina.types("masih ada")
    assert texts(await bot.get_updates()) == ["masih ada"]


async def test_a_second_poller_ends_the_first(bot: Bot, rina: Person, api: Api) -> None:
    (start,) = await bot.get_updates()
    poll = asyncio.create_task(bot.get_updates(offset=start.update_id + 1, timeout=30))
    await polled(rina)
    assert (await api("getUpdates", timeout=0))["ok"]
    with pytest.raises(Conflict) as conflict:
        await poll
    assert conflict.value.message == (
        "Conflict: terminated by other getUpdates request; "
        "make sure that only one bot instance is running"
    )


async def test_allowed_updates_are_remembered(bot: Bot, rina: Person) -> None:
    await bot.get_updates(offset=-1, allowed_updates=["callback_query"])
    await rina.types("tidak dikirim")
    rina.press("x", 1)
    first, second = await bot.get_updates()
    assert first.message is not None
    assert second.callback_query is not None
    await bot.get_updates(offset=second.update_id + 1, allowed_updates=["message"])
    await rina.types("dikirim")
    rina.press("x", 1)
    assert texts(await bot.get_updates()) == ["dikirim"]


class Receiver:
    """The bot's own web server: keeps what it takes, refuses while it is ill."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.refusals = 0
        self.changed = asyncio.Condition()
        self.app = Starlette(routes=[Route("/hook", self.take, methods=["POST"])])

    async def take(self, request: Request) -> Response:
        async with self.changed:
            self.changed.notify_all()
            if self.refusals:
                self.refusals -= 1
                return Response(status_code=500)
            self.taken.append(await request.json())
            self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        return Response()

    async def has(self, count: int) -> None:
        async with asyncio.timeout(30), self.changed:
            await self.changed.wait_for(lambda: len(self.taken) >= count)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def sim(receiver: Receiver) -> AsyncIterator[Simulator]:
    sim = Simulator(webhook_transport=httpx.ASGITransport(app=receiver.app))
    sim.world.webhook.first_pause = 0.001
    yield sim
    await sim.aclose()


async def test_a_webhook_gets_updates_in_order_with_its_secret(
    bot: Bot, rina: Person, receiver: Receiver
) -> None:
    receiver.refusals = 2
    await bot.set_webhook(
        "https://bot.sekolah.id/hook",
        secret_token="rahasia_1",
        allowed_updates=["message", "my_chat_member"],
        max_connections=7,
    )
    await rina.types("satu")
    await rina.types("dua")
    await receiver.has(3)
    assert [one["message"]["text"] for one in receiver.taken] == ["/start", "satu", "dua"]
    assert receiver.secrets == ["rahasia_1"] * 3
    info = await bot.get_webhook_info()
    assert info.url == "https://bot.sekolah.id/hook"
    assert info.max_connections == 7
    assert info.allowed_updates == ("message", "my_chat_member")
    assert info.last_error_message is not None
    assert "500" in info.last_error_message


async def test_polling_and_a_webhook_exclude_each_other(
    bot: Bot, rina: Person, api: Api, receiver: Receiver
) -> None:
    (start,) = await bot.get_updates()
    poll = asyncio.create_task(bot.get_updates(offset=start.update_id + 1, timeout=30))
    await polled(rina)
    await bot.set_webhook("https://bot.sekolah.id/hook")
    with pytest.raises(Conflict, match="terminated by setWebhook request"):
        await poll
    assert (await api("getUpdates"))["description"] == (
        "Conflict: can't use getUpdates method while webhook is active; "
        "use deleteWebhook to delete the webhook first"
    )
    await rina.types("lewat web")
    await receiver.has(1)
    await bot.delete_webhook()
    await rina.types("lewat getUpdates")
    assert texts(await bot.get_updates()) == ["lewat getUpdates"]
    await bot.delete_webhook(drop_pending_updates=True)
    assert (await bot.get_webhook_info()).pending_update_count == 0


async def test_every_kind_of_message_arrives(sim: Simulator, bot: Bot, rina: Person) -> None:
    await rina.start("UNDANGAN_1")
    said = await rina.types("Halo", reply_to=1)
    await rina.edits(said, "Halo juga")
    await rina.sends_photo(picture(), caption="#kelas")
    await rina.sends_document(b"%PDF", "a.pdf", "application/pdf", caption="Berkas")
    await rina.sends_album([picture(9, 9), picture(8, 8)], caption="Album")
    await rina.sends_album([(b"1", "1.pdf", "application/pdf"), (b"2", "2.txt", "text/plain")])
    await rina.sends_sticker()
    await rina.sends_voice()
    await rina.sends_location()
    await rina.sends_contact()
    await rina.sends_poll("Setuju?")
    updates = list(await bot.get_updates(limit=100))[1:]
    start, text, edited, photo, document = updates[:5]
    assert start.message is not None
    assert start.message.text == "/start UNDANGAN_1"
    assert start.message.parse_entities(["bot_command"]).popitem()[1] == "/start"
    assert text.message is not None
    assert text.message.reply_to_message is not None
    assert text.message.reply_to_message.id == 1
    assert edited.message is None
    assert edited.edited_message is not None
    assert (edited.edited_message.text, edited.edited_message.id) == ("Halo juga", said.id)
    assert photo.message is not None
    assert [one.width for one in photo.message.photo] == [320, 800, 1280]
    assert photo.message.caption_entities[0].type == "hashtag"
    assert document.message is not None
    assert document.message.document is not None
    assert document.message.document.file_name == "a.pdf"
    albums = [one.message for one in updates[5:9] if one.message]
    groups = [one.media_group_id for one in albums]
    assert groups[0] == groups[1] != groups[2] == groups[3]
    assert [one.caption for one in albums] == ["Album", None, None, None]
    rest = [one.message for one in updates[9:] if one.message]
    kinds = ("sticker", "voice", "location", "contact", "poll")
    assert all(getattr(one, kind) for one, kind in zip(rest, kinds, strict=True))


async def test_blocking_is_told(bot: Bot, rina: Person) -> None:
    await rina.blocks_bot()
    await rina.start("KEMBALI")
    _, blocked, back, start = await bot.get_updates()
    assert blocked.my_chat_member is not None
    assert blocked.my_chat_member.new_chat_member.status == "kicked"
    assert back.my_chat_member is not None
    assert back.my_chat_member.old_chat_member.status == "kicked"
    assert back.my_chat_member.new_chat_member.status == "member"
    assert texts((start,)) == ["/start KEMBALI"]


async def test_groups_and_channels(sim: Simulator, bot: Bot, rina: Person) -> None:
    group = sim.group("Guru SD", -100)
    await rina.types("belum ada bot", chat=group)
    await group.adds_bot(by=rina, administrator=True)
    await rina.types("Halo semua", chat=group)
    channel = sim.group("Kabar", -200, type="channel")
    await channel.adds_bot(by=rina)
    await channel.posts("Pengumuman")
    _, joined, said, _, post = await bot.get_updates()
    assert joined.my_chat_member is not None
    assert joined.my_chat_member.new_chat_member.status == "administrator"
    assert said.message is not None
    assert (said.message.chat.id, said.message.chat.title) == (-100, "Guru SD")
    assert post.channel_post is not None
    assert post.channel_post.sender_chat is not None
    assert post.channel_post.text == "Pengumuman"
    await bot.send_message(-100, "Salam")
    assert group.messages[-1].text == "Salam"


async def test_a_tap_on_an_old_message_carries_no_message(
    sim: Simulator, bot: Bot, rina: Person
) -> None:
    sim.world.accessible_seconds = -1
    rina.press("x", 1)
    *_, update = await bot.get_updates()
    assert update.callback_query is not None
    message = update.callback_query.message
    assert message is not None
    assert not message.is_accessible
    assert message.message_id == 1
    sim.world.accessible_seconds = None
    rina.press("x", 1)
    *_, update = await bot.get_updates()
    assert update.callback_query is not None
    assert isinstance(update.callback_query.message, Message)
    assert update.callback_query.message.is_accessible


async def test_files_of_people_are_downloaded(bot: Bot, rina: Person, api: Api) -> None:
    sent = await rina.sends_document(b"%PDF-1.7 isi", "rencana.pdf")
    file = await bot.get_file(sent.content["document"]["file_id"])
    assert file.file_size == 12
    assert bytes(await file.download_as_bytearray()) == b"%PDF-1.7 isi"
    large = await rina.sends_document(b"%PDF", size=20 * 1024 * 1024 + 1)
    answer = await api("getFile", file_id=large.content["document"]["file_id"])
    assert answer["description"] == "Bad Request: file is too big"


async def test_a_file_that_is_not_there(sim: Simulator, rina: Person) -> None:
    transport = httpx.ASGITransport(app=sim.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://simulator") as client:
        missing = await client.get(f"/file/bot{sim.token}/documents/file_9.pdf")
    assert missing.status_code == 404
