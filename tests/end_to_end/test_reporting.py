"""A teacher reports on the period; the principal reads, returns with marks, and accepts."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.simulator.driver import Person
from conversations.callbacks.forms import HearAnswer, OpenQuestion, SeeAnswer
from conversations.callbacks.packing import Button
from conversations.callbacks.reports import (
    AcceptReport,
    OpenReport,
    OwnReportReason,
    PreviewReport,
    ReadReport,
    ReadyReportReason,
    ReopenReport,
    ReopenReportOwn,
    ReopenReportReason,
    ReportReasons,
    ReturnReport,
    ShowReport,
    SubmitReport,
    TakeReportBack,
)
from storage import decisions, plans
from storage.models import ClosedPeriod, Report, ReportDecision, ReportRevision, Role
from storage.rulesets import load_ruleset
from tests import papers
from tests.end_to_end.submitting import a_school, actor_of, agrees
from tests.end_to_end.test_checking import sends
from tests.world import MONDAY, TestWorld, open_world


@pytest.fixture(autouse=True)
def calm(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail every test here in which the bot failed, even where nobody looked."""
    yield
    errors = [one.getMessage() for one in caplog.get_records("call") if one.levelname == "ERROR"]
    assert errors == []


async def status(world: TestWorld) -> tuple[str, int] | None:
    async with world.database.reading() as session:
        report = (await session.exec(select(Report))).first()
    return (report.status, report.revision) if report is not None else None


async def answers(person: Person, *texts: str) -> None:
    """Answer the questions that are asked first, one after the other."""
    await person.types("/laporan")
    await person.taps("Jawab pertanyaan")
    for text in texts:
        sent = await person.types(text)
        await person.sees("Tersimpan.", after=sent)
        await person.taps("Berikutnya")
    await person.types("selesai")
    await person.sees("Yang sudah tercatat")


async def reopens(world: TestWorld, kepala: Person, plan_id: int) -> None:
    decider, now = await actor_of(world, kepala), world.clock.now()
    async with world.database.transaction() as session:
        full = await decisions.plan_to_decide(session, decider, plan_id)
        await decisions.reopen(
            session, decider, plan_id, full.plan.revision, now, reason="Perlu diubah"
        )


