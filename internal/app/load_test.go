package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"

	"pruefstein/internal/config"
	"pruefstein/internal/survey"
)

// How the load is made. Readers and savers wait for each answer before they ask again (a closed loop).
const (
	loadReaders = 2000
	loadTime    = 8 * time.Second // of measuring, for each server and number of savers
	loadWarm    = 2 * time.Second
	loadPairs   = 2                     // the two servers take turns, since machines are noisy
	savePause   = 40 * time.Millisecond // between two saves of one person: a respondent may post 3,000 times a minute
)

// BenchmarkSaveBesideReaders measures how long a save takes while 2,000 readers read without a pause, here and on a bare net/http
// server that sends the same bytes from memory and saves by a bare bbolt Update. Server, readers and savers are a process each.
func BenchmarkSaveBesideReaders(b *testing.B) {
	ours := startLoad(b, "serve", b.TempDir())
	pages := loadPages(b, ours.url)
	file := filepath.Join(b.TempDir(), "pages")
	encoded, err := json.Marshal(pages)
	if err == nil {
		err = os.WriteFile(file, encoded, 0o600)
	}
	if err != nil {
		b.Fatal(err)
	}
	bare := startLoad(b, "bare", b.TempDir(), file)
	for b.Loop() {
		for _, savers := range []int{1, 10} {
			var took [2][]time.Duration
			var reads [2]int
			for range loadPairs {
				for i, server := range []*loadServer{ours, bare} {
					d, n := server.measure(b, file, savers)
					took[i], reads[i] = append(took[i], d...), reads[i]+n
				}
			}
			for i, name := range []string{"ours", "bare"} {
				slices.Sort(took[i])
				b.Logf("%2d savers, %s: %5d saves, p50 %6.1f ms, p95 %6.1f ms, p99 %6.1f ms, %6.0f reads/s", savers, name, len(took[i]),
					quantile(took[i], 50), quantile(took[i], 95), quantile(took[i], 99), float64(reads[i])/(loadPairs*(loadTime+loadWarm).Seconds()))
			}
			for _, q := range []int{50, 95, 99} {
				b.ReportMetric(quantile(took[0], q)/quantile(took[1], q), fmt.Sprintf("p%d-ratio-%d", q, savers))
			}
		}
	}
}

// quantile returns a percentile of sorted times in milliseconds.
func quantile(sorted []time.Duration, percent int) float64 {
	return float64(sorted[(len(sorted)-1)*percent/100].Microseconds()) / 1000
}

// loadPage is what a reader asks for, and what comes.
type loadPage struct {
	Path, Type, Encoding string
	Status               int
	Body                 []byte
}

func loadPages(b *testing.B, server string) (pages []loadPage) {
	paths := []string{"/", "/en/", "/impressum", "/gibt-es-nicht", "/vergleich/gibt-es-nicht/"}
	start := "/vergleich/" + demoClosedSlug + "/"
	paths = append(paths, start, "/en"+start)
	for i := range 8 {
		paths = append(paths, start+"fragen/"+strconv.Itoa(i+1))
	}
	client := http.Client{Transport: &http.Transport{DisableCompression: true}}
	for i := 0; i < len(paths); i++ {
		request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, server+paths[i], nil)
		if err != nil {
			b.Fatal(err)
		}
		request.Header.Set("Accept-Encoding", "gzip")
		answer, err := client.Do(request)
		if err != nil {
			b.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if answer.Body.Close(); err != nil {
			b.Fatal(err)
		}
		pages = append(pages, loadPage{Path: paths[i], Type: answer.Header.Get("Content-Type"), Encoding: answer.Header.Get("Content-Encoding"), Status: answer.StatusCode, Body: body})
		if _, rest, ok := bytes.Cut(body, []byte(`href="/static/css/`)); ok && !slices.ContainsFunc(paths, func(p string) bool { return strings.HasPrefix(p, "/static/") }) {
			sheet, _, _ := bytes.Cut(rest, []byte(`"`))
			paths = append(paths, "/static/css/"+string(sheet))
		}
	}
	return pages
}

