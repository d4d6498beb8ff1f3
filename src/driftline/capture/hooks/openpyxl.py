"""openpyxl: workbooks that are loaded and saved.

Enters: the loaded openpyxl module. Leaves: patches on ``load_workbook`` and ``Workbook.save``. What stands in which
cell is told by the text of the user's code (``capture/script``) and by the file itself.
"""

from typing import Any

from driftline.capture.hooks import table
from driftline.capture.hooks.patch import Patch
from driftline.capture.hooks.table import Entry

TABLE = (
    Entry("load_workbook", "read", 0, ("filename",)),
    Entry("Workbook.save", "write", 1, ("filename",)),
)


def install(openpyxl: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    return table.install(openpyxl, TABLE)
