// Package app is the composition root: it puts database, use cases, pages, mail and publications together. The command
// and the end-to-end tests share it.
package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"

	"pruefstein/internal/office"

	gomail "github.com/wneessen/go-mail"

	"pruefstein/internal/bolt"
	"pruefstein/internal/config"
	"pruefstein/internal/ledger"
	"pruefstein/internal/locale"
	"pruefstein/internal/mail"
	"pruefstein/internal/publish"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/internal/web/alliance"
	website "pruefstein/internal/web/site"
	"pruefstein/templates"
)

// Names below the data folder.
const (
	databaseFile       = "pruefstein.db"
	ledgerKeyFile      = "ledger.key"
	sealKeyFile        = "seal.key"
	publicationsFolder = "publications"
	originalsFolder    = "originals"
	mailboxFolder      = "mailbox" // of a demonstration
)

// errDatabaseLost is what databaseLost finds; advice says what to do about it.
var errDatabaseLost = errors.New("the database of this folder is gone")

// stopTime is how long requests and the mail under way have to end after a signal, taskTime how long what was cut off has
// to notice, before the database gets its second to close: the promise is ten seconds in all.
const (
	stopTime = 8 * time.Second
	taskTime = 500 * time.Millisecond
)

// App is a running Prüfstein: New opens everything, Run serves until its context ends, Close lets go.
type App struct {
	URL     string // where it is reached
	Service *office.Office

	core     *core
	pages    *website.Site
	listener net.Listener
	server   *http.Server
	worker   *mail.Worker // nil without a mail server
	log      *slog.Logger
	patience time.Duration // with requests under way when it ends

	demoBox    *mail.Folder           // nil but in the demonstration
	demoSignIn map[string]survey.User // by token hash
}

// core is what the server and the commands share: the database with its use cases, and the publications.
type core struct {
	folder    string // of the data
	store     *bolt.Store
	service   *office.Office
	engine    *templates.Engine
	library   *publish.Library
	publisher *publish.Publisher

	inspecting sync.Mutex // held by the one check or backup from the pages: each copies the database and starts a process
	warnings   []string   // to be said at the start
}

// Options of New beyond the command line.
type Options struct {
	config.Serve
	Log   *slog.Logger
	Clock survey.Clock // nil: the system's
	Demo  bool         // mails land in a folder of the data folder and can be read in the application
}

// openCore opens, or with create makes, what lies in a data folder.
func openCore(ctx context.Context, folder, baseURL string, clock survey.Clock, create bool) (*core, error) {
	engine, err := templates.New()
	if err != nil {
		return nil, err
	}
	if err := databaseLost(folder); err != nil {
		return nil, err
	}
	store, err := openStore(ctx, folder, bolt.Options{Create: create})
	if err != nil {
		return nil, err
	}
	c := &core{folder: folder, store: store, engine: engine}
	if err := c.assemble(folder, baseURL, clock); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return c, nil
}

