"""The home card: who, where, which period, how far, and the buttons of all roles one has."""

from dataclasses import replace

from conversations.callbacks.approving import OpenOverview, OpenQueue
from conversations.callbacks.broadcasts import Broadcasts
from conversations.callbacks.everybody import (
    ChooseLanguage,
    ChooseSchool,
    Help,
    Home,
    Languages,
    Salute,
    Schools,
)
from conversations.callbacks.evidence import OpenEvidence
from conversations.callbacks.exporting import OpenExports
from conversations.callbacks.helping import OpenHelpQueue
from conversations.callbacks.members import OpenMembers
from conversations.callbacks.observing import OpenObservation
from conversations.callbacks.packing import Button
from conversations.callbacks.planning import Agree, AskForHelp, OpenPlan, OpenStatus
from conversations.callbacks.rating import OpenRatings
from conversations.callbacks.reports import OpenReport
from conversations.callbacks.school import OpenSchool
from conversations.dialogue import Dialogue
from conversations.people import Person, gets_cards
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered
from conversations.turn import Turn
from conversations.words import LANGUAGES
from storage import (
    confirmations,
    deadlines,
    decisions,
    exports,
    people,
    plans,
)
from storage.broadcasts.reading import may_send
from storage.confirmations import Paper
from storage.evidence import changing, checking, needs, reading, receiving
from storage.evidence.needs import Progress
from storage.helping import requests
from storage.models import PlanStatus, Role
from storage.people import known_id
from storage.plans import FullPlan
from storage.ratings import queue as ratings
from storage.reports import deciding
from storage.rulesets import PhaseWindow
from storage.school_hours import MAY_CHANGE

dialogue = Dialogue("home")


async def show_home(turn: Turn, *, below: bool = False) -> None:
    """Show the home card, in place or as a new message."""
    screen = await home_screen(turn)
    (turn.show_below if below else turn.show)(screen)


async def home_screen(turn: Turn) -> Screen:
    """Draw the home card."""
    actor, rules, period = turn.actor, turn.rules, turn.period
    plan = await plans.find_plan(turn.session, actor.member_id, period.id)
    reports = await deciding.count_waiting(turn.session, actor) if actor.decides else 0
    waiting = await decisions.count_waiting(turn.session, actor) if actor.decides else 0
    to_check = await checking.count_waiting(turn.session, actor) if actor.decides else 0
    proof, papers = await _proof(turn, plan), await _papers(turn, plan)
    phase = await _phase(turn)
    unrated = await _unrated(turn)
    target = rules.points.target_min if rules.points else 0
    text = turn.words.body(
        "home.card",
        who=turn.salutation,
        school=turn.school.name,
        period=f"{period.name} {period.year}",
        rules=rules.short_title,
        phase=phase,
        days_left=(phase.end - turn.today).days if phase else 0,
        is_teacher=bool(actor.roles & Role.TEACHER),
        plan=plan,
        status=plan.status if plan else None,
        points=plan.plan.points_floor if plan else 0,
        target=target,
        agreement_awaited=_awaits_agreement(turn, plan),
        decides=actor.decides,
        waiting=waiting,
        to_check=to_check,
        unrated=unrated,
        reports=reports,
        proof=proof,
        required=turn.rules.upload.required,
        papers=papers,
        unconfirmed=await _unconfirmed(turn),
        unsorted=await receiving.count_unsorted(turn.session, actor) if proof else 0,
        stuck=await requests.count_open(turn.session, actor) if gets_cards(actor) else 0,
    )
    keys = _keys(turn, plan, rates=unrated is not None)
    return Screen(text, (*_urgent(turn, plan), *keys, *_foot(turn)), view=Home())


async def _unrated(turn: Turn) -> int | None:
    """Say how many teachers are still to be rated; None while it is not time for that."""
    actor, period = turn.actor, turn.period
    if not actor.decides:
        return None
    if not ratings.is_near(deadlines.lay_out(turn.rules, period, ()), turn.today):
        return None
    return await ratings.count_unrated(turn.session, actor, period.id)


