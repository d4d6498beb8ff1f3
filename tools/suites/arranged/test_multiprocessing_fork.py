"""Python's own tests of multiprocessing, with forked children; as some builds leave out the file that has these lines.

Enters: nothing. Leaves: the test cases of ``test._test_multiprocessing``, as its docstring says to take them.
"""

from test import _test_multiprocessing

_test_multiprocessing.install_tests_in_module_dict(globals(), "fork")
