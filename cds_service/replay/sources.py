"""What lies in folders of history: FHIR resources, Bundles of them and captured hook requests; damage is named.

`.ndjson` and `.jsonl` hold one JSON object a line, `.json` one in all; each may be gzipped. What an object is, it says
itself: `hook` makes it a captured request, `resourceType` a resource or a Bundle.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson

from cds_service.replay.references import entries_of, with_relative_references

_LINES, _WHOLE = (".ndjson", ".jsonl"), ".json"
_BROKEN = (gzip.BadGzipFile, EOFError, zlib.error)


@dataclass(frozen=True, slots=True)
class Found:
    """One resource or captured request; `place` is file and line, relative to the folder that was given."""

    place: str
    value: dict[str, Any]

    @property
    def is_request(self) -> bool:
        return "hook" in self.value


@dataclass(frozen=True, slots=True)
class Damaged:
    """What could not be read. `why` never quotes what stands there."""

    place: str
    why: str


@dataclass(frozen=True, slots=True)
class File:
    path: Path
    name: str

    @property
    def size(self) -> int:
        return self.path.stat().st_size


def files_of(given: Iterable[Path]) -> list[File]:
    """The files of history among what was given, folders searched to the bottom, in a fixed order."""
    found: list[File] = []
    for root in given:
        paths = sorted(path for path in root.rglob("*") if path.is_file()) if root.is_dir() else [root]
        found += [File(path, path.relative_to(root).as_posix() if root.is_dir() else path.name) for path in paths]
    return [file for file in found if file.name.removesuffix(".gz").endswith((*_LINES, _WHOLE))]


def read(file: File) -> Iterator[Found | Damaged]:
    """Everything in a file, entries of Bundles one by one. An unreadable file is damage, not an exception."""
    try:
        with _opened(file.path) as stream:
            if file.name.removesuffix(".gz").endswith(_WHOLE):
                yield from _parsed(stream.read(), file.name)
            else:
                yield from _lines(stream, file.name)
    except OSError as error:
        yield Damaged(file.name, f"it cannot be read: {error.strerror or type(error).__name__}")


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _lines(stream: IO[bytes], name: str) -> Iterator[Found | Damaged]:
    number = 0  # where the file broke off, if it does
    try:
        for number, line in enumerate(stream, 1):
            if line.strip():
                yield from _parsed(line, f"{name}:{number}")
    except _BROKEN:
        yield Damaged(f"{name}:{number + 1}", "the gzip file is damaged from here on")


def _parsed(raw: bytes, place: str) -> Iterator[Found | Damaged]:
    try:
        value = orjson.loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        yield Damaged(place, f"not JSON in UTF-8: {error.msg} (line {error.lineno}, column {error.colno})")
        return
    if isinstance(value, dict) and "hook" in value:
        yield Found(place, value)
    elif isinstance(value, dict) and value.get("resourceType") == "Bundle":
        yield from _of_bundle(value, place)
    elif isinstance(value, dict) and isinstance(value.get("resourceType"), str):
        yield Found(place, with_relative_references(value, {}))
    else:
        yield Damaged(place, "neither a FHIR resource nor a hook request")


def _of_bundle(bundle: dict[str, Any], place: str) -> Iterator[Found | Damaged]:
    for number, resource in enumerate(entries_of(bundle)):
        here = f"{place} entry[{number}]"
        yield Damaged(here, "an entry without a resource") if resource is None else Found(here, resource)
