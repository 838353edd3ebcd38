"""Getting in: from the link to the home card, and every way in which it can go wrong."""

from datetime import timedelta

import pytest
from sqlmodel import select

from bot.simulator import Message, Person
from conversations.callbacks.joining import Consent, ItIsMe
from storage.models import Account, Member, Role, School
from tests.world import TestWorld

NOT_ANY_MORE = "Mintalah undangan baru"


async def founds_second_school(world: TestWorld) -> School:
    await world.founds()
    return await world.founds("20000000", "SMPN 2 Surian")


async def opens(person: Person, token: str) -> Message:
    """Press START with the token; give the bot's answer."""
    asked = await person.start(token)
    return await person.until(
        lambda: person.last if person.messages[-1].id > asked.id else None, what="an answer"
    )


async def account_of(world: TestWorld, name: str) -> int | None:
    async with world.database.reading() as session:
        return (await session.exec(select(Member).where(Member.name == name))).one().account_id


# ---------------------------------------------------------------- the way in


async def test_two_taps_after_the_link(world: TestWorld) -> None:
    rina = world.sim.person("Rina", id=31)
    await rina.start(await world.invites("Rina Wati", Role.TEACHER | Role.COACH))
    who = await rina.sees("Apakah ini Bapak/Ibu?")
    for fact in ("Rina Wati", "SMPN 1 Surian", "guru, guru penggerak"):
        assert fact in (who.text or "")
    await rina.taps("Ya, ini saya")
    notice = await rina.sees("Yang disimpan")
    for promise in ("Yang dapat melihat", "Menghapus data", "SMPN 1 Surian"):
        assert promise in (notice.text or "")
    await rina.taps("Setuju")
    await rina.sees("Selamat bergabung, Rina Wati")
    await rina.sees_button("Rencana")
    assert await account_of(world, "Rina Wati") == rina.id


async def test_the_way_in_can_be_typed(world: TestWorld) -> None:
    rina = world.sim.person("Rina", id=31)
    await rina.start(await world.invites("Rina Wati", Role.TEACHER))
    await rina.sees("Apakah ini Bapak/Ibu?")
    await rina.types("ya, ini saya")
    await rina.sees("Yang disimpan")
    await rina.types("1")
    await rina.sees("Selamat bergabung, Rina Wati")


async def test_the_menu_fits_the_roles(world: TestWorld) -> None:
    await world.comes_in("Yusrizal", Role.PRINCIPAL)
    menus = [call for call in world.sim.calls if call.method.lower() == "setmycommands"]
    assert "persetujuan" in menus[-1].params["commands"]
    assert "rencana" not in menus[-1].params["commands"]


async def test_nothing_is_stored_before_the_consent(world: TestWorld) -> None:
    rina = world.sim.person("Rina", id=31)
    token = await world.invites("Rina Wati", Role.TEACHER)
    await rina.start(token)
    await rina.taps("Ya, ini saya")
    await rina.sees("Yang disimpan")
    assert await account_of(world, "Rina Wati") is None
    await rina.taps("Bukan saya")
    await rina.sees("Tidak ada yang disimpan")
    assert await account_of(world, "Rina Wati") is None
    # The link is still good for the person it is meant for.
    await opens(world.sim.person("Rina asli", id=32), token)
    await rina.taps("Ternyata ini saya")
    await rina.sees("Yang disimpan")


async def test_the_salutation_is_asked_once(world: TestWorld) -> None:
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await rina.sees_button("Sapa saya Bapak")
    await rina.taps("Sapa saya Ibu")
    home = await rina.sees("Ibu Rina Wati")
    await rina.sees_no_button("Sapa saya", on=home)


async def test_another_language(world: TestWorld) -> None:
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await rina.taps("Bahasa")
    await rina.taps("English")
    home = await rina.sees_button("Help")
    await rina.types("/bahasa")
    await rina.taps("Bahasa Indonesia")
    await rina.sees_button("Bantuan", on=rina.last)
    assert home is not None


