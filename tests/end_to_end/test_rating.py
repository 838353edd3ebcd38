"""Rating from the first card to the teacher's answer, and what happens in between."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot import replies
from bot.simulator.driver import Person
from bot.simulator.models import Message
from conversations.callbacks.rating import (
    AcknowledgeRating,
    AnswerRating,
    AskSealing,
    AskSealingAll,
    ChooseLevel,
    ClearFeedback,
    HoldRating,
    MarkBehaviour,
    MarkBehaviours,
    NextRating,
    OpenFeedback,
    OpenMyRating,
    OpenRatings,
    PastRatings,
    PickSentence,
    RateTeacher,
    RatingPeriods,
    RatingSummary,
    ReopenRating,
    ReopenRatingOwn,
    ReopenRatingReason,
    SealRating,
    SealRatings,
    WriteFeedback,
)
from storage import decisions, members, plans
from storage.erasure import erase_member
from storage.members import name_deputy
from storage.models import FinalRating, Member, PlanEntry, Rating, Role
from storage.people import find_account
from storage.plans import FullPlan
from storage.ratings import drafting
from tests.end_to_end.submitting import actor_of, agrees, submits
from tests.storage import observing
from tests.storage.reports.staging import answers
from tests.storage.reports.staging import submits as hands_in
from tests.world import TestWorld, open_world

DECEMBER = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
"""Selasa, 1 Desember 2026, pukul 09.00 WIB: the rating phase."""


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, a tap is answered with what it has to say."""
    monkeypatch.setattr(replies, "PATIENCE_S", 60.0)


@pytest.fixture
async def principal(world: TestWorld) -> Person:
    return await world.joins("Bu Kepala", Role.PRINCIPAL)


async def ready_teacher(world: TestWorld, principal: Person, name: str) -> tuple[Person, FullPlan]:
    person = await world.joins(name, Role.TEACHER)
    return person, await agrees(world, person, principal)


async def finals(world: TestWorld) -> list[FinalRating]:
    async with world.database.reading() as session:
        return list((await session.exec(select(FinalRating))).all())


def labels(message: Message) -> list[str]:
    return [button["text"] for row in message.rows for button in row]


