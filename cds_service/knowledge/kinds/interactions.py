"""`interactions.csv`: two drugs, each an ingredient or a class, that should not meet without thought."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from cds_service.knowledge.cells import Cells
from cds_service.knowledge.columns import graded
from cds_service.knowledge.conditions import Condition, OnList, conditions
from cds_service.knowledge.kinds.conditions import PAST
from cds_service.knowledge.kinds.conditions import Condition as ConditionSet
from cds_service.knowledge.kinds.monitors import monitoring, require_monitors
from cds_service.knowledge.names import CLASS
from cds_service.knowledge.rows import AllRows, Context, Graded, kind
from cds_service.terminology.routes import ROUTES
from cds_service.terminology.vocabulary import Drug

Action = Literal["avoid", "adjust", "monitor", "separate"]
ACTIONS: tuple[Action, ...] = ("avoid", "adjust", "monitor", "separate")


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction(Graded):
    """`monitor` holds (key of monitors.csv, days); empty `routes` are all; `when` holds what must be true as well.

    `washout`: for how many days side a, and side b, still count after they were stopped.
    """

    table: ClassVar[str] = "interactions.csv"
    noun: ClassVar[str] = "interactions"
    topic: ClassVar[str] = "drug-interaction"
    a: str
    b: str
    action: Action
    mechanism: str
    monitor: tuple[tuple[str, int], ...]
    routes: frozenset[str]
    washout: tuple[int, int]
    when: tuple[Condition, ...]

    @classmethod
    def read(cls, cells: Cells, context: Context) -> Self:
        return cls(
            **graded(cells),
            a=context.names.key(cells, cells.required("a")),
            b=context.names.key(cells, cells.required("b")),
            action=cells.choice("action", ACTIONS),
            mechanism=cells.text("mechanism"),
            monitor=monitoring(cells),
            routes=cells.choices("routes", ROUTES),
            washout=_washout(cells),
            when=conditions(cells, context.names),
        )

    @classmethod
    def check(cls, knowledge: AllRows) -> None:
        for row in knowledge.all(cls):
            require_monitors(knowledge, row.monitor, row.place)
            row.require(row.a != row.b or row.a.startswith(CLASS), "a drug does not interact with itself")
            listed = (key.removeprefix(PAST) for one in row.when if isinstance(one, OnList) for key in one.keys)
            unknown = [key for key in listed if key not in knowledge.keyed(ConditionSet)]
            row.require(not unknown, f"problem {', '.join(unknown)} is not in conditions.csv")

    def drug_keys(self, knowledge: AllRows) -> Iterable[str]:
        return (self.a, self.b)

    def title(self, knowledge: AllRows) -> str:
        return f"{knowledge.names.label(self.a)} with {knowledge.names.label(self.b)}"


def interactions_between(knowledge: AllRows, one: Drug, other: Drug) -> tuple[Interaction, ...]:
    """Rows for a pair, by ingredient or by class, either way round; the most specific first."""
    return knowledge.remembered(_between)((one.rxcui, other.rxcui))  # the same pairs meet in many charts


def _between(knowledge: AllRows, pair: tuple[str, str]) -> tuple[Interaction, ...]:
    names, (one, other) = knowledge.names, pair
    rows = [({row.a, row.b}, row) for row in knowledge.for_drug(Interaction, names.drugs[one])]
    sides = ({key, partner} for key in names.keys_of(one) for partner in names.keys_of(other))
    return tuple({row.id: row for side in sides for both, row in rows if both == side}.values())


def _washout(cells: Cells) -> tuple[int, int]:
    """`14` for both sides, or `a:14`, `b:35`, `a:14|b:35`; empty: a side that was stopped does not count."""
    days = {"a": 0, "b": 0}
    for item in cells.items("washout_days"):
        side, mark, value = item.rpartition(":")
        if not value.isdigit() or (mark and side not in days):
            raise cells.wrong(f"washout_days is {item!r}; it is DAYS, a:DAYS or b:DAYS")
        days.update({side: int(value)} if mark else {"a": int(value), "b": int(value)})
    return days["a"], days["b"]
