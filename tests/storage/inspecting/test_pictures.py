"""Pictures: which may come in, and what is said of them."""

import hashlib
import io
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from storage.inspecting import Complaint, Unusable, Why, inspect
from tests.storage.inspecting.conftest import Inspect, Refuse
from tests.storage.inspecting.made import (
    certificate,
    coded,
    crowd,
    heic,
    letter,
    png_chunk,
    png_header,
    telling_exif,
)

KINDS = [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]
WHOLES = ["JPEG", "progressive JPEG", "PNG", "WEBP", "HEIC"]


@cache
def whole(kind: str) -> bytes:
    """A small picture; making a HEIC takes its time."""
    picture = certificate(width=320)
    if kind == "HEIC":
        return heic(picture)
    if kind == "progressive JPEG":
        return coded(picture, progressive=True)
    return coded(picture, kind)


@pytest.mark.parametrize(("kind", "media_type"), KINDS)
def test_a_clean_picture_comes_in_as_it_is(
    inspected: Inspect, path: Path, kind: str, media_type: str
) -> None:
    content = coded(certificate(), kind)
    found = inspected(content)
    digest = hashlib.sha256(content).hexdigest()
    assert (found.media_type, found.size) == (media_type, len(content))
    assert (found.sha256, found.original_sha256) == (digest, digest)
    assert (found.width, found.height, found.pages) == (1600, 1132, 0)
    assert len(found.look) == 64
    assert found.complaints == ()
    assert path.read_bytes() == content
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_pngs_of_every_mode_come_in(inspected: Inspect, mode: str) -> None:
    plain = certificate(width=1000).convert("L")
    picture = (
        Image.frombytes("I;16", plain.size, b"".join(bytes((0, each)) for each in plain.tobytes()))
        if mode == "I;16"
        else plain.convert(mode)
    )
    found = inspected(coded(picture, "PNG"))
    assert found.complaints == ()
    assert found.width == 1000


def test_what_is_transparent_counts_as_white(inspected: Inspect) -> None:
    clear = Image.new("RGBA", (1200, 900), (0, 0, 0, 0))
    clear.paste(letter(width=800).crop((0, 0, 800, 900)).convert("RGBA"), (200, 0))
    assert inspected(coded(clear, "PNG")).complaints == ()


@pytest.mark.parametrize("lossless", [True, False])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_webps_of_every_kind_come_in(
    inspected: Inspect, path: Path, mode: str, lossless: bool
) -> None:
    content = coded(certificate(width=600).convert(mode), "WEBP", lossless=lossless)
    assert (inspected(content).width, inspected(content).height) == (600, 424)
    assert path.read_bytes() == content


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_jpegs_of_other_colours_come_in(inspected: Inspect, mode: str) -> None:
    assert inspected(coded(certificate().convert(mode))).complaints == ()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_turned_photo_is_described_upright(
    inspected: Inspect, kind: str, orientation: int
) -> None:
    lying = orientation >= 5
    found = inspected(coded(certificate(), kind, exif=telling_exif(orientation)))
    assert (found.width, found.height) == ((1132, 1600) if lying else (1600, 1132))


def test_the_look_is_that_of_the_upright_photo(inspected: Inspect, path: Path) -> None:
    upright = inspected(coded(certificate(), quality=95)).look
    turned = certificate().transpose(Image.Transpose.ROTATE_90)
    exif = telling_exif(6)  # a quarter turn clockwise makes it upright again
    assert inspected(coded(turned, exif=exif, quality=95)).look == upright


def test_a_heic_becomes_an_upright_jpeg(inspected: Inspect, path: Path) -> None:
    content = whole("HEIC")
    found = inspected(content)
    assert found.media_type == "image/jpeg"
    assert found.original_sha256 == hashlib.sha256(content).hexdigest()
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.size == path.stat().st_size
    assert (found.width, found.height) == (320, 226)
    with Image.open(path) as kept:
        assert (kept.format, kept.size) == ("JPEG", (320, 226))
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_turned_heic_loses_its_place_and_stands_upright(inspected: Inspect, path: Path) -> None:
    content = heic(certificate(width=320), exif=telling_exif(6).tobytes())
    assert b"rahasia" in content
    found = inspected(content)
    assert (found.width, found.height) == (226, 320)
    with Image.open(path) as kept:
        assert not kept.getexif()
    assert b"rahasia" not in path.read_bytes()


