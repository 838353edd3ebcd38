"""The parameters of one call, however they were sent: query, form, multipart or JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from python_multipart.multipart import MultipartParser, parse_options_header

from bot.simulator.errors import bad_request

_TRUE = {"true", "yes", "1"}


@dataclass(slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    mime: str
    data: bytes


@dataclass(slots=True)
class Params:
    """Texts by name, as the Bot API reads them, and uploads by name."""

    values: dict[str, str] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A parameter, ``""`` where it is missing."""
        return self.values.get(name, "")

    def flag(self, name: str) -> bool:
        """A yes or no."""
        return self.values.get(name, "").lower() in _TRUE

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number; what does not read as one counts as missing, as in the Bot API."""
        try:
            return int(self.values.get(name, ""))
        except ValueError:
            return default

    def chat_id(self, name: str = "chat_id") -> int | str:
        """A chat id, or a name that begins with ``@``."""
        value = self.values.get(name, "")
        if not value:
            raise bad_request(f"{name} is empty")
        try:
            return int(value)
        except ValueError:
            return value

    def document(self, name: str, complaint: str) -> Any:
        """A JSON parameter, ``None`` where it is missing."""
        value = self.values.get(name, "")
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(complaint) from None

    def loggable(self) -> dict[str, str]:
        """All parameters, with uploads named and measured only."""
        if not self.uploads:
            return self.values
        files = {
            name: f"<{upload.name}, {len(upload.data)} bytes>"
            for name, upload in self.uploads.items()
        }
        return self.values | files


def parse_params(query: bytes, content_type: str, body: bytes) -> Params:
    """Read the parameters of a request; the body wins over the query."""
    params = Params()
    if query:
        params.values.update(parse_qsl(query.decode(), keep_blank_values=True))
    if not body:
        return params
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        params.values.update(_json_values(body))
    elif kind == "multipart/form-data":
        _read_multipart(content_type, body, params)
    else:
        params.values.update(parse_qsl(body.decode(), keep_blank_values=True))
    return params


def _json_values(body: bytes) -> dict[str, str]:
    try:
        document = json.loads(body)
    except ValueError:
        raise bad_request("can't parse request JSON object") from None
    if not isinstance(document, dict):
        raise bad_request("can't parse request JSON object")
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in document.items()
        if value is not None
    }


class _Parts:
    """Collects the parts of a multipart body as the parser walks through it."""

    def __init__(self, params: Params) -> None:
        self.params = params
        self.headers: dict[bytes, bytes] = {}
        self.field = b""
        self.value = b""
        self.data = bytearray()

    def begin(self) -> None:
        self.headers, self.data = {}, bytearray()

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self.field += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]

    def header_end(self) -> None:
        self.headers[self.field.lower()] = self.value
        self.field = self.value = b""

    def part_data(self, data: bytes, start: int, end: int) -> None:
        self.data += memoryview(data)[start:end]

    def end(self) -> None:
        _, options = parse_options_header(self.headers.get(b"content-disposition", b""))
        name = options.get(b"name", b"").decode()
        if b"filename" in options:
            mime = self.headers.get(b"content-type", b"").decode()
            file_name = options[b"filename"].decode()
            self.params.uploads[name] = Upload(file_name, mime, bytes(self.data))
        else:
            self.params.values[name] = self.data.decode()


def _read_multipart(content_type: str, body: bytes, params: Params) -> None:
    _, options = parse_options_header(content_type.encode())
    parts = _Parts(params)
    parser = MultipartParser(
        options.get(b"boundary", b""),
        {
            "on_part_begin": parts.begin,
            "on_part_data": parts.part_data,
            "on_part_end": parts.end,
            "on_header_field": parts.header_field,
            "on_header_value": parts.header_value,
            "on_header_end": parts.header_end,
        },
    )
    parser.write(body)
    parser.finalize()
