"""Why an operation was refused. Each error carries the facts; the words live elsewhere."""

from datetime import date, datetime


class Refused(Exception):
    """An operation that did not happen, and changed nothing."""


class NotAllowed(Refused):
    """The person may not do this, or it belongs to another school."""


class NotFound(Refused):
    """There is no such thing (any more)."""


class RulesBroken(Refused):
    """The file of a rule set is gone, or cannot be used."""

    def __init__(self, ruleset: str) -> None:
        super().__init__(f"rule set {ruleset} cannot be used")
        self.ruleset = ruleset


class RulesChanged(Refused):
    """Somebody has chosen another rule set for the school since this was shown."""


class RulesBegun(Refused):
    """The rule set holds already: it can no longer be taken back, only be followed by another."""

    def __init__(self, since: date) -> None:
        super().__init__(f"holds since {since}")
        self.since = since


class InvitationUnknown(Refused):
    """No invitation has this token."""


class InvitationUsed(Refused):
    """The invitation has let somebody in already."""

    def __init__(self, *, by_this_account: bool) -> None:
        super().__init__(f"used, by this account: {by_this_account}")
        self.by_this_account = by_this_account


class InvitationExpired(Refused):
    """The invitation is too old."""

    def __init__(self, expired_at: datetime) -> None:
        super().__init__(f"expired at {expired_at:%Y-%m-%d}")
        self.expired_at = expired_at


class InvitationRevoked(Refused):
    """A newer invitation has replaced this one."""


class AlreadyInSchool(Refused):
    """The account is another member of the same school already."""

    def __init__(self, name: str) -> None:
        super().__init__("the account is another member of this school")
        self.name = name


class DuplicateSchool(Refused):
    """A school with this NPSN exists."""


class LastOperator(Refused):
    """Nobody would be left who can invite people into the school."""


class NotNow(Refused):
    """The plan's status does not allow this."""

    def __init__(self, status: str) -> None:
        super().__init__(f"not while the plan is {status}")
        self.status = status


class StaleRevision(Refused):
    """The plan has been submitted again since the card was made."""

    def __init__(self, current: int) -> None:
        super().__init__(f"the plan is at revision {current} now")
        self.current = current


class AlreadyDecided(Refused):
    """Somebody has decided on this revision already."""

    def __init__(self, verdict: str, by_name: str, by_member: int, at: datetime) -> None:
        super().__init__(f"{verdict} by member {by_member}")
        self.verdict = verdict
        self.by_name = by_name
        self.by_member = by_member
        self.at = at

    def is_repeated(self, verdict: str, by_member: int) -> bool:
        """Whether it is the same finger twice: this member has decided just this."""
        return (self.verdict, self.by_member) == (verdict, by_member)


class Incomplete(Refused):
    """The rule set asks for steps that are not filled yet."""

    def __init__(self, steps: tuple[str, ...]) -> None:
        super().__init__(f"missing: {', '.join(steps)}")
        self.steps = steps


class BelowTarget(Refused):
    """Fewer points than the rule set's target. `hard` forbids it; otherwise a reason is enough."""

    def __init__(self, points: int, target: int, *, hard: bool) -> None:
        super().__init__(f"{points} of {target} points")
        self.points = points
        self.target = target
        self.hard = hard


class ValuesFull(Refused):
    """As many work values are chosen as the rule set allows: `most`."""

    def __init__(self, most: int) -> None:
        super().__init__(f"at most {most} values")
        self.most = most


class AlreadyConfirmed(Refused):
    """Somebody has confirmed this document already."""

    def __init__(self, by_name: str, by_member: int, at: datetime) -> None:
        super().__init__(f"confirmed by member {by_member}")
        self.by_name = by_name
        self.by_member = by_member
        self.at = at


class OutOfRange(Refused):
    """A number or a date outside what is allowed."""

    def __init__(self, lowest: object, highest: object) -> None:
        super().__init__(f"not between {lowest} and {highest}")
        self.lowest = lowest
        self.highest = highest


