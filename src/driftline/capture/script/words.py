"""Names that belong to pandas itself, so that they are not columns when they stand after a dot.

Enters: nothing. Leaves: the public names of ``DataFrame`` and ``Series``, of versions 1 to 3.
"""

_FRAME = """
    T abs add add_prefix add_suffix agg aggregate align all any append apply applymap asfreq asof assign astype at
    at_time attrs axes backfill between_time bfill bool boxplot clip columns combine combine_first compare
    convert_dtypes copy corr corrwith count cov cummax cummin cumprod cumsum describe diff div divide dot drop
    drop_duplicates droplevel dropna dtypes duplicated empty eq equals eval ewm expanding explode ffill fillna
    filter first_valid_index flags floordiv from_arrow from_dict from_records ge get get_value groupby gt head hist
    iat idxmax idxmin iloc index infer_objects info insert interpolate isetitem isin isna isnull items iteritems
    iterrows itertuples ix join keys kurt kurtosis last_valid_index le loc lookup lt mad map mask max mean median
    melt memory_usage merge min mod mode mul multiply ndim ne nlargest notna notnull nsmallest nunique pad
    pct_change pipe pivot pivot_table plot pop pow prod product quantile query radd rank rdiv reindex reindex_like
    rename rename_axis reorder_levels replace resample reset_index rfloordiv rmod rmul rolling round rpow rsub
    rtruediv sample select select_dtypes sem set_axis set_flags set_index shape shift size skew slice_shift
    sort_index sort_values sparse squeeze stack std style sub subtract sum swapaxes swaplevel tail take to_clipboard
    to_csv to_dict to_excel to_feather to_hdf to_html to_iceberg to_json to_latex to_markdown to_numpy to_orc
    to_parquet to_period to_pickle to_records to_sql to_stata to_string to_timestamp to_xarray to_xml transform
    transpose truediv truncate tshift tz_convert tz_localize unstack update value_counts values var where xs
"""
_SERIES = """
    T abs add add_prefix add_suffix agg aggregate align all any append apply applymap argmax argmin argsort array
    asfreq asof astype at at_time attrs autocorr axes backfill between between_time bfill bool case_when cat clip
    combine combine_first compare convert_dtypes copy corr count cov cummax cummin cumprod cumsum describe diff div
    divide divmod dot drop drop_duplicates droplevel dropna dt dtype dtypes duplicated empty eq equals ewm expanding
    explode factorize ffill fillna filter first_valid_index flags floordiv from_arrow ge get get_value groupby gt
    hasnans head hist iat idxmax idxmin iloc index infer_objects info interpolate is_monotonic_decreasing
    is_monotonic_increasing is_unique isin isna isnull item items iteritems ix keys kurt kurtosis last_valid_index
    le list loc lookup lt mad map mask max mean median memory_usage min mod mode mul multiply name nbytes ndim ne
    nlargest notna notnull nsmallest nunique pad pct_change pipe plot pop pow prod product quantile radd rank rdiv
    rdivmod reindex reindex_like rename rename_axis reorder_levels repeat replace resample reset_index rfloordiv
    rmod rmul rolling round rpow rsub rtruediv sample searchsorted sem set_axis set_flags shape shift size skew
    slice_shift sort_index sort_values sparse squeeze std str struct sub subtract sum swapaxes swaplevel tail take
    to_clipboard to_csv to_dict to_excel to_frame to_hdf to_json to_latex to_list to_markdown to_numpy to_period
    to_pickle to_sql to_string to_timestamp to_xarray tolist transform transpose truediv truncate tshift tz_convert
    tz_localize unique unstack update value_counts values var where xs
"""
_GROUPED = """
    agg aggregate all any apply asfreq bfill boxplot corr corrwith count cov cumcount cummax cummin cumprod cumsum
    describe diff dtypes ewm expanding ffill fillna filter first get_group groups head hist idxmax idxmin indices
    interpolate kurt kurtosis last max mean median min mode ndim ngroup ngroups nlargest nsmallest nth nunique ohlc
    pad pct_change pipe plot prod quantile rank resample rolling sample sem shift size skew std sum tail take
    transform unique value_counts var
"""
_DATE_METHODS = """
    as_unit asfreq ceil day_name floor isocalendar month_name normalize round strftime to_period to_pydatetime
    to_pytimedelta to_timestamp total_seconds tz_convert tz_localize
"""

_FURTHER = """
    toarray todense construct save_binary
    add_column append_column column_names combine_chunks drop_columns group_by num_columns num_rows remove_column
    rename_columns set_column sort_by to_batches to_pydict to_pylist
    with_columns lazy collect drop_nulls drop_nans fill_null fill_nan sort unique gather_every with_row_index join_asof
    join_where unpivot unnest collect_schema sink_csv sink_parquet sink_ipc sink_ndjson write_csv write_parquet
    write_ipc write_ndjson write_json write_database to_pandas to_arrow to_dicts iter_rows
"""

FRAME = frozenset(_FRAME.split())
FURTHER = frozenset(
    _FURTHER.split()
)  # of pyarrow, polars, SciPy, LightGBM: no columns of an unknown table, but of one that has them
SERIES = frozenset(_SERIES.split())
GROUPED = frozenset(_GROUPED.split())
DATE_METHODS = frozenset(_DATE_METHODS.split())
