# Everything a fresh machine with Python 3.11 and make needs: `make generate` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SYSTEMS := $(basename $(notdir $(wildcard slo_compiler/presets/*.yaml)))

# The tests that run on values alone, and what they have to cover is in pyproject.toml.
COVERING := $(addprefix tests/,burnrate promql rules checks scenarios emitters targets presets runbooks test_bad_specs.py test_compiler.py)

# Each worker and each process that a test starts would compile the modules anew that another one has compiled.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: generate demo test coverage mutate format lint check lock clean

generate: $(VENV)/.run  ## compile specs/ to generated/, and write the pages of presets, checks, guards and indicators
	$(BIN)/slo-compiler compile specs --out generated
	for system in $(SYSTEMS); do \
		$(BIN)/slo-compiler presets $$system --format markdown > docs/presets/$$system.md || exit 1; done
	$(BIN)/python -m tests.pages

demo: $(VENV)/.run  ## break a model behind real servers by a click: see docs/demo.md; OPTIONS are those of the command
	$(BIN)/python -m tests.oracles.demo $(OPTIONS)

test: $(VENV)/.dev  ## run all tests against the real Prometheus and Alertmanager releases
	$(BIN)/python -m tests.oracles
	$(BIN)/python -m pytest -n auto --dist worksteal

coverage: $(VENV)/.dev  ## every branch of the arithmetic, of PromQL and of the rules, by tests that start no engine
	$(BIN)/python -m pytest -q -n auto -m "not slow" --cov --cov-report=term $(COVERING)

mutate: $(VENV)/.dev  ## break the burn-rate engine in every small way, and the rules of models: what does no test notice?
	$(BIN)/python -m tests.mutation
	$(BIN)/python -m tests.mutation.signals

format: $(VENV)/.dev  ## rewrite the code the way ruff formats it
	$(BIN)/ruff format slo_compiler tests bench
	$(BIN)/ruff check --fix slo_compiler tests bench

lint: $(VENV)/.dev  ## formatting, style and types, changing nothing
	$(BIN)/ruff format --check slo_compiler tests bench
	$(BIN)/ruff check slo_compiler tests bench
	$(BIN)/mypy

check: lint test  ## what has to pass before a merge; .ci/run adds the wheel and stale-output checks

lock:  ## write the locked requirements anew from pyproject.toml
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/pip install -q uv
	$(VENV)-lock/bin/uv pip compile pyproject.toml --python-version 3.11 --universal \
		--generate-hashes --no-header -q -o requirements/run.txt
	$(VENV)-lock/bin/uv pip compile pyproject.toml --group dev --python-version 3.11 --universal \
		--generate-hashes --no-header -q -o requirements/dev.txt
	rm -rf $(VENV)-lock

clean:  ## remove what make made, but not generated/
	rm -rf $(VENV) $(VENV)-lock build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .coverage

$(VENV)/.run: pyproject.toml requirements/run.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --no-deps --require-hashes -r requirements/run.txt
	$(BIN)/pip install -q --no-deps -e .
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	$(BIN)/pip install -q --no-deps --require-hashes -r requirements/dev.txt
	$(BIN)/pip check
	touch $@
