"""The column edges of a model: from the columns of its training data to its features.

Enters: a fitted model, with the frame that it was fitted on where that was seen. Leaves: its features as fields, and
edges into them; the label shapes the model as a whole (CONDITIONAL). Where the frame was not seen, the one decides
whose memory it shows (``data.drop(columns="y")``), else names: frames that are known in the process and have all the
columns and the label, else what the run wrote and read again, if that has them all, else what it has read. Several
candidates share the confidence.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from driftline.capture.frames import features, node
from driftline.capture.frames.features import Feature, Way
from driftline.capture.frames.node import FrameEdges, Node
from driftline.capture.ground.beside import Beside
from driftline.capture.program import sites
from driftline.capture.program.sites import Visit
from driftline.capture.runs.columns import Bound, Inputs, Reach, followed
from driftline.capture.sql.relation import CONDITIONAL, step
from driftline.event.lineage import Dataset

BY_NAME = 0.9  # confidence of a source that is found by its name alone
_LATEST = 20  # frames that are tried


class Fit(NamedTuple):
    """What a model was fitted on."""

    data: Node | None
    label: str = ""  # name of the target; "" = it has none
    part: Node | None = None  # of what its data shows some columns
    at: Visit | None = None  # where in the user's code


_fits: Beside[Fit] = Beside()


def fitted(model: Any, data: Any, label: Any) -> None:
    """Remember what ``model`` was fitted on."""
    known = node.of(data)
    part = None if known is not None else node.shown_by(data)
    _fits.put(model, Fit(known, _name(label), part, sites.visit()))


def fitted_further(model: Any, label: Any) -> None:
    """Remember the label of a model that is fitted on pieces of its data, one after the other."""
    name = _name(label)
    if name and _fits.get(model) is None:
        _fits.put(model, Fit(None, name))


def _name(label: Any) -> str:
    """The name of a target: its own, or that of the only column of its frame."""
    names = getattr(label, "columns", None)
    name = getattr(label, "name", None) if names is None else names[0] if len(names) == 1 else None
    return str(name) if isinstance(name, str | int) else ""


def fit_of(model: Any) -> Fit:
    """Return what ``model`` was fitted on, as far as that was seen."""
    return _fits.get(model) or Fit(None)


class ModelEdges:
    """The column edges of a model that is written."""

    def __init__(
        self,
        found: Sequence[Feature],
        label: str,
        frames: Sequence[FrameEdges],
        sure: bool,
        fitted_at: Visit | None = None,
    ) -> None:
        self.fitted_at = fitted_at
        self.told: tuple[Bound, list[Reach]] | None = None  # what the code says of its data, and of its label
        self._features = found
        self._label = label
        self._frames = frames
        self._sure = sure  # the first frame is the one that it was fitted on

    def bind(self, columns: tuple[str, ...] | None) -> Bound:
        """Return the edges, as far as they are known without what the run has read."""
        return self.bind_among(columns, {}, {})

    def waits_for(self) -> tuple[str, ...]:
        """Return the keys of the probes that have not been answered."""
        return tuple(dict.fromkeys(key for frame in self._frames for key in frame.waits_for()))

    def wanted(self) -> tuple[str, ...]:
        """Return the columns of the data that it was fitted on."""
        return tuple(dict.fromkeys(source for feature in self._features for source in feature.sources))

    def bind_among(self, columns: tuple[str, ...] | None, inputs: Inputs, own: Inputs) -> Bound:  # noqa: ARG002 - it has its own
        """Return the edges per feature, and those of the label."""
        known, shaping = self._columns(self.wanted(), inputs, own)
        found = {
            feature.name: [
                _on(reach, way) for source, way in feature.sources.items() for reach in known.get(source, ())
            ]
            for feature in self._features
        }
        behind = self.told[1] if self.told is not None and self.told[1] else known.get(self._label, ())
        label = [_on(reach, Way(CONDITIONAL)) for reach in behind]
        return {name: reaches for name, reaches in found.items() if reaches}, [*shaping, *label]

    def _columns(
        self, names: tuple[str, ...], inputs: Inputs, own: Inputs
    ) -> tuple[Mapping[str, list[Reach]], list[Reach]]:
        """What is behind the columns that it was fitted on, and what shaped their rows.

        What the code says counts where it has followed each of them; else it tells of those that nothing else does.
        """
        if self.told is None:
            return self._known(names, inputs, own)
        (fields, rows), _ = self.told
        if all(any(map(followed, fields.get(name, ()))) for name in names):
            return fields, rows
        known, shaping = self._known(names, inputs, own)
        return {**fields, **known}, shaping or rows

    def _known(
        self, names: tuple[str, ...], inputs: Inputs, own: Inputs
    ) -> tuple[Mapping[str, list[Reach]], list[Reach]]:
        """The same, by frames and by names."""
        wanted = (*names, self._label) if self._label else names
        bound = [frame.bind(wanted) for frame in self._frames]
        if self._sure:
            fields, rows = bound[0]
            return {**self._by_name((self._label,), inputs), **fields}, rows
        having = _likeliest([one for one in bound if all(name in one[0] for name in names)], self._label, inputs)
        if not having:
            made = next(({dataset: names} for dataset, names in own.items() if set(wanted) <= set(names)), None)
            return self._by_name(wanted, inputs if made is None else made), []
        known: dict[str, list[Reach]] = {}
        for fields, _ in having:
            for name, found in fields.items():
                known.setdefault(name, []).extend(_less(one, len(having)) for one in found)
        return known, [_less(one, len(having)) for _, rows in having for one in rows]

    @staticmethod
    def _by_name(names: Sequence[str], inputs: Inputs) -> dict[str, list[Reach]]:
        """The columns of these names among what the run has read; a dataset that has them all comes first."""
        whole = [dataset for dataset, columns in inputs.items() if set(names) <= set(columns)]
        found: dict[str, list[Reach]] = {}
        for name in names:
            having = whole or [dataset for dataset, columns in inputs.items() if name in columns]
            sure = round(BY_NAME / len(having), 6) if having else 0.0
            found[name] = [Reach(one.namespace, one.name, name, "DIRECT", "IDENTITY", "", sure) for one in having]
        return found


def _likeliest(candidates: Sequence[Bound], label: str, inputs: Inputs) -> list[Bound]:
    """Return the frames that a model may have been fitted on: with the label, if one has it, and each origin once.

    What the run itself has written and read again was made for this, and the newest of that comes first.
    """
    labelled = [one for one in candidates if label in one[0]] or candidates
    own = [one for one in labelled if not _sources(one) & set(inputs)]
    return own[:1] or list({_sources(one): one for one in labelled}.values())


def _sources(found: Bound) -> frozenset[Dataset]:
    return frozenset(Dataset(one.namespace, one.name) for reaches in found[0].values() for one in reaches)


def together(models: Sequence[Any], frames: Any) -> tuple[list[ModelEdges], tuple[str, ...]]:
    """Return the edges of fitted models that are kept in one file, and the names of their features, each once.

    As in a pipeline, one that has no label of its own, such as a vectorizer, shares that of the others.
    """
    label = next((one.label for one in map(fit_of, models) if one.label), "")
    found = [one for one in (edges_of(model, frames, label) for model in models) if one is not None]
    return [edges for edges, _ in found], tuple(dict.fromkeys(name for _, names in found for name in names))


def edges_of(model: Any, frames: Any, label: str = "") -> tuple[ModelEdges, tuple[str, ...]] | None:
    """Return the edges of a fitted model and the names of its features; None where it does not know its columns.

    Args:
        model: the model.
        frames: makes edges of a node.
        label: of a model that has none of its own.
    """
    found = features.of(model)
    if not found:
        return None
    fit = fit_of(model)
    best = getattr(model, "best_estimator_", None)
    if fit.data is None and fit.part is None and best is not None:
        inner = fit_of(best)
        fit = Fit(inner.data, fit.label or inner.label, inner.part, fit.at or inner.at)
    origin = fit.part if fit.data is None else fit.data
    nodes = node.latest(_LATEST) if origin is None else [origin]
    known = [frames(one) for one in nodes]
    names = tuple(feature.name for feature in found)
    return ModelEdges(found, fit.label or label, known, fit.data is not None, fit.at), names


def _on(reach: Reach, way: Way) -> Reach:
    kind = step((reach.type, reach.subtype), way.kind)
    return reach._replace(type=kind[0], subtype=kind[1], confidence=round(reach.confidence * way.confidence, 6))


def _less(reach: Reach, among: int) -> Reach:
    return reach._replace(confidence=round(reach.confidence * BY_NAME / among, 6))
