"""The answers of a Marquez server, one file per resource. Source: Marquez 0.51, spec/openapi.yml, and its web page."""
