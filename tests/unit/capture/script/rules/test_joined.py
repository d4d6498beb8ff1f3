"""Tables of rules that are one."""

from types import SimpleNamespace
from typing import Any

from driftline.capture.script.rules.joined import Functions, Methods


def first(call: Any) -> None: ...


def second(call: Any) -> None: ...


ONE: Any = SimpleNamespace(FUNCTIONS={"os.walk": first, "csv.reader": first}, ON_FRAMES={"copy": first})
OTHER: Any = SimpleNamespace(
    FUNCTIONS={"os.walk": second, "os.getenv": second}, METHODS={"copy": second, "head": second}
)
NEVER: Any = None  # what is looked at there raises


def test_the_first_table_that_has_a_function_has_it() -> None:
    functions = Functions((ONE, "os csv"), (OTHER, "os"))
    assert functions.get("os.walk") is first
    assert functions.get("os.getenv") is second
    assert functions.get("csv.reader") is first
    assert functions.get("os.open") is None


def test_tables_of_other_libraries_are_not_looked_at() -> None:
    functions = Functions((NEVER, "polars"), (ONE, "csv"))
    assert functions.get("csv.reader") is first
    assert functions.get("own.reader") is None
    assert functions.get("") is None


def test_the_first_table_that_has_a_method_has_it_and_those_behind_are_not_looked_at() -> None:
    methods = Methods((ONE, "ON_FRAMES"), (OTHER, "METHODS"), (NEVER, "METHODS"))
    assert methods.get("copy") is first
    assert methods.get("head") is second
    assert Methods().get("copy") is None


def test_tables_are_gone_through_once_for_a_name() -> None:
    class Counting(dict[str, Any]):
        asked = 0

        def get(self, name: str, default: Any = None) -> Any:
            self.asked += 1
            return super().get(name, default)

    table = Counting({"os.walk": first, "copy": first})
    module: Any = SimpleNamespace(FUNCTIONS=table)
    functions, methods = Functions((module, "os")), Methods((module, "FUNCTIONS"))
    for _ in range(3):
        assert functions.get("os.walk") is methods.get("copy") is first
        assert functions.get("os.open") is methods.get("head") is None
    assert table.asked == 4