# ---------------------------------------------------------------- links that do not work


async def test_an_own_link_again_leads_home(world: TestWorld) -> None:
    rina = world.sim.person("Rina", id=31)
    token = await world.invites("Rina Wati", Role.TEACHER)
    await rina.start(token)
    await rina.taps("Ya, ini saya")
    notice = await rina.sees("Yang disimpan")
    await rina.taps("Setuju")
    await rina.sees("Selamat bergabung")
    answer = await opens(rina, token)
    assert "Rina Wati" in (answer.text or "")
    await rina.sees_button("Rencana", on=answer)
    # A late second tap on the notice, too.
    await rina.taps_data(Consent(token).pack(), notice)
    await rina.sees_button("Rencana")


async def test_a_link_lets_nobody_else_in(world: TestWorld) -> None:
    token = await world.invites("Rina Wati", Role.TEACHER)
    rina, thief = world.sim.person("Rina", id=31), world.sim.person("Maling", id=32)
    for person in (rina, thief):
        await person.start(token)
        await person.taps("Ya, ini saya")
        await person.sees("Yang disimpan")
    await rina.taps("Setuju")
    await rina.sees("Selamat bergabung")
    await thief.taps("Setuju")
    await thief.sees("sudah pernah dipakai")
    await thief.sees(NOT_ANY_MORE)
    answer = await opens(thief, token)
    assert "sudah pernah dipakai" in (answer.text or "")
    assert await account_of(world, "Rina Wati") == rina.id


async def test_an_expired_link(world: TestWorld) -> None:
    token = await world.invites("Rina Wati", Role.TEACHER)
    world.clock.forward(timedelta(days=31))
    answer = await opens(world.sim.person("Rina", id=31), token)
    assert "lewat masa berlakunya (5 Agu 2026)" in (answer.text or "")
    assert NOT_ANY_MORE in (answer.text or "")


async def test_a_link_that_runs_out_while_it_is_read(world: TestWorld) -> None:
    token = await world.invites("Rina Wati", Role.TEACHER)
    rina = world.sim.person("Rina", id=31)
    await rina.start(token)
    await rina.taps("Ya, ini saya")
    await rina.sees("Yang disimpan")
    world.clock.forward(timedelta(days=31))
    await rina.taps("Setuju")
    await rina.sees("lewat masa berlakunya")
    assert await account_of(world, "Rina Wati") is None


async def test_a_replaced_link(world: TestWorld) -> None:
    old = await world.invites("Rina Wati", Role.TEACHER)
    await world.invites("Rina Wati", Role.TEACHER)
    answer = await opens(world.sim.person("Rina", id=31), old)
    assert "diganti dengan yang lebih baru" in (answer.text or "")


@pytest.mark.parametrize("token", ["tidakada", "A" * 64, "-_-", "1"])
async def test_an_unknown_link(world: TestWorld, token: str) -> None:
    answer = await opens(world.sim.person("Rina", id=31), token)
    assert "tidak dikenal" in (answer.text or "")
    assert NOT_ANY_MORE in (answer.text or "")


@pytest.mark.parametrize(
    "junk", ["x" * 1024, "a b c", "'; DROP TABLE member; --", "<b>&", "🙂" * 200, "\u202e\u200b"]
)
async def test_junk_typed_after_start(world: TestWorld, junk: str) -> None:
    rina = world.sim.person("Rina", id=31)
    await rina.types(f"/start {junk}")
    await rina.sees("undangan")


async def test_forged_buttons_open_nothing(world: TestWorld) -> None:
    rina = world.sim.person("Rina", id=31)
    await rina.start()
    await rina.sees("undangan")
    for button in (ItIsMe("tidakada"), Consent("tidakada")):
        await rina.taps_data(button.pack())
        await rina.sees("tidak dikenal")


# ---------------------------------------------------------------- strangers


@pytest.mark.parametrize(
    "words", ["halo", "/start", "/rencana", "menu", "lanjut", "1", "/anggota"]
)
async def test_a_stranger_hears_how_to_get_in(world: TestWorld, words: str) -> None:
    stranger = world.sim.person("Orang", id=31)
    await stranger.types(words)
    await stranger.sees("undangan")


