#!/bin/sh
# Runs every fuzz target: 2,000 inputs each, made from its seeds at random, in test programs as `make test` builds them: nothing
# is compiled for them, they are only linked, without what debuggers read. By number, so that a slow machine fails nothing. With
# FUZZTIME=2m a search for so long each, guided by what the inputs reach, for which all code is compiled once more. What breaks
# a target is written to its testdata/fuzz.
set -eu
cd "$(dirname "$0")/.."
files=$(grep -rl '^func Fuzz' --include='*_test.go' internal | sort)

# targets FILE: the names of its fuzz targets
targets() { sed -n 's/^func \(Fuzz[A-Za-z]*\)(.*/\1/p' "$1"; }

if [ -n "${FUZZTIME:-}" ]; then
	for file in $files; do
		for target in $(targets "$file"); do
			go test -vet=off -run '^$' -fuzz "^$target\$" -fuzztime "$FUZZTIME" "./$(dirname "$file")"
		done
	done
	exit
fi

built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
CGO_ENABLED=1 go test -vet=off -race -ldflags='-s -w' -c -o "$built/" $(for file in $files; do echo "./$(dirname "$file")"; done | sort -u)
for file in $files; do
	package=$(dirname "$file")
	for target in $(targets "$file"); do
		printf '%s %s: ' "$package" "$target"
		said=$(cd "$package" && "$built/$(basename "$package").test" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime 2000x -test.fuzzcachedir "$built/found" 2>&1) ||
			{ printf '%s\n' "$said"; exit 1; }
		printf '%s\n' "$said" | sed -n 's/.*, \(execs: [0-9]*\).*/\1/p' | tail -n 1
	done
done
