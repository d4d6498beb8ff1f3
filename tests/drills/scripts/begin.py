"""The lines that a user adds, or does not."""

import os
import resource
import signal

if os.environ.get("DRILL_LIMIT"):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(os.environ["DRILL_LIMIT"]),) * 2)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

if os.environ.get("DRILL_WATCHED"):
    import driftline

    driftline.watch("drill")
    step = driftline.step
    probed = driftline.step(probe=True)
else:

    def step(function):
        return function

    probed = step
