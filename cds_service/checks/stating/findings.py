"""What a knowledge row says about an order, as a finding that cites the row."""

from __future__ import annotations

from collections.abc import Iterable

from cds_service.chart import Medication
from cds_service.checks.stating.proposals import change_to, replacements, stop
from cds_service.facts import Fact
from cds_service.findings import Finding, Proposal
from cds_service.knowledge import Knowledge
from cds_service.knowledge.rows import Graded
from cds_service.terminology.vocabulary import Drug


def finding_of(
    row: Graded,
    order: Medication,
    *,
    topic: str,
    concepts: tuple[str, ...],
    summary: str,
    facts: Iterable[Fact] = (),
    proposals: Iterable[Proposal] = (),
    cites: tuple[str, ...] = (),
    rationale: str = "",
    slip: bool = False,
) -> Finding:
    """Harm, display and advice are the row's; the order stands first among the facts; `cites` is the row if empty.

    `slip`: so far above the maximum that a decimal point or a unit has slipped, which is contraindicated by any row.
    """
    return Finding(
        topic=topic,
        rule=row.id,
        harm="contraindicated" if slip else row.harm,
        display="critical" if slip else row.display,
        subject=order.ref,
        concepts=concepts,
        summary=summary,
        cites=cites or (row.id,),
        rationale=rationale,
        advice=row.management,
        facts=(order.fact("Order"), *facts),
        proposals=tuple(proposals),
    )


def about_order(
    knowledge: Knowledge,
    topic: str,
    row: Graded,
    order: Medication,
    drug: Drug,
    *,
    when: str,
    facts: Iterable[Fact],
    rationale: str = "",
    cites: tuple[str, ...] = (),
    instead: str = "",
) -> Finding:
    """The finding of a row about an ordered drug; `when` says the circumstance: "in heart failure", "at 9 years".

    `instead`: the order as the row itself would have it, offered as a change."""
    return finding_of(
        row,
        order,
        topic=topic,
        concepts=(drug.rxcui,),
        summary=f"{drug.name} {when}: {row.summary}",
        cites=cites,
        rationale=rationale,
        facts=facts,
        proposals=(
            *replacements(knowledge, row, order, drug),
            *([change_to(instead, row, order, drug)] if instead else []),
            stop(order, recommended=row.harm == "contraindicated"),
        ),
    )
