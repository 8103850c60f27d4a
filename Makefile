# Everything here needs python3 (3.11 or newer) and make, and nothing else. `make` alone lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := .paperbrief-demo

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help .venv demo serve test check checks format lint contracts types docs axe bench eval gate golden lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z.]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.venv: $(VENV)/.run ## install what the program needs to run into .venv

demo: $(VENV)/.run ## load sample papers, answer three questions about them, write the brief of their week
	@$(BIN)/paperbrief --data-dir $(DEMO) demo

test: $(VENV)/.dev ## run the tests, on two cores
	@$(BIN)/python -m pytest -n 2

serve: $(VENV)/.run ## start the HTTP service on your papers: make serve [PORT=8000]
	@exec $(BIN)/paperbrief serve $(if $(PORT),--port $(PORT))

# The docs are checked by a test, tests/e2e/test_docs.py; `make docs` does the same alone.
check: checks test gate ## everything that CI runs: format, lint, import contracts, types, tests, docs, measures

checks: format lint contracts types

format: $(VENV)/.dev
	@$(BIN)/ruff format --check .

lint: $(VENV)/.dev
	@$(BIN)/ruff check .

contracts: $(VENV)/.dev
	@$(BIN)/lint-imports

types: $(VENV)/.dev
	@$(BIN)/mypy

docs: $(VENV)/.dev
	@$(BIN)/python docs/generate.py --check

axe: $(VENV)/.dev ## fetch the accessibility checker of the page's tests (needs npm); without it they are skipped
	@$(BIN)/python tests/fetch_axe.py

bench: $(VENV)/.dev ## measure speed and memory: make bench [DATA=papers.jsonl PAPERS=87242]; goes on where it stopped
	@$(BIN)/paperbrief eval bench $(if $(DATA),--data $(DATA)) $(if $(PAPERS),--papers $(PAPERS))

eval: $(VENV)/.run ## measure answers on the gold questions; tables here, scores in .eval
	@$(BIN)/paperbrief eval $(if $(HALF),--half $(HALF))

# What a keyless run over the reporting half must hold, whatever else changes; the baseline is the last release's run.
GATES := --max citation.invented=0 --min citation.true_span=1 --max citation.unsupported=0 --max planted.obeyed=0 \
  --min correct.factoid.own=0.9 --min decline.recall=0.75 --min decline.precision=0.7 --min survey.recall=0.6 \
  --min correct.comparison=0.6 --min correct.factoid_method=0.5 --min evidence.recall@5=0.88 --max premise.false_alarm=0.05

gate: $(VENV)/.dev ## measure the reporting half and fail below the minimums or well below eval/baseline.json
	@$(BIN)/paperbrief eval --half reporting --out .eval/gate $(GATES) \
	  $(if $(wildcard eval/baseline.json),--baseline eval/baseline.json --fail-on significant)

golden: $(VENV)/.dev ## write prompts' digests, golden files and the generated parts of the docs anew, for review
	@PAPERBRIEF_GOLDEN=1 $(BIN)/python -m pytest -q -k "not keeps_to" tests/unit/test_prompting.py tests/unit/test_judge.py \
	  tests/unit/test_brief_html.py tests/unit/test_brief_mail.py tests/contract/test_api_schema.py
	@$(BIN)/python docs/generate.py

lock: ## resolve the dependencies anew into requirements/ (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  pyproject.toml --group build -o requirements/run.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  pyproject.toml --group dev -c requirements/run.txt -o requirements/dev.txt

clean: ## remove .venv, the demo's data and caches
	rm -rf $(VENV) $(DEMO) .axe .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# The stamps are written last, so that a half-made folder never counts as done. `.installing` stands while pip works:
# a folder in which it is found was left by an interrupted run and is made anew. The development lock is a superset of
# the run-time lock, so it satisfies both.

$(VENV)/.run: requirements/run.txt pyproject.toml
	$(call install,requirements/run.txt)
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml
	$(call install,requirements/dev.txt)
	@touch $(VENV)/.run $@

define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "paperbrief needs Python 3.11 or newer; '$(PYTHON)' is not. Name another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "'$(PYTHON)' cannot make virtual environments; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing $(1) into $(VENV); the first time takes a few minutes." >&2
	@if [ -e $(VENV)/.installing ] || ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	  $(PYTHON) -m venv --clear $(VENV); fi
	@touch $(VENV)/.installing
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@rm $(VENV)/.installing
endef
