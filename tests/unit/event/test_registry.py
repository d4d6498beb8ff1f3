"""The registry against the official client, which is generated from the specification."""

import importlib
import pkgutil
import subprocess
import sys

import attr
from openlineage.client import generated

from driftline.event import registry

BASES = {"DatasetFacet": "dataset", "InputDatasetFacet": "input", "OutputDatasetFacet": "output", "JobFacet": "job",
         "RunFacet": "run"}  # fmt: skip


def of_client() -> dict[str, tuple[str, set[str]]]:
    """Return the address of each facet's schema to where the facet stands and what it requires."""
    found = {}
    for module in pkgutil.iter_modules(generated.__path__):
        if module.name == "base":
            continue
        for kind in vars(importlib.import_module(f"{generated.__name__}.{module.name}")).values():
            base = kind.__mro__[1].__name__ if isinstance(kind, type) else ""
            if base in BASES and kind.__module__.endswith(module.name):
                required = {field.name for field in attr.fields(kind) if field.default is attr.NOTHING}
                found[kind._get_schema()] = (BASES[base], required)
    return found


def test_all_facets_of_the_specification_are_there_with_their_place_address_and_required_fields() -> None:
    ours = {
        entry.schema: (entry.place, set(entry.required))
        for entry in registry.REGISTRY.values()
        if entry.origin == "standard"
    }
    assert ours == of_client()
    assert len(ours) == 40  # 38 schemas, of which lineage and subset hold two facets each
    assert len({address.partition("#")[0] for address in ours}) == 38


def test_tests_of_a_dataset_may_stand_on_the_dataset_too() -> None:
    entry = registry.find("dataQualityAssertions", "dataset")
    assert entry is not None
    assert entry.place == "input"


def test_a_facet_is_not_found_where_it_does_not_belong() -> None:
    assert registry.find("schema", "run") is None
    assert registry.find("odd", "run") is None
    assert registry.PLACES["tags"] == ("run", "job", "dataset")
    assert registry.PLACES["subset"] == ("input", "output")


def test_programs_that_only_send_events_do_not_load_the_registry() -> None:
    script = "import sys, driftline; [getattr(driftline, name) for name in driftline.__all__]; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "driftline.event.facets" in loaded
    rest = ("registry", "unread", "run_facets", "job_facets", "dataset_facets", "vendor_facets", "secrets")
    assert loaded & {f"driftline.event.{name}" for name in rest} == set()
