"""Every button there is: what it means, packed into the 64 bytes that Telegram gives a button.

A packed button is a version digit, a short code and the fields, such as `1qt:2n:RHK-01:3`. The
meaning of a code never changes; a button that has to mean something else gets a new code. Anybody
can forge what is packed here, so nothing in it is trusted: operations authorise every tap.
"""

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self, get_type_hints

VERSION = "1"
LONGEST = 64


class UnreadableButton(ValueError):
    """Not a button of this version: from an older one, or forged."""


class Button:
    """The base of all buttons; `code` is unique, fields are whole numbers or short words.

    `keeps_files`: pressing it does not end that files are awaited.
    """

    code: ClassVar[str]
    keeps_files: ClassVar[bool] = False
    _by_code: ClassVar[dict[str, type["Button"]]] = {}
    _kinds: ClassVar[tuple[type, ...] | None] = None

    def __init_subclass__(cls, code: str) -> None:
        if code in Button._by_code:
            raise TypeError(f"two buttons with the code {code!r}")
        cls.code = code
        Button._by_code[code] = cls

    def pack(self) -> str:
        """Give the button as text of 1–64 bytes."""
        values = [getattr(self, one.name) for one in fields(self)]  # type: ignore[arg-type]
        packed = ":".join([VERSION + self.code, *map(_packed, values)])
        if len(packed.encode()) > LONGEST:
            raise ValueError(f"a button of {len(packed.encode())} bytes: {packed}")
        return packed

    @classmethod
    def field_kinds(cls) -> tuple[type, ...]:
        """Give the types of the fields, in order."""
        if cls.__dict__.get("_kinds") is None:
            hints = get_type_hints(cls)
            cls._kinds = tuple(hints[one.name] for one in fields(cls))  # type: ignore[arg-type]
        return cls._kinds or ()

    @classmethod
    def _read(cls, values: list[str]) -> Self:
        kinds = cls.field_kinds()
        if len(kinds) != len(values):
            raise UnreadableButton
        return cls(*(_read(kind, value) for kind, value in zip(kinds, values, strict=True)))


def unpack(data: str) -> Button:
    """Read a packed button. Raises `UnreadableButton` for anything else."""
    head, *values = data.split(":")
    kind = Button._by_code.get(head[1:]) if head[:1] == VERSION else None
    if kind is None:
        raise UnreadableButton
    try:
        return kind._read(values)
    except ValueError as error:
        raise UnreadableButton from error


def is_readable(data: str) -> bool:
    """Whether a packed button can be read."""
    try:
        unpack(data)
    except UnreadableButton:
        return False
    return True


def keeps_files(data: str) -> bool:
    """Whether files that are awaited are still awaited after this packed button."""
    kind = Button._by_code.get(code_of(data))
    return kind is not None and kind.keeps_files


def code_of(data: str) -> str:
    """Give the code of a packed button, unread; empty when it is of another version."""
    head = data.partition(":")[0]
    return head[1:] if head[:1] == VERSION else ""


def _packed(value: Any) -> str:
    if isinstance(value, int):
        return _base36(value)
    if ":" in value:
        raise ValueError(f"a colon in a button's field: {value!r}")
    return str(value)


_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def _base36(number: int) -> str:
    if number < 0:
        return "-" + _base36(-number)
    head, last = divmod(number, 36)
    return (_base36(head) if head else "") + _DIGITS[last]


def _read(kind: type, value: str) -> int | str:
    if kind is not int:
        return value
    number = int(value, 36)
    if abs(number) >= 2**63:
        raise UnreadableButton
    return number


# --------------------------------------------------------------------- for everybody


@dataclass(frozen=True)
class Home(Button, code="h"):
    """Show the home card."""


@dataclass(frozen=True)
class Help(Button, code="hp"):
    """Show the help page."""


@dataclass(frozen=True)
class Languages(Button, code="lg"):
    """Offer the languages."""


@dataclass(frozen=True)
class ChooseLanguage(Button, code="lc"):
    """Speak this language (`id`, `en`) from now on."""

    language: str


@dataclass(frozen=True)
class Schools(Button, code="sc"):
    """Offer the schools of this account."""


@dataclass(frozen=True)
class ChooseSchool(Button, code="ss"):
    """Go on as this member."""

    member: int


