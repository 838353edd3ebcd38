"""A report as pages to read: shared by its teacher and by those who decide on it.

What is drawn is the plain data of a submission (see `Facts.content`), or of a draft that has the
same shape; so what was submitted years ago is read as it was.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from conversations.forms import clock_of
from conversations.plan_views import title_of
from conversations.words import Words
from storage.forms import Voice
from storage.rulesets import RuleSet, UnknownCode

PAGE_UNITS = 3000
"""Units of UTF-16 on a page; Telegram takes 4096 with the heading."""

CHUNK = 1200
"""Characters of an answer in one piece; each may count twice."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a report below one title: lines, or words with a voice note and files.

    `place` is what marks name it by; `field` is the question that it answers.
    """

    title: str
    lines: tuple[str, ...] = ()
    text: str = ""
    voice: str = ""
    files: int = 0
    place: str = ""
    field: str = ""
    marked: bool = False
    continued: bool = False

    @property
    def units(self) -> int:
        """How much room it takes on a page."""
        text = "".join((self.title, self.text, *self.lines))
        return len(text.encode("utf-16-le", "surrogatepass")) // 2 + 40


@dataclass(frozen=True, slots=True)
class AspectLine:
    """A main duty and what shows it, in words."""

    label: str
    state: str


def parts_of(
    words: Words, rules: RuleSet, content: dict[str, Any], marks: Collection[str] = ()
) -> list[Part]:
    """Give a report piece by piece, in the order in which it is printed."""
    parts = [
        *_step_parts(words, rules, content),
        *_observation(words, rules, content),
        *_answer_parts(rules, content),
    ]
    return [replace(one, marked=bool(one.place) and one.place in marks) for one in parts]


def _step_parts(words: Words, rules: RuleSet, content: dict[str, Any]) -> Iterator[Part]:
    for step in rules.steps:
        lines = [
            _achieved_line(words, rules, one)
            for one in content["achieved"]
            if one["step"] == step.id
        ]
        lines += [
            title_of(rules, step, one["code"], one["text"])[0]
            for one in content["chosen"]
            if one["step"] == step.id
        ]
        if lines:
            yield Part(step.title, tuple(lines), place=f"step:{step.id}")


def _achieved_line(words: Words, rules: RuleSet, one: dict[str, Any]) -> str:
    title = title_of(rules, rules.step(one["step"]), one["code"], one["text"])[0]
    if not rules.upload.required and not one["accepted"]:
        return title  # nothing has to be sent, so nothing is missing
    name = "reporting.line_points" if one["planned_points"] else "reporting.line"
    return words.label(
        name, title=title, accepted=one["accepted"], planned=one["planned"],
        points=one["achieved_points"], all=one["planned_points"],
    )  # fmt: skip


def _observation(words: Words, rules: RuleSet, content: dict[str, Any]) -> Iterator[Part]:
    titles = {one.step: one.title for one in rules.observation_steps}
    lines = tuple(
        words.label(
            "reporting.observed", title=titles.get(one["step"], one["step"]),
            day=words.short_day(date.fromisoformat(one["done_on"])),
        )
        for one in content["observed"]
    )  # fmt: skip
    if lines:
        yield Part(words.label("reporting.observation"), lines)


def _answer_parts(rules: RuleSet, content: dict[str, Any]) -> Iterator[Part]:
    titles = {one.id: one.title for one in rules.report_fields}
    for one in content["answers"]:
        voice = Voice(one["voice_id"], one["voice_seconds"]) if one["voice_id"] else None
        yield Part(
            titles.get(one["field"], one["title"]), text=one["text"], voice=clock_of(voice),
            files=len(one["files"]), place=f"field:{one['field']}", field=one["field"],
        )  # fmt: skip


def aspect_lines(rules: RuleSet, content: dict[str, Any]) -> list[AspectLine]:
    """Give the main duties and what shows each."""
    return [
        AspectLine(_duty_title(rules, one["code"]), one["state"]) for one in content["aspects"]
    ]


def _duty_title(rules: RuleSet, code: str) -> str:
    try:
        return rules.main_duty(code).label
    except UnknownCode:
        return code


def pages_of(parts: Sequence[Part]) -> list[list[Part]]:
    """Lay the pieces on pages; what is too long goes on over the page."""
    pages: list[list[Part]] = [[]]
    room = PAGE_UNITS
    for part in _cut(parts):
        if pages[-1] and part.units > room:
            pages.append([])
            room = PAGE_UNITS
        pages[-1].append(part)
        room -= part.units
    return pages


def _cut(parts: Sequence[Part]) -> Iterator[Part]:
    for part in parts:
        if part.text:
            chunks = _chunks(part.text)
            for at, text in enumerate(chunks):
                last = at == len(chunks) - 1
                yield replace(
                    part, text=text, continued=at > 0,
                    voice=part.voice if last else "", files=part.files if last else 0,
                )  # fmt: skip
        else:
            yield from _cut_lines(part)


def _cut_lines(part: Part) -> Iterator[Part]:
    """Cut a piece of many lines, such as seven behaviours in full."""
    lines: list[str] = []
    continued = False
    for line in part.lines:
        if lines and replace(part, lines=(*lines, line)).units > PAGE_UNITS:
            yield replace(part, lines=tuple(lines), continued=continued)
            lines, continued = [], True
        lines.append(line)
    yield replace(part, lines=tuple(lines), continued=continued)


def _chunks(text: str) -> list[str]:
    """Cut words where there is a space, if there is one."""
    chunks = []
    while len(text) > CHUNK:
        at = max(text.rfind(" ", 1, CHUNK), text.rfind("\n", 1, CHUNK))
        at = at if at > CHUNK // 2 else CHUNK
        chunks.append(text[:at].strip())
        text = text[at:].strip()
    return [*chunks, text]
