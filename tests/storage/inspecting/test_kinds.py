"""Files are judged by what is in them; here are those that are none of the kinds taken."""

from pathlib import Path

import pytest
from PIL import Image

from storage.errors import Refused
from storage.inspecting import MOST_BYTES, Unusable, Why, inspect
from tests.storage.inspecting.conftest import Inspect, Refuse
from tests.storage.inspecting.made import certificate, coded, office, pdf, plain_pdf

PICTURE = Image.new("RGB", (60, 40), "teal")


def movie(brand: bytes) -> bytes:
    return b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0isommp42" + bytes(100)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", Why.EMPTY),
        (b"halo, ini laporan saya\r\n", Why.TEXT),
        ("\ufeffhalo".encode("utf-16"), Why.TEXT),
        (b"BMKG: prakiraan cuaca, MZ, ID3", Why.TEXT),
        (b"MZakiyah, daftar hadir", Why.TEXT),
        (b"<!doctype html><html></html>", Why.TEXT),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", Why.TEXT),
        (b"{\\rtf1\\ansi halo}", Why.OLD_OFFICE),
        (b"MZ\x90\0" + bytes(100), Why.DISGUISED),
        (b"\x7fELF\x02\x01\x01" + bytes(100), Why.DISGUISED),
        (b"#!/bin/sh\nrm -rf ~", Why.DISGUISED),
        (b"#!/bin/sh\n\0\0\0", Why.DISGUISED),
        (b"<?php system('ls');", Why.DISGUISED),
        (b"\xca\xfe\xba\xbe" + bytes(40), Why.DISGUISED),
        (b"L\0\0\0\x01\x14\x02\0" + bytes(80), Why.DISGUISED),
        (b"Rar!\x1a\x07\x01\0" + bytes(40), Why.ARCHIVE),
        (b"7z\xbc\xaf\x27\x1c" + bytes(40), Why.ARCHIVE),
        (b"\x1f\x8b\x08\0" + bytes(40), Why.ARCHIVE),
        (b"PK\x05\x06" + bytes(18), Why.ARCHIVE),
        (movie(b"isom"), Why.VIDEO),
        (movie(b"qt  "), Why.VIDEO),
        (movie(b"3gp4"), Why.VIDEO),
        (b"\0\0\0\x08wide\0\0\0\x10mdat" + bytes(40), Why.VIDEO),
        (b"\x1a\x45\xdf\xa3" + bytes(40), Why.VIDEO),
        (b"RIFF\x40\0\0\0AVI LIST" + bytes(40), Why.VIDEO),
        (movie(b"M4A "), Why.AUDIO),
        (b"OggS\0\x02" + bytes(20) + b"OpusHead", Why.AUDIO),
        (b"ID3\x04\0" + bytes(40), Why.AUDIO),
        (b"\xff\xfb\x90\x64" + bytes(40), Why.AUDIO),
        (b"#!AMR\n" + bytes(40), Why.AUDIO),
        (b"RIFF\x40\0\0\0WAVEfmt " + bytes(40), Why.AUDIO),
        (coded(PICTURE, "TIFF"), Why.UNKNOWN),
        (coded(PICTURE, "BMP"), Why.UNKNOWN),
        (coded(PICTURE, "GIF"), Why.UNKNOWN),
        (coded(PICTURE, "AVIF"), Why.UNKNOWN),
        (bytes(1000), Why.UNKNOWN),
        (bytes(range(128, 256)) + b"\0", Why.UNKNOWN),
        (b"RIFF\x40\0\0\0abcd" + bytes(40), Why.UNKNOWN),
        (b"\xff\xd8\xff", Why.BROKEN),
        (b"\x89PNG\r\n\x1a\n", Why.BROKEN),
        (b"RIFF\x40\0\0\0WEBP", Why.BROKEN),
        (b"PK\x03\x04", Why.BROKEN),
        (b"%PDF-1.7", Why.BROKEN),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Why.BROKEN),
    ],
)
def test_other_files_are_refused_with_a_reason(refused: Refuse, content: bytes, why: Why) -> None:
    assert refused(content) == why


def test_a_moving_gif_is_told_from_a_still_one(refused: Refuse) -> None:
    frames = [Image.new("RGB", (60, 40), each) for each in ("teal", "white")]
    content = coded(frames[0], "GIF", save_all=True, append_images=frames[1:], loop=0)
    assert refused(content) == Why.ANIMATED


def test_the_format_is_named_for_the_words(path: Path) -> None:
    path.write_bytes(coded(PICTURE, "TIFF"))
    with pytest.raises(Refused) as caught:
        inspect(path)
    assert isinstance(caught.value, Unusable)
    assert caught.value.found == "TIFF"


def test_one_byte_too_many_is_too_many(refused: Refuse, inspected: Inspect) -> None:
    blanks = b" " * (MOST_BYTES - len(plain_pdf()))
    assert inspected(plain_pdf(objects=blanks)).size == MOST_BYTES
    assert refused(plain_pdf(objects=blanks + b" ")) == Why.TOO_LARGE


@pytest.mark.parametrize("name", ["foto.jpg", "laporan.pdf", "data.docx", "apa saja", "a.exe"])
def test_the_name_says_nothing(tmp_path: Path, name: str) -> None:
    contents = {"application/pdf": pdf(), "image/png": coded(certificate(width=300), "PNG")}
    for media_type, content in contents.items():
        (tmp_path / name).write_bytes(content)
        assert inspect(tmp_path / name).media_type == media_type
    (tmp_path / name).write_bytes(office("xlsx"))
    assert inspect(tmp_path / name).media_type.endswith("spreadsheetml.sheet")


def test_a_file_that_is_gone_is_not_called_unusable(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        inspect(tmp_path / "gone")