@dataclass(frozen=True)
class Salute(Button, code="sl"):
    """Address me as `bapak` or `ibu`."""

    salutation: str


# --------------------------------------------------------------------- joining


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


# --------------------------------------------------------------------- planning (teacher)


@dataclass(frozen=True)
class OpenPlan(Button, code="p"):
    """Show the plan of the current period."""


@dataclass(frozen=True)
class OpenStep(Button, code="ps"):
    """Show one page (from 0) of a step."""

    plan: int
    step: str
    page: int


@dataclass(frozen=True)
class OpenItem(Button, code="pi"):
    """Show one item's card."""

    plan: int
    item: str


@dataclass(frozen=True)
class AddUnits(Button, code="pa"):
    """Plan `units` more (or, below zero, fewer) of an item."""

    plan: int
    item: str
    units: int


@dataclass(frozen=True)
class SetUnits(Button, code="pq"):
    """Plan exactly so many units of an item."""

    plan: int
    item: str
    units: int


@dataclass(frozen=True)
class KeepItem(Button, code="pk"):
    """Done with an item's card; `take` 1 takes one unit when none is planned."""

    plan: int
    item: str
    take: int


@dataclass(frozen=True)
class ToggleEvidence(Button, code="pe"):
    """Intend, or not, the n-th kind of evidence of an item."""

    plan: int
    item: str
    kind: int


@dataclass(frozen=True)
class OpenSuggestions(Button, code="pg"):
    """Show combinations that reach the target."""

    plan: int


@dataclass(frozen=True)
class TakeSuggestion(Button, code="pt"):
    """Take a combination over, packed as `RHK-01*4+RHK-05*1` without the common beginning."""

    plan: int
    picks: str


@dataclass(frozen=True)
class LikeCategory(Button, code="pl"):
    """Prefer, or not, the n-th category in suggestions."""

    plan: int
    category: int


@dataclass(frozen=True)
class OpenInHand(Button, code="ph"):
    """Show a page of items to say what is in hand already."""

    plan: int
    page: int


@dataclass(frozen=True)
class HaveInHand(Button, code="pj"):
    """Have one more unit of an item in hand (after three: none)."""

    plan: int
    item: str
    page: int


@dataclass(frozen=True)
class StartFrom(Button, code="pf"):
    """Start from `previous` or `model`; a step's id takes only that step, `-` all."""

    plan: int
    origin: str
    step: str


@dataclass(frozen=True)
class ToggleDuty(Button, code="pd"):
    """Choose, or give up, an additional duty."""

    plan: int
    duty: str
    page: int


@dataclass(frozen=True)
class WriteDuty(Button, code="pw"):
    """Ask for a duty in own words."""

    plan: int


@dataclass(frozen=True)
class NoDuty(Button, code="pn"):
    """There is no additional duty."""

    plan: int


@dataclass(frozen=True)
class OpenBehaviour(Button, code="pb"):
    """Show the guide statements of one work value."""

    plan: int
    behaviour: str


@dataclass(frozen=True)
class ToggleGuide(Button, code="pu"):
    """Choose, or give up, a guide statement."""

    plan: int
    behaviour: str
    guide: str


@dataclass(frozen=True)
class StandardGuides(Button, code="px"):
    """Take the standard set of guide statements."""

    plan: int


@dataclass(frozen=True)
class ChooseOne(Button, code="pc"):
    """Make the choice of a step that allows one."""

    plan: int
    step: str
    choice: str


@dataclass(frozen=True)
class WriteWords(Button, code="pv"):
    """Ask for the words of a step that is filled in own words."""

    plan: int
    step: str


@dataclass(frozen=True)
class OpenSummary(Button, code="pz"):
    """Show everything, with what is missing."""

    plan: int


@dataclass(frozen=True)
class Submit(Button, code="py"):
    """Submit the plan at this revision; `confirmed` 1 goes on below the recommended points."""

    plan: int
    revision: int
    confirmed: int


@dataclass(frozen=True)
class TakeBack(Button, code="pr"):
    """Take the submission back."""

    plan: int
    revision: int


@dataclass(frozen=True)
class Agree(Button, code="po"):
    """Confirm the approved plan."""

    plan: int
    revision: int


