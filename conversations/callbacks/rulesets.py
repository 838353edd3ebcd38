"""Buttons for a school's choice of its rule set."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class OpenRulesets(Button, code="y"):
    """Show which rules hold, and which others there are."""


@dataclass(frozen=True)
class LookAtRuleset(Button, code="yl"):
    """Show what would change with a rule set, and from when."""

    ruleset: str


@dataclass(frozen=True)
class ChooseRuleset(Button, code="yc"):
    """Have this rule set from its next period on; `revision` is that of the school's choices."""

    ruleset: str
    revision: int


@dataclass(frozen=True)
class TakeRulesetBack(Button, code="yb"):
    """Go on with the running rule set after all."""

    revision: int
