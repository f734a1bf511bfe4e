package config_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"pruefstein/internal/config"
)

var update = flag.Bool("update", false, "rewrite docs/configuration.md")

func parse(args ...string) (config.CLI, string, error) {
	var out strings.Builder
	return config.Parse(args, &out)
}

// model is the command line as kong understands it.
func model(t *testing.T) *kong.Application {
	t.Helper()
	parser, err := kong.New(&config.CLI{}, kong.Name("pruefstein"))
	if err != nil {
		t.Fatal(err)
	}
	return parser.Model
}

func TestDefaults(t *testing.T) {
	cli, command, err := parse("serve")
	if err != nil || command != "serve" {
		t.Fatal(command, err)
	}
	s := cli.Serve
	if s.Data.Data != "storage" || s.Listen != "127.0.0.1:8080" || s.BaseURL != "" || s.SMTP.Port != 587 || len(s.TrustedProxies) != 0 || s.LogFormat != "text" {
		t.Errorf("%+v", s)
	}
	cli, command, err = parse("demo")
	if err != nil || command != "demo" || cli.Demo.Data != "" {
		t.Errorf("%s %+v %v", command, cli.Demo, err)
	}
}

func TestCommands(t *testing.T) {
	for line, want := range map[string]string{
		"import datei.json": "import", "import --publish --data d datei.json": "import", "export a-b vergleich.xlsx": "export",
		"export a-b daten.json -o x.json": "export", "check": "check", "backup kopie.db": "backup", "reset-link ada@x.example": "reset-link", "version": "version",
	} {
		if _, command, err := parse(strings.Fields(line)...); command != want || err != nil {
			t.Errorf("%s: %q %v", line, command, err)
		}
	}
	cli, _, _ := parse("export", "--data", "d", "a-b", "daten.json", "-o", "x.json")
	if e := cli.Export; e.Slug != "a-b" || e.Name != "daten.json" || e.Output != "x.json" || e.Data.Data != "d" {
		t.Errorf("%+v", e)
	}
}

func TestUsageErrorsSayWhatToDo(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "none")
	for line, want := range map[string]string{
		"":                        "expected",
		"serv":                    "serve",
		"import":                  "FILE.json",
		"serve --verbose":         "unknown flag",
		"serve --log-format xml":  "text",
		"serve --smtp-port viele": "--smtp-port",
		"backup":                  "FILE",
		"serve --smtp-host mx":    "--smtp-from",
		"serve --smtp-host mx --smtp-from Bündnis<a@b.example>": "bare address",
		"serve --smtp-host mx --smtp-from büro@b.example":       "bare address",
		"serve --smtp-envelope-from niemand":                    "bare address",
		"serve --base-url example.org":                          "https://",
		"serve --listen 0.0.0.0:8080":                           "--base-url is missing",
		"serve --listen :8080":                                  "--base-url is missing",
		"serve --listen xyz":                                    "--listen",
		"serve --listen 127.0.0.1:99999":                        "--listen",
		"serve --listen 127.0.0.1:http":                         "--listen",
		"serve --trusted-proxies 127.0.0.1,garbage":             "--trusted-proxies \"garbage\"",
		"serve --trusted-proxies 10.0.0.0/33":                   "--trusted-proxies",
		"serve --smtp-port 99999":                               "--smtp-port",
		"demo --listen 127.0.0.1:99999":                         "--listen",
		"demo --listen 0.0.0.0:8080":                            "this machine only",
		"demo --listen :8080":                                   "this machine only",
		"demo --listen 192.0.2.1:8080":                          "this machine only",
		"demo --listen nordmark.de:8080":                        "this machine only",
		"demo --listen 8080":                                    "127.0.0.1:8080",
		"serve --smtp-password a --smtp-password-file b":        "one of them",
		"serve --smtp-password-file " + secret:                  secret,
	} {
		if _, _, err := parse(strings.Fields(line)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want …%s…", line, err, want)
		}
	}
}

