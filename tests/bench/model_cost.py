"""CPU of one core that the shipped models take: 64 tokens of each transformer, and what a call reads at most.

    python -m tests.bench.model_cost

Process CPU time, so a busy machine changes little; the first run of each is left out. The budget of a transformer is
10 ms for 64 tokens on a core with VNNI, which `lscpu` names as avx512_vnni or avx_vnni.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable

from cds_service.chart import UnreadText
from cds_service.models import Models, load_models
from cds_service.reading import MOST_TEXTS, ReadingCache, read
from cds_service.settings import Settings
from cds_service.tables import knowledge_of
from cds_service.terminology.assertion import read_assertion

BUDGET_MS, TOKENS, ROUNDS = 10.0, 64, 30
SENTENCE = (
    "The patient denies chest pain, shortness of breath, and any history of SEIZURES since the last visit in March."
)


def cpu_ms(work: Callable[[int], object], rounds: int = ROUNDS) -> float:
    """Median milliseconds of this process; `work` is given the number of its round."""
    work(0)
    taken = []
    for number in range(1, rounds + 1):
        started = time.process_time()
        work(number)
        taken.append((time.process_time() - started) * 1000)
    return statistics.median(taken)


def of_words() -> tuple[str, tuple[str, str]]:
    """A text and a pair of TOKENS tokens each: "of" is one in both vocabularies, two or three mark the ends."""
    return " ".join(["of"] * (TOKENS - 2)), (" ".join(["of"] * 12), " ".join(["of"] * (TOKENS - 3 - 12)))


def of_tokens(models: Models) -> dict[str, float]:
    """Each transformer over TOKENS tokens."""
    embedder, reranker = models.embedder, models.reranker
    assert embedder and reranker, models.problems
    alone, pair = of_words()
    return {
        "embedder": cpu_ms(lambda _: embedder.embed(alone)),
        "reranker": cpu_ms(lambda _: reranker.score(*pair)),
    }


def of_a_call(models: Models) -> dict[str, float]:
    """What a call reads at most: misspelt orders that no cache knows, then the same again."""
    cache = ReadingCache()

    def texts(number: int) -> list[UnreadText]:
        return [
            UnreadText("medication", f"MedicationRequest/{at}", f"metforminn {number}{at:02d} mg daily")
            for at in range(MOST_TEXTS)
        ]

    known = texts(0)
    return {
        f"{MOST_TEXTS} new texts": cpu_ms(lambda number: read(texts(number + 1), models, cache, float("inf")), 8),
        f"{MOST_TEXTS} known texts": cpu_ms(lambda _: read(known, models, cache, float("inf"))),
    }


def main() -> None:
    settings = Settings.from_env({"COUNTERSIGN_RUN_DIR": tempfile.mkdtemp()})
    models = load_models(settings, knowledge_of(settings).vocabulary.names())
    for name, taken in of_tokens(models).items():
        kept = "within" if taken <= BUDGET_MS else "above"
        print(f"{name}: {TOKENS} tokens, {taken:.1f} ms of CPU, {kept} {BUDGET_MS:g} ms")
    for name, taken in of_a_call(models).items():
        print(f"{name}: {taken:.1f} ms of CPU")
    place = SENTENCE.index("SEIZURES"), SENTENCE.index("SEIZURES") + len("SEIZURES")
    sentences = cpu_ms(lambda _: [read_assertion(SENTENCE, place) for _ in range(100)]) / 100
    print(f"what a sentence says of a mention, by cues: {sentences:.2f} ms of CPU")


if __name__ == "__main__":
    main()
