"""The longest of everything fits on every screen."""

from datetime import timedelta

from bot.simulator.driver import Person
from storage import plans
from storage.evidence import filing, needs, receiving
from storage.models import Role, School
from storage.suggestions import Pick
from tests import papers
from tests.end_to_end.bad_evidence.staging import (
    answer_to,
)
from tests.end_to_end.submitting import actor_of, agrees
from tests.world import MONDAY, TestWorld

SIGNS = "𝔸<𝔹&"
"""Letters that take two places each where Telegram counts, and signs that markup hides."""


def long(length: int, begins: str = "") -> str:
    return (begins + SIGNS * length)[:length]


async def plans_duties(world: TestWorld, teacher: Person, duties: list[str]) -> None:
    """Put duties in the teacher's own words into the plan."""
    owner, now = await actor_of(world, teacher), world.clock.now()
    async with world.database.transaction() as session:
        school = await session.get_one(School, owner.school_id)
        rules = world.kawan.rulebook.of_school(school, now.date())
        full = await plans.open_plan(session, owner, rules, rules.period_at(MONDAY.date()), now)
        for text in duties:
            await plans.add_own_duty(session, owner, rules, full.id, text, now)


async def test_the_longest_words_fit_on_every_screen(world: TestWorld) -> None:
    """Names, duties, notes, reasons, comments: whatever is too long is cut, never refused."""
    await world.founds(name=long(120, "SMP "))
    kepala, rina, desi, budi = [
        await world.joins(long(100, name), role, person=world.sim.person(name, id=number))
        for number, (name, role) in enumerate(
            (
                ("Kepala", Role.PRINCIPAL), ("Rina", Role.TEACHER), ("Desi", Role.COACH),
                ("Budi", Role.TEACHER),
            ),
            901,
        )
    ]  # fmt: skip
    for teacher in (budi, rina):
        await plans_duties(world, teacher, [long(500, f"Tugas {number}") for number in range(5)])
        await agrees(world, teacher, kepala)
        photo = teacher.sends_photo(papers.blurred_photo(), caption=long(1024))
        await answer_to(teacher, photo, "Untuk kegiatan yang mana?")
        await teacher.taps("Tugas 1")
        await teacher.sees("Tersimpan.")
    await rina.taps("Isi tanggal")
    await answer_to(rina, rina.types("31/12/2025"), "di luar periode")
    await rina.taps("Lainnya")
    await rina.taps("Pakai juga lainnya")
    await rina.taps("Tugas 2")
    await rina.until(lambda: "Tersimpan." in rina.last.text)
    await comments_on_first(desi, rina, [long(500, f"Catatan {number}") for number in range(5)])
    await rina.taps("Buka bukti ini")
    await rina.sees("Menunggu diperiksa")
    await rina.taps("Lainnya")
    await rina.taps("Lihat berkas")
    for reason in ("Pertama", "Kedua"):
        listed = await answer_to(kepala, kepala.types("/persetujuan"), "bukti dari 2 guru")
        await kepala.taps("Rina", on=listed)
        card = await kepala.sees_button("Terima")
        assert card.content.get("photo") or card.content.get("document"), "its caption fits"
        await kepala.taps("Kembalikan", on=card)
        await kepala.taps("Tulis sendiri")
        await kepala.sees("apa yang perlu diperbaiki")
        await answer_to(kepala, kepala.types(long(500, reason)), "Dikembalikan kepada")
        await kepala.sees_no_button("Kembalikan", on=card)
        told = await rina.sees(reason)
        await rina.taps("Ganti", on=told)
        fresh = rina.sends_document(papers.pdf(reason), long(250) + ".pdf")
        await answer_to(rina, fresh, "Mengganti kiriman")
    for labels in (("Siapkan untuk PMM", "Buat sekarang"), ("Kirim bukti",)):
        listed = await answer_to(rina, rina.types("/bukti"), "Bukti saya")
        for label in ("Tugas 1", *labels):
            await rina.taps(label, on=listed)
    listed = await answer_to(kepala, kepala.types("/persetujuan"), "bukti dari 2 guru")
    await kepala.taps("Rina", on=listed)
    for _ in range(2):
        card = await kepala.sees_button("Terima")
        await kepala.taps("Terima", on=card)
        await kepala.sees_no_button("Kembalikan", on=card)
        await kepala.taps("Berikutnya")
    world.clock.forward(timedelta(minutes=10))
    world.kawan.sender.wake()
    await rina.sees("2 bukti Anda diterima")
    await rina.sees_document("Tugas 1", within=60)


async def comments_on_first(coach: Person, teacher: Person, texts: list[str]) -> None:
    """Let a coach say all this about the first piece of a teacher."""
    await answer_to(coach, coach.types("/rekap"), "Disepakati")
    for label in ("Disepakati", teacher.user.name, "Lihat bukti", "1. "):
        await coach.taps(label)
    shown = await coach.sees_button("Beri catatan")
    for text in texts:
        await coach.taps("Beri catatan", on=shown)
        await coach.sees("apa yang sebaiknya diperbaiki")
        await answer_to(coach, coach.types(text), "Catatan sudah dikirim")
        await teacher.sees(text[:20])


async def test_the_fullest_plan_fits_on_every_screen(world: TestWorld) -> None:
    kepala = await world.joins("Bu Kepala", Role.PRINCIPAL)
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await plans_duties(world, rina, [long(500, f"Tugas {number}") for number in range(5)])
    owner, now = await actor_of(world, rina), world.clock.now()
    async with world.database.transaction() as session:
        school = await session.get_one(School, owner.school_id)
        rules = world.kawan.rulebook.of_school(school, now.date())
        for duty in rules.duties:
            await plans.toggle_duty(session, owner, rules, 1, duty.code, now)
    full = await agrees(world, rina, kepala, tuple(Pick(one.code, 20) for one in rules.items))
    assert len(needs.provable(rules, full)) > 40
    async with world.database.transaction() as session:
        for number in range(70):
            sent = await receiving.receive_link(
                session, owner, f"https://guru.id/{number}/" + "a" * 1900, now, has_place=True
            )
            await filing.file_under(
                session, owner, rules, full, sent.piece.id, full.entries[0].id or 0, now,
            )  # fmt: skip
    await answer_to(rina, rina.sends_photo(papers.photo()), "Untuk kegiatan yang mana?")
    await answer_to(rina, rina.types("/bukti"), "Bukti saya")
    await rina.taps("1. ", on=rina.last)
    await rina.until(lambda: "Yang sudah dikirim:" in rina.last.text)
    await rina.taps("Siapkan untuk PMM")
    await rina.sees("Yang tidak bisa disatukan")
    listed = await answer_to(kepala, kepala.types("/persetujuan"), "👤 Rina Wati")
    assert "guru.id" in listed.text
