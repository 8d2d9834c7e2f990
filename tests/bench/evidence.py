"""`make bench-evidence`: the hybrid search over 100,000 generated passages, on one core, from mapped files.

Prints time and CPU of a search with its question's embedding, the memory of a worker, and how many of the true nearest
vectors the shortlist finds. Passages are words of our own statements drawn by their frequency; vectors are those of our
statements, moved by noise, so that they lie as real ones do.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np

PASSAGES = int(os.environ.get("PASSAGES", "100000"))
QUESTIONS = 400
P50_MS, P99_MS, WORKER_MB = 15.0, 40.0, 300.0
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def main() -> None:
    if len(sys.argv) == 2:
        measure(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        make(Path(folder), PASSAGES)
        (Path(folder) / "questions.json").write_text(json.dumps(questions()))
        print(f"{PASSAGES} passages generated and indexed in {time.perf_counter() - started:.0f} s")
        subprocess.run([sys.executable, "-m", "tests.bench.evidence", folder], check=True, env=os.environ | ONE_THREAD)


def make(folder: Path, count: int) -> None:
    """An index of `count` generated passages."""
    from cds_service.evidence import mapped

    mapped.write(folder, entries(count), "generated", embedder().version)


def entries(count: int) -> Iterator:
    from cds_service.evidence.filters import NEVER
    from cds_service.evidence.mapped import Entry
    from cds_service.evidence.near import NearVectors
    from cds_service.knowledge.passages import Passage

    random = np.random.default_rng(7)
    statements = [passage.text for passage in own_passages()][:2000]
    model = embedder()
    known = np.stack([model.embed(text) for text in statements])
    words, weights = zip(*Counter(word for text in statements for word in text.split()).items(), strict=True)
    chances = np.array(weights) / sum(weights)
    drugs = [str(number) for number in range(500)]
    for start in range(0, count, 1000):
        size = min(1000, count - start)
        vectors = known[random.integers(0, len(known), size)] + random.normal(0, 0.03, (size, known.shape[1]))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        near = NearVectors.of(vectors.astype(np.float32))
        for at in range(size):
            text = " ".join(random.choice(words, random.integers(60, 140), p=chances))
            passage = Passage(
                f"g{start + at:07}",
                f"Generated {start + at}",
                text,
                {"title": "Generated", "publisher": "bench"},
                section=("drug_interactions", "dosage_and_administration", "warnings")[at % 3],
                date=f"{2000 + at % 25}",
                jurisdiction=("US", "EU")[at % 2],
                drugs=(drugs[int(random.integers(500))],),
            )
            yield Entry(passage, near.scales[at], near.codes[at], NEVER)


def measure(folder: Path) -> None:
    from cds_service.evidence import mapped
    from cds_service.evidence.filters import Filters
    from cds_service.evidence.index import HybridIndex

    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    about = mapped.current(folder)
    assert about is not None
    parts = mapped.open_parts(folder, about)
    index = HybridIndex.of(parts, embedder())
    asked = json.loads((folder / "questions.json").read_text())
    for question in asked[:20]:
        index.search(question)
    for name, filters in (("no filter", Filters()), ("drug and section", Filters(("7",), ("warnings",)))):
        spent, cpu = timed(index, asked, filters)
        p50, p99 = np.percentile(spent, [50, 99])
        print(f"{name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms on the wall; CPU p50 {np.percentile(cpu, 50):.1f} ms, "
              f"p99 {np.percentile(cpu, 99):.1f} ms (budget p50 {P50_MS:.0f}, p99 {P99_MS:.0f})")  # fmt: skip
    print(f"memory of the worker: {memory()} (budget {WORKER_MB:.0f} MB)")
    print(f"true nearest 10 among those found: {recall(parts, asked):.3f}; of the nearest 100: "
          f"{recall(parts, asked, 100):.3f}")  # fmt: skip


def timed(index, asked: list[str], filters) -> tuple[list[float], list[float]]:
    spent, cpu = [], []
    for question in asked:
        started, used = time.perf_counter(), time.process_time()
        index.search(question, k=10, filters=filters)
        spent.append((time.perf_counter() - started) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    return spent, cpu


def recall(parts, asked: list[str], count: int = 10) -> float:
    """The share of the `count` nearest by whole comparison that the shortlist keeps."""
    vectors, model, found = parts.vectors, embedder(), []
    for question in asked[:60]:
        query = model.embed(question)
        portions = range(0, len(vectors), 20_000)
        cosines = np.concatenate([
            vectors.cosines(query, np.arange(at, min(at + 20_000, len(vectors)))) for at in portions
        ])  # fmt: skip
        true = np.argsort(-cosines, kind="stable")[:count]
        ours, _ = vectors.nearest(query, 100, None)
        found.append(len(set(true) & set(ours)) / count)
    return float(np.mean(found))


def memory() -> str:
    """What is this process's own, and what of mapped files lies in memory beside it."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    anonymous, files = (int(status[name].split()[0]) / 1024 for name in ("RssAnon", "RssFile"))
    return f"{anonymous:.0f} MB own, {files:.0f} MB of mapped files and libraries, {anonymous + files:.0f} MB in all"


def questions() -> list[str]:
    """Questions as people ask them, about our own statements' titles."""
    shapes = ("can {} be given together?", "{} dose in renal impairment", "what is the risk with {}", "{}")
    titles = [passage.title for passage in own_passages()]
    step = max(1, len(titles) // QUESTIONS)
    return [shapes[at % 4].format(title) for at, title in enumerate(titles[::step][:QUESTIONS])]


def own_passages() -> list:
    from cds_service.knowledge import load_knowledge
    from cds_service.knowledge.passages import passages_of
    from cds_service.tables import read_tables

    if not _OWN:
        _OWN.extend(passages_of(load_knowledge(read_tables(None))))
    return _OWN


def embedder():
    from cds_service.models import load_models

    return load_models(SimpleNamespace(models_dir=None), ()).embedder


_OWN: list = []

if __name__ == "__main__":
    main()
