"""Which sentences of an allergy list are entries, where somebody wrote on behind it on the same line.

"Allergies: latex. Takes lisinopril 10 mg daily. Codeine - nausea.": the second is no allergy, the third is. What
follows such a sentence is an entry again when it names a reaction, or is bare names behind a medication with its dose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cds_service.terminology.reactions import kinds_in

_TELLS_ON = re.compile(
    r"(?:(?:she|he|they|pt|patient|the patient)\s+)?(?:currently\s+)?(?:takes|taking|is taking)\b(?! no\b)"
    r"(?!.*\bcaus\w+)",
    re.I,
)
_WITH_REACTION = re.compile(r"[A-Za-z][\w /-]{1,40}?(?:\s*[:(]|\s[-\u2013])(.{2,80})")
_NAME = r"[A-Za-z-]{3,}(?: [A-Za-z-]{3,})?"
_NAMES = re.compile(
    rf"(?!(?:also|plus|and|then|with|as|on|he|she|no|not)\b){_NAME}(?:(?:,(?: and)?| and| or) {_NAME})*\.?", re.I
)


def entries(texts: Iterable[str]) -> Iterator[bool]:
    """For each sentence of an allergy list in order, whether it stands in the list."""
    told: str | None = None
    for text in texts:
        if _TELLS_ON.match(text):
            told = text
            yield False
        else:
            yield told is None or _is_entry(text, told)


def _is_entry(text: str, told: str) -> bool:
    """`told` is the sentence that told on before it: where medications stand with doses, bare names are none."""
    reaction = _WITH_REACTION.match(text)
    if reaction and kinds_in(reaction[1]):
        return True
    return any(sign.isdigit() for sign in told) and _NAMES.fullmatch(text) is not None
