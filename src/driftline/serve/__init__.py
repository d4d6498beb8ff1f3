"""HTTP, and the function ``driftline.serve(model, name="", *, version="", endpoint="")`` at once.

``model = driftline.serve(model, name="refund-model")`` returns the model with its predictions recorded:
``help(driftline.serve.__call__)`` tells more. The room answers questions and takes events over HTTP. The package is
callable so that both keep their natural name (docs/decisions/0003). Importing it loads no web framework.
"""

import importlib
import sys
from types import ModuleType
from typing import TypeVar, cast

Model = TypeVar("Model")


class _Room(ModuleType):
    """A package that can be called."""

    def __call__(self, model: Model, name: str = "", *, version: str = "", endpoint: str = "") -> Model:
        """Return ``model`` as it is, but with its predictions recorded.

        Args:
            model: anything with ``predict`` or ``predict_proba``, or a callable.
            name: of the model as a dataset, or the path of its file; default: the name of its class.
            version: of the model; default: that of its file, else the hash of its pickled bytes.
            endpoint: name of the deployment; default ``name``.
        """
        serve = importlib.import_module("driftline.capture.answering.serving").serve
        return cast("Model", serve(model, name, version=version, endpoint=endpoint))


sys.modules[__name__].__class__ = _Room
