# The one vocabulary of the project. Needs git, make and Python >= 3.11 with venv; all else is installed into the
# checkout from locked versions: uv and the environments below .venv and .tools, Node from a wheel, CDK's command line.

SHELL := /bin/sh
PYTHON ?= python3
UV := .tools/uv/bin/uv
RUN := .venv/bin/python
STAMPS := .tools/stamps
CDK := .venv/bin/node .tools/cdk/node_modules/aws-cdk/bin/cdk
CONTEXT = -c catalog=$(or $(CATALOG),mendloop.yaml) $(CDK_CONTEXT)

export UV_PYTHON_DOWNLOADS = never
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: help setup demo test scenarios secrets least-privilege check bench synth deploy destroy up down clean
.DEFAULT_GOAL := help

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 20

setup: $(STAMPS)/project $(STAMPS)/local-cloud $(STAMPS)/cdk $(STAMPS)/layers ## Install everything into the checkout

demo: setup ## Run the loop on the local cloud (APPROVE=1 REJECT=1 TICKET=1 SEED=n SCENARIO=name REPORT=file KEEP=1)
	@.venv/bin/mendloop demo --seed $(or $(SEED),1) --scenario $(or $(SCENARIO),regression) \
		$(if $(APPROVE),--approve) $(if $(REJECT),--reject) $(if $(TICKET),--ticket) \
		$(if $(KEEP),--keep) $(if $(REPORT),--report "$(REPORT)")

test: setup ## Run the tests; needs no network
	$(RUN) -m pytest --numprocesses 3 --dist loadgroup --no-loadscope-reorder

scenarios: setup ## Run every scenario with fresh seeds on one local cloud (SEEDS="1 2 3" ONLY=name)
	@$(RUN) -m tests.scenarios $(if $(SEEDS),--seeds "$(SEEDS)") $(if $(ONLY),--only $(ONLY))

secrets: setup ## Nightly: plant secrets in the shell, look for them after demo, try and test (ONLY="demo try test")
	@$(RUN) -m tests.secrets $(ONLY)

least-privilege: setup ## Nightly: take each statement of each function's role away, one at a time (ONLY="room room")
	@$(RUN) -m tests.privilege $(ONLY)

check: setup ## Format, lint, types, import rules, the AWS bundles
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy
	$(RUN) -m pytest -q tests/architecture
	$(RUN) -m infra.bundle_check

bench: setup ## Measure, as ratios within one run
	$(RUN) -m tests.bench

synth: setup ## Write the template for a real account to cdk.out (CATALOG=file)
	$(CDK) synth --quiet $(CONTEXT)

deploy: setup ## Deploy into the AWS account of your credentials (CATALOG=file)
	$(CDK) deploy --all $(CONTEXT)

destroy: setup ## Remove it again
	$(CDK) destroy --all $(CONTEXT)

up: setup ## Start the local cloud with the stack deployed
	@.venv/bin/mendloop up

down: setup ## Stop it
	@.venv/bin/mendloop down

clean: ## Remove what was built and what the local cloud left; keep the tools
	rm -rf .build .local cdk.out

$(STAMPS)/uv: infra/bootstrap.txt
	@command -v git >/dev/null || { echo "mendloop needs git: install it, e.g. apt-get install git"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "mendloop needs Python 3.11 or newer as $(PYTHON): install it, or run make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "mendloop needs Python's venv: install it, e.g. apt-get install python3-venv"; exit 1; }
	@mkdir -p $(STAMPS)
	@$(PYTHON) -m venv .tools/uv
	@.tools/uv/bin/python -m pip install --quiet --disable-pip-version-check --requirement infra/bootstrap.txt
	@touch $@

$(STAMPS)/project: $(STAMPS)/uv pyproject.toml uv.lock
	@echo "Installing mendloop's environment …"
	@UV_PROJECT_ENVIRONMENT=.venv $(UV) sync --locked --quiet --python $(PYTHON)
	@touch $@

$(STAMPS)/local-cloud: $(STAMPS)/project infra/local_cloud/pyproject.toml infra/local_cloud/uv.lock
	@echo "Installing the local cloud …"
	@UV_PROJECT_ENVIRONMENT="$(CURDIR)/.tools/local-cloud" $(UV) sync --project infra/local_cloud --locked --quiet --python $(PYTHON)
	@touch $@

$(STAMPS)/cdk: $(STAMPS)/project infra/cdk_cli/package.json infra/cdk_cli/package-lock.json
	@echo "Installing the CDK command line …"
	@mkdir -p .tools/cdk && cp infra/cdk_cli/package.json infra/cdk_cli/package-lock.json .tools/cdk/
	@.venv/bin/npm ci --prefix .tools/cdk --no-audit --no-fund --silent
	@touch $@

# The functions' dependencies for this machine, made while the network is there.
$(STAMPS)/layers: $(STAMPS)/project infra/bundling.py
	@echo "Making the functions' layers …"
	@$(RUN) -m infra.bundling >/dev/null
	@touch $@
