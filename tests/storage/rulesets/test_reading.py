"""A file that is no rule set is refused, with every mistake in it."""

import re
import shutil
from pathlib import Path

import pytest

from storage.rulesets import (
    RuleSetError,
    available_rulesets,
    load_ruleset,
    loader,
)
from storage.rulesets.loader import FOLDER, build
from tests.storage.rulesets.staging import Breakage, in_item, refused

BREAKAGES: dict[str, Breakage] = {
    "unknown table": ("[upload]", "[uplaod]", "uplaod", "unknown table; did you mean upload?"),
    "missing table": ("[upload]", "[uplaod]", "upload", "the table is missing"),
    "unknown key": (
        "target_min = 32",
        "target_mim = 32",
        "points.target_mim",
        "unknown key; did you mean target_min?",
    ),
    "missing key": ("target_min = 32\n", "", "points.target_min", "the key is missing"),
    "text for a number": (
        "target_min = 32",
        'target_min = "32"',
        "points.target_min",
        "must be a whole number, found '32'",
    ),
    "true for a number": (
        "target_min = 32",
        "target_min = true",
        "points.target_min",
        "must be a whole number, found True",
    ),
    "fraction for a whole number": (
        "target_min = 32",
        "target_min = 32.5",
        "points.target_min",
        "must be a whole number, found 32.5",
    ),
    "number for text": (
        'short_title = "PMM 2024"',
        "short_title = 2024",
        "scheme.short_title",
        "must be text, found 2024",
    ),
    "quoted date": (
        "valid_from = 2024-01-01",
        'valid_from = "2024-01-01"',
        "scheme.valid_from",
        "must be a date such as 2024-03-31, without quotes",
    ),
    "date with a time": (
        "valid_from = 2024-01-01",
        "valid_from = 2024-01-01T00:00:00",
        "scheme.valid_from",
        "must be a date such as",
    ),
    "number for a word": (
        'kind = "items"',
        "kind = 3",
        "step.pengembangan_diri.kind",
        "must be text, found 3",
    ),
    "number for a day": (
        'start = "07-01"',
        "start = 7",
        "period.2.start",
        "must be text, found 7",
    ),
    "text for a list": (
        'formats = ["pdf"]',
        'formats = "pdf"',
        "upload.formats",
        "must be a list, found 'pdf'",
    ),
    "wrong entry of a list": (
        'formats = ["pdf"]',
        "formats = [1]",
        "upload.formats",
        "must be text, found 1",
    ),
    "text for a table in a list": (
        '  { code = "PK-1a", label = "Penuhi kebutuhan warga", '
        'text = "Memahami dan memenuhi kebutuhan masyarakat" },',
        '"Memahami",',
        "behaviour.PK-1.guides",
        "must be a table, found 'Memahami'",
    ),
    "typing mistake in a guide": (
        'label = "Penuhi kebutuhan warga"',
        'lable = "Penuhi kebutuhan warga"',
        "behaviour.PK-1.guides[0].lable",
        "unknown key; did you mean label?",
    ),
    "empty text": (
        'short_title = "PMM 2024"',
        'short_title = ""',
        "scheme.short_title",
        "must not be empty",
    ),
    "list for one table": (
        "[upload]",
        "[[upload]]",
        "upload",
        "write one table: [upload]",
    ),
    "unknown confidence": (
        *in_item("RHK-02", 'points_confidence = "quoted"', 'points_confidence = "sure"'),
        "item.RHK-02.points_confidence",
        "must be one of quoted, reconstructed, own; found 'sure'",
    ),
    "impossible day": (
        'start = "07-01"',
        'start = "07-32"',
        "period.2.start",
        "no year has the day 07-32",
    ),
    "not a day": (
        'start = "07-01"',
        'start = "1 Juli"',
        "period.2.start",
        "expected a day as MM-DD",
    ),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_mistake_is_refused_with_file_key_and_reason(name: str, tmp_path: Path) -> None:
    refused(tmp_path, "pmm-2024", BREAKAGES[name])


def without(text: str, table: str) -> str:
    """Return a rule set's text without all tables of one name."""
    return re.sub(rf"^\[+{table}\]+\n(?:(?!\[).*\n)*", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("table", "key", "reason"),
    [
        ("points", "points", "write either [points] or [without_points]"),
        ("period", "period", "the table is missing"),
        ("category", "item.RHK-01.category", "there is no category 'pelatihan'"),
    ],
)
def test_a_table_left_out(table: str, key: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "pmm-2024.toml"
    path.write_text(without((FOLDER / path.name).read_text("utf-8"), table), "utf-8")
    with pytest.raises(RuleSetError) as caught:
        build(path, None, available_rulesets())
    assert any(each.key == key and reason in each.reason for each in caught.value.problems)


@pytest.mark.parametrize(
    ("line", "key", "reason"),
    [
        ("period = []", "period", "at least one period is needed"),
        ("step = []", "step", "at least one step is needed"),
        ("duty = []", "step.tugas_tambahan.choices", "the list of duties is empty"),
        ("period = 3", "period", "write a list of tables: [[period]]"),
    ],
)
def test_an_empty_list(line: str, key: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "pmm-2024.toml"
    table = line.split(" = ", maxsplit=1)[0]
    rest = without((FOLDER / path.name).read_text("utf-8"), table)
    path.write_text(f"{line}\n{rest}", "utf-8")
    with pytest.raises(RuleSetError) as caught:
        build(path, None, available_rulesets())
    assert any(each.key == key and reason in each.reason for each in caught.value.problems)


def test_a_rule_set_that_is_added_is_found_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "FOLDER", tmp_path)
    for name in ("pmm-2024", "ruang-gtk-2025"):
        shutil.copy(FOLDER / f"{name}.toml", tmp_path)
    loader._built_in.cache_clear()
    try:
        with pytest.raises(RuleSetError):
            load_ruleset("pmm-2030")
        text = (tmp_path / "pmm-2024.toml").read_text("utf-8")
        added = text.replace('id = "pmm-2024"', 'id = "pmm-2030"', 1)
        (tmp_path / "pmm-2030.toml").write_text(added, "utf-8")
        assert load_ruleset("pmm-2030").id == "pmm-2030"
    finally:
        loader._built_in.cache_clear()


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    text = (FOLDER / "pmm-2024.toml").read_text("utf-8")
    text = text.replace("target_min = 32", "target_min = 200", 1)
    text = text.replace('label = "Peserta seminar"', 'label = "Peserta coaching"', 1)
    path = tmp_path / "pmm-2024.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(RuleSetError) as caught:
        build(path, None, available_rulesets())
    error = caught.value
    assert [each.key for each in error.problems] == [
        "item.RHK-08.label",
        "item.RHK-09.label",
        "points.target_min",
    ]
    assert (error.file, error.key) == ("pmm-2024.toml", "item.RHK-08.label")
    assert error.reason in str(error)
    assert len(str(error).splitlines()) == 3


def test_an_unknown_rule_set_is_refused() -> None:
    with pytest.raises(RuleSetError, match=r"pmm-2042\.toml.*known are pmm-2024, ruang-gtk-2025"):
        load_ruleset("pmm-2042")


def test_a_path_is_not_a_rule_set() -> None:
    with pytest.raises(RuleSetError):
        load_ruleset("../rulesets/pmm-2024")


@pytest.mark.parametrize("content", [b"[scheme", b"title = \xff"])
def test_what_is_not_toml_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "pmm-2024.toml"
    path.write_bytes(content)
    with pytest.raises(RuleSetError, match="is not TOML"):
        build(path, None, available_rulesets())
