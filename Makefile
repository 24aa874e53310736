# The project's commands. `make` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help install install-dev run test bench lint messages pictures screenshots

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
# Tests and linters bring settings of their own: those of a site on this machine stay out of them.
PLAIN := env -u SECRET_KEY -u DEBUG -u ALLOWED_HOSTS -u DATABASE_URL -u CACHE_URL -u MEDIA_ROOT -u SITE_URL \
	-u TIME_ZONE -u LANGUAGE_CODE -u ARCHIVE_PROFILE -u IMAGE_HOSTS -u TRUSTED_PROXIES -u REQUIRE_TWO_FACTOR \
	-u UPLOAD_FOLDER -u MAX_UPLOAD_MB -u IMPORT_FOLDERS

help: ## list these commands
	@echo "newsarchive: make COMMAND"
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null \
		|| sed -nE 's/^([a-z]+):[^#]*## (.*)/  make \1   \2/p' $(MAKEFILE_LIST)
	@echo "Another port: PORT=8001 make run. Another folder to measure: CORPUS=folder make bench."

# $(call packages,FILE): put what a requirements file names into .venv, unless that very file was put there before.
define packages
	@if ! [ -x $(BIN)/python ]; then \
		if ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
			echo "newsarchive needs Python 3.11 or newer, and $(PYTHON) is not: name one, as in PYTHON=python3.12 make install" >&2; exit 1; \
		fi; \
		if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "Installing Debian's python3-venv (apt-get) …"; \
			apt-get update -qq >/dev/null; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null; \
		fi; \
		if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
			echo "Python's venv module is missing: on Debian, install it with: sudo apt-get install python3-venv" >&2; exit 1; \
		fi; \
		echo "Making a virtual environment in $(VENV) …"; \
		rm -rf $(VENV); $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }; \
	fi
	@want="$$(cat requirements.txt $(1) | sha256sum)"; stamp=$(VENV)/$(1).installed; \
	if [ "$$(cat $$stamp 2>/dev/null)" != "$$want" ]; then \
		echo "Installing the packages of $(1) into $(VENV) …"; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $(1); \
		echo "$$want" > $$stamp; \
	fi
endef

install: ## make .venv and install what the site runs on
	$(call packages,requirements.txt)
	@echo "make install: done; the packages of requirements.txt are in $(VENV)."

# Quiet where there is nothing to do, for the commands below.
install-dev:
	$(call packages,requirements-dev.txt)

run: export DEBUG := true
run: export SITE_URL ?= http://127.0.0.1:$(PORT)
run: export PORT := $(PORT)
run: ## serve the archive of seeds/ on http://127.0.0.1:8000/
	@case "$(PORT)" in ""|*[!0-9]*) echo "PORT is $(PORT), and a port is a number, as in PORT=8001 make run" >&2; exit 1;; esac
	$(call packages,requirements.txt)
	@if (exec 3<>/dev/tcp/127.0.0.1/$(PORT)) 2>/dev/null; then \
		echo "Port $(PORT) is in use already: stop what uses it, or choose another, as in PORT=8001 make run" >&2; exit 1; \
	fi
	@echo "Preparing the database …"
	@$(BIN)/python manage.py migrate --verbosity 0
	@echo "Importing seeds/ …"
	@$(BIN)/python manage.py import_seeds
	@$(BIN)/python manage.py demo_editor
	@echo "The archive is ready; Ctrl-C stops it:"
	@$(BIN)/python manage.py import_worker --with-parent & exec $(BIN)/python -m gunicorn

test: install-dev ## run all tests: on SQLite, in a browser, on PostgreSQL
	@$(PLAIN) $(BIN)/python -m articles.tests.browser.chromium
	@$(PLAIN) $(BIN)/python -m articles.tests.postgresql_server --install
	@echo "Testing on SQLite, and in the browser …"
	@$(PLAIN) $(BIN)/python -m pytest -n 2 --dist worksteal
	@echo "Testing what uses the database on PostgreSQL …"
	@$(PLAIN) $(BIN)/python -m articles.tests.postgresql_server -- $(BIN)/python -m pytest -n 2 --dist worksteal -m "database and not browser and not corpus and not any_database"
	@echo "make test: all tests passed, on SQLite, in Chromium and on PostgreSQL."

