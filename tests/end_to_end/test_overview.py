"""The overview: how many teachers are how far, their names, and their plans one tap away."""

import pytest
from sqlalchemy import event

from bot import replies
from conversations.callbacks.approving import OpenOverview, ShowDetails
from storage.models import Member, Role
from tests.end_to_end.submitting import submits
from tests.world import TestWorld

SIXTY = 60


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, a tap is answered with what it has to say."""
    monkeypatch.setattr(replies, "PATIENCE_S", 60.0)


async def invites_many(world: TestWorld, count: int) -> None:
    school = world.school or await world.founds()
    now = world.clock.now()
    async with world.database.transaction() as session:
        session.add_all(
            Member(
                school_id=school.id or 0, name=f"Guru <{at:04}> " + "a" * 60,
                roles=int(Role.TEACHER), created_at=now,
            )
            for at in range(count)
        )  # fmt: skip


async def test_the_counts_follow_the_plans(world: TestWorld) -> None:
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    names = ("Adi", "Budi", "Citra", "Dewi", "Eko", "Fitri")
    adi, budi, citra, dewi, eko, _fitri = [await world.joins(one, Role.TEACHER) for one in names]
    await world.invites("Gani", Role.TEACHER)
    await adi.taps("Rencana")
    for person in (budi, citra, dewi, eko):
        await submits(world, person)
    await principal.sees("4 rencana menunggu")
    await principal.types("/rekap")
    card = await principal.sees("Rekap rencana guru")
    assert "Belum mulai: 2" in card.text
    assert "Menyusun: 1" in card.text
    assert "Diajukan: 4" in card.text
    assert "Jumlah guru: 7, 1 belum bergabung." in card.text
    await principal.taps("Diajukan: 4")
    names_card = await principal.sees("Diajukan: 4 guru")
    assert "1. Budi: 48 poin" in names_card.text
    await principal.taps("1. Budi")
    await principal.sees("Rencana Budi")
    await principal.taps("Setujui")
    await principal.sees("Disetujui Bu Kepala")
    await principal.types("rekap")
    await principal.sees("Disetujui: 1")
    await principal.taps("Belum mulai: 2")
    card = await principal.sees("Belum mulai: 2 guru")
    assert "Fitri" in card.text
    assert "Gani (belum bergabung)" in card.text
    assert card.buttons == ["‹ Kembali"]


async def test_a_coach_reads_and_decides_nothing(world: TestWorld) -> None:
    coach = await world.joins("Kak Coach", Role.COACH)
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await submits(world, rina)
    await coach.taps("Rekap")
    card = await coach.sees("Rekap rencana guru")
    assert "Persetujuan" not in " ".join(card.buttons)
    assert "Wakil" not in " ".join(card.buttons)
    await coach.taps("Diajukan: 1")
    await coach.taps("Rina Wati")
    card = await coach.sees("Rencana Rina Wati")
    assert card.buttons == ["‹ Kembali"]
    await coach.taps("Kembali")
    await coach.sees("Diajukan: 1 guru")


async def test_sixty_teachers_are_paged_and_the_place_is_kept(world: TestWorld) -> None:
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    await invites_many(world, SIXTY)
    zainal = await world.joins("Zainal", Role.TEACHER)
    await submits(world, zainal)
    for at in range(9):
        await submits(world, await world.joins(f"Guru {at}", Role.TEACHER))
    await principal.sees("10 rencana menunggu")
    await principal.types("rekap")
    await principal.sees(f"Belum mulai: {SIXTY}")
    await principal.taps(f"Belum mulai: {SIXTY}")
    card = await principal.sees("Guru <0000>")
    assert "8. Guru <0007>" in card.text
    await principal.taps("›", on=card)
    await principal.sees("9. Guru <0008>")
    await principal.taps("Kembali")
    await principal.taps("Diajukan: 10")
    card = await principal.sees("Diajukan: 10 guru")
    assert len(card.rows) <= 8
    await principal.taps("›", on=card)
    await principal.taps("10. Zainal")
    await principal.sees("Rencana Zainal")
    await principal.taps("Kembali")
    await principal.sees("10. Zainal: 48 poin")
    # A number on another page works too.
    typed = await principal.types("1")
    await principal.sees("Rencana Guru 0", after=typed)


async def test_a_thousand_teachers_take_as_many_statements_as_ten(world: TestWorld) -> None:
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    statements: list[str] = []

    def note(_conn: object, _cursor: object, sql: str, *_rest: object) -> None:
        if 'FROM "plan"' in sql or "FROM member" in sql:
            statements.append(sql)

    await invites_many(world, 10)
    event.listen(world.database.engine.sync_engine, "before_cursor_execute", note)
    await principal.types("/rekap")
    await principal.sees("Jumlah guru: 10")
    few = len(statements)
    await invites_many(world, 1000)
    statements.clear()
    await principal.types("/rekap")
    await principal.sees("Jumlah guru: 1010")
    assert len(statements) == few == 2
    await principal.taps("Belum mulai: 1010")
    await principal.sees_button("1/127")


async def test_forged_states_and_pages_show_something_true(world: TestWorld) -> None:
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    await world.joins("Rina Wati", Role.TEACHER)
    await principal.types("/rekap")
    card = await principal.sees("Rekap rencana guru")
    await principal.taps_data(OpenOverview("none", 10**9).pack(), card)
    await principal.sees("1. Rina Wati")
    await principal.taps_data(OpenOverview("<b>", -3).pack(), card)
    await principal.sees("Jumlah guru: 1")
    heard = await principal.taps_data(ShowDetails(999, 0, "r").pack(), card)
    assert heard.show_alert


async def test_a_school_without_teachers_says_what_to_do(world: TestWorld) -> None:
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    await principal.types("rekap")
    await principal.sees("Belum ada guru yang terdaftar")
