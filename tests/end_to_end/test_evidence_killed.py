"""`kill -9` while evidence comes in, is checked and is made into papers: all of it, once."""

import hashlib
import random
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel, col, select

from bot.simulator.driver import Person
from bot.simulator.models import Message
from conversations.callbacks.checking import AcceptPiece, CheckPiece
from conversations.callbacks.evidence import PrepareForPmm, SendFor
from storage import decisions, plans
from storage.evidence import filing, receiving
from storage.evidence.receiving import Arrival
from storage.files import GRACE_S
from storage.inspecting import inspect
from storage.models import (
    AuditEntry,
    Evidence,
    EvidencePage,
    EvidenceStatus,
    PaperOrder,
    PaperStatus,
    Role,
)
from storage.papers import MOST_ATTEMPTS
from storage.people import Membership, find_account
from storage.plans import FullPlan
from storage.rulebook import RuleBook
from storage.suggestions import Pick
from storage.sweeping import missing, sweep, unnamed_files
from tests import papers
from tests.end_to_end.killing import (
    PATIENCE,
    Killer,
    Stage,
    all_is_told,
    needs_processes,
    no_files_left,
    none_left,
    stage,
)
from tests.world import MONDAY, TOKEN

pytestmark = needs_processes

PEOPLE = (("Rina Wati", Role.TEACHER), ("Bu Kepala", Role.PRINCIPAL))
RINA, KEPALA = 901, 902


# --------------------------------------------------------------------- before the curtain


async def a_plan_that_holds(on: Stage, rina: Person, kepala: Person) -> FullPlan:
    """Bring both in, in a first life, and a plan through to its agreement."""
    on.bot.start()
    for person, token in zip((rina, kepala), on.tokens, strict=True):
        await person.start(token)
        await person.taps("Ya, ini saya", within=PATIENCE)
        await person.taps("Setuju", within=PATIENCE)
        await person.sees_button("Bantuan", within=PATIENCE)
    owner, decider = await seat_of(on, rina), await seat_of(on, kepala)
    rulebook = RuleBook(on.files.folder)
    rules = rulebook.of_school(owner.school, MONDAY.date())
    actor, today = owner.actor(MONDAY), MONDAY.date()
    async with on.database.transaction() as session:
        full = await plans.open_plan(session, actor, rules, rules.period_at(today), MONDAY)
        picks = (Pick("RHK-01", 20), Pick("RHK-07", 20))
        full = await plans.take_picks(session, actor, rules, full.id, picks, MONDAY)
        full = await plans.have_no_duty(session, actor, rules, full.id, MONDAY)
        full = await plans.take_standard_guides(session, actor, rules, full.id, MONDAY)
        full = (
            await plans.submit(
                session, actor, rules, full.id, full.plan.revision,
                today=today, now=MONDAY, reason="",
            )
        ).full  # fmt: skip
        full = await decisions.approve(
            session, decider.actor(MONDAY), full.id, full.plan.revision, MONDAY
        )
        return await plans.agree(session, actor, rules, full.id, full.plan.revision, MONDAY)


async def seat_of(on: Stage, person: Person) -> Membership:
    async with on.database.reading() as session:
        _account, memberships = await find_account(session, person.id, MONDAY)
    return memberships[0]


# --------------------------------------------------------------------- what is left in the end


async def rows(on: Stage, table: type[SQLModel]) -> list[Any]:
    async with on.database.reading() as session:
        return list((await session.exec(select(table).order_by(col(table.id)))).all())  # type: ignore[attr-defined]


async def kept(on: Stage) -> list[list[str]]:
    """The files as they came in, by their hashes: of each piece its pages in order."""
    pages = sorted(await rows(on, EvidencePage), key=lambda one: one.position)
    return [
        [one.original_sha256 for one in pages if one.evidence_id == piece.id]
        for piece in await rows(on, Evidence)
    ]


async def is_whole(on: Stage) -> None:
    """No row without its file and, once the sweeping was there, no file without a row."""
    assert (await missing(on.database, on.files, thorough=True)).lost == []
    await sweep(on.database, on.files, time.time() + 2 * GRACE_S)
    assert (await missing(on.database, on.files, thorough=True)).lost == []
    assert await unnamed_files(on.database, on.files) == []
    assert list((on.files.folder / "incoming").glob("*")) == []