async def test_a_sitting_with_a_restart_a_summary_and_what_the_teachers_hear(
    world: TestWorld, principal: Person
) -> None:
    budi, _ = await ready_teacher(world, principal, "Budi Santoso")
    rina, rinas = await ready_teacher(world, principal, "Rina <b>Wati</b>")
    await world.joins("Tono", Role.TEACHER)
    coach = await world.joins("Desi", Role.COACH)
    await world.delivered()
    await principal.types("/menu")
    home = await principal.sees_button("Persetujuan")
    assert "Penilaian" not in " ".join(labels(home))
    world.clock.at = DECEMBER
    await principal.types("/menu")
    home = await principal.sees("2 guru")
    await principal.taps("Penilaian", on=home)
    listed = await principal.sees("Penilaian kinerja guru")
    assert "Batas: Kamis, 31 Desember 2026 (30 hari lagi)" in listed.text
    assert "3. ⚪ Tono (belum ada rencana)" in listed.text
    assert "Penilai: kepala sekolah" in listed.text
    assert "Tono" not in " ".join(labels(listed))
    await principal.taps("Mulai menilai")
    card = await principal.sees("⭐ Budi Santoso · 1 dari 2")
    for words in (
        "PMM 2024 · Juli–Desember 2026", "Rencana sudah disepakati: 48 poin, anjuran 32",
        "0 dari 48 poin", "7 nilai dipilih",
        "Belum ada: observasi kelas, laporan guru, bukti yang diterima.",
        "Tetap boleh dinilai", "Hasil kerja (tombol 1–3): belum dipilih",
        "Saran: di bawah ekspektasi. Rencana yang buktinya diterima 0% (patokan 75%)",
        "Saran hanya perkiraan", "Umpan balik: belum ada",
    ):  # fmt: skip
        assert words in card.text
    assert "Predikat" not in card.text
    # Two a row: the result on the left, the behaviour on the right.
    assert [len(row) for row in card.rows] == [2, 2, 2, 2, 1, 1, 1]
    assert labels(card)[:6] == [
        "1. Di bawah 🎯", "4. Di bawah 🤝", "2. Sesuai 🎯", "5. Sesuai 🤝",
        "3. Di atas 🎯", "6. Di atas 🤝",
    ]  # fmt: skip
    # Buttons and typed numbers, and two taps before the card has followed.
    first = next(button for row in card.rows for button in row if "2. Sesuai" in button["text"])
    second = next(button for row in card.rows for button in row if "5. Sesuai" in button["text"])
    await principal.taps_data(first["callback_data"], card)
    await principal.taps_data(second["callback_data"], card)
    await principal.sees("Predikat: Baik (perkiraan)")
    await principal.types("3")
    await principal.sees("Hasil kerja (tombol 1–3): Di atas ekspektasi")
    await principal.taps("Umpan balik")
    await principal.sees("Umpan balik untuk Budi Santoso")
    await principal.taps("Layak dibagikan")
    await principal.sees("56 dari 1000 huruf")
    await principal.taps("Perilaku baik")
    await principal.taps("Tulis sendiri")
    asked = await principal.sees("Tulis umpan balik untuk Budi Santoso")
    assert "layak dibagikan kepada rekan guru lain. Perilaku kerja sudah baik" in asked.text
    await world.restart()
    await principal.types("Pertahankan <praktik> ini & bagikan")
    await principal.sees("Umpan balik: Pertahankan <praktik> ini & bagikan")
    await world.restart()
    await principal.types("lanjut")
    await principal.sees("⭐ Budi Santoso · 1 dari 2")
    await principal.taps("Berikutnya (1)")
    card = await principal.sees("⭐ Rina <b>Wati</b> · 2 dari 2")
    assert "Ringkasan" in " ".join(labels(card))
    await principal.types("/penilaian")
    await principal.taps("Lanjutkan menilai")
    await principal.sees("⭐ Rina <b>Wati</b> · 2 dari 2")
    await principal.taps("2. Sesuai")
    await principal.sees("Hasil kerja (tombol 1–3): Sesuai")
    await principal.taps("Tiap perilaku")
    await principal.sees("Perilaku kerja Rina")
    await principal.taps("1.")
    await principal.sees("1. ● ")
    await principal.taps("Kembali")
    await principal.sees("1 sudah diberi tanda")
    await principal.taps("5. Sesuai")
    await principal.sees("Predikat: Baik")
    await principal.taps("Lihat rencana")
    await principal.sees("Rencana Rina")
    await principal.taps("Kembali")
    await principal.taps("Ringkasan")
    summary = await principal.sees("Siap disahkan: 2")
    for words in (
        "• Baik: 2",
        "Tanpa rencana yang berlaku (1):\n• Tono",
        "1. ☑ Budi Santoso: Baik",
    ):
        assert words in summary.text
    await principal.taps("1. ☑ Budi")
    summary = await principal.sees("⏸ Ditunda (1):\n• Budi Santoso")
    assert "Sahkan 1 penilaian" in " ".join(labels(summary))
    await principal.taps("1. ⏸ Budi")
    await principal.taps("Sahkan 2 penilaian")
    asked = await principal.sees("Sahkan 2 penilaian?")
    assert "2 guru langsung dikabari. Mengubahnya perlu alasan" in asked.text
    assert "Tanpa observasi kelas (2):\n• Budi Santoso\n• Rina <b>Wati</b>" in asked.text
    assert "Tanpa laporan guru (2)" in asked.text
    assert await finals(world) == []
    seal = labels(asked)[0]
    await principal.taps(seal, on=asked)
    done = await principal.sees("2 penilaian sudah disahkan")
    assert "2 dari 2 disahkan" in done.text
    told = await budi.sees("ini hasil penilaian kinerja Anda")
    for words in (
        "Hasil kerja: Di atas ekspektasi", "Perilaku kerja: Sesuai ekspektasi",
        "Predikat: Baik (menurut tabel perkiraan)", "Pertahankan <praktik> ini & bagikan",
        "Dinilai oleh Bu Kepala (kepala sekolah), Selasa, 1 Desember 2026, pukul 09.00 WIB",
    ):  # fmt: skip
        assert words in told.text
    assert [one.rated_by for one in await finals(world)] != []
    await _reads_and_answers(world, rina, rinas, principal)
    assert not any("hasil penilaian" in one.text for one in coach.messages)
    await principal.types("/menu")
    await principal.sees("Penilaian")


