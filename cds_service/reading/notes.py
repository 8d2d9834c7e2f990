"""Reads the notes of a call: opens each body once, finds and reads its mentions, and remembers them by the body.

A note's reading depends on its body and on the version of the reader and of the words alone, so it is kept per worker
under a digest of these. A note is read whole or named as not read. Nothing is kept outside of the worker's memory: to
read a note again costs less than to fetch and unseal what was read.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock

from cds_service.chart import Note, NoteReading
from cds_service.terminology.notes import READER_VERSION, UnreadableBody, read_note, text_of
from cds_service.terminology.notes.mention import NoteWords

MOST_NOTES = 20
_KEPT = 512
_LATE = "it was not read in time"


class NoteCache:
    """The last readings of one worker. Holds what was read only in memory."""

    def __init__(self, size: int = _KEPT) -> None:
        self._size = size
        self._kept: OrderedDict[bytes, NoteReading] = OrderedDict()
        self._lock = Lock()

    def get(self, key: bytes) -> NoteReading | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: bytes, reading: NoteReading) -> None:
        with self._lock:
            self._kept[key] = reading
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)


def read_notes(
    notes: Sequence[Note],
    words: NoteWords,
    cache: NoteCache,
    deadline: float,
    monotonic: Callable[[], float] = time.monotonic,
) -> dict[str, NoteReading]:
    """By reference, newest notes first. `deadline` is an instant of `monotonic`; what is past it is said."""
    readings: dict[str, NoteReading] = {}
    for number, note in enumerate(notes):
        if note.problem is not None:
            continue
        if number >= MOST_NOTES:
            readings[note.reference] = NoteReading(problem=f"only the {MOST_NOTES} newest notes are read")
        else:
            readings[note.reference] = _read(note, words, cache, lambda: monotonic() >= deadline)
    return readings


def _read(note: Note, words: NoteWords, cache: NoteCache, late: Callable[[], bool]) -> NoteReading:
    key = _key(note)
    known = cache.get(key)
    if known is not None:
        return known
    if late():
        return NoteReading(problem=_LATE)
    try:
        text = _text(note)
    except UnreadableBody as error:
        reading = NoteReading(problem=str(error))
    else:
        mentions, whole = read_note(text, words, late)
        if not whole:
            return NoteReading(tuple(mentions), "its end was not read in time")
        reading = NoteReading(tuple(mentions))
    cache.put(key, reading)
    return reading


def _key(note: Note) -> bytes:
    digest = hashlib.sha256(READER_VERSION.encode())
    for body in note.bodies:
        digest.update(f"\x00{body.content_type}\x00{len(body.data)}\x00".encode())
        digest.update(body.data.encode("utf-8", "surrogatepass"))
    return digest.digest()


def _text(note: Note) -> str:
    """The first body that can be read; the reason of the last when none can."""
    problem = UnreadableBody("it has no text")
    for body in note.bodies:
        try:
            return text_of(body.content_type, _bytes(body.data))
        except UnreadableBody as error:
            problem = error
    raise problem


def _bytes(data: str) -> bytes:
    """Base64 with whatever white space is in it."""
    try:
        return base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        raise UnreadableBody("it is not base64") from None