class DayOutOfRange(Refused):
    """A day outside those that are allowed, `first` and `last` included."""

    def __init__(self, first: date, last: date) -> None:
        super().__init__(f"not from {first} to {last}")
        self.first = first
        self.last = last


class PeriodClosed(Refused):
    """The period is over: what belongs to it can be read and no longer changed."""

    def __init__(self, period: str) -> None:
        super().__init__(f"period {period} is over")
        self.period = period


class TooLong(Refused):
    """Words beyond what is kept; they are not cut, for nobody would notice what is lost."""

    def __init__(self, longest: int, length: int) -> None:
        super().__init__(f"{length} characters, at most {longest}")
        self.longest = longest
        self.length = length


class VoiceTooLong(Refused):
    """A voice note longer than anybody listens to. Both lengths are in seconds."""

    def __init__(self, longest_s: int, length_s: int) -> None:
        super().__init__(f"{length_s} s, at most {longest_s}")
        self.longest_s = longest_s
        self.length_s = length_s


class ReasonMissing(Refused):
    """A decision that needs a reason has none."""


class PlanNotOpen(Refused):
    """Evidence can be filed only under an approved plan. `status` is None where there is none."""

    def __init__(self, status: str | None) -> None:
        super().__init__(f"the plan is {status}")
        self.status = status


class ReportNotNow(Refused):
    """The report does not stand where this is possible."""

    def __init__(self, status: str) -> None:
        super().__init__(f"not while the report is {status}")
        self.status = status


class ReportStale(Refused):
    """The report has been submitted again since the card was made."""

    def __init__(self, current: int) -> None:
        super().__init__(f"the report is at revision {current} now")
        self.current = current


class ReportFrozen(Refused):
    """The plan is open for changes: until it holds again its report can only be read."""

    def __init__(self, status: str) -> None:
        super().__init__(f"the plan is {status}")
        self.status = status


class ReportOutdated(Refused):
    """The plan has been changed since the report was submitted: it has to be submitted again."""


class ReportRated(Refused):
    """The rating that rests on the report is final: that is opened again first."""


class ReportIncomplete(Refused):
    """Questions without an answer that the rule set wants answered; `fields` are their ids."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(f"missing: {', '.join(fields)}")
        self.fields = fields


class PlanReopened(Refused):
    """The piece cannot be decided on while its plan is open for changes."""


class EvidenceChanged(Refused):
    """The piece has been changed, replaced or taken away since it was shown."""


class SameFileHere(Refused):
    """The entry has this very file already."""

    def __init__(self, evidence_id: int) -> None:
        super().__init__(f"evidence {evidence_id} is the same")
        self.evidence_id = evidence_id


class TooMany(Refused):
    """More than anybody needs; `most` are kept."""

    def __init__(self, most: int) -> None:
        super().__init__(f"at most {most}")
        self.most = most


class NotAllSeen(Refused):
    """Some pieces have not been on the screen of whoever wants to accept them all."""

    def __init__(self, unseen: int) -> None:
        super().__init__(f"{unseen} not seen")
        self.unseen = unseen


class BroadcastNotNow(Refused):
    """The broadcast's status does not allow this."""

    def __init__(self, status: str) -> None:
        super().__init__(f"not while the broadcast is {status}")
        self.status = status


class BroadcastChanged(Refused):
    """The broadcast has been changed since it was shown."""


class BroadcastEmpty(Refused):
    """There is nothing to send: neither words nor a file."""


class NobodyInReach(Refused):
    """Nobody a broadcast is meant for can be written to."""


class TimeIsPast(Refused):
    """Nothing can be scheduled for a moment that is over."""


class HelpTaken(Refused):
    """Somebody else helps already."""

    def __init__(self, by_name: str, at: datetime) -> None:
        super().__init__("somebody else helps")
        self.by_name = by_name
        self.at = at


