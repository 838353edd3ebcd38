"""Formatted text: Telegram's HTML to plain text and entities, with its refusals.

Offsets and lengths of entities are counted in UTF-16 code units, as the Bot API does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.simulator.errors import bad_request

MAX_TEXT = 4096
MAX_CAPTION = 1024

Entity = dict[str, Any]

_SIMPLE_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "pre": "pre",
    "code": "code",
}
_TAGS = {*_SIMPLE_TAGS, "a", "blockquote", "tg-emoji"}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-zA-Z]+));?")
_SPECIAL = re.compile(r"[<&]")
_TAG_END = re.compile(r"[\s>]")
_ATTRIBUTE = re.compile(
    r"""([^\s=>/"']+)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9.\-]*)(?=[\s>])))?\s*"""
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def utf16_length(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _refuse(reason: str) -> Exception:
    return bad_request(f"can't parse entities: {reason}")


def _decode_reference(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name is not None:
        return _NAMED.get(name, match[0])
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if code == 0 or code >= 0x10FFFF or len(match[0].rstrip(";")) >= 10:
        return match[0]
    if 0xD800 <= code <= 0xDFFF:
        raise _refuse(
            "Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units"
        )
    return chr(code)


@dataclass(slots=True)
class _Open:
    """A start tag whose end tag has not come yet."""

    tag: str
    argument: str
    offset: int
    begin: int


class _HtmlParser:
    """One pass over a text, collecting plain text and entities."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.parts: list[str] = []
        self.offset = 0
        self.entities: list[Entity] = []
        self.open: list[_Open] = []

    def run(self) -> tuple[str, list[Entity]]:
        position, source = 0, self.source
        while match := _SPECIAL.search(source, position):
            self._add(source[position : match.start()])
            position = match.start()
            if source[position] == "&":
                position = self._reference(position)
            elif source.startswith("</", position):
                position = self._end_tag(position)
            else:
                position = self._start_tag(position)
        self._add(source[position:])
        if self.open:
            raise _refuse(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return "".join(self.parts), self.entities

    def _add(self, text: str) -> None:
        if text:
            self.parts.append(text)
            self.offset += utf16_length(text)

    def _byte(self, position: int) -> int:
        return len(self.source[:position].encode("utf-8", "surrogatepass"))

    def _reference(self, position: int) -> int:
        match = _REFERENCE.match(self.source, position)
        if match is None:
            self._add("&")
            return position + 1
        self._add(_decode_reference(match))
        return match.end()

    def _start_tag(self, begin: int) -> int:
        end = _TAG_END.search(self.source, begin + 1)
        if end is None:
            raise _refuse(f"Unclosed start tag at byte offset {self._byte(begin)}")
        tag = self.source[begin + 1 : end.start()].lower()
        if tag not in _TAGS:
            raise _refuse(f'Unsupported start tag "{tag}" at byte offset {self._byte(begin)}')
        argument, position = self._attributes(tag, begin, end.start())
        if tag == "span" and argument != "spoiler":
            raise _refuse(
                f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte(begin)}'
            )
        self.open.append(_Open(tag, argument, self.offset, len(self.parts)))
        return position

    def _attributes(self, tag: str, begin: int, position: int) -> tuple[str, int]:
        source, argument = self.source, ""
        while position < len(source):
            if source[position].isspace():
                position += 1
                continue
            if source[position] == ">":
                return argument, position + 1
            match = _ATTRIBUTE.match(source, position)
            if match is None:
                raise _refuse(
                    f'Empty attribute name in the tag "{tag}" at byte offset {self._byte(begin)}'
                )
            if source[match.end() : match.end() + 1] == "=":
                raise self._bad_value(match.end() + 1, begin)
            name, double, single, bare = match.groups()
            value = double or single or (bare or "").lower()
            argument = _argument(tag, name, _REFERENCE.sub(_decode_reference, value)) or argument
            position = match.end()
        raise _refuse(f"Unclosed start tag at byte offset {self._byte(begin)}")

    def _bad_value(self, position: int, begin: int) -> Exception:
        rest = self.source[position:].lstrip()
        if rest[:1] in {'"', "'"} or not _TAG_END.search(rest):
            return _refuse(f"Unclosed start tag at byte offset {self._byte(begin)}")
        return _refuse(f"Unexpected end of name token at byte offset {self._byte(position)}")

    def _end_tag(self, begin: int) -> int:
        at = self._byte(begin)
        if not self.open:
            raise _refuse(f"Unexpected end tag at byte offset {at}")
        match = re.compile(r"</([^\s>]*)\s*>").match(self.source, begin)
        if match is None:
            raise _refuse(f"Unclosed end tag at byte offset {at}")
        found = match[1].lower()
        opened = self.open.pop()
        if found and found != opened.tag:
            raise _refuse(
                f'Unmatched end tag at byte offset {at}, expected "</{opened.tag}>", '
                f'found "</{found}>"'
            )
        if self.offset > opened.offset:
            self._close(opened)
        return match.end()

    def _close(self, opened: _Open) -> None:
        entity: Entity = {
            "type": _SIMPLE_TAGS.get(opened.tag, ""),
            "offset": opened.offset,
            "length": self.offset - opened.offset,
        }
        if opened.tag == "a":
            url = opened.argument or "".join(self.parts[opened.begin :])
            if not _link(entity, url):
                return
        elif opened.tag == "blockquote":
            entity["type"] = "expandable_blockquote" if opened.argument else "blockquote"
        elif opened.tag == "tg-emoji":
            if not opened.argument.isdigit() or int(opened.argument) == 0:
                raise _refuse("Invalid custom emoji identifier specified")
            entity |= {"type": "custom_emoji", "custom_emoji_id": opened.argument}
        elif opened.tag in {"pre", "code"} and self._joins_code(entity, opened):
            return
        self.entities.append(entity)

    def _joins_code(self, entity: Entity, opened: _Open) -> bool:
        """``<pre><code class="language-x">`` is one entity: a block with a language."""
        language = {"language": opened.argument} if opened.argument else {}
        last = self.entities[-1] if self.entities else None
        same = last is not None and (last["offset"], last["length"]) == (
            entity["offset"],
            entity["length"],
        )
        if opened.tag == "code":
            entity |= language
        if opened.tag == "pre" and same and last is not None and last["type"] == "code":
            last["type"] = "pre"
            return True
        return False


def _argument(tag: str, name: str, value: str) -> str:
    """The one attribute of each tag that means something."""
    match tag, name:
        case ("a", "href") | ("tg-emoji", "emoji-id"):
            return value
        case "code", "class" if value.startswith("language-"):
            return value[9:]
        case "span", "class" if value.startswith("tg-"):
            return value[3:]
        case "blockquote", "expandable":
            return "1"
    return ""


def _link(entity: Entity, url: str) -> bool:
    """Fill in what a link leads to; a link Telegram cannot use is dropped without a word."""
    mention = re.match(r"tg:(?://)?user\?id=(\d+)", url)
    if mention is not None:
        entity |= {"type": "text_mention", "user": {"id": int(mention[1])}}
        return True
    checked = checked_url(url)
    entity |= {"type": "text_link", "url": checked}
    return bool(checked)


def checked_url(url: str) -> str:
    """The address as Telegram keeps it, or ``""`` where it refuses it."""
    if re.match(r"(?i)(tg|ton|tonsite):(//)?[a-z0-9_.\-]+", url):
        return url
    match = re.match(r"(?i)(?:(https?)://)?([^/?#\s]+)(\S*)$", url.strip())
    if match is None or "." not in match[2] or match[2].startswith("."):
        return ""
    scheme = (match[1] or "http").lower()
    return f"{scheme}://{match[2].lower()}{match[3] or '/'}"


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Plain text and entities of a text in Telegram's HTML.

    Raises:
        ApiError: 400 ``can't parse entities``, with Telegram's reason and byte offset.
    """
    if "<" not in source and "&" not in source:
        return source, []
    text, entities = _HtmlParser(source).run()
    for entity in entities:
        if entity["type"] == "code":
            entity.pop("language", None)
    entities = _outside_code(entities)
    entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return text, entities


def _outside_code(entities: list[Entity]) -> list[Entity]:
    """Code holds no other formatting; what was nested in it or around it exactly is dropped."""
    blocks = [entity for entity in entities if entity["type"] in {"pre", "code"}]
    if not blocks:
        return entities
    return [
        entity
        for entity in entities
        if entity["type"] in {"pre", "code", "blockquote", "expandable_blockquote"}
        or not any(
            block["offset"] <= entity["offset"]
            and entity["offset"] + entity["length"] <= block["offset"] + block["length"]
            for block in blocks
        )
    ]


def trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Drop white space around a text, as Telegram does, and move the entities along."""
    if "\r" in text:
        # Rare enough not to move entities: they would be shifted by a few units only.
        text = text.replace("\r", "")
    if _CONTROL.search(text):
        text = _CONTROL.sub(" ", text)
    trimmed = text.rstrip()
    shift = len(trimmed) - len(trimmed.lstrip(" \n"))
    if entities:
        shift = min(shift, entities[0]["offset"])
    trimmed = trimmed[shift:]
    if len(trimmed) == len(text) or not entities:
        return trimmed, entities
    end = utf16_length(trimmed)
    kept = []
    for entity in entities:
        offset = entity["offset"] - shift
        length = min(entity["length"], end - offset)
        if length > 0:
            kept.append({**entity, "offset": offset, "length": length})
    return trimmed, kept


_END = r"[^\s<>\".,;:!?)\]'»]"
_ADDRESS = rf"https?://[^\s<>\"]+{_END}"
# Addresses without "https://", in the top level domains that people here type.
_BARE = (
    r"(?<![\w@.\-/])(?:[A-Za-z0-9][A-Za-z0-9\-]*\.)+"
    r"(?i:ac|ai|app|blog|co|com|dev|edu|gov|id|info|io|link|me|net|online|org|page|site|tv|xyz)"
    rf"(?![\w\-]|\.\w)(?::\d+)?(?:/(?:[^\s<>\"]*{_END})?)?"
)


def _finding(address: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<url>{address})"
        r"|(?P<email>[\w.+\-]+@(?:[\w\-]+\.)+[a-zA-Z]{2,})"
        r"|(?<![\w/@])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?)(?![\w/])"
        r"|(?<![\w@])(?P<mention>@[A-Za-z]\w{3,31})"
        r"|(?<![\w#])(?P<hashtag>#\w*[^\W\d_]\w*)"
    )


_FOUND = _finding(_ADDRESS)
_TYPED = _finding(f"{_ADDRESS}|{_BARE}")


def find_typed(text: str) -> list[Entity]:
    """The entities Telegram finds in what people type."""
    return _find(_TYPED, text, [])


def find_entities(text: str, known: list[Entity]) -> list[Entity]:
    """The entities Telegram finds by itself: addresses, commands, mentions and hashtags.

    In a bot's own texts, of which there are many, addresses without ``https://`` are passed over.
    """
    if not any(sign in text for sign in ("/", "@", "#")):
        return known
    return _find(_FOUND, text, known)


def _find(pattern: re.Pattern[str], text: str, known: list[Entity]) -> list[Entity]:
    taken = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in known
        if entity["type"] in {"text_link", "code", "pre", "text_mention"}
    ]
    found = list(known)
    for match in pattern.finditer(text):
        offset = utf16_length(text[: match.start()])
        length = utf16_length(match[0])
        if not any(offset < end and start < offset + length for start, end in taken):
            found.append({"type": match.lastgroup, "offset": offset, "length": length})
    found.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return found


def format_text(
    source: str, parse_mode: str, entities: list[Entity] | None = None
) -> tuple[str, list[Entity]]:
    """Text and entities of a message that a bot sends.

    Raises:
        ApiError: 400 for an unknown parse mode or markup that does not parse.
    """
    if len(source.encode("utf-8", "surrogatepass")) > 1 << 15:
        raise bad_request("text is too long")
    mode = parse_mode.lower()
    if source and mode not in {"", "none"}:
        if mode != "html":
            # Markdown is left out on purpose: the project writes HTML only.
            raise bad_request("unsupported parse_mode")
        source, entities = parse_html(source)
    text, kept = trim(source, entities or [])
    return text, find_entities(text, kept)
