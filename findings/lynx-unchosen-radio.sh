#!/bin/bash
# lynx answers a question that nobody answered: it chooses the first radio button and sends it.
#
# Version:  lynx 2.9.0dev.12-1 of Debian 12. Needs `apt-get update` once, python3, and no root.
# Expected: radio buttons without "checked" are all off, as the HTML standard of today and other browsers have it (HTML 2
#           wanted the first one, HTML 4 left it open). Submitting the form sends nothing for them.
# Seen:     the first one is shown as chosen, "(*) Stimme zu", and q1=agree is sent although no key touched it.
#           A question with an option of its own for "no answer", checked from the start, is safe.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

apt-get download -qq -o APT::Sandbox::User="$(id -un)" lynx=2.9.0dev.12-1 lynx-common libncursesw6 libbsd0 libmd0
for deb in *.deb; do dpkg-deb -x "$deb" root; done
libs=$(dirname "$(find root -name 'libncursesw.so.6' | head -n 1)")
export LD_LIBRARY_PATH="$tmp/$libs" LYNX_LSS=/dev/null TERM=vt100 HOME="$tmp"

# The page, and what the server gets when the button is pressed: two steps down, past the radio buttons, and Enter.
cat > page.html <<'HTML'
<!doctype html><html lang="de"><meta charset="utf-8"><title>Frage 1</title>
<form action="/sent">
<fieldset><legend>Soll es ein Tempolimit geben?</legend>
<input type="radio" name="q1" value="agree"> Stimme zu
<input type="radio" name="q1" value="disagree"> Stimme nicht zu</fieldset>
<input type="submit" value="Senden">
</form></html>
HTML
printf 'key %s\n' 'Down Arrow' 'Down Arrow' '^J' q y > keys

cat > look.py <<'PY'
import http.server, subprocess, threading

page, asked = open("page.html", "rb").read(), []

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *args):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
lynx = ["root/usr/bin/lynx", "-cfg=root/etc/lynx/lynx.cfg", "-nocolor", "-cookies=off"]
shown = subprocess.run(lynx + ["-dump", "page.html"], capture_output=True, text=True, timeout=60).stdout
print("\n".join(line.strip() for line in shown.splitlines() if "(" in line))
address = "http://127.0.0.1:%d/" % server.server_port
subprocess.run(lynx + ["-cmd_script=keys", address], stdout=subprocess.DEVNULL, timeout=60)
print("\n".join(path for path in asked if path.startswith("/sent")))
PY
seen=$(http_proxy='' no_proxy=127.0.0.1 python3 look.py)
printf '%s\n' "$seen"

want='(*) Stimme zu ( ) Stimme nicht zu
/sent?q1=agree'
[ "$seen" = "$want" ] || { echo 'changed: not what was seen before' >&2; exit 1; }
