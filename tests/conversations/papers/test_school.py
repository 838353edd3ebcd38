"""A school's data: real numbers and days, nothing that becomes a formula, parts that fit."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from conversations.papers.chapters import chapters_of, ordered_pieces
from conversations.papers.making import make
from conversations.papers.names import LONGEST, path_part
from conversations.papers.orders import (
    Cell,
    Chapter,
    Column,
    ColumnKind,
    Document,
    Fact,
    Made,
    NotMade,
    PackedFile,
    Refusal,
    SchoolForm,
    SchoolOrder,
    Table,
    TeacherFile,
    Why,
)
from conversations.papers.rows import Teacher
from conversations.papers.school_ordering import school_texts
from conversations.papers.tables import rows_of, tables_for, unused_columns
from conversations.papers.workbook import write_school_book
from conversations.words import Words
from storage.exports import Dossier
from storage.files import FileStore
from storage.models import Member, Plan, PlanEntry, School
from storage.plans import FullPlan
from storage.rulesets import RuleSet, StepKind, load_ruleset
from tests.conversations.papers.official_samples import CODE, a_recap, an_skp, some_facts
from tests.conversations.papers.samples import (
    COVER,
    JPEG,
    TEXTS,
    Drawer,
    a_chapter,
    a_piece,
    a_plain,
)

HOSTILE = [
    "=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "\t=1", "\r=1", "\n=1", "'=1",
    "  =1", "＝1", "=cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0",
]  # fmt: skip
NIP = "019870315201001200"
NOW = datetime(2026, 7, 6, 3, 0, tzinfo=UTC)

TABLE = Table(
    id="people",
    name="Guru [a/b]",
    columns=(
        Column(title="NIP", width=22),
        Column(title="Nama", width=30),
        Column(title="Poin", kind=ColumnKind.NUMBER, width=10),
        Column(title="Tanggal", kind=ColumnKind.DAY, width=14),
        Column(title="Dikirim", kind=ColumnKind.MOMENT, width=18),
    ),
)


def a_teacher(
    number: int, name: str, *chapters: Chapter, rows: Sequence[tuple[Cell, ...]] = ()
) -> TeacherFile:
    return TeacherFile(
        number=number,
        name=name,
        nip=NIP,
        folder=path_part(f"{number:03} {name}", 60),
        cover=COVER if chapters else None,
        chapters=chapters,
        rows={"people": tuple(rows)},
    )


@pytest.fixture
def order(tmp_path: Path) -> Callable[..., SchoolOrder]:
    """Writes teachers into a spool and makes the order for it."""

    def an_order(form: SchoolForm, *teachers: TeacherFile, **changes: Any) -> SchoolOrder:
        out = tmp_path / "out"
        out.mkdir(exist_ok=True)
        spool = out / "school.jsonl"
        spool.write_text("".join(f"{one.model_dump_json()}\n" for one in teachers), "utf-8")
        values: dict[str, Any] = {
            "out": out, "name": "Data SMPN 1", "form": form, "spool": spool,
            "teachers": len(teachers), "files": 1, "bytes": 1000, "tables": (TABLE,),
            "facts": (
                Fact(label="Sekolah", value="=SMPN 1"),
                Fact(label="Dibuat", value="2026-07-06T10:00:00", kind=ColumnKind.MOMENT),
            ),
            "texts": TEXTS, "school_texts": school_texts(Words("id")),
        }  # fmt: skip
        return SchoolOrder(**(values | changes))

    return an_order


def unheard(done: int, of: int) -> None:
    """Take no notice of progress."""


# ---------------------------------------------------------------- XLSX


def book_of(order: SchoolOrder, tmp_path: Path) -> Any:
    path = tmp_path / "book.xlsx"
    write_school_book(order, path)
    return load_workbook(path)


def test_cells_are_numbers_days_and_texts(
    order: Callable[..., SchoolOrder], tmp_path: Path
) -> None:
    row = (NIP, "Rina", 48, "2026-08-12", "2026-08-12T07:30:00")
    book = book_of(order(SchoolForm.XLSX, a_teacher(1, "Rina", rows=[row])), tmp_path)
    assert book.sheetnames == ["Guru a b", "Info"]
    sheet = book["Guru a b"]
    nip, name, points, day, moment = sheet[2]
    assert (nip.value, nip.data_type, nip.number_format) == (NIP, "s", "@")
    assert name.value == "Rina"
    assert (points.value, points.data_type, points.number_format) == (48, "n", "0")
    assert day.is_date
    assert day.value == datetime(2026, 8, 12)  # noqa: DTZ001 - a date in a sheet has no zone
    assert day.number_format == "dd/mm/yyyy"
    assert moment.value == datetime(2026, 8, 12, 7, 30)  # noqa: DTZ001
    assert moment.number_format == "dd/mm/yyyy hh:mm"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:E2"
    assert sheet.column_dimensions["A"].width == 22
    assert sheet["A1"].font.bold
    assert book["Info"]["B3"].is_date


def test_an_empty_table_keeps_its_headings(
    order: Callable[..., SchoolOrder], tmp_path: Path
) -> None:
    sheet = book_of(order(SchoolForm.XLSX), tmp_path)["Guru a b"]
    assert [cell.value for cell in sheet[1]] == ["NIP", "Nama", "Poin", "Tanggal", "Dikirim"]
    assert sheet.auto_filter.ref == "A1:E1"


@pytest.mark.parametrize("text", [*HOSTILE, "\x00\x0b\ud800", "a" * 40_000, "\u202egnp.exe"])
def test_nothing_that_people_write_is_a_formula(
    text: str, order: Callable[..., SchoolOrder], tmp_path: Path
) -> None:
    text = text.encode("utf-8", "replace").decode()
    row = (text, text, None, None, None)
    made = order(SchoolForm.XLSX, a_teacher(1, "Rina", rows=[row]))
    book = book_of(made, tmp_path)
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert all(cell.hyperlink is None for cell in cells)
    if text in HOSTILE:
        assert book["Guru a b"]["A2"].value.strip() == text.strip()
        assert book["Guru a b"]["A2"].quotePrefix
    with zipfile.ZipFile(tmp_path / "book.xlsx") as parts:
        sheets = [parts.read(one) for one in parts.namelist() if "worksheets" in one]
    assert not any(b"<f>" in one or b"<f " in one for one in sheets)


# ---------------------------------------------------------------- CSV


@pytest.mark.parametrize("text", HOSTILE)
async def test_csv_marks_what_may_become_a_formula(
    text: str, order: Callable[..., SchoolOrder], tmp_path: Path
) -> None:
    from conversations.papers.csv_files import write_csv_files

    row = (NIP, text, -5, "2026-08-12", None)
    made = order(SchoolForm.CSV, a_teacher(1, "Rina", rows=[row]))
    paths = write_csv_files(made, tmp_path / "csv")
    assert [one.name for one in paths] == ["Guru [a b].csv", "Info.csv"]
    data = paths[0].read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert lines[1] == [NIP, f"'{text}", "-5", "2026-08-12", ""]


async def test_csv_files_come_in_one_archive(order: Callable[..., SchoolOrder]) -> None:
    row = (NIP, 'Rina; "Wati"\nS.Pd.', 48, None, None)
    (made,) = await make(order(SchoolForm.CSV, a_teacher(1, "R", rows=[row])), unheard)
    assert made.name == "Data SMPN 1 CSV.zip"
    with zipfile.ZipFile(made.path) as packed:
        text = packed.read("Guru [a b].csv").decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert lines[1][1] == 'Rina; "Wati"\nS.Pd.'


# ---------------------------------------------------------------- ZIP


def contents(made: Made) -> list[str]:
    with zipfile.ZipFile(made.path) as packed:
        assert packed.testzip() is None
        return packed.namelist()


NAMES = ["../../etc/passwd", "🙂🎉", "x" * 300, "Ani", "Ani", "CON", "a/b\\c:d*?", "نور \u202e"]


async def test_names_of_folders_are_sane_and_never_the_same(
    order: Callable[..., SchoolOrder], drawer: Drawer
) -> None:
    photo = drawer.photo(a_plain("red"))
    teachers = [
        a_teacher(at, name, a_chapter(1, a_piece(1, photo), title=name))
        for at, name in enumerate(NAMES, start=1)
    ]
    (made,) = await make(order(SchoolForm.ZIP, *teachers, files=len(NAMES)), unheard)
    names = contents(made)
    assert names[0] == "00 Data sekolah.xlsx"
    assert names[-1] == "00 Daftar isi.xlsx"
    folders = {name.partition("/")[0] for name in names[1:-1]}
    assert len(folders) == len(NAMES)
    assert len(set(names)) == len(names)
    for name in names:
        assert not name.startswith("/")
        parts = name.split("/")
        assert ".." not in parts
        for part in parts:
            assert len(part.encode()) <= LONGEST + 8
            assert not set(part) & set('<>:"\\|?*\u202e')
    assert sum(name.endswith(".jpg") for name in names) == len(NAMES)
    assert sum(name.endswith(".pdf") for name in names) == len(NAMES)


async def test_parts_hold_whole_teachers_and_stay_below_the_limit(
    order: Callable[..., SchoolOrder], drawer: Drawer
) -> None:
    """One teacher is larger than a part and is divided; nobody else is."""
    noise = [drawer.put(bytes([at]) * 60_000, JPEG, f"{at}.jpg") for at in range(12)]
    lost = noise[0].model_copy(update={"path": noise[0].path.with_name("gone")})

    def proves(number: int, name: str, files: Sequence[Any]) -> TeacherFile:
        pieces = [a_piece(at, one) for at, one in enumerate(files, start=1)]
        return a_teacher(number, name, a_chapter(1, *pieces))

    teachers = [
        proves(1, "Ani", noise[:2]),
        proves(2, "Budi", noise[2:4]),
        proves(3, "Citra", [*noise[:10]]),
        a_teacher(4, "Dewi"),
        proves(5, "Eko", [lost, noise[11]]),
    ]
    limit = 460_000
    made = await make(order(SchoolForm.ZIP, *teachers, files=16, most_bytes=limit), unheard)
    assert len(made) > 2
    where: dict[str, set[int]] = {}
    for at, one in enumerate(made, start=1):
        assert one.path.stat().st_size <= limit
        assert one.name == f"Data SMPN 1 bagian {at} dari {len(made)}.zip"
        for name in contents(one):
            where.setdefault(name.partition("/")[0], set()).add(at)
    assert where["00 Daftar isi.xlsx"] == set(range(1, len(made) + 1))
    assert where["00 Data sekolah.xlsx"] == {1}
    assert len(where["003 Citra"]) > 1
    assert [len(where[name]) for name in ("001 Ani", "002 Budi", "005 Eko")] == [1, 1, 1]
    with zipfile.ZipFile(made[-1].path) as packed:
        index = load_workbook(io.BytesIO(packed.read("00 Daftar isi.xlsx"))).active
    assert index is not None
    rows = list(index.values)
    assert rows[0] == ("No.", "NIP", "Guru", "Folder", "Bagian", "Jumlah berkas", "Ukuran (kB)")
    assert [row[2] for row in rows[1:]] == ["Ani", "Budi", "Citra", "Dewi", "Eko"]
    assert rows[4][3:6] == (None, None, 0)
    parts = {int(part) for part in str(rows[3][4]).split(", ")}
    assert parts == where["003 Citra"]
    assert [(one.name, one.why) for one in made[0].left_out] == [
        ("Eko, 1: 0.jpg", Why.MISSING),
    ]
    assert "Ani" in made[0].holds


async def test_official_papers_and_answers_lie_beside_the_evidence(
    order: Callable[..., SchoolOrder], drawer: Drawer, tmp_path: Path
) -> None:
    photo = drawer.photo(a_plain("red"))
    skp = an_skp(tmp_path, some_facts(1, 1))
    only_papers = a_teacher(1, "Ani").model_copy(update={"skp": skp})
    everything = a_teacher(2, "Budi", a_chapter(1, a_piece(1, photo))).model_copy(
        update={
            "skp": skp.model_copy(update={"name": "SKP - ../Budi"}),
            "answers": (
                PackedFile(place="Laporan/01 Refleksi.jpg", path=photo.path),
                PackedFile(place="Laporan/02 Hilang.jpg", path=photo.path.with_name("gone")),
            ),
            "notes": (Document(place="Laporan/03 Pesan.txt", text="Di Telegram – 🎤\n"),),
        }
    )
    many = {"recap": a_recap(tmp_path, 2), "skps": 2, "files": 3}
    told: list[tuple[int, int]] = []
    (made,) = await make(
        order(SchoolForm.ZIP, only_papers, everything, **many),
        lambda done, of: told.append((done, of)),
    )
    assert contents(made) == [
        "00 Data sekolah.xlsx",
        "00 Rekap.pdf",
        "001 Ani/SKP - Rina Wati, S.Pd. - 2026-2.pdf",
        "002 Budi/SKP - .. Budi.pdf",
        "002 Budi/Portofolio Bukti Kinerja - Budi.pdf",
        "002 Budi/Bukti/01 Pelatihan mandiri/01 Sertifikat 2026-08-12.jpg",
        "002 Budi/Laporan/01 Refleksi.jpg",
        "002 Budi/Laporan/03 Pesan.txt",
        "00 Daftar isi.xlsx",
    ]
    assert told[-1] == (20, 20)
    assert [(one.name, one.why) for one in made.left_out] == [
        ("Budi: Laporan/02 Hilang.jpg", Why.MISSING),
    ]
    with zipfile.ZipFile(made.path) as packed:
        assert packed.read("002 Budi/Laporan/03 Pesan.txt").decode() == "Di Telegram – 🎤\n"
        papers = [packed.read(one) for one in contents(made)[1:4]]
    assert [one.sha256 for one in made.coded] == [sha256(one).hexdigest() for one in papers]
    assert {one.code for one in made.coded} == {CODE}
    # For the operator's disk it is the same.
    again = order(SchoolForm.FOLDER, only_papers, everything, **many)
    (book,) = await make(again, unheard)
    found = {str(one.relative_to(again.out)) for one in again.out.rglob("*") if one.is_file()}
    assert {one for one in contents(made) if one != "00 Daftar isi.xlsx"} <= found
    assert [one.sha256 for one in book.coded] == [one.sha256 for one in made.coded]


async def test_progress_grows_to_its_end(
    order: Callable[..., SchoolOrder], drawer: Drawer
) -> None:
    photo = drawer.photo(a_plain("red"))
    told: list[tuple[int, int]] = []
    teachers = [
        a_teacher(at, f"Guru {at}", a_chapter(1, a_piece(1, photo), a_piece(2, photo)))
        for at in (1, 2)
    ]
    await make(order(SchoolForm.ZIP, *teachers, files=4), lambda done, of: told.append((done, of)))
    assert told[-1] == (6, 6)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


async def test_without_room_nothing_is_made(order: Callable[..., SchoolOrder]) -> None:
    with pytest.raises(NotMade) as refused:
        await make(order(SchoolForm.ZIP, a_teacher(1, "Rina"), bytes=10**18), unheard)
    assert refused.value.reason is Refusal.NO_ROOM


# ---------------------------------------------------------------- words


@pytest.mark.parametrize("ruleset", ["pmm-2024", "ruang-gtk-2025"])
def test_tables_follow_the_rule_set(ruleset: str) -> None:
    tables = tables_for(Words("id"), [load_ruleset(ruleset)])
    names = [one.name for one in tables]
    assert ("Rencana RHK" in names) == (ruleset == "pmm-2024")
    assert ("Rencana lain" in names) == (ruleset != "pmm-2024")
    assert names[0] == "Guru"
    assert {"Tugas tambahan", "Perilaku kerja", "Bukti dukung"} <= set(names)
    assert ("Dokumen akuntabilitas" in names) == (ruleset != "pmm-2024")
    assert names[-5:] == ["Observasi", "Hasil observasi", "Laporan", "Isi laporan", "Penilaian"]
    for one in tables:
        titles = [column.title for column in one.columns]
        assert len(set(titles)) == len(titles), one.name
    assert json.loads(tables[0].model_dump_json())["name"] == "Guru"


def test_a_day_is_told_in_the_zone_of_the_school() -> None:
    from zoneinfo import ZoneInfo

    from conversations.papers.rows import day_at

    late = datetime(2026, 7, 6, 17, 0, tzinfo=UTC)
    assert day_at(late, ZoneInfo("Asia/Jayapura")) == date(2026, 7, 7).isoformat()


@pytest.mark.parametrize("ruleset", ["pmm-2024", "ruang-gtk-2025"])
def test_every_row_has_a_cell_for_each_column(ruleset: str) -> None:
    """Whatever steps a rule set has, and whatever a school has corrected since."""
    rules = load_ruleset(ruleset)
    full = _a_plan_with_everything(rules)
    member = Member(id=1, school_id=1, name="=Rina", nip=NIP, roles=1, created_at=NOW)
    school = School(
        id=1, npsn="00304567", name="SMPN 1", timezone="Asia/Jakarta", ruleset=rules.id,
        created_at=NOW,
    )  # fmt: skip
    dossier = Dossier(member, full)
    ordered = tuple(ordered_pieces(rules, full, []))
    files = FileStore(Path("files"))
    chapters = chapters_of(Words("id"), files, rules, ordered, {})
    teacher = Teacher(1, dossier, rules, ordered, tuple([] for _ in chapters), chapters, {}, {})
    unused = unused_columns([rules])
    rows = rows_of(Words("id"), school, teacher, unused)
    widths = {one.id: len(one.columns) for one in tables_for(Words("id"), [rules])}
    assert {len(row) for name in rows for row in rows[name]} <= set(widths.values())
    for name, some in rows.items():
        assert {len(row) for row in some} <= {widths[name]}, name
    told = {name: len(some) for name, some in rows.items()}
    assert told["teachers"] == 1
    assert told["duties"] == 2
    assert told["behaviours"] == 2
    (choices,) = [rows.get("choices", ())]
    assert len(choices) == (0 if rules.points else 3)
    (summary,) = rows["teachers"]
    assert summary[1:4] == (NIP, "=Rina", "00304567")
    head = [column.title for one in tables_for(Words("id"), [rules]) for column in one.columns]
    assert any("poin" in one.casefold() for one in head) == (rules.points is not None)
    assert told.get("documents", 0) == len(rules.accountability_documents)


def _a_plan_with_everything(rules: RuleSet) -> FullPlan:
    """Choose the first two of each step's list, own words, and a code that is no more."""
    plan = Plan(
        id=1, school_id=1, member_id=1, period=rules.period_at(NOW.date()).id, ruleset=rules.id,
        ruleset_version=rules.version, created_at=NOW, changed_at=NOW,
    )  # fmt: skip
    entries = []
    for step in rules.steps:
        codes = [one.code for one in rules.choices(step)][:1] or ["own1"]
        if step.kind is StepKind.BEHAVIOURS:
            codes = [rules.behaviours[0].guides[0].code]
        if step.kind in (StepKind.BEHAVIOURS, StepKind.DUTIES, StepKind.ITEMS):
            codes.append("GONE-99")
        for code in codes:
            text = "=Kata sendiri" if code == "own1" else ""
            entries.append(PlanEntry(plan_id=1, step=step.id, code=code, text=text))
    return FullPlan(plan, entries)
