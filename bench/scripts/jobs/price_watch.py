"""Namedtuples of daily quotes, the change from one to the next by zip, and a running maximum by itertools."""

import csv
from collections import namedtuple
from itertools import accumulate, islice

Quote = namedtuple("Quote", "date symbol open high low close volume")


def quotes(path, symbol):
    with open(path, newline="") as file:
        reader = csv.reader(file)
        next(reader)
        for quote in map(Quote._make, reader):
            if quote.symbol == symbol:
                yield quote._replace(close=float(quote.close), high=float(quote.high), volume=int(quote.volume))


def rows(path):
    for symbol in ("AAA", "BBB", "CCC"):
        series = list(quotes(path, symbol))
        peaks = accumulate((quote.high for quote in series), max)
        for number, (before, quote, peak) in enumerate(zip(series, islice(series, 1, None), peaks), start=1):
            change = (quote.close - before.close) / before.close
            yield symbol, number, quote.date, round(change * 100, 3), peak, quote.volume > before.volume


with open("changes.tsv", "w", newline="") as file:
    writer = csv.writer(file, delimiter="\t")
    writer.writerow(("symbol", "day_number", "date", "change_percent", "peak_so_far", "busier"))
    writer.writerows(rows("stock.csv"))
