"""An order without an indication: which problem of the list it most likely treats, for the clinician to say.

Rows: `indications.csv`. Only problems of the list are offered, and none is preselected. When none fits, what the drug
is labelled for is listed, and the clinician names the problem: a diagnosis is never inferred from a drug.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from cds_service.chart import Chart, Medication
from cds_service.chart.problems.problem import Problem
from cds_service.checks.registry import check
from cds_service.findings import Finding, NotAssessed, Proposal
from cds_service.knowledge import Knowledge
from cds_service.knowledge.fitting import Entry, Fit, fits
from cds_service.knowledge.kinds.indications import Indication, TreatedProblem, indications_of

_MOST_OFFERED = 3
_REASONS = ("reasonCode", "reasonReference")


@check(
    id="missing-indication",
    service="order-completion",
    topic="indication",
    hooks=("order-select", "order-sign"),
    needs=("problems",),
)
def missing_indication(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Offers the problems of the list that an order without an indication is given for, by cited indications; when
    none of them fits, it lists what the drug is labelled for and leaves the problem to the clinician."""
    for order in chart.orders:
        if not order.drugs or order.component or order.uses or any(order.resource.get(name) for name in _REASONS):
            continue
        if not chart.problems.known:
            yield NotAssessed(f"its indication: the problem list {chart.problems.missing}", order.ref)
            continue
        rows = [row for drug in order.drugs for row in indications_of(knowledge, drug)]
        if not rows:
            yield NotAssessed("its indication: no rows say what it is given for", order.ref)
            continue
        problems = [problem for problem in chart.problems.items if problem.active and not problem.tentative]
        entries = [Entry(problem.label, problem.codes) for problem in problems]
        found = fits(knowledge, order.drugs, entries, order.routes)
        yield _offered(order, problems, found) if found else _none_fits(knowledge, order, rows)


def _offered(order: Medication, problems: Sequence[Problem], found: Sequence[Fit]) -> Finding:
    best = found[0]
    chosen = [fit for fit in found if fit.row.basis == best.row.basis][:_MOST_OFFERED]
    proposals = tuple(
        Proposal(
            "justify",
            order.ref,
            f"Indication: {problems[fit.at].label}",
            {"reference": problems[fit.at].reference, "display": problems[fit.at].label},
            (fit.row.id,),
        )
        for fit in chosen
    )
    cites = tuple(dict.fromkeys(fit.row.id for fit in chosen))
    return Finding(
        topic="indication",
        rule=best.row.id,
        harm="minor",
        display="info",
        subject=order.ref,
        concepts=(best.drug.rxcui, *(fit.key for fit in chosen)),
        summary="no indication is stated; a listed problem may be it",
        cites=cites,
        advice="Choose the problem that the order is for, or name another.",
        facts=(order.fact("Order"), *(problems[fit.at].fact() for fit in chosen)),
        proposals=proposals,
    )


def _none_fits(knowledge: Knowledge, order: Medication, rows: Sequence[Indication]) -> Finding:
    labelled = [row for row in rows if row.basis == "label"] or list(rows)
    named = [knowledge.keyed(TreatedProblem)[key].label for row in labelled for key in row.problems]
    return Finding(
        topic="indication",
        rule=labelled[0].id,
        harm="minor",
        display="info",
        subject=order.ref,
        concepts=(*sorted(order.rxcuis), "none-fits"),
        summary="no indication is stated, and no listed problem fits",
        cites=tuple(dict.fromkeys(row.id for row in labelled)),
        advice=f"Name the problem that the order is for. It is labelled for: {_within(named)}.",
        facts=(order.fact("Order"),),
    )


def _within(named: Sequence[str], longest: int = 220) -> str:
    """As many as can be read at a glance."""
    once = list(dict.fromkeys(named))
    lengths = [sum(len(name) + 2 for name in once[: at + 1]) for at in range(len(once))]
    shown = list(takewhile(lambda pair: pair[1] <= longest, zip(once, lengths, strict=True)))
    rest = len(once) - len(shown)
    return ", ".join(name for name, _ in shown) + (f", and {rest} more" if rest else "")
