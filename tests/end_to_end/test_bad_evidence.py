"""Whatever is sent as evidence: a kind answer, nothing lost, nothing half stored."""

import errno
import io
import struct
import time
import zipfile
import zlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fpdf import FPDF
from fpdf.enums import EncryptionMethod
from PIL import Image
from sqlmodel import SQLModel, col, select

from bot.simulator.driver import Person
from bot.simulator.models import Message
from conversations.callbacks.evidence import FilePiece, SendFor
from storage import decisions, plans
from storage.evidence import describing, filing, needs, receiving
from storage.files import GRACE_S
from storage.inspecting import MOST_BYTES
from storage.models import Evidence, EvidencePage, EvidenceStatus, OutboxMessage, Role, School
from storage.plans import FullPlan
from storage.suggestions import Pick
from storage.sweeping import sweep
from tests import papers
from tests.end_to_end.submitting import a_school, actor_of, agrees
from tests.world import MONDAY, TestWorld

FULL_DISK = Path("/dev/full")
NO_ROOM = "no room for files"
DISK_FULL = "Tempat penyimpanan sekolah sedang penuh"
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(200)


@pytest.fixture(autouse=True)
def calm(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail every test here in which the bot failed. A full disk alone has to be in the log."""
    yield
    errors = [one.getMessage() for one in caplog.get_records("call") if one.levelname == "ERROR"]
    assert [one for one in errors if one != NO_ROOM] == []


@pytest.fixture
async def people(world: TestWorld) -> tuple[Person, Person]:
    return await a_school(world)


@pytest.fixture
async def rina(people: tuple[Person, Person]) -> Person:
    return people[0]


# --------------------------------------------------------------------- what is there


async def rows(world: TestWorld, table: type[SQLModel]) -> list[dict[str, Any]]:
    async with world.database.reading() as session:
        found = (await session.exec(select(table))).all()
        return sorted((row.model_dump() for row in found), key=lambda row: row["id"])


async def pieces(world: TestWorld) -> list[Evidence]:
    async with world.database.reading() as session:
        return list((await session.exec(select(Evidence).order_by(col(Evidence.id)))).all())


async def pages(world: TestWorld) -> list[EvidencePage]:
    async with world.database.reading() as session:
        place = (col(EvidencePage.evidence_id), col(EvidencePage.position))
        return list((await session.exec(select(EvidencePage).order_by(*place))).all())


def files(world: TestWorld) -> list[str]:
    """Every file below the folder of evidence, half ones too."""
    folder = world.kawan.files.folder
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if not one.is_dir())


async def everything(world: TestWorld) -> list[Any]:
    return [await rows(world, Evidence), await rows(world, EvidencePage), files(world)]


async def is_whole(world: TestWorld) -> None:
    """Every row has its file, and every file a row."""
    named = {
        str(world.kawan.files.path_of(one.school_id, one.sha256).relative_to(
            world.kawan.files.folder
        ))
        for one in await pages(world)
    }  # fmt: skip
    assert set(files(world)) == named


async def sweeps(world: TestWorld) -> int:
    """Let the sweeping come by when everything is old."""
    return await sweep(world.database, world.kawan.files, time.time() + 2 * GRACE_S)


def downloads(world: TestWorld) -> list[str]:
    """The files that were asked for at Telegram."""
    return [one.params["file_id"] for one in world.sim.calls if one.method == "getFile"]


# --------------------------------------------------------------------- sending and asking


async def answer_to(
    person: Person, doing: Awaitable[object], words: str, within: float = 20.0
) -> Message:
    """Do something, and give the answer with these words that comes after it."""
    before = person.messages[-1]
    await doing
    return await person.sees(words, after=before, within=within)


async def refuses(
    world: TestWorld, person: Person, doing: Awaitable[object], words: str, within: float = 20.0
) -> Message:
    """Do something that is refused in these words, and changes nothing at all."""
    before = await everything(world)
    answer = await answer_to(person, doing, words, within)
    assert await everything(world) == before
    return answer


async def opens(person: Person, activity: str = "Pelatihan mandiri") -> None:
    """Begin to send for one activity."""
    card = await answer_to(person, person.types("/bukti"), "Bukti saya")
    await person.taps(activity, on=card)
    await person.taps("Kirim bukti", on=card)
    await person.until(lambda: "Kirim bukti untuk:" in card.text)


async def files_photo(
    person: Person, text: str = "Sertifikat", activity: str = "Pelatihan mandiri"
) -> Message:
    """Send a photo and say which activity it belongs to; gives its card."""
    card = await answer_to(person, person.sends_photo(papers.photo(text)), "Untuk kegiatan yang")
    await person.taps(activity, on=card)
    await person.until(lambda: "Tersimpan." in card.text)
    return card


async def still_takes_for(world: TestWorld, person: Person, code: str = "RHK-01") -> None:
    """Send one more photo: what was begun is still open."""
    before = len(await pieces(world))
    await answer_to(person, person.sends_photo(papers.photo(f"lagi {before}")), "Tersimpan.")
    new = (await pieces(world))[before:]
    assert [one.code for one in new] == [code]


# --------------------------------------------------------------------- what is no evidence


@lru_cache(maxsize=1)
def png_bomb(edge: int = 30_000) -> bytes:
    """A picture of so many pixels each way, all of them black."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    packer = zlib.compressobj(9)
    some = bytes(1 + edge // 8) * 100
    packed = b"".join(packer.compress(some) for _ in range(edge // 100)) + packer.flush()
    header = struct.pack(">IIBBBBB", edge, edge, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in parts)


def moving_webp() -> bytes:
    frames = [Image.new("RGB", (64, 64), color) for color in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:], duration=100)
    return file.getvalue()


def locked_pdf() -> bytes:
    document = FPDF()
    document.set_encryption("pemilik", "pembaca", encryption_method=EncryptionMethod.RC4)
    document.add_page()
    return bytes(document.output())


def docm() -> bytes:
    """A Word document that says of itself that it may hold macros."""
    file = io.BytesIO()
    plain = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    able = b"application/vnd.ms-word.document.macroEnabled.main+xml"
    with zipfile.ZipFile(io.BytesIO(papers.docx())) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(plain, able))
    return file.getvalue()


def hidden_macro() -> bytes:
    """The same macro in a document that says nothing of it."""
    file = io.BytesIO(papers.docx())
    with zipfile.ZipFile(file, "a") as packed:
        packed.writestr("word/vbaProject.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    return file.getvalue()


def packed_photo() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("sertifikat.jpg", papers.photo())
    return file.getvalue()


class Bad(NamedTuple):
    """A file that is no evidence, and the words that say so and what to do."""

    make: Callable[[], bytes]
    name: str
    words: str


BAD = {
    "empty": Bad(bytes, "kosong.pdf", "Berkasnya kosong. Periksa di ponsel, lalu kirim lagi."),
    "cut off": Bad(
        lambda: papers.photo()[:20_000], "foto.jpg",
        "Berkasnya rusak atau terpotong. Buka dahulu di ponsel, lalu kirim lagi.",
    ),
    "moving": Bad(
        moving_webp, "lucu.webp", "Gambar bergerak tidak bisa menjadi bukti. Kirim foto biasa."
    ),
    "locked": Bad(
        locked_pdf, "nilai.pdf",
        "Dokumen ini terkunci kata sandi. Buka kuncinya, simpan lagi, lalu kirim.",
    ),
    "docm": Bad(docm, "laporan.docm", "Dokumen ini berisi makro. Simpan sebagai PDF"),
    "hidden macro": Bad(hidden_macro, "laporan.docx", "Dokumen ini berisi makro."),
    "program": Bad(
        lambda: b"MZ" + bytes(500), "sertifikat.pdf",
        "Isi berkas ini bukan dokumen biasa, jadi tidak saya simpan. Kirim foto atau PDF-nya.",
    ),
    "zip": Bad(
        packed_photo, "bukti.zip", "Berkas ZIP tidak saya buka. Kirim isinya satu per satu."
    ),
    "film": Bad(
        lambda: MP4, "VID_2041.mp4",
        "Video belum bisa menjadi bukti. Kirim foto, PDF, atau tautan videonya.",
    ),
    "text": Bad(
        lambda: b"Laporan kegiatan", "laporan.txt",
        "Berkas ini tulisan biasa. Simpan sebagai PDF atau Word",
    ),
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
async def test_what_is_no_evidence_is_refused_with_a_way_out(
    world: TestWorld, rina: Person, bad: Bad
) -> None:
    for begun in (False, True):
        if begun:
            await opens(rina)
        answer = await refuses(
            world, rina, rina.sends_document(bad.make(), bad.name, ""), bad.words
        )
        assert "Tidak ada yang berubah." in answer.text
    await still_takes_for(world, rina)


TOO_LARGE = "Berkasnya lebih dari 20 MB, batas Telegram untuk bot. Kirim sebagai foto"


async def test_what_says_that_it_is_too_large_is_not_even_fetched(
    world: TestWorld, rina: Person
) -> None:
    sending_it = rina.sends_document(b"%PDF-1.7", "buku.pdf", size=MOST_BYTES + 1)
    await refuses(world, rina, sending_it, TOO_LARGE)
    assert downloads(world) == []


async def test_what_is_larger_than_it_says_is_broken_off(world: TestWorld, rina: Person) -> None:
    sending_it = rina.sends_document(bytes(MOST_BYTES + 1), "buku.pdf", size=1000)
    await refuses(world, rina, sending_it, TOO_LARGE)
    assert len(downloads(world)) == 1  # trying again would bring as much


async def test_a_file_of_a_size_that_telegram_does_not_tell(
    world: TestWorld, rina: Person
) -> None:
    """The size is optional: then the refusal of `getFile` says that it is too large."""
    fault = world.sim.faults.add("getFile", status=400, description="Bad Request: file is too big")
    await refuses(world, rina, rina.sends_document(papers.pdf(), "buku.pdf"), TOO_LARGE)
    assert fault.hits == 1


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="asks Linux for the peak")
@pytest.mark.parametrize("way", ["document", "photo"])
async def test_a_picture_of_a_billion_pixels_takes_no_memory(
    world: TestWorld, rina: Person, way: str
) -> None:
    bomb = png_bomb()
    assert len(bomb) < 150_000
    before = _peak_mb(begin=True)
    send = rina.sends_photo(bomb) if way == "photo" else rina.sends_document(bomb, "denah.png", "")
    words = "Gambar atau berkas ini terlalu besar bila dibuka. Kirim sebagai foto biasa."
    await refuses(world, rina, send, words)
    # Black and white it would take 112 MB, in colour 2.7 GB.
    assert _peak_mb() - before < 60


def _peak_mb(*, begin: bool = False) -> int:
    """Give the most memory that this process has had since `begin`, in MB."""
    if begin:
        Path("/proc/self/clear_refs").write_text("5")
    lines = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
    return int(peak) // 1024


RECORDINGS = {
    "voice": lambda person: person.sends_voice(caption="Sertifikat saya"),
    "round video": lambda person: person.sends_video_note(),
    "video": lambda person: person.sends_video(MP4, caption="Sertifikat saya"),
    "audio": lambda person: person.sends_audio(),
    "animation": lambda person: person.sends_animation(MP4),
}


@pytest.mark.parametrize("send", RECORDINGS.values(), ids=RECORDINGS.keys())
async def test_recordings_are_kindly_refused_and_what_is_open_stays_open(
    world: TestWorld, rina: Person, send: Callable[[Person], Awaitable[Message]]
) -> None:
    await refuses(world, rina, send(rina), "belum bisa menjadi bukti. Kirim foto, PDF, atau")
    await opens(rina)
    await refuses(world, rina, send(rina), "belum bisa menjadi bukti. Kirim foto, PDF, atau")
    assert downloads(world) == [] or send is RECORDINGS["animation"]
    await still_takes_for(world, rina)


# --------------------------------------------------------------------- links


NO_LINK = "Ini belum saya kenali sebagai bukti. Kirim foto atau berkasnya."
NO_LINKS = (
    "https://", "http://sertifikat", "https://a b.id", "https://guru@kemdikbud.go.id/artikel",
    "https://[::1", "http://\u202egpj.id", "https://..id/", "https://guru.id:99999/",
)  # fmt: skip


async def test_what_is_no_link_is_no_evidence(world: TestWorld, rina: Person) -> None:
    for text in NO_LINKS:
        await refuses(world, rina, rina.types(text), NO_LINK)
    await opens(rina)
    for text in (*NO_LINKS, "sertifikat", "ftp://guru.id/a", "javascript:alert(1)"):
        answer = await refuses(world, rina, rina.types(text), NO_LINK)
        assert "Tekan Selesai" in answer.text, text
    await still_takes_for(world, rina)


async def test_a_link_of_5_kb_is_refused_with_its_length(world: TestWorld, rina: Person) -> None:
    text = "https://guru.kemdikbud.go.id/" + "a" * 5000
    words = "Tulisannya 5029 huruf, paling banyak 2000."
    await refuses(world, rina, rina.types(text), words)
    await opens(rina)
    await refuses(world, rina, rina.types(text), words)
    await still_takes_for(world, rina)


# --------------------------------------------------------------------- what is not what it seems


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
    await answer_to(kepala, kepala.types("/persetujuan"), "Rina Wati")
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


# --------------------------------------------------------------------- broken lines


async def test_a_download_that_breaks_three_times_arrives(world: TestWorld, rina: Person) -> None:
    fault = world.sim.faults.add("file", drop="middle", times=3)
    await answer_to(rina, rina.sends_photo(papers.photo()), "Sudah tersimpan: Foto")
    assert fault.hits == 3
    (page,) = await pages(world)
    path = world.kawan.files.path_of(page.school_id, page.sha256)
    assert path.read_bytes() == papers.photo()
    await is_whole(world)


async def test_a_file_that_never_arrives_leaves_nothing(world: TestWorld, rina: Person) -> None:
    lost = "Berkasnya belum sampai seluruhnya. Tidak ada yang berubah. Kirim sekali lagi."
    fault = world.sim.faults.add("file", drop="middle", times=None)
    await refuses(world, rina, rina.sends_photo(papers.photo()), lost)
    assert fault.hits == 4
    await opens(rina)
    await refuses(world, rina, rina.sends_document(papers.pdf()), lost)
    world.sim.faults.clear()
    await still_takes_for(world, rina)
    await is_whole(world)


# --------------------------------------------------------------------- albums


async def test_the_same_album_twice_is_kept_once(world: TestWorld, rina: Person) -> None:
    """Sent again before it was filed, after that, and for another activity."""
    sent = await rina.sends_album([papers.photo(f"halaman {number}") for number in range(3)])
    await rina.sees("3 halaman")
    await answer_to(rina, rina.sends_again(*sent), "sudah saya simpan")
    await rina.taps("Pelatihan mandiri")
    await rina.sees("Tersimpan.")
    await answer_to(rina, rina.sends_again(*sent), "Tidak saya simpan dua kali")
    await rina.sees("Pelatihan mandiri")
    assert len(await pieces(world)) == 1
    await opens(rina, "Pelatihan/bimtek")
    await answer_to(rina, rina.sends_again(*sent), "Tersimpan.")
    assert [one.code for one in await pieces(world)] == ["RHK-01", "RHK-07"]
    assert [one.evidence_id for one in await pages(world)] == [1, 1, 1, 2, 2, 2]
    assert len(files(world)) == 3
    await is_whole(world)


@pytest.mark.parametrize("trouble", ["broken", "lost"])
async def test_an_album_of_ten_with_one_that_fails(
    world: TestWorld, rina: Person, trouble: str
) -> None:
    photos = [papers.photo(f"halaman {number}") for number in range(10)]
    if trouble == "broken":
        photos[6] = photos[6][:20_000]
    words = {"broken": "rusak atau terpotong", "lost": "belum sampai seluruhnya"}[trouble]
    before = rina.messages[-1]
    album = rina.sends_album_slowly(photos, caption="Laporan 2 Juli 2026", caption_at=9)
    for at, message in enumerate(album):
        if at == 6 and trouble == "lost":
            file_id = message.content["photo"][-1]["file_id"]
            world.sim.faults.add("file", drop="before", times=None, file_id=file_id)
    await rina.sees(words, after=before, within=20)
    await rina.sees("9 halaman", after=before)
    assert len(await pieces(world)) == 1
    stored = await pages(world)
    in_order = [(one.position, one.sha256) for one in stored]
    assert in_order == sorted(in_order)
    bytes_of = [
        world.kawan.files.path_of(one.school_id, one.sha256).read_bytes() for one in stored
    ]
    assert bytes_of == [*photos[:6], *photos[7:]]
    await is_whole(world)


# --------------------------------------------------------------------- plans that change


async def reopens(world: TestWorld, principal: Person, full: FullPlan) -> None:
    decider = await actor_of(world, principal)
    async with world.database.transaction() as session:
        await decisions.reopen(
            session, decider, full.id, full.plan.revision, world.clock.now(),
            reason="Guru meminta mengubah rencananya.",
        )  # fmt: skip


async def plan_of(world: TestWorld, teacher: Person) -> FullPlan:
    owner = await actor_of(world, teacher)
    async with world.database.reading() as session:
        full = await plans.find_plan(session, owner.member_id, "2026-2")
    assert full is not None
    return full


NOT_OPEN = "Rencana Anda masih disusun. Kiriman Anda tetap tersimpan. Pasang setelah"


async def test_a_plan_reopened_before_the_choice(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    card = await answer_to(rina, rina.sends_photo(papers.photo()), "Untuk kegiatan yang mana?")
    await reopens(world, kepala, await plan_of(world, rina))
    await rina.taps("Pelatihan mandiri", on=card)
    await rina.hears(NOT_OPEN)
    assert [one.status for one in await pieces(world)] == [EvidenceStatus.UNSORTED]
    await agrees(world, rina, kepala)
    await answer_to(rina, rina.types("/bukti"), "1 kiriman belum dipasang")
    await rina.taps("Belum dipasang: 1")
    await rina.taps("1. Foto")
    await rina.taps("Pelatihan mandiri")
    await rina.sees("Tersimpan.")
    assert [one.code for one in await pieces(world)] == ["RHK-01"]
    await is_whole(world)


async def test_a_plan_reopened_while_evidence_is_being_sent(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    await opens(rina)
    await reopens(world, kepala, await plan_of(world, rina))
    await answer_to(rina, rina.sends_photo(papers.photo("satu")), NOT_OPEN)
    album = await answer_to(
        rina, rina.sends_album([papers.photo("dua"), papers.photo("tiga")]), "Foto (2 halaman)"
    )
    assert "Kiriman ini aman." in album.text
    link = "https://guru.kemdikbud.go.id/artikel/1"
    await answer_to(rina, rina.types(link), NOT_OPEN)
    assert [one.status for one in await pieces(world)] == [EvidenceStatus.UNSORTED] * 3
    await is_whole(world)
    await agrees(world, rina, kepala)
    await still_takes_for(world, rina)  # "Kirim bukti" is still open
    await answer_to(rina, rina.types("/bukti"), "3 kiriman belum dipasang")


async def test_what_waits_under_a_reopened_plan_waits_on(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    await files_photo(rina)
    card = await answer_to(kepala, kepala.types("/persetujuan"), "Rina Wati")
    await reopens(world, kepala, await plan_of(world, rina))
    answer = await kepala.taps("Terima", on=card)
    assert "sedang dibuka untuk diubah" in answer.text
    assert [one.status for one in await pieces(world)] == [EvidenceStatus.RECEIVED]
    await answer_to(kepala, kepala.types("/persetujuan"), "Tidak ada rencana yang menunggu")
    await agrees(world, rina, kepala)
    card = await answer_to(kepala, kepala.types("/persetujuan"), "Rina Wati")
    await kepala.taps("Terima", on=card)
    await kepala.sees("Diterima oleh Bu Kepala")


async def test_an_activity_that_left_the_plan_leaves_its_evidence_behind(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    await files_photo(rina)
    full = await plan_of(world, rina)
    await reopens(world, kepala, full)
    owner, now = await actor_of(world, rina), world.clock.now()
    async with world.database.transaction() as session:
        rules = world.kawan.rulebook.of_plan(world.school, full.plan)  # type: ignore[arg-type]
        await plans.set_quantity(session, owner, rules, full.id, "RHK-01", 0, now)
    await agrees(world, rina, kepala, (Pick("RHK-07", 4),))
    listed = await answer_to(rina, rina.types("/bukti"), "0 dari 32 poin sudah ada buktinya")
    assert "1 kiriman belum dipasang" in listed.text
    await rina.taps("Belum dipasang: 1")
    await rina.taps("1. ")
    await rina.taps("Pelatihan/bimtek")
    await rina.sees("Tersimpan.")
    assert [(one.code, one.status) for one in await pieces(world)] == [("RHK-07", "received")]
    await is_whole(world)


async def test_a_teacher_without_a_plan_may_send(world: TestWorld) -> None:
    rina = await world.joins("Rina Wati", Role.TEACHER)
    answer = await answer_to(rina, rina.sends_photo(papers.photo()), "Kiriman ini aman.")
    assert "Rencana Anda belum dimulai." in answer.text
    await answer_to(rina, rina.types("/bukti"), "1 kiriman belum dipasang")
    await is_whole(world)


# --------------------------------------------------------------------- who may send


async def test_a_principal_who_is_no_teacher_has_nothing_to_prove(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    _rina, kepala = people
    words = "Berkasnya sudah sampai, tetapi belum saya perlukan sekarang."
    await refuses(world, kepala, kepala.sends_photo(papers.photo()), words)
    await refuses(world, kepala, kepala.sends_document(papers.pdf()), words)
    await refuses(world, kepala, kepala.types("https://guru.id/a"), "belum mengerti")
    assert downloads(world) == []


async def test_nothing_of_a_stranger_is_downloaded(world: TestWorld) -> None:
    await world.founds()
    stranger = world.sim.person("Orang Asing", id=77)
    await stranger.start()
    await stranger.sees("undangan")
    photos = [papers.photo(f"halaman {number}") for number in range(3)]
    for send in (
        stranger.sends_photo(photos[0], caption="Sertifikat"),
        stranger.sends_album(photos),
        stranger.sends_document(papers.pdf()),
        stranger.sends_document(b"", "daftar.xlsx"),
    ):
        await refuses(world, stranger, send, "undangan")
    await stranger.until(lambda: [one.from_bot for one in stranger.messages].count(True) == 7)
    asked = {call.method for call in world.sim.calls}
    assert asked.isdisjoint({"getFile", "sendChatAction"})
    assert files(world) == []


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def test_a_table_of_an_operator_is_a_roster_unless_evidence_is_awaited(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    _rina, kepala = people
    hendri = await world.joins("Hendri Saputra", Role.OPERATOR | Role.TEACHER)
    await agrees(world, hendri, kepala)
    table = await sample_roster(hendri)
    sent = hendri.sends_document(table, "daftar-guru.xlsx", XLSX)
    await answer_to(hendri, sent, "orang")
    assert await pieces(world) == []
    await opens(hendri)
    await answer_to(hendri, hendri.sends_document(table, "daftar-hadir.xlsx", XLSX), "Tersimpan.")
    (page,) = await pages(world)
    assert (page.name, page.media_type) == ("daftar-hadir.xlsx", XLSX)
    await hendri.taps("Selesai")
    await answer_to(hendri, hendri.sends_document(table, "daftar-guru.xlsx", XLSX), "orang")
    await answer_to(hendri, hendri.sends_photo(papers.photo()), "Untuk kegiatan yang mana?")
    await is_whole(world)


async def sample_roster(operator: Person) -> bytes:
    """Get the sample that the bot hands out."""
    await answer_to(operator, operator.types("/anggota"), "Anggota")
    await operator.taps("Kirim daftar")
    await operator.taps("Minta contoh berkas")
    sample = await operator.downloads(await operator.sees_document("contoh"))
    await answer_to(operator, operator.types("menu"), "SMPN 1 Surian")
    return sample


async def test_evidence_goes_under_no_plan_of_another_school(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, _kepala = people
    await files_photo(rina, "rahasia")
    theirs = await plan_of(world, rina)
    elsewhere = await world.founds("20202020", "SMPN 2 Lain")
    head = await world.joins("Kepala Lain", Role.PRINCIPAL, elsewhere)
    budi = await world.joins("Budi", Role.TEACHER, elsewhere)
    mine = await agrees(world, budi, head)
    await answer_to(budi, budi.sends_photo(papers.photo()), "Untuk kegiatan yang mana?")
    their_entry, my_entry = theirs.entries[0].id or 0, mine.entries[0].id or 0
    before = await everything(world)
    for data in (
        FilePiece(2, theirs.id, their_entry), FilePiece(2, mine.id, their_entry),
        FilePiece(2, theirs.id, my_entry), FilePiece(1, mine.id, my_entry),
        SendFor(theirs.id, their_entry), SendFor(mine.id, their_entry),
    ):  # fmt: skip
        answer = await budi.taps_data(data.pack())
        assert answer.text, data
        assert await everything(world) == before, data
    await answer_to(budi, budi.sends_photo(papers.photo("lagi")), "Untuk kegiatan yang mana?")
    assert [(one.school_id, one.status) for one in await pieces(world)] == [
        (1, "received"), (2, "unsorted"), (2, "unsorted"),
    ]  # fmt: skip
    assert not any("Rina" in one.text for one in (*budi.messages, *head.messages))
    await is_whole(world)


# --------------------------------------------------------------------- two at once


async def test_two_teachers_send_the_same_file_at_the_same_moment(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    budi = await world.joins("Budi", Role.TEACHER)
    await agrees(world, budi, kepala)
    before = {person: person.messages[-1] for person in (rina, budi)}
    slow = world.sim.faults.add("file", latency=0.1, times=2)
    for person in (rina, budi):
        await person.sends_photo(papers.photo())
    for person in (rina, budi):
        card = await person.sees("Untuk kegiatan yang mana?", after=before[person])
        await person.taps("Pelatihan mandiri", on=card)
        await person.sees("Tersimpan.", after=before[person])
    assert slow.hits == 2
    assert {one.member_id for one in await pieces(world)} == {2, 3}
    assert len(files(world)) == 1  # one file, two rows
    await is_whole(world)
    await answer_to(kepala, kepala.types("/persetujuan"), "2 bukti dari 2 guru")
    await kepala.taps("Rina Wati")
    await kepala.sees("Berkas yang sama juga dipakai Budi")
    assert await sweeps(world) == 0


async def test_files_outlive_a_decision_that_crosses_a_replacement(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    await files_photo(rina, "lama")
    await rina.taps("Ganti")
    await rina.sees("Kirim penggantinya sekarang")
    await answer_to(kepala, kepala.types("/persetujuan"), "Rina Wati")
    accept = kepala.press(kepala.last.rows[0][0]["callback_data"])
    await answer_to(rina, rina.sends_photo(papers.photo("baru")), "")
    await kepala.until(lambda: accept.answer)
    await rina.until(lambda: len(rina.last.buttons) > 1)
    states = [one.status for one in await pieces(world)]
    assert states in (["accepted", "unsorted"], ["replaced", "received"])
    assert await sweeps(world) == 0
    stored = [
        world.kawan.files.path_of(one.school_id, one.sha256).read_bytes()
        for one in await pages(world)
    ]
    assert stored == [papers.photo("lama"), papers.photo("baru")]
    await is_whole(world)


async def test_the_thirty_first_piece_that_belongs_nowhere_is_refused(
    world: TestWorld, rina: Person
) -> None:
    owner, now = await actor_of(world, rina), world.clock.now()
    async with world.database.transaction() as session:
        for number in range(28):
            await receiving.receive_link(session, owner, f"https://guru.id/{number}", now)
    for number in (29, 30):
        send = rina.sends_photo(papers.photo(f"nomor {number}"))
        await answer_to(rina, send, "Untuk kegiatan yang mana?")
    full = "Sudah ada 30 kiriman yang menunggu. Pasang dahulu yang itu ke kegiatannya"
    await answer_to(rina, rina.sends_photo(papers.photo("nomor 31")), full)
    await answer_to(rina, rina.types("https://guru.id/31"), full)
    assert len(await pieces(world)) == 30
    assert await sweeps(world) == 1  # the file that no row names
    await is_whole(world)
    # What has its place needs no room, and what is there already neither.
    await opens(rina)
    await still_takes_for(world, rina)
    await answer_to(rina, rina.types("https://guru.id/31"), "Tersimpan.")
    await rina.taps("Selesai")
    again = rina.sends_photo(papers.photo("nomor 30"))
    card = await answer_to(rina, again, "Kiriman ini sudah saya simpan")
    await rina.taps("Pelatihan mandiri", on=card)
    await rina.until(lambda: "Tersimpan." in card.text)
    await answer_to(rina, rina.sends_photo(papers.photo("nomor 31")), "Untuk kegiatan yang mana?")


async def test_what_finds_its_place_gone_is_kept_while_there_is_room(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    rina, kepala = people
    await opens(rina)
    owner, now = await actor_of(world, rina), world.clock.now()
    async with world.database.transaction() as session:
        for number in range(29):
            await receiving.receive_link(session, owner, f"https://guru.id/{number}", now)
    await reopens(world, kepala, await plan_of(world, rina))
    await answer_to(rina, rina.sends_photo(papers.photo("nomor 30")), NOT_OPEN)
    full = "Sudah ada 30 kiriman yang menunggu."
    await answer_to(rina, rina.sends_photo(papers.photo("nomor 31")), full)
    await answer_to(rina, rina.types("https://guru.id/31"), full)
    assert len(await pieces(world)) == 30
    assert len(await pages(world)) == 1


# --------------------------------------------------------------------- no room


async def test_a_disk_that_is_nearly_full_takes_no_files_and_stops_nothing_else(
    world: TestWorld, people: tuple[Person, Person], caplog: pytest.LogCaptureFixture
) -> None:
    rina, kepala = people
    hendri = await world.joins("Hendri Saputra", Role.OPERATOR)
    card = await files_photo(rina)
    world.kawan.files.reserve_bytes = 10**18
    album = [papers.photo(f"halaman {number}") for number in range(3)]
    answer = await refuses(world, rina, rina.sends_photo(papers.photo("dua")), DISK_FULL)
    assert "Simpan di ponsel, kirim lagi besok." in answer.text
    await opens(rina)
    await refuses(world, rina, rina.sends_document(papers.pdf()), DISK_FULL)
    await refuses(world, rina, rina.sends_album(album), DISK_FULL)
    assert len(downloads(world)) == 1
    # Links need no room, and neither do taps, words and decisions.
    await answer_to(rina, rina.types("https://guru.id/artikel"), "Tersimpan.")
    await rina.taps("Lainnya", on=card)
    await rina.taps("Berlaku untuk: 1", on=card)
    await rina.until(lambda: "Untuk 2 kegiatan" in card.text)
    shown = await answer_to(kepala, kepala.types("/persetujuan"), "Rina Wati")
    await kepala.taps("Terima", on=shown)
    await kepala.sees("Diterima oleh Bu Kepala")
    told = await hendri.sees("Tempat penyimpanan bot penuh")
    assert "kawan doctor" in told.text
    world.kawan.files.reserve_bytes = 0
    await opens(rina)
    await still_takes_for(world, rina)
    await is_whole(world)
    assert [one.message for one in caplog.records if one.message == NO_ROOM]


async def test_the_operator_hears_of_a_full_disk_once_a_day(
    world: TestWorld, rina: Person
) -> None:
    await world.joins("Hendri Saputra", Role.OPERATOR)
    world.kawan.files.reserve_bytes = 10**18
    for days, notices in ((0, 1), (0, 1), (1, 2)):
        world.clock.forward(timedelta(days=days))
        await answer_to(rina, rina.sends_photo(papers.photo()), DISK_FULL)
        async with world.database.reading() as session:
            told = await session.exec(
                select(OutboxMessage).where(OutboxMessage.kind == "disk_full")
            )
            assert len(told.all()) == notices


@pytest.mark.skipif(not FULL_DISK.exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("size", [100, 300_000], ids=["small", "large"])
async def test_a_disk_that_fills_up_during_a_download(
    world: TestWorld, rina: Person, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    incoming = world.kawan.files.incoming
    begun: list[Path] = []

    def full() -> Path:
        path = incoming()
        path.symlink_to(FULL_DISK)
        begun.append(path)
        return path

    with monkeypatch.context() as patched:
        patched.setattr(world.kawan.files, "incoming", full)
        content = b"%PDF-1.7" + bytes(size)
        await refuses(world, rina, rina.sends_document(content, "laporan.pdf"), DISK_FULL)
    assert len(begun) == 1
    assert not begun[0].is_symlink()
    await opens(rina)
    await still_takes_for(world, rina)
    await is_whole(world)


async def test_a_disk_that_is_full_when_a_file_is_put_in_its_place(
    world: TestWorld, rina: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("storage.files.to_disk", full)
        await refuses(world, rina, rina.sends_photo(papers.photo()), DISK_FULL)
    await opens(rina)
    await still_takes_for(world, rina)
    await is_whole(world)


# --------------------------------------------------------------------- typed


async def types(person: Person, text: str, sees: str) -> Message:
    """Type, and give the answer below."""
    return await answer_to(person, person.types(text), sees)


async def test_evidence_by_typing_only(world: TestWorld, rina: Person) -> None:
    await types(rina, "bukti", "Bukti saya")
    await types(rina, "1", "Belum ada bukti untuk kegiatan ini.")
    await types(rina, "kirim bukti", "Kirim bukti untuk:")
    await types(rina, "SELESAI", "Selesai mengirim.")
    await types(rina, "Kirim bukti", "Kirim bukti untuk:")
    await answer_to(rina, rina.sends_photo(papers.photo()), "Tersimpan.")
    await types(rina, "lainnya", "Sertifikat Topik (1 halaman)")
    await types(rina, "kembali", "Sertifikat Topik (1 halaman)")
    await types(rina, "sudah ya", "Ini belum saya kenali sebagai bukti.")
    await types(rina, "https://guru.id/artikel", "Tersimpan.")
    await types(rina, "selesai", "Selesai mengirim.")
    await types(rina, "2", "guru.id/artikel")
    await types(rina, "kembali", "Yang sudah dikirim:")
    await types(rina, "1", "Sertifikat Topik (1 halaman)")
    await types(rina, "isi tanggal", "Tanggal berapa")
    await types(rina, "hari ini", "Senin, 6 Juli 2026")
    await types(rina, "lainnya", "Sertifikat Topik (1 halaman)")
    await types(rina, "1", "Untuk 2 kegiatan")
    await types(rina, "3", "Tulis catatan singkat")
    await types(rina, "asli menyusul", "asli menyusul")
    await types(rina, "ubah jenis", "Jenis dokumennya apa?")
    await types(rina, "2", "Dokumen relevan")
    await types(rina, "ganti", "Kirim penggantinya sekarang")
    await types(rina, "kembali", "Menunggu diperiksa")
    await types(rina, "ganti", "Kirim penggantinya sekarang")
    await types(rina, "nanti saja", "Ini belum saya kenali sebagai bukti.")
    await answer_to(rina, rina.sends_photo(papers.photo("baru")), "Mengganti kiriman")
    await types(rina, "lainnya", "Mengganti kiriman")
    await types(rina, "pindahkan", "Untuk kegiatan yang mana?")
    await types(rina, "pelatihan/bimtek", "Tersimpan.")
    await types(rina, "lainnya", "Pelatihan atau bimtek")
    await types(rina, "pakai juga lainnya", "Untuk kegiatan yang mana?")
    await types(rina, "hapus", "Sudah dihapus")
    await types(rina, "kembali", "Bukti saya")
    assert [one.status for one in await pieces(world)] == [
        "replaced", "received", "received", "removed",
    ]  # fmt: skip
    await types(rina, "1", "Pelatihan mandiri")
    await types(rina, "siapkan untuk pmm", "Yang masih kurang:")
    await types(rina, "kirim bukti", "Kirim bukti untuk:")
    await types(rina, "selesai", "Selesai mengirim.")
    await types(rina, "kembali", "Bukti saya")
    await types(rina, "2", "Pelatihan atau bimtek")
    await types(rina, "siapkan untuk pmm", "Sedang disiapkan.")
    await rina.sees_document("Pelatihan atau bimtek", within=60)


async def test_checking_by_typing_only(world: TestWorld, people: tuple[Person, Person]) -> None:
    rina, kepala = people
    for text in ("satu", "dua", "tiga", "empat"):
        await files_photo(rina, text)
    await types(kepala, "persetujuan", "Rina Wati")
    await types(kepala, "terima", "Diterima oleh Bu Kepala")
    assert (
        await kepala.downloads(await types(kepala, "berikutnya", "👤 Rina Wati"))
    ) == papers.photo("dua")
    await types(kepala, "kembalikan", "Apa pesan untuk Rina Wati?")
    await types(kepala, "kembali", "👤 Rina Wati")
    await types(kepala, "2", "Apa pesan untuk Rina Wati?")
    await types(kepala, "foto ulang", "Dikembalikan kepada Rina Wati")
    await types(kepala, "1", "👤 Rina Wati")
    await types(kepala, "beri catatan", "Tulis catatan untuk Rina Wati")
    await types(kepala, "Bagus", "Catatan sudah dikirim")
    await types(kepala, "kembali", "Bagus")
    await types(kepala, "berikutnya", "👤 Rina Wati")
    await types(kepala, "terima semua (2)", "2 bukti diterima.")
    assert sorted(one.status for one in await pieces(world)) == [
        "accepted", "accepted", "accepted", "returned",
    ]  # fmt: skip


async def test_typed_words_decide_on_what_was_shown(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    """Whatever has changed since is shown first, with the photo and protected."""
    rina, kepala = people
    card = await files_photo(rina)
    await types(kepala, "persetujuan", "Rina Wati")
    await rina.taps("Lainnya", on=card)
    await rina.taps("Berlaku untuk: 1", on=card)
    await kepala.sees_no_button("Terima")
    shown = await types(kepala, "terima", "sudah berubah sejak ditampilkan")
    assert [one.status for one in await pieces(world)] == [EvidenceStatus.RECEIVED]
    assert shown.protected
    assert await kepala.downloads(shown) == papers.photo()
    await types(kepala, "terima", "Diterima oleh Bu Kepala")
    assert [one.status for one in await pieces(world)] == [EvidenceStatus.ACCEPTED]


async def test_a_word_that_fits_nowhere_opens_nothing(world: TestWorld, rina: Person) -> None:
    """What a screen asks for is awaited again only when the screen is shown again."""
    await opens(rina)
    world.clock.forward(timedelta(hours=13))
    await types(rina, "status", "Status saya")
    await answer_to(rina, rina.sends_photo(papers.photo()), "Untuk kegiatan yang mana?")


# --------------------------------------------------------------------- the longest of everything


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
