"""The trail: nobody changes it, everybody's acts have a sentence, pages walk along an index."""

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from conversations.trail_views import TOPICS, line_of, sentence
from conversations.words import LANGUAGES, Words
from storage import audit, trail
from storage.broadcasts.moving import Action as BroadcastAction
from storage.database import Database
from storage.erasure import erase_member
from storage.errors import NotAllowed
from storage.models import AuditEntry, Verdict
from storage.trail import A_PAGE, Which
from tests.databases import fill
from tests.storage.evidence.staging import NOW, Cast, cast_for, files, holds

# ------------------------------------------------------------------------------- it stays


async def test_the_database_refuses_to_change_or_delete_a_line(
    database: Database, cast: Cast
) -> None:
    before = await _lines(database)
    for change in (
        "UPDATE audit SET action = 'x.y'",
        "UPDATE audit SET member_id = 1 WHERE id = 1",
        "DELETE FROM audit WHERE id = 1",
        "DELETE FROM audit",
    ):
        with pytest.raises(DBAPIError, match="never changed"):
            async with database.transaction() as session:
                await (await session.connection()).execute(text(change))
    assert await _lines(database) == before != []


async def _lines(database: Database) -> list[dict[str, Any]]:
    async with database.reading() as session:
        found = await session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))
        return [one.model_dump() for one in found.all()]


async def test_the_trail_is_not_emptied_as_a_whole(postgres_url: str) -> None:
    """SQLite knows no such statement: there it is a deletion of each row."""
    database = Database(postgres_url)
    await cast_for(database)
    before = await _lines(database)
    for change in ("TRUNCATE audit", "TRUNCATE school CASCADE", "TRUNCATE ONLY audit CASCADE"):
        with pytest.raises(DBAPIError, match="never changed"):
            async with database.transaction() as session:
                await (await session.connection()).execute(text(change))
    assert await _lines(database) == before != []
    await database.close()


async def test_erasure_leaves_the_trail_as_it_is_and_names_nobody(
    database: Database, cast: Cast
) -> None:
    async with database.transaction() as session:
        plan = await holds(session, cast.rina, cast.principal)
        await files(session, cast.rina, plan, "a")
    before = await _lines(database)
    async with database.transaction() as session:
        await erase_member(session, cast.operator, cast.rina.member_id, NOW)
    after = await _lines(database)
    assert after[: len(before)] == before
    assert [one["action"] for one in after[len(before) :]] == ["member.erase"]
    async with database.reading() as session:
        told = [
            line_of(Words("id"), one).text
            async for lines in trail.newest(session, cast.principal, Which())
            for one in lines
        ]
    assert "Rina" not in " ".join(told)
    assert "(dihapus) mengajukan rencana" in told
    assert "Kepala menyetujui rencana (dihapus)" in told


# ------------------------------------------------------------------------------- reading it


