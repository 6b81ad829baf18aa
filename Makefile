# `make run` and `make test` need Python 3.11 or newer and make, nothing else.

PY := .venv/bin/python
# There once everything in tests/requirements.txt is installed.
WHOLE := .venv/whole
FIND = for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && \
	command -v $$name && break; done
PYTHON = $(shell $(FIND))

.PHONY: help .venv run demo-reset test check bench mutants

help:
	@echo "make run         start the portal at http://localhost:8000 (PORT=9000 make run: elsewhere)"
	@echo "make demo-reset  delete the demo's data; the next run starts anew"
	@echo "make test        all tests, in parallel; no service needed"
	@echo "make check       style, types, imports, migrations, templates, languages, settings"
	@echo "make bench       figures beside a bare Django's"
	@echo "make mutants     take each guard of the money out and see that a test notices"
	@echo "make .venv       only the virtual environment, in .venv"

.venv: $(WHOLE)

$(WHOLE): tests/requirements.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none is on the PATH (python3: $$(python3 --version 2>&1))." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) lacks its venv module: install it (Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }
	@echo "Python packages into .venv (the first time takes a minute) ..."
	@if test -e $@ && $(PY) -c ''; then rm $@; else $(PYTHON) -m venv --clear .venv; fi
	@$(PY) -m pip install -qq --disable-pip-version-check --require-hashes -r tests/requirements.txt
	@touch $@

# One simple command a line: make then starts it without a shell, and SIGTERM reaches it.
run: .venv
	@$(PY) -m brustart.supervisor

demo-reset: .venv
	@$(PY) -m brustart.supervisor --reset

test: .venv
	@$(PY) -m pytest -n auto $(TESTS)

bench: .venv
	@$(PY) -m tests.bench

mutants: .venv
	@$(PY) -m tests.mutants

PRODUCTION = BRUSTART_DEMO=0 SITE_URL=https://portal.example ALLOWED_HOSTS=portal.example \
	DATABASE_URL=postgres://application:secret@localhost/portal REDIS_URL=redis://localhost \
	SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))')

check: .venv
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -W "ignore:Got an error checking:RuntimeWarning" manage.py makemigrations --check --dry-run
	$(PY) -m djlint templates --lint --quiet
	$(PY) manage.py catalogues check
	@echo "$(PY) manage.py check --deploy (production settings)"
	@$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING
