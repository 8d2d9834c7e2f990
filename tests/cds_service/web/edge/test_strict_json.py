"""Strict JSON as a function: what another reader could understand differently is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.errors import InvalidRequest
from cds_service.web.edge.strict_json import MAX_DEPTH, parse_object

_TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda below: st.lists(below) | st.dictionaries(st.text(), below),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), _TREES))
def test_every_sound_object_is_read_as_it_was_written(tree: dict[str, object]) -> None:
    assert parse_object(json.dumps(tree).encode()) == tree
    assert parse_object(json.dumps(tree, ensure_ascii=False, indent=1).encode()) == tree


@given(st.dictionaries(st.text(), _TREES, min_size=1))
def test_a_repeated_member_is_found_wherever_it_hides(tree: dict[str, object]) -> None:
    inner = json.dumps(tree)
    name = json.dumps(next(iter(tree)))
    repeated = f'{{"a": [{{"b": {inner[:-1]}, {name}: 0}}}}]}}'
    with pytest.raises(InvalidRequest, match="twice"):
        parse_object(repeated.encode())


def test_text_that_looks_like_members_is_no_repetition() -> None:
    tree = {"text": 'he said "a": 1, "a": 2', "a": '\\":'}
    assert parse_object(json.dumps(tree).encode()) == tree


def test_an_escaped_name_is_the_same_name() -> None:
    with pytest.raises(InvalidRequest, match="twice"):
        parse_object(b'{"a": 1, "\\u0061": 2}')


def test_a_repeated_name_that_may_carry_anything_is_not_quoted() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        parse_object(b'{"Jane Doe 1970": 1, "Jane Doe 1970": 2}')
    assert "Jane" not in refusal.value.where + str(refusal.value)


def test_depth_is_counted_over_objects_and_arrays() -> None:
    def nested(levels: int) -> bytes:
        return b'{"a":' + b'[{"b":' * ((levels - 1) // 2) + b"0" + b"}]" * ((levels - 1) // 2) + b"}"

    assert parse_object(nested(MAX_DEPTH - 1))
    with pytest.raises(InvalidRequest, match="nested deeper"):
        parse_object(nested(MAX_DEPTH + 1))


def test_a_long_run_of_unclosed_quotes_is_refused_in_linear_time() -> None:
    with pytest.raises(InvalidRequest):
        parse_object(b'{"a": "' + b'\\"' * 500_000)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a": "\\u0022:", "b": 1, "b": 2}',  # the escape makes up for the member that was dropped
        b'{"a": "\\":", "b": "x\\":", "b": 2}',
        b'{"a" : 1, "a":2}',
    ],
)
def test_no_text_hides_a_member_that_stands_twice(raw: bytes) -> None:
    with pytest.raises(InvalidRequest, match="twice"):
        parse_object(raw)


@pytest.mark.parametrize("raw", [b'{"a": "\\u0022:", "b" \t: 1}', b'{"a\\":": "x\\" :", "b":{"a":[{"b":1}]}}'])
def test_text_that_looks_like_members_is_no_member(raw: bytes) -> None:
    assert parse_object(raw)["b"]
