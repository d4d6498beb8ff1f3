"""Python's own tests of io, which arrange themselves by ``load_tests``: pytest does not call that.

Enters: nothing. Leaves: the test cases of ``test.test_io`` that ``load_tests`` would hand on, by their names.
"""

import unittest

from test import test_io

for _case in test_io.load_tests(unittest.TestLoader(), unittest.TestSuite(), None):
    for _test in _case:
        globals()[type(_test).__name__] = type(_test)
del _case, _test
