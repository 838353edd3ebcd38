"""Messages that are no answer: stickers, nonsense, numbers off the list, commands nobody knows."""

from typing import Any

import pytest
from sqlmodel import col

from bot.simulator.driver import Person
from storage.models import Account, Plan, PlanEntry, Role
from tests.end_to_end.bad_input.staging import SORRY, asks_for_a_duty, rows, still_works
from tests.world import TestWorld

# --------------------------------------------------------- what is not a text or a tap


async def _sends(person: Person, what: str) -> None:
    match what:
        case "sticker":
            await person.sends_sticker()
        case "voice":
            await person.sends_voice()
        case "location":
            await person.sends_location()
        case "contact":
            await person.sends_contact()
        case "poll":
            await person.sends_poll()
        case "photo":
            await person.sends_photo(b"\xff\xd8\xff\xe0" + bytes(64))
        case "document":
            await person.sends_document(b"%PDF-1.7")


NOT_READ = "saya hanya bisa membaca tulisan dan tombol"
KINDS = {
    "sticker": NOT_READ,
    "voice": "Kirim foto, PDF, atau dokumennya",
    "location": NOT_READ,
    "contact": NOT_READ,
    "poll": NOT_READ,
    "photo": "rusak atau terpotong",
    "document": "rusak atau terpotong",
}


async def test_what_the_bot_cannot_read_gets_a_kind_answer(rina: Person) -> None:
    for kind, words in KINDS.items():
        before = rina.messages[-1]
        await _sends(rina, kind)
        answer = await rina.sees(words, after=before)
        assert SORRY not in answer.text, kind
    await rina.types("lanjut")
    await rina.sees_button("Rencana")


async def test_a_stranger_hears_the_same_of_every_kind(world: TestWorld) -> None:
    stranger = world.sim.person("Orang Asing", id=77)
    for kind in KINDS:
        sent = stranger.messages[-1] if stranger.messages else 0
        await _sends(stranger, kind)
        await stranger.sees("undangan", after=sent)
    async with world.database.reading() as session:
        assert await session.get(Account, 77) is None


async def test_what_cannot_be_read_leaves_an_open_question_open(rina: Person) -> None:
    await asks_for_a_duty(rina)
    for kind in ("sticker", "voice"):
        before = rina.last
        await _sends(rina, kind)
        await rina.sees(KINDS[kind], after=before)
    await rina.types("Pembina Pramuka")
    await rina.sees("✅ Pembina Pramuka")


async def test_an_edited_message_is_not_read_again(rina: Person) -> None:
    await asks_for_a_duty(rina)
    written = await rina.types("Pembina Pramuka")
    await rina.sees("✅ Pembina Pramuka")
    await rina.edits(written, "Pembina OSIS")
    await rina.sees("Pesan yang diubah")
    await rina.sees_no("Pembina OSIS")


# --------------------------------------------------------------------- words and numbers


NONSENSE = (
    "asdf", "?", "👍", "-1", "1e9", "2,5", "0", "999999999999", "𝟗𝟗", "x" * 4096, "<b>&amp;",
    "\u202e",
)  # fmt: skip


@pytest.mark.parametrize("place", ["home", "list", "item"])
async def test_what_fits_nowhere_changes_nothing(
    world: TestWorld, rina: Person, place: str
) -> None:
    await _goes_to(rina, place)
    before = await _everything(world)
    for text in NONSENSE:
        last = rina.messages[-1]
        await rina.types(text)
        answer = await rina.sees("", after=last)
        assert answer.text
        assert await _everything(world) == before, text
    await still_works(rina)


@pytest.mark.parametrize("place", ["home", "list", "item"])
async def test_digits_of_every_script_count(rina: Person, place: str) -> None:
    await _goes_to(rina, place)
    await rina.types("٣")
    await rina.sees({"home": "Status saya", "list": "Jumlah: 0", "item": "Jumlah: 3"}[place])


async def test_a_quantity_beyond_the_ends_is_refused_with_the_ends(rina: Person) -> None:
    await _goes_to(rina, "item")
    for text in ("21", "-1", "99"):
        last = rina.messages[-1]
        await rina.types(text)
        await rina.sees("0 sampai 20", after=last)


async def test_a_number_beyond_the_list_is_explained(rina: Person) -> None:
    await _goes_to(rina, "list")
    for text in ("0", "19", "-1", "99"):
        last = rina.messages[-1]
        await rina.types(text)
        await rina.sees("belum mengerti", after=last)


async def _everything(world: TestWorld) -> list[Any]:
    return [
        *await rows(world, Plan, col(Plan.id) > 0),
        *await rows(world, PlanEntry, col(PlanEntry.id) > 0),
    ]


async def _goes_to(person: Person, place: str) -> None:
    if place == "home":
        return
    await person.taps("Rencana")
    await person.taps("Pengembangan diri")
    await person.sees("1. ")
    if place == "item":
        await person.taps("1. ")
        await person.sees("Jumlah: 0")


# --------------------------------------------------------------------- /start with junk


@pytest.mark.parametrize(
    "junk",
    [
        "x" * 1024,
        "a b c",
        "<b>&\"'</b>",
        ":" * 64,
        "../../etc/passwd",
        "١٢٣",
        "-",
        "%00",
        "💣" * 200,
    ],
    ids=lambda junk: junk[:8],
)
async def test_junk_after_start_is_an_unknown_invitation(world: TestWorld, junk: str) -> None:
    stranger = world.sim.person("Orang Asing", id=77)
    await stranger.types(f"/start {junk}")
    await stranger.sees("undangan")
    member = await world.joins("Rina Wati", Role.TEACHER)
    last = member.messages[-1]
    await member.types(f"/start {junk}")
    await member.sees("undangan", after=last)
    await still_works(member)


async def test_unknown_commands_get_an_answer(rina: Person) -> None:
    for text in ("/tidakada", "/rencana@kawan_uji_bot", "/", "//", "/menu lalu apa"):
        last = rina.messages[-1]
        await rina.types(text)
        await rina.sees("", after=last)
