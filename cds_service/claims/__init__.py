"""Each sentence that a card makes about medicine, with what it rests on; and the verifier that refuses the rest."""

from cds_service.claims.drafting import Claim, Claims, claims_of, refusals
from cds_service.claims.verifier import disagreements

__all__ = ["Claim", "Claims", "claims_of", "disagreements", "refusals"]
