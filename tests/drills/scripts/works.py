"""Reads, writes and answers, step by step; says what it has made, and what it was told has arrived."""

import os
import sys
import time

import begin  # watches the process, where it is to be watched
import pandas as pd

name, steps, pause, code = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
watched = bool(os.environ.get("DRILL_WATCHED"))
print("begun", flush=True)


@begin.step
def table(number):
    path = f"{name}-{number}.csv"
    pd.DataFrame({"n": range(200), "x": [number / 7] * 200}).to_csv(path, index=False)
    return int(pd.read_csv(path).n.sum())


def once(number):
    table(number)
    if watched:
        with begin.driftline.run(f"job-{name}-{number}") as run:
            run.write(f"kept-{name}", data=[{"text": str(number)}])
        print("making", number, flush=True)
        begin.driftline.record_answer("desk", decision=f"{name} {number}")
    print("made", number, flush=True)
    if watched and number % 3 == 2 and begin.driftline.flush(1.0):
        print("arrived", number, flush=True)


for one in range(steps):
    once(one)
    time.sleep(pause)
print("end", flush=True)
sys.exit(code)
