"""Samples for visitors of the demo, who have no certificate at hand."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from bot.demo_papers import certificate, photo_of_letter, report, report_pdf
from bot.demo_plans import duty_of
from bot.demo_school import PRINCIPAL, DemoPerson
from bot.demo_texts import DUTY, EVENTS, OBSERVATION, assignment_of, certificate_of, report_of
from bot.simulator.web import Sample, SampleFile
from storage.rulesets import RuleSet

JPEG: Final = "image/jpeg"
PDF: Final = "application/pdf"
A_DUTY: Final = "Wali kelas VIII.2"
STORIES: Final = (DUTY, OBSERVATION)

Maker = Callable[[DemoPerson, int, date, str], list[SampleFile]]


def make_sample(
    sample_id: str, person: DemoPerson, which: int, day: date, rules: RuleSet
) -> list[SampleFile]:
    """Draw the files of a sample in somebody's name; each number `which` gives others.

    Takes up to a fifth of a second. Raises `KeyError` for a sample that is not offered.
    """
    return _MAKERS[sample_id](person, which, day, duty_of(rules, person.account, A_DUTY))


def _certificate(person: DemoPerson, which: int, day: date, _duty: str) -> list[SampleFile]:
    drawn = certificate(certificate_of(person.name, "peserta", EVENTS[which % len(EVENTS)], day))
    return [SampleFile(f"sertifikat-{which + 1}.jpg", JPEG, drawn)]


def _report(person: DemoPerson, which: int, day: date, _duty: str) -> list[SampleFile]:
    pages = report(report_of(person.name, STORIES[which % len(STORIES)], day, PRINCIPAL.name))
    return [
        SampleFile(f"laporan-halaman-{at}.jpg", JPEG, page) for at, page in enumerate(pages, 1)
    ]


def _askew(person: DemoPerson, _which: int, day: date, duty: str) -> list[SampleFile]:
    drawn = photo_of_letter(assignment_of(person.name, duty, day, PRINCIPAL.name))
    return [SampleFile("surat-tugas.jpg", JPEG, drawn)]


def _pdf(person: DemoPerson, which: int, day: date, _duty: str) -> list[SampleFile]:
    words = report_of(person.name, STORIES[which % len(STORIES)], day, PRINCIPAL.name)
    return [SampleFile(f"{words.title}.pdf", PDF, report_pdf(words))]


SAMPLES: Final = (
    Sample("sertifikat", "Contoh sertifikat", "photo"),
    Sample("laporan", "Contoh laporan (album)", "album"),
    Sample("miring", "Contoh foto miring", "photo"),
    Sample("pdf", "Contoh PDF", "document"),
)
_MAKERS: Final[Mapping[str, Maker]] = {
    "sertifikat": _certificate,
    "laporan": _report,
    "miring": _askew,
    "pdf": _pdf,
}
