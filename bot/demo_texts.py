"""What stands on the demo's papers: made-up events, reports and decrees of a school."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.demo_papers import Certificate, Letter, Report

_MONTHS: Final = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that certificates were given for. `design` is that of the certificates."""

    title: str
    host: str
    chair: str
    hours: int
    number: int
    design: int


ASSESSMENT: Final = Event(
    "Pelatihan Penyusunan Asesmen Awal Pembelajaran",
    "Komunitas Belajar Guru Surian", "Fitria Handayani, M.Pd.", 32, 41, 0,
)  # fmt: skip
DIFFERENCES: Final = Event(
    "Lokakarya Pembelajaran Berdiferensiasi",
    "Musyawarah Guru Mata Pelajaran Surian", "Ridwan Syafei, M.Pd.", 16, 17, 1,
)  # fmt: skip
SAFE_CLASSES: Final = Event(
    "Berbagi Praktik Baik: Kelas yang Aman dan Nyaman bagi Semua Murid",
    "Komunitas Belajar SMP Negeri 1 Surian", "Nelmawati, M.Si.", 24, 8, 3,
)  # fmt: skip
EVENTS: Final = (
    Event(
        "Bimbingan Teknis Membuat Bahan Ajar Digital",
        "Komunitas Belajar Guru Surian", "Nelmawati, M.Si.", 40, 112, 2,
    ),
    Event(
        "Pelatihan Memberi Umpan Balik kepada Murid",
        "Forum Guru Surian", "Ridwan Syafei, M.Pd.", 32, 63, 3,
    ),
    Event(
        "Lokakarya Proyek Kelas dengan Bahan di Sekitar Sekolah",
        "Musyawarah Guru Mata Pelajaran Surian", "Fitria Handayani, M.Pd.", 16, 29, 0,
    ),
    Event(
        "Pelatihan Literasi dan Numerasi Lintas Mata Pelajaran",
        "Forum Guru Surian", "Nelmawati, M.Si.", 24, 74, 1,
    ),
)  # fmt: skip


Sections = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Story:
    """What a report tells: its title, what the photo shows, and the sections."""

    title: str
    caption: str
    sections: Sections


DUTY: Final = Story(
    "Laporan Pelaksanaan Tugas Tambahan",
    "Rapat pembagian tugas di ruang guru",
    (
        (
            "A. Latar belakang",
            "Tugas tambahan ini diberikan kepala sekolah pada awal semester. Tujuannya supaya "
            "layanan kepada murid berjalan teratur dan setiap kegiatan punya penanggung jawab. "
            "Laporan ini memuat apa yang dikerjakan, hasilnya, dan rencana berikutnya.",
        ),
        (
            "B. Pelaksanaan",
            "Program kerja disusun bersama wali kelas dan disetujui kepala sekolah. Jadwal "
            "ditempel di ruang guru. Setiap Jumat siang diadakan pertemuan singkat untuk melihat "
            "apa yang sudah berjalan dan apa yang perlu dibantu. Catatan pertemuan disimpan dalam "
            "map tersendiri.",
        ),
        (
            "C. Hasil",
            "Semua kegiatan terlaksana sesuai jadwal. Data murid sudah diperiksa kembali oleh "
            "wali kelas. Dua usulan dari murid ditindaklanjuti: penambahan rak buku kelas dan "
            "jadwal piket taman.",
        ),
        (
            "D. Penutup",
            "Demikian laporan ini disusun sebagai pertanggungjawaban. Terima kasih atas dukungan "
            "kepala sekolah dan rekan guru.",
        ),
    ),
)
OBSERVATION: Final = Story(
    "Laporan Observasi Praktik Rekan Sejawat",
    "Diskusi sesudah observasi",
    (
        (
            "A. Sebelum observasi",
            "Guru yang diobservasi menyampaikan tujuan pelajaran dan bagian yang ingin "
            "diperbaiki, yaitu cara memberi pertanyaan pemantik. Kami menyepakati lembar "
            "pengamatan, waktu, dan kelas yang akan dikunjungi.",
        ),
        (
            "B. Saat observasi",
            "Pelajaran dibuka dengan gambar pasar tradisional. Murid bekerja dalam kelompok kecil "
            "dan menuliskan pertanyaan mereka sendiri. Guru berkeliling dan memberi umpan balik "
            "secara lisan. Hampir semua murid ikut berbicara.",
        ),
        (
            "C. Sesudah observasi",
            "Kami membahas dua hal: waktu tunggu setelah bertanya, dan pembagian peran di dalam "
            "kelompok. Guru akan mencoba kartu peran pada pertemuan berikutnya.",
        ),
        (
            "D. Penutup",
            "Kegiatan ini membantu kami berdua. Observasi berikutnya direncanakan bulan depan, "
            "dengan peran yang ditukar.",
        ),
    ),
)
TEAM: Final = Story(
    "Laporan Kegiatan Tim Pencegahan dan Penanganan Kekerasan",
    "Rapat tim bersama wali kelas",
    (
        (
            "A. Tujuan kegiatan",
            "Sekolah yang aman membuat murid berani belajar. Karena itu tim mengadakan "
            "sosialisasi bagi semua kelas pada awal semester, bersama wali kelas dan pengurus "
            "OSIS, supaya semua mengenal jalur pengaduan yang tersedia.",
        ),
        (
            "B. Jalannya kegiatan",
            "Setiap kelas mendapat waktu dua jam pelajaran. Murid membahas contoh kejadian, lalu "
            "menyepakati aturan kelas yang ditempel di dinding. Kotak saran ditempatkan di depan "
            "perpustakaan dan dibuka setiap hari Jumat. Murid yang ingin bercerita dapat datang "
            "ke ruang BK pada jam istirahat.",
        ),
        (
            "C. Hasil",
            "Sebanyak 172 murid dan 14 guru mengikuti kegiatan. Enam kelas memiliki kesepakatan "
            "tertulis. Tiga saran dari kotak saran sudah ditindaklanjuti bersama wali kelas.",
        ),
        (
            "D. Rencana berikutnya",
            "Tim akan mengundang puskesmas dan kepolisian setempat pada bulan depan, serta "
            "melatih sepuluh murid sebagai teman sebaya.",
        ),
    ),
)


