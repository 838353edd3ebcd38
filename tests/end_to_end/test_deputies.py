"""Deputies: named from one day to another, told, and deciding beside the principal."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from bot import replies
from bot.simulator.driver import Person
from conversations.callbacks.approving import (
    ChooseDeputy,
    Deputies,
    DeputyDays,
    NameDeputy,
    WithdrawDeputy,
    WriteDeputyDays,
)
from conversations.day_words import read_days
from storage.members import name_deputy, withdraw_deputy
from storage.models import Deputy, Member, Role
from storage.people import Actor, known_id
from tests.end_to_end.submitting import submits
from tests.world import TestWorld

TODAY = date(2026, 7, 6)
A_DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, a tap is answered with what it has to say."""
    monkeypatch.setattr(replies, "PATIENCE_S", 60.0)


@pytest.fixture
async def principal(world: TestWorld) -> Person:
    return await world.joins("Bu Kepala", Role.PRINCIPAL)


@pytest.fixture
async def budi(world: TestWorld, principal: Person) -> Person:
    return await world.joins("Budi Santoso", Role.TEACHER)


async def deputies(world: TestWorld) -> list[Deputy]:
    async with world.database.reading() as session:
        return list((await session.exec(select(Deputy))).all())


async def names_budi(principal: Person) -> None:
    await principal.types("wakil")
    await principal.sees("Belum ada wakil.")
    await principal.taps("Tunjuk wakil")
    await principal.sees("Siapa yang menjadi wakil?")
    await principal.taps("Budi Santoso")
    await principal.sees("sampai kapan?")


async def test_a_deputy_is_named_told_and_decides(
    world: TestWorld, principal: Person, budi: Person
) -> None:
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await names_budi(principal)
    await principal.taps("1 minggu")
    await principal.sees("Budi Santoso: 6 Jul 2026 sampai 12 Jul 2026")
    told = await budi.sees("Anda ditunjuk sebagai wakil")
    assert "mulai Senin, 6 Juli 2026 sampai Minggu, 12 Juli 2026" in told.text
    await budi.taps("Persetujuan", on=told)
    await budi.sees("Tidak ada rencana yang menunggu")
    await submits(world, rina)
    await principal.sees("Rina Wati mengajukan")
    await budi.sees("Rina Wati mengajukan")
    await budi.taps("Setujui")
    closed = await principal.sees("Disetujui Budi Santoso, 6 Jul 2026")
    assert not closed.buttons
    await rina.sees("Oleh Budi Santoso")


async def test_it_ends_by_itself_and_by_hand(
    world: TestWorld, principal: Person, budi: Person
) -> None:
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await names_budi(principal)
    await principal.taps("3 hari")
    await budi.sees("ditunjuk")
    world.clock.forward(2 * A_DAY)
    await budi.types("/persetujuan")
    await budi.sees("Tidak ada rencana yang menunggu")
    world.clock.forward(A_DAY)
    await submits(world, rina)
    await principal.sees("Rina Wati mengajukan")
    await budi.types("/persetujuan")
    await budi.sees("bukan untuk Anda")
    await budi.sees_no("Rina Wati")


async def test_withdrawing_takes_the_queue_away(
    world: TestWorld, principal: Person, budi: Person
) -> None:
    await names_budi(principal)
    await principal.taps("1 bulan")
    await principal.sees("Budi Santoso: 6 Jul 2026 sampai 4 Agu 2026")
    await principal.taps("Akhiri: Budi Santoso")
    await principal.sees("Belum ada wakil.")
    await budi.types("/persetujuan")
    await budi.sees("bukan untuk Anda")


async def test_days_can_be_written(world: TestWorld, principal: Person, budi: Person) -> None:
    await names_budi(principal)
    await principal.taps("Tulis tanggal")
    await principal.types("nanti saja")
    await principal.sees("tanggalnya belum terbaca")
    await principal.types("10 Juli 2026 sampai 20/7/2026")
    await principal.sees("Budi Santoso: 10 Jul 2026 sampai 20 Jul 2026 (belum mulai)")
    told = await budi.sees("mulai Jumat, 10 Juli 2026")
    assert "Persetujuan" not in " ".join(told.buttons)
    await budi.types("/persetujuan")
    await budi.sees("bukan untuk Anda")


async def test_impossible_days_are_refused(
    world: TestWorld, principal: Person, budi: Person
) -> None:
    await names_budi(principal)
    for text in ("1 Juli 2026", "20-7-2026 sampai 10-7-2026", "1/1/2099"):
        asked = await principal.sees("sampai kapan?")
        await principal.taps("Tulis tanggal", on=asked)
        await principal.types(text)
        await principal.sees("Tanggalnya harus urut", after=asked)
    assert not await deputies(world)


async def test_kembali_leads_back_and_a_double_tap_names_once(
    world: TestWorld, principal: Person, budi: Person
) -> None:
    await names_budi(principal)
    await principal.taps("Tulis tanggal")
    asked = await principal.sees("Sampai tanggal berapa")
    await principal.types("kembali")
    await principal.sees("sampai kapan?", after=asked)
    tap = _tap_of(principal, "1. Hari ini")
    await principal.taps_data(tap)
    await principal.taps_data(tap)
    assert len(await deputies(world)) == 1


