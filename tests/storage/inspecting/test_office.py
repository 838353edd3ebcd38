"""Office documents: what may come in, and what is refused."""

import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from storage.inspecting import Why
from tests.storage.inspecting.conftest import Inspect, Refuse
from tests.storage.inspecting.made import (
    MAIN,
    certificate,
    coded,
    compound,
    content_types,
    office,
    relationships,
    zipped,
)

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
PROGRAM = b"MZ\x90\0" + bytes(200) + b"This program cannot be run in DOS mode."


def workbook() -> bytes:
    book = Workbook()
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_an_office_document_comes_in_as_it_is(inspected: Inspect, path: Path, kind: str) -> None:
    content = office(kind)
    found = inspected(content)
    assert (found.media_type, found.size) == (TYPES[kind], len(content))
    assert found.sha256 == found.original_sha256
    assert (found.pages, found.look, found.complaints) == (0, "", ())
    assert path.read_bytes() == content


def test_a_workbook_by_a_well_known_library_comes_in(inspected: Inspect) -> None:
    assert inspected(workbook()).media_type == TYPES["xlsx"]


def test_a_document_with_pictures_formulas_and_a_sheet_in_it_comes_in(inspected: Inspect) -> None:
    more: dict[str, bytes | str] = {
        "word/media/image1.jpeg": coded(certificate(width=400)),
        "word/embeddings/Microsoft_Excel_Sheet1.xlsx": workbook(),
        "word/embeddings/oleObject1.bin": compound("Equation Native"),
        "word/_rels/document.xml.rels": relationships(
            ("hyperlink", "https://guru.kemdikbud.go.id", "External"),
            ("image", "media/image1.jpeg", ""),
        ),
        "word/_rels/settings.xml.rels": relationships(
            ("attachedTemplate", "file:///C:\\Users\\guru\\Templates\\Normal.dotm", "External")
        ),
    }
    assert inspected(office(more=more)).media_type == TYPES["docx"]


def test_the_main_part_may_be_declared_by_its_ending(inspected: Inspect) -> None:
    part, main_type = MAIN["xlsx"]
    types = content_types("xl/styles.xml", "application/xml").replace(
        'Extension="xml" ContentType="application/xml"',
        f'Extension="xml" ContentType="{main_type}"',
    )
    assert inspected(office("xlsx", {"[Content_Types].xml": types})).media_type == TYPES["xlsx"]
    shouted = content_types(part.upper(), main_type)
    assert inspected(office("xlsx", {"[Content_Types].xml": shouted})).media_type == TYPES["xlsx"]


# ---------------------------------------------------------------- macros, passwords, old kinds


@pytest.mark.parametrize("kind", sorted(MAIN))
def test_documents_with_macros_are_refused(refused: Refuse, kind: str) -> None:
    part, usual = MAIN[kind]
    macro_type = usual.replace("vnd.openxmlformats-officedocument", "vnd.ms-office").replace(
        ".main+xml", ".macroEnabled.main+xml"
    )
    assert refused(office(kind, main_type=macro_type)) == Why.MACROS
    assert refused(office(kind, {f"{part.split('/')[0]}/vbaProject.bin": "x"})) == Why.MACROS
    declared = '<Override PartName="/a.bin" ContentType="application/vnd.ms-office.vbaProject"/>'
    assert refused(office(kind, {"a.bin": "x"}, types=declared)) == Why.MACROS


def test_macro_sheets_and_active_controls_are_refused(refused: Refuse) -> None:
    for kind in ("application/vnd.ms-excel.macrosheet+xml", "application/vnd.ms-office.activeX"):
        declared = f'<Override PartName="/x" ContentType="{kind}"/>'
        assert refused(office("xlsx", types=declared)) == Why.MACROS


def test_macros_in_an_embedded_sheet_are_refused(refused: Refuse) -> None:
    sheet = office("xlsx", {"xl/vbaProject.bin": "x"})
    assert refused(office(more={"word/embeddings/Sheet1.xlsx": sheet})) == Why.MACROS


def test_a_document_behind_a_password_is_refused(refused: Refuse) -> None:
    assert refused(compound("EncryptionInfo", "EncryptedPackage")) == Why.ENCRYPTED


