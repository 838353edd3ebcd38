"""Facts as the screens put them together, from nothing at all to the longest there is."""

from dataclasses import replace

from conversations.pictures.facts import (
    ROWS_A_PAGE,
    Bar,
    BoardFacts,
    Cell,
    Column,
    Due,
    Line,
    Mark,
    StatusFacts,
    TeacherRow,
    Total,
)

AWKWARD = (
    "Rina Wati, S.Pd.",
    "<b>Citra & Co</b> &amp;",
    '=HYPERLINK("http://x")',
    "محمد الأمين",
    "王小明",
    "🙂🙂🙂",
    "\u202eterbalik",
    "Z" + "\u0334" * 300,
    "Siti Nurhaliza " * 270,
    "",
    "   ",
    "\n\t",
    "W" * 4_000,
)
"""Names as people have them, and as they do not."""

STAGES = ("Rencana", "Persetujuan", "Bukti", "Observasi", "Laporan", "Penilaian")

STATUS = StatusFacts(
    name="Rina Wati, S.Pd.",
    school="SMPN 1 Surian",
    scheme="PMM 2024 · Juli–Desember 2026",
    as_of="6 Jul 2026",
    bars_title="Poin",
    bars=(
        Bar("Direncanakan", "48 poin", 48, 32, Mark.UNDER_WAY),
        Bar("Sudah ada buktinya", "24 poin", 24, 32, Mark.WAITING),
        Bar("Diterima", "8 poin", 8, 32, Mark.DONE),
    ),
    target=32,
    target_text="garis: anjuran 32 poin",
    lines=(),
    steps_title="Tahap",
    steps=tuple(
        Line(title, mark, "tidak perlu")
        for title, mark in zip(STAGES, reversed(Mark), strict=True)
    ),
    dues_title="Batas waktu",
    dues=(
        Due("Batas rencana", "31 Jul 2026", "25 hari lagi"),
        Due("Batas bukti", "6 Jul 2026", "hari ini", presses=True),
    ),
    dues_note="tanggal: perkiraan",
    next_title="Berikutnya",
    next="Lengkapi langkah yang masih kosong, lalu ajukan.",
)

WITHOUT_POINTS = replace(
    STATUS,
    bars=(),
    target=0,
    target_text="",
    bars_title="Isi rencana",
    lines=tuple(
        Line(title, Mark.NOT_YET, "belum diisi")
        for title in (
            "Pelaksanaan tugas pokok", "Praktik kinerja", "Pengembangan kompetensi",
            "Tugas tambahan", "Perilaku kerja",
        )
    ),
)  # fmt: skip

NOTHING = replace(STATUS, bars=(), lines=(), steps=(), dues=(), next="", name="", school="")

LONGEST = replace(
    WITHOUT_POINTS,
    name=AWKWARD[-1],
    school="SMP Negeri " * 400,
    bars=(Bar("Sudah ada buktinya " * 20, "999.999 dari 999.999", 9**9, 9**9, Mark.WAITING),) * 2,
    dues=(Due("Batas pelaksanaan " * 9, "30 September 2026", "lewat 999 hari", presses=True),) * 4,
    next="Menunggu Prof. Dr. Hj. Siti Nurhaliza Rahmawati, M.Pd. " * 70,
)

MANY_STEPS = replace(LONGEST, lines=LONGEST.lines * 2)
"""A rule set with more steps than any that there is."""


def cell(number: int) -> Cell:
    """Give cells of every kind, in turns."""
    mark = list(Mark)[number % len(Mark)]
    return Cell(mark, "12/16" if number % 3 == 0 else "", is_late=number % 4 == 0)


def board(names: list[str]) -> BoardFacts:
    """Give a page with these teachers."""
    return BoardFacts(
        title="Papan kemajuan guru",
        school="SMPN 1 Surian",
        scheme="PMM 2024 · Juli–Desember 2026",
        as_of="6 Jul 2026 · 1/3",
        columns=tuple(Column(title[:9], "31 Jul") for title in STAGES),
        rows=tuple(
            TeacherRow(at, name, tuple(cell(at + stage) for stage in range(len(STAGES))))
            for at, name in enumerate(names, 1)
        ),
        totals=(
            Total("Selesai, dari semua guru", ("60/60",) * 6, is_main=True),
            Total("Sejak 29 Jun", ("▲ 12", "▼ 3", "=", "=", "=", "=")),
            Total("Periode lalu, 5 Jan", ("–",) * 6),
        ),
        legend=tuple((mark, mark.value) for mark in Mark),
        late="lewat batas",
        notes=("* belum bergabung di Telegram", "tanggal: perkiraan"),
        empty="Belum ada guru yang terdaftar.",
    )


FULL = board([AWKWARD[at % len(AWKWARD)] for at in range(ROWS_A_PAGE)])
"""As many teachers as a page has, with every awkward name."""