async def test_from_evidence_to_an_accepted_report(world: TestWorld) -> None:
    rina, kepala = await a_school(world)
    await sends(rina)
    await kepala.types("/persetujuan")
    await kepala.taps("Terima")
    await kepala.sees("Diterima oleh Bu Kepala")
    # What is known is there; only the rest is asked, and gaps are named.
    await rina.types("/menu")
    await rina.taps("Laporan")
    mine = await rina.sees("Yang sudah tercatat")
    assert "8 dari 48 poin" in mine.text
    assert "✅ Melaksanakan" in mine.text
    assert "⚠️ Menilai: belum tampak" in mine.text
    assert "➖ Tugas tambahan: tidak ada" in mine.text
    assert "(perkiraan)" in mine.text
    assert "👉 Jawab dahulu: Pengembangan diri, Perilaku kerja" in mine.text
    await rina.sees_no_button("Ajukan laporan", on=mine)
    await rina.taps("Jawab pertanyaan")
    await rina.sees("1 dari 6 · Pengembangan diri")
    await rina.types("Saya belajar memberi umpan balik. <b> & 🙂")
    await rina.sees("Tersimpan.")
    await rina.taps("Berikutnya")
    await rina.sees("2 dari 6 · Perilaku kerja")
    await world.restart()
    await rina.sends_voice(seconds=42)
    await rina.sees("pesan suara 0:42")
    await rina.taps("Berikutnya")
    await rina.sees("3 dari 6 · Merencanakan pembelajaran")
    await rina.sends_photo(papers.photo("modul"))
    await rina.sees("1 berkas")
    await rina.types("selesai")
    mine = await rina.sees("👉 Sudah bisa diajukan")
    assert "Bukti yang belum diterima tidak ikut dihitung" in mine.text
    assert "📝 Merencanakan: ada di jawaban" in mine.text
    # As it will be printed.
    await rina.taps("Lihat laporan")
    page = await rina.sees("Belum diajukan")
    for words in (
        "Pelatihan mandiri + Aksi Nyata: 1 dari 4 diterima, 8 dari 32 poin",
        "Saya belajar memberi umpan balik. <b> & 🙂", "🎤 pesan suara 0:42", "📎 1 berkas",
    ):  # fmt: skip
        assert words in page.text
    await rina.taps("Ajukan laporan")
    await rina.sees("Sudah diajukan")
    assert await status(world) == ("submitted", 1)
    # The principal is told, reads, hears, and returns with a mark.
    card = await kepala.sees("Rina Wati mengajukan laporan")
    assert "8 dari 48 poin" in card.text
    assert "⚠️ Menilai" in card.text
    await kepala.taps("Baca seluruhnya")
    await kepala.sees("Laporan Rina Wati")
    await kepala.taps("Dengar 0:42")
    await kepala.sees("Pesan suara 0:42")
    await kepala.taps("Kembali")
    await kepala.sees("mengajukan laporan")
    await kepala.taps("Kembalikan")
    await kepala.types("4")
    await kepala.sees("Ditandai: 1")
    await kepala.taps("Pilih alasan")
    await kepala.taps("Beri contoh")
    await kepala.sees("Laporan Rina Wati dikembalikan")
    await world.delivered()
    told = await rina.sees("Rina Wati, laporan Anda perlu diperbaiki.")
    assert "Pesan Bu Kepala: Mohon ceritakan perubahan di kelas" in told.text.replace("\n", " ")
    assert "⚠️ Yang ditandai: Refleksi: Perilaku kerja" in told.text
    heard = await kepala.taps_data(AcceptReport(1, 1).pack())  # of a card that was left behind
    assert "Sudah dikembalikan oleh Bu Kepala" in heard.text
    # Nothing has to be typed again; what is added is added, and handed in once more.
    await rina.taps("Perbaiki jawaban")
    await rina.types("lewati")
    await rina.sees("3 dari 6")
    await rina.types("kembali")
    await rina.sees("2 dari 6 · Perilaku kerja", after=told)
    await rina.types("Contohnya: murid menyusun aturan kelas bersama.")
    await rina.sees("Tersimpan.")
    await rina.taps("Selesai")
    await rina.taps("Ajukan laporan")
    await world.delivered()
    card = await kepala.sees("Rina Wati mengajukan lagi laporannya")
    assert "Contohnya: murid menyusun aturan kelas bersama." in card.text
    assert "Sebelumnya dikembalikan oleh Bu Kepala" in card.text
    await kepala.types("terima laporan")
    await kepala.sees("Laporan Rina Wati diterima")
    await world.delivered()
    news = await rina.sees("Rina Wati, laporan Anda diterima.")
    assert "Oleh Bu Kepala" in news.text
    assert await status(world) == ("accepted", 2)
    async with world.database.reading() as session:
        kept = (
            await session.exec(select(ReportRevision).order_by(col(ReportRevision.number)))
        ).all()
        verdicts = (await session.exec(select(ReportDecision.verdict))).all()
    assert [len(one.content["answers"]) for one in kept] == [3, 3]
    assert kept[0].content["answers"][1]["text"] == ""
    assert sorted(verdicts) == ["accepted", "returned"]
    # What was accepted is not written any more.
    got = await rina.taps_data(OpenQuestion("report", 1, "dukungan").pack())
    assert "sudah diterima" in got.text


async def test_a_report_is_taken_back_and_long_answers_are_read_page_by_page(
    world: TestWorld,
) -> None:
    rina, kepala = await a_school(world)
    await answers(rina, "🙂" * 2000, "שלום " * 790)
    await rina.taps("Jawab pertanyaan")
    await rina.sends_voice(seconds=1800)
    await rina.sees("Panjang pesan suaranya 30:00, paling lama 5 menit.")
    await rina.types("selesai")
    await rina.taps("Lihat laporan")
    page = await rina.sees("(1/")
    pages = int(page.text.partition("(1/")[2].partition(")")[0])
    assert pages > 2
    plan = 1
    seen = ""
    for number in range(pages):
        await rina.taps_data(PreviewReport(plan, number).pack(), page.id)
        page = await rina.sees(f"({number + 1}/{pages})")
        assert len(page.text.encode("utf-16-le")) // 2 <= 4096
        seen += page.text
    assert seen.count("🙂") == 2000
    assert seen.count("שלום") == 790
    assert "Perilaku kerja (lanjutan)" in seen
    await rina.taps("Ajukan laporan")
    await rina.sees("Sudah diajukan")
    await world.delivered()
    card = await kepala.sees("mengajukan laporan")
    await rina.taps("Tarik kembali")
    await rina.sees("Pertanyaan: 2 dari 6 sudah dijawab")
    await world.delivered()
    await kepala.sees("ditarik kembali oleh guru")
    got = await kepala.taps_data(AcceptReport(plan, 1).pack(), card.id)
    assert "belum diajukan" in got.text
    assert await status(world) == ("draft", 1)


