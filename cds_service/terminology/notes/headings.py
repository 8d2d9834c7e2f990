"""The headings of a note, each with the section that it names.

A heading is a line, or the beginning of one, that names a section which notes have; any other line that looks like a
heading closes the section before it. The head of a table names a section by its first column.
"""

from __future__ import annotations

import re
from typing import Literal

# stopped: what is no longer taken or has; told: words to the patient, in which nothing is said of them.
Section = Literal["allergies", "medications", "past", "family", "plan", "here", "stopped", "told", ""]

_NAMES: dict[Section, str] = {
    "allergies": r"(?:drug |medication |known |food (?:and|/) drug )?allerg(?:y|ies)(?: (?:list|history|"
    r"and (?:adverse )?"
    r"reactions|and intolerances|/ ?intolerances|/ ?adverse reactions))?|(?:drug )?intolerances|adverse (?:drug )?"
    r"reactions|all|allergies/(?:adverse )?(?:reactions|intolerances)|adrs?|(?:medication |"
    r"statin )?intoleranc(?:es?|y)",
    "told": r"(?:patient|discharge|return|aftercare|home care|home|wound care) instructions|after[- ]visit summary|"
    r"(?:patient )?education|anticipatory guidance|return precautions|consent(?: form)?|informed consent|avs",
    "stopped": r"(?:resolved|inactive|removed|deleted)(?: (?:problems?|diagnos[ie]s|conditions?|allergies|list))|"
    r"resolved|inactive|discontinued|stopped|(?:discontinued|stopped|past|previous|prior|former|"
    r"inactive) (?:home )?(?:meds?|medications?)|(?:meds?|medications?) (?:discontinued|stopped)",
    "here": r"(?:inpatient|hospital|current inpatient|scheduled|prn|ed|in-?house|administered|operative|infusion)"
    r" (?:meds?|medications?)|(?:meds?|medications?) (?:on|at) transfer|(?:meds?|"
    r"medications?)(?: that were)? (?:given|administered|received)[\w ]{0,30}|(?:hospital|ed|emergency department|"
    r"icu|clinical) course|(?:interval|hospital) events|mar|anesthesia|procedures?(?: note| performed)?",
    "medications": r"(?:home|current|outpatient|ambulatory|active|preadmission|pre-admission|admission|"
    r"prior to admission|chronic|regular|daily|present|patient'?s|at[- ]home)?(?: (?:home|current|outpatient|"
    r"active|encounter))? ?"
    r"(?:meds?|medications?|medicines|medication list|prescriptions|drugs)(?: (?:list|at home|on admission|"
    r"prior to admission|history|prior to arrival|reconciliation|"
    r"per [\w ]{1,24}))?|(?:other|discharge|maintenance) (?:meds?|"
    r"medications?)(?: list)?|med rec|rx|home|immunosuppression|pill ?(?:box|organizer)(?: [\w ]{1,24})?|(?:otc|"
    r"over[- ]the[- ]counter|supplements)(?: (?:meds?|medications?))?|pta meds?",
    "past": r"(?:past|previous|significant|chronic|relevant|pertinent)?(?: ?(?:medical|med|surgical|"
    r"psychiatric|cardiac|obstetric))*"
    r"(?:(?: ?/ ?| and )(?:medical|surgical|psychiatric))? ?(?:history|hx)|pmhx?|pmsh|psh|pshx|pmh/psh|"
    r"past history|(?:active |current |chronic )?(?:medical )?(?:problems?|conditions|comorbidities|"
    r"diagnoses)(?: list)?|chronic (?:medical )?(?:illness(?:es)?|conditions|problems|issues)|past medical problems",
    "family": r"family(?: medical| health)?(?: history| hx)|fhx?|fam(?:ily)? ?hx|fmh|fmhx",
    "plan": r"(?:assessment|impression|a) ?(?:and|&|/|,) ?(?:plans?|p|recommendations)|(?:treatment |care |"
    r"discharge |management )?(?:plan|recommendations?)|orders?|(?:follow-?up )?instructions|"
    r"discharge prescriptions|recs|p|new (?:meds?|medications?|prescriptions|orders)|disposition|"
    r"(?:patient )?counsel\w+|follow-?up|medications? (?:started|prescribed)(?: today)?|prescriptions? (?:given|"
    r"sent)[\w ]{0,20}|differential(?: diagnosis)?|contingency(?: plan)?|health maintenance|goals|screening(?:s)?",
    "": r"[soa]|history of (?:the )?present(?:ing)? illness|hpi|chief complaint|cc|reason for (?:visit|consult\w*|"
    r"admission)|subjective|objective|social (?:history|hx)|shx?|sochx|review of systems|ros|"
    r"physical exam(?:ination)?|exam(?:ination)?|pe|vitals?"
    r"(?: signs)?|labs?|laboratory(?: data| results)?|results|imaging|data|assessment|impression|immunizations?|"
    r"interval history|history and physical|birth history|developmental history|obstetric history|"
    r"gyn(?:ecologic)? history|substance use|functional status|code status|diagnosis|discharge diagnos[ie]s|"
    r"admission diagnosis|summary|narrative|comments?|ecg|ekg|procedure history|travel history|sexual history|diet|"
    r"attestation|addendum|background|events|subjective complaints",
}
# In this order: "hospital course" before "medications", "history of present illness" before "history".
_ORDER: tuple[Section, ...] = ("", "family", "allergies", "told", "stopped", "here", "plan", "medications", "past")
_HEADINGS = [(section, re.compile(rf"(?:{_NAMES[section]})", re.IGNORECASE)) for section in _ORDER]
_HEAD = re.compile(
    r"[\s#*>-]*(?:\d{1,2}[.)]\s*)?([A-Za-z][A-Za-z0-9 /&,'()-]{0,64}?)\s*(?::+|[-\u2013]{1,2}(?=\s)|\s*$)"
)
_INLINE = re.compile(r"(?:(?<=[.;!?)\]:])|(?<=\s{2}))\s*([A-Za-z][A-Za-z /&'-]{1,40}?)\s*:(?=\s|$)")
BULLET = re.compile(r"\s*(?:[-*\u2022\u25cf\u00b7+o>]\s|\d{1,2}[.)]\s|\[.?\]|\(.?\)\s)")
LISTS = frozenset({"allergies", "medications", "past", "family", "stopped"})
# The head of a table: what stands in the column, and the words of the other columns.
_COLUMNS: dict[str, Section] = {
    **dict.fromkeys(("allergen", "allergy", "allergies", "substance", "agent"), "allergies"),
    **dict.fromkeys(("medication", "medications", "drug", "drug name", "medicine", "med"), "medications"),
}
_OTHER_COLUMNS = re.compile(
    r"(?:dos(?:e|age)|freq(?:uency)?|route|sig|status|start(?:ed)?(?: date)?|stop(?:ped)?(?: date)?|last (?:taken|"
    r"dose)|reactions?|severity|type|date|comments?|notes?|onset|strength|directions|instructions|indication|reason)",
    re.IGNORECASE,
)
_CELLS = re.compile(r"\s*\|\s*|\s{2,}|\t|\s[-/]\s")
_ASIDE = re.compile(r"\s*\([^)]{0,40}\)")
_LONG_ASIDE = re.compile(r"(?<=[A-Za-z])\s*\([^()]{0,80}\)\s*$")
# What records put behind the name of a section.
_QUALIFIED = re.compile(
    r" (?:as of [\d/.-]+|on file(?: prior to (?:visit|encounter|admission))?|prior to (?:visit|encounter)|reviewed)$"
)


