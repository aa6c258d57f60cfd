# The contract is three targets: setup, run, test. Nothing is needed beforehand but Python >= 3.11 with venv, and make.
PYTHON ?= python3
UV ?= uv
WORKERS ?= 2
PYTEST_OPTIONS ?=
BENCH_OPTIONS ?=
VENV := .venv
BIN := $(VENV)/bin
KAOPING_PORT ?= 8000
KAOPING_DATA ?= var
LOCK := requirements/dev-lock.txt
# The stamp's name carries what was installed: another lock is another name, and a second run finds its own.
STAMP = $(VENV)/.installed-$(shell cat $(LOCK) pyproject.toml | cksum | cut -d' ' -f1)

# Compiled modules are kept: the tests start hundreds of processes, each of which would compile all of them again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup run test check test-sqlite test-postgresql bench bench-bulk bench-survey lock image clean

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

setup: $(STAMP) ## make .venv from the lock

$(STAMP):
	@$(PYTHON) -c 'import sys; sys.exit("Kaoping needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another with: make setup PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing: install it (Debian and Ubuntu: apt install python3-venv) and run make again." >&2; rm -rf $(VENV); exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --config-settings editable_mode=compat -e .
	@rm -f $(VENV)/.installed-*
	@touch $@

lock: ## resolve the dependencies anew (needs uv)
	$(UV) pip compile requirements/build.in --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet -o requirements/build-lock.txt
	$(UV) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet -o requirements/lock.txt
	$(UV) pip compile pyproject.toml --extra dev -c requirements/lock.txt --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet -o requirements/dev-lock.txt

run: setup ## the sample company on http://127.0.0.1:8000 (KAOPING_PORT, KAOPING_DATA choose another port and folder)
	@exec $(BIN)/kaoping demo --host 127.0.0.1 --port $(KAOPING_PORT) --data $(KAOPING_DATA)

test: setup check test-sqlite test-postgresql ## everything: checks, then the tests on SQLite and on PostgreSQL

check: setup ## style, types, direction of imports
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

test-sqlite: setup ## all tests, the database being SQLite
	KAOPING_TEST_DATABASE=sqlite $(BIN)/pytest -n $(WORKERS) $(PYTEST_OPTIONS)

test-postgresql: setup ## the tests that touch a database, the database being PostgreSQL
	KAOPING_TEST_DATABASE=postgresql $(BIN)/pytest -n $(WORKERS) $(PYTEST_OPTIONS)

bench: setup ## CPU of requests beside their floors, memory, starts (docs/benchmarks.md)
	$(BIN)/python -m benchmarks $(BENCH_OPTIONS)

bench-bulk: setup ## composition, distribution and actions for up to a million people beside NumPy's own sums and sort
	$(BIN)/python -m benchmarks.bulk $(BENCH_OPTIONS)

bench-survey: setup ## the customers' page under load beside a bare Flask page, its weight, its first paint
	$(BIN)/python -m benchmarks.survey $(BENCH_OPTIONS)

image: ## the container image
	docker build --tag kaoping:latest .

clean: ## remove what setup and the tests made; data folders stay
	rm -rf $(VENV) *.egg-info test-results .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
