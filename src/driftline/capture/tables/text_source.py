"""The text of a table's file: unpacked, as UTF-8, without what its form leaves out; at once or in pieces of whole rows.

Enters: the path of a file and its ``form.Form``. Leaves: what Arrow's parser reads. Never a file of Python's own: Arrow
reads on threads of its own, and one that needs Python for that hangs when the interpreter has ended meanwhile.
"""

import codecs
import contextlib
import lzma
import zipfile
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from driftline.capture.tables import ragged
from driftline.capture.tables.form import Form

_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\x28\xb5\x2f\xfd": "zstd"}
_ZIP, _XZ = b"PK\x03\x04", b"\xfd7zXZ"


@contextlib.contextmanager
def source(path: str, said: Form, *, quoted: bool = False) -> Iterator[Any]:
    """Open a text table for Arrow, as UTF-8 without the lines that the form leaves out; ``quoted``: values keep quotes.

    Arrow reads on threads of its own. One that needs Python for that hangs when the interpreter has ended meanwhile,
    and the process with it: what they read is a file of Arrow's or lies in memory.
    """
    with opened(path) as file:
        if isinstance(file, pa.NativeFile) and _utf8(said.encoding) and not said.leaves_out and not quoted:
            yield file
        else:
            whole = _kept(file.read(), said)
            yield pa.BufferReader(marked(whole, said) if quoted else whole)


def pieces(path: str, said: Form, *, across: bool, size: int) -> Iterator[tuple[bytearray, int]]:
    """Yield a text table as UTF-8, in pieces of whole rows, with their ends; ``across``: values may have line breaks.

    All pieces lie in the same memory, one after another: fresh memory would cost as much as parsing does.
    """
    with opened(path) as file:
        text: Any = pa.BufferReader(_kept(file.read(), said)) if said.leaves_out else file
        if not said.leaves_out and not _utf8(said.encoding):
            text = _Decoded(file, said.encoding)
        room, filled = bytearray(size), 0
        while read := text.readinto(memoryview(room)[filled:]):
            filled += read
            end = _whole_rows(room, filled, said, across=across)
            if end:
                yield room, end
                room[: filled - end] = room[end:filled]
                filled -= end
            elif filled == len(room):
                room = room + bytes(filled)
        if filled and room[filled - 1] != ord("\n"):  # Arrow takes one row without its end for none
            room[filled] = ord("\n")  # there is room left, as there was to be read into
            filled += 1
        if filled:
            yield room, filled


class _Decoded:
    """A file of another encoding, read as UTF-8."""

    def __init__(self, file: Any, encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._held = b""

    def readinto(self, room: memoryview) -> int:
        """Read as much as there is room for; returns how many bytes, 0 at the end."""
        while not self._held and (read := bytes(self._file.read(len(room)))):
            self._held = self._decoder.decode(read).encode()
        taken = self._held[: len(room)] or self._decoder.decode(b"", final=True).encode()
        room[: len(taken)] = taken
        self._held = self._held[len(room) :]
        return len(taken)


def _whole_rows(piece: bytearray, filled: int, said: Form, *, across: bool) -> int:
    """Return where the last row ends that is whole; 0 = none is, as far as that can be told."""
    end = piece.rfind(b"\n", 0, filled) + 1
    if not across or not said.quote:
        return end
    if said.escape:
        return 0  # which quotes end a value cannot be told by their number
    quote = said.quote.encode()
    while end and piece.count(quote, 0, end) % 2:
        end = piece.rfind(b"\n", 0, end - 1) + 1
    return end


def marked(piece: bytes | bytearray, said: Form) -> bytes | bytearray:
    """Return a text whose quotes come thrice: the parser takes what surrounds a value, and leaves one on each side."""
    quote = said.quote.encode()
    return piece.replace(quote, quote * 3) if quote and not said.escape else piece


def _utf8(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding).name == "utf-8"
    except LookupError:
        return False


@contextlib.contextmanager
def opened(path: str) -> Iterator[Any]:
    """Open a file that may be packed, as its first bytes tell."""
    with pa.OSFile(path) as raw:
        first = raw.read(6)
    if first.startswith(_ZIP):
        with zipfile.ZipFile(path) as archive, archive.open(_only(archive.namelist(), path)) as packed:
            yield packed
    elif first.startswith(_XZ):
        with lzma.open(path) as packed:
            yield packed
    else:
        packing = next((name for magic, name in _MAGIC.items() if first.startswith(magic)), None)
        with pa.input_stream(path, compression=packing) as file:
            yield file


def _only(names: list[str], path: str) -> str:
    if len(names) != 1:
        raise ValueError(f"{path} holds {len(names)} files")
    return names[0]


def _kept(data: bytes, said: Form) -> bytes:
    """Return a text as UTF-8 without the lines, and the ends of lines, that its form leaves out."""
    data = data if _utf8(said.encoding) else data.decode(said.encoding).encode()
    if not said.leaves_out:
        return data
    lines = data.splitlines(keepends=True)
    lines = lines[: len(lines) - said.footer] if said.footer else lines
    lines = [line for place, line in enumerate(lines) if place not in said.omitted] if said.omitted else lines
    if said.comment:
        sign = said.comment.encode()
        lines = [line for line in lines if not line.startswith(sign)]
        if said.inline:
            lines = [_cut(line, sign, said.quote.encode()) for line in lines]
    return ragged.filled(b"".join(lines), said) if said.fill else b"".join(lines)


def _cut(line: bytes, sign: bytes, quote: bytes) -> bytes:
    before, found, _ = line.partition(sign)
    return before + b"\n" if found and not (quote and quote in line) else line