@dataclass(frozen=True)
class OpenStatus(Button, code="st"):
    """Show where the teacher stands."""


@dataclass(frozen=True)
class AskForHelp(Button, code="ah"):
    """Tell the coaches that this person is stuck here; `where` is a step's id or `-`."""

    where: str


# --------------------------------------------------------------------- approving (principal)


@dataclass(frozen=True)
class OpenQueue(Button, code="q"):
    """Show the oldest waiting plan, or the first after plan `after` (0: from the start)."""

    after: int


@dataclass(frozen=True)
class ShowDecision(Button, code="qs"):
    """Show one waiting plan with its buttons."""

    plan: int


@dataclass(frozen=True)
class Approve(Button, code="qa"):
    """Approve this revision."""

    plan: int
    revision: int


@dataclass(frozen=True)
class SendBack(Button, code="qb"):
    """Begin sending this revision back: mark what is concerned; `marks` is a bit an entry."""

    plan: int
    revision: int
    marks: int
    page: int


@dataclass(frozen=True)
class ChooseReason(Button, code="qc"):
    """Choose the reason for the marked entries."""

    plan: int
    revision: int
    marks: int


@dataclass(frozen=True)
class ReadyReason(Button, code="qr"):
    """Send back with the n-th ready reason."""

    plan: int
    revision: int
    marks: int
    reason: int


@dataclass(frozen=True)
class OwnReason(Button, code="qo"):
    """Ask for the reason in own words."""

    plan: int
    revision: int
    marks: int


@dataclass(frozen=True)
class ShowDetails(Button, code="qd"):
    """Show a page of a plan in full; `origin` q is the queue, r the overview."""

    plan: int
    page: int
    origin: str


@dataclass(frozen=True)
class Reopen(Button, code="qp"):
    """Begin opening an approved plan again."""

    plan: int
    revision: int


@dataclass(frozen=True)
class ReopenReason(Button, code="qe"):
    """Open it again with the n-th ready reason."""

    plan: int
    revision: int
    reason: int


@dataclass(frozen=True)
class ReopenOwnReason(Button, code="qw"):
    """Ask for the reason to open it again in own words."""

    plan: int
    revision: int


@dataclass(frozen=True)
class NameModel(Button, code="qm"):
    """Offer an approved plan to all teachers as a starting point."""

    plan: int


@dataclass(frozen=True)
class OpenOverview(Button, code="r"):
    """Show the overview of the school: a page of the teachers in one state (`-` for counts)."""

    state: str
    page: int


@dataclass(frozen=True)
class Deputies(Button, code="d"):
    """Show who deputises."""


@dataclass(frozen=True)
class ChooseDeputy(Button, code="dc"):
    """Show a page of members who could deputise."""

    page: int


@dataclass(frozen=True)
class DeputyDays(Button, code="dd"):
    """Offer until when the member deputises."""

    member: int


@dataclass(frozen=True)
class NameDeputy(Button, code="dn"):
    """Name a deputy for days given as ordinals of the calendar."""

    member: int
    first: int
    last: int


@dataclass(frozen=True)
class WriteDeputyDays(Button, code="dw"):
    """Ask for the days of a deputation in words."""

    member: int


@dataclass(frozen=True)
class WithdrawDeputy(Button, code="de"):
    """End a deputation."""

    deputy: int


# --------------------------------------------------------------------- evidence (teacher)


@dataclass(frozen=True)
class OpenEvidence(Button, code="e"):
    """Show what each planned entry still needs."""


@dataclass(frozen=True)
class OpenProvable(Button, code="eo"):
    """Show one planned entry with its evidence."""

    plan: int
    entry: int


@dataclass(frozen=True)
class SendFor(Button, code="es"):
    """From now on, take what is sent for this entry."""

    plan: int
    entry: int


@dataclass(frozen=True)
class FinishSending(Button, code="ef"):
    """Done with sending for this entry: sum up."""

    plan: int
    entry: int


@dataclass(frozen=True)
class OpenUnsorted(Button, code="eu"):
    """Show what has been sent and not filed yet."""

    page: int


@dataclass(frozen=True)
class SortPiece(Button, code="eq"):
    """Ask which entry a piece belongs to."""

    evidence: int


