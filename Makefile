# Everything a developer types. Each target does its own set-up on a machine that has Python 3.11+ and make.
PYTHON  ?= python3
VENV    ?= .venv
WORKERS ?= 3 # one more than two cores: many tests wait for servers
BIN     := $(VENV)/bin
STAMP   := $(VENV)/.installed
PYTEST  := pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder \
           --promql-cov --promql-cov-fail-under 100

# Every program that tests start would compile all that it imports anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test mutate static check wheels format lock clean

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml requirements/dev.txt requirements/datasets.txt
	@$(PYTHON) -c 'import sys; sys.exit("Ledgerscope needs Python 3.11 or newer, this is %d.%d: set PYTHON=" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@echo "setting up $(VENV) (first time only)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements/datasets.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP) ## a living demo business, its exporter serving on http://127.0.0.1:9108
	@$(BIN)/ledgerscope demo

test: $(STAMP) ## every test, with coverage of the rules; COVERAGE=1 adds that of the code
	@$(if $(COVERAGE),$(BIN)/coverage erase && $(BIN)/coverage run -m $(PYTEST),$(BIN)/$(PYTEST))
	@$(if $(COVERAGE),$(BIN)/coverage combine --quiet && $(BIN)/coverage report --fail-under=90)

mutate: $(STAMP) ## mutation testing of the rules by their tests
	@$(BIN)/python -m pytest -q tests/rules/*.test.yml tests/rules/cases --promql-mutate --promql-mutate-fail-under 95

static: $(STAMP) ## format, lint, types, import contracts, generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/ledgerscope build --check

check: static test ## all of it, as before a change lands

wheels: $(STAMP) ## build both wheels into dist/ and use each in empty environments
	@.ci/wheels

format: $(STAMP) ## rewrite files in the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(STAMP) ## compile the pinned requirements anew
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet \
	    --extra api --extra build --extra embedded --extra operations --extra statements --extra sentry --group dev --output-file requirements/dev.txt pyproject.toml
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet \
	    --extra api --output-file requirements/serve.txt pyproject.toml
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet --no-deps \
	    --output-file requirements/datasets.txt requirements/datasets.in

clean: ## remove what the other targets made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis htmlcov .coverage* dist
