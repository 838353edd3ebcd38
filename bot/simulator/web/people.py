"""What a phone on the page does: each is a POST that becomes what a person does."""

from __future__ import annotations

from base64 import b64encode
from typing import Final

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.routing import Route

from bot.simulator.core import Simulator
from bot.simulator.driver import Person
from bot.simulator.files import guess_mime
from bot.simulator.models import Json, Message
from bot.simulator.web.answers import (
    FILES_AT_ONCE,
    Refused,
    body_of,
    guarded,
    optional_id,
    optional_text,
)
from bot.simulator.web.stage import Stage

TEXT_LIMIT: Final = 4096
CAPTION_LIMIT: Final = 1024
CALLBACK_BYTES: Final = 64
VOICE_S: Final = 12


class Phones:
    """The phones of the cast, driven by requests."""

    def __init__(self, sim: Simulator, stage: Stage) -> None:
        self.sim = sim
        self.stage = stage

    def routes(self) -> list[Route]:
        """One route for each thing a person may do."""
        actions = {
            "start": self.start,
            "text": self.text,
            "tap": self.tap,
            "files": self.files,
            "voice": self.voice,
            "block": self.block,
        }
        sample = Route(
            "/api/samples/{sample}/{person:int}", guarded(self.sample), methods=["POST"]
        )
        return [
            *(
                Route(f"/api/people/{{person:int}}/{name}", guarded(action), methods=["POST"])
                for name, action in actions.items()
            ),
            sample,
        ]

    def person(self, request: Request) -> Person:
        """The person of the cast a request speaks for."""
        wanted: int = request.path_params["person"]
        for member in self.stage.cast():
            if member.id == wanted:
                return self.sim.person(member.name, id=member.id)
        raise Refused("Orang ini tidak ada di sekolah demo.", 404)

    def writer(self, request: Request) -> Person:
        """The same, for doing something that a blocked bot must not see."""
        person = self.person(request)
        if person.chat.blocked:
            raise Refused("Bot sedang diblokir. Buka blokirnya dahulu.", 409)
        return person

    async def start(self, request: Request) -> Json:
        """Press START, perhaps with the token of an invitation."""
        person = self.person(request)
        token = optional_text(await body_of(request), "token")
        try:
            message = await person.start(token)
        except ValueError:
            raise Refused("Tautan undangan ini tidak lengkap.") from None
        return {"message_id": message.id}

    async def text(self, request: Request) -> Json:
        """Write something, perhaps as a reply."""
        person = self.writer(request)
        body = await body_of(request)
        text = optional_text(body, "text").strip()
        if not 1 <= len(text) <= TEXT_LIMIT:
            raise Refused(f"Pesan harus berisi 1 sampai {TEXT_LIMIT} huruf.")
        reply_to = _still_there(person, optional_id(body, "reply_to"))
        message = await person.types(text, reply_to=reply_to)
        return {"message_id": message.id}

    async def tap(self, request: Request) -> Json:
        """Press a button."""
        person = self.writer(request)
        body = await body_of(request)
        message_id = optional_id(body, "message_id")
        data = optional_text(body, "data")
        if message_id is None or not 1 <= len(data.encode()) <= CALLBACK_BYTES:
            raise Refused("Tombol ini tidak dapat ditekan.")
        return {"callback_query_id": person.press(data, message_id).id}

    async def files(self, request: Request) -> Json:
        """Send photos or documents; several make an album."""
        person = self.writer(request)
        async with request.form(max_files=FILES_AT_ONCE, max_fields=10) as form:
            uploads = [one for one in form.getlist("files") if isinstance(one, UploadFile)]
            caption = str(form.get("caption") or "").strip()
            reply_to = str(form.get("reply_to") or "")
            as_photos = form.get("kind") == "photo"
            _check_uploads(uploads, caption, as_photos=as_photos)
            files = [(await one.read(), *_named(one)) for one in uploads]
        if not all(data for data, _, _ in files):
            raise Refused("Berkas kosong tidak dapat dikirim.")
        answered = _still_there(person, int(reply_to) if reply_to.isdecimal() else None)
        sent = await _send(person, files, caption, answered, as_photos=as_photos)
        return {"message_ids": [message.id for message in sent]}

    async def voice(self, request: Request) -> Json:
        """Send a voice note; the page cannot record, so that all are alike and silent."""
        message = await self.writer(request).sends_voice(seconds=VOICE_S)
        return {"message_id": message.id}

    async def sample(self, request: Request) -> Json:
        """Give the files of a sample to the phone, which sends them like any others."""
        person, wanted = self.person(request), request.path_params["sample"]
        if wanted not in {one.id for one in self.stage.samples()}:
            raise Refused("Contoh ini tidak ada.", 404)
        made = await self.stage.sample(wanted, person.id)
        return {
            "files": [
                {"name": one.name, "mime": one.mime, "data": b64encode(one.data).decode()}
                for one in made
            ]
        }

    async def block(self, request: Request) -> Json:
        """Block the bot, or let it write again."""
        person = self.person(request)
        blocked = (await body_of(request)).get("blocked")
        if not isinstance(blocked, bool):
            raise Refused("Pilih blokir atau buka blokir.")
        await (person.blocks_bot() if blocked else person.unblocks_bot())
        return {"blocked": person.chat.blocked}


def _still_there(person: Person, message_id: int | None) -> int | None:
    """What is replied to, unless it has been deleted meanwhile."""
    return message_id if message_id in person.chat.messages else None


def _check_uploads(uploads: list[UploadFile], caption: str, *, as_photos: bool) -> None:
    if not uploads:
        raise Refused("Pilih foto atau dokumen dahulu.")
    if len(caption) > CAPTION_LIMIT:
        raise Refused(f"Keterangan paling panjang {CAPTION_LIMIT} huruf.")
    if as_photos and not all(_named(one)[1].startswith("image/") for one in uploads):
        raise Refused("Berkas ini bukan foto. Kirim sebagai dokumen.")


def _named(upload: UploadFile) -> tuple[str, str]:
    """The name of a file and its type; browsers leave out types they do not know."""
    name = upload.filename or "berkas"
    return name, upload.content_type or guess_mime(name)


async def _send(
    person: Person,
    files: list[tuple[bytes, str, str]],
    caption: str,
    reply_to: int | None,
    *,
    as_photos: bool,
) -> list[Message]:
    if len(files) > 1:
        items = [data for data, _, _ in files] if as_photos else files
        # As the messenger does: a caption is that of the first photo, but of the last document.
        place = 0 if as_photos else -1
        return await person.sends_album(items, caption, place, reply_to)
    ((data, name, mime),) = files
    if as_photos:
        return [await person.sends_photo(data, caption, reply_to)]
    return [await person.sends_document(data, name, mime, caption, reply_to=reply_to)]
