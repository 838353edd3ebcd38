"""What is no evidence is refused in kind words, and what was begun stays open."""

import io
import struct
import zipfile
import zlib
from collections.abc import Awaitable, Callable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pytest
from fpdf import FPDF
from fpdf.enums import EncryptionMethod
from PIL import Image

from bot.simulator.driver import Person
from bot.simulator.models import Message
from storage.inspecting import MOST_BYTES
from tests import papers
from tests.end_to_end.bad_evidence.staging import (
    MP4,
    downloads,
    opens,
    refuses,
    still_takes_for,
)
from tests.world import TestWorld


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