async def _phase(turn: Turn) -> PhaseWindow | None:
    """Give the phase it is, with its end as the school may have moved it."""
    rules, today = turn.rules, turn.today
    phase = rules.phase_at(today)
    if phase is None:
        return None
    dated = await deadlines.deadlines_of(turn.session, turn.actor.school_id, rules, turn.period)
    ends = [one.ends_on for one in dated if one.rule.phase == phase.id and one.is_moved]
    return replace(phase, end=max(ends)) if ends and max(ends) >= today else phase


async def _proof(turn: Turn, plan: FullPlan | None) -> Progress | None:
    """Say how far the evidence is, once it can be sent."""
    if plan is None or plan.status not in changing.OPEN_PLANS:
        return None
    rules = turn.rulebook.of_plan(turn.school, plan.plan)
    evidence = await reading.evidence_of_plan(turn.session, plan.id)
    return needs.progress(needs.provable(rules, plan), evidence)


async def _papers(turn: Turn, plan: FullPlan | None) -> tuple[Paper, ...]:
    """Give the documents that the principal confirms, once the plan holds."""
    if plan is None or plan.status not in changing.OPEN_PLANS:
        return ()
    rules = turn.rulebook.of_plan(turn.school, plan.plan)
    return await confirmations.papers_of(turn.session, rules, plan)


async def _unconfirmed(turn: Turn) -> int:
    """Count the teachers whose documents this person is to confirm, where the rules have any."""
    if not turn.actor.decides or not turn.rules.accountability_documents:
        return 0
    lacking = await confirmations.unconfirmed(turn.session, turn.actor, turn.rulebook, turn.school)
    return len(lacking)


def _awaits_agreement(turn: Turn, plan: FullPlan | None) -> bool:
    approved = plan is not None and plan.status is PlanStatus.APPROVED
    return approved and turn.rulebook.of_plan(turn.school, plan.plan).agreement_required  # type: ignore[union-attr]


def _urgent(turn: Turn, plan: FullPlan | None) -> tuple[Row, ...]:
    """What cannot wait stands alone on top."""
    if plan is None or not _awaits_agreement(turn, plan):
        return ()
    agree = Agree(plan.id, plan.plan.revision)
    return ((Key(turn.words.label("planning.agree"), agree, Style.YES),),)


def _keys(turn: Turn, plan: FullPlan | None, *, rates: bool) -> tuple[Row, ...]:
    actor, words = turn.actor, turn.words
    keys: list[Key] = []
    if actor.roles & Role.TEACHER:
        keys += [
            Key(words.label("home.plan"), OpenPlan(), Style.NEXT),
            Key(words.label("home.evidence"), OpenEvidence()),
            Key(words.label("home.status"), OpenStatus()),
        ]
        if plan is not None and plan.status in changing.OPEN_PLANS:
            keys.append(Key(words.label("home.report"), OpenReport(plan.id)))
    if plan is not None and plan.status in changing.OPEN_PLANS:
        keys.append(Key(words.label("home.observation"), OpenObservation()))
    if actor.decides:
        keys.append(Key(words.label("home.queue"), OpenQueue(0), Style.NEXT))
    if rates:
        keys.append(Key(words.label("rating.open"), OpenRatings(0)))
    if actor.decides or actor.roles & Role.COACH:
        keys.append(Key(words.label("home.overview"), OpenOverview("-", 0)))
        if plan is None:
            keys.append(Key(words.label("home.observation"), OpenObservation()))
    elif actor.roles & exports.MAY_EXPORT:
        keys.append(Key(words.label("exporting.open"), OpenExports("-")))
    if may_send(actor):
        keys.append(Key(words.label("home.broadcasts"), Broadcasts()))
    if actor.roles & Role.COACH:
        keys.append(Key(words.label("home.help_queue"), OpenHelpQueue(0)))
    if actor.roles & Role.OPERATOR:
        keys.append(Key(words.label("home.members"), OpenMembers(0)))
    if actor.roles & MAY_CHANGE:
        keys.append(Key(words.label("home.school"), OpenSchool()))
    if actor.roles & Role.TEACHER:
        keys.append(Key(words.label("home.ask_for_help"), AskForHelp("-")))
    return in_rows(numbered(keys))


