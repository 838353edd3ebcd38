"""The rule sets that come with the program, and breaking one in one place."""

from pathlib import Path

import pytest

from storage.rulesets import RuleSetError, available_rulesets, load_ruleset
from storage.rulesets.loader import FOLDER, build

PMM = load_ruleset("pmm-2024")
GTK = load_ruleset("ruang-gtk-2025")

Breakage = tuple[str, str, str, str]
"""What stands in the file, what stands there instead, and the key and reason of the refusal."""


def broken(folder: Path, ruleset: str, old: str, new: str) -> RuleSetError:
    """Change one place of a rule set file and return the error that loading it raises."""
    text = (FOLDER / f"{ruleset}.toml").read_text("utf-8")
    assert old in text
    path = folder / f"{ruleset}.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(RuleSetError) as caught:
        build(path, None, available_rulesets())
    return caught.value


def item_line(code: str, line: str) -> str:
    """Return an item's text from its code to a line, to replace exactly that line."""
    text = (FOLDER / "pmm-2024.toml").read_text("utf-8")
    start = text.index(f'code = "{code}"')
    return text[start : text.index(line, start) + len(line)]


def in_item(code: str, old: str, new: str) -> tuple[str, str]:
    """Return a replacement inside one item."""
    before = item_line(code, old)
    return before, before.removesuffix(old) + new


def refused(folder: Path, ruleset: str, breakage: Breakage) -> None:
    """Break one place of a rule set and see it refused with file, key and reason."""
    old, new, key, reason = breakage
    error = broken(folder, ruleset, old, new)
    found = [each for each in error.problems if each.key == key and reason in each.reason]
    assert found, str(error)
    assert f"{ruleset}.toml: {key}: " in str(error)
