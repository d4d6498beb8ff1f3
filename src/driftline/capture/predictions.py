"""What a served model was given and has predicted, made into answers: one per row, on the sender's thread.

Enters: copies that were taken down when the model was called. Leaves: answers with the prediction as score or decision,
and the features by name, as far as they are kept. Never runs on the user's thread but for the score of one answer.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from driftline.capture import fault
from driftline.capture.making import Noted, finish, number_of, text_of
from driftline.capture.mint import spelt
from driftline.config import Settings
from driftline.event import ids
from driftline.event.answer import Answer, Source

FEATURES = 50  # features kept per answer
BLOCK = object()  # marks the copy of an array


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
        score = score_of(value)
        decision = "" if score is not None else text_of(value)[:100]
        noted = Noted(
            settings, first if place == 0 else ids.uuid7(moment), moment, name, "", "", None, (source,), (),
            features[place] if place < len(features) else None, "", decision, score, 0.0, "", None, "", "",
        )  # fmt: skip
        found.append(finish(noted))
    return found


def values_of(result: Any) -> list[Any]:
    """Return one value per row, as plain Python; of a table of probabilities that of the last class."""
    if hasattr(result, "tolist"):
        result = result.tolist()
    if not isinstance(result, list | tuple):
        return [result]
    return [row[-1] if isinstance(row, list | tuple) and row else row for row in result]


def score_of(value: Any) -> float | None:
    """Return a prediction as the score of its answer; None where it is no number."""
    return number_of(value) if isinstance(value, int | float) else None


def _features(given: Any) -> list[dict[str, Any]]:
    """Return the features by name, row by row; of a sparse matrix the first that are there."""
    if given is None:
        return []
    if isinstance(given, Mapping):
        return [dict(list(given.items())[:FEATURES])]
    if hasattr(given, "iloc"):
        names = [str(name) for name in given.columns]
        columns = (given.iloc[:, place].tolist() for place in range(len(names)))
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    if hasattr(given, "indptr"):
        ends = pairwise(given.indptr.tolist())
        held = [slice(begin, min(end, begin + FEATURES)) for begin, end in ends]
        cells = ((given.indices[one].tolist(), given.data[one].tolist()) for one in held)
        return [{f"x{place}": value for place, value in zip(*row, strict=True)} for row in cells]
    table = given.tolist() if hasattr(given, "tolist") else given
    return [{f"x{place}": value for place, value in enumerate(row)} for row in table]
