"""Roster files: what people's spreadsheets really send, good and bad."""

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import Workbook

from storage.rosters import (
    BYTES_MAX,
    NAME_MAX,
    ROWS_MAX,
    Roster,
    RosterError,
    RosterProblem,
    RosterProblemCode,
    RosterRow,
    clean_name,
    read_roster,
)

Code = RosterProblemCode
RINA = "198503172010012005"
BUDI = "197911022005011003"


def table(*lines: str, header: str = "nama,nip,peran") -> bytes:
    return "\n".join([header, *lines]).encode()


def read(*lines: str, header: str = "nama,nip,peran") -> Roster:
    return read_roster(table(*lines, header=header), "guru.csv")


def problems(data: bytes, filename: str = "guru.csv") -> list[RosterProblem]:
    with pytest.raises(RosterError) as caught:
        read_roster(data, filename)
    return list(caught.value.problems)


def workbook(
    *rows: tuple[str | float | None, ...], change: Callable[[Workbook], None] | None = None
) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if change:
        change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


HEADER = ("nama", "nip", "peran")


# ---------------------------------------------------------------- good files


def test_a_plain_roster() -> None:
    roster = read(
        f"Rina Wati,{RINA},guru",
        f"Budi Santoso,{BUDI},guru+kepala sekolah",
        "Sari,,operator",
    )
    assert roster.rows == (
        RosterRow(2, "Rina Wati", RINA, frozenset({"teacher"})),
        RosterRow(3, "Budi Santoso", BUDI, frozenset({"teacher", "principal"})),
        RosterRow(4, "Sari", None, frozenset({"operator"})),
    )


EXPECTED = (RosterRow(2, "Ñuraini Wé", RINA, frozenset({"teacher", "coach"})),)
TEXT = f"nama;nip;peran\r\nÑuraini Wé;{RINA};guru+guru penggerak\r\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_encodings(encoding: str) -> None:
    assert read_roster(TEXT.encode(encoding), "Guru.CSV").rows == EXPECTED


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(separator: str, line_end: str) -> None:
    text = TEXT.replace(";", separator).replace("\r\n", line_end)
    assert read_roster(text.encode(), "guru.csv").rows == EXPECTED


def test_the_first_line_may_name_the_separator() -> None:
    rows = read_roster(b"sep=;\r\n" + TEXT.encode(), "guru.csv").rows
    assert [(row.line, row.name) for row in rows] == [(3, "Ñuraini Wé")]


def test_columns_in_any_order_and_case_with_others_between() -> None:
    roster = read(f'guru,"Wati, Rina",7A,{RINA},x', header=" PERAN ,Nama ,Kelas,\ufeffNIP,")
    assert roster.rows == (RosterRow(2, "Wati, Rina", RINA, frozenset({"teacher"})),)


def test_empty_lines_and_short_lines() -> None:
    roster = read("", ",,", f"Rina,{RINA},guru", "", "Sari,,tu", ",,,", header="nama,nip,peran,x")
    assert [(row.line, row.name) for row in roster.rows] == [(4, "Rina"), (6, "Sari")]


def test_a_name_over_two_lines_keeps_the_line_numbers() -> None:
    roster = read('"Rina\nWati",,guru', "Sari,,guru")
    assert [(row.line, row.name) for row in roster.rows] == [(2, "Rina Wati"), (4, "Sari")]


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("guru", {"teacher"}),
        ("Teacher", {"teacher"}),
        ("KEPSEK", {"principal"}),
        ("kepala  sekolah", {"principal"}),
        ("Principal + Guru", {"principal", "teacher"}),
        ("guru penggerak", {"coach"}),
        ("coach+pendamping", {"coach"}),
        ("operator + TU +", {"operator"}),
        ("guru+kepala sekolah+coach+operator", {"teacher", "principal", "coach", "operator"}),
    ],
)
def test_roles(text: str, roles: set[str]) -> None:
    assert read(f"Rina,,{text}").rows[0].roles == roles


@pytest.mark.parametrize(
    "nip",
    [RINA, "19850317 201001 2 005", f"'{RINA}", f" {RINA}\u00a0", f"\u200b{RINA}"],
)
def test_nips_people_type(nip: str) -> None:
    assert read(f"Rina,{nip},guru").rows[0].nip == RINA


@pytest.mark.parametrize("nip", ["", "-", "–", " "])
def test_no_nip(nip: str) -> None:
    assert read(f"Rina,{nip},guru").rows[0].nip is None


