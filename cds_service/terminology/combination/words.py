"""The words and patterns of a product's text beside its drugs' names: units, salts, and the usual words of an order."""

from __future__ import annotations

LETTERS = r"[^\W\d_]"
UNIT = r"(?<![^\W\d_])(?:mg|mcg|ug|gm?|ml|l|unt|units?|meq|mmol|mci|cells|actuat|sqcm|hr|h|per|usp)(?![^\W\d_])"
# What may stand right behind a name and is no other drug: a salt, of which RxNorm's base counts, above all.
_SALT_WORDS = """
hydrochloride dihydrochloride hcl hydrobromide hbr sodium potassium calcium magnesium acetate besylate bitartrate
bromide chloride citrate fumarate maleate mesylate mononitrate nitrate palmitate phosphate polistirex succinate sulfate
tannate tartrate valerate dipropionate propionate furoate anhydrous monohydrate dihydrate trihydrate hemihydrate
vaccine preparation
"""
SALTS = tuple(_SALT_WORDS.split())
_SALT = rf"[\s-]+(?:{'|'.join(SALTS)})(?![^\W_])"
AMOUNT = rf"(?:[\s\d.,%()]|/?{UNIT})*"
OF_ONE = rf"(?:{_SALT}){{0,2}}"
# A hyphen joins a component only when nothing stands around it: "5 mg - take with food" joins nothing.
TIGHT = rf"(?:{OF_ONE}{AMOUNT}[/+&](?:\s+(?:[\d.,]+\s*{UNIT}\s+)?)?|-)"
# Words of an order that may stand after a slash or a hyphen and are no drug.
_ORDER_WORDS = """
tablet tablets capsule capsules caplet caplets oral orally solution suspension syrup liquid elixir drops spray sprays
patch patches cream ointment lotion foam inhaler inhalation puff puffs dose doses actuat actuation actuations hour hours
minute daily week weekly month each take with without food sodium potassium hydrochloride extended release delayed
immediate modified chewable enteric coated sublingual intravenous intramuscular subcutaneous injection infusion vial
topical nasal ophthalmic otic rectal vaginal transdermal pharmacy continue start stop please prescribe refill increase
decrease restart resume change switch generic regular powder vitamin children childrens infants another
tabs caps pack pens vials syringe kit each also then when pain day days
injectable irrigation medicated gas inhalant intraperitoneal lozenge gum enema suppository gel paste pad shampoo
granules sqcm applicatorful dropperful instillation infuse mix dilute inject administer dissolve reconstitute
"""
NOT_COMPONENTS = frozenset(_ORDER_WORDS.split())