async def _reads_and_answers(
    world: TestWorld, rina: Person, plan: FullPlan, principal: Person
) -> None:
    told = await rina.sees("ini hasil penilaian kinerja Anda")
    assert labels(told) == ["👀 Saya sudah membaca", "💬 Tanggapi"]
    await rina.taps("Saya sudah membaca", on=told)
    read = await rina.sees("Anda sudah membacanya, 1 Des 2026")
    assert labels(read) == ["💬 Tanggapi"]
    await rina.types("/status")
    status = await rina.sees("Penilaian: Baik")
    await rina.taps("Hasil penilaian", on=status)
    await rina.sees("Guru lain dan guru penggerak tidak melihat hasil ini")
    await rina.taps("Tanggapi")
    await rina.sees("paling banyak 500 huruf")
    await rina.types("x" * 501)
    await rina.sees("501 huruf, paling banyak 500")
    await rina.types("Terima kasih,\nsaya akan <belajar> lagi")
    answered = await rina.sees("Tanggapan Anda:")
    assert "saya akan <belajar> lagi" in answered.text
    assert "Tanggapi" not in " ".join(labels(answered))
    heard = await principal.sees("menanggapi penilaiannya")
    assert "Rina <b>Wati</b>" in heard.text
    refused = await rina.taps_data(AnswerRating(plan.id, 1).pack())
    assert "satu kali" in refused.text
    await principal.taps("Lihat penilaian", on=heard)
    card = await principal.sees("Disahkan Bu Kepala")
    assert "Tanggapan guru, 1 Des 2026" in card.text
    await _is_opened_again(world, rina, plan, principal)


async def _is_opened_again(
    world: TestWorld, rina: Person, plan: FullPlan, principal: Person
) -> None:
    await principal.taps("Buka lagi")
    await principal.sees("Buka lagi penilaian")
    await principal.taps("Tulis sendiri")
    await principal.sees("Tulis alasan membuka lagi")
    await principal.types("Ada bukti yang terlewat")
    opened = await principal.sees("Dibuka lagi oleh Bu Kepala, 1 Des 2026")
    assert "Ada bukti yang terlewat" in opened.text
    assert "Predikat: Baik" in opened.text
    news = await rina.sees("penilaian Anda ditinjau lagi")
    assert "Ada bukti yang terlewat" in news.text
    old = await rina.sees("Hasil ini tidak berlaku lagi")
    assert old.id < news.id
    assert labels(old) == []
    refused = await rina.taps_data(AcknowledgeRating(plan.id, 1, "n").pack())
    assert "tidak berlaku lagi" in refused.text
    await rina.types("/status")
    await rina.sees("sedang ditinjau lagi")
    await principal.taps("3. Di atas")
    await principal.taps("6. Di atas")
    await principal.sees("Predikat: Sangat Baik")
    await principal.taps("Sahkan ini")
    asked = await principal.sees("Sahkan penilaian Rina")
    assert "Belum ada: observasi kelas, laporan guru, bukti yang diterima." in asked.text
    button = asked.rows[0][0]["callback_data"]
    await principal.taps_data(button, asked)
    await principal.sees("Penilaian ke-2")
    again = await principal.taps_data(button, asked)
    assert "Sudah tercatat" in again.text
    new = await rina.sees("menggantikan hasil tanggal 1 Des 2026")
    assert "Sangat Baik" in new.text
    history = [(one.number, one.predicate, one.answer != "") for one in await finals(world)]
    assert (1, "baik", True) in history
    assert (2, "sangat_baik", False) in history


