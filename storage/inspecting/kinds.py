"""What a file is, by its content and never by its name."""

import re
from typing import BinaryIO, Final

from storage.inspecting.findings import JPEG, PDF, PNG, WEBP, Unusable, Why
from storage.inspecting.streams import Span, first_match, read_at, size_of

HEIF: Final = "image/heif"
ZIP: Final = "application/zip"

_HEAD: Final = 1024

_PLAIN: Final = ((b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"PK\x03\x04", ZIP))

_REFUSED: Final = (
    (b"MZ", Why.DISGUISED, "EXE"),
    (b"\x7fELF", Why.DISGUISED, "ELF"),
    (b"\xca\xfe\xba\xbe", Why.DISGUISED, "CLASS"),
    (b"\xfe\xed\xfa", Why.DISGUISED, "MACH-O"),
    (b"\xcf\xfa\xed\xfe", Why.DISGUISED, "MACH-O"),
    (b"\xce\xfa\xed\xfe", Why.DISGUISED, "MACH-O"),
    (b"dex\n", Why.DISGUISED, "DEX"),
    (b"L\0\0\0\x01\x14\x02\0", Why.DISGUISED, "LNK"),
    (b"#!AMR", Why.AUDIO, "AMR"),
    (b"PK\x05\x06", Why.ARCHIVE, "ZIP"),
    (b"PK\x07\x08", Why.ARCHIVE, "ZIP"),
    (b"Rar!\x1a\x07", Why.ARCHIVE, "RAR"),
    (b"7z\xbc\xaf\x27\x1c", Why.ARCHIVE, "7Z"),
    (b"\x1f\x8b", Why.ARCHIVE, "GZIP"),
    (b"BZh", Why.ARCHIVE, "BZIP2"),
    (b"\xfd7zXZ\0", Why.ARCHIVE, "XZ"),
    (b"\x28\xb5\x2f\xfd", Why.ARCHIVE, "ZSTD"),
    (b"MSCF", Why.ARCHIVE, "CAB"),
    (b"II*\0", Why.UNKNOWN, "TIFF"),
    (b"MM\0*", Why.UNKNOWN, "TIFF"),
    (b"BM", Why.UNKNOWN, "BMP"),
    (b"8BPS", Why.UNKNOWN, "PSD"),
    (b"\xff\x0a", Why.UNKNOWN, "JXL"),
    (b"\0\0\0\x0cJXL ", Why.UNKNOWN, "JXL"),
    (b"\x1a\x45\xdf\xa3", Why.VIDEO, "MKV"),
    (b"FLV\x01", Why.VIDEO, "FLV"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Why.VIDEO, "WMV"),
    (b"\0\0\x01\xba", Why.VIDEO, "MPEG"),
    (b"\0\0\x01\xb3", Why.VIDEO, "MPEG"),
    (b"ID3", Why.AUDIO, "MP3"),
    (b"\xff\xfb", Why.AUDIO, "MP3"),
    (b"\xff\xf3", Why.AUDIO, "MP3"),
    (b"\xff\xf2", Why.AUDIO, "MP3"),
    (b"\xff\xf1", Why.AUDIO, "AAC"),
    (b"\xff\xf9", Why.AUDIO, "AAC"),
    (b"OggS", Why.AUDIO, "OGG"),
    (b"fLaC", Why.AUDIO, "FLAC"),
    (b"MThd", Why.AUDIO, "MIDI"),
    (b"#!", Why.DISGUISED, "SCRIPT"),
)

_TEXTS: Final = (
    (b"#!AMR", Why.AUDIO, "AMR"),
    (b"#!", Why.DISGUISED, "SCRIPT"),
    (b"<?php", Why.DISGUISED, "SCRIPT"),
    (b"{\\rtf", Why.OLD_OFFICE, "RTF"),
)
"""Told apart from the others: a text may start with the letters BM."""

