"""Where a mention begins something new, which the cues ahead of it do not reach, over lower case.

"no effusion, mild edema" denies no edema; in "no fever, and the rash is better" the rash has a clause of its own.
"""

from __future__ import annotations

import re

_ARTICLE = r"(?:the|his|her|their|this|an?)"
_OWN_CLAUSE = re.compile(rf"(?:,|;|\band|\bbut)\s+(?:{_ARTICLE}\s+)(?:[\w-]+\s+){{0,2}}$")
_VERB = re.compile(
    r"(?:\s+[\w-]+){0,2}?\s+(?:is|was|are|were|has|have|had|remain\w*|appear\w*|improv\w*|persist\w*|continu\w*|"
    r"resol\w*|worsen\w*|show\w*|look\w*|feels?|felt|seem\w*|clear\w*|stop\w*)\b"
)
# How a report grades what it finds; a denial of "mild, moderate or severe" goes on with "or".
_GRADED = re.compile(r"(?:mild|trivial|trace|moderate|minimal|old|healed|stable|residual|persistent|ongoing)\b")
_ITEM = re.compile(r",\s+(?:but |and |with |also |only |(?:and )?(?:one|two|three|four|five|several|multiple) )?$")
_COUNTED = re.compile(r", (?:and )?(?:one|two|three|four|five|several|multiple) $")
_OR = re.compile(r"[^.;]*\b(?:or|nor)\b")
_NEWLY = re.compile(r"(?:new|newly|worsening|increasing|current|residual|ongoing)\b")


def is_new_finding(before: str, mention: str, after: str) -> bool:
    """True when a denial ahead of the mention has ended before it."""
    graded = _GRADED.match(mention) or _COUNTED.search(before)
    return bool(graded and _ITEM.search(before) and not _OR.match(after)) or is_own_clause(before, after)


def is_own_clause(before: str, after: str) -> bool:
    """True when the mention is what a clause of its own speaks of."""
    return bool(_OWN_CLAUSE.search(before) and _VERB.match(after))


def is_of_now(mention: str) -> bool:
    """True when the mention's own words say that it is of today."""
    return bool(_NEWLY.match(mention))
