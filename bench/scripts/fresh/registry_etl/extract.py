import os

import pandas as pd

READERS = {".csv": pd.read_csv, ".json": pd.read_json, ".xlsx": pd.read_excel}


def read(path, **options):
    extension = os.path.splitext(path)[1]
    try:
        reader = READERS[extension]
    except KeyError:
        raise ValueError(f"cannot read {path}") from None
    return reader(path, **options)
