"""A piece's life: whatever teachers and deciders do, in any order, nothing is lost or undone."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from sqlalchemy import select as sql
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import cards, decisions, plans
from storage.cards import Subject
from storage.database import Database
from storage.errors import (
    AlreadyDecided,
    EvidenceChanged,
    NotAllowed,
    NotAllSeen,
    NotFound,
    OutOfRange,
    PlanNotOpen,
    PlanReopened,
    Refused,
    SameFileHere,
    TooMany,
)
from storage.evidence import (
    changing,
    checking,
    describing,
    filing,
    needs,
    reading,
    receiving,
    replacing,
)
from storage.evidence.reading import HISTORY, Piece
from storage.models import (
    AuditEntry,
    Card,
    Evidence,
    EvidenceLook,
    EvidencePage,
    EvidenceStatus,
    OutboxMessage,
    Plan,
    PlanStatus,
    table_of,
)
from storage.people import Actor, known_id
from storage.plans import FullPlan
from tests.databases import FreshDatabase
from tests.storage.evidence.staging import (
    DUTY,
    NOW,
    PERIOD,
    RULES,
    TODAY,
    Cast,
    arrives,
    cast_for,
    holds,
    rows_of,
)
from tests.storage.machines import DatabaseMachine, run_machine

T = TypeVar("T")

UNSORTED, RECEIVED, ACCEPTED, RETURNED, REPLACED, REMOVED, _ATTACHED, _CARRIED = EvidenceStatus
# What is attached to a form has a life of its own: tests/storage/test_forms.py.

BY_TEACHER = {
    UNSORTED: {UNSORTED, RECEIVED, REPLACED, REMOVED},
    RECEIVED: {RECEIVED, REPLACED, REMOVED},
    RETURNED: {RECEIVED, REPLACED, REMOVED},
}
BY_DECIDER = {RECEIVED: {ACCEPTED, RETURNED}}
"""What may follow what, and by whom; where nothing is named, nothing may."""

MOST_UNSORTED = 4
"""Few, so that the limit is reached."""

owners = st.sampled_from(["rina", "deputy"])
deciders = st.sampled_from(["principal", "deputy"])
codes = st.sampled_from(["RHK-01", "RHK-07", "RHK-08", DUTY])
words = st.sampled_from([f"berkas {number}" for number in range(9)])
which = st.integers(0, 11)
"""One of the pieces, mostly one of those with which there is something to do."""
rarely = st.sampled_from([False, False, False, True])
drifts = st.sampled_from([0, 0, 0, 0, -1, 1])
"""How far off the revision is that somebody was shown."""
kinds = st.sampled_from(["", "sertifikat", "sertifikat_topik", "sk", "laporan_tugas"])


@dataclass(frozen=True)
class Snapshot:
    """All that is stored of a piece, and its pages."""

    row: dict[str, Any]
    pages: tuple[tuple[int, str, str], ...]

    @property
    def status(self) -> EvidenceStatus:
        return EvidenceStatus(self.row["status"])

    @property
    def key(self) -> tuple[int | None, str, str]:
        return (self.row["plan_id"], self.row["step"], self.row["code"])

    @property
    def files(self) -> frozenset[str]:
        return frozenset(original for _, original, _ in self.pages)


@dataclass
class World:
    """What is stored: pieces by id, the plans' status by owner, what was looked at."""

    pieces: dict[int, Snapshot] = field(default_factory=dict)
    plans: dict[str, PlanStatus] = field(default_factory=dict)
    looks: dict[tuple[int, int], int] = field(default_factory=dict)


