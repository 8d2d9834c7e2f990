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
    r"spouse|(?<!deceased )(?<!living )donor|caregiver|relatives?|in-law|parents?|siblings?|children|"
    r"(?<!as a )child|kids|grandchildren|"
    r"mg[fm]|pg[fm]|familial|nobody in)(?:'s)?\b(?! (?:states|reports|says|notes|called|at bedside|denies|and he|"
    r"and she))"
)
_THEMSELVES = re.compile(
    r"\b(?:patient|pt|he|she|i)\b (?:himself |herself |myself |also |too )?(?:has|had|is|was|takes|reports)\b"
)
# A form that was filled in: "Asthma: no", "[ ] diabetes", "HTN (-)".
_ANSWERED_NO = re.compile(
    r"\s*(?:\.{2,}|_{2,})\s*(?:no?|denies|negative)\b|\s*(?:[:?]|\s-)\s*(?:no|n|denie[sd]|negative|neg|none|false|"
    r"absent|never)\b|\s*(?:\[ ?\]|\(-\))"
)
_UNTICKED = re.compile(r"(?:\[ ?\]|\( \)|\u2610)\s*(?:\w+ ){0,2}$")
# A relative of whom something is said; "he" and "she" after one mean them.
_RELATIVE = (
    r"(?:mother|father|mom|dad|brother|sister|sibling|son|daughter|aunt|uncle|cousin|niece|nephew|grand(?:mother|"
    r"father|son|"
    r"daughter)|husband|wife|spouse|partner|friend|room-?mate)"
)
_RELATIVES_OWN = re.compile(
    rf"\b{_RELATIVE},? who\b|^\W*(?:the |his |her )?{_RELATIVE}(?: is)?(?: present| at bedside)?,? (?:he|"
    rf"she) (?!reports|states|says)|"
    rf"^\W*(?:the |his |her )?{_RELATIVE}(?: is)? (?:present|at bedside),? (?:and )?(?:has|takes|uses)\b|"
    rf"^\W*(?:the |his |her )?{_RELATIVE}(?: herself| himself)? (?:is the one|has|takes|uses|was)\b"
)
_PATIENT_AGAIN = re.compile(
    rf".*\b{_RELATIVE}\b.*[;,.] ?(?:but |and |while )?(?:the )?(?:patient|pt|client)\b(?: \w+)?? (?:has|takes|uses|"
    rf"is|was)\b"
)
_ASKED = re.compile(
    r"\b(?:if|whether|in case|should|would|could(?! not| hardly)|might|may|asked? about|unsure (?:if|whether)|"
    r"unclear (?:if|whether)|"
    r"risk (?:of|for|factors? for)|risks? (?:include|including|are)|people with|signs? of|at risk for|screen(?:ed|"
    r"ing)? for|concern(?:ed)? (?:for|about)|rule out|r/o|"
    r"evaluat\w+ (?:for|of)|indicat\w+ for|work-?up for|test(?:ed|ing)? for|"
    r"worr(?:y|ied) about|prevent\w*|avoid\w*(?!.*\b(?:because|due to|since)\b)|possible|possibly|probable|"
    r"suspect\w*|questionable|"
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
        or (said.family and not _PATIENT_AGAIN.match(before))
        or bool(_RELATIVES_OWN.search(before))
        or bool(others and not _THEMSELVES.search(before, others.end())),
        supposed=said.hypothetical or bool(_ASKED.search(before)),
    )
