"""The nearest vectors among a hundred thousand, on one core in a few milliseconds and from mapped files.

Vectors are int8 with one scale each. Beside them lie the signs of their difference from the mean vector, one bit for
each dimension: the Hamming distance of the signs picks `SHORTLIST` candidates, the int8 vectors order these. A small
index is compared whole. `make bench-evidence` measures how often the true neighbours are among the candidates.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SHORTLIST = 1500
WHOLE = 3000  # up to so many vectors every one is compared
_WORD = 8  # bytes
_PORTION = 4096  # rows
_ARRAYS = ("codes", "scales", "center", "signs")


@dataclass(frozen=True, eq=False)
class NearVectors:
    """`codes` (n, d) int8, `scales` (n,), `center` (d,), `signs` (d / 64, n) uint64: a row for each word of bits."""

    codes: NDArray[np.int8]
    scales: NDArray[np.float32]
    center: NDArray[np.float32]
    signs: NDArray[np.uint64]

    @classmethod
    def of(cls, vectors: NDArray[np.float32]) -> NearVectors:
        """From vectors of length one, shape (n, d)."""
        scales = np.maximum(np.abs(vectors).max(axis=1), 1e-12).astype(np.float32) / np.float32(127)
        codes = np.rint(vectors / scales[:, None]).astype(np.int8)
        return cls.of_codes(codes, scales)

    @classmethod
    def of_codes(cls, codes: NDArray[np.int8], scales: NDArray[np.float32]) -> NearVectors:
        """From what was quantized before; works through the rows in portions, as they may be many."""
        portions = [slice(start, start + _PORTION) for start in range(0, len(codes), _PORTION)]
        sums = [(codes[one] * scales[one, None]).sum(axis=0, dtype=np.float64) for one in portions]
        center = (np.sum(sums, axis=0) / max(len(codes), 1) if sums else np.zeros(codes.shape[1])).astype(np.float32)
        signs = [_signs(codes[one] * scales[one, None] - center) for one in portions]
        return cls(codes, scales, center, np.concatenate(signs, axis=1) if signs else _signs(np.zeros(codes.shape)))

    @classmethod
    def open(cls, folder: Path) -> NearVectors:
        return cls(*(np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS))

    def save(self, folder: Path) -> None:
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))

    def __len__(self) -> int:
        return len(self.scales)

    def nearest(
        self, query: NDArray[np.float32], depth: int, allowed: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Positions of the `depth` nearest, nearest first, and their cosines; equal ones by position."""
        positions = np.arange(len(self)) if allowed is None else np.flatnonzero(allowed)
        if len(positions) > WHOLE:
            positions = self._shortlist(query, max(SHORTLIST, 3 * depth), allowed)
        cosines = self.cosines(query, positions)
        order = np.argsort(-cosines, kind="stable")[:depth]
        return positions[order], cosines[order]

    def cosines(self, query: NDArray[np.float32], positions: NDArray[np.intp]) -> NDArray[np.float32]:
        """Rounded, because a product may differ in the last bit between equal rows, and a tie must stay a tie."""
        products = self.codes[positions].astype(np.float32) @ query
        return (products * self.scales[positions]).round(6)

    def _shortlist(self, query: NDArray[np.float32], count: int, allowed: NDArray[np.bool_] | None) -> NDArray[np.intp]:
        bits = _signs((query - self.center)[None, :])[:, 0]
        distances = np.zeros(len(self), dtype=np.uint16)
        for word, bit in zip(self.signs, bits, strict=True):
            distances += np.bitwise_count(word ^ bit)
        if allowed is not None:
            distances[~allowed] = np.iinfo(np.uint16).max
        if count >= len(distances):
            return np.arange(len(distances))
        # All that are as near as the last of the shortlist, so that the choice does not hang on their order.
        limit = np.partition(distances, count)[count]
        return np.flatnonzero(distances <= min(limit, np.iinfo(np.uint16).max - 1))


def _signs(vectors: NDArray[np.floating]) -> NDArray[np.uint64]:
    bits = np.packbits(vectors > 0, axis=1)
    padded = np.zeros((len(bits), -(-bits.shape[1] // _WORD) * _WORD), dtype=np.uint8)
    padded[:, : bits.shape[1]] = bits
    return np.ascontiguousarray(padded.view(np.uint64).T)


def as_bytes(vector: NDArray[np.float32]) -> bytes:
    """One vector as the store keeps it: its scale, then its codes."""
    near = NearVectors.of(vector[None, :])
    return near.scales.tobytes() + near.codes.tobytes()


def from_bytes(kept: bytes) -> tuple[np.float32, NDArray[np.int8]]:
    return np.frombuffer(kept, np.float32, 1)[0], np.frombuffer(kept, np.int8, offset=4)
