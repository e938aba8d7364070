# Needs git, make and Python 3.11 or newer with its venv module. The first target makes .venv; everything
# below runs inside it. All paths are relative, so the folder's own path may hold spaces.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Another interpreter: make PYTHON=/path/to/python3.12 …
PYTHON ?=
VENV := .venv
RUN := $(VENV)/bin/python -m
READY := $(VENV)/.ready

# Tests with a real bot mostly wait for it, so there are more workers than cores.
WORKERS ?= 8

.PHONY: help demo test bench lint features soak clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

demo: $(READY) ## backtest the crash of August 2024 with and without the kit
	@$(VENV)/bin/riskkit demo

test: $(READY) ## run the tests
	@$(RUN) pytest -n $(WORKERS) --dist worksteal

bench: $(READY) ## time backtests: plain, with the kit, with Freqtrade's own protections
	@$(RUN) benchmarks

lint: $(READY) ## style, types and the direction of imports
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) mypy
	@$(VENV)/bin/lint-imports --no-logo

features: $(READY) ## run the tests and write docs/features.md from what passed
	@$(RUN) pytest -n $(WORKERS) --dist worksteal --features-out=docs/features.md

soak: $(READY) ## run the long campaigns
	@if [ -d tests/soak ]; then \
		$(RUN) pytest -m soak tests/soak; \
	else \
		echo "There are no soak campaigns yet: nothing was run."; \
	fi

clean: ## remove .venv and what the tools left
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks dist

# The stamp comes last: an installation that broke off is taken up again.
$(READY): requirements-dev.lock pyproject.toml
	@python="$(PYTHON)"; \
	usable() { "$$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }; \
	if [ -z "$$python" ]; then \
		for python in python3.11 python3 python3.12 python3.13 ""; do \
			if [ -z "$$python" ] || usable "$$python"; then break; fi; \
		done; \
	fi; \
	if [ -z "$$python" ] || ! usable "$$python"; then \
		echo "make: no Python 3.11 or newer with venv found (Debian: apt install python3-venv);" \
			"name one with make PYTHON=/path/to/python3.11" >&2; \
		exit 1; \
	fi; \
	if ! $(VENV)/bin/python -m pip --version >/dev/null 2>&1; then \
		echo "Making $(VENV) with $$("$$python" --version)"; \
		"$$python" -m venv --clear $(VENV); \
	fi
	@echo "Installing the pinned development set (a minute or two, once)"
	@$(RUN) pip install --quiet --disable-pip-version-check --requirement requirements-dev.lock
	@$(RUN) pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)
