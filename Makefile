# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Every command sets up what it needs first (.venv, once; the demo needs a small part of it). PYTHON=python3.13 chooses
# the interpreter.
PY := .venv/bin/python
WORLD ?= lab/worlds/demo.yml
ARGS ?=
GATES ?=
# Images and CI set it for good reasons. Here it would compile all packages again in each of some hundred runs.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup setup-demo demo test lint sanity unit lowest matrix release mutation sdk storm fuzz lab bench docs dist lock format clean
.DEFAULT_GOAL := help

help: ## show this
	@sed -n 's/^\([a-z]*\): .*## \(.*\)/make \1	\2/p' Makefile | expand -t 14

setup: ## make .venv with all that the other commands need (they do it by themselves)
	@sh scripts/setup

setup-demo:
	@sh scripts/setup demo

demo: setup-demo ## check the 25 tenants of the demo world; leaves build/demo/report.json; ARGS=--remedies adds a second act
	@$(PY) scripts/demo.py $(ARGS)

test: setup ## run every gate that CI runs; GATES="mypy unit" runs these only
	@$(PY) scripts/gates.py $(GATES)

lint: setup ## run the gates that only read the code; they take seconds
	@$(PY) scripts/gates.py static

sanity: setup ## run ansible-test sanity; ARGS="--test pylint" runs one test of it
	@$(PY) scripts/sanity.py $(ARGS)

unit: setup ## run the unit tests; ARGS="-k license" runs some of them
	@$(PY) -m pytest tests/unit $(ARGS)

lowest: setup ## run unit and conversation tests with the lowest versions that are allowed; takes minutes
	@$(PY) scripts/lowest.py $(ARGS)

matrix: setup ## run unit tests and the installed demo with every ansible-core and every Python here; takes half an hour
	@$(PY) scripts/matrix.py $(ARGS)

mutation: setup ## change the judges one thing at a time: does a test notice? ARGS="gdap" for one file
	@$(PY) scripts/mutation.py $(ARGS)

sdk: setup ## let Microsoft's own SDK, 400 MB, write to the lab
	@$(PY) -m pip install --quiet --no-compile --upgrade --target build/sdk 'msgraph-sdk>=1.40,<2'
	@PYTHONPATH=build/sdk $(PY) -m pytest tests/sdk $(ARGS)

storm: setup ## spoil answers in 300 ways on their way from the lab: does any verdict lie? ARGS="--seed 7 --seconds 300"
	@cd tests && PYTHONPATH=..:../build/collections ../$(PY) -m storm $(ARGS)

fuzz: setup ## give every reader spoiled files and answers; ARGS="--cpu-seconds 600"
	@cd tests && PYTHONPATH=..:../build/collections ../$(PY) -m fuzz $(ARGS)

lab: setup-demo ## serve the lab until Ctrl-C; WORLD=lab/worlds/demo.yml, ARGS="--port 8443"
	@$(PY) -m lab --world $(WORLD) $(ARGS)

bench: setup ## measure
	@cd tests && PYTHONPATH=..:../build/collections ../$(PY) -m bench $(ARGS)

docs: setup ## write the pages that come from the code, and the docsite (guides and plugins) in build/docs/html
	@$(PY) scripts/generate_docs.py
	@$(PY) scripts/plugin_docs.py html

dist: setup-demo ## build the collection's artifact in build/dist
	@$(PY) scripts/artifact.py build

release: setup ## turn the changelog's fragments into CHANGELOG.md, for the version in galaxy.yml
	@PATH="$(CURDIR)/.venv/bin:$$PATH" .venv/bin/antsibull-changelog release

lock: setup ## choose the versions in requirements-dev.lock anew
	@$(PY) scripts/lock.py write

format: setup ## lay out the code and repair what ruff can repair
	@$(PY) -m ruff check --fix-only --quiet
	@$(PY) -m ruff format

clean: ## remove what the other commands made, but for .venv
	@rm -rf build .ansible .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache tests/output
