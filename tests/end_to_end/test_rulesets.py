"""Rule sets as people meet them: the yearly one, a third one in data only, and changing over."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from bot.simulator.driver import Person
from conversations.callbacks.confirming import ConfirmPaper, ShowPapers, TakePaperBack
from conversations.callbacks.rulesets import ChooseRuleset, LookAtRuleset, TakeRulesetBack
from storage.models import (
    AuditEntry,
    Confirmation,
    Plan,
    PlanEntry,
    Role,
    School,
)
from tests import papers
from tests.end_to_end.submitting import agrees
from tests.storage.ruleset_files import THIRD, add_third
from tests.world import TestWorld, open_world

ZONE = ZoneInfo("Asia/Jakarta")
YEARLY = "ruang-gtk-2025"


@pytest.fixture(autouse=True)
def calm(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail every test here in which the bot failed, even where nobody looked."""
    yield
    if "broken" not in request.node.name:
        records = caplog.get_records("call")
        assert [one.getMessage() for one in records if one.levelname == "ERROR"] == []


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """Give a moment on a Jakarta clock."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)


async def goes_to(world: TestWorld, day: date, hour: int = 15) -> None:
    """Move the calendar, look, and send what is due."""
    world.clock.at = at(day, hour)
    await world.kawan.rounds.remind()
    await world.delivered()


async def passes(world: TestWorld, minutes: int = 65) -> None:
    """Let time pass, and all that is due by then be delivered."""
    world.clock.forward(timedelta(minutes=minutes))
    await world.delivered()


def said_by(world: TestWorld) -> list[str]:
    """Everything that the bot has said so far: texts, buttons and what hung over the chat."""
    said = []
    for call in world.sim.calls:
        said += [call.params.get(name, "") for name in ("text", "caption", "reply_markup")]
    return list(filter(None, said))


async def plans_under(world: TestWorld) -> list[tuple[str, str, str]]:
    async with world.database.reading() as session:
        found = await session.exec(
            select(Plan.period, Plan.ruleset, Plan.status).order_by(col(Plan.period))
        )
        return list(found.all())


# ------------------------------------------------------------------------------- changing over


async def test_a_school_changes_over_at_the_end_of_the_period(world: TestWorld) -> None:
    kepala = await world.joins("Bu Kepala", Role.PRINCIPAL)
    oper = await world.joins("Pak Operator", Role.OPERATOR)
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await agrees(world, rina, kepala)
    await oper.types("/sekolah")
    await oper.taps("Aturan")
    card = await oper.sees("Sekarang: PMM 2024")
    assert "Ruang GTK 2025: paling cepat mulai 1 Jan 2027" in card.text
    await oper.taps("Ruang GTK 2025")
    offer = await oper.sees("Berlaku mulai Jumat, 1 Januari 2027")
    assert "Tidak memakai poin" in offer.text
    assert "Sampai Kamis, 31 Desember 2026 sekolah tetap memakai PMM 2024" in offer.text
    await oper.taps("Pakai aturan ini")
    card = await oper.sees("Mulai Jumat, 1 Januari 2027: Ruang GTK 2025")
    assert "masih bisa dibatalkan" in card.text
    await kepala.types("/sekolah")
    await kepala.sees("Aturan sekolah berganti mulai Jumat, 1 Januari 2027")
    # Twice, from an old screen, by somebody who may not: nothing more happens.
    stale = ChooseRuleset(YEARLY, 0).pack()
    answer = await oper.taps_data(stale, oper.last.id)
    assert "baru saja diubah" in (answer.text or "")
    for forged in (ChooseRuleset(YEARLY, 1), TakeRulesetBack(1), LookAtRuleset(YEARLY)):
        answer = await rina.taps_data(forged.pack(), rina.last.id)
        assert "bukan untuk Anda" in (answer.text or "")
    answer = await oper.taps_data(ChooseRuleset("../x", 1).pack(), oper.last.id)
    assert "sudah tidak ada" in (answer.text or "")
    # Nothing in the running period changes; everybody is told from when it will.
    await passes(world)
    told = await rina.sees("aturan sekolah akan berganti")
    assert "Mulai Jumat, 1 Januari 2027 sekolah memakai Ruang GTK 2025" in told.text
    assert "Periode Juli–Desember 2026 tidak berubah" in told.text
    await kepala.sees("aturan sekolah akan berganti")
    await rina.types("/status")
    await rina.sees("PMM 2024 · Juli–Desember 2026")
    await rina.sees("sudah disepakati: 48 dari 32 poin")
    # The principal takes it back, and chooses it again.
    await kepala.types("/sekolah")
    await kepala.taps("Aturan")
    await kepala.taps("Batalkan")
    await kepala.sees_no("masih bisa dibatalkan")
    await passes(world)
    await rina.sees("aturan sekolah tidak jadi berganti")
    await kepala.taps("Ruang GTK 2025")
    await kepala.taps("Pakai aturan ini")
    await kepala.sees("masih bisa dibatalkan")
    # In the new year the old period closes as it was, and the new one begins.
    await goes_to(world, date(2027, 1, 4))
    closed = await kepala.sees("periode Juli–Desember 2026 sudah ditutup")
    assert "Bukti tidak lengkap (1)" in closed.text
    assert "Sekarang berjalan periode Januari–Desember 2027" in closed.text
    await rina.types("menu")
    home = await rina.sees("Januari–Desember 2027 · Ruang GTK 2025")
    assert "poin" not in home.text
    await rina.taps("Rencana")
    await rina.sees("Ruang GTK 2025")
    await rina.taps("Pakai periode lalu")
    await rina.sees("5. ✅ Perilaku kerja")
    assert await plans_under(world) == [
        ("2026-2", "pmm-2024", "agreed"), ("2027", YEARLY, "draft"),
    ]  # fmt: skip
    await kepala.types("/rekap")
    await kepala.sees("Ruang GTK 2025 · Januari–Desember 2027")
    # What has begun cannot be taken back, by whichever button.
    answer = await oper.taps_data(TakeRulesetBack(3).pack(), oper.last.id)
    assert "sudah berlaku sejak Jumat, 1 Januari 2027" in (answer.text or "")
    await oper.sees("Sekarang: Ruang GTK 2025")
    async with world.database.reading() as session:
        trail = (await session.exec(select(AuditEntry.action))).all()
    assert trail.count("school.ruleset") == 2
    assert trail.count("school.ruleset_back") == 1


# ------------------------------------------------------------------------------- the yearly one


async def plans_by_taps(teacher: Person, duty: str) -> None:
    """Fill the yearly plan, step by step, and hand it in."""
    typed = await teacher.types("/rencana")
    await teacher.sees("Rencana kinerja Ruang GTK 2025", after=typed)
    await teacher.taps("1. ")
    await teacher.sees("Pelaksanaan tugas pokok Ruang GTK 2025")
    await teacher.taps("2. ")
    await teacher.sees("2. ✅ Melaksanakan")
    await teacher.taps("Selesai")
    await teacher.taps("2. ")
    await teacher.taps("1. ")
    await teacher.taps("Selesai")
    await teacher.taps("3. ")
    await teacher.taps("Tulis")
    await teacher.types("Membuat asesmen diagnostik untuk tiap bab")
    await teacher.sees("3. ✅")
    await teacher.taps("4. ")
    await teacher.taps(duty)
    if duty != "Tidak ada":
        await teacher.taps("Selesai")
    await teacher.sees("4. ✅")
    await teacher.taps("5. ")
    await teacher.taps("set standar")
    await teacher.taps("Selesai")
    await teacher.taps("Ringkasan")
    await teacher.taps("Ajukan")
    await teacher.sees("Sudah diajukan")


async def test_the_yearly_scheme_from_planning_to_confirmation(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/gtk.db"
    async with open_world(url, tmp_path, ruleset=YEARLY) as world:
        world.clock.at = at(date(2026, 2, 2))
        kepala = await world.joins("Bu Kepala", Role.PRINCIPAL)
        coach = await world.joins("Bu Coach", Role.COACH)
        rina = await world.joins("Rina Wati", Role.TEACHER)
        budi = await world.joins("Budi <b>&", Role.TEACHER)
        await goes_to(world, date(2026, 3, 24))
        await rina.sees("rencana Anda belum dimulai")
        await plans_by_taps(rina, "Wali kelas")
        await plans_by_taps(budi, "Tidak ada")
        # The principal decides; no reason speaks of points.
        await kepala.types("/persetujuan")
        await kepala.sees("mengajukan rencana")
        await kepala.taps("Tinjau ulang")
        await kepala.taps("Pilih alasan")
        reasons = await kepala.sees("Apa pesan untuk")
        await kepala.sees_no_button("Kurangi jumlah", on=reasons)
        await kepala.taps("Periksa SK")
        await rina.sees("perlu diperbaiki")
        await rina.taps("Perbaiki sekarang")
        await rina.taps("Ringkasan")
        await rina.taps("Ajukan")
        await world.delivered()
        for _ in range(2):
            typed = await kepala.types("/persetujuan")
            card = await kepala.sees("mengajukan", after=typed)
            await kepala.taps("Setujui", on=card)
            await kepala.sees("Disetujui Bu Kepala", after=typed)
        await rina.sees("rencana Anda disetujui")
        await rina.sees_no_button("Sepakati")
        # Carrying out: nothing is missing, nobody is nagged.
        await rina.types("/status")
        status = await rina.sees("Dokumen: 0 dari 3 dikonfirmasi")
        assert "Selamat melaksanakan" in status.text
        assert "Bukti tidak wajib" in status.text
        await rina.types("/bukti")
        listed = await rina.sees("Bukti boleh disimpan di sini, tidak wajib")
        assert "belum ada, tidak apa-apa" in listed.text
        assert "kurang" not in listed.text
        await budi.types("/bukti")
        await budi.sees("tidak punya kegiatan untuk dipasangi bukti")
        typed = await budi.types("menu")
        await budi.sees("Dokumen: 0 dari 2 dikonfirmasi", after=typed)
        await world.delivered()
        before = [len(one.messages) for one in (rina, budi, coach)]
        for day in (date(2026, 10, 24), date(2026, 10, 30), date(2026, 10, 31)):
            await goes_to(world, day)
        assert [len(one.messages) for one in (rina, budi, coach)] == before
        digest = await kepala.sees("ini yang menunggu keputusan")
        assert "Dokumen 2 guru belum lengkap dikonfirmasi" in digest.text
        # Evidence is welcome all the same.
        await rina.sends_photo(papers.photo("Surat Tugas"))
        sort = await rina.sees("Untuk kegiatan yang mana?")
        assert "kurang" not in sort.text
        await rina.taps("Wali kelas")
        await rina.sees("Tersimpan.")
        await kepala.types("/persetujuan")
        await kepala.taps("Terima")
        await kepala.sees("Diterima oleh Bu Kepala")
        await passes(world, 3)
        await rina.sees("1 bukti Anda diterima")
        await rina.types("menu")
        await rina.sees("Bukti tersimpan: 1 kegiatan, 1 diterima")
        await confirms(world, kepala, rina, budi)
        await reads_on(world, kepala, coach, rina)
        said = said_by(world)
        assert len(said) > 100
        assert [one for one in said if "poin" in one.casefold()] == []
        unlike = re.compile(r"\{kurang\}|yang masih kurang|kurang sesuai")  # a blank; a reason
        assert [one for one in said if "kurang" in unlike.sub("", one.casefold())] == []


async def confirms(world: TestWorld, kepala: Person, rina: Person, budi: Person) -> None:
    """Confirm documents one by one, take one back, and meet all that can go wrong."""
    await kepala.types("/persetujuan")
    await kepala.sees("Dokumen 2 guru belum lengkap dikonfirmasi")
    await kepala.taps("Konfirmasi dokumen")
    listed = await kepala.sees("Dokumen yang belum dikonfirmasi")
    assert "Rina Wati: 0 dari 3" in listed.text
    await kepala.taps("Rina Wati")
    await kepala.taps("Kurikulum")
    await kepala.sees("✅ Kurikulum satuan pendidikan (Bu Kepala, 31 Okt 2026)")
    await kepala.taps("Kehadiran")
    await kepala.taps("SK tugas tambahan")
    await kepala.sees("Semua dokumen sudah dikonfirmasi")
    await kepala.taps("Kehadiran")
    await kepala.sees("⬜ Rangkuman kehadiran guru")
    # Twice is once; forged and foreign taps change nothing.
    async with world.database.reading() as session:
        ids = dict((await session.exec(select(Plan.member_id, Plan.id))).all())
    first, second = sorted(number or 0 for number in ids.values())
    again = await kepala.taps_data(ConfirmPaper(first, "kurikulum").pack(), kepala.last.id)
    assert "Sudah tercatat" in (again.text or "")
    for tap in (ConfirmPaper(first, "kehadiran"), TakePaperBack(first, "kurikulum"),
                ShowPapers(first)):  # fmt: skip
        refused = await rina.taps_data(tap.pack(), rina.last.id)
        assert "bukan untuk Anda" in (refused.text or "")
    for plan, document in ((second, "sk_tugas_tambahan"), (first, "rapor"), (9_999, "kurikulum")):
        tap = ConfirmPaper(plan, document)
        refused = await kepala.taps_data(tap.pack(), kepala.last.id)
        assert "sudah tidak ada" in (refused.text or "")
    # One notice for all of it, drawn from what is true then.
    await passes(world, 3)
    told = await rina.sees("dokumen Anda dikonfirmasi")
    assert "⬜ Rangkuman kehadiran guru" in told.text
    count = len([one for one in rina.messages if "dokumen Anda dikonfirmasi" in one.text])
    await passes(world)
    now = len([one for one in rina.messages if "dokumen Anda dikonfirmasi" in one.text])
    assert (count, now) == (1, 1)
    await kepala.types("menu")
    await kepala.sees("Dokumen 2 guru belum lengkap dikonfirmasi")
    await kepala.taps_data(ShowPapers(first).pack(), kepala.last.id)
    await kepala.taps("Guru berikutnya")
    await kepala.sees("Dokumen Budi <b>&")
    await kepala.taps("Kurikulum")
    await kepala.taps("Kehadiran")
    await kepala.sees("Semua dokumen sudah dikonfirmasi")
    await passes(world)
    await budi.sees("Semua dokumen sudah dikonfirmasi")
    # Once the period is over it can be read, not changed.
    world.clock.at = at(date(2027, 1, 4))
    await world.kawan.rounds.remind()
    closed = await kepala.sees("sudah ditutup")
    assert "Selesai: 0 guru" in closed.text
    assert "Laporan tidak diajukan (2)" in closed.text
    assert "Penilaian tidak disahkan (2)" in closed.text
    assert "Dokumen belum lengkap dikonfirmasi (1)" in closed.text
    refused = await kepala.taps_data(ConfirmPaper(first, "kehadiran").pack(), kepala.last.id)
    assert "Periode ini sudah ditutup" in (refused.text or "")
    refused = await kepala.taps_data(TakePaperBack(first, "kurikulum").pack(), kepala.last.id)
    assert "Periode ini sudah ditutup" in (refused.text or "")
    async with world.database.reading() as session:
        rows = (await session.exec(select(Confirmation))).all()
    assert sum(one.withdrawn_at is None for one in rows) == 4
    world.clock.at = at(date(2026, 11, 2))


async def reads_on(world: TestWorld, kepala: Person, coach: Person, rina: Person) -> None:
    """Walk through whatever else speaks of plans and evidence."""
    for command in ("/rekap", "/sekolah"):
        await kepala.types(command)
        await kepala.sees("Ruang GTK 2025")
    await kepala.types("/rekap")
    await kepala.taps("Disetujui")
    await kepala.taps("Rina Wati")
    await kepala.taps("Dokumen")
    await kepala.sees("Dokumen Rina Wati")
    await coach.types("/siaran")
    await coach.sees("Untuk siapa?")
    await coach.taps("Semua")
    await coach.sees("2 bagian rencana")
    await coach.types("Salam, {nama}. Masih: {kurang}")
    await coach.sees("Pratinjau")
    await coach.types("/batal")
    await rina.types("/status")
    await rina.sees("Dokumen: 2 dari 3 dikonfirmasi")
    await rina.taps("Minta bantuan")
    await passes(world)
    await coach.types("/antrean")
    await coach.sees("Rina Wati")


# ------------------------------------------------------------------------------- a third one


async def test_a_third_rule_set_needs_data_only(tmp_path: Path) -> None:
    add_third(tmp_path / "rulesets")
    url = f"sqlite+aiosqlite:///{tmp_path}/uji.db"
    async with open_world(url, tmp_path, ruleset=THIRD) as world:
        world.clock.at = at(date(2027, 1, 5))
        kepala = await world.joins("Bu Kepala", Role.PRINCIPAL)
        oper = await world.joins("Pak Operator", Role.OPERATOR)
        rina = await world.joins("Rina Wati", Role.TEACHER)
        await rina.types("menu")
        await rina.sees("Januari–April 2027 · Daerah Uji 2027")
        # Reminded by its own days, of its own phases.
        await goes_to(world, date(2027, 1, 26))
        reminder = await rina.sees("rencana Anda belum dimulai")
        assert "5 hari lagi, Minggu, 31 Januari 2027" in reminder.text
        await plans_the_third(rina)
        await passes(world, 2)
        card = await kepala.sees("mengajukan rencana")
        assert "20 dari 20 poin" in card.text
        assert "3. Sikap kerja: 2 dari 2 nilai" in card.text
        await kepala.taps("Setujui")
        await rina.taps("Sepakati")
        await rina.types("/bukti")
        listed = await rina.sees("Bukti saya")
        assert "0 dari 20 poin" in listed.text
        assert "0/1, kurang 1 Surat tugas" in listed.text
        await proves_the_third(world, rina, kepala)
        await turns_the_page(world, rina, kepala, oper)


async def plans_the_third(rina: Person) -> None:
    """Fill the plan: items by suggestion, one duty, two of the values and no third."""
    typed = await rina.types("/rencana")
    await rina.sees("Rencana kinerja Daerah Uji 2027", after=typed)
    await rina.taps("Bantu pilihkan")
    offer = await rina.sees("Cara paling ringan mencapai 20 poin")
    await rina.taps("1.", on=offer)
    await rina.sees("1. ✅ Karya guru")
    await rina.taps("Amanah sekolah")
    await rina.taps("Wali kelas")
    await rina.taps("Selesai")
    await rina.sees("2. ✅ Amanah sekolah")
    await rina.taps("Sikap kerja")
    await rina.sees("0 dari 2 nilai")
    await rina.taps("set standar")
    await rina.sees("2 dari 2 nilai")
    await rina.taps("Sigap")
    refused = await rina.taps("Sigap tiap hari")
    assert "Sudah 2 nilai, itu paling banyak" in (refused.text or "")
    await rina.sees("Rencana kinerja")
    await rina.taps("Ringkasan")
    await rina.taps("Ajukan")
    await rina.sees("Sudah diajukan")


async def proves_the_third(world: TestWorld, rina: Person, kepala: Person) -> None:
    """Be reminded of what is missing, send it all, and have it accepted."""
    await goes_to(world, date(2027, 3, 30))
    reminder = await rina.sees("masih ada bukti yang kurang")
    assert "Rabu, 31 Maret 2027" in reminder.text
    async with world.database.reading() as session:
        planned = (await session.exec(select(PlanEntry).order_by(col(PlanEntry.id)))).all()
    sent = 0
    for entry in planned:
        if entry.step == "sikap":
            continue
        for _ in range(entry.quantity):
            sent += 1
            photo = await rina.sends_photo(papers.photo(f"Piagam {sent}"))
            await rina.sees("Untuk kegiatan yang mana?", after=photo)
            label = {"KU-1": "Buku ajar", "KU-2": "Lokakarya", "KU-3": "Karya seni"}
            await rina.taps(label.get(entry.code, "Wali kelas"))
            await rina.sees("Tersimpan.", after=photo)
    await rina.types("menu")
    await rina.sees("Bukti lengkap, menunggu diperiksa")
    typed = await kepala.types("/persetujuan")
    for number in range(sent):
        await kepala.sees_photo("Rina Wati", after=typed)
        await kepala.taps("Terima")
        typed = await kepala.sees("Diterima oleh Bu Kepala", after=typed)
        if number < sent - 1:
            await kepala.taps("Berikutnya")
    await passes(world, 3)
    await rina.types("/status")
    await rina.sees("20 dari 20 poin sudah ada buktinya, 20 diterima")


async def turns_the_page(world: TestWorld, rina: Person, kepala: Person, oper: Person) -> None:
    """The next period begins after four months; another rule set follows at the new year."""
    await goes_to(world, date(2027, 5, 3))
    closed = await kepala.sees("periode Januari–April 2027 sudah ditutup")
    assert "Selesai: 1 guru" in closed.text
    typed = await rina.types("menu")
    await rina.sees("Mei–Agustus 2027 · Daerah Uji 2027", after=typed)
    await oper.types("/sekolah")
    await oper.taps("Aturan")
    card = await oper.sees("Aturan lain")
    assert "PMM 2024: paling cepat mulai 1 Jan 2028" in card.text


async def test_a_broken_rule_set_stops_neither_the_bot_nor_others(world: TestWorld) -> None:
    folder = world.settings.data_dir / "rulesets"
    add_third(folder)
    await world.founds()
    async with world.database.transaction() as session:
        other = School(
            npsn="10304568", name="SMPN 2 Uji", timezone="Asia/Jakarta", ruleset=THIRD,
            created_at=world.clock.now(),
        )  # fmt: skip
        session.add(other)
    rina = await world.joins("Rina Wati", Role.TEACHER)
    sari = await world.joins("Sari Dewi", Role.TEACHER, school=other)
    (folder / f"{THIRD}.toml").write_text("[scheme", "utf-8")
    await world.restart()
    await sari.types("/rencana")
    alarm = await sari.sees("Aturan sekolah sedang tidak bisa dibaca")
    assert "Data Anda aman" in alarm.text
    typed = await sari.types("menu")
    await sari.sees("Aturan sekolah sedang tidak bisa dibaca", after=typed)
    await goes_to(world, date(2026, 7, 28))
    await rina.sees("rencana Anda belum dimulai")
    # Mended, everything goes on without a restart.
    add_third(folder)
    await sari.types("menu")
    await sari.sees("Daerah Uji 2027")
