package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"pruefstein/internal/compare"
	"pruefstein/internal/export"
	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
	"pruefstein/templates"
)

// Publisher makes publications and puts them into the library.
type Publisher struct {
	Service *compare.Service
	Engine  *templates.Engine
	Library *Library

	mu sync.Mutex // one publication at a time
}

// Published is the result of Publish.
type Published struct {
	Version int
	Waiting bool // nothing is published yet: a second person must confirm
	Imprint bool // it has Impressum and privacy notice, as everything in public must
}

// Names of folders on their way, in the folder of a slug. None is a number, so none is served.
const (
	buildingPrefix = ".building-"
	asidePrefix    = ".aside-"
)

// Publish publishes a questionnaire as it is now, or asks for the second person (see compare.Service.PreparePublication). The order
// makes it whole or nothing, whenever it stops: files into a folder of no name, then row and leaf in one transaction, then
// the checkpoint, the folder's name and the switch, which Recover can do again.
func (p *Publisher) Publish(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, cmd compare.PreparePublication) (Published, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	// An earlier publication may have been committed while the disk was full: its switch comes first.
	if err := p.recover(ctx); err != nil {
		return Published{}, err
	}
	plan, ready, err := p.Service.PreparePublication(ctx, actor, questionnaire, cmd)
	if err != nil {
		return Published{}, err
	}
	result := Published{Version: plan.Comparison.Version, Waiting: !ready,
		Imprint: plan.Comparison.Alliance.Imprint != "" && plan.Comparison.Alliance.Privacy != ""}
	if plan.Published > 0 {
		result.Version, result.Waiting = plan.Published, false
	}
	if !ready {
		return result, nil
	}
	shelf := p.shelf(plan.Comparison.Questionnaire.Slug)
	if err := os.MkdirAll(shelf, 0o755); err != nil {
		return Published{}, err
	}
	folder, err := os.MkdirTemp(shelf, buildingPrefix)
	if err != nil {
		return Published{}, err
	}
	record, err := p.makeAndCommit(ctx, actor, plan, folder)
	if err != nil {
		return Published{}, errors.Join(err, os.RemoveAll(folder))
	}
	return result, p.finish(ctx, record, folder)
}

func (p *Publisher) shelf(slug survey.Slug) string {
	return filepath.Join(p.Library.folder, string(slug))
}

func (p *Publisher) makeAndCommit(ctx context.Context, actor survey.Actor, plan compare.PublicationPlan, folder string) (compare.PublicationRecord, error) {
	if err := os.Chmod(folder, 0o755); err != nil { // MkdirTemp made it for us alone, but a web server may read it
		return compare.PublicationRecord{}, err
	}
	sum, err := build(ctx, p.Engine, plan.Comparison, folder)
	if err != nil {
		return compare.PublicationRecord{}, err
	}
	return p.Service.CommitPublication(ctx, actor, plan, sum)
}

// finish is what follows the commit. Each step can be done again.
func (p *Publisher) finish(ctx context.Context, record compare.PublicationRecord, folder string) error {
	for _, step := range p.steps(record, folder) {
		if err := step(); err != nil {
			err = fmt.Errorf("publication %s, version %d: %w", record.Slug, record.Version, err)
			return &survey.Error{Code: survey.Unavailable, Key: "error.publication_unfinished", Cause: err}
		}
	}
	records, err := p.Service.PublicationRecords(ctx)
	if err != nil {
		return err
	}
	p.Library.learn(records)
	p.Library.load(record.Slug)
	return nil
}

// steps are checkpoints, name and switch.
func (p *Publisher) steps(record compare.PublicationRecord, folder string) []func() error {
	shelf := p.shelf(record.Slug)
	place := filepath.Join(shelf, strconv.Itoa(record.Version))
	return []func() error{
		func() error {
			for name, text := range checkpoints(record) {
				if err := writeSynced(filepath.Join(folder, name), []byte(text)); err != nil {
					return err
				}
			}
			return syncFolder(folder)
		},
		func() error { return rename(folder, place, shelf) },
		func() error { return switchTo(shelf, record.Version) },
	}
}

// checkpoints are the texts that lie beside a manifest, by name; none while they are held back.
func checkpoints(record compare.PublicationRecord) map[string]string {
	if record.Held {
		return nil
	}
	texts := map[string]string{checkpointName: record.Checkpoint}
	if record.Before != "" {
		texts[beforeName] = record.Before
	}
	return texts
}

// rename gives a folder its name. A folder of that name that no row knows (the database was replaced by an older one) is
// put aside, not deleted.
func rename(folder, place, shelf string) error {
	if _, err := os.Lstat(place); err == nil {
		aside, err := os.MkdirTemp(shelf, asidePrefix+filepath.Base(place)+"-")
		if err != nil {
			return err
		}
		if err := os.Rename(place, filepath.Join(aside, filepath.Base(place))); err != nil {
			return err
		}
	}
	if err := os.Rename(folder, place); err != nil {
		return err
	}
	return errors.Join(syncFolder(shelf), syncFolder(filepath.Dir(shelf)))
}