def test_a_workbook() -> None:
    data = workbook(
        (None, None, None),
        ("Peran", "NIP", "Nama", "Umur"),
        ("guru", RINA, "Rina", 40),
        (None, None, None, None),
        ("kepsek+guru", BUDI, "Budi <b>", 50),
    )
    assert read_roster(data, "guru.XLSX").rows == (
        RosterRow(3, "Rina", RINA, frozenset({"teacher"})),
        RosterRow(5, "Budi <b>", BUDI, frozenset({"teacher", "principal"})),
    )


def test_the_first_sheet_that_holds_anything_counts() -> None:
    def add_sheet(book: Workbook) -> None:
        sheet = book.create_sheet("Guru")
        sheet.append(HEADER)
        sheet.append(("Rina", None, "guru"))

    assert len(read_roster(workbook(change=add_sheet), "guru.xlsx").rows) == 1


def test_two_thousand_people_fit() -> None:
    lines = [f"Guru {number},{198000000000000000 + number},guru" for number in range(1, 1000)]
    lines += [f"Guru Honorer {number},,guru" for number in range(1001)]
    assert len(read(*lines).rows) == ROWS_MAX


# ---------------------------------------------------------------- bad files


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b" \n\n ", b",,\n,,\n"])
def test_an_empty_file(data: bytes) -> None:
    assert problems(data) == [RosterProblem(None, Code.EMPTY_FILE)]


def test_an_empty_workbook() -> None:
    assert problems(workbook(), "guru.xlsx") == [RosterProblem(None, Code.EMPTY_FILE)]


@pytest.mark.parametrize(
    ("data", "filename"),
    [
        (table(), "guru.csv"),
        (table("", ",,"), "guru.csv"),
        (table(",,,kelas 7", header="nama,nip,peran,kelas"), "guru.csv"),
        (workbook(HEADER), "guru.xlsx"),
    ],
)
def test_no_rows(data: bytes, filename: str) -> None:
    assert problems(data, filename) == [RosterProblem(None, Code.NO_ROWS)]


@pytest.mark.parametrize("count", [ROWS_MAX + 1, 10_000])
def test_too_many_rows(count: int) -> None:
    lines = [f"Guru {number},,guru" for number in range(count)]
    expected = [RosterProblem(None, Code.TOO_MANY_ROWS, str(count))]
    assert problems(table(*lines)) == expected


def test_ten_thousand_rows_in_a_workbook() -> None:
    rows = [(f"Guru {number}", None, "guru") for number in range(10_000)]
    assert problems(workbook(HEADER, *rows), "guru.xlsx") == [
        RosterProblem(None, Code.TOO_MANY_ROWS, "10000")
    ]


def test_missing_columns() -> None:
    assert problems(table("Rina,1", header="name,nip")) == [
        RosterProblem(None, Code.MISSING_COLUMN, "nama"),
        RosterProblem(None, Code.MISSING_COLUMN, "peran"),
    ]


def test_a_column_twice() -> None:
    assert problems(table("Rina,1,guru,2", header="nama,nip,peran,NIP")) == [
        RosterProblem(None, Code.DUPLICATE_COLUMN, "nip")
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (f",{RINA},guru", RosterProblem(2, Code.NAME_MISSING)),
        (f" ,{RINA},guru", RosterProblem(2, Code.NAME_MISSING)),
        (f"{'A' * 200},{RINA},guru", RosterProblem(2, Code.NAME_TOO_LONG, "200")),
        ("🌸🌸,,guru", RosterProblem(2, Code.NAME_INVALID, "🌸🌸")),
        ("\u200b\u202e,,guru", RosterProblem(2, Code.NAME_INVALID, "")),
        ("123,,guru", RosterProblem(2, Code.NAME_INVALID, "123")),
        ("Rina,12345,guru", RosterProblem(2, Code.NIP_INVALID, "12345")),
        ("Rina,19850317201001200A,guru", RosterProblem(2, Code.NIP_INVALID, "19850317201001200A")),
        ("Rina,１９８５,guru", RosterProblem(2, Code.NIP_INVALID, "１９８５")),
        ("Rina,1.98503E+17,guru", RosterProblem(2, Code.NIP_ROUNDED, "1.98503E+17")),
        ('Rina,"1,98503E+17",guru', RosterProblem(2, Code.NIP_ROUNDED, "1,98503E+17")),
        (
            "Rina,198503172010012000,guru",
            RosterProblem(2, Code.NIP_ROUNDED, "198503172010012000"),
        ),
        ("Rina,,", RosterProblem(2, Code.ROLE_MISSING)),
        ("Rina,", RosterProblem(2, Code.ROLE_MISSING)),
        ("Rina,,+", RosterProblem(2, Code.ROLE_MISSING)),
        ("Rina,,guru+satpam", RosterProblem(2, Code.ROLE_UNKNOWN, "satpam")),
        ("=HYPERLINK(),,guru", RosterProblem(2, Code.FORMULA, "nama")),
        ('Rina,"=""198503172010012005""",guru', RosterProblem(2, Code.FORMULA, "nip")),
    ],
)
def test_a_wrong_line(line: str, problem: RosterProblem) -> None:
    assert problems(table(line)) == [problem]