async def test_a_report_is_frozen_while_its_plan_is_open(world: TestWorld) -> None:
    rina, kepala = await a_school(world)
    await answers(rina, "Satu.", "Dua.")
    await rina.taps("Ajukan laporan")
    await rina.sees("Sudah diajukan")
    await world.delivered()
    await kepala.sees_button("Terima laporan")
    plan = 1
    await reopens(world, kepala, plan)
    got = await kepala.taps("Terima laporan")
    assert "sedang dibuka untuk diubah" in got.text
    await kepala.sees("Laporan menunggu sampai rencana disetujui lagi.")
    await rina.types("/laporan")
    await rina.sees("Rencana sedang dibuka untuk diubah.")
    for button in (TakeReportBack(plan, 1), OpenQuestion("report", plan, "dukungan")):
        got = await rina.taps_data(button.pack())
        assert "sedang dibuka" in got.text
    # Approved again in another shape: the report has to be renewed.
    await agrees(world, rina, kepala)
    got = await kepala.taps_data(AcceptReport(plan, 1).pack())
    assert "Kembalikan dahulu" in got.text
    await kepala.sees("Rencana berubah sesudah laporan ini diajukan.")
    await kepala.sees_no_button("Terima laporan", on=kepala.messages[-1])
    assert await status(world) == ("submitted", 1)
    await rina.types("/laporan")
    await rina.taps("Tarik kembali")
    await rina.taps("Ajukan laporan")
    await rina.sees("Sudah diajukan")
    await world.delivered()
    await kepala.types("/persetujuan")
    await kepala.taps("Terima laporan")
    await kepala.sees("diterima")
    assert await status(world) == ("accepted", 2)


async def test_without_a_plan_and_after_the_end_nothing_is_lost(world: TestWorld) -> None:
    kepala = await world.joins("Bu Kepala", Role.PRINCIPAL)
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await rina.types("/laporan")
    await rina.sees("Rencana Anda belum dimulai. Laporan dibuat dari rencana")
    await agrees(world, rina, kepala)
    await answers(rina, "Satu.", "Dua.")
    async with world.database.transaction() as session:
        session.add(ClosedPeriod(school_id=1, period="2026-2", closed_at=world.clock.now()))
    got = await rina.taps("Ajukan laporan")
    assert "Periode ini sudah ditutup" in got.text
    await rina.sees_no_button("Ajukan laporan", on=rina.messages[-1])
    await rina.types("/laporan")
    await rina.sees("Laporan ini tetap bisa dibaca, tidak bisa diubah lagi")
    got = await rina.taps_data(OpenQuestion("report", 1, "dukungan").pack())
    assert "Periode ini sudah ditutup" in got.text
    await rina.taps_data(PreviewReport(1, 0).pack())
    await rina.sees("Satu.")
    assert await status(world) in (None, ("draft", 0))


