"""Model cards beside the weights: what each model is for, what it rests on, how it was measured, its source attributes.

`model_export card` writes them. A site's own weights may come with cards in a folder `cards` of their own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

CARDS = Path(__file__).with_name("cards")


@cache
def read_cards(folder: Path = CARDS) -> Mapping[str, Mapping[str, Any]]:
    """Every card of a folder by its model's name, read once; none when the folder is not there."""
    return {path.stem: json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))}
