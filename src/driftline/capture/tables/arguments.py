"""What the readers and writers of libraries are told of a text table, as the form of its file.

Enters: arguments by their names. Leaves: a ``form.Form``, or ``BEYOND`` where they say more than a form can. What only
changes values after they are read (converters, dates, columns left out) is no part of a form. Reads nothing.
"""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from driftline.capture.tables.form import BEYOND, EVERY, Form, Naming

_TEXTS = frozenset(("str", "string", "object", "String", "Utf8", "VARCHAR", "TEXT", "STRING", "CHAR", "BPCHAR",
                    "large_string"))  # fmt: skip
_NULLS = (
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
)  # fmt: skip  # of pandas
_NO_QUOTES = 3  # csv.QUOTE_NONE


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
    header, names, skip = given.get("header", "infer"), given.get("names"), given.get("skiprows")
    if header == "infer":
        header = None if names is not None else 0
    lines = _lines(skip)
    if not _one(separator) or not isinstance(header, int | None) or lines is None or _odd(given):
        return BEYOND
    form = _form(given, separator)._replace(
        texts=_texts(given.get("dtype")),
        nulls=_pandas_nulls(given),
        thousands=given.get("thousands") or "",
        comment=given.get("comment") or "",
        inline=bool(given.get("comment")),
        footer=given.get("skipfooter") or 0,
    )
    above = header or 0
    if form.leaves_out or not isinstance(skip, int | None):
        form = form._replace(omitted=lines)
    else:
        above += len(lines)
    if names is None:
        return form._replace(bare="pandas" if header is None else "", skip=above)
    return form._replace(names=_words(names), skip=above if header is None else above + 1)


def _odd(given: Mapping[str, Any]) -> bool:
    """Whether pandas was told what no form says."""
    packing = given.get("compression")
    packing = packing.get("method") if isinstance(packing, Mapping) else packing
    return bool(
        given.get("dialect")
        or given.get("lineterminator")
        or given.get("doublequote") is False
        or (isinstance(packing, str) and packing == "tar")
    )


def _lines(skip: Any) -> tuple[int, ...] | None:
    """The lines that ``skiprows`` leaves out; None where a function says which."""
    if skip is None or isinstance(skip, int):
        return tuple(range(skip or 0))
    if isinstance(skip, Iterable) and not isinstance(skip, str | bytes):
        return tuple(sorted(int(line) for line in skip))
    return None


def _pandas_nulls(given: Mapping[str, Any]) -> tuple[str, ...] | None:
    values, keeps = given.get("na_values"), given.get("keep_default_na", True)
    if given.get("na_filter") is False:
        return ()
    if isinstance(values, Mapping) or (values is None and keeps):
        return None  # by column, or as usual
    return tuple(dict.fromkeys((*(_NULLS if keeps else ()), *_words(values))))


def _words(values: Any) -> tuple[str, ...]:
    if values is None:
        return ()
    single = isinstance(values, str | int | float) or not isinstance(values, Iterable)
    return tuple(map(str, [values] if single else values))


def _texts(kinds: Any) -> tuple[str, ...]:
    """The columns that are to be texts: of types by column, or of one type for all."""
    if kinds is None:
        return ()
    if hasattr(kinds, "names") and hasattr(kinds, "types"):  # a schema of Arrow
        kinds = dict(zip(kinds.names, kinds.types, strict=True))
    if isinstance(kinds, Mapping):
        return tuple(str(name) for name, kind in kinds.items() if _is_text(kind))
    return (EVERY,) if _is_text(kinds) else ()


def _is_text(kind: Any) -> bool:
    name = kind if isinstance(kind, str) else getattr(kind, "__name__", "") if isinstance(kind, type) else str(kind)
    return name.partition("[")[0].partition("(")[0] in _TEXTS


def _one(sign: Any) -> bool:
    return isinstance(sign, str) and len(sign) == 1


def _form(given: Mapping[str, Any], separator: str) -> Form:
    return Form(
        separator,
        encoding=given.get("encoding") or "utf8",
        decimal=given.get("decimal", "."),
        quote="" if given.get("quoting") == _NO_QUOTES else given.get("quotechar") or '"',
        escape=given.get("escapechar") or "",
    )


