"""What a served model was given and has predicted, made into answers: one per row, on the sender's thread.

Enters: copies that were taken down when the model was called. Leaves: answers with the prediction as score or decision,
and the features by name, as far as they are kept. Never runs on the user's thread but for the score of one answer.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from driftline.capture.answering.making import Noted, finish, number_of, text_of
from driftline.capture.answering.mint import process as minting
from driftline.capture.answering.mint import spelt
from driftline.capture.ground import fault
from driftline.config import Settings
from driftline.event.answer import Answer, Source

FEATURES = 50  # features kept per answer
BLOCK = object()  # marks the copy of an array
_LISTS = (
    "tolist",
    "to_list",
    "to_pylist",
    "rows",
    "itertuples",
    "numpy",
)  # how arrays, columns and tables are made lists
_LABELS = ("label", "decision")  # how mappings call what they decide
_WORD = 100  # characters of a decision that are kept


def _read(taken: Any) -> Any:
    """Return what a copy was made of, as an array again."""
    if type(taken) is tuple and taken[:1] == (BLOCK,):
        import numpy as np

        return np.frombuffer(taken[1], taken[2]).reshape(taken[3])
    return taken


def made(*taken: Any) -> list[Answer]:
    """Return the answers of one call; none where that fails."""
    return fault.attempt("serving", _answers, *taken) or []


def _answers(
    settings: Settings,
    id_: str,
    digits: str,
    moment: int,
    name: str,
    source: Source,
    given: Any,
    result: Any,
) -> list[Answer]:
    """Return one answer per row; on the sender's thread."""
    first = id_ or spelt(moment, digits)
    values = values_of(_read(result))
    features = fault.attempt("serving", lambda: _features(_read(given))) or []
    found = []
    for place, value in enumerate(values):
        score, decision = _outcome(value)
        noted = Noted(
            settings, first if place == 0 else spelt(moment, minting.next()), moment, name, "", "", None, (source,), (),
            features[place] if place < len(features) else None, _said(value), decision, score, 0.0, "", None, "", "",
        )  # fmt: skip
        found.append(finish(noted))
    return found


def values_of(result: Any) -> list[Any]:
    """Return one value per row, as plain Python; of a table of probabilities that of the last class."""
    result = _listed(result) if listable(result) else result
    if not isinstance(result, list | tuple):
        return [result]
    return [row[-1] if isinstance(row, list | tuple) and row else row for row in result]


def listable(held: Any) -> bool:
    """Whether something is an array, a column or a table that can be made a list of its rows."""
    return any(callable(getattr(held, name, None)) for name in _LISTS)


def _listed(held: Any) -> Any:
    """Return the rows of an array, a column or a table; those of a table are tuples."""
    if hasattr(held, "itertuples"):
        return list(held.itertuples(index=False, name=None))
    name = next(name for name in _LISTS if callable(getattr(held, name, None)))
    found = getattr(held, name)()
    if name == "numpy":
        return found.tolist()
    return [tuple(row.values()) for row in found] if hasattr(held, "column_names") else found


def score_of(value: Any) -> float | None:
    """Return a prediction as the score of its answer; None where it is no number."""
    return number_of(value) if isinstance(value, int | float) else None


def _outcome(value: Any) -> tuple[float | None, str]:
    """Return the score and the decision that a prediction is: a number, a word, or a mapping with a label."""
    if isinstance(value, Mapping):
        label = next((value[name] for name in _LABELS if isinstance(value.get(name), str)), None)
        if label is not None:
            return score_of(value.get("score")), text_of(label)[:_WORD]
    if getattr(value, "shape", None) == () and hasattr(value, "item"):  # a number of numpy's
        value = value.item()
    score = score_of(value)
    return score, "" if score is not None else text_of(value)[:_WORD]


def _said(value: Any) -> str:
    """Return a prediction as what was said, where it is longer than a decision."""
    return value if isinstance(value, str) and len(value) > _WORD else ""


def _features(given: Any) -> list[dict[str, Any]]:
    """Return the features by name, row by row; of a sparse matrix the first that are there."""
    if given is None:
        return []
    if isinstance(given, Mapping):
        return [dict(list(given.items())[:FEATURES])]
    names: Any = getattr(given, "column_names", getattr(given, "columns", None))
    if hasattr(given, "iloc"):
        columns = (given.iloc[:, place].tolist() for place in range(len(names)))
        return [dict(zip(map(str, names), row, strict=True)) for row in zip(*columns, strict=True)]
    if names is not None:
        return [dict(zip(map(str, names), row, strict=True)) for row in _listed(given)]
    if hasattr(given, "indptr"):
        ends = pairwise(given.indptr.tolist())
        held = [slice(begin, min(end, begin + FEATURES)) for begin, end in ends]
        cells = ((given.indices[one].tolist(), given.data[one].tolist()) for one in held)
        return [{f"x{place}": value for place, value in zip(*row, strict=True)} for row in cells]
    table = _listed(given) if listable(given) else given
    return [{f"x{place}": value for place, value in enumerate(row)} for row in table]
