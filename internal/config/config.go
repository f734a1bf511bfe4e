// Package config is the command line and the environment as one struct: flags, variables, defaults and help stand
// together. docs/configuration.md is printed from it by a test.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
)

// CLI is the whole command line.
type CLI struct {
	Serve     Serve     `cmd:"" help:"Run the server."`
	Demo      Demo      `cmd:"" help:"Run a complete demonstration with an invented election. Needs no set-up and no mail server."`
	Import    Import    `cmd:"" help:"Import a questionnaire from a pruefstein/1 JSON file; prints its slug."`
	Export    Export    `cmd:"" help:"Write a download of a questionnaire."`
	Check     Check     `cmd:"" help:"Check database, references and ledger; prints a line a fault."`
	Backup    Backup    `cmd:"" help:"Write a checked copy of the database."`
	ResetLink ResetLink `cmd:"" help:"Print a link for a new password, while no server runs: for an administrator who is locked out."`
	Version   Version   `cmd:"" help:"Print the version."`
	Inspect   Inspect   `cmd:"" hidden:"" help:"Looks for faults in a file of a database, in a process that may die of them. The program starts it itself."`
}

// Data is the folder everything is kept in.
type Data struct {
	Data string `help:"Folder of the database, publications, originals and keys." default:"storage" env:"PRUEFSTEIN_DATA" placeholder:"DIR"`
}

// Base is where the server is reached.
type Base struct {
	BaseURL string `name:"base-url" help:"Address under which people reach the server; every link is made from it." default:"http://127.0.0.1:8080" env:"PRUEFSTEIN_BASE_URL" placeholder:"URL"`
}

// Serve runs the server.
type Serve struct {
	Data
	BaseURL        string   `name:"base-url" help:"Address under which people reach the server; every link is made from it. Empty: the address it listens on, on this machine only." env:"PRUEFSTEIN_BASE_URL" placeholder:"URL"`
	Listen         string   `help:"Address to listen on. Empty: host and port of --base-url where that is plain HTTP on this machine, such as http://127.0.0.1:21011, else 127.0.0.1:8080." env:"PRUEFSTEIN_LISTEN" placeholder:"ADDR"`
	TrustedProxies []string `help:"Addresses or networks of reverse proxies whose X-Forwarded-For is believed." env:"PRUEFSTEIN_TRUSTED_PROXIES" placeholder:"CIDR"`
	SMTP           SMTP     `embed:"" prefix:"smtp-"`
	LogFormat      string   `help:"Log as text or json." enum:"text,json" default:"text" env:"PRUEFSTEIN_LOG_FORMAT"`
}

// SMTP is the mail server that takes our mails. Without a host mails stay in the outbox.
type SMTP struct {
	Host         string `help:"Mail server; empty: mails wait in the outbox." env:"PRUEFSTEIN_SMTP_HOST" placeholder:"HOST"`
	Port         int    `help:"Port of the mail server; 465 speaks TLS at once, others by STARTTLS." default:"587" env:"PRUEFSTEIN_SMTP_PORT"`
	User         string `help:"User name at the mail server." env:"PRUEFSTEIN_SMTP_USER" placeholder:"NAME"`
	Password     string `help:"Password at the mail server; better in a file." env:"PRUEFSTEIN_SMTP_PASSWORD" placeholder:"SECRET"`
	PasswordFile string `help:"File that holds the password." env:"PRUEFSTEIN_SMTP_PASSWORD_FILE" placeholder:"FILE"`
	From         string `help:"Address mails are sent from." env:"PRUEFSTEIN_SMTP_FROM" placeholder:"ADDRESS"`
	EnvelopeFrom string `help:"Address undeliverable mails come back to; empty: the address mails are sent from." env:"PRUEFSTEIN_SMTP_ENVELOPE_FROM" placeholder:"ADDRESS"`
	Hello        string `help:"Name we greet the mail server with; empty: this machine's." env:"PRUEFSTEIN_SMTP_HELLO" placeholder:"NAME"`
	FromName     string `help:"Name mails are sent from." default:"Prüfstein" env:"PRUEFSTEIN_SMTP_FROM_NAME" placeholder:"NAME"`
}

