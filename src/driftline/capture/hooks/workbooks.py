"""Which sheet of a workbook a call reads or writes.

Enters: a call and the file that it named. Leaves: the title of a sheet that is written; what the file calls the columns
of one that was read: those of a second or further sheet have its title and a ``!`` before them. Never opens a sheet.
"""

from collections.abc import Iterable, Mapping

from driftline.capture.hooks.patch import Call
from driftline.capture.tables import workbook
from driftline.event.lineage import Field

_WORKBOOKS = (".xlsx", ".xlsm")  # whose parts can be looked at


def sheet(name: str, call: Call) -> str | None:
    """Return the sheet that a call writes; None for the end of a workbook, whose sheets were written before."""
    if name.endswith(".to_excel"):
        return str(call.argument(2, "sheet_name") or "Sheet1")
    return None if name == "ExcelWriter.close" else ""


def own(call: Call, path: str, fields: Iterable[Field] | None) -> Mapping[str, str] | None:
    """Return what a file calls the columns of the sheet that was read, by those of the frame; None = the same."""
    if not path.endswith(_WORKBOOKS):
        return None
    wanted = call.argument(1, "sheet_name")
    if wanted is None and isinstance(place := call.kwargs.get("sheet_id"), int):  # of polars, from 1
        wanted = place - 1
    if isinstance(wanted, bool) or not isinstance(wanted, str | int) or wanted in (0, -1) or not fields:
        return None
    titles = workbook.titles(path)
    if isinstance(wanted, int):
        wanted = titles[wanted] if 0 < wanted < len(titles) else ""
    if wanted not in titles[1:]:
        return None
    return {field.name: f"{wanted}!{field.name}" for field in fields}
