"""RxNorm as it is released (RRF): the columns of its files, and concepts with their ingredients. Pure."""

from cds_service.terminology.rxnorm.concepts import Concept, Release
from cds_service.terminology.rxnorm.rows import ATTRIBUTES, CONCEPTS, FILES, RELATIONS, RrfError

__all__ = ["ATTRIBUTES", "CONCEPTS", "FILES", "RELATIONS", "Concept", "Release", "RrfError"]
