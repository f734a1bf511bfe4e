#!/bin/sh
# Installs what the tests need and what is missing: Chromium, axe-core, a C compiler; with the argument "real" the foreign programs
# of `make test-real` instead. Any Chromium will do; the one without windows takes half the time.
# As root on Debian it installs packages; otherwise it says what to do.
set -eu
cd "$(dirname "$0")"

# installs: whether this may install packages
installs() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

# package NAME WHY: installs a Debian package, or says how and stops.
package() {
	if installs; then
		echo "setup: installing $1 ($2)"
		export DEBIAN_FRONTEND=noninteractive
		apt-get update -qq
		apt-get install -y -qq --no-install-recommends "$1" >/dev/null
		return
	fi
	echo "setup: $1 is missing ($2)." >&2
	echo "       On Debian: sudo apt-get install $1" >&2
	echo "       Elsewhere: install it your way, then run make setup again." >&2
	[ "$1" != chromium-headless-shell ] || echo "       A browser in another place: CHROMIUM=/path/to/chromium make test" >&2
	exit 1
}

if [ "${1:-}" = real ]; then
	command -v aiosmtpd >/dev/null || package python3-aiosmtpd "a foreign mail server"
	command -v soffice >/dev/null || package libreoffice-calc-nogui "it reads our workbook"
	exit
fi

if ! echo '#include <stdlib.h>' | "${CC:-gcc}" -x c -c -o /dev/null - 2>/dev/null; then
	package gcc "the race detector is linked with it"
	package libc6-dev "the same"
fi

if [ -n "${CHROMIUM:-}" ]; then
	[ -x "$CHROMIUM" ] || { echo "setup: CHROMIUM names $CHROMIUM, which cannot be run." >&2; exit 1; }
elif [ ! -x /usr/bin/chromium-headless-shell ] && { [ ! -x /usr/bin/chromium ] || installs; }; then
	package chromium-headless-shell "the browser tests drive it" || [ -x /usr/bin/chromium ]
fi

pinned=$(sed -n 's/.*"axe-core": "\(.*\)".*/\1/p' package.json)
if ! grep -qs "\"version\": \"$pinned\"" node_modules/axe-core/package.json; then
	command -v npm >/dev/null || package npm "it fetches axe-core, the accessibility checker of the browser tests"
	echo "setup: installing axe-core $pinned"
	npm ci --loglevel=error
fi
