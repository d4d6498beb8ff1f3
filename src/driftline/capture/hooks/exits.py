"""The end of a script: ``sys.exit`` with a code or a message is remembered, as nothing else tells of it afterwards.

Enters: the sys module. Leaves: a patch on ``sys.exit``. An exit that is caught counts no more once something else is
recorded. ``raise SystemExit`` and ``os._exit`` are not seen.
"""

import functools
from typing import Any

from driftline.capture import fault, process
from driftline.capture.hooks import patch
from driftline.capture.hooks.patch import Patch


def install(module: Any) -> list[Patch]:
    """Put the hook on and return what was replaced."""
    original = module.exit

    @functools.wraps(original)
    def leave(*args: Any, **kwargs: Any) -> Any:
        fault.attempt("hook sys.exit", process.exiting, args[0] if args else None)
        return original(*args, **kwargs)

    module.exit = patch.unbound(patch.unseen(leave, original), original)
    return [Patch(module, "exit", original)]
