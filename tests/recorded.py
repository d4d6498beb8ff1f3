"""What a run recorded, in a form that tests can compare."""

import driftline


def names(run: driftline.Run) -> tuple[list[str], list[str]]:
    """Return the names of what a run read and wrote, sorted."""
    return sorted(one.dataset.name for one in run.inputs), sorted(one.dataset.name for one in run.outputs)


def kinds(run: driftline.Run) -> dict[str, str]:
    """Return name -> kind of what a run read and wrote."""
    return {one.dataset.name: one.kind for one in (*run.inputs, *run.outputs)}
