#!/bin/sh
# What we depend on: go.mod is tidy, and nothing it names has a known vulnerability (`make deps`). Either needs the network;
# without it this says so, loudly, and passes: whoever works on a train must be able to run the tests.
set -eu

# within SECONDS COMMAND...: a server that does not answer must not hold up the tests
within() {
	if command -v timeout >/dev/null; then timeout "$@"; else shift; "$@"; fi
}

unchecked() {
	printf '\n!!! NOT CHECKED: %s\n!!! Run make deps again where the network can be reached.\n\n' "$1" >&2
}

why=$(mktemp)
trap 'rm -f "$why"' EXIT
untidy=$(within 300 go mod tidy -diff 2>"$why") && tidied=0 || tidied=$?
if [ -n "$untidy" ]; then
	printf '%s\n' "$untidy" "go.mod is not tidy: run go mod tidy" >&2
	exit 1
fi
if [ "$tidied" -ne 0 ]; then
	unchecked "whether go.mod is tidy:
$(tail -n 3 "$why")"
fi

go tool -n govulncheck >/dev/null # builds it
if ! within 20 go tool govulncheck -version 2>/dev/null | grep -q '^DB updated:'; then
	unchecked "known vulnerabilities; their database, https://vuln.go.dev, cannot be reached"
	exit 0
fi
go tool govulncheck ./...
