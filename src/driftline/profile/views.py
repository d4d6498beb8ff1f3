"""Texts and bytes that an Arrow array holds as views, at whatever depth, made into plain ones.

Enters: a flat Arrow array. Leaves: the same values without views; the very array where it has none. Arrow has no kernel
that takes or drops rows of views, of dictionaries of views, or of structs and lists of either, which is what Polars
hands over. Copies the texts, once, and nothing else. Maps and list views that hold views are left as they are: nothing
is known that makes them. Source: https://arrow.apache.org/docs/format/Columnar.html.
"""

from functools import lru_cache

import pyarrow as pa


def plain(values: pa.Array) -> pa.Array:
    """Return ``values`` without views."""
    kind, types = values.type, pa.types
    if not held(kind):
        return values
    if types.is_string_view(kind):
        return values.cast(pa.large_string())
    if types.is_binary_view(kind):
        return values.cast(pa.large_binary())
    if types.is_dictionary(kind):
        return pa.DictionaryArray.from_arrays(values.indices, plain(values.dictionary))
    gone = values.is_null() if values.null_count else None
    if types.is_struct(kind):
        children = [plain(values.field(place)) for place in range(kind.num_fields)]
        return pa.StructArray.from_arrays(children, [field.name for field in kind], mask=gone)
    if types.is_fixed_size_list(kind):
        size = kind.list_size
        inner = values.values.slice(values.offset * size, len(values) * size)
        return pa.FixedSizeListArray.from_arrays(plain(inner), size, mask=gone)
    made = pa.LargeListArray if types.is_large_list(kind) else pa.ListArray
    offsets = values.offsets
    if offsets.offset and gone is not None:  # Arrow takes no mask beside offsets that begin within a buffer
        offsets = pa.array(offsets.to_numpy(), offsets.type)
    return made.from_arrays(offsets, plain(values.values), mask=gone)


@lru_cache(maxsize=256)
def held(kind: pa.DataType) -> bool:
    """Whether arrays of a type hold views that ``plain`` takes away."""
    types = pa.types
    if types.is_string_view(kind) or types.is_binary_view(kind):
        return True
    if types.is_struct(kind):
        return any(held(field.type) for field in kind)
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind) or types.is_dictionary(kind):
        return held(kind.value_type)
    return False
