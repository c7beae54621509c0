# Holdfast. `make help` lists what there is.
PYTHON ?= $(shell python3 quickest_python.py)
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

ROUNDS ?= 20
SEED ?= 1
MINUTES ?= 15
ORDERS ?= 20000

.DEFAULT_GOAL := help

run: $(INSTALLED)  ## install what is needed, then open a demo box office at http://127.0.0.1:8000
	$(BIN)/holdfast demo

test: $(INSTALLED) tools  ## install what is needed, then every check and every test (about 10 minutes on two cores)
	$(MAKE) --no-print-directory -j2 check check-storefront
	$(BIN)/python -m pytest -m "not alone" --numprocesses=3 --dist=loadfile --no-loadscope-reorder
	$(BIN)/python -m pytest -m alone $$(grep -rl --include='test_*.py' 'mark\.alone' tests)

check: $(INSTALLED)  ## formatting, linting and types
	$(BIN)/ruff format --check src tests benchmarks hatch_build.py quickest_python.py
	$(BIN)/ruff check src tests benchmarks hatch_build.py quickest_python.py
	$(BIN)/basedpyright

check-storefront: $(INSTALLED)  ## types and unit tests of the storefront
	$(BIN)/python hatch_build.py --tools

format: $(INSTALLED)  ## put every file into its one form
	$(BIN)/ruff format src tests benchmarks hatch_build.py quickest_python.py
	$(BIN)/ruff check --fix src tests benchmarks hatch_build.py quickest_python.py

tools:  ## Chromium and PostgreSQL 15, for the tests that need them (Debian; skipped where they are)
	@sh tests/install_tools.sh

bench: $(INSTALLED)  ## measure it beside the obvious design (15 minutes; ARGS="holds --json" for one)
	$(BIN)/holdfast bench $(ARGS)

bench-live: $(INSTALLED) tools  ## the live map and the storefront: 80,000 seats, 10,000 watchers (4 minutes)
	$(BIN)/python hatch_build.py
	$(BIN)/holdfast bench live $(ARGS)

races: $(INSTALLED)  ## every race beside its control, many times over (ROUNDS=20 seeds from SEED=1 on)
	HOLDFAST_RACE_ROUNDS=$(ROUNDS) HOLDFAST_RACE_SEED=$(SEED) $(BIN)/python -m pytest \
		tests/race/test_*_races.py tests/race/test_recorded_history.py

interleavings: $(INSTALLED)  ## every pair of works in every order of their statements (10 minutes)
	HOLDFAST_INTERLEAVINGS=all $(BIN)/python -m pytest --numprocesses=2 --dist=worksteal tests/race/test_interleavings.py

soak: $(INSTALLED)  ## sell for MINUTES=15 while everything is killed; SEED=1
	$(BIN)/python -m tests.race.soak --minutes $(MINUTES) --seed $(SEED) $(ARGS)

nemesis: $(INSTALLED)  ## sell a few hot seats while links are cut and the provider fails too; MINUTES=15 SEED=1
	$(BIN)/python -m tests.race.soak.nemesis --minutes $(MINUTES) --seed $(SEED)

crash: $(INSTALLED)  ## kill a process at every point at which it can be killed (three quarters of an hour)
	$(BIN)/python -m tests.crash

saboteurs: $(INSTALLED)  ## take away one guard after the other; each must be noticed (some minutes; ARGS="--only NAME")
	$(BIN)/python -m tests.saboteurs $(ARGS)

cancellation: $(INSTALLED)  ## cancel a sold house of ORDERS=20000 and kill everything while it is paid back (some minutes)
	$(BIN)/python -m tests.fault.cancellation --orders $(ORDERS)

screenshots: $(INSTALLED) tools  ## every page and state, size, theme and direction of writing, as pictures in artefacts/
	$(BIN)/python hatch_build.py
	HOLDFAST_SCREENSHOTS=all $(BIN)/python -m pytest tests/browser

storefront: $(INSTALLED)  ## build the storefront again after a change in storefront/
	$(BIN)/python hatch_build.py

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## */\1\t/' | expand -t 14

$(INSTALLED): pyproject.toml constraints.txt hatch_build.py
	test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test]'
	@touch $@

.PHONY: run test check check-storefront format tools bench bench-live races interleavings soak nemesis crash saboteurs cancellation screenshots storefront help
