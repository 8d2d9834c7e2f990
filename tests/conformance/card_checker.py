"""Is this answer a CDS Hooks answer, clause by clause, and does it keep what this service promises?

Every answer in every test of the whole service goes through `check_response`: the tests' CDS client calls it on each
200.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.conformance import card_clauses, dialect_clauses, link_clauses, response_clauses, suggestion_clauses
from tests.conformance.exchange import CLAUSES, Exchange

__all__ = ["CLAUSES", "FILES", "check_response"]

FILES = (response_clauses, card_clauses, dialect_clauses, suggestion_clauses, link_clauses)


def check_response(request_body: Mapping[str, Any], response_body: object, dialect: str = "standard") -> list[str]:
    """What breaks a clause, each as `CLAUSE place: what is wrong`. An empty list means that every clause holds.

    `dialect` is that of the client the answer is for.
    """
    exchange = Exchange(request_body, response_body, dialect)
    return [f"{clause_id} {wrong}" for clause_id, check in CLAUSES.items() for wrong in check(exchange)]
