"""How a text table is written: what separates its fields, where its header is, what its columns are called.

Enters: the arguments that a reader or writer of pandas or polars was given. Leaves: a ``Form``, by which its file can
be read as the program read it, whatever it is called; ``BEYOND`` where the arguments say more than a form can. Reads
nothing itself.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

_PARTS = ("usecols", "index_col", "columns")  # arguments that leave columns out
_PACKED = (".zip", ".xz", ".tar", ".7z")  # of which nothing can be read as it stands


class Form(NamedTuple):
    """A text table as it is written."""

    delimiter: str = ","  # "" = the file cannot be read as the program read it
    names: tuple[str, ...] = ()  # of columns, where the file does not say them
    bare: bool = False  # it has no header, and names are those that the program's library has made up
    skip: int = 0  # lines above the header, or above the first row
    encoding: str = "utf8"
    decimal: str = "."
    quote: str = '"'


BEYOND = Form("")
Reading = Callable[[Mapping[str, Any]], Form]  # of the arguments by name


def pandas_csv(kwargs: Mapping[str, Any]) -> Form:
    """Return the form that ``pandas.read_csv`` was told."""
    return _of_pandas(kwargs, ",")


def pandas_table(kwargs: Mapping[str, Any]) -> Form:
    """Return the form that ``pandas.read_table`` was told."""
    return _of_pandas(kwargs, "\t")


def _of_pandas(given: Mapping[str, Any], delimiter: str) -> Form:
    separator = given.get("sep", given.get("delimiter", delimiter))
    if isinstance(separator, str) and len(separator.strip(" ")) == 1:
        separator = separator.strip(" ")  # what is left of ", " is in the values
    header, names, skip = given.get("header", "infer"), given.get("names"), given.get("skiprows") or 0
    if header == "infer":
        header = None if names is not None else 0
    plain = isinstance(separator, str) and len(separator) == 1 and isinstance(skip, int)
    if not plain or not isinstance(header, int | None) or given.get("comment") or given.get("skipfooter"):
        return BEYOND
    lines = skip + (header or 0)
    if names is not None:
        named = tuple(map(str, names))
        return _form(given, separator, names=named, skip=lines if header is None else lines + 1)
    return _form(given, separator, bare=header is None, skip=lines)


def _form(given: Mapping[str, Any], separator: str, **said: Any) -> Form:
    encoding = given.get("encoding") or "utf8"
    return Form(
        separator, encoding=encoding, decimal=given.get("decimal", "."), quote=given.get("quotechar", '"'), **said
    )


def polars_csv(kwargs: Mapping[str, Any]) -> Form:
    """Return the form that ``polars.read_csv`` or ``scan_csv`` was told."""
    if kwargs.get("comment_prefix") or kwargs.get("skip_rows_after_header") or kwargs.get("skip_lines"):
        return BEYOND
    header = kwargs.get("has_header", True)
    names = tuple(map(str, kwargs.get("new_columns") or ()))
    return Form(
        kwargs.get("separator", ","),
        names,
        not header and not names,
        (kwargs.get("skip_rows") or 0) + (1 if header and names else 0),
        "utf8",
        "," if kwargs.get("decimal_comma") else ".",
        kwargs.get("quote_char") or '"',
    )


def pandas_written(kwargs: Mapping[str, Any]) -> Form:
    """Return the form in which ``to_csv`` was told to write."""
    if kwargs.get("header", True) is not True and kwargs.get("mode") != "a":  # what is appended has its header above
        return BEYOND
    return _form(kwargs, kwargs.get("sep", ","))


def polars_written(kwargs: Mapping[str, Any]) -> Form:
    """Return the form in which ``write_csv`` or ``sink_csv`` was told to write."""
    header = kwargs.get("include_header", True)
    return Form(kwargs.get("separator", ","), bare=not header)


def named(form: Form, given: Mapping[str, Any], columns: tuple[str, ...]) -> Form:
    """Return ``form`` with the names of a frame's columns, if its file has none and they are all of them."""
    if not form.bare:
        return form
    part = any(given.get(name) is not None for name in _PARTS)
    return BEYOND if part or not columns else form._replace(names=columns, bare=False)


def readable(path: str, form: Form) -> bool:
    """Whether the file at ``path`` can be read as it stands, in this form."""
    return bool(form.delimiter) and not path.lower().endswith(_PACKED)
