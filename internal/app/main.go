package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"strings"

	"pruefstein/internal/bolt"
	"pruefstein/internal/config"
	"pruefstein/internal/interchange"
	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
)

// Main runs the command line and returns the exit code: 0 done, 1 failed, 2 bad usage. What scripts read goes to out,
// everything for people to errs.
func Main(ctx context.Context, args []string, out, errs io.Writer) int {
	var help strings.Builder
	cli, command, err := config.Parse(args, &help)
	switch {
	case errors.Is(err, config.ErrHelp):
		fmt.Fprint(out, help.String())
		return 0
	case err != nil:
		fmt.Fprintf(errs, "pruefstein: %v\nTry: pruefstein --help\n", err)
		return 2
	}
	if command == "inspect" {
		return inspection(ctx, cli.Inspect, out, errs)
	}
	if err := run(ctx, cli, command, out, errs); err != nil {
		fmt.Fprintf(errs, "pruefstein: %s\n", advice(err))
		return 1
	}
	return 0
}

func run(ctx context.Context, cli config.CLI, command string, out, errs io.Writer) error {
	switch command {
	case "serve":
		return serve(ctx, cli.Serve, out, errs)
	case "demo":
		return demo(ctx, cli.Demo, out, errs)
	case "import":
		return importFile(ctx, cli.Import, out, errs)
	case "export":
		return exportFile(ctx, cli.Export, out)
	case "check":
		return check(ctx, cli.Check, out)
	case "backup":
		return backup(ctx, cli.Backup, out)
	case "reset-link":
		return resetLink(ctx, cli.ResetLink, out, errs)
	}
	_, err := fmt.Fprintln(out, version())
	return err
}

// advice says in plain words what is wrong: refusals and the faults of a file by their messages, errors of the database with
// what to do about them; others speak for themselves.
func advice(err error) string {
	if lines := messages(err); len(lines) > 0 {
		return strings.Join(lines, "\n")
	}
	const meanwhile = "\nMeanwhile any static web server can show what is published: the pages are plain files in the folder publications."
	switch {
	case errors.Is(err, errDatabaseLost):
		return err.Error() + "\nPut a backup in its place; to start anew, move the whole folder away first." + meanwhile
	case errors.Is(err, bolt.ErrEmpty), errors.Is(err, bolt.ErrForeign):
		return err.Error() + "\nMove it away to start anew, or put a backup in its place." + meanwhile
	case errors.Is(err, bolt.ErrDamaged), errors.Is(err, errUnsound):
		return err.Error() + "\nPut a backup in its place." + meanwhile
	case errors.Is(err, bolt.ErrLocked):
		return err.Error() + "\nA running server holds it. Use its pages (Verwaltung) for import, backup and checks, or stop the server first."
	}
	return err.Error()
}

// messages is what the catalogues say of a refusal or of the faults of a file, a line each; nothing of other errors.
func messages(err error) (lines []string) {
	english := locale.For("en")
	line := func(place, key string, args []any) {
		text := english.Must(key, args...)
		if place != "" {
			text = place + ": " + text
		}
		lines = append(lines, text)
	}
	var file interchange.Faults
	var refused *survey.Error
	switch {
	case errors.As(err, &file):
		for _, f := range file {
			line(f.Path, f.Key, f.Args)
		}
	case errors.As(err, &refused):
		line("", refused.Key, refused.Args)
		for _, f := range refused.Faults {
			line(f.Field, f.Key, f.Args)
		}
	}
	return lines
}

// version is what the build knows of itself.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	text := info.Main.Version
	if text == "" || text == "(devel)" {
		text = "devel"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 && !strings.Contains(text, s.Value[:12]) {
			text += " " + s.Value[:12]
		}
	}
	return text + " " + info.GoVersion
}

// newLog writes to errs, as text or JSON.
func newLog(format string, errs io.Writer) *slog.Logger {
	if format == "json" {
		return slog.New(slog.NewJSONHandler(errs, nil))
	}
	return slog.New(slog.NewTextHandler(errs, nil))
}

func serve(ctx context.Context, cfg config.Serve, out, errs io.Writer) error {
	log := newLog(cfg.LogFormat, errs)
	a, err := New(ctx, Options{Serve: cfg, Log: log})
	if err != nil {
		return unlessEnded(ctx, err)
	}
	if err := a.greet(ctx, out); err != nil {
		return errors.Join(unlessEnded(ctx, err), a.Close())
	}
	log.Info("serving", "listen", a.listener.Addr().String(), "base_url", a.URL, "mail", a.worker != nil)
	return errors.Join(a.Run(ctx), a.Close())
}

// unlessEnded is an error of what comes before serving, nil when it was told to end: that is no fault.
func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

// greet prints the address and, as long as there is nobody, the link that creates the first administrator.
func (a *App) greet(ctx context.Context, out io.Writer) error {
	token, err := a.Service.Alliance.SetupToken(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Prüfstein: %s\n", a.URL)
	if token != "" {
		fmt.Fprintf(out, "\nThere is nobody yet. Open this link once, within 24 hours, to create the first administrator:\n\n    %s\n\n", a.Service.Link(web.Addresses.Setup, token))
	}
	return nil
}