func TestBaseURL(t *testing.T) {
	for url, want := range map[string]string{
		"https://pruefsteine.example.org": "https://pruefsteine.example.org", "https://pruefsteine.example.org/": "https://pruefsteine.example.org",
		"http://127.0.0.1:8080": "http://127.0.0.1:8080", "https://[::1]:8443": "https://[::1]:8443",
		"HTTPS://Pruefsteine.Example.ORG": "https://pruefsteine.example.org",
		"https://example.org:443":         "https://example.org", "http://example.org:80": "http://example.org", "http://example.org:443": "http://example.org:443",
		"https://example.org/pfad": "", "https://example.org//": "", "ftp://example.org": "", "javascript:alert(1)": "", "example.org": "", "": "", "https://": "",
		"https://a:b@example.org": "", "https://example.org?x=1": "", "https://example.org#x": "", "https:// example.org": "", "https://:8080": "",
	} {
		for _, command := range []string{"serve", "import", "export"} {
			args := map[string][]string{"serve": {}, "import": {"f.json"}, "export": {"a", "b"}}[command]
			cli, _, err := parse(append([]string{command, "--base-url=" + url}, args...)...)
			got := map[string]string{"serve": cli.Serve.BaseURL, "import": cli.Import.BaseURL, "export": cli.Export.BaseURL}[command]
			if err == nil && got != want || err != nil && want != "" {
				t.Errorf("%s %q: %q %v, want %q", command, url, got, err, want)
			}
		}
	}
}

// An address on this machine alone says where to listen, unless that is said: nobody else could answer there.
func TestListensWhereItIsReached(t *testing.T) {
	for args, want := range map[string]string{
		"--base-url http://127.0.0.1:21011": "127.0.0.1:21011", "--base-url http://127.0.0.1:21011/": "127.0.0.1:21011",
		"--base-url http://localhost:9000": "localhost:9000", "--base-url http://[::1]:9000": "[::1]:9000", "--base-url http://127.0.0.1": "127.0.0.1:80",
		"--base-url http://127.0.0.1:21011 --listen 127.0.0.1:9": "127.0.0.1:9", "--base-url https://127.0.0.1:8443": "127.0.0.1:8080",
		"--base-url http://pruefsteine.example:21011": "127.0.0.1:8080", "--base-url https://pruefsteine.example": "127.0.0.1:8080", "": "127.0.0.1:8080",
	} {
		cli, _, err := parse(append([]string{"serve"}, strings.Fields(args)...)...)
		if err != nil || cli.Serve.Listen != want {
			t.Errorf("%q listens on %q, want %q (%v)", args, cli.Serve.Listen, want, err)
		}
	}
}

func TestDemoListensOnThisMachine(t *testing.T) {
	for _, listen := range []string{"127.0.0.1:0", "127.0.0.2:8080", "localhost:8080", "[::1]:8080"} {
		if _, _, err := parse("demo", "--listen", listen); err != nil {
			t.Errorf("%s: %v", listen, err)
		}
	}
}

func TestPasswordFile(t *testing.T) {
	for content, want := range map[string]string{
		"geheim": "geheim", "geheim\n": "geheim", "geheim\n\n": "geheim\n", "geheim\r\n": "geheim", " geheim \n": " geheim ", "\n": "", "a\r": "a\r", "": "",
	} {
		file := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		cli, _, err := parse("serve", "--smtp-password-file", file)
		if err != nil || cli.Serve.SMTP.Password != want {
			t.Errorf("%q: %q %v, want %q", content, cli.Serve.SMTP.Password, err, want)
		}
		t.Setenv("PRUEFSTEIN_SMTP_PASSWORD_FILE", file)
		cli, _, err = parse("serve")
		if err != nil || cli.Serve.SMTP.Password != want {
			t.Errorf("variable, %q: %q %v", content, cli.Serve.SMTP.Password, err)
		}
		t.Setenv("PRUEFSTEIN_SMTP_PASSWORD_FILE", "")
	}
}

