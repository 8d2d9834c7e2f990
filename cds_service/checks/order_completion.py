"""An order that was typed as text, as a structured one: every field beside the words that it came from.

Directions are read whole or not at all. A field is taken from the text only where the order
has none: what the prescriber structured is never rewritten. Nothing that a model read, and no unit that the text leaves
out, is offered as the default.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart, Medication
from cds_service.chart.medications.dosing import dosages_of, sig_text
from cds_service.chart.medications.naming import without_name
from cds_service.checks.registry import check
from cds_service.facts import Fact, Origin
from cds_service.findings import Finding, NotAssessed, Proposal
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.logic_rules import LogicRule
from cds_service.terminology.directions.parts import Directions
from cds_service.terminology.directions.reading import read_directions
from cds_service.terminology.directions.spoken import words_of
from cds_service.terminology.directions.words import words

RULE = "order-structure"
_STRUCTURED = ("timing", "doseAndRate", "maxDosePerPeriod", "asNeededBoolean", "asNeededCodeableConcept")


@check(
    id="order-completion",
    service="order-completion",
    topic="order-completion",
    hooks=("order-select", "order-sign"),
)
def order_completion(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Reads the dose, timing, route, reason, duration, limit, quantity and refills that a typed order states, each with
    its words, and offers them as structured fields; what it cannot read whole it leaves as text and says why."""
    rule = knowledge.keyed(LogicRule).get(RULE)
    for order in chart.orders:
        if not order.drugs or order.component or _is_structured(order):
            continue
        if order.part:
            yield NotAssessed("its directions were left as text: it orders several drugs", order.ref)
            continue
        read = read_directions(_directions_text(order))
        if _is_product(order, read):
            continue
        if read.abstained:
            yield NotAssessed(f"its directions were left as text: {read.abstained}", order.ref)
        elif rule is None:
            yield NotAssessed("its structure: the rule is not reviewed here", order.ref)
        else:
            yield _finding(rule, order, read)


def _is_structured(order: Medication) -> bool:
    return any(name in dosage for dosage in dosages_of(order.resource) for name in _STRUCTURED)


def _is_product(order: Medication, read: Directions) -> bool:
    """A coded product with no word of how to take it: the strength in its name is no dose that anybody ordered."""
    concept = order.resource.get("medicationCodeableConcept")
    coded = bool(isinstance(concept, dict) and concept.get("coding"))
    stated = (read.timing, read.duration, read.quantity, read.limit, read.reason)
    return coded and not sig_text(order.resource) and not (any(stated) or read.as_needed or read.phases)


def _directions_text(order: Medication) -> str:
    """The typed words and the sig, with a plain word in place of the drug's name, whose digits are no dose."""
    typed, span = order.origin.text or "", order.origin.span
    return " ".join(filter(None, (without_name(typed, span) if span else "", sig_text(order.resource))))


def _finding(rule: LogicRule, order: Medication, read: Directions) -> Finding:
    named = order.written or order.drugs  # coded as it was written, not as checks take it
    drug = {"rxcui": named[0].rxcui, "name": named[0].name} if len(named) == 1 else None
    certain = not order.origin.is_read and not any(part.dose and part.dose.assumed for part in (read, *read.phases))
    complete = Proposal(
        "complete",
        order.ref,
        f"Structure the order: {words(read)}",
        {"drug": drug, "directions": read},
        (rule.id,),
        recommended=certain,
    )
    return Finding(
        topic="order-completion",
        rule=rule.id,
        harm=rule.harm,
        display=rule.display,
        subject=order.ref,
        concepts=(*sorted(order.rxcuis), words(read)),
        summary=rule.summary,
        cites=(rule.id,),
        advice=_advice(rule, read),
        facts=(order.fact("Order"), *_fields(order, read)),
        proposals=(complete,),
    )


def _advice(rule: LogicRule, read: Directions) -> str:
    unsafe = "; ".join(read.unsafe)
    return f"{rule.management} Unsafe abbreviations: {unsafe}." if unsafe else rule.management


def _fields(order: Medication, read: Directions) -> Iterator[Fact]:
    """Each field as it would be written, noted with the words that it came from."""
    name = " + ".join(drug.name for drug in order.drugs)
    yield Fact("Drug", name, order.origin, note=_from(order.origin.text or "", order.origin.span))
    if read.phases:
        for number, phase in enumerate(read.phases, 1):
            yield Fact(f"Step {number}", words(phase), _at(order, read.text, None))
        return
    for part, span in words_of(read).items():
        yield Fact(part.capitalize(), _value(read, part), _at(order, read.text, span), note=_from(read.text, span))


def _value(read: Directions, part: str) -> str:
    """One part in the fixed words of directions."""
    kept = {"dose": {"dose": read.dose}, "timing": {"timing": read.timing}, "route": {"route": read.route}}
    kept |= {"as needed": {"as_needed": True, "reason": read.reason}, "duration": {"duration": read.duration}}
    kept |= {"limit": {"limit": read.limit}, "quantity": {"quantity": read.quantity}}
    kept |= {"refills": {"refills": read.refills}}
    said = words(Directions("", **kept[part]))  # type: ignore[arg-type]  # each is the field's own value
    assumed = part == "dose" and read.dose is not None and read.dose.assumed
    return said.removeprefix("use ").removeprefix("take ").strip(" ,") + (" (mg is assumed)" if assumed else "")


def _from(text: str, span: tuple[int, int] | None) -> str | None:
    return f"from the words “{text[slice(*span)]}”" if span else None


def _at(order: Medication, text: str, span: tuple[int, int] | None) -> Origin:
    return Origin("coded", order.ref.reference, text, span)
