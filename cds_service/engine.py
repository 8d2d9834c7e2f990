"""Runs the checks of a service on a chart, and verifies what they propose by running them again on the result.

A check that raises becomes a NotAssessed; the others go on. When every check raises, nothing was looked at, and the
last error goes up. Pure: time stands in the chart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from cds_service.chart import Chart
from cds_service.chart.revise import ADDED, revised, with_added
from cds_service.checks import CHECKS, Check
from cds_service.checks.registry import SAFETY  # its checks judge what any service would add
from cds_service.concerns import Concern, concern_id, each_once
from cds_service.findings import Finding, NotAssessed, Proposal, not_covered
from cds_service.knowledge import COVERED_TOPICS, Knowledge
from cds_service.terminology.vocabulary import Drug

RECOGNITION = "not-assessed"  # the topic of what could not be looked at: no view leaves it out
CHANGES = ("replace", "adjust")
BESIDE = ("monitor", "add", "record")  # what leaves the order as it is


@dataclass(frozen=True, slots=True)
class Assessment:
    """One run: concerns most severe first, what could not be assessed, and checks that broke (id, error)."""

    concerns: tuple[Concern, ...]
    not_assessed: tuple[NotAssessed, ...]
    broken: tuple[tuple[str, Exception], ...] = field(default=(), repr=False)


def assess(
    service: str,
    hook: str,
    chart: Chart,
    knowledge: Knowledge,
    checks: Mapping[str, Check] = CHECKS,
    topics: Collection[str] = (),
) -> Assessment:
    """Everything that the checks of a service have to say about the orders of a hook call.

    `topics`: only these are spoken of, and whether the order was recognised; what is proposed is judged by all checks.
    """
    mine = [check for check in checks.values() if check.service == service and hook in check.hooks]
    spoken = [check for check in mine if not topics or check.topic in topics or check.topic == RECOGNITION]
    first = _run(spoken, chart, knowledge)
    if chart.entered:
        return _about_entries(first, chart)
    safety = [check for check in checks.values() if check.service == SAFETY]
    judges = {"change": _Judge(mine, chart, knowledge), "add": _Judge(safety, chart, knowledge)}
    apart = replace(first, concerns=tuple(_without_changes(c, chart.shared) for c in first.concerns))
    verified = tuple(replace(c, finding=_verified(c, judges)) for c in apart.concerns)
    return replace(apart, concerns=verified)


def _without_changes(concern: Concern, shared: frozenset[str]) -> Concern:
    """The concern without proposals that would rewrite or cancel an order of several drugs for the sake of one."""
    finding = concern.finding
    if finding.subject.reference not in shared:
        return concern
    kept = tuple(one for one in finding.proposals if one.intent in BESIDE)
    return replace(concern, finding=replace(finding, proposals=kept))


def _about_entries(first: Assessment, chart: Chart) -> Assessment:
    """Only what the new allergy or problems bring: the old ones were spoken of when their drugs were ordered.

    The drugs are taken already, so nothing is offered to be cancelled: stopping is a decision of its own.
    """
    concerns = [
        replace(one, finding=replace(one.finding, proposals=()))
        for one in first.concerns
        if any(fact.origin.reference in chart.entered for fact in one.finding.facts)
    ]
    missing = [note for note in first.not_assessed if note.prominent == "warning"]
    missing += [NotAssessed(reason, topic="not-assessed", prominent="info") for reason in _not_understood(chart)]
    if not chart.medications.known:
        reason = f"medication list {chart.medications.missing}: what is entered was not checked against it"
        missing.append(NotAssessed(reason, topic="not-assessed", prominent="warning"))
    return replace(first, concerns=tuple(concerns), not_assessed=_once(missing))


def _not_understood(chart: Chart) -> Iterable[str]:
    """New allergies that name nothing we know. A problem that means nothing to our tables is no gap of its own."""
    new = (one for one in chart.allergies.items if one.reference in chart.entered and one.problem)
    return (f"allergy {one.label!r}: {one.problem}; it was not checked against the medications" for one in new)


def _run(checks: Iterable[Check], chart: Chart, knowledge: Knowledge) -> Assessment:
    concerns: dict[str, Concern] = {}
    checks = list(checks)
    missing: list[NotAssessed] = list(_uncovered(checks, chart, knowledge))
    broken: list[tuple[str, Exception]] = []
    looked = False
    for check in checks:
        try:
            said = list(check.run(chart, knowledge))
        # A check may fail in any way; its failure must be said, and must not take the other checks' findings along.
        except Exception as error:  # noqa: BLE001
            broken.append((check.id, error))
            missing.append(NotAssessed(f"the check {check.id} failed", topic=check.topic, prominent="warning"))
            continue
        looked = True
        for word in said:
            if isinstance(word, NotAssessed):
                missing.append(replace(word, topic=word.topic or check.topic))
            else:
                concern = Concern(concern_id(check.id, word), check, _at_most_warning(word))
                concerns.setdefault(concern.id, concern)
    if broken and not looked:
        raise broken[-1][1]
    return Assessment(tuple(each_once(concerns.values())), _once(missing), tuple(broken))


def _once(missing: Iterable[NotAssessed]) -> tuple[NotAssessed, ...]:
    return tuple({(m.topic, m.subject, m.reason): m for m in missing}.values())


def _at_most_warning(finding: Finding) -> Finding:
    """What a model read is at most a warning until confirmed, and nothing that rests on it is recommended."""
    if not finding.rests_on_reading:
        return finding
    display = "warning" if finding.display == "critical" else finding.display
    return replace(finding, display=display, proposals=tuple(replace(p, recommended=False) for p in finding.proposals))


@dataclass(frozen=True)
class _Judge:
    """Checks that are run again on what would become of the chart."""

    checks: list[Check]
    chart: Chart
    knowledge: Knowledge

    @cached_property
    def before(self) -> frozenset[str]:
        """The concerns that there are without any change."""
        return frozenset(concern.id for concern in _run(self.checks, self.chart, self.knowledge).concerns)


def _verified(concern: Concern, judges: Mapping[str, _Judge]) -> Finding:
    """The finding with only those changes and additions that leave nothing to warn about."""
    kept = []
    for proposal in concern.finding.proposals:
        if proposal.intent in CHANGES:
            order, judge = proposal.target.reference, judges["change"]
            after = revised(judge.chart, order, proposal.content["order_text"], judge.knowledge.vocabulary)
            stands = _leaves_nothing(proposal, order, judge, after)
        elif proposal.intent == "add":
            judge = judges["add"]
            after = with_added(judge.chart, proposal.content["order_text"], judge.knowledge.vocabulary)
            stands = _leaves_nothing(proposal, ADDED, judge, after)
        else:
            stands = True
        kept += [proposal] if stands else []
    return replace(concern.finding, proposals=tuple(_one_recommended(kept)))


def _leaves_nothing(proposal: Proposal, order: str, judge: _Judge, after: Chart) -> bool:
    """Re-run on the result: no finding of moderate or worse about the order, and no new one about another draft, whose
    drug may not go with the new one; for a new drug nothing unassessed. What a cited row adds beside an order takes
    nothing away, so that a gap in our tables alone does not forbid it: the next call names the gap."""
    result = _run(judge.checks, after, judge.knowledge)
    grave = [concern for concern in result.concerns if concern.finding.harm != "minor"]
    about = [concern for concern in grave if concern.finding.subject.reference == order]
    if result.broken or about or any(concern.id not in judge.before for concern in grave):
        return False
    gaps = list(_uncovered(judge.checks, after, judge.knowledge)) if proposal.intent == "add" else []
    unassessed = [note for note in result.not_assessed if note.subject and note.subject.reference == order]
    return proposal.intent == "adjust" or all(note in gaps for note in unassessed)


def _one_recommended(proposals: list[Proposal]) -> Iterable[Proposal]:
    taken = False
    for proposal in proposals:
        yield replace(proposal, recommended=proposal.recommended and not taken)
        taken = taken or proposal.recommended


def _uncovered(checks: Iterable[Check], chart: Chart, knowledge: Knowledge) -> Iterable[NotAssessed]:
    """Cells of the coverage matrix in which nobody has looked yet, or where the sources give no advice; a drug without
    any coverage asks for a card."""
    mine = {check.topic for check in checks}
    topics = tuple(topic for topic in COVERED_TOPICS if topic in mine)
    gaps = knowledge.remembered(_gaps)
    for order in chart.orders if topics and not chart.entered else ():
        yield from (replace(gap, subject=order.ref) for gap in gaps((order.drugs, topics)))


def _gaps(knowledge: Knowledge, asked: tuple[tuple[Drug, ...], tuple[str, ...]]) -> tuple[NotAssessed, ...]:
    """What is said of some drugs together, topic by topic, in whichever order they stand."""
    drugs, topics = asked
    # Not only in the topics that are asked about here: a view of one topic must not call metformin unknown.
    unknown = (one for one in drugs if all(knowledge.coverage(one, it) == "not-covered" for it in COVERED_TOPICS))
    said = [
        NotAssessed(f"{drug.name} is not covered by our tables yet", None, "not-assessed", "info") for drug in unknown
    ]
    for topic in topics:
        names = [drug.name for drug in drugs if knowledge.coverage(drug, topic) == "not-covered"]
        said += [NotAssessed(not_covered(names, topic), topic=topic)] if names else []
        notes = ((drug.name, knowledge.no_guidance(drug, topic)) for drug in drugs)
        said += [NotAssessed(f"{name}: {note}", topic=topic) for name, note in notes if note]
    return tuple(said)
