"""All that is kept about one person, read table by table as the schema has it.

`PARTS` says of each table which rows are about a person, `EXEMPT` why a table has none. A test
holds that no table which leads to a person is missing from both.

Rows that are the person's own are given whole, with the names of those who decided on them or
helped. What the person did with other people's things is given without what it was about: only
that it was done, and when.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date, Table, and_, or_, select
from sqlmodel import col
from sqlmodel import select as select_entries
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.columns import UtcDateTime
from storage.models import AuditEntry, metadata
from storage.people import Membership, known_id

Row = dict[str, Any]

BATCH = 500


@dataclass(frozen=True, slots=True)
class Part:
    """How the rows of one table lead to a person.

    `mine` maps a column to the table whose rows it names: a row is the person's own if one of
    them names such a row of the person's. A row whose column in `done_by` names the person tells
    of something that the person did; of it only moments, and the columns in `telling`, are given.
    Columns in `hidden` are never given: they name other people, or are secrets.
    """

    mine: Mapping[str, str] = field(default_factory=dict)
    done_by: tuple[str, ...] = ()
    telling: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


OWN = {"member_id": "member"}

PARTS: dict[str, Part] = {
    "account": Part({"id": "account"}),
    "member": Part({"id": "member"}),
    "audit": Part(OWN, hidden=("subject", "detail")),
    "broadcast": Part(OWN, hidden=("people", "seats", "origin_id", "again_of")),
    "broadcast_miss": Part(OWN),
    "broadcast_reply": Part(OWN),
    "card": Part(OWN, hidden=("plan_id", "evidence_id", "help_id", "view")),
    "carried_plan": Part(OWN),
    "carried_piece": Part({"carried_id": "carried_plan"}),
    "code_guess": Part({"account_id": "account"}),
    "confirmation": Part(
        {"plan_id": "plan"}, done_by=("confirmed_by", "withdrawn_by"), telling=("document",)
    ),
    "copy_progress": Part({"plan_id": "plan"}),
    "deadline_move": Part(done_by=("moved_by",), telling=("period", "kind")),
    "decision": Part({"plan_id": "plan"}, done_by=("member_id",), telling=("verdict",)),
    "deputy": Part(OWN, done_by=("named_by",)),
    "erasure_request": Part(OWN, done_by=("decided_by",), telling=("state",)),
    "evidence": Part(OWN, done_by=("decided_by",), telling=("status",)),
    "evidence_comment": Part({"evidence_id": "evidence"}, done_by=("member_id",)),
    "evidence_look": Part({"evidence_id": "evidence"}, done_by=("member_id",)),
    "evidence_page": Part({"evidence_id": "evidence"}, hidden=("alike",)),
    "final_rating": Part({"plan_id": "plan"}, done_by=("rated_by", "reopened_by")),
    "form_answer": Part({"plan_id": "plan"}, done_by=("member_id",)),
    "help_message": Part({"request_id": "help_request"}, done_by=("member_id",)),
    "help_proposal": Part({"plan_id": "plan"}, done_by=("member_id",), telling=("state",)),
    "help_request": Part(OWN, done_by=("claimed_by",), telling=("status",)),
    "invitation": Part(OWN, hidden=("token_hash",)),
    "issued_paper": Part(OWN, done_by=("made_by",), telling=("kind",), hidden=("code",)),
    "model_plan": Part(done_by=("named_by",), telling=("ruleset",)),
    "observation": Part(OWN, done_by=("observer_id", "proposed_by", "signed_off_by")),
    "observation_mark": Part({"observation_id": "observation"}, done_by=("member_id",)),
    "observation_move": Part({"observation_id": "observation"}, done_by=("member_id",)),
    "outbox": Part(OWN, hidden=("subject", "occasion")),
    "outbox_archive": Part(OWN, hidden=("subject", "occasion")),
    "paper_order": Part(OWN, hidden=("subject",)),
    "plan": Part(OWN),
    "plan_entry": Part({"plan_id": "plan"}),
    "plan_revision": Part({"plan_id": "plan"}),
    "portfolio_transfer": Part(OWN, hidden=("code_hash",)),
    "prompt": Part({"account_id": "account"}),
    "reminder": Part(OWN),
    "reminder_wish": Part(OWN),
    "reopening": Part({"plan_id": "plan"}, done_by=("member_id",)),
    "report": Part(OWN),
    "report_decision": Part({"report_id": "report"}, done_by=("member_id",), telling=("verdict",)),
    "report_revision": Part({"report_id": "report"}),
    "ruleset_choice": Part(done_by=("chosen_by", "withdrawn_by"), telling=("ruleset",)),
}

EXEMPT: dict[str, str] = {
    "board_day": "counts of a school",
    "closed_period": "about a school",
    "farewell": "a chat whose person is gone; it is kept for minutes",
    "group_chat": "about a group of Telegram",
    "inbox": "what came in within minutes and waits to be acted on; what it became is given",
    "letterhead": "about a school",
    "rating": "a draft of whoever rates; what became final is given",
    "roster_draft": "names other people; kept for a day at most",
    "school": "about a school",
    "school_hours": "about a school",
    "sent_picture": "Telegram's names for pictures that are drawn anew at any time",
}


@dataclass(frozen=True, slots=True)
class OwnData:
    """Rows by table. `own` are the person's, `done` tell what the person did with others'.

    `touched` tells what others did with what is the person's: who (None: the console), when, what.
    """

    own: Mapping[str, list[Row]]
    done: Mapping[str, list[Row]]
    touched: tuple[Row, ...]

    def table(self, name: str) -> list[Row]:
        """Give a table's own rows; none where the person has none."""
        return self.own.get(name, [])


