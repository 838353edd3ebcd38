"""Real questions of teachers with their answers, each with its certainty, year and sources."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

CERTAINTIES = ("resmi", "sekunder", "berubah", "terbuka")


@dataclass(frozen=True, slots=True)
class Source:
    """Where an answer was found."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One question. `years` says when its answer was true.

    `superseded_after` is the last year whose rules the answer describes, where later ones differ;
    `words` are other words with which people ask the same.
    """

    number: int
    section: str
    question: str
    answer: str
    certainty: tuple[str, ...]
    basis: str
    years: tuple[int, ...]
    superseded_after: int | None
    words: str
    sources: tuple[Source, ...]

    def is_older_than(self, year: int) -> bool:
        """Whether the rules of this year have replaced what the answer describes."""
        return self.superseded_after is not None and self.superseded_after < year

    def is_newer_than(self, year: int) -> bool:
        """Whether the answer describes rules that came after those of this year."""
        return min(self.years) > year


def _read(path: Path) -> Mapping[int, Entry]:
    found = {}
    for one in tomllib.loads(path.read_text(encoding="utf-8"))["question"]:
        entry = Entry(
            number=one["number"],
            section=one["section"],
            question=one["question"],
            answer=one["answer"],
            certainty=tuple(one["certainty"]),
            basis=one.get("basis", ""),
            years=tuple(one["years"]),
            superseded_after=one.get("superseded_after"),
            words=one["words"],
            sources=tuple(Source(each["name"], each["url"]) for each in one["sources"]),
        )
        found[entry.number] = entry
    return MappingProxyType(found)


FAQ = _read(Path(__file__).parent / "questions.toml")
"""All questions, by number."""
