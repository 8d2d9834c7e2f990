"""`interactions.csv`: two drugs, each an ingredient or a class, that should not meet without thought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from cds_service.knowledge.cells import Cells
from cds_service.knowledge.columns import graded
from cds_service.knowledge.kinds.monitors import monitoring, require_monitors
from cds_service.knowledge.rows import Context, Graded, kind
from cds_service.terminology.routes import ROUTES
from cds_service.terminology.vocabulary import Drug

if TYPE_CHECKING:
    from cds_service.knowledge.knowledge import Knowledge

Action = Literal["avoid", "adjust", "monitor", "separate"]
ACTIONS: tuple[Action, ...] = ("avoid", "adjust", "monitor", "separate")


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction(Graded):
    """`monitor` holds (key of monitors.csv, days); empty `routes` are all; a stopped partner counts `washout_days`."""

    table: ClassVar[str] = "interactions.csv"
    noun: ClassVar[str] = "interactions"
    topic: ClassVar[str] = "drug-interaction"
    a: str
    b: str
    action: Action
    mechanism: str
    monitor: tuple[tuple[str, int], ...]
    routes: frozenset[str]
    washout_days: int

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
            washout_days=cells.whole("washout_days") or 0,
        )

    @classmethod
    def check(cls, knowledge: Knowledge) -> None:
        for row in knowledge.all(cls):
            require_monitors(knowledge, row.monitor, row.place)
            row.require(row.a != row.b, "a drug does not interact with itself")

    def drug_keys(self, knowledge: Knowledge) -> Iterable[str]:
        return (self.a, self.b)

    def title(self, knowledge: Knowledge) -> str:
        return f"{knowledge.names.label(self.a)} with {knowledge.names.label(self.b)}"


def interactions_between(knowledge: Knowledge, one: Drug, other: Drug) -> tuple[Interaction, ...]:
    """Rows for a pair, by ingredient or by class, either way round; the most specific first."""
    index = _by_pair(knowledge)
    pairs = product(knowledge.names.keys_of(one.rxcui), knowledge.names.keys_of(other.rxcui))
    return tuple(row for pair in pairs for row in index.get(frozenset(pair), ()))


@lru_cache(maxsize=4)
def _by_pair(knowledge: Knowledge) -> Mapping[frozenset[str], tuple[Interaction, ...]]:
    index: dict[frozenset[str], tuple[Interaction, ...]] = {}
    for row in knowledge.all(Interaction):
        pair = frozenset((row.a, row.b))
        index[pair] = (*index.get(pair, ()), row)
    return index
