"""What the workloads of the drill name of our modules is there.

Expected values are what the drill then does with the names: it reads each before it sets another value.
"""

import importlib

from tests.drills import workloads


def test_each_constant_that_a_workload_lowers_is_one_of_its_module() -> None:
    missing = [
        (name, module, constant)
        for name, modules in workloads.LIMITS.items()
        for module, values in modules.items()
        for constant in values
        if not hasattr(importlib.import_module(module), constant)
    ]
    assert missing == []
    assert workloads.LIMITS
    assert workloads.LIMITS.keys() <= workloads.WORKLOADS.keys()
