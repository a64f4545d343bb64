# Cap E-commerce. `make run` et `make test` font tout sur une machine nue avec Python 3.11 et make.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:

# Le premier Python 3.11 trouvé ; `make PYTHON=/chemin/python3.11 install` en choisit un autre.
IS_311 := import sys; sys.exit(sys.version_info[:2] != (3, 11))
PYTHON ?= $(shell for p in python3.11 python3 python; do \
	"$$p" -c "$(IS_311)" 2>/dev/null && echo "$$p" && break; done)

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
STAMP := $(VENV)/.installed
CHROMIUM := /usr/bin/chromium
FIREFOX := /usr/bin/firefox-esr
UV := uv==0.13.9

# torch est le seul paquet hors de .requirements.lock : selon la machine, c’est une version CPU déjà
# sur le disque, celle de PyPI, ou une autre que l’on choisit avec `make TORCH=fichier.whl install`.
TORCH ?= $(shell sed -n 's/^ *"\(torch==[^"]*\)".*/\1/p' pyproject.toml)

.PHONY: help install build run test test-slow lint browsers lock clean

help: ## affiche cette aide
	@echo "Cap E-commerce : conseiller d’orientation pour les métiers de l’e-commerce."
	@echo
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(firstword $(MAKEFILE_LIST)) \
		| while IFS='|' read -r name text; do printf '%-16s %s\n' "$$name" "$$text"; done

install: $(STAMP) ## crée .venv et installe tout, poids des modèles compris (une seule fois)
	@:

build: install ## construit ou met à jour l’index
	@$(PY) -m bot build

run: build ## installe, construit l’index et sert la page ; affiche son adresse
	@exec $(PY) app.py

test: install browsers lint ## installe ce qu’il faut, puis vérifie le style, les types et tous les tests
	$(PY) -m pytest
	$(PY) -m pytest -m slow

test-slow: install browsers ## lance seulement les tests avec les vrais modèles et Chromium
	$(PY) -m pytest -m slow

lint: install ## vérifie le style (ruff) et les types (mypy)
	$(PY) -m ruff check .
	$(PY) -m mypy
	@if command -v npm >/dev/null; then cd bot/web/widget && npm install --silent && npm run check; \
	else echo "npm absent : les types du widget ne sont pas vérifiés." >&2; fi

browsers: ## installe Chromium et Firefox pour les tests des pages (avec apt-get, en root)
	@if [ -x $(CHROMIUM) ] && [ -x $(FIREFOX) ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y chromium firefox-esr; \
	else \
		echo "Il manque $(CHROMIUM) ou $(FIREFOX), dont les tests des pages ont besoin." >&2; \
		echo "Installez-les, puis relancez la même commande :" >&2; \
		echo "    sudo apt-get update && sudo apt-get install -y chromium firefox-esr" >&2; \
		exit 1; \
	fi

lock: ## récrit .requirements.lock d’après pyproject.toml (UPGRADE=1 : prend les dernières versions)
	@$(check-python)
	@set -e; tools=$$(mktemp -d); trap 'rm -rf "$$tools"' EXIT; \
	"$(PYTHON)" -m venv "$$tools"; \
	"$$tools/bin/python" -m pip --disable-pip-version-check install -q $(UV); \
	"$$tools/bin/uv" pip compile pyproject.toml --extra test $(if $(UPGRADE),--upgrade) \
		--python-version 3.11 --python-platform linux --only-binary :all: --emit-build-options \
		--no-emit-package torch --generate-hashes --no-annotate --quiet \
		--custom-compile-command "make lock" --output-file .requirements.lock >/dev/null
	@echo ".requirements.lock : $$(grep -c '^[a-z].*==' .requirements.lock) paquets."

clean: ## supprime .venv et les fichiers temporaires (ni l’index, ni les poids assemblés)
	rm -rf $(VENV) *.egg-info build dist .pytest_cache .mypy_cache .ruff_cache test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PY):
	@$(check-python)
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); \
		echo "L’environnement virtuel n’a pas pu être créé avec $(PYTHON)." >&2; \
		echo "Sous Debian ou Ubuntu : sudo apt-get install -y python3.11-venv" >&2; exit 1; }

# --no-deps partout : rien n’est installé qui ne soit verrouillé, et `pip check` prouve que rien ne
# manque. Seul torch cherche ses dépendances : une version CUDA en a que le verrou n’a pas.
$(STAMP): .requirements.lock pyproject.toml | $(PY)
	$(PIP) install --no-deps --require-hashes -r .requirements.lock
	$(PIP) install "$(TORCH)"
	$(PIP) install --no-deps --no-build-isolation --quiet --editable .
	$(PIP) check
	@touch $@

define check-python
"$(PYTHON)" -c "$(IS_311)" 2>/dev/null || { \
	echo "Python 3.11 est nécessaire et n’a pas été trouvé$(if $(PYTHON), (« $(PYTHON) » ne convient pas))." >&2; \
	echo "Installez-le, ou indiquez où il est : make PYTHON=/chemin/vers/python3.11 install" >&2; \
	exit 1; }
endef
