"""The features of a fitted scikit-learn model, and the columns of its training data behind each.

Enters: a fitted estimator, pipeline, column transformer or feature union, or boosted trees without one. Leaves: its
features in order, by the names that it gives them, each with source columns. Which input reaches which output of a
transformer is found by asking it for the names of its outputs with marked names of inputs (``get_feature_names_out``),
on a shallow copy; a matrix of components tells by its entries that are not zero. A transformer that tells neither has
every output from every input, with less confidence. Nothing is fitted, transformed or changed.
"""

import copy
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from driftline import later
from driftline.capture.sql.relation import IDENTITY, TRANSFORMATION, Kind, step

MOST = 5_000  # features of one model
UNNAMED, UNSAID = 0.8, 0.5  # confidence where the names of outputs say nothing of inputs; where there are no names
_MARK = later.pattern(r"<(\d+)>")
_UNKNOWN = later.pattern(r"Column_\d+")  # as LightGBM calls the columns of an array


class Way(NamedTuple):
    """How a column reaches a feature."""

    kind: Kind = IDENTITY
    confidence: float = 1.0


class Feature(NamedTuple):
    """One column of what a transformer makes."""

    name: str
    sources: Mapping[str, Way]


Features = list[Feature]


def of(model: Any) -> Features:
    """Return the features that a fitted model works on; none where it does not know the names of its columns."""
    model = getattr(model, "best_estimator_", model)
    names = inputs(model)
    if not names or len(names) > MOST:
        return []
    records = _of_records(model)
    if records is not None:
        return [Feature(name, {name: way}) for name, way in records.items()]
    found = [Feature(name, {name: Way()}) for name in names]
    steps = getattr(model, "steps", None)
    if isinstance(steps, list):
        transformers = [one for _, one in steps]
        last = transformers.pop() if transformers and hasattr(transformers[-1], "predict") else None
        found = _along(transformers, found, last)
        return _named(found, model[: len(transformers)] if transformers else None)
    if hasattr(model, "transform") and not hasattr(model, "predict"):
        return _named(passed(model, found), model)
    return found


def inputs(model: Any) -> tuple[str, ...]:
    """Return the names of the columns that a model was fitted on; none where it was fitted on an array."""
    model = getattr(model, "best_estimator_", model)
    records = _of_records(model)
    if records is not None:
        return tuple(records)
    names = _of_trees(model) if is_trees(model) else getattr(model, "feature_names_in_", None)
    return () if names is None else tuple(str(name) for name in names)


def _of_records(model: Any) -> dict[str, Way] | None:
    """The fields of the records that a ``DictVectorizer`` was fitted on, alone or first in a pipeline; None = no such.

    Its own names have the values in them (``city=Oslo``), and there are as many as there are values.
    """
    steps = getattr(model, "steps", None)
    first = steps[0][1] if isinstance(steps, list) and steps else model
    kind = type(first)
    if kind.__name__ != "DictVectorizer" or not kind.__module__.startswith("sklearn."):
        return None
    found: dict[str, Way] = {}
    for name in getattr(first, "feature_names_", ()):
        field, sign, _ = str(name).partition(first.separator)
        found[field] = Way(TRANSFORMATION) if sign else found.get(field, Way())
    return found


def is_trees(model: Any) -> bool:
    """Whether ``model`` is what LightGBM and XGBoost train without an estimator around it."""
    kind = type(model)
    return kind.__name__ == "Booster" and kind.__module__.partition(".")[0] in ("lightgbm", "xgboost")


def _of_trees(booster: Any) -> Sequence[str] | None:
    try:
        names: Sequence[str] | None = booster.feature_name() if hasattr(booster, "feature_name") else None
        names = booster.feature_names if names is None else names
    except Exception:  # one that was freed or never trained has none to tell
        return None
    return None if names is None or all(map(_UNKNOWN.fullmatch, names)) else names


def passed(transformer: Any, columns: Features) -> Features:
    """Return the features that a fitted transformer makes of ``columns``."""
    if transformer is None or (isinstance(transformer, str) and transformer == "passthrough"):
        return columns
    if type(transformer).__name__ == "FunctionTransformer" and transformer.func is None:
        return columns  # what a fitted column transformer has in place of "passthrough"
    if isinstance(transformer, str):  # "drop"
        return []
    if hasattr(transformer, "transformers_") and hasattr(transformer, "output_indices_"):
        return _named(_by_columns(transformer, columns), transformer)
    if hasattr(transformer, "transformer_list"):
        found = [_prefixed(name, passed(one, columns)) for name, one in transformer.transformer_list]
        return _named([feature for part in found for feature in part], transformer)
    if isinstance(getattr(transformer, "steps", None), list):
        return _along([one for _, one in transformer.steps], columns, None)
    return _leaf(transformer, columns)


def _along(transformers: Sequence[Any], columns: Features, last: Any) -> Features:
    """The features that one transformer after the other makes, for ``last``, if that is known."""
    for place, one in enumerate(transformers):
        found = passed(one, columns)
        after = transformers[place + 1] if place + 1 < len(transformers) else last
        count, names = getattr(after, "n_features_in_", None), getattr(after, "feature_names_in_", None)
        columns = _counted(found, columns, count) if isinstance(count, int) else found
        if names is not None and len(names) == len(columns) and _names(one, None) is None:
            columns = [Feature(str(name), feature.sources) for name, feature in zip(names, columns, strict=True)]
    return columns


