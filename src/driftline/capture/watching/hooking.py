"""Hooks on the libraries that read and write data, put on once, for those that are or get imported.

Enters: the libraries that are loaded, and those that will be. Leaves: patched readers and writers that record on the
run around them and do nothing without one. A library that is imported later is patched then; one that never is costs
nothing.
"""

import contextlib
import importlib
import sys
import time
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

from driftline import hidden
from driftline.capture.ground import aliases, fault, imported, opens, own
from driftline.capture.program import openings, whose
from driftline.capture.runs import around

if TYPE_CHECKING:
    from importlib.abc import Loader, MetaPathFinder
else:  # the import system asks for methods, not for these classes, which load a dozen modules
    Loader = MetaPathFinder = object

_PLACE = "driftline.capture.hooks."
_MODULES = {
    "pandas": ("pandas",),
    "polars": ("polars",),
    "duckdb": ("duckdb",),
    "pyarrow": (
        "pyarrow", "pyarrow.parquet", "pyarrow.csv", "pyarrow.json", "pyarrow.feather", "pyarrow.orc", "pyarrow.ipc",
        "pyarrow.dataset",
    ),
    "numpy": ("numpy",),
    "objects": (
        "pickle", "cloudpickle", "dill", "joblib", "torch", "torch.jit", "torch.export",
        "safetensors.torch", "safetensors.numpy", "lightgbm", "xgboost", "catboost", "statsmodels.iolib.smpickle",
    ),
    "stdlib": ("csv", "json", "xml.etree.ElementTree"),
    "dbapi": ("sqlite3", "psycopg", "psycopg2"),
    "sqlalchemy": ("sqlalchemy",),
    "fsspec": ("fsspec.spec",),
    "h5py": ("h5py", "tables.file"),
    "netcdf": ("netCDF4",),
    "openpyxl": ("openpyxl",),
    "compiled": (
        "geopandas", "pyogrio", "pyreadstat", "xarray", "fastexcel", "safetensors", "tokenizers",
        "sentencepiece", "onnxruntime", "faiss", "hnswlib", "usearch.index",
    ),
    "lance": ("lance", "lancedb.db", "lancedb.table"),
    "opened": ("cv2", "soundfile", "rasterio"),
    "connectorx": ("connectorx",),
    "elsewhere": ("ray", "pyspark.sql.session", "pyspark.sql.readwriter", "tensorstore", "tantivy", "annoy"),
    "datasets": ("datasets",),
    "lakehouse": ("deltalake", "pyiceberg.table"),
    "mlflow": (
        "mlflow", "mlflow.models", "mlflow.pyfunc", "mlflow.sklearn", "mlflow.pytorch", "mlflow.tensorflow",
        "mlflow.keras", "mlflow.xgboost", "mlflow.lightgbm", "mlflow.catboost", "mlflow.spark", "mlflow.statsmodels",
        "mlflow.transformers", "mlflow.sentence_transformers", "mlflow.langchain", "mlflow.onnx", "mlflow.prophet",
    ),
    "files": ("os", "shutil"),
    "argparse": ("argparse",),
    "exits": ("sys",),
    "sklearn": ("lightgbm.sklearn", "xgboost.sklearn", *(
        f"sklearn.{name}"
        for name in (
            "pipeline", "compose", "linear_model", "ensemble", "tree", "svm", "neighbors", "naive_bayes",
            "neural_network", "discriminant_analysis", "gaussian_process", "model_selection", "calibration",
            "multiclass", "multioutput", "cluster", "decomposition", "preprocessing", "dummy", "isotonic",
            "kernel_ridge", "cross_decomposition", "feature_extraction", "feature_extraction.text", "feature_selection",
            "impute", "kernel_approximation", "manifold", "mixture", "random_projection", "semi_supervised",
        )
    )),
    "threads": ("threading", "concurrent.futures.thread", "multiprocessing.process"),
}  # fmt: skip
HOOKS = {library: _PLACE + hook for hook, libraries in _MODULES.items() for library in libraries}

_BY_NAME = ""  # patches of the user's own modules
_patches: dict[str, list[Any]] = {}
_loading: list[tuple[str, ModuleType]] = []  # what another thread was in the middle of importing
_PATIENCE_SECONDS, _LOOK_SECONDS = 60.0, 0.01  # for that
_waiting: list[tuple[str, ModuleType, ModuleType]] = []  # libraries that their own hooks are just importing


def hooks_off() -> None:
    """Take all hooks off again."""
    fault.attempt("watch", opens.switch_off)
    _loading.clear()
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _AfterImport)]
    for library in list(_patches):
        for patch in reversed(_patches.pop(library)):
            fault.attempt("watch", patch.undo)


