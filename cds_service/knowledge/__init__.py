"""Clinical knowledge: kinds of rows, parsing and checking of table text, look-ups, coverage; the tables are data.

Pure: `cds_service.tables` reads the files and hands the text in.
"""

from cds_service.knowledge.knowledge import Coverage, Knowledge
from cds_service.knowledge.load import TABLES, load_knowledge
from cds_service.knowledge.rows import covered_topics

COVERED_TOPICS = covered_topics()

__all__ = ["COVERED_TOPICS", "TABLES", "Coverage", "Knowledge", "load_knowledge"]