@pytest.mark.parametrize("name", ["WordDocument", "Workbook", "Book", "PowerPoint Document"])
def test_documents_of_old_are_refused_with_a_way_out(refused: Refuse, name: str) -> None:
    assert refused(compound("Root Entry", name)) == Why.OLD_OFFICE


def test_other_compound_files_are_unknown(refused: Refuse) -> None:
    assert refused(compound("Root Entry", "__properties_version1.0")) == Why.UNKNOWN


def test_open_documents_are_refused_with_a_way_out(refused: Refuse) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<a/>")
    assert refused(file.getvalue()) == Why.OLD_OFFICE


def test_templates_are_unknown(refused: Refuse) -> None:
    template = MAIN["docx"][1].replace("document.main", "template.main")
    assert refused(office(main_type=template)) == Why.UNKNOWN


def test_other_archives_are_refused(refused: Refuse) -> None:
    assert refused(zipped({"foto.jpg": "x"})) == Why.ARCHIVE
    assert refused(zipped({})) == Why.ARCHIVE


def test_an_app_is_no_archive(refused: Refuse) -> None:
    assert refused(zipped({"AndroidManifest.xml": "x", "classes.dex": "dex\n"})) == Why.DISGUISED


# ---------------------------------------------------------------- programs


@pytest.mark.parametrize(
    "more",
    [
        {"word/embeddings/oleObject1.bin": compound("Ole10Native") + b"undangan.exe\0"},
        {"word/embeddings/oleObject1.bin": compound("Ole10Native") + PROGRAM},
        {"word/embeddings/oleObject1.bin": compound() + bytes(300_000) + b"a.vbs\0"},
        {"word/media/image1.jpeg": PROGRAM},
        {"word/media/image1.jpeg": b"\x7fELF\x02\x01\x01"},
        {"word/media/undangan.exe": "x"},
        {"word/undangan.JS": "x"},
        {"undangan.lnk": "x"},
    ],
)
def test_programs_in_a_document_are_refused(refused: Refuse, more: dict[str, bytes | str]) -> None:
    assert refused(office(more=more)) == Why.DISGUISED


@pytest.mark.parametrize("kind", ["oleObject", "attachedTemplate", "frame"])
@pytest.mark.parametrize(
    "target",
    ["https://jahat.example/a", "\\\\jahat\\a", "file://jahat/a", "file:///\\\\jahat\\a"],
)
def test_what_is_fetched_when_opened_is_refused(refused: Refuse, kind: str, target: str) -> None:
    relations = relationships((kind, target, "External"))
    assert refused(office(more={"word/_rels/document.xml.rels": relations})) == Why.DISGUISED


def test_a_program_that_unpacks_itself_is_refused(refused: Refuse) -> None:
    assert refused(PROGRAM + office()) == Why.DISGUISED


def test_a_document_with_something_before_it_is_refused(refused: Refuse) -> None:
    assert refused(b"PK\x03\x04" + bytes(100) + office()) == Why.DISGUISED


def test_a_document_that_is_a_pdf_too_is_refused(refused: Refuse) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("%PDF-1.7", "x")
    with zipfile.ZipFile(io.BytesIO(office())) as usual, zipfile.ZipFile(file, "a") as archive:
        for name in usual.namelist():
            archive.writestr(name, usual.read(name))
    assert refused(file.getvalue()) == Why.DISGUISED


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "word/../../a.xml", "C:/a.xml", "word/a\x01.xml"]
)
def test_paths_that_lead_elsewhere_are_refused(refused: Refuse, name: str) -> None:
    assert refused(office(more={name: "x"})) == Why.DISGUISED


def test_backslashes_in_paths_are_refused(refused: Refuse) -> None:
    content = office(more={"word/aa.xml": "x"}).replace(b"word/aa.xml", b"word\\aa.xml")
    assert refused(content) == Why.DISGUISED


def test_two_members_of_one_name_are_refused(refused: Refuse) -> None:
    content = office(more={"word/document.xmk": "x"})
    assert refused(content.replace(b"document.xmk", b"document.xml")) == Why.DISGUISED


# ---------------------------------------------------------------- bombs