@dataclass(frozen=True)
class FilePiece(Button, code="ep"):
    """The piece belongs to this entry."""

    evidence: int
    plan: int
    entry: int


@dataclass(frozen=True)
class SavedPiece(Button, code="ev"):
    """Show a piece that has just been kept, and what comes next."""

    evidence: int


@dataclass(frozen=True)
class KnownPiece(Button, code="eK"):
    """Show a piece whose files have been sent once more."""

    evidence: int


@dataclass(frozen=True)
class OpenPiece(Button, code="ec"):
    """Show one of my own pieces with all that is known about it."""

    keeps_files = True

    evidence: int


@dataclass(frozen=True)
class MoreOfPiece(Button, code="ei"):
    """Show what else can be done with a piece."""

    keeps_files = True

    evidence: int


@dataclass(frozen=True)
class SeeFiles(Button, code="ew"):
    """Send me the files of my own piece again."""

    keeps_files = True

    evidence: int


@dataclass(frozen=True)
class ChooseKind(Button, code="ek"):
    """Ask what kind of document a piece is."""

    keeps_files = True

    evidence: int


@dataclass(frozen=True)
class SayKind(Button, code="el"):
    """It is the n-th kind that its entry takes."""

    keeps_files = True

    evidence: int
    kind: int


@dataclass(frozen=True)
class WriteDate(Button, code="ed"):
    """Ask for the day on the document. `sending` 1: then go on sending for its entry."""

    keeps_files = True

    evidence: int
    sending: int


@dataclass(frozen=True)
class WriteNote(Button, code="en"):
    """Ask for a note to whoever checks. `sending` 1: then go on sending for its entry."""

    keeps_files = True

    evidence: int
    sending: int


@dataclass(frozen=True)
class SayCovers(Button, code="eg"):
    """The piece proves so many units of its entry."""

    keeps_files = True

    evidence: int
    covers: int


@dataclass(frozen=True)
class ReplacePiece(Button, code="er"):
    """Take the next file in the place of this piece."""

    evidence: int


@dataclass(frozen=True)
class RemovePiece(Button, code="ex"):
    """Take a piece away."""

    evidence: int


@dataclass(frozen=True)
class BringBack(Button, code="ey"):
    """Undo that a piece was taken away."""

    evidence: int


@dataclass(frozen=True)
class UseAgain(Button, code="ea"):
    """Use the files of a piece for another entry too."""

    evidence: int


@dataclass(frozen=True)
class PrepareForPmm(Button, code="em"):
    """Make the one PDF of an entry; `confirmed` 1 although something is missing.

    `straightened` 0 leaves the photos as they were taken.
    """

    plan: int
    entry: int
    confirmed: int
    straightened: int


@dataclass(frozen=True)
class OrderPortfolio(Button, code="eb"):
    """Make the portfolio of a plan: `pdf`, or `zip` with the original files."""

    plan: int
    form: str


@dataclass(frozen=True)
class CancelPaper(Button, code="ez"):
    """Stop making a paper."""

    order: int


# --------------------------------------------------------------------- evidence (who checks)


@dataclass(frozen=True)
class OpenChecks(Button, code="k"):
    """Show a page of the teachers whose evidence waits."""

    page: int


@dataclass(frozen=True)
class CheckTeacher(Button, code="kt"):
    """Show the first piece of a teacher that waits."""

    member: int


@dataclass(frozen=True)
class CheckPiece(Button, code="kp"):
    """Show a piece with the buttons to decide."""

    evidence: int


@dataclass(frozen=True)
class NextPiece(Button, code="kn"):
    """Show the piece of the same teacher that waits after this one, or another teacher's."""

    evidence: int


@dataclass(frozen=True)
class AcceptPiece(Button, code="ka"):
    """Accept this revision."""

    evidence: int
    revision: int


@dataclass(frozen=True)
class SendBackPiece(Button, code="kb"):
    """Choose the reason for giving this revision back."""

    evidence: int
    revision: int


@dataclass(frozen=True)
class PieceReason(Button, code="kr"):
    """Give it back with the n-th ready reason."""

    evidence: int
    revision: int
    reason: int


