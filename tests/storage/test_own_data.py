"""All that is kept about a person is found by the schema, and nothing of other people."""

import json

from conversations.words import LANGUAGES, Words
from storage import papers
from storage.database import Database
from storage.evidence import checking
from storage.models import Member, School, metadata
from storage.own_data import EXEMPT, PARTS, OwnData, as_json, own_data
from storage.people import Actor, Membership
from tests.storage.evidence.staging import NOW, Cast, digest, files, holds, sends

LEADS_TO_A_PERSON = {
    "account", "member", "plan", "evidence", "help_request", "broadcast", "carried_plan",
}  # fmt: skip
BY_NAME = {"member_id", "account_id", "chat_id"}


async def data_of(database: Database, who: Actor) -> OwnData:
    async with database.reading() as session:
        member = await session.get_one(Member, who.member_id)
        school = await session.get_one(School, who.school_id)
        return await own_data(session, Membership(member, school))


# ------------------------------------------------------------------------------- the schema


def test_no_table_that_leads_to_a_person_is_forgotten() -> None:
    """A new table has to say which of its rows are a person's, or why none are."""
    for table in metadata.sorted_tables:
        leads = {key.column.table.name for key in table.foreign_keys} & LEADS_TO_A_PERSON
        named = BY_NAME & set(table.columns.keys())
        if leads or named or table.name in LEADS_TO_A_PERSON:
            assert table.name in PARTS or EXEMPT.get(table.name), (
                f"say in storage/own_data.py which rows of {table.name} are about a person"
            )
    assert set(PARTS) | set(EXEMPT) == {table.name for table in metadata.sorted_tables}
    assert not set(PARTS) & set(EXEMPT)


def test_every_column_that_names_a_person_is_accounted_for() -> None:
    """Who is named in a row is its owner, somebody who did something, or is left out."""
    for name, part in PARTS.items():
        table = metadata.tables[name]
        for column in (*part.mine, *part.done_by, *part.telling, *part.hidden):
            assert column in table.c, (name, column)
        for column, leads_to in part.mine.items():
            keys = {key.column.table.name for key in table.c[column].foreign_keys}
            assert keys <= {leads_to}, (name, column)
            assert leads_to in PARTS


def test_every_table_has_a_name_that_people_read() -> None:
    for language in LANGUAGES:
        words = Words(language)
        assert [one for one in PARTS if not words.has_label(f"own_tables.{one}")] == []


# ------------------------------------------------------------------------------- the rows


async def test_a_teacher_gets_all_of_the_own_and_nothing_of_others(
    database: Database, cast: Cast
) -> None:
    async with database.transaction() as session:
        plan = await holds(session, cast.rina, cast.principal)
        budis = await holds(session, cast.budi, cast.principal)
        piece = await files(session, cast.rina, plan, "milik Rina")
        await files(session, cast.budi, budis, "milik Budi", looks="1" * 64)
        await checking.comment(session, cast.coach, piece.id, "Bagus sekali", NOW)
        await checking.accept(session, cast.principal, piece.id, 2, NOW)
        await sends(session, cast.rina, "belum dipasang")
        await papers.order(session, cast.rina, "pdf", {"plan": plan.id}, NOW)
    found = await data_of(database, cast.rina)
    told = json.dumps(
        {"own": found.own, "done": found.done, "touched": found.touched}, default=as_json
    )
    assert [one["name"] for one in found.table("member")] == ["Rina"]
    assert [one["id"] for one in found.table("account")] == [101]
    assert {one["status"] for one in found.table("evidence")} == {"accepted", "unsorted"}
    assert {one["decided_by"] for one in found.table("evidence")} == {"Kepala", None}
    assert [one["member_id"] for one in found.table("evidence_comment")] == ["Penggerak"]
    assert [one["member_id"] for one in found.table("decision")] == ["Kepala"]
    assert len(found.table("plan_entry")) == len(plan.entries)
    assert found.table("outbox")
    assert found.table("audit")
    assert digest("milik Rina") in told
    for others in ("Budi", "Wakil", "Operator", "Lain", digest("milik Budi"), '"token_hash"'):
        assert others not in told, others
    by = {(one["action"], one["by"]) for one in found.touched}
    assert ("plan.approved", "Kepala") in by
    assert ("evidence.accepted", "Kepala") in by
    assert ("evidence.comment", "Penggerak") in by
    assert found.done == {}


async def test_what_was_done_for_others_tells_when_and_no_more(
    database: Database, cast: Cast
) -> None:
    async with database.transaction() as session:
        plan = await holds(session, cast.rina, cast.principal)
        piece = await files(session, cast.rina, plan, "milik Rina")
        await checking.comment(session, cast.coach, piece.id, "tentang Rina", NOW)
        await checking.note_look(session, cast.principal, piece)
        await checking.send_back(session, cast.principal, piece.id, 2, NOW, reason="Rina keliru")
    boss = await data_of(database, cast.principal)
    told = json.dumps({"own": boss.own, "done": boss.done}, default=as_json)
    assert "Rina" not in told
    assert boss.done["decision"] == [{"verdict": "approved", "decided_at": NOW}]
    assert boss.done["evidence"][0]["status"] == "returned"
    assert "evidence" not in boss.own
    coach = await data_of(database, cast.coach)
    assert coach.done["evidence_comment"] == [{"written_at": NOW}]
    stranger = await data_of(database, cast.stranger)
    assert stranger.done == {}
    assert [one["name"] for one in stranger.table("member")] == ["Lain"]
