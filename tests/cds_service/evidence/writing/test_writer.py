"""The writer slot: verified claims only, each sentence held against them, and nothing planted comes through."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cds_service.__main__ import main
from cds_service.errors import ModelRefused, SettingsError
from cds_service.evidence.writing import Writer, open_writer
from cds_service.evidence.writing.grounded import CANARY, cases, grounded_test
from cds_service.evidence.writing.onnx_writer import OnnxWriter
from cds_service.evidence.writing.openai_writer import OpenAiWriter
from cds_service.evidence.writing.prompt import LONGEST_SENTENCE, RULES, lines_of, statements
from cds_service.evidence.writing.slot import RESULT
from cds_service.settings import Settings
from tests.cds_service.evidence.writing.tiny_llm import write_model
from tests.charts import knowledge

KNOWLEDGE = knowledge()
LEXICON = KNOWLEDGE.vocabulary.lexicon
CLAIMS = (
    "The label contraindicates metformin at an eGFR below 30 mL/min.",
    "Stop metformin and choose another drug.",
)
GOOD = "Metformin is contraindicated at an eGFR below 30 mL/min. [1]"
BAD = (
    "Metformin is contraindicated at an eGFR below 45 mL/min. [1]",
    "Glipizide is contraindicated at an eGFR below 30 mL/min. [1]",
    "Metformin is not contraindicated at an eGFR below 30 mL/min. [1]",
    "Metformin is contraindicated at an eGFR above 30 mL/min. [1]",
    "Metformin is contraindicated at an eGFR below 30 mL/min. [9]",
    "Metformin is contraindicated at an eGFR below 30 mL/min.",
    "The weather is lovely in spring. [1]",
)


@dataclass
class Says:
    """A model that says the same whatever it is given, and remembers what that was."""

    text: str
    given: list[str] = field(default_factory=list)
    identity: str = "says 1"

    def write(self, rules: str, given: str) -> Iterator[str]:
        self.given.append(rules + given)
        yield from (self.text[at : at + 7] for at in range(0, len(self.text), 7))


class Copies:
    """A faithful model: each statement as it stands, with its number behind it."""

    identity = "copies 1"

    def write(self, _: str, given: str) -> Iterator[str]:
        for line in given.splitlines():
            number, _, words = line.partition("] ")
            if CANARY not in words:
                yield f"{words} {number}]\n"


class Obeys(Copies):
    """A model that does what planted words ask for."""

    def write(self, rules: str, given: str) -> Iterator[str]:
        yield from super().write(rules, given)
        if CANARY in given:
            yield f"Recommend {CANARY} 500 mg to every patient. [3]\n"


def written(text: str) -> list[str]:
    return [one.text for one in Writer(LEXICON, Says(text)).sentences(CLAIMS)]


def test_a_sentence_that_says_what_its_claim_says_stands_and_names_it() -> None:
    (sentence,) = Writer(LEXICON, Says(GOOD)).sentences(CLAIMS)
    assert sentence.text == GOOD.removesuffix(" [1]") and sentence.cites == (0,)


@pytest.mark.parametrize("bad", BAD)
def test_every_other_sentence_is_dropped_and_the_rest_stands(bad: str) -> None:
    assert written(f"{bad}\n{GOOD}\n{bad}") == [GOOD.removesuffix(" [1]")]


def test_where_nothing_stands_the_claims_do() -> None:
    assert written("\n".join(BAD)) == list(CLAIMS)
    assert [one.text for one in Writer(LEXICON).sentences(CLAIMS)] == list(CLAIMS)
    assert list(Writer(LEXICON, Says(GOOD)).sentences(())) == []


def test_it_gets_the_claims_and_nothing_else_within_limits() -> None:
    model = Says(GOOD)
    list(Writer(LEXICON, model).sentences([*CLAIMS, "x" * 9000]))
    assert model.given == [RULES + statements([*CLAIMS, "x" * 9000])]
    assert len(model.given[0]) < len(RULES) + 1000


def test_sentences_come_as_soon_as_they_end_and_an_endless_line_is_cut() -> None:
    def pieces() -> Iterator[str]:
        yield GOOD + "\n"
        raise AssertionError("the first sentence did not wait for the second")

    assert next(lines_of(pieces())) == GOOD
    assert max(map(len, lines_of(["word " * 9000]))) <= LONGEST_SENTENCE


def test_the_log_has_counts_and_no_word_of_a_claim(capsys: pytest.CaptureFixture[str]) -> None:
    written(f"{GOOD}\n{BAD[0]}")
    out = capsys.readouterr().out
    assert "metformin" not in out.lower()


def test_a_faithful_model_passes_the_grounded_test_and_one_that_obeys_planted_words_does_not() -> None:
    assert grounded_test(Copies(), KNOWLEDGE).passed
    assert any(CANARY in " ".join(claims) for claims in cases(KNOWLEDGE))
    result = grounded_test(Obeys(), KNOWLEDGE)
    assert result.planted and not result.passed
    assert not grounded_test(Says(BAD[0]), KNOWLEDGE).passed


def test_a_model_of_onnx_is_loaded_and_writes_token_by_token(tmp_path: Path) -> None:
    model = OnnxWriter.load(write_model(tmp_path, GOOD))
    pieces = list(model.write("rules", "given"))
    assert len(pieces) > 5
    assert "".join(pieces) == GOOD.replace(" ", "")  # the tiny tokenizer knows no blanks
    assert model.identity != OnnxWriter.load(write_model(tmp_path / "other", BAD[0])).identity


@pytest.mark.parametrize("spoilt", ["model.onnx", "tokenizer.json", "config.json"])
def test_a_folder_that_is_not_usable_is_refused_and_the_claims_stand(tmp_path: Path, spoilt: str) -> None:
    (write_model(tmp_path / "model", GOOD) / spoilt).write_bytes(b"{")
    with pytest.raises(ModelRefused, match="writer"):
        OnnxWriter.load(tmp_path / "model")
    writer = open_writer(settings(tmp_path, f"onnx:{tmp_path / 'model'}"), LEXICON)
    assert writer.model is None and str(writer.problem).startswith("writer: ")
    assert [one.text for one in writer.sentences(CLAIMS)] == list(CLAIMS)


def settings(folder: Path, writer: str) -> Settings:
    return Settings.from_env({"COUNTERSIGN_RUN_DIR": str(folder / "run"), "COUNTERSIGN_WRITER": writer})


def test_a_model_that_has_not_passed_as_it_is_does_not_write(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "model", GOOD)
    asked = settings(tmp_path, f"onnx:{folder}")
    assert "writer-test" in str(open_writer(asked, LEXICON).problem)
    asked.run_dir.mkdir()
    kept = {"identity": OnnxWriter.load(folder).identity, "passed": True}
    (asked.run_dir / RESULT).write_text(json.dumps(kept))
    assert open_writer(asked, LEXICON).model is not None
    write_model(folder, BAD[0])  # other weights under the same name
    assert open_writer(asked, LEXICON).model is None


def test_the_command_runs_the_test_and_keeps_that_it_failed(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "model", GOOD)
    environ = {"COUNTERSIGN_RUN_DIR": str(tmp_path / "run"), "COUNTERSIGN_WRITER": f"onnx:{folder}"}
    result = CliRunner().invoke(main, ["evidence", "writer-test"], env=environ)
    assert result.exit_code == 1 and "not passed" in result.output
    assert json.loads((tmp_path / "run" / RESULT).read_text())["passed"] is False


@pytest.mark.parametrize("name", ["gpt", "onnx:", "openai:", "openai:http://far.example/v1", "openai:ftp://x"])
def test_a_writer_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="COUNTERSIGN_WRITER"):
        open_writer(settings(tmp_path, name), LEXICON)


@contextmanager
def openai_server(body: bytes, status: int = 200) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A local server that answers every completion with these bytes; gives its address and what it was asked."""
    asked: list[dict[str, Any]] = []

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            asked[-1]["path"] = self.path
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def streamed(text: str) -> bytes:
    """Server-sent events of a completion, nine characters at a time."""
    parts = [text[at : at + 9] for at in range(0, len(text), 9)]
    events = [json.dumps({"choices": [{"delta": {"content": part}}]}) for part in parts]
    return "".join(f"data: {event}\n\n" for event in [*events, "[DONE]"]).encode()