@dataclass(frozen=True)
class PieceOwnReason(Button, code="ko"):
    """Ask for the reason in own words."""

    evidence: int
    revision: int


@dataclass(frozen=True)
class AcceptAll(Button, code="kl"):
    """Accept all waiting pieces of a teacher, all of which have been seen."""

    member: int


@dataclass(frozen=True)
class TeacherEvidence(Button, code="ke"):
    """Show a page of the evidence under a plan, to look at."""

    plan: int
    page: int


@dataclass(frozen=True)
class LookAtPiece(Button, code="ki"):
    """Show a piece to a coach, or again to somebody who decides."""

    evidence: int


@dataclass(frozen=True)
class CommentPiece(Button, code="kc"):
    """Ask for a comment on a piece."""

    evidence: int


# --------------------------------------------------------------------- members (operator)


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


# --------------------------------------------------------------------- broadcasts


@dataclass(frozen=True)
class Broadcasts(Button, code="b"):
    """Show whom one can write to, with the draft and what was sent lately."""


@dataclass(frozen=True)
class RecentBroadcasts(Button, code="bl"):
    """Show what was sent lately, and what is scheduled."""


@dataclass(frozen=True)
class NewBroadcast(Button, code="bn"):
    """Write to an audience, by its word in `storage.audiences`."""

    audience: str


@dataclass(frozen=True)
class OpenBroadcast(Button, code="bo"):
    """Show a broadcast of mine as it is now: draft, scheduled, on its way, over."""

    broadcast: int


@dataclass(frozen=True)
class BackToDraft(Button, code="bi"):
    """Show again what can be done with a draft; its preview stands above already."""

    broadcast: int


@dataclass(frozen=True)
class PickPeople(Button, code="bp"):
    """Show a page of the members to write to by name."""

    broadcast: int
    page: int


@dataclass(frozen=True)
class TogglePerson(Button, code="bt"):
    """Write to this member too, or no longer."""

    broadcast: int
    member: int
    page: int


@dataclass(frozen=True)
class PickSchools(Button, code="bc"):
    """Show my other schools to write to."""

    broadcast: int


@dataclass(frozen=True)
class ToggleSchool(Button, code="bx"):
    """Write to the school of this seat of mine too, or no longer."""

    broadcast: int
    member: int


@dataclass(frozen=True)
class WriteBroadcast(Button, code="bw"):
    """Ask for the words, and perhaps a file."""

    keeps_files = True

    broadcast: int


@dataclass(frozen=True)
class DropFile(Button, code="bf"):
    """Send without the file."""

    broadcast: int


@dataclass(frozen=True)
class OutOfReachNames(Button, code="bu"):
    """Show a page of those who are meant and cannot be written to."""

    broadcast: int
    page: int


@dataclass(frozen=True)
class SendBroadcast(Button, code="bs"):
    """Send this revision."""

    broadcast: int
    revision: int


@dataclass(frozen=True)
class ScheduleDay(Button, code="bd"):
    """Offer a page of days to send on."""

    broadcast: int
    page: int


@dataclass(frozen=True)
class ScheduleHour(Button, code="bh"):
    """Offer the hours of a day, given as an ordinal of the calendar."""

    broadcast: int
    first: int


@dataclass(frozen=True)
class ScheduleAt(Button, code="ba"):
    """Send at a full hour of a day."""

    broadcast: int
    first: int
    hour: int


@dataclass(frozen=True)
class ChangeScheduled(Button, code="be"):
    """Make a draft of a scheduled broadcast, to change it."""

    broadcast: int


@dataclass(frozen=True)
class CancelBroadcast(Button, code="bz"):
    """Put a draft away, or stop what is scheduled or on its way."""

    broadcast: int


@dataclass(frozen=True)
class RestoreBroadcast(Button, code="by"):
    """Undo that a draft was put away."""

    broadcast: int


@dataclass(frozen=True)
class BroadcastNames(Button, code="br"):
    """Show a page of those with one fate in a broadcast."""

    broadcast: int
    fate: str
    page: int


@dataclass(frozen=True)
class SendAgain(Button, code="bg"):
    """Write once more to those whom a broadcast failed to reach."""

    broadcast: int


@dataclass(frozen=True)
class AnswerBroadcast(Button, code="bj"):
    """Say `done` or `help` to a broadcast I have received."""

    broadcast: int
    answer: str


