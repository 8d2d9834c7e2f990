"""`conditions.csv`: value sets of conditions by which rows speak of a patient: names, and codes of several systems.

A code ends with `*` where every code that begins so is meant (`icd10cm#I50*`). `past_codes` say that the condition was:
"personal history of" and the like. The row `-` holds names that only look like another: "diabetes insipidus".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Self, TypedDict

from cds_service.knowledge.cells import Cells
from cds_service.knowledge.rows import AllRows, Context, Row, kind
from cds_service.terminology.conditions import Code, ConditionNames, Keys
from cds_service.terminology.lexicon import Entry, Lexicon
from cds_service.terminology.notes.conditions import VOID
from cds_service.terminology.systems import ICD10CM, code

PAST = "past:"


class PatientColumns(TypedDict):
    """The conditions of a patient under which a row speaks."""

    conditions: tuple[str, ...]
    unless: tuple[str, ...]


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(Row):
    """`label` stands in titles; `words` are whole names, matched word by word."""

    table: ClassVar[str] = "conditions.csv"
    key: ClassVar[tuple[str, ...]] = ("key",)
    id: str
    label: str
    words: tuple[str, ...]
    codes: frozenset[Code]
    past_codes: frozenset[Code]
    source: str

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        return cls(
            place=cells.place,
            id=cells.required("key"),
            label=cells.required("label"),
            words=cells.items("words"),
            codes=codes_in(cells, "codes"),
            past_codes=codes_in(cells, "past_codes"),
            source=cells.required("source"),
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for row in knowledge.all(cls):
            row.require(row.source in knowledge.sources, f"source {row.source} is not in our tables")
            row.require(bool(row.words or row.codes), "it has neither words nor codes")


def patient_columns(cells: Cells, context: Context) -> PatientColumns:
    """The columns conditions and unless: keys of conditions.csv; `past:KEY` counts what was, too."""
    known = context.keys(Condition.table)
    for column in ("conditions", "unless"):
        unknown = [key for key in cells.items(column) if key.removeprefix(PAST) not in known]
        if unknown:
            raise cells.wrong(f"{column} has {unknown[0]!r}, which is not in conditions.csv")
    return {"conditions": cells.items("conditions"), "unless": cells.items("unless")}


def conditions_title(knowledge: AllRows, keys: Iterable[str]) -> str:
    labels = dict.fromkeys(knowledge.keyed(Condition)[key.removeprefix(PAST)].label for key in keys)
    return " or ".join(labels)


def condition_names(rows: Iterable[Condition]) -> ConditionNames:
    """The value sets turned round: from code and name to the keys that they mean."""
    codes: defaultdict[Code, set[str]] = defaultdict(set)
    past: defaultdict[Code, set[str]] = defaultdict(set)
    words: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for row in rows:
        for each, found in ((row.codes, codes), (row.past_codes, past)):
            for one in each:
                found[one].add(row.id)
        meant = dict.fromkeys(() if row.id == VOID else (row.id,))
        for name in row.words:
            words[name] |= meant
    lexicon = Lexicon(Entry(name, tuple(keys)) for name, keys in words.items())
    return ConditionNames(_frozen(codes), _frozen(past), lexicon)


def _frozen(found: Mapping[Code, set[str]]) -> dict[Code, Keys]:
    return {one: frozenset(keys) for one, keys in found.items()}


def codes_in(cells: Cells, column: str) -> frozenset[Code]:
    """`SYSTEM#CODE`s; those of ICD-10-CM without their point, as charts write them with and without."""
    try:
        found = [code(item) for item in cells.items(column)]
    except ValueError as error:
        raise cells.wrong(str(error)) from None
    return frozenset((system, _bare(value) if system == ICD10CM else value) for system, value in found)


def _bare(value: str) -> str:
    return value.replace(".", "").upper()
