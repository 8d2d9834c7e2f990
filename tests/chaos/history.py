"""What clients saw, and the judgement over it: a set model, as Jepsen judges.

Each operation writes `? KIND NAME` before it begins and `! KIND NAME` once it was acknowledged; without the second line
its outcome is unknown. Of the database is asked: everything acknowledged is there once, nothing is there that was never
begun, nothing is there twice.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

Operation = tuple[str, str]  # kind ("call", "feedback"), name


class History:
    """Written by one process, line by line, past any buffer of ours: the lines outlive its SIGKILL."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def begun(self, kind: str, name: str) -> None:
        os.write(self._descriptor, f"? {kind} {name}\n".encode())

    def acknowledged(self, kind: str, name: str) -> None:
        os.write(self._descriptor, f"! {kind} {name}\n".encode())


@dataclass(frozen=True)
class Judgement:
    """Counts of one kind of operation. All but the first three must be nought."""

    begun: int
    acknowledged: int
    found: int
    lost: int
    doubled: int
    phantom: int

    @property
    def holds(self) -> bool:
        return not (self.lost or self.doubled or self.phantom)


def read(folder: Path) -> tuple[set[Operation], set[Operation]]:
    """What was begun and what was acknowledged, over all processes."""
    begun: set[Operation] = set()
    acknowledged: set[Operation] = set()
    for path in folder.iterdir():
        for line in path.read_text().splitlines():
            mark, kind, name = line.split(" ")
            (acknowledged if mark == "!" else begun).add((kind, name))
    return begun, acknowledged


def judge(kind: str, begun: set[Operation], acknowledged: set[Operation], found: Iterable[str]) -> Judgement:
    there = Counter(found)
    tried = {name for of, name in begun if of == kind}
    promised = {name for of, name in acknowledged if of == kind}
    return Judgement(
        begun=len(tried),
        acknowledged=len(promised),
        found=len(there),
        lost=len(promised - set(there)),
        doubled=sum(count > 1 for count in there.values()),
        phantom=len(set(there) - tried),
    )
