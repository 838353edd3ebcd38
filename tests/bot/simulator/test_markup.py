from __future__ import annotations

from typing import Any

import pytest

from bot.simulator.errors import ApiError
from bot.simulator.markup import checked_url, find_entities, find_typed, format_text, parse_html


def entity(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("a &lt; b", "a < b", []),
        ("AT&T &amp; &quot;x&quot; &copy;", 'AT&T & "x" &copy;', []),
        ("&#65;&#x1F600;", "A😀", []),
        ("<b>Halo</b>", "Halo", [entity("bold", 0, 4)]),
        ("😀<strong>x</strong>", "😀x", [entity("bold", 2, 1)]),
        ("<B>x</b >", "x", [entity("bold", 0, 1)]),
        ("<b></b>x", "x", []),
        ("<b>x</>", "x", [entity("bold", 0, 1)]),
        (
            "<i>a<u>b</u></i><del>c</del>",
            "abc",
            [entity("italic", 0, 2), entity("underline", 1, 1), entity("strikethrough", 2, 1)],
        ),
        ('<span class="tg-spoiler">x</span>', "x", [entity("spoiler", 0, 1)]),
        ("<tg-spoiler>x</tg-spoiler>", "x", [entity("spoiler", 0, 1)]),
        ("<blockquote>x</blockquote>", "x", [entity("blockquote", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [entity("expandable_blockquote", 0, 1)]),
        (
            '<a href="https://a.id/?x=1&amp;y=2">x</a>',
            "x",
            [entity("text_link", 0, 1, url="https://a.id/?x=1&y=2")],
        ),
        ("<a href='a.id'>x</a>", "x", [entity("text_link", 0, 1, url="http://a.id/")]),
        ('<a href="rumah">x</a>', "x", []),
        (
            '<a href="tg://user?id=7">x</a>',
            "x",
            [entity("text_mention", 0, 1, user={"id": 7})],
        ),
        (
            '<pre><code class="language-py">x</code></pre>',
            "x",
            [entity("pre", 0, 1, language="py")],
        ),
        ("<code>x<b>y</b></code>", "xy", [entity("code", 0, 2)]),
    ],
)
def test_html_becomes_text_and_entities(
    source: str, text: str, entities: list[dict[str, Any]]
) -> None:
    assert parse_html(source) == (text, entities)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        (
            "é<b>x</i>",
            'Unmatched end tag at byte offset 6, expected "</b>", found "</i>"',
        ),
        ("<h1>x</h1>", 'Unsupported start tag "h1" at byte offset 0'),
        ("nilai <3", "Unclosed start tag at byte offset 6"),
        ("nilai < 3", 'Unsupported start tag "" at byte offset 6'),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a href=http://x>y</a>", "Unexpected end of name token at byte offset 8"),
        ('<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<tg-emoji emoji-id="x">a</tg-emoji>', "Invalid custom emoji identifier specified"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b ", "Unclosed start tag at byte offset 0"),
        (
            "&#xD800;",
            "Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units",
        ),
    ],
)
def test_broken_html_is_refused_in_telegrams_words(source: str, reason: str) -> None:
    with pytest.raises(ApiError) as refusal:
        parse_html(source)
    assert refusal.value.code == 400
    assert refusal.value.description == f"Bad Request: can't parse entities: {reason}"


def test_white_space_around_a_text_is_dropped_and_entities_follow() -> None:
    assert format_text(" \n halo <b>x </b> \n", "HTML") == ("halo x", [entity("bold", 5, 1)])
    assert format_text("  <b>x</b>\r\n", "html") == ("x", [entity("bold", 0, 1)])
    assert format_text("a\x01b", "") == ("a b", [])


def test_other_parse_modes_are_refused() -> None:
    with pytest.raises(ApiError, match="unsupported parse_mode"):
        format_text("*x*", "MarkdownV2")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("/start TOKEN", ["bot_command"]),
        ("lihat https://a.id/x.", ["url"]),
        ("a@b.id dan @rina_wati #rhk", ["email", "mention", "hashtag"]),
        ("dan/atau 1/2", []),
        ("biasa saja", []),
    ],
)
def test_telegram_finds_entities_by_itself(text: str, kinds: list[str]) -> None:
    assert [one["type"] for one in find_entities(text, [])] == kinds


def test_a_link_is_not_found_twice() -> None:
    _, entities = format_text('<a href="https://a.id">https://b.id</a>', "HTML")
    assert [one["type"] for one in entities] == ["text_link"]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.id/x?y", "https://a.id/x?y"),
        ("A.id", "http://a.id/"),
        ("tg://resolve?domain=x", "tg://resolve?domain=x"),
        ("http://localhost:8080", ""),
        ("ini bukan alamat", ""),
        ("", ""),
    ],
)
def test_addresses_are_kept_or_refused(url: str, kept: str) -> None:
    assert checked_url(url) == kept


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Artikel: guru.kemdikbud.go.id/karya/12?a=b.", ["guru.kemdikbud.go.id/karya/12?a=b"]),
        ("Lihat Contoh.ID, ya", ["Contoh.ID"]),
        ("https://a.id/x dan b.sch.id:8080/", ["https://a.id/x", "b.sch.id:8080/"]),
        ("rencana.pdf, jam 10.30, dll.", []),
        ("saya@smp.sch.id", ["saya@smp.sch.id"]),
        ("a.idea b.id.x c.com-", []),
    ],
)
def test_addresses_that_people_type(text: str, found: list[str]) -> None:
    entities = find_typed(text)
    assert [text[one["offset"] :][: one["length"]] for one in entities] == found
