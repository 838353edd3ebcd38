"""What is not what it seems: names, kinds, captions."""

from bot.simulator.driver import Person
from storage.evidence import describing
from tests import papers
from tests.end_to_end.bad_evidence.staging import (
    answer_to,
    is_whole,
    opens_waiting,
    pages,
    pieces,
)
from tests.world import TestWorld


async def test_the_content_counts_and_not_the_name(world: TestWorld, rina: Person) -> None:
    await answer_to(
        rina, rina.sends_photo_as_file(papers.pdf(), "sertifikat.jpg"), "Dokumen (1 halaman)"
    )
    await answer_to(
        rina, rina.sends_document(papers.photo(), "sertifikat.pdf"), "Foto (1 halaman)"
    )
    assert [(one.name, one.media_type) for one in await pages(world)] == [
        ("sertifikat.pdf", "application/pdf"),
        ("sertifikat.jpg", "image/jpeg"),
    ]
    await is_whole(world)


NAMES = {
    "../../etc/passwd": "passwd.pdf",
    "C:\\Windows\\system32\\con.pdf": "berkas con.pdf",
    "x" * 300 + ".pdf": "x" * 76 + ".pdf",
    "👩‍🏫🌸.pdf": "bukti.pdf",
    "laporan\u202efdp.exe": "laporan fdp.pdf",
    "<b>&amp;.pdf": "b &amp.pdf",
    "": "bukti.pdf",
    ".": "bukti.pdf",
    "رينا واتي.pdf": "رينا واتي.pdf",
    "a\x00b\nc.pdf": "a b c.pdf",
}


async def test_no_name_does_harm(world: TestWorld, people: tuple[Person, Person]) -> None:
    rina, kepala = people
    for number, name in enumerate(NAMES):
        send = rina.sends_document(papers.pdf(f"Laporan {number}"), name)
        await answer_to(rina, send, "Dokumen (1 halaman)")
        await rina.taps("Pelatihan mandiri")
        await rina.sees("Tersimpan.")
    assert [one.name for one in await pages(world)] == list(NAMES.values())
    await is_whole(world)  # every name on the disk is a hash
    world.sim.forget_files()
    await opens_waiting(kepala)
    for name in NAMES.values():
        # What Telegram no longer has is sent under our own name for it.
        await kepala.sees_document(name)
        await kepala.taps("Berikutnya")
    said = [text for call in world.sim.calls if (text := call.params.get("text", ""))]
    assert not [text for text in said if "\u202e" in text or "../" in text]


async def test_a_photo_from_an_iphone_is_taken(world: TestWorld, rina: Person) -> None:
    send = rina.sends_document(papers.heic(), "IMG_2041.HEIC", "image/heic")
    await answer_to(rina, send, "Foto (1 halaman)")
    (page,) = await pages(world)
    assert (page.media_type, page.name) == ("image/jpeg", "IMG_2041.jpg")
    await is_whole(world)


async def test_a_caption_of_1024_signs_of_html(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    caption = ('<b>&amp;</b><script>"' * 60)[:1024]
    await answer_to(rina, rina.sends_photo(papers.photo(), caption=caption), "<b>&amp;</b>")
    await rina.taps("Pelatihan mandiri")
    await rina.sees("Tersimpan.")
    (piece,) = await pieces(world)
    assert piece.note == caption[: describing.LONGEST_NOTE]
    card = await answer_to(kepala, kepala.types("/persetujuan"), "<b>&amp;</b><script>")
    assert card.content["photo"]
