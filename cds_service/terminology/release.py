"""Whether an order's words name an extended release form, and whether it is nebulized, a flush or a renewal."""

from __future__ import annotations

import re
from functools import lru_cache

# Forms in RxNorm and brand names that are extended release without saying so.
_EXTENDED = re.compile(
    r"\b(?:er|xr|xl|sr|cr|la|cd|xt|(?:extended|sustained|controlled|modified|prolonged)[ -]?release|long[ -]?acting|"
    r"24 ?h(?:r|our)?s? (?:tablet|capsule|tab|cap|extended)|12 ?h(?:r|our)?s? extended|"
    r"ms ?contin|oxycontin|kadian|avinza|hysingla|zohydro|xtampza|exalgo|conzip|belbuca|arymo|morphabond|"
    r"concerta|metadate|adhansia|jornay|aptensio|cotempla|quillivant|quillichew|mydayis|dyanavel|adzenys|rytary|"
    r"patch(?:es)?|transdermal|toprol|succinate)\b",
    re.IGNORECASE,
)
_FLUSH = re.compile(r"\b(?:flush(?:es)?|lock|keep vein open|kvo|diluent|carrier)\b", re.IGNORECASE)
_RENEWAL = re.compile(r"\b(?:renew(?:al|ed)?|refill(?!s)|reorder|re-order|continue(?: home)?)\b", re.IGNORECASE)
_RELIEF = re.compile(
    r"\b(?:prn|as[ -]needed|rescue|breakthrough|sliding[ -]scale|ssi|correction(?:al)?|supplemental scale|if needed)\b",
    re.IGNORECASE,
)


_NEBULIZED = re.compile(r"\b(?:neb\w*|inhal\w+ solution)\b", re.IGNORECASE)


@lru_cache(maxsize=4096)
def is_nebulized(text: str) -> bool:
    """True for a solution that a nebulizer turns into mist, and not an inhaler."""
    return bool(_NEBULIZED.search(text))


@lru_cache(maxsize=4096)
def is_extended(text: str) -> bool:
    """True for an extended release form; a text that says nothing counts as immediate release."""
    return bool(_EXTENDED.search(text))


@lru_cache(maxsize=4096)
def is_flush(text: str) -> bool:
    """True for what only keeps a line open or carries another drug."""
    return bool(_FLUSH.search(text))


@lru_cache(maxsize=4096)
def says_renewal(text: str) -> bool:
    """True when the order says that it goes on with what is taken already."""
    return bool(_RENEWAL.search(text))


@lru_cache(maxsize=4096)
def is_for_relief(text: str) -> bool:
    """True for a dose that is taken only when it is needed."""
    return bool(_RELIEF.search(text))
