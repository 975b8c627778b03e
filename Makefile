# planapo's targets: thin, over the presets of CMakePresets.json and the scripts in tools/. `make help` lists them.
SHELL := /bin/bash
export PLANAPO_PYTHON ?= python3
export CMAKE_BUILD_PARALLEL_LEVEL ?= $(shell nproc)
venv := build/venv

.PHONY: help demo test soak bench bundle build clean release debug asan tsan always
.NOTPARALLEL:
.DEFAULT_GOAL := help

help: ## this list
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1	\2/p' $(MAKEFILE_LIST) | expand -t 14

demo: build ## restores a real recording, from the raw file to a picture
	$(venv)/bin/python examples/demo.py

test: build asan tsan ## builds everything that can be tested, then runs the tests
	tools/run_tests --label-exclude '^soak$$'

soak: build asan tsan ## the same suites at the full numbers
	tools/run_tests --label-regex '^soak$$'

bench: build ## times planapo against what its kernels must move, and against other tools
	bench/run

bundle: ## build/planapo-bundle.tar.gz: planapo for machines where nothing can be installed
	tools/bundle

build: release ## virtual environment in build/venv, C++ tree in build/install
	cmake --install build/release --prefix build/install >build/install.log
	tools/install_package

clean: ## removes everything that was built
	rm -rf build

release debug asan tsan: %: build/%/build.ninja
	cmake --build --preset $@

build/%/build.ninja: CMakePresets.json build/venv/.bootstrapped build/cuda.cmake
	cmake --fresh --preset $*
	@touch $@

build/venv/.bootstrapped: tools/bootstrap
	tools/bootstrap
	@touch $@

# Looked at by every make, written where the choice has changed (PLANAPO_CUDA: auto, toolkit, wheels or off).
build/cuda.cmake: build/venv/.bootstrapped always
	@tools/find_cuda
