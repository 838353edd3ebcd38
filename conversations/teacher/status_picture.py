"""Where a teacher stands as a picture: the same as the text, seen at a glance."""

from conversations.callbacks.pictures import DrawStatus
from conversations.callbacks.planning import OpenStatus
from conversations.dialogue import Dialogue
from conversations.home import back_to, help_key
from conversations.pictures.facts import Bar, Line, Mark, StatusFacts
from conversations.screens import Screen
from conversations.sent_pictures import picture_of
from conversations.stage_words import dues, plain, stage_lines
from conversations.teacher.position import Position, next_words, position_of
from conversations.turn import Turn
from storage.rulesets import PointsRule
from storage.stages import Stage

dialogue = Dialogue("status_picture")


@dialogue.tap(DrawStatus)
async def draw_status(turn: Turn, _tap: DrawStatus) -> None:
    """Show where the plan stands as a picture, below the text."""
    facts = status_facts(turn, await position_of(turn))
    text = turn.words.body("status.picture", day=turn.today)
    row = (back_to(turn, OpenStatus()), help_key(turn, "status"))
    picture = await picture_of(turn, facts, "status.png")
    turn.show(Screen(text, (row,), view=DrawStatus(), picture=picture))


def status_facts(turn: Turn, position: Position) -> StatusFacts:
    """Put everything into words and numbers."""
    words, rules, period = turn.words, turn.rules, turn.period
    points = rules.points
    bars = _points(turn, position, points) if points else _units(turn, position)
    open_dues = dues(words, rules, period, position.deadlines, position.cycle, turn.today)
    return StatusFacts(
        name=turn.actor.name,
        school=turn.school.name,
        scheme=f"{rules.short_title} · {period.name} {period.year}",
        as_of=words.short_day(turn.today),
        bars_title=words.label("pictures.points" if points else "pictures.plan_steps"),
        bars=bars,
        target=points.target_min if points else 0,
        target_text=_target(turn, points),
        lines=() if points else _lines(turn, position),
        steps_title=words.label("pictures.stages"),
        steps=stage_lines(words, rules, position.cycle),
        dues_title=words.label("pictures.deadlines"),
        dues=open_dues,
        dues_note=words.label("pictures.estimated") if any(d.estimated for d in open_dues) else "",
        next_title=words.label("pictures.next"),
        next=plain(next_words(turn, position, drawn=True)),
    )


def _points(turn: Turn, position: Position, points: PointsRule) -> tuple[Bar, ...]:
    """Give the planned, proven and accepted points, each of the target."""
    planned = position.full.plan.points_floor if position.full else 0
    values = (
        ("planned", planned, Mark.UNDER_WAY),
        ("proven", position.proof.sent_points if position.is_open else 0, Mark.WAITING),
        ("accepted", position.proof.accepted_points if position.is_open else 0, Mark.DONE),
    )
    return tuple(
        Bar(
            turn.words.label(f"pictures.{name}"),
            turn.words.label("pictures.n_points", points=value),
            value, points.target_min, mark,
        )
        for name, value, mark in values
    )  # fmt: skip


def _target(turn: Turn, points: PointsRule | None) -> str:
    if points is None:
        return ""
    name = "pictures.target_estimated" if points.estimated else "pictures.target"
    return turn.words.label(name, points=points.target_min)


def _lines(turn: Turn, position: Position) -> tuple[Line, ...]:
    """Give the steps of the plan where there are no points, filled or not."""
    done = {one.step.id for one in position.sections if one.progress.done}
    return tuple(
        Line(
            step.title,
            Mark.DONE if step.id in done else Mark.NOT_YET,
            turn.words.label("pictures.filled" if step.id in done else "pictures.empty"),
        )
        for step in turn.rules.steps
    )


def _units(turn: Turn, position: Position) -> tuple[Bar, ...]:
    """Give documents and activities with evidence, where there are any and no points to count.

    Evidence that nobody asks for is shown once there is some.
    """
    if not position.is_open:
        return ()
    proof, papers = position.proof, position.cycle[Stage.EVIDENCE]
    values = []
    if turn.rules.confirms_documents:
        values.append(("documents", papers.done, papers.of, Mark.DONE))
    if proof.planned and (proof.sent or turn.rules.upload.required):
        values.append(("proven", proof.sent, proof.planned, Mark.WAITING))
        values.append(("accepted", proof.accepted, proof.planned, Mark.DONE))
    return tuple(
        Bar(
            turn.words.label(f"pictures.{name}"),
            turn.words.label("pictures.n_of", done=value, of=of),
            value, of, mark,
        )
        for name, value, of, mark in values
    )  # fmt: skip