func TestVariables(t *testing.T) {
	for _, name := range []string{"DATA", "LISTEN", "BASE_URL", "SMTP_HOST", "SMTP_PORT", "SMTP_FROM", "TRUSTED_PROXIES", "LOG_FORMAT"} {
		value := map[string]string{"DATA": "/srv/p", "LISTEN": "127.0.0.1:9", "BASE_URL": "https://e.example/", "SMTP_HOST": "mx", "SMTP_PORT": "25", "SMTP_FROM": "post@e.example",
			"TRUSTED_PROXIES": "10.0.0.1,192.0.2.0/24", "LOG_FORMAT": "json"}[name]
		t.Setenv("PRUEFSTEIN_"+name, value)
	}
	cli, _, err := parse("serve", "--smtp-host", "flag")
	s := cli.Serve
	if err != nil || s.Data.Data != "/srv/p" || s.Listen != "127.0.0.1:9" || s.BaseURL != "https://e.example" || s.SMTP.Host != "flag" || s.SMTP.Port != 25 ||
		strings.Join(s.TrustedProxies, " ") != "10.0.0.1 192.0.2.0/24" || s.LogFormat != "json" {
		t.Errorf("%+v %v", s, err)
	}
	cli, _, err = parse("demo")
	if err != nil || cli.Demo.Data != "" || cli.Demo.Listen != "127.0.0.1:8080" {
		t.Errorf("the environment reaches the demonstration: %+v %v", cli.Demo, err)
	}
}

// Settings that make a choice each time (a file to write, whether to publish) are no settings of an installation.
var chosenEachTime = map[string]bool{"import publish": true, "import update": true, "export output": true, "check rebuild": true}

func TestEveryFlagHasItsVariable(t *testing.T) {
	for _, command := range model(t).Children {
		for _, group := range command.Flags {
			want := []string{"PRUEFSTEIN_" + strings.ToUpper(strings.ReplaceAll(group.Name, "-", "_"))}
			if command.Name == "demo" || command.Hidden || group.Name == "help" || chosenEachTime[command.Name+" "+group.Name] {
				want = nil
			}
			if fmt.Sprint(group.Envs) != fmt.Sprint(want) {
				t.Errorf("%s --%s: %v, want %v", command.Name, group.Name, group.Envs, want)
			}
			if group.Help == "" {
				t.Errorf("%s --%s has no help", command.Name, group.Name)
			}
		}
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"serve", "--help"}, {"import", "-h"}} {
		var out strings.Builder
		_, _, err := config.Parse(args, &out)
		if !errors.Is(err, config.ErrHelp) || !strings.Contains(out.String(), "pruefstein") {
			t.Errorf("%v: %v\n%s", args, err, out.String())
		}
	}
	var out strings.Builder
	_, _, _ = config.Parse([]string{"--help"}, &out)
	if strings.Contains(out.String(), "inspect") {
		t.Errorf("--help tells of a command that is not for people:\n%s", out.String())
	}
	for _, command := range []string{"serve", "demo", "import", "export", "check", "backup", "version"} {
		if !strings.Contains(out.String(), "\n  "+command) {
			t.Errorf("--help does not tell of %s:\n%s", command, out.String())
		}
	}
}

// The table for people who run it is printed from the struct; `go test ./internal/config -update` rewrites it.
func TestConfigurationDocument(t *testing.T) {
	var doc bytes.Buffer
	doc.WriteString(`# Configuration

Printed by a test from ` + "`internal/config`" + `: change it there, then run ` + "`go test ./internal/config -update`" + `.

A flag goes before its variable, the variable before the default. A secret can stand in a file instead; its last newline is cut.
Usage errors exit with 2, everything else that fails with 1.
`)
	for _, command := range model(t).Children {
		if command.Hidden {
			continue
		}
		fmt.Fprintf(&doc, "\n## pruefstein %s\n\n%s\n", strings.Join(append([]string{command.Name}, arguments(command)...), " "), command.Help)
		var rows []string
		for _, f := range command.Flags {
			if f.Name == "help" {
				continue
			}
			name := "`--" + f.Name + "`"
			if f.Short != 0 {
				name += ", `-" + string(f.Short) + "`"
			}
			rows = append(rows, fmt.Sprintf("| %s | %s | %s | %s |", name, code(strings.Join(f.Envs, ", ")), code(f.Default), f.Help))
		}
		if len(rows) > 0 {
			fmt.Fprintf(&doc, "\n| flag | variable | default | |\n|---|---|---|---|\n%s\n", strings.Join(rows, "\n"))
		}
	}
	compare(t, "../../docs/configuration.md", doc.Bytes())
}

func arguments(command *kong.Node) (names []string) {
	for _, p := range command.Positional {
		names = append(names, p.Summary())
	}
	return names
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}

// compare fails when the file differs, or rewrites it.
func compare(t *testing.T, file string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is out of date: run go test ./internal/config -update", file)
	}
}
