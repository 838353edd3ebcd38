"""Whatever a button does can be typed: a number, its words, or a word that works everywhere."""

import pytest
from sqlmodel import select

from bot.simulator.driver import Person
from bot.simulator.models import Message
from conversations import everywhere
from conversations.callbacks.packing import unpack
from conversations.screens import Key, Screen
from storage.models import Member, Plan, PlanEntry, Role
from tests.world import TestWorld


@pytest.fixture
async def rina(world: TestWorld) -> Person:
    return await world.joins("Rina Wati", Role.TEACHER)


async def types(person: Person, text: str, sees: str) -> None:
    """Type, and wait for the answer below."""
    last = person.messages[-1]
    await person.types(text)
    await person.sees(sees, after=last)


async def plan_of(world: TestWorld) -> Plan:
    async with world.database.reading() as session:
        return (await session.exec(select(Plan))).one()


async def codes(world: TestWorld, step: str) -> dict[str, int]:
    async with world.database.reading() as session:
        found = await session.exec(select(PlanEntry).where(PlanEntry.step == step))
        return {one.code: one.quantity for one in found.all()}


@pytest.mark.parametrize(
    ("yes", "agree"), [("1", "1"), ("Ya, ini saya", "Setuju"), ("ya ini saya!", "SETUJU")]
)
async def test_joining_by_typing_only(world: TestWorld, yes: str, agree: str) -> None:
    token = await world.invites("Rina Wati", Role.TEACHER)
    rina = world.sim.person("Rina", id=901)
    await rina.types(f"/start {token}")
    await rina.sees("Apakah ini Bapak/Ibu?")
    await types(rina, yes, "Yang disimpan")
    await types(rina, agree, "Rencana Anda belum dimulai")
    async with world.database.reading() as session:
        assert (await session.exec(select(Member))).one().account_id == 901


async def test_nobody_agrees_to_a_notice_they_have_not_seen(world: TestWorld) -> None:
    token = await world.invites("Rina Wati", Role.TEACHER)
    stranger = world.sim.person("Orang Asing", id=77)
    await stranger.types(f"/start {token}")
    await stranger.sees("Apakah ini Bapak/Ibu?")
    for words in ("setuju", "Setuju", "3"):
        await types(stranger, words, "undangan")
    async with world.database.reading() as session:
        assert (await session.exec(select(Member))).one().account_id is None


async def test_who_is_somebody_else_may_say_so_and_change_their_mind(world: TestWorld) -> None:
    token = await world.invites("Rina Wati", Role.TEACHER)
    rina = world.sim.person("Rina", id=901)
    await rina.types(f"/start {token}")
    await rina.sees("Apakah ini Bapak/Ibu?")
    await rina.types("2")
    await rina.sees_button("Ternyata ini saya")
    await types(rina, "1", "Yang disimpan")
    await types(rina, "lanjut", "Yang disimpan")
    await types(rina, "setuju", "Rencana Anda belum dimulai")


async def test_a_whole_plan_by_numbers_and_words(world: TestWorld, rina: Person) -> None:
    await types(rina, "1", "0 dari 32 poin")
    await types(rina, "Pengembangan diri", "Ketik nomor")
    await types(rina, "2", "Jumlah: 0")
    await types(rina, "tambah", "Jumlah: 1")
    await types(rina, "Tambah", "Jumlah: 2")
    await types(rina, "kurangi", "Jumlah: 1")
    await types(rina, "3", "Jumlah: 3")
    await types(rina, "simpan", "Ketik nomor")
    await types(rina, "8", "Jumlah: 0")  # on another page
    await types(rina, "kembali", "Ketik nomor")
    await types(rina, "selesai", "24 dari 32 poin")
    await types(rina, "bantu pilihkan", "Untuk melengkapi pilihan")
    await types(rina, "1", "Tugas tambahan: belum diisi")
    await types(rina, "2", "Adakah tugas dengan SK")
    await types(rina, "1", "✅")
    await types(rina, "selesai", "Perilaku kerja: 0 dari 7")
    await types(rina, "3", "0 dari 7 nilai")
    await types(rina, "2", "Pilih yang akan Anda usahakan")
    await types(rina, "1", "1. ✅")
    await types(rina, "nilai berikutnya", "Pilih yang akan Anda usahakan")
    await types(rina, "kembali", "1 dari 7 nilai")
    await types(rina, "pakai set standar", "7 dari 7 nilai")
    await types(rina, "selesai", "Perilaku kerja: 7 dari 7")
    await types(rina, "ringkasan", "Sudah lengkap")
    await types(rina, "ajukan", "Sudah diajukan")
    assert (await plan_of(world)).status == "submitted"
    assert (await plan_of(world)).points_floor >= 32
    await types(rina, "tarik kembali", "Sudah lengkap")
    assert (await plan_of(world)).status == "draft"


