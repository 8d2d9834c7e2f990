"""Passage vectors, made one at a time and kept on disk, so that only the first start waits for the embedder.

One at a time and unpadded, because a dynamic int8 model gives a slightly different vector to the same text in a batch.
A cache file is named after the sha256 of the embedder's version and all texts: other texts or weights, another file.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import threading
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
log = structlog.get_logger(__name__)


class Embedder(Protocol):
    """Turns a text into a vector of length one. `version` changes whenever the same text would give another vector."""

    @property
    def version(self) -> str: ...

    def embed(self, text: str) -> Vectors: ...


def passage_vectors(texts: Sequence[str], embedder: Embedder, cache_dir: Path | None) -> Vectors:
    """The matrix of `texts`, one row each, from the cache when it holds it. A cache that fails is worked around."""
    path = cache_dir / f"vectors-{_key(texts, embedder.version)}.npz" if cache_dir else None
    cached = _load(path, len(texts)) if path else None
    if cached is not None:
        return cached
    if path is None:
        return np.stack([*_embedded(texts, embedder)])
    with _alone(path):  # of several workers that start at once one embeds, and the others wait for its file
        vectors = _load(path, len(texts))
        if vectors is None:
            vectors = np.stack([*_embedded(texts, embedder)])
            _save(path, vectors)
    return vectors


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Where the folder does not let itself be locked, everybody embeds for himself."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.with_suffix(".lock").open("wb")
    except OSError:
        yield
        return
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _embedded(texts: Iterable[str], embedder: Embedder) -> Iterator[Vectors]:
    """One by one, so that a worker that is told to stop does not wait for thousands."""
    for text in texts:
        if not threading.main_thread().is_alive():
            raise InterruptedError("the process ends before all passages are embedded")
        yield np.asarray(embedder.embed(text), dtype=np.float32)


def _key(texts: Sequence[str], version: str) -> str:
    digest = hashlib.sha256()
    for part in (version, *texts):
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.hexdigest()


def _load(path: Path, rows: int) -> Vectors | None:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            vectors: Vectors = archive["vectors"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        log.warning("vector_cache_unreadable", file=path.name, error=type(error).__name__)
        return None
    if vectors.dtype != np.float32 or vectors.ndim != 2 or len(vectors) != rows or not np.isfinite(vectors).all():
        log.warning("vector_cache_unusable", file=path.name)
        return None
    return vectors


def _save(path: Path, vectors: Vectors) -> None:
    """Write beside and rename: a reader sees the whole file or none, also when two workers start at once."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.stem, suffix=".part", delete=False) as part:
            temporary = Path(part.name)
            try:
                np.savez(part, vectors=vectors)
                part.flush()
                os.fsync(part.fileno())
                temporary.replace(path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
    except OSError as error:
        log.warning("vector_cache_not_written", file=path.name, error=type(error).__name__)
