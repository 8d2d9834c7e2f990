"""`care_items.csv`: the items of the care checklist: for whom, when, what proves that it was done, what to order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from cds_service.findings import Display
from cds_service.knowledge.cells import Cells
from cds_service.knowledge.columns import graded
from cds_service.knowledge.conditions import Condition as When
from cds_service.knowledge.conditions import Limit, conditions
from cds_service.knowledge.kinds.allergies import AllergyGroup
from cds_service.knowledge.kinds.care_sets import CareSet
from cds_service.knowledge.kinds.companions import SEXES
from cds_service.knowledge.kinds.conditions import PAST, Condition
from cds_service.knowledge.kinds.monitors import Monitor
from cds_service.knowledge.proofs import Alternative, Proof, proofs
from cds_service.knowledge.rows import AllRows, Context, Graded, kind
from cds_service.terminology.conditions import Code
from cds_service.terminology.systems import CVX, code

HOOKS = ("patient-view", "encounter-start", "encounter-discharge", "appointment-book")
GROUP = "group:"
Pregnant = Literal["any", "only", "never"]
PREGNANT: tuple[Pregnant, ...] = ("any", "only", "never")


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class CareItem(Graded):
    """`summary` is the item in imperative words, `strength` the grade as the source gives it.

    It fits a patient of the ages [age_from, age_below) and of `sex`, who has one of `conditions` and one of
    `and_conditions` and takes one of `drugs` (each where the row has any), whose results are as `measured` says, in a
    month of `months`; not one who has a condition of `unless`, takes a drug of `unless_drugs`, or had done what a set
    of `unless_done` means. `allergens` (RxCUIs and `group:KEY`): a recorded allergy to one is a contraindication.

    `proof`: alternatives of which one is enough. `elsewhere`: where a proof may stand that no prefetch key brings; what
    is not found is then not known. `order` as (system URI, code) and its `order_text`: what an open item offers.
    """

    table: ClassVar[str] = "care_items.csv"
    noun: ClassVar[str] = "checklist items"
    age_from: int
    age_below: int
    sex: str
    conditions: tuple[str, ...]
    and_conditions: tuple[str, ...]
    drugs: tuple[str, ...]
    pregnancy: Pregnant
    measured: tuple[Limit, ...]
    unless: tuple[str, ...]
    unless_drugs: tuple[str, ...]
    unless_done: tuple[str, ...]
    months: frozenset[int]
    hooks: frozenset[str]
    proof: tuple[Alternative, ...]
    elsewhere: str
    allergens: tuple[str, ...]
    order: Code | None
    order_display: str
    order_text: str
    strength: str

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        row = graded(cells)
        if row["display"] not in ("info", "off"):
            raise cells.wrong("a checklist never interrupts: display is info or off")
        return cls(
            **row,
            age_from=cells.whole("age_from") or 0,
            age_below=cells.whole("age_below") or 1000,
            sex=next(iter(cells.choices("sex", SEXES)), ""),
            conditions=cells.items("conditions"),
            and_conditions=cells.items("and_conditions"),
            drugs=_drugs(cells, context, "drugs"),
            pregnancy=cells.choice("pregnancy", PREGNANT),
            measured=_measured(cells, conditions(cells, context.names, "measured")),
            unless=cells.items("unless"),
            unless_drugs=_drugs(cells, context, "unless_drugs"),
            unless_done=cells.items("unless_done"),
            months=frozenset(int(month) for month in cells.choices("months", [str(n) for n in range(1, 13)])),
            hooks=cells.choices("hooks", HOOKS) or frozenset(HOOKS),
            proof=proofs(cells, context.names),
            elsewhere=cells.text("elsewhere"),
            allergens=tuple(_allergen(cells, context, one) for one in cells.items("allergens")),
            order=_order(cells),
            order_display=cells.text("order_display"),
            order_text=cells.text("order_text"),
            strength=cells.required("strength"),
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for row in knowledge.all(cls):
            row.require(row.age_from < row.age_below, "its ages hold nobody")
            ordered = (bool(row.order), bool(row.order_text), bool(row.order_display))
            row.require(len(set(ordered)) == 1, "order, order_display and order_text belong together")
            row.require(len(row.strength) <= 40, "strength is over 40 characters")
            row._check_keys(knowledge)
            for part in row.parts:
                row._check_part(knowledge, part)

    @property
    def loudest(self) -> Display:
        """An open item is shown although nothing is harmed today without it."""
        return "info"

    @property
    def parts(self) -> tuple[Proof, ...]:
        """Every part of every alternative."""
        return tuple(part for alternative in self.proof for part in alternative)

    @property
    def vaccine(self) -> Code | None:
        """The code of the vaccine that it asks for; None for an item that is no immunization."""
        return self.order if self.order and self.order[0] == CVX else None

    def drug_keys(self, knowledge: AllRows) -> Iterable[str]:
        return self.drugs

    def title(self, knowledge: AllRows) -> str:
        return f"Checklist: {self.summary}"

    def _check_keys(self, knowledge: AllRows) -> None:
        bare = [key.removeprefix(PAST) for key in self._condition_keys()]
        unknown = [key for key in bare if key not in knowledge.keyed(Condition)]
        self.require(not unknown, f"{', '.join(unknown)} is in no row of conditions.csv")
        unknown = [key for key in self.unless_done if key not in knowledge.keyed(CareSet)]
        self.require(not unknown, f"{', '.join(unknown)} is in no row of care_sets.csv")
        groups = [one.removeprefix(GROUP) for one in self.allergens if one.startswith(GROUP)]
        unknown = [one for one in groups if one not in knowledge.keyed(AllergyGroup)]
        self.require(not unknown, f"no allergy group is called {', '.join(unknown)}")

    def _condition_keys(self) -> tuple[str, ...]:
        proving = (part.key for part in self.parts if part.kind == "problem")
        return (*self.conditions, *self.and_conditions, *self.unless, *proving)

    def _check_part(self, knowledge: AllRows, part: Proof) -> None:
        known = {"test": knowledge.keyed(Monitor), "set": knowledge.keyed(CareSet)}.get(part.kind)
        self.require(known is None or part.key in known, f"proof {part.kind}:{part.key} is not in our tables")
        in_pregnancy = part.window is not None and part.window.unit == "pregnancy"
        self.require(not in_pregnancy or self.pregnancy == "only", "@pregnancy is for rows whose pregnancy is only")


def _drugs(cells: Cells, context: Context, column: str) -> tuple[str, ...]:
    return tuple(context.names.key(cells, name) for name in cells.items(column))


def _allergen(cells: Cells, context: Context, name: str) -> str:
    return name if name.startswith(GROUP) else context.names.key(cells, name)


def _measured(cells: Cells, found: Iterable[When]) -> tuple[Limit, ...]:
    limits = tuple(one for one in found if isinstance(one, Limit) and one.what != "age" and not one.side)
    if len(limits) != len(cells.items("measured")) or any(one.days is None for one in limits):
        raise cells.wrong("measured says KEY>=VALUE@DAYS of an observation, as in interactions.csv")
    return limits


def _order(cells: Cells) -> Code | None:
    said = cells.text("order")
    try:
        return code(said) if said else None
    except ValueError as error:
        raise cells.wrong(str(error)) from None
