"""The words that deny a finding, as notes write them, over lower case."""

from __future__ import annotations

from cds_service.terminology.assertion.cues import BECAUSE, BUT, NEW_SUBJECT, Cues, closes, phrases

NEGATION = Cues(
    ahead=phrases(
        r"not (?:believe|think|feel|suspect)(?: that)?(?: (?:the )?(?:patient|pt|he|she|this|it|there))?"
        r"(?: (?:is|was|has|had|are|were|represents?))?",
        r"not (?:consistent|compatible|suggestive|indicative|in keeping) (?:with|of)",
        r"(?:not|un)(?: |-)?(?:associated|accompanied|complicated) (?:with|by)",
        r"\(-\)",
        r"nor (?:was|is|did|does|has|had|were|are)(?: (?:he|she|it|there|the patient))?(?: (?:was|is|have|has))?",
        r"at no (?:point|time)(?:,? [\w ]{1,30}?)?,? (?:did|has|had|was|were) (?:he|she|they|it|there|the patient|pt)"
        r"(?: ever)?(?: (?:have|had|report\w*|develop\w*|experience\w*|show\w*))?",
        r"none of the following:?",
        r"(?:thereby|thus|effectively) (?:ruling out|excluding)",
        r"(?:never|not)(?: once)? (?:did|has|had|have|does) (?:he|she|they|it|the patient|pt)(?: ever)?"
        r"(?: (?:complain\w* of|have|had|report\w*|develop\w*|experience\w*|show\w*|describe\w*|mention\w*))?",
        r"nothing (?:[\w ]{1,25} )?(?:to suggest|suggest\w*|concerning for|to indicate)",
        r"nil",
        r"zero",
        r"no",
        r"not",
        r"non[- ](?=$)",  # "non-TENDER", but not "non-healing ULCER"
        r"den(?:ies|ied|y|ying) that (?:he|she|they|the patient|pt) (?:has|have|had|is|was)(?: (?:ever|had|been|"
        r"having))*",
        r"denie[sd](?: ?:)?",
        r"deny",
        r"denying",
        r"denial of",
        r"without",
        r"w/o",
        r"never (?:been |carried )?(?:a )?(?:diagnos\w+|treated|admitted|hospitali[sz]ed) (?:with|for|of)",
        r"never",
        r"un(?:involved|affected) by",
        r"neither",
        r"nor",
        r"none of",
        r"(?:negative|neg|-ve|unremarkable|unrevealing) (?:(?!except|apart|other)\w+ ){0,2}for",
        r"free (?:of|from)",
        r"absen(?:ce|t) of?",
        r"absent any",
        r"lack(?:s|ed|ing)?(?: of)?",
        r"declin(?:es|ed)",
        r"(?:isn|wasn|aren|weren|hasn|hadn|haven|doesn|didn|don|couldn|won)'?t",
        r"fail(?:s|ed)? to (?:reveal|show|demonstrate|identify)",
        r"rules out(?= (?:for|by|as)\b)",
        r"(?<!be )ruled out",
        r"cannot see",
        r"resol(?:ution|ving) of",
        r"resolved",
        r"disappearance of",
        r"unable to (?:find|identify)",
    ),
    behind=phrases(
        r"(?:is|was|are|were|has been|have been|had been|be|been|both|all) (?:now |also |all |otherwise |completely |"
        r"subsequently |"
        r"since |largely )?(?:negative|absent|denied|ruled out|excluded|resolved|corrected|gone)",
        r"(?:is|was|are|were|has|have|had) not(?: been)?(?: \w+)? ?(?:seen|present|identified|noted|found|"
        r"appreciated|detected|"
        r"visuali[sz]ed|demonstrated|observed|evident|elicited|palpable|palpated|noticed|reported)",
        r"(?:isn|wasn|aren|weren)'?t (?:seen|present|identified|noted|found|appreciated|detected|visuali[sz]ed)",
        r"not (?:seen|present|identified|noted|found|appreciated|detected|visuali[sz]ed|demonstrated|observed|evident)",
        r"(?:has|have|had)(?: now| since| all| completely| subsequently)? (?:resolved|cleared|subsided|disappeared|"
        r"abated|ceased)",
        r"(?:completely |fully |spontaneously |eventually |gradually |now )?resolved",
        r"subsided",
        r"ruled out",
        r"was denied",
        r"excluded(?= (?:by|on|with)\b| ?[.,;]| ?$)",
        r"finally (?:quit|stopped|ceased|settled)",
        r"(?:: ?|- ?|\? ?)?(?:none|negative|absent|nil|denie[sd])(?= ?(?:$|[.;,)]))",
        r"(?:: ?| - ?)(?:no|not present)(?= ?(?:$|[.;,)]))",
        r"\(-\)",
        r"-ve",
        r"(?:is |was |are |were )?no longer (?:\w+ )?(?:present|seen|identified|evident|visuali[sz]ed|demonstrated|"
        r"apparent|noted|found|"
        r"appreciated|there|palpable|an? (?:issue|problem|concern))",
        r"^[- ]?free(?! of)",
        r"(?:has |have |had |is |are |was |were )?(?:now |since |completely )?(?:gone|disappeared|went away|gone away)",
        r"(?:has |have |had )?(?:since |quickly |completely )?(?:cleared|abated|ceased)(?= (?:on|with|after|when|once|"
        r"overnight|up|completely|before|in)\b| ?[.,;]| ?$)",
        r"there (?:is|was|are|were) none",
        r"(?:: ?|- ?)never(?= ?(?:$|[.;,)]))",
        r"unlikely to be present",
        r"(?:has |have |had )?(?:completely )?stopped(?= (?:after|before|when|once|by|on|with)\b| ?[.,;]| ?$)",
    ),
    void=phrases(
        r"(?:no|not|without)(?: any)?(?: \w+)? (?:increase|decrease|change|changes|interval change|improvement|"
        r"progression|"
        r"worsening|difference) (?:in|from|of|to)(?= (?:the|his|her|this|these|size|appearance|prior|previous|known|"
        r"extent))",
        r"no (?:\w+ )?(?:diagnosis|explanation|cause|etiology|reason|source) (?:for|of)",
        r"(?:no|(?:without|beyond)(?: any| a)?) (?:doubt|question|reason to doubt)",
        # Twice denied is not denied.
        r"(?:cannot|can't|(?:do|does|did|is|are) not|doesn't|didn't|not|never) "
        r"(?:den(?:y|ying|ies)|lack\w*|doubt\w*|disput\w*)",
        r"not (?:the case|true) that (?:he|she|they|the patient|pt) (?:lacks?|denies|denied|is free of|is without)",
        # What is not given or planned for a condition does not deny the condition.
        r"(?:not|never|no longer) (?:been )?"
        r"(?:on|receiving|getting|given|started|prescribed|offered|used|needed|indicated)[^,.;]{0,40}? for",
        r"(?:not|never) (?:seen|consulted|told|asked|spoken|discussed)[^,.;]{0,40}? about",
        r"despite (?:no|not|the absence of|a lack of|denying)[^.;]{1,40}?,",
        r"not (?:only|just|merely|simply)",
        r"not (?:necessarily|certain|sure|clear|quite|entirely|completely|fully|well|adequately|optimally|very|too|"
        r"yet|always)",
        r"(?:cannot|can ?not|can't|could not|couldn't|not|never) (?:be )?(?:completely |entirely |definitively |been "
        r"|yet been )?"
        r"(?:rule[sd]? out|excluded?|ruled out)",
        r"(?:not|hasn't|has not|have not|had not|did not|does not|didn't|doesn't) (?:yet |fully |"
        r"completely |been )?(?:resolved?|improved?|help\w*|relieved?|respond\w*|tolerate\w*|worsen\w*|heal\w*|"
        r"clear\w*|"
        r"subside\w*|limit\w*|"
        r"require\w*|need\w*|know\w*|remember|recall|take|taking|taken|(?:use|using)(?! $| (?:any )?(?:tobacco|"
        r"alcohol|etoh|"
        r"cigar\w+|drugs|illicit|recreational))|change\w*)",
        # Not there then is not the same as not there now.
        r"(?:not|never) (?:seen|present|noted|evident|identified|visible|there) (?:in|on|at) (?:the )?(?:prior|"
        r"previous|"
        r"earlier|last|old|outside|comparison|(?:19|20)\d\d)",
        r"(?:not|never) (?:seen|present|noted|evident|identified|visible|there) (?:in|on) (?:the |an? )?\w+ (?:of|"
        r"from|dated) "
        r"(?:\w+ |\*\*date\[(?:\w+ )*)?(?:19|20)\d\d",
        r"gram negative",
        r"not (?:surprisingly|unexpectedly)",
        r"no (?:\w+ )?(?:options?|insight|memory|recollection|interest|plans?)",
        r"(?:neither|nor)(?=[^.;]*\b(?:touch|help|reliev|eas|improv|control)\w*)",
        r"denies that (?:his|her|the|their)",
        r"without (?:\w+ )?\w+,?(?= (?:he|she|it|they|his|her|the (?:patient|pain|symptoms?))\b)",
        r"if not",
        r"without (?:difficulty|complications?|incident|delay|treatment|interruption|help|assistance|success)(?! or)",
        r"no (?:further |other )?(?:treatment|therapy|intervention|medications?|surgery|operation|workup|work-up)"
        r"(?: (?:is|was|has been|are|were) \w+)? (?:for|of)",
        r"no (?:response|relief)",
        r"not (?:been )?(?:a )?(?:candidate|cause|drain|source)",
        r"why not",
        r"no (?:other|further)(?= (?:cause|source|reason))",
        r"not feel(?:ing)?(?= (?:well|good))",
        r"no\. ?\d+",
        r"no \d+",
    ),
    end=closes(
        *BUT,
        *BECAUSE,
        rf"(?:,|and|or)? ?(?:the )?{NEW_SUBJECT}",
        # "no fever, and her cough is worse", "no cure for his disease": what is somebody's is there.
        r"(?:and|for|about|with|from) (?:his|her|their|the patient's)(?= $)",
        r"positive for",
        r"(?:and|or) positive",
        r"significant for",
        r"which",
        r"who",
        r"that (?:is|was|has|had)",
        r"status post",
        r"s/p",
        r"presents?(?:ed|ing)?(?= with)",
        r"(?<=\w )with(?=\b)",
        r"found to have",
        r"consistent with",
        r"in the setting of",
        r"(?:distal|proximal|adjacent|attributed|attributable|related|responding) to",
        r"(?:this|these|that) (?:is|was|were|are|has|had|have)",
        r"as evidenced by",
        r"requiring",
        r"given (?:the|his|her)",
        r"following",
        r"after",
        r"before",
        r"until",
        r"prior to",
        r"therefore",
        r"so",
        r"and (?:has|had|was|were|is|are|did|does|with|continue[sd]?|remain\w*|still|now|then|reports?|"
        r"reported|complain\w*|takes?|took|uses?|used|develop\w*)",
        r"still",
        r"\(\+\)",
        marks=";:",
    ),
    near=7,
)