async def test_command_words_without_the_slash(world: TestWorld, rina: Person) -> None:
    await types(rina, "rencana", "0 dari 32 poin")
    await types(rina, "STATUS", "Status saya")
    await types(rina, "bahasa", "Pilih bahasa")
    await types(rina, "Menu", "SMPN 1 Surian")


@pytest.mark.parametrize("word", ["menu", "Menu", " MENU! ", "/menu"])
async def test_menu_leads_home_from_everywhere(rina: Person, word: str) -> None:
    await types(rina, "rencana", "0 dari 32 poin")
    await types(rina, "1", "Ketik nomor")
    await types(rina, word, "SMPN 1 Surian")


@pytest.mark.parametrize(
    ("word", "sees"),
    [
        ("menu", "SMPN 1 Surian"),
        ("batal", "Semua yang sudah diisi tetap tersimpan"),
        ("/batal", "Semua yang sudah diisi tetap tersimpan"),
    ],
)
async def test_a_question_is_left_with_a_word(
    world: TestWorld, rina: Person, word: str, sees: str
) -> None:
    await _asks(rina)
    await types(rina, word, sees)
    rina.chat.force_reply = None
    await types(rina, "Pembina Pramuka", "belum mengerti")
    assert await codes(world, "tugas-tambahan") == {}


async def test_help_and_carrying_on_keep_the_question(world: TestWorld, rina: Person) -> None:
    await _asks(rina)
    await types(rina, "bantuan", "Cara memakai")
    await types(rina, "lanjut", "Tugas tambahan apa?")
    await types(rina, "Pembina Pramuka", "✅ Pembina Pramuka")


async def test_a_word_within_words_is_no_command(world: TestWorld, rina: Person) -> None:
    await _asks(rina)
    await types(rina, "Menu sehat: pengelola kantin", "✅ Menu sehat: pengelola kantin")


async def test_a_number_as_an_awaited_answer_is_the_answer(world: TestWorld, rina: Person) -> None:
    await _asks(rina)
    await types(rina, "1", "✅ 1")


async def _asks(person: Person) -> None:
    await types(person, "rencana", "0 dari 32 poin")
    await types(person, "2", "Adakah tugas dengan SK")
    await types(person, "tulis sendiri", "Tugas tambahan apa?")


DIGITS = ("3", "٣", "۳", "३", "๓", "３", "𝟑", "3.", "3)", " 3 ", "+3", "003")
NO_DIGITS = ("1.5", "1,5", "1e1", "0x3", "²", "Ⅲ", "三", "1 2", "--3")


async def test_digits_of_any_script_are_digits(rina: Person) -> None:
    await types(rina, "rencana", "0 dari 32 poin")
    await types(rina, "1", "Ketik nomor")
    await types(rina, "1", "Jumlah: 0")
    for digits in DIGITS:
        await types(rina, digits, "Jumlah: 3")
        await types(rina, "0", "Jumlah: 0")


async def test_what_only_looks_like_a_number_is_none(rina: Person) -> None:
    await types(rina, "rencana", "0 dari 32 poin")
    await types(rina, "1", "Ketik nomor")
    await types(rina, "1", "Jumlah: 0")
    for text in NO_DIGITS:
        await types(rina, text, "belum mengerti")


PATHS = (
    (),
    ("Rencana",),
    ("Rencana", "Pengembangan diri"),
    ("Rencana", "Pengembangan diri", "1. "),
    ("Rencana", "Tugas tambahan"),
    ("Rencana", "Perilaku kerja"),
    ("Rencana", "Perilaku kerja", "1. "),
    ("Rencana", "Bantu pilihkan"),
    ("Rencana", "Ringkasan"),
    ("Bahasa",),
)


async def test_every_button_on_every_screen_can_be_typed(world: TestWorld, rina: Person) -> None:
    seen = 0
    for path in PATHS:
        await types(rina, "/menu", "SMPN 1 Surian")
        for words in path:
            before = rina.last.buttons
            await rina.taps(words, on=rina.last)
            await rina.until(lambda: rina.last.buttons != before)  # noqa: B023
        screen = _as_drawn(rina.last)
        for key in screen.keys:
            seen += 1
            if key.number is not None:
                assert everywhere._by_number(screen, key.number) == key.data, key
            elif any(sign.isalpha() for sign in key.label):
                assert everywhere._by_label(screen, key.label) == key.data, key
                assert everywhere._by_label(screen, key.label.upper() + " !") == key.data, key
    assert seen > 60


def _as_drawn(card: Message) -> Screen:
    """Read a card's keyboard back, as the person sees it."""
    rows = []
    for row in card.rows:
        keys = []
        for button in row:
            number, dot, label = button["text"].partition(". ")
            numbered = bool(dot) and number.isdigit()
            keys.append(
                Key(
                    label if numbered else button["text"],
                    unpack(button["callback_data"]),
                    number=int(number) if numbered else None,
                )
            )
        rows.append(tuple(keys))
    return Screen(card.text, tuple(rows))
