"""A label's sentence that speaks of a drug below a clearance or eGFR -> a drafted renal band."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cds_service.knowledge.drafting import Kind, Sentence, grave
from cds_service.knowledge.kinds.renal import HIGHEST_BAND, RenalRow
from cds_service.knowledge.knowledge import Knowledge

COLUMNS = tuple(
    """id drug routes estimator from below harm display max_daily_dose dose_unit adjust_to summary management
    max_age_days alternatives source locator supports review""".split()  # noqa: SIM905
)
_BAND = re.compile(
    r"(?P<what>e\s?GFR|glomerular filtration rate|creatinine clearance|Cl\s?cr|CrCl)[^.;<]{0,40}?"
    r"(?P<sign><|≤|less than or equal to|less than|below|under)\s*(?P<value>\d{1,3})\b",
    re.IGNORECASE,
)
_INCLUSIVE = 0.01  # "30 or less" ends just above 30


def draft(sentence: Sentence, knowledge: Knowledge) -> Iterator[dict[str, str]]:
    """At most one, where no row of ours speaks of the drug and the kidney. The estimator is the label's own."""
    found = _BAND.search(sentence.text)
    if not found or knowledge.for_drug(RenalRow, sentence.drug):
        return
    below = int(found["value"])
    if not 0 < below < HIGHEST_BAND:
        return
    harm, display = grave("contraindicated" if sentence.section == "contraindications" else sentence.text)
    inclusive = found["sign"] in ("≤", "less than or equal to")
    yield {
        "drug": sentence.drug.name,
        "estimator": "egfr" if found["what"].lower().replace(" ", "")[:2] in ("eg", "gl") else "crcl",
        "below": f"{below + _INCLUSIVE:g}" if inclusive else str(below),
        "harm": harm,
        "display": display,
        "summary": "the label warns at this kidney function",
        "management": "Read what the label gives at this kidney function.",
    }


_SECTIONS = frozenset(
    {"dosage_and_administration", "contraindications", "use_in_specific_populations", "warnings_and_cautions"}
)
KIND = Kind(RenalRow.table, COLUMNS, _SECTIONS, draft)
