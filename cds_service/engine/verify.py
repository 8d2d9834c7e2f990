"""Checks propose, the engine verifies: the checks run again on what the chart would become."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from cds_service.chart import Chart
from cds_service.chart.revise import ADDED, revised, with_added
from cds_service.checks import Check
from cds_service.engine.gaps import uncovered
from cds_service.engine.run import run
from cds_service.findings import Finding, Proposal
from cds_service.knowledge import Knowledge


@dataclass(frozen=True)
class Judge:
    """Checks that are run again on what would become of the chart."""

    checks: list[Check]
    chart: Chart
    knowledge: Knowledge

    @cached_property
    def before(self) -> frozenset[str]:
        """The concerns that there are without any change."""
        return frozenset(concern.id for concern in run(self.checks, self.chart, self.knowledge).concerns)


def verified(finding: Finding, of_changes: Judge, of_additions: Judge) -> Finding:
    """The finding with only those changes and additions that leave nothing to warn about, one of them recommended."""
    kept = [one for one in finding.proposals if _stands(one, of_changes, of_additions)]
    return replace(finding, proposals=tuple(_one_recommended(kept)))


def _stands(proposal: Proposal, of_changes: Judge, of_additions: Judge) -> bool:
    if proposal.intent in ("replace", "adjust"):
        order, judge = proposal.target.reference, of_changes
        after = revised(judge.chart, order, proposal.content["order_text"], judge.knowledge.vocabulary)
        return _leaves_nothing(proposal, order, judge, after)
    if proposal.intent == "add":
        judge = of_additions
        after = with_added(judge.chart, proposal.content["order_text"], judge.knowledge.vocabulary)
        return _leaves_nothing(proposal, ADDED, judge, after)
    return True


def _leaves_nothing(proposal: Proposal, order: str, judge: Judge, after: Chart) -> bool:
    """Re-run on the result: no finding of moderate or worse about the order, and no new one about another draft, whose
    drug may not go with the new one; for a new drug nothing unassessed. What a cited row adds beside an order takes
    nothing away, so that a gap in our tables alone does not forbid it: the next call names the gap."""
    result = run(judge.checks, after, judge.knowledge)
    grave = [concern for concern in result.concerns if concern.finding.harm != "minor"]
    about = [concern for concern in grave if concern.finding.subject.reference == order]
    if result.broken or about or any(concern.id not in judge.before for concern in grave):
        return False
    gaps = list(uncovered(judge.checks, after, judge.knowledge)) if proposal.intent == "add" else []
    unassessed = [note for note in result.not_assessed if note.subject and note.subject.reference == order]
    return proposal.intent == "adjust" or all(note in gaps for note in unassessed)


def _one_recommended(proposals: list[Proposal]) -> Iterable[Proposal]:
    taken = False
    for proposal in proposals:
        yield replace(proposal, recommended=proposal.recommended and not taken)
        taken = taken or proposal.recommended
