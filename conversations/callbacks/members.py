"""Buttons of an operator's list of members."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class OpenMembers(Button, code="m"):
    """Show a page of the members."""

    page: int


@dataclass(frozen=True)
class OpenMember(Button, code="mo"):
    """Show one member."""

    member: int


@dataclass(frozen=True)
class InviteMember(Button, code="mi"):
    """Choose the roles of somebody to invite; `roles` are those chosen so far."""

    roles: int


@dataclass(frozen=True)
class InviteAs(Button, code="mr"):
    """Ask for the name of somebody to invite with these roles."""

    roles: int


@dataclass(frozen=True)
class RenewInvitation(Button, code="mn"):
    """Make a new link for a member."""

    member: int


@dataclass(frozen=True)
class AskRoster(Button, code="ml"):
    """Explain how to send a roster file."""


@dataclass(frozen=True)
class CommitRoster(Button, code="mc"):
    """Bring in the roster of this prompt."""

    roster: int


@dataclass(frozen=True)
class DropRoster(Button, code="md"):
    """Forget the roster that was sent."""

    roster: int


@dataclass(frozen=True)
class ShowRoster(Button, code="ms"):
    """Show what this roster would bring."""

    roster: int


@dataclass(frozen=True)
class SampleRoster(Button, code="mt"):
    """Send an example of a roster file."""


@dataclass(frozen=True)
class ChooseRoles(Button, code="mp"):
    """Choose a member's roles; `roles` are those chosen so far."""

    member: int
    roles: int


@dataclass(frozen=True)
class SetRoles(Button, code="mq"):
    """Give a member exactly these roles."""

    member: int
    roles: int


@dataclass(frozen=True)
class AskErasure(Button, code="mx"):
    """Say what erasing a member's data means, and ask."""

    member: int


@dataclass(frozen=True)
class EraseMember(Button, code="my"):
    """Erase a member's data for ever."""

    member: int
