"""Routes of administration as this project tells them apart, from words in an order and from SNOMED CT codes.

Source of the codes: SNOMED CT route-of-administration values as used in the FHIR R4 value set `route-codes`.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from cds_service.terminology.lexicon import split_words

LOCAL_ROUTES = frozenset({"topical", "ophthalmic", "otic", "nasal", "inhaled", "vaginal", "intrauterine"})

_WORDS = {
    "oral": "po oral orally mouth tablet tablets tab tabs capsule capsules cap caps caplet caplets sublingual sl"
    " chewable softgel softgels gelcap gelcaps liquigel liquigels",
    "injection": "iv ivp ivpb im sc sq subq subcut subcutaneous subcutaneously intravenous intravenously"
    " intramuscular intramuscularly injection inject infusion infuse",
    "topical": "topical topically cream ointment gel lotion shampoo foam",
    "ophthalmic": "ophthalmic ophth eye eyes eyedrop eyedrops timoptic istalol betimol combigan cosopt simbrinza"
    " betagan betoptic optipranolol ocudose",
    "otic": "otic ear ears eardrops",
    "nasal": "nasal nostril nostrils intranasal flonase nasonex nasacort rhinocort",
    "inhaled": "inhaled inhalation inhaler inhale puff puffs nebulized neb nebs nebulizer hfa mdi dpi diskus"
    " ellipta respimat handihaler flexhaler respiclick twisthaler pressair neohaler digihaler aerosphere advair wixela"
    " airduo symbicort breyna dulera breo anoro trelegy breztri bevespi stiolto serevent foradil striverdi arcapta"
    " spiriva incruse tudorza seebri lonhala yupelri brovana perforomist flovent arnuity qvar pulmicort asmanex"
    " alvesco aerospan ventolin proair proventil xopenex airsupra combivent duoneb"
    # Drugs that are only inhaled.
    " salmeterol formoterol arformoterol vilanterol indacaterol olodaterol tiotropium umeclidinium aclidinium"
    " revefenacin",
    "vaginal": "vaginal vaginally",
    "intrauterine": "intrauterine iud iuds ius mirena kyleena liletta skyla paragard",
    "implant": "implant implants nexplanon implanon",
    "rectal": "rectal rectally suppository suppositories enema",
    "transdermal": "transdermal patch patches",
}
_BY_WORD = {word: route for route, words in _WORDS.items() for word in words.split()}
ROUTES = frozenset(_WORDS)
# "Gel caps" and "liqui-gels" are swallowed: taken for a local form they would silence what is said of oral drugs.
_SWALLOWED = frozenset({("gel", "cap"), ("gel", "caps"), ("liqui", "gel"), ("liqui", "gels"), ("soft", "gel")})

_DROPS = frozenset({"drop", "drops", "gtt", "gtts"})

_BY_SNOMED = {
    "26643006": "oral",
    "37839007": "oral",  # sublingual: systemic by mouth
    "6064005": "topical",
    "54485002": "ophthalmic",
    "10547007": "otic",
    "46713006": "nasal",
    "16857009": "vaginal",
    "37161004": "rectal",
    "47625008": "injection",
    "78421000": "injection",
    "34206005": "injection",
    "447694001": "inhaled",
    "45890007": "transdermal",
}

# The routes of directions, finer than those above, with the code and the name that a completed order gives them.
ROUTE_CODES = {
    "oral": ("26643006", "Oral route"),
    "sublingual": ("37839007", "Sublingual route"),
    "topical": ("6064005", "Topical route"),
    "ophthalmic": ("54485002", "Ophthalmic route"),
    "otic": ("10547007", "Otic route"),
    "nasal": ("46713006", "Nasal route"),
    "vaginal": ("16857009", "Vaginal route"),
    "rectal": ("37161004", "Rectal route"),
    "intravenous": ("47625008", "Intravenous route"),
    "intramuscular": ("78421000", "Intramuscular route"),
    "subcutaneous": ("34206005", "Subcutaneous route"),
    "inhaled": ("447694001", "Respiratory tract route"),
    "transdermal": ("45890007", "Transdermal route"),
    "buccal": ("54471007", "Buccal route"),
    "intrathecal": ("72607000", "Intrathecal route"),
    "epidural": ("404820008", "Epidural route"),
    "intraperitoneal": ("38239002", "Intraperitoneal route"),
    "intradermal": ("372464004", "Intradermal route"),
    "intravitreal": ("418401004", "Intravitreal route"),
    "intra-articular": ("12130007", "Intra-articular route"),
    "nasogastric": ("127492001", "Nasogastric route"),
    "gastrostomy": ("127490009", "Gastrostomy route"),
}


@lru_cache(maxsize=8192)
def routes_in(text: str) -> frozenset[str]:
    """Routes that a text states; empty when it states none. A local word ("eye") outweighs a word for the form."""
    words = [word.text for word in split_words(text)]
    found = frozenset(_BY_WORD[word] for word in words if word in _BY_WORD) | _dropped_into(words)
    if not _SWALLOWED.isdisjoint(pairwise(words)):
        return found - {"topical"} | {"oral"}
    return found & LOCAL_ROUTES or found


def _dropped_into(words: list[str]) -> frozenset[str]:
    """The eye of "1 drop ou"; "od" may be once a day, and "per os" is by mouth."""
    eyes = {word for before, word in pairwise(words) if word == "ou" or (word == "os" and before != "per")}
    return frozenset({"ophthalmic"}) if eyes and not _DROPS.isdisjoint(words) else frozenset()


def route_of_snomed(code: str) -> str | None:
    """The route of a SNOMED CT code, or None when it is not one we tell apart."""
    return _BY_SNOMED.get(code)
