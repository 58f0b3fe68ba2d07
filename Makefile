# Every target sets up .venv by itself from a bare Python 3.11; the second call finds it done.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
.PHONY: help demo quick test test-full check generate action bench soak hub pictures serve

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# A stamp is written last, so that a set-up that was interrupted is taken up again.
CREATED := $(VENV)/.created
RUNTIME := $(VENV)/.runtime-installed
WEB := $(VENV)/.web-installed
DEV := $(VENV)/.dev-installed

# The fast loop: the client, what the emulator claims, the rules of the code, the package, the examples of each action.
QUICK := tests/client tests/contract tests/architecture tests/packaging tests/support

# The caller's own paths must not leak into the environment that the targets share. Byte code is kept: without it
# each of the many processes of a test run compiles all modules again.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE
# FILE and NAME travel by the environment: a name with spaces or quotes then needs no quoting here.
export FILE NAME

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUNTIME) ## Run the actions on a file (FILE=…, else /bin/ls) and a URL, then a tour: on the emulator
	@$(BIN)/vmray-secops demo $${FILE:+--file "$$FILE"}

quick: $(DEV) ## Lint, and run the tests that finish within a minute, one run of each action included
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -n auto --dist worksteal $(QUICK) $(ARGS)

test: $(DEV) ## Run the tests and name the ten slowest (ARGS="-k name" selects some)
	$(BIN)/python -m pytest -n auto --dist worksteal --durations=10 $(ARGS)

test-full: $(DEV) ## Run all tests, also the slow ones with the mark `full` (before a release)
	$(BIN)/python -m pytest -n auto --dist worksteal --durations=10 -m "" $(ARGS)

check: $(DEV) ## Lint, formatting, types (strict), import rules, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy src integrations/vm_ray tests tools bench
	PYTHONPATH=src:integrations $(BIN)/lint-imports --no-cache
	$(BIN)/python -m tools.generate --check

generate: $(DEV) ## Write all generated files: examples, tables, widgets, AI description, contract
	$(BIN)/python -m tools.generate

action: $(DEV) ## Write a new action that runs and passes (NAME="Get Weather")
	@$(BIN)/python -m tools.new_action
	@$(BIN)/python -m tools.generate

bench: $(DEV) ## Measure, compare with the bounds, write docs/benchmarks.md
	$(BIN)/python -m bench $(ARGS)

soak: $(DEV) ## Thousands of entities and uploads under random faults from a seeded plan
	$(BIN)/python -m bench.soak $(ARGS)

hub: $(DEV) ## Package the integration for Google SecOps into dist/
	PATH="$(CURDIR)/$(BIN):$$PATH" tools/hub $(ARGS)

pictures: $(DEV) ## Take the README's pictures from a real run (needs Chromium)
	$(BIN)/python -m tools.pictures $(ARGS)

serve: $(WEB) ## Serve the local case wall (ARGS="--port 8080" and so on)
	@$(BIN)/vmray-secops serve $(ARGS)

$(CREATED):
	@python=$$(for candidate in $(PYTHON) python3.11 python3 python; do \
	    "$$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null \
	        && { echo "$$candidate"; break; }; done); \
	if [ -z "$$python" ]; then \
	    echo "Python 3.11 was not found: install it, or name it with 'make PYTHON=/path/to/python3.11 …'." >&2; \
	    exit 1; \
	fi; \
	echo "Setting up $(VENV) with $$python (once) …"; \
	"$$python" -m venv $(VENV) || { \
	    echo "$$python cannot make virtual environments; on Debian and Ubuntu: apt install python3.11-venv" >&2; \
	    exit 1; \
	}
	@$(PIP) install --upgrade 'pip>=25.1'
	@touch $@

$(RUNTIME): $(CREATED) pyproject.toml
	@echo "Installing what the demo needs …"
	@$(PIP) install --editable .
	@touch $@

$(WEB): $(RUNTIME)
	@echo "Installing what the case wall needs …"
	@$(PIP) install --editable '.[web]'
	@touch $@

$(DEV): $(CREATED) pyproject.toml
	@echo "Installing what the tests and checks need …"
	@$(PIP) install --editable . --group dev
	@$(PIP) install --upgrade --no-deps --target $(VENV)/field 'misp-modules>=3.1,<4'
	@touch $(RUNTIME) $(WEB) $@
