"""The trail in words: a sentence for everything that anybody does."""

from dataclasses import dataclass
from datetime import datetime

from conversations.words import Words
from storage.trail import Line

TOPICS = (
    "plan", "evidence", "observation", "report", "rating", "document", "paper", "help",
    "broadcast", "member", "deputy", "deadline", "school", "data", "transfer", "audit",
)  # fmt: skip
"""The kinds of action that can be asked for, as an action begins."""


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One line of the trail, ready to be read."""

    at: datetime
    text: str


def line_of(words: Words, line: Line) -> TrailLine:
    """Put a line of the trail into words."""
    by = line.by
    if line.entry.member_id is not None and by is None:
        by = words.label("trail.erased")
    whom = line.whom or words.label("trail.erased")
    return TrailLine(line.entry.at, sentence(words, line.entry.action, by, whom))


def sentence(words: Words, action: str, by: str | None, whom: str) -> str:
    """Say who did what; without a name it was the system. An unknown action names itself."""
    who = by or words.label("trail.system")
    name = f"trail_actions.{action}"
    if not words.has_label(name):
        return words.label("trail.unknown", who=who, action=action)
    return words.label(name, who=who, whom=words.label("trail.own") if by == whom else whom)
