"""JSON of any size, one record after another; what is truncated, wrongly encoded or huge is an error."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import ijson

from cds_service.errors import CorpusError
from cds_service.evidence.corpus.files import Member

_BLOCK = 64 * 1024


def json_items(member: Member, prefix: str) -> Iterator[tuple[int, Any]]:
    """(number, record) of every item under an ijson prefix. CorpusError: it is no JSON, or ends in the middle."""
    number = -1
    try:
        for number, record in enumerate(ijson.items(_without_mark(member), prefix, buf_size=_BLOCK, use_float=True)):
            yield number, record
            member.stream.begin_record()
    except (ijson.JSONError, ijson.IncompleteJSONError, UnicodeDecodeError, RecursionError) as error:
        after = f"after record {number + 1}" if number >= 0 else "before the first record"
        raise CorpusError(f"it is no whole JSON in UTF-8: it breaks off {after} ({type(error).__name__})") from None
    if member.stream.taken == 0:
        raise CorpusError("it is empty")


def _without_mark(member: Member) -> io.BufferedReader:
    """Past a byte order mark of UTF-8; UTF-16 is not JSON on the wire."""
    reader = io.BufferedReader(member.stream, _BLOCK)
    start = reader.peek(4)[:4]
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise CorpusError("it is UTF-16; JSON is read as UTF-8")
    if start[:3] == b"\xef\xbb\xbf":
        reader.read(3)
    return reader
