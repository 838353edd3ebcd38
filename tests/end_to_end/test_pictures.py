"""Pictures of where a teacher stands and of the whole school, on people's phones."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from bot import replies
from bot.simulator.driver import Person
from bot.simulator.models import Message
from conversations.callbacks.pictures import DrawBoard, DrawStatus
from conversations.pictures.drawing import Drawer
from storage.models import Member, Role
from storage.people import known_id
from tests.end_to_end.submitting import agrees, submits
from tests.world import TestWorld, open_world

WITHIN_S = 20.0
"""The first picture starts the process that draws; the machine may be busy."""


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, a tap is answered with what it has to say."""
    monkeypatch.setattr(replies, "PATIENCE_S", 60.0)


@pytest.fixture(autouse=True)
def calm(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail every test here in which the bot failed, even where nobody looked."""
    yield
    errors = [one.getMessage() for one in caplog.get_records("call") if one.levelname == "ERROR"]
    assert errors == []


async def asks(person: Person, caption: str = "Gambar keadaan") -> tuple[Message, bytes]:
    """Ask for the status picture from the text; give the message and what it shows."""
    typed = await person.types("/status")
    card = await person.sees("Status saya", after=typed)
    await person.taps("Gambar", on=card)
    photo = await person.sees_photo(caption, within=WITHIN_S, after=card)
    return photo, await person.downloads(photo)


def uploads(world: TestWorld) -> list[bool]:
    """Say of each picture that the bot has sent whether it was uploaded."""
    calls = [one for one in world.sim.calls if one.method in ("sendPhoto", "editMessageMedia")]
    return ["bytes>" in str(one.params) for one in calls if one.status == 200]


async def test_a_teacher_sees_the_same_as_text_and_as_a_picture(world: TestWorld) -> None:
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    rina = await world.joins("Rina <b>& Wati", Role.TEACHER)
    await rina.types("/status")
    card = await rina.sees("Rencana: belum")
    assert "Penilaian: belum" in card.text
    assert "Batas rencana: 31 Jul 2026 (perkiraan), 25 hari lagi" in card.text
    assert "Gambar" in " ".join(card.buttons)
    photo, before = await asks(rina)
    assert Image.open(io.BytesIO(before)).width == 960
    assert "sama dengan tulisan di /status" in photo.text
    await submits(world, rina)
    _, waiting = await asks(rina)
    assert waiting != before
    # Nothing has changed: Telegram shows what it has.
    _, again = await asks(rina)
    assert again == waiting
    assert uploads(world) == [True, True, False]
    await agrees_again(world, rina, principal)
    photo, approved = await asks(rina)
    assert approved not in (before, waiting)
    await rina.taps("Kembali", on=photo)
    card = await rina.sees("Status saya", after=photo)
    assert "Rencana: selesai · ✅ Persetujuan: selesai" in card.text
    assert "Batas rencana" not in card.text
    # Tomorrow it is another picture: the days left are others.
    world.clock.forward(timedelta(days=1))
    _, tomorrow = await asks(rina)
    assert tomorrow != approved
    assert uploads(world) == [True, True, False, True, True]


async def agrees_again(world: TestWorld, teacher: Person, principal: Person) -> None:
    """Approve what was submitted, and agree to it."""
    await principal.types("/persetujuan")
    await principal.taps("Setujui")
    await teacher.sees("disetujui")
    await teacher.taps("Sepakati")
    await teacher.sees("Rencana ini berlaku")


async def test_a_restart_and_another_person_change_nothing(world: TestWorld) -> None:
    rina = await world.joins("Rina Wati", Role.TEACHER)
    budi = await world.joins("Budi", Role.TEACHER)
    _, first = await asks(rina)
    await world.restart()
    _, after = await asks(rina)
    assert after == first
    _, of_budi = await asks(budi)
    assert of_budi != first
    assert uploads(world) == [True, False, True]
    # What Telegram has forgotten is drawn again, and its new name kept.
    world.sim.forget_files()
    await asks(rina)
    await asks(rina)
    assert uploads(world) == [True, False, True, True, False]


async def test_without_points_the_steps_are_shown(sqlite_url: str, tmp_path: Path) -> None:
    async with open_world(sqlite_url, tmp_path, ruleset="ruang-gtk-2025") as world:
        rina = await world.joins("Rina Wati", Role.TEACHER)
        photo, picture = await asks(rina)
        assert Image.open(io.BytesIO(picture)).height > 900
        typed = await rina.types("/bahasa")
        await rina.taps("English")
        await rina.sees_button("Status", within=WITHIN_S)
        await rina.types("/status")
        card = await rina.sees("My status", after=typed)
        assert "Plan: not yet" in card.text
        await rina.taps("Picture", on=card)
        english = await rina.sees_photo("How it stands on", within=WITHIN_S, after=photo)
        assert await rina.downloads(english) != picture


async def fill(world: TestWorld, count: int) -> None:
    school = world.school or await world.founds()
    async with world.database.transaction() as session:
        session.add_all(
            Member(
                school_id=known_id(school.id), name=f"Guru <{at:02}> " + "a" * 60,
                roles=int(Role.TEACHER), created_at=world.clock.now(),
            )
            for at in range(count)
        )  # fmt: skip


async def test_the_board_is_paged_in_place(world: TestWorld) -> None:
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    await principal.types("/rekap")
    card = await principal.sees("Belum ada guru")
    assert "Gambar" not in " ".join(card.buttons)
    await fill(world, 41)
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await agrees(world, rina, principal)
    await principal.types("/rekap")
    await principal.taps("Gambar papan")
    photo = await principal.sees_photo("Papan 42 guru, halaman 1 dari 3", within=WITHIN_S)
    first = await principal.downloads(photo)
    assert Image.open(io.BytesIO(first)).size[0] == 960
    assert photo.buttons == ["1/3", "›", "‹ Kembali"]
    messages = len(principal.messages)
    await principal.taps("›", on=photo)
    await principal.sees_photo("halaman 2 dari 3", within=WITHIN_S)
    second = await principal.downloads(photo)
    assert second != first
    await principal.taps("‹", on=photo)
    await principal.sees_photo("halaman 1 dari 3", within=WITHIN_S)
    assert await principal.downloads(photo) == first
    assert len(principal.messages) == messages
    assert uploads(world) == [True, True, False]
    # The same page again is no change, and no trouble.
    await principal.taps("1/3", on=photo)
    await principal.taps("Kembali", on=photo)
    await principal.sees("Rekap rencana guru", after=photo)


async def test_a_coach_sees_it_and_a_change_shows_at_once(world: TestWorld) -> None:
    coach = await world.joins("Kak Coach", Role.COACH)
    rina = await world.joins("Rina Wati", Role.TEACHER)

    async def looks() -> bytes:
        typed = await coach.types("/rekap")
        card = await coach.sees("Rekap rencana guru", after=typed)
        await coach.taps("Gambar papan", on=card)
        photo = await coach.sees_photo("Papan 1 guru", within=WITHIN_S, after=card)
        return await coach.downloads(photo)

    before = await looks()
    await submits(world, rina)
    after = await looks()
    assert after != before
    assert await looks() == after
    # What was noted this morning is what a week later is compared with.
    await world.kawan.rounds.note_boards()
    world.clock.forward(timedelta(days=7))
    with_trend = await looks()
    assert with_trend != after
    assert uploads(world) == [True, True, False, True]


async def test_forged_buttons_show_nobody_what_is_not_theirs(world: TestWorld) -> None:
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    rina = await world.joins("Rina Wati", Role.TEACHER)
    operator = await world.joins("Pak Operator", Role.OPERATOR)
    for person in (rina, operator):
        heard = await person.taps_data(DrawBoard(0).pack(), person.last)
        assert "bukan untuk Anda" in heard.text
    stranger = world.sim.person("Orang Lain", id=77)
    await stranger.start()
    message = await stranger.sees("undangan")
    for button in (DrawBoard(0), DrawStatus()):
        await stranger.taps_data(button.pack(), message)
    assert uploads(world) == []
    # Any page that somebody makes up is the nearest there is.
    for page in (10**9, -5):
        last = principal.last
        await principal.taps_data(DrawBoard(page).pack(), last)
        await principal.sees_photo("Papan 1 guru", within=WITHIN_S)
    await rina.taps_data("1gb:x:y", rina.last)
    # A principal has a status too, if an empty one: it is nobody else's.
    await principal.types("/menu")
    menu = await principal.sees_button("Persetujuan")
    await principal.taps_data(DrawStatus().pack(), menu)
    await principal.sees_photo("Gambar keadaan", within=WITHIN_S)


async def test_without_what_draws_the_text_is_there(world: TestWorld) -> None:
    rina = await world.joins("Rina Wati", Role.TEACHER)
    world.kawan.drawer._worker = ("false",)
    await rina.types("/status")
    card = await rina.sees("Status saya")
    await rina.taps("Gambar", on=card)
    told = await rina.sees("Gambarnya belum bisa dibuat", within=WITHIN_S)
    assert "Kembali" in " ".join(told.buttons)
    world.kawan.drawer._worker = Drawer()._worker
    await asks(rina)


async def test_whoever_taps_does_not_wait_for_all_who_ask_for_pictures(world: TestWorld) -> None:
    askers = [await world.joins(f"Guru {number}", Role.TEACHER) for number in range(12)]
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await asks(askers[0])  # starts what draws
    taps = [one.press(DrawStatus().pack()) for one in askers]
    await rina.taps("Rencana", within=WITHIN_S)
    assert sum(tap.answer is not None for tap in taps) <= len(taps) // 2
    for one in askers:
        await one.sees_photo("Gambar keadaan", within=WITHIN_S)
