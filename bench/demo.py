"""What the replayed incident costs: the demo's own last line, for each fault, with the seed that is the default."""

import json
import subprocess
import sys
import tempfile

FAULTS = ("units", "inner-join", "staging-index", "none")
SHOWN = ("cpu_s", "peak_mb", "batches_to_notice", "answers_to_notice", "money_unguarded", "money_guarded")


def last_line(fault: str) -> dict[str, object]:
    """Return what one run of the demo says of itself."""
    command = [sys.executable, "-m", "driftline.cli.main", "demo", "--no-serve", "--json", "--fault", fault]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    said: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return said


def main() -> None:
    """Run and print."""
    print(f"\nDemo\n\n| fault | {' | '.join(SHOWN)} |\n| --- |{' ---: |' * len(SHOWN)}")
    for fault in FAULTS:
        said = last_line(fault)
        print(f"| {fault} | {' | '.join(str(said[key]) for key in SHOWN)} |", flush=True)


if __name__ == "__main__":
    main()