// loadServer is a server process, with the links of the parties that save.
type loadServer struct {
	url   string
	links []string
}

func startLoad(b *testing.B, args ...string) *loadServer {
	_, out := loadProcess(b, args...)
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		b.Fatal("the server did not start")
	}
	s := &loadServer{url: lines.Text()}
	for lines.Scan() && lines.Text() != "" {
		s.links = append(s.links, lines.Text())
	}
	return s
}

func loadProcess(b *testing.B, args ...string) (*exec.Cmd, io.Reader) {
	binary, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(binary)
	cmd.Args = append([]string{"load"}, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait()
	})
	return cmd, out
}

// measure returns how long each save took while readers read, and how much they read.
func (s *loadServer) measure(b *testing.B, pages string, savers int) (took []time.Duration, reads int) {
	address := strings.TrimPrefix(s.url, "http://")
	var people []*saver
	for i := range savers {
		p := &saver{url: s.url, client: &http.Client{Transport: &http.Transport{}}}
		if len(s.links) > 0 {
			p.signIn(b, s.links[i])
		}
		p.save(b) // learns the revision
		people = append(people, p)
	}
	cmd, out := loadProcess(b, "read", address, pages)
	lines := bufio.NewScanner(out)
	if !lines.Scan() { // all are connected
		b.Fatal("no readers")
	}
	time.Sleep(loadWarm)
	var all sync.WaitGroup
	end := time.Now().Add(loadTime)
	for _, p := range people {
		p.took = nil
		all.Go(func() {
			for time.Now().Before(end) {
				p.save(b)
				time.Sleep(savePause)
			}
		})
	}
	all.Wait()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		b.Fatal(err)
	}
	if lines.Scan() {
		reads, _ = strconv.Atoi(lines.Text())
	}
	for _, p := range people {
		took = append(took, p.took...)
		p.client.CloseIdleConnections()
	}
	return took, reads
}

// saver is a party that types.
type saver struct {
	url      string
	client   *http.Client
	revision int
	count    int
	took     []time.Duration
}

func (p *saver) signIn(b *testing.B, link string) {
	p.client.Jar, _ = cookiejar.New(nil) // never fails
	answer, err := p.client.PostForm(link, nil)
	if err != nil {
		b.Fatal(err)
	}
	if answer.Body.Close(); answer.StatusCode != http.StatusOK {
		b.Fatal(answer.Status)
	}
}

func (p *saver) save(b *testing.B) {
	p.count++
	form := url.Values{"status": {"answered"}, "revision": {strconv.Itoa(p.revision)}, "text": {strings.Repeat("Wir bauen Netze. ", 30) + strconv.Itoa(p.count)}}
	request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, p.url+"/antwort/fragen/1", strings.NewReader(form.Encode()))
	if err != nil {
		b.Error(err)
		return
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "application/json")
	start := time.Now()
	answer, err := p.client.Do(request)
	if err != nil {
		b.Error(err)
		return
	}
	var said struct{ Revision int }
	err = json.NewDecoder(answer.Body).Decode(&said)
	_, _ = io.Copy(io.Discard, answer.Body)
	if answer.Body.Close(); err != nil || answer.StatusCode != http.StatusOK && (answer.StatusCode != http.StatusConflict || p.count > 1) {
		b.Error(answer.Status, err)
	}
	p.revision, p.took = said.Revision, append(p.took, time.Since(start))
}

// ---- the processes

