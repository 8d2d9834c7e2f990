"""The site's table of its EHR's own codes for what we propose: `orderables.csv` in the knowledge folder.

Columns: tenant (empty: every tenant), concept (`rxnorm#CODE` or `loinc#CODE`), order_text (empty: any; otherwise the
proposed order must read so), system, code, display. An EHR that takes only codes of its own gets a suggestion for what
stands here, and words for everything else.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from cds_service.errors import KnowledgeError
from cds_service.terminology.systems import LOINC, RXNORM

FILE = "orderables.csv"
COLUMNS = ("tenant", "concept", "order_text", "system", "code", "display")
_PREFIXES = {RXNORM: "rxnorm", LOINC: "loinc"}
_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Orderables:
    """Codings by tenant, concept and order text."""

    rows: Mapping[_Key, Mapping[str, str]] = field(default_factory=dict)

    def coding(self, tenant: str, system: str, code: str, order_text: str) -> dict[str, str] | None:
        """The EHR's own Coding: a tenant's row before one for all, a row for this text before one for any."""
        concept = f"{_PREFIXES.get(system, system)}#{code}"
        for key in ((t, concept, text) for t in (tenant, "") for text in (_same(order_text), "")):
            if key in self.rows:
                return dict(self.rows[key])
        return None


def parse_orderables(text: str) -> Orderables:
    """KnowledgeError names the line of a row that is not usable."""
    reader = csv.DictReader(io.StringIO(text), strict=True)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise KnowledgeError(f"{FILE}: the columns must be {', '.join(COLUMNS)}")
    rows: dict[_Key, Mapping[str, str]] = {}
    for row in reader:
        if not all(isinstance(row.get(name), str) for name in COLUMNS) or None in row:
            raise KnowledgeError(f"{FILE}:{reader.line_num}: the row has another number of cells than the header")
        concept, system, code = row["concept"].strip(), row["system"].strip(), row["code"].strip()
        if "#" not in concept or not system or not code:
            raise KnowledgeError(f"{FILE}:{reader.line_num}: concept (SYSTEM#CODE), system and code are required")
        coding = {"system": system, "code": code, "display": row["display"].strip()}
        rows[row["tenant"].strip(), concept, _same(row["order_text"])] = {k: v for k, v in coding.items() if v}
    return Orderables(rows)


def _same(text: str) -> str:
    return " ".join(text.lower().split())
