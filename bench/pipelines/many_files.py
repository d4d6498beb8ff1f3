"""A folder of many small exports, gone through one by one: one run that reads 1,500 files and writes as many."""

from pathlib import Path

import pandas as pd

Path("out").mkdir()
for path in sorted(Path("many").glob("*.csv")):
    table = pd.read_csv(path)
    table["w"] = table["v"] + 1
    table.to_csv(Path("out") / path.name, index=False)
print(len(list(Path("out").iterdir())))
