"""An index on disk that workers map instead of read: its pages are shared, and a start costs nothing.

A folder holds the passages line by line with the place of each, int8 vectors with their signs, BM25 and the columns of
the filters. It is written beside and named in `current.json` last, so that a reader sees a whole
index or the one before.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import weakref
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, overload

import bm25s
import numpy as np
import orjson
import structlog
from numpy.typing import NDArray

from cds_service.errors import CorpusError
from cds_service.evidence.filters import Facets
from cds_service.evidence.index import Parts, words_index, words_of
from cds_service.evidence.near import NearVectors
from cds_service.knowledge.passages import Passage

POINTER = "current.json"
FORMAT = 1
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class About:
    """`state`: of what it was built, in words that differ whenever its content would."""

    folder: str
    state: str
    passages: int
    embedder: str
    format: int = FORMAT


class PassageLines(Sequence[Passage]):
    """Passages in a file, one JSON object a line; `starts` has the place of each and the end.

    Read where they are asked for and not mapped: what the kernel keeps of the file is then no memory of the worker.
    """

    def __init__(self, path: Path, starts: NDArray[np.int64]) -> None:
        self._starts = starts
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        weakref.finalize(self, os.close, self._file)

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, at: int) -> Passage: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Passage]: ...
    def __getitem__(self, at: int | slice) -> Passage | Sequence[Passage]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        if not 0 <= at < len(self):
            raise IndexError(at)
        start, end = int(self._starts[at]), int(self._starts[at + 1])
        row = orjson.loads(os.pread(self._file, end - start, start))
        return Passage(**{**row, "rules": tuple(row["rules"]), "drugs": tuple(row["drugs"])})

    def __iter__(self) -> Iterator[Passage]:
        return (self[at] for at in range(len(self)))


@dataclass
class Entry:
    """A passage to be indexed: its vector as int8 codes with their scale, and the day it retires as yyyymmdd."""

    passage: Passage
    scale: np.float32
    codes: NDArray[np.int8] = field(repr=False)
    retires: int


def write(folder: Path, entries: Iterable[Entry], state: str, embedder: str) -> About:
    """Build an index in `folder` and make it the current one. Entries must come in the order of their ids."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"index-{secrets.token_hex(8)}"
    part = folder / f"{name}.part"
    part.mkdir(mode=0o700)
    try:
        about = _write_parts(part, name, entries, state, embedder)
        part.rename(folder / name)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    _point(folder, about)
    for old in folder.glob("index-*"):
        if old.name != name:
            shutil.rmtree(old, ignore_errors=True)  # a worker that has it mapped keeps it until it looks again
    return about


def current(folder: Path) -> About | None:
    """The index that is named; None when there is none, or it is of another format."""
    try:
        about = About(**json.loads((folder / POINTER).read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        log.warning("evidence_index_unreadable", error=type(error).__name__)
        return None
    return about if about.format == FORMAT else None


def open_parts(folder: Path, about: About) -> Parts:
    """Map the index. Raises CorpusError when files of it are missing or damaged."""
    home = folder / about.folder
    try:
        names = json.loads((home / "names.json").read_bytes())
        passages = PassageLines(home / "passages.jsonl", np.load(home / "starts.npy", mmap_mode="r"))
        vectors, facets = NearVectors.open(home), Facets.open(home, names)
        words = bm25s.BM25.load(str(home / "bm25"), mmap=True) if (home / "bm25").exists() else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorpusError(f"the evidence index cannot be read ({type(error).__name__})") from None
    if not len(passages) == len(vectors) == len(facets.dates) == about.passages:
        raise CorpusError("the evidence index does not hold together")
    return Parts(passages, words, vectors, facets)


def _write_parts(home: Path, name: str, entries: Iterable[Entry], state: str, embedder: str) -> About:
    starts, scales, codes, retires, texts = [0], [], [], {}, []
    with (home / "passages.jsonl").open("wb") as file:
        for entry in entries:
            starts.append(starts[-1] + file.write(orjson.dumps(asdict(entry.passage)) + b"\n"))
            scales.append(entry.scale)
            codes.append(entry.codes)
            retires[entry.passage.id] = entry.retires
            texts.append(words_of(entry.passage))
        file.flush()
        os.fsync(file.fileno())
    np.save(home / "starts.npy", np.array(starts, dtype=np.int64))
    matrix = np.stack(codes) if codes else np.zeros((0, 64), dtype=np.int8)
    NearVectors.of_codes(matrix, np.array(scales, dtype=np.float32)).save(home)
    facets = Facets.of(PassageLines(home / "passages.jsonl", np.array(starts, dtype=np.int64)), retires)
    facets.save(home)
    (home / "names.json").write_bytes(orjson.dumps(facets.names))
    words = words_index(texts)
    if words is not None:
        words.save(str(home / "bm25"), show_progress=False)
    return About(name, state, len(scales), embedder)


def _point(folder: Path, about: About) -> None:
    part: Any = folder / f"{POINTER}.{about.folder}"
    with part.open("wb") as file:
        file.write(orjson.dumps(asdict(about)))
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / POINTER)
