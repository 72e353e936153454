# The commands of the project. Each makes .venv by itself when it is missing or out of date.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
PACKAGES := domain forecasting scheduler executors simulation service
PEERS := flexmeasures emhass
PYTEST := $(BIN)/python -m pytest -n 2

.PHONY: help demo test test-long check format bench bench-peers schema math picture growth pins clean
.DEFAULT_GOAL := help

help:  ## Say what there is
	@grep -hE '^[a-z-]+:.*  ## ' $(MAKEFILE_LIST) | sed -E 's/:.*  ## /\t/' | while IFS=$$'\t' read -r name words; \
	do printf '  make %-10s %s\n' "$$name" "$$words"; done

demo: $(VENV)/.ready  ## Plan a home and run its first day on a virtual one; writes out/demo/
	@$(BIN)/chargewright demo --out out/demo --run $(DEMO)

test: $(VENV)/.ready-dev  ## Run the tests (minutes)
	@$(PYTEST)

test-long: $(VENV)/.ready-dev  ## Run the tests that take long
	@$(PYTEST) -m long

check: $(VENV)/.ready-dev  ## Format, lint, types, and the direction of imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.ready-dev  ## Put the code into shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/.ready-dev  ## Time the planner on sites of many sizes
	@$(BIN)/python -m benchmarks.planner
	@$(BIN)/python -m benchmarks.full
	@$(BIN)/python -m benchmarks.homes
	@$(BIN)/python -m benchmarks.replan
	@$(BIN)/python -m benchmarks.growth
	@$(BIN)/python -m benchmarks.hurry
	@$(BIN)/python -m benchmarks.interrupts
	@$(BIN)/python -m benchmarks.forecasts
	@$(BIN)/python -m benchmarks.reliability
	@$(BIN)/python -m benchmarks.clouds
	@$(BIN)/python -m benchmarks.traces 10000
	@$(BIN)/python -m benchmarks.rotation
	@$(BIN)/python -m benchmarks.policies
	@$(BIN)/python -m benchmarks.examples
	@$(BIN)/python -m benchmarks.wires
	@$(BIN)/python -m benchmarks.ticks
	@$(BIN)/python -m benchmarks.control
	@$(BIN)/python -m benchmarks.closed_loop --days 30

bench-peers: $(VENV)/.ready-dev $(PEERS:%=build/peers/%/.asked)  ## Time other planners on the same sites (installs them, large)
	@$(BIN)/python -m benchmarks.peers

build/peers/%/.asked: benchmarks/peers/%.txt
	@echo "Installing $* into build/peers/$* (minutes, once) ..."
	@$(PYTHON) -m venv --clear build/peers/$*
	@build/peers/$*/bin/python -m pip install --quiet --disable-pip-version-check --requirement $< && touch $@ || \
	{ echo "$* cannot be installed here; it is left out"; rm -rf build/peers/$*; }

schema: $(VENV)/.ready  ## Write docs/plan.schema.json again
	@$(BIN)/python -m service.schema docs/plan.schema.json

math: $(VENV)/.ready  ## Write docs/math.md, the whole model, again
	@$(BIN)/python -m service.math_page docs/math.md

picture: $(VENV)/.ready  ## Make docs/demo.png, the picture in README, again
	@$(BIN)/chargewright demo --offline --out out/demo
	@cp out/demo/plan.png docs/demo.png

growth: $(VENV)/.ready-dev  ## Make docs/growth.png, how the planner's time grows, again
	@$(BIN)/python -m benchmarks.growth --chart docs/growth.png

pins: $(VENV)/.ready-dev  ## Write constraints.txt from what is installed
	@{ head -n 1 constraints.txt; $(BIN)/python -m pip freeze --exclude-editable | grep -E '^[A-Za-z0-9._-]+=='; } > constraints.new
	@mv constraints.new constraints.txt

clean:  ## Remove what was made here, .venv too
	rm -rf $(VENV) out build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find $(PACKAGES) tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	{ echo "This Python cannot make environments; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || \
	{ echo "Making $(VENV) ..."; $(PYTHON) -m venv --clear $(VENV); }
	@echo "Installing Chargewright and what it needs into $(VENV) (a minute or two, once) ..."
	@$(PIP_INSTALL) --editable .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	@echo "Installing the tools for tests and checks ..."
	@$(PIP_INSTALL) --editable '.[dev]'
	@touch $@