def test_formulas_elsewhere_do_not_matter() -> None:
    assert read("Rina,,guru,=1+1", header="nama,nip,peran,x").rows[0].name == "Rina"


def test_formulas_and_errors_in_a_workbook() -> None:
    data = workbook(HEADER, ('="Rina"', None, "guru"), ("Sari", "#N/A", "=A1"))
    assert problems(data, "guru.xlsx") == [
        RosterProblem(2, Code.FORMULA, "nama"),
        RosterProblem(3, Code.FORMULA, "nip"),
        RosterProblem(3, Code.FORMULA, "peran"),
    ]


@pytest.mark.parametrize("number", [1.98503172010012e17, 198503172010012000])
def test_numbers_that_lost_digits(number: float) -> None:
    found = problems(workbook(HEADER, ("Rina", number, "guru")), "guru.xlsx")
    assert [(each.line, each.code) for each in found] == [(2, Code.NIP_ROUNDED)]


def test_merged_cells() -> None:
    def merge(book: Workbook) -> None:
        book.worksheets[0].merge_cells("C2:C3")

    data = workbook(HEADER, ("Rina", None, "guru"), ("Sari", None, None), change=merge)
    assert problems(data, "guru.xlsx") == [RosterProblem(None, Code.MERGED_CELLS, "C2:C3")]


def test_duplicates_name_the_line_before() -> None:
    found = problems(
        table(
            f"Rina,{RINA},guru",
            f"Rina Wati,{RINA[:8]} {RINA[8:]},guru",
            "Sari,,guru",
            "SARI ,-,operator",
            f"Budi,{BUDI},guru",
            "Budi,,guru",
            f"Rina,{RINA},satpam",
        )
    )
    assert found == [
        RosterProblem(3, Code.DUPLICATE_NIP, "2"),
        RosterProblem(5, Code.DUPLICATE_NAME, "4"),
        RosterProblem(8, Code.ROLE_UNKNOWN, "satpam"),
        RosterProblem(8, Code.DUPLICATE_NIP, "2"),
    ]


def test_rounded_nips_are_not_called_duplicates() -> None:
    found = problems(table("Rina,1.98E+17,guru", "Sari,1.98E+17,guru"))
    assert {each.code for each in found} == {Code.NIP_ROUNDED}


def test_all_problems_come_at_once_in_order() -> None:
    found = problems(table(",123,satpam", "Rina,,guru", "🌸,,"))
    assert [(each.line, each.code) for each in found] == [
        (2, Code.NAME_MISSING),
        (2, Code.NIP_INVALID),
        (2, Code.ROLE_UNKNOWN),
        (4, Code.NAME_INVALID),
        (4, Code.ROLE_MISSING),
    ]


def test_the_message_for_the_log() -> None:
    with pytest.raises(RosterError, match=r"^line 2: role_unknown satpam$"):
        read("Rina,,satpam")


# ---------------------------------------------------------------- not what the name says


def archive(**entries: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries.items():
            packed.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "filename", "looks"),
    [
        (workbook(HEADER), "guru.csv", "xlsx"),
        (archive(a=b"x"), "guru.csv", "zip"),
        (archive(a=b"x"), "guru.xlsx", "zip"),
        (b"%PDF-1.7", "guru.csv", "pdf"),
        (b"MZ\x90\x00\x03", "guru.csv", "exe"),
        (b"\xd0\xcf\x11\xe0\xa1", "guru.xlsx", "xls"),
        (b"\xff\xd8\xff\xe0", "guru.csv", "image"),
        (b"<table>", "guru.csv", "markup"),
        (table("Rina,,guru"), "guru.xlsx", "text"),
        (table("Rina,,guru"), "guru.pdf", "text"),
        (table("Rina,,guru"), "guru", "text"),
        (b"nama\x00nip\x00peran\x00\x01\x02", "guru.csv", "binary"),
        (b"nama,nip,peran\n\x01\xe9,,guru", "guru.csv", "binary"),
        (workbook(HEADER)[:-40], "guru.xlsx", "broken"),
        (archive(**{"xl/workbook.xml": b"<a"}), "guru.xlsx", "broken"),
        (archive(**{"xl/workbook.xml": b"<a/>", "[Content_Types].xml": b""}), "g.xlsx", "broken"),
        (b'nama,nip,peran\n"' + b"x" * 200_000, "guru.csv", "text"),
    ],
)
def test_content_that_is_not_a_roster(data: bytes, filename: str, looks: str) -> None:
    found = problems(data, filename)
    assert [(each.code, each.detail) for each in found] == [(Code.NOT_A_ROSTER, looks)]


def test_text_in_no_known_encoding() -> None:
    assert problems(b"nama,nip,peran\n\x81\x8d,,guru") == [RosterProblem(None, Code.ENCODING)]


def test_a_large_file_is_not_opened() -> None:
    size = BYTES_MAX + 1
    assert problems(b"x" * size) == [RosterProblem(None, Code.TOO_LARGE, str(size))]


def test_a_zip_bomb_is_not_unpacked() -> None:
    bomb = archive(**{"xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": b"0" * 50_000_000})
    assert len(bomb) < 100_000
    found = problems(bomb, "guru.xlsx")
    assert [(each.code, each.detail) for each in found] == [(Code.TOO_LARGE, "50000000")]


def test_an_archive_of_very_many_files_is_not_unpacked() -> None:
    many = archive(**{f"xl/{number}": b"" for number in range(1_001)}, **{"xl/workbook.xml": b""})
    assert [each.code for each in problems(many, "guru.xlsx")] == [Code.TOO_LARGE]


def with_sheet_changed(pattern: bytes, replacement: bytes) -> bytes:
    """Return a workbook whose first sheet's XML was changed by hand."""
    entries: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(workbook(HEADER, ("Rina", None, "guru")))) as packed:
        entries = {name: packed.read(name) for name in packed.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    changed = re.sub(pattern, replacement, entries[sheet], count=1)
    assert changed != entries[sheet]
    return archive(**entries | {sheet: changed})


def test_a_row_far_below_does_not_hang() -> None:
    data = with_sheet_changed(rb'<row r="2"', b'<row r="999999999999"')
    found = problems(data, "guru.xlsx")
    assert [each.code for each in found] == [Code.TOO_MANY_ROWS]


def test_a_cell_far_to_the_right_does_not_hang() -> None:
    data = with_sheet_changed(rb'r="A2"', b'r="XFD2"')
    assert problems(data, "guru.xlsx")


def test_entities_in_a_workbook_are_not_expanded() -> None:
    data = with_sheet_changed(rb"^", b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>')
    found = problems(data, "guru.xlsx")
    assert [(each.code, each.detail) for each in found] == [(Code.NOT_A_ROSTER, "broken")]


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx", "a.txt"]))
@example(b'"', "a.csv")
@example(b"sep=,\n", "a.csv")
@example(b"\xff\xfe", "a.csv")
@example(b"\xff\xfex", "a.csv")
@example(b"PK\x03\x04xl/workbook.xml", "a.xlsx")
def test_no_bytes_crash_the_reader(data: bytes, filename: str) -> None:
    with pytest.raises(RosterError):
        read_roster(data, filename)


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("  Rina \t Wati\n", "Rina Wati"),
        ("<b>Rina</b> & Co", "<b>Rina</b> & Co"),
        ("Nur'aini Ma\u2019ruf", "Nur'aini Ma\u2019ruf"),
        ("Drs. H. Ahmad, M.Pd.", "Drs. H. Ahmad, M.Pd."),
        ("عبد الله", "عبد الله"),
        ("ᬩᬮᬶ 李", "ᬩᬮᬶ 李"),
        ("Rina 🌸", "Rina 🌸"),
        ("Jose\u0301", "José"),
        ("Ri\u200bna\u200d \u202eWati\u202c\ufeff", "Rina Wati"),
        ("Rina\x00\x1b[1mWati", "Rina [1mWati"),
        ("A" * NAME_MAX, "A" * NAME_MAX),
        ("A" * (NAME_MAX + 1), None),
        ("🌸🌸", None),
        ("👩\u200d🏫", None),
        ("\u3164\u2800", None),
        ("\u200b", None),
        ("12345", None),
        ("...", None),
        ("", None),
    ],
)
def test_clean_names(raw: str, name: str | None) -> None:
    assert clean_name(raw) == name


@given(st.text(max_size=150))
def test_a_clean_name_stays_as_it_is(raw: str) -> None:
    name = clean_name(raw)
    if name is not None:
        assert clean_name(name) == name
        assert 0 < len(name) <= NAME_MAX
        assert name == name.strip()
        name.encode()
