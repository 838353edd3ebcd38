"""Whatever people and forgers send: a kind answer, no failure, nobody else's data."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import timedelta
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.simulator.driver import Person
from conversations.callbacks.everybody import Home
from conversations.callbacks.packing import LONGEST, Button
from storage import plans
from storage.models import (
    Account,
    Broadcast,
    BroadcastReply,
    Decision,
    Deputy,
    Evidence,
    EvidenceComment,
    EvidenceLook,
    EvidencePage,
    EvidenceStatus,
    FinalRating,
    GroupChat,
    HelpMessage,
    HelpProposal,
    HelpRequest,
    HelpStatus,
    Invitation,
    Member,
    ModelPlan,
    PaperOrder,
    PaperStatus,
    Plan,
    PlanEntry,
    PlanRevision,
    PlanStatus,
    Rating,
    RatingStatus,
    Reopening,
    Role,
)
from tests import papers
from tests.databases import copied
from tests.world import TestWorld, open_world

EVERY_BUTTON = sorted(Button._by_code.values(), key=lambda kind: (kind.__module__, kind.code))
SECRET = "Pembina rahasia <negara> & cendol"
SORRY = "gangguan"
LARGEST = 2**63 - 1


@pytest.fixture(autouse=True)
def calm(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail every test here in which the bot failed, even where nobody looked."""
    yield
    errors = [one.getMessage() for one in caplog.get_records("call") if one.levelname == "ERROR"]
    assert errors == []


@pytest.fixture
async def rina(world: TestWorld) -> Person:
    return await world.joins("Rina Wati", Role.TEACHER)


# --------------------------------------------------------- what is not a text or a tap


async def _sends(person: Person, what: str) -> None:
    match what:
        case "sticker":
            await person.sends_sticker()
        case "voice":
            await person.sends_voice()
        case "location":
            await person.sends_location()
        case "contact":
            await person.sends_contact()
        case "poll":
            await person.sends_poll()
        case "photo":
            await person.sends_photo(b"\xff\xd8\xff\xe0" + bytes(64))
        case "document":
            await person.sends_document(b"%PDF-1.7")


NOT_READ = "saya hanya bisa membaca tulisan dan tombol"
KINDS = {
    "sticker": NOT_READ,
    "voice": "Kirim foto, PDF, atau dokumennya",
    "location": NOT_READ,
    "contact": NOT_READ,
    "poll": NOT_READ,
    "photo": "rusak atau terpotong",
    "document": "rusak atau terpotong",
}


async def test_what_the_bot_cannot_read_gets_a_kind_answer(rina: Person) -> None:
    for kind, words in KINDS.items():
        before = rina.messages[-1]
        await _sends(rina, kind)
        answer = await rina.sees(words, after=before)
        assert SORRY not in answer.text, kind
    await rina.types("lanjut")
    await rina.sees_button("Rencana")


async def test_a_stranger_hears_the_same_of_every_kind(world: TestWorld) -> None:
    stranger = world.sim.person("Orang Asing", id=77)
    for kind in KINDS:
        sent = stranger.messages[-1] if stranger.messages else 0
        await _sends(stranger, kind)
        await stranger.sees("undangan", after=sent)
    async with world.database.reading() as session:
        assert await session.get(Account, 77) is None


async def test_what_cannot_be_read_leaves_an_open_question_open(rina: Person) -> None:
    await _asks_for_a_duty(rina)
    for kind in ("sticker", "voice"):
        before = rina.last
        await _sends(rina, kind)
        await rina.sees(KINDS[kind], after=before)
    await rina.types("Pembina Pramuka")
    await rina.sees("✅ Pembina Pramuka")


async def test_an_edited_message_is_not_read_again(rina: Person) -> None:
    await _asks_for_a_duty(rina)
    written = await rina.types("Pembina Pramuka")
    await rina.sees("✅ Pembina Pramuka")
    await rina.edits(written, "Pembina OSIS")
    await rina.sees("Pesan yang diubah")
    await rina.sees_no("Pembina OSIS")