def is_calm(on: Stage) -> None:
    """The log tells of no failure, and nothing of what people sent."""
    log = on.bot.log.read_text()
    for words in (TOKEN, "Traceback", " ERROR ", "Rahasia"):
        assert words not in log, log[-4000:]


async def done(on: Stage, action: str) -> list[str]:
    """What was done, as the audit has it: the subjects of one kind of action, in order."""
    return [one.subject for one in await rows(on, AuditEntry) if one.action == action]


# --------------------------------------------------------------------- sending


STEPS_OF_ANY = (
    "bot.fetching:download before",  # told where the file is, not fetched
    "bot.fetching:download after",  # whole, not looked into
    "storage.files:FileStore.place before",  # judged, not in its place
    "storage.files:FileStore.place after",  # in its place, without a row
    "storage.evidence.receiving:receive after",  # with a row, not committed
)
STEPS_OF_ONE = (
    "bot.replies:Replies.give before",  # committed, not answered
    "bot.replies:Replies.give after",  # answered, which nobody has noted
)
STEPS_OF_ALBUM = (
    "bot.updates:Updates._gather before",  # committed, the answer not even planned
    "bot.updates:Updates._answer_all before",
)
PARTS = 3
HALF = "bot.fetching:Fetching._download before 2"
"""Killed with half a file on the disk, when the second attempt begins."""


class Sender:
    """A teacher who sends, and remembers what."""

    def __init__(self, on: Stage, person: Person, answer: str) -> None:
        self._on = on
        self.person = person
        self._answer = answer
        self.sent: list[list[bytes]] = []

    @property
    def digests(self) -> list[list[str]]:
        """What was sent, as `kept` has it."""
        return [[hashlib.sha256(one).hexdigest() for one in files] for files in self.sent]

    async def sends(self, number: int) -> Callable[[], Awaitable[Message]]:
        """Send a photo, a document or an album of `number`; gives how to wait for the answer."""
        before = self.person.messages[-1]
        name = f"Rahasia {len(self.sent)}"
        if number == 0:
            files = [papers.pdf(name)]
            await self.person.sends_document(files[0], f"{name}.pdf", caption=name)
        elif number == 1:
            files = [papers.photo(name)]
            await self.person.sends_photo(files[0], caption=name)
        else:
            files = [papers.photo(f"{name} {at}") for at in range(number)]
            await self.person.sends_album(files, caption=name)
        self.sent.append(files)
        expected = (self._answer, f"({len(files)} halaman)", f"📝 {name}")

        def answer() -> Message | None:
            later = (one for one in self.person.messages if one.id > before.id and one.from_bot)
            return next((one for one in later if all(map(one.text.__contains__, expected))), None)

        return lambda: self.person.until(answer, PATIENCE, f"an answer with {expected}")


def lives(seed: int) -> list[tuple[str, int]]:
    """Every way to die, each with how many photos are sent then; 0 is a document."""
    dice = random.Random(seed)
    found = [(f"{step} 1", dice.randint(0, 1)) for step in STEPS_OF_ONE]
    found += [(f"{step} {dice.randint(1, 3)}", 3) for step in STEPS_OF_ANY]
    found += [(f"{step} 1", 3) for step in STEPS_OF_ALBUM]
    found.append((HALF, 1))
    dice.shuffle(found)
    return found


