"""The words that only suppose a finding, or say what to do if it comes, as notes write them, over lower case."""

from __future__ import annotations

from cds_service.terminology.assertion.cues import BUT, Cues, closes, phrases

SUPPOSED = Cues(
    ahead=phrases(
        r"if (?:he|she|you|they|the patient|pt|there) (?:has|have|had|is|are|gets?|develops?|experiences?)",
        r"if",
        r"should(?= $)",  # "seek care should fever occur"
        r"(?:side|adverse) (?:effects?|reactions?|events?)(?: \w+){0,2} (?:includ\w+|such as|like|of)",
        r"concerns? (?:is|was|are|were|has been) raised (?:for|about|of)",
        r"worr(?:ied|y|ies) (?:about|for|of)",
        r"(?:vaccin\w+|immuni[sz]\w+) (?:against|for)",
        r"should (?:he|she|you|they|the patient|symptoms|there be|any)",
        r"in case of",
        r"return precautions",
        r"(?:can|may|might) (?:lead to|cause|result in)",
        r"(?:consent\w*|risks?) (?:\w+ )?(?:covered|includ\w+|discussed)",
        r"hold \w+ for",
        r"(?:likelier|more likely) to",
        r"(?:cannot|can ?not|can't|could not|unable to) (?:\w+ )?(?:exclude|rule out)",
        r"only when",
        r"warning signs? (?:of|for)",
        r"whether",
        r"ddx",
        r"dangers? of",
        r"(?:lookout|alert|on guard) for",
        r"possibility of",
        r"suspects?",
        r"to exclude",
        r"seek \w+(?: \w+)? for",
        r"in the event of",
        r"return (?:immediately |promptly |at once )?(?:to (?:the |our )?(?:\w+ ){1,2})?(?:immediately )?(?:for|with)",
        r"call (?:\S+ ){0,4}(?:for|with|if)",
        r"(?:come|go) back[^.;,]{0,40} (?:for|with)",
        r"(?:watch|monitor\w*|observ\w+|look|screen\w*|check|precautions?) (?:out )?for",
        r"signs? (?:or symptoms? )?of"
        r"(?= .*\b(?:call|return)\b)",
        r"(?:at |the |increased |high |low |a )*risks? (?:of|for)",
        r"(?:to |for )?(?:prevent\w*|avoid\w*|prophyla\w+)(?: of| for|"
        r" against)?",
        r"rule[- ]?out",
        r"r/o",
        r"(?:evaluat\w+|assess\w*|work-?up|eval|test\w*|investigat\w*) (?:(?:him |her |the patient )?for|of possible)",
        r"concern(?:ed|ing)? (?:for|"
        r"about|of|regarding)",
        r"(?:possible|possibly|probable|probably|likely|suspected|suspicious for|questionable|presumed|potential|may "
        r"(?:be|have|represent)|"
        r"might (?:be|have|represent|reflect)|could (?:be|have|represent|reflect)|may reflect)",
        r"suspicion (?:of|for)",
        r"doubt(?:ful)?",
        r"unlikely",
        r"versus",
        r"vs\.?",
        r"differential (?:diagnosis )?(?:includes?|"
        r"of|:)",
        r"\?",
        r"consider(?:ing|ed|ation of)?",
        r"unless",
        r"until",
        r"as needed for",
        r"prn(?: for)?",
        r"when(?:ever)? (?:you|he|she) (?:have|has|feel\w*)",
    ),
    behind=phrases(
        r"(?:cannot|can ?not|can't|could not|not) (?:be )?(?:completely |entirely |definitively )?(?:ruled out|"
        r"excluded)",
        r"(?:has|have|had) not (?:yet )?been (?:ruled out|excluded)",
        r"if (?:it|they|this|that|these) (?:occurs?|recurs?|develops?|happens?|returns?|worsens?|persists?)",
        r"is (?:possible|suspected|likely|"
        r"a possibility|a concern|considered)",
        r"(?:should|must|(?<!felt )(?<!thought )to) be (?:ruled out|excluded|considered)",
        r"precautions?",
        r"(?:vs\.?|versus)",
        r"prophylaxis",
        r"(?:occurs?|develops?|recurs?)(?=,| call| return)",
        r"(?:worsens?|persists?)(?=,? (?:call|return|seek|go|please|stop|take))",
        r"\?(?=$|[\s.])",
    ),
    void=phrases(
        r"(?:without (?:any |a )?|no |not |never )(?:doubt|question)\w*",
        r"(?:concerned|worried) about (?:his|her|their|the patient's)",
        r"no longer (?:concern\w*|suspect\w*|worried)(?: (?:for|about|of))?",
        r"as if",
        r"what if",
        r"without prophylaxis",
        r"not at risk",
        r"until(?=[^.;]*\bwhen (?:he|she|they|the patient) )",
    ),
    end=closes(
        *BUT,
        r"then",
        r"(?:(?<=, )|(?<=and ))(?:no|without|denies|negative for)",
        r"(?:he|she|the patient) (?:was|has|had|denies|reports?)",
    ),
    near=5,
)
