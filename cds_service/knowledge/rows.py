"""What the rows of every table have in common. The kinds of rows, one file each, stand in `kinds/`.

Every clinical row is `Cited`: no source, no row. Drug columns hold ingredient names and `class:KEY`; reading turns
names into RxCUIs, so that a look-up is by concept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import ClassVar, Protocol, Self, TypeVar

from cds_service.errors import KnowledgeError
from cds_service.findings import DEFAULT_DISPLAY, Display, Harm
from cds_service.knowledge.cells import Cells, read_rows
from cds_service.knowledge.names import DrugNames
from cds_service.terminology.vocabulary import Drug, Vocabulary

UNREVIEWED = "unreviewed"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement can be read. `identifier`: PMID, DOI, set id or the like; `url` opens in a browser."""

    key: str
    title: str
    publisher: str
    year: int
    identifier: str
    url: str
    kind: str


@dataclass(frozen=True, eq=False)
class Context:
    """What the reading of a row may ask: the drug names, and the keys of another table."""

    names: DrugNames
    tables: Mapping[str, str]

    @property
    def topics(self) -> tuple[str, ...]:
        """The card topics whose coverage is kept."""
        return covered_topics()

    def keys(self, table: str) -> frozenset[str]:
        """The first key column of another table's rows."""
        if table not in self._keys:
            key = KINDS[table].key
            self._keys[table] = frozenset(cells.required(key[0]) for cells in read_rows(self.tables, table, key))
        return self._keys[table]

    @cached_property
    def _keys(self) -> dict[str, frozenset[str]]:
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table: `place` is its file and line.

    Of its kind: `table` is the file, `key` the columns that make a row the same row, `noun` what rows are called in
    counts, `topic` the card topic whose coverage the rows are (empty when they are none).
    """

    table: ClassVar[str]
    key: ClassVar[tuple[str, ...]] = ("id",)
    noun: ClassVar[str] = ""
    topic: ClassVar[str] = ""
    place: str

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        """The row of these cells, or KnowledgeError with file and line."""
        raise NotImplementedError

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        """What must hold over all rows of this kind; KnowledgeError at the first that cannot stand."""

    def drug_keys(self, knowledge: AllRows) -> Iterable[str]:
        """RxCUIs and `class:KEY`s of the drugs that the row speaks of."""
        return ()

    def require(self, holds: bool, message: str) -> None:
        """KnowledgeError with file and line unless `holds`."""
        if not holds:
            raise KnowledgeError(f"{self.place}: {message}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited(Row):
    """What every clinical row has: its id, its source and the place in it, and what that says, in our words.

    Where unreviewed rows are silent, those of a kind that is not `gated` are still used: they define and do not speak.
    """

    gated: ClassVar[bool] = True
    id: str
    source: str
    locator: str
    supports: str
    review: str

    @property
    def reviewed(self) -> bool:
        return self.review != UNREVIEWED

    @property
    def review_by(self) -> date | None:
        """The day of the next review; None for a row that nobody has approved."""
        return date.fromisoformat(self.review.split("|")[2]) if self.reviewed else None

    @property
    def approval(self) -> str:
        """Who approved the row, when and until when, in words; empty for a row that nobody has approved."""
        if not self.reviewed:
            return ""
        role, on, by, *people = self.review.split("|")
        who = f"{people[0]} ({role})" if people else role
        return f"approved by {who} on {on}, to be reviewed by {by}"

    def title(self, knowledge: AllRows) -> str:
        """What the row is about, as the title of its passage."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded(Cited):
    """A row that can become a finding. `summary`: the concern in a few words; `management`: what can be done."""

    harm: Harm
    display: Display
    summary: str
    management: str
    alternatives: tuple[str, ...]

    @property
    def loudest(self) -> Display:
        """The loudest display that its harm allows."""
        return DEFAULT_DISPLAY[self.harm]


_R = TypeVar("_R", bound=Row)
_K = TypeVar("_K", bound=Hashable)
_T = TypeVar("_T")


class AllRows(Protocol):
    """What a row may ask of all the others. `Knowledge` answers, which knows the kinds; they need not know it."""

    @property
    def names(self) -> DrugNames: ...

    @property
    def sources(self) -> Mapping[str, Source]: ...

    @property
    def vocabulary(self) -> Vocabulary: ...

    @property
    def cited(self) -> Mapping[str, Cited]: ...

    @property
    def allergy_groups(self) -> Mapping[str, frozenset[str]]: ...

    def all(self, kind: type[_R]) -> tuple[_R, ...]: ...

    def keyed(self, kind: type[_R]) -> Mapping[str, _R]: ...

    def for_drug(self, kind: type[_R], drug: Drug) -> tuple[_R, ...]: ...

    def has_rows(self, drug: Drug, topic: str) -> bool: ...

    def remembered(self, read: Callable[[AllRows, _K], _T]) -> Callable[[_K], _T]: ...


_Kind = TypeVar("_Kind", bound=type[Row])
KINDS: dict[str, type[Row]] = {}


def kind(cls: _Kind) -> _Kind:
    """Register a kind of rows under its table; a second owner of the table is refused at import."""
    if cls.table in KINDS:
        raise ValueError(f"{cls.table} has two kinds of rows: {KINDS[cls.table].__name__} and {cls.__name__}")
    KINDS[cls.table] = cls
    return cls


def covered_topics() -> tuple[str, ...]:
    """The card topics that some kind of rows covers."""
    return tuple(dict.fromkeys(kind.topic for kind in KINDS.values() if kind.topic))