def test_a_heic_keeps_its_colour_profile(inspected: Inspect, path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = certificate(width=160)
    picture.info["icc_profile"] = profile
    inspected(heic(picture))
    with Image.open(path) as kept:
        assert kept.info["icc_profile"] == profile


def test_a_heic_without_a_picture_is_broken(refused: Refuse) -> None:
    content = whole("HEIC")
    assert refused(content.replace(b"pitm", b"free")) == Why.BROKEN
    assert refused(content.replace(b"hvc1", b"free")) == Why.BROKEN


def test_of_several_pictures_in_a_heic_the_main_one_is_taken(
    inspected: Inspect, path: Path
) -> None:
    import pillow_heif

    file = io.BytesIO()
    several = pillow_heif.from_pillow(letter(width=200))
    several.add_from_pillow(certificate(width=320))
    several.save(file, primary_index=1)
    assert inspected(file.getvalue()).width == 320


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(WHOLES), data=st.data())
def test_a_picture_that_is_not_whole_never_comes_in(
    refused: Refuse, kind: str, data: st.DataObject
) -> None:
    content = whole(kind)
    length = data.draw(st.integers(40, len(content) - 1))
    assert refused(content[:length]) == Why.BROKEN


@pytest.mark.parametrize("missing", [1, 2, 3, 100])
@pytest.mark.parametrize("kind", WHOLES)
def test_a_picture_without_its_last_bytes_is_broken(
    refused: Refuse, kind: str, missing: int
) -> None:
    assert refused(whole(kind)[:-missing]) == Why.BROKEN


def test_a_picture_whose_end_is_empty_is_broken(refused: Refuse) -> None:
    content = coded(certificate())
    half = len(content) // 2
    assert refused(content[:half] + bytes(len(content) - half)) == Why.BROKEN


def test_a_png_with_a_wrong_checksum_is_broken(refused: Refuse) -> None:
    content = bytearray(coded(certificate(), "PNG"))
    content[content.index(b"IDAT") + 200] ^= 0xFF
    assert refused(bytes(content)) == Why.BROKEN


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_moving_pictures_do_not_come_in(refused: Refuse, kind: str) -> None:
    frames = [letter(1, width=200), letter(2, width=200)]
    content = coded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    assert refused(content) == Why.ANIMATED


def test_a_huge_png_is_refused_by_its_header(refused: Refuse) -> None:
    # Were it decoded, it would be broken: the pixels are missing.
    pixels = png_chunk(b"IDAT", b"")
    assert refused(png_header(30_000, 30_000) + pixels + png_chunk(b"IEND", b"")) == Why.BOMB


def test_huge_pictures_of_other_kinds_are_refused_by_their_headers(refused: Refuse) -> None:
    jpeg = bytearray(whole("JPEG"))
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = b"\xff\xdc\xff\xdc"
    assert refused(bytes(jpeg)) == Why.BOMB
    webp = bytearray(whole("WEBP"))
    start = webp.index(b"\x9d\x01\x2a")
    webp[start + 3 : start + 7] = b"\xff\x3f\xff\x3f"
    assert refused(bytes(webp)) == Why.BOMB


def test_a_very_large_photo_comes_in(inspected: Inspect) -> None:
    # 108 megapixels, as some phones make; Pillow alone would warn.
    content = coded(Image.new("L", (12_000, 9_000), 200), quality=30)
    assert inspected(content).width == 12_000


def test_many_segments_make_no_work(refused: Refuse) -> None:
    content = whole("JPEG")
    assert refused(content[:2] + b"\xff\xfe\x00\x02" * 20_000 + content[2:]) == Why.BROKEN


def test_several_threads_get_along(tmp_path: Path) -> None:
    contents = [coded(certificate(width=2300), "PNG"), coded(crowd()), whole("HEIC")]
    expected = []
    for number, content in enumerate(contents):
        path = tmp_path / f"alone-{number}"
        path.write_bytes(content)
        expected.append(inspect(path))
    together = threading.Barrier(6)

    def run(number: int) -> bool:
        path = tmp_path / f"together-{number}"
        path.write_bytes(contents[number % 3])
        together.wait()
        return inspect(path) == expected[number % 3]

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(run, range(6)))


def test_a_full_disk_is_no_fault_of_the_picture(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    content = coded(certificate(), exif=telling_exif())
    path.write_bytes(content)
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        inspect(path)
    assert path.read_bytes() == content
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("kind", ["JPEG", "HEIC"])
def test_a_refused_picture_leaves_nothing_beside_it(path: Path, kind: str) -> None:
    path.write_bytes(whole(kind)[:-50])
    with pytest.raises(Unusable):
        inspect(path)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_complaints_are_told_with_the_picture(inspected: Inspect) -> None:
    dark = crowd(width=400).point(lambda level: level // 6)
    assert set(inspected(coded(dark)).complaints) >= {Complaint.SMALL, Complaint.DARK}
