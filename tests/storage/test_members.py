"""Schools, invitations, rosters, roles and erasure, on both databases."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import inbox, members, outbox
from storage.database import Database
from storage.erasure import ERASED_NAME, erase_member
from storage.errors import (
    AlreadyInSchool,
    DuplicateSchool,
    InvitationExpired,
    InvitationRevoked,
    InvitationUnknown,
    InvitationUsed,
    LastOperator,
    NotAllowed,
    NotFound,
    OutOfRange,
)
from storage.models import (
    Account,
    AuditEntry,
    Card,
    Decision,
    Deputy,
    InboxUpdate,
    Invitation,
    Member,
    OutboxMessage,
    Plan,
    PlanEntry,
    PlanRevision,
    Prompt,
    Reopening,
    Role,
    RosterDraft,
    School,
    metadata,
)
from storage.people import Actor, known_id, new_account
from storage.rosters import RosterRow

NOW = datetime(2026, 7, 6, 3, 0, tzinfo=UTC)
NIP = "198703152010012012"
OTHER_NIP = "199001012015041003"
ACCOUNT = 777_000_777_001


async def found(session: AsyncSession, npsn: str = "10304567") -> School:
    return await members.found_school(
        session,
        npsn=npsn,
        name=f"SMPN {npsn}",
        timezone="Asia/Jakarta",
        ruleset="pmm-2024",
        now=NOW,
    )


async def invited(
    session: AsyncSession,
    school: School,
    name: str,
    roles: Role = Role.TEACHER,
    nip: str | None = None,
) -> str:
    one = await members.invite(session, school, name=name, roles=roles, nip=nip, now=NOW)
    return one.token or ""


async def joined(
    session: AsyncSession,
    school: School,
    name: str,
    account_id: int,
    roles: Role = Role.TEACHER,
    nip: str | None = None,
) -> Actor:
    token = await invited(session, school, name, roles, nip)
    account = await session.get(Account, account_id) or new_account(account_id, NOW)
    member = await members.join(session, account, token, NOW)
    await session.flush()
    return Actor(known_id(member.id), member.school_id, member.name, Role(member.roles))


def row(name: str, nip: str | None = None, *roles: str) -> RosterRow:
    return RosterRow(2, name, nip, frozenset(roles or ("teacher",)))


async def names(session: AsyncSession) -> list[str]:
    return list((await session.exec(select(col(Member.name)).order_by(col(Member.id)))).all())


# ---------------------------------------------------------------- schools and invitations


async def test_a_school_is_founded_once(database: Database) -> None:
    async with database.transaction() as session:
        school = await found(session)
        assert await members.find_school(session, school.npsn) is school
        assert await members.find_school(session, "99999999") is None
        with pytest.raises(DuplicateSchool):
            await found(session)


async def test_the_same_name_is_the_same_person(database: Database) -> None:
    async with database.transaction() as session:
        school = await found(session)
        first = await invited(session, school, "Rina Wati")
        second = await invited(session, school, "  RINA   wati ", Role.COACH)
        (member,) = (await session.exec(select(Member))).all()
        assert Role(member.roles) == Role.TEACHER | Role.COACH
        assert member.name == "Rina Wati"
        with pytest.raises(InvitationRevoked):
            await members.look_up_invitation(session, first, ACCOUNT, NOW)
        offer = await members.look_up_invitation(session, second, ACCOUNT, NOW)
        assert offer.member is member
        assert not offer.moves


async def test_the_nip_tells_people_of_one_name_apart(database: Database) -> None:
    async with database.transaction() as session:
        school = await found(session)
        await invited(session, school, "Siti Aminah", nip=NIP)
        await invited(session, school, "Siti Aminah", nip=OTHER_NIP)
        await invited(session, school, "Siti A.", nip=NIP)
        assert await names(session) == ["Siti Aminah", "Siti Aminah"]


async def test_a_nip_that_comes_later_is_kept(database: Database) -> None:
    async with database.transaction() as session:
        school = await found(session)
        await invited(session, school, "Siti Aminah")
        await invited(session, school, "Siti Aminah", nip=NIP)
        (member,) = (await session.exec(select(Member))).all()
        assert member.nip == NIP


async def test_schools_do_not_see_each_other(database: Database) -> None:
    async with database.transaction() as session:
        here, there = await found(session), await found(session, "20000000")
        operator = await joined(session, here, "Ratna", 1, Role.OPERATOR)
        stranger = await joined(session, there, "Budi", 2)
        assert [one.name for one, _ in await members.roll(session, operator)] == ["Ratna"]
        with pytest.raises(NotFound):
            await members.member_card(session, operator, stranger.member_id, NOW)
        with pytest.raises(NotFound):
            await members.renew_invitation(session, operator, stranger.member_id, NOW)
        with pytest.raises(NotFound):
            await erase_member(session, operator, stranger.member_id, NOW)
        with pytest.raises(NotAllowed):
            await members.invite(
                session, there, name="X", roles=Role.OPERATOR, now=NOW, by=operator
            )


async def test_only_operators_look_after_members(database: Database) -> None:
    async with database.transaction() as session:
        school = await found(session)
        teacher = await joined(
            session, school, "Rina", 1, Role.TEACHER | Role.PRINCIPAL | Role.COACH
        )
        me = teacher.member_id
        rows = [row("Budi")]
        refused = [
            members.roll(session, teacher),
            members.member_card(session, teacher, me, NOW),
            members.find_member(session, teacher, "Rina"),
            members.renew_invitation(session, teacher, me, NOW),
            members.change_roles(session, teacher, me, Role.OPERATOR, NOW),
            members.invite(session, school, name="X", roles=Role.TEACHER, now=NOW, by=teacher),
            members.import_roster(session, school, rows, now=NOW, by=teacher),
            members.preview_roster(session, teacher, rows),
            members.keep_roster(session, teacher, rows, NOW),
            members.commit_roster(session, teacher, school, 1, NOW),
            members.drop_roster(session, teacher, 1),
            erase_member(session, teacher, me, NOW),
        ]
        for attempt in refused:
            with pytest.raises(NotAllowed):
                await attempt
        assert await names(session) == ["Rina"]


async def test_a_token_lets_in_once_and_not_for_ever(database: Database) -> None:
    async with database.transaction() as session:
        school = await found(session)
        token = await invited(session, school, "Rina")
        with pytest.raises(InvitationUnknown):
            await members.join(session, new_account(1, NOW), token + "x", NOW)
        with pytest.raises(InvitationExpired):
            await members.join(session, new_account(1, NOW), token, NOW + timedelta(days=30))
        member = await members.join(session, new_account(1, NOW), token, NOW)
        assert member.account_id == 1
        with pytest.raises(InvitationUsed) as used:
            await members.look_up_invitation(session, token, 1, NOW)
        assert used.value.by_this_account
        with pytest.raises(InvitationUsed) as used:
            await members.look_up_invitation(session, token, 2, NOW)
        assert not used.value.by_this_account


async def test_a_new_link_moves_the_member_to_another_account(database: Database) -> None:
    async with database.transaction() as session:
        school = await found(session)
        operator = await joined(session, school, "Ratna", 1, Role.OPERATOR)
        rina = await joined(session, school, "Rina", 2)
        again = await members.renew_invitation(session, operator, rina.member_id, NOW)
        with pytest.raises(AlreadyInSchool):
            await members.look_up_invitation(session, again.token or "", 1, NOW)
        offer = await members.look_up_invitation(session, again.token or "", 3, NOW)
        assert offer.moves
        member = await members.join(session, new_account(3, NOW), again.token or "", NOW)
        assert (member.id, member.account_id) == (rina.member_id, 3)


async def test_no_token_is_stored(database: Database) -> None:
    async with database.transaction() as session:
        token = await invited(session, await found(session), "Rina")
        assert token
        assert token not in await everything(session)


async def test_a_card_tells_of_the_invitation_and_the_plans(database: Database) -> None:
    async with database.transaction() as session:
        school = await found(session)
        operator = await joined(session, school, "Ratna", 1, Role.OPERATOR)
        one = await members.invite(session, school, name="Rina", roles=Role.TEACHER, now=NOW)
        rina = known_id(one.member.id)
        await session.flush()
        card = await members.member_card(session, operator, rina, NOW)
        assert card.invited_until == NOW + members.INVITATION_LASTS
        assert card.account is None
        late = await members.member_card(session, operator, rina, NOW + timedelta(days=31))
        assert late.invited_until is None
        own = await members.member_card(session, operator, operator.member_id, NOW)
        assert own.account is not None
        assert (own.invited_until, own.plans) == (None, 0)


# ---------------------------------------------------------------- roles


async def test_roles_are_set_exactly(database: Database) -> None:
    async with database.transaction() as session:
        school = await found(session)
        operator = await joined(session, school, "Ratna", 1, Role.OPERATOR)
        rina = await joined(session, school, "Rina", 2)
        member = await members.change_roles(
            session, operator, rina.member_id, Role.COACH | Role.PRINCIPAL, NOW
        )
        assert Role(member.roles) == Role.COACH | Role.PRINCIPAL
        for impossible in (Role(0), Role(16)):
            with pytest.raises(OutOfRange):
                await members.change_roles(session, operator, rina.member_id, impossible, NOW)


async def test_the_last_operator_stays_one(database: Database) -> None:
    async with database.transaction() as session:
        school = await found(session)
        operator = await joined(session, school, "Ratna", 1, Role.OPERATOR)
        await invited(session, school, "Belum Bergabung", Role.OPERATOR)
        with pytest.raises(LastOperator):
            await members.change_roles(session, operator, operator.member_id, Role.TEACHER, NOW)
        with pytest.raises(LastOperator):
            await erase_member(session, operator, operator.member_id, NOW)
        await joined(session, school, "Budi", 2, Role.OPERATOR)
        await erase_member(session, operator, operator.member_id, NOW)
        assert await names(session) == [ERASED_NAME, "Belum Bergabung", "Budi"]


# ---------------------------------------------------------------- rosters


async def test_a_roster_brings_everybody_in(database: Database) -> None:
    async with database.transaction() as session:
        school = await found(session)
        await joined(session, school, "Rina Wati", 1, nip=NIP)
        await invited(session, school, "Budi")
        rows = [
            row("Rina Wati, S.Pd.", NIP, "teacher", "coach"),
            row("budi"),
            row("Siti", OTHER_NIP, "principal"),
        ]
        rina, budi, siti = await members.import_roster(session, school, rows, now=NOW)
        assert (rina.member.name, rina.token) == ("Rina Wati, S.Pd.", None)
        assert Role(rina.member.roles) == Role.TEACHER | Role.COACH
        assert budi.member.name == "Budi"
        assert siti.member.nip == OTHER_NIP
        assert budi.token != siti.token
        for one in (budi, siti):
            offer = await members.look_up_invitation(session, one.token or "", 2, NOW)
            assert offer.member is one.member
        assert len(await names(session)) == 3


async def test_two_people_of_one_name_do_not_share_a_seat(database: Database) -> None:
    async with database.transaction() as session:
        school = await found(session)
        await invited(session, school, "Siti")
        rows = [row("Siti", NIP), row("Siti", OTHER_NIP)]
        await members.import_roster(session, school, rows, now=NOW)
        found_ = await session.exec(select(col(Member.nip)).order_by(col(Member.id)))
        assert list(found_.all()) == [NIP, OTHER_NIP]


async def test_a_roster_twice_changes_only_the_links(database: Database) -> None:
    async with database.transaction() as session:
        school = await found(session)
        rows = [row(f"Guru {number}") for number in range(1200)]
        first = await members.import_roster(session, school, rows, now=NOW)
    async with database.transaction() as session:
        school_again = await members.find_school(session, school.npsn)
        assert school_again is not None
        second = await members.import_roster(session, school_again, rows, now=NOW)
        assert len(await names(session)) == 1200
        assert not {one.token for one in first} & {one.token for one in second}
        valid = await session.exec(
            select(func.count(col(Invitation.id))).where(col(Invitation.revoked_at).is_(None))
        )
        assert valid.one() == 1200


async def test_a_roster_waits_for_its_operator(database: Database) -> None:
    async with database.transaction() as session:
        school = await found(session)
        operator = await joined(session, school, "Ratna", 1, Role.OPERATOR)
        other = await joined(session, school, "Budi", 2, Role.OPERATOR)
        rows = [row("Rina", NIP, "teacher", "coach"), row("Ratna"), row("Tono")]
        before = await names(session)
        preview = await members.preview_roster(session, operator, rows)
        assert (preview.new, preview.known, preview.joined) == (2, 1, 1)
        assert await names(session) == before

        draft = await members.keep_roster(session, operator, rows, NOW)
        kept = await members.kept_roster(session, operator, draft)
        assert [(one.name, one.nip, one.roles) for one in kept] == [
            (one.name, one.nip, one.roles) for one in rows
        ]
        with pytest.raises(NotFound):
            await members.commit_roster(session, other, school, draft, NOW)
        people = await members.commit_roster(session, operator, school, draft, NOW)
        assert [one.token is None for one in people] == [False, True, False]
        with pytest.raises(NotFound):
            await members.commit_roster(session, operator, school, draft, NOW)


async def test_rosters_that_nobody_confirms_are_forgotten(database: Database) -> None:
    async with database.transaction() as session:
        school = await found(session)
        operator = await joined(session, school, "Ratna", 1, Role.OPERATOR)
        other = await joined(session, school, "Budi", 2, Role.OPERATOR)
        await members.keep_roster(session, other, [row("Lama")], NOW)
        first = await members.keep_roster(session, operator, [row("Satu")], NOW)
        later = NOW + timedelta(days=2)
        second = await members.keep_roster(session, operator, [row("Dua")], later)
        left = (await session.exec(select(RosterDraft))).all()
        assert [one.id for one in left] == [second]
        with pytest.raises(NotFound):
            await members.drop_roster(session, operator, first)
        await members.drop_roster(session, operator, second)
        await session.flush()
        assert (await session.exec(select(RosterDraft))).first() is None


# ---------------------------------------------------------------- erasure


async def everything(session: AsyncSession) -> str:
    """All that the database holds, as one text."""
    await session.flush()
    connection = await session.connection()
    rows: list[Any] = []
    for table in metadata.sorted_tables:
        rows += (await connection.execute(table.select())).all()
    return str(rows)


async def full_plan(session: AsyncSession, owner: Actor, decider: Actor, period: str) -> int:
    """A plan that has been through everything."""
    plan = Plan(
        school_id=owner.school_id,
        member_id=owner.member_id,
        period=period,
        ruleset="pmm-2024",
        ruleset_version=1,
        created_at=NOW,
        changed_at=NOW,
    )
    session.add(plan)
    await session.flush()
    plan_id = known_id(plan.id)
    session.add_all(
        [
            PlanEntry(plan_id=plan_id, step="items", code="RHK-01", text="rahasia Rina"),
            PlanRevision(
                plan_id=plan_id, number=1, content=[], points=1, points_floor=1, submitted_at=NOW
            ),
            Decision(
                plan_id=plan_id,
                revision=1,
                verdict="approved",
                member_id=decider.member_id,
                decided_at=NOW,
            ),
            Reopening(
                plan_id=plan_id,
                revision=1,
                member_id=decider.member_id,
                reason="rahasia Rina",
                reopened_at=NOW,
            ),
            Card(
                school_id=owner.school_id,
                member_id=decider.member_id,
                chat_id=5,
                message_id=plan_id,
                plan_id=plan_id,
                view="",
                shown_at=NOW,
            ),
        ]
    )
    await session.flush()
    return plan_id


async def test_erasing_leaves_nothing_that_names_the_person(database: Database) -> None:
    async with database.transaction() as session:
        school = await found(session)
        operator = await joined(session, school, "Ratna", 1, Role.OPERATOR)
        principal = await joined(session, school, "Yusrizal", 2, Role.PRINCIPAL)
        rina = await joined(session, school, "Rina Wati", ACCOUNT, nip=NIP)
        plan_id = await full_plan(session, rina, principal, "2026-2")
        prompt = Prompt(
            account_id=ACCOUNT, state="x", subject="x", question="rahasia Rina", asked_at=NOW
        )
        session.add(prompt)
        await members.keep_roster(session, operator, [row("Rina Wati", NIP)], NOW)
        for recipient, occasion, subject in (
            (rina.member_id, "a", {"plan": plan_id}),
            (principal.member_id, "b", {"plan": plan_id}),
            (principal.member_id, "c", {"teacher": rina.member_id}),
            (principal.member_id, "d", {"plan": plan_id + 1}),
        ):
            await outbox.announce(
                session,
                school_id=school.id or 0,
                recipients=[recipient],
                occasion=occasion,
                kind="x",
                subject=subject,
                now=NOW,
            )
        updates = [
            {"update_id": 1, "message": {"from": {"id": ACCOUNT}, "text": "rahasia Rina"}},
            {"update_id": 2, "message": {"from": {"id": 2}, "text": "milik Yusrizal"}},
        ]
        await inbox.store(session, updates, NOW)

        await erase_member(session, operator, rina.member_id, NOW)

        left = await everything(session)
        for trace in ("Rina", NIP, str(ACCOUNT), "rahasia"):
            assert trace not in left
        assert "milik Yusrizal" in left
        waiting = (await session.exec(select(col(OutboxMessage.occasion)))).all()
        assert list(waiting) == ["d"]
        assert await session.get(InboxUpdate, 1) is not None  # so that it does not act twice
        trail = await session.exec(select(AuditEntry).where(AuditEntry.action == "member.erase"))
        assert trail.one().subject == f"member:{rina.member_id}"
        joins = await session.exec(
            select(AuditEntry).where(
                AuditEntry.action == "member.join", AuditEntry.member_id == rina.member_id
            )
        )
        assert joins.first() is not None
        assert [one.name for one, _ in await members.roll(session, operator)] == [
            "Ratna",
            "Yusrizal",
        ]
        with pytest.raises(NotFound):
            await erase_member(session, operator, rina.member_id, NOW)
        with pytest.raises(NotFound):
            await members.renew_invitation(session, operator, rina.member_id, NOW)


async def test_what_the_erased_decided_for_others_stays(database: Database) -> None:
    async with database.transaction() as session:
        school = await found(session)
        operator = await joined(session, school, "Ratna", 1, Role.OPERATOR)
        principal = await joined(session, school, "Yusrizal", 2, Role.PRINCIPAL)
        rina = await joined(session, school, "Rina", 3)
        plan_id = await full_plan(session, rina, principal, "2026-2")
        session.add(
            Deputy(
                school_id=school.id or 0,
                member_id=principal.member_id,
                starts_on=date(2026, 7, 1),
                ends_on=date(2026, 7, 9),
                named_by=operator.member_id,
                named_at=NOW,
            )
        )
        await erase_member(session, operator, principal.member_id, NOW)
        decision = (await session.exec(select(Decision))).one()
        assert (decision.plan_id, decision.member_id) == (plan_id, principal.member_id)
        by = await session.get(Member, decision.member_id)
        assert by is not None
        assert by.name == ERASED_NAME
        assert await members.current_deputies(session, school.id or 0, date(2026, 7, 6)) == []
        assert "Yusrizal" not in await everything(session)


async def test_an_account_in_another_school_stays_there(database: Database) -> None:
    async with database.transaction() as session:
        here, there = await found(session), await found(session, "20000000")
        operator = await joined(session, here, "Ratna", 1, Role.OPERATOR)
        elsewhere = await joined(session, there, "Rina", ACCOUNT)
        rina = await joined(session, here, "Rina", ACCOUNT)
        await erase_member(session, operator, rina.member_id, NOW)
        account = await session.get(Account, ACCOUNT)
        assert account is not None
        assert account.member_id is None
        member = await session.get(Member, elsewhere.member_id)
        assert member is not None
        assert (member.name, member.account_id) == ("Rina", ACCOUNT)


async def test_somebody_erased_can_be_invited_as_somebody_new(database: Database) -> None:
    async with database.transaction() as session:
        school = await found(session)
        operator = await joined(session, school, "Ratna", 1, Role.OPERATOR)
        rina = await joined(session, school, "Rina", ACCOUNT, nip=NIP)
        await erase_member(session, operator, rina.member_id, NOW)
        for name in (ERASED_NAME, "Rina"):
            again = await members.invite(
                session, school, name=name, roles=Role.TEACHER, nip=None, now=NOW
            )
            assert again.member.id != rina.member_id
        back = await joined(session, school, "Rina", ACCOUNT, nip=NIP)
        assert back.member_id != rina.member_id