async def test_two_raters_at_once_and_the_deputy_never_rates_the_own_work(
    world: TestWorld, principal: Person
) -> None:
    rina, rinas = await ready_teacher(world, principal, "Rina Wati")
    budi, budis = await ready_teacher(world, principal, "Budi Santoso")
    world.clock.at = DECEMBER
    boss = await actor_of(world, principal)
    async with world.database.transaction() as session:
        await name_deputy(
            session, boss, member_id=budis.plan.member_id, starts_on=DECEMBER.date(),
            ends_on=DECEMBER.date() + timedelta(days=7), now=DECEMBER,
        )  # fmt: skip
    await budi.types("/penilaian")
    listed = await budi.sees("Penilaian kinerja guru")
    assert "Budi" not in listed.text
    await budi.taps("1. ⬜ Rina")
    mine = await budi.sees("⭐ Rina Wati · 1 dari 1")
    await principal.taps_data(RateTeacher(rinas.id).pack())
    await principal.sees("⭐ Rina Wati")
    await principal.taps("2. Sesuai")
    await principal.sees("Hasil kerja (tombol 1–3): Sesuai")
    late = await budi.taps("3. Di atas", on=mine)
    assert late.text == (
        "Baru saja diubah Bu Kepala, 1 Des 2026 pukul 09.00 WIB. Ini keadaannya sekarang."
    )
    await budi.sees("Hasil kerja (tombol 1–3): Sesuai ekspektasi")
    await budi.taps("5. Sesuai")
    await budi.taps("Sahkan ini")
    asked = await budi.sees("Sahkan penilaian Rina Wati?")
    await budi.taps("Sahkan penilaian", on=asked)
    await budi.sees("Disahkan Budi Santoso")
    late = await principal.taps("1. Di bawah")
    assert late.text.startswith("Sudah disahkan oleh Budi Santoso")
    await principal.sees("Disahkan Budi Santoso")
    assert "Dinilai oleh Budi Santoso" in (await rina.sees("hasil penilaian")).text
    own = await budi.taps_data(ChooseLevel(budis.id, 0, 0, 2).pack())
    assert "bukan untuk Anda" in own.text
    # What would become final changes between the summary and the tap.
    await principal.taps_data(ChooseLevel(budis.id, 0, 0, 1).pack())
    await principal.taps_data(ChooseLevel(budis.id, 0, 1, 1).pack())
    await principal.taps_data(AskSealingAll().pack())
    asked = await principal.sees("Sahkan 1 penilaian?")
    button = asked.rows[0][0]["callback_data"]
    await principal.taps_data(ChooseLevel(budis.id, 2, 0, 2).pack())
    refused = await principal.taps_data(button)
    assert "sudah berubah sejak ditampilkan" in refused.text
    await principal.sees("Ringkasan penilaian")
    assert len(await finals(world)) == 1


async def test_who_left_whose_plan_is_open_and_who_has_none(
    world: TestWorld, principal: Person
) -> None:
    world.clock.at = DECEMBER
    await principal.types("/penilaian")
    empty = await principal.sees("Belum ada guru yang terdaftar")
    assert "Ringkasan" not in " ".join(labels(empty))
    operator = await world.joins("Bu Operator", Role.OPERATOR)
    rina, rinas = await ready_teacher(world, principal, "Rina Wati")
    tono = await world.joins("Tono", Role.TEACHER)
    waiting = await submits(world, tono)
    by = await actor_of(world, operator)
    async with world.database.transaction() as session:
        await members.change_roles(session, by, rinas.plan.member_id, Role.COACH, DECEMBER)
    await principal.types("/rekap")
    await principal.taps("Penilaian")
    listed = await principal.sees("Tanpa rencana berlaku: 1")
    assert "⬜ Rina Wati (tidak lagi mengajar di sini)" in listed.text
    await principal.taps("Tono")
    shown = await principal.sees("Rencananya sudah diajukan, jadi belum bisa dinilai")
    assert labels(shown) == ["‹ Kembali"]
    refused = await principal.taps_data(ChooseLevel(waiting.id, 0, 0, 1).pack())
    assert "Belum bisa: rencana ini sudah diajukan" in refused.text
    await principal.taps_data(RateTeacher(rinas.id).pack())
    card = await principal.sees("Tidak lagi mengajar di sekolah ini")
    assert "pekerjaannya selama di sini" in card.text
    await principal.taps("1. Di bawah", on=card)
    await principal.taps("4. Di bawah")
    await principal.sees("Predikat: Sangat Kurang")
    await principal.taps("Sahkan ini")
    await principal.taps("Sahkan penilaian")
    await principal.sees("Disahkan Bu Kepala")
    await rina.sees("Sangat Kurang")
    by = await actor_of(world, operator)
    async with world.database.transaction() as session:
        await erase_member(session, by, rinas.plan.member_id, DECEMBER)
    gone = await principal.taps_data(RateTeacher(rinas.id).pack())
    assert "sudah tidak ada" in gone.text