def heading_of(line: str, in_list: bool = False) -> tuple[Section, int] | None:
    """The section that a line begins and the length of its heading; None for a line of text.

    Capitals alone make a heading only outside of a list, where "PENICILLIN" is an entry.
    """
    column = _column(line)
    if column is not None:
        return column, len(line)
    head = _HEAD.match(_without_aside(line))
    if head is None:
        return None
    named, alone = head[1].strip(), not line[head.end() :].strip()
    dashed = not line[head.start(1) : head.end()].rstrip().endswith(":") and not alone
    section = _named(named)
    if section is not None:
        short_word = dashed and len(named) < 4
        return None if short_word else (section, head.end())
    capitals = named.isupper() and not in_list and len(named) > 4
    looks_like_one = alone and (capitals or (line.rstrip().endswith(":") and len(named) > 3))
    return ("", head.end()) if looks_like_one and not BULLET.match(line) else None


def _without_aside(line: str) -> str:
    """ "Home meds (per wife): x" without what stands in brackets before the colon, in the same length."""
    if "(" not in line:
        return line
    line = _LONG_ASIDE.sub(lambda match: " " * len(match[0]), line)
    head, colon, rest = line.partition(":")
    if not colon and _ASIDE.search(head):
        return _ASIDE.sub(lambda match: " " * len(match[0]), line)
    return _ASIDE.sub(lambda match: " " * len(match[0]), head) + colon + rest


def _column(line: str) -> Section | None:
    """The section that the head of a table begins."""
    cells = [cell for cell in _CELLS.split(line.strip(" |\t")) if cell]
    if len(cells) < 2 or not all(_OTHER_COLUMNS.fullmatch(cell) for cell in cells[1:]):
        return None
    return _COLUMNS.get(cells[0].lower())


def _named(heading: str) -> Section | None:
    words = _QUALIFIED.sub("", " ".join(heading.lower().split()))
    return next((section for section, names in _HEADINGS if names.fullmatch(words)), None)


def heading_inside(text: str) -> tuple[int, int, Section] | None:
    """The first heading in the middle of a line: where it begins and ends, and its section."""
    for match in _INLINE.finditer(text):
        section = _named(match[1])
        if section is not None:
            return match.start(), match.end(), section
    return None
