"""How a text table is written: what separates its fields, where its header is, what its columns are called.

Enters: nothing by itself; ``arguments`` makes forms of what readers and writers were told. Leaves: a ``Form``, by which
a file can be read as the program read it, whatever it is called; ``BEYOND`` where no form can say how. Reads nothing
itself.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from driftline import later

EVERY = "*"  # among ``Form.texts``: all columns
_PARTS = ("usecols", "index_col", "columns")  # arguments that leave columns out
_PACKED = later.pattern(r"\.(tar(\.(gz|bz2|xz|zst))?|tgz|tbz2?|txz|7z)$")  # of which nothing can be read as it stands
Naming = Literal["", "pandas", "polars", "polars 1", "arrow", "duckdb"]


class Form(NamedTuple):
    """A text table as it is written."""

    delimiter: str = ","  # "" = the file cannot be read as the program read it
    names: tuple[str, ...] = ()  # of columns, where the file does not say them
    bare: Naming = ""  # it has no header, and its columns, or those behind ``names``, are called as this library does
    skip: int = 0  # lines above the header, or above the first row
    encoding: str = "utf8"
    decimal: str = "."
    quote: str = '"'  # "" = quotes are like other signs
    escape: str = ""
    guess: bool = False  # nobody said what separates the fields
    doubt: bool = False  # nobody said whether there is a header: a first line with numbers, other than years, is none
    texts: tuple[str, ...] = ()  # columns that are read as texts, whatever they look like
    nulls: tuple[str, ...] | None = None  # what stands for a missing value; None = as usual
    thousands: str = ""
    comment: str = ""  # begins a line that is left out
    inline: bool = False  # and ends one that is not
    omitted: tuple[int, ...] = ()  # further lines that are left out, from 0
    footer: int = 0  # lines at the end that are left out
    fill: bool = False  # lines with too few cells are filled up

    @property
    def leaves_out(self) -> bool:
        """Whether lines of the file are left out, or filled up, before it is read."""
        return bool(self.comment or self.omitted or self.footer or self.fill)


BEYOND = Form("")
Reading = Callable[[Mapping[str, Any]], Form]  # of the arguments by name


def made_up(library: str, width: int) -> list[str]:
    """Return what a library calls the columns of a file that has ``width`` of them and no header."""
    if library == "duckdb":
        return [f"column{place:0{len(str(width - 1))}d}" for place in range(width)]
    if library in ("polars", "polars 1"):  # which counted from 1 before 2.0
        return [f"column_{place + (library != 'polars')}" for place in range(width)]
    return [f"f{place}" if library == "arrow" else str(place) for place in range(width)]


def named(form: Form, given: Mapping[str, Any], columns: tuple[str, ...]) -> Form:
    """Return ``form`` with the names of a frame's columns, if its file has none and they are all of them."""
    if not form.bare or not columns or any(given.get(name) is not None for name in _PARTS):
        return form
    return form._replace(names=columns, bare="")


def readable(path: str, form: Form) -> bool:
    """Whether the file at ``path`` can be read as it stands, in this form."""
    return bool(form.delimiter) and not _PACKED.search(path.lower())
