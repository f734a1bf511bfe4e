# Every task of this repository. `make` alone lists them.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test test-real check form deps setup fuzz bench soak cover build

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 11

demo: ## Run the demo: a complete invented election on your machine
	go run ./cmd/pruefstein demo

# Where goroutines meet: what serves, sends and stores, and the use cases it calls. Their tests run under the race detector.
race := $(addprefix ./internal/,alliance answer bolt compare draft mail publish send survey transcribe web/...)

# Where nothing is compiled yet, compiling is most of it, and a quarter of compiling is the collection of garbage: let more gather.
test: export GOGC ?= 400
# The browser tests are the longest way, one page after the other: they go first. The tests under the race detector and
# staticcheck run beside them and take what is left, which is why they are nice. All end before the verdict; what staticcheck
# finds is printed last. vet ran already.
test: setup form deps ## Everything a newcomer and the CI run: set up, check, test
	@others=$$(go list ./... | grep -vxF "$$(go list $(race))"); found=$$(mktemp); \
	nice -n 5 go tool staticcheck ./... >$$found 2>&1 & static=$$!; \
	go test -vet=off -p 1 $$others & beside=$$!; \
	CGO_ENABLED=1 nice -n 5 go test -vet=off -race $(race); raced=$$?; \
	wait $$beside; tested=$$?; wait $$static; checked=$$?; \
	cat $$found; rm $$found; [ "$$raced $$tested $$checked" = "0 0 0" ]
	@sh .ci/fuzz.sh

test-real: ## Against foreign programs: a mail server takes our mails, LibreOffice reads our workbook
	@sh internal/testkit/setup.sh real
	go vet -tags real ./internal/mail ./internal/export
	go test -vet=off -tags real -run Real ./internal/mail ./internal/export

check: form ## Formatting, go vet, staticcheck
	go tool staticcheck ./...

form:
	@unformatted=$$(gofmt -l .); [ -z "$$unformatted" ] || { echo "not formatted, run gofmt -w on:"; echo "$$unformatted"; exit 1; }
	go vet ./...

deps: ## go.mod is tidy and names nothing with a known vulnerability
	@sh .ci/dependencies.sh

setup: ## Install what the tests need, when missing: Chromium, axe-core, a C compiler
	@sh internal/testkit/setup.sh

fuzz: ## Search with every fuzz target for a minute, guided by what its inputs reach; FUZZTIME=10m for longer
	@FUZZTIME=$${FUZZTIME:-1m} sh .ci/fuzz.sh

bench: ## Run the benchmarks
	go test -bench . -run '^$$' ./...

soak: ## Ten minutes of kills, full disk, hostile mail servers and load (SOAK=2m: shorter); prints the table of docs/trust.md
	go run ./internal/soak -for $${SOAK:-10m}

cover: setup ## Run the tests and list what they do not reach (cover.out)
	go test -vet=off -coverpkg=./... -coverprofile=cover.out ./...
	go tool cover -func=cover.out

build: ## Build ./pruefstein
	CGO_ENABLED=0 go build -trimpath -o pruefstein ./cmd/pruefstein
