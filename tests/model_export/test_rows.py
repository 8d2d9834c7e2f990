"""Tables of an evaluation are read however a spreadsheet or an editor wrote them."""

from __future__ import annotations

from pathlib import Path

import pytest

from model_export.rows import rows_of
from model_export.task import TaskFailed


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_a_table_is_read_with_any_line_end_and_with_a_byte_order_mark(tmp_path: Path, mark: bytes, end: bytes) -> None:
    table = tmp_path / "sigs.tsv"
    table.write_bytes(mark + end.join([b"sig\tprn", b"1 tab daily\t0", b'"2 ""blue"" tabs"\t', b"half a tab", b""]))
    assert [(row["sig"], row["prn"]) for row in rows_of(table, ["sig"])] == [
        ("1 tab daily", "0"),
        ('2 "blue" tabs', ""),
        ("half a tab", ""),
    ]


def test_columns_that_are_lacking_are_named(tmp_path: Path) -> None:
    table = tmp_path / "sigs.tsv"
    table.write_text("sig\n", encoding="utf-8")
    with pytest.raises(TaskFailed, match=r"^sigs.tsv has no column condition, sentence$"):
        list(rows_of(table, ["condition", "sentence", "sig"]))
