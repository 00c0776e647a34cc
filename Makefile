# What people type: `make help`. Needs Rust (rustup) and Node 20; on Debian the rest is installed when it is missing.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

LISTEN ?= 127.0.0.1:8080
STORE ?= sqlite:gridward-demo.gpkg
# One profile for everything: each further one compiles 300 packages again.
CARGO_PROFILE := --release
GRIDWARD := target/release/gridward
# The judges' Python first; its `python3` has shapely.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

# Commands the tests run, each with the Debian package that has it.
TOOLS := ogrinfo:gdal-bin sqlite3:sqlite3 javac:default-jdk-headless curl:curl openssl:openssl psql:postgresql-client chromium:chromium fc-list:fontconfig
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: help run build test test-long test-rust test-web lint bench tools clean-demo

help: ## says what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F'\t' '{printf "  make %-11s %s\n", $$1, $$2}'

run: build ## serves the demo town at http://127.0.0.1:8080
	$(GRIDWARD) serve --demo --listen $(LISTEN) --store $(STORE)

build: web/dist/index.html ## builds the web pages and the release binary
	cargo build $(CARGO_PROFILE) --locked

test: tools lint test-web test-rust ## installs what the tests need, then runs every check there is

test-long: tools built-for-tests ## kills, stops and fills servers and databases under reports a hundred times; judges every role by hundreds of requests
	if command -v cargo-nextest > /dev/null; \
	then GRIDWARD_TEST_ROUNDS=100 GRIDWARD_TEST_EXAMPLES=100 cargo nextest run $(CARGO_PROFILE) --locked --no-fail-fast kept:: judge:: ; \
	else GRIDWARD_TEST_ROUNDS=100 GRIDWARD_TEST_EXAMPLES=100 cargo test $(CARGO_PROFILE) --locked --test it -- kept:: judge:: ; fi

test-web: tools built-for-tests ## unit tests of the pages, and both pages in Chromium on a real service, on both kinds of store
	cd web && npm run test:unit
	cd web && npm run test:browser
	cd web && GRIDWARD_TEST_STORE=postgis npm run test:browser

# Tests widen the features of a few dependencies. Built with them from the start, the binary and the tests share all packages.
.PHONY: built-for-tests
built-for-tests: web/dist/index.html
	cargo test $(CARGO_PROFILE) --locked --no-run

# A machine that stands still for seconds can fail a test once; whoever fails twice is broken. What passed at the second go is listed as
# flaky at the end, and is looked into.
export NEXTEST_RETRIES := 1

# What is about no kind of store runs on a file first, then on PostGIS. The contract suite runs on both by itself.
ON_POSTGIS := http:: live::

test-rust: tools built-for-tests ## unit, property, command line, HTTP and store tests, with their judges, on both kinds of store
	if command -v cargo-nextest > /dev/null; \
	then cargo nextest run $(CARGO_PROFILE) --locked --no-fail-fast; \
	  GRIDWARD_TEST_STORE=postgis cargo nextest run $(CARGO_PROFILE) --locked --no-fail-fast --test it $(ON_POSTGIS); \
	else cargo test $(CARGO_PROFILE) --locked --no-fail-fast; \
	  GRIDWARD_TEST_STORE=postgis cargo test $(CARGO_PROFILE) --locked --no-fail-fast --test it -- $(ON_POSTGIS); fi
	tests/postgis.sh unshare

lint: web/node_modules/.stamp web/dist/index.html ## formats, clippy, types of the pages, licences
	cargo fmt --check
	cargo clippy $(CARGO_PROFILE) --locked --all-targets -- -D warnings
	cd web && npm run check
	@# Without cargo-deny the test tidy::licences keeps the same rule.
	if command -v cargo-deny > /dev/null; then cargo deny check bans licenses sources; fi

bench: ## measures, and asserts the answers; benches/README.md has the figures
	cargo bench --locked --bench gridward

.PHONY: bench-reports
bench-reports: web/dist/index.html ## a minute of reports on each kind of store, at the rates that are promised, and none lost
	cargo bench --locked --bench reports -- sqlite 300 60
	cargo bench --locked --bench reports -- postgis 1000 60

web/node_modules/.stamp: web/package-lock.json
	cd web && npm ci
	touch $@

web/dist/index.html: web/node_modules/.stamp $(shell find web/src web/*.html web/*.ts web/package.json -type f)
	cd web && npm run build
	touch $@

tests/judges/node_modules/.stamp: tests/judges/package-lock.json
	cd tests/judges && npm ci
	touch $@

.venv/.stamp: tests/judges/requirements.txt
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -r tests/judges/requirements.txt
	touch $@

tools: debian-packages .venv/.stamp tests/judges/node_modules/.stamp ## installs the judges: GDAL, Chromium, shapely, decoders

.PHONY: debian-packages
debian-packages:
	missing=""; \
	for tool in $(TOOLS); do command -v "$${tool%%:*}" > /dev/null || missing="$$missing $${tool##*:}"; done; \
	/usr/bin/python3 -c 'from osgeo_utils.samples import validate_gpkg' 2> /dev/null || missing="$$missing python3-gdal"; \
	python3 -c 'import ensurepip' 2> /dev/null || missing="$$missing python3-venv"; \
	if ! command -v fc-list > /dev/null || ! fc-list :lang=zh | grep -q .; then missing="$$missing fonts-noto-cjk"; fi; \
	ls /usr/share/postgresql/*/extension/postgis.control > /dev/null 2>&1 || missing="$$missing postgresql postgresql-postgis"; \
	if [ -n "$$missing" ]; then \
	  command -v apt-get > /dev/null || { echo "install with your own means:$$missing" >&2; exit 1; }; \
	  $(SUDO) apt-get update -qq; $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	fi

clean-demo: ## removes the demo's store
	rm -f gridward-demo.gpkg gridward-demo.gpkg-wal gridward-demo.gpkg-shm
