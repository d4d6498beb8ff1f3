# Two commands matter: 'make demo' and 'make test'. Both need Python 3.11 or newer and nothing else.
VENV ?= .venv
PY := $(VENV)/bin/python
SETUP = @python=`sh tools/find_python.sh` && VENV=$(VENV) $$python tools/setup.py

.DEFAULT_GOAL := help
.PHONY: help demo test lint types ui docs bench faults suites lowest clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## set everything up and replay the incident; ARGS=--no-serve ends after the story
	$(SETUP) demo
	@$(VENV)/bin/driftline demo $(ARGS)

test: ## set everything up and run every check and every test
	$(SETUP) dev system
	@$(PY) tools/dbt_environment.py
	@$(PY) tools/gates.py

lint: ## ruff and import-linter
	$(SETUP) dev
	@$(PY) tools/gates.py lint format imports

types: ## mypy, strict
	$(SETUP) dev
	@$(PY) tools/gates.py types

ui: ## rebuild the web page (needs Node and npm)
	cd ui && npm ci --no-audit --no-fund && npm run build

docs: ## write docs/reference anew from the code
	$(SETUP) dev
	@$(PY) docs/generate.py

bench: ## the named benchmarks, each with its peers in the same run
	$(SETUP) dev
	@for name in import_cost ingest intake questions fingerprints files sql_lineage oracle scripts answers overhead repeated demo; do $(PY) bench/$$name.py || exit 1; done

faults: ## the whole fault drill: 100,000 faults inside of capture, and what users see of them
	$(SETUP) dev
	@$(PY) bench/faults.py

suites: ## the test suites of other libraries, without and with the hooks; ARGS="pandas-csv --mode runs" for one of them
	@python=`sh tools/find_python.sh` && $$python tools/suites/run.py $(ARGS)

lowest: ## unit tests with the lowest versions of packages that pyproject.toml allows; ARGS=tests/unit/capture/sql for some
	@python=`sh tools/find_python.sh` && $$python tools/lowest.py $(ARGS)

clean: ## remove the environment, caches and what the demo wrote; your own stores stay
	rm -rf $(VENV) .venv-dbt .venv-suites .venv-lowest .driftline-demo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
	find src tests bench tools docs -name __pycache__ -type d -prune -exec rm -rf {} +
