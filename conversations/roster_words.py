"""What is wrong with a roster file, in words; for the chat and for the console."""

from conversations.words import Words
from storage.rosters import BYTES_MAX, NAME_MAX, ROWS_MAX, RosterProblem, RosterProblemCode

LONGEST_DETAIL = 40


def problem_in_words(words: Words, problem: RosterProblem) -> str:
    """Tell one problem, with its line and what to do: plain text on one line."""
    detail = " ".join(problem.detail.split())
    if problem.code is RosterProblemCode.NOT_A_ROSTER:
        kind = f"roster.looks_{detail}"
        detail = words.label(kind if words.has_label(kind) else "roster.looks_binary")
    what = words.label(
        f"roster.{problem.code}",
        detail=detail if len(detail) <= LONGEST_DETAIL else f"{detail[:LONGEST_DETAIL]}…",
        most_rows=ROWS_MAX,
        most_megabytes=BYTES_MAX // 1_000_000,
        longest_name=NAME_MAX,
    )
    return (
        what if problem.line is None else words.label("roster.line", line=problem.line, what=what)
    )
