"""One table in, one table out, with pandas."""

import pandas as pd

pd.read_csv("planes.csv").to_csv("copy.csv", index=False)
