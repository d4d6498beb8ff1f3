"""The addresses of a Marquez server, so that its clients and its web page work here. Source: Marquez 0.51."""

from driftline.serve.marquez import datasets, jobs, lineage, namespaces, runs, search, stats, tags

OPERATIONS = (
    *namespaces.OPERATIONS,
    *datasets.OPERATIONS,
    *jobs.OPERATIONS,
    *runs.OPERATIONS,
    *lineage.OPERATIONS,
    *search.OPERATIONS,
    *stats.OPERATIONS,
    *tags.OPERATIONS,
)