def every_button(plan_id: int, revision: int) -> list[str]:
    return [
        one.pack()
        for one in (
            OpenRatings(0), RateTeacher(plan_id), NextRating(0), NextRating(plan_id),
            ChooseLevel(plan_id, revision, 0, 0), ChooseLevel(plan_id, revision, 7, -1),
            MarkBehaviours(plan_id), MarkBehaviour(plan_id, revision, 0, 0),
            OpenFeedback(plan_id), PickSentence(plan_id, revision, 0, 1),
            WriteFeedback(plan_id, revision), ClearFeedback(plan_id, revision),
            AskSealing(plan_id, revision), SealRating(plan_id, revision), RatingSummary(0),
            HoldRating(plan_id, revision, 0, 0), AskSealingAll(), SealRatings(0),
            ReopenRating(plan_id, revision), ReopenRatingReason(plan_id, revision, 0),
            ReopenRatingOwn(plan_id, revision), OpenMyRating(plan_id),
            AcknowledgeRating(plan_id, 1, "n"), AnswerRating(plan_id, 1),
        )
    ]  # fmt: skip


async def test_buttons_of_another_school_and_of_a_coach_reach_nothing(
    world: TestWorld, principal: Person
) -> None:
    _rina, plan = await ready_teacher(world, principal, "Rina Wati")
    theirs = await world.founds("20304567", "SMPN 2 Lain")
    thief = await world.joins("Maling", Role.PRINCIPAL | Role.TEACHER, theirs)
    coach = await world.joins("Desi", Role.COACH | Role.TEACHER)
    world.clock.at = DECEMBER
    await principal.taps_data(ChooseLevel(plan.id, 0, 0, 2).pack())
    await principal.taps_data(ChooseLevel(plan.id, 1, 1, 2).pack())
    for sealed in (False, True):
        if sealed:
            await principal.taps_data(SealRating(plan.id, 2).pack())
            await principal.sees("Disahkan Bu Kepala")
        async with world.database.reading() as session:
            before = [one.model_dump() for one in (await session.exec(select(Rating))).all()]
        kept = [one.model_dump() for one in await finals(world)]
        for who in (thief, coach):
            for data in every_button(plan.id, 3 if sealed else 2):
                assert "gangguan" not in (await who.taps_data(data)).text, data
            assert not any(
                words in one.text
                for one in who.messages
                for words in ("Rina", "Di atas ekspektasi", "Sangat Baik")
            )
        async with world.database.reading() as session:
            assert [
                one.model_dump() for one in (await session.exec(select(Rating))).all()
            ] == before
        assert [one.model_dump() for one in await finals(world)] == kept


async def test_forty_names_of_the_hostile_kind_fit_and_turn_pages(
    world: TestWorld, principal: Person
) -> None:
    world.clock.at = DECEMBER
    school = world.school
    async with world.database.transaction() as session:
        session.add_all(
            Member(
                school_id=(school.id or 0) if school else 0,
                name=f"=HYPERLINK(\"<{at:04}>\") \u202e🙂 " + "a" * 80,
                roles=int(Role.TEACHER), created_at=DECEMBER,
            )
            for at in range(40)
        )  # fmt: skip
    await principal.types("/penilaian")
    listed = await principal.sees("Tanpa rencana berlaku: 40")
    assert "Belum ada rencana yang disetujui" in listed.text
    await principal.taps("›")
    await principal.sees("9. ⚪")
    await principal.taps_data(RatingSummary(0).pack())
    summary = await principal.sees("Belum ada yang siap disahkan")
    assert "dan 28 lagi" in summary.text