// switchTo makes a version the current one, at once for everybody.
func switchTo(shelf string, version int) error {
	return replace(shelf, filepath.Join(shelf, currentName), currentName+nextSuffix, strconv.Itoa(version)+"\n")
}

// replace gives a file its text as a whole, by way of another name in the folder of the slug.
func replace(shelf, name, temp, text string) error {
	next := filepath.Join(shelf, temp)
	if err := writeSynced(next, []byte(text)); err != nil {
		return err
	}
	if err := os.Rename(next, name); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(name))
}

// Recover finishes what a crash or a full disk left between the commit and the switch, removes what it left before the
// commit, and lays checkpoints that were held back beside their manifests once nobody has time any more. Call it at start
// and now and then. Versions whose folder is lost are not its business: Library.Faults names them.
func (p *Publisher) Recover(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.recover(ctx)
}

// Compare compares all files anew, while nobody publishes, and mends nothing.
func (p *Publisher) Compare() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.Library.Reload()
}

// Reload does what Recover does and compares all files anew, while nobody publishes: what it read must not replace what came since.
func (p *Publisher) Reload(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return errors.Join(p.recover(ctx), p.Library.Reload())
}

// recover is Recover while nobody else publishes.
func (p *Publisher) recover(ctx context.Context) error {
	records, err := p.Service.PublicationRecords(ctx)
	if err != nil {
		return err
	}
	p.Library.learn(records)
	leftovers, err := filepath.Glob(filepath.Join(p.Library.folder, "*", buildingPrefix+"*"))
	if err != nil {
		return err
	}
	built := map[string]string{} // hash of a manifest -> folder
	for _, folder := range leftovers {
		if _, sum, err := readManifest(folder); err == nil {
			built[sum] = folder
		}
	}
	latest := map[survey.Slug]int{}
	for _, record := range records {
		place := filepath.Join(p.shelf(record.Slug), strconv.Itoa(record.Version))
		_, sum, err := readManifest(place)
		switch folder := built[record.Manifest]; {
		case folder != "" && (err != nil || sum != record.Manifest):
			if err := p.finish(ctx, record, folder); err != nil {
				return err
			}
		case errors.Is(err, fs.ErrNotExist):
			delete(latest, record.Slug) // lost: the version before may be what it corrected, so nothing points there anew
			continue
		case sum == record.Manifest:
			if err := p.reveal(record, place); err != nil {
				return err
			}
		}
		latest[record.Slug] = record.Version // they come in the order of their versions
	}
	for slug, version := range latest {
		if pointed, err := readCurrent(p.shelf(slug)); err != nil || pointed != version {
			if err := switchTo(p.shelf(slug), version); err != nil {
				return err
			}
			p.Library.load(slug)
		}
	}
	for _, folder := range leftovers {
		if err := os.RemoveAll(folder); err != nil {
			return err
		}
	}
	return nil
}

// reveal lays the checkpoints of a publication beside its manifest when they may be public and are not there.
func (p *Publisher) reveal(record compare.PublicationRecord, place string) error {
	changed := false
	for name, text := range checkpoints(record) {
		if _, err := os.Lstat(filepath.Join(place, name)); !errors.Is(err, fs.ErrNotExist) || text == "" {
			continue
		}
		if err := replace(p.shelf(record.Slug), filepath.Join(place, name), buildingPrefix+name, text); err != nil {
			return err
		}
		changed = true
	}
	if changed {
		p.Library.load(record.Slug)
	}
	return nil
}

// Preview writes a file of a comparison as it would be published, by the same code, and returns its media type. It
// returns NotFound for a path there would be no file at.
func (p *Publisher) Preview(w io.Writer, c survey.Comparison, path string) (mime string, err error) {
	s := &site{engine: p.Engine, c: c, sizes: func(string) int64 { return 0 }}
	items := map[string]item{}
	for _, i := range s.items() {
		items[i.path] = i
	}
	path = strings.TrimPrefix(path, "/")
	if path == "" || strings.HasSuffix(path, "/") {
		path += "index"
	}
	for _, name := range []string{path, path + ".html"} {
		i, ok := items[name]
		if !ok {
			continue
		}
		if i.same != "" {
			i = items[i.same]
		}
		var out bytes.Buffer
		if err := i.write(&out); err != nil {
			return "", err
		}
		_, err := out.WriteTo(w)
		return i.mime, err
	}
	return "", survey.Fail(survey.NotFound, "error.not_found")
}

// Summary is a comparison in a few words, for the office.
type Summary struct {
	Returns string
	Changes []export.ChangeLine
}

// Summarise says the returns and the changes of a comparison in a language.
func Summarise(p *locale.Printer, c survey.Comparison, changes []survey.Change) Summary {
	c.Changes = changes
	return Summary{Returns: export.ReturnsSentence(p, survey.Returns(c)), Changes: export.ChangeLines(p, c)}
}
