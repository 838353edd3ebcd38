"""Loads a rule set, with a school's corrections if it has any, and refuses a wrong one."""

import re
import tomllib
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

from storage.rulesets.checks import check
from storage.rulesets.model.ruleset import RuleSet
from storage.rulesets.overlay import lay_over
from storage.rulesets.reading import Mistakes, Problem, read_file

FOLDER = Path(__file__).parent

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
"""The names a rule set of one's own may have: such an id fits a button."""


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
def _built_in() -> frozenset[str]:
    """Give the ids of the rule sets that come with the program."""
    return frozenset(path.stem for path in FOLDER.glob("*.toml"))


def available_rulesets(folder: Path | None = None) -> tuple[str, ...]:
    """Return the ids of all rule sets that come with the program or lie in a folder, sorted.

    A file of the folder that has the name of one of the program's is taken no notice of.
    """
    own = (path.stem for path in folder.glob("*.toml")) if folder is not None else ()
    return tuple(sorted(_built_in() | {name for name in own if _NAME.fullmatch(name)}))


def unused_files(folder: Path) -> tuple[str, ...]:
    """Return the names of files in a folder that cannot be rule sets, sorted."""
    return tuple(
        sorted(
            path.name
            for path in folder.glob("*.toml")
            if path.stem in _built_in() or not _NAME.fullmatch(path.stem)
        )
    )


def load_ruleset(
    ruleset_id: str, overlay: Path | None = None, folder: Path | None = None
) -> RuleSet:
    """Return a checked rule set; later calls return the same object.

    `folder` holds further rule sets, `overlay` is a school's file of corrections (see
    `storage.rulesets.overlay`); both are read again when they have changed on disk. Raises
    RuleSetError with all mistakes.
    """
    if folder is not None and not folder.is_dir():
        folder = None  # what is read without it is what others have read already
    path = _path_of(ruleset_id, folder)
    changed_ns = 0 if path.parent == FOLDER else _changed_ns(path)
    if overlay is None:
        return _load(path, changed_ns, None, 0, folder)
    return _load(path, changed_ns, overlay, _changed_ns(overlay), folder)


def _path_of(ruleset_id: str, folder: Path | None) -> Path:
    """Say where a rule set is written. Raises RuleSetError for one that is nowhere."""
    if ruleset_id not in _built_in():
        _built_in.cache_clear()  # it may have been added since
    if ruleset_id in _built_in():
        return FOLDER / f"{ruleset_id}.toml"
    if folder is not None and _NAME.fullmatch(ruleset_id):
        path = folder / f"{ruleset_id}.toml"
        if path.is_file():
            return path
    known = ", ".join(available_rulesets(folder))
    raise RuleSetError(Problem(f"{ruleset_id}.toml", "scheme.id", f"known are {known}"))


def _changed_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise RuleSetError(Problem(path.name, "(file)", reason)) from error


@lru_cache(maxsize=64)
def _load(
    path: Path,
    changed_ns: int,
    overlay: Path | None,
    _overlay_changed_ns: int,
    folder: Path | None,
) -> RuleSet:
    """Read, correct and check; cached by the files and the times of their changes."""
    if overlay is not None:
        # A rule set that is wrong by itself is not the overlay's fault.
        _load(path, changed_ns, None, 0, folder)
    return build(path, overlay, available_rulesets(folder))


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
