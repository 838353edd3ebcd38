"""Evidence as lines to read, in both languages, whatever the rules say about it by now."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel.ext.asyncio.session import AsyncSession

from conversations.evidence_views import (
    ON_BUTTON,
    SIGNS,
    entry_label,
    entry_line,
    entry_title,
    exhibits_of,
    kind_title,
    line_of,
    need_text,
    on_button,
    short_title,
    size_of,
)
from conversations.people import Person
from conversations.words import Words
from storage.evidence.needs import Need, Provable, Units, missing, needs_of, units_of
from storage.evidence.reading import Piece
from storage.files import FileStore
from storage.models import Account, Evidence, EvidencePage, EvidenceStatus, PlanEntry
from storage.rulebook import RuleBook
from storage.rulesets import Step, load_ruleset

RULES = load_ruleset("pmm-2024")
ITEMS, DUTIES, _ = RULES.steps
ID, EN = Words("id"), Words("en")
NOW = datetime(2026, 7, 6, 3, 0, tzinfo=UTC)
PDF = "application/pdf"


def page(
    media_type: str = "image/jpeg",
    *,
    at: int = 1,
    pdf_pages: int = 0,
    name: str = "",
    **more: Any,
) -> EvidencePage:
    return EvidencePage(
        id=at, evidence_id=1, school_id=3, position=at, sha256=f"{at:064x}",
        original_sha256=f"{at:064x}", size=1, media_type=media_type, name=name,
        pdf_pages=pdf_pages, is_photo=media_type.startswith("image/"), **more,
    )  # fmt: skip


def piece(*pages: EvidencePage, kind: str = "", **said: Any) -> Piece:
    evidence = Evidence(
        id=7, school_id=3, member_id=1, kind=kind, received_at=NOW, changed_at=NOW, **said
    )
    return Piece(evidence, list(pages))


def provable(
    code: str,
    quantity: int = 2,
    kinds: tuple[str, ...] = (),
    *,
    step: Step = ITEMS,
    text: str = "",
) -> Provable:
    entry = PlanEntry(
        plan_id=1, step=step.id, code=code, quantity=quantity, text=text, evidence=list(kinds)
    )
    return Provable(step, entry, needs_of(RULES, step, entry))


# ------------------------------------------------------------------------------- a piece


@pytest.mark.parametrize(
    ("one", "indonesian", "english"),
    [
        (piece(page(), kind="sertifikat"), "Sertifikat", "Sertifikat"),
        (piece(page(PDF), kind="sk"), "Surat Keputusan (SK)", "Surat Keputusan (SK)"),
        (piece(page()), "Foto", "Photo"),
        (piece(page(), page("image/png", at=2)), "Foto", "Photo"),
        (piece(page(PDF)), "Dokumen", "Document"),
        (piece(page(), page(PDF, at=2)), "Dokumen", "Document"),
        (piece(link="https://guru.id/a"), "Tautan", "Link"),
        # A kind that a correction has taken out of the rules.
        (piece(page(), kind="piagam"), "Foto", "Photo"),
    ],
)
def test_a_piece_is_named_by_its_kind_or_by_what_was_sent(
    one: Piece, indonesian: str, english: str
) -> None:
    assert kind_title(ID, RULES, one) == indonesian
    assert kind_title(EN, RULES, one) == english


@pytest.mark.parametrize(
    ("one", "size"),
    [
        (piece(page()), "1 halaman"),
        (piece(page(), page(at=2), page(at=3)), "3 halaman"),
        (piece(page(PDF, pdf_pages=12)), "12 halaman"),
        (piece(page(), page(PDF, at=2, pdf_pages=4)), "5 halaman"),
        # Nobody has counted the pages of an office document.
        (piece(page("application/msword")), "1 halaman"),
        (piece(link="https://guru.id/a"), ""),
    ],
)
def test_how_much_a_piece_is(one: Piece, size: str) -> None:
    assert size_of(ID, one) == size


@pytest.mark.parametrize("status", EvidenceStatus)
def test_a_line_says_all_that_is_known(status: EvidenceStatus) -> None:
    one = piece(
        page(), kind="sertifikat", status=status, covers=3, dated_on=date(2026, 7, 2),
        note="asli <b>", reason="Buram", decided_at=NOW,
    )  # fmt: skip
    line = line_of(ID, RULES, one)
    assert (line.id, line.sign, line.status) == (7, SIGNS[status], status)
    assert (line.what, line.size, line.covers) == ("Sertifikat", "1 halaman", 3)
    assert (line.dated_on, line.note, line.link) == (date(2026, 7, 2), "asli <b>", "")
    assert (line.reason, line.decided_at) == ("Buram", NOW)
    assert line.sign


# ------------------------------------------------------------------------------- what is needed


@pytest.mark.parametrize(
    ("need", "indonesian", "english"),
    [
        (Need(("sertifikat",), 2), "Sertifikat", "Sertifikat"),
        (Need(("sk", "surat_tugas"), 1), "Surat Keputusan atau Surat Tugas",
         "Surat Keputusan or Surat Tugas"),
        (Need((), 1), "Dokumen", "Document"),
        (Need(("piagam",), 1), "piagam", "piagam"),
    ],
)  # fmt: skip
def test_a_need_is_named(need: Need, indonesian: str, english: str) -> None:
    assert need_text(RULES, need, ID) == indonesian
    assert need_text(RULES, need, EN) == english


def test_the_line_of_an_entry() -> None:
    one = provable("RHK-01", 4, ("sertifikat_topik",))
    sent = [
        piece(page(), kind="sertifikat_topik", status=status)
        for status in (EvidenceStatus.ACCEPTED, EvidenceStatus.RECEIVED, EvidenceStatus.RETURNED)
    ]
    evidence = [each.evidence for each in sent]
    units, lacks = units_of(one, evidence), missing(one.needs, evidence[:2])
    line = entry_line(ID, RULES, one, units, lacks, sent)
    assert line.title == RULES.item("RHK-01").short
    assert line.units == Units(4, 2, 1)
    assert line.missing == (("Sertifikat Topik", 2),)
    assert (line.returned, line.sign) == (1, "✏️")


@pytest.mark.parametrize(
    ("units", "sign"),
    [
        (Units(2, 0, 0), "⬜"),
        (Units(2, 1, 1), "⬜"),
        (Units(2, 2, 1), "⏳"),
        (Units(2, 2, 2), "✅"),
    ],
)
def test_the_sign_of_an_entry_says_who_has_to_act(units: Units, sign: str) -> None:
    one = provable("RHK-01")
    assert entry_line(ID, RULES, one, units, (), []).sign == sign
    back = piece(page(), status=EvidenceStatus.RETURNED)
    line = entry_line(ID, RULES, one, units, (), [back, back])
    assert (line.sign, line.returned) == ("✏️", 2)


# ------------------------------------------------------------------------------- entries


def test_an_entry_is_named_at_length_and_in_short() -> None:
    item, duty = provable("RHK-02"), provable("TT-01", step=DUTIES)
    own = provable("own1", step=DUTIES, text="Pembina pramuka")
    assert entry_title(RULES, item) == RULES.item("RHK-02").short
    assert entry_label(RULES, item) == RULES.item("RHK-02").label
    assert entry_title(RULES, duty) == RULES.duty("TT-01").title
    assert entry_label(RULES, duty) == RULES.duty("TT-01").label
    assert entry_title(RULES, own) == entry_label(RULES, own) == "Pembina pramuka"


def test_names_fit_where_there_is_little_room() -> None:
    assert short_title(RULES, "RHK-02") == RULES.item("RHK-02").short
    assert short_title(RULES, "TT-01") == RULES.duty("TT-01").short
    assert short_title(RULES, "own1") == "own1"
    for kind in RULES.evidence_kinds:
        line = line_of(ID, RULES, piece(page(), kind=kind.id))
        assert on_button(line).startswith(line.sign)
        assert len(on_button(line)) <= ON_BUTTON
        assert "(" not in on_button(line)


@pytest.mark.parametrize("step", [ITEMS, DUTIES])
def test_what_the_rules_no_longer_know_stands_for_itself(step: Step) -> None:
    gone = provable("RHK-99", step=step)
    assert entry_title(RULES, gone) == entry_label(RULES, gone) == "RHK-99"


@settings(deadline=None)
@given(
    st.sampled_from(["", "sertifikat", "sk", "piagam"]),
    st.sampled_from(EvidenceStatus),
    st.lists(st.sampled_from(["image/jpeg", PDF, "application/zip"]), max_size=3),
    st.text(max_size=20),
    st.sampled_from([ID, EN]),
)
def test_there_are_words_for_every_piece(
    kind: str, status: EvidenceStatus, types: list[str], note: str, words: Words
) -> None:
    pages = [page(media_type, at=at) for at, media_type in enumerate(types, 1)]
    line = line_of(words, RULES, piece(*pages, kind=kind, status=status, note=note))
    assert line.what
    assert line.sign
    assert line.note == note


# ------------------------------------------------------------------------------- files to show


def person(folder: Path) -> Person:
    return Person(
        session=AsyncSession(), now=NOW, rulebook=RuleBook(folder), files=FileStore(folder),
        account=Account(id=1, created_at=NOW), memberships=[],
    )  # fmt: skip


def test_the_files_of_a_piece_are_shown_in_order_under_safe_names(tmp_path: Path) -> None:
    shown = piece(
        page(at=4, name="../../etc/passwd", telegram_id="photo"),
        page(PDF, at=9, name="laporan.jpg", telegram_id=""),
        page("image/png", at=12, name=""),
    )
    first, second, third = exhibits_of(person(tmp_path), shown)
    assert [one.page_id for one in (first, second, third)] == [4, 9, 12]
    assert (first.telegram_id, second.telegram_id) == ("photo", "")
    assert first.path == tmp_path / "3" / "00" / f"{4:064x}"
    assert [one.name for one in (first, second, third)] == [
        "passwd.jpg", "laporan.pdf", "bukti.png",
    ]  # fmt: skip
    assert [one.is_photo for one in (first, second, third)] == [True, False, True]


def test_a_link_has_no_files_to_show(tmp_path: Path) -> None:
    assert exhibits_of(person(tmp_path), piece(link="https://guru.id/a")) == ()


def test_other_rules_name_the_same_kinds_their_own_way() -> None:
    newer = load_ruleset("ruang-gtk-2025")
    assert kind_title(ID, newer, piece(page(), kind="sk")) == "Surat Keputusan (SK)"
    assert kind_title(ID, newer, piece(page(), kind="sertifikat")) == "Foto"
    renamed = replace(
        RULES,
        evidence_kinds=tuple(replace(one, title=f"{one.title}!") for one in RULES.evidence_kinds),
    )
    assert kind_title(ID, renamed, piece(page(), kind="laporan")) == "Laporan!"
