"""What people do with their own data: get it, ask to be erased, take it to another school."""

import io
import json
import zipfile
from collections.abc import Iterator

import pytest
from sqlmodel import col, select

from bot.simulator.driver import Person
from conversations.callbacks.own_data import (
    CarryOutErasure,
    CheckErasure,
    OpenCarriedPlan,
    OpenErasure,
    RefuseErasure,
    SeeCarriedFiles,
    TakePortfolio,
    WithdrawErasure,
)
from storage.erasure import ERASED_NAME
from storage.models import Account, AuditEntry, ErasureRequest, Farewell, Member, Role
from tests import papers
from tests.end_to_end.submitting import a_school
from tests.world import TestWorld

PATIENCE = 60.0


@pytest.fixture(autouse=True)
def calm(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail every test here in which the bot failed, even where nobody looked."""
    yield
    errors = [one.getMessage() for one in caplog.get_records("call") if one.levelname == "ERROR"]
    assert errors == []


async def proves(person: Person) -> None:
    """Send two photos and a PDF for one activity."""
    await person.types("/bukti")
    await person.taps("Pelatihan mandiri")
    await person.taps("Kirim bukti")
    await person.sees("Kirim bukti untuk:")
    before = person.messages[-1]
    await person.sends_album([papers.photo("satu"), papers.photo("dua")])
    await person.sees("2 halaman", after=before)
    before = person.messages[-1]
    await person.sends_document(papers.pdf("tiga"), "laporan <b>&.pdf")
    await person.sees("Tersimpan.", after=before)
    await person.taps("Selesai")
    await person.sees("Selesai mengirim")


async def opens(person: Person) -> None:
    before = person.last
    await person.types("/dataku")
    await person.sees("Data saya di", after=before)


async def asks_to_be_erased(person: Person) -> None:
    await opens(person)
    await person.taps("Hapus data saya")
    told = await person.sees("Hilang untuk selamanya")
    assert "UU 43/2009" in told.text
    assert "90 hari" in told.text
    await person.taps("Ya, minta dihapus")
    await person.sees("Operator belum memutuskan")


async def requests(world: TestWorld) -> list[ErasureRequest]:
    async with world.database.reading() as session:
        return list(
            (await session.exec(select(ErasureRequest).order_by(col(ErasureRequest.id)))).all()
        )


# ------------------------------------------------------------------------------- getting it


async def test_a_teacher_gets_everything_and_nothing_of_others(world: TestWorld) -> None:
    rina, _principal = await a_school(world)
    await world.joins("Budi Santoso", Role.TEACHER)
    await proves(rina)
    await rina.types("/bantuan")
    await rina.taps("Data saya")
    await rina.sees("Data saya di SMPN 1 Surian")
    await rina.taps("Unduh data saya")
    paper = await rina.sees_document("Data saya", within=PATIENCE)
    archive = zipfile.ZipFile(io.BytesIO(await rina.downloads(paper)))
    names = archive.namelist()
    assert names[:2] == ["baca-dulu.html", "data.json"]
    assert sum(one.startswith("bukti/") for one in names) == 3
    photo = next(one for one in names if one.endswith(".jpg"))
    assert archive.read(photo) in {papers.photo("satu"), papers.photo("dua")}
    data = json.loads(archive.read("data.json"))
    assert data["own"]["member"][0]["name"] == "Rina Wati"
    assert {one["file"] for one in data["own"]["evidence_page"]} == set(names[2:])
    page = archive.read("baca-dulu.html").decode()
    for words in ("Rina Wati", "Pelatihan mandiri", "Bu Kepala menyetujui rencana Anda"):
        assert words in page, words
    both = page + archive.read("data.json").decode()
    assert "Budi Santoso" not in both
    assert "<b>&.pdf" not in page
    # Asked for again while it is made, it is made once; it can be cancelled.
    await rina.sees("sudah jadi", within=PATIENCE)
    world.sim.faults.add("sendDocument", latency=3.0, times=1)
    await opens(rina)
    await rina.taps("Unduh data saya")
    await rina.taps("Batalkan", within=PATIENCE)
    await rina.sees("Baik, dibatalkan", within=PATIENCE)
    async with world.database.reading() as session:
        found = await session.exec(select(AuditEntry).where(AuditEntry.action == "data.export"))
        assert len(found.all()) == 2


# ------------------------------------------------------------------------------- erasure


async def test_a_request_is_refused_withdrawn_and_then_carried_out(world: TestWorld) -> None:
    rina, principal = await a_school(world)
    operator = await world.joins("Ratna Dewi", Role.OPERATOR)
    second = await world.joins("Operator Dua", Role.OPERATOR)
    await asks_to_be_erased(rina)
    await world.delivered()
    card = await operator.sees("Permintaan hapus data")
    assert "Rina Wati" in card.text
    await second.sees("Permintaan hapus data")
    # Refused with a reason, which the person reads; the other's card shows it.
    await operator.taps("Tolak, tulis alasan")
    await operator.sees("Tulis alasannya")
    await operator.types("…")
    await operator.sees("Tulis dahulu alasannya")
    await operator.taps("Tolak, tulis alasan")
    await operator.types("Nilai periode ini <belum> selesai")
    await operator.sees("sudah ditolak")
    await world.delivered()
    refused = await rina.sees("data Anda belum dihapus")
    assert "Nilai periode ini <belum> selesai" in refused.text
    await second.sees("Diputuskan oleh Ratna Dewi")
    # Asked again and withdrawn: a stale tap shows what became of it.
    await asks_to_be_erased(rina)
    await world.delivered()
    number = (await requests(world))[-1].id or 0
    await rina.taps("Tarik permintaan")
    await rina.sees("Hapus data saya")
    stale = await operator.taps_data(CarryOutErasure(number).pack())
    assert "sudah ditarik" in stale.text
    await rina.taps_data(WithdrawErasure(number).pack())
    # And carried out: asked once more first, told at the end, gone.
    await asks_to_be_erased(rina)
    await world.delivered()
    await operator.types("/anggota")
    await operator.taps("Permintaan hapus (1)")
    await operator.sees("Permintaan hapus data")
    await operator.taps("Hapus data orang ini")
    sure = await operator.sees("tidak bisa dibatalkan")
    assert "1 rencana kinerja" in sure.text
    await operator.taps("Ya, hapus selamanya")
    await operator.sees("datanya sudah dihapus")
    await rina.sees("Data Anda di SMPN 1 Surian sudah dihapus")
    await world.delivered()
    seen = await second.sees("datanya sudah dihapus")
    assert "Rina" not in seen.text
    again = await second.taps_data(CarryOutErasure((await requests(world))[-1].id or 0).pack())
    assert "datanya sudah dihapus" in again.text
    await rina.types("/menu")
    await rina.sees("Saya hanya melayani guru yang sudah punya undangan")
    async with world.database.reading() as session:
        assert await session.get(Account, rina.id) is None
        assert (await session.exec(select(Farewell))).all() == []
        names = (await session.exec(select(Member.name))).all()
        assert ERASED_NAME in names
        assert "Rina Wati" not in names
    assert principal.messages


async def test_forged_taps_and_the_last_operator(world: TestWorld) -> None:
    rina, principal = await a_school(world)
    operator = await world.joins("Ratna Dewi", Role.OPERATOR)
    await opens(operator)
    answer = await operator.taps("Hapus data saya")
    assert "satu-satunya operator" in answer.text
    await asks_to_be_erased(rina)
    number = (await requests(world))[-1].id or 0
    other = await world.founds("20304567", "SMPN 2 Lain")
    stranger = await world.joins("Operator Lain", Role.OPERATOR, other)
    for forged in (
        OpenErasure(number), CheckErasure(number), CarryOutErasure(number), RefuseErasure(number),
        WithdrawErasure(number),
    ):  # fmt: skip
        for who in (principal, stranger):
            answer = await who.taps_data(forged.pack())
            assert "bukan untuk Anda" in answer.text or "sudah tidak ada" in answer.text, forged
    answer = await rina.taps_data(CarryOutErasure(number).pack())
    assert "bukan untuk Anda" in answer.text
    assert [one.state for one in await requests(world)] == ["asked"]
    # The last word is kept until it was said, also over a restart.
    world.sim.faults.add("sendMessage", drop="before", times=4)
    await operator.taps_data(CarryOutErasure(number).pack())
    await world.restart()
    await rina.sees("sudah dihapus", within=PATIENCE)


# ------------------------------------------------------------------------------- moving


async def test_a_portfolio_is_taken_to_another_school(world: TestWorld) -> None:
    rina, _principal = await a_school(world)
    await proves(rina)
    await opens(rina)
    await rina.taps("Pindah sekolah")
    await rina.taps("Buat kode pindah")
    shown = await rina.sees("Kode pindah Anda")
    code = (await rina.taps("Salin kode")).copied
    assert code in shown.text
    await rina.types("/dataku")
    await rina.taps("Pindah sekolah")
    await rina.taps("Saya punya kode")
    await rina.types(code)
    await rina.sees("Kode ini dari sekolah ini juga")
    await rina.types("kembali")
    # Somebody else in the new school cannot use it.
    new = await world.founds("20304567", "SMPN 2 Baru")
    thief = await world.joins("Maling Kode", Role.TEACHER, new)
    await opens(thief)
    await thief.taps("Pindah sekolah")
    await thief.taps("Saya punya kode")
    await thief.types(code)
    await thief.sees("tidak dikenal untuk akun Telegram Anda")
    # Joined there with the same account: typed in any way, agreed to, there.
    await world.joins("Rina Wati", Role.TEACHER, new, person=rina)
    await opens(rina)
    await rina.taps("Pindah sekolah")
    await rina.taps("Saya punya kode")
    await rina.types(code.lower().replace("-", " "))
    asked = await rina.sees("Bawa portofolio dari SMPN 1 Surian")
    assert "1 rencana dan 2 bukti" in asked.text
    data = next(
        button["callback_data"]
        for row in asked.rows
        for button in row
        if "Setuju" in button["text"]
    )
    await rina.taps("Setuju, bawa ke sini")
    await rina.sees("Portofolio dari sekolah lama")
    twice = await rina.taps_data(data)
    assert "sudah dipakai" in twice.text
    forged = await thief.taps_data(data)
    assert "tidak dikenal" in forged.text
    await rina.taps_data(TakePortfolio(99).pack())
    await opens(rina)
    await rina.taps("Portofolio lama")
    await rina.sees("Hanya untuk dibaca")
    await rina.taps("Juli–Desember")
    plan = await rina.sees("SMPN 1 Surian (NPSN 10304567)")
    assert "Pelatihan mandiri" in plan.text
    assert "menunggu diperiksa" in plan.text
    await rina.taps("Lihat nomor 1")
    await rina.sees("Juli–Desember 2026 · SMPN 1 Surian")
    for button in (OpenCarriedPlan(1, 0), SeeCarriedFiles(3)):
        answer = await thief.taps_data(button.pack())
        assert "sudah tidak ada" in answer.text or "bukan untuk Anda" in answer.text
    await opens(rina)
    await rina.taps("Portofolio lama")
    await rina.taps("Hapus salinan ini")
    await rina.taps("Ya, hapus selamanya")
    await rina.sees("Belum ada.")
    async with world.database.reading() as session:
        trail = (await session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))).all()
    moved = [(one.school_id, one.action) for one in trail if one.action.startswith("transfer")]
    assert [action for _, action in moved] == [
        "transfer.offer", "transfer.leave", "transfer.take", "transfer.drop",
    ]  # fmt: skip
    assert [school for school, _ in moved] == [1, 1, 2, 2]