async def _asks_for_a_duty(person: Person) -> None:
    await person.types("rencana")
    await person.taps("Tugas tambahan")
    await person.taps("Tulis sendiri")
    await person.sees("Tugas tambahan apa?")


# --------------------------------------------------------------------- words and numbers


NONSENSE = (
    "asdf", "?", "👍", "-1", "1e9", "2,5", "0", "999999999999", "𝟗𝟗", "x" * 4096, "<b>&amp;",
    "\u202e",
)  # fmt: skip


@pytest.mark.parametrize("place", ["home", "list", "item"])
async def test_what_fits_nowhere_changes_nothing(
    world: TestWorld, rina: Person, place: str
) -> None:
    await _goes_to(rina, place)
    before = await _everything(world)
    for text in NONSENSE:
        last = rina.messages[-1]
        await rina.types(text)
        answer = await rina.sees("", after=last)
        assert answer.text
        assert await _everything(world) == before, text
    await _still_works(rina)


@pytest.mark.parametrize("place", ["home", "list", "item"])
async def test_digits_of_every_script_count(rina: Person, place: str) -> None:
    await _goes_to(rina, place)
    await rina.types("٣")
    await rina.sees({"home": "Status saya", "list": "Jumlah: 0", "item": "Jumlah: 3"}[place])


async def test_a_quantity_beyond_the_ends_is_refused_with_the_ends(rina: Person) -> None:
    await _goes_to(rina, "item")
    for text in ("21", "-1", "99"):
        last = rina.messages[-1]
        await rina.types(text)
        await rina.sees("0 sampai 20", after=last)


async def test_a_number_beyond_the_list_is_explained(rina: Person) -> None:
    await _goes_to(rina, "list")
    for text in ("0", "19", "-1", "99"):
        last = rina.messages[-1]
        await rina.types(text)
        await rina.sees("belum mengerti", after=last)


async def _goes_to(person: Person, place: str) -> None:
    if place == "home":
        return
    await person.taps("Rencana")
    await person.taps("Pengembangan diri")
    await person.sees("1. ")
    if place == "item":
        await person.taps("1. ")
        await person.sees("Jumlah: 0")


async def _still_works(person: Person) -> None:
    last = person.messages[-1]
    await person.types("menu")
    await person.sees("SMPN 1 Surian", after=last)


# --------------------------------------------------------------------- /start with junk


@pytest.mark.parametrize(
    "junk",
    [
        "x" * 1024,
        "a b c",
        "<b>&\"'</b>",
        ":" * 64,
        "../../etc/passwd",
        "١٢٣",
        "-",
        "%00",
        "💣" * 200,
    ],
    ids=lambda junk: junk[:8],
)
async def test_junk_after_start_is_an_unknown_invitation(world: TestWorld, junk: str) -> None:
    stranger = world.sim.person("Orang Asing", id=77)
    await stranger.types(f"/start {junk}")
    await stranger.sees("undangan")
    member = await world.joins("Rina Wati", Role.TEACHER)
    last = member.messages[-1]
    await member.types(f"/start {junk}")
    await member.sees("undangan", after=last)
    await _still_works(member)


async def test_unknown_commands_get_an_answer(rina: Person) -> None:
    for text in ("/tidakada", "/rencana@kawan_uji_bot", "/", "//", "/menu lalu apa"):
        last = rina.messages[-1]
        await rina.types(text)
        await rina.sees("", after=last)


# --------------------------------------------------------------------- names


