"""Refusals in words: what happened, what is kept, what to do now."""

from typing import Any

from conversations.forms import clock_of_seconds
from conversations.turn import Turn
from storage import errors
from storage.inspecting import Unusable
from storage.logos import UnusableLogo
from storage.models import PlanStatus


def explain(turn: Turn, refusal: errors.Refused) -> None:
    """Say why something did not happen, as an alert that has to be dismissed."""
    name = f"refusals.{type(refusal).__name__}"
    if isinstance(refusal, Unusable):
        name = f"unusable.{refusal.why}"
    elif isinstance(refusal, UnusableLogo):
        name = f"letterhead.refused_{refusal.why}"
    elif isinstance(refusal, errors.WrongMarks) and refusal.places:
        name = "refusals.WrongMarks_places"
    elif isinstance(refusal, errors.PlanNotOpen) and refusal.status is None:
        name = "refusals.PlanNotOpen_none"
    turn.alert(turn.words.label(name, **_facts(turn, refusal)))


def _facts(turn: Turn, refusal: errors.Refused) -> dict[str, Any]:
    words = turn.words
    match refusal:
        case errors.TooMany():
            return {"most": refusal.most}
        case UnusableLogo():
            return {"megapixels": refusal.megapixels}
        case errors.BadNip():
            return {"digits": refusal.digits}
        case errors.NotAllSeen():
            return {"unseen": refusal.unseen}
        case errors.PlanNotOpen(status=str(status)) | errors.NotNow(status=status):
            return {"status": words.label(f"status.{PlanStatus(status)}")}
        case errors.ReportNotNow():
            return {"status": words.label(f"reporting.is_{refusal.status}")}
        case errors.ReportIncomplete():
            return {"count": len(refusal.fields)}
        case errors.BroadcastNotNow():
            return {"status": words.label(f"broadcasting.status_{refusal.status}")}
        case errors.AlreadyDecided():
            return {
                "verdict": words.label(f"verdict.{refusal.verdict}"),
                "by": refusal.by_name,
                "at": words.clock(refusal.at),
                "day": words.short_day(refusal.at),
            }
        case errors.RulesBegun():
            return {"day": words.day(refusal.since)}
        case errors.ValuesFull():
            return {"most": refusal.most}
        case errors.RatingChanged() | errors.AlreadyConfirmed():
            return {
                "by": refusal.by_name,
                "at": words.clock(refusal.at),
                "day": words.short_day(refusal.at),
            }
        case errors.OutOfRange():
            return {"lowest": refusal.lowest, "highest": refusal.highest}
        case errors.DayOutOfRange():
            return {"first": words.day(refusal.first), "last": words.day(refusal.last)}
        case errors.TooLong():
            return {"longest": refusal.longest, "length": refusal.length}
        case errors.VoiceTooLong():
            return {
                "longest": refusal.longest_s // 60,
                "length": clock_of_seconds(refusal.length_s),
            }
        case errors.ObservationPaused():
            return {"status": words.label(f"status.{PlanStatus(refusal.status)}")}
        case errors.ObserverTaken():
            return {"by": refusal.by_name}
        case errors.NotAllMarked():
            return {"places": ", ".join(map(str, refusal.places))}
        case errors.StepNotOpen():
            return {"before": refusal.before}
        case errors.WrongMarks():
            return {
                "given": refusal.given, "wanted": refusal.wanted, "highest": refusal.highest,
                "places": ", ".join(map(str, refusal.places)),
            }  # fmt: skip
        case errors.BelowTarget():
            return {"missing": refusal.target - refusal.points, "target": refusal.target}
        case errors.InvitationExpired():
            return {"day": words.short_day(refusal.expired_at)}
        case errors.HelpTaken():
            return {"by": refusal.by_name, "at": words.clock(refusal.at)}
        case errors.HelpNotNow():
            return {"status": words.label(f"helping.is_{refusal.status}")}
        case errors.ProposalOutdated():
            return {"current": refusal.current}
        case errors.ErasureNotNow():
            return {"state": words.label(f"own_data.is_{refusal.state}")}
        case errors.TransferExpired():
            return {"day": words.short_day(refusal.expired_at)}
        case errors.AlreadyInSchool():
            return {"name": refusal.name}
    return {}