// loadMain is the command of the processes: serve FOLDER, bare FOLDER PAGES, read ADDRESS PAGES.
func loadMain() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute) // nothing stays behind a benchmark that was killed
	defer cancel()
	err := errors.New("what?")
	switch args := os.Args[1:]; args[0] {
	case "serve":
		err = loadServe(ctx, args[1])
	case "bare":
		err = loadBare(ctx, args[1], args[2])
	case "read":
		err = loadRead(ctx, args[1], args[2])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// loadServe runs the demonstration, with its log in a file.
func loadServe(ctx context.Context, folder string) error {
	serve := config.Serve{Listen: "127.0.0.1:0"}
	serve.Data.Data = filepath.Join(folder, "demo")
	if _, err := demoFolder(serve.Data.Data); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	a, err := New(ctx, Options{Serve: serve, Log: newLog("text", log), Demo: true})
	if err != nil {
		return err
	}
	if err := a.startDemo(ctx, serve.Data.Data, true, io.Discard); err != nil {
		return errors.Join(err, a.Close())
	}
	q, err := a.Service.Alliance.QuestionnaireBySlug(ctx, console, demoOpenSlug)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	fmt.Println(a.URL)
	for _, p := range demoParties {
		if link, err := a.Service.Send.MakeAccessLink(ctx, console, q.ID, survey.Slug(strings.ToLower(p.short))); err == nil {
			fmt.Println(link)
		}
	}
	fmt.Println()
	return errors.Join(unlessEnded(ctx, a.Run(ctx)), a.Close())
}

// loadBare is the least that could do the same.
func loadBare(ctx context.Context, folder, file string) error {
	pages, err := readLoadPages(file)
	if err != nil {
		return err
	}
	db, err := bbolt.Open(filepath.Join(folder, "bare.db"), 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType, InitialMmapSize: 1 << 30})
	if err != nil {
		return err
	}
	defer db.Close()
	byPath := map[string]loadPage{}
	for _, p := range pages {
		byPath[p.Path] = p
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		p := byPath[r.URL.Path]
		w.Header().Set("Content-Type", p.Type)
		if p.Encoding != "" {
			w.Header().Set("Content-Encoding", p.Encoding)
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(p.Body)))
		w.WriteHeader(p.Status)
		_, _ = w.Write(p.Body)
	})
	mux.HandleFunc("POST /antwort/fragen/1", func(w http.ResponseWriter, r *http.Request) {
		text, from := r.PostFormValue("text"), r.RemoteAddr
		if err := db.Update(func(tx *bbolt.Tx) error {
			bucket, err := tx.CreateBucketIfNotExists([]byte("answers"))
			if err != nil {
				return err
			}
			return bucket.Put([]byte(from), []byte(text))
		}); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"revision":1}`)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: mux}
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	fmt.Printf("http://%s\n\n", listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func readLoadPages(file string) (pages []loadPage, err error) {
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, &pages)
	}
	return pages, err
}

// loadRead are the readers: each has a connection that it keeps, and asks for one page after the other. Prints how many pages
// they got.
func loadRead(ctx context.Context, address, file string) error {
	pages, err := readLoadPages(file)
	if err != nil {
		return err
	}
	var read atomic.Int64
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i := range loadReaders {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			return err
		}
		context.AfterFunc(ctx, func() { connection.Close() })
		all.Go(func() {
			<-begin
			in := bufio.NewReaderSize(connection, 4<<10)
			for n := i; ; n++ {
				if _, err := io.WriteString(connection, "GET "+pages[n%len(pages)].Path+" HTTP/1.1\r\nHost: "+address+"\r\nAccept-Encoding: gzip\r\n\r\n"); err != nil {
					return
				}
				answer, err := http.ReadResponse(in, nil)
				if err != nil {
					return
				}
				if _, err := io.Copy(io.Discard, answer.Body); err != nil {
					return
				}
				if answer.StatusCode != pages[n%len(pages)].Status {
					fmt.Fprintln(os.Stderr, "load:", answer.Status)
					return
				}
				read.Add(1)
			}
		})
	}
	close(begin)
	fmt.Println("ready")
	all.Wait()
	fmt.Println(read.Load())
	return nil
}
