"""Steps that are probed, each by a child process of its own, behind a fence."""

from pathlib import Path

import begin
import pandas as pd


@begin.probed
def cleaned(rows):
    return rows[rows.n > 2].assign(double=rows.n * 2)


@begin.probed
def counted(rows):
    return rows.groupby("g", as_index=False).agg(n=("n", "sum"))


@begin.probed
def writing(rows):
    with Path("beside.txt").open("a") as file:
        file.write("x")
    return rows.head(1)


pd.DataFrame({"n": range(9), "g": list("abcabcabc")}).to_csv("rows.csv", index=False)
read = pd.read_csv("rows.csv")
made = cleaned(read)
made.to_csv("made.csv", index=False)
print(made.double.tolist(), counted(made).n.tolist(), writing(read).n.tolist(), Path("beside.txt").read_text())