@pytest.mark.parametrize("begun", [False, True], ids=["simply", "begun"])
@pytest.mark.parametrize("part", range(PARTS))
async def test_everything_sent_is_kept_once_whenever_the_bot_dies(
    tmp_path: Path, sqlite_template: Path, begun: bool, part: int
) -> None:
    """Photos, documents and albums; simply sent, and for an activity that is open."""
    deaths, dice = lives(seed=int(begun))[part::PARTS], random.Random(part)
    async with stage(tmp_path, sqlite_template, PEOPLE) as on:
        rina, kepala = on.sim.person("Rina", id=RINA), on.sim.person("Kepala", id=KEPALA)
        full = await a_plan_that_holds(on, rina, kepala)
        sender = Sender(on, rina, "Tersimpan." if begun else "Untuk kegiatan yang mana?")
        if begun:
            await rina.taps_data(SendFor(full.id, full.entries[0].id or 0).pack(), within=PATIENCE)
            await rina.sees("Kirim bukti untuk:", within=PATIENCE)
        waiting = []
        for trap, number in deaths:
            on.bot.start(trap)
            if trap == HALF:
                on.sim.faults.add("file", drop="middle")
            waiting.append(await sender.sends(number))
            await on.bot.dies()
            if dice.random() < 0.5:
                on.bot.start()
                await waiting[-1]()
        on.bot.start()
        await waiting[-1]()
        on.bot.forward(timedelta(hours=2))
        on.bot.start()
        await all_is_told(on.database)
        pieces = await rows(on, Evidence)
        status = EvidenceStatus.RECEIVED if begun else EvidenceStatus.UNSORTED
        assert [one.status for one in pieces] == [status] * len(deaths)
        assert [one.note for one in pieces] == [f"Rahasia {at}" for at in range(len(deaths))]
        assert await kept(on) == sender.digests
        assert len(await done(on, "evidence.send")) == (len(deaths) if begun else 0)
        await is_whole(on)
        is_calm(on)


# --------------------------------------------------------------------- checking


async def hands_in(on: Stage, rina: Person, full: FullPlan, albums: list[list[bytes]]) -> None:
    """File evidence as if it had been sent before: Telegram has no name for it yet."""
    owner = await seat_of(on, rina)
    actor, rules = owner.actor(MONDAY), RuleBook(on.files.folder).of_plan(owner.school, full.plan)
    for number, album in enumerate(albums):
        async with on.database.transaction() as session:
            for at, photo in enumerate(album):
                arrived = on.files.incoming()
                arrived.write_bytes(photo)
                seen = inspect(arrived)
                on.files.place(arrived, actor.school_id, seen.sha256)
                arrival = Arrival(seen, "", at, telegram_id="", is_photo=True)
                sent = await receiving.receive(
                    session, actor, arrival, MONDAY, album=f"album {number}"
                )
            await filing.file_under(
                session, actor, rules, full, sent.piece.id, full.entries[0].id or 0, MONDAY,
            )  # fmt: skip


async def card_of(kepala: Person, evidence_id: int, after: Message) -> Message:
    """Wait for the buttons to decide on a piece."""
    accept = AcceptPiece(evidence_id, 0).pack()[:-1]

    def card() -> Message | None:
        later = (one for one in kepala.messages if one.id > after.id and one.rows)
        data = ((one, one.rows[0][0].get("callback_data", "")) for one in later)
        return next((one for one, first in data if first.startswith(accept)), None)

    return await kepala.until(card, PATIENCE, f"the card of piece {evidence_id}")


def decided(kepala: Person, card: Message) -> Callable[[], Message | None]:
    """Whether the card, or one below it, says that the piece was accepted."""
    return lambda: next(
        (
            one
            for one in kepala.messages
            if one.from_bot and one.id >= card.id and "Diterima oleh Bu Kepala" in one.text
        ),
        None,
    )


DECIDING = (
    "storage.evidence.checking:accept before 1",
    "storage.evidence.checking:accept after 1",  # not committed
    "bot.replies:Replies.give before 1",  # committed, and nothing of it on the phone
    "bot.screens:edit after 1",  # on the phone, which the bot has not noted
    "bot.replies:Replies.give after 1",
)
SHOWING = (
    "bot.exhibits:show before 1",
    "bot.exhibits:_show_album after 1",  # photos without their buttons
    "bot.exhibits:show after 1",  # nobody knows the names that Telegram gave the photos
    "bot.replies:Replies._remember before 1",  # nor where the buttons are
)
TELLING = (
    "bot.courier:Courier.send before 1",
    "bot.courier:Courier.note before 1",  # sent, which nobody has noted
)


async def test_an_album_is_shown_whole_whenever_the_bot_dies(
    tmp_path: Path, sqlite_template: Path
) -> None:
    async with stage(tmp_path, sqlite_template, PEOPLE) as on:
        rina, kepala = on.sim.person("Rina", id=RINA), on.sim.person("Kepala", id=KEPALA)
        full = await a_plan_that_holds(on, rina, kepala)
        album = [papers.photo(f"Rahasia {number}") for number in range(3)]
        await hands_in(on, rina, full, [album])
        for trap in SHOWING:
            before = kepala.messages[-1]
            on.bot.start(trap)
            kepala.press(CheckPiece(1).pack())
            await on.bot.dies()
            on.bot.start()
            await card_of(kepala, 1, before)
            shown = [one for one in kepala.messages if one.id > before.id and one.media_group_id]
            assert [await kepala.downloads(one) for one in shown[-3:]] == album
        await kepala.taps("Terima", within=PATIENCE)
        await kepala.until(decided(kepala, before), PATIENCE, "the decision")
        assert await done(on, "evidence.accepted") == ["evidence:1"]
        await is_whole(on)
        is_calm(on)


