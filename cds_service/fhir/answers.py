"""What a FHIR server answered: a resource or a document, or why there is none.

Bytes are bounded; what is not what was asked for is a `NotRead`, whose words are ours.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

Resource = Mapping[str, Any]
MAX_BYTES = 4 * 1024 * 1024  # of one answer, before and after it is unpacked
LATE = "the server did not answer in time"
_STATUS = {
    401: "the server did not accept the token",
    403: "not permitted",
    404: "not found on the server",
    410: "deleted on the server",
    429: "the server asks to wait",
}


@dataclass(frozen=True, slots=True)
class NotRead:
    """Why there is no resource: words of ours, safe to show. `status` is None when the server gave none."""

    reason: str
    status: int | None = None
    server_fault: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes and what the server says they are; `owner` is its X-Security-Context: a reference, empty when not told."""

    content_type: str
    content: bytes = field(repr=False)
    owner: str = ""


def unpacked(encoding: str, chunks: Iterable[bytes]) -> bytes | NotRead:
    """The body, its length bounded before and after unpacking: a small answer may unpack to gigabytes."""
    if encoding not in {"identity", "gzip"}:
        return NotRead("the answer is packed in a way that was not asked for", 200)
    unzip = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    parts, packed, length = [], 0, 0
    try:
        for chunk in chunks:
            packed += len(chunk)
            part = chunk if unzip is None else unzip.decompress(chunk, MAX_BYTES + 1 - length)
            length += len(part)
            if max(packed, length) > MAX_BYTES:
                return NotRead("the answer is too long", 200)
            parts.append(part)
    except zlib.error:
        return NotRead("the answer is not FHIR JSON", 200, server_fault=True)
    if unzip is not None and not unzip.eof:
        return NotRead("the answer was cut short", 200, server_fault=True)
    return b"".join(parts)


def refused(status: int) -> NotRead:
    """What another status than 200 says."""
    if 300 <= status < 400:
        return NotRead("the server redirects, which is not followed", status)
    failed = status >= 500 or status == 429
    said = _STATUS.get(status) or (f"the server failed ({status})" if failed else f"the server answered {status}")
    return NotRead(said, status, server_fault=failed)


def resource(body: bytes, expected: str) -> Resource | NotRead:
    """The resource in a body; anything but one of the expected type counts as not read."""
    try:
        value = orjson.loads(body)
    except ValueError:
        return NotRead("the answer is not FHIR JSON", 200, server_fault=True)
    if isinstance(value, dict) and value.get("resourceType") == "OperationOutcome":
        return NotRead("the query failed", 200)
    if not isinstance(value, dict) or value.get("resourceType") != expected:
        return NotRead("the answer is not what was asked for", 200)
    return value
