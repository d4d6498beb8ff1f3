"""scikit-learn: rows handed on, columns scaled one to one, models that remember what they were fitted on.

Enters: a call. Leaves: a value. A transformer that is not known to keep columns apart gives each output from each
input, and is not sure.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from driftline.capture.script import tables
from driftline.capture.script.call import Call, Rules, is_frame, names, rows_of, table_of
from driftline.capture.script.cames import aggregated, changed, deciding, hedged, union
from driftline.capture.script.reading import FILTER, NOTHING, SORT, Cames, Table
from driftline.capture.script.values import Foreign, Frame, Function, Items, Pairs, Ref, Series, Thing, Value

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
    decides = deciding(call.cames(call.kwargs.get("stratify")), FILTER)
    for one in call.args:
        content = call.see(one)
        if isinstance(content, Frame):
            content = replace(content, table=tables.shaped(content.table, decides))
        elif isinstance(content, Series | Thing | Items):
            content = replace(content, rows=content.rows | decides)
        out += [content if isinstance(content, Value) else call.new(content) for _ in range(2)]
    return call.new(Items(tuple(out)))


def handed_on(call: Call) -> Value:
    """``shuffle``, ``resample``: the same columns."""
    out: list[Value] = []
    for one in call.args:
        content = call.see(one)
        out.append(call.new(content) if isinstance(content, Frame | Items) else one)
    return out[0] if len(out) == 1 else call.new(Items(tuple(out)))


def column_wise(call: Call) -> Value:
    """``ColumnTransformer``: it takes those columns that its parts name, where nothing remains beside them."""
    parts = (
        call.args if call.name.endswith("make_column_transformer") else _steps(call, call.argument(0, "transformers"))
    )
    wanted = [names(call.machine, _steps(call, one)[-1]) for one in parts if _steps(call, one)]
    told = [name for one in wanted if one is not None for name in one]
    whole = len(wanted) == len(parts) and None not in wanted and call.plain(-1, "remainder", "drop") == "drop"
    takes = tuple(dict.fromkeys(told)) if whole and all(isinstance(name, str) for name in told) else None
    return call.new(Foreign(call.name, takes=takes))


def _steps(call: Call, value: Value | None) -> Sequence[Value]:
    content = call.see(value)
    return content.known if isinstance(content, Items) and content.loose is None else ()


def by_function(call: Call) -> Value | None:
    """``FunctionTransformer``: a function of the user's."""
    function, given = call.argument(0, "func"), call.see(call.argument(-1, "kw_args"))
    if not isinstance(function, Function):
        return None
    if isinstance(given, Pairs) and given.loose is None and all(isinstance(name, str) for name in given.known):
        function = replace(function, defaults=(*function.defaults, *given.known.items()))
    return call.new(Foreign(call.name, does=function))


def set_anew(call: Call) -> Value | None:
    """``set_params``: which columns it takes, and by which function, is not known from here on."""
    content = call.see(call.receiver)
    if isinstance(call.receiver, Ref) and isinstance(content, Foreign):
        call.machine.memory.put(call.receiver.place, replace(content, takes=None, does=None))
    return call.receiver


def around(call: Call) -> Value | None:
    """Pipelines and searches: they take what their first step, or their model, takes."""
    first = call.argument(0, "steps") or call.argument(-1, "estimator")
    step = (_steps(call, first) or (first,))[0]
    inner = call.see((_steps(call, step) or (step,))[-1])
    return call.new(Foreign(call.name, takes=inner.takes)) if isinstance(inner, Foreign) and inner.takes else None


def _features(call: Call, value: Value | None, content: Foreign) -> Table | None:
    """The columns of a table that an object takes; its index is none of them."""
    table = table_of(call.machine, value)
    if table is None:
        return None
    return (table if content.takes is None else tables.only(table, content.takes))._replace(labels={})


def _values(call: Call, content: Foreign) -> Cames:
    """Where the values come from that an object is given."""
    given = [*call.args, *call.kwargs.values()]
    return union(_made_of(call, one, content if one is given[0] else Foreign()) for one in given)


def _made_of(call: Call, value: Value | None, content: Foreign) -> Cames:
    table = _features(call, value, content) if is_frame(call.machine, value) else None
    return call.cames(value) if table is None else tables.values(table)


