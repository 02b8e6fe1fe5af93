# Everything runs in .venv, made from uv.lock; uv itself is installed under .uv if the machine has none.
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
RUN := .venv/bin/python -m
SAMPLE ?=
WORKERS ?= 2
OPTIONS ?=
.DEFAULT_GOAL := help
.PHONY: help run cards test bench lint schemas

help: ## show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/ready ## set up, start everything, take the portfolio through it, stay up (SAMPLE=200: fewer loans)
	$(RUN) amends run $(if $(SAMPLE),--sample $(SAMPLE))

cards: .venv/ready ## six months of 20,000 credit cards through ledger and dunning (SAMPLE=500: fewer customers)
	$(RUN) amends demo cards $(if $(SAMPLE),--sample $(SAMPLE))

test: .venv/ready .venv/browser ## set up and run all tests on a real Kafka and PostgreSQL, two at a time (WORKERS=1: one by one)
	$(RUN) pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

bench: .venv/ready ## measure every stage, late payments, a close and a day of dunning over 1,000,000 loans, 200,000 reminders (OPTIONS=--no-close)
	$(RUN) bench $(OPTIONS)

lint: .venv/ready ## check style and types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	$(RUN) mypy

schemas: .venv/ready ## write JSON Schemas, AsyncAPI document and examples from the contract
	$(RUN) schemas.generate
	$(RUN) services.dunning.policy_schemas

# The borrower's pages are tested in a real browser: the machine's own, else Debian's package, else Playwright's build.
.venv/browser: .venv/ready
	command -v chromium || command -v google-chrome || (apt-get update -q && apt-get install -y -q chromium fonts-noto-cjk) \
		|| .venv/bin/playwright install chromium
	@touch $@

.uv/bin/uv:
	python3 -m venv .uv
	.uv/bin/pip install --quiet uv==0.13.9

.venv/ready: pyproject.toml uv.lock $(if $(findstring /,$(UV)),$(UV))
	$(UV) sync --frozen --quiet
	@touch $@
