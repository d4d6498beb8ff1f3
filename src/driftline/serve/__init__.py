"""HTTP, and the function ``driftline.serve`` at once.

The room answers questions and takes events over HTTP; ``driftline.serve(model, …)`` records what a model
answers. The package is callable so that both keep their natural name (docs/decisions/0003). Importing it
loads no web framework.
"""

import importlib
import sys
from types import ModuleType
from typing import Any


class _Room(ModuleType):
    """A package that can be called."""

    def __call__(self, model: Any, *args: Any, **options: Any) -> Any:
        """Return ``model`` with its answers recorded; see ``driftline.capture.serving.serve``."""
        return importlib.import_module("driftline.capture.serving").serve(model, *args, **options)


sys.modules[__name__].__class__ = _Room