def fitted(call: Call) -> Value | None:
    """``fit``: the object remembers what it was given."""
    content = call.see(call.receiver)
    if not isinstance(call.receiver, Ref) or not isinstance(content, Foreign):
        return None
    rows = union(rows_of(call.machine, one) for one in (*call.args, *call.kwargs.values()))
    which = frozenset(one for one in rows if one.subtype != SORT)  # rows it has learned from
    cames = hedged(_values(call, content) | which)
    table = _features(call, call.argument(0, "X"), content)
    kept = (call.frame(table),) if table is not None else ()
    call.machine.memory.put(call.receiver.place, replace(content, cames=content.cames | cames, tables=kept))
    return call.receiver


def transformed(call: Call) -> Value | None:
    """``transform`` and ``fit_transform``."""
    content = call.see(call.receiver)
    if not isinstance(content, Foreign):
        return None
    value = call.argument(0, "X") or call.argument(0, "y")
    if content.does is not None and value is not None:
        return call.machine.invoke(content.does, [value], {}, call.path)
    if call.name == "fit_transform":
        fitted(call)
        content = call.see(call.receiver)
    table = table_of(call.machine, value)
    learned = next((table_of(call.machine, one) for one in content.tables), None)
    given = call.see(value)
    if content.name.rpartition(".")[2] not in _ONE_TO_ONE:
        return _mixed(call, value, _features(call, value, content), content)
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
        label = _label(content, learned) if content.name.rpartition(".")[2] in _BY_LABEL else NOTHING
        columns = {name: cames | aggregated(learned.of(name) | label) for name, cames in out.columns.items()}
        out = out._replace(columns=columns)
    return call.frame(out)


def _label(content: Foreign, table: Table) -> Cames:
    """What an object was fitted on beside the columns of a table."""
    features = {(one.read, one.column) for one in tables.values(table)}
    return frozenset(one for one in content.cames if (one.read, one.column) not in features)


def _mixed(call: Call, value: Value | None, table: Table | None, content: Foreign) -> Value | None:
    """Any output of any input: which of them, and how they are put together, a label decides where it had one."""
    if table is None or not is_frame(call.machine, value):
        return None
    cames = hedged(tables.whole(table)) | deciding(_label(content, table))
    return call.frame(Table({}, (), table.rows, False, cames))


def predicted(call: Call) -> Value | None:
    """``predict``: from all features, and from what the model was fitted on before; ``fit_predict`` fits it, too."""
    if call.name == "fit_predict":
        fitted(call)
    content = call.see(call.receiver)
    given = call.argument(0, "X")
    if not isinstance(content, Foreign) or given is None:
        return None
    table = table_of(call.machine, given)
    rows = NOTHING if table is None else table.rows
    return Thing(hedged(_values(call, content)) | aggregated(content.cames), rows)


def predicted_by_parts(call: Call) -> Value | None:
    """``cross_val_predict``: a prediction for each row, of a model that has seen the others."""
    model = call.see(call.argument(0, "estimator"))
    given = [one for one in (call.argument(1, "X"), call.argument(2, "y")) if one is not None]
    if not isinstance(model, Foreign) or not given:
        return None
    inner = Call(call.machine, None, call.name, given, {}, call.path)
    rows = union([table.rows for table in [table_of(call.machine, given[0])] if table is not None])
    return Thing(hedged(_values(inner, model)), rows)


def supported(call: Call) -> Value | None:
    """``get_support``: which columns were chosen, as a mask for their names."""
    content = call.see(call.receiver)
    return Series(content.cames) if isinstance(content, Foreign) and not call.flag("indices") else None


METHODS: Rules = {
    "set_output": lambda call: call.receiver,
    "set_params": set_anew,
    "get_support": supported,
    "fit": fitted,
    "partial_fit": fitted,
    "transform": transformed,
    "fit_transform": transformed,
    "predict": predicted,
    "predict_proba": predicted,
    "fit_predict": predicted,
}
FUNCTIONS: Rules = {
    "sklearn.preprocessing.FunctionTransformer": by_function,
    "sklearn.compose.ColumnTransformer": column_wise,
    "sklearn.compose.make_column_transformer": column_wise,
    **dict.fromkeys(
        [
            f"{place}.{name}"
            for place in ("sklearn.pipeline", "imblearn.pipeline")
            for name in ("Pipeline", "make_pipeline")
        ],
        around,
    ),
    **dict.fromkeys([f"sklearn.model_selection.{name}" for name in ("GridSearchCV", "RandomizedSearchCV")], around),
    "sklearn.model_selection.cross_val_predict": predicted_by_parts,
    "sklearn.model_selection.train_test_split": split,
    "sklearn.utils.shuffle": handed_on,
    "sklearn.utils.resample": handed_on,
}
