"""Words joined to a drug's name that are no name we know: components that nobody will check, unless they are the words
of an order, or what a strength is per.
"""

from __future__ import annotations

import re

from cds_service.terminology.combination.words import AMOUNT, LETTERS, NOT_COMPONENTS, OF_ONE, TIGHT, UNIT

# Four letters at least; behind a mark with space around it a short word too that a longer one or a strength follows
# ("soy protein", "ZNO 250 MG"). "MG/Day" and "Covera-HS" have none.
_AFTER = re.compile(
    rf"{TIGHT}({LETTERS}{{4,}})|{OF_ONE}{AMOUNT}(?<=\s)[/+&]\s+(?:[\d.,]+\s*{UNIT}\s+)?"
    rf"({LETTERS}{{3}}(?=\s{LETTERS}{{4}})"
    rf"|(?!{UNIT}){LETTERS}[\w+-]*(?=(?:\s{LETTERS}+){{0,3}}(?:\s+\d+)?\s+\d[\d.,]*\s*(?:%|{UNIT})))",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"(?:\A(?:\d+\s(?:HR|ML)\s)?|[/+&(]\s*)((?!{UNIT}){LETTERS}[\w+-]*(?:\s{LETTERS}+){{0,4}})(?:\s+\d+)?\s+\d[\d.,]*\s*(?:%|{UNIT}){AMOUNT}[/+&]\s*\Z"
    rf"|(?<![^\W_])({LETTERS}{{4,}}(?:\s{LETTERS}{{1,3}})?)(?:{AMOUNT}[/+&]\s*|-)\Z",
    re.IGNORECASE,
)
# "Aminosyn II 3.5 % in 25 % Dextrose", "Octocaine 2 % with epinephrine": what has the strength is the drug, and the
# name behind it is what it is dissolved in, or goes with it.
_IN_A_SOLUTION = re.compile(
    rf"(?:\A|\()\s*(?:[\d.]+\s*%\s+)?({LETTERS}{{5,}}(?:[\s-]+{LETTERS}+){{0,2}})"
    rf"(?:(?<=amino acids)|\s+[\d./]+\s*(?:%|{UNIT})(?:\s{LETTERS}(?=\s))?)"
    r"\s+in\s+(?:[\d.]+\s*%\s+)?\Z"
    rf"|\A\s*({LETTERS}{{5,}}(?:[\s-]+{LETTERS}+)?)\s+[\d.]+\s*%\s+with\s+\Z",
    re.IGNORECASE,
)
# The further words of a component that is not known, when they end as a component's do.
_PHRASE = re.compile(rf"(?:\s+{LETTERS}+){{0,5}}(?=\s*(?:\d|[/+&(),#-]|\Z))")
# A text that begins with one long word and then the name: half of a combination, misspelt ("amoxicillan clavulanate").
_LEADING = re.compile(rf"\s*({LETTERS}{{6,}})\s+\Z")
_BEGIN_NAMES = frozenset({"sodium", "potassium", "vitamin", "topical"})  # "sodium chlidore" is a component
_PER = re.compile(r"(?:mg|mcg|ug)s?\s*/\s*\Z", re.IGNORECASE)
_A_NUMBER = re.compile(r"\s*\d")
_A_UNIT = re.compile(rf"{UNIT}/\Z", re.IGNORECASE)
_LONGEST_PIECE = 9  # letters
_LONGEST_UNIT = 16  # characters, with what stands around it


def stranger_before(text: str, start: int) -> tuple[str, ...]:
    """The word before a name, where it stands as a component or is the first half of a combination."""
    before = text[max(0, start - 80) : start]
    found = _BEFORE.search(before) or _IN_A_SOLUTION.search(before) or _LEADING.match(text[:start])
    word = found[found.lastindex or 0] if found else ""
    words = word.lower().split()
    is_instruction = found is not None and found.re is _IN_A_SOLUTION and words[0] in NOT_COMPONENTS
    return (word,) if set(words) - NOT_COMPONENTS and not is_instruction else ()


def stranger_behind(text: str, end: int) -> tuple[str, int] | None:
    """What is joined on at `end` and is neither a name nor a usual word of an order, and where it ends."""
    found = _AFTER.match(text, end)
    if found is None:
        return None
    word = (found[1] or found[2]).lower()
    if _is_per(text, found.end() - len(word), found.end()):
        return None
    phrase = _PHRASE.match(text, found.end())
    stop = phrase.end() if phrase else found.end()
    further = text[found.end() : stop].lower().split()
    if word in NOT_COMPONENTS and not (word in _BEGIN_NAMES and set(further) - NOT_COMPONENTS):
        return None
    return text[found.end() - len(word) : stop], stop


def _is_per(text: str, start: int, end: int) -> bool:
    """ "17 GM/SCOOP": a short word tight behind a unit, without an amount of its own, is what the strength is per. The
    words are too many for a list; a component that nobody knows is nearly always longer, or has its strength."""
    return (
        end - start <= _LONGEST_PIECE
        and bool(_A_UNIT.search(text[max(0, start - _LONGEST_UNIT) : start]))
        and not _A_NUMBER.match(text[end:])
    )


def is_per_inhalation(text: str, span: tuple[int, int]) -> bool:
    """ "62.5-25 MCG/INH": INH is the inhalation there, and isoniazid in "rifampin 300 mg/INH 150 mg"."""
    start, end = span
    return text[start:end].lower() == "inh" and bool(_PER.search(text[:start])) and not _A_NUMBER.match(text[end:])
