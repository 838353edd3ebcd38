"""Office documents: a ZIP that says of itself what it is, and holds nothing that acts."""

import re
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, BinaryIO, Final

from storage.inspecting.archives import MOST_UNPACKED, open_zip
from storage.inspecting.damage import damage_refused
from storage.inspecting.findings import DOCX, MOST_BYTES, PPTX, XLSX, Unusable, Why
from storage.inspecting.streams import PIECE, read_at

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MAIN_PARTS: Final[Mapping[str, str]] = {
    f"{DOCX}.main+xml": DOCX,
    f"{XLSX}.main+xml": XLSX,
    f"{PPTX}.main+xml": PPTX,
    "application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml": PPTX,
}
_TYPES: Final = "[Content_Types].xml"
_MOST_XML: Final = 1_000_000
"""The links of a book with thousands of notes; parsed, they take ten times as much."""
_MOST_NESTED: Final = 2
"""A sheet within a presentation, and a picture's sheet within that; deeper is no document."""

_MACROS: Final = re.compile(
    r"macroenabled|vbaproject|vbadata|macrosheet|ms-office\.activex", re.IGNORECASE
)
_OPEN_DOCUMENT: Final = b"mimetypeapplication/vnd.oasis.opendocument."
_PROGRAM_NAMES: Final = re.compile(
    r"\.(?:exe|dll|com|scr|pif|cpl|msi|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|lnk|reg|jar|apk|sh|py)$",
    re.IGNORECASE,
)
_PROGRAM_MEMBERS: Final = ("AndroidManifest.xml", "META-INF/MANIFEST.MF", "classes.dex")
_PROGRAM_STARTS: Final = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"dex\n",
    b"\xca\xfe\xba\xbe",
    b"L\0\0\0\x01\x14",
)
_PROGRAM_INSIDE: Final = re.compile(
    rb"This program (?:cannot|must) be run"
    rb"|[\w )]\.(?:exe|dll|com|scr|msi|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|lnk|jar)\0",
    re.IGNORECASE,
)
_LONGEST: Final = 64
_ENTITIES: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)|<\0!\0D\0O\0C\0T\0Y\0P\0E", re.IGNORECASE)
_ACTING_LINKS: Final = re.compile(r"/(?:oleObject|attachedTemplate|frame|subDocument)$")
_FAR: Final = re.compile(
    r"(?:https?|ftp|mhtml|ms-\w+|javascript):|(?:file:/{0,5})?\\\\|file://(?:[^/]|//)",
    re.IGNORECASE,
)
"""Addresses of other machines."""


def inspect_office(path: Path) -> str:
    """Say which kind of office document a ZIP is. Raises `Unusable`, also for other archives."""
    with path.open("rb") as file, damage_refused():
        return _Visit().inspect(file, depth=0)


class _Visit:
    """Goes through a document and the documents in it, with one limit for all of them."""

    def __init__(self) -> None:
        self._unpacked = 0

    def inspect(self, file: BinaryIO, depth: int) -> str:
        """Say which kind the document is, after a look into all of it."""
        if b"%PDF-" in read_at(file, 0, 1024):
            raise Unusable(Why.DISGUISED, found="PDF")
        with open_zip(file) as archive:
            self._unpacked += sum(entry.file_size for entry in archive.infolist())
            if self._unpacked > MOST_UNPACKED:
                raise Unusable(Why.BOMB, found="ZIP")
            media_type = _declared_type(archive, file)
            _refuse_programs(archive.infolist())
            for entry in archive.infolist():
                self._look_into(archive, entry, depth)
            return media_type

    def _look_into(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, depth: int) -> None:
        """Read an entry to its end, so that its checksum is compared; refuse what may act."""
        if entry.filename.endswith(".rels"):
            _refuse_acting_links(_xml(archive, entry.filename))
        with archive.open(entry) as member:
            start = member.read(1024)
            if start.startswith(_PROGRAM_STARTS):
                raise Unusable(Why.DISGUISED)
            if entry.filename.endswith((".xml", ".rels", ".vml")) and _ENTITIES.search(start):
                raise Unusable(Why.DISGUISED)
            if start.startswith(b"PK\x03\x04"):
                self._look_into_nested(start, member, entry.file_size, depth)
            elif start.startswith(b"\xd0\xcf\x11\xe0"):
                _refuse_packed_program(start, member)
            else:
                while member.read(PIECE):
                    pass

    def _look_into_nested(self, start: bytes, member: IO[bytes], size: int, depth: int) -> None:
        if depth >= _MOST_NESTED or size > MOST_BYTES:
            raise Unusable(Why.BOMB, found="ZIP")
        with tempfile.TemporaryFile() as copy:
            copy.write(start)
            while piece := member.read(PIECE):
                copy.write(piece)
            self.inspect(copy, depth + 1)


