"""Allergies that stand only in notes: offered for the allergy list, with how they showed.

What a later note calls tolerated or removed, and what the list says was refuted or is over, is not offered.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart, Noted
from cds_service.chart.merge import same_allergen
from cds_service.checks.notes.offering import (
    HOOKS,
    TOPIC,
    Offered,
    newest,
    offers,
    recorded_allergies,
    rule_of,
    silent,
    unread,
)
from cds_service.checks.registry import check
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.terminology.reactions import ANAPHYLAXIS, ANGIOEDEMA, SEVERE, SIDE_EFFECTS, kinds_in

RULE = "reconcile-allergy"
# Allergy groups that are foods; vaccines and capsules hold them, so that they count as drug allergies too.
_FOODS = frozenset({"egg", "fish", "milk-protein", "peanut", "soy"})


@check(id="unlisted-allergies", service=TOPIC, topic=TOPIC, hooks=HOOKS, needs=("notes", "allergies"))
def unlisted_allergies(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Looks in the notes for drug allergies and intolerances of this patient that the allergy list lacks, and offers
    to add each with the reaction that the note names. Allergies of relatives, and those denied, are left out."""
    yield from unread(chart)
    said = [one for one in chart.noted if one.mention.kind == "allergy" and one.mention.says in ("has", "tolerated")]
    stand = [one for _, one in newest((_key(one), one) for one in said) if one.mention.says == "has"]
    if not stand:
        return
    row = rule_of(knowledge, RULE)
    if row is None:
        yield silent(RULE)
    elif not chart.allergies.known:
        yield NotAssessed(f"allergies in notes were not compared: the allergy list {chart.allergies.missing}")
    else:
        missing = (one for one in stand if not _listed(chart, knowledge, one))
        yield from offers(chart, row, "allergies", (_offered(knowledge, one) for one in missing))


def _key(one: Noted) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return one.mention.drugs, one.mention.groups


def _listed(chart: Chart, knowledge: Knowledge, one: Noted) -> bool:
    """The list has it, had it once, or holds an entry that was not recognised and says its name."""
    said = one.mention
    known = (*recorded_allergies(chart), *chart.settled.allergies)
    named = any(allergy.problem and said.name.lower() in allergy.label.lower() for allergy in known)
    return named or any(same_allergen(said.drugs, said.groups, other, knowledge.vocabulary) for other in known)


def _offered(knowledge: Knowledge, one: Noted) -> Offered:
    said = one.mention
    shown = frozenset().union(*(kinds_in(words) for words in said.reactions))
    intolerance = bool(shown) and shown <= SIDE_EFFECTS
    severe = bool(shown & {ANAPHYLAXIS, ANGIOEDEMA, SEVERE})
    drugs = [knowledge.vocabulary.drugs[rxcui] for rxcui in said.drugs]
    kind = "intolerance" if intolerance else "allergy"
    how = f" ({', '.join(said.reactions)})" if said.reactions else ""
    content = {
        "kind": "allergy",
        "text": said.name,
        "rxcui": drugs[0].rxcui if len(drugs) == 1 else None,
        "display": drugs[0].name if len(drugs) == 1 else None,
        "type": kind,
        "category": "food" if said.groups and set(said.groups) <= _FOODS else "medication",
        "criticality": "high" if severe else None,
        "reactions": said.reactions,
    }
    label = f"Add to the allergy list: {said.name}{how}"
    return Offered(said.name, f"{said.name} {kind}{how}", label, (*said.drugs, *said.groups), one, content)
