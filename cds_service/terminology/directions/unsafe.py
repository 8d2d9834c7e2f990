"""Abbreviations that have killed: named wherever they stand, and never guessed at where they have two meanings.

Source: the list of error-prone abbreviations, symbols and dose designations of the Institute for Safe Medication
Practices (ISMP), in our own words.
"""

from __future__ import annotations

import re

# "TAKE 1 TABLET AS NEEDED": what follows the word and never the left ear.
_AS_A_WORD = "needed|necessary|required|directed|prescribed|instructed|indicated|tolerated|soon|an?|the|per|lib"
_UNSAFE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r"(?<=\d)\s?[uU]\b", 'U: write "units"; read as a zero or a four'),
        (r"(?<=\d)\s?(?:IU|iu)\b", 'IU: write "units"; read as IV or 10'),
        (r"(?i)\bq\.? ?d\.?\b(?!\w)", 'QD: write "daily"; read as QID'),
        (r"(?i)\bq\.? ?o\.? ?d\b\.?", 'QOD: write "every other day"; read as QD or QID'),
        (r"(?i)\bq1d\b", 'q1d: write "daily"; read as QID'),
        (r"(?i)\bo\.?d\.?\b", "OD: right eye or once daily"),
        (r"(?i)\bo\.?[su]\.?\b(?!\w)", "OS, OU: write the eye; read as AS, AU"),
        (
            rf"(?i:\ba\.[dsu]\b|\bau\b)|\bA[DS]\b(?! (?i:{_AS_A_WORD}))",
            "AD, AS, AU: write the ear; read as OD, OS, OU",
        ),
        (r"(?i)\b(?:biw|tiw|qiw|q\.i\.w)\b", "BIW, TIW, QIW: times a week, read as times a day"),
        (r"(?i)\bs\.?[cq]\.?\b|\bsub ?q\b", "SC, SQ, sub q: write subcutaneously; read as SL or as every"),
        (r"\bHS\b|(?i:\bqhs\b|\bhs\b)", "HS: bedtime or half-strength"),
        (r"(?i)\bcc\b", "cc: write mL; read as units"),
        (r"\u00b5g|\u03bcg", "\u00b5g: write mcg; read as mg"),
        (r"(?<![\d.])\.\d", "a decimal without a leading zero; the point is missed"),
        (r"\d\.0+(?!\d)", "a trailing zero; the point is missed"),
        (r"\bMS(?:O4)?\b|\bMgSO4\b", "MS, MSO4, MgSO4: morphine or magnesium"),
        (r"(?i)\bd/c\b", "D/C: discharge or discontinue"),
        (r"(?i)(?:\bx|\u00d7) ?\d+(?: ?- ?\d+)? ?d\b", 'xNd: write "for N days"; read as N doses'),
        (r"(?i)\b(?:ssi|ssri)\b", "SSI: sliding scale or strong solution of iodine"),
        (r"(?i)\bper os\b", "per os: read as left eye"),
        (r"(?i)\bss\b", "ss: one half or 55"),
        (r"(?i)\b(?:biweekly|bimonthly)\b", "biweekly: twice a week or every two weeks"),
        (r"@", "@: write at; read as 2"),
    )
)
_AMBIGUOUS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r"\b(?:biweekly|bimonthly)\b", "biweekly means twice a week or every two weeks"),
        (
            r"\bod\b(?!.*\beyes?\b)(?=.*\bdrops?\b|.*\bgtts?\b)|\bdrops?\b.*\bod\b",
            "OD means the right eye or once daily",
        ),
        (r"\b\d+ ?ss\b|\bss\b", "ss means one half or is read as 55"),
        (r"\bud\b|\but dict\b", "the directions are not in the text"),
        (r"\b(?:iv|v|vi{1,3}|ix)(?= (?:tab|cap|gtt|drop|puff|spray|supp)\w*\b)", "IV is a route or the number four"),
        (r"\bms\b(?= \d)|\bmso4\b|\bmgso4\b", "MS means morphine or magnesium sulfate"),
    )
)


def unsafe_in(text: str) -> tuple[str, ...]:
    """The unsafe abbreviations in directions as written, each with its danger, in the order of the list."""
    return tuple(danger for pattern, danger in _UNSAFE if pattern.search(text))


def ambiguous(plain: str) -> str | None:
    """Why normalised directions can be read in two ways, or None."""
    return next((danger for pattern, danger in _AMBIGUOUS if pattern.search(plain)), None)
