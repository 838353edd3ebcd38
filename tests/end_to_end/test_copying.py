"""Copying an approved plan into the official form, field by field, with a look at one's data."""

from pathlib import Path

from bot.simulator.driver import Person
from conversations.callbacks.copying import (
    CheckMyData,
    CopyNext,
    CopySection,
    OpenCopying,
    ShowField,
    TickField,
)
from storage import decisions, plans
from storage.models import CopyProgress, Role
from storage.people import find_account
from storage.rulesets import StepKind
from tests.end_to_end.submitting import a_school, actor_of, submits
from tests.world import TestWorld, open_world

NIP = "198703152010012012"


async def opens(person: Person) -> None:
    await person.types("/status")
    await person.taps("Salin ke Ruang GTK")


async def test_a_plan_is_copied_field_by_field_and_taken_up_again(world: TestWorld) -> None:
    teacher, principal = await a_school(world)
    # Rina has no NIP: that is said first, with a message to pass on.
    await opens(teacher)
    check = await teacher.sees("Periksa data sebelum menyalin")
    assert "NIP kosong" in check.text
    assert "operator sekolah" in check.text
    message = (await teacher.taps("Salin pesan")).copied
    assert "Rina Wati" in message
    assert len(message) <= 256
    assert "wa.me" in (await teacher.taps("Lewat WhatsApp")).url
    await teacher.taps("Mulai menyalin")
    await teacher.sees("kolom 1 dari")
    await teacher.taps("Kembali")  # not to what was said already
    await teacher.sees("Ada 1 data diri yang perlu dicek")
    await teacher.taps("Mulai menyalin")
    first = await teacher.sees("kolom 1 dari")
    assert "Rencana hasil kerja (RHK) (perkiraan)" in first.text
    copied = (await teacher.taps("Salin")).copied
    assert copied
    assert copied in first.text
    await teacher.taps("Sudah, berikutnya")
    await teacher.sees("Jumlah kegiatan")
    assert (await teacher.taps("Salin")).copied == "4"
    await teacher.taps("Sudah, berikutnya")
    await teacher.sees("Bukti dukung")
    await teacher.taps("Lewati")
    await teacher.sees("kolom 4 dari")
    # Later, after a restart: from the first that is not done.
    await world.restart()
    await opens(teacher)
    card = await teacher.sees("2 dari 20")
    assert "Pengembangan kompetensi: 2 dari 6" in card.text
    await teacher.taps("Mulai dari yang belum")
    await teacher.sees("kolom 3 dari 20")
    await teacher.taps("Kembali")
    await teacher.taps("Perilaku kerja")
    page = await teacher.sees("Nilai BerAKHLAK")
    await teacher.types("1")
    await teacher.sees("kolom 7 dari 20")
    await teacher.taps("Sudah, berikutnya")
    await teacher.sees("kolom 8 dari 20")
    await teacher.taps("Sebelumnya")
    await teacher.sees("Sudah disalin")
    await teacher.taps("Belum disalin")
    await teacher.sees("lalu tandai")
    # To the very end.
    for _ in range(30):
        await teacher.types("/status")
        await teacher.taps("Salin ke Ruang GTK")
        await teacher.sees("dari 20")
        if "Semua kolom sudah disalin" in teacher.last.text:
            break
        await teacher.taps("Mulai dari yang belum")
        await teacher.sees("lalu tandai")
        await teacher.taps("Sudah, berikutnya")
    await teacher.sees("🎉 Semua kolom sudah disalin")
    assert page.text
    # The summary leads there as well.
    await principal.types("/menu")
    await teacher.types("/rencana")
    await teacher.sees_button("Salin ke Ruang GTK")


async def test_forged_stale_and_too_early(world: TestWorld) -> None:
    teacher, principal = await a_school(world)
    me = await actor_of(world, teacher)
    budi = await world.joins("Budi Santoso", Role.TEACHER)
    async with world.database.reading() as session:
        number = (await plans.plans_of(session, me))[0]
    for forged in (
        OpenCopying(number), CopyNext(number), CopySection(number, 0), CheckMyData(number),
        ShowField(number, "rhk/RHK-01"), TickField(number, "rhk/RHK-01"),
    ):  # fmt: skip
        for who in (budi, principal):
            answer = await who.taps_data(forged.pack())
            assert "bukan untuk Anda" in answer.text or "sudah tidak ada" in answer.text
    for gone in (ShowField(number, "rhk/RHK-99"), TickField(number, ""), CopySection(number, 99)):
        answer = await teacher.taps_data(gone.pack())
        assert "sudah tidak ada" in answer.text
        await teacher.sees("Salin ke Ruang GTK")
    draft = await submits(world, budi)
    answer = await budi.taps_data(OpenCopying(draft.id).pack())
    assert "sudah diajukan" in answer.text
    await budi.types("/status")
    await budi.sees("Rencana")
    async with world.database.reading() as session:
        assert await session.get(CopyProgress, number) is None


async def test_long_words_are_copied_in_parts_under_the_yearly_scheme(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with open_world(sqlite_url, tmp_path, ruleset="ruang-gtk-2025") as world:
        await world.joins("Kepala", Role.PRINCIPAL)
        await world.invites("Siti Aminah", Role.TEACHER, nip=NIP)
        teacher = await world.joins("Siti Aminah", Role.TEACHER)
        long = "Saya belajar memberi umpan balik pada tugas menulis murid. " * 8
        number = await _plan_with(world, teacher, long.strip())
        await opens(teacher)
        card = await teacher.sees("0 dari")
        assert "Praktik kinerja: 0 dari 1" in card.text
        await teacher.taps("Pengembangan kompetensi")
        await teacher.types("1")
        await teacher.sees("salin bagian 1 sampai 2")
        one = (await teacher.taps("Salin bagian 1/2")).copied
        two = (await teacher.taps("Salin bagian 2/2")).copied
        assert len(one) <= 256
        assert len(two) <= 256
        assert f"{one} {two}" == long.strip()
        await teacher.taps_data(CheckMyData(number).pack())
        await teacher.sees("Bentuknya sudah benar")


async def _plan_with(world: TestWorld, teacher: Person, words: str) -> int:
    """Bring a plan under the yearly scheme through approval."""
    now = world.clock.now()
    async with world.database.transaction() as session:
        _account, memberships = await find_account(session, teacher.id, now)
        actor = memberships[0].actor(now)
        rules = world.kawan.rulebook.of_school(memberships[0].school, now.date())
        full = await plans.open_plan(session, actor, rules, rules.period_at(now.date()), now)
        for step in rules.steps:
            match step.kind:
                case StepKind.CHOICE:
                    code = rules.choices(step)[0].code
                    await plans.choose_one(session, actor, rules, full.id, step.id, code, now)
                case StepKind.TEXT:
                    await plans.write_words(session, actor, rules, full.id, step.id, words, now)
                case StepKind.DUTIES:
                    await plans.have_no_duty(session, actor, rules, full.id, now)
                case StepKind.BEHAVIOURS:
                    await plans.take_standard_guides(session, actor, rules, full.id, now)
        await plans.submit(
            session, actor, rules, full.id, full.plan.revision, today=now.date(), now=now
        )
        found = await find_account(session, 1000 + sum(map(ord, "Kepala")), now)
        decider = found[1][0].actor(now)
        await decisions.approve(session, decider, full.id, 1, now)
        return full.id