def _counted(found: Features, columns: Features, count: int) -> Features:
    """As many features as there are: any of what goes in may be in each, where a transformer tells another number."""
    if len(found) == count or count > MOST:
        return found
    sources = _through(columns, range(len(columns)), Way(TRANSFORMATION, UNSAID))
    return [Feature(f"x{place}", sources) for place in range(count)]


def _prefixed(name: str, found: Features) -> Features:
    return [Feature(f"{name}__{feature.name}", feature.sources) for feature in found]


def _named(found: Features, transformer: Any) -> Features:
    """Give features the names that the whole has for them, where it has as many."""
    names = _names(transformer, None) if transformer is not None else None
    if names is None or len(names) != len(found):
        return found
    return [Feature(name, feature.sources) for name, feature in zip(names, found, strict=True)]


def _names(transformer: Any, given: Sequence[str] | None) -> list[str] | None:
    try:
        asked = transformer.get_feature_names_out() if given is None else transformer.get_feature_names_out(given)
        return [str(name) for name in asked]
    except Exception:  # a transformer may refuse in any way it likes; then it says nothing
        return None


def _by_columns(transformer: Any, columns: Features) -> Features:
    """The parts of a column transformer, in the order of its outputs."""
    known = [str(name) for name in getattr(transformer, "feature_names_in_", ())]
    places = {name: place for place, name in enumerate(known or [column.name for column in columns])}
    parts: list[tuple[int, Features]] = []
    for name, part, chosen in transformer.transformers_:
        where = transformer.output_indices_.get(name)
        if where is None or where.start == where.stop:
            continue
        given = [columns[place] for place in _chosen(chosen, places, len(columns))]
        found = _counted(passed(part, given), given, where.stop - where.start)
        parts.append((where.start, _prefixed(name, found)))
    return [feature for _, part in sorted(parts, key=lambda one: one[0]) for feature in part]


def _chosen(given: Any, places: Mapping[str, int], count: int) -> list[int]:
    """The places of the columns that an entry of a column transformer names."""
    if isinstance(given, slice):
        begin, end = (places[one] if isinstance(one, str) else one for one in (given.start, given.stop))
        if isinstance(given.stop, str):  # a slice of names includes its end
            end = places[given.stop] + 1
        return list(range(count))[begin : end : given.step]
    if isinstance(given, str | int):
        given = [given]
    chosen = list(given.tolist() if hasattr(given, "tolist") else given)
    if chosen and all(isinstance(one, bool) for one in chosen):
        return [place for place, taken in enumerate(chosen) if taken]
    found = [places[one] if isinstance(one, str) else int(one) for one in chosen]
    return [place % count for place in found]


def _leaf(transformer: Any, columns: Features) -> Features:
    names = _names(transformer, None)
    marked = _marked(transformer, len(columns))
    if marked is not None and all(marked):
        plain = hasattr(transformer, "get_support")  # it chooses, and changes nothing
        way = Way(IDENTITY if plain else TRANSFORMATION)
        shown = names if names is not None and len(names) == len(marked) else _spelt(transformer, columns, marked)
        return [Feature(name, _through(columns, sources, way)) for name, sources in zip(shown, marked, strict=True)]
    width = _width(transformer, names)
    shown = names if names is not None and len(names) == width else [f"x{place}" for place in range(width)]
    sure = UNSAID if names is None else UNNAMED
    weights = _components(transformer, width, len(columns))
    every = range(len(columns))
    return [
        Feature(name, _through(columns, every, Way(TRANSFORMATION, sure)))
        if weights is None
        else Feature(name, _through(columns, weights[place], Way(TRANSFORMATION)))
        for place, name in enumerate(shown)
    ]


def _marked(transformer: Any, count: int) -> list[list[int]] | None:
    """Per output the inputs whose marks its name bears; None where it gives no names."""
    own = copy.copy(transformer)
    if "feature_names_in_" in getattr(own, "__dict__", {}):
        del own.__dict__["feature_names_in_"]  # else it insists on the names that it was fitted with
    found = _names(own, [f"<{place}>" for place in range(count)])
    return None if found is None else [sorted({int(mark) for mark in _MARK.findall(name)}) for name in found]


def _spelt(transformer: Any, columns: Features, marked: Sequence[Sequence[int]]) -> list[str]:
    """The names of outputs with the names of inputs in place of the marks."""
    own = copy.copy(transformer)
    own.__dict__.pop("feature_names_in_", None)
    names = _names(own, [column.name for column in columns])
    return names if names is not None and len(names) == len(marked) else [f"x{place}" for place in range(len(marked))]


def _width(transformer: Any, names: Sequence[str] | None) -> int:
    if names is not None:
        return len(names)
    for attribute in ("n_components_", "n_features_out_", "n_components", "n_features_in_"):
        found = getattr(transformer, attribute, None)
        if isinstance(found, int):
            return min(found, MOST)
    return 1


def _components(transformer: Any, width: int, count: int) -> list[list[int]] | None:
    """Per output the inputs with a weight that is not zero; None where there is no such matrix."""
    found = getattr(transformer, "components_", None)
    if found is None or getattr(found, "shape", None) != (width, count):
        return None
    return [[place for place, weight in enumerate(row) if weight != 0] for row in found.tolist()]


def _through(columns: Features, chosen: Any, way: Way) -> dict[str, Way]:
    """The sources of an output that is made of some columns."""
    found: dict[str, Way] = {}
    for place in chosen:
        for source, inner in columns[place].sources.items():
            more = Way(step(inner.kind, way.kind), round(inner.confidence * way.confidence, 6))
            held = found.get(source)
            if held is None or more.confidence > held.confidence:
                found[source] = more
    return found
