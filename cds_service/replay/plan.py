"""What a replay is asked to do. Hashable and sent to workers as it is: nothing in it is opened."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from cds_service.replay.calls import Per, Period
from cds_service.settings import Settings


@dataclass(frozen=True)
class Plan:
    """`services` empty: every service that is no view. `compare`: the knowledge folder to hold against the present one.

    `sample`: how many cards of each topic are kept for review. `at`: the time of captured requests that tell none.
    """

    settings: Settings
    per: Per = "order"
    visits: bool = False
    services: tuple[str, ...] = ()
    period: Period = field(default_factory=Period)
    compare: Path | None = None
    sample: int = 0
    at: datetime | None = None

    @property
    def compared_settings(self) -> Settings:
        return replace(self.settings, knowledge_dir=self.compare)

    def digest(self, *about: str) -> str:
        """What results depend on, beside the history: the plan, `about` (the versions of knowledge and models), and
        our own source, so that results of another version are never taken up again."""
        settings = (self.settings.knowledge_dir, self.settings.models_dir, self.settings.loopback)
        parts = (settings, self.per, self.visits, self.services, self.period, self.compare, self.sample, self.at)
        return hashlib.sha256(repr((parts, about, _source())).encode()).hexdigest()[:16]


@lru_cache(maxsize=1)
def _source() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(str(files("cds_service"))).rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