class EvidenceLife(DatabaseMachine):
    """Does what people can do; checks each step against what was there before it."""

    def __init__(self) -> None:
        super().__init__()
        self.cast = self.runner.run(_prepare(self.database))
        self.now = NOW
        self.messages = 0
        self.compared = False
        self.world = self.runner.run(self._look())

    # -- doing

    def act(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T | Refused:
        """Do something in a transaction; a refusal leaves no trace, even before it is undone."""
        self.now += timedelta(seconds=37)

        async def run() -> T | Refused:
            async with self.database.writing() as session:
                before = await rows_of(session)
                try:
                    done = await work(session)
                except Refused as refusal:
                    assert await rows_of(session) == before
                    await session.rollback()
                    return refusal
                await session.commit()
                self.compared = False
                return done

        return self.runner.run(run())

    def does(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T | Refused:
        """Let a teacher act; see that only what teachers may do has come of it."""
        return self._watched(work, BY_TEACHER, grows=True)

    def decides(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T | Refused:
        """Let somebody decide; see that only a decision has come of it."""
        return self._watched(work, BY_DECIDER, grows=False)

    def _watched(
        self,
        work: Callable[[AsyncSession], Awaitable[T]],
        allowed: dict[EvidenceStatus, set[EvidenceStatus]],
        *,
        grows: bool,
    ) -> T | Refused:
        before = self.world.pieces
        done = self.act(work)
        self.world = self.runner.run(self._look())
        after = self.world.pieces
        for piece_id, was in before.items():
            now = after[piece_id]
            if now == was:
                continue
            assert now.status in allowed.get(was.status, set()), (was.status, now.status)
            assert now.row["revision"] == was.row["revision"] + grows
            assert set(was.pages) <= set(now.pages)
            assert grows or now.pages == was.pages
        for piece_id in after.keys() - before.keys():
            assert grows
            assert after[piece_id].status in (UNSORTED, RECEIVED)
        return done

    def actor(self, who: str) -> Actor:
        found: Actor = getattr(self.cast, who)
        return found

    def pick(self, number: int, *likely: EvidenceStatus) -> tuple[int, Snapshot] | None:
        """Choose a piece, counted from the newest; three times of four one that is likely."""
        pieces = self.world.pieces
        fit = [one for one in pieces if not likely or pieces[one].status in likely]
        among = sorted((number % 4 and fit) or pieces, reverse=True)
        if not among:
            return None
        chosen = among[number % len(among)]
        return chosen, pieces[chosen]

    def owner_of(self, piece: Snapshot) -> str:
        return "rina" if piece.row["member_id"] == self.cast.rina.member_id else "deputy"

    async def full(self, session: AsyncSession, owner: str) -> FullPlan:
        found = await plans.find_plan(session, self.actor(owner).member_id, PERIOD.id)
        assert found is not None
        return found

    def is_open(self, owner: str) -> bool:
        return self.world.plans[owner] in changing.OPEN_PLANS

    def unsorted(self, owner: str) -> int:
        mine = self.actor(owner).member_id
        return sum(
            one.status is UNSORTED and one.row["member_id"] == mine
            for one in self.world.pieces.values()
        )

    # -- what teachers do

    @initialize()
    def a_school_in_the_middle_of_the_period(self) -> None:
        for number, owner in enumerate(["rina", "rina", "deputy"]):
            self.sends_and_files(owner, f"awal {number}", "RHK-01")
        self.sends("rina", "awal lain")

    @rule(owner=owners, words=words, code=codes)
    def sends_and_files(self, owner: str, words: str, code: str) -> None:
        """The two taps that are made most."""
        before = self.world.pieces
        self.sends(owner, words)
        for _ in self.world.pieces.keys() - before.keys():
            self._files(max(self.world.pieces), code, "", owner)

    @rule(owner=owners, words=words)
    def sends(self, owner: str, words: str) -> None:
        self._sends(owner, words, "")

    @rule(owner=owners, words=words, album=st.sampled_from(["satu", "dua"]))
    def sends_in_an_album(self, owner: str, words: str, album: str) -> None:
        self._sends(owner, words, album)

    def _sends(self, owner: str, words: str, album: str) -> None:
        actor, before = self.actor(owner), self.world.pieces
        # As messages of an album may: the pages do not come in the order of their numbers.
        self.messages += 1
        arrival = arrives(words, self.messages ^ 1)
        open_album = [
            piece_id
            for piece_id, one in before.items()
            if album
            and (one.row["member_id"], one.row["album"]) == (actor.member_id, album)
            and one.status in changing.CHANGEABLE
        ]
        known = [
            piece_id
            for piece_id, one in before.items()
            if one.row["member_id"] == actor.member_id
            and one.status not in HISTORY
            and arrival.seen.original_sha256 in one.files
            and (not album or len(one.files) > 1 or piece_id == max(open_album, default=0))
        ]
        full_house = self.unsorted(owner) >= receiving.MOST_UNSORTED
        done = self.does(
            lambda session: receiving.receive(session, actor, arrival, self.now, album=album)
        )
        if known:
            assert isinstance(done, receiving.Sent)
            assert done.known
            assert done.piece.id == max(known)
            assert self.world.pieces == before
        elif open_album:
            assert isinstance(done, receiving.Sent)
            assert done.piece.id == max(open_album)
        elif full_house:
            assert isinstance(done, TooMany)
        else:
            assert isinstance(done, receiving.Sent)
            assert not done.known
            assert done.piece.id not in before

    @rule(number=which, code=codes, kind=kinds, stray=rarely)
    def files(self, number: int, code: str, kind: str, stray: bool) -> None:
        picked = self.pick(number, UNSORTED, RECEIVED, RETURNED)
        if picked is None:
            return
        owner = self.owner_of(picked[1])
        if stray:
            owner = "rina" if owner == "deputy" else "deputy"
        self._files(picked[0], code, kind, owner)

    def _files(self, piece_id: int, code: str, kind: str, owner: str) -> None:
        before, actor = self.world.pieces[piece_id], self.actor(owner)

        async def work(session: AsyncSession) -> Piece:
            full = await self.full(session, owner)
            entry = next((one for one in full.entries if one.code == code), None)
            return await filing.file_under(
                session, actor, RULES, full, piece_id, known_id(entry.id) if entry else 0,
                self.now, kind=kind,
            )  # fmt: skip

        twins = self._same_files(piece_id, before, owner, code)
        done = self.does(work)
        if before.row["member_id"] != actor.member_id:
            assert isinstance(done, NotAllowed)
        elif not self.is_open(owner):
            assert isinstance(done, PlanNotOpen)
        elif isinstance(done, NotFound):
            assert not self._is_planned(owner, code)
        elif twins:
            assert isinstance(done, SameFileHere)
            assert done.evidence_id in twins
        elif before.status not in BY_TEACHER:
            self._is_final(done, before)
        else:
            assert isinstance(done, Piece)
            assert done.status is RECEIVED
            assert done.evidence.code == code

    def _same_files(self, piece_id: int, piece: Snapshot, owner: str, code: str) -> list[int]:
        return [
            other_id
            for other_id, other in self.world.pieces.items()
            if other_id != piece_id
            and other.row["code"] == code
            and self.owner_of(other) == owner
            and other.status not in HISTORY
            and other.files == piece.files
        ]

    def _is_planned(self, owner: str, code: str) -> bool:
        async def ask() -> bool:
            async with self.database.reading() as session:
                full = await self.full(session, owner)
                return any(one.entry.code == code for one in needs.provable(RULES, full))

        return self.runner.run(ask())

    def _is_final(self, done: object, before: Snapshot) -> None:
        if before.status is ACCEPTED:
            assert isinstance(done, AlreadyDecided)
            assert done.by_member == before.row["decided_by"]
        else:
            assert isinstance(done, EvidenceChanged)

    @rule(number=which, what=st.sampled_from(["kind", "date", "note", "covers"]), size=which)
    def describes(self, number: int, what: str, size: int) -> None:
        picked = self.pick(number, RECEIVED, RETURNED)
        if picked is None:
            return
        piece_id, before = picked
        owner = self.owner_of(before)
        actor = self.actor(owner)

        async def work(session: AsyncSession) -> Piece:
            full = await self.full(session, owner)
            match what:
                case "kind":
                    kind = ("sertifikat", "sertifikat_topik", "sk")[size % 3]
                    return await describing.say_kind(
                        session, actor, RULES, full, piece_id, kind, self.now
                    )
                case "covers":
                    return await describing.say_covers(
                        session, actor, RULES, full, piece_id, size, self.now
                    )
                case "date":
                    day = date(2026, 6, 25) + timedelta(days=size)
                    return await describing.say_date(session, actor, piece_id, day, self.now)
            return await describing.say_note(session, actor, piece_id, f"catatan {size}", self.now)

        done = self.does(work)
        if isinstance(done, NotFound | OutOfRange):
            assert what in ("kind", "covers")
        elif before.status not in BY_TEACHER:
            self._is_final(done, before)
        else:
            assert isinstance(done, Piece)
            assert done.status is (RECEIVED if before.status is RETURNED else before.status)

    @rule(number=which, by=which)
    def replaces(self, number: int, by: int) -> None:
        picked, new = self.pick(number, RECEIVED, RETURNED), self.pick(by, UNSORTED)
        if picked is None or new is None:
            return
        (old_id, old), (new_id, spare) = picked, new
        actor = self.actor(self.owner_of(old if by % 2 else spare))
        done = self.does(
            lambda session: replacing.replace(session, actor, old_id, new_id, self.now)
        )
        if {old.row["member_id"], spare.row["member_id"]} != {actor.member_id}:
            assert isinstance(done, NotAllowed)
        elif spare.status is not UNSORTED or old_id == new_id:
            assert isinstance(done, EvidenceChanged)
        elif isinstance(done, SameFileHere):
            third = self.world.pieces[done.evidence_id]
            assert (third.key, third.files) == (old.key, spare.files)
            assert done.evidence_id != old_id
        elif old.status not in BY_TEACHER:
            self._is_final(done, old)
        else:
            assert isinstance(done, Piece)
            now = self.world.pieces[new_id]
            assert now.row["replaces_id"] == old_id
            assert now.key == old.key
            for same in ("kind", "covers"):
                assert now.row[same] == old.row[same]
            assert now.row["note"] == (spare.row["note"] or old.row["note"])
            assert now.row["dated_on"] == (spare.row["dated_on"] or old.row["dated_on"])
            assert now.pages == spare.pages

    @rule(number=which)
    def takes_away(self, number: int) -> None:
        picked = self.pick(number, UNSORTED)
        if picked is None:
            return
        piece_id, before = picked
        actor = self.actor(self.owner_of(before))
        done = self.does(lambda session: replacing.take_away(session, actor, piece_id, self.now))
        if before.status not in BY_TEACHER:
            self._is_final(done, before)
        else:
            assert isinstance(done, Piece)
            assert done.status is REMOVED

    @rule(number=which)
    def brings_back(self, number: int) -> None:
        """Undo that a piece was taken away."""
        picked = self.pick(number, REMOVED)
        if picked is None:
            return
        piece_id, before = picked
        was, actor = self.world.pieces, self.actor(self.owner_of(before))
        live = [
            other_id
            for other_id, one in was.items()
            if one.row["replaces_id"] == piece_id and one.status not in HISTORY
        ]
        twins = self._same_files(piece_id, before, self.owner_of(before), before.row["code"])
        full_house = self.unsorted(self.owner_of(before)) >= receiving.MOST_UNSORTED
        done = self.does(lambda session: replacing.bring_back(session, actor, piece_id, self.now))
        if before.status is not REMOVED:
            assert isinstance(done, EvidenceChanged)
        elif live:
            assert isinstance(done, Piece)
            assert live == [done.id]
            assert self.world.pieces == was
        elif twins and before.row["plan_id"]:
            assert isinstance(done, SameFileHere)
        elif full_house and not before.row["plan_id"]:
            assert isinstance(done, TooMany)
        else:
            assert isinstance(done, Piece)
            now = self.world.pieces[done.id]
            assert now.row["replaces_id"] == piece_id
            assert (now.key, now.files) == (before.key, before.files)
            for same in ("kind", "covers", "note", "dated_on"):
                assert now.row[same] == before.row[same]

    @rule(number=which)
    def uses_again(self, number: int) -> None:
        picked = self.pick(number, ACCEPTED, RECEIVED)
        if picked is None:
            return
        piece_id, before = picked
        owner = self.owner_of(before)
        full_house = self.unsorted(owner) >= receiving.MOST_UNSORTED
        actor = self.actor(owner)
        done = self.does(lambda session: filing.use_again(session, actor, piece_id, self.now))
        if before.status in (UNSORTED, *HISTORY):
            assert isinstance(done, EvidenceChanged)
        elif full_house:
            assert isinstance(done, TooMany)
        else:
            assert isinstance(done, Piece)
            assert self.world.pieces[done.id].files == before.files

    # -- what those who decide do

    @rule(number=which, decider=deciders)
    def looks(self, number: int, decider: str) -> None:
        """Have a piece on the screen, with its buttons."""
        picked = self.pick(number, RECEIVED)
        if picked is not None:
            self._looks(decider, *picked)

    def _looks(self, decider: str, piece_id: int, before: Snapshot) -> None:
        actor = self.actor(decider)
        self.messages += 1

        async def work(session: AsyncSession) -> Piece:
            piece = await checking.piece_to_check(session, actor, piece_id)
            await checking.note_look(session, actor, piece)
            await cards.remember(
                session, school_id=actor.school_id, member_id=actor.member_id,
                place=(actor.member_id, self.messages), subject=Subject(evidence_id=piece_id),
                view="x", now=self.now,
            )  # fmt: skip
            return piece

        done = self.decides(work)
        if before.row["member_id"] == actor.member_id:
            assert isinstance(done, NotAllowed)
        elif before.status in (UNSORTED, *HISTORY):
            assert isinstance(done, NotFound)
        else:
            assert isinstance(done, Piece)

    @rule(number=which, decider=deciders, drift=drifts, back=st.booleans())
    def decides_on_one(self, number: int, decider: str, drift: int, back: bool) -> None:
        picked = self.pick(number, RECEIVED)
        if picked is None:
            return
        piece_id, before = picked
        owner, actor = self.owner_of(before), self.actor(decider)
        shown = before.row["revision"] + drift

        def work(session: AsyncSession) -> Awaitable[Piece]:
            if back:
                return checking.send_back(
                    session, actor, piece_id, shown, self.now, reason="Buram"
                )
            return checking.accept(session, actor, piece_id, shown, self.now)

        done = self.decides(work)
        if owner == decider:
            assert isinstance(done, NotAllowed)
        elif before.status in (UNSORTED, *HISTORY):
            assert isinstance(done, NotFound)
        elif before.status is RECEIVED and drift:
            assert isinstance(done, EvidenceChanged)
        elif not self.is_open(owner):
            assert isinstance(done, PlanReopened)
        elif before.status is RECEIVED:
            assert isinstance(done, Piece)
            assert done.status is (RETURNED if back else ACCEPTED)
        else:
            assert isinstance(done, AlreadyDecided)
            assert done.verdict == before.status
            assert done.by_member == before.row["decided_by"]

    @rule(owner=owners, decider=deciders, looks=rarely)
    def accepts_all(self, owner: str, decider: str, looks: bool) -> None:
        actor, teacher = self.actor(decider), self.actor(owner)
        for piece_id, one in self.world.pieces.items() if looks else ():
            if one.status is RECEIVED and self.owner_of(one) == owner:
                self._looks(decider, piece_id, one)
        waiting = {
            piece_id: one.row["revision"]
            for piece_id, one in self.world.pieces.items()
            if self.owner_of(one) == owner != decider
            and one.status is RECEIVED
            and self.is_open(owner)
        }
        seen = self.world.looks
        unseen = [
            one
            for one, revision in waiting.items()
            if seen.get((one, actor.member_id)) != revision
        ]
        done = self.decides(
            lambda session: checking.accept_all(session, actor, teacher.member_id, self.now)
        )
        if unseen:
            assert isinstance(done, NotAllSeen)
            assert done.unseen == len(unseen)
        else:
            assert isinstance(done, list)
            assert {one.id for one in done} == waiting.keys()

    @rule(number=which, who=st.sampled_from(["budi", "coach", "operator", "stranger"]), at=which)
    def somebody_else_tries(self, number: int, who: str, at: int) -> None:
        """Nobody touches what is not theirs, and nobody decides who may not."""
        picked = self.pick(number)
        if picked is None:
            return
        piece_id, before = picked
        actor, shown = self.actor(who), before.row["revision"]
        attempts: list[Callable[[AsyncSession], Awaitable[object]]] = [
            lambda s: replacing.take_away(s, actor, piece_id, self.now),
            lambda s: replacing.bring_back(s, actor, piece_id, self.now),
            lambda s: filing.use_again(s, actor, piece_id, self.now),
            lambda s: describing.say_note(s, actor, piece_id, "x", self.now),
            lambda s: describing.say_date(s, actor, piece_id, TODAY, self.now),
            lambda s: replacing.replace(s, actor, piece_id, piece_id, self.now),
            lambda s: checking.accept(s, actor, piece_id, shown, self.now),
            lambda s: checking.send_back(s, actor, piece_id, shown, self.now, reason="x"),
        ]
        done = self.act(attempts[at % len(attempts)])
        assert isinstance(done, NotFound if who == "stranger" else NotAllowed), done

    # -- what becomes of the plan

    @rule(owner=owners, really=rarely)
    def plan_is_opened_again(self, owner: str, really: bool) -> None:
        async def work(session: AsyncSession) -> FullPlan:
            full = await self.full(session, owner)
            revision = full.plan.revision
            decider = self.actor("principal")
            return await decisions.reopen(
                session, decider, full.id, revision, self.now, reason="Ubah"
            )

        if really and self.is_open(owner):
            done = self.decides(work)
            assert isinstance(done, FullPlan)

    @rule(owner=owners, code=codes, units=st.integers(0, 3))
    def plan_is_changed(self, owner: str, code: str, units: int) -> None:
        async def work(session: AsyncSession) -> FullPlan:
            actor, full = self.actor(owner), await self.full(session, owner)
            if code == DUTY:
                return await plans.toggle_duty(session, actor, RULES, full.id, DUTY, self.now)
            return await plans.set_quantity(session, actor, RULES, full.id, code, units, self.now)

        if not self.is_open(owner):
            assert isinstance(self.decides(work), FullPlan)

    @rule(owner=owners, agreed=st.booleans())
    def plan_holds_again(self, owner: str, agreed: bool) -> None:
        async def work(session: AsyncSession) -> FullPlan:
            actor, full = self.actor(owner), await self.full(session, owner)
            if not full.of("tugas_tambahan"):
                await plans.have_no_duty(session, actor, RULES, full.id, self.now)
            if not full.of("pengembangan_diri"):
                await plans.set_quantity(session, actor, RULES, full.id, "RHK-02", 1, self.now)
            number = full.plan.revision
            await plans.submit(
                session, actor, RULES, full.id, number, today=TODAY, now=self.now, reason="Cukup"
            )
            decider = self.actor("principal")
            full = await decisions.approve(session, decider, full.id, number + 1, self.now)
            if agreed:
                await plans.agree(session, actor, RULES, full.id, number + 1, self.now)
            return full

        if not self.is_open(owner):
            assert isinstance(self.decides(work), FullPlan)

    @rule()
    def restarts(self) -> None:
        self.runner.run(self.database.close())
        self.database = Database(self.database.url.render_as_string(hide_password=False))

    # -- what always holds

    async def _look(self) -> World:
        async with self.database.reading() as session:
            connection = await session.connection()
            pages: dict[int, list[tuple[int, str, str]]] = {}
            page = table_of(EvidencePage).c
            columns = (page.evidence_id, page.position, page.original_sha256, page.sha256)
            for evidence_id, *found in await connection.execute(sql(*columns)):
                pages.setdefault(evidence_id, []).append(tuple(found))
            pieces = {
                row["id"]: Snapshot(dict(row), tuple(sorted(pages.get(row["id"], []))))
                for row in (await connection.execute(table_of(Evidence).select())).mappings()
            }
            who = {self.actor(name).member_id: name for name in ("rina", "deputy")}
            plan, look = table_of(Plan).c, table_of(EvidenceLook).c
            statuses = {
                who[member_id]: PlanStatus(status)
                for member_id, status in await connection.execute(sql(plan.member_id, plan.status))
            }
            seen = await connection.execute(sql(look.evidence_id, look.member_id, look.revision))
            looks = {(piece, member): revision for piece, member, revision in seen}
        return World(pieces, statuses, looks)

    @invariant()
    def every_piece_is_whole(self) -> None:
        for piece_id, one in self.world.pieces.items():
            assert one.pages
            assert len({at for at, _, _ in one.pages}) == len(one.pages)
            assert one.row["covers"] >= 1
            filed = one.row["plan_id"] is not None
            assert filed == bool(one.row["code"]) == bool(one.row["step"])
            if one.status in (RECEIVED, ACCEPTED, RETURNED):
                assert filed
            if one.status is UNSORTED:
                assert not filed
            decided = one.row["decided_by"] is not None
            if one.status in (ACCEPTED, RETURNED):
                assert decided
            assert one.row["decided_by"] != one.row["member_id"], piece_id

    @invariant()
    def history_is_a_chain(self) -> None:
        pieces = self.world.pieces
        named = [one.row["replaces_id"] for one in pieces.values() if one.row["replaces_id"]]
        replaced = [one for one in named if pieces[one].status is REPLACED]
        assert len(set(replaced)) == len(replaced)
        # What was taken away and is back is named as well.
        assert {pieces[one].status for one in named} <= {REPLACED, REMOVED}
        # What was never filed may be let go of; of what was, each names the one before.
        filed = [at for at, one in pieces.items() if one.status is REPLACED and one.row["plan_id"]]
        assert set(filed) <= set(replaced)

    @invariant()
    def an_entry_has_no_file_twice(self) -> None:
        live = [
            (one.key, one.files)
            for one in self.world.pieces.values()
            if one.status in (RECEIVED, ACCEPTED, RETURNED)
        ]
        assert len(set(live)) == len(live)

    @invariant()
    def what_was_decided_and_told_is_kept(self) -> None:
        if not self.compared:
            self.runner.run(self._compare())
            self.compared = True

    async def _compare(self) -> None:
        async with self.database.reading() as session:
            trail = await session.exec(
                select(AuditEntry).where(
                    col(AuditEntry.action).in_(["evidence.accepted", "evidence.returned"])
                )
            )
            decided = [(one.subject, one.detail["revision"]) for one in trail.all()]
            assert len(set(decided)) == len(decided)
            open_cards = await session.exec(select(Card).where(col(Card.closed_at).is_(None)))
            for card in open_cards.all():
                if card.evidence_id is None:
                    continue
                # Where there is a button to decide, what it was drawn from is still so.
                piece = self.world.pieces[card.evidence_id]
                assert piece.status is RECEIVED
                seen = self.world.looks[card.evidence_id, card.member_id]
                assert seen == piece.row["revision"]
            told = (await session.exec(select(OutboxMessage))).all()
            for message in told:
                if message.kind == "evidence_returned":
                    owner = self.world.pieces[message.subject["evidence"]].row["member_id"]
                    assert message.member_id == owner
            for who in ("rina", "deputy"):
                await self._compare_points(session, who)

    async def _compare_points(self, session: AsyncSession, who: str) -> None:
        full = await self.full(session, who)
        evidence = await reading.evidence_of_plan(session, full.id)
        assert all(one.member_id == full.plan.member_id for one in evidence)
        total = needs.progress(needs.provable(RULES, full), evidence)
        assert 0 <= total.accepted_points <= total.sent_points <= total.planned_points
        assert total.planned_points == full.plan.points_floor
        assert 0 <= total.accepted <= total.sent <= total.planned
        actor = self.actor(who)
        loose = await reading.unsorted_of(session, actor)
        assert len(loose) == self.unsorted(who)


CALM = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    stateful_step_count=30,
    print_blob=True,
)


async def _prepare(database: Database) -> Cast:
    cast = await cast_for(database)
    async with database.transaction() as session:
        for who in (cast.rina, cast.deputy):
            await holds(session, who, cast.principal)
    return cast


@pytest.fixture(autouse=True)
def room_for_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "MOST_UNSORTED", MOST_UNSORTED)


def test_a_pieces_life_on_sqlite(fresh_sqlite: FreshDatabase) -> None:
    run_machine(EvidenceLife, fresh_sqlite, settings(CALM, max_examples=12))


def test_a_pieces_life_on_postgresql(fresh_postgresql: FreshDatabase) -> None:
    run_machine(EvidenceLife, fresh_postgresql, settings(CALM, max_examples=4))
