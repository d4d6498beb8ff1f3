"""scikit-learn: rows handed on, columns scaled one to one, models that remember what they were fitted on.

Enters: a call. Leaves: a value. A transformer that is not known to keep columns apart gives each output from each
input, and is not sure.
"""

from msgspec.structs import replace

from driftline.capture.script import tables
from driftline.capture.script.call import Call, Rules, is_frame, table_of
from driftline.capture.script.cames import aggregated, changed, hedged, union
from driftline.capture.script.reading import NOTHING, Cames, Table
from driftline.capture.script.values import Foreign, Frame, Items, Ref, Series, Thing, Value

_WORDS_ONE_TO_ONE = """
    StandardScaler MinMaxScaler RobustScaler MaxAbsScaler PowerTransformer QuantileTransformer SimpleImputer
    OrdinalEncoder LabelEncoder Binarizer KBinsDiscretizer TargetEncoder FunctionTransformer JamesSteinEncoder
    LeaveOneOutEncoder CatBoostEncoder MEstimateEncoder CountEncoder
"""
_ONE_TO_ONE = frozenset(_WORDS_ONE_TO_ONE.split())
_BY_LABEL = frozenset(
    {"TargetEncoder", "JamesSteinEncoder", "LeaveOneOutEncoder", "CatBoostEncoder", "MEstimateEncoder"}
)


def split(call: Call) -> Value:
    """``train_test_split``: two parts of each."""
    out: list[Value] = []
    for one in call.args:
        content = call.see(one)
        out += [call.new(content) if isinstance(content, Frame | Items) else one for _ in range(2)]
    return call.new(Items(tuple(out)))


def handed_on(call: Call) -> Value:
    """``shuffle``, ``resample``: the same columns."""
    out: list[Value] = []
    for one in call.args:
        content = call.see(one)
        out.append(call.new(content) if isinstance(content, Frame | Items) else one)
    return out[0] if len(out) == 1 else call.new(Items(tuple(out)))


def fitted(call: Call) -> Value | None:
    """``fit``: the object remembers what it was given."""
    content = call.see(call.receiver)
    if not isinstance(call.receiver, Ref) or not isinstance(content, Foreign):
        return None
    cames = hedged(_data(call))
    table = table_of(call.machine, call.argument(0, "X"))
    kept = (call.frame(table),) if table is not None else ()
    call.machine.memory.put(call.receiver.place, replace(content, cames=content.cames | cames, tables=kept))
    return call.receiver


def transformed(call: Call) -> Value | None:
    """``transform`` and ``fit_transform``."""
    content = call.see(call.receiver)
    if not isinstance(content, Foreign):
        return None
    value = call.argument(0, "X") or call.argument(0, "y")
    if call.name == "fit_transform":
        fitted(call)
        content = call.see(call.receiver)
    table = table_of(call.machine, value)
    learned = next((table_of(call.machine, one) for one in content.tables), None)
    given = call.see(value)
    if content.name.rpartition(".")[2] not in _ONE_TO_ONE:
        return _mixed(call, value, table)
    if isinstance(given, Series):
        return (
            replace(given, cames=changed(given.cames) | aggregated(content.cames), home=None)
            if learned is None
            else (replace(given, cames=changed(given.cames) | aggregated(tables.whole(learned)), home=None))
        )
    if table is None or not isinstance(given, Frame):
        return None
    out = tables.computed(table)
    if learned is not None:
        known = {one.column for one in tables.values(learned)} if content.name.rpartition(".")[2] in _BY_LABEL else None
        label = NOTHING if known is None else frozenset(one for one in content.cames if one.column not in known)
        columns = {name: cames | aggregated(learned.of(name) | label) for name, cames in out.columns.items()}
        out = out._replace(columns=columns)
    return call.frame(out)


def _mixed(call: Call, value: Value | None, table: Table | None) -> Value | None:
    if table is None or not is_frame(call.machine, value):
        return None
    cames = hedged(tables.whole(table._replace(labels={})))
    return call.frame(Table({}, (), table.rows, False, cames))


def predicted(call: Call) -> Value | None:
    """``predict``: from all features, and from what the model was fitted on before; ``fit_predict`` fits it, too."""
    content = call.see(call.receiver)
    given = call.argument(0, "X")
    if not isinstance(content, Foreign) or given is None:
        return None
    if call.name == "fit_predict":
        fitted(call)
    table = table_of(call.machine, given)
    return Thing(hedged(_data(call)) | aggregated(content.cames), NOTHING if table is None else table.rows)


def _data(call: Call) -> Cames:
    """What an estimator sees of what it is given: of a frame its columns, and not its index."""
    given = (*call.args, *call.kwargs.values())
    tables_ = [table_of(call.machine, one) if is_frame(call.machine, one) else None for one in given]
    return union(
        call.cames(one) if table is None else tables.values(table) for one, table in zip(given, tables_, strict=True)
    )


METHODS: Rules = {
    "fit": fitted,
    "partial_fit": fitted,
    "transform": transformed,
    "fit_transform": transformed,
    "predict": predicted,
    "predict_proba": predicted,
    "fit_predict": predicted,
}
FUNCTIONS: Rules = {
    "sklearn.model_selection.train_test_split": split,
    "sklearn.utils.shuffle": handed_on,
    "sklearn.utils.resample": handed_on,
}
