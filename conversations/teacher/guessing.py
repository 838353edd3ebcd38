"""Guessing what a document is from its caption and its file's name, so that nobody is asked."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from conversations.everywhere import fold
from storage.evidence.needs import Provable, kinds_for
from storage.rulesets import RuleSet, StepKind, UnknownCode

SHORT_WORDS = frozenset({"sk"})
"""Words of few letters that say much all the same."""

COMMON_WORDS = frozenset(
    {
        "dalam", "dari", "dengan", "untuk", "yang", "pada", "atau", "serta", "sebagai", "melalui",
        "guru", "kepala", "sekolah", "kegiatan", "meningkatnya", "kompetensi", "peran", "lainnya",
        "dokumen", "foto", "image", "scan", "berkas", "kinerja", "https", "http",
    }
)  # fmt: skip
"""Words that stand in the title of nearly every activity, or in the name of any file."""

NAMED_IN_TITLE = 5
KIND_FITS = 3
STILL_MISSING = 2
USED_LAST = 1


@dataclass(frozen=True, slots=True)
class Clue:
    """What came with a document: the words of its caption and of its file's name."""

    words: frozenset[str]

    @classmethod
    def of(cls, *texts: str) -> "Clue":
        """Read the telling words out of texts."""
        return cls(frozenset(word for text in texts for word in _telling(text)))


def _telling(text: str) -> Iterable[str]:
    for word in re.split(r"[\W_\d]+", fold(text)):
        if (len(word) >= 4 and word not in COMMON_WORDS) or word in SHORT_WORDS:
            yield word


def likeliest_first(
    rules: RuleSet,
    entries: Sequence[Provable],
    clue: Clue,
    still_missing: frozenset[tuple[str, str]],
    used_last: tuple[str, str] | None,
) -> list[Provable]:
    """Order planned entries by how likely a document belongs to them; ties as in the plan."""

    def score(one: Provable) -> int:
        named = len(clue.words & _words_of(rules, one))
        return (
            NAMED_IN_TITLE * named
            + KIND_FITS * bool(guess_kind(rules, one, clue))
            + STILL_MISSING * (one.key in still_missing)
            + USED_LAST * (one.key == used_last)
        )

    return sorted(entries, key=score, reverse=True)


def guess_kind(rules: RuleSet, one: Provable, clue: Clue) -> str:
    """Guess which of an entry's kinds of evidence a document is; nothing without a clear hint."""
    titles = {kind.id: kind.title for kind in rules.evidence_kinds}
    allowed = kinds_for(rules, one.step, one.entry)
    hits = {kind: len(clue.words.intersection(_telling(titles.get(kind, "")))) for kind in allowed}
    best = max(hits.values(), default=0)
    found = [kind for kind, count in hits.items() if count == best]
    if not best:
        return ""
    # "Laporan" fits a plain report before the report on a duty: what was intended comes first.
    return found[0]


def _words_of(rules: RuleSet, one: Provable) -> frozenset[str]:
    texts = [one.entry.text]
    try:
        if one.step.kind is StepKind.ITEMS:
            item = rules.item(one.entry.code)
            texts += [item.label, item.short, item.title]
        elif not one.entry.text:
            duty = rules.duty(one.entry.code)
            texts += [duty.label, duty.title]
    except UnknownCode:
        pass  # corrected since: the code alone gives no words
    return frozenset(word for text in texts for word in _telling(text)) - _kind_words(rules)


def _kind_words(rules: RuleSet) -> frozenset[str]:
    """Give the names of documents: "sertifikat" in a title says nothing that the kind does not."""
    names = (kind.title.partition(" (")[0] for kind in rules.evidence_kinds)
    return frozenset(word for name in names for word in _telling(name))
