"""The words around a name that make it a medication that is taken, was, or is only given here."""

from __future__ import annotations

import re

# After these come names of what is taken, as a list. What stands between must be names and their directions.
TAKES = re.compile(
    r"\b(?:takes?|taking|took (?:his|her|their) (?:usual |morning |daily |home )?|uses?|using|(?:is|are|remains?|"
    r"stays?|been|currently|now|'s|also|patient|pt|he|she|maintained|managed|controlled|stable|treated|well|"
    r"does well|doing well|chronically|(?<!non-)(?<!non)(?<!not )compliant|"
    r"(?<!non-)(?<!non)(?<!not )adherent)(?: (?:chronically|currently|now|also|still|only|well))* (?:on|with|"
    r"w/)(?! (?:no|the (?:floor|unit|ward)))|(?:continu(?:e[sd]?|ing)|"
    r"cont\.?)(?: (?:on|with|to take|home|his|her|current))*|"
    r"resum(?:e|ed|ing)(?: home)?|home (?:dose of|med(?:ication)?s?(?: (?:include|are|of))?)|(?:current |home |"
    r"daily |outpatient )?medications? (?:include|are|consist of|is)|on (?:chronic|long-?term|daily|home|lifelong|"
    r"maintenance|stable|low-dose|prn)|prescribed by|refill(?:s|ed)?(?: (?:of|for|his|her))?|currently|injects?|"
    r"inhales?|(?:his|her|their) (?:home |daily |usual )?(?:dose of )?|reports? (?:taking|use of)|(?:reports?|"
    r"endorses?) (?:daily )"
    r"use of|on)\s+"
)
NOT_NOW = re.compile(
    r"\b(?:start(?:s|ed|ing)?|begin|began|initiat\w*|will|plans? to|consider\w*|recommend\w*|prescrib(?:e|ed|"
    r"ing)(?! by)|given|gave|receiv\w+|administer\w*|switch\w*|chang\w+ to|add(?:ed|ing)?|trial of|tried|loaded|"
    r"put|placed|history of (?:being|taking|using)|bolus\w*|drip|infusion|intravenous|iv|in the (?:ed|er|field|"
    r"ambulance)|ordered|order|avoid\w*|instead|was treated|recent(?:ly)?|previous(?:ly)?|formerly|in the past|"
    r"used to|was (?:once )?(?:on|taking)|were on|had been|had (?:taken|used)|completed|finished|course of|failed|"
    r"tested|overdose\w*|ingest\w+|allerg\w+|refus\w+|declin\w+|offered|discussed|vaccine|sample|premedicat\w+|"
    r"levels?|interact\w*|candidate for|benefit from|need(?:s|ed)?|requir\w+ (?:a )?dose|wants?|interested in|"
    r"asked? (?:for|about)|request\w*|resistant to|sensitive to|susceptible to)\b"
)
STOPPED_BEFORE = re.compile(
    r"\b(?<!not )(?:stopped|discontinued|d/c'?e?d|quit|no longer (?:takes?|taking|on|uses?|using|needs?)|not "
    r"(?:currently |been |actually )?(?:taking|on|using)|(?:isn't|hasn't been|has not been|wasn't) (?:taking|on|"
    r"using)|ran out of|run out of|came off|come off|off(?: of)?|self-?discontinued|wean\w*(?: (?:him|her|"
    r"them)self)? off|tapered off|never (?:started|took|filled|picked up)|did not (?:start|fill|take)|holding|held|"
    r"does(?: not|n't) take|denies (?:taking|use of|using))"
    r"(?: (?:taking|using|all|both|his|her|their|the|home|own|of))*\s+(?:(?!after\b|since\b|in\b|on\b|for\b|due\b|"
    r"because\b|\d|use|start|switch|beg[ai]n|now|tak|chang)[\w/-]+(?:,| and| or|, and)? ){0,4}$|[(\[](?:stopped|"
    r"discontinued|d/c'?d|inactive)[)\]]\s*$|"
    r"^\W*(?:stop(?:ped)?|discontinued?|d/c'?d?|hold)\s*:\s*(?:[\w/-]+(?:,| and) )*$"
)
STOPPED_AFTER = re.compile(
    r"(?:\s*\((?!(?:not|no longer|stopped|held|d/c|"
    r"discontinued))[^)]*\))?(?:[ ,:-]*\d[\w.,/ ]{0,30}?)?[ ,:(>\u2192|/-]*(?:(?:was|were|has been|had been|is|"
    r"been|recently|later|then|now|on hold|since|already|self|both) )*-?(?:stop(?=[,.;)]|$| taking)|(?:and |so |"
    r"then )?(?:switched|changed) to|stopped|discontinued|d/c'?e?d|held|on hold|withdrawn|not taking|"
    r"no longer taking|tapered off|weaned off|ran out|self-?discontinued)\b|"
    r"[^.;\n]{0,60}?(?:\||\s-)\s*(?:discontinued|stopped|inactive|completed)\W*$|[^.;\n]{0,80}?\b(?:not taking|"
    r"has(?: not|n't) (?:filled|taken|used))\b"
)
NOT_NOW_AFTER = re.compile(
    r"(?:\s*\([^)]*\))?(?: \d[\w.,/ ]{0,24}?)?[ ,]*(?:in the past\b|at that time\b|years? ago|was (?:given|"
    r"administered|started|ordered|added|prescribed today)|(?:was |were )?(?:tried|failed)\b|\w* ?(?:iv|bolus|drip|"
    r"infusion|x ?1\b|once in (?:the )?(?:ed|er))\b|levels?\b|vaccine|resistan\w+|overdose|toxicity|"
    r"(?:last )?(?:year|month)s? ago|without (?:relief|benefit|success)|was ineffective|did not help)|"
    r"[^.;\n]{0,50}?\b(?:until|thru|through|(?:x|for)(?: an?(?: additional)?)? ?(?:\d+|one|two|three|five|seven|"
    r"ten|fourteen)(?: (?:more|additional))?[ -]?"
    r"(?:d|days?|wks?|weeks?)(?: only)?)\b"
)
# A line that is an order of its own: name, strength, how often.
ALONE = re.compile(r"(?:^|[;,:]|\s[-\u2013])\s*(?:\W*\d{1,2}[.)]\s*)?(?:\w+ ){0,1}$")
REGULAR = re.compile(
    r"(?: [a-z]{2,12}){0,2} ?\d[\d./,]* ?(?:mg|mcg|g|units?|u|ml|meq|iu|puffs?|tabs?)?(?: (?:po|sq|sc|inhaled|"
    r"by mouth|tabs?|tablets?|caps?|puffs?))* ?(?:daily|qd|qday|bid|tid|qid|qhs|qam|qpm|hs|am|pm|nightly|weekly|"
    r"monthly|once|twice|at bedtime|at night|every (?:day|morning|evening|night|week|month)|q\d+ ?(?:h|hrs?|wks?|"
    r"weeks?)|prn|as needed)\b"
)
SWITCHED = re.compile(
    r"(?<!will be )(?<!to be )(?<!could be )(?<!can be )(?<!consider )\b(?:switched|changed) to (?:\w+ )?$"
)
BRAND = re.compile(r"\s*\(")
# Between two ingredients of one product.
PART = re.compile(r"\s*\d[\d.,]* ?(?:mg|mcg|g|meq|units?)(?: ?/ ?(?:ml|actuation|hr))? ?/ ?", re.IGNORECASE)
DIRECTIONS = re.compile(
    r"\s*[,:(-]{0,2}\s*((?:\d|one|two|half|daily|bid|tid|qid|q\d|qd|qhs|prn|as needed|weekly|at )[^,;()\n]{0,60})"
)
