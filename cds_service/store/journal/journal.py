"""A local file that takes records while the database does not answer, and gives each of them back exactly once.

One JSON line per record: id and kind in clear, the rest sealed. A line counts once it is fsynced. Draining takes the
file aside, hands its records over in batches that each commit, and removes it after the last commit: a crash on the way
means that some records are handed over again, so the taker recognises them by their id. A line that can never be taken
(torn by a crash before its fsync, sealed by a lost key, at odds with the database) is kept in `refused.jsonl` and never
blocks the others.
"""

from __future__ import annotations

import fcntl
import os
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import orjson
import structlog

from cds_service.errors import StoreUnavailable
from cds_service.store.journal.file import count_lines, write_line
from cds_service.store.sealing.keyring import Keyring, SealBroken


class EntryRefused(Exception):
    """The taker says that an entry of this batch can never be taken in."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """`kind` is `invocation` or `audit`; `payload` is its JSON, in clear only in memory."""

    id: str
    kind: str
    payload: bytes


Taker = Callable[[Sequence[JournalEntry]], int]


class Journal:
    """Safe for several threads and processes: file locks order them. Holds no file open between calls."""

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self._folder = folder
        self._current = folder / "records.jsonl"
        self._refused = folder / "refused.jsonl"
        self._keyring = keyring

    def append(self, entry: JournalEntry) -> None:
        """Returns once the line is on disk. StoreUnavailable: it is not (disk full, journal at its limit)."""
        line = self._line(entry)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._locked("append.lock"):
                write_line(self._current, line)
        except OSError as error:
            raise StoreUnavailable("neither the database nor the journal took the record") from error

    def is_empty(self) -> bool:
        return not self._current.exists() and not self._set_aside()

    def pending(self) -> int:
        """How many lines wait."""
        return sum(count_lines(path) for path in (*self._set_aside(), self._current))

    def refused(self) -> int:
        """How many lines could never be taken in: somebody has to look at them."""
        return count_lines(self._refused)

    def key_use(self, key_ids: Sequence[str]) -> dict[str, int]:
        """How many lines, waiting or refused, each of these keys sealed. A line that cannot be read counts nowhere."""
        counts = dict.fromkeys(key_ids, 0)
        for path in (*self._set_aside(), self._current, self._refused):
            for sealed in _sealed_parts(path):
                for key_id in key_ids:
                    counts[key_id] += sealed.startswith(self._keyring.header(key_id))
        return counts

    def drain(self, take: Taker, batch: int) -> int:
        """Hand every waiting record to `take`, which commits and returns how many of them were new; returns their sum.

        What `take` raises (StoreUnavailable: still down) leaves the rest where it is.
        """
        if self.is_empty():
            return 0
        with self._locked("drain.lock"):
            with self._locked("append.lock"):
                if self._current.exists():
                    self._current.rename(self._folder / f"drain-{time.time_ns():020d}.jsonl")
            return sum(self._drain_file(path, take, batch) for path in self._set_aside())

    def _drain_file(self, path: Path, take: Taker, batch: int) -> int:
        taken = 0
        with path.open("rb") as lines:
            readable = self._readable(lines)
            while entries := list(islice(readable, batch)):
                taken += self._take_or_refuse(entries, take)
        path.unlink()
        return taken

    def _take_or_refuse(self, entries: Sequence[JournalEntry], take: Taker) -> int:
        try:
            return take(entries)
        except EntryRefused:
            if len(entries) > 1:
                return sum(self._take_or_refuse([entry], take) for entry in entries)
            self._refuse(self._line(entries[0]), "at odds with the database")
            return 0

    def _refuse(self, line: bytes, why: str) -> None:
        structlog.get_logger().error("journal record refused", reason=why)
        write_line(self._refused, line)

    def _readable(self, lines: Iterator[bytes]) -> Iterator[JournalEntry]:
        for line in lines:
            if not line.strip():
                continue
            try:
                yield self._parse(line)
            except (ValueError, KeyError, TypeError, SealBroken):
                self._refuse(line.rstrip(b"\n"), "cannot be read")

    def _line(self, entry: JournalEntry) -> bytes:
        sealed = self._keyring.seal(entry.payload, _aad(entry.id, entry.kind))
        return orjson.dumps({"id": entry.id, "kind": entry.kind, "sealed": b64encode(sealed).decode()})

    def _parse(self, line: bytes) -> JournalEntry:
        parsed = orjson.loads(line)
        payload = self._keyring.open(b64decode(parsed["sealed"]), _aad(parsed["id"], parsed["kind"]))
        return JournalEntry(parsed["id"], parsed["kind"], payload)

    def _set_aside(self) -> list[Path]:
        return sorted(self._folder.glob("drain-*.jsonl"))

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        descriptor = os.open(self._folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _aad(entry_id: str, kind: str) -> str:
    return f"journal:{entry_id}:{kind}"


def _sealed_parts(path: Path) -> Iterator[bytes]:
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            yield b64decode(orjson.loads(line)["sealed"])
        except (ValueError, KeyError, TypeError):
            continue