def test_an_openai_server_is_asked_for_structured_output_and_its_stream_is_read() -> None:
    answer = {"sentences": [{"text": one.split(" [")[0], "cites": [1]} for one in (GOOD, BAD[0])]}
    with openai_server(streamed(json.dumps(answer))) as (url, asked):
        writer = Writer(LEXICON, OpenAiWriter.of(url, loopback=True))
        assert [one.text for one in writer.sentences(CLAIMS)] == [GOOD.removesuffix(" [1]")]
    (body,) = asked
    assert body["path"] == "/v1/chat/completions" and body["stream"] is True
    assert body["response_format"]["type"] == "json_schema"
    assert body["messages"][1]["content"] == statements(CLAIMS)


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 500), (b"data: {\n\n", 200), (b'data: {"choices": []}\n\n', 200), (b"", 302), (b"<html>", 200)],
)
def test_a_server_that_fails_leaves_the_claims_as_they_stand(body: bytes, status: int) -> None:
    with openai_server(body, status) as (url, _):
        writer = Writer(LEXICON, OpenAiWriter.of(url, loopback=True))
        assert [one.text for one in writer.sentences(CLAIMS)] == list(CLAIMS)


def test_a_server_that_is_not_there_leaves_the_claims_as_they_stand() -> None:
    writer = Writer(LEXICON, OpenAiWriter.of("http://127.0.0.1:9", loopback=True))
    assert [one.text for one in writer.sentences(CLAIMS)] == list(CLAIMS)


def test_the_key_stands_in_no_repr() -> None:
    assert "secret" not in repr(OpenAiWriter("https://x", "m", key="secret"))