def certificate_of(name: str, part: str, event: Event, day: date) -> Certificate:
    """Word a certificate for who took part in an event, as what."""
    return Certificate(
        name=name,
        part=part,
        title=event.title,
        host=event.host,
        day=day,
        number=f"{event.number:03}/SERT/{_month(day)}",
        signed_by=event.chair,
        hours=event.hours,
        design=event.design,
    )


def assignment_of(name: str, duty: str, day: date, principal: str) -> Letter:
    """Word a letter that gives somebody a duty."""
    number = f"800/112/SMPN1-SR/{_month(day)}"
    return Letter("Surat Tugas", number, name, duty, day, principal)


def draft_of_decree(name: str, duty: str, day: date, principal: str) -> Letter:
    """Word a decree that nobody has signed yet."""
    number = f"421/091/SMPN1-SR/{_month(day)}"
    return Letter("Surat Keputusan", number, name, duty, day, principal, is_signed=False)


def report_of(name: str, story: Story, day: date, principal: str) -> Report:
    """Word a report of two pages."""
    return Report(story.title, name, day, story.sections, story.caption, principal)


def decree_of(name: str, day: date, principal: str) -> Report:
    """Word a decree of two pages about the team against violence."""
    return Report(
        title="Keputusan Kepala Sekolah tentang Tim Pencegahan dan Penanganan Kekerasan",
        name="",
        day=day,
        sections=(
            (
                "Menimbang",
                "Bahwa setiap murid berhak belajar dengan aman; bahwa untuk mencegah dan "
                "menangani kekerasan di sekolah perlu dibentuk tim yang bekerja sepanjang tahun.",
            ),
            (
                f"Memutuskan, Nomor 421/087/SMPN1-SR/{_month(day)}",
                "Membentuk tim dengan susunan pada lampiran keputusan ini. Tim menyusun program "
                "kerja, menerima laporan murid, dan melapor kepada kepala sekolah setiap bulan. "
                "Keputusan ini berlaku sejak tanggal ditetapkan sampai akhir tahun ajaran.",
            ),
            (
                "Lampiran: susunan tim",
                f"Koordinator: {name} Anggota: dua wali kelas, satu wakil orang tua, dan "
                "pembina OSIS. Sekretariat: ruang bimbingan dan konseling.",
            ),
        ),
        caption="",
        signed_by=principal,
    )


def _month(day: date) -> str:
    """Give month and year as the numbers of letters have them: `VII/2026`."""
    return f"{_MONTHS[day.month - 1]}/{day.year}"
