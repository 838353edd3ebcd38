"""What was given as answers beside words: photos and documents by name, a line for a voice note.

Of a report there is what was handed in last; what a teacher has changed since is nobody else's. Of
an observation the observer's part comes once it is signed off.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from conversations.forms import clock_of
from conversations.papers.names import path_part
from conversations.papers.orders import Document, PackedFile
from conversations.words import Words
from storage.evidence.reading import Piece
from storage.exports import Dossier
from storage.files import FileStore
from storage.forms import Voice
from storage.inspecting import ending_of
from storage.models import EvidencePage, Marking
from storage.observations import answers as observations
from storage.observations.reading import FullCycle
from storage.reports import reading as reports
from storage.rulesets import AskedOf, FieldKind, RuleSet

TITLE_BYTES = 50
"""The longest title of a question in the name of a file."""


@dataclass(frozen=True, slots=True)
class Given:
    """What was sent for one question. `seconds` is the length of a voice note, 0 without one."""

    folder: str
    number: int
    title: str
    pieces: list[Piece] = field(default_factory=list)
    seconds: int = 0
    part: str = ""
    """Which part of the answer was spoken, where it has parts."""

    @property
    def pages(self) -> list[EvidencePage]:
        """The files in the order in which they were sent."""
        return [page for piece in self.pieces for page in piece.pages]

    @property
    def received_at(self) -> datetime | None:
        """When the first of the files came in."""
        return self.pieces[0].evidence.received_at if self.pieces else None


def given_in(words: Words, rules: RuleSet, dossier: Dossier) -> Iterator[Given]:
    """Give what a teacher's report and observation hold beside words."""
    yield from _of_report(words, dossier)
    yield from _of_observation(words, rules, dossier)


def _of_report(words: Words, dossier: Dossier) -> Iterator[Given]:
    if dossier.reported is None:
        return
    folder = words.label("exporting.reports")
    there = {one.id: one for one in dossier.attached if one.evidence.step == reports.FORM}
    for number, answer in enumerate(dossier.reported.content.get("answers", ()), start=1):
        pieces = [there[one] for one in answer.get("files", ()) if one in there]
        seconds = max(1, answer.get("voice_seconds", 0)) if answer.get("voice_id") else 0
        yield Given(folder, number, answer["title"], pieces, seconds)


def _of_observation(words: Words, rules: RuleSet, dossier: Dossier) -> Iterator[Given]:
    cycle = dossier.cycle
    if cycle is None:
        return
    folder = words.label("exporting.observations")
    is_signed = cycle.marking is Marking.SIGNED
    for number, blank in enumerate(rules.observation_fields, start=1):
        if blank.asked is AskedOf.OBSERVER and not is_signed:
            continue
        pieces = [
            one
            for one in dossier.attached
            if (one.evidence.step, one.evidence.code) == (observations.FORM, blank.id)
        ]
        said = cycle.given.get(blank.id)
        seconds = said.voice_seconds if said is not None else 0
        yield Given(folder, number, blank.title, pieces, seconds)
        if blank.kind is FieldKind.RUBRIC:
            yield from _of_marks(words, folder, number, blank.title, cycle)


def _of_marks(
    words: Words, folder: str, number: int, title: str, cycle: FullCycle
) -> Iterator[Given]:
    """Give the voice notes on statements of the rubric."""
    statements = cycle.rubric.statements if cycle.rubric is not None else ()
    for at, statement in enumerate(statements, start=1):
        mark = cycle.marks.get(statement.code)
        if mark is not None and mark.voice_id:
            part = words.label("exporting.voice_part", number=at)
            yield Given(folder, number, title, seconds=max(1, mark.voice_seconds), part=part)


def files_of(words: Words, files: FileStore, one: Given) -> Iterator[PackedFile]:
    """Give the files of an answer with their places: `Laporan/02 Refleksi 2026-11-30 (1).jpg`."""
    pages = one.pages
    day = one.received_at.astimezone(words.zone).date() if one.received_at else None
    stem = f"{_stem(one)} {day.isoformat()}" if day else _stem(one)
    for at, page in enumerate(pages, start=1):
        several = f" ({at})" if len(pages) > 1 else ""
        yield PackedFile(
            place=f"{path_part(one.folder)}/{stem}{several}{ending_of(page.media_type)}",
            path=files.path_of(page.school_id, page.sha256),
        )


def note_of(words: Words, one: Given) -> Document | None:
    """Give the line that stands where a voice note would lie: `Laporan/02 … - pesan suara.txt`."""
    if not one.seconds:
        return None
    name = path_part(" - ".join(filter(None, (_stem(one), one.part, _spoken(words)))))
    question = f"{one.title}, {one.part}" if one.part else one.title
    length = clock_of(Voice("", one.seconds))
    text = words.label("exporting.voice_text", question=question, length=length)
    return Document(place=f"{path_part(one.folder)}/{name}.txt", text=f"{text}\n")


def _spoken(words: Words) -> str:
    return words.label("exporting.voice_name")


def _stem(one: Given) -> str:
    return path_part(f"{one.number:02} {path_part(one.title, TITLE_BYTES)}")
