# Conthoi's two commands are `make run` and `make test`; `make help` lists the rest.

CARGO ?= cargo
PORT ?= 8080

.DEFAULT_GOAL := help
.PHONY: help run test web screenshots web-test web-lint fmt lint doc deny check bench bench-day bench-replan bench-roads bench-planner bench-solver bench-timetable bench-capture bench-ledger bench-kill bench-custody bench-schemathesis fuzz clean

help: ## what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: web ## plan one real day of Sóc Trăng, show it, and serve it on 127.0.0.1:8080
	$(CARGO) run --release --quiet -- demo --port $(PORT)

test: fmt lint doc deny web web-lint ## all checks, on SQLite and on a throw-away PostgreSQL, then in a browser
	tests/with-postgres.sh $(CARGO) test
	$(MAKE) web-test

# The pages are built again only when something of theirs changed. A binary compiled without them says how to get them.
WEB_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' -not -path 'web/tests/*')
API_DESCRIPTION := tests/it/api/snapshots/it__api__openapi__openapi.snap

web: ## the pages, with npm
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory web/dist/.built; \
	elif [ -n "$$CI" ]; then echo "npm is not installed: the pages cannot be built" >&2; exit 1; \
	else echo "npm is not installed: the binary will have no pages, only the API (Debian: apt install nodejs npm)"; fi

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	touch $@

web/dist/.built: $(WEB_SOURCES) $(API_DESCRIPTION) web/node_modules/.package-lock.json
	cd web && npm run --silent build
	touch $@

web-lint: web ## the pages' types
	@if command -v npm >/dev/null; then cd web && npm run --silent check; fi

web-test: web ## the pages in Chromium, against a debug binary
	$(CARGO) build --bin conthoi
	@if command -v node >/dev/null; then node web/tests/run.mjs; \
	elif [ -n "$$CI" ]; then echo "node is not installed" >&2; exit 1; \
	else echo "node is not installed: the pages are not tested"; fi

screenshots: web ## the README's pictures, by the browser tests' own run
	$(CARGO) build --bin conthoi
	SCREENSHOTS=$(CURDIR)/web/screenshots node web/tests/run.mjs pages citizen

fmt:
	$(CARGO) fmt --check

lint:
	$(CARGO) clippy --all-targets -- -D warnings

doc:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --document-private-items

deny: ## licences and advisories of dependencies, where cargo-deny is installed
	@if $(CARGO) deny --version >/dev/null 2>&1; then $(CARGO) deny --offline check bans licenses sources; \
	else echo "cargo-deny is not installed: licences are not checked (cargo install cargo-deny)"; fi

bench: bench-day bench-planner bench-roads ## all benchmarks

bench-day: ## the whole plan command, at published volume and at twenty times that
	$(CARGO) build --release
	benches/day.sh target/release/conthoi

bench-planner: ## the engine on mission-like problems
	$(CARGO) bench --bench planner

# Ours, PyVRP, VROOM, OR-Tools and vrp-cli on published instances, e.g. make bench-solver SECONDS=60 INSTANCES="R211 LR1_2_3" PEERS="conthoi pyvrp" THREADS=2
SECONDS ?= 10
INSTANCES ?=
bench-solver: ## ours and other solvers on published instances: SECONDS, INSTANCES, PEERS, THREADS
	$(CARGO) build --release
	PEERS="$(PEERS)" THREADS="$(THREADS)" benches/solver.sh $(SECONDS) $(INSTANCES)

bench-replan: ## how soon a dispatcher has the answer to a re-plan, at published volume and at twenty times that
	$(CARGO) bench --bench replan

bench-timetable: ## the replay of a year of one centre under other timetables
	$(CARGO) build --release
	benches/timetable.sh target/release/conthoi

bench-roads: ## import, load, matrices and routes on the road extracts
	$(CARGO) bench --bench roads

bench-capture: ## scans a second over HTTP on SQLite, and custody look-ups
	$(CARGO) bench --bench capture

bench-ledger: ## custody look-ups with one and with ten million scans in the ledger (6 GB of disk)
	CONTHOI_BENCH_LEDGER=1000000,10000000 $(CARGO) bench --bench capture

bench-kill: ## kill -9 during capture, 200 times on each database
	CONTHOI_KILLS=200 tests/with-postgres.sh $(CARGO) test --release --test it killed_at_any_moment -- --nocapture

bench-custody: ## custody against a model in 100,000 random schedules
	$(CARGO) test --release --test it simulation -- --ignored --nocapture

bench-schemathesis: ## every route under schemathesis, from the OpenAPI document: no 5xx, no answer that it does not describe
	$(CARGO) build --release
	benches/schemathesis.sh target/release/conthoi

# Needs a nightly toolchain and cargo-fuzz, e.g. make fuzz TARGETS="epcis codes" FUZZ_SECONDS=600
TARGETS ?= codes scan epcis vroom osm centre_csv dossiers
FUZZ_SECONDS ?= 60
fuzz: ## the parsers under cargo fuzz: TARGETS, FUZZ_SECONDS for each
	@for target in $(TARGETS); do $(CARGO) +nightly fuzz run $$target -- -max_total_time=$(FUZZ_SECONDS) || exit 1; done

clean:
	$(CARGO) clean
