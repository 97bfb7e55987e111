# Needs Python 3.10 or newer and make; everything else is installed into folders of this checkout.
PYTHON ?= python3
DEV := .venv/.ready
TRY := .venv-test

.PHONY: check test lint unit docs clean

## Set up and examine the environment of this machine (PATIENT=... for another interpreter).
check: $(DEV)
	.venv/bin/tfdoctor check --fail-on never $(if $(PATIENT),--python $(PATIENT))

## Lint, type-check, build the wheel, install it apart, and run all tests against it.
test: lint unit

lint: $(DEV)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

unit:
	rm -rf dist $(TRY)
	$(PYTHON) -m venv $(TRY)
	$(TRY)/bin/python -m pip install -q --upgrade "pip>=25.1"
	$(TRY)/bin/python -m pip wheel -q --no-deps -w dist .
	$(TRY)/bin/python -m pip install -q dist/tfdoctor-*.whl --group test
	PATH="$(CURDIR)/$(TRY)/bin:$$PATH" $(TRY)/bin/coverage run $(TRY)/bin/pytest
	$(TRY)/bin/coverage report

docs: $(DEV)
	.venv/bin/python scripts/render_docs.py
	.venv/bin/python scripts/render_stacks.py
	.venv/bin/python scripts/render_schemas.py

$(DEV): pyproject.toml
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install -q --upgrade "pip>=25.1"
	.venv/bin/python -m pip install -q --editable . --group dev
	touch $@

clean:
	rm -rf .venv $(TRY) build dist .coverage .mypy_cache .ruff_cache .pytest_cache
