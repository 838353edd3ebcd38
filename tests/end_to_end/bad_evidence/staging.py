"""Sending what is no evidence, and seeing that nothing is lost and nothing half stored."""

import time
from collections.abc import Awaitable
from typing import Any

from sqlmodel import SQLModel, col, select

from bot.simulator.driver import Person
from bot.simulator.models import Message
from storage import decisions, plans
from storage.files import GRACE_S
from storage.models import Evidence, EvidencePage
from storage.plans import FullPlan
from storage.sweeping import sweep
from tests import papers
from tests.end_to_end.submitting import actor_of
from tests.world import TestWorld

NO_ROOM = "no room for files"
DISK_FULL = "Tempat penyimpanan sekolah sedang penuh"
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(200)
NOT_OPEN = "Rencana Anda masih disusun. Kiriman Anda tetap tersimpan. Pasang setelah"


async def rows(world: TestWorld, table: type[SQLModel]) -> list[dict[str, Any]]:
    async with world.database.reading() as session:
        found = (await session.exec(select(table))).all()
        return sorted((row.model_dump() for row in found), key=lambda row: row["id"])


async def pieces(world: TestWorld) -> list[Evidence]:
    async with world.database.reading() as session:
        return list((await session.exec(select(Evidence).order_by(col(Evidence.id)))).all())


async def pages(world: TestWorld) -> list[EvidencePage]:
    async with world.database.reading() as session:
        place = (col(EvidencePage.evidence_id), col(EvidencePage.position))
        return list((await session.exec(select(EvidencePage).order_by(*place))).all())


def files(world: TestWorld) -> list[str]:
    """Every file below the folder of evidence, half ones too."""
    folder = world.kawan.files.folder
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if not one.is_dir())


async def everything(world: TestWorld) -> list[Any]:
    return [await rows(world, Evidence), await rows(world, EvidencePage), files(world)]


async def is_whole(world: TestWorld) -> None:
    """Every row has its file, and every file a row."""
    named = {
        str(world.kawan.files.path_of(one.school_id, one.sha256).relative_to(
            world.kawan.files.folder
        ))
        for one in await pages(world)
    }  # fmt: skip
    assert set(files(world)) == named


async def sweeps(world: TestWorld) -> int:
    """Let the sweeping come by when everything is old."""
    return await sweep(world.database, world.kawan.files, time.time() + 2 * GRACE_S)


def downloads(world: TestWorld) -> list[str]:
    """The files that were asked for at Telegram."""
    return [one.params["file_id"] for one in world.sim.calls if one.method == "getFile"]


# --------------------------------------------------------------------- sending and asking


async def answer_to(
    person: Person, doing: Awaitable[object], words: str, within: float = 20.0
) -> Message:
    """Do something, and give the answer with these words that comes after it."""
    before = person.messages[-1]
    await doing
    return await person.sees(words, after=before, within=within)


async def opens_waiting(principal: Person) -> Message:
    """Open what waits for a check; notices of plans name the teacher too, but no activity."""
    return await answer_to(principal, principal.types("/persetujuan"), "📋 Pelatihan mandiri")


async def refuses(
    world: TestWorld, person: Person, doing: Awaitable[object], words: str, within: float = 20.0
) -> Message:
    """Do something that is refused in these words, and changes nothing at all."""
    before = await everything(world)
    answer = await answer_to(person, doing, words, within)
    assert await everything(world) == before
    return answer


async def opens(person: Person, activity: str = "Pelatihan mandiri") -> None:
    """Begin to send for one activity."""
    card = await answer_to(person, person.types("/bukti"), "Bukti saya")
    await person.taps(activity, on=card)
    await person.taps("Kirim bukti", on=card)
    await person.until(lambda: "Kirim bukti untuk:" in card.text)


async def files_photo(
    person: Person, text: str = "Sertifikat", activity: str = "Pelatihan mandiri"
) -> Message:
    """Send a photo and say which activity it belongs to; gives its card."""
    card = await answer_to(person, person.sends_photo(papers.photo(text)), "Untuk kegiatan yang")
    await person.taps(activity, on=card)
    await person.until(lambda: "Tersimpan." in card.text)
    return card


async def still_takes_for(world: TestWorld, person: Person, code: str = "RHK-01") -> None:
    """Send one more photo: what was begun is still open."""
    before = len(await pieces(world))
    await answer_to(person, person.sends_photo(papers.photo(f"lagi {before}")), "Tersimpan.")
    new = (await pieces(world))[before:]
    assert [one.code for one in new] == [code]


async def reopens(world: TestWorld, principal: Person, full: FullPlan) -> None:
    decider = await actor_of(world, principal)
    async with world.database.transaction() as session:
        await decisions.reopen(
            session, decider, full.id, full.plan.revision, world.clock.now(),
            reason="Guru meminta mengubah rencananya.",
        )  # fmt: skip


async def plan_of(world: TestWorld, teacher: Person) -> FullPlan:
    owner = await actor_of(world, teacher)
    async with world.database.reading() as session:
        full = await plans.find_plan(session, owner.member_id, "2026-2")
    assert full is not None
    return full
