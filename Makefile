# Every task of this repository. `make` alone lists them.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test check deps setup fuzz bench soak cover build

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 10

demo: ## Run the demo: a complete invented election on your machine
	go run ./cmd/pruefstein demo

test: setup check deps ## Everything a newcomer and the CI run: set up, check, test
	@# vet ran in check already
	go test -vet=off ./...
	@sh .ci/fuzz.sh

check: ## Formatting, go vet, staticcheck
	@unformatted=$$(gofmt -l .); [ -z "$$unformatted" ] || { echo "not formatted, run gofmt -w on:"; echo "$$unformatted"; exit 1; }
	go vet ./...
	go tool staticcheck ./...

deps: ## go.mod is tidy and names nothing with a known vulnerability
	@sh .ci/dependencies.sh

setup: ## Install Chromium and axe-core for the browser tests, when missing
	@sh internal/testkit/setup.sh

fuzz: ## Fuzz every fuzz target with some hundred inputs; FUZZTIME=2m for longer
	@sh .ci/fuzz.sh

bench: ## Run the benchmarks
	go test -bench . -run '^$$' ./...

soak: ## Ten minutes of kills, full disk, hostile mail servers and load (SOAK=2m: shorter); prints the table of docs/trust.md
	go run ./internal/soak -for $${SOAK:-10m}

cover: setup ## Run the tests and list what they do not reach (cover.out)
	go test -vet=off -coverpkg=./... -coverprofile=cover.out ./...
	go tool cover -func=cover.out

build: ## Build ./pruefstein
	CGO_ENABLED=0 go build -trimpath -o pruefstein ./cmd/pruefstein