# ---------------------------------------------------------------- what it says it is


def _declared_type(archive: zipfile.ZipFile, file: BinaryIO) -> str:
    """Give the kind that the list of content types and the main relationship agree on."""
    names = frozenset(archive.namelist())
    if _TYPES not in names:
        raise _other_archive(names, file)
    types = _xml(archive, _TYPES)
    declared = [each.get("ContentType", "") for each in types]
    if any(map(_MACROS.search, [*declared, *names])):
        raise Unusable(Why.MACROS)
    main = _main_part(archive, names).lstrip("/")
    media_type = _MAIN_PARTS.get(_type_of(main, types))
    if media_type is None or main not in names:
        raise Unusable(Why.UNKNOWN)
    return media_type


def _type_of(part: str, types: "Element[str]") -> str:
    """Give the declared type of a part: its own, or that of its ending."""
    ending = PurePosixPath(part).suffix.removeprefix(".")
    by_ending = ""
    for each in types:
        if each.get("PartName", "").casefold() == f"/{part}".casefold():
            return each.get("ContentType", "")
        if each.get("Extension", "").casefold() == ending.casefold():
            by_ending = each.get("ContentType", "")
    return by_ending


def _other_archive(names: frozenset[str], file: BinaryIO) -> Unusable:
    if read_at(file, 30, 64).startswith(_OPEN_DOCUMENT):
        return Unusable(Why.OLD_OFFICE, found="OpenDocument")
    if not names.isdisjoint(_PROGRAM_MEMBERS):
        return Unusable(Why.DISGUISED, found="APK")
    return Unusable(Why.ARCHIVE, found="ZIP")


def _main_part(archive: zipfile.ZipFile, names: frozenset[str]) -> str:
    if "_rels/.rels" not in names:
        raise Unusable(Why.BROKEN)
    for relation in _xml(archive, "_rels/.rels"):
        if relation.get("Type", "").endswith("/officeDocument"):
            return relation.get("Target", "")
    raise Unusable(Why.UNKNOWN)


def _xml(archive: zipfile.ZipFile, name: str) -> "Element[str]":
    """Parse a small part, without entities."""
    from defusedxml import DefusedXmlException, ElementTree

    if archive.getinfo(name).file_size > _MOST_XML:
        raise Unusable(Why.BOMB)
    try:
        root: Element[str] = ElementTree.fromstring(archive.read(name), forbid_dtd=True)
    except DefusedXmlException as error:
        raise Unusable(Why.DISGUISED) from error
    return root


# ---------------------------------------------------------------- what is in it


def _refuse_programs(entries: list[zipfile.ZipInfo]) -> None:
    if any(_PROGRAM_NAMES.search(entry.filename) for entry in entries):
        raise Unusable(Why.DISGUISED)


def _refuse_acting_links(relations: "Element[str]") -> None:
    """Links to read are fine; templates and objects fetched from afar when opened are not."""
    for each in relations:
        outside = each.get("TargetMode", "") == "External" and _FAR.match(each.get("Target", ""))
        if outside and _ACTING_LINKS.search(each.get("Type", "")):
            raise Unusable(Why.DISGUISED)


def _refuse_packed_program(start: bytes, member: IO[bytes]) -> None:
    """An embedded OLE object: formulas of old are such too, but so are programs to click on."""
    held = start
    while True:
        if _PROGRAM_INSIDE.search(held):
            raise Unusable(Why.DISGUISED)
        piece = member.read(PIECE)
        if not piece:
            return
        held = held[-_LONGEST:] + piece
