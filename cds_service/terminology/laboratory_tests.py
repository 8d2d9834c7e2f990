"""A drug named inside the name of a laboratory test is no drug: "digoxin level", "vancomycin trough", "iron studies".

A test word counts only right behind the name; with a dose before it ("levothyroxine 50 mcg, level in 6 weeks") it does
not, and the drug stays a drug.
"""

from __future__ import annotations

import re

_WORDS = r"(?:serum |plasma |blood )?(?:levels?|troughs?|peak|studies|assay|titers?|antibod(?:y|ies)|screen|clearance)"
_BEHIND = re.compile(rf"\s+{_WORDS}\b", re.IGNORECASE)
_WHOLE = re.compile(rf"\s*(?:[^\W\d_][\w-]*\s+){{1,3}}{_WORDS}\s*", re.IGNORECASE)


def is_in_a_test(text: str, end: int) -> bool:
    """True when a test word stands right behind the name that ends at `end`."""
    return bool(_BEHIND.match(text, end))


def is_a_test(text: str) -> bool:
    """True when the whole text names a test and nothing else."""
    return bool(_WHOLE.fullmatch(text))