async def test_the_longest_of_everything_fits_on_one_screen(
    world: TestWorld, principal: Person
) -> None:
    rina, plan = await ready_teacher(world, principal, "Rina " + "<&>" * 36)
    world.clock.at = DECEMBER
    async with world.database.transaction() as session:
        session.add_all(
            PlanEntry(
                plan_id=plan.id, step="tugas_tambahan", code=f"own{at}",
                text=f"{at} " + "Pembina <ekskul> " * 28, evidence=["sk"],
            )
            for at in range(15)
        )  # fmt: skip
        await session.flush()
        by = await actor_of(world, principal)
        rules = world.kawan.rulebook.of_plan(world.school or await world.founds(), plan.plan)
        for code in drafting.chosen_behaviours(rules, plan):
            await drafting.mark_behaviour(
                session, by, rules, plan.id, 0, code, "di_atas", DECEMBER
            )
        await drafting.write_feedback(session, by, plan.id, 0, "<b>&" * 250, DECEMBER)
    await principal.taps_data(ChooseLevel(plan.id, 0, 0, 2).pack())
    await principal.taps_data(ChooseLevel(plan.id, 0, 1, 2).pack())
    card = await principal.sees("… dan 7 lagi")
    assert "Saran: di atas ekspektasi. Perilaku yang sesuai atau lebih 100%" in card.text
    assert len(card.text) < 3000
    await principal.taps("Sahkan ini")
    await principal.taps("Sahkan penilaian")
    await rina.sees("hasil penilaian")
    await rina.taps("Tanggapi")
    await rina.types("\u202e🙂<i>" * 100)
    answered = await rina.sees("Tanggapan Anda")
    assert len(answered.text) < 4096
    await principal.sees("menanggapi")
    await principal.taps("Lihat penilaian")
    assert len((await principal.sees("Tanggapan guru")).text) < 4096


