#!/bin/sh
# Fuzzes every fuzz target with 500 inputs each, by number so that a slow machine fails nothing; FUZZTIME=2m for longer. What breaks a target is written to its testdata/fuzz.
set -eu
cd "$(dirname "$0")/.."
for file in $(grep -rl '^func Fuzz' --include='*_test.go' internal | sort); do
	for target in $(sed -n 's/^func \(Fuzz[A-Za-z]*\)(.*/\1/p' "$file"); do
		go test -vet=off -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-500x}" "./$(dirname "$file")"
	done
done
