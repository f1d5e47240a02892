# onemap. `make help` lists what can be asked for.
SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

ONEMAP_DATA ?= data
FUZZTIME    ?= 20s
BENCHTIME   ?= 1s
VERSION     := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

GOLANGCI := go tool -modfile=.ci/tools/go.mod golangci-lint
MEASURE  := go test -run '^$$' -timeout 30m -bench

# What the binary is made of. Only what is newer than the last build is built again.
GO_SOURCES := $(shell find api cmd geo tiles migrations frontend/embed.go -type f ! -name '*_test.go' ! -path '*/testdata/*')
PAGE_SOURCES := $(shell find frontend -type d \( -name node_modules -o -name dist -o -name e2e -o -name test \) -prune -o -type f ! -name '*.go' -print)
PACKAGES := frontend/node_modules/.package-lock.json

.PHONY: help run test build dev bench bench-grids bench-redraw bench-coverage bench-live bench-search bench-analysis bench-import bench-people bench-sight bench-audit lint fmt fuzz e2e demo clean check-install scan scan-web install-run install-test

help: ## this list
	@echo "onemap: one map for governing a city by grids"
	@echo
	@grep -hE '^[a-z0-9%-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'
	@echo
	@echo "  ONEMAP_DATA=DIR is the data folder (now: $(ONEMAP_DATA)); ONEMAP_NO_INSTALL=1 installs nothing."

run: install-run build ## install what is missing, build, and serve the demo town; Ctrl-C stops
	@exec bin/onemap serve --demo --data "$(ONEMAP_DATA)"

test: ## every check: formatting, lint, arrows, types, tests of pages, Go and browser
	@.ci/test

build: bin/onemap ## the one static binary bin/onemap, pages embedded

dev: install-run build ## the server, and the pages reloading as they are edited
	@bin/onemap serve --demo --data "$(ONEMAP_DATA)" & server=$$!; \
	trap 'kill -INT $$server 2>/dev/null; wait $$server' EXIT; \
	trap : INT TERM; \
	cd frontend && npm run dev

bench: ## every Go benchmark (BENCHTIME=1s)
	@$(MEASURE) . -benchmem -benchtime $(BENCHTIME) ./...

bench-grids: ## the grid of a place among 2,500 to 1,000,000, redraws, bulk and cutting a district, against their demands; draws geo/grid/cost.svg anew
	@ONEMAP_BENCH_SVG=cost.svg $(MEASURE) '^BenchmarkGrids' -benchtime 1x ./geo/grid
	@$(MEASURE) '^BenchmarkGridsBulk$$' -benchtime 1x ./api/place
	@$(MEASURE) '^BenchmarkCutting$$' -benchtime 1x ./geo/parcel

bench-redraw: ## preview, publish and undo of redraws in a town of 1.33 million (ONEMAP_BENCH_PEOPLE, or ONEMAP_BENCH_DATA, a town's folder), against their demands
	@$(MEASURE) '^BenchmarkRedraw$$' -benchtime 1x ./cmd/internal/boot

bench-coverage: ## proving and locating errors of 2,500 and 50,000 grids, against their demands
	@$(MEASURE) '^BenchmarkCoverage$$' -benchtime 1x ./geo/coverage

bench-live: ## the nearest and boxes among moving objects against an R-tree behind a lock; memory of two million; a commit's way through the change log
	@$(MEASURE) '^BenchmarkLive$$' -benchtime 1x ./geo/live
	@$(MEASURE) '^BenchmarkLiveLog$$' -benchtime 1x ./api/change

bench-search: ## search over ONEMAP_BENCH_PEOPLE people (1,300,000) against its demand
	@$(MEASURE) '^BenchmarkSearch$$' -benchtime 10x ./api/search

bench-analysis: ## the planner's first answer in a town of 1.33 million (ONEMAP_BENCH_PEOPLE)
	@$(MEASURE) '^BenchmarkFirstAnswer$$' -benchtime 1x ./api/analysis

bench-import: ## 200,000 people and 100,000 buildings in from CSV, against their demands
	@$(MEASURE) '^BenchmarkImport' -benchtime 1x ./api/transfer

bench-people: ## writing people under row-level policies, finding one by an encrypted number, against plain tables
	@$(MEASURE) '^BenchmarkPeople$$' -benchtime 2000x ./api/vault

bench-sight: ## lists and cold tiles within a sight against the whole city's (ONEMAP_BENCH_DATA is a town's folder)
	@$(MEASURE) '^BenchmarkSight$$' -benchtime 1x ./cmd/internal/boot

bench-audit: ## reports a second with and without an audit log
	@$(MEASURE) '^BenchmarkAudit$$' -benchtime 1x ./cmd/internal/boot

bench-%: ## the benchmarks of one folder, such as bench-geo or bench-tiles
	@$(MEASURE) . -benchmem -benchtime $(BENCHTIME) ./$*/...

lint: $(PACKAGES) ## vet, lint and import arrows; lint of the pages
	@$(GOLANGCI) run
	@cd frontend && npm run --silent lint

fmt: $(PACKAGES) ## format Go and the pages
	@$(GOLANGCI) fmt
	@gofmt -w .ci/tally.go
	@cd frontend && npm run --silent format

fuzz: ## each fuzz test for FUZZTIME (20s)
	@set -e; \
	grep -rl --include='*_test.go' '^func Fuzz' api cmd geo tiles | sort | while read -r file; do \
		grep -oE '^func Fuzz[A-Za-z0-9_]*' "$$file" | cut -c6- | while read -r name; do \
			echo "$$name in $$(dirname "$$file")"; \
			go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "./$$(dirname "$$file")" </dev/null; \
		done; \
	done

scan: ## gosec and gitleaks over the code; what they find is mended or explained in .ci/scan.exceptions
	@.ci/scan code

scan-web: ## wapiti against the demo town that make run serves (ONEMAP_URL)
	@.ci/scan web

e2e: install-test build ## the browser tests alone
	@cd frontend && npm run --silent e2e

demo: install-run build ## put the demo town into the data folder, without serving it
	@bin/onemap demo --data "$(ONEMAP_DATA)"

check-install: ## say what is missing for running and testing, install nothing
	@ONEMAP_NO_INSTALL=1 .ci/install test && echo "Nothing is missing."

clean: ## remove what was built and the test databases; the data folder stays
	rm -rf bin frontend/node_modules "/tmp/onemap-test-$$(id -u)"
	find frontend/dist -mindepth 1 ! -name .gitkeep -delete

install-run:
	@.ci/install run

install-test:
	@.ci/install test

bin/onemap: $(GO_SOURCES) go.mod go.sum bin/.pages
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o $@ ./cmd/onemap

# The pages lie in frontend/dist; the mark lies here, so that it is not embedded.
bin/.pages: $(PAGE_SOURCES) $(PACKAGES)
	cd frontend && npm run --silent build
	@mkdir -p bin && touch $@

$(PACKAGES): frontend/package-lock.json
	cd frontend && npm ci --no-audit --no-fund --loglevel=error
	@touch $@