# --------------------------------------------------------------------- help


@dataclass(frozen=True)
class OpenHelpQueue(Button, code="zq"):
    """Show a page of the requests for help: the open ones and one's own."""

    page: int


@dataclass(frozen=True)
class ShowHelp(Button, code="zs"):
    """Show a request for help as it stands, to whoever asked or can help."""

    request: int


@dataclass(frozen=True)
class ClaimHelp(Button, code="zc"):
    """Help with this request."""

    request: int


@dataclass(frozen=True)
class ReleaseHelp(Button, code="zr"):
    """Give this request back to the queue."""

    request: int


@dataclass(frozen=True)
class TalkAbout(Button, code="zt"):
    """From now on, pass what is sent to the other one of this request."""

    request: int


@dataclass(frozen=True)
class CloseHelp(Button, code="zx"):
    """End this request."""

    request: int


@dataclass(frozen=True)
class SayHelped(Button, code="zh"):
    """The help of this request has helped (1), or not yet (0)."""

    request: int
    helped: int


@dataclass(frozen=True)
class SeeDraft(Button, code="zd"):
    """Show a page of the plan of whoever asked, as it is now."""

    request: int
    page: int


@dataclass(frozen=True)
class ProposeItems(Button, code="zi"):
    """Show a page of the items that can be proposed."""

    request: int
    page: int


@dataclass(frozen=True)
class ProposeUnits(Button, code="zu"):
    """Show an item with so many units to propose."""

    request: int
    item: str
    units: int


@dataclass(frozen=True)
class SendProposal(Button, code="zp"):
    """Propose so many units of an item."""

    request: int
    item: str
    units: int


@dataclass(frozen=True)
class ProposeEvidence(Button, code="ze"):
    """Show a page of the planned entries that lack evidence."""

    request: int
    page: int


@dataclass(frozen=True)
class PointOut(Button, code="zv"):
    """Say that evidence is missing for an entry."""

    request: int
    entry: int


@dataclass(frozen=True)
class ShowProposal(Button, code="zl"):
    """Show a proposal beside what the plan holds now."""

    proposal: int


@dataclass(frozen=True)
class TakeProposal(Button, code="zk"):
    """Take a proposal over, where the plan holds `current` units."""

    proposal: int
    current: int


@dataclass(frozen=True)
class DeclineProposal(Button, code="zn"):
    """Decline a proposal."""

    proposal: int


# --------------------------------------------------------------------- answers to questions


@dataclass(frozen=True)
class ShowAnswers(Button, code="zf"):
    """Show the questions found, by number: `12.13.20`."""

    found: str


@dataclass(frozen=True)
class ShowAnswer(Button, code="za"):
    """Show the answer to a question; `found` leads back to the others, `-` to the help page."""

    number: int
    found: str


@dataclass(frozen=True)
class CheckWebinar(Button, code="zw"):
    """Show the checklist for a webinar; `flags` is a bit for each sign of danger."""

    flags: int


# --------------------------------------------------------------------- reminders, the school


@dataclass(frozen=True)
class Snooze(Button, code="xz"):
    """Be reminded again in so many days."""

    days: int


@dataclass(frozen=True)
class ReminderHours(Button, code="xr"):
    """Offer the hours at which reminders may come."""


@dataclass(frozen=True)
class ChooseHour(Button, code="xc"):
    """Be reminded from this hour on; below zero: whenever it suits."""

    hour: int


@dataclass(frozen=True)
class OpenSchool(Button, code="xs"):
    """Show the school's settings."""


@dataclass(frozen=True)
class PickDeadline(Button, code="xm"):
    """Offer days to which a deadline, named by its kind, can be moved."""

    deadline: str


@dataclass(frozen=True)
class MoveDeadline(Button, code="xp"):
    """Move a deadline from one day to another (ordinals), after asking why."""

    deadline: str
    before: int
    after: int


@dataclass(frozen=True)
class OpenHours(Button, code="xh"):
    """Offer the school's week and hours."""


@dataclass(frozen=True)
class SetHours(Button, code="xo"):
    """Have this week (5 or 6 days) and these hours, from one to another."""

    days: int
    opens: int
    closes: int
