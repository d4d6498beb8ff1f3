"""The cells of a workbook as one table. Loaded when first needed.

Enters: the path of a workbook that openpyxl reads. Leaves: its columns by name, as pandas would call them. Never
changes what it reads, and works out no formula: what was last shown for it counts.
"""

import contextlib
import importlib
import itertools
import zipfile
from typing import Any
from xml.etree import ElementTree as ET


def columns(path: str) -> dict[str, list[Any]] | None:
    """Return the sheets of a workbook, first rows taken for headers; None where all are empty.

    Columns of the second and further sheets are called ``sheet!column``; where sheets differ in length, the shorter
    ones have nothing in the rest of the rows.
    """
    book = importlib.import_module("openpyxl").load_workbook(path, read_only=True, data_only=True)
    try:
        found: dict[str, list[Any]] = {}
        for sheet in book.worksheets:
            before = f"{sheet.title}!" if found else ""
            found |= {before + name: values for name, values in _of_sheet(sheet).items()}
    finally:
        book.close()
    if not found:
        return None
    longest = max(map(len, found.values()))
    return {name: values + [None] * (longest - len(values)) for name, values in found.items()}


def titles(path: str) -> tuple[str, ...]:
    """Return the titles of the sheets, in order; none where that is no workbook, or has sheets that are no tables."""
    with (
        contextlib.suppress(OSError, zipfile.BadZipFile, KeyError, RuntimeError, ET.ParseError),
        zipfile.ZipFile(path) as file,
    ):
        if not any(name.startswith("xl/chartsheets/") for name in file.namelist()):
            every = ET.fromstring(file.read("xl/workbook.xml")).iter()  # noqa: S314 - pandas has read it before
            return tuple(one.attrib.get("name", "") for one in every if one.tag.endswith("}sheet"))
    return ()


def _of_sheet(sheet: Any) -> dict[str, list[Any]]:
    """The columns of a sheet; one that is called like one before it gets a number, as in pandas."""
    rows = sheet.iter_rows(values_only=True)
    names: dict[str, int] = {}
    for place, given in enumerate(next(rows, ())):
        first = name = f"column {place}" if given is None else str(given)
        times = 0
        while name in names:
            times += 1
            name = f"{first}.{times}"
        names[name] = place
    values = list(itertools.zip_longest(*rows))
    return {name: list(values[place]) if place < len(values) else [] for name, place in names.items()}
