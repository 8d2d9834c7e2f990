"""A dose divided by the body weight, as the rule on doses by weight compared it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from smart_app.record.facts import FactLine
from smart_app.record.workings.shape import NUMBER, Calculation, amount

_DIVIDED = re.compile(rf"{NUMBER} (\S+) in {NUMBER} kg")


def worked_out(facts: Sequence[FactLine]) -> Iterator[Calculation]:
    """Dose and weight as the fact's note has them; the weight is the one in the chart."""
    for fact in facts:
        divided, shown = _DIVIDED.search(fact.note), re.match(rf"{NUMBER} (\S+/kg .*)", fact.value)
        weight = amount(facts, "body weight")
        limit = next((one for one in facts if one.label == "Maximum by weight"), None)
        if fact.label != "Ordered dose" or not divided or not shown or limit is None:
            continue
        value = float(divided[1]) / float(divided[3])
        if abs(value - float(shown[1])) <= 0.006 * value:  # the card shows three digits
            yield Calculation(
                fact.value,
                "ordered dose ÷ body weight",
                f"{divided[1]} {divided[2]} ÷ {divided[3]} kg = {shown[1]} {shown[2]}; the most is {limit.value}",
                "the limit is the rule's, from the label",
                (limit.number, *((weight.fact,) if weight else ())),
                fact.number,
            )
