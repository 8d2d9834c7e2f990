"""What the cues of one property are, and the phrases that close the reach of any of them.

`ahead` cues speak of what follows them, `behind` cues of what stands before them; `void` are phrases that only look
like a cue ("no change in", "cannot be excluded") and take the place of it; an `end` closes what a cue ahead reaches.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cues:
    """The cues of one property; `near` is how many words a cue behind may stand off."""

    ahead: re.Pattern[str]
    behind: re.Pattern[str]
    void: re.Pattern[str]
    end: re.Pattern[str]
    near: int = 8


def phrases(*words: str) -> re.Pattern[str]:
    return re.compile(_words(*words))


def closes(*words: str, marks: str = ";") -> re.Pattern[str]:
    """Words that close the reach of a cue, and the punctuation that does."""
    return re.compile(f"{_words(*words)}|[{re.escape(marks)}]|{_FULL_STOP}")


def _words(*words: str) -> str:
    """Any of them as whole words. What stands before is looked at once for all: most places of a text begin no word."""
    return rf"(?<![\w-])(?:{'|'.join(f'(?:{phrase})' for phrase in words)})(?!\w)"


# The end of a sentence inside the text, which is not the point of "Dr." or "vs.".
_FULL_STOP = r"(?<!\bdr)(?<!\bmr)(?<!\bms)(?<!\bmrs)(?<!\bvs)(?<!\d)\.(?=\s)"
NEW_SUBJECT = (
    r"(?:he|she|they|i|we|it|there|patient|pt)(?:'s)? (?:then |also |now |currently |later )?"
    r"(?:is|was|are|were|has|had|have|does|did|do|reports?|reported|states?|stated|complain\w*|presents?|presented|"
    r"notes?|noted|developed|admits?|endorses?|felt|feels|went|took|takes)"
)


# "Years ago she was told of ...": the clause that goes on from a time ahead of it, so that it does not close its reach.
GOING_ON = (
    r"(?:,? (?:he|she|they|the patient|pt) (?:was|were|had|has|underwent|developed|suffered|received)"
    r"(?: (?:told|diagnosed|treated|hospitali[sz]ed|admitted|seen)(?: (?:of|with|for))?)?)?"
)


BUT = (
    "but",
    "however",
    "although",
    "though",
    "except",
    "aside from",
    "apart from",
    "other than",
    "nevertheless",
    "yet",
    "whereas",
    "while",
    "besides",
    "despite",
    "in spite of",
    "unless",
    "otherwise",
)
BECAUSE = ("because", "due to", "secondary to", "caused by", "causing", "owing to", "as a result of")
