# Holdfast. `make help` lists what there is.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help

run: $(INSTALLED)  ## install what is needed, then open a demo box office at http://127.0.0.1:8000
	$(BIN)/holdfast demo

test: $(INSTALLED) tools  ## install what is needed, then every check and every test (under 10 minutes on two cores)
	$(MAKE) --no-print-directory check
	$(BIN)/python hatch_build.py --tools
	$(BIN)/python -m pytest

check: $(INSTALLED)  ## formatting, linting and types
	$(BIN)/ruff format --check src tests benchmarks hatch_build.py
	$(BIN)/ruff check src tests benchmarks hatch_build.py
	$(BIN)/basedpyright

format: $(INSTALLED)  ## put every file into its one form
	$(BIN)/ruff format src tests benchmarks hatch_build.py
	$(BIN)/ruff check --fix src tests benchmarks hatch_build.py

tools:  ## Chromium and PostgreSQL 15, for the tests that need them (Debian; skipped where they are)
	@sh tests/install_tools.sh

bench: $(INSTALLED)  ## measure it beside the obvious design (about 10 minutes; ARGS="holds --json" for one)
	$(BIN)/holdfast bench $(ARGS)

storefront: $(INSTALLED)  ## build the storefront again after a change in storefront/
	$(BIN)/python hatch_build.py

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## */\1\t/' | expand -t 14

$(INSTALLED): pyproject.toml constraints.txt hatch_build.py
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test]'
	@touch $@

.PHONY: run test check format tools bench storefront help
