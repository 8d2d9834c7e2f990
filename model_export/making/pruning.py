"""A smaller vocabulary for a published WordPiece model: the pieces that our texts use, and every single character.

A word whose pieces were dropped is spelt in smaller ones, so nothing becomes unknown that was known before.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def kept_pieces(tokenizer_file: Path, texts: Iterable[str], size: int) -> list[str]:
    """The pieces to keep, in their old order: special ones, single characters, and the most used of the others."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    counts: Counter[str] = Counter()
    for encoding in (tokenizer.encode(text) for text in texts):
        counts.update(encoding.tokens)
    vocabulary = tokenizer.get_vocab()
    always = {piece for piece in vocabulary if piece in _SPECIAL or len(piece.removeprefix("##")) == 1}
    often = [piece for piece, _ in counts.most_common() if piece not in always]
    keep = always | set(often[: max(size - len(always), 0)])
    return sorted(keep, key=vocabulary.__getitem__)


def pruned_tokenizer(
    tokenizer_file: Path, pieces: list[str], out: Path, longest: int, strategy: str = "OnlySecond"
) -> Path:
    """The tokenizer with these pieces only, numbered in their order, without padding, cut at `longest` pieces by
    `strategy` (OnlySecond cuts the second of two texts, LongestFirst a text of its own)."""
    told: dict[str, Any] = json.loads(tokenizer_file.read_bytes())
    numbers = {piece: number for number, piece in enumerate(pieces)}
    told["model"]["vocab"] = numbers
    for added in told["added_tokens"]:
        added["id"] = numbers[added["content"]]
    for special in told["post_processor"]["special_tokens"].values():
        special["ids"] = [numbers[token] for token in special["tokens"]]
    told["padding"] = None
    told["truncation"] = {"direction": "Right", "max_length": longest, "strategy": strategy, "stride": 0}
    out.write_text(json.dumps(told, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    return out


def shrink(network: Any, tokenizer_file: Path, pieces: list[str], layers: Sequence[int]) -> None:
    """Leaves a published BERT these of its layers and the embeddings of these pieces; in place."""
    import torch

    vocabulary = json.loads(tokenizer_file.read_bytes())["model"]["vocab"]
    network.bert.encoder.layer = torch.nn.ModuleList(network.bert.encoder.layer[n] for n in layers)
    words = network.bert.embeddings.word_embeddings
    rows = torch.tensor([vocabulary[piece] for piece in pieces])
    network.bert.embeddings.word_embeddings = torch.nn.Embedding.from_pretrained(
        words.weight[rows].detach().clone(), freeze=False, padding_idx=0
    )
    network.config.vocab_size, network.config.num_hidden_layers = len(pieces), len(layers)
