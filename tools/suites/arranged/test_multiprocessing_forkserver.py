"""Python's own tests of multiprocessing, with children whose parent is a server; as some builds leave out such a file.

Enters: nothing. Leaves: the test cases of ``test._test_multiprocessing``, as its docstring says to take them.
"""

from test import _test_multiprocessing

_test_multiprocessing.install_tests_in_module_dict(globals(), "forkserver")
