"""The resources of the HTTP interface, one file each; every file lists its ``OPERATIONS``."""
