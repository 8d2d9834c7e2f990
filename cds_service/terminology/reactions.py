"""What a recorded reaction to a drug was: its kinds, from words and SNOMED CT codes of manifestations.

A rule asks for a kind ("severe-delayed", "angioedema"); an effect that is no allergy ("nausea") makes the record an
intolerance. Words that are not known here say nothing: only what is known to be mild may lower a concern.

The line between allergy and side effect is that of the drug allergy practice parameter (Khan and others 2022,
doi:10.1016/j.jaci.2022.08.028); the codes are SNOMED CT findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

ALLERGIC, ANAPHYLAXIS, ANGIOEDEMA = "allergic", "anaphylaxis", "angioedema"
SEVERE, HIT = "severe-delayed", "heparin-thrombocytopenia"
# What is an allergy to most drugs and a side effect of some: a group says so of its members.
ITCH, INFUSION = "itching", "infusion-reaction"
# No allergy, and too grave to be taken lightly.
TENDON, RHABDOMYOLYSIS = "tendon-or-nerve", "rhabdomyolysis"
GRAVE = frozenset({TENDON, RHABDOMYOLYSIS})
COUGH, MUSCLE, STOMACH, BLEEDING, OTHER = "cough", "muscle", "stomach", "bleeding", "side-effect"
SIDE_EFFECTS = frozenset({COUGH, MUSCLE, STOMACH, BLEEDING, OTHER})
KINDS = frozenset(
    {ALLERGIC, ANAPHYLAXIS, SEVERE, ANGIOEDEMA, HIT, ITCH, INFUSION, TENDON, RHABDOMYOLYSIS, *SIDE_EFFECTS}
)

_WORDS = {
    SEVERE: r"stevens[ -]*johnsons?|\bsjs\b|toxic epidermal|necrolysis|\bdress\b|eosinophilia and systemic|"
    r"hypersensitivity syndrome|exfoliat\w+|erythroderma|serum sickness|h(?:a)?emolytic an(?:a)?emia|"
    r"meth(?:a)?emoglobin\w+|"
    r"\bagep\b|pustulosis|mucosal (?:lesions?|ulcers?)|blister\w*|desquamat\w+|organ injury|"
    r"(?:interstitial )?nephritis|drug[- ]induced (?:liver|hepat)\w*|vasculitis|aplastic|agranulocytosis",
    ANGIOEDEMA: r"angio-?(?:neurotic )?(?:o?edema)|"
    r"(?:lips?|tongue|face|facial|throat|lar[iy]n\w+|eyes?|periorbital|mouth)\W+(?:\w+\W+)?(?:swell\w*|swollen|edema)|"
    r"(?:swell\w*|swollen|edema)(?: of)?(?: the| his| her| my)? (?:lips?|tongue|face|throat)",
    HIT: r"heparin[- ]induced thrombocytop\w+",
    ANAPHYLAXIS: r"anaphyla\w+",
    ALLERGIC: r"\bhives?\b|urticari\w*|\brash\w*|exanthem\w*|\bwheals?\b|eruption|bronchospasm|wheez\w*|"
    r"asthma|(?:shortness|short) of breath|\bsob\b|dyspn(?:o)?ea|difficulty breathing|trouble breathing|"
    r"throat (?:closing|closed|closes|tight\w*)|\bswell\w*|swollen|shock|collapse|syncope|"
    r"erythema|(?:contact )?dermatitis|welts?|respiratory (?:distress|arrest)|cardiac arrest|fever",
    ITCH: r"\bitch\w*|prurit\w+",
    INFUSION: r"\bred[- ]?(?:man|neck|person)\b|(?:infusion|flushing)[- ](?:related )?(?:reaction|syndrome)",
    TENDON: r"tend[oi]n\w*|achilles|neuropath\w+",
    RHABDOMYOLYSIS: r"rhabdo\w*",
    COUGH: r"\bcough\w*",
    MUSCLE: r"myalgias?|myopath\w+|muscle (?:aches?|pains?|cramps?|weakness|spasms?|sore\w*)|leg (?:cramps?|pains?)|"
    r"\bck elevat\w+",
    BLEEDING: r"bleed\w*|h(?:a)?emorrhage|ulcers?\b|bruis\w+|mel(?:a)?ena",
    STOMACH: r"nause\w*|vomit\w*|emesis|\bn ?/ ?v\b|\bn&v\b|\bgi (?:upset|distress|intoleran\w+|problems?|issues?)|"
    r"(?:upset|sick) stomach|stomach (?:upset|pains?|aches?|cramps?)|abdominal (?:pains?|cramps?|cramping|discomfort)|"
    r"(?:violently|very) (?:ill|sick)|"
    r"diarrh(?:o)?ea|constipat\w+|heart ?burn|dyspepsia|indigestion|reflux|gastritis|bloating|gastrointestinal upset",
    OTHER: r"headaches?|dizz\w+|light-?headed\w*|drows\w+|sedat\w+|sleep(?:y|iness)|somnolen\w+|fatigue|tired\w*|"
    r"dry mouth|insomnia|palpitations?|jitter\w*|nervous\w*|anxi\w+|agitat\w+|hallucinat\w+|confus\w+|"
    r"nightmares?|vivid dreams|weight gain|weight loss|(?:ankle|leg|pedal|peripheral) (?:edema|swelling)|"
    r"sexual dysfunction|erectile dysfunction|impotence|metallic taste|taste|yeast infection|thrush|flushing|"
    r"hot flash\w*|tremors?|sweat\w*|photosensitiv\w+|bradycardia|slow heart rate|hypotension|low blood pressure|"
    r"hyperkal(?:a)?emia|hypokal(?:a)?emia|hyponatr(?:a)?emia|hypoglyc(?:a)?emia|elevated (?:lfts?|liver enzymes)|"
    r"urinary retention|faint\w*|vasovagal|passed out|"
    r"makes? (?:me|him|her) (?:sick|sleepy|loopy)|intoleran\w+|does(?:n't| not) work|"
    r"ineffective|restless\w*|depress\w+|irritab\w+|side effects?",
}
_PATTERNS = {kind: re.compile(words, re.IGNORECASE) for kind, words in _WORDS.items()}
# "TEN" and "HIT" are reactions only in capitals: small letters are a number and a verb.
_CAPITALS = {SEVERE: re.compile(r"\bTEN\b"), HIT: re.compile(r"\bHITT?\b")}
_CODES = {
    "39579001": ANAPHYLAXIS,
    "126485001": ALLERGIC,  # urticaria
    "247472004": ALLERGIC,  # wheal
    "271807003": ALLERGIC,  # eruption of skin
    "418290006": ITCH,
    "267036007": ALLERGIC,  # dyspnea
    "41291007": ANGIOEDEMA,
    "402387002": ANGIOEDEMA,  # allergic angioedema
    "73442001": SEVERE,  # Stevens-Johnson syndrome
    "702809001": SEVERE,  # drug reaction with eosinophilia and systemic symptoms
    "49727002": COUGH,
    "68962001": MUSCLE,  # muscle pain
    "422587007": STOMACH,  # nausea
    "422400008": STOMACH,  # vomiting
    "16932000": STOMACH,  # nausea and vomiting
    "62315008": STOMACH,  # diarrhea
    "14760008": STOMACH,  # constipation
    "25064002": OTHER,  # headache
    "404640003": OTHER,  # dizziness
    "271782001": OTHER,  # drowsy
}


def kinds_in(words: str, codes: Iterable[str] = ()) -> frozenset[str]:
    """The kinds of reaction that words and SNOMED CT codes name; empty when they name none that is known here."""
    found = {kind for kind, pattern in _PATTERNS.items() if pattern.search(words)}
    found |= {kind for kind, pattern in _CAPITALS.items() if pattern.search(words)}
    return frozenset(found | {_CODES[code] for code in codes if code in _CODES})


def named_in(words: str) -> tuple[str, ...]:
    """The reactions that words name, in their order, in lower case: "Hives, throat swelling" -> both."""
    found = sorted((match.start(), -match.end()) for pattern in _PATTERNS.values() for match in pattern.finditer(words))
    named: list[tuple[int, int]] = []
    for start, end in found:
        if not named or start >= named[-1][1]:
            named.append((start, -end))
    said = dict.fromkeys(" ".join(words[start:end].lower().split()) for start, end in named)
    return tuple(word for word in said if not word.startswith(("intoleran", "side effect", "ineffective")))
