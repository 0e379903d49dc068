# `make` lists what there is. Everything runs from .venv, which is made from requirements/dev.txt and made again only when that changes.
# Needs python3 (3.11 or newer), pip and make, and nothing else: the linters are Python wheels too. With npm the pages are looked at.

PYTHON ?= python3
IMAGE ?= localhost/aces-action:dev
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
STYLESHEET := node_modules/.package-lock.json
# An end-to-end test waits in turn for the action, the sandbox and the clock: by processor time three workers left a third of two processors idle.
WORKERS = $(shell $(PYTHON) -c 'import os; print(max(1, 2 * (os.cpu_count() or 1)))')
# Where it is set, every process of the tests would compile all that it imports: .venv comes without bytecode, see below.
unexport PYTHONDONTWRITEBYTECODE
WORKFLOWS := $(wildcard .github/workflows/*.yml examples/*/.github/workflows/*.yml)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test test-act faults lint format docs docs-site pictures sandbox image release-prepare release-dry-run lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(READY) ## make .venv from the lock (every target that needs it does this by itself)

demo: $(READY) ## deploy both examples to the sandbox, as GitHub's runner would, twice
	@$(BIN)/python -m sandbox.demo

test: $(READY) $(STYLESHEET) ## run the tests; e.g. make test ARGS="tests/weights -k symbolic"
	@$(BIN)/python -m pytest -q -n $(WORKERS) $(ARGS)

test-act: ARGS = tests/act
test-act: test ## play the examples' workflows with act, a runner program, on the Docker engine; part of `make test`

faults: $(READY) ## play every fault at every call of a deployment, ten minutes on two processors, and write what came of it into docs/faults.md
	@$(BIN)/python -m tests.faults --matrix --together 16 --workers $(WORKERS) --write $(ARGS)

lint: $(READY) ## check style, types, layers, workflows, Dockerfile, roles, schemas and the examples against them
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/shellcheck .ci/run release/build.sh
	$(BIN)/hadolint Dockerfile examples/*/server/Dockerfile
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/actionlint $(WORKFLOWS)
	$(BIN)/zizmor --offline --quiet --no-progress --config .github/zizmor.yml action.yml .github/dependabot.yml $(WORKFLOWS)
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows $(WORKFLOWS)
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/check-jsonschema --check-metaschema schemas/*.schema.json
	$(BIN)/check-jsonschema --schemafile schemas/register.schema.json examples/*/server/algorithms/register.json
	$(BIN)/check-jsonschema --schemafile schemas/algorithm.schema.json examples/*/server/algorithms/algorithm.json
	$(BIN)/check-jsonschema --schemafile schemas/infra.schema.json examples/*/server/infra/configs/*.yml
	$(BIN)/check-jsonschema --schemafile schemas/fleet.schema.json examples/fleet/.github/fleet.yml
	$(BIN)/check-jsonschema --schemafile schemas/smoke-test.schema.json examples/*/server/smoke-test/*.expect.yml
	$(BIN)/check-jsonschema --schemafile schemas/platform-contract.schema.json aces_action/platform/aces.yml
	$(BIN)/cfn-lint --regions ap-northeast-1 --include-checks I -- docs/iam/roles.cfn.yml docs/infra/project.cfn.yml

format: $(READY) ## put the Python files into the house's format
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

docs: $(READY) ## write the pages of error codes and the reference from the code, and the policies in docs/iam from their template
	@$(BIN)/python -m aces_action.documentation
	@$(BIN)/python -m sandbox.iam

docs-site: $(READY) ## build the pages of docs/ into site/, in two languages with search; offline, and no link may lead nowhere
	@$(BIN)/python -m aces_action.documentation.site

pictures: $(READY) $(STYLESHEET) ## take the pictures of docs/images again; needs Chromium, npm, and the fonts Noto CJK and Noto Color Emoji
	@$(BIN)/python -m tests.pages.pictures

sandbox: $(READY) ## keep the local AWS and ACES Platform running, and say how to run the action against them
	@$(BIN)/python -m sandbox

image: ## build the image; PYTHON_BASE_IMAGE=… takes another base than the pinned one
	@docker version >/dev/null 2>&1 || { echo "No Docker engine answers. Start Docker, or say where it is with DOCKER_HOST." >&2; exit 1; }
	docker build $(if $(PYTHON_BASE_IMAGE),--build-arg "BASE_IMAGE=$(PYTHON_BASE_IMAGE)") --tag $(IMAGE) .

release-prepare: ## write VERSION=1.2.3 wherever the version stands, and date its changelog; see docs/releasing.md
	@$(PYTHON) -m release prepare "$(VERSION)"

release-dry-run: ## make a release, VERSION=1.2.3, on this machine; nothing is pushed, and this checkout stays as it is
	@$(PYTHON) -m release dry-run "$(VERSION)"

clean: ## remove all that make has made here (images stay)
	rm -rf $(VENV) node_modules build dist site *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What the SageMaker SDK's resource layer declares and never imports: it serves training jobs, remote functions and experiments.
# scipy is imported where it is there, and done without where it is not. In all about 190 MB, unpacked.
UNUSED := bcrypt cffi cloudpickle cryptography invoke mock omegaconf paramiko protobuf pycparser pynacl schema scipy \
	smdebug-rulesconfig tblib
# moto does import these.
UNUSED_IN_DEVELOPMENT := $(filter-out cffi cryptography pycparser,$(UNUSED))

# One lock for every platform and for Python 3.11 on. Index settings of the machine would change what is found, so they are left out;
# `make lock UPGRADE=--upgrade` takes newer versions, without it only what pyproject.toml asks for changes.
COMPILE = env -u UV_INDEX -u UV_DEFAULT_INDEX -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS \
	$(BIN)/uv --no-config --quiet pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --only-binary :all: \
	--custom-compile-command "make lock" $(UPGRADE)

lock: $(READY) ## make requirements/*.txt again from pyproject.toml
	$(COMPILE) --extra deploy $(addprefix --no-emit-package ,$(UNUSED)) --output-file requirements/runtime.txt
	$(COMPILE) --extra deploy --extra dev --constraints requirements/runtime.txt $(addprefix --no-emit-package ,$(UNUSED_IN_DEVELOPMENT)) \
		--output-file requirements/dev.txt

# GitHub's stylesheet, for the tests that look at pages, which are skipped without it. npm is the only thing here that is not Python.
$(STYLESHEET): package-lock.json
	@if ! command -v npm >/dev/null; then echo "No npm here: the tests of the pages are skipped."; \
	else npm ci --ignore-scripts --silent || echo "npm could not fetch GitHub's stylesheet: the tests of the pages are skipped."; fi

# pip is told to install into .venv from outside: Debian keeps what `venv` would need to put a pip in there in a package of its own.
# --no-deps because the locks are complete but for UNUSED; --only-binary so that nothing of a package runs at its installation;
# --no-compile because Python does that when a module is first imported, and most never are.
$(READY): requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 or newer is needed; $(PYTHON) is not. Name another: make PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -m pip --python "$$(command -v $(PYTHON))" --version >/dev/null 2>&1 || \
		{ echo "$(PYTHON) has no pip of 22.3 or newer. If .venv is activated: deactivate. On Debian and Ubuntu: apt-get install python3-pip" >&2; exit 1; }
	@echo "Making $(VENV) from $<; once, about a minute …"
	@$(PYTHON) -m venv --clear --without-pip $(VENV)
	@$(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check install --quiet --quiet --no-compile --no-deps \
		--require-hashes --only-binary :all: --requirement $<
	@touch $@
