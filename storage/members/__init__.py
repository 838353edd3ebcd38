"""A school's members: founding a school, inviting people, letting them in, naming a deputy.

A member without any role is one whose data was erased (`storage.erasure`): nobody finds, invites
or counts such a member again.
"""

from storage.members.deputising import (
    LONGEST_DEPUTATION,
    current_deputies,
    name_deputy,
    withdraw_deputy,
)
from storage.members.founding import find_school, found_school
from storage.members.importing import (
    RosterPreview,
    commit_roster,
    drop_roster,
    import_roster,
    keep_roster,
    kept_roster,
    preview_roster,
)
from storage.members.inviting import INVITATION_LASTS, Invited, invite, renew_invitation
from storage.members.joining import Offer, join, look_up_invitation
from storage.members.reading import MemberCard, find_member, member_card, present_member, roll
from storage.members.roles import ALL_ROLES, change_roles, require_other_operator

__all__ = [
    "ALL_ROLES",
    "INVITATION_LASTS",
    "LONGEST_DEPUTATION",
    "Invited",
    "MemberCard",
    "Offer",
    "RosterPreview",
    "change_roles",
    "commit_roster",
    "current_deputies",
    "drop_roster",
    "find_member",
    "find_school",
    "found_school",
    "import_roster",
    "invite",
    "join",
    "keep_roster",
    "kept_roster",
    "look_up_invitation",
    "member_card",
    "name_deputy",
    "present_member",
    "preview_roster",
    "renew_invitation",
    "require_other_operator",
    "roll",
    "withdraw_deputy",
]
