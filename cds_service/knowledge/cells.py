"""One row of a CSV table, read cell by cell; every complaint names file and line."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from cds_service.errors import KnowledgeError

_Choice = TypeVar("_Choice", bound=str)

SITE = "site/"  # stands before the names of a site's own files
# What makes a row of the tables of names the same row; every other kind of rows says so itself.
NAME_TABLES: Mapping[str, tuple[str, ...]] = {
    "drugs.csv": ("rxcui",),
    "combos.csv": ("name",),
    "same_drug.csv": ("rxcui",),
    "classes.csv": ("class",),
    "products.csv": ("rxcui",),
}


@dataclass(frozen=True, slots=True)
class Cells:
    """`file` is the table's name, with `site/` before it in a site's own file."""

    file: str
    line: int
    values: Mapping[str, str]

    @property
    def place(self) -> str:
        return f"{self.file}, line {self.line}"

    def wrong(self, message: str) -> KnowledgeError:
        return KnowledgeError(f"{self.place}: {message}")

    def text(self, column: str, optional: bool = False) -> str:
        """The cell; an empty one is the empty string. A column that the table does not have is an error, unless it is
        `optional`: kinds of rows differ in it, or a site's table is older than it. Its cells are then empty."""
        if column not in self.values:
            if optional:
                return ""
            raise self.wrong(f"there is no column {column!r}")
        return self.values[column]

    def required(self, column: str) -> str:
        value = self.text(column)
        if not value:
            raise self.wrong(f"{column} is empty")
        return value

    def items(self, column: str, optional: bool = False) -> tuple[str, ...]:
        """The parts of a `|`-joined cell."""
        return tuple(part.strip() for part in self.text(column, optional).split("|") if part.strip())

    def choice(self, column: str, options: Collection[_Choice]) -> _Choice:
        value = self.required(column)
        for option in options:
            if option == value:
                return option
        raise self.wrong(f"{column} is {value!r}; it is one of {', '.join(options)}")

    def choices(self, column: str, options: Collection[str], optional: bool = False) -> frozenset[str]:
        """The parts of a `|`-joined cell, each one of `options`."""
        parts = frozenset(self.items(column, optional))
        unknown = sorted(parts - set(options))
        if unknown:
            raise self.wrong(f"{column} has {unknown[0]!r}; known are {', '.join(sorted(options))}")
        return parts

    def number(self, column: str, optional: bool = False) -> float | None:
        """A non-negative number, or None when the cell is empty."""
        value = self.text(column, optional)
        if not value:
            return None
        try:
            number = float(value)
        except ValueError:
            raise self.wrong(f"{column} is {value!r}, not a number") from None
        if not 0 <= number < 1e7:
            raise self.wrong(f"{column} is {value}: out of range")
        return number

    def flag(self, column: str, optional: bool = False) -> bool:
        """Whether the cell says "yes"; an empty one says no like "no", and any other word is an error."""
        value = self.text(column, optional)
        if value not in ("", "no", "yes"):
            raise self.wrong(f"{column} is {value!r}; it is yes or no")
        return value == "yes"

    def whole(self, column: str) -> int | None:
        number = self.number(column)
        if number is not None and number != int(number):
            raise self.wrong(f"{column} is {number}: a whole number is expected")
        return None if number is None else int(number)


def read_rows(tables: Mapping[str, str], table: str, key: tuple[str, ...] = ()) -> Iterator[Cells]:
    """The rows of a table: ours, and then a site's own, which stand in place of ours of the same key.

    `key` names the columns that make a row the same row. A row with more or fewer cells than the header, and a key
    that one file holds twice, is an error.
    """
    key = key or NAME_TABLES[table]
    own = _keyed(table, tables[table], key)
    site = _keyed(SITE + table, tables[SITE + table], key) if SITE + table in tables else {}
    yield from (cells for values, cells in own.items() if values not in site)
    yield from site.values()


def _keyed(file: str, content: str, columns: tuple[str, ...]) -> dict[tuple[str, ...], Cells]:
    rows: dict[tuple[str, ...], Cells] = {}
    for cells in _parsed(file, content):
        key = tuple(cells.required(column) for column in columns)
        if key in rows:
            raise cells.wrong(f"{' and '.join(key)} stands on line {rows[key].line} too")
        rows[key] = cells
    return rows


def _parsed(file: str, content: str) -> Iterator[Cells]:
    reader = csv.DictReader(io.StringIO(content), strict=True)
    try:
        for row in reader:
            if None in row or None in row.values():
                raise KnowledgeError(f"{file}, line {reader.line_num}: the number of cells differs from the header's")
            yield Cells(file, reader.line_num, {name: value.strip() for name, value in row.items()})
    except csv.Error as error:
        raise KnowledgeError(f"{file}, line {reader.line_num}: {error}") from None
