"""RxNorm release (RRF) -> names in the database.

A release is read whole before anything is written: a relation that is missing would turn a combination into one of its
parts. A line that is not what it should be stops the import, with file, line and record; what was imported before
stays. Writing goes in portions that commit; an import that was broken off goes on behind them, and one that was
finished is passed over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from cds_service.errors import CorpusError
from cds_service.evidence.corpus.files import Member, digest_of, files_of, members_of
from cds_service.store.corpus.corpus import progress_row
from cds_service.store.corpus.imported import PORTION, Imported
from cds_service.terminology.lexicon import split_words
from cds_service.terminology.rxnorm import ATTRIBUTES, CONCEPTS, FILES, RELATIONS, Concept, Release, RrfError

FORMAT = "rxnorm"
_TELL_EVERY = 1 << 20  # bytes between two moves of the bar
_NEEDED = (CONCEPTS, RELATIONS)


@dataclass(frozen=True, slots=True)
class Report:
    """`names` were written now; `unresolved` concepts were left out, as the release does not give their ingredients."""

    names: int = 0
    unresolved: int = 0
    passed_over: bool = False


@dataclass(frozen=True)
class RxNormImporter:
    """`everyday`: small-letter words that are no names. `advance` is told of bytes read."""

    imported: Imported
    everyday: frozenset[str]
    clock: Callable[[], datetime]
    advance: Callable[[int], None] = lambda _: None

    def take_in(self, path: Path) -> Report:
        """A folder of a release, or its zip. CorpusError names file, line and record; nothing of it is then written."""
        places = _places(path)
        digest = _digest(path, places)
        done, finished = self.imported.names_done(digest)
        if finished:
            return Report(passed_over=True)
        release = Release()
        for name in (CONCEPTS, RELATIONS, ATTRIBUTES):
            if name in places:
                self._read(path, places[name], name, release)
        concepts = release.concepts()
        written = 0
        for _ in islice(concepts, done):  # what an earlier run committed
            pass
        while portion := list(islice(concepts, PORTION)):
            written += len(portion)
            self._put(portion, digest, path.name, done + written, False)
        self._put([], digest, path.name, done + written, True)
        return Report(written, release.unresolved)

    def _read(self, path: Path, place: str, name: str, release: Release) -> None:
        lines = told = 0
        for member in _members(path):
            if member.name != place:
                continue
            for line in member.stream.lines():
                lines += 1
                try:
                    release.add(name, line)
                except RrfError as error:
                    raise CorpusError(f"{place}, line {lines}: {error}; nothing of this release was imported") from None
                member.stream.begin_record()
                told += len(line)
                if told >= _TELL_EVERY:
                    self.advance(told)
                    told = 0
        self.advance(told)
        if not lines:
            raise CorpusError(f"{place}: it is empty")

    def _put(self, portion: list[Concept], digest: str, name: str, done: int, finished: bool) -> None:
        rows = [_row(one, digest, self.everyday) for one in portion]
        self.imported.put_names(rows, progress_row(digest, name, FORMAT, done, finished, self.clock()))


def size_of(path: Path) -> int:
    """Bytes that an import of `path` will read; 0 when it is not a release."""
    try:
        places = set(_places(path).values())
    except CorpusError:
        return 0
    return sum(_length(member) for member in _members(path) if member.name in places)


def _length(member: Member) -> int:
    return sum(len(block) for block in iter(lambda: _counted(member), b""))


def _counted(member: Member) -> bytes:
    member.stream.begin_record()
    return member.stream.read()


def _members(path: Path) -> Iterator[Member]:
    for file in files_of(path):
        if file.suffix.lower() in (".rrf", ".zip", ".gz"):
            yield from members_of(file) if not path.is_dir() else _placed(path, file)


def _placed(folder: Path, file: Path) -> Iterator[Member]:
    """Members of a folder are named by their place in it: a release holds files of one name in several folders."""
    inner = file.relative_to(folder)
    for member in members_of(file):
        yield Member(str(inner.parent / member.name), member.suffix, member.stream)


def _places(path: Path) -> dict[str, str]:
    """The files of the release by name. A full release holds the prescribable subset too, in a folder of its own: of
    several the outermost is read."""
    found: dict[str, list[str]] = {}
    for member in _members(path):
        name = Path(member.name.removesuffix(".gz")).name.upper()
        if name in FILES:
            found.setdefault(name, []).append(member.name)
    missing = [name for name in _NEEDED if name not in found]
    if missing:
        raise CorpusError(f"{path.name}: it holds no {' and no '.join(missing)}")
    outermost = min(found[CONCEPTS], key=lambda place: (len(Path(place).parts), "prescribe" in place, place))
    folder = Path(outermost).parent
    beside = {name: [one for one in places if Path(one).parent == folder] for name, places in found.items()}
    if not beside[RELATIONS]:
        raise CorpusError(f"{path.name}: there is no {RELATIONS} beside {outermost}")
    return {name: places[0] for name, places in beside.items() if places}


def _digest(path: Path, places: dict[str, str]) -> str:
    if not path.is_dir():
        return digest_of(path, FORMAT)
    digest = hashlib.sha256(FORMAT.encode())
    for file in files_of(path):
        if file.suffix.lower() == ".zip" or str(file.relative_to(path)) in places.values():
            digest.update(digest_of(file, file.name).encode())
    return digest.hexdigest()


def _row(concept: Concept, release: str, everyday: frozenset[str]) -> dict[str, Any]:
    words = [word.text for word in split_words(concept.name)]
    plain = concept.tty == "BN" and all(word in everyday or word.isdigit() or len(word) < 3 for word in words)
    return {
        "rxcui": concept.rxcui,
        "tty": concept.tty,
        "name": concept.name,
        "synonyms": list(concept.synonyms),
        "ingredients": list(concept.ingredients),
        "strength": concept.strength,
        "form": concept.form,
        "everyday": "y" if plain else "",
        "release": release,
    }
