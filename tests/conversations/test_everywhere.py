"""What somebody means by what they type: numbers, labels, words."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations import everywhere
from conversations.callbacks.everybody import Home
from conversations.callbacks.packing import Button
from conversations.callbacks.planning import OpenItem, OpenPlan, OpenStatus, SetUnits
from conversations.everywhere import fold, whole_number
from conversations.screens import Key, Screen

CALM = settings(deadline=None)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("✅ Setujui!", "setujui"),
        ("  SETUJUI  ", "setujui"),
        ("1. Pengembangan   diri", "1 pengembangan diri"),
        ("‹ Kembali", "kembali"),
        ("Ｍｅｎｕ", "menu"),
        ("ﬁle", "file"),
        ("👍", ""),
        ("\u200b\u202e", ""),
    ],
)
def test_signs_case_and_spaces_do_not_count(typed: str, meant: str) -> None:
    assert fold(typed) == meant


@CALM
@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert once == once.strip()


@CALM
@given(st.integers(0, 999_999), st.sampled_from("٠۰०๐０𝟎"))
def test_a_number_is_read_in_every_script(number: int, zero: str) -> None:
    typed = "".join(chr(ord(zero) + int(digit)) for digit in str(number))
    assert whole_number(typed) == number
    assert whole_number(f" {typed}. ") == number


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", "+", ".", "1e9", "2,5", "2.5", "1_0", "0x1", "²", "½", "Ⅳ", "９９９９９９９"],
)
def test_nothing_else_is_a_number(text: str) -> None:
    assert whole_number(text) is None


@CALM
@given(st.text(max_size=12))
def test_any_text_is_a_number_or_none(text: str) -> None:
    number = whole_number(text)
    assert number is None or any(unicodedata.category(sign) == "Nd" for sign in text)


def screen(*labels: str, takes: bool = False) -> Screen:
    """A list with numbered keys, `Selesai` below, on which other numbers may mean something."""
    keys = [
        Key(label, OpenItem(1, label), number=number) for number, label in enumerate(labels, 1)
    ]
    rows = (*((key,) for key in keys), (Key("✔ Selesai", OpenPlan()), Key("Situs", link="x")))

    def by_number(number: int) -> Button:
        return SetUnits(1, "x", number) if number < 50 else OpenStatus()

    return Screen("", rows, view=OpenStatus(), takes_number=by_number if takes else None)


def test_a_number_means_its_key_first() -> None:
    assert everywhere._by_number(screen("A", "B", takes=True), 2) == OpenItem(1, "B")


def test_another_number_means_what_the_screen_says() -> None:
    assert everywhere._by_number(screen("A", takes=True), 7) == SetUnits(1, "x", 7)
    assert everywhere._by_number(screen("A"), 7) is None


def test_a_number_that_only_draws_the_screen_again_is_not_understood() -> None:
    assert everywhere._by_number(screen("A", takes=True), 99) is None


def test_no_screen_means_nothing() -> None:
    assert everywhere._by_number(None, 1) is None
    assert everywhere._by_label(None, "Selesai") is None


@pytest.mark.parametrize("typed", ["selesai", "SELESAI!", "✔ selesai", "seles"])
def test_words_mean_the_key_with_the_label(typed: str) -> None:
    assert everywhere._by_label(screen("A"), typed) == OpenPlan()


@pytest.mark.parametrize("typed", ["", "👍", "sel", "situs", "entah"])
def test_too_little_or_a_link_means_nothing(typed: str) -> None:
    assert everywhere._by_label(screen("A"), typed) is None


def test_a_part_of_two_labels_means_neither() -> None:
    two = screen("Tambah satu", "Tambah dua")
    assert everywhere._by_label(two, "tambah") is None
    assert everywhere._by_label(two, "tambah dua") == OpenItem(1, "Tambah dua")


def test_the_whole_label_goes_before_a_part_of_another() -> None:
    two = Screen("", ((Key("Rencana", OpenPlan()), Key("Rencana lama", Home())),))
    assert everywhere._by_label(two, "rencana") == OpenPlan()
