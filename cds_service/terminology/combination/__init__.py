"""Which names in a text make one combination, what is joined to them and is not known, and what is only said again."""

from cds_service.terminology.combination.chain import joined, run_of, with_listed
from cds_service.terminology.combination.restated import is_a_basis, said_once
from cds_service.terminology.combination.strangers import is_per_inhalation
from cds_service.terminology.combination.words import NOT_COMPONENTS, SALTS

__all__ = ["NOT_COMPONENTS", "SALTS", "is_a_basis", "is_per_inhalation", "joined", "run_of", "said_once", "with_listed"]