@pytest.mark.parametrize("part", range(2))
async def test_each_decision_is_made_once_whenever_the_bot_dies(
    tmp_path: Path, sqlite_template: Path, part: int
) -> None:
    deaths = DECIDING[part::2]
    async with stage(tmp_path, sqlite_template, PEOPLE) as on:
        rina, kepala = on.sim.person("Rina", id=RINA), on.sim.person("Kepala", id=KEPALA)
        full = await a_plan_that_holds(on, rina, kepala)
        photos = [[papers.photo(f"Rahasia {number}")] for number in range(1 + len(deaths))]
        await hands_in(on, rina, full, photos)
        for evidence_id, trap in enumerate(deaths, 2):
            before = kepala.messages[-1]
            await kepala.taps_data(CheckPiece(evidence_id).pack(), within=PATIENCE)
            card = await card_of(kepala, evidence_id, before)
            on.bot.start(trap)
            kepala.press(card.rows[0][0]["callback_data"], card)
            await on.bot.dies()
            on.bot.start()
            await kepala.until(decided(kepala, card), PATIENCE, f"the decision after {trap}")
        told = await tells(on)
        statuses = [one.status for one in await rows(on, Evidence)]
        assert statuses == ["received", *["accepted"] * len(deaths)]
        accepted = await done(on, "evidence.accepted")
        assert accepted == [f"evidence:{one}" for one in range(2, 2 + len(deaths))]
        news = [one for one in rina.messages if "bukti Anda diterima" in one.text]
        # At once, and once more after the hour; again only where a death caught one on its way.
        assert 1 <= len(news) <= 2 + told, [one.text for one in news]
        assert f"{8 * len(deaths)} diterima" in news[-1].text
        await is_whole(on)
        is_calm(on)


async def tells(on: Stage) -> int:
    """Let the notices go out, and the bot die on the way; gives how often it did."""
    on.bot.forward(timedelta(hours=2))
    for trap in TELLING:
        on.bot.start(trap)
        await on.bot.dies()
    on.bot.start()
    await all_is_told(on.database)
    return len(TELLING)


# --------------------------------------------------------------------- papers


MAKING = {
    "bot.workshop:Workshop._fill after 1": 1,
    "bot.workshop:make before 1": 1,
    "bot.workshop:Workshop._send_one before 1": 1,
    # The one thing that a death can double: nobody knows that it was sent.
    "bot.workshop:Workshop._send_one after 1": 2,
    "bot.workshop:Workshop._note_sent after 2": 1,
    "bot.workshop:Workshop._end before 1": 1,
    "bot.telling:Teller.end before 1": 1,
    "": 1,
}
"""Where the bot dies, and how often the document may arrive; the last in the middle of making."""


@pytest.mark.parametrize("part", range(PARTS))
async def test_a_paper_is_made_and_arrives_whenever_the_bot_dies(
    tmp_path: Path, sqlite_template: Path, part: int
) -> None:
    async with stage(tmp_path, sqlite_template, PEOPLE) as on:
        rina, kepala = on.sim.person("Rina", id=RINA), on.sim.person("Kepala", id=KEPALA)
        full = await a_plan_that_holds(on, rina, kepala)
        await hands_in(on, rina, full, [[papers.photo("Rahasia")]])
        order = PrepareForPmm(full.id, full.entries[0].id or 0, 1, 1).pack()
        deaths = list(MAKING)[part::PARTS]
        for trap in deaths:
            before = rina.messages[-1]
            on.bot.start(trap)
            rina.press(order)
            if trap:
                await on.bot.dies()
            else:
                await rina.sees("sedang disiapkan.", after=before, within=PATIENCE)
            on.bot.start()
            await arrives(on, rina, before)
            assert 1 <= len(documents(rina, before)) <= MAKING[trap], trap
        orders = await rows(on, PaperOrder)
        assert [one.status for one in orders] == [PaperStatus.DONE] * len(deaths)
        assert all(one.attempts <= 2 for one in orders)
        await no_files_left(tmp_path / "papers")
        await is_whole(on)
        is_calm(on)


