"""`allergy_groups.csv` and `allergy_rows.csv`: what a recorded allergy may mean, and which drugs it speaks against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

from cds_service.knowledge.cells import Cells
from cds_service.knowledge.columns import cited, codes, graded
from cds_service.knowledge.names import CLASS
from cds_service.knowledge.rows import AllRows, Cited, Context, Graded, kind
from cds_service.terminology.reactions import KINDS, SIDE_EFFECTS
from cds_service.terminology.vocabulary import Drug

GROUP = "group:"


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class AllergyGroup(Cited):
    """Ingredients that a recorded allergy may mean; the column may name classes, and leave ingredients out with `-`.

    `codes` are (system URI, code); `names` are words for it. `side_effects`: kinds of reaction that look like
    an allergy and, to these drugs, are none (itching from an opioid). `tolerated_as`: the group that is meant where the
    word is borne, as "cephalosporins" names no one of them as an allergen, and all of them as tolerated.
    """

    table: ClassVar[str] = "allergy_groups.csv"
    key: ClassVar[tuple[str, ...]] = ("group",)
    noun: ClassVar[str] = "allergy groups"
    gated: ClassVar[bool] = False
    label: str
    members: frozenset[str]
    codes: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    side_effects: frozenset[str]
    tolerated_as: str

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        return cls(
            **cited(cells, "group"),
            label=cells.required("label"),
            members=_ingredients(cells, context),
            codes=codes(cells),
            names=cells.items("names"),
            side_effects=cells.choices("side_effects", KINDS, optional=True),
            tolerated_as=cells.text("tolerated_as", optional=True),
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        groups = knowledge.keyed(cls)
        for row in groups.values():
            known = not row.tolerated_as or row.tolerated_as in groups
            row.require(known, f"tolerated_as is {row.tolerated_as!r}, which is no group")

    def title(self, knowledge: AllRows) -> str:
        return f"Allergy group {self.label}"


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class AllergyRow(Graded):
    """Who is allergic to `allergen` (a group or an ingredient) should meet this when given `drug` (likewise).

    `after`: only where one of these kinds of reaction is on record. `effects`: harmless effects that the drugs share,
    so that the row speaks, as information, of an intolerance too (a cough from ACE inhibitors).
    """

    table: ClassVar[str] = "allergy_rows.csv"
    noun: ClassVar[str] = "allergy rows"
    topic: ClassVar[str] = "drug-allergy"
    allergen: str
    drug: str
    after: frozenset[str]
    effects: frozenset[str]

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        groups = context.keys(AllergyGroup.table)

        def side(column: str) -> str:
            value = cells.required(column).removeprefix(GROUP)
            return GROUP + value if value in groups else context.names.key(cells, value)

        return cls(
            **graded(cells),
            allergen=side("allergen"),
            drug=side("drug"),
            after=cells.choices("after", KINDS),
            effects=cells.choices("effects", SIDE_EFFECTS),
        )

    def drug_keys(self, knowledge: AllRows) -> Iterable[str]:
        for side in (self.allergen, self.drug):
            yield from _members(side, knowledge)

    def title(self, knowledge: AllRows) -> str:
        return f"Allergy to {_label(self.allergen, knowledge)} and {_label(self.drug, knowledge)}"


def allergy_rows_for(knowledge: AllRows, allergens: frozenset[str], drug: Drug) -> tuple[AllergyRow, ...]:
    """Rows whose allergen is one of `allergens` (`group:KEY` or RxCUI) and that speak of the drug."""
    keys = {drug.rxcui, *groups_with(knowledge, drug)}
    rows = knowledge.for_drug(AllergyRow, drug)
    return tuple(row for row in rows if row.allergen in allergens and row.drug in keys)


def groups_with(knowledge: AllRows, drug: Drug) -> frozenset[str]:
    """`group:KEY` of every group that the drug is a member of."""
    return knowledge.allergy_groups.get(drug.rxcui, frozenset())


def group_index(groups: Iterable[AllergyGroup]) -> dict[str, frozenset[str]]:
    """RxCUI -> `group:KEY` of every group that it is a member of."""
    index: defaultdict[str, set[str]] = defaultdict(set)
    for group in groups:
        for member in group.members:
            index[member].add(GROUP + group.id)
    return {rxcui: frozenset(found) for rxcui, found in index.items()}


def _ingredients(cells: Cells, context: Context) -> frozenset[str]:
    names = context.names
    members: set[str] = set()
    left_out: set[str] = set()
    for item in cells.items("members"):
        key = names.key(cells, item.removeprefix("-"))
        found = {key}
        if key.startswith(CLASS):
            found = {rxcui for rxcui, classes in names.classes.items() if key.removeprefix(CLASS) in classes}
        (left_out if item.startswith("-") else members).update(found)
    return frozenset(members - left_out)


def _members(side: str, knowledge: AllRows) -> Iterable[str]:
    return knowledge.keyed(AllergyGroup)[side.removeprefix(GROUP)].members if side.startswith(GROUP) else (side,)


def _label(side: str, knowledge: AllRows) -> str:
    if side.startswith(GROUP):
        return knowledge.keyed(AllergyGroup)[side.removeprefix(GROUP)].label
    return knowledge.names.label(side)