_HEIF_BRANDS: Final = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")
)
_AVIF_BRANDS: Final = frozenset((b"avif", b"avis"))
_AUDIO_BRANDS: Final = frozenset((b"M4A ", b"M4B ", b"M4P ", b"F4A "))
_OLDER_MOVIES: Final = frozenset((b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"))

_BEFORE_PDF: Final = re.compile(rb"(?:\xef\xbb\xbf)?[\s\0]*")
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def judge(file: BinaryIO) -> str:
    """Say what a file is: JPEG, PNG, WEBP, PDF, HEIF or ZIP.

    ZIP is not an answer yet, for office documents are ZIPs. Raises `Unusable` for all else.
    """
    head = read_at(file, 0, _HEAD)
    for signature, kind in _PLAIN:
        if head.startswith(signature):
            return kind
    if head.startswith(b"RIFF"):
        return _riff(head)
    if head[4:8] == b"ftyp":
        return _ftyp(head)
    if b"%PDF-" in head:
        return _pdf(head)
    if head.startswith(_COMPOUND):
        raise _compound(file)
    if head.startswith((b"GIF87a", b"GIF89a")):
        moving = b"NETSCAPE2.0" in head
        raise Unusable(Why.ANIMATED if moving else Why.UNKNOWN, found="GIF")
    if head[4:8] in _OLDER_MOVIES:
        raise Unusable(Why.VIDEO, found="MOV")
    raise _other(head)


def _other(head: bytes) -> Unusable:
    is_text = _is_text(head)
    for signature, why, name in _TEXTS if is_text else _REFUSED:
        if head.startswith(signature):
            return Unusable(why, found=name)
    return Unusable(Why.TEXT if is_text else Why.UNKNOWN)


def _riff(head: bytes) -> str:
    form = head[8:12]
    if form == b"WEBP":
        return WEBP
    why = {b"AVI ": Why.VIDEO, b"WAVE": Why.AUDIO}.get(form, Why.UNKNOWN)
    raise Unusable(why, found=form.decode("latin-1").strip() if why != Why.UNKNOWN else "")


def _ftyp(head: bytes) -> str:
    """Tell the many formats apart that start with a list of brands."""
    length = min(int.from_bytes(head[:4]), len(head))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, length - 3, 4))}
    if brands & _AVIF_BRANDS:
        raise Unusable(Why.UNKNOWN, found="AVIF")
    if head[8:12] in _HEIF_BRANDS:
        return HEIF
    if head[8:12] in _AUDIO_BRANDS:
        raise Unusable(Why.AUDIO, found="M4A")
    if head[8:11] == b"crx":
        raise Unusable(Why.UNKNOWN, found="CR3")
    raise Unusable(Why.VIDEO, found="MOV" if head[8:12] == b"qt  " else "MP4")


def _pdf(head: bytes) -> str:
    """A PDF may start late, but what comes before must not be another file."""
    if _BEFORE_PDF.fullmatch(head[: head.index(b"%PDF-")]):
        return PDF
    raise Unusable(Why.DISGUISED, found="PDF")


_STREAM_NAMES: Final = (
    "EncryptedPackage",
    "WordDocument",
    "Workbook",
    "Book",
    "PowerPoint Document",
)
_STREAMS: Final = re.compile(
    b"|".join(re.escape(f"{name}\0".encode("utf-16-le")) for name in _STREAM_NAMES)
)
_OLD_NAMES: Final = {
    "WordDocument": "DOC",
    "Workbook": "XLS",
    "Book": "XLS",
    "PowerPoint Document": "PPT",
}


def _compound(file: BinaryIO) -> Unusable:
    """An OLE file: an office document of old, or a new one behind a password."""
    whole: Span = range(size_of(file))
    found = first_match(file, whole, _STREAMS, 64)
    name = found[1].decode("utf-16-le").rstrip("\0") if found else ""
    if name == "EncryptedPackage":
        return Unusable(Why.ENCRYPTED)
    return Unusable(Why.OLD_OFFICE if name else Why.UNKNOWN, found=_OLD_NAMES.get(name, ""))


_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_NO_TEXT: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def _is_text(head: bytes) -> bool:
    return head.startswith(_MARKS) or not _NO_TEXT.search(head)
