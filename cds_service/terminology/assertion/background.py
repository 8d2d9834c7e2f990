"""What is background by its own words: lines of nothing but long-standing conditions, and habits.

"Osteoporosis." or "COPD and gout." stand in lists of past problems; "Hypoxia." or "Right ventricular size is normal."
do not. Reports tell tobacco, alcohol and drugs as a part of the social history, used or denied.
"""

from __future__ import annotations

import re

_LONG_STANDING = re.compile(
    r"\b(?:hypertension|htn|diabetes|dm2?|hyperlipid\w+|hypercholesterol\w+|dyslipid\w+|(?:high|increased|elevated) "
    r"cholesterol|"
    r"hypothyroid\w*|hyperthyroid\w*|gastroesophageal reflux|gerd|acid reflux|hiatal hernia|osteoporosis|osteopenia|"
    r"(?:osteo)?arthritis|gout|fibromyalgia|depression|anxiety|schizophreni\w+|bipolar|dementia|migraines?|epilepsy|"
    r"seizure disorder|"
    r"asthma|copd|chronic obstructive|emphysema|sleep apnea|pulmonary hypertension|glaucoma|cataracts?|macular|"
    r"benign prostatic|bph|"
    r"psoriasis|eczema|allergic rhinitis|obesity|peripheral vascular|degenerative|herniated|spinal stenosis|"
    r"scoliosis|sciatica|"
    r"irritable bowel|diverticulosis|hemorrhoids|varicose|measles|mumps|varicella|chicken ?pox|rheumatic fever|polio|"
    r"chronic|long-?standing|persistent|peptic ulcer disease|parkinson\S*|alzheimer\S*|multiple sclerosis|rheumatoid|"
    r"hepatitis [bc]|neuropathy|retinopathy|"
    r"carpal tunnel|restless legs?|ptsd|adhd|cerebral palsy|tubal ligation|vasectomy|(?:knee|hip) replacement|"
    r"tonsillectomy|appendectomy|hysterectomy|cholecystectomy|cabg|bypass)\b"
)
_ACUTE = re.compile(
    r"\b(?:acute|new|severe|worsening|exacerbation|uncontrolled|mild|moderate|no|normal|is|was|are|were|with)\b"
)
_HABIT = re.compile(
    r"(?:(?:any|current|former|illicit|recreational|iv|intravenous|tobacco|alcohol|cigarette|drug|street)[ /]+)*"
    r"(?:alcohol|etoh|tobacco|cigarettes?|smok(?:ing|er|es?)|non-?smoker|ex-?smoker|drugs?|(?:illicit|street) drugs?|"
    r"marijuana|cocaine|drinks alcohol)(?: (?:use|usage|consumption|intake|habit|occasionally|socially))?"
)
_NUMBERED = re.compile(r"\s*(?:\(?\d{1,2}[.)]\s*)?")
_NOTHING = re.compile(r"[\s.,;:]*")
# Words of a sentence that tells something, which an item of a list has not.
_TELLING = re.compile(
    r"\b(?:he|she|they|i|it|pt|patient|the|this|that|has|have|had|having|does|did|denies|for|vs|versus|not|to|if|by|in|"
    r"rule|r/o|family|mother|father|likely|possible|probable|due|secondary|presents?)\b|[:?]"
)
_PAST_ITEM = re.compile(r"(?:and )?(?:history of|h/o|hx of|status post|s/p)\b")
_ITEMS = re.compile(r",? and |, ?|; ?")


def is_habit(mention: str) -> bool:
    """True when the mention names tobacco, alcohol or drugs as a habit: no disorder, withdrawal or poisoning."""
    return bool(_HABIT.fullmatch(mention)) and mention not in ("drug", "drugs")


def is_background(before: str, mention: str, after: str) -> bool:
    """True when the sentence is the mention alone, or in a list of its like, and names a long-standing condition. All
    in lower case."""
    if _NUMBERED.fullmatch(before) and _NOTHING.fullmatch(after):
        return _is_long_standing(mention)
    numbered = _NUMBERED.match(before)
    line = (before[numbered.end() if numbered else 0 :] + mention + after).strip(" .,;:")
    items = [item for item in _ITEMS.split(line) if item]
    if len(items) < 2 or _TELLING.search(line) or not _is_long_standing(mention):
        return False
    return all(_is_long_standing(item) for item in items) or any(_PAST_ITEM.match(item) for item in items)


def _is_long_standing(item: str) -> bool:
    return bool(_LONG_STANDING.search(item)) and not _ACUTE.search(item)
