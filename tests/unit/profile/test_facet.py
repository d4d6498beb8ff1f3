"""A fingerprint comes back from its facet; a large one comes back coarser."""

import msgspec
import numpy as np
import pytest

from driftline.event import facets
from driftline.profile import Fingerprint, compare, facet, fingerprint
from driftline.profile.fingerprint import GROUP

SMALL = {"a": [1, 2, None], "b": ["x", "y", "z"]}


def through_json(found):
    raw = facets.pack("driftline_fingerprint", facet.made(found))
    return facet.read(facets.read(raw, facets.FingerprintFacet))


@pytest.mark.parametrize("rows", [False, True])
def test_a_fingerprint_comes_back_from_its_facet(rows):
    for table in (SMALL, {}, {"a": np.arange(3 * GROUP + 1)}):
        found = fingerprint(table, rows=rows)
        assert through_json(found) == found


def test_a_facet_says_which_form_and_which_algorithm_it_is_of():
    said = msgspec.json.decode(facets.pack("driftline_fingerprint", facet.made(fingerprint(SMALL))))
    assert said["algorithm"] == "xxh3-128"
    assert said["value"].startswith("t2-2:")
    assert said["groupRows"] == 65_536
    assert "rowSet" not in said


def test_a_large_table_is_kept_coarser(monkeypatch):
    monkeypatch.setattr(facet, "LIMIT", 4)
    before = fingerprint({"a": np.arange(7 * GROUP), "b": np.arange(7 * GROUP)})
    values = np.arange(7 * GROUP)
    values[5 * GROUP] = 0
    after = through_json(fingerprint({"a": values, "b": np.arange(7 * GROUP)}))
    kept = through_json(before)
    assert (kept.group, len(kept.groups["a"])) == (4 * GROUP, 2 * 16)
    assert compare(kept, after).columns == {"a": ((4 * GROUP, 7 * GROUP - 1),)}
    monkeypatch.setattr(facet, "LIMIT", 1)
    assert facet.made(before).group_rows == 8 * GROUP  # one hash a column: there is nothing coarser


@pytest.mark.parametrize("change", [{"groups": b"1"}, {"group_rows": 1_000}, {"group_rows": 0}, {"algorithm": "md5"}])
def test_a_facet_that_does_not_add_up_has_no_groups(change):
    broken = msgspec.structs.replace(facet.made(fingerprint(SMALL)), **change)
    assert facet.read(broken).groups == {}
    assert compare(facet.read(broken), fingerprint({"a": [9]})) is None
    assert isinstance(facet.read(broken), Fingerprint)
