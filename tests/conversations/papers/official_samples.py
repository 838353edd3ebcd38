"""SKP and recap made up for the tests, from the facts on: names, items and evidence as wanted."""

import base64
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from PIL import Image, ImageDraw

from conversations.papers.official_orders import OfficialOrder
from conversations.papers.official_parts import proof
from conversations.papers.recap_paper import Line, Recap, recap_order
from conversations.papers.skp_facts import Numbered, Proven, SkpFacts
from conversations.papers.skp_paper import skp_order
from conversations.words import Words
from storage import confirmations
from storage.evidence import needs
from storage.evidence.needs import Progress
from storage.evidence.reading import Piece
from storage.letterheads import Head
from storage.models import (
    Evidence,
    EvidenceStatus,
    Letterhead,
    Member,
    Observation,
    Plan,
    PlanEntry,
    RatingStatus,
    Report,
    ReportStatus,
    School,
)
from storage.observations.answers import Given
from storage.observations.reading import FullCycle, Mark
from storage.plans import FullPlan
from storage.ratings.reading import FullRating
from storage.reports.reading import FullReport
from storage.rulesets import RuleSet, StepKind, load_ruleset

NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
CODE = "7K3M9QXA2BCD"
WORDS = Words("id")
RULES = load_ruleset("pmm-2024")
SCHOOL = School(
    id=1, npsn="10304567", name="SMP Negeri 1 Surian", timezone="Asia/Jakarta",
    ruleset="pmm-2024", created_at=NOW,
)  # fmt: skip
HEAD = Head("", "Yusrizal, M.Pd.", "197501012000031001")
LONG_NAME = (
    "Prof. Dr. Hj. Raden Roro Sitti Nurhalizahfitriyani Kusumaningtyas Wardhani binti "
    "Abdurrahman, S.Pd., M.Pd., Gr."
)
HOSTILE = "<b>ليلى بنت أحمد</b> & 🎓 שרה =HYPERLINK()"


def a_logo(side: int = 400) -> bytes:
    """A round logo on a transparent ground."""
    image = Image.new("RGBA", (side, side))
    draw = ImageDraw.Draw(image)
    draw.ellipse((4, 4, side - 4, side - 4), fill=(21, 101, 192), outline=(13, 60, 120), width=12)
    draw.polygon([(side / 2, 60), (side - 90, side - 100), (90, side - 100)], fill="white")
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def a_letterhead(*, logo: bool = True) -> Letterhead:
    """A letterhead with everything."""
    return Letterhead(
        school_id=1, office="PEMERINTAH KABUPATEN SOLOK\nDINAS PENDIDIKAN PEMUDA DAN OLAHRAGA",
        address="Jalan Raya Surian Nomor 12, Pantai Cermin 27373\nTelepon (0755) 123456",
        place="Surian", logo=a_logo() if logo else None, changed_at=NOW,
    )  # fmt: skip


def some_facts(
    items: int = 2,
    pieces: int = 2,
    name: str = "Rina Wati, S.Pd.",
    letterhead: Letterhead | None = None,
    rules: RuleSet = RULES,
) -> SkpFacts:
    """A teacher's period: so many items, each with so many pieces of evidence."""
    period = rules.period_at(NOW.date())
    plan = Plan(
        id=1, school_id=1, member_id=2, period=period.id, ruleset=rules.id,
        ruleset_version=rules.version, status="agreed", revision=1, created_at=NOW, changed_at=NOW,
    )  # fmt: skip
    full = FullPlan(plan, _entries(rules, items))
    provable = needs.provable(rules, full)
    numbered = _numbered(provable, pieces)
    owner = Member(id=2, school_id=1, name=name, nip="198703152010012012", roles=1, created_at=NOW)
    every = [one.piece.evidence for each in numbered for one in each.pieces]
    return SkpFacts(
        full=full, rules=rules, period=period, owner=owner, letterhead=letterhead, head=HEAD,
        approval=(HEAD.name, datetime(2026, 7, 14, 3, 0, tzinfo=UTC)), proven=numbered,
        progress=needs.progress(provable, every),
        papers=confirmations.papers_with(rules, full, {"kurikulum": (HEAD.name, NOW)}),
    )  # fmt: skip


def _entries(rules: RuleSet, items: int) -> list[PlanEntry]:
    found: list[PlanEntry] = []
    for step in rules.steps:
        if step.kind is StepKind.ITEMS:
            found += [
                PlanEntry(
                    id=at, plan_id=1, step=step.id, code=one.code, quantity=1 + at % 3,
                    points=one.points, points_floor=one.points_floor,
                    evidence=list(one.evidence[:1]),
                )
                for at, one in enumerate(rules.items[:items])
            ]  # fmt: skip
        elif step.kind is StepKind.DUTIES:
            found.append(PlanEntry(id=90, plan_id=1, step=step.id, code=rules.duties[0].code))
            own = "Pembina ekstrakurikuler seni tari Minangkabau"
            found.append(PlanEntry(id=91, plan_id=1, step=step.id, code="own1", text=own))
        elif step.kind is StepKind.BEHAVIOURS:
            found += [
                PlanEntry(plan_id=1, step=step.id, code=value.standard_guide.code)
                for value in rules.behaviours
            ]
        elif step.kind is StepKind.TEXT:
            found.append(PlanEntry(plan_id=1, step=step.id, code="own", text=step.example))
        else:
            first = rules.choices(step)[0].code
            found.append(PlanEntry(plan_id=1, step=step.id, code=first))
    return found


