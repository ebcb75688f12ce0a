# make run     start Entourage on http://localhost:3000
# make demo    the same, with a make-believe evening
# make check   format, lint, types, import walls and the fast tests (under two minutes)
# make test    every test, on SQLite and PostgreSQL, with a real browser (CHECKED=yes: but those that `make check` has just run)
# make bench   the benchmarks
# make eval    the guard over written conversations with fans; with LLM_BASE_URL and LLM_MODEL the whole way to a reply
# make words   bring the German catalogue up to date with the pages
# make pins    renew requirements/*.txt from pyproject.toml

PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin
ENTOURAGE_DATA_DIR ?= $(CURDIR)/data
export ENTOURAGE_DATA_DIR
WORKERS ?= 3
IN_BROWSER := -n 2 --dist loadfile -m browser -q
GERMAN := src/entourage/web/locale/de/LC_MESSAGES/entourage.po

.PHONY: run demo check test bench eval words pins lint fast browser clean

run: $(VENV)/.run
	@$(BIN)/entourage run

demo: $(VENV)/.run
	@$(BIN)/entourage demo

check: lint fast

lint: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

fast: $(VENV)/.test
	$(BIN)/pytest -n $(WORKERS) -m "not browser and not thorough and not postgresql" -q

test: $(VENV)/.test browser
	$(BIN)/pytest -n $(WORKERS) -m "not browser$(if $(CHECKED), and (thorough or postgresql))" -q
	$(BIN)/pytest $(IN_BROWSER) || { echo "Once more what fell: docs/decisions/0008-a-second-try-in-the-browser.md" >&2; \
	  $(BIN)/pytest $(IN_BROWSER) --last-failed --last-failed-no-failures none; }

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks

# The page tests drive Debian's own Chromium, the quicker one without windows if it is there; elsewhere name one with ENTOURAGE_TEST_BROWSER.
browser:
	@if [ -z "$$ENTOURAGE_TEST_BROWSER" ] && ! command -v chromium-headless-shell >/dev/null; then \
	  if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then apt-get update -qq && \
	    { apt-get install -y -qq chromium-headless-shell >/dev/null || apt-get install -y -qq chromium >/dev/null; }; \
	  elif ! command -v chromium >/dev/null; then echo "The page tests need Chromium: apt-get install chromium-headless-shell" >&2; exit 1; fi; fi
	@if ! command -v soffice >/dev/null && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends libreoffice-calc-nogui >/dev/null \
	  || echo "Without LibreOffice the test that opens an export in it is left out." >&2; fi

eval: $(VENV)/.test
	$(BIN)/python -m benchmarks.evaluation

words: $(VENV)/.run
	$(BIN)/pybabel -q extract -F babel.cfg -k _n -k _nn:1,2 --no-location -o $(VENV)/words.pot src/entourage/web
	$(BIN)/pybabel -q update --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date \
	  -D entourage -i $(VENV)/words.pot -d src/entourage/web/locale
	@sed -i.old -E '/^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By|Report-Msgid-Bugs-To):/d' $(GERMAN)
	@rm -f $(GERMAN).old
	$(BIN)/python hatch_build.py

pins: $(VENV)/.test
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml requirements/build.in -o requirements/run.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra metrics --extra sentry --extra otel -c requirements/run.txt pyproject.toml requirements/build.in -o requirements/deploy.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra test -c requirements/deploy.txt pyproject.toml requirements/build.in -o requirements/test.txt

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "Entourage needs Python 3.11 or newer: make run PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(BIN)/python requirements/run.txt pyproject.toml hatch_build.py package.json package-lock.json $(GERMAN)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements/test.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/test.txt
	@touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache src/entourage/web/static/vendor