async def test_a_stranger_leaves_no_trace(world: TestWorld) -> None:
    stranger = world.sim.person("Orang", id=31)
    await stranger.types("halo")
    await stranger.sees("undangan")
    async with world.database.reading() as session:
        assert await session.get(Account, stranger.id) is None


# ---------------------------------------------------------------- two accounts, two schools


async def test_another_account_takes_the_seat_over(world: TestWorld) -> None:
    old = await world.joins("Rina Wati", Role.TEACHER)
    await old.types("/rencana")
    await old.sees_button("Ringkasan")
    token = await world.invites("Rina Wati", Role.TEACHER)
    new = world.sim.person("Rina baru", id=32)
    await new.start(token)
    await new.sees("sudah masuk lewat akun Telegram lain")
    await new.taps("Ya, ini saya")
    await new.taps("Setuju")
    await new.sees("Selamat bergabung, Rina Wati")
    await new.sees("masih disusun")  # the plan has come along
    answer = await opens(old, "")
    assert "undangan" in (answer.text or "")
    # The plan's old card does nothing any more.
    await old.types("1")
    await old.sees("undangan", after=answer)


async def test_one_account_is_one_person_in_a_school(world: TestWorld) -> None:
    rina = await world.joins("Rina Wati", Role.TEACHER)
    answer = await opens(rina, await world.invites("Budi", Role.TEACHER))
    assert "sudah terdaftar di sekolah yang sama" in (answer.text or "")
    assert "teruskan tautannya" in (answer.text or "")
    await rina.taps("Menu", on=answer)
    await rina.sees_button("Rencana")


async def test_two_schools_are_switched_from_home(world: TestWorld) -> None:
    second = await founds_second_school(world)
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await rina.sees_no_button("Ganti sekolah")
    await world.joins("Rina W.", Role.PRINCIPAL, second, rina)
    here = await rina.sees("SMPN 2 Surian")
    assert here is not None
    await rina.sees_button("Persetujuan")
    await rina.taps("Ganti sekolah")
    await rina.sees("Anda terdaftar di beberapa sekolah")
    await rina.taps("SMPN 1 Surian")
    home = await rina.sees("🏫 SMPN 1 Surian")
    await rina.sees_button("Rencana", on=home)
    await rina.sees_no_button("Persetujuan", on=home)


async def test_news_from_the_other_school_offers_to_change_over(world: TestWorld) -> None:
    second = await founds_second_school(world)
    coach = await world.joins("Rina Wati", Role.COACH, second)
    await world.joins("Rina W.", Role.TEACHER, None, coach)
    await coach.sees("🏫 SMPN 1 Surian")
    budi = await world.joins("Budi", Role.TEACHER, second)
    await budi.taps("Minta bantuan")
    news = await coach.sees("Dari SMPN 2 Surian")
    assert "Budi" in (news.text or "")
    await coach.taps("Buka sekolah itu", on=news)
    await coach.sees("🏫 SMPN 2 Surian")
    await coach.sees_button("Rekap")


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    "name",
    [
        "<b>Rina</b> & </i>",
        "Rina_Wati*[x](http://x)`",
        "\u202eaniR\u202c \u0633\u0644\u0645\u0649",
        "Ri\u200bna\u200d\ufeff",
        "R" * 120,
        "🙂🙂🙂",
        'O\'Brien "Rini"',
        "{{ 7*7 }} {name}",
    ],
)
async def test_any_name_gets_in(world: TestWorld, name: str) -> None:
    rina = world.sim.person("Rina", id=31)
    await rina.start(await world.invites(name, Role.TEACHER))
    await rina.sees(name)
    await rina.taps("Ya, ini saya")
    await rina.taps("Setuju")
    await rina.sees("Selamat bergabung")
    home = await rina.sees_button("Rencana")
    assert name in (home.text or "")
