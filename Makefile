# Recipes for people and for CI alike; `make help` lists them. Needs Python 3.11 or newer and nothing else.
# NOTE: kept to what GNU make 3.81 (macOS) understands.

SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
PIP_INSTALL := $(PY) -m pip install --quiet --quiet --disable-pip-version-check --no-input --no-deps

# A stamp is written last, so that an install cut short leaves none. It holds the folder it was made for:
# a checkout that was moved is installed again.
RUN_STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

FUZZ ?= 20000
FAULTS ?= 30

export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run serve app test test-components lint bench golden sample-data messages schemas fuzz faults clean reinstall

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | awk -F '|' '{ printf "make %-16s %s\n", $$1, $$2 }'

run: $(RUN_STAMP) ## install into .venv (first time only) and rank the sample edition of 2021
	@$(VENV)/bin/bpo-index run sample_data/offshore-bpo-2021.csv

serve: $(RUN_STAMP) ## run server, worker and schedules on this machine; PORT=4200 and the next port
	@$(PY) flows/serve.py $(if $(PORT),--port $(PORT))

app: $(RUN_STAMP) ## draft, rank and report in the browser, on this machine only
	@$(VENV)/bin/bpo-index app

test: $(DEV_STAMP) ## run the tests that need no server and no browser
	@$(PY) -m pytest -q -n auto --maxprocesses 4 --dist worksteal

test-components: $(DEV_STAMP) ## run the tests that need a Prefect server (PREFECT_API_URL) and a browser; without they fail
	@$(PY) -m pytest -q -m component --require-components -n 3 --dist loadfile

lint: $(DEV_STAMP) ## check style, format and types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

bench: $(DEV_STAMP) ## measure against peers and limits; writes build/bench.json
	@$(PY) -m benches

golden: $(DEV_STAMP) ## write tests/golden/ again and print what moved
	@$(PY) -m tests.golden_tables

sample-data: $(RUN_STAMP) ## write sample_data/*.csv again
	@$(PY) -m bpo_index.simulation.surveys
	@$(PY) -m bpo_index.simulation.service_locations

messages: $(RUN_STAMP) ## write the texts of records as catalogues, and compile the sentences of all languages
	@$(PY) -m bpo_index.record_texts

schemas: $(RUN_STAMP) ## write the JSON and Table Schemas in schemas/ again
	@$(PY) -m bpo_index.validation.schema_files schemas

fuzz: $(DEV_STAMP) ## feed FUZZ=20000 broken inputs, definitions, releases and surroundings to reader and commands
	@BPO_INDEX_FUZZ=$(FUZZ) $(PY) -m pytest -q --timeout=0 -n auto --maxprocesses 4 --dist worksteal \
	  tests/test_any_input.py tests/test_any_definition.py tests/test_any_release.py tests/test_any_surroundings.py \
	  tests/test_any_method.py tests/attacks

faults: $(DEV_STAMP) ## kill runs, sweeps, workers and servers at FAULTS=30 moments, fill disks, drop 500 files
	@BPO_INDEX_FAULTS=$(FAULTS) $(PY) -m pytest -q --timeout=0 tests/test_kill.py tests/inbox \
	  tests/flows/test_serve.py tests/flows/test_serve_faults.py tests/test_benches.py \
	  tests/attacks/test_misplaced.py tests/attacks/test_server.py

clean: ## remove .venv, builds and caches; releases and audits stay
	@rm -rf $(VENV) build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis
	@find src tests flows benches -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# ---- installation ---------------------------------------------------------------------------------------------------
# The Python that makes .venv: the one named by PYTHON=..., else python3, else the newest of those below.
ifeq ($(strip $(PYTHON)),)
CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11
PYTHON_MISSING = No Python was found, and bpo-index needs Python 3.11 or newer: $(PYTHON_ADVICE)
else
CANDIDATES := "$(PYTHON)"
PYTHON_MISSING = $(PYTHON) is not a Python that runs, and bpo-index needs Python 3.11 or newer: $(PYTHON_ADVICE)
endif

# One line, "ok|bare|old VERSION COMMAND" or "missing": the first that will do, else the nearest to it.
# It is looked for once, and only when .venv has to be made.
PROBE = $(eval PROBE := $(shell \
  bare=; old=; \
  for p in $(CANDIDATES); do \
    v=`"$$p" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null </dev/null` || continue; \
    if "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 </dev/null; then \
      if "$$p" -c 'import venv, ensurepip' >/dev/null 2>&1 </dev/null; then echo "ok $$v $$p"; exit; fi; \
      bare="$${bare:-bare $$v $$p}"; \
    else \
      old="$${old:-old $$v $$p}"; \
    fi; \
  done; \
  echo "$${bare:-$${old:-missing}}"))$(PROBE)
PROBE_STATE = $(firstword $(PROBE))
PROBE_VERSION = $(word 2,$(PROBE))
PROBE_PYTHON = $(wordlist 3,99,$(PROBE))

PYTHON_ADVICE = install one, or name it as in "make run PYTHON=python3.12"
PYTHON_OLD = $(PROBE_PYTHON) is Python $(PROBE_VERSION), and bpo-index needs Python 3.11 or newer: $(PYTHON_ADVICE)
PYTHON_BARE = $(PROBE_PYTHON) (Python $(PROBE_VERSION)) lacks the venv or ensurepip module, so it cannot make .venv: \
install them (on Debian and Ubuntu "apt install python3-venv"), or name another Python as in "make run PYTHON=python3.12"
PYTHON_PROBLEM = $(if $(filter ok,$(PROBE_STATE)),,$(if $(filter bare,$(PROBE_STATE)),$(PYTHON_BARE),$(if \
  $(filter old,$(PROBE_STATE)),$(PYTHON_OLD),$(PYTHON_MISSING))))

# Left over from a Python since removed, from an older one, or cut short before pip was there: .venv is made again.
VENV_USABLE := $(shell $(PY) -c 'import pip, sys; print("yes" * (sys.version_info >= (3, 11)))' 2>/dev/null </dev/null)
STAMP_HOLDS := $(shell [ ! -e $(RUN_STAMP) ] || [ "`cat $(RUN_STAMP)`" = "`pwd -P`" ] && echo yes)

$(RUN_STAMP): requirements.lock pyproject.toml $(if $(VENV_USABLE),$(if $(STAMP_HOLDS),,reinstall),reinstall)
	$(if $(VENV_USABLE),,$(if $(PYTHON_PROBLEM),$(error $(PYTHON_PROBLEM))))
	@rm -f $(RUN_STAMP) $(DEV_STAMP)
	@echo "Installing bpo-index and what it needs into $(VENV); this takes about a minute."
	$(if $(VENV_USABLE),,@"$(PROBE_PYTHON)" -m venv --clear $(VENV))
	@$(PIP_INSTALL) --require-hashes -r requirements.lock
	@$(PIP_INSTALL) -e .
	@pwd -P > $(RUN_STAMP)

$(DEV_STAMP): $(RUN_STAMP) requirements-dev.lock
	@rm -f $(DEV_STAMP)
	@echo "Installing the tools of the tests into $(VENV); this takes about a minute."
	@$(PIP_INSTALL) --require-hashes -r requirements-dev.lock
	@pwd -P > $(DEV_STAMP)

reinstall:
