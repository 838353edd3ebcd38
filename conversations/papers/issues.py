"""Issuing papers as they are filled: what is printed decides whether a paper is still the same."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from conversations.papers.official_orders import OfficialOrder, Proof
from conversations.papers.official_parts import proof
from conversations.papers.orders import Made
from conversations.words import Words
from storage.issuing import Issue, Latest, Printed

OrderAt = Callable[[datetime, Proof], OfficialOrder]
"""Puts a paper into words, as made at a moment, with this at its foot."""

_NO_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
_NO_PROOF = Proof(code="", text="", link="", hint="")


@dataclass(slots=True)
class Press:
    """Issues papers in the office's words. `before` are papers that may still be the same.

    `issues` are those that are new, for whoever keeps them once they are made.
    """

    words: Words
    username: str
    before: Latest = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    def issue(self, new: Issue, order_at: OrderAt) -> OfficialOrder:
        """Give the order of a paper: the one issued before, to the byte, if it says the same."""
        new = replace(new, content=content_of(order_at(_NO_MOMENT, _NO_PROOF)))
        before = self.before.get((new.kind, new.member_id))
        if before is not None and before.content == new.content:
            return order_at(before.made_at, proof(self.words, self.username, before.code))
        self.issues.append(new)
        return order_at(new.made_at, proof(self.words, self.username, new.code))


def content_of(order: OfficialOrder) -> str:
    """Give the hash of all that an order prints; where the file goes is no part of it."""
    said = order.model_dump_json(exclude={"out"})
    return hashlib.sha256(said.encode()).hexdigest()


def printed_of(issues: Sequence[Issue], made: Sequence[Made]) -> Iterator[Printed]:
    """Give what has been printed of these issues."""
    by_code = {one.code: one for one in issues}
    for part in made:
        for one in part.coded:
            if one.code in by_code:
                yield Printed(by_code[one.code], one.sha256, one.pages)
