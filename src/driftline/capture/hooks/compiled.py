"""Libraries that open files in C or Rust, of which Python hears nothing: geographic tables, statistics, grids, sheets,
models and what makes texts ready for them, indexes of vectors.

Enters: geopandas, pyogrio, pyreadstat, xarray, fastexcel, safetensors, tokenizers, sentencepiece, ONNX Runtime, Faiss,
hnswlib or usearch, once it is loaded. Leaves: patches on its readers and writers. A grid that is opened counts as read
whole, and so does a file of tensors; what is taken of it later is not looked at. What these libraries do for one
another within a call is part of that call.
"""

import os
from typing import Any

from driftline.capture.hooks import patch, table
from driftline.capture.hooks.patch import Call, Patch
from driftline.capture.hooks.table import RESULT, Entry
from driftline.capture.runs.recording import Recording

_FILE, _SOURCE, _PATH, _SHEET = ("filename",), ("filename_path",), ("path_or_buffer",), ("source",)
_INDEXES, _GRAPHS = ("index", "index_binary"), ("Index", "BFIndex")
_STATISTICS = ("dta", "por", "sas7bdat", "sav", "xport")
TABLES = {
    "geopandas": (
        Entry("read_file", "read", 0, _FILE, RESULT), Entry("read_parquet", "read", 0, ("path",), RESULT),
        Entry("GeoDataFrame.to_file", "write", 1, _FILE, 0),
    ),
    "pyogrio": (
        Entry("read_dataframe", "read", 0, _PATH, RESULT), Entry("read_arrow", "read", 0, _PATH, RESULT),
        Entry("write_dataframe", "write", 1, ("path",), 0), Entry("write_arrow", "write", 1, ("path",), 0),
    ),
    "pyreadstat": (
        *(Entry(f"read_{kind}", "read", 0, _SOURCE, RESULT) for kind in _STATISTICS),
        *(Entry(f"write_{kind}", "write", 1, ("dst_path",), 0) for kind in _STATISTICS),
    ),
    "xarray": (
        Entry("open_dataset", "read", 0, ("filename_or_obj",), RESULT),
        Entry("Dataset.to_netcdf", "write", 1, ("path",), 0), Entry("DataArray.to_netcdf", "write", 1, ("path",), 0),
    ),
    "fastexcel": (Entry("read_excel", "read", 0, _SHEET),),
    "safetensors": (
        Entry("safe_open", "read", 0, _FILE, kind="model"), Entry("serialize_file", "write", 1, _FILE, kind="model"),
    ),
    "tokenizers": (
        Entry("Tokenizer.from_file", "read", 0, ("path",), RESULT, "model"),
        Entry("Tokenizer.save", "write", 1, ("path",), 0, "model"),
        Entry("Tokenizer.train", "read", 1, ("files",)),
    ),
    "sentencepiece": tuple(
        Entry(f"SentencePieceProcessor.{name}", "read", 1, ("arg",), kind="model")
        for name in ("LoadFromFile", "load_from_file")
    ),
    "onnxruntime": (Entry("InferenceSession.__init__", "read", 1, ("path_or_bytes",), 0, "model"),),
    "faiss": (
        *(Entry(f"read_{kind}", "read", 0, ("fname",), RESULT, "index") for kind in _INDEXES),
        *(Entry(f"write_{kind}", "write", 1, ("fname",), 0, "index") for kind in _INDEXES),
    ),
    "hnswlib": (
        *(Entry(f"{kind}.load_index", "read", 1, ("path_to_index",), 0, "index") for kind in _GRAPHS),
        *(Entry(f"{kind}.save_index", "write", 1, ("path_to_index",), 0, "index") for kind in _GRAPHS),
    ),
    "usearch.index": (
        Entry("Index.restore", "read", 0, _PATH, RESULT, "index"),
        *(Entry(f"Index.{name}", "read", 1, _PATH, 0, "index") for name in ("load", "view")),
        Entry("Index.save", "write", 1, _PATH, 0, "index"),
    ),
}  # fmt: skip


def install(module: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    if module.__name__ == "sentencepiece":
        names = ("Train", "train")
        trained = (one for name in names for one in patch.around(module, f"SentencePieceTrainer.{name}", _trained))
        return [*trained, *table.install(module, TABLES[module.__name__])]
    return table.install(module, TABLES[module.__name__], _folder)


def _folder(given: Any, call: Call) -> bool:  # noqa: ARG001 - the signature is Skip's
    """Whether it is a folder, such as a Zarr store, whose many files are opened by Python and told of together."""
    return isinstance(given, str | os.PathLike) and os.path.isdir(given)


def _trained(run: Recording, call: Call) -> bool:
    """Record what a model of pieces was made of, and its two files; what was given in one text is not understood."""
    texts, made = call.kwargs.get("input"), call.kwargs.get("model_prefix")
    if isinstance(texts, str):
        texts = texts.split(",")
    told = table.note(run, "read", texts, call)
    if isinstance(made, str):
        told |= table.note(run, "write", f"{made}.model", call, kind="model")
        told |= table.note(run, "write", f"{made}.vocab", call)
    return told
