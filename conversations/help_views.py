"""A request for help as a screen: for whoever asked, and for those who can help.

Both are drawn for whoever taps and for whoever is told, so they take a person, not a turn.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from conversations.callbacks.checking import TeacherEvidence
from conversations.callbacks.everybody import Home
from conversations.callbacks.helping import (
    ClaimHelp,
    CloseHelp,
    OpenHelpQueue,
    ProposeEvidence,
    ProposeItems,
    ReleaseHelp,
    SayHelped,
    SeeDraft,
    ShowHelp,
    TalkAbout,
)
from conversations.evidence_views import gap_text, missing_for
from conversations.faq import FAQ
from conversations.people import Person
from conversations.screens import Key, Row, Screen, Style, in_rows
from storage import plans
from storage.evidence import changing, needs, reading
from storage.evidence.needs import Progress
from storage.helping import talking
from storage.helping.requests import FullRequest
from storage.models import HelpStatus, Role
from storage.plans import FullPlan, items_step
from storage.rulesets import RuleSet

WORDS_SHOWN = 3
PLACES = (
    "plan", "summary", "status", "returned", "reopened", "evidence", "broadcast", "reminder",
    "observation", "report",
)  # fmt: skip
"""Where else than on a step, on an item or at a question help can be asked for."""

EVIDENCE_OF = "e."
"""How the place of a planned entry begins that is to be proven; its code follows."""

QUESTION = "faq"
"""How the place of a question begins whose answer did not help."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """How far a member's plan and evidence are; without a plan only the rules hold."""

    rules: RuleSet
    full: FullPlan | None
    missing: tuple[str, ...]
    proof: Progress | None
    gaps: Mapping[str, str] = field(default_factory=dict)
    """What evidence each planned entry lacks, by its code."""


async def stuck_at(person: Person, full: FullRequest) -> Stuck:
    """Say how far whoever asked is."""
    plan = await plans.find_plan(person.session, full.request.member_id, person.period.id)
    if plan is None:
        return Stuck(person.rules, None, (), None)
    rules = person.rulebook.of_plan(person.school, plan.plan)
    missing = tuple(rules.step(one).title for one in plans.missing_steps(rules, plan))
    if plan.status not in changing.OPEN_PLANS or not rules.upload.required:
        return Stuck(rules, plan, missing, None)
    evidence = await reading.evidence_of_plan(person.session, plan.id)
    entries = needs.provable(rules, plan)
    gaps = {
        one.entry.code: gap_text(person.words, rules, missing_for(one, evidence))
        for one in entries
    }
    return Stuck(rules, plan, missing, needs.progress(entries, evidence), gaps)


def is_place(rules: RuleSet, where: str) -> bool:
    """Whether there is such a place: a step, an item, a question, or one of `PLACES`."""
    where = where.removeprefix(EVIDENCE_OF)
    known = {step.id for step in rules.steps} | {item.code for item in rules.items}
    known |= {duty.code for duty in rules.duties}
    return where in known or where in PLACES or _question(where) is not None


def place_title(person: Person, stuck: Stuck, where: str) -> str:
    """Name a place; empty for one that is not known (any more)."""
    rules, code = stuck.rules, where.removeprefix(EVIDENCE_OF)
    if code != where:
        titles = {item.code: item.short for item in rules.items}
        titles |= {duty.code: duty.label for duty in rules.duties}
        parts = [person.words.label("helping.at_evidence"), titles.get(code, "")]
        named = " › ".join(filter(None, parts))
        gap = stuck.gaps.get(code)
        return person.words.label("helping.lacks", place=named, gap=gap) if gap else named
    for step in rules.steps:
        if step.id == where:
            return step.title
    for item in rules.items:
        if item.code == where:
            return f"{items_step(rules).title} › {item.short}"
    question = _question(where)
    if question is not None:
        return question
    return person.words.label(f"helping.at_{where}") if where in PLACES else ""


def _question(where: str) -> str | None:
    number = where.removeprefix(QUESTION)
    if number == where or not number.isdecimal():
        return None
    entry = FAQ.get(int(number))
    return entry.question if entry is not None else None


def places_of(person: Person, stuck: Stuck, full: FullRequest) -> list[str]:
    """Name all places at which somebody is stuck."""
    titles = [place_title(person, stuck, where) for where in full.request.places]
    return list(dict.fromkeys(title for title in titles if title))


async def help_screen(person: Person, full: FullRequest) -> Screen:
    """Draw a request as it stands, with what this person can do about it."""
    if full.request.member_id == person.actor.member_id:
        return await own_screen(person, full)
    return await helper_screen(person, full)


