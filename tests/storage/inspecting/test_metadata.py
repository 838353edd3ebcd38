"""What is taken out of a picture, and that nothing else changes."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from storage.inspecting import Why
from tests.storage.inspecting.conftest import Inspect, Refuse
from tests.storage.inspecting.made import (
    certificate,
    coded,
    pdf,
    png_chunk,
    telling_exif,
    zipped,
)

SECRETS = (b"GPS", b"Telepon", b"rahasia", b"xmpmeta", b"Photoshop", b"http://")
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><exif:GPSLatitude>rahasia</exif:GPSLatitude>"
PICTURE = certificate()


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body


def after_start(content: bytes, *segments: bytes) -> bytes:
    return content[:2] + b"".join(segments) + content[2:]


def pixels(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as picture:
        return picture.convert("RGBA").tobytes()


def telling(kind: str) -> bytes:
    """A picture that says where, when and by what it was made."""
    exif = telling_exif()
    if kind == "PNG":
        words = PngImagePlugin.PngInfo()
        words.add_text("Comment", "rahasia")
        words.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=False)
        words.add_text("Long", "rahasia" * 100, zip=True)
        words.add(b"tIME", b"\x07\xe8\x01\x01\x00\x00\x00")
        return coded(PICTURE, "PNG", exif=exif, pnginfo=words)
    if kind == "WEBP":
        return coded(PICTURE, "WEBP", exif=exif, xmp=XMP)
    content = coded(PICTURE, exif=exif, comment=b"rahasia", xmp=XMP)
    return after_start(
        content, segment(0xED, b"Photoshop 3.0\0rahasia"), segment(0xE5, b"rahasia")
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_metadata_goes_and_the_pixels_stay(inspected: Inspect, path: Path, kind: str) -> None:
    content = telling(kind)
    found = inspected(content)
    kept = path.read_bytes()
    assert [secret for secret in SECRETS if secret in content] != []
    assert [secret for secret in SECRETS if secret in kept] == []
    assert pixels(kept) == pixels(content)
    assert found.original_sha256 == hashlib.sha256(content).hexdigest()
    assert (found.sha256, found.size) == (hashlib.sha256(kept).hexdigest(), len(kept))
    with Image.open(path) as picture:
        assert not picture.getexif()
        assert not {"comment", "xmp", "photoshop", "Comment"} & set(picture.info)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_cleaning_twice_changes_nothing(inspected: Inspect, path: Path, kind: str) -> None:
    once = inspected(telling(kind))
    kept = path.read_bytes()
    twice = inspected(kept)
    assert path.read_bytes() == kept
    assert (twice.sha256, twice.original_sha256) == (once.sha256, once.sha256)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", [3, 6])
def test_how_the_photo_is_to_be_turned_stays(
    inspected: Inspect, path: Path, kind: str, orientation: int
) -> None:
    inspected(coded(PICTURE, kind, exif=telling_exif(orientation)))
    with Image.open(path) as picture:
        assert dict(picture.getexif()) == {0x0112: orientation}
    assert b"GPS" not in path.read_bytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_colour_profile_stays(inspected: Inspect, path: Path, kind: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    inspected(coded(PICTURE, kind, icc_profile=profile, exif=telling_exif()))
    with Image.open(path) as picture:
        assert picture.info["icc_profile"] == profile


def test_how_colours_are_coded_stays(inspected: Inspect, path: Path) -> None:
    content = coded(PICTURE.convert("CMYK"), exif=telling_exif())
    assert b"Adobe" in content
    inspected(content)
    assert b"Adobe" in path.read_bytes()
    assert pixels(path.read_bytes()) == pixels(content)


def test_previews_in_the_header_go(inspected: Inspect, path: Path) -> None:
    plain = coded(PICTURE)
    preview = b"JFIF\0\x01\x01\0\0\x01\0\x01\x02\x02" + bytes(12)
    exif = b"Exif\0\0" + telling_exif().tobytes()[6:] + coded(certificate(width=160))
    content = plain[:2] + segment(0xE0, preview) + segment(0xE1, exif) + plain[20:]
    inspected(content)
    assert path.read_bytes() == plain


def test_what_phones_append_to_a_photo_goes(inspected: Inspect, path: Path) -> None:
    plain = coded(PICTURE)
    index = segment(0xE2, b"MPF\0MM\0*" + bytes(40))
    preview = coded(certificate(width=320), exif=telling_exif())
    video = b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + bytes(range(256)) * 40 + b"SEFT"
    for trailer in (preview, video, bytes(3000), b"\r\n"):
        inspected(after_start(plain, index) + trailer)
        assert path.read_bytes() == plain


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    "trailer",
    [
        zipped({"jahat.txt": "halo"}),
        pdf(),
        b"MZ\x90\0" + bytes(60) + b"This program cannot be run in DOS mode.",
        b"\0" * 5000 + b"This program cannot be run in DOS mode.",
        b"\x7fELF\x02\x01\x01" + bytes(90),
        b"\0\0<?php system($_GET['x']);",
        b"<html><script>alert(1)</script></html>",
        b"#!/bin/sh\nrm -rf ~\n",
        b"Rar!\x1a\x07\x01\0" + bytes(50),
    ],
)
def test_a_picture_with_another_file_behind_it_is_refused(
    refused: Refuse, kind: str, trailer: bytes
) -> None:
    assert refused(coded(certificate(width=300), kind) + trailer) == Why.DISGUISED


def test_a_file_hidden_across_two_pieces_of_reading_is_seen(refused: Refuse) -> None:
    content = coded(certificate(width=300))
    piece = 256 * 1024
    for shift in range(-6, 3):
        hidden = bytes(piece + shift) + b"<script>"
        assert refused(content + hidden) == Why.DISGUISED


def test_a_file_hidden_in_a_comment_is_gone(inspected: Inspect, path: Path) -> None:
    plain = coded(PICTURE)
    inspected(after_start(plain, segment(0xFE, zipped({"a": "b"}))))
    assert path.read_bytes() == plain
    assert not zipfile.is_zipfile(path)


def test_private_chunks_of_a_png_go(inspected: Inspect, path: Path) -> None:
    plain = coded(PICTURE, "PNG")
    content = plain[:33] + png_chunk(b"caBX", b"rahasia") + plain[33:]
    inspected(content)
    assert path.read_bytes() == plain


@pytest.mark.parametrize(
    "exif",
    [
        b"",
        b"II*\0",
        b"MM\0*\0\0\0\x08",
        b"II*\0\xff\xff\xff\xff",
        b"II*\0\x08\0\0\0\xff\xff",
        b"??",
    ],
)
def test_damaged_exif_does_no_harm(inspected: Inspect, path: Path, exif: bytes) -> None:
    plain = coded(PICTURE)
    inspected(after_start(plain, segment(0xE1, b"Exif\0\0" + exif)))
    assert path.read_bytes() == plain
