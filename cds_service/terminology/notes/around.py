"""What the readers of mentions share: the text before and after a mention, and the flags of the sentence about it."""

from __future__ import annotations

import re
from functools import cached_property

from cds_service.terminology.assertion import Assertion, read_assertion
from cds_service.terminology.notes.layout import Sentence

# Others of whom notes speak, beside relatives.
_OTHERS = re.compile(
    r"\b(?:friend|neighbo(?:u)?r|co-?worker|colleague|room-?mate|class-?mate|partner|boss|fianc[eé]e?|boyfriend|"
    r"girlfriend|spouse|(?<!deceased )(?<!living )donor|caregiver|relatives?|in-law|parents?|siblings?|children|"
    r"(?<!as a )child|kids|grandchildren|mg[fm]|pg[fm]|familial|nobody in)(?:'s)?\b(?! (?:states|reports|says|"
    r"notes|called|at bedside|denies|and he|and she))"
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
    r"father|son|daughter)|husband|wife|spouse|partner|friend|room-?mate)"
)
_RELATIVES_OWN = re.compile(
    rf"\b{_RELATIVE},? who\b|^\W*(?:the |his |her )?{_RELATIVE}(?: is)?(?: present| at bedside)?,? (?:he|"
    rf"she) (?!reports|states|says)|^\W*(?:the |his |her )?{_RELATIVE}(?: is)? (?:present|"
    rf"at bedside),? (?:and )?(?:has|takes|uses)\b|^\W*(?:the |his |her )?{_RELATIVE}(?: herself|"
    rf" himself)? (?:is the one|has|takes|uses|was)\b"
)
_OF_A_RELATIVE = re.compile(rf"\b(?:positive|significant|remarkable|notable) for (?:the |his |her )?{_RELATIVE}\b")
_PATIENT_AGAIN = re.compile(
    rf".*\b{_RELATIVE}\b.*[;,.] ?(?:but |and |while )?(?:the )?(?:patient|pt|client)\b(?: \w+)?? (?:has|takes|uses|"
    rf"is|was)\b"
)
_ASKED = re.compile(
    r"\b(?:if|whether|in case|should|would|could(?! not| hardly)|might|may|asked? about|unsure (?:if|whether)|"
    r"unclear (?:if|whether)|risk (?:of|for|factors? for)|risks? (?:include|including|are)|people with|signs? of|"
    r"at risk for|screen(?:ed|ing)? for|concern(?:ed|s)? (?:for|about|of)|rule out|r/o|evaluat\w+ (?:for|of)|"
    r"assess(?:ment|ed|ing)? (?:for|of)|"
    r"indicat\w+ for|work-?up for|test(?:ed|ing)? for|worr(?:y|ied) about|prevent\w*|avoid\w*(?!.*\b(?:because|"
    r"due to|since)\b)|possible|possibly|probable|suspect\w*|questionable|versus|vs\.?|consider\w*|educat\w+ (?:on|"
    r"about)|counsel\w+ (?:on|about|regarding)|discussed|information (?:on|about)|leaflet|handout|unlikely)\b[^.;]*$"
)


class Around:
    """What the sentence says about one mention; each answer is worked out when it is asked for, and once.

    `before`, `mention` and `after` are in lower case.
    """

    def __init__(self, sentence: Sentence, span: tuple[int, int]) -> None:
        lowered = sentence.text.lower().replace("\u2019", "'")
        lowered = lowered if len(lowered) == len(sentence.text) else sentence.text
        self.before, self.mention, self.after = lowered[: span[0]], lowered[slice(*span)], lowered[span[1] :]
        self._sentence, self._span = sentence, span

    @cached_property
    def _said(self) -> Assertion:
        return read_assertion(self._sentence.text, self._span)

    @property
    def past(self) -> bool:
        return self._said.historical

    @cached_property
    def denied(self) -> bool:
        return bool(_ANSWERED_NO.match(self.after) or _UNTICKED.search(self.before)) or self._said.negated

    @cached_property
    def supposed(self) -> bool:
        return bool(_ASKED.search(self.before)) or self._said.hypothetical

    @cached_property
    def family(self) -> bool:
        if self._sentence.section == "family":
            return True
        if _RELATIVES_OWN.search(self.before) or _OF_A_RELATIVE.search(self.before):
            return True
        others = _OTHERS.search(self.before)
        if others and not _THEMSELVES.search(self.before, others.end()):
            return True
        return self._said.family and not _PATIENT_AGAIN.match(self.before)

    @property
    def of_this_patient(self) -> bool:
        """Said of the patient, and as a fact."""
        return not (self.family or self.supposed)
