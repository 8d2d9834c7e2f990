"""A file, a zip, a zip of zips, or a folder -> one bounded stream after another.

Nothing is read whole, whatever its size: a reader asks for one record after another, and `RecordBound` refuses one that
does not end within 64 MB. What an archive says about its sizes is not believed: bytes are counted as they come out, and
an archive that unpacks to more than 200 times its size is a bomb.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cds_service.errors import CorpusError

MEGABYTE = 1 << 20
LONGEST_RECORD = 64 * MEGABYTE
HARMLESS = 16 * MEGABYTE  # below this no ratio is a bomb
MOST_RATIO = 200
MOST_MEMBERS = 200_000
# zipfile raises RuntimeError for what is encrypted or packed in a way that it does not know.
_BROKEN = (zipfile.BadZipFile, zlib.error, gzip.BadGzipFile, EOFError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Member:
    """One file to read: `name` as errors show it, `suffix` in small letters without that of the packing."""

    name: str
    suffix: str
    stream: RecordBound


class RecordBound(io.RawIOBase):
    """A binary stream that counts. `begin_record` starts the count anew; past the bounds it raises CorpusError."""

    def __init__(self, stream: IO[bytes], packed: int | None = None) -> None:
        super().__init__()
        self._stream = stream
        self._most = None if packed is None else max(HARMLESS, packed * MOST_RATIO)
        self._since = 0
        self.taken = 0

    def begin_record(self) -> None:
        self._since = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, and never more than 1 MB at once."""
        wanted = MEGABYTE if size is None or size < 0 else min(size, MEGABYTE)
        try:
            found = self._stream.read(wanted)
        except _BROKEN as error:
            raise CorpusError(f"the archive is damaged ({type(error).__name__})") from None
        self.taken += len(found)
        self._since += len(found)
        if self._most is not None and self.taken > self._most:
            raise CorpusError(f"it unpacks to more than {MOST_RATIO} times its size and is refused")
        if self._since > LONGEST_RECORD:
            raise CorpusError(f"a record of it does not end within {LONGEST_RECORD // MEGABYTE} MB")
        return found

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        found = self.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)

    def lines(self) -> Iterator[bytes]:
        """Line by line, with their ends."""
        reader = io.BufferedReader(self, MEGABYTE)
        while line := reader.readline(LONGEST_RECORD):
            yield line

    def whole(self) -> bytes:
        """All of it, as far as one record may be long."""
        return b"".join(iter(self.read, b""))


def files_of(path: Path) -> list[Path]:
    """The files of a folder, deep and in order, without hidden ones; or the file itself."""
    if not path.is_dir():
        return [path]
    found = (one for one in sorted(path.rglob("*")) if one.is_file() and not one.is_symlink())
    return [one for one in found if not any(part.startswith(".") for part in one.relative_to(path).parts)]


def digest_of(path: Path, extra: str) -> str:
    """What a file is known by from one import to the next: sha256 of its content and `extra`."""
    digest = hashlib.sha256(extra.encode())
    with path.open("rb") as file:
        while block := file.read(MEGABYTE):
            digest.update(block)
    return digest.hexdigest()


def members_of(path: Path) -> Iterator[Member]:
    """The streams of a file. CorpusError: an archive is damaged or a bomb; it names the file."""
    with path.open("rb") as file:
        yield from _unpacked(file, path.name, path.stat().st_size)


def _unpacked(file: IO[bytes], name: str, size: int, depth: int = 0) -> Iterator[Member]:
    suffix = Path(name).suffix.lower()
    if suffix == ".zip":
        if depth > 1:
            raise CorpusError(f"{name}: archives within archives within archives are not opened")
        yield from _zipped(file, name, depth)
    elif suffix == ".gz":
        yield Member(name, Path(name[:-3]).suffix.lower(), RecordBound(gzip.GzipFile(fileobj=file), size))  # type: ignore[arg-type]
    else:
        yield Member(name, suffix, RecordBound(file))


def _zipped(file: IO[bytes], name: str, depth: int) -> Iterator[Member]:
    with _named(name):
        archive = zipfile.ZipFile(file)
        members = [one for one in archive.infolist() if not one.is_dir()]
        if len(members) > MOST_MEMBERS:
            raise CorpusError(f"it holds more than {MOST_MEMBERS} files")
    with archive:
        for one in members:
            inner = f"{name}/{one.filename}"
            with _named(inner):
                opened = archive.open(one)
            with opened:
                yield from _inside(RecordBound(opened, one.compress_size), inner, one.compress_size, depth)


def _inside(stream: RecordBound, name: str, size: int, depth: int) -> Iterator[Member]:
    """A file of an archive. An archive within is read whole first, as its directory stands at its end."""
    suffix = Path(name).suffix.lower()
    if suffix == ".zip":
        with _named(name):
            held = stream.whole()
        yield from _unpacked(io.BytesIO(held), name, len(held), depth + 1)
    elif suffix == ".gz":
        yield from _unpacked(stream, name, size, depth + 1)  # type: ignore[arg-type]
    else:
        yield Member(name, suffix, stream)


@contextmanager
def _named(name: str) -> Iterator[None]:
    try:
        yield
    except CorpusError as error:
        raise CorpusError(f"{name}: {error}") from None
    except _BROKEN as error:
        raise CorpusError(f"{name}: the archive is damaged ({type(error).__name__})") from None
