"""Where the values of a rule set come from."""

from dataclasses import dataclass

from storage.rulesets.terms import Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sourced:
    """A value with the page it was seen on, further pages, and how solid it is."""

    source: str
    also: tuple[str, ...] = ()
    confidence: Confidence
    note: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """The addresses of all pages, the main one first."""
        return (self.source, *self.also)

    @property
    def estimated(self) -> bool:
        """Whether to show the value as "perkiraan"."""
        return self.confidence is Confidence.RECONSTRUCTED