STATES = (EvidenceStatus.ACCEPTED, EvidenceStatus.ACCEPTED, EvidenceStatus.RECEIVED)


def _numbered(provable: tuple[needs.Provable, ...], pieces: int) -> tuple[Proven, ...]:
    found: list[Proven] = []
    number = 0
    for one in provable:
        mine = []
        for _ in range(pieces):
            number += 1
            status = STATES[number % len(STATES)]
            accepted = status is EvidenceStatus.ACCEPTED
            evidence = Evidence(
                id=number, school_id=1, member_id=2, plan_id=1, step=one.entry.step,
                code=one.entry.code, kind=(one.needs[0].kinds or ("",))[0], status=status,
                dated_on=date(2026, 8, 1 + number % 28) if number % 7 else None,
                received_at=NOW, changed_at=NOW, decided_at=NOW if accepted else None,
            )  # fmt: skip
            mine.append(Numbered(number, Piece(evidence), HEAD.name if accepted else ""))
        units = needs.units_of(one, [each.piece.evidence for each in mine])
        found.append(Proven(one, units, tuple(mine)))
    return tuple(found)


def with_results(
    facts: SkpFacts, *, signed: bool = True, report: ReportStatus = ReportStatus.ACCEPTED
) -> SkpFacts:
    """Let the period be observed, reported and rated."""
    plan, rules = facts.full.plan, facts.rules
    lesson = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)
    row = Observation(
        id=1, school_id=1, member_id=2, plan_id=1, indicator="IND-1",
        behaviour=rules.indicator("IND-1").focus[0].code, chosen_at=NOW, booking="confirmed",
        meets_at=lesson, confirmed_at=NOW, marking="signed" if signed else "finished",
        marked_at=lesson, created_at=NOW, changed_at=NOW,
    )  # fmt: skip
    principal = Member(id=3, school_id=1, name=HEAD.name, roles=2, created_at=NOW)
    statements = rules.indicator("IND-1").statements
    cycle = FullCycle(
        row, plan, SCHOOL, facts.owner, principal, rules,
        marks={one.code: Mark(at % 3, "Murid aktif <b>") for at, one in enumerate(statements)},
        given={"capaian": Given("Lebih banyak murid berani bertanya.", NOW, 2)},
    )  # fmt: skip
    answers = [
        {"field": "pengembangan_diri", "title": "Pengembangan diri",
         "text": "Saya belajar umpan balik. " * 30},
        {"field": "dukungan", "title": "Kendala dan dukungan", "text": ""},
    ]  # fmt: skip
    told = FullReport(
        Report(
            id=1, school_id=1, member_id=2, plan_id=1, status=report, revision=1,
            created_at=NOW, changed_at=NOW, submitted_at=NOW,
        ),
        content={"answers": answers},
    )  # fmt: skip
    rating = FullRating(
        plan_id=1, status=RatingStatus.FINAL, revision=3, number=1, work_result="di_atas",
        work_behaviour="sesuai", predicate_id="baik", feedback="Terima kasih, pertahankan.",
        marks={}, is_held=False, changed_by=3, changed_at=NOW,
        final_at=datetime(2026, 12, 20, 3, 0, tzinfo=UTC), rater=principal,
        answer="Terima kasih, Pak.", answered_at=NOW,
    )  # fmt: skip
    return replace(facts, cycle=cycle, report=told, rating=rating)


def an_skp(out: Path, facts: SkpFacts) -> OfficialOrder:
    """Order the SKP of these facts."""
    return skp_order(WORDS, SCHOOL, NOW, facts, proof(WORDS, "KawanBot", CODE), out)


def a_recap(
    out: Path, teachers: int = 3, letterhead: Letterhead | None = None, rules: RuleSet = RULES
) -> OfficialOrder:
    """Order the recap of a school of so many teachers, some with awkward names."""
    names = ["Rina Wati, S.Pd.", LONG_NAME, HOSTILE]
    stages = ("agreed", "approved", "submitted", "none", "draft", "returned")
    lines = tuple(
        Line(
            name=names[at] if at < len(names) else f"Guru {at:02} Fitriani, S.Pd.",
            nip="198703152010012012" if at % 3 else "",
            stage=stages[at % len(stages)],
            progress=Progress(48, 32, 16, 6, 4, 2) if at % len(stages) != 3 else None,
            accepted=at % 9, waiting=at % 4, returned=at % 2,
            observed=(3, 5) if at % 2 else None, report="accepted" if at % 2 else "none",
            predicate="Baik" if at % 3 == 1 else "",
        )
        for at in range(teachers)
    )  # fmt: skip
    recap = Recap(rules.period_at(NOW.date()), rules, letterhead, HEAD, lines)
    return recap_order(WORDS, SCHOOL, NOW, recap, proof(WORDS, "KawanBot", CODE), out)


def decoded(logo: str) -> bytes:
    """Give back the bytes of a logo in an order."""
    return base64.b64decode(logo)
