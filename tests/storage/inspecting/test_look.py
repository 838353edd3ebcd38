"""Which pictures are called alike, and which are not."""

import itertools
from collections.abc import Callable

import imagehash
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from storage.inspecting import ALIKE_WITHIN, likeness
from storage.inspecting.look import look_of
from tests.storage.inspecting.conftest import Inspect
from tests.storage.inspecting.made import (
    as_telegram_sends,
    certificate,
    coded,
    crowd,
    letter,
    telling_exif,
)

MAKERS = [certificate, letter, crowd]
looks = st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}")


def brighter(picture: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(picture.convert("RGB")).enhance(1.05)


def half(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    "change",
    [
        as_telegram_sends,
        lambda picture: as_telegram_sends(picture, edge=800, quality=70),
        lambda picture: as_telegram_sends(as_telegram_sends(picture), quality=75),
        half,
        brighter,
        lambda picture: as_telegram_sends(brighter(picture)),
    ],
    ids=["telegram", "telegram, small", "forwarded", "half", "brighter", "brighter, telegram"],
)
def test_versions_of_one_picture_are_alike(
    inspected: Inspect,
    make: Callable[..., Image.Image],
    change: Callable[[Image.Image], Image.Image],
) -> None:
    original = make(width=1800)
    looks = [inspected(coded(each, quality=90)).look for each in (original, change(original))]
    assert likeness(*looks) <= ALIKE_WITHIN


def test_a_photo_turned_by_its_exif_is_alike(inspected: Inspect) -> None:
    upright = inspected(coded(certificate())).look
    for turn, orientation in ((Image.Transpose.ROTATE_90, 6), (Image.Transpose.ROTATE_180, 3)):
        lying = certificate().transpose(turn)
        look = inspected(coded(lying, exif=telling_exif(orientation), quality=70)).look
        assert likeness(look, upright) <= ALIKE_WITHIN


def test_the_kind_of_file_makes_no_difference(inspected: Inspect) -> None:
    looks = [inspected(coded(certificate(), kind)).look for kind in ("JPEG", "PNG", "WEBP")]
    assert all(likeness(*pair) <= ALIKE_WITHIN for pair in itertools.combinations(looks, 2))


def test_certificates_of_one_template_are_not_alike(inspected: Inspect) -> None:
    people = [
        ("Rina Wati, S.Pd.", "12 Februari 2024", "Implementasi Kurikulum Merdeka"),
        ("Budi Santoso", "3 Maret 2024", "Literasi Digital Guru"),
        ("Dr. Siti Nurhaliza, M.Pd.", "27 Juni 2024", "Asesmen Formatif di Kelas"),
        ("I Made Suardana", "9 Januari 2025", "Pembelajaran Berdiferensiasi"),
        ("Yusuf", "30 Mei 2024", "Pencegahan Perundungan"),
    ]
    looks = [
        inspected(coded(as_telegram_sends(certificate(*each, width=1300)))).look for each in people
    ]
    assert all(likeness(*pair) > ALIKE_WITHIN for pair in itertools.combinations(looks, 2))


def test_certificates_that_differ_by_the_name_are_mostly_not_alike(inspected: Inspect) -> None:
    names = [
        "Rina Wati, S.Pd.",
        "Budi Santoso",
        "Dr. Siti Nurhaliza, M.Pd.",
        "Yusuf",
        "Agus Salim",
    ]
    looks = [
        inspected(coded(as_telegram_sends(certificate(each, width=1300)))).look for each in names
    ]
    pairs = list(itertools.combinations(looks, 2))
    assert sum(likeness(*pair) <= ALIKE_WITHIN for pair in pairs) <= len(pairs) // 5


def test_pages_of_text_are_not_alike(inspected: Inspect) -> None:
    looks = [inspected(coded(letter(seed))).look for seed in range(5)]
    assert all(likeness(*pair) > 4 * ALIKE_WITHIN for pair in itertools.combinations(looks, 2))


@pytest.mark.parametrize("make", MAKERS)
def test_the_look_is_the_one_of_the_library(make: Callable[..., Image.Image]) -> None:
    grey = make(width=1000).convert("L")
    assert likeness(look_of(grey), str(imagehash.phash(grey, 16))) <= 2


def test_an_even_surface_has_a_steady_look() -> None:
    looks = {look_of(Image.new("L", (1000, 700), level)) for level in (0, 77, 200, 255)}
    assert len({each[1:] for each in looks}) == 1


@given(looks, looks)
def test_likeness_counts_the_bits_that_differ(one: str, other: str) -> None:
    assert likeness(one, one) == 0
    assert likeness(one, other) == likeness(other, one)
    hashes = (imagehash.hex_to_hash(one), imagehash.hex_to_hash(other))
    assert likeness(one, other) == hashes[0] - hashes[1]