def pandas_written(kwargs: Mapping[str, Any]) -> Form:
    """Return the form in which ``to_csv`` was told to write."""
    separator = kwargs.get("sep", ",")
    if not _one(separator) or _odd(kwargs):
        return BEYOND
    bare = kwargs.get("header", True) is False and kwargs.get("mode") != "a"  # what is appended has its header above
    return _form(kwargs, separator)._replace(bare="pandas" if bare else "")


def polars_csv(kwargs: Mapping[str, Any]) -> Form:
    """Return the form that ``polars.read_csv`` or ``scan_csv`` was told."""
    header, after = kwargs.get("has_header", True), kwargs.get("skip_rows_after_header") or 0
    skip = (kwargs.get("skip_rows") or 0) + (kwargs.get("skip_lines") or 0)
    comment, schema = kwargs.get("comment_prefix") or "", kwargs.get("schema")
    if kwargs.get("eol_char", "\n") != "\n" or (comment and (skip or after)):
        return BEYOND
    names = _words(kwargs.get("new_columns") or (None if header else schema))
    quote = kwargs.get("quote_char", '"')
    encoding = kwargs.get("encoding") or "utf8"
    given = kwargs.get("null_values")
    nulls = None if given is None or isinstance(given, Mapping) else ("", *_words(given))
    every = kwargs.get("infer_schema", True) is False or kwargs.get("infer_schema_length", 100) == 0
    kinds = {**_mapping(schema), **_mapping(kwargs.get("schema_overrides"))}
    return Form(
        kwargs.get("separator", ","),
        names,
        "" if header or names else _polars(),
        skip + (1 if header and names else 0) + (0 if header else after),
        "utf8" if encoding.startswith("utf8") else encoding,
        "," if kwargs.get("decimal_comma") else ".",
        quote or "",
        texts=(EVERY,) if every else _texts(kinds),
        nulls=nulls,
        comment=comment,
        omitted=tuple(range(skip + 1, skip + 1 + after)) if header and after else (),
    )


def _polars() -> Naming:
    version = str(getattr(sys.modules.get("polars"), "__version__", "2"))
    return "polars 1" if version.startswith(("0.", "1.")) else "polars"


def _mapping(kinds: Any) -> dict[str, Any]:
    return dict(kinds) if isinstance(kinds, Mapping) else {}


def polars_written(kwargs: Mapping[str, Any]) -> Form:
    """Return the form in which ``write_csv`` or ``sink_csv`` was told to write."""
    if kwargs.get("line_terminator", "\n") not in ("\n", "\r\n"):
        return BEYOND
    quote = "" if kwargs.get("quote_style") == "never" else kwargs.get("quote_char") or '"'
    decimal = "," if kwargs.get("decimal_comma") else "."
    bare: Naming = "" if kwargs.get("include_header", True) else _polars()
    return Form(kwargs.get("separator", ","), bare=bare, decimal=decimal, quote=quote)


def arrow_csv(kwargs: Mapping[str, Any]) -> Form:
    """Return the form that ``pyarrow.csv.read_csv`` or ``open_csv`` was told by its options."""
    read, parse, convert = (kwargs.get(f"{name}_options") for name in ("read", "parse", "convert"))
    names = _words(getattr(read, "column_names", None))
    bare = not names and bool(getattr(read, "autogenerate_column_names", False))
    skip, after = getattr(read, "skip_rows", 0), getattr(read, "skip_rows_after_names", 0)
    header = not names and not bare
    nulls = getattr(convert, "null_values", ()) if getattr(convert, "strings_can_be_null", False) else None
    return Form(
        getattr(parse, "delimiter", ","),
        names,
        "arrow" if bare else "",
        skip + (0 if header else after),
        getattr(read, "encoding", "utf8"),
        getattr(convert, "decimal_point", "."),
        getattr(parse, "quote_char", '"') or "",
        getattr(parse, "escape_char", "") or "",
        texts=_texts(getattr(convert, "column_types", None)),
        nulls=None if nulls is None else tuple(nulls),
        omitted=tuple(range(skip + 1, skip + 1 + after)) if header and after else (),
    )