async def test_a_paper_that_takes_the_bot_down_again_and_again_is_given_up_in_words(
    tmp_path: Path,
    sqlite_template: Path,
) -> None:
    async with stage(tmp_path, sqlite_template, PEOPLE) as on:
        rina, kepala = on.sim.person("Rina", id=RINA), on.sim.person("Kepala", id=KEPALA)
        full = await a_plan_that_holds(on, rina, kepala)
        await hands_in(on, rina, full, [[papers.photo("Rahasia")]])
        before = rina.messages[-1]
        for attempt in range(MOST_ATTEMPTS):
            on.bot.start("bot.workshop:make before 1")
            if not attempt:
                rina.press(PrepareForPmm(full.id, full.entries[0].id or 0, 1, 1).pack())
            await on.bot.dies()
        on.bot.start()
        told = await rina.sees("belum jadi karena ada gangguan", after=before, within=PATIENCE)
        assert "Coba sekali lagi" in told.text
        assert not [one for one in rina.messages if "sedang disiapkan" in one.text]
        assert documents(rina, before) == []
        is_calm(on)


def documents(rina: Person, after: Message) -> list[Message]:
    return [one for one in rina.messages if one.id > after.id and one.content.get("document")]


async def arrives(on: Stage, rina: Person, after: Message) -> None:
    """Wait until a paper has come and nothing more is being made."""
    await rina.until(lambda: documents(rina, after), PATIENCE, "a document")
    await none_left(on.database, select(PaperOrder).where(col(PaperOrder.ended_at).is_(None)))


# --------------------------------------------------------------------- at any moment


@pytest.mark.parametrize("seed", [1, 2])
async def test_killed_at_random_moments_of_sending_and_checking(
    tmp_path: Path, sqlite_template: Path, seed: int
) -> None:
    async with stage(tmp_path, sqlite_template, PEOPLE) as on:
        rina, kepala = on.sim.person("Rina", id=RINA), on.sim.person("Kepala", id=KEPALA)
        await a_plan_that_holds(on, rina, kepala)
        killer = Killer(on.sim, on.bot, seed)
        sender = Sender(on, rina, "Untuk kegiatan yang mana?")
        for number in (1, 3, 0, 2):
            killer.lies_in_wait()
            card = await (await sender.sends(number))()
            killer.lies_in_wait()
            await rina.taps("Pelatihan mandiri", on=card, within=PATIENCE)
            words = f"📝 Rahasia {len(sender.sent) - 1}"
            await rina.until(lambda: saved(rina, card, words), PATIENCE, words)  # noqa: B023
        for evidence_id in range(1, 1 + len(sender.sent)):
            before = kepala.messages[-1]
            killer.lies_in_wait()
            await kepala.taps_data(CheckPiece(evidence_id).pack(), within=PATIENCE)
            card = await card_of(kepala, evidence_id, before)
            killer.lies_in_wait()
            accept = card.rows[0][0]["callback_data"]
            await kepala.taps_data(accept, card, within=PATIENCE)
            await kepala.until(decided(kepala, card), PATIENCE, "the decision")
        killer.rests()
        on.bot.forward(timedelta(hours=2))
        killer.kills_now()
        await all_is_told(on.database)
        assert len(killer.kills) >= 4
        pieces = await rows(on, Evidence)
        assert [one.status for one in pieces] == ["accepted"] * len(sender.sent)
        assert await kept(on) == sender.digests
        everybody = [f"evidence:{one.id}" for one in pieces]
        assert await done(on, "evidence.send") == everybody
        assert await done(on, "evidence.accepted") == everybody
        assert [one for one in rina.messages if "bukti Anda diterima" in one.text]
        await is_whole(on)
        is_calm(on)


def saved(rina: Person, card: Message, words: str) -> bool:
    """Whether the card, or one below it, says that what was sent has its place."""
    return any(
        one.id >= card.id and "Tersimpan." in one.text and words in one.text
        for one in rina.messages
        if one.from_bot
    )
