"""The passages behind the rules, what a site has imported, and the search in both. It explains; it decides nothing."""

from cds_service.evidence.filters import Filters
from cds_service.evidence.index import Embedder, Hit, HybridIndex
from cds_service.knowledge.passages import Passage

__all__ = ["Embedder", "Filters", "Hit", "HybridIndex", "Passage"]
