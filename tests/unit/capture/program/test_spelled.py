"""Texts that the user's code spells out; expected answers are read off the scripts."""

import threading
from typing import Any

from driftline.capture.program import spelled

SCRIPT = """
NAME = "top" + " level"
PAIR = ("in a tuple", 1)
class Holder:
    text = "in a class"
    def ask(self, text):
        return out(text)
word = "level"
asked = {one: Holder().ask(one) for one in (" ".join(["top", "level"]), "in" + " a class", PAIR[0], NAME + "!")}
asked[f"made {word}"] = out(f"made {word}")
"""


def answers(text: str) -> dict[str, bool]:
    """Run a script on a thread, which has nothing of this test below, and return what it asked."""
    names: dict[str, Any] = {"out": spelled.out}
    thread = threading.Thread(target=exec, args=(compile(text, "script.py", "exec"), names))
    thread.start()
    thread.join()
    found: dict[str, bool] = names["asked"]  # the script has put it there
    return found


def test_a_constant_of_the_code_that_runs_or_of_what_lies_in_it_is_spelled_out() -> None:
    assert answers(SCRIPT) == {
        "top level": True,
        "in a class": True,
        "in a tuple": True,
        "top level!": False,
        "made level": False,
    }
