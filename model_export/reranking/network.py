"""The reranker's network: three layers of all-MiniLM-L6-v2 that read question and passage together, one score out.

Trained by a softmax over each group's passages. Checkpoints are written on the way, so that a run that was cut off
goes on where it stopped.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from model_export.making.checkpoint import keep, resume
from model_export.making.pruning import kept_pieces, pruned_tokenizer, shrink
from model_export.reranking.groups import Group

LAYERS = (0, 2, 4)  # of the six
PIECES = 12_000
LONGEST = 128  # pieces of question and passage together
RATE, WARM, BATCH = 2e-4, 0.06, 16  # groups in a batch
EVERY = 50  # batches between two checkpoints


def start(published: Path, texts: Iterable[str], folder: Path) -> Path:
    """A model folder with the first, third and fifth layer, a pruned vocabulary and a new head; gives `folder`."""
    import torch
    from transformers import AutoModelForSequenceClassification

    folder.mkdir(parents=True, exist_ok=True)
    pieces = kept_pieces(published / "tokenizer.json", texts, PIECES)
    pruned_tokenizer(published / "tokenizer.json", pieces, folder / "tokenizer.json", LONGEST)
    torch.manual_seed(1)
    network = AutoModelForSequenceClassification.from_pretrained(published, num_labels=1)
    shrink(network, published / "tokenizer.json", pieces, LAYERS)
    network.save_pretrained(folder)
    return folder


def train(folder: Path, batches: Callable[[int], Iterator[Group]], epochs: int, of_groups: int) -> None:
    """Fit the network of `folder` in place. `batches(epoch)` gives an epoch's groups, in the same order each run."""
    import torch
    from transformers import AutoModelForSequenceClassification

    network = AutoModelForSequenceClassification.from_pretrained(folder).train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.01)
    steps = epochs * (of_groups // BATCH)
    done = resume(folder, network, optimizer)
    encode = _encoder(folder)
    losses: list[float] = []
    for step, groups in enumerate(_batched(batches, epochs)):
        if step < done:
            continue
        torch.manual_seed(step)  # which weights rest in a batch hangs on its number, so a broken-off run goes on alike
        for group in optimizer.param_groups:
            group["lr"] = RATE * min((step + 1) / (WARM * steps), max(1 - step / steps, 0.0))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores = network(**encode(groups)).logits.float().view(len(groups), -1)
            loss = torch.nn.functional.cross_entropy(scores, torch.zeros(len(groups), dtype=torch.long))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if (step + 1) % EVERY == 0:
            print(f"{step + 1}/{steps} batches, loss {sum(losses[-EVERY:]) / EVERY:.4f}", flush=True)
            keep(folder, network, optimizer, step + 1)
    network.eval().save_pretrained(folder)


def _batched(batches: Callable[[int], Iterator[Group]], epochs: int) -> Iterator[list[Group]]:
    for epoch in range(epochs):
        groups = batches(epoch)
        while len(batch := list(islice(groups, BATCH))) == BATCH:
            yield batch


def _encoder(folder: Path) -> Callable[[Sequence[Group]], Any]:
    import torch
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_padding(pad_id=0)

    def encode(groups: Sequence[Group]) -> Any:
        pairs = [(group.question[:300], passage[:1200]) for group in groups for passage in group.passages]
        encodings = tokenizer.encode_batch(pairs)
        return {
            "input_ids": torch.tensor([one.ids for one in encodings]),
            "attention_mask": torch.tensor([one.attention_mask for one in encodings]),
            "token_type_ids": torch.tensor([one.type_ids for one in encodings]),
        }

    return encode


def seeded(seed: int, epoch: int) -> random.Random:
    """The same chance for the same epoch in every run."""
    return random.Random(seed * 1000 + epoch)  # noqa: S311 - no secret hangs on it
