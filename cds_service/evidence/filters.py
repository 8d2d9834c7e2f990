"""What a search may be narrowed to, and the columns of an index that answer it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cds_service.knowledge.passages import Passage

NEVER = 99_999_999  # a retirement day that does not come


@dataclass(frozen=True, slots=True)
class Filters:
    """Empty members narrow nothing. `drugs`: ingredient RxCUIs, any of them. `since` and `until`: ISO dates.

    A passage that does not state what is asked for is left out: an unknown date is not recent, an unknown
    jurisdiction is not ours.
    """

    drugs: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    since: str = ""
    until: str = ""

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))


@dataclass(frozen=True)
class Facets:
    """One entry for each passage, by position: codes of section and jurisdiction, dates as yyyymmdd (0: not stated).

    `drug_rows[drug_starts[n]:drug_starts[n + 1]]` are the positions of the n-th drug of `names["drugs"]`.
    """

    names: Mapping[str, Mapping[str, int]]
    sections: NDArray[np.int32]
    jurisdictions: NDArray[np.int32]
    dates: NDArray[np.int32]
    retires: NDArray[np.int32]
    drug_starts: NDArray[np.int32]
    drug_rows: NDArray[np.int32]

    @classmethod
    def of(cls, passages: Iterable[Passage], retires: Mapping[str, int] | None = None) -> Facets:
        names: dict[str, dict[str, int]] = {"sections": {}, "jurisdictions": {}, "drugs": {}}
        columns: dict[str, list[int]] = {"sections": [], "jurisdictions": [], "dates": [], "retires": []}
        rows: defaultdict[int, list[int]] = defaultdict(list)
        for position, passage in enumerate(passages):
            columns["sections"].append(_code(names["sections"], passage.section))
            columns["jurisdictions"].append(_code(names["jurisdictions"], passage.jurisdiction))
            columns["dates"].append(as_number(passage.date))
            columns["retires"].append((retires or {}).get(passage.id, NEVER))
            for drug in passage.drugs:
                rows[_code(names["drugs"], drug)].append(position)
        ordered = [rows[number] for number in range(len(names["drugs"]))]
        arrays = {name: np.array(column, dtype=np.int32) for name, column in columns.items()}
        starts = np.cumsum([0, *map(len, ordered)], dtype=np.int32)
        flat = np.array([position for row in ordered for position in row], dtype=np.int32)
        return cls(names, **arrays, drug_starts=starts, drug_rows=flat)

    @classmethod
    def open(cls, folder: Path, names: Mapping[str, Mapping[str, int]]) -> Facets:
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
        return cls(names, **arrays)

    def save(self, folder: Path) -> None:
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))

    def allowed(self, filters: Filters, today: int) -> NDArray[np.bool_] | None:
        """Which passages may be found; None when all may."""
        living = self.retires > today
        if not filters:
            return None if living.all() else living
        mask = living
        for name, wanted in (("sections", filters.sections), ("jurisdictions", filters.jurisdictions)):
            if wanted:
                mask &= np.isin(getattr(self, name), [self.names[name].get(one, -1) for one in wanted])
        if filters.since:
            mask &= self.dates >= as_number(filters.since)
        if filters.until:
            mask &= (self.dates > 0) & (self.dates <= as_number(filters.until, last=True))
        return mask & self._of_drugs(filters.drugs) if filters.drugs else mask

    def _of_drugs(self, drugs: Iterable[str]) -> NDArray[np.bool_]:
        mask = np.zeros(len(self.dates), dtype=np.bool_)
        for drug in drugs:
            number = self.names["drugs"].get(drug)
            if number is not None:
                mask[self.drug_rows[self.drug_starts[number] : self.drug_starts[number + 1]]] = True
        return mask


_ARRAYS = ("sections", "jurisdictions", "dates", "retires", "drug_starts", "drug_rows")


def as_number(date: str, last: bool = False) -> int:
    """20240517 of "2024-05-17"; a date that names no day is the first of its time, or with `last` the last."""
    if not date:
        return 0
    year, month, day = ([int(part) for part in date.split("-")] + [0, 0])[:3]
    return year * 10_000 + (month or (12 if last else 1)) * 100 + (day or (31 if last else 1))


def _code(codes: dict[str, int], name: str) -> int:
    return codes.setdefault(name, len(codes))