async def test_the_scheme_without_points_names_its_rater_and_asks_for_no_evidence(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with open_world(sqlite_url, tmp_path, ruleset="ruang-gtk-2025") as world:
        principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
        rina = await world.joins("Rina Wati", Role.TEACHER)
        await _yearly_plan(world, rina, principal)
        world.clock.at = DECEMBER
        await principal.types("/penilaian")
        listed = await principal.sees("Penilai: Pejabat Penilai Kinerja")
        assert "Ruang GTK 2025" in listed.text
        await principal.taps("Mulai menilai")
        card = await principal.sees("⭐ Rina Wati")
        assert "poin" not in card.text
        assert "Belum ada: observasi kelas, laporan guru." in card.text
        assert "Saran" not in card.text
        assert "Pengembangan kompetensi: Ingin lebih terampil" in card.text
        await principal.taps("2. Sesuai")
        await principal.taps("6. Di atas")
        await principal.sees("Predikat: Baik (perkiraan)")
        await principal.taps("Umpan balik")
        await principal.taps("Lanjutkan refleksi")
        await principal.sees_button("☑ Lanjutkan refleksi")
        await principal.taps("Kembali")
        await principal.taps("Sahkan ini")
        await principal.taps("Sahkan penilaian")
        told = await rina.sees("Dinilai oleh Bu Kepala (Pejabat Penilai Kinerja)")
        assert "Lanjutkan kebiasaan merefleksikan pembelajaran" in told.text


async def _yearly_plan(world: TestWorld, teacher: Person, principal: Person) -> None:
    """Bring a plan of the scheme without points through its approval."""
    now = world.clock.now()
    async with world.database.transaction() as session:
        _account, seats = await find_account(session, teacher.id, now)
        seat = seats[0]
        actor, today = seat.actor(now), seat.today(now)
        rules = world.kawan.rulebook.of_school(seat.school, today)
        full = await plans.open_plan(session, actor, rules, rules.period_at(today), now)
        duty, indicator = rules.main_duties[0].code, rules.indicators[0].code
        await plans.choose_one(session, actor, rules, full.id, "tugas_pokok", duty, now)
        await plans.choose_one(session, actor, rules, full.id, "praktik_kinerja", indicator, now)
        words = "Ingin lebih terampil memberi umpan balik"
        await plans.write_words(
            session, actor, rules, full.id, "pengembangan_kompetensi", words, now
        )
        await plans.have_no_duty(session, actor, rules, full.id, now)
        full = await plans.take_standard_guides(session, actor, rules, full.id, now)
        await plans.submit(session, actor, rules, full.id, 0, today=today, now=now)
    decider = await actor_of(world, principal)
    async with world.database.transaction() as session:
        await decisions.approve(session, decider, full.id, 1, now)


async def test_the_morning_tells_how_many_ratings_are_missing(
    world: TestWorld, principal: Person
) -> None:
    _rina, plan = await ready_teacher(world, principal, "Rina Wati")
    world.clock.at = datetime(2026, 12, 17, 8, 0, tzinfo=UTC)
    await world.kawan.rounds.remind()
    digest = await principal.sees("1 penilaian belum disahkan")
    assert "Batasnya 14 hari lagi, Kamis, 31 Desember 2026" in digest.text
    assert "Persetujuan" not in " ".join(labels(digest))
    await principal.taps("Penilaian", on=digest)
    await principal.sees("Penilaian kinerja guru")
    for axis in (0, 1):
        await principal.taps_data(ChooseLevel(plan.id, axis, axis, 1).pack())
    await principal.taps_data(SealRating(plan.id, 2).pack())
    await principal.sees("Disahkan Bu Kepala")
    world.clock.at = datetime(2026, 12, 31, 8, 0, tzinfo=UTC)
    await world.kawan.rounds.remind()
    await world.delivered()
    assert not any("penilaian belum disahkan" in one.text for one in principal.messages[-1:])


async def test_report_and_observation_are_on_the_card_and_open_below_it(
    world: TestWorld, principal: Person
) -> None:
    rina, plan = await ready_teacher(world, principal, "Rina Wati")
    boss, owner = await actor_of(world, principal), await actor_of(world, rina)
    async with world.database.transaction() as session:
        await observing.agreed(session, owner, boss, plan.id)
        await observing.observed(session, boss, plan.id)
        await answers(session, owner, plan)
        await hands_in(session, owner, plan)
    world.clock.at = DECEMBER
    await world.delivered()
    await principal.taps_data(RateTeacher(plan.id).pack())
    card = await principal.sees("rata-rata 2,2 dari 3")
    assert "Laporan sudah diajukan" in card.text
    assert "Belum ada: bukti yang diterima." in card.text
    assert "Nilai observasi 75%" not in card.text  # what is missing is said, not what is enough
    await principal.taps("Laporan guru", on=card)
    report = await principal.sees("Kalimat.")
    assert report.id > card.id
    await principal.taps("Observasi", on=card)
    cycle = await principal.sees("Observasi kelas")
    assert cycle.id > report.id
    await principal.taps("2. Sesuai", on=card)
    await principal.taps("5. Sesuai", on=card)
    await principal.sees("Predikat: Baik")
    await principal.taps_data(AskSealingAll().pack())
    asked = await principal.sees("Sahkan 1 penilaian?")
    assert "Tanpa observasi" not in asked.text
    assert "Tanpa laporan" not in asked.text


async def test_earlier_periods_are_looked_at_and_not_changed(
    world: TestWorld, principal: Person
) -> None:
    rina, rinas = await ready_teacher(world, principal, "Rina Wati")
    budi, budis = await ready_teacher(world, principal, "Budi")
    coach = await world.joins("Desi", Role.COACH)
    elsewhere = await world.founds("20304567", "SMPN 2 Lain")
    stranger = await world.joins("Kepala Lain", Role.PRINCIPAL | Role.TEACHER, elsewhere)
    world.clock.at = DECEMBER
    await principal.types("/penilaian")
    listed = await principal.sees("Penilaian kinerja guru")
    assert "Periode lalu" not in " ".join(labels(listed))
    await principal.taps("Rina Wati", on=listed)
    for words in ("2. Sesuai", "5. Sesuai", "Sahkan ini", "Sahkan penilaian"):
        await principal.taps(words)
    await rina.sees("ini hasil penilaian kinerja Anda")
    await principal.taps_data(RateTeacher(budis.id).pack())
    await principal.taps("3. Di atas", on=await principal.sees("⭐ Budi"))
    await principal.sees("Hasil kerja (tombol 1–3): Di atas")

    world.clock.at = datetime(2027, 1, 4, 2, 0, tzinfo=UTC)
    await world.kawan.rounds.remind()
    await world.delivered()
    await principal.types("/penilaian")
    now = await principal.sees("Batas: Rabu, 30 Juni 2027")
    await principal.taps("Periode lalu", on=now)
    await principal.taps("Juli–Desember 2026", on=await principal.sees("Pilih periodenya"))
    past = await principal.sees("1 dari 2 disahkan")
    for words in (
        "PMM 2024 · Juli–Desember 2026", "sudah ditutup", "1. ⬜ Budi: belum disahkan",
        "2. ✅ Rina Wati: Baik",
    ):  # fmt: skip
        assert words in past.text
    await principal.taps("Rina Wati", on=past)
    final = await principal.sees("Hasil ini tidak bisa diubah lagi")
    assert labels(final) == ["📄 Lihat rencana", "‹ Kembali"]
    for stale in (ReopenRating(rinas.id, 3), ReopenRatingReason(rinas.id, 3, 0)):
        late = await principal.taps_data(stale.pack())
        assert "sudah ditutup" in late.text
    await principal.taps("Kembali", on=await principal.sees("Hasil ini tidak bisa diubah lagi"))
    await principal.taps("Budi", on=await principal.sees("1 dari 2 disahkan"))
    draft = await principal.sees("sudah ditutup sebelum penilaiannya disahkan")
    assert "Hasil kerja: Di atas ekspektasi" in draft.text
    assert labels(draft) == ["📄 Lihat rencana", "‹ Kembali"]
    late = await principal.taps_data(ChooseLevel(budis.id, 1, 1, 1).pack())
    assert "sudah ditutup" in late.text

    # The teacher's own: to be read, and acknowledged still.
    typed = await rina.types("/status")
    status = await rina.sees("Januari–Juni 2027", after=typed)
    await rina.taps("Periode lalu", on=status)
    results = await rina.sees("Juli–Desember 2026: Baik")
    await rina.taps("Juli–Desember 2026", on=results)
    mine = await rina.sees("ini hasil penilaian kinerja Anda", after=typed)
    await rina.taps("Saya sudah membaca", on=mine)
    await rina.taps("Kembali", on=await rina.sees("Anda sudah membacanya"))
    await rina.sees("Hasil penilaian periode lalu")
    typed = await budi.types("/status")
    status = await budi.sees("Januari–Juni 2027", after=typed)
    assert "Periode lalu" not in " ".join(labels(status))

    # Nobody else's school, and nobody who does not decide.
    await stranger.taps_data(RatingPeriods(0).pack())
    await stranger.sees("Belum ada periode lalu")
    for who, button in (
        (stranger, PastRatings("2026-2", 0)), (stranger, RateTeacher(rinas.id)),
        (stranger, OpenMyRating(rinas.id)), (coach, RatingPeriods(0)),
        (coach, PastRatings("2026-2", 0)), (budi, OpenMyRating(rinas.id)),
        (principal, PastRatings("2027-1", 0)), (principal, PastRatings("<b>", 0)),
    ):  # fmt: skip
        assert (await who.taps_data(button.pack())).text, (who.chat.id, button)
    for who in (stranger, coach, budi):
        assert not any("Rina Wati: Baik" in one.text for one in who.messages)
