# Every target does its own set-up; on a machine that has everything this costs a fraction of a second.
PYTHON := .venv/bin/python
# Many short processes run the same modules: what one has compiled, the others read.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help demo install console check test lab bench lock

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 16

demo: ## a bare machine becomes a running appliance, which moves onto a VM and back
	@tools/setup.sh --if-possible serving machines hypervisors
	@exec $(PYTHON) -m lab.demo

install: ## put openQRM on this machine, or upgrade it: PREFIX=/opt/openqrm
	@tools/setup.sh --if-possible --no-python serving
	@exec tools/install.sh

console: ## build the browser console into src/openqrm/console
	@tools/setup.sh
	@exec $(PYTHON) -m tools.console build

check: ## the fast loop: format, lint, types, imports, dependencies, fast tests
	@tools/setup.sh
	@exec $(PYTHON) -m tools.check

test: check ## all tests, on PostgreSQL, in a browser and on real machines too (up to 25 minutes)
	@tools/setup.sh serving machines hypervisors database console
	@exec $(PYTHON) -m tools.suites host console real

lab: ## what takes longer than that
	@tools/setup.sh serving machines hypervisors database console firefox
	@exec $(PYTHON) -m tools.suites lab

bench: ## the numbers, as a table and in build/bench/results.json
	@tools/setup.sh --if-possible serving machines hypervisors database
	@exec $(PYTHON) -m bench

lock: ## both requirements*.lock from pyproject.toml, keeping the pins that still fit
	@tools/setup.sh
	@exec tools/lock.sh
