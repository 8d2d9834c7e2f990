"""The text reader's network: layers of all-MiniLM-L6-v2, the mention as the second segment; four logits a piece.

Four independent heads (negated, historical, another's, supposed) stand on one encoder; a mention's logits are the mean
over its pieces. Checkpoints are written on the way, so that a run that was cut off goes on where it stopped.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from model_export.assertions.reader import marked
from model_export.assertions.sentences import HEADS, Sentence
from model_export.making.checkpoint import keep, resume
from model_export.making.pruning import kept_pieces, pruned_tokenizer, shrink

LONGEST = 128  # pieces
RATE, WARM, BATCH = 3e-4, 0.06, 32
EVERY = 100  # batches between two checkpoints
_MIXED = 32  # batches that are sorted by length together


def start(published: Path, texts: Iterable[str], folder: Path, layers: Sequence[int], pieces: int) -> Path:
    """A model folder with these layers of the published six, a pruned vocabulary and new heads; gives `folder`."""
    import torch
    from transformers import AutoModelForTokenClassification

    folder.mkdir(parents=True, exist_ok=True)
    kept = kept_pieces(published / "tokenizer.json", texts, pieces)
    pruned_tokenizer(published / "tokenizer.json", kept, folder / "tokenizer.json", LONGEST, strategy="LongestFirst")
    torch.manual_seed(1)
    network = AutoModelForTokenClassification.from_pretrained(published, num_labels=len(HEADS))
    shrink(network, published / "tokenizer.json", kept, layers)
    network.save_pretrained(folder)
    return folder


def train(folder: Path, sentences: Sequence[Sentence]) -> None:
    """Fit the network of `folder` in place, once over `sentences` in their order."""
    import torch
    from transformers import AutoModelForTokenClassification

    network = AutoModelForTokenClassification.from_pretrained(folder).train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.01)
    groups = batches(sentences)
    steps = len(groups)
    done, encode = resume(folder, network, optimizer), _encoder(folder)
    losses: list[float] = []
    for step in range(done, steps):
        inputs, marked, flags = encode(groups[step])
        for group in optimizer.param_groups:
            group["lr"] = RATE * min((step + 1) / (WARM * steps), max(1 - step / steps, 0.0))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = network(**inputs).logits.float()
        mean = (logits * marked).sum(1) / marked.sum(1)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(mean, flags)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if (step + 1) % EVERY == 0:
            print(f"{step + 1}/{steps} batches, loss {sum(losses[-EVERY:]) / len(losses[-EVERY:]):.4f}", flush=True)
            keep(folder, network, optimizer, step + 1)
    network.eval().save_pretrained(folder)


def batches(sentences: Sequence[Sentence]) -> list[list[Sentence]]:
    """Batches of sentences of like length, in an order of chance: half of the time would else go into padding."""
    dice = random.Random(len(sentences))  # noqa: S311 - no secret hangs on it
    made = []
    for at in range(0, len(sentences), BATCH * _MIXED):
        near = sorted(sentences[at : at + BATCH * _MIXED], key=lambda one: len(one.text))
        own = [near[start : start + BATCH] for start in range(0, len(near), BATCH)]
        dice.shuffle(own)
        made += own
    return made


def _encoder(folder: Path) -> Callable[[Sequence[Sentence]], Any]:
    import torch
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_padding(pad_id=0)

    def encode(sentences: Sequence[Sentence]) -> Any:
        encodings = tokenizer.encode_batch([one.text for one in sentences])
        marks = [marked(one.offsets, sentence.span) for one, sentence in zip(encodings, sentences, strict=True)]
        types = torch.tensor(marks)
        inputs = {
            "input_ids": torch.tensor([one.ids for one in encodings]),
            "attention_mask": torch.tensor([one.attention_mask for one in encodings]),
            "token_type_ids": types,
        }
        return (
            inputs,
            types.float().clamp(min=1e-6).unsqueeze(-1),
            torch.tensor([one.flags for one in sentences]).float(),
        )

    return encode
