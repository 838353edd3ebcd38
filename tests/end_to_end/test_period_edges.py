"""Periods in which nobody planned anything, and rules that change while one is under way."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from PIL import Image

from bot import replies
from bot.simulator.driver import Person
from conversations.callbacks.confirming import OpenConfirmations
from conversations.callbacks.official import OrderSkp
from conversations.callbacks.rating import SealRatings
from storage.models import Role
from tests.end_to_end.submitting import actor_of, agrees
from tests.end_to_end.test_yearly import PATIENCE, at, sheet, text_of
from tests.storage import observing
from tests.storage.reports.staging import answers, submits
from tests.world import TestWorld, open_world

FORMULA = "=1+1"
YEARLY = "ruang-gtk-2025"


@pytest.fixture(autouse=True)
def calm(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail where the bot failed; however busy the machine is, taps say what they have to say."""
    monkeypatch.setattr(replies, "PATIENCE_S", 60.0)
    yield
    errors = [one.getMessage() for one in caplog.get_records("call") if one.levelname == "ERROR"]
    assert errors == []


async def tables(principal: Person, period: str) -> Any:
    """Take the tables of a period, found by its first words on a button."""
    typed = await principal.types("/rekap")
    await principal.taps("Unduh data", on=await principal.sees("Rekap rencana", after=typed))
    if period:
        await principal.taps(period, on=await principal.sees("Unduh data sekolah", after=typed))
    await principal.taps("XLSX")
    table = await principal.sees_document("Data SMPN 1 Surian", within=PATIENCE, after=typed)
    return load_workbook(io.BytesIO(await principal.downloads(table)))


async def test_a_year_in_which_nobody_planned_can_be_walked_through(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with open_world(sqlite_url, tmp_path, ruleset=YEARLY) as world:
        world.clock.at = at(12, 1)
        kepala = await world.joins("Bu Kepala", Role.PRINCIPAL)
        rina = await world.joins(FORMULA, Role.TEACHER)
        for command, words in (
            ("/status", "Rencana belum dimulai"),
            ("/laporan", "rencana"),
            ("/observasi", "rencana"),
        ):
            typed = await rina.types(command)
            await rina.sees(words, after=typed)
        await rina.types("/status")
        await rina.taps("Gambar")
        await rina.sees_photo("Gambar keadaan", within=PATIENCE)
        assert (await rina.taps_data(OrderSkp(1).pack(), rina.last)).show_alert
        await kepala.types("/penilaian")
        listed = await kepala.sees("Tanpa rencana berlaku: 1")
        assert "Mulai menilai" not in " ".join(listed.buttons)
        assert (await kepala.taps_data(SealRatings(0).pack(), listed)).text
        await kepala.taps_data(OpenConfirmations(0).pack(), kepala.last)
        await kepala.sees("Tidak ada yang menunggu")
        await kepala.types("/rekap")
        await kepala.taps("Papan observasi")
        await kepala.sees("rencana belum berlaku")
        await kepala.types("/rekap")
        await kepala.taps("Gambar papan")
        board = await kepala.sees_photo("Papan 1 guru", within=PATIENCE)
        assert Image.open(io.BytesIO(await kepala.downloads(board))).size[0] == 960
        await kepala.types("/rekap")
        await kepala.taps("Rekap (PDF)")
        recap = await kepala.sees_document("Rekap - ", within=PATIENCE)
        assert f"{FORMULA} Belum mulai" in await text_of(kepala, recap)
        book = await tables(kepala, "")
        assert [len(sheet(book, name)) for name in book.sheetnames[:-1]][:2] == [2, 1]
        assert sheet(book, "Guru")[1][2] == FORMULA
        assert book["Guru"]["C2"].data_type == "s"
        # The next year begins, and the last one is told of as it was.
        world.clock.at = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)
        await world.kawan.rounds.remind()
        await world.delivered()
        await kepala.sees("sudah ditutup")


async def test_rules_that_change_meanwhile_leave_the_period_as_it_was(world: TestWorld) -> None:
    """Observed and reported under one scheme, rated under it too, whatever comes next year."""
    kepala = await world.joins("Bu Kepala", Role.PRINCIPAL)
    oper = await world.joins("Pak Operator", Role.OPERATOR)
    rina = await world.joins("Rina Wati", Role.TEACHER)
    plan = await agrees(world, rina, kepala)
    boss, owner = await actor_of(world, kepala), await actor_of(world, rina)
    async with world.database.transaction() as session:
        await observing.agreed(session, owner, boss, plan.id)
        await observing.observed(session, boss, plan.id)
        await answers(session, owner, plan)
        await submits(session, owner, plan)
    world.clock.at = at(12, 1)
    await oper.types("/sekolah")
    await oper.taps("Aturan")
    await oper.taps("Ruang GTK 2025")
    await oper.taps("Pakai aturan ini")
    await oper.sees("Mulai Jumat, 1 Januari 2027: Ruang GTK 2025")
    await world.delivered()
    await kepala.types("/penilaian")
    await kepala.taps("Mulai menilai")
    card = await kepala.sees("⭐ Rina Wati")
    assert "PMM 2024" in card.text
    assert "0 dari 48 poin" in card.text
    await kepala.taps("2. Sesuai")
    await kepala.taps("5. Sesuai")
    await kepala.sees("Predikat: Baik")
    await kepala.taps("Sahkan ini")
    await kepala.taps("Sahkan penilaian")
    await rina.sees("ini hasil penilaian kinerja Anda")
    # In the new year the old papers are what they were; the new ones know no points.
    world.clock.at = datetime(2027, 1, 4, 3, 0, tzinfo=UTC)
    typed = await rina.types("/status")
    status = await rina.sees("Ruang GTK 2025 · Januari–Desember 2027", after=typed)
    assert "poin" not in status.text
    assert "⬜ Dokumen: belum" in status.text
    await rina.taps("SKP Jul–Des 2026", on=status)
    paper = await text_of(rina, await rina.sees_document("SKP - Rina Wati", within=PATIENCE))
    assert "Aturan: PMM 2024" in paper
    assert "Poin dicapai" in paper
    assert "Dokumen akuntabilitas" not in paper
    assert "DRAF" not in paper
    old = await tables(kepala, "Jul–Des")
    assert "Poin rencana" in sheet(old, "Guru")[0]
    assert "Dokumen akuntabilitas" not in old.sheetnames
    assert sheet(old, "Penilaian")[1][4] == "Baik"
    new = await tables(kepala, "")
    heads = [cell for name in new.sheetnames[:-1] for cell in sheet(new, name)[0]]
    assert not [one for one in heads if "poin" in one.casefold()]
    assert "Dokumen akuntabilitas" in new.sheetnames
