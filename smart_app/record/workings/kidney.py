"""Creatinine clearance and eGFR, with the numbers that the renal rules put into their formulas."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cds_service.tools import CannotCompute, ckd_epi_2021, cockcroft_gault
from cds_service.tools.ckd_epi_2021 import COEFFICIENTS, egfr
from cds_service.tools.cockcroft_gault import crcl
from smart_app.record.facts import FactLine
from smart_app.record.workings.shape import NUMBER, Calculation, amount, first


@dataclass(frozen=True, slots=True)
class _Inputs:
    creatinine: float
    age: float
    sex: str
    weight: float | None
    facts: tuple[int, ...]


def worked_out(facts: Sequence[FactLine]) -> Iterator[Calculation]:
    """From creatinine, age, sex and, for the clearance, weight."""
    for fact in facts:
        if "computed" in fact.note and any(name in fact.label for name in _KNOWN) and (one := _worked_out(fact, facts)):
            yield one


def _worked_out(fact: FactLine, facts: Sequence[FactLine]) -> Calculation | None:
    inputs, shown = _inputs(facts), re.search(NUMBER, fact.value)
    method = next(make for name, make in _KNOWN.items() if name in fact.label)
    if inputs is None or shown is None:
        return None
    try:
        value, formula, numbers, source = method(inputs)
    except CannotCompute:
        return None
    if abs(value - float(shown[1])) > 0.51:  # the card rounds to whole numbers
        return None
    return Calculation(fact.value, formula, f"{numbers} = {value:.1f}", source, inputs.facts, fact.number)


def _inputs(facts: Sequence[FactLine]) -> _Inputs | None:
    creatinine, weight = amount(facts, "creatinine"), amount(facts, "body weight")
    age, sex = first(facts, "age", NUMBER + r"\s*years"), first(facts, "sex", r"(female|male)")
    if creatinine is None or age is None or sex is None:
        return None
    used = (creatinine.fact, age[0].number, sex[0].number, *((weight.fact,) if weight else ()))
    return _Inputs(creatinine.value, float(age[1]), sex[1], weight.value if weight else None, used)


def _cockcroft_gault(inputs: _Inputs) -> tuple[float, str, str, str]:
    if inputs.weight is None:
        raise CannotCompute("no weight")
    value = crcl(inputs.creatinine, inputs.age, inputs.weight, inputs.sex)
    formula = cockcroft_gault.FORMULA
    factor = f" {formula.if_female}" if inputs.sex == "female" else ""
    words = formula.words + (f"{factor} for women" if factor else "")
    numbers = f"(140 − {inputs.age:g}) × {inputs.weight:g} kg ÷ (72 × {inputs.creatinine:g} mg/dL)"
    return value, words, numbers + factor, formula.source


def _ckd_epi(inputs: _Inputs) -> tuple[float, str, str, str]:
    value = egfr(inputs.creatinine, inputs.age, inputs.sex)
    kappa, alpha, of_sex = COEFFICIENTS[inputs.sex]
    factor = f" × {of_sex}" if inputs.sex == "female" else ""
    ratio = f"{inputs.creatinine:g}/{kappa}"
    formula = "142 × min(creatinine/κ, 1)^α × max(creatinine/κ, 1)^−1.200 × 0.9938^age"
    formula += f"{factor} for women" if factor else ""
    numbers = f"142 × min({ratio}, 1)^{alpha} × max({ratio}, 1)^−1.200 × 0.9938^{inputs.age:g}{factor}"
    return value, formula, numbers, ckd_epi_2021.FORMULA.source


_KNOWN: dict[str, Callable[[_Inputs], tuple[float, str, str, str]]] = {
    "Cockcroft-Gault": _cockcroft_gault,
    "CKD-EPI": _ckd_epi,
}
