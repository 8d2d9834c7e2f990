"""What the readers of mentions share: the text before and after a mention, and the flags of the sentence about it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cds_service.terminology.assertion import read_assertion
from cds_service.terminology.notes.layout import Sentence

# Others of whom notes speak, beside relatives.
_OTHERS = re.compile(
    r"\b(?:friend|neighbo(?:u)?r|co-?worker|colleague|room-?mate|class-?mate|partner|boss|fianc[eé]e?|boyfriend|"
    r"girlfriend|"
    r"spouse|donor|caregiver|relatives?|in-law|parents?|siblings?|children|(?<!as a )child|kids|grandchildren|"
    r"mg[fm]|pg[fm]|familial|nobody in)(?:'s)?\b(?! (?:states|reports|says|notes|called|at bedside|denies|and he|"
    r"and she))"
)
_THEMSELVES = re.compile(
    r"\b(?:patient|pt|he|she|i)\b (?:himself |herself |myself |also |too )?(?:has|had|is|was|takes|reports)\b"
)
# A form that was filled in: "Asthma: no", "[ ] diabetes", "HTN (-)".
_ANSWERED_NO = re.compile(
    r"\s*(?:[:?]|\s-)\s*(?:no|n|denie[sd]|negative|neg|none|false|absent|never)\b|\s*(?:\[ ?\]|\(-\))"
)
_UNTICKED = re.compile(r"(?:\[ ?\]|\( \)|\u2610)\s*(?:\w+ ){0,2}$")
_ASKED = re.compile(
    r"\b(?:if|whether|in case|should|would|could|might|may|asked? about|unsure (?:if|whether)|unclear (?:if|whether)|"
    r"risk (?:of|for|factors? for)|at risk for|screen(?:ed|ing)? for|concern(?:ed)? (?:for|about)|rule out|r/o|"
    r"evaluat\w+ for|work-?up for|test(?:ed|ing)? for|"
    r"worr(?:y|ied) about|prevent\w*|avoid\w*|possible|possibly|probable|suspect\w*|questionable|"
    r"versus|vs\.?|consider\w*|educat\w+ (?:on|about)|"
    r"counsel\w+ (?:on|about|regarding)|discussed|information (?:on|about)|leaflet|handout|unlikely)\b[^.;]*$"
)


@dataclass(frozen=True, slots=True)
class Around:
    """`before` and `after` in lower case; `denied`, `family`, `supposed` are of the mention itself."""

    before: str
    mention: str
    after: str
    denied: bool
    past: bool
    family: bool
    supposed: bool

    @property
    def of_this_patient(self) -> bool:
        """Said of the patient, and as a fact."""
        return not (self.family or self.supposed)


def around(sentence: Sentence, span: tuple[int, int]) -> Around:
    """What the sentence says about the mention in `span`."""
    lowered = sentence.text.lower().replace("\u2019", "'")
    lowered = lowered if len(lowered) == len(sentence.text) else sentence.text
    before, mention, after = lowered[: span[0]], lowered[slice(*span)], lowered[span[1] :]
    said = read_assertion(sentence.text, span)
    others = _OTHERS.search(before)
    return Around(
        before=before,
        mention=mention,
        after=after,
        denied=said.negated or bool(_ANSWERED_NO.match(after)) or bool(_UNTICKED.search(before)),
        past=said.historical,
        family=sentence.section == "family"
        or said.family
        or bool(others and not _THEMSELVES.search(before, others.end())),
        supposed=said.hypothetical or bool(_ASKED.search(before)),
    )