def arrow_written(kwargs: Mapping[str, Any]) -> Form:
    """Return the form in which ``pyarrow.csv.write_csv`` was told to write."""
    options = kwargs.get("write_options")
    bare: Naming = "" if getattr(options, "include_header", True) else "arrow"
    quote = "" if getattr(options, "quoting_style", "needed") == "none" else '"'
    return Form(getattr(options, "delimiter", ","), bare=bare, quote=quote)


def of_format(given: Any) -> Form | None:
    """Return the form that a ``CsvFileFormat`` of a dataset of Arrow says; None for other formats."""
    if type(given).__name__ != "CsvFileFormat":
        return None
    scan = given.default_fragment_scan_options
    options = {"read_options": scan.read_options, "convert_options": scan.convert_options}
    return arrow_csv({**options, "parse_options": given.parse_options})


def numpy_text(kwargs: Mapping[str, Any]) -> Form:
    """Return the form that ``numpy.loadtxt`` or ``genfromtxt`` was told; columns are numbered, as those of arrays."""
    separator: Any = kwargs.get("delimiter")
    comments, names = kwargs.get("comments", "#"), kwargs.get("names")
    skip = kwargs.get("skiprows") or kwargs.get("skip_header") or 0
    if not _one(separator) or not isinstance(comments, str | None) or not isinstance(skip, int):
        return BEYOND  # any blanks separate the fields
    if names is True:
        return Form(separator, skip=skip)
    called = _words([one.strip() for one in names.split(",")] if isinstance(names, str) else names)
    return Form(
        separator, called, "pandas", skip, quote=kwargs.get("quotechar") or "", comment=comments or "",
        inline=bool(comments), footer=kwargs.get("skip_footer") or 0,
    )  # fmt: skip


def numpy_written(kwargs: Mapping[str, Any]) -> Form:
    """Return the form in which ``numpy.savetxt`` was told to write: a header that is no comment is one."""
    separator, header, footer = kwargs.get("delimiter", " "), kwargs.get("header") or "", kwargs.get("footer") or ""
    layout = kwargs.get("fmt", "")
    several = isinstance(layout, str) and layout.count("%") > 1  # which separate the fields by themselves
    if not _one(separator) or several or kwargs.get("newline", "\n") != "\n":
        return BEYOND
    above, below = (len(one.split("\n")) if one else 0 for one in (header, footer))
    named_ = bool(header) and kwargs.get("comments", "# ") == ""
    return Form(separator, bare="" if named_ else "pandas", skip=above - named_, quote="", footer=below)


def duckdb_csv(options: Mapping[str, Any]) -> Form:
    """Return the form that DuckDB was told, by SQL or by arguments; what it finds out itself is guessed.

    ``header`` has to be said: True, or False.
    """
    given = {name.lower(): value for name, value in options.items() if value is not None}
    separator = _first(given, "delim", "sep", "delimiter")
    quote, escape = _first(given, "quote", "quotechar"), _first(given, "escape", "escapechar")
    columns = given.get("columns")
    names = _words(_first(given, "names", "column_names") or (columns if isinstance(columns, Mapping) else None))
    header, skip = given.get("header", True), int(_first(given, "skip", "skiprows") or 0)
    comment, every = given.get("comment") or "", given.get("all_varchar")
    if (separator is not None and not _one(separator)) or (comment and skip):
        return BEYOND
    kinds = _mapping(columns) | _mapping(_first(given, "types", "dtypes", "dtype", "column_types"))
    nulls = _first(given, "nullstr", "null", "na_values")
    return Form(
        separator or ",",
        names,
        "" if header else "duckdb",
        skip + (1 if header and names else 0),
        given.get("encoding", "utf8"),
        _first(given, "decimal_separator", "decimal") or ".",
        '"' if quote is None else quote,
        "" if escape in (None, quote, '"') else escape,
        guess=separator is None,
        texts=(EVERY,) if every else _texts(kinds),
        nulls=None if nulls is None else _words(nulls),
        comment=comment,
    )


def _first(given: Mapping[str, Any], *names: str) -> Any:
    return next((given[name] for name in names if name in given), None)
