"""Answers and runs, as fast as they are told to, until somebody ends this process. Says how many it has made."""

import sys
import time

import driftline

number = int(sys.argv[1])
pause = float(sys.argv[2])
for one in range(number):
    with driftline.run(f"job-{sys.argv[3]}-{one}"):
        pass
    driftline.record_answer("desk", question=f"{sys.argv[3]} {one}", decision="paid")
    print(one, flush=True)
    time.sleep(pause)
if "wait" in sys.argv:
    time.sleep(600)