// Demo runs the demonstration. Its folder comes from the flag alone: a real folder named in the environment must never
// become a demonstration.
type Demo struct {
	Listen string `help:"Address to listen on, on this machine only." default:"127.0.0.1:8080" placeholder:"ADDR"`
	Data   string `help:"A new folder, or that of an earlier demonstration; empty: a temporary one." placeholder:"DIR"`
}

// Import reads a questionnaire.
type Import struct {
	Data
	Base
	Publish bool   `help:"Publish it at once."`
	Update  bool   `help:"Add the versions and parties that are new in the file to the import of the same slug, and publish it anew if it was published. What stands in words never changes."`
	File    string `arg:"" name:"FILE.json" help:"The JSON file."`
}

// Export writes a download.
type Export struct {
	Data
	Base
	Slug   string `arg:"" name:"SLUG" help:"Slug of the questionnaire."`
	Name   string `arg:"" name:"NAME" help:"Name of the download, such as vergleich.xlsx."`
	Output string `short:"o" help:"File to write; standard output if none is given." placeholder:"FILE"`
}

// Check looks for faults.
type Check struct {
	Data
	Rebuild bool `help:"First make the indexes of the database anew from its tables; no server may be running."`
}

// Backup copies the database.
type Backup struct {
	Data
	File string `arg:"" name:"FILE" help:"File to write; it must not exist."`
}

// ResetLink makes a link for a new password.
type ResetLink struct {
	Data
	Base
	Email string `arg:"" name:"EMAIL" help:"Address of the person's account."`
}

// Inspect looks into a database that may be damaged, for another process of this program.
type Inspect struct {
	Pages  bool   `help:"Check the pages alone, of any schema."`
	Folder string `help:"Folder of the data it belongs to, to check keys, references and ledger too."`
	File   string `arg:"" name:"FILE" help:"File of the database."`
}

// Version prints the version.
type Version struct{}

// Parse reads the command line and the environment. The command's name is one of the lower-case field names of CLI. A
// usage error tells what to do; the text of --help is written to out and reported as ErrHelp.
func Parse(args []string, out *strings.Builder) (cli CLI, command string, err error) {
	parser, err := kong.New(&cli, kong.Name("pruefstein"),
		kong.Description("Prüfstein: civil society questions the parties before an election. Draft, send, answer, compare."),
		kong.Writers(out, out), kong.Exit(func(int) { panic(errHelp{}) }), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		return cli, "", err
	}
	defer func() {
		if r := recover(); r != nil {
			if _, help := r.(errHelp); !help {
				panic(r)
			}
			err = ErrHelp
		}
	}()
	ctx, err := parser.Parse(args)
	if err != nil {
		return cli, "", err
	}
	command, _, _ = strings.Cut(ctx.Command(), " ")
	switch command {
	case "serve":
		err = errors.Join(cli.Serve.check(), cli.Serve.SMTP.read())
	case "import":
		err = cli.Import.check()
	case "export":
		err = cli.Export.check()
	case "reset-link":
		err = cli.ResetLink.check()
	case "demo":
		err = cli.Demo.check()
	}
	return cli, command, err
}

// ErrHelp says that help was asked for and written.
var ErrHelp = errors.New("help")

type errHelp struct{}

