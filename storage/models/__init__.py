"""The tables, one module for each aggregate."""

from sqlalchemy import Table
from sqlmodel import SQLModel

from storage.models.audit import AuditEntry
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
from storage.models.evidence import (
    Evidence,
    EvidenceComment,
    EvidenceLook,
    EvidencePage,
    EvidenceStatus,
)
from storage.models.help import (
    HelpMessage,
    HelpProposal,
    HelpRequest,
    HelpStatus,
    ProposalState,
    SaidAs,
)
from storage.models.outbox import ArchivedMessage, MessageRecord, OutboxMessage, OutboxState
from storage.models.papers import PaperOrder, PaperStatus
from storage.models.people import Deputy, Invitation, Member, Role, RosterDraft, School
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
from storage.models.reminders import Reminder, ReminderWish

metadata = SQLModel.metadata


def table_of(model: type[SQLModel]) -> Table:
    """Give a model's table, for statements that need no objects."""
    return metadata.tables[str(model.__tablename__)]


__all__ = [
    "Account",
    "ArchivedMessage",
    "AuditEntry",
    "Broadcast",
    "BroadcastAnswer",
    "BroadcastMiss",
    "BroadcastReply",
    "BroadcastStatus",
    "Card",
    "CarriedPiece",
    "CarriedPlan",
    "ClosedPeriod",
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
    "GroupChat",
    "HelpMessage",
    "HelpProposal",
    "HelpRequest",
    "HelpStatus",
    "InboxUpdate",
    "Invitation",
    "Member",
    "MessageRecord",
    "ModelPlan",
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
    "Reminder",
    "ReminderWish",
    "Reopening",
    "Role",
    "RosterDraft",
    "SaidAs",
    "School",
    "SchoolHours",
    "Verdict",
    "metadata",
    "table_of",
]