async def test_two_principals_and_forged_buttons(world: TestWorld) -> None:
    rina, kepala = await a_school(world)
    other = await world.joins("Pak Wakil", Role.PRINCIPAL)
    budi = await world.joins("Budi", Role.TEACHER)
    elsewhere = await world.founds("20304567", "SMPN 2 Lain")
    maling = await world.joins("Maling", Role.PRINCIPAL | Role.TEACHER | Role.COACH, elsewhere)
    await answers(rina, "Rahasia saya.")
    # Of a draft nobody else reads.
    for person in (kepala, budi, maling):
        for look in (ReadReport(1, 0), HearAnswer("report", 1, "pengembangan_diri")):
            got = await person.taps_data(look.pack())
            assert got.show_alert
    await rina.taps("Jawab pertanyaan")
    await rina.types("Juga rahasia.")
    await rina.sees("Tersimpan.")
    await rina.types("selesai")
    await rina.taps("Ajukan laporan")
    await rina.sees("Sudah diajukan")
    await world.delivered()
    mine = await kepala.sees_button("Terima laporan")
    theirs = await other.sees_button("Terima laporan")
    forged: tuple[Button, ...] = (
        ShowReport(1), ReadReport(1, 0), AcceptReport(1, 1), ReturnReport(1, 1, 0, 0),
        ReportReasons(1, 1, 3), ReadyReportReason(1, 1, 3, 0), OwnReportReason(1, 1, 0),
        TakeReportBack(1, 1), SubmitReport(1, 1), OpenReport(1), PreviewReport(1, 0),
        OpenQuestion("report", 1, "dukungan"), HearAnswer("report", 1, "perilaku_kerja"),
        SeeAnswer("report", 1, "perilaku_kerja"),
    )  # fmt: skip
    for person in (budi, maling):
        for button in forged:
            got = await person.taps_data(button.pack())
            assert got.show_alert, button
        assert not [one for one in person.messages if "ahasia" in one.text]
    # The teacher does not decide on the own report.
    for decision in (AcceptReport(1, 1), ReadyReportReason(1, 1, 0, 0)):
        assert (await rina.taps_data(decision.pack())).show_alert
    assert await status(world) == ("submitted", 1)
    await kepala.taps("Terima laporan", on=mine)
    got = await other.taps_data(AcceptReport(1, 1).pack(), theirs.id)
    assert "Sudah diterima oleh Bu Kepala" in got.text
    got = await other.taps_data(ReadyReportReason(1, 1, 0, 0).pack(), theirs.id)
    assert "Sudah diterima oleh Bu Kepala" in got.text
    await kepala.taps_data(AcceptReport(1, 1).pack(), mine.id)
    await kepala.sees("Laporan Rina Wati diterima")
    await world.delivered()
    await other.sees_no_button("Terima laporan", on=theirs)
    assert await status(world) == ("accepted", 1)


async def test_the_digest_counts_reports_and_the_reminder_stops(world: TestWorld) -> None:
    rina, kepala = await a_school(world)
    # Senin, 28 Desember 2026: three days before the report is due.
    world.clock.forward(timedelta(days=175, hours=4))
    await world.kawan.rounds.remind()
    await world.delivered()
    told = await rina.sees("laporan Anda belum diajukan")
    assert "3 hari lagi" in told.text
    await rina.taps("Buka laporan")
    await rina.sees("Yang sudah tercatat")
    await answers(rina, "Satu.", "Dua.")
    await rina.taps("Ajukan laporan")
    await rina.sees("Sudah diajukan")
    await world.delivered()
    last = rina.messages[-1]
    world.clock.forward(timedelta(days=1))
    await world.kawan.rounds.remind()
    await world.delivered()
    digest = await kepala.sees("ini yang menunggu keputusan")
    assert "1 laporan" in digest.text
    await kepala.taps("Persetujuan", on=digest)
    await kepala.sees_button("Terima laporan")
    assert rina.messages[-1].id == last.id


