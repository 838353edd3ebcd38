"""Observations through the front door: from the first tap to the reflection, by both sides."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event
from sqlmodel import col, select

from bot import replies
from bot.simulator.driver import Person
from conversations.callbacks.observing import (
    CallOff,
    CallOffBecause,
    ConfirmDay,
    FinishMarks,
    MarkStatement,
    OpenRubric,
    ShowCycle,
    SignOff,
    ToggleObserved,
)
from conversations.callbacks.packing import Button
from storage import decisions, members, outbox, plans
from storage.models import Member, OutboxMessage, OutboxState, Plan, Role
from storage.observations import observers, scheduling
from storage.observations.reading import FullCycle, cycle_of
from storage.people import find_account
from storage.reminders import scanning
from storage.reminders.calls import announce
from tests import papers
from tests.end_to_end.submitting import a_school, actor_of, agrees
from tests.storage.evidence.staging import NOW
from tests.storage.observing import LATER, agreed, begun
from tests.storage.ratings.staging import rates
from tests.world import TestWorld, open_world

ZONE = ZoneInfo("Asia/Jakarta")


@pytest.fixture(autouse=True)
def calm(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail every test here in which the bot failed, even where nobody looked."""
    yield
    errors = [one.getMessage() for one in caplog.get_records("call") if one.levelname == "ERROR"]
    assert errors == []


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, a tap is answered with what it has to say."""
    monkeypatch.setattr(replies, "PATIENCE_S", 60.0)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Give a moment on a Jakarta clock."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)


async def goes_to(world: TestWorld, day: date, hour: int, minute: int = 0) -> None:
    """Move the calendar, look for lessons that are near, and send what is due."""
    world.clock.at = at(day, hour, minute)
    await world.kawan.rounds.remind_of_observations()
    await world.delivered()


async def a_pause(world: TestWorld) -> None:
    """Let the principal put the phone away: then observers hear of all of it."""
    world.clock.forward(outbox.PAUSE)
    await world.delivered()


async def cycle_now(world: TestWorld, plan_id: int = 1) -> FullCycle:
    async with world.database.reading() as session:
        found = await cycle_of(session, plan_id)
        assert found is not None
        return found


async def near_ones(world: TestWorld, person: Person) -> int:
    """Say how many reminders of lessons have come to a person."""
    await world.delivered()
    async with world.database.reading() as session:
        found = await session.exec(
            select(OutboxMessage.id)
            .join(Member, col(Member.id) == col(OutboxMessage.member_id))
            .where(Member.account_id == person.id, OutboxMessage.kind == "observation_near")
            .where(OutboxMessage.state == OutboxState.SENT)
        )
        return len(found.all())


async def read_calendar(person: Person, words: str) -> tuple[str, int, datetime]:
    """Open the newest calendar file; give its UID, its SEQUENCE and its start."""
    message = await person.sees(words)
    assert message.content["document"]["file_name"].endswith(".ics")
    calendar = Calendar.from_ical(await person.downloads(message))
    assert isinstance(calendar, Calendar)
    (event,) = calendar.events
    starts = event.start
    assert isinstance(starts, datetime)
    return event.uid, event.sequence, starts


async def answers_all(person: Person, *answers: str) -> None:
    """Answer the questions of a form that is open, one after the other, and end it."""
    for number, words in enumerate(answers, 1):
        await person.sees(f"{number} dari {len(answers)} · ")
        await person.types(words)
        await person.sees("Tersimpan.")
        await person.taps("Berikutnya" if number < len(answers) else "Selesai")


async def test_a_whole_cycle_with_a_named_observer(world: TestWorld) -> None:
    rina, principal = await a_school(world)
    coach = await world.joins("Desi Marlina", Role.COACH)
    world.clock.at = at(date(2026, 8, 10), 9)

    # A: what will be looked at, what the teacher does for it, the lesson plan.
    await rina.types("/menu")
    await rina.taps("Observasi")
    card = await rina.sees("Pilih satu indikator")
    assert "A. Diskusi persiapan, sampai 31 Agu\n" in card.text
    await rina.taps("Pilih indikator")
    await rina.taps("Disiplin positif")
    await rina.taps("Penguatan positif")
    await rina.sees("Jawab beberapa pertanyaan pendek")
    await rina.taps("Isi jawaban")
    await rina.sees("1 dari 2 · Upaya mempelajari")
    await rina.types("Saya membaca modul & berdiskusi <b>.")
    await rina.taps("Berikutnya")
    await rina.sees("2 dari 2 · RPP atau modul ajar")
    await rina.sends_document(papers.pdf("RPP"), "rpp.pdf")
    await rina.sees("1 berkas")
    await rina.taps("Selesai")
    await rina.sees("Usulkan hari dan jam")

    # The principal lets a coach observe.
    await principal.types("/rekap")
    await principal.taps("Papan observasi")
    await principal.sees("1. Rina Wati")
    await principal.taps("Tunjuk pengamat")
    await principal.taps("Desi Marlina")
    await principal.sees("mengamati 0 dari 1 guru")
    await principal.taps("Rina Wati")
    await principal.sees("mengamati 1 dari 1 guru")
    await a_pause(world)
    named = await coach.sees("Anda ditunjuk mengamati Rina Wati")
    await rina.sees("pengamat Anda: Desi Marlina")

    # The day: proposed, another one, confirmed, with the file; then moved with a reason.
    await rina.types("/observasi")
    await rina.sees("Pengamat: Desi Marlina")
    await rina.taps("Usulkan jadwal")
    days = " ".join(button["text"] for row in (await rina.sees("Hari apa")).rows for button in row)
    assert "Jumat, 14 Agu" in days
    assert "Sabtu" not in days
    assert "Minggu" not in days
    await rina.taps("Rabu, 12 Agu")
    await rina.taps("09.00")
    await rina.sees("Menunggu jawaban")
    proposal = await coach.sees("Rina Wati mengusulkan jadwal observasi")
    assert "Guru: Rina Wati" not in proposal.text  # it is she who proposes
    await coach.taps("Usul waktu lain", on=proposal)
    await coach.sees("Usulan sekarang: ")
    await coach.taps("Kamis, 13 Agu")
    await coach.taps("10.00")
    answer = await rina.sees("Desi Marlina mengusulkan jadwal lain")
    old = await rina.taps_data(ConfirmDay(1, 1).pack(), answer)
    assert "sudah berubah" in old.text
    await rina.taps("Setuju jadwal ini", on=answer)
    await rina.sees("Menunggu pengamat")
    uid, first, starts = await read_calendar(coach, "jadwal observasi sudah pasti")
    assert (first, starts.astimezone(UTC)) == (2, at(date(2026, 8, 13), 10))
    assert (await read_calendar(rina, "menaruhnya di kalender"))[:2] == (uid, 2)
    assert (await cycle_now(world)).steps[0].done_at is not None
    await goes_to(world, date(2026, 8, 12), 8)
    assert (await near_ones(world, rina), await near_ones(world, coach)) == (1, 1)
    await rina.types("/observasi")
    await rina.taps("Ubah jadwal")
    await rina.taps("Jumat, 14 Agu")
    await rina.taps("08.00")
    await rina.sees("Mengapa jadwalnya diubah?")
    await rina.types("Anak saya sakit & harus ke puskesmas")
    moved = await coach.sees("Rina Wati ingin mengubah jadwal observasi")
    assert "Anak saya sakit & harus ke puskesmas" in moved.text
    assert "Kamis, 13 Agustus 2026, pukul 10.00 WIB" in moved.text
    # Nobody is reminded of the old hour.
    await goes_to(world, date(2026, 8, 13), 9)
    await goes_to(world, date(2026, 8, 13), 9, 30)
    assert (await near_ones(world, rina), await near_ones(world, coach)) == (1, 1)
    await coach.taps("Setuju jadwal ini", on=moved)
    again, second, _ = await read_calendar(rina, "jadwal observasi sudah pasti")
    assert (again, second) == (uid, 3)
    for minute in (0, 1):  # looks may be taken twice
        await goes_to(world, date(2026, 8, 13), 10, minute)
        await goes_to(world, date(2026, 8, 14), 7, minute)
    assert (await near_ones(world, rina), await near_ones(world, coach)) == (3, 3)
    await coach.types("/observasi")
    await coach.taps("Rina Wati")
    await coach.taps("Riwayat jadwal")
    history = await coach.sees("Riwayat jadwal")
    assert history.text.count("Rina Wati:") == 2
    assert "puskesmas" in history.text

    # B: in class; a tap, a restart, a note, a voice note, and the rest in one line.
    world.clock.at = at(date(2026, 8, 14), 8, 5)
    await coach.taps("Kembali")
    lesson = await coach.sees("Isi catatan selama pelajaran")
    assert "Waktunya sudah lewat" not in lesson.text
    await coach.taps("Isi catatan")
    await coach.sees("Tinggal 4 pernyataan")
    await coach.taps("Mulai dari nomor 1")
    await coach.sees("1 dari 4")
    await coach.taps("Efektif")
    await coach.sees("2 dari 4")
    await world.restart()
    await coach.types("Guru memuji kelompok 3 🙂")
    kept = await coach.sees("Catatan tersimpan.")
    assert "Guru memuji kelompok 3 🙂" in kept.text
    await coach.sends_voice(seconds=1800)
    await coach.sees("Panjang pesan suaranya 30:00")
    await coach.sends_voice(seconds=42)
    await coach.sees("ada catatan suara")
    await coach.sees("Catatan baru menggantikan yang lama")
    await coach.types("menu")
    await coach.types("10.40")  # an hour, no marks
    await coach.sees("saya belum mengerti")
    await coach.types("3 2 4 4")
    wrong = await coach.sees("Angka ke-3, 4 terlalu besar atau nol")
    assert "Ketik 4 angka, masing-masing 1 sampai 3" in wrong.text
    await coach.types("3 2 1")
    await coach.sees("Ada 3 angka, seharusnya 4")
    await coach.types("3 2 3 1")
    await coach.sees("Semua sudah diisi")
    await coach.taps("Selesai")
    await coach.sees("Hasil menunggu pengesahan")
    cycle = await cycle_now(world)
    assert [cycle.marks[one].level for one in sorted(cycle.marks)] == [2, 1, 2, 0]
    assert cycle.marks["IND-2.2"].note == "Guru memuji kelompok 3 🙂"
    assert cycle.marks["IND-2.2"].voice_seconds == 42
    await rina.types("/observasi")
    await rina.sees("Hasil menunggu pengesahan")
    await rina.types("2")
    hidden = await rina.sees("B. Observasi kinerja")
    assert "Dilakukan dan efektif" not in hidden.text

    # The principal signs the result off; then the teacher sees it.
    await principal.taps("Lihat hasil", on=await principal.sees("menunggu pengesahan"))
    shown = await principal.sees("Dilakukan tapi belum efektif")
    assert "Guru memuji kelompok 3 🙂" in shown.text
    await principal.taps("Suara nomor 2")
    await principal.sees("Catatan nomor 2")
    await principal.taps("Sahkan hasil")
    result = await rina.sees("hasil observasi Anda sudah disahkan")
    await rina.taps("Lihat hasil", on=result)
    await rina.sees("Dilakukan dan efektif")

    # C, D, E: words by both sides; each hears when a step is complete.
    await rina.taps("Kembali")
    await rina.taps("Isi jawaban")
    await answers_all(rina, "Murid mau bertanya.", "Mulai Senin saya memberi waktu.")
    await rina.sees("Menunggu pengamat")
    await coach.types("/observasi")
    await coach.taps("Papan observasi", on=await coach.sees("Yang Anda amati: 1 guru"))
    await coach.taps("Yang saya amati", on=await coach.sees("Observasi: 1 guru"))
    await coach.taps("Rina Wati", on=await coach.sees("Yang Anda amati: 1 guru"))
    await coach.sees("Jawab beberapa pertanyaan")
    await coach.taps("Isi jawaban")
    await answers_all(coach, "Saya menemani dua pertemuan.")
    told = await rina.sees("langkah C. Diskusi tindak lanjut sudah lengkap")
    await rina.taps("Lihat isinya", on=told)
    await rina.sees("Saya menemani dua pertemuan.")
    await rina.types("/observasi")
    await rina.sees("✅ C. Diskusi tindak lanjut")
    await rina.taps("Isi jawaban")
    await rina.sees("1 dari 2 · Upaya yang dilakukan")
    await rina.sends_voice(seconds=30)
    await rina.sees("pesan suara 0:30")
    await rina.taps("Berikutnya")
    await rina.sends_photo(papers.photo("kelas"))
    await rina.sees("1 berkas")
    await rina.taps("Selesai")
    await rina.taps("Isi jawaban")
    await answers_all(rina, "Lebih banyak bertanya.", "Waktu.", "Kelompok kecil.")
    await rina.sees("Semua langkah sudah selesai")
    assert not any("langkah C. Diskusi" in one.text for one in coach.messages)
    await coach.sees("langkah E. Refleksi tindak lanjut sudah lengkap")
    assert all(one.done_at is not None for one in (await cycle_now(world)).steps)
    await principal.types("/rekap")
    await principal.taps("Papan observasi")
    await principal.sees("semua langkah selesai")
    assert named.text.startswith("👤")


async def test_a_lesson_begins_at_any_minute_that_is_typed(world: TestWorld) -> None:
    rina, principal = await a_school(world)
    teacher, decider = await actor_of(world, rina), await actor_of(world, principal)
    async with world.database.transaction() as session:
        await begun(session, teacher, 1)
    await rina.types("/observasi")
    await rina.taps("Usulkan jadwal")
    await rina.taps("Rabu, 8 Jul")
    await rina.sees("Jam lain bisa diketik, misalnya 07.15.")
    await rina.types("tujuh lewat")
    await rina.sees("saya belum mengerti")
    await rina.types("status")  # commands mean what they always do
    await rina.sees("Status saya")
    await rina.types("/observasi")
    await rina.taps("Usulkan jadwal")
    await rina.taps("Rabu, 8 Jul")
    await rina.types("21.15")
    await rina.sees("Pelajaran mulai antara pukul 06.00 dan 19.59.")
    await rina.types("Pukul 7.15 WIB")
    proposal = await principal.sees("Rina Wati mengusulkan jadwal observasi")
    assert "Rabu, 8 Juli 2026, pukul 07.15 WIB" in proposal.text
    await principal.taps("Setuju jadwal ini", on=proposal)
    await rina.types("/observasi")
    await rina.taps("Ubah jadwal")
    await rina.taps("Rabu, 8 Jul")
    await rina.types("08:40")
    await rina.sees("Mengapa jadwalnya diubah?")
    await rina.types("4")
    moved = await principal.sees("Rina Wati ingin mengubah jadwal observasi")
    assert "Rabu, 8 Juli 2026, pukul 08.40 WIB" in moved.text
    # What is typed answers the hours that were shown, whatever was proposed meanwhile.
    await rina.taps("Usul waktu lain")
    await rina.taps("Kamis, 9 Jul")
    async with world.database.transaction() as session:
        await scheduling.propose(
            session, decider, 1, 2, at(date(2026, 7, 10), 9), world.kawan.rulebook,
            world.clock.now(), reason="Rapat dinas",
        )  # fmt: skip
    await rina.types("09.30")
    await rina.sees("sudah berubah")
    await principal.taps("Setuju jadwal ini", on=moved)  # of what has been replaced
    cycle = await cycle_now(world)
    assert (cycle.row.meets_at, cycle.agreed_at) == (at(date(2026, 7, 10), 9), None)
    # Who observes types an hour, and not a line of two marks.
    await principal.taps("Usul waktu lain", on=moved)
    await principal.taps("Jumat, 10 Jul")
    await principal.types("7.05")
    await rina.sees("Jumat, 10 Juli 2026, pukul 07.05 WIB")


async def test_the_yearly_scheme_has_the_indicator_from_the_plan(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with open_world(sqlite_url, tmp_path, ruleset="ruang-gtk-2025") as world:
        principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
        rina = await world.joins("Rina Wati", Role.TEACHER)
        plan_id = await _holds_2025(world, rina, principal)
        await rina.types("/status")
        await rina.taps("Observasi")
        card = await rina.sees("Pilih satu perilaku")
        assert "Umpan balik konstruktif" in card.text
        await rina.taps("Pilih perilaku")
        await rina.taps("Umpan balik spesifik")
        await rina.taps("Isi jawaban")
        await rina.types("Saya mencoba kalimat umpan balik.")
        await rina.taps("Berikutnya")
        await rina.sees("Tekan penjepit kertas")
        await rina.taps("Selesai")  # the lesson plan is optional
        await rina.taps("Usulkan jadwal")
        await rina.taps("Rabu, 8 Jul")
        await rina.taps("08.00")
        proposal = await principal.sees("Rina Wati mengusulkan jadwal observasi")
        await principal.taps("Setuju jadwal ini", on=proposal)
        await rina.types("/observasi")
        await rina.taps("Ubah jadwal", on=await rina.sees("Menunggu pengamat"))
        await rina.taps("Rabu, 8 Jul")
        await rina.taps("09.00")
        await rina.types("4")
        moved = await principal.sees("Rina Wati ingin mengubah jadwal observasi")
        assert "Jamnya bentrok dengan yang lain." in moved.text
        await principal.taps("Setuju jadwal ini", on=moved)
        world.clock.at = at(date(2026, 7, 8), 8, 50)
        # Without signal and without having opened anything.
        await principal.types("3 3 2 2")
        await principal.sees("Semua sudah diisi")
        await principal.taps("Selesai")
        await rina.sees("hasil observasi Anda sudah disahkan")
        cycle = await cycle_now(world, plan_id)
        assert (cycle.indicator, cycle.behaviour) == ("IND-3", "IND-3a")
        assert [one.done_at is not None for one in cycle.steps] == [True, True] + [False] * 3
        assert cycle.steps[0].due_on == date(2026, 5, 31)


async def _holds_2025(world: TestWorld, teacher: Person, principal: Person) -> int:
    now = world.clock.now()
    owner, decider = await actor_of(world, teacher), await actor_of(world, principal)
    async with world.database.transaction() as session:
        _account, seats = await find_account(session, teacher.id, now)
        rules = world.kawan.rulebook.of_school(seats[0].school, seats[0].today(now))
        period = rules.period_at(seats[0].today(now))
        full = await plans.open_plan(session, owner, rules, period, now)
        for step, code in (("tugas_pokok", "menilai"), ("praktik_kinerja", "IND-3")):
            await plans.choose_one(session, owner, rules, full.id, step, code, now)
        await plans.write_words(
            session, owner, rules, full.id, "pengembangan_kompetensi", "Umpan balik", now
        )
        await plans.have_no_duty(session, owner, rules, full.id, now)
        await plans.take_standard_guides(session, owner, rules, full.id, now)
        await plans.submit(session, owner, rules, full.id, 0, today=seats[0].today(now), now=now)
        await decisions.approve(session, decider, full.id, 1, now)
        return full.id


async def test_forged_and_outdated_buttons_change_nothing(world: TestWorld) -> None:
    rina, principal = await a_school(world)
    budi = await world.joins("Budi <b>&", Role.TEACHER)
    other = await world.founds("20304567", "SMPN 2 Lain")
    stranger = await world.joins("Kepala Lain", Role.PRINCIPAL | Role.TEACHER, other)
    await rina.types("/observasi")
    await rina.taps("Pilih indikator")
    await rina.taps("Umpan balik")
    async with world.database.reading() as session:
        members = {one.name: one.id or 0 for one in (await session.exec(select(Member))).all()}
        plan_id = (await session.exec(select(Plan.id))).one() or 0
    before = (await cycle_now(world)).row.model_dump()
    forged: list[Button] = [
        ShowCycle(plan_id), OpenRubric(plan_id), MarkStatement(plan_id, 1, 1),
        FinishMarks(plan_id), SignOff(plan_id, 0), ConfirmDay(plan_id, 0),
        CallOff(plan_id, 0), CallOffBecause(plan_id, 0, 0),
        ToggleObserved(members["Budi <b>&"], plan_id, 0),
    ]  # fmt: skip
    for who in (budi, stranger):
        for button in forged:
            assert (await who.taps_data(button.pack())).text, button
    for button in (MarkStatement(plan_id, 1, 1), FinishMarks(plan_id), SignOff(plan_id, 0)):
        assert (await rina.taps_data(button.pack())).text, button
    for button in (
        MarkStatement(plan_id, 9, 1), MarkStatement(plan_id, 1, 7), ShowCycle(999),
        ToggleObserved(members["Kepala Lain"], plan_id, 0), SignOff(plan_id, 5),
    ):  # fmt: skip
        assert (await principal.taps_data(button.pack())).text, button
    for who in (budi, stranger):
        assert not any("Rina Wati" in one.text for one in who.messages)
    assert (await cycle_now(world)).row.model_dump() == before


async def test_steps_that_are_due_are_reminded_of_in_both_languages(world: TestWorld) -> None:
    rina, principal = await a_school(world)
    coach = await world.joins("Desi Marlina", Role.COACH)
    await coach.types("/bahasa")
    await coach.taps("English")
    await principal.types("/observasi")
    await principal.taps("Tunjuk pengamat", on=await principal.sees("Observasi: 1 guru"))
    await principal.taps("Desi Marlina")
    await principal.taps("Rina Wati", on=await principal.sees("mengamati 0 dari 1"))
    await a_pause(world)
    await coach.sees("you are to observe Rina Wati")
    world.clock.at = at(date(2026, 8, 24), 15)
    await world.kawan.rounds.remind()
    due = await rina.sees("observasi Anda menunggu langkah A. Diskusi persiapan")
    assert "7 hari lagi, Senin, 31 Agustus 2026" in due.text
    await rina.taps("Pilih indikator", on=due)
    await rina.taps("Umpan balik")
    await rina.taps("Umpan balik spesifik")
    await rina.taps("Usulkan jadwal", on=await rina.sees("Jawab beberapa pertanyaan"))
    await rina.taps("Rabu, 26 Agu")
    await rina.taps("08.00")
    proposal = await coach.sees("proposes a date")
    # What waits for the coach is put into one message.
    world.clock.at = at(date(2026, 8, 28), 15)
    await world.kawan.rounds.remind()
    await rina.sees("3 hari lagi, Senin, 31 Agustus 2026")
    listed = await coach.sees("the observations you hold wait")
    assert "Rina Wati" in listed.text
    await coach.taps("Whom I observe", on=listed)
    await coach.taps("Rina Wati", on=await coach.sees("You observe 1 teachers"))
    card = await coach.sees("That time is over")
    await coach.taps("Propose another", on=card)
    late = await coach.taps("Agree", on=proposal)
    assert "has passed" in late.text
    await world.delivered()


async def test_a_step_that_waits_to_be_told_is_forgotten_once_the_plan_is_rated(
    world: TestWorld,
) -> None:
    rina, principal = await a_school(world)
    coach = await world.joins("Desi Marlina", Role.COACH)
    teacher, decider, observer = [await actor_of(world, one) for one in (rina, principal, coach)]
    world.clock.at = now = at(date(2026, 8, 24), 15)
    rulebook = world.kawan.rulebook
    # Written and rated at once, so that no sender comes between.
    async with world.database.transaction() as session:
        full = await plans.find_plan(session, teacher.member_id, "2026-2")
        assert full is not None
        await observers.name_observer(session, decider, full.id, observer.member_id, rulebook, now)
        await begun(session, teacher, full.id)
        await scheduling.propose(
            session, teacher, full.id, 0, at(date(2026, 8, 26), 8), rulebook, now
        )
        calls = await scanning.scan(session, rulebook, now)
        await announce(session, calls, now)
        await rates(session, decider, full, now)
    await world.delivered()
    async with world.database.reading() as session:
        steps = await session.exec(
            select(OutboxMessage).where(OutboxMessage.kind == "remind_step")
        )
        states = {one.member_id: (one.state, one.outcome) for one in steps.all()}
    pointless = (OutboxState.CANCELLED, "pointless")
    assert states == {teacher.member_id: pointless, observer.member_id: pointless}


async def calendar_sent(person: Person, words: str) -> tuple[str, Event]:
    """Open the newest calendar file below these words; give its method and its one event."""
    message = await person.sees(words)
    assert message.content["document"]["file_name"].endswith(".ics")
    calendar = Calendar.from_ical(await person.downloads(message))
    assert isinstance(calendar, Calendar)
    (event,) = calendar.events
    return str(calendar["METHOD"]), event


def takes_out(sent: tuple[str, Event], uid: str, sequence: int) -> None:
    """Check what RFC 5546 wants of a file that takes a published event out of calendars."""
    method, event = sent
    assert (method, event.uid, event.sequence) == ("CANCEL", uid, sequence)
    assert event["STATUS"] == "CANCELLED"
    assert event["ORGANIZER"].params["CN"] == "SMPN 1 Surian"
    assert "ATTENDEE" not in event
    assert "Rina" not in str(event)


async def test_a_lesson_that_will_not_be_goes_out_of_calendars(world: TestWorld) -> None:
    rina, principal = await a_school(world)
    coach = await world.joins("Desi", Role.COACH)
    operator = await world.joins("Pak Operator", Role.OPERATOR)
    async with world.database.transaction() as session:
        owner, decider = await actor_of(world, rina), await actor_of(world, principal)
        await agreed(session, owner, decider, 1)
    method, event = await calendar_sent(rina, "jadwal observasi sudah pasti")
    uid, first = event.uid, event.sequence
    assert (method, first, event["STATUS"]) == ("PUBLISH", 1, "CONFIRMED")
    assert str(event["ORGANIZER"]).startswith("mailto:")
    assert "ATTENDEE" not in event

    # The teacher calls it off; both get a file, and the history says why.
    await rina.types("/observasi")
    await rina.taps("Ubah jadwal")
    days = await rina.sees("Hari apa")
    await rina.taps("Batalkan jadwal", on=days)
    await rina.sees("Mengapa jadwalnya dibatalkan?")
    await rina.types("Anak saya <b>sakit</b> & opname")
    takes_out(await calendar_sent(rina, "Batal: Senin, 14 September 2026"), uid, 2)
    told = await principal.sees("Bu Kepala, observasi kelas batal.")
    for words in ("Guru: Rina Wati", "Dibatalkan oleh Rina Wati", "<b>sakit</b> & opname"):
        assert words in told.text
    takes_out(await calendar_sent(principal, "observasi kelas batal"), uid, 2)
    await principal.taps("Buka observasi", on=told)
    await principal.taps("Riwayat jadwal")
    history = await principal.sees("Riwayat jadwal")
    assert "batal, tadinya Senin, 14 September 2026, pukul 09.00 WIB" in history.text
    # Tapped once more on the old screen: nothing happens twice.
    again = await rina.taps_data(CallOff(1, 1).pack(), days)
    assert "sudah berubah" in again.text

    # Agreed on anew: the same lesson for calendars, and a higher number.
    async with world.database.transaction() as session:
        await scheduling.propose(session, owner, 1, 2, LATER, world.kawan.rulebook, NOW)
        await scheduling.confirm(session, decider, 1, 3, world.kawan.rulebook, NOW)
    world.kawan.sender.wake()
    method, event = await calendar_sent(rina, "Rabu, 16 September 2026")
    assert (method, event.uid, event.sequence) == ("PUBLISH", uid, 3)

    # Another observes: it goes out of the calendar of whoever agreed to it, and of nobody else's.
    await principal.types("/rekap")
    await principal.taps("Papan observasi")
    await principal.taps("Tunjuk pengamat")
    await principal.taps("Desi")
    await principal.taps("Rina Wati")
    method, event = await calendar_sent(principal, "Anda tidak lagi mengamati Rina Wati")
    assert (method, event.uid, event["STATUS"]) == ("CANCEL", uid, "CANCELLED")

    # The teacher leaves.
    async with world.database.transaction() as session:
        by = await actor_of(world, operator)
        await members.change_roles(session, by, owner.member_id, Role.COACH, world.clock.now())
    world.kawan.sender.wake()
    takes_out(await calendar_sent(coach, "tidak lagi mengajar di sekolah ini"), uid, 4)
    takes_out(await calendar_sent(rina, "tidak lagi terdaftar sebagai guru"), uid, 4)


async def test_an_observer_of_many_hears_it_in_one_message(world: TestWorld) -> None:
    _rina, principal = await a_school(world)
    names = ["Ani <b>&", "Budi", "Citra"]
    people = [await world.joins(name, Role.TEACHER) for name in names]
    for one in people:
        await agrees(world, one, principal)
    coach = await world.joins("Desi", Role.COACH)
    await world.delivered()
    await principal.types("/rekap")
    await principal.taps("Papan observasi")
    await principal.taps("Tunjuk pengamat")
    await principal.taps("Desi")
    for number, name in enumerate(["Ani", "Budi", "Citra", "Rina"], 1):
        await principal.taps(name)
        await principal.sees(f"mengamati {number} dari 4 guru")
    # A slip, put right at once: the observer never hears of it.
    await principal.taps("Budi")
    await principal.sees("mengamati 3 dari 4 guru")
    before = len(coach.messages)
    await world.delivered()
    assert len(coach.messages) == before
    await a_pause(world)
    told = await coach.sees("Desi, Anda ditunjuk mengamati 3 guru")
    assert [f"• {name}" in told.text for name in [*names, "Rina Wati"]] == [
        True, False, True, True,
    ]  # fmt: skip
    assert len(coach.messages) == before + 1
    for one in (people[0], people[2]):
        assert len([each for each in one.messages if "pengamat Anda: Desi" in each.text]) == 1
    await coach.taps("Yang saya amati", on=told)
    await coach.sees("Yang Anda amati: 3 guru")

    # Taken away again, and one added: in one message too.
    before = len(coach.messages)
    for name in ("Ani", "Rina", "Budi"):
        await principal.taps(name)
    await a_pause(world)
    told = await coach.sees("Desi, Anda ditunjuk mengamati Budi")
    assert "Anda tidak lagi mengamati 2 guru:\n• Ani <b>&\n• Rina Wati" in told.text
    assert len(coach.messages) == before + 1