def hooks_on() -> None:
    """Put the hooks on, now and for what will be imported."""
    opens.install(around.enclosing, openings.opened)
    for library in (*HOOKS, *HOOKS):  # twice, as the hooks for one library may have loaded another one
        module = sys.modules.get(library)
        if module is not None and imported.is_one(module):
            fault.attempt("watch", _now_or_later, library, module)
    if _loading:
        fault.attempt("watch", own.thread, "driftline-hooks", _once_loaded)
    if not any(isinstance(finder, _AfterImport) for finder in sys.meta_path):
        sys.meta_path.insert(0, _AfterImport())
    if _BY_NAME not in _patches:  # what is imported by name from now on is replaced already
        put = [patch for patches in list(_patches.values()) for patch in patches]
        _patches[_BY_NAME] = fault.attempt("watch", aliases.of_user, put) or []


def _now_or_later(library: str, module: ModuleType) -> None:
    """Put the hooks on a module that is there; on one that is still being loaded, or not yet, once it is."""
    spec: Any = imported.held(module).get("__spec__")
    if imported.waits(module):
        spec.loader = _Hooking(spec.loader, library)
    elif _initializing(module):
        if (library, module) not in _loading:
            _loading.append((library, module))
    else:
        _install(library, module)


def _initializing(module: ModuleType) -> bool:
    return bool(getattr(imported.held(module).get("__spec__"), "_initializing", False))


def _once_loaded() -> None:
    """Put the hooks on what was being imported, once it is there; on a thread of ours, for nobody tells of that."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while _loading and time.monotonic() < end:
        for one in [one for one in list(_loading) if not _initializing(one[1])]:
            with contextlib.suppress(ValueError):  # another one like this was faster
                _loading.remove(one)
                if sys.modules.get(one[0]) is one[1]:  # it could be imported
                    fault.attempt("watch", _install, *one)
        time.sleep(_LOOK_SECONDS)


def _install(library: str, module: ModuleType) -> None:
    if library not in _patches and not hidden.is_users(library, module) and not _is_users(library):
        _patches[library] = []
        hook = fault.attempt(f"hooks for {library}", importlib.import_module, HOOKS[library])
        if hook is not None:
            _waiting.append((library, module, hook))
        for one in [one for one in _waiting if not getattr(one[2].__spec__, "_initializing", False)]:
            _waiting.remove(one)
            _put(*one)


def _is_users(library: str) -> bool:
    """Whether a file of the user's own is called as a library (``datasets.py``): it tells no version of itself."""
    held = imported.of(library.partition(".")[0])
    file = held.get("__file__")
    return isinstance(file, str) and file.endswith(".py") and "__version__" not in held and whose.of_user(file)


def _put(library: str, module: ModuleType, hook: ModuleType) -> None:
    put = _patches[library] = fault.attempt(f"hooks for {library}", hook.install, module) or []
    put += fault.attempt(f"hooks for {library}", aliases.of_library, module, put) or []


class _AfterImport(MetaPathFinder):
    """Lets everybody else find the module, and has the hooks put on once it is loaded."""

    def __init__(self) -> None:
        self._searching: set[str] = set()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the module's own spec with a loader that puts the hooks on; None for all other modules."""
        if name not in HOOKS or name in self._searching:
            return None
        found: ModuleSpec | None = fault.attempt("import", self._found, name, path, target)
        return found

    def _found(self, name: str, path: Sequence[str] | None, target: ModuleType | None) -> ModuleSpec | None:
        """Ask the other finders, as the import system does.

        Nothing may be imported here: the interpreter's import lock is held, and another thread that imports the parent
        of this module waits for it.
        """
        self._searching.add(name)
        try:
            finders = (getattr(finder, "find_spec", None) for finder in sys.meta_path if finder is not self)
            found = (find(name, path, target) for find in finders if find is not None)
            spec: ModuleSpec | None = next((spec for spec in found if spec is not None), None)
            if spec is not None and spec.loader is not None:
                spec.loader = _Hooking(spec.loader, name)
            return spec
        finally:
            self._searching.discard(name)


class _Hooking(Loader):
    """The module's own loader, which answers what else it is asked for, followed by the hooks."""

    def __init__(self, loader: Loader, library: str) -> None:
        self._loader = loader
        self._library = library

    def __getattr__(self, name: str) -> Any:
        """Return what the module's own loader has."""
        if name == "_loader":  # of one that is being copied
            raise AttributeError(name)
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Create the module as its own loader does."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Load the module as its own loader does, with that loader in its place again, then put the hooks on."""
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        fault.attempt("import", _install, self._library, module)


def _as_the_import_system(method: Any) -> None:
    """Have the frame of a method be one of those that Python takes out of tracebacks and passes over for warnings."""
    method.__code__ = method.__code__.replace(co_filename="<frozen importlib._bootstrap>")


_as_the_import_system(_Hooking.exec_module)
