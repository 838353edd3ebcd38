"""A teacher with much to hide: plans, evidence of every state, a rating, help."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.simulator.driver import Person
from storage.models import (
    Account,
    Broadcast,
    BroadcastReply,
    Decision,
    Deputy,
    Evidence,
    EvidenceComment,
    EvidenceLook,
    EvidencePage,
    EvidenceStatus,
    FinalRating,
    HelpMessage,
    HelpProposal,
    HelpRequest,
    HelpStatus,
    Invitation,
    Member,
    ModelPlan,
    PaperOrder,
    PaperStatus,
    Plan,
    PlanEntry,
    PlanRevision,
    PlanStatus,
    Rating,
    RatingStatus,
    Reopening,
    Role,
)
from tests import papers
from tests.end_to_end.bad_input.staging import SECRET, fills_plan, rows
from tests.world import TestWorld


@dataclass(frozen=True)
class Victim:
    """Whose plan and evidence the forgers are after."""

    person: Person
    plan_id: int
    member_id: int
    token: str
    proven: "Proven"


@dataclass(frozen=True)
class Proven:
    """A plan that holds, with pieces of evidence by their status, a paper being made, and help.

    A coach of the school has begun to write a broadcast.
    """

    plan_id: int
    entry_id: int
    pieces: dict[EvidenceStatus, int]
    order_id: int
    broadcast_id: int
    request_id: int
    proposal_id: int


async def victim_in(world: TestWorld) -> Victim:
    """A teacher with a submitted plan and an earlier one that was proven, with much to hide."""
    token = await world.invites("Rina Wati", Role.TEACHER)
    person = world.sim.person("Rina", id=901)
    await person.start(token)
    await person.taps("Ya, ini saya")
    await person.taps("Setuju")
    await fills_plan(person, duty=SECRET)
    await person.taps("Ringkasan")
    await person.taps("Ajukan")
    await person.sees("Sudah diajukan")
    async with world.database.reading() as session:
        plan = (await session.exec(select(Plan))).one()
    return Victim(person, plan.id or 0, plan.member_id, token, await _proves(world, plan))


async def _proves(world: TestWorld, plan: Plan) -> Proven:
    """Give the teacher a plan of the period before, and evidence of every kind below it."""
    now = world.clock.now()
    earlier = Plan(
        **plan.model_dump(exclude={"id", "period", "status"}), period="2026-1",
        status=PlanStatus.AGREED,
    )  # fmt: skip
    async with world.database.transaction() as session:
        session.add(earlier)
        await session.flush()
        entry = PlanEntry(
            plan_id=earlier.id or 0, step="pengembangan-diri", code="RHK-01", quantity=4,
            points=32, points_floor=32, evidence=["sertifikat_topik"],
        )  # fmt: skip
        session.add(entry)
        pieces = {
            status: await _piece(world, session, earlier, status) for status in EvidenceStatus
        }
        coach = Member(
            school_id=plan.school_id, name="Desi", roles=int(Role.COACH), created_at=now
        )
        session.add(coach)
        await session.flush()
        for evidence_id in pieces.values():
            session.add(
                EvidenceComment(
                    evidence_id=evidence_id, member_id=coach.id or 0, text=SECRET, written_at=now
                )
            )
            session.add(EvidenceLook(evidence_id=evidence_id, member_id=coach.id or 0, revision=1))
        order = PaperOrder(
            school_id=plan.school_id, member_id=plan.member_id, kind="pdf",
            subject={"plan": earlier.id}, status=PaperStatus.MAKING, asked_at=now,
        )  # fmt: skip
        draft = Broadcast(
            school_id=plan.school_id, member_id=coach.id or 0, audience="all", text=SECRET,
            created_at=now, changed_at=now,
        )  # fmt: skip
        session.add_all([order, draft, *_rated(earlier, coach)])
        request = HelpRequest(
            school_id=plan.school_id, member_id=plan.member_id, status=HelpStatus.CLAIMED,
            places=["plan"], asked_at=now, queued_at=now, claimed_by=coach.id, claimed_at=now,
        )  # fmt: skip
        session.add(request)
        await session.flush()
        number = request.id or 0
        session.add(
            HelpMessage(request_id=number, member_id=plan.member_id, text=SECRET, said_at=now)
        )
        proposal = HelpProposal(
            request_id=number, plan_id=plan.id or 0, member_id=coach.id or 0,
            step="pengembangan-diri", code="RHK-02", quantity=1, proposed_at=now,
        )  # fmt: skip
        session.add(proposal)
        await session.flush()
        return Proven(
            earlier.id or 0, entry.id or 0, pieces, order.id or 0, draft.id or 0, number,
            proposal.id or 0,
        )  # fmt: skip


def _rated(plan: Plan, rater: Member) -> list[SQLModel]:
    """A rating that is final, with secret words on both sides."""
    said: dict[str, Any] = {
        "plan_id": plan.id or 0, "number": 1, "work_result": "di_bawah",
        "work_behaviour": "di_bawah", "predicate": "sangat_kurang", "feedback": SECRET,
    }  # fmt: skip
    return [
        Rating(
            **said, status=RatingStatus.FINAL, revision=1, changed_by=rater.id or 0,
            changed_at=plan.changed_at,
        ),
        FinalRating(
            **said, ruleset_version=1, rated_by=rater.id or 0, final_at=plan.changed_at,
            answer=SECRET,
        ),
    ]  # fmt: skip


async def _piece(
    world: TestWorld, session: AsyncSession, plan: Plan, status: EvidenceStatus
) -> int:
    """A photo with secret words below it."""
    now, unsorted = world.clock.now(), status is EvidenceStatus.UNSORTED
    decided = status in (EvidenceStatus.ACCEPTED, EvidenceStatus.RETURNED)
    piece = Evidence(
        school_id=plan.school_id, member_id=plan.member_id, status=status, note=SECRET,
        plan_id=None if unsorted else plan.id, step="" if unsorted else "pengembangan-diri",
        code="" if unsorted else "RHK-01", kind="" if unsorted else "sertifikat_topik",
        link=f"https://rahasia.sch.id/{status}" , received_at=now, changed_at=now,
        decided_by=plan.member_id if decided else None, decided_at=now if decided else None,
    )  # fmt: skip
    session.add(piece)
    await session.flush()
    photo = papers.photo(status)
    digest = sha256(photo).hexdigest()
    arrived = world.kawan.files.incoming()
    arrived.write_bytes(photo)
    world.kawan.files.place(arrived, plan.school_id, digest)
    session.add(
        EvidencePage(
            evidence_id=piece.id or 0, school_id=plan.school_id, position=1, sha256=digest,
            original_sha256=digest, size=len(photo), media_type="image/jpeg", name="rahasia.jpg",
            width=1240, height=1754, is_photo=True,
        )
    )  # fmt: skip
    return piece.id or 0


async def belongings(world: TestWorld, victim: Victim) -> list[Any]:
    """All rows of the victim, and of the school, that a forger could be after."""
    theirs = (victim.plan_id, victim.proven.plan_id)
    pieces = victim.proven.pieces.values()
    pages = await rows(world, EvidencePage, col(EvidencePage.evidence_id).in_(pieces))
    for page in pages:
        del page["telegram_id"]  # whoever may look gives it a new one
    return [
        *await rows(world, Plan, col(Plan.id).in_(theirs)),
        *await rows(world, PlanEntry, col(PlanEntry.plan_id).in_(theirs)),
        *await rows(world, PlanRevision, col(PlanRevision.plan_id).in_(theirs)),
        *await rows(world, Decision, col(Decision.plan_id).in_(theirs)),
        *await rows(world, Reopening, col(Reopening.plan_id).in_(theirs)),
        *await rows(world, Rating, col(Rating.plan_id).in_(theirs)),
        *await rows(world, FinalRating, col(FinalRating.plan_id).in_(theirs)),
        *await rows(world, Evidence, col(Evidence.member_id) == victim.member_id),
        *pages,
        *await rows(world, EvidenceComment, col(EvidenceComment.evidence_id).in_(pieces)),
        *await rows(world, EvidenceLook, col(EvidenceLook.evidence_id).in_(pieces)),
        *await rows(world, PaperOrder, col(PaperOrder.member_id) == victim.member_id),
        *await rows(world, Broadcast, col(Broadcast.id) == victim.proven.broadcast_id),
        *await rows(world, BroadcastReply, col(BroadcastReply.member_id) == victim.member_id),
        *await rows(world, Member, col(Member.id) == victim.member_id),
        *await rows(world, Invitation, col(Invitation.member_id) == victim.member_id),
        *await rows(world, Deputy, col(Deputy.member_id) == victim.member_id),
        *await rows(world, HelpRequest, col(HelpRequest.member_id) == victim.member_id),
        *await rows(world, HelpMessage, col(HelpMessage.request_id) == victim.proven.request_id),
        *await rows(world, HelpProposal, col(HelpProposal.id) == victim.proven.proposal_id),
        *await rows(world, ModelPlan, col(ModelPlan.id) > 0),
        *await rows(world, Account, col(Account.id) == victim.person.id),
    ]
