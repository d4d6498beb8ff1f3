"""The lines that a user adds, or does not."""

import os

if os.environ.get("DRILL_WATCHED"):
    import driftline

    driftline.watch("drill")
    step = driftline.step
else:

    def step(function):  # type: ignore[no-untyped-def]
        return function
