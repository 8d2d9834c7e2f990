"""One matter said once.

Of the same order, information gives way to an interruption about the same drugs and topic. An interaction that rests on
a laboratory result and the gate on that result are one concern: the lesser is told within the louder, with its facts,
its advice and its citation. A contraindication never gives way, nor what is certain to what a model read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cds_service.engine.concerns import Concern
from cds_service.facts import Fact
from cds_service.findings import DISPLAYS, HARMS, Finding

_ON_RESULTS = frozenset({"drug-interaction", "lab-gated"})


def each_once(concerns: Iterable[Concern]) -> list[Concern]:
    """The concerns that are left when each matter is said once, most severe first."""
    left: list[Concern] = []
    for one in sorted(_without_echoes(concerns), key=_severity):
        at = next((n for n, louder in enumerate(left) if _is_within(one.finding, louder.finding)), None)
        if at is None:
            left.append(one)
        else:
            left[at] = replace(left[at], finding=_told_within(one.finding, left[at].finding))
    return left


def _severity(one: Concern) -> tuple[int, int, bool, str]:
    """Of two that are as loud, the one that rests on more comes first: it can tell the other."""
    finding = one.finding
    return DISPLAYS.index(finding.display), HARMS.index(finding.harm), finding.topic == "lab-gated", one.id


def _without_echoes(concerns: Iterable[Concern]) -> list[Concern]:
    """Without what is information alone where another check interrupts about the same drugs, order and topic: it has
    judged the same matter with more of the chart."""
    concerns = list(concerns)
    loud = [(_matter(one.finding), one.check.id) for one in concerns if one.finding.display != "info"]
    return [
        one
        for one in concerns
        if one.finding.display != "info"
        or not any(matter == _matter(one.finding) and by != one.check.id for matter, by in loud)
    ]


def _matter(finding: Finding) -> tuple[str, str, tuple[str, ...]]:
    return finding.topic, finding.subject.reference, tuple(sorted(finding.concepts))


def _is_within(finding: Finding, louder: Finding) -> bool:
    """True when both rest on the same results of the same order, one of them on nothing else."""
    if finding.subject != louder.subject or {finding.topic, louder.topic} != _ON_RESULTS:
        return False
    if finding.harm == "contraindicated" or (louder.rests_on_reading and not finding.rests_on_reading):
        return False
    gate, pair = (finding, louder) if finding.topic == "lab-gated" else (louder, finding)
    results = [fact for fact in gate.facts if _is_result(fact)]
    return bool(results) and set(results) <= set(pair.facts) and set(gate.concepts) <= set(pair.concepts)


def _is_result(fact: Fact) -> bool:
    return fact.origin.reference.startswith("Observation/")


def _told_within(finding: Finding, louder: Finding) -> Finding:
    advice = (louder.advice, *((finding.advice,) if finding.advice not in louder.advice else ()))
    known = {one.label for one in louder.proposals}
    return replace(
        louder,
        rationale=" ".join(filter(None, (_sentence(louder.rationale), _sentence(finding.summary)))),
        advice=" ".join(filter(None, map(_sentence, advice))),
        facts=tuple(dict.fromkeys((*louder.facts, *finding.facts))),
        cites=tuple(dict.fromkeys((*louder.cites, *finding.cites))),
        proposals=(*louder.proposals, *(one for one in finding.proposals if one.label not in known)),
    )


def _sentence(words: str) -> str:
    words = words.strip()
    words = words[:1].upper() + words[1:]
    return words if not words or words.endswith((".", "!", "?")) else f"{words}."
