"""An order above the most that its row allows: what is ordered, what is allowed, and the offer to cancel it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cds_service.chart import Medication
from cds_service.checks.stating.findings import finding_of
from cds_service.checks.stating.proposals import stop
from cds_service.facts import Fact
from cds_service.findings import Finding
from cds_service.knowledge.rows import Graded


@dataclass(frozen=True, slots=True)
class Above:
    """`ordered` and `most` in words, with their units; `times` is the one divided by the other.

    `slip`: so far above that a decimal point or a unit has slipped.
    """

    ordered: str
    most: str
    times: float
    slip: bool = False

    @property
    def words(self) -> str:
        return f"{self._much} the maximum" if self.slip else "above the maximum"

    @property
    def note(self) -> str | None:
        return f"ordered are {self._much} that" if self.slip else None

    @property
    def _much(self) -> str:
        return f"{self.times:.0f} times"


def above_limit(
    row: Graded,
    order: Medication,
    concept: str,
    above: Above,
    *,
    summary: str,
    labels: tuple[str, str] = ("Ordered dose", "Maximum of the label"),
    note: str | None = "the most",
    before: Iterable[Fact] = (),
    after: Iterable[Fact] = (),
) -> Finding:
    """The finding of the row; `labels` name the two amounts, `note` says how the ordered one was counted.

    `concept` is the RxCUI of the limited drug; the facts `before` and `after` stand around the two amounts.
    """
    ordered = Fact(labels[0], above.ordered, order.origin, note=note)
    most = Fact(labels[1], above.most, order.origin, note=above.note)
    return finding_of(
        row,
        order,
        topic="dose-limit",
        slip=above.slip,
        concepts=(concept,),
        summary=summary,
        facts=(*before, ordered, most, *after),
        proposals=(stop(order, recommended=above.slip),),
    )
