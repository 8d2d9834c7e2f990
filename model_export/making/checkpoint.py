"""A training that was broken off goes on: network, optimizer and the number of batches done, in one folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def keep(folder: Path, network: Any, optimizer: Any, step: int) -> None:
    """`step`: batches done so far."""
    import torch

    torch.save({"network": network.state_dict(), "optimizer": optimizer.state_dict()}, folder / "checkpoint.pt")
    (folder / "checkpoint.json").write_text(json.dumps({"step": step}))


def begun(folder: Path) -> bool:
    """Whether a training of this folder was broken off after its first checkpoint."""
    return (folder / "checkpoint.json").exists()


def resume(folder: Path, network: Any, optimizer: Any) -> int:
    """How many batches were done before; 0 for a new run."""
    import torch

    if not begun(folder):
        return 0
    state = torch.load(folder / "checkpoint.pt", weights_only=True)
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    return int(json.loads((folder / "checkpoint.json").read_text())["step"])
