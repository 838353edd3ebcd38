"""Who is spoken with: a person in a school, with roles, words, rules and a calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from sqlmodel.ext.asyncio.session import AsyncSession

from conversations.words import Words
from storage.errors import NotAllowed
from storage.files import FileStore
from storage.helping.requests import HELPERS
from storage.models import Account, School
from storage.people import Actor, Membership
from storage.rulebook import RuleBook
from storage.rulesets import Period, RuleSet


def seat_of(account: Account, memberships: Sequence[Membership]) -> Membership | None:
    """Give the current one of an account's memberships: the chosen one, or the first."""
    chosen = [one for one in memberships if one.member.id == account.member_id]
    return next(iter(chosen or memberships), None)


def gets_cards(actor: Actor) -> bool:
    """Whether somebody gets cards that ask for a decision, or for help."""
    return actor.decides or bool(actor.roles & HELPERS)


@dataclass
class Person:
    """An account, its memberships, and what follows from the current one.

    A stranger has no membership; asking one for an actor or a school raises `NotAllowed`.
    """

    session: AsyncSession
    now: datetime
    rulebook: RuleBook
    files: FileStore
    account: Account
    memberships: list[Membership]

    @cached_property
    def membership(self) -> Membership | None:
        """The current membership: the chosen one, or the first."""
        return seat_of(self.account, self.memberships)

    @cached_property
    def actor(self) -> Actor:
        """Who acts."""
        return self._seat.actor(self.now)

    @property
    def school(self) -> School:
        """The school of the current membership."""
        return self._seat.school

    @property
    def today(self) -> date:
        """The day it is at the school."""
        return self._seat.today(self.now)

    @property
    def salutation(self) -> str:
        """How the person is addressed: "Ibu Rina Wati", or the name alone until chosen."""
        member = self._seat.member
        return " ".join(filter(None, [(member.salutation or "").capitalize(), member.name]))

    @cached_property
    def words(self) -> Words:
        """The words in this person's language and the school's time zone."""
        zone = self.membership.zone if self.membership is not None else None
        return Words(self.account.language, zone)

    @cached_property
    def rules(self) -> RuleSet:
        """The rule set that holds at the school today: new plans are made under it."""
        return self.rulebook.of_school(self.school, self.today)

    @property
    def period(self) -> Period:
        """The period it is."""
        return self.rules.period_at(self.today)

    @property
    def _seat(self) -> Membership:
        if self.membership is None:
            raise NotAllowed
        return self.membership

    def forget(self) -> None:
        """Drop what was worked out, after the account or its memberships have changed."""
        for name in ("membership", "actor", "words", "rules"):
            self.__dict__.pop(name, None)