class HelpNotNow(Refused):
    """The request for help does not stand where this is possible."""

    def __init__(self, status: str) -> None:
        super().__init__(f"not while the request is {status}")
        self.status = status


class ProposalAnswered(Refused):
    """The proposal has been taken over or declined already."""


class ProposalOutdated(Refused):
    """The plan holds another quantity than the one that was shown beside the proposal."""

    def __init__(self, current: int) -> None:
        super().__init__(f"the plan has {current} units now")
        self.current = current


class BadNip(Refused):
    """A civil servant's number has just so many `digits`."""

    def __init__(self, digits: int) -> None:
        super().__init__(f"not {digits} digits")
        self.digits = digits


class RatingChanged(Refused):
    """Somebody else has changed the rating since it was shown."""

    def __init__(self, by_name: str, at: datetime) -> None:
        super().__init__("changed by somebody else")
        self.by_name = by_name
        self.at = at


class RatingsChanged(Refused):
    """What would become final is not what the summary showed."""


class RatingIncomplete(Refused):
    """A level is still missing."""


class RatingVoid(Refused):
    """The rating has been opened again: what was told before does not hold any more."""


class RatingAnswered(Refused):
    """The teacher has answered this rating already."""


class ObservationPaused(Refused):
    """The plan is being changed; its observation waits until the plan holds again."""

    def __init__(self, status: str) -> None:
        super().__init__(f"not while the plan is {status}")
        self.status = status


class ObservationNotNow(Refused):
    """The marks stand where this is no longer, or not yet, possible."""

    def __init__(self, marking: str) -> None:
        super().__init__(f"not while the marks are {marking}")
        self.marking = marking


class OtherMomentNow(Refused):
    """Another day or hour has been proposed since the button was made."""


class OthersTurn(Refused):
    """Whoever proposed a day cannot also agree to it."""


class IndicatorMissing(Refused):
    """Nothing can be observed before the teacher has chosen an indicator."""


class IndicatorPlanned(Refused):
    """The plan has chosen the indicator; it is changed there."""


class ObserverTaken(Refused):
    """Somebody else observes this teacher."""

    def __init__(self, by_name: str) -> None:
        super().__init__("somebody else observes")
        self.by_name = by_name


class NotAllMarked(Refused):
    """Some statements have no level yet; `places` counts them from 1."""

    def __init__(self, places: tuple[int, ...]) -> None:
        super().__init__(f"without a level: {places}")
        self.places = places


class WrongMarks(Refused):
    """A line of marks that does not fit the rubric.

    `given` numbers for `wanted` statements; `places`, counted from 1, are above `highest` or
    below 1.
    """

    def __init__(self, given: int, wanted: int, highest: int, places: tuple[int, ...]) -> None:
        super().__init__(f"{given} of {wanted} marks, wrong at {places}")
        self.given = given
        self.wanted = wanted
        self.highest = highest
        self.places = places


class MarksChanged(Refused):
    """The marks have been changed since they were shown."""


class StepNotOpen(Refused):
    """A step of the observation comes after another one that is not over yet."""

    def __init__(self, before: str) -> None:
        super().__init__(f"step {before} comes first")
        self.before = before


class ErasureNotNow(Refused):
    """The request to be erased has been withdrawn or decided already."""

    def __init__(self, state: str) -> None:
        super().__init__(f"not while the request is {state}")
        self.state = state


class TransferUnknown(Refused):
    """No portfolio goes with this code, or it belongs to another Telegram account."""


class TransferUsed(Refused):
    """The code has been used, or a newer one has replaced it."""


class TransferExpired(Refused):
    """The code is too old."""

    def __init__(self, expired_at: datetime) -> None:
        super().__init__(f"expired at {expired_at:%Y-%m-%d}")
        self.expired_at = expired_at


class TransferSameSchool(Refused):
    """A portfolio is taken to another school, not to the one it comes from."""