@pytest.mark.parametrize("part", ["[Content_Types].xml", "_rels/.rels", "word/settings.xml"])
def test_entities_are_refused(refused: Refuse, part: str) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    assert refused(office(more={part: bomb})) == Why.DISGUISED


def test_a_document_that_unpacks_to_too_much_is_refused(refused: Refuse) -> None:
    file = io.BytesIO(office())
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/a.bin", bytes(25_000_000))
    assert len(file.getvalue()) < 100_000
    assert refused(file.getvalue()) == Why.BOMB


def test_sizes_are_believed_only_to_refuse(refused: Refuse) -> None:
    content = bytearray(office(more={"word/a.xml": "x" * 5000}))
    listed = content.rindex(b"PK\x01\x02")
    content[listed + 24 : listed + 28] = struct.pack("<I", 4_000_000_000)
    assert refused(bytes(content)) == Why.BOMB
    content[listed + 24 : listed + 28] = struct.pack("<I", 10)
    assert refused(bytes(content)) == Why.BROKEN


def test_a_list_of_very_many_members_is_refused(refused: Refuse) -> None:
    members = {f"word/{number}.xml": "" for number in range(5_100)}
    assert refused(office(more=members)) == Why.BOMB


def test_archives_in_archives_in_archives_are_refused(refused: Refuse) -> None:
    content = office("xlsx")
    for _ in range(3):
        content = office(more={"word/embeddings/a.docx": content})
    assert refused(content) == Why.BOMB


def test_a_bomb_within_an_embedded_sheet_is_refused(refused: Refuse) -> None:
    sheet = office("xlsx", {"xl/a.xml": bytes(25_000_000)})
    assert refused(office(more={"word/embeddings/a.xlsx": sheet})) == Why.BOMB


def test_many_embedded_sheets_share_one_limit(refused: Refuse) -> None:
    sheet = office("xlsx", {"xl/a.xml": bytes(19_000_000)})
    more: dict[str, bytes | str] = {f"word/embeddings/{each}.xlsx": sheet for each in range(17)}
    assert refused(office(more=more)) == Why.BOMB


def test_an_embedded_archive_larger_than_any_file_is_refused(refused: Refuse) -> None:
    stored = b"PK\x03\x04" + bytes(range(256)) * 100_000
    assert refused(office(more={"word/embeddings/a.xlsx": stored})) == Why.BOMB


# ---------------------------------------------------------------- damage


WHOLE = office(more={"word/styles.xml": "<a/>" * 200})


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(length=st.integers(4, len(WHOLE) - 1))
def test_a_document_that_is_not_whole_never_comes_in(refused: Refuse, length: int) -> None:
    assert refused(WHOLE[:length]) == Why.BROKEN


def test_a_document_with_a_hole_is_broken(refused: Refuse) -> None:
    assert refused(WHOLE[:200] + WHOLE[240:]) == Why.BROKEN


def test_a_damaged_member_is_found(refused: Refuse) -> None:
    content = bytearray(office(more={"word/media/a.jpg": coded(certificate(width=200))}))
    content[content.index(b"word/media/a.jpg") + 300] ^= 0xFF
    assert refused(bytes(content)) == Why.BROKEN


def test_a_locked_member_is_refused(refused: Refuse) -> None:
    content = bytearray(office())
    listed = content.rindex(b"PK\x01\x02")
    content[listed + 8] |= 1
    assert refused(bytes(content)) == Why.ENCRYPTED


@pytest.mark.parametrize("missing", ["_rels/.rels", "word/document.xml"])
def test_a_document_without_its_main_part_is_refused(refused: Refuse, missing: str) -> None:
    part, main_type = MAIN["docx"]
    members = {
        "[Content_Types].xml": content_types(part, main_type),
        "_rels/.rels": relationships(("officeDocument", part, "")),
        part: "<a/>",
    }
    del members[missing]
    assert refused(zipped(members)) in {Why.BROKEN, Why.UNKNOWN}


@pytest.mark.parametrize("part", ["[Content_Types].xml", "_rels/.rels"])
def test_a_document_that_cannot_say_what_it_is_is_broken(refused: Refuse, part: str) -> None:
    assert refused(office(more={part: "<Types"})) == Why.BROKEN
    assert refused(office(more={part: ""})) == Why.BROKEN
