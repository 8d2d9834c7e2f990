"""The words that make a finding another person's, as notes write them, over lower case."""

from __future__ import annotations

from cds_service.terminology.assertion.cues import BUT, Cues, closes, phrases

_RELATIVE = (
    r"(?:mother|father|mom|dad|brother|sister|sibling|parent|son|daughter|aunt|uncle|cousin|niece|nephew|"
    r"grand(?:mother|father|parent|son|"
    r"daughter)|husband|wife|room-?mate|friend|co-?worker|neighbou?r|girlfriend|boyfriend|twin|half-?(?:brother|"
    r"sister))(?:'?s)?"
)
FAMILY = Cues(
    ahead=phrases(
        r"family (?:medical |psychiatric )?(?:history|hx)",
        r"fh(?:x)?",
        r"famhx",
        rf"(?:his|her|the patient's|patient's|maternal|paternal|"
        rf"their|one|two|three|both|neither|either|a|older|younger|first|the) (?:maternal |paternal |older |younger "
        rf"|birth |identical )?{_RELATIVE}",
        r"runs in the family",
        r"(?:his|her|their|the patient's) family (?:has|have|had|carries)",
        rf"^{_RELATIVE}",
        rf"{_RELATIVE} ?[:-]",
        r"(?:maternal|paternal)",
        r"(?:first|second)[- ]degree relatives?",
        r"family members?",
        r"(?:no one|nobody|none) in (?:his|her|the|their) family",
        r"relatives? (?:with|who)",
        rf"(?<=[,;:] ){_RELATIVE}",
        rf"(?<=and ){_RELATIVE}",
        rf"(?<=in ){_RELATIVE}",
    ),
    behind=phrases(
        rf"in (?:his|her|their|the patient's|a|both|one|two|several|multiple)(?: of (?:his|her))? (?:maternal |"
        rf"paternal |older |younger )?{_RELATIVE}",
        r"in (?:the|his|her) family",
        r"runs in (?:the|his|her) family",
        r"in (?:a )?(?:first|second)[- ]degree relatives?",
        rf"\(?(?:maternal|paternal)? ?{_RELATIVE}\)?(?=$|[.,;)])",
    ),
    void=phrases(
        rf"(?:lives?|living|stays?|resides?|came|comes?|arrived|presents?|presented|accompanied|brought(?: in)?|per|"
        rf"according|spoke|discuss\w*|called|"
        rf"reported|stated|told|with|by|from|to) (?:in )?(?:by |with |to )?(?:his|her|the|their|patient's|"
        rf"an?)? ?(?:own "
        rf")?{_RELATIVE}",
        rf"{_RELATIVE}(?:, [^,;.]{{1,25}},)? "
        r"(?:also |both )?(?:states?|stated|reports?|reported|says|said|noticed|noted|brought|called|found|"
        r"is concerned|"
        rf"was concerned|was alarmed|was worried|thinks|"
        r"believes|feels|gave|describes?|described|(?:denies|denied|deny)(?! having had)|witnessed|at bedside|"
        r"is present|took)",
    ),
    end=closes(
        *BUT,
        r"(?:he|she|the patient|pt|patient)(?: himself| herself)? (?:is|was|has|had|denies|denied|reports?|presents?|"
        r"presented|does|did)",
        r"(?:social|past medical|past surgical) history",
        r"review of systems",
        r"physical exam\w*",
    ),
    near=6,
)
