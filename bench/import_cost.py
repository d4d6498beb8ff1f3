"""What importing costs: driftline beside a bare interpreter, msgspec, pandas and the OpenLineage client."""

import ratios

STATEMENTS = {
    "bare interpreter": "pass",
    "import driftline": "import driftline",
    "driftline, every public name": "import driftline; [getattr(driftline, name) for name in driftline.__all__]",
    "import msgspec": "import msgspec",
    "import openlineage.client": "import openlineage.client",
    "import pandas": "import pandas",
}


def main() -> None:
    """Measure and print."""
    taken = {name: 1e3 * ratios.of_process(["-c", code]) for name, code in STATEMENTS.items()}
    ratios.show("Import", "CPU ms", taken, floor="bare interpreter")


if __name__ == "__main__":
    main()