async def test_pages_go_both_ways_and_filter(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        for number in range(20):
            who = cast.rina if number % 2 else cast.budi
            audit.record(session, who, "plan.start", f"plan:{number}", NOW)
            await session.flush()
        audit.record(session, cast.stranger, "plan.start", "plan:99", NOW)
    async with database.reading() as session:
        newest = await trail.read_page(session, cast.operator, Which(topic="plan"))
        assert len(newest.lines) == A_PAGE
        assert newest.newer is None
        assert [one.entry.subject for one in newest.lines][:2] == ["plan:19", "plan:18"]
        assert newest.older is not None
        second = await trail.read_page(session, cast.operator, Which(topic="plan"), newest.older)
        assert second.lines[0].entry.subject == "plan:11"
        assert second.older is not None
        last = await trail.read_page(session, cast.operator, Which(topic="plan"), second.older)
        assert [one.entry.subject for one in last.lines] == [f"plan:{n}" for n in (3, 2, 1, 0)]
        assert last.older is None
        assert last.newer is not None
        again = await trail.read_page(session, cast.operator, Which(topic="plan"), last.newer)
        assert again.lines == second.lines
        assert again.newer is not None
        first = await trail.read_page(session, cast.operator, Which(topic="plan"), again.newer)
        assert first.lines == newest.lines
        assert first.newer is None
        rinas = await trail.read_page(session, cast.operator, Which(cast.rina.member_id, "plan"))
        assert {one.by for one in rinas.lines} == {"Rina"}
        # Another school's person has no lines here, whoever asks.
        theirs = Which(cast.stranger.member_id)
        assert (await trail.read_page(session, cast.operator, theirs)).lines == ()


async def test_only_operators_and_principals_read_it(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        for who in (cast.rina, cast.coach, cast.deputy):
            with pytest.raises(NotAllowed):
                await trail.read_page(session, who, Which())
            with pytest.raises(NotAllowed):
                trail.note_export(session, who, Which(), "xlsx", NOW)
            with pytest.raises(NotAllowed):
                _ = [one async for one in trail.newest(session, who, Which())]
            with pytest.raises(NotAllowed):
                await trail.note_look(session, who, NOW)
        assert (await trail.read_page(session, cast.principal, Which())).lines


async def test_a_file_has_the_newest_lines_some_at_a_time(
    database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "BATCH", 3)
    async with database.transaction() as session:
        for number in range(10):
            audit.record(session, cast.rina, "plan.start", f"plan:{number}", NOW)
            await session.flush()
    async with database.reading() as session:
        which = Which(cast.rina.member_id, "plan")
        found = [
            [one.entry.subject for one in lines]
            async for lines in trail.newest(session, cast.operator, which, most=7)
        ]
    assert found == [
        ["plan:9", "plan:8", "plan:7"], ["plan:6", "plan:5", "plan:4"], ["plan:3"],
    ]  # fmt: skip


async def test_a_sitting_is_one_look(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        for minutes in (0, 5, 60 * 13):
            await trail.note_look(session, cast.operator, NOW + timedelta(minutes=minutes))
            await session.flush()
        looks = await session.exec(select(AuditEntry).where(AuditEntry.action == "audit.look"))
        assert len(looks.all()) == 2


def _line(number: int) -> dict[str, Any]:
    """One of many lines, of a hundred schools and a thousand members."""
    return {
        "id": 1000 + number, "school_id": 1 + number % 100, "member_id": 1 + number % 1000,
        "action": "plan.start" if number % 3 else "help.claim", "subject": f"plan:{number}",
        "detail": {}, "at": NOW,
    }  # fmt: skip


async def test_pages_walk_along_an_index(database: Database, cast: Cast) -> None:
    dialect = database.engine.dialect
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    wanted = {
        Which(): "ix_audit_school_id_id",
        Which(101): "ix_audit_school_id_member_id_id",
        Which(101, "plan"): "ix_audit_school_id_member_id_id",
        Which(0, "plan"): "ix_audit_school_id_id",
    }
    async with database.engine.begin() as connection:
        if not database.is_sqlite:
            await fill(connection, AuditEntry, [_line(number) for number in range(1, 5001)])
        for which, index in wanted.items():
            for at in (0, 500, -500):
                statement = trail.page_query(1, which, at).compile(
                    dialect=dialect, compile_kwargs={"literal_binds": True}
                )
                sql = str(statement).replace("%%", "%")
                plan = (await connection.execute(text(f"{explain} {sql}"))).all()
                told = " ".join(str(part) for row in plan for part in row)
                assert index in told, told
                assert "SCAN audit" not in told
                assert "Seq Scan" not in told, told
                assert "TEMP B-TREE" not in told
                assert "Sort" not in told


# ------------------------------------------------------------------------------- in words

SAID_BY: dict[str, set[str]] = {
    # What the code puts together when it runs, by how it begins.
    "plan.": {f"plan.{one}" for one in Verdict},
    "evidence.": {"evidence.accepted", "evidence.returned"},
    "report.": {"report.accepted", "report.returned"},
    "broadcast.": {
        f"broadcast.{one}" for one in BroadcastAction if one is not BroadcastAction.FINISH
    },
}


def recorded() -> Iterator[str]:
    """Give every action that the code writes into the trail."""
    for path in Path("storage").rglob("*.py"):
        yield from _actions(ast.parse(path.read_text(encoding="utf-8")))
    for path in (*Path("conversations").rglob("*.py"), *Path("bot").rglob("*.py")):
        yield from _actions(ast.parse(path.read_text(encoding="utf-8")))


def _actions(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        if name == "audit.record":
            yield from _values(node.args[2])
        elif name == "_note" and len(node.args) > 3:
            yield from _values(node.args[3])
        elif name == "AuditEntry":
            given = next((one.value for one in node.keywords if one.arg == "action"), None)
            yield from _values(given)


def _values(given: ast.expr | None) -> Iterator[str]:
    if isinstance(given, ast.Constant):
        yield str(given.value)
    elif isinstance(given, ast.JoinedStr):
        beginning = given.values[0]
        assert isinstance(beginning, ast.Constant), ast.unparse(given)
        assert beginning.value in SAID_BY, f"say in SAID_BY what {ast.unparse(given)} can be"
        yield from SAID_BY[str(beginning.value)]


def test_every_action_has_a_sentence_and_a_kind() -> None:
    actions = {one for one in recorded() if "." in one}
    assert len(actions) > 40
    for language in LANGUAGES:
        words = Words(language)
        missing = {one for one in actions if not words.has_label(f"trail_actions.{one}")}
        assert missing == set(), language
        for topic in TOPICS:
            assert words.has_label(f"trail_topics.{topic}")
    assert {one.partition(".")[0] for one in actions} == set(TOPICS)


def test_what_people_do_with_their_own_does_not_name_them_twice() -> None:
    words = Words("id")
    assert sentence(words, "paper.skp", "Rina", "Rina") == "Rina membuat SKP sendiri"
    assert sentence(words, "paper.skp", "Rina", "Budi") == "Rina membuat SKP Budi"
