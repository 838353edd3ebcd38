"""Loads a rule set, with a school's corrections if it has any, and refuses a wrong one."""

import tomllib
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

from storage.rulesets.checks import check
from storage.rulesets.model import RuleSet
from storage.rulesets.overlay import lay_over
from storage.rulesets.reading import Mistakes, Problem, read_file

FOLDER = Path(__file__).parent


class RuleSetError(Exception):
    """A rule set cannot be used.

    `problems` has every mistake; `file`, `key` and `reason` are those of the first.
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    @property
    def file(self) -> str:
        """The name of the file with the first mistake."""
        return self.problems[0].file

    @property
    def key(self) -> str:
        """The key of the first mistake: table, code, key."""
        return self.problems[0].key

    @property
    def reason(self) -> str:
        """What is wrong there."""
        return self.problems[0].reason

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


@lru_cache(maxsize=1)
def available_rulesets() -> tuple[str, ...]:
    """Return the ids of all rule sets that come with the program, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def load_ruleset(ruleset_id: str, overlay: Path | None = None) -> RuleSet:
    """Return a checked rule set; later calls return the same object.

    `overlay` is a school's file of corrections (see `storage.rulesets.overlay`); it is read
    again when it has changed on disk. Raises RuleSetError with all mistakes.
    """
    if ruleset_id not in available_rulesets():
        available_rulesets.cache_clear()  # it may have been added since
    if ruleset_id not in available_rulesets():
        known = ", ".join(available_rulesets())
        raise RuleSetError(Problem(f"{ruleset_id}.toml", "scheme.id", f"known are {known}"))
    path = FOLDER / f"{ruleset_id}.toml"
    if overlay is None:
        return _load(path, None, 0)
    try:
        changed_ns = overlay.stat().st_mtime_ns
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise RuleSetError(Problem(overlay.name, "(file)", reason)) from error
    return _load(path, overlay, changed_ns)


@lru_cache(maxsize=64)
def _load(path: Path, overlay: Path | None, _changed_ns: int) -> RuleSet:
    """Read, correct and check; cached by the files and the overlay's time of change."""
    if overlay is not None:
        _load(path, None, 0)  # a rule set that is wrong by itself is not the overlay's fault
    return build(path, overlay, available_rulesets())


def build(path: Path, overlay: Path | None, known_rulesets: Collection[str]) -> RuleSet:
    """Read and check a rule set from any file, without the cache. Raises RuleSetError.

    Mistakes are put down to the overlay when there is one.
    """
    mistakes = Mistakes()
    content = _parse(path)
    if overlay is not None:
        content = lay_over(content, _parse(overlay), mistakes)
    ruleset = None if mistakes else read_file(RuleSet, content, mistakes)
    if ruleset is not None:
        for key, reason in check(ruleset, known_rulesets):
            mistakes.add(key, reason)
        if ruleset.id != path.stem:
            mistakes.add("scheme.id", f"differs from the name of the file, {path.stem!r}")
    if ruleset is None or mistakes:
        file = (overlay or path).name
        raise RuleSetError(*(Problem(file, key, reason) for key, reason in mistakes.found))
    return ruleset


def _parse(path: Path) -> dict[str, Any]:
    """Return the tables of a TOML file. Raises RuleSetError when it is not one."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleSetError(Problem(path.name, "(file)", f"is not TOML: {error}")) from error
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise RuleSetError(Problem(path.name, "(file)", reason)) from error
