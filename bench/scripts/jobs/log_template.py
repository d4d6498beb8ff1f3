"""Rates by currency and month, a running text report through string.Template, and a TSV by str.join."""

from collections import defaultdict
from string import Template

LINE = Template("$currency\t$month\t$mean\t$last\n")
with open("rates.csv") as lines:
    header = next(lines).rstrip("\n").split(",")
    rows = [dict(zip(header, line.rstrip("\n").split(","))) for line in lines]

months = defaultdict(list)
for row in rows:
    if row["rate"]:
        months[row["currency"], row["quoted"][:7]].append((row["quoted"], float(row["rate"])))

with open("rates_by_month.tsv", "w") as out:
    out.write("\t".join(("currency", "month", "mean", "last")) + "\n")
    for (currency, month), held in sorted(months.items()):
        _, last = max(held)
        mean = sum(rate for _, rate in held) / len(held)
        out.write(LINE.substitute(currency=currency, month=month, mean=f"{mean:.5f}", last=last))

with open("spread.csv", "w") as out:
    out.write("currency,low,high\n")
    for currency in sorted({row["currency"] for row in rows}):
        mine = [float(row["rate"]) for row in rows if row["currency"] == currency and row["rate"]]
        out.write(",".join([currency, str(min(mine)), str(max(mine))]) + "\n")
