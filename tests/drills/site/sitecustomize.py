"""Loaded by every Python that is started with this folder in its path: puts faults in place before all else."""

import contextlib
import os
import random

if os.environ.get("DRILL_RATE"):
    from tests.drills import points
    from tests.drills.faults import Faults

    _counts = os.open(os.environ["DRILL_COUNTS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    class _Told(Faults):
        """Writes each fault down at once: a child of a fork may end without a word."""

        def hit(self, number: int) -> None:
            before = sum(self.counts.values())
            try:
                super().hit(number)
            finally:
                if sum(self.counts.values()) > before:
                    kind, place = self.last
                    with contextlib.suppress(OSError):  # behind the fence of a probe nothing can be written
                        os.write(_counts, f"{kind}\t{points.points[place].function}\n".encode())

    _faults = _Told(int(os.environ["DRILL_SEED"]))
    _faults.spared = _faults.random.randrange(500)  # else none would get beyond the reading of the settings
    points.install(_faults)
    _faults.arm(rate=float(os.environ["DRILL_RATE"]))

    def _reseed() -> None:
        _faults.random = random.Random(f"{os.environ['DRILL_SEED']} {os.getpid()}")

    os.register_at_fork(after_in_child=_reseed)
