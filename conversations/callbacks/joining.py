"""Buttons on the way into a school."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class SeeInvitation(Button, code="jo"):
    """Show whom the invitation with this token is for."""

    token: str


@dataclass(frozen=True)
class ItIsMe(Button, code="jm"):
    """The invitation with this token is mine."""

    token: str


@dataclass(frozen=True)
class NotMe(Button, code="jn"):
    """The invitation is somebody else's."""

    token: str


@dataclass(frozen=True)
class Consent(Button, code="jc"):
    """Agree to the privacy notice and join."""

    token: str
