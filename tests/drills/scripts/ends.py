"""How a process ends: with a message, a code, an exception, Ctrl-C, a signal, or in order with things left open."""

import atexit
import os
import signal
import sys
import threading
import time

import begin
import numpy as np
import pandas as pd


class Closing:
    """Says that it goes."""

    def __del__(self):
        print("gone", flush=True)


@begin.step
def endless():
    try:
        while True:
            yield int(np.load("a.npy").sum())
    finally:
        print("closed", flush=True)


@begin.step
def interrupted():
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(5)


def late():
    pd.DataFrame({"n": [1]}).to_csv("late.csv", index=False)
    print("late", len(pd.read_csv("late.csv")), flush=True)


atexit.register(late)
np.save("a.npy", np.arange(5))
held = Closing()
left = endless()
print(next(left), next(left))
threading.Thread(target=lambda: [np.load("a.npy") and 0 for _ in ()] or time.sleep(30), daemon=True).start()
how = sys.argv[1]
if how == "message":
    sys.exit("the end")
if how == "code":
    sys.exit(3)
if how == "raise":
    raise LookupError("of the user's own")
if how == "read":
    pd.read_csv("nowhere.csv")
if how == "interrupt":
    interrupted()
if how == "signal":
    signal.raise_signal(signal.SIGTERM)
if how == "hard":
    os._exit(9)
print("last line")
