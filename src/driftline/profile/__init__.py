"""The measure: fingerprints and mergeable sketches of every column. Pure: no clock, no input, no output.

``build`` a profile per batch, ``merge`` profiles without the rows, ``encode`` and ``decode`` them as ``dlp1``; a
``fingerprint`` says whether two tables hold the same rows, ``compare`` in which columns and rows they differ.
"""

from driftline.profile.build import Building, Told, build, build_many
from driftline.profile.codec import decode, encode
from driftline.profile.column import Column, Profile
from driftline.profile.comparison import Comparison, compare
from driftline.profile.fingerprint import (
    FORM,
    WRITTEN,
    Fingerprint,
    Prints,
    beside,
    fingerprint,
    fingerprint_many,
    of_arrays,
)
from driftline.profile.merge import merge
from driftline.profile.ranks import Ranks
from driftline.profile.recent import encoded, readable
from driftline.profile.row_set import RowSet, row_set

__all__ = ["FORM", "WRITTEN", "Building", "Column", "Comparison", "Fingerprint", "Prints", "Profile", "Ranks", "RowSet",
           "Told", "beside", "build", "build_many", "compare", "decode", "encode", "encoded", "fingerprint",
           "fingerprint_many", "merge", "of_arrays", "readable", "row_set"]  # fmt: skip
