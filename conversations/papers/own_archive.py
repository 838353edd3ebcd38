"""All that is kept about a person, as one ZIP: a page to read, JSON for machines, the files."""

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from conversations.papers.names import path_part
from conversations.papers.orders import BundleOrder, Document, PackedFile
from conversations.people import Person
from conversations.plan_views import sections
from conversations.trail_views import sentence
from conversations.words import Words
from storage import plans
from storage.errors import NotFound
from storage.inspecting import safe_name
from storage.models import Role
from storage.own_data import EXEMPT, OwnData, Row, as_json, own_data
from storage.people import Membership
from storage.rulesets import RuleSet

OWN_DATA = "mine"
MOST_FROM_BOT = 49_000_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence to be read about; `files` are paths in the ZIP."""

    kind: str
    state: str
    dated_on: Any
    note: str
    link: str
    files: tuple[str, ...]


async def own_archive(person: Person, out: Path) -> tuple[BundleOrder, str]:
    """Fill the order; give what it is called, too."""
    seat = person.membership
    if seat is None:
        raise NotFound
    found = await own_data(person.session, seat)
    places = _places(person.words, found)
    title = person.words.label("own_data.title")
    order = BundleOrder(
        out=out,
        name=f"{title} - {person.actor.name}",
        documents=(
            Document(
                place=person.words.label("own_data.page_name"),
                text=await _page(person, seat, found, places),
            ),
            Document(place="data.json", text=_json(person, found, places)),
        ),
        files=_files(person, found, places),
        part_of=person.words.label("papers.part_of"),
        most_bytes=MOST_FROM_BOT,
    )
    return order, title


def _places(words: Words, found: OwnData) -> dict[int, str]:
    """Say where each page of evidence lies in the ZIP, by its number."""
    folder = path_part(words.label("own_data.folder"))
    return {
        page["id"]: f"{folder}/{page['evidence_id']:05}-{page['id']:05} "
        + path_part(safe_name(page["name"], page["media_type"]))
        for page in found.table("evidence_page")
    }


def _files(person: Person, found: OwnData, places: Mapping[int, str]) -> tuple[PackedFile, ...]:
    return tuple(
        PackedFile(
            place=places[page["id"]],
            path=person.files.path_of(person.actor.school_id, page["sha256"]),
        )
        for page in found.table("evidence_page")
    )


def _json(person: Person, found: OwnData, places: Mapping[int, str]) -> str:
    own = {
        table: [
            row | {"file": places[row["id"]]} if table == "evidence_page" else row for row in rows
        ]
        for table, rows in found.own.items()
    }
    document = {
        "made_at": person.now,
        "school": {"name": person.school.name, "npsn": person.school.npsn},
        "own": own,
        "done_with_what_is_others": found.done,
        "done_by_others_with_what_is_yours": found.touched,
        "not_included": EXEMPT,
    }
    return json.dumps(document, ensure_ascii=False, indent=1, default=as_json)


# ------------------------------------------------------------------------------- to be read


async def _page(
    person: Person, seat: Membership, found: OwnData, places: Mapping[int, str]
) -> str:
    words, member = person.words, seat.member
    text = words.body(
        "own_data.page",
        name=member.name, nip=member.nip or "–", school=person.school.name,
        npsn=person.school.npsn, roles=_roles(words, Role(member.roles)),
        telegram=member.account_id, joined_at=member.joined_at, made_at=person.now,
        plans=await _plans(person), pieces=_pieces(person, found, places),
        talks=[
            (row["said_at"], row["member_id"], row["text"]) for row in found.table("help_message")
        ],
        touched=[_touched(words, row) for row in found.touched],
        counts=[
            (words.label(f"own_tables.{table}"), len(rows)) for table, rows in found.own.items()
        ],
        acts=[
            (words.label(f"own_tables.{table}"), len(rows)) for table, rows in found.done.items()
        ],
    )  # fmt: skip
    title = html.escape(f"{words.label('own_data.title')} - {member.name}")
    return (
        f'<!doctype html>\n<html lang="{words.language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n{text}\n</body>\n</html>\n"
    )


STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem;color:#111}"
    "h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid #999}"
    "table{border-collapse:collapse;width:100%}"
    "td,th{border:1px solid #bbb;padding:.3rem .5rem;text-align:left;vertical-align:top}"
    "td,p,li{overflow-wrap:break-word}li{margin:.5rem 0;overflow-wrap:anywhere}"
    "small{color:#555;display:block}"
)


def _roles(words: Words, roles: Role) -> str:
    return ", ".join(words.label(f"roles.{str(one.name).lower()}") for one in roles)


async def _plans(person: Person) -> list[dict[str, Any]]:
    """Give the person's plans in words, the oldest first."""
    told = []
    for number in await plans.plans_of(person.session, person.actor):
        full = await plans.own_plan(person.session, person.actor, number)
        rules = person.rulebook.of_plan(person.school, full.plan)
        period = rules.period(full.plan.period)
        told.append(
            {
                "period": f"{period.name} {period.year}",
                "rules": rules.title,
                "status": person.words.label(f"status.{full.status}"),
                "points": full.plan.points_floor if rules.points else None,
                "lines": [
                    (section.step.title, line.title, line.quantity)
                    for section in sections(rules, full)
                    for line in section.lines
                ],
            }
        )
    return told


def _pieces(person: Person, found: OwnData, places: Mapping[int, str]) -> list[Piece]:
    titles = _kinds(person.rules)
    pages: dict[int, list[str]] = {}
    for page in found.table("evidence_page"):
        pages.setdefault(page["evidence_id"], []).append(places[page["id"]])
    return [
        Piece(
            kind=titles.get(row["kind"], ""),
            state=person.words.label(f"own_data.piece_{row['status']}"),
            dated_on=row["dated_on"],
            note=row["note"],
            link=row["link"],
            files=tuple(pages.get(row["id"], ())),
        )
        for row in found.table("evidence")
    ]


def _kinds(rules: RuleSet) -> dict[str, str]:
    return {one.id: one.title for one in rules.evidence_kinds}


def _touched(words: Words, row: Row) -> tuple[datetime, str]:
    return row["at"], sentence(words, row["action"], row["by"], words.label("own_data.you"))