screenshots: install-dev ## take pictures of every kind of page into docs/screenshots
	@$(PLAIN) $(BIN)/python -m articles.tests.browser.chromium
	@$(PLAIN) $(BIN)/python -m articles.tests.browser.page_screenshots $(if $(EXTREMES),--extremes) $(NAMES)

bench: install-dev ## measure importer, search and site, in ratios
	@$(PLAIN) CORPUS="$(CORPUS)" PARTS="$(PARTS)" SEARCHED="$(or $(SEARCHED),50000)" $(BIN)/python -m bench

# Django's makemessages reads sources with xgettext. The dates that it writes would differ with every run.
messages: install-dev ## gather the words of the interface for translators, and compile their translations
	@if ! { command -v xgettext && command -v msgfmt; } >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Debian's gettext (apt-get) …"; \
		apt-get update -qq >/dev/null; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq gettext >/dev/null; \
	fi
	@if ! { command -v xgettext && command -v msgfmt; } >/dev/null; then \
		echo "xgettext and msgfmt are missing: on Debian, install them with: sudo apt-get install gettext" >&2; exit 1; \
	fi
	@$(PLAIN) DEBUG=true $(BIN)/python manage.py makemessages --locale zh_Hant --locale zh_Hans --extension html,py,txt,xml \
		--no-obsolete --add-location file --ignore var --ignore $(VENV)
	@sed -i '/^"POT-Creation-Date:/d' locale/*/LC_MESSAGES/django.po
	@$(PLAIN) DEBUG=true $(BIN)/python manage.py compilemessages --ignore $(VENV) --verbosity 0
	@for language in zh_Hant zh_Hans; do echo "make messages: $$language: $$(msgfmt --statistics -o /dev/null locale/$$language/LC_MESSAGES/django.po 2>&1)"; done

pictures: install-dev ## make the pictures of the editors' manuals anew
	@$(PLAIN) $(BIN)/python -m articles.tests.browser.chromium
	@$(PLAIN) $(BIN)/python -m articles.tests.browser.screenshots

# django-upgrade only knows how to rewrite: it gets a copy, and must leave it as it is.
PYTHON_FILES = find . -name '*.py' -not -path './$(VENV)/*' -not -path './var/*' -not -path '*/migrations/*'
lint: install-dev ## check style, types, templates and production settings; changes nothing
	@found=(); check() { echo "$$1 …"; "$${@:2}" || found+=("$$1"); }; \
	copy=$$(mktemp -d); trap 'rm -rf "$$copy"' EXIT; \
	$(PYTHON_FILES) | tar cf - -T - | tar xf - -C "$$copy"; \
	upgrade() { (cd "$$copy" && find . -name '*.py' -exec "$(CURDIR)/$(BIN)/django-upgrade" --target-version 5.2 {} +); }; \
	check "ruff check"          $(BIN)/ruff check --quiet .; \
	check "ruff format --check" $(BIN)/ruff format --quiet --check .; \
	check "django-upgrade"      upgrade; \
	check "djade"               find templates articles -name "*.html" -exec $(BIN)/djade --check --target-version 5.2 {} +; \
	check "mypy"                $(PLAIN) DEBUG=true $(BIN)/python -m mypy --no-error-summary articles newsarchive bench manage.py gunicorn.conf.py; \
	check "manage.py check --deploy" $(PLAIN) SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))')" \
		SITE_URL=https://archive.example ALLOWED_HOSTS=archive.example \
		$(BIN)/python manage.py check --deploy --fail-level WARNING; \
	check "manage.py makemigrations --check" $(PLAIN) DEBUG=true $(BIN)/python manage.py makemigrations --check --dry-run; \
	if (($${#found[@]})); then printf 'make lint: to mend, see above: %s\n' "$${found[@]}" >&2; exit 1; fi
	@echo "make lint: nothing to mend."
