"""The trail in the chat: read, filtered, taken as a file, and closed to everybody else."""

import csv
import io
from datetime import timedelta

from openpyxl import load_workbook

from bot.simulator.driver import Person
from conversations.callbacks.trail import ExportTrail, OpenTrail, PickTrailPerson
from storage.models import Role
from tests.end_to_end.submitting import a_school, actor_of
from tests.world import TestWorld

PATIENCE = 60.0
"""A file is made by a process of its own."""


async def opens_trail(person: Person) -> None:
    await person.types("/sekolah")
    await person.taps("Audit")
    await person.sees("Hanya untuk dibaca")


async def test_an_operator_reads_filters_and_takes_the_trail(world: TestWorld) -> None:
    _rina, principal = await a_school(world)
    evil = await world.joins('=HYPERLINK("http://x","klik") <b>&', Role.TEACHER)
    operator = await world.joins("Ratna Dewi", Role.OPERATOR)
    await opens_trail(operator)
    newest = (await operator.sees("Ratna Dewi membuka jejak kegiatan")).text
    assert "Senin, 6 Juli 2026" in newest
    assert "Ratna Dewi bergabung" in newest
    assert "pukul 10.00 WIB" in newest
    # Two pages: the older one tells how the plan came to be, and back again.
    await operator.taps("Lebih lama")
    older = await operator.sees("Bu Kepala bergabung")
    assert "Rina Wati mengajukan rencana" in older.text + newest
    await operator.taps("Lebih baru")
    await operator.sees("Ratna Dewi membuka jejak kegiatan")
    # Turning pages is no further look.
    assert operator.last.text.count("membuka jejak") == 1
    # By person, then by kind.
    await operator.taps("Pilih orang")
    await operator.sees("Jejak siapa")
    await operator.taps("Rina Wati")
    rinas = await operator.sees("Hanya: Rina Wati")
    assert "Rina Wati menyepakati rencana" in rinas.text
    assert "Bu Kepala" not in rinas.text
    await operator.taps("Pilih jenis")
    await operator.taps("Anggota")
    joined = await operator.sees("Hanya: Anggota")
    assert "Rina Wati bergabung" in joined.text
    assert "menyepakati" not in joined.text
    await operator.taps("Lepas saringan")
    await operator.sees("Ratna Dewi membuka jejak kegiatan")
    # As files: what people are called is never a formula.
    await operator.taps("Unduh CSV")
    paper = await operator.sees_document("jejak-10304567.csv", within=PATIENCE)
    rows = list(csv.reader(io.StringIO((await operator.downloads(paper)).decode("utf-8-sig"))))
    assert rows[0][:3] == ["Waktu", "Siapa", "Kegiatan"]
    assert [row[2] for row in rows[1:3]] == [
        "Ratna Dewi mengunduh jejak kegiatan", "Ratna Dewi membuka jejak kegiatan",
    ]  # fmt: skip
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert any(row[1].startswith("'=HYPERLINK") for row in rows)
    await operator.taps("Unduh Excel")
    paper = await operator.sees_document("jejak-10304567.xlsx", within=PATIENCE)
    sheet = load_workbook(io.BytesIO(await operator.downloads(paper))).active
    assert sheet is not None
    assert sheet.freeze_panes == "A2"
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "d", "n"}
    assert sheet["A2"].is_date
    assert "mengunduh jejak" in str(sheet["C2"].value)
    # The principal may read it too; who looked is told.
    world.clock.forward(timedelta(hours=1))
    await opens_trail(principal)
    seen = await principal.sees("Bu Kepala membuka jejak kegiatan")
    assert "Ratna Dewi mengunduh jejak kegiatan" in seen.text
    await evil.blocks_bot()


async def test_nobody_else_reads_it_and_forged_buttons_are_answered(world: TestWorld) -> None:
    rina, _principal = await a_school(world)
    operator = await world.joins("Ratna Dewi", Role.OPERATOR)
    other = await world.founds("20304567", "SMPN 2 Lain")
    stranger = await world.joins("Operator Lain", Role.OPERATOR, other)
    me = (await actor_of(world, rina)).member_id
    for forged in (
        OpenTrail(0, "-", 0), OpenTrail(me, "plan", 5), PickTrailPerson(0, "-"),
        ExportTrail(0, "-", "csv"),
    ):  # fmt: skip
        answer = await rina.taps_data(forged.pack())
        assert "bukan untuk Anda" in answer.text
    for forged in (
        OpenTrail(0, "plan'; --", 0),
        OpenTrail(me, "-", 0),
        ExportTrail(0, "-", "exe"),
    ):
        answer = await stranger.taps_data(forged.pack())
        assert "sudah tidak ada" in answer.text
    # Numbers beyond all that there is: an empty page, no stumbling.
    await opens_trail(operator)
    await operator.taps_data(OpenTrail(0, "-", -(2**62)).pack())
    await operator.sees("Belum ada catatan di sini")
    await operator.types("/bahasa")
    await operator.taps("English")
    await operator.types("/sekolah")
    await operator.taps("Audit")
    page = await operator.sees("To be read only")
    assert "Ratna Dewi opened the trail" in page.text
