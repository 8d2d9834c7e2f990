"""The words around a name that make it an allergy, say how it showed, or take it back."""

from __future__ import annotations

import re

NONE_KNOWN = re.compile(
    r"\b(?:nkda|nka|nkma|no (?:known |reported |documented )?(?:drug |medication |medicine )?allerg(?:y|ies)"
    r"(?! to\b)|denies (?:any |all )?(?:known )?(?:drug |medication )?allerg(?:y|ies)(?! to\b)|allerg(?:y|"
    r"ies) ?[:-]? ?(?:none|nil)\b|no (?:known )?allerg(?:y|ies) to (?:any )?(?:medications?|drugs?|medicines?))",
    re.IGNORECASE,
)
OTHER_NONE = re.compile(r"\bno (?:other|additional|further|new|food|environmental|latex|seasonal)\b", re.IGNORECASE)
# Between a cue and the name stand other names and what joins a list, and no new clause.
GAP = (
    r"(?:(?!\bbut\b|\btolerat|\bhowever\b|\bexcept\b|\bthough\b|\bwithout\b|\bwhich\b|\bso\b|\btreated\b|\bgiven\b|"
    r"\btak)[^.;]){0,120}?$"
)
TO = re.compile(
    r"(?:\ballerg(?:ic|y|ies)(?: (?:reactions?|response))? ?(?:to|:|includ\w+|are|is|with|from|-)|\banaphyla\w+(?: "
    r"reaction| shock)? (?:to|with|from|after)|\b(?:adverse |severe |bad |serious |prior |"
    r"previous )?(?:drug )?reactions? (?:to|with|from|after)|\bhypersensitiv\w+ (?:to|:)|\bintoleran\w+ (?:of|to|"
    r":)|(?:\bnot|\bnever|n't|\bunable to|\bpoorly|\bcannot) (?:be able to )?tolerat\w+|\bsensitiv\w+ to)"
    rf"{GAP}"
)
NO_ALLERGY_TO = re.compile(
    r"\b(?:no|not|denies|without|never)(?: any| known| reported| documented| other)* (?:drug |"
    r"medication )?allerg\w+ to\b[^.;]*$"
)
# What follows "penicillin allergy" and makes it the name of something else.
NO_ENTRY = (
    r"(?! (?:rhinitis|conjunctivitis|asthma|sinusitis|test|clinic|skin|shots?|season|medic|evaluation|consult|referral|"
    r"assessment|work-?up|alert|label|was (?:ruled|removed|de)))"
)
# "name (hives)", "name: hives", "name - hives", as lists of allergies have it, wherever it stands.
ENTRY = re.compile(r"\s?(?:\(|[:=|]|\s-+>?|\u2192)\s*([^.;)\n]{3,40})")
AT_HEAD = re.compile(r"(?:^|[;,:|)\n]|\s[-\u2013]|\b(?:all|adr|and|or)\b)\s*$")
NOT_TOLERATED = re.compile(r"[^.;,]{0,16}?\b(?:not|never|poorly) tolerated\b")
DOUBTED = re.compile(
    r"\W{0,2}\?|[^.;]{0,30}?\b(?:unlikely|doubtful|questionable|not (?:been )?confirmed)\b|[\"'\u201d ]*(?:allergy|"
    r"label|entry)[\"'\u201d ]*(?:(?:in|on) (?:the |her |his )?(?:chart|list|record) )?was (?:only|just|actually|"
    r"really|stomach|gi |nausea|viral|a side|likely|entered|an error)"
)
# What was taken when it showed is no treatment of it.
WHILE_TAKING = re.compile(r"\b(?:when|whenever|while|after|following)\b(?: \w+){0,3}\s+$")
SHOWED_BEFORE = re.compile(
    r"([^.;]{0,70}?)\b(?:(?:to|with|from|after|on|due to|secondary to|caused by|following|when|while|whenever)"
    r"(?: (?:he|she|they|i|being|taking|given|receiving|getting|starting|took|takes|was|were|on|exposed|exposure|"
    r"to|a|an|the|her|his|first|second|third|one|single|dose|doses|of|iv|oral|use|last|shots?|injections?|courses?|"
    r"new|blood|pressure|bp|pills?|tablets?|medicines?|antibiotics?))*)\s+\(?$"
)
SHOWED_AFTER = re.compile(
    r"[^.;,]{0,20}?\b(?:caus\w+|gives?|gave|makes?|made|result(?:ed|s) in|led to|leads to|->|\u2192|=|resulted in|"
    r"produced|provoked|triggered|broke (?:him|her) out(?: in)?|(?:stopped|discontinued|d/c'?e?d)(?: (?:in )?\d{4})? "
    r"(?:due to|because of|for|secondary to|2/2|d/t))"
    r"([^.;]{0,60})"
)
ALLERGY_AFTER = re.compile(
    r"(?:[ ,/]*(?:and|or|&|/|,)? ?[\w-]+){0,3}?[ -]*\b(?:allerg(?:y|ies|ic)|intoleranc\w+|anaphylaxis|"
    rf"hypersensitivity|adverse reaction)\b{NO_ENTRY}"
)
DIRECTLY_AFTER = re.compile(
    r"[ -]+(?:drug )?(?:allerg(?:y|ies)|intoleranc\w+|anaphylaxis|hypersensitivity)\b" + NO_ENTRY
)
TOLERATED_BEFORE = re.compile(
    r"(?:(?<!not )(?<!never )(?<!n't )(?<!to )(?<!poorly )(?<!cannot )\b(?:tolerat(?:es|ed|ing)|can tolerate|"
    r"able to tolerate|(?:can|may|able "
    r"to) (?:safely )?"
    r"take|(?:is )?ok(?:ay)? with|does (?:fine|well|ok) (?:on|with)|no (?:problems?|reactions?|issues?) (?:with|"
    r"to)|not allergic to|passed (?:an? )?(?:oral |graded |direct )?(?:\w+ )?challenge (?:to|with|of)|(?:tak\w+|"
    r"took|received|given|completed|had|treated)(?: \w+){0,4}))(?: [\w-]+){0,4}\s*(?:[\w-]+(?:,| and| or) )*$"
)
UNEVENTFUL = re.compile(
    r"\s*(?:was )?tolerated\b|[^.;]{0,60}?\b(?:without (?:any )?(?:reactions?|problems?|issues?|incident|"
    r"difficulty|adverse|rash|hives|trouble|complications?)|(?:with )?no (?:adverse )?(?:reactions?|problems?|"
    r"issues?|rash|hives)|uneventfully|(?:was |were |is |has been |been |well |well-)+tolerated|tolerated (?:well|"
    r"fine|it)|and tolerated)"
)
PLAINLY = re.compile(
    r"tolerat|ok(?:ay)? with|not allergic|can take|may take|able to|challenge|no (?:problem|reaction|issue)|"
    r"does (?:fine|well|ok)"
)
REMOVED = re.compile(
    r"[^.]{0,40}?\b(?:allergy|label|intolerance)?\b[^.;]{0,20}?\b(?:ruled out|removed|de-?label\w*|disproven|"
    r"challenge passed|"
    r"refuted|outgrown|was not confirmed|not a true allergy|no longer allergic|(?:skin )?test\w* (?:was |"
    r"were )?negative|negative (?:skin )?test\w*)"
)
TREATMENT = re.compile(
    r"\b(?:treat\w+ (?:with|by)|carr(?:y|ies)|given|gave|giv(?:e|ing)|gets?|got|gotten|now on|currently on|"
    r"reliev\w+ (?:with|by)|respon\w+ to|uses?|using|takes?|taking|(?:is|was|currently) on|premedicat\w+ (?:with)?|"
    r"requir\w+|improv\w+ with|resolv\w+ with|prescribed|needed|start\w*|switch\w+ to|chang\w+ to|"
    r"last dose(?: of)?|replac\w+ (?:with|by)|instead|desensiti\w+ to|avoid\w*)(?: [\w-]+){0,4} ?$"
)
REACTION_AFTER = re.compile(
    r"\s*(?:[-\u2013\u2014:=>\u2192(,|]+|\bcaus\w+|\bgives?|\bgave|\bwith|\breaction:?)\s*([^.;\n]{3,80})"
)
