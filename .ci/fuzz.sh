#!/bin/sh
# Fuzzes every fuzz target for a moment each; FUZZTIME=2m for longer. What breaks a target is written to its testdata/fuzz.
set -eu
cd "$(dirname "$0")/.."
for file in $(grep -rl '^func Fuzz' --include='*_test.go' internal | sort); do
	for target in $(sed -n 's/^func \(Fuzz[A-Za-z]*\)(.*/\1/p' "$file"); do
		go test -vet=off -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-1s}" "./$(dirname "$file")"
	done
done
