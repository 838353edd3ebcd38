"""What a planned entry needs and how many of its units are proven, whatever is sent for it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.evidence import needs
from storage.evidence.needs import Need, Provable, Units
from storage.models import Evidence, EvidenceStatus, Plan, PlanEntry
from storage.plans import NO_DUTY, FullPlan
from storage.rulesets import Step, StepKind, load_ruleset
from tests.storage.evidence.staging import CALM, NOW, RULES

ITEMS, DUTIES, BEHAVIOURS = RULES.steps
KINDS = tuple(kind.id for kind in RULES.evidence_kinds)
LETTERS = RULES.duty_rules.interchangeable
REPORT = "laporan_tugas"


def entry(
    code: str, quantity: int = 1, kinds: Sequence[str] = (), *, step: Step = ITEMS, text: str = ""
) -> PlanEntry:
    floor = RULES.item(code).points_floor if step is ITEMS else 0
    return PlanEntry(
        plan_id=1, step=step.id, code=code, quantity=quantity, points=floor * 2,
        points_floor=floor, text=text, evidence=list(kinds),
    )  # fmt: skip


def proving(planned: PlanEntry) -> Provable:
    step = RULES.step(planned.step)
    return Provable(step, planned, needs.needs_of(RULES, step, planned))


def piece(
    kind: str,
    covers: int = 1,
    status: EvidenceStatus = EvidenceStatus.ACCEPTED,
    planned: PlanEntry | None = None,
) -> Evidence:
    return Evidence(
        school_id=1, member_id=1, kind=kind, covers=covers, status=status,
        step=planned.step if planned else "", code=planned.code if planned else "",
        received_at=NOW, changed_at=NOW,
    )  # fmt: skip


def units(one: Provable, pieces: Sequence[Evidence]) -> int:
    return needs.proven_units(one.needs, pieces, one.entry.quantity)


@st.composite
def provables(draw: st.DrawFn) -> Provable:
    """Items of one or several kinds, or none; duties with letters, a report, or own choices."""
    quantity = draw(st.integers(1, 6))
    kinds = draw(st.lists(st.sampled_from(KINDS), max_size=3, unique=True))
    if draw(st.booleans()):
        return proving(entry("TT-01", quantity, kinds, step=DUTIES))
    return proving(entry(draw(st.sampled_from(RULES.items)).code, quantity, kinds))


pieces_of = st.lists(
    st.builds(
        piece,
        kind=st.sampled_from(("", *KINDS)),
        covers=st.integers(1, 4),
        status=st.sampled_from(EvidenceStatus),
    ),
    max_size=10,
)
counting = st.lists(
    st.builds(piece, kind=st.sampled_from(("", *KINDS)), covers=st.integers(1, 3)), max_size=10
)


# ------------------------------------------------------------------------------- counting units


@CALM
@given(provables(), pieces_of)
def test_no_more_is_accepted_than_sent_and_sent_than_planned(
    one: Provable, pieces: list[Evidence]
) -> None:
    counted = needs.units_of(one, pieces)
    assert 0 <= counted.accepted <= counted.sent <= counted.planned == one.entry.quantity


@CALM
@given(provables(), pieces_of, pieces_of)
def test_more_pieces_never_lower_the_count(
    one: Provable, pieces: list[Evidence], more: list[Evidence]
) -> None:
    before, after = needs.units_of(one, pieces), needs.units_of(one, pieces + more)
    assert before.sent <= after.sent
    assert before.accepted <= after.accepted


@CALM
@given(provables(), pieces_of, st.data())
def test_the_order_in_which_pieces_came_does_not_matter(
    one: Provable, pieces: list[Evidence], data: st.DataObject
) -> None:
    turned = data.draw(st.permutations(pieces))
    assert needs.units_of(one, turned) == needs.units_of(one, pieces)
    assert needs.missing(one.needs, turned) == needs.missing(one.needs, pieces)


@CALM
@given(provables(), pieces_of)
def test_what_is_unsorted_returned_or_history_proves_nothing(
    one: Provable, pieces: list[Evidence]
) -> None:
    sent = [each for each in pieces if each.status in ("received", "accepted")]
    accepted = [each for each in pieces if each.status == "accepted"]
    assert needs.units_of(one, pieces) == needs.units_of(one, sent)
    assert needs.units_of(one, accepted).sent == needs.units_of(one, pieces).accepted


@CALM
@given(provables(), counting)
def test_a_document_that_covers_several_units_counts_as_so_many(
    one: Provable, pieces: list[Evidence]
) -> None:
    apart = [piece(each.kind) for each in pieces for _ in range(each.covers)]
    assert units(one, apart) == units(one, pieces)
    assert needs.missing(one.needs, apart) == needs.missing(one.needs, pieces)


@CALM
@given(provables(), counting)
def test_a_spare_document_fills_exactly_one_gap(one: Provable, pieces: list[Evidence]) -> None:
    """It is worth as much as the one that helps most of those that are asked for, and no more."""
    asked = {kind for need in one.needs for kind in need.kinds}
    spare = next((kind for kind in KINDS if kind not in asked), "")
    best = max(units(one, [*pieces, piece(kind)]) for kind in asked or {"sk"})
    assert units(one, [*pieces, piece(spare)]) == best
    assert units(one, [*pieces, piece("")]) == best
    # It closes no gap in what is asked for: what is missing stays to be sent.
    if asked:
        assert needs.missing(one.needs, [*pieces, piece(spare)]) == needs.missing(
            one.needs, pieces
        )


@CALM
@given(st.integers(1, 5), counting)
def test_the_letters_of_a_duty_stand_for_each_other(quantity: int, pieces: list[Evidence]) -> None:
    one = proving(entry("TT-01", quantity, [*LETTERS, REPORT], step=DUTIES))
    other = dict(zip(LETTERS, reversed(LETTERS), strict=True))
    swapped = [piece(other.get(each.kind, each.kind), each.covers) for each in pieces]
    assert units(one, swapped) == units(one, pieces)
    assert needs.missing(one.needs, swapped) == needs.missing(one.needs, pieces)


@pytest.mark.parametrize("planned", LETTERS)
def test_a_duty_planned_with_one_letter_takes_the_other_too(planned: str) -> None:
    (other,) = set(LETTERS) - {planned}
    duty = entry("TT-01", kinds=[planned, REPORT], step=DUTIES)
    one = proving(duty)
    assert one.needs == (Need((planned, other), 1), Need((REPORT,), 1))
    assert units(one, [piece(other), piece(REPORT)]) == 1
    assert needs.kinds_for(RULES, DUTIES, duty)[:3] == (planned, REPORT, other)


def test_a_duty_needs_a_letter_and_a_report() -> None:
    letters = proving(entry("TT-01", kinds=[*LETTERS, REPORT], step=DUTIES))
    assert letters.needs == (Need(LETTERS, 1), Need((REPORT,), 1))
    for sent, proven in (
        (["sk"], 0),
        ([REPORT], 0),
        (["sk", "surat_tugas"], 0),
        (["sk", REPORT], 1),
        (["surat_tugas", REPORT], 1),
        ([REPORT, REPORT], 0),
    ):
        assert units(letters, [piece(kind) for kind in sent]) == proven


def test_the_letters_of_an_item_are_needed_each() -> None:
    one = proving(entry("RHK-18", kinds=["sk", "surat_tugas"]))
    assert one.needs == (Need(("sk",), 1), Need(("surat_tugas",), 1))
    assert units(one, [piece("sk")]) == 0
    assert units(one, [piece("sk"), piece("surat_tugas")]) == 1


@CALM
@given(st.integers(1, 6), counting)
def test_an_entry_without_a_kind_takes_any_document(quantity: int, pieces: list[Evidence]) -> None:
    for step, code in ((ITEMS, "RHK-01"), (DUTIES, "TT-01")):
        one = proving(entry(code, quantity, step=step))
        assert one.needs == (Need((), quantity),)
        total = sum(each.covers for each in pieces)
        assert units(one, pieces) == min(quantity, total)
        lacks = needs.missing(one.needs, pieces)
        assert lacks == ((Need((), quantity - total),) if total < quantity else ())


# ------------------------------------------------------------------------------- what is missing


@CALM
@given(provables(), counting)
def test_nothing_is_missing_once_every_need_is_met(one: Provable, pieces: list[Evidence]) -> None:
    def have(need: Need) -> int:
        fits = [each for each in pieces if not need.kinds or each.kind in need.kinds]
        return sum(each.covers for each in fits)

    lacks = needs.missing(one.needs, pieces)
    assert (not lacks) == all(have(need) >= need.wanted for need in one.needs)
    assert all(need.wanted > 0 for need in lacks)
    if not lacks:
        assert units(one, pieces) == one.entry.quantity


@CALM
@given(provables(), counting)
def test_what_is_missing_is_just_enough(one: Provable, pieces: list[Evidence]) -> None:
    lacks = needs.missing(one.needs, pieces)
    sent = [
        piece(need.kinds[0] if need.kinds else "") for need in lacks for _ in range(need.wanted)
    ]
    assert needs.missing(one.needs, [*pieces, *sent]) == ()
    assert units(one, [*pieces, *sent]) == one.entry.quantity
    if sent:
        assert needs.missing(one.needs, [*pieces, *sent[1:]]) != ()


# ------------------------------------------------------------------------------- a whole plan


def plan_of(*entries: PlanEntry) -> FullPlan:
    plan = Plan(
        id=1, school_id=1, member_id=1, period="2026-2", ruleset=RULES.id, ruleset_version=1,
        created_at=NOW, changed_at=NOW,
    )  # fmt: skip
    return FullPlan(plan, sorted(entries, key=lambda one: (one.step, one.code)))


PLAN = plan_of(
    entry("RHK-01", 4, ["sertifikat_topik"]),
    entry("RHK-06", 1, ["sertifikat"]),  # 128 points, 8 of which can be promised
    entry("RHK-08", 2),
    entry("TT-01", 1, ["sk", REPORT], step=DUTIES),
)


@CALM
@given(
    st.lists(
        st.builds(
            piece,
            kind=st.sampled_from(("", *KINDS)),
            covers=st.integers(1, 3),
            status=st.sampled_from(EvidenceStatus),
            planned=st.sampled_from((*PLAN.entries, entry("RHK-02"), None)),
        ),
        max_size=14,
    )
)
def test_points_add_up_by_what_can_be_promised(pieces: list[Evidence]) -> None:
    entries = needs.provable(RULES, PLAN)
    total = needs.progress(entries, pieces)
    assert total.planned_points == 4 * 8 + 1 * 8 + 2 * 4
    assert total.planned == 4 + 1 + 2 + 1
    assert 0 <= total.accepted_points <= total.sent_points <= total.planned_points
    assert 0 <= total.accepted <= total.sent <= total.planned
    counted: list[tuple[int, Units]] = []
    for one in entries:
        mine = [each for each in pieces if (each.step, each.code) == one.key]
        counted.append((one.entry.points_floor, needs.units_of(one, mine)))
    assert total.sent_points == sum(floor * each.sent for floor, each in counted)
    assert total.accepted_points == sum(floor * each.accepted for floor, each in counted)


def test_nothing_is_proven_without_evidence_or_without_a_plan() -> None:
    assert needs.progress((), [piece("sk")]) == needs.Progress(0, 0, 0, 0, 0, 0)
    assert needs.progress(needs.provable(RULES, PLAN), ()).sent == 0


def test_behaviours_and_no_duty_are_not_proven_by_documents() -> None:
    guide = RULES.standard_guides[0]
    full = plan_of(
        entry(NO_DUTY, step=DUTIES),
        PlanEntry(plan_id=1, step=BEHAVIOURS.id, code=guide.code),
        entry("RHK-01", kinds=["sertifikat_topik"]),
    )
    assert [one.key for one in needs.provable(RULES, full)] == [(ITEMS.id, "RHK-01")]
    assert [one.key for one in needs.provable(RULES, PLAN)] == [
        (ITEMS.id, "RHK-01"), (ITEMS.id, "RHK-06"), (ITEMS.id, "RHK-08"), (DUTIES.id, "TT-01"),
    ]  # fmt: skip


def test_the_newer_rules_ask_for_documents_of_duties_alone() -> None:
    newer = load_ruleset("ruang-gtk-2025")
    full = plan_of(
        *(
            PlanEntry(plan_id=1, step=step.id, code="x", text="x", evidence=["sk"])
            for step in newer.steps
        )
    )
    assert [one.step.kind for one in needs.provable(newer, full)] == [StepKind.DUTIES]


# ------------------------------------------------------------------------------- kinds


def kinds(planned: PlanEntry) -> tuple[str, ...]:
    return needs.kinds_for(RULES, RULES.step(planned.step), planned)


def test_the_kinds_that_were_meant_come_first() -> None:
    assert kinds(entry("RHK-10", kinds=["surat_tugas"])) == (
        "surat_tugas", "laporan", "sertifikat",
    )  # fmt: skip
    assert kinds(entry("RHK-10")) == RULES.item("RHK-10").evidence
    assert kinds(entry("TT-01", kinds=["sk", REPORT], step=DUTIES)) == (
        "sk", REPORT, "surat_tugas",
    )  # fmt: skip


def test_a_duty_in_own_words_takes_what_any_duty_takes() -> None:
    own = entry("own1", kinds=[REPORT], step=DUTIES, text="Pembina pramuka")
    assert kinds(own) == (REPORT, *LETTERS)


@pytest.mark.parametrize("step", [ITEMS, DUTIES])
def test_what_the_rules_no_longer_know_takes_what_was_meant(step: Step) -> None:
    planned = PlanEntry(plan_id=1, step=step.id, code="RHK-99", evidence=["laporan"])
    assert kinds(planned) == ("laporan",)
    assert units(proving(planned), [piece("laporan")]) == 1
