"""What two teachers of the demo have sent before the curtain rises, and what became of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.demo_papers import certificate, letter, report, report_pdf
from bot.demo_school import IRWAN, MARDIANA, PRINCIPAL
from bot.demo_texts import (
    ASSESSMENT,
    DIFFERENCES,
    SAFE_CLASSES,
    TEAM,
    certificate_of,
    decree_of,
    draft_of_decree,
    report_of,
)
from conversations.words import LANGUAGES, Words
from storage import plans
from storage.errors import NotFound
from storage.evidence import checking, describing, filing, needs, receiving
from storage.evidence.receiving import Arrival, Sent
from storage.files import FileStore
from storage.inspecting import Inspected, inspect
from storage.models import EvidenceStatus
from storage.people import Actor, known_id
from storage.rulesets import Period, RuleSet

UNSIGNED: Final = 5
"""The ready reason for a paper without signature and stamp."""

SENT_AGO: Final = timedelta(minutes=50)
DECIDED_AGO: Final = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Paper:
    """One file of a piece: its bytes, and its name unless it is a photo."""

    content: bytes
    name: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """One piece of evidence, and whether it has been decided on. `code` names the activity."""

    account: int
    code: str
    kind: str
    dated_on: date
    papers: tuple[Paper, ...]
    note: str = ""
    verdict: EvidenceStatus = EvidenceStatus.RECEIVED


@dataclass(frozen=True, slots=True)
class Ready:
    """A proof whose files lie on the disk, inspected, under temporary names."""

    proof: Proof
    files: tuple[tuple[Path, Inspected], ...]


def make_ready(files: FileStore, period: Period, today: date) -> list[Ready]:
    """Draw everything and inspect it as it would be when sent; half a second, for a thread."""
    return [
        Ready(proof, tuple(_inspected(files, paper) for paper in proof.papers))
        for proof in _proofs(period, today)
    ]


def _inspected(files: FileStore, paper: Paper) -> tuple[Path, Inspected]:
    path = files.incoming()
    path.write_bytes(paper.content)
    return path, inspect(path)


def _proofs(period: Period, today: date) -> list[Proof]:
    def ago(days: int) -> date:
        return max(period.start, today - timedelta(days=days))

    principal, early = PRINCIPAL.name, period.start - timedelta(days=12)
    speaker = certificate_of(MARDIANA.name, "narasumber", SAFE_CLASSES, ago(3))
    accepted = certificate_of(IRWAN.name, "peserta", ASSESSMENT, ago(4))
    too_early = certificate_of(IRWAN.name, "peserta", DIFFERENCES, early)
    unsigned = draft_of_decree(IRWAN.name, "Pengelola data (Dapodik)", ago(2), principal)
    pages = report(report_of(MARDIANA.name, TEAM, ago(1), principal))
    decree = report_pdf(decree_of(MARDIANA.name, ago(5), principal))
    return [
        Proof(
            MARDIANA.account, "RHK-04", "sertifikat", ago(3), (Paper(certificate(speaker)),),
            note="Saya menjadi narasumber pada sesi kedua. Sertifikat asli ada di ruang guru.",
        ),
        Proof(
            MARDIANA.account, "TT-16", "laporan_tugas", ago(1), tuple(Paper(one) for one in pages)
        ),
        Proof(
            MARDIANA.account, "TT-16", "sk", ago(5), (Paper(decree, "SK Tim TPPK.pdf"),)
        ),
        Proof(
            IRWAN.account, "RHK-07", "sertifikat", ago(4), (Paper(certificate(accepted)),),
            verdict=EvidenceStatus.ACCEPTED,
        ),
        Proof(
            IRWAN.account, "TT-18", "sk", ago(2), (Paper(letter(unsigned)),),
            verdict=EvidenceStatus.RETURNED,
        ),
        Proof(IRWAN.account, "RHK-07", "sertifikat", early, (Paper(certificate(too_early)),)),
    ]  # fmt: skip


async def send_in(
    session: AsyncSession,
    files: FileStore,
    rules: RuleSet,
    actors: Mapping[int, Actor],
    ready: list[Ready],
    now: datetime,
    today: date,
) -> None:
    """Send everything in the teachers' names and decide in the principal's.

    All of it at one moment: what comes in at several times would be announced several times.
    """
    for one in ready:
        actor = actors[one.proof.account]
        evidence_id = await _receive(session, files, actor, one, now - SENT_AGO)
        await _file(session, rules, actor, one.proof, evidence_id, now - SENT_AGO, today)
        await _decide(session, actors[PRINCIPAL.account], one.proof, evidence_id, now)


async def _receive(
    session: AsyncSession, files: FileStore, actor: Actor, ready: Ready, at: datetime
) -> int:
    """Have the files of a piece placed and received; give its id."""
    album = "before-the-curtain" if len(ready.files) > 1 else ""
    sent: list[Sent] = []
    papers = zip(ready.proof.papers, ready.files, strict=True)
    for position, (paper, (path, seen)) in enumerate(papers, start=1):
        await asyncio.to_thread(files.place, path, actor.school_id, seen.sha256)
        # Telegram has no name for it yet: it is uploaded when it is first shown.
        arrival = Arrival(seen, paper.name, position, telegram_id="", is_photo=not paper.name)
        sent.append(await receiving.receive(session, actor, arrival, at, album=album))
    return sent[-1].piece.id


async def _file(
    session: AsyncSession,
    rules: RuleSet,
    actor: Actor,
    proof: Proof,
    evidence_id: int,
    at: datetime,
    today: date,
) -> None:
    """File a piece under its activity and describe it."""
    full = await plans.find_plan(session, actor.member_id, rules.period_at(today).id)
    if full is None:
        raise NotFound
    entry = next(one.entry for one in needs.provable(rules, full) if one.entry.code == proof.code)
    await filing.file_under(
        session, actor, rules, full, evidence_id, known_id(entry.id), at,
        kind=proof.kind,
    )  # fmt: skip
    await describing.say_date(session, actor, evidence_id, proof.dated_on, at)
    if proof.note:
        await describing.say_note(session, actor, evidence_id, proof.note, at)


async def _decide(
    session: AsyncSession, principal: Actor, proof: Proof, evidence_id: int, now: datetime
) -> None:
    piece = await checking.piece_to_check(session, principal, evidence_id)
    revision, at = piece.evidence.revision, now - DECIDED_AGO
    if proof.verdict is EvidenceStatus.ACCEPTED:
        await checking.accept(session, principal, evidence_id, revision, at)
    elif proof.verdict is EvidenceStatus.RETURNED:
        reason = Words(LANGUAGES[0]).list("checking.reasons")[UNSIGNED]
        await checking.send_back(session, principal, evidence_id, revision, at, reason=reason)