NAMES = {
    "emoji": "👩‍🏫🌸",
    "long": "Raden " + "Kusumawardhani " * 8,
    "html": '<b>Rina</b> & "Wati" <script>',
    "arabic": "رينا واتي\u202e",
    "zero-width": "\u200b\u200d\ufeff",
    "template": "{{ 7*7 }} {name} %s \\",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
async def test_any_name_survives_every_screen(world: TestWorld, name: str) -> None:
    """As the Telegram profile, as a teacher, as a coach who is told, and as a principal."""
    school = await world.founds(name="SMP <Satu> & Dua")
    name = name[:120].strip() or name
    profile = world.sim.person(name, id=501)
    coach = await world.joins(
        "Bu " + name[:110], Role.COACH, person=world.sim.person(name, id=502)
    )
    principal = await world.joins(
        "Pak " + name[:110], Role.PRINCIPAL, person=world.sim.person(name, id=503)
    )
    teacher = await world.joins(name, Role.TEACHER, school, profile)
    await teacher.sees("SMP <Satu> & Dua")
    await teacher.taps("Sapa saya Ibu")
    await teacher.taps("Status")
    await teacher.sees("Status saya")
    await teacher.taps("Minta bantuan")
    await teacher.sees("sampaikan")
    await coach.sees("minta bantuan")
    await teacher.types("bantuan")
    await teacher.sees("Cara memakai")
    await _plans(teacher, duty=name if name.strip("\u200b\u200d\ufeff") else "Pembina")
    await teacher.taps("Ringkasan")
    await teacher.taps("Ajukan")
    await teacher.sees("Menunggu persetujuan")
    await principal.sees("mengajukan rencana")
    await principal.taps("Lihat rinci")
    await principal.sees("Diajukan, 6 Jul 2026")
    last = principal.messages[-1]
    await principal.types("persetujuan")
    card = await principal.sees("mengajukan rencana", after=last)
    await principal.taps("Tinjau ulang", on=card)
    await principal.taps("Pilih alasan")
    await principal.sees("Apa pesan untuk")
    await principal.types("rekap")
    await principal.taps("diajukan")
    last = principal.messages[-1]
    await principal.types("persetujuan")
    await principal.taps("Setujui", on=await principal.sees("mengajukan rencana", after=last))
    await teacher.sees("rencana Anda disetujui")


async def test_a_name_of_200_characters_as_profile(world: TestWorld) -> None:
    person = world.sim.person("N" * 64 + " " + "M" * 135, id=501)
    await person.start()
    await person.sees("undangan")


async def _plans(person: Person, duty: str) -> None:
    await person.types("rencana")
    await person.taps("Bantu pilihkan")
    await person.taps("1. Pakai")
    await person.taps("Tugas tambahan")
    await person.taps("Tulis sendiri")
    await person.sees("Tugas tambahan apa?")
    await person.types(duty)
    await person.taps("Selesai")
    await person.taps("Perilaku kerja")
    await person.taps("set standar")
    await person.taps("Selesai")
    await person.sees_button("Ringkasan")


# --------------------------------------------------------------------- groups, channels


async def test_a_group_is_told_once_even_after_a_restart(world: TestWorld, rina: Person) -> None:
    group = world.sim.group("Guru SMPN 1")
    await group.adds_bot(rina)
    await rina.types("Halo bot", chat=group)
    await rina.types("/menu", chat=group)
    await _still_works(rina)
    assert [one.from_bot for one in group.messages].count(True) == 1
    await world.restart()
    await rina.types("/rencana", chat=group)
    await rina.types("menu", chat=group)
    await _still_works(rina)
    told = [one for one in group.messages if one.from_bot]
    assert len(told) == 1
    assert "percakapan pribadi" in told[0].text
    async with world.database.reading() as session:
        assert len((await session.exec(select(GroupChat))).all()) == 1


async def test_an_open_question_is_not_answered_from_a_group(
    world: TestWorld, rina: Person
) -> None:
    group = world.sim.group("Guru SMPN 1")
    await group.adds_bot(rina)
    await _asks_for_a_duty(rina)
    await rina.types("Ini obrolan grup", chat=group)
    await rina.types("Pembina Pramuka")
    await rina.sees("✅ Pembina Pramuka")
    await rina.sees_no("Ini obrolan grup")


async def test_a_channel_is_left_in_peace(world: TestWorld, rina: Person) -> None:
    channel = world.sim.group("Kabar", id=-1_009, type="channel")
    await channel.adds_bot(rina, administrator=True)
    await channel.posts("Pengumuman")
    await _still_works(rina)
    assert [one.text for one in channel.messages] == ["Pengumuman"]


# --------------------------------------------------------------------- forged buttons


@dataclass(frozen=True)
class Victim:
    """Whose plan and evidence the forgers are after."""

    person: Person
    plan_id: int
    member_id: int
    token: str
    proven: "Proven"


@dataclass(frozen=True)
class Proven:
    """A plan that holds, with pieces of evidence by their status, a paper being made, and help.

    A coach of the school has begun to write a broadcast.
    """

    plan_id: int
    entry_id: int
    pieces: dict[EvidenceStatus, int]
    order_id: int
    broadcast_id: int
    request_id: int
    proposal_id: int


@pytest.fixture
async def victim(world: TestWorld) -> Victim:
    """A teacher with a submitted plan and an earlier one that was proven, with much to hide."""
    token = await world.invites("Rina Wati", Role.TEACHER)
    person = world.sim.person("Rina", id=901)
    await person.start(token)
    await person.taps("Ya, ini saya")
    await person.taps("Setuju")
    await _plans(person, duty=SECRET)
    await person.taps("Ringkasan")
    await person.taps("Ajukan")
    await person.sees("Sudah diajukan")
    async with world.database.reading() as session:
        plan = (await session.exec(select(Plan))).one()
    return Victim(person, plan.id or 0, plan.member_id, token, await _proves(world, plan))


async def _proves(world: TestWorld, plan: Plan) -> Proven:
    """Give the teacher a plan of the period before, and evidence of every kind below it."""
    now = world.clock.now()
    earlier = Plan(
        **plan.model_dump(exclude={"id", "period", "status"}), period="2026-1",
        status=PlanStatus.AGREED,
    )  # fmt: skip
    async with world.database.transaction() as session:
        session.add(earlier)
        await session.flush()
        entry = PlanEntry(
            plan_id=earlier.id or 0, step="pengembangan-diri", code="RHK-01", quantity=4,
            points=32, points_floor=32, evidence=["sertifikat_topik"],
        )  # fmt: skip
        session.add(entry)
        pieces = {
            status: await _piece(world, session, earlier, status) for status in EvidenceStatus
        }
        coach = Member(
            school_id=plan.school_id, name="Desi", roles=int(Role.COACH), created_at=now
        )
        session.add(coach)
        await session.flush()
        for evidence_id in pieces.values():
            session.add(
                EvidenceComment(
                    evidence_id=evidence_id, member_id=coach.id or 0, text=SECRET, written_at=now
                )
            )
            session.add(EvidenceLook(evidence_id=evidence_id, member_id=coach.id or 0, revision=1))
        order = PaperOrder(
            school_id=plan.school_id, member_id=plan.member_id, kind="pdf",
            subject={"plan": earlier.id}, status=PaperStatus.MAKING, asked_at=now,
        )  # fmt: skip
        draft = Broadcast(
            school_id=plan.school_id, member_id=coach.id or 0, audience="all", text=SECRET,
            created_at=now, changed_at=now,
        )  # fmt: skip
        session.add_all([order, draft, *_rated(earlier, coach)])
        request = HelpRequest(
            school_id=plan.school_id, member_id=plan.member_id, status=HelpStatus.CLAIMED,
            places=["plan"], asked_at=now, queued_at=now, claimed_by=coach.id, claimed_at=now,
        )  # fmt: skip
        session.add(request)
        await session.flush()
        number = request.id or 0
        session.add(
            HelpMessage(request_id=number, member_id=plan.member_id, text=SECRET, said_at=now)
        )
        proposal = HelpProposal(
            request_id=number, plan_id=plan.id or 0, member_id=coach.id or 0,
            step="pengembangan-diri", code="RHK-02", quantity=1, proposed_at=now,
        )  # fmt: skip
        session.add(proposal)
        await session.flush()
        return Proven(
            earlier.id or 0, entry.id or 0, pieces, order.id or 0, draft.id or 0, number,
            proposal.id or 0,
        )  # fmt: skip


def _rated(plan: Plan, rater: Member) -> list[SQLModel]:
    """A rating that is final, with secret words on both sides."""
    said: dict[str, Any] = {
        "plan_id": plan.id or 0, "number": 1, "work_result": "di_bawah",
        "work_behaviour": "di_bawah", "predicate": "sangat_kurang", "feedback": SECRET,
    }  # fmt: skip
    return [
        Rating(
            **said, status=RatingStatus.FINAL, revision=1, changed_by=rater.id or 0,
            changed_at=plan.changed_at,
        ),
        FinalRating(
            **said, ruleset_version=1, rated_by=rater.id or 0, final_at=plan.changed_at,
            answer=SECRET,
        ),
    ]  # fmt: skip


async def _piece(
    world: TestWorld, session: AsyncSession, plan: Plan, status: EvidenceStatus
) -> int:
    """A photo with secret words below it."""
    now, unsorted = world.clock.now(), status is EvidenceStatus.UNSORTED
    decided = status in (EvidenceStatus.ACCEPTED, EvidenceStatus.RETURNED)
    piece = Evidence(
        school_id=plan.school_id, member_id=plan.member_id, status=status, note=SECRET,
        plan_id=None if unsorted else plan.id, step="" if unsorted else "pengembangan-diri",
        code="" if unsorted else "RHK-01", kind="" if unsorted else "sertifikat_topik",
        link=f"https://rahasia.sch.id/{status}" , received_at=now, changed_at=now,
        decided_by=plan.member_id if decided else None, decided_at=now if decided else None,
    )  # fmt: skip
    session.add(piece)
    await session.flush()
    photo = papers.photo(status)
    digest = sha256(photo).hexdigest()
    arrived = world.kawan.files.incoming()
    arrived.write_bytes(photo)
    world.kawan.files.place(arrived, plan.school_id, digest)
    session.add(
        EvidencePage(
            evidence_id=piece.id or 0, school_id=plan.school_id, position=1, sha256=digest,
            original_sha256=digest, size=len(photo), media_type="image/jpeg", name="rahasia.jpg",
            width=1240, height=1754, is_photo=True,
        )
    )  # fmt: skip
    return piece.id or 0


def _plausible(kind: type[Button], victim: Victim, guess: dict[str, Any]) -> str:
    known: dict[str, Any] = {
        "plan": victim.plan_id, "member": victim.member_id, "deputy": 1, "roster": 1,
        "revision": 1, "confirmed": 0, "units": 1, "take": 1, "page": 0, "kind": 0,
        "category": 0, "marks": 1, "reason": 0, "after": 0, "roles": 15,
        "first": 740_000, "last": 740_010,
        "step": "pengembangan-diri", "item": "RHK-01", "duty": "TT-01", "behaviour": "BERAKHLAK",
        "guide": "x", "choice": "x", "picks": "01*4", "origin": "previous", "where": "-",
        "language": "id", "salutation": "ibu", "state": "submitted", "token": victim.token,
        "evidence": victim.proven.pieces[EvidenceStatus.RECEIVED], "covers": 2,
        "entry": victim.proven.entry_id, "order": victim.proven.order_id, "form": "zip",
        "straightened": 1, "sending": 1,
        "broadcast": victim.proven.broadcast_id, "audience": "all", "fate": "help",
        "answer": "done", "hour": 8,
        "request": victim.proven.request_id, "proposal": victim.proven.proposal_id,
        "current": 0, "helped": 0, "number": 1, "found": "1.2", "flags": 1,
        "period": "2026-2", "axis": 0, "mark": 1,
        "deadline": "plan", "before": 739_828, "days": 5, "opens": 7, "closes": 16,
        "ruleset": "ruang-gtk-2025", "document": "kurikulum",
        "field": "perilaku_kerja", "part": "text",
        "sequence": 1, "place": 1, "level": 1, "slot": 740_000 * 24 + 9,
        "indicator": "IND-3", "focus": "IND-3a", "line": "3-3-3-3",
        "topic": "-", "at": 0, "section": 0,
        "piece": victim.proven.pieces[EvidenceStatus.CARRIED],
    }  # fmt: skip
    if "origin" in {one.name for one in fields(kind)} and kind.__name__ == "ShowDetails":  # type: ignore[arg-type]
        known["origin"] = "r"
    if kind.__module__.endswith(".copying"):
        known["field"] = "rhk/RHK-01"
    values = {**known, **guess}
    return _filled(kind, values)


def _filled(kind: type[Button], values: dict[str, Any]) -> str:
    """Give the data of a button that has what it needs of some values."""
    return kind(*(values[one.name] for one in fields(kind))).pack()  # type: ignore[arg-type]


GUESSES: tuple[dict[str, Any], ...] = (
    {},
    {"confirmed": 1, "take": 0, "page": 7, "units": -1, "after": 1, "origin": "model"},
    {"revision": 0, "page": -1, "marks": 0, "kind": 99, "category": 99, "reason": 99},
    {"step": "zzz", "item": "zzz", "duty": "zzz", "picks": "zz*1", "state": "zzz", "where": "zzz"},
    {"form": "report"},
)


def forged(kind: type[Button], victim: Victim) -> set[str]:
    """One kind of button, aimed at the victim in several ways."""
    at_evidence: list[dict[str, Any]] = [
        {"plan": victim.proven.plan_id, "evidence": piece, "confirmed": 1, "form": "pdf"}
        for piece in victim.proven.pieces.values()
    ]
    return {_plausible(kind, victim, guess) for guess in (*GUESSES, *at_evidence)}


DRAWN = b"\x89PNG"
FORGERS = {
    "stranger": None,
    "teacher of another school": (Role.TEACHER, True),
    "principal of another school": (Role.PRINCIPAL | Role.COACH | Role.OPERATOR, True),
    "colleague": (Role.TEACHER, False),
    "coach": (Role.COACH, False),
}


@pytest.mark.parametrize("who", FORGERS)
async def test_forged_buttons_reach_nobody(world: TestWorld, victim: Victim, who: str) -> None:
    forger = await _comes_in(world, who)
    before = await _belongings(world, victim)
    seen = _said_to(world, forger)
    moved = []
    for module, kinds in groupby(EVERY_BUTTON, lambda kind: kind.__module__):
        for data in (data for kind in kinds for data in forged(kind, victim)):
            answer = await forger.taps_data(data)
            assert SORRY not in answer.text, data
        if (after := await _belongings(world, victim)) != before:
            moved.append(module)
            before = after
    last = forger.messages[-1]
    await forger.types("menu")
    await forger.sees("", after=last)
    assert moved == []
    assert any(seen)
    assert [text for text in seen if SORRY in text] == []
    photos = [one for one in forger.messages if one.content.get("photo")]
    shown = {await forger.downloads(one) for one in photos}
    # What is drawn, of oneself or of one's own school, is no evidence.
    shown = {one for one in shown if not one.startswith(DRAWN)}
    if who == "coach":  # who may read it, and does; but not what is unsorted or history
        assert shown == {
            papers.photo(status)
            for status in (
                EvidenceStatus.RECEIVED, EvidenceStatus.ACCEPTED, EvidenceStatus.RETURNED
            )
        }  # fmt: skip
    else:
        assert [text for text in seen if "rahasia" in text] == []
        assert shown == set()
    if "school" in who or who == "stranger":
        assert [text for text in seen if "Rina" in text] == []


def _said_to(world: TestWorld, person: Person) -> list[str]:
    """Give what the bot says to one person from now on, as it comes."""
    said: list[str] = []

    def note(event: dict[str, Any]) -> None:
        if event["type"] == "call" and event["params"].get("chat_id") == str(person.id):
            said.extend(event["params"].get(name, "") for name in ("text", "caption"))

    world.sim.subscribe(note)
    return said


async def _comes_in(world: TestWorld, who: str) -> Person:
    seat = FORGERS[who]
    forger = world.sim.person("Maling", id=666)
    if seat is None:
        await forger.start()
        await forger.sees("undangan")
        return forger
    roles, elsewhere = seat
    school = await world.founds("20304567", "SMPN 2 Lain") if elsewhere else None
    return await world.joins("Maling Budiman", roles, school, forger)


async def _belongings(world: TestWorld, victim: Victim) -> list[Any]:
    """All rows of the victim, and of the school, that a forger could be after."""
    theirs = (victim.plan_id, victim.proven.plan_id)
    pieces = victim.proven.pieces.values()
    pages = await _rows(world, EvidencePage, col(EvidencePage.evidence_id).in_(pieces))
    for page in pages:
        del page["telegram_id"]  # whoever may look gives it a new one
    return [
        *await _rows(world, Plan, col(Plan.id).in_(theirs)),
        *await _rows(world, PlanEntry, col(PlanEntry.plan_id).in_(theirs)),
        *await _rows(world, PlanRevision, col(PlanRevision.plan_id).in_(theirs)),
        *await _rows(world, Decision, col(Decision.plan_id).in_(theirs)),
        *await _rows(world, Reopening, col(Reopening.plan_id).in_(theirs)),
        *await _rows(world, Rating, col(Rating.plan_id).in_(theirs)),
        *await _rows(world, FinalRating, col(FinalRating.plan_id).in_(theirs)),
        *await _rows(world, Evidence, col(Evidence.member_id) == victim.member_id),
        *pages,
        *await _rows(world, EvidenceComment, col(EvidenceComment.evidence_id).in_(pieces)),
        *await _rows(world, EvidenceLook, col(EvidenceLook.evidence_id).in_(pieces)),
        *await _rows(world, PaperOrder, col(PaperOrder.member_id) == victim.member_id),
        *await _rows(world, Broadcast, col(Broadcast.id) == victim.proven.broadcast_id),
        *await _rows(world, BroadcastReply, col(BroadcastReply.member_id) == victim.member_id),
        *await _rows(world, Member, col(Member.id) == victim.member_id),
        *await _rows(world, Invitation, col(Invitation.member_id) == victim.member_id),
        *await _rows(world, Deputy, col(Deputy.member_id) == victim.member_id),
        *await _rows(world, HelpRequest, col(HelpRequest.member_id) == victim.member_id),
        *await _rows(world, HelpMessage, col(HelpMessage.request_id) == victim.proven.request_id),
        *await _rows(world, HelpProposal, col(HelpProposal.id) == victim.proven.proposal_id),
        *await _rows(world, ModelPlan, col(ModelPlan.id) > 0),
        *await _rows(world, Account, col(Account.id) == victim.person.id),
    ]


async def _rows(world: TestWorld, table: type[SQLModel], which: Any) -> list[Any]:
    async with world.database.reading() as session:
        found = await session.exec(select(table).where(which))
        return sorted((row.model_dump() for row in found.all()), key=repr)


async def _everything(world: TestWorld) -> list[Any]:
    return [
        *await _rows(world, Plan, col(Plan.id) > 0),
        *await _rows(world, PlanEntry, col(PlanEntry.id) > 0),
    ]


EXTREMES: tuple[dict[str, Any], ...] = tuple(
    {
        name: value if field is int else text
        for kind in EVERY_BUTTON
        for name, field in zip(
            [one.name for one in fields(kind)],  # type: ignore[arg-type]
            kind.field_kinds(),
            strict=True,
        )
    }
    for value, text in (
        (LARGEST, "\x00"), (-LARGEST, "💣"), (0, ""), (2**31, "own1"), (-1, "-"),
    )
)  # fmt: skip


@pytest.mark.parametrize("roles", [Role.TEACHER, Role(15)], ids=["teacher", "all roles"])
async def test_buttons_with_absurd_values_do_no_harm(world: TestWorld, roles: Role) -> None:
    """On one's own plan, where nothing else keeps them off."""
    person = await world.joins("Rina Wati", roles)
    if roles & Role.TEACHER:
        await _plans(person, duty="Pembina")
        await person.sends_photo(papers.photo())
        await person.sees("Kiriman ini aman")
    mine = {"plan": 1, "revision": 0, "member": 1, "evidence": 1, "entry": 1}
    for guess in EXTREMES:
        for kind in EVERY_BUTTON:
            of_mine, of_nobody = _filled(kind, {**guess, **mine}), _filled(kind, guess)
            for data in dict.fromkeys((of_mine, of_nobody)):
                answer = await person.taps_data(data)
                assert SORRY not in answer.text, data
    await _still_works(person)
    async with world.database.reading() as session:
        for plan in (await session.exec(select(Plan))).all():
            full = await plans.find_plan(session, plan.member_id, plan.period)
            assert full is not None
            assert plan.points == sum(one.points * one.quantity for one in full.entries)


async def test_buttons_of_an_older_version_get_a_kind_answer(rina: Person) -> None:
    for data in ("0p", "0ps:1:x", "2p", "p", "plan.approve:1", "{}", "1zz", "1pi:1", " "):
        last = rina.last
        answer = await rina.taps_data(data, rina.messages[0].id)
        assert answer.show_alert
        assert "versi lama" in answer.text
        await rina.sees("SMPN 1 Surian", after=last)


async def test_a_stranger_with_an_old_button_hears_how_to_get_in(world: TestWorld) -> None:
    stranger = world.sim.person("Orang Asing", id=77)
    await stranger.start()
    first = await stranger.sees("undangan")
    for data in ("0p", Home().pack(), "1pi:1:RHK-01", "1q:0"):
        await stranger.taps_data(data)
    await stranger.sees("undangan", after=first)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    st.lists(
        st.one_of(
            st.binary(min_size=1, max_size=LONGEST).map(
                lambda data: data.decode("utf-8", "ignore")
            ),
            st.text(min_size=1, max_size=16),
            st.sampled_from(EVERY_BUTTON).flatmap(
                lambda kind: st.text("0123456789abz:-\x00", max_size=20).map(
                    lambda rest: f"1{kind.code}:{rest}"
                )
            ),
        ).filter(lambda data: 1 <= len(data.encode("utf-8", "surrogatepass")) <= LONGEST),
        min_size=40,
        max_size=60,
    )
)
async def test_garbage_on_buttons_does_no_harm(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, data: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("garbage")
    async with open_world(copied(sqlite_template, folder), folder) as world:
        stranger = world.sim.person("Orang Asing", id=77)
        await stranger.start()
        await stranger.sees("undangan")
        person = await world.joins("Rina Wati", Role(15))
        for one in data:
            for who in (person, stranger):
                answer = await who.taps_data(one)
                assert SORRY not in answer.text, one
        await _still_works(person)


# --------------------------------------------------------------------- what is gone


async def test_taps_on_a_deleted_plan_say_that_it_is_gone(world: TestWorld, rina: Person) -> None:
    await _plans(rina, duty="Pembina")
    async with world.database.transaction() as session:
        for table in (PlanEntry, Plan):
            for row in (await session.exec(select(table))).all():
                await session.delete(row)
            await session.flush()
    answer = await rina.taps("Pengembangan diri")
    assert answer.show_alert
    assert "sudah tidak ada" in answer.text
    await rina.types("lanjut")
    await rina.sees("0 dari 32 poin")


async def test_a_button_weeks_later_on_an_inaccessible_message(
    world: TestWorld, rina: Person
) -> None:
    world.sim.world.accessible_seconds = 3600.0
    card = await rina.sees_button("Rencana")
    world.clock.forward(timedelta(days=30))
    await rina.taps("Rencana", on=card)
    await rina.sees("0 dari 32 poin", after=card)
