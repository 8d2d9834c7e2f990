"""Knowledge: the rows of every kind, indexed for the questions that checks ask. Frozen after loading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache, partial
from typing import Any, Literal, TypeVar

from cds_service.knowledge.kinds.allergies import AllergyGroup, group_index
from cds_service.knowledge.kinds.chronic import ChronicCondition, chronic_names
from cds_service.knowledge.kinds.conditions import Condition, condition_names
from cds_service.knowledge.kinds.coverage import CoverageCell
from cds_service.knowledge.kinds.high_alert import HighAlert
from cds_service.knowledge.kinds.indications import TreatedProblem
from cds_service.knowledge.kinds.source_checks import SourceCheck
from cds_service.knowledge.names import DrugNames
from cds_service.knowledge.rows import KINDS, Cited, Graded, Row, Source
from cds_service.knowledge.treated_names import TreatedNames
from cds_service.terminology.lexicon import Entry, Lexicon
from cds_service.terminology.vocabulary import Drug, Vocabulary

Coverage = Literal["rows", "none-needed", "no-guidance", "not-covered"]
_R = TypeVar("_R", bound=Row)
_K = TypeVar("_K", bound=Hashable)
_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class Knowledge:
    """`version` is a digest of every table; `rows` holds those of each kind, by table name.

    Look-ups take ingredients and never invent a row. `silent` counts rows left out because this site has not reviewed
    them.
    """

    version: str
    names: DrugNames
    sources: Mapping[str, Source]
    rows: Mapping[str, tuple[Row, ...]]
    silent: int = 0

    def all(self, kind: type[_R]) -> tuple[_R, ...]:
        """Every row of a kind."""
        return self.rows[kind.table]  # type: ignore[return-value]  # the table of a kind holds that kind

    def keyed(self, kind: type[_R]) -> Mapping[str, _R]:
        """The rows of a kind that has an `id`, by it."""
        return self._by_id[kind.table]  # type: ignore[return-value]

    def for_drug(self, kind: type[_R], drug: Drug) -> tuple[_R, ...]:
        """The rows of a kind that speak of an ingredient, by itself first and then by its classes."""
        of_table = self._found[kind.table]
        if drug.rxcui not in of_table:
            index = self._by_drug[kind.table]
            found = {id(row): row for key in self.names.keys_of(drug.rxcui) for row in index.get(key, ())}
            of_table[drug.rxcui] = tuple(found.values())
        return of_table[drug.rxcui]  # type: ignore[return-value]

    def remembered(self, read: Callable[[Knowledge, _K], _T]) -> Callable[[_K], _T]:
        """`read` with these rows, keeping its answers for a bounded number of keys; they go when the rows do."""
        if read not in self._kept:
            self._kept[read] = lru_cache(maxsize=65_536)(partial(read, self))
        kept: Callable[[_K], _T] = self._kept[read]
        return kept

    @cached_property
    def _kept(self) -> dict[Any, Any]:
        return {}

    def coverage(self, drug: Drug, topic: str) -> Coverage:
        """Whether rows speak of an ingredient in a topic, none is needed, its sources are silent, or nobody looked."""
        cell = self._cells.get((drug.rxcui, topic))
        if cell:
            return cell.state
        return "rows" if self.has_rows(drug, topic) else "not-covered"

    def no_guidance(self, drug: Drug, topic: str) -> str:
        """What is said of an ingredient whose sources give no advice in a topic; empty unless that is its coverage."""
        cell = self._cells.get((drug.rxcui, topic))
        return cell.note if cell and cell.state == "no-guidance" else ""

    def has_rows(self, drug: Drug, topic: str) -> bool:
        """True when a row of the topic speaks of the ingredient or of one of its classes."""
        return not self._keys_of_topic[topic].isdisjoint(self.names.keys_of(drug.rxcui))

    def without_unreviewed(self) -> Knowledge:
        """Only rows that a named role has approved: what a service off loopback may speak from."""
        heard = {table: tuple(row for row in rows if not _must_be_silent(row)) for table, rows in self.rows.items()}
        return replace(self, rows=heard, silent=self.unreviewed)

    @property
    def unreviewed(self) -> int:
        """How many rows that can fire have not been approved."""
        return sum(not row.reviewed for row in self.graded_rows())

    def overdue(self, today: date) -> tuple[str, ...]:
        """The ids of rows whose next review is past. They keep firing: silence would be the greater harm."""
        return tuple(row.id for row in self.cited_rows() if row.review_by is not None and row.review_by < today)

    @cached_property
    def high_alert(self) -> tuple[Drug, ...]:
        """The ingredients with a heightened risk of harm when used in error (high_alert.csv)."""
        keys = {key for row in self.all(HighAlert) for key in row.drugs}
        return tuple(drug for drug in self.names.drugs.values() if keys & set(self.names.keys_of(drug.rxcui)))

    def graded_rows(self) -> Iterator[Graded]:
        """Every row that can become a finding."""
        return (row for row in self.cited_rows() if isinstance(row, Graded))

    def cited_rows(self) -> Iterator[Cited]:
        """Every row that a claim may cite."""
        return (row for rows in self.rows.values() for row in rows if isinstance(row, Cited))

    @cached_property
    def cited(self) -> Mapping[str, Cited]:
        """Every cited row by its id."""
        return {row.id: row for row in self.cited_rows()}

    @cached_property
    def source_checks(self) -> Mapping[str, SourceCheck]:
        """By the id of a row, the check of it against a page; only while the row says what was checked."""
        return {one.row: one for one in self.all(SourceCheck) if one.still_bears_out(self.cited.get(one.row))}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        groups = self.all(AllergyGroup)
        allergens: defaultdict[tuple[str, str], tuple[str, ...]] = defaultdict(tuple)
        words: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
        for group in groups:
            for code in group.codes:
                allergens[code] += (group.id,)
            for name in group.names:
                words[name] += (group.id,)
        return Vocabulary(
            drugs=self.names.drugs,
            lexicon=self.names.lexicon,
            components=self.names.components,
            rxnorm=self.names.rxnorm,
            products=self.names.products,
            allergens=dict(allergens),
            group_words=Lexicon(Entry(name, meant) for name, meant in words.items()),
            group_members={group.id: group.members for group in groups},
            group_side_effects={group.id: group.side_effects for group in groups if group.side_effects},
            conditions=condition_names(self.all(Condition)),
            chronic=chronic_names(self.all(ChronicCondition)),
        )

    @cached_property
    def allergy_groups(self) -> Mapping[str, frozenset[str]]:
        """RxCUI -> `group:KEY` of the allergy groups that it belongs to."""
        return group_index(self.all(AllergyGroup))

    @cached_property
    def treated(self) -> TreatedNames:
        """The problems that orders are for, by the names and codes of problem lists."""
        return TreatedNames.of(self.all(TreatedProblem))

    @cached_property
    def _by_id(self) -> Mapping[str, Mapping[str, Row]]:
        return {table: {row.id: row for row in rows if hasattr(row, "id")} for table, rows in self.rows.items()}

    @cached_property
    def _by_drug(self) -> Mapping[str, Mapping[str, tuple[Row, ...]]]:
        index: dict[str, defaultdict[str, tuple[Row, ...]]] = {table: defaultdict(tuple) for table in self.rows}
        for table, rows in self.rows.items():
            for row in rows:
                for key in row.drug_keys(self):
                    index[table][key] += (row,)
        return {table: dict(of_table) for table, of_table in index.items()}

    @cached_property
    def _found(self) -> Mapping[str, dict[str, tuple[Row, ...]]]:
        """Filled as drugs are asked for: there are no more of them than `names` has."""
        return {table: {} for table in self.rows}

    @cached_property
    def _cells(self) -> Mapping[tuple[str, str], CoverageCell]:
        return {(cell.drug, cell.of_topic): cell for cell in self.all(CoverageCell)}

    @cached_property
    def _keys_of_topic(self) -> Mapping[str, frozenset[str]]:
        keys: defaultdict[str, set[str]] = defaultdict(set)
        for table, kind in KINDS.items():
            keys[kind.topic].update(self._by_drug[table])
        return {topic: frozenset(found) for topic, found in keys.items()}


def _must_be_silent(row: Row) -> bool:
    return isinstance(row, Cited) and row.gated and not row.reviewed