// databaseLost returns an error when a data folder holds what only a database can have left there, and no database: a new
// one beside it would hide the loss, and its ledger would contradict what is published.
func databaseLost(folder string) error {
	if _, err := os.Lstat(filepath.Join(folder, databaseFile)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, name := range []string{ledgerKeyFile, publicationsFolder, originalsFolder} {
		err := filepath.WalkDir(filepath.Join(folder, name), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				err = fmt.Errorf("%s is missing, but %s is there: %w", filepath.Join(folder, databaseFile), path, errDatabaseLost)
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// openStore opens the database of a data folder, once a process of its own has walked its pages: bbolt dies of some damage,
// or waits for ever.
func openStore(ctx context.Context, folder string, opts bolt.Options) (*bolt.Store, error) {
	path := filepath.Join(folder, databaseFile)
	found := verdict{state: inspectSound}
	if _, err := os.Stat(path); err == nil { // else bolt.Open makes it, or says what is wrong
		if found, err = inspect(ctx, config.Inspect{File: path, Pages: true}, inspectTime); err != nil {
			return nil, err
		}
	}
	return openInspected(path, opts, found)
}

// openInspected opens a database that was inspected.
func openInspected(path string, opts bolt.Options, found verdict) (*bolt.Store, error) {
	if found.state == inspectUnsound {
		return nil, fmt.Errorf("%s: %w (faults: %d), the first:\n%s", path, errUnsound, len(found.faults), found.faults[0])
	}
	store, err := bolt.Open(path, opts)
	if err == nil && found.state == inspectRefused { // it could not be opened a moment ago: somebody held it
		err = errors.Join(fmt.Errorf("%s: %w", path, bolt.ErrLocked), store.Close())
	}
	if err == nil {
		return store, nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w\nName the folder it lies in with --data; the first start of the server makes it", err)
	}
	return nil, err
}

// useCaseStore is the store that the use cases run on. Tests run each of its functions twice.
var useCaseStore = func(store survey.Store) survey.Store { return store }

func (c *core) assemble(folder, baseURL string, clock survey.Clock) error {
	if err := c.store.View(context.Background(), func(tx *survey.Tx) error {
		var fatal []string
		if fatal, c.warnings = keyFaults(tx, folder); len(fatal) > 0 {
			return errors.New(strings.Join(fatal, "\n"))
		}
		return nil
	}); err != nil {
		return err
	}
	key, err := ledger.LoadOrCreateKey(filepath.Join(folder, ledgerKeyFile))
	if err != nil {
		return err
	}
	sealer, err := survey.LoadOrCreateSealer(filepath.Join(folder, sealKeyFile))
	if err != nil {
		return err
	}
	if clock == nil {
		clock = survey.SystemClock{}
	}
	passwords := newPasswords()
	c.service = office.New(&survey.Kernel{
		Store: useCaseStore(c.store), Clock: clock, Sealer: sealer, Ledger: key, Rand: rand.Reader, BaseURL: baseURL, Addresses: web.Addresses, Cite: cite,
		Compose: compose(c.engine),
	})
	c.service.Alliance.HashPassword, c.service.Alliance.MatchPassword = passwords.hash, passwords.match
	records, err := c.service.Compare.PublicationRecords(context.Background())
	if err != nil {
		return err
	}
	if c.library, err = publish.Open(filepath.Join(folder, publicationsFolder), records); err != nil {
		return err
	}
	c.publisher = &publish.Publisher{Service: c.service.Compare, Engine: c.engine, Library: c.library}
	return nil
}

func (c *core) Close() error { return c.store.Close() }

// cite names letters in German, the language of what is published.
func cite(t survey.Transcription) string { return locale.For("de").LetterSource(t) }

// compose renders a mail: the first line of its template is the subject.
func compose(engine *templates.Engine) func(lang, name string, data any) (subject, body string, err error) {
	return func(lang, name string, data any) (string, string, error) {
		text, err := engine.Mail(lang, name, data)
		if err != nil {
			return "", "", err
		}
		first, body, found := strings.Cut(text, "\n\n")
		subject, named := strings.CutPrefix(first, "Subject: ")
		if !found || !named {
			return "", "", fmt.Errorf("mail %s/%s: no subject line", lang, name)
		}
		return subject, body, nil
	}
}

// passwords is argon2id with explicit parameters (OWASP's first recommendation: 19 MiB, 2 passes, 1 lane), two at a time,
// so that a flood of sign-ins cannot use up the memory.
type passwords struct{ slots chan struct{} }

func newPasswords() passwords { return passwords{slots: make(chan struct{}, 2)} }

var argonParams = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// passwordWait is how long a sign-in waits for one of them.
const passwordWait = 5 * time.Second

// take waits for a slot, as long as somebody waits for the answer.
func (p passwords) take(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, passwordWait)
	defer cancel()
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &survey.Error{Code: survey.Unavailable, Key: "error.busy", Cause: ctx.Err()}
	}
}

func (p passwords) hash(ctx context.Context, password string) (string, error) {
	if err := p.take(ctx); err != nil {
		return "", err
	}
	defer func() { <-p.slots }()
	return argon2id.CreateHash(password, argonParams)
}

func (p passwords) match(ctx context.Context, password, hash string) (bool, error) {
	if err := p.take(ctx); err != nil {
		return false, err
	}
	defer func() { <-p.slots }()
	return argon2id.ComparePasswordAndHash(password, hash)
}

// New opens the data folder, unless the context ends before, and the listener. The address of a listener on port 0 becomes the base URL when none is given.
func New(ctx context.Context, opts Options) (*App, error) {
	listener, err := net.Listen("tcp", opts.Listen)
	if err != nil {
		return nil, fmt.Errorf("--listen %s: %w", opts.Listen, err)
	}
	a := &App{URL: opts.BaseURL, listener: listener, log: opts.Log, patience: stopTime}
	if a.URL == "" {
		a.URL = "http://" + listener.Addr().String()
	}
	if err := a.open(ctx, opts); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) open(ctx context.Context, opts Options) (err error) {
	if a.core, err = openCore(ctx, opts.Data.Data, a.URL, opts.Clock, true); err != nil {
		return err
	}
	a.Service = a.core.service
	for _, warning := range a.core.warnings {
		a.log.Error(warning)
	}
	if err := unlessEnded(ctx, a.Service.NoteKeys(ctx)); err != nil {
		a.log.Error("the keys cannot be noted in the database", "error", err)
	}
	// Where the disk is full or broken, readers get what is there, and the sweep tries again.
	if err := unlessEnded(ctx, a.core.publisher.Recover(ctx)); err != nil {
		a.log.Error("publications", "error", err)
	}
	a.core.library.LogTo(a.log)
	sender := mail.Sender{Name: opts.SMTP.FromName, Address: opts.SMTP.From, EnvelopeFrom: opts.SMTP.EnvelopeFrom}
	cfg := website.Config{
		Config: web.Config{Engine: a.core.engine, Log: a.log, BaseURL: a.URL, TrustedProxies: opts.TrustedProxies, Version: version()},
		Office: a.Service, Publications: a.core.library, Publisher: a.core.publisher,
		Originals: filepath.Join(opts.Data.Data, originalsFolder),
		Admin:     alliance.Operations{Backup: a.backup, Check: a.core.check},
	}
	switch {
	case opts.Demo:
		if a.demoBox, err = mail.OpenFolder(filepath.Join(opts.Data.Data, mailboxFolder)); err != nil {
			return err
		}
		a.worker = mail.NewWorker(a.Service.Send, a.demoBox, demoSender, a.log)
		a.demoSignIn = map[string]survey.User{}
		cfg.Demo = demoMailbox(a.demoBox, a.demoSignIn)
		cfg.Admin.TestMail = testMail(demoSender, func(ctx context.Context, msg *gomail.Msg) ([]string, error) {
			reply, err := a.demoBox.Send(ctx, msg)
			return []string{"S: " + reply}, err
		})
	case opts.SMTP.Host != "":
		smtp, err := mail.NewSMTP(mail.SMTPConfig{Host: opts.SMTP.Host, Port: opts.SMTP.Port, User: opts.SMTP.User, Password: opts.SMTP.Password,
			Hello: opts.SMTP.Hello})
		if err != nil {
			return err
		}
		a.worker = mail.NewWorker(a.Service.Send, smtp, sender, a.log)
		cfg.Bounces = sender.EnvelopeFrom
		cfg.Admin.TestMail = testMail(sender, smtp.Dialogue)
	}
	if a.worker != nil {
		a.Service.Kick, a.Service.MailReady = a.worker.Kick, true
	}
	if a.pages, err = website.New(cfg); err != nil {
		return err
	}
	a.server = &http.Server{
		Handler: a.pages, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelWarn),
	}
	return nil
}

// demoSender is who the demonstration's mails come from.
var demoSender = mail.Sender{Name: demoAlliance, Address: "wahlpruefsteine@buendnis.example"}

// testMail sends one mail at once and returns what the server and we said.
func testMail(sender mail.Sender, send func(context.Context, *gomail.Msg) ([]string, error)) func(ctx context.Context, to string) ([]string, error) {
	return func(ctx context.Context, to string) ([]string, error) {
		m := survey.WrittenMail{Mail: survey.Mail{ID: survey.NewID(), Kind: survey.MailTest, To: to, Language: "de", CreatedAt: time.Now(),
			Subject: "Testmail von Prüfstein", MessageID: survey.NewID() + "@" + "localhost"}}
		msg, err := mail.Compose(m, "Diese Testmail zeigt, dass der Mailserver E-Mails von Prüfstein annimmt.\n", sender)
		if err != nil {
			return nil, err
		}
		return send(ctx, msg)
	}
}

// backup returns a checked copy of the database and its size, to be closed.
func (a *App) backup(ctx context.Context) (io.ReadCloser, int64, error) {
	if !a.core.inspecting.TryLock() {
		return nil, 0, errInspecting
	}
	defer a.core.inspecting.Unlock()
	snapshot, err := a.core.store.Snapshot(ctx, verify(inspectOnline))
	if errors.Is(err, bolt.ErrDamaged) {
		return nil, 0, &survey.Error{Code: survey.Unavailable, Key: "error.copy_damaged", Cause: err}
	}
	if err != nil {
		return nil, 0, err
	}
	info, err := snapshot.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, snapshot.Close())
	}
	return snapshot, info.Size(), nil
}

