"""MLflow: models that are logged, registered and loaded, artifacts and parameters.

Enters: one of its modules, once it is loaded. Leaves: patches on its functions. A model's version is the registry's
number where it has one, else MLflow's id of the model; its name is the registered name, else the name of the
artifact. Both lie in the namespace ``mlflow``. What the local file store writes is MLflow's own and no gap.
"""

import json
import os
import re
from typing import Any

import msgspec

from driftline.capture.frames import origin, passed
from driftline.capture.hooks import addressed, table
from driftline.capture.hooks.patch import Call, Patch, around
from driftline.capture.runs import observe
from driftline.capture.runs.observe import Given
from driftline.capture.runs.recording import Recording
from driftline.capture.runs.trace import Seen
from driftline.capture.sending import client
from driftline.capture.tables import measure
from driftline.event.lineage import Dataset, Touched

NAMESPACE = "mlflow"
FLAVOURS = (
    "mlflow.pyfunc", "mlflow.sklearn", "mlflow.pytorch", "mlflow.tensorflow", "mlflow.keras", "mlflow.xgboost",
    "mlflow.lightgbm", "mlflow.catboost", "mlflow.spark", "mlflow.statsmodels", "mlflow.transformers",
    "mlflow.sentence_transformers", "mlflow.langchain", "mlflow.onnx", "mlflow.prophet",
)  # fmt: skip
_VERSIONS = "mlflow.modelVersions"  # tag of a logged model: where it stands in the registry
_MODELS = re.compile(r"^models:/(?P<name>[^/@]+)(?:[/@](?P<version>[^/]+))?")
_RUNS = re.compile(r"^(?:runs:/|mlflow-artifacts:/.*/)(?P<run>[0-9a-f]{32})/(?P<name>.+)$")


def install(module: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    if module.__name__ == "mlflow.models":
        return around(module, "Model.log", _logged)
    if module.__name__ in FLAVOURS:
        return around(module, "load_model", _loaded)
    patches = around(module, "register_model", _registered)
    patches += around(module, "log_artifact", _artifact) + around(module, "log_artifacts", _artifact)
    patches += around(module, "log_params", _params) + around(module, "log_param", _param)
    return patches


def _model(run: Recording, way: str, name: str, version: str, data: Any = None, **attributes: str) -> bool:
    about = {key: value for key, value in attributes.items() if value}
    touched = Touched(dataset=Dataset(NAMESPACE, name), version=version, kind="model", attributes=about)
    seen, owner = Seen(touched=touched), client.current()
    if data is not None and owner is not None:
        origin.attach([seen], data, owner.folder)
        passed.noted(run, way, data, [seen])
    run.add("read" if way == "read" else "write", seen)
    return True


def _logged(run: Recording, call: Call) -> bool:
    info = call.result
    registered = call.kwargs.get("registered_model_name")
    number = getattr(info, "registered_model_version", None)
    own = str(getattr(info, "model_id", None) or getattr(info, "model_uuid", ""))
    name = registered or getattr(info, "name", None) or call.kwargs.get("name") or call.argument(1, "artifact_path")
    model = next((given for key, given in call.kwargs.items() if key.endswith("_model")), None)
    about = {"uri": info.model_uri, "model_id": own, "run_id": str(info.run_id or "")}
    return _model(run, "write", str(name), str(number or own), model, **about)


def _registered(run: Recording, call: Call) -> bool:
    found, uri = call.result, str(call.argument(0, "model_uri"))
    hit = _MODELS.match(uri)
    own = str(getattr(found, "model_id", None) or (hit["name"] if hit and not hit["version"] else ""))
    if own.startswith("m-"):
        import mlflow

        _model(run, "read", str(mlflow.get_logged_model(own).name), own, model_id=own)
    return _model(run, "write", str(found.name), str(found.version), uri=uri, model_id=own)


def _loaded(run: Recording, call: Call) -> bool:
    uri = str(call.argument(0, "model_uri"))
    meta = getattr(call.result, "metadata", None)
    own = str(getattr(meta, "model_id", None) or getattr(meta, "model_uuid", "") or "")
    hit = _MODELS.match(uri)
    if hit is not None:
        return _model(run, "read", *_of_registry(hit["name"], hit["version"] or "", uri), uri=uri, model_id=own)
    hit = _RUNS.match(uri)
    if hit is not None:
        return _model(run, "read", hit["name"], own or hit["run"], uri=uri, run_id=hit["run"])
    return table.note(run, "read", uri, call, kind="model")


def _of_registry(name: str, version: str, uri: str) -> tuple[str, str]:
    """The registered name and number behind ``models:/…``: a stage or an alias points to a number."""
    import mlflow

    if name.startswith("m-") and not version:
        logged = mlflow.get_logged_model(name)
        known = json.loads(logged.tags.get(_VERSIONS, "[]"))
        return (str(known[-1]["name"]), str(known[-1]["version"])) if known else (str(logged.name), name)
    if version.isdigit():
        return name, version
    registry = mlflow.MlflowClient()
    if "@" in uri:
        return name, str(registry.get_model_version_by_alias(name, version).version)
    newest = registry.search_model_versions(f"name='{name}'")
    if version and version != "latest":
        newest = [one for one in newest if one.current_stage == version]
    return name, str(max((int(one.version) for one in newest), default=0) or version)


def _artifact(run: Recording, call: Call) -> bool:
    """A file that is logged is read here, and written to the artifacts of MLflow's run."""
    given, owner = call.argument(0, "local_path", "local_dir"), client.current()
    if owner is None or not isinstance(given, str | os.PathLike):
        return False
    below = call.argument(1, "artifact_path") or ""
    root = os.fspath(given)
    for seen in observe.observe(given, None, Given(), owner.folder, measure.Budget())[: addressed.FILES]:
        run.add("read", seen)
        name = os.path.relpath(seen.path, root) if os.path.isdir(root) else os.path.basename(seen.path)
        stored = Dataset(NAMESPACE, "/".join(filter(None, ("artifacts", below, name.replace(os.sep, "/")))))
        copy = msgspec.structs.replace(seen.touched, dataset=stored)
        run.add("write", msgspec.structs.replace(seen, touched=copy, edges=[], at_ns=0))
    return True


def _params(run: Recording, call: Call) -> bool:
    run.parameters(dict(call.argument(0, "params") or {}))
    return True


def _param(run: Recording, call: Call) -> bool:
    run.parameters({str(call.argument(0, "key")): call.argument(1, "value")})
    return True