async def test_a_scheme_without_points_asks_for_its_variables(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/gtk.db"
    async with open_world(url, tmp_path, ruleset="ruang-gtk-2025") as world:
        kepala = await world.joins("Bu Kepala", Role.PRINCIPAL)
        rina = await world.joins("Rina Wati", Role.TEACHER)
        await _plans_a_year(world, rina, kepala)
        await rina.types("/laporan")
        mine = await rina.sees("Laporan saya")
        assert "Ruang GTK 2025" in mine.text
        assert "poin" not in mine.text
        assert "✅ Menilai" in mine.text
        await rina.taps("Jawab pertanyaan")
        for title in (
            "Tugas pokok", "Praktik kinerja", "Pengembangan kompetensi", "Perilaku kerja",
            "Kualitas refleksi", "Upaya belajar", "Perubahan praktik",
        ):  # fmt: skip
            await rina.sees(f"dari 10 · {title}")
            sent = await rina.types(f"Tentang {title}.")
            await rina.sees("Tersimpan.", after=sent)
            await rina.taps("Berikutnya")
        await rina.sees("8 dari 10 · Merencanakan pembelajaran")
        await rina.types("selesai")
        await rina.taps("Ajukan laporan")
        await rina.sees("Sudah diajukan")
        await world.delivered()
        card = await kepala.sees("Rina Wati mengajukan laporan")
        assert "poin" not in card.text
        assert "Tentang Perubahan praktik." in card.text
        await kepala.taps("Terima laporan")
        await kepala.sees("Laporan Rina Wati diterima")


async def _plans_a_year(world: TestWorld, teacher: Person, kepala: Person) -> None:
    owner, decider, now = await actor_of(world, teacher), await actor_of(world, kepala), MONDAY
    rules = load_ruleset("ruang-gtk-2025")
    async with world.database.transaction() as session:
        full = await plans.open_plan(session, owner, rules, rules.period_at(now.date()), now)
        for step, code in (("tugas_pokok", "menilai"), ("praktik_kinerja", "IND-2")):
            await plans.choose_one(session, owner, rules, full.id, step, code, now)
        step = "pengembangan_kompetensi"
        await plans.write_words(session, owner, rules, full.id, step, "Umpan balik", now)
        await plans.have_no_duty(session, owner, rules, full.id, now)
        full = await plans.take_standard_guides(session, owner, rules, full.id, now)
        await plans.submit(session, owner, rules, full.id, 0, today=now.date(), now=now)
        await decisions.approve(session, decider, full.id, 1, now)


async def test_an_accepted_report_is_opened_again(world: TestWorld) -> None:
    rina, kepala = await a_school(world)
    await answers(rina, "Jawaban satu.", "Jawaban dua.")
    await rina.taps("Ajukan laporan")
    await world.delivered()
    await kepala.taps("Terima laporan", on=await kepala.sees("Rina Wati mengajukan laporan"))
    card = await kepala.sees("Laporan Rina Wati diterima")
    await kepala.taps("Buka kembali", on=card)
    asked = await kepala.sees("Buka kembali laporan Rina Wati?")
    await kepala.taps("Tulis sendiri", on=asked)
    await kepala.types("Mohon tambahkan <b>contoh</b> & data")
    card = await kepala.sees("Laporan Rina Wati dibuka kembali")
    assert "Dibuka kembali oleh Bu Kepala" in card.text
    told = await rina.sees("laporan Anda dibuka kembali")
    for words in ("Bu Kepala", "Mohon tambahkan <b>contoh</b> & data", "Semua jawaban tetap"):
        assert words in told.text
    assert await status(world) == ("draft", 1)
    await rina.taps("Buka laporan", on=told)
    mine = await rina.sees("Dibuka kembali. Pesan Bu Kepala:")
    assert "Mohon tambahkan <b>contoh</b> & data" in mine.text
    # The old card, tapped once more: the present state, and nothing else.
    again = await kepala.taps_data(ReopenReportReason(1, 1, 0).pack())
    assert "Belum bisa" in again.text
    await rina.taps("Ajukan laporan", on=mine)
    await world.delivered()
    card = await kepala.sees("Rina Wati mengajukan lagi laporannya")
    assert "Dibuka kembali oleh Bu Kepala" in card.text
    await kepala.taps("Terima laporan", on=card)
    accepted = await kepala.sees("Laporan Rina Wati diterima")
    assert await status(world) == ("accepted", 2)

    # Once the rating is final, that comes first; the card says so and leads there.
    await kepala.types("/penilaian")
    for words in ("Mulai menilai", "2. Sesuai", "5. Sesuai", "Sahkan ini", "Sahkan penilaian"):
        await kepala.taps(words)
    await kepala.sees("Disahkan Bu Kepala")
    refused = await kepala.taps("Buka kembali", on=accepted)
    assert "Buka lagi dahulu penilaiannya" in refused.text
    card = await kepala.sees("Penilaiannya sudah disahkan")
    await kepala.sees_no_button("Buka kembali", on=card)
    await kepala.taps("Lihat penilaian", on=card)
    await kepala.sees("Disahkan Bu Kepala")
    assert await status(world) == ("accepted", 2)
    for button in (ReopenReport(1, 2), ReopenReportReason(1, 2, 0), ReopenReportOwn(1, 2)):
        assert (await rina.taps_data(button.pack())).text
    assert await status(world) == ("accepted", 2)


async def test_a_coach_reads_a_report_and_decides_nothing(world: TestWorld) -> None:
    rina, kepala = await a_school(world)
    coach = await world.joins("Kak Desi", Role.COACH)
    budi = await world.joins("Budi", Role.TEACHER)
    elsewhere = await world.founds("20304567", "SMPN 2 Lain")
    stranger = await world.joins("Kak Lain", Role.COACH, elsewhere)
    await rina.types("/laporan")
    await rina.taps("Jawab pertanyaan")
    await rina.types("Saya belajar <b> & mencoba.")
    await rina.sees("Tersimpan.")
    await rina.taps("Berikutnya")
    await rina.sends_voice(seconds=42)
    await rina.sees("pesan suara 0:42")
    await rina.taps("Berikutnya")
    await rina.sends_photo(papers.photo("modul"))
    await rina.sees("1 berkas")
    await rina.types("selesai")

    # A draft is nobody else's.
    await coach.types("/rekap")
    await coach.taps("Disepakati: 1")
    await coach.taps("Rina Wati")
    plan = await coach.sees("Rencana Rina Wati")
    await coach.sees_no_button("Laporan guru", on=plan)
    reads: list[Button] = [
        ReadReport(1, 0), HearAnswer("report", 1, "perilaku_kerja"),
        SeeAnswer("report", 1, "merencanakan"),
    ]  # fmt: skip
    for button in reads:
        assert (await coach.taps_data(button.pack())).text, button

    await rina.taps("Ajukan laporan", on=await rina.sees("Sudah bisa diajukan"))
    await world.delivered()
    await coach.types("/rekap")
    await coach.taps("Disepakati: 1")
    await coach.taps("Rina Wati")
    await coach.taps("Laporan guru")
    report = await coach.sees("Laporan Rina Wati")
    for words in ("Saya belajar <b> & mencoba.", "🎤 pesan suara 0:42", "📎 1 berkas"):
        assert words in report.text
    for label in ("Terima laporan", "Kembalikan", "Buka kembali"):
        await coach.sees_no_button(label, on=report)
    await coach.taps("Dengar 0:42", on=report)
    voice = await coach.sees("Pesan suara 0:42")
    await coach.taps("Kembali", on=voice)
    report = await coach.sees("Laporan Rina Wati")
    await coach.taps("Lihat berkas", on=report)
    await coach.sees("1 berkas", after=report)
    await coach.taps("Kembali", on=report)
    await coach.sees("Rencana Rina Wati")

    # Nothing is decided by it, and nobody else reads.
    decides: list[Button] = [
        AcceptReport(1, 1), ReturnReport(1, 1, 0, 0), ReportReasons(1, 1, 0),
        ReadyReportReason(1, 1, 0, 0), OwnReportReason(1, 1, 0), ReopenReport(1, 1),
        ReopenReportReason(1, 1, 0), ReopenReportOwn(1, 1), ShowReport(1), OpenReport(1),
    ]  # fmt: skip
    for who, buttons in ((coach, decides), (stranger, reads + decides), (budi, reads + decides)):
        for button in buttons:
            assert (await who.taps_data(button.pack())).text, (who.chat.id, button)
    assert await status(world) == ("submitted", 1)
    for one in (stranger, budi):
        assert not any("Saya belajar" in message.text for message in one.messages)

    # The principal finds it there as well, with what belongs to it.
    await kepala.types("/rekap")
    await kepala.taps("Disepakati: 1")
    await kepala.taps("Rina Wati")
    await kepala.taps("Laporan guru")
    await kepala.sees_button("Terima laporan")
    await rina.taps("Tarik kembali")
    assert await status(world) == ("draft", 1)
    assert (await coach.taps_data(ReadReport(1, 0).pack())).text