async def test_members_are_paged(world: TestWorld, principal: Person) -> None:
    for at in range(10):
        await world.invites(f"Guru {at}", Role.TEACHER)
    await principal.types("wakil")
    await principal.taps("Tunjuk wakil")
    card = await principal.sees("1. Guru 0 (belum bergabung)")
    await principal.taps("›", on=card)
    await principal.taps("10. Guru 9")
    card = await principal.sees("Guru 9 belum bergabung.")
    await principal.taps("Kembali", on=card)
    await principal.sees("9. Guru 8")


async def test_only_a_principal_names_deputies(
    world: TestWorld, principal: Person, budi: Person
) -> None:
    await names_budi(principal)
    await principal.taps("1 minggu")
    await budi.sees("ditunjuk")
    (deputy,) = await deputies(world)
    other = await world.founds("10304568", "SMPN 2 Surian")
    stranger = await world.joins("Pak Lain", Role.PRINCIPAL, other)
    days = (TODAY.toordinal(), TODAY.toordinal() + 3)
    for tap in (
        DeputyDays(deputy.member_id),
        NameDeputy(deputy.member_id, *days),
        WriteDeputyDays(deputy.member_id),
        WithdrawDeputy(deputy.id or 0),
    ):
        assert (await stranger.taps_data(tap.pack())).show_alert
        assert (await budi.taps_data(tap.pack())).show_alert
    for forged in (Deputies(), ChooseDeputy(0)):
        assert (await budi.taps_data(forged.pack())).show_alert
    await stranger.sees_no("Budi")
    # A principal needs no deputation, and days beyond the calendar mean nothing.
    for bad in (NameDeputy(deputy.member_id, -5, 10**12), NameDeputy(deputy.named_by, *days)):
        assert (await principal.taps_data(bad.pack())).show_alert
    assert [one.withdrawn_at for one in await deputies(world)] == [None]


def _tap_of(person: Person, label: str) -> str:
    for message in reversed(person.messages):
        for row in message.rows:
            for button in row:
                if button["text"] == label:
                    return str(button["callback_data"])
    raise AssertionError(person.screen())


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("12 Januari 2027", (TODAY, date(2027, 1, 12))),
        ("12 januari", (TODAY, date(2027, 1, 12))),
        ("sampai 20 Juli", (TODAY, date(2026, 7, 20))),
        ("12/1/2027", (TODAY, date(2027, 1, 12))),
        ("12.1.27", (TODAY, date(2027, 1, 12))),
        ("20/7", (TODAY, date(2026, 7, 20))),
        ("٢٠/٧/٢٠٢٦", (TODAY, date(2026, 7, 20))),
        ("12-1-2027 sampai 20-1-2027", (date(2027, 1, 12), date(2027, 1, 20))),
        ("12 Jan 2027 - 20 Jan 2027", (date(2027, 1, 12), date(2027, 1, 20))),
        ("20 Des s.d. 5 Jan", (date(2026, 12, 20), date(2027, 1, 5))),
        ("10 Juli sampai dengan 12 Juli 2026", (date(2026, 7, 10), date(2026, 7, 12))),
        ("31 Februari 2027", None),
        ("12 Kapan 2027", None),
        ("2027", None),
        ("5", None),
        ("", None),
        ("-1", None),
        ("1e9", None),
        ("12/1/2027 20/1/2027", None),
        ("12/1/2027 sampai", (TODAY, date(2027, 1, 12))),
        ("12/1/2027 sampai 20/1/2027 lalu 5", None),
    ],
)
def test_days_as_people_write_them(text: str, days: tuple[date, date] | None) -> None:
    assert read_days(text, TODAY) == days


async def test_a_deputy_hears_when_it_is_over(world: TestWorld) -> None:
    await world.joins("Kepala", Role.PRINCIPAL)
    budi = await world.joins("Budi", Role.TEACHER)
    async with world.database.transaction() as session:
        members = {one.name: one for one in (await session.exec(select(Member))).all()}
        actor = Actor(
            known_id(members["Kepala"].id), members["Kepala"].school_id, "Kepala", Role.PRINCIPAL
        )
        today = world.clock.now().date()
        deputy = await name_deputy(
            session, actor, member_id=known_id(members["Budi"].id),
            starts_on=today, ends_on=today + timedelta(days=7), now=world.clock.now(),
        )  # fmt: skip
    await budi.sees("Anda ditunjuk sebagai wakil")
    async with world.database.transaction() as session:
        await withdraw_deputy(session, actor, known_id(deputy.id), world.clock.now())
    await budi.sees("tugas Anda sebagai wakil sudah selesai")
    said = await budi.types("/menu")
    card = await budi.sees("Rencana Anda belum dimulai", after=said)
    assert not [label for label in card.buttons if "Persetujuan" in label]
