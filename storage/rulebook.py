"""Which rule set holds for whom: the school's choice, corrected by the school's own overlay."""

from pathlib import Path

from storage.models import Plan, School
from storage.rulesets import RuleSet, load_ruleset


class RuleBook:
    """Gives rule sets to schools and plans.

    A school corrects a value in `<folder>/<npsn>/<rule set>.toml`; `storage.rulesets` tells the
    format.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def of_school(self, school: School) -> RuleSet:
        """Give the rule set under which the school makes new plans."""
        return self.named(school, school.ruleset)

    def of_plan(self, school: School, plan: Plan) -> RuleSet:
        """Give the rule set under which a plan was made."""
        return self.named(school, plan.ruleset)

    def named(self, school: School, ruleset: str) -> RuleSet:
        """Give a rule set by its id, with the school's corrections."""
        if self._folder is not None:
            overlay = self._folder / school.npsn / f"{ruleset}.toml"
            if overlay.is_file():
                return load_ruleset(ruleset, overlay)
        return load_ruleset(ruleset)
