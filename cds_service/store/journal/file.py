"""A file of lines that count once they are on disk: each is appended and fsynced, or the file stays as it was."""

from __future__ import annotations

import os
from pathlib import Path

MAX_BYTES = 256 * 1024 * 1024


def count_lines(path: Path) -> int:
    try:
        with path.open("rb") as lines:
            return sum(1 for line in lines if line.strip())
    except FileNotFoundError:
        return 0


def write_line(path: Path, line: bytes) -> None:
    """Append and fsync one line, or leave the file as it was. A line torn by an earlier crash is closed off first."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size + len(line) > MAX_BYTES:
            raise OSError("the journal is at its limit")
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        try:
            _write_all(descriptor, b"\n" + line + b"\n" if torn else line + b"\n")
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, size)
            raise
        if size == 0:
            _fsync_folder(path.parent)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
