"""The official papers of a school's archive: each teacher's SKP, and the recap of all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from conversations.papers.issues import Press
from conversations.papers.official_orders import OfficialOrder
from conversations.papers.recap_paper import (
    Line,
    Recap,
    counts_in_recap,
    issue_recap,
    line_of,
)
from conversations.papers.rows import Teacher
from conversations.papers.school_source import Source
from conversations.papers.skp_facts import Signed, facts_of
from conversations.papers.skp_paper import issue_skp
from conversations.words import LANGUAGES, Words
from storage import letterheads
from storage.decisions import DECIDED
from storage.issuing import latest_issued
from storage.rulesets import Period, RuleSet, UnknownCode


@dataclass(slots=True)
class Office:
    """What makes the papers of a school's archive, and what the recap is to tell."""

    source: Source
    period: Period
    rules: RuleSet
    signed: Signed
    press: Press
    out: Path
    lines: list[Line] = field(default_factory=list)

    def count(self, teacher: Teacher) -> None:
        """Let the recap tell of a teacher."""
        if counts_in_recap(teacher.dossier):
            self.lines.append(line_of(teacher.dossier, teacher.rules))

    def skp(self, teacher: Teacher) -> OfficialOrder | None:
        """Issue a teacher's SKP; none before the plan is approved."""
        dossier, rules, source = teacher.dossier, teacher.rules, self.source
        if dossier.full is None or rules is None or dossier.full.status not in DECIDED:
            return None
        facts = facts_of(dossier, dossier.full, rules, teacher.ordered, teacher.names, self.signed)
        return issue_skp(self.press, source.school, facts, source.made_by, source.now, self.out)

    def recap(self) -> OfficialOrder | None:
        """Issue the recap, once all teachers have been counted; none where there are none."""
        if not self.lines:
            return None
        signed, source = self.signed, self.source
        recap = Recap(self.period, self.rules, signed.letterhead, signed.head, tuple(self.lines))
        return issue_recap(self.press, source.school, recap, source.made_by, source.now, self.out)


async def open_office(
    source: Source, period: Period, rule_sets: Mapping[str, RuleSet], out: Path
) -> Office:
    """Read what all papers have alike, and which of them may still be the same."""
    letterhead = await letterheads.letterhead_of(source.session, source.school_id)
    head = await letterheads.head_of(source.session, source.school, letterhead)
    try:
        rules, _ = source.rulebook.period_named(source.school, period.id)
    except UnknownCode:
        rules = next(iter(rule_sets.values()))
    words = Words(LANGUAGES[0], ZoneInfo(source.school.timezone))
    before = await latest_issued(source.session, source.school_id, period.id)
    press = Press(words, source.username, before)
    return Office(source, period, rules, Signed(letterhead, head), press, out)