async def own_data(session: AsyncSession, seat: Membership) -> OwnData:
    """Read all that is kept about a member of one school, and about the account behind it."""
    known: dict[str, set[int]] = {"member": {known_id(seat.member.id)}}
    if seat.member.account_id is not None:
        known["account"] = {seat.member.account_id}
    own: dict[str, list[Row]] = {}
    done: dict[str, list[Row]] = {}
    for table in metadata.sorted_tables:
        part = PARTS.get(table.name)
        if part is None:
            continue
        rows = await _own_rows(session, table, part, known)
        # A row may be found by two of its columns.
        if rows:
            own[table.name] = rows
            (key,) = table.primary_key
            known.setdefault(table.name, set()).update(row[key.name] for row in rows)
        acts = await _acts(session, table, part, seat, {_key(table, row) for row in rows})
        if acts:
            done[table.name] = acts
    touched = await _touched(session, seat, known)
    names = await _names(session, _people_named(own) | {one.member_id or 0 for one in touched})
    return OwnData(
        own={name: [_told(name, row, names) for row in rows] for name, rows in own.items()},
        done=done,
        touched=tuple(
            {"at": one.at, "action": one.action, "by": names.get(one.member_id or 0)}
            for one in touched
        ),
    )


SUBJECTS = {"member": "member", "plan": "plan", "evidence": "evidence", "help": "help_request"}
"""How the trail calls the rows of a table."""


async def _touched(
    session: AsyncSession, seat: Membership, known: Mapping[str, set[int]]
) -> list[AuditEntry]:
    """Give what the trail tells of others who did something with what is the person's."""
    entries: list[AuditEntry] = []
    for word, table in SUBJECTS.items():
        for some in _batches(known.get(table, set())):
            found = await session.exec(
                select_entries(AuditEntry)
                .where(AuditEntry.school_id == seat.member.school_id)
                .where(col(AuditEntry.subject).in_([f"{word}:{number}" for number in some]))
            )
            entries += [one for one in found.all() if one.member_id != seat.member.id]
    return sorted(entries, key=lambda one: one.id or 0)


async def _own_rows(
    session: AsyncSession, table: Table, part: Part, known: Mapping[str, set[int]]
) -> list[Row]:
    found: dict[Any, Row] = {}
    for column, leads_to in part.mine.items():
        for some in _batches(known.get(leads_to, set())):
            for row in await _rows(session, table, table.c[column].in_(some)):
                found[_key(table, row)] = row
    return [found[key] for key in sorted(found)]


async def _acts(
    session: AsyncSession,
    table: Table,
    part: Part,
    seat: Membership,
    own: set[Any],
) -> list[Row]:
    """Give what the person did with what is not the person's own."""
    if not part.done_by:
        return []
    by = or_(*(table.c[column] == seat.member.id for column in part.done_by))
    if "school_id" in table.c:
        by = and_(table.c.school_id == seat.member.school_id, by)
    shown = [
        column.name
        for column in table.columns
        if column.name in part.telling or isinstance(column.type, UtcDateTime | Date)
    ]
    return [
        {name: row[name] for name in shown}
        for row in await _rows(session, table, by)
        if _key(table, row) not in own
    ]


async def _rows(session: AsyncSession, table: Table, which: Any) -> list[Row]:
    connection = await session.connection()
    query = select(table).where(which).order_by(*table.primary_key)
    return [dict(row) for row in (await connection.execute(query)).mappings()]


def _key(table: Table, row: Row) -> Any:
    (key,) = table.primary_key
    return row[key.name]


def _batches(numbers: set[int]) -> Iterator[list[int]]:
    ordered = sorted(numbers)
    for at in range(0, len(ordered), BATCH):
        yield ordered[at : at + BATCH]


def names_a_member(column: Column[Any]) -> bool:
    """Whether a column names a member."""
    return any(key.column.table.name == "member" for key in column.foreign_keys)


def _people_named(own: Mapping[str, list[Row]]) -> set[int]:
    return {
        row[column.name]
        for name, rows in own.items()
        for column in metadata.tables[name].columns
        if names_a_member(column)
        for row in rows
        if row[column.name] is not None
    }


async def _names(session: AsyncSession, members: set[int]) -> dict[int, str]:
    table = metadata.tables["member"]
    names = {}
    for some in _batches(members):
        for row in await _rows(session, table, table.c.id.in_(some)):
            names[row["id"]] = row["name"]
    return names


def _told(name: str, row: Row, names: Mapping[int, str]) -> Row:
    """Give a row as JSON has it: people by name, moments in UTC, without what is hidden."""
    told: Row = {}
    for column in metadata.tables[name].columns:
        if column.name in PARTS[name].hidden:
            continue
        value = row[column.name]
        if names_a_member(column):
            value = names.get(value)
        told[column.name] = value
    return told


def as_json(value: object) -> str:
    """Write what JSON has no kind for: days and moments, as ISO 8601."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"cannot write {type(value).__name__}")
