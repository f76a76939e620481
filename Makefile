# Dialogportalen: one word for each thing a person does with it. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help run test bench faults check format lock
export PYTHONUNBUFFERED := 1
PYTHON := .venv/bin/python

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' Makefile

run: ## Start the portal on this machine (PORT=8000; FRESH=1 throws the demo data away and starts anew)
	@deploy/bootstrap run
	@set -a; if [ -f .env ]; then . ./.env; fi; set +a; exec $(PYTHON) -m dialog_portal.server --with-parent

test: ## Run every test on throwaway services (ARGS="-k word tests/…" chooses; ON=sqlite or ON=postgresql)
	@deploy/bootstrap test
	@exec $(PYTHON) -m tests.run $(ARGS)

check: ## Read the code: style, types, templates, import order, settings, migrations
	@deploy/bootstrap check
	@exec $(PYTHON) -m tests.check

format: ## Put code, templates, stylesheets and scripts into the form that `make check` asks for
	@deploy/bootstrap check
	@.venv/bin/ruff format --quiet .
	@.venv/bin/djangofmt templates
	@.venv/bin/oxfmt static/css static/js

bench: ## Measure, as ratios of one run; a figure under its floor fails (ARGS="public memory" chooses)
	@deploy/bootstrap test
	@exec $(PYTHON) -m benchmarks $(ARGS)

faults: ## Kill, freeze and starve the portal on purpose, in full size (SEED=1 chooses the run)
	@deploy/bootstrap test
	@exec $(PYTHON) -m tests.run --faults $(ARGS)

lock: ## Choose newer versions of what pyproject.toml asks for, and lock them with hashes
	@deploy/bootstrap check
	@exec deploy/lock