async def helper_screen(person: Person, full: FullRequest, heading: str = "") -> Screen:
    """Draw a request for somebody who can help."""
    stuck = await stuck_at(person, full)
    said = await talking.latest(person.session, full, WORDS_SHOWN, _may_read(person, full))
    text = person.words.body(
        "helping.card", heading=heading, name=full.owner.name, status=full.status,
        since=full.request.queued_at, places=places_of(person, stuck, full), full=stuck.full,
        points=stuck.rules.points, missing=stuck.missing, proof=stuck.proof, said=said,
        by=full.helper.name if full.helper else "", claimed_at=full.request.claimed_at,
        mine=full.is_helped_by(person.actor.member_id), HelpStatus=HelpStatus,
        closed_at=full.request.closed_at,
    )  # fmt: skip
    rows = _helper_rows(person, full, stuck)
    return Screen(text, rows, view=ShowHelp(full.id))


def _may_read(person: Person, full: FullRequest) -> set[int | None]:
    """Say whose words somebody who can help may read.

    What the two say to each other is theirs; what was asked is for whoever will take it.
    """
    me = person.actor.member_id
    if full.is_helped_by(me):
        return {full.owner.id, me}
    return {full.owner.id} if full.status is HelpStatus.OPEN else set()


def _helper_rows(person: Person, full: FullRequest, stuck: Stuck) -> tuple[Row, ...]:
    words, rows = person.words, list[Row]()
    mine = full.is_helped_by(person.actor.member_id)
    looks: list[Key] = []
    if stuck.full is not None and full.status is not HelpStatus.CLOSED:
        looks.append(Key(words.label("helping.draft"), SeeDraft(full.id, 0)))
        if stuck.proof is not None:
            looks.append(Key(words.label("looking.evidence"), TeacherEvidence(stuck.full.id, 0)))
    if full.status is HelpStatus.OPEN:
        rows.append((Key(words.label("helping.claim"), ClaimHelp(full.id), Style.YES),))
    if mine:
        rows.append((Key(words.label("helping.answer"), TalkAbout(full.id), Style.NEXT),))
        looks += propose_keys(person, full, stuck)
    rows += in_rows(looks)
    if mine:
        rows.append(
            (
                Key(words.label("helping.release"), ReleaseHelp(full.id)),
                Key(words.label("nav.done"), CloseHelp(full.id), Style.YES),
            )
        )
    rows.append((Key(words.label("helping.queue"), OpenHelpQueue(0)),))
    return tuple(rows)


def propose_keys(person: Person, full: FullRequest, stuck: Stuck) -> list[Key]:
    """Give the keys with which a helper proposes what fits the plan as it stands."""
    words, keys = person.words, list[Key]()
    begins = stuck.full is None and bool(Role(full.owner.roles) & Role.TEACHER)
    if stuck.rules.items and (begins or (stuck.full is not None and stuck.full.fillable)):
        keys.append(Key(words.label("helping.propose"), ProposeItems(full.id, 0)))
    if stuck.proof is not None:
        keys.append(Key(words.label("helping.propose_evidence"), ProposeEvidence(full.id, 0)))
    return keys


async def own_screen(person: Person, full: FullRequest) -> Screen:
    """Draw a request for whoever asked."""
    stuck = await stuck_at(person, full)
    both = {full.owner.id, full.request.claimed_by}
    said = await talking.latest(person.session, full, WORDS_SHOWN, both)
    text = person.words.body(
        "asking.mine", status=full.status, by=full.helper.name if full.helper else "",
        places=places_of(person, stuck, full), said=said, me=person.actor.member_id,
        helped=full.request.helped, since=full.request.queued_at, HelpStatus=HelpStatus,
    )  # fmt: skip
    return Screen(text, _own_rows(person, full), view=ShowHelp(full.id))


def _own_rows(person: Person, full: FullRequest) -> tuple[Row, ...]:
    words, rows = person.words, list[Row]()
    if full.status is HelpStatus.CLOSED:
        if full.request.helped is None:
            rows.append(helped_row(person, full))
    else:
        claimed = full.status is HelpStatus.CLAIMED
        talk = "helping.answer" if claimed else "helping.write"
        end = "nav.done" if claimed else "helping.withdraw"
        rows.append((Key(words.label(talk), TalkAbout(full.id), Style.NEXT),))
        rows.append((Key(words.label(end), CloseHelp(full.id)),))
    rows.append((Key(words.label("nav.home"), Home()),))
    return tuple(rows)


def helped_row(person: Person, full: FullRequest) -> Row:
    """Give the keys that say whether it has helped."""
    words = person.words
    return (
        Key(words.label("helping.helped"), SayHelped(full.id, 1), Style.YES),
        Key(words.label("helping.not_helped"), SayHelped(full.id, 0)),
    )
