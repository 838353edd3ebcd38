"""The tables, one module for each aggregate."""

from sqlalchemy import Table
from sqlmodel import SQLModel

from storage.models.audit import AuditEntry
from storage.models.boards import BoardDay, SentPicture
from storage.models.broadcasts import (
    Broadcast,
    BroadcastAnswer,
    BroadcastMiss,
    BroadcastReply,
    BroadcastStatus,
    OutOfReach,
)
from storage.models.calendar import ClosedPeriod, DeadlineMove, SchoolHours
from storage.models.chats import Account, Card, GroupChat, InboxUpdate, Prompt
from storage.models.confirmations import Confirmation
from storage.models.evidence import (
    Evidence,
    EvidenceComment,
    EvidenceLook,
    EvidencePage,
    EvidenceStatus,
)
from storage.models.forms import FormAnswer
from storage.models.help import (
    HelpMessage,
    HelpProposal,
    HelpRequest,
    HelpStatus,
    ProposalState,
    SaidAs,
)
from storage.models.observations import (
    Booking,
    Marking,
    Observation,
    ObservationMark,
    ObservationMove,
)
from storage.models.official import CodeGuess, IssuedPaper, Letterhead
from storage.models.outbox import ArchivedMessage, MessageRecord, OutboxMessage, OutboxState
from storage.models.papers import PaperOrder, PaperStatus
from storage.models.people import (
    Deputy,
    Invitation,
    Member,
    Role,
    RosterDraft,
    RulesetChoice,
    School,
)
from storage.models.plans import (
    Decision,
    ModelPlan,
    Plan,
    PlanEntry,
    PlanRevision,
    PlanStatus,
    Reopening,
    Verdict,
)
from storage.models.privacy import (
    CarriedPiece,
    CarriedPlan,
    CopyProgress,
    ErasureRequest,
    ErasureState,
    Farewell,
    PortfolioTransfer,
)
from storage.models.ratings import FinalRating, Rating, RatingStatus
from storage.models.reminders import Reminder, ReminderWish
from storage.models.reports import Report, ReportDecision, ReportRevision, ReportStatus

metadata = SQLModel.metadata


def table_of(model: type[SQLModel]) -> Table:
    """Give a model's table, for statements that need no objects."""
    return metadata.tables[str(model.__tablename__)]


__all__ = [
    "Account",
    "ArchivedMessage",
    "AuditEntry",
    "BoardDay",
    "Booking",
    "Broadcast",
    "BroadcastAnswer",
    "BroadcastMiss",
    "BroadcastReply",
    "BroadcastStatus",
    "Card",
    "CarriedPiece",
    "CarriedPlan",
    "ClosedPeriod",
    "CodeGuess",
    "Confirmation",
    "CopyProgress",
    "DeadlineMove",
    "Decision",
    "Deputy",
    "ErasureRequest",
    "ErasureState",
    "Evidence",
    "EvidenceComment",
    "EvidenceLook",
    "EvidencePage",
    "EvidenceStatus",
    "Farewell",
    "FinalRating",
    "FormAnswer",
    "GroupChat",
    "HelpMessage",
    "HelpProposal",
    "HelpRequest",
    "HelpStatus",
    "InboxUpdate",
    "Invitation",
    "IssuedPaper",
    "Letterhead",
    "Marking",
    "Member",
    "MessageRecord",
    "ModelPlan",
    "Observation",
    "ObservationMark",
    "ObservationMove",
    "OutOfReach",
    "OutboxMessage",
    "OutboxState",
    "PaperOrder",
    "PaperStatus",
    "Plan",
    "PlanEntry",
    "PlanRevision",
    "PlanStatus",
    "PortfolioTransfer",
    "Prompt",
    "ProposalState",
    "Rating",
    "RatingStatus",
    "Reminder",
    "ReminderWish",
    "Reopening",
    "Report",
    "ReportDecision",
    "ReportRevision",
    "ReportStatus",
    "Role",
    "RosterDraft",
    "RulesetChoice",
    "SaidAs",
    "School",
    "SchoolHours",
    "SentPicture",
    "Verdict",
    "metadata",
    "table_of",
]
