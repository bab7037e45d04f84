# The commands of CloneMemoria. All they install goes into .venv and frontend/node_modules.

BIN := .venv/bin
PYTHON_BASE := .venv/.runtime
PYTHON_EXTRAS := .venv/.extras
PYTHON_DEV := .venv/.dev
PYTHON_BENCH := .venv/.bench
WEB_MODULES := frontend/node_modules/.installed
WEB_BUILD := frontend/dist/index.html
WEB_SOURCES := $(shell find frontend/src frontend/public frontend/index.html frontend/vite.config.ts -type f 2>/dev/null)

# uv trusts the certificates of the system where there are any, as pip and npm do.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem),)
export UV_SYSTEM_CERTS := true
endif
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Providers that come with an extra, where the environment or .env chooses one of them.
CHOSEN := $(TTS_DEFAULT_PROVIDER) $(EMBEDDINGS_DEFAULT_PROVIDER) $(EMBEDDINGS_FALLBACKS) \
	$(shell grep -shiE '^(export )?(TTS|EMBEDDINGS)_(DEFAULT_PROVIDER|FALLBACKS) *=' .env)
PYTHON_CHOSEN := $(if $(findstring espeak,$(CHOSEN))$(findstring local,$(CHOSEN)),$(PYTHON_EXTRAS),$(PYTHON_BASE))

# Whoever reaches packages only as pip is configured to gets them by pip. The lists are complete:
# what they leave out is left out on purpose.
define install
$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes --no-deps -r $(1) \
	|| $(BIN)/python -m pip install --quiet --require-hashes --no-deps -r $(1)
$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable . \
	|| $(BIN)/python -m pip install --quiet --no-deps --editable .
endef

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## list these commands
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: run
run: $(PYTHON_CHOSEN) $(WEB_BUILD) ## install what is missing and serve the product
	@exec $(BIN)/clonememoria serve

.PHONY: dev
dev: $(PYTHON_DEV) $(WEB_MODULES) ## serve with reload: the API on 8000, the web UI on 5173
	@scripts/dev.sh

.PHONY: worker
worker: $(PYTHON_CHOSEN) ## process documents in one more process
	@exec $(BIN)/clonememoria worker

.PHONY: extras
extras: $(PYTHON_EXTRAS) ## install what the providers local and espeak need

.PHONY: migrate
migrate: $(PYTHON_BASE) ## bring the database to the newest schema
	@exec $(BIN)/clonememoria migrate

.PHONY: test
test: $(PYTHON_DEV) $(WEB_BUILD) ## run all tests, with a browser and a database of their own
	@$(BIN)/python scripts/ensure_chromium.py
	$(BIN)/pytest -n auto --dist worksteal
	cd frontend && npm test --silent

.PHONY: torture
torture: $(PYTHON_DEV) $(WEB_BUILD) ## run the long form of the promises' tests
	$(BIN)/pytest -m torture

.PHONY: bench
bench: $(PYTHON_DEV) $(PYTHON_BENCH)/installed ## measure the speed against bare parts; ONLY=first-token for one of them
	@cd backend && ../$(BIN)/python -m bench $(addprefix --only ,$(ONLY))

.PHONY: fault-table
fault-table: $(PYTHON_DEV) ## write the table of docs/providers.md of what each fault looks like
	@$(BIN)/pytest -q backend/tests/api/test_fault_table.py --write-docs

.PHONY: screenshots
screenshots: $(PYTHON_DEV) $(WEB_BUILD) ## take the pictures of the docs from the running product
	@$(BIN)/python scripts/ensure_chromium.py
	@cd backend && ../$(BIN)/python -m tests.e2e.screenshots

# --- checks ---

CHECKS := check-style check-types check-imports check-complexity check-unused check-house \
	check-requirements check-web

.PHONY: check
check: $(PYTHON_DEV) $(WEB_MODULES) ## run every gate but the tests
	@$(MAKE) --no-print-directory --keep-going --jobs=4 \
		$(if $(filter output-sync,$(.FEATURES)),--output-sync) $(CHECKS)

.PHONY: $(CHECKS)
check-style:
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
check-types:
	@$(BIN)/mypy --no-error-summary
check-imports:
	@$(BIN)/lint-imports --no-logo
check-complexity:
	@$(BIN)/complexipy --failed --color no
check-unused:
	@$(BIN)/vulture
check-house:
	@$(BIN)/pytest -q backend/tests/house
check-requirements:
	@scripts/requirements.sh --check
check-web:
	@cd frontend && npm run --silent check

# --- what the commands need ---

.PHONY: requirements
requirements: $(PYTHON_DEV) ## compile the lock files from pyproject.toml
	@scripts/requirements.sh

.PHONY: openapi
openapi: $(PYTHON_DEV) $(WEB_MODULES) ## write the API's schema and the types the web UI has from it
	$(BIN)/python scripts/openapi.py
	cd frontend && npm run --silent api

$(BIN)/uv:
	@scripts/create_venv.sh

$(PYTHON_BASE): requirements.txt pyproject.toml | $(BIN)/uv
	@echo "Installing the Python packages..."
	@$(call install,requirements.txt)
	@touch $@

$(PYTHON_EXTRAS): requirements-extras.txt requirements.txt pyproject.toml | $(BIN)/uv
	@echo "Installing the Python packages and those of the extras..."
	@$(call install,requirements-extras.txt)
	@touch $@ $(PYTHON_BASE)

$(PYTHON_DEV): requirements-dev.txt requirements-extras.txt requirements.txt pyproject.toml | $(BIN)/uv
	@echo "Installing the Python packages for development..."
	@$(call install,requirements-dev.txt)
	@touch $@ $(PYTHON_EXTRAS) $(PYTHON_BASE)

# Of no use to the product: what `make bench` compares it with.
$(PYTHON_BENCH)/installed: requirements-bench.txt | $(BIN)/uv
	@echo "Installing what the product is compared with..."
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(PYTHON_BENCH)
	@{ $(BIN)/uv pip install --quiet --python $(PYTHON_BENCH) --require-hashes --no-deps -r $< \
		|| $(BIN)/python -m pip --python $(PYTHON_BENCH) install --quiet --require-hashes --no-deps -r $<; \
	} && touch $@ || echo "It could not be installed: the bench goes on without." >&2

$(WEB_MODULES): frontend/package.json frontend/package-lock.json
	@scripts/check_node.sh
	@echo "Installing the packages of the web UI..."
	@cd frontend && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(WEB_BUILD): $(WEB_MODULES) $(WEB_SOURCES)
	@echo "Building the web UI..."
	@cd frontend && npm run --silent build -- --logLevel warn
	@touch $@