// serverGarbage is how much garbage a server lets gather, in percent of what it holds (GOGC, which says otherwise when it is set). It
// holds little: at Go's own 100 the collector takes a fifth of the processor time.
const serverGarbage = 200

// Run serves until ctx ends, then ends what is under way within ten seconds; who takes longer is cut off.
func (a *App) Run(ctx context.Context) error {
	if os.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(serverGarbage))
	}
	ctx, endTasks := context.WithCancel(ctx)
	defer endTasks()
	var tasks sync.WaitGroup
	if a.worker != nil {
		tasks.Go(func() { a.worker.Run(ctx) })
		tasks.Go(func() { a.remind(ctx) })
	}
	tasks.Go(func() { a.sweep(ctx) })
	failed := make(chan error, 1)
	go func() { failed <- a.server.Serve(a.listener) }()
	var err error
	select {
	case err = <-failed:
		endTasks()
	case <-ctx.Done():
	}
	end := time.Now().Add(a.patience)
	stop, cancel := context.WithDeadline(context.Background(), end)
	defer cancel()
	if err == nil {
		if err = a.server.Shutdown(stop); errors.Is(err, context.DeadlineExceeded) {
			a.log.Warn("cut off connections that did not end", "after", a.patience)
			err = a.server.Close()
		}
	}
	ended := make(chan struct{})
	go func() { tasks.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(time.Until(end) + taskTime): // the database may keep one for ever
		a.log.Warn("cut off tasks that did not end", "after", a.patience)
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// remind sends the planned reminders whose instant has come, at once and every minute: what the server missed while it was off is sent or
// noted at its start.
func (a *App) remind(ctx context.Context) {
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	for {
		if err := a.remindOnce(ctx); err != nil && ctx.Err() == nil {
			a.log.Error("reminders", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// remindOnce makes a panic an error of this minute.
func (a *App) remindOnce(ctx context.Context) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic of type %T", cause)
			a.log.Error("reminders", "stack", string(debug.Stack()))
		}
	}()
	return a.Service.Send.SendPlanned(ctx)
}

// sweep deletes expired sessions and the files of letters that nothing names, at once and every hour, and every hour
// finishes publications and compares what is published with what was recorded.
func (a *App) sweep(ctx context.Context) {
	defer func() {
		if cause := recover(); cause != nil {
			a.log.Error("sweep", "panic", cause, "stack", string(debug.Stack()))
		}
	}()
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	for {
		err := errors.Join(a.Service.Alliance.SweepSessions(ctx), a.pages.Transcribe.SweepOriginals(ctx))
		if err != nil && ctx.Err() == nil {
			a.log.Error("sweep", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := a.core.publisher.Reload(ctx); err != nil && ctx.Err() == nil {
				a.log.Error("publications", "error", err)
			}
		}
	}
}

// Close lets go of listener and database; one that does not let go is bolt.ErrStuck. Run must have returned.
func (a *App) Close() error {
	err := a.listener.Close()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	if a.core != nil {
		err = errors.Join(err, a.core.Close())
	}
	return err
}