def _foot(turn: Turn) -> tuple[Row, ...]:
    words = turn.words
    rows: list[Row] = []
    if turn.membership is not None and turn.membership.member.salutation is None:
        rows.append(
            tuple(Key(words.label(f"home.salute_{one}"), Salute(one)) for one in ("bapak", "ibu"))
        )
    if len(turn.memberships) > 1:
        rows.append((Key(words.label("home.schools"), Schools()),))
    rows.append(
        (
            Key(words.label("home.help"), Help()),
            Key(words.label("home.languages"), Languages()),
        )
    )
    return tuple(rows)


@dialogue.tap(Home)
async def go_home(turn: Turn, _tap: Home) -> None:
    """Go home."""
    await show_home(turn)


@dialogue.command("menu")
async def menu(turn: Turn, _words: str) -> None:
    """Go home; the command menu follows what the person may do by now."""
    turn.answer.new_menu = True
    await show_home(turn)


@dialogue.command("batal", "cancel")
async def cancel(turn: Turn, _words: str) -> None:
    """Stop what the bot waits for; say that everything is kept."""
    turn.show(Screen(turn.words.body("home.cancelled")))
    await show_home(turn, below=True)


@dialogue.command("bahasa", "settings")
async def languages_command(turn: Turn, _words: str) -> None:
    """Offer the languages."""
    turn.show(_languages(turn))


@dialogue.tap(Languages)
async def languages(turn: Turn, _tap: Languages) -> None:
    """Offer the languages."""
    turn.show(_languages(turn))


def _languages(turn: Turn) -> Screen:
    keys = [Key(turn.words.label(f"languages.{one}"), ChooseLanguage(one)) for one in LANGUAGES]
    return Screen(
        turn.words.body("home.languages"),
        (*in_rows(numbered(keys)), back_home(turn)),
        view=Languages(),
    )


@dialogue.tap(ChooseLanguage)
async def choose_language(turn: Turn, tap: ChooseLanguage) -> None:
    """Speak another language from now on."""
    if tap.language in LANGUAGES:
        await people.choose_language(turn.session, turn.account, tap.language)
        await turn.settle_in()
    await show_home(turn)


@dialogue.tap(Salute)
async def salute(turn: Turn, tap: Salute) -> None:
    """Keep how the person wants to be addressed."""
    if tap.salutation in ("bapak", "ibu"):
        await people.choose_salutation(turn.session, turn.actor, tap.salutation)
    await show_home(turn)


@dialogue.tap(Schools)
async def schools(turn: Turn, _tap: Schools) -> None:
    """Offer the schools of this account."""
    keys = [
        Key(one.school.name[:40], ChooseSchool(known_id(one.member.id)))
        for one in turn.memberships
    ]
    turn.show(
        Screen(
            turn.words.body("home.schools"),
            (*in_rows(numbered(keys), 1), back_home(turn)),
            view=Schools(),
        )
    )


@dialogue.tap(ChooseSchool)
async def choose_school(turn: Turn, tap: ChooseSchool) -> None:
    """Go on as a member of another school."""
    await people.choose_school(turn.session, turn.account, tap.member)
    await turn.settle_in()
    await show_home(turn)


def back_home(person: Person) -> Row:
    """Give the row that leads home."""
    return (Key(person.words.label("nav.home"), Home()),)


def help_key(person: Person, where: str) -> Key:
    """Give the key that calls the coaches; `where` says what the person is at."""
    return Key(person.words.label("home.ask_for_help"), AskForHelp(where))


def back_to(person: Person, to: Button) -> Key:
    """Give the key that leads one screen back."""
    return Key(person.words.label("nav.back"), to)