// check refuses addresses the server could not use, before it has written anything, and fills in where to listen.
func (s *Serve) check() error {
	if s.BaseURL != "" {
		base := Base{s.BaseURL}
		if err := base.check(); err != nil {
			return err
		}
		s.BaseURL = base.BaseURL
	}
	if s.Listen == "" {
		s.Listen = listenFor(s.BaseURL)
	}
	host, err := listenHost(s.Listen)
	if err != nil {
		return err
	}
	for _, proxy := range s.TrustedProxies {
		if _, _, err := net.ParseCIDR(proxy); err != nil && net.ParseIP(proxy) == nil {
			return fmt.Errorf("--trusted-proxies %q: give addresses or networks, such as 127.0.0.1,10.0.0.0/8", proxy)
		}
	}
	if s.BaseURL == "" {
		if !Loopback(host) {
			return fmt.Errorf("--base-url is missing: who listens on %s is reached under a name the server cannot know; give it, such as https://pruefsteine.example.org", s.Listen)
		}
	}
	return nil
}

// listen is where the server listens unless it is told.
const listen = "127.0.0.1:8080"

// listenFor returns where to listen for an address that was checked: on its host and port, if nobody but the server itself can answer
// there. Before any other address stands a proxy.
func listenFor(baseURL string) string {
	u, err := url.Parse(baseURL)
	if err != nil || u.Scheme != "http" || !Loopback(u.Hostname()) {
		return listen
	}
	port := u.Port()
	if port == "" {
		port = "80"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// listenHost returns the host of an address to listen on.
func listenHost(listen string) (host string, err error) {
	host, port, err := net.SplitHostPort(listen)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return "", fmt.Errorf("--listen %q: give address and port, such as 127.0.0.1:8080", listen)
	}
	return host, nil
}

// Loopback tells whether a host can be reached from this machine only.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// check brings the address to the form browsers send as Origin (lower case, no default port, no slash) and refuses what is
// not scheme and host.
func (b *Base) check() error {
	u, err := url.Parse(strings.TrimSuffix(b.BaseURL, "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("--base-url %q: give scheme and host only, such as https://pruefsteine.example.org", b.BaseURL)
	}
	standard := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]
	b.BaseURL = u.Scheme + "://" + strings.ToLower(strings.TrimSuffix(u.Host, standard))
	return nil
}

// check refuses to show the demonstration, whose sign-in links are printed and whose mailbox is open, to a network.
func (d *Demo) check() error {
	host, err := listenHost(d.Listen)
	if err != nil {
		return err
	}
	if !Loopback(host) {
		return fmt.Errorf("--listen %q: the demonstration listens on this machine only, such as 127.0.0.1:8080", d.Listen)
	}
	return nil
}

// bareAddress tells whether s is a mail address alone, with umlauts in its domain at most.
func bareAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	local, _, _ := strings.Cut(s, "@")
	return err == nil && a.Address == s && !strings.ContainsFunc(local, func(r rune) bool { return r > '~' })
}

// read takes the password from its file, without its last newline, and refuses a mail server without a sender.
func (s *SMTP) read() error {
	if s.Host != "" && !bareAddress(s.From) {
		return fmt.Errorf("--smtp-from %q: give the bare address mails are sent from, such as post@example.org", s.From)
	}
	if s.Port < 1 || s.Port > 65535 {
		return fmt.Errorf("--smtp-port %d: give a port from 1 to 65535", s.Port)
	}
	if s.EnvelopeFrom == "" {
		s.EnvelopeFrom = s.From
	} else if !bareAddress(s.EnvelopeFrom) {
		return fmt.Errorf("--smtp-envelope-from %q: give the bare address undeliverable mails come back to, such as post@example.org", s.EnvelopeFrom)
	}
	if s.PasswordFile == "" {
		return nil
	}
	if s.Password != "" {
		return errors.New("--smtp-password and --smtp-password-file: give one of them")
	}
	raw, err := os.ReadFile(s.PasswordFile)
	if err != nil {
		return fmt.Errorf("--smtp-password-file: %w", err)
	}
	s.Password = string(raw)
	if line, cut := strings.CutSuffix(s.Password, "\n"); cut {
		s.Password = strings.TrimSuffix(line, "\r")
	}
	return nil
}
