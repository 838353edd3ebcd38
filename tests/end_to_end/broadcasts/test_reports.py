"""How it goes: progress, answers, names, restarts, either database."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot import broadcasting
from storage.models import (
    AuditEntry,
    BroadcastReply,
    Role,
)
from tests.end_to_end.broadcasts.staging import Phones, sends, settled, writes
from tests.world import TestWorld, open_world


async def test_progress_is_told_in_few_edits(world: TestWorld, phones: Phones) -> None:
    await sends(phones.coach, "Pengumuman")
    report = await phones.coach.sees("Siaran selesai")
    edits = [
        one
        for one in world.sim.calls
        if one.method == "editMessageText" and one.params.get("message_id") == str(report.id)
    ]
    assert len(edits) == 1  # how it ended


async def test_blocked_and_failed_are_reported_by_name_and_failed_ones_tried_again(
    world: TestWorld, phones: Phones, caplog: pytest.LogCaptureFixture
) -> None:
    tika = await world.joins("Tika", Role.TEACHER)
    await world.blocked_by(phones.budi)
    await writes(phones.coach, "Pengumuman")
    world.sim.faults.add(
        "sendMessage", chat_id=tika.id, status=400, description="Bad Request: something is wrong"
    )
    await phones.coach.taps("Tak terjangkau (2)")
    names = await phones.coach.sees("Tidak bisa menerima: 2 orang")
    assert "Budi" in names.text
    assert "Tono Belum" in names.text
    await phones.coach.taps("Kembali")
    await phones.coach.taps("Kirim sekarang")
    report = await phones.coach.sees("Siaran selesai")
    assert "Terkirim: 1" in report.text
    assert "Memblokir bot: 1 (Budi)" in report.text
    assert "Belum bergabung: 1 (Tono Belum)" in report.text
    assert "Gagal: 1 (Tika)" in report.text
    await phones.coach.taps("Gagal (1)")
    await phones.coach.sees("Gagal terkirim: 1 orang")
    await phones.coach.taps("Kembali")
    await phones.coach.taps("Kirim lagi ke yang gagal")
    await phones.coach.sees("Untuk Yang gagal terkirim: 1 orang")
    await phones.coach.taps("Kirim sekarang")
    await tika.sees("Pengumuman")
    await phones.coach.sees("Siaran selesai untuk Yang gagal terkirim")
    assert len([one for one in phones.rina.messages if "Pengumuman" in one.text]) == 1
    caplog.clear()  # that Telegram refused one is in the log, and rightly


async def test_who_blocks_only_at_that_moment_is_reported_too(
    world: TestWorld, phones: Phones
) -> None:
    world.sim.faults.add(
        "sendMessage", chat_id=phones.budi.id, status=403,
        description="Forbidden: bot was blocked by the user",
    )  # fmt: skip
    await sends(phones.coach, "Pengumuman")
    report = await phones.coach.sees("Siaran selesai")
    assert "Memblokir bot: 1 (Budi)" in report.text


async def test_progress_is_one_message_that_stops_what_waits(
    world: TestWorld, phones: Phones, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcasting, "TELL_EVERY_S", 0.0)
    await writes(phones.coach, "Pengumuman")
    world.sim.faults.add("sendMessage", chat_id=phones.rina.id, retry_after=30, times=None)
    world.sim.faults.add("sendMessage", chat_id=phones.budi.id, retry_after=30, times=None)
    await phones.coach.taps("Kirim sekarang")
    progress = await phones.coach.sees("0 dari 2")
    assert "░░░░░░░░░░" in progress.text
    await phones.coach.taps("Batalkan")
    ended = await phones.coach.sees("Siaran dihentikan")
    assert ended.id == progress.id
    world.sim.faults.clear()
    assert "Pengumuman" not in phones.rina.screen()


async def test_answers_are_counted_and_a_call_for_help_reaches_the_coach(
    world: TestWorld, phones: Phones
) -> None:
    coach, rina, budi = phones.coach, phones.rina, phones.budi
    await sends(coach, "Sudah sampai mana?")
    heard = await rina.taps("Sudah saya kerjakan")
    assert "Tercatat: sudah dikerjakan" in heard.text
    await rina.taps("Sudah saya kerjakan")
    await budi.taps("Sudah saya kerjakan")
    await budi.taps("Butuh bantuan")
    await budi.sees("sampaikan kepada Bu Penggerak")
    await coach.sees("Budi minta bantuan")
    await coach.sees("Siaran selesai")
    await coach.taps("Perbarui")
    report = await coach.sees("Sudah mengerjakan: 1")
    assert "Butuh bantuan: 1 (Budi)" in report.text
    await coach.taps("Butuh (1)")
    await coach.sees("Butuh bantuan: 1 orang")
    async with world.database.reading() as session:
        found = await session.exec(select(AuditEntry).where(AuditEntry.action == "help.call"))
        assert len(found.all()) == 1


async def test_the_buttons_of_a_preview_count_nothing(world: TestWorld, phones: Phones) -> None:
    await writes(phones.coach, "Lihat dahulu")
    heard = await phones.coach.taps("Sudah saya kerjakan")
    assert "Ini pratinjau" in heard.text
    async with world.database.reading() as session:
        assert (await session.exec(select(BroadcastReply))).all() == []


async def test_many_names_are_paged(world: TestWorld, phones: Phones) -> None:
    for number in range(35):
        await world.invites(f"Belum {number:02}", Role.TEACHER)
    await sends(phones.coach, "Pengumuman", "Guru (")
    report = await phones.coach.sees("Siaran selesai")
    first = "Belum 00, Belum 01, Belum 02, Belum 03, Belum 04"
    assert f"Belum bergabung: 36 ({first}, …)" in report.text
    await phones.coach.taps("Belum masuk (36)")
    page = await phones.coach.sees("Belum bergabung: 36 orang")
    assert "30. Belum 29" in page.text
    await phones.coach.taps("›")
    await phones.coach.sees("36. Tono Belum")


async def test_it_goes_its_way_on_postgresql_too(postgres_url: str, tmp_path: Path) -> None:
    async with open_world(postgres_url, tmp_path) as world:
        coach = await world.joins("Bu Penggerak", Role.COACH)
        rina = await world.joins("Rina Wati", Role.TEACHER)
        await world.invites("Tono Belum", Role.TEACHER)
        await sends(coach, "Halo {nama}, kurang {kurang}", "Guru (")
        await rina.sees("Halo Rina Wati, kurang 32 poin")
        await rina.taps("Butuh bantuan")
        await coach.sees("Siaran selesai")
        await coach.taps("Perbarui")
        report = await coach.sees("Butuh bantuan: 1 (Rina Wati)")
        assert "Belum bergabung: 1 (Tono Belum)" in report.text


# ------------------------------------------------------------------------------- crashes


async def test_it_goes_on_after_a_restart_with_the_same_message(
    world: TestWorld, phones: Phones
) -> None:
    await writes(phones.coach, "Pengumuman")
    world.sim.faults.add("sendMessage", chat_id=phones.budi.id, status=502, times=None)
    await phones.coach.taps("Kirim sekarang")
    progress = await phones.coach.sees("Siaran sedang dikirim")
    await phones.rina.sees("Pengumuman")
    await settled(world, "sent")
    await world.kawan.stop()
    world.sim.faults.clear()
    world.clock.forward(timedelta(minutes=2))
    world.kawan = world._make_bot()
    await world.kawan.start()
    await phones.budi.sees("Pengumuman")
    report = await phones.coach.sees("Siaran selesai")
    assert report.id == progress.id
    assert len([one for one in phones.rina.messages if "Pengumuman" in one.text]) == 1
