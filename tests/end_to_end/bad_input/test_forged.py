"""Buttons of others, aimed at a teacher with much to hide."""

from dataclasses import fields
from itertools import groupby
from typing import Any

import pytest

from bot.simulator.driver import Person
from conversations.callbacks.packing import Button
from storage.models import EvidenceStatus, Role
from tests import papers
from tests.end_to_end.bad_input.staging import EVERY_BUTTON, SORRY, filled
from tests.end_to_end.bad_input.victims import Victim, belongings, victim_in
from tests.world import TestWorld


@pytest.fixture
async def victim(world: TestWorld) -> Victim:
    return await victim_in(world)


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
        "answer": "done", "hour": 8, "minute": 480,
        "request": victim.proven.request_id, "proposal": victim.proven.proposal_id,
        "current": 0, "helped": 0, "number": 1, "found": "1.2", "flags": 1,
        "period": "2026-2", "axis": 0, "mark": 1,
        "deadline": "plan", "before": 739_828, "days": 5, "opens": 7, "closes": 16,
        "ruleset": "ruang-gtk-2025", "document": "kurikulum",
        "field": "perilaku_kerja", "part": "text",
        "sequence": 1, "place": 1, "level": 1, "slot": 740_000 * 1440 + 540,
        "indicator": "IND-3", "focus": "IND-3a", "line": "3-3-3-3",
        "topic": "-", "at": 0, "section": 0,
        "piece": victim.proven.pieces[EvidenceStatus.CARRIED],
    }  # fmt: skip
    if "origin" in {one.name for one in fields(kind)} and kind.__name__ == "ShowDetails":  # type: ignore[arg-type]
        known["origin"] = "r"
    if kind.__module__.endswith(".copying"):
        known["field"] = "rhk/RHK-01"
    values = {**known, **guess}
    return filled(kind, values)


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
    before = await belongings(world, victim)
    seen = _said_to(world, forger)
    moved = []
    for module, kinds in groupby(EVERY_BUTTON, lambda kind: kind.__module__):
        for data in (data for kind in kinds for data in forged(kind, victim)):
            answer = await forger.taps_data(data)
            assert SORRY not in answer.text, data
        if (after := await belongings(world, victim)) != before:
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
