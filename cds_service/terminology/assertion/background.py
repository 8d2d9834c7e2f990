"""A line that holds nothing but a long-standing condition reads like a line of a list of past problems.

"Osteoporosis." stands in such lists; "Hypoxia." or "Right ventricular size is normal." does not.
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
    r"chronic|long-?standing|persistent|tonsillectomy|appendectomy|hysterectomy|cholecystectomy|cabg|bypass)\b"
)
_ACUTE = re.compile(
    r"\b(?:acute|new|severe|worsening|exacerbation|uncontrolled|mild|moderate|no|normal|is|was|are|were|with)\b"
)
_NUMBERED = re.compile(r"\s*(?:\(?\d{1,2}[.)]\s*)?")
_NOTHING = re.compile(r"[\s.,;:]*")


def is_background(before: str, mention: str, after: str) -> bool:
    """True when the sentence is the mention alone and names a long-standing condition. All in lower case."""
    alone = _NUMBERED.fullmatch(before) and _NOTHING.fullmatch(after)
    return bool(alone and _LONG_STANDING.search(mention) and not _ACUTE.search(mention))
