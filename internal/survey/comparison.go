package survey

import "time"

// Comparison is everything readers may see of one questionnaire at one instant: the one source of every page and download.
type Comparison struct {
	Alliance      Alliance
	Election      Election
	Questionnaire Questionnaire
	Catalogue     Catalogue
	Respondents   []ComparedRespondent // in the printed order
	Version       int                  // of the publication, from 1; 0 for a preview
	At            time.Time            // "Stand"
	Checkpoint    string               // signed note of the ledger before this publication; "" for a preview, and while it is held back
	Held          string               // hex SHA-256 of that note while it is held back (PublicationRecord.Held), else ""
	Verifier      string               // public key of the ledger; "" for a preview
	BaseURL       string               // without a trailing slash
	Changes       []Change             // since version 1, newest first
	Confirmed     bool                 // released by a second person
	Treatment     Treatment            // zero before the dispatch, and of most imports
}

// ComparedRespondent is a column of the comparison. It holds no address.
type ComparedRespondent struct {
	ID               RespondentID
	Slug             Slug
	ShortName, Name  string
	Members          []string
	Parties          []PartyID `json:"-"` // ids; readers see Members
	BallotPosition   int
	OrderNumber      int `json:",omitempty"` // 0 unless the order goes by numbers
	Wikidata, Colour string
	Sequence         int
	Standing         Standing `json:",omitzero"`
	Channel          Channel
	AskedAt          time.Time // zero: not asked, or an import
	Unasked          bool      `json:"-"` // it answered, and nothing says how and when it was asked, or why it was not; readers do not see it
	Due              Instant
	DueChanges       []DateChange   // of its own date, after it was asked
	Cells            []ComparedCell // one a question, in the order of the catalogue
}

// ComparedCell is a cell with its quotation.
type ComparedCell struct {
	Question CatalogueQuestion
	Cell
	Quotation *Quotation
	LetterOf  string `json:",omitempty"` // 2006-01-02, when a letter came that would change it and that the party has not confirmed; "" none, or its date is not over
}

// PublicNumber is the number readers know the current version by: as given in an import, else its rank among the versions shown. 0 is
// none, also of an import's entry that but says that nothing came.
func (c ComparedCell) PublicNumber() int {
	switch {
	case c.Current == nil || c.Unsaid():
		return 0
	case c.Current.Record == "":
		return c.Current.Number
	}
	return len(c.History)
}

// Words are the party's own words that stand in the cell: its wording, else its reason; "" where it said nothing in words.
func (c ComparedCell) Words() string {
	switch {
	case c.Current == nil:
		return ""
	case c.Current.Text != "":
		return c.Current.Text
	case c.Status.FromParty():
		return c.Current.Reason
	}
	return "" // the reason is the alliance's
}

// Unsaid tells of a cell with a version that it is but an import's entry which says that nothing came: words of a party have versions.
func (c Cell) Unsaid() bool {
	return len(c.History) == 1 && c.Current != nil && c.Current.Number == 1 && c.Current.Record == "" && !c.Current.Status.FromParty()
}

// Change is one line of the public change list: a cell, a respondent's cells, or with a Facet what stands beside the cells.
type Change struct {
	Version    int          `json:"version"` // of the publication that shows it first
	At         time.Time    `json:"at"`
	Facet      Facet        `json:"facet,omitempty"` // then From, To and what follows are empty
	State      ContestState `json:"state,omitempty"` // of FacetStanding: the new one
	Respondent Slug         `json:"respondent"`      // slug; "" for a facet of the whole publication
	ShortName  string       `json:"short_name"`
	Question   int          `json:"question"` // number, of FacetErratum too; 0 for the whole respondent
	From       Status       `json:"from,omitempty"`
	To         Status       `json:"to"`
	Wording    bool         `json:"wording"`           // the wording, position or reason changed
	Details    bool         `json:"details,omitempty"` // only what is said about the answer changed: lateness, source, licence, second person …
	Note       string       `json:"note,omitempty"`

	// Numbers of the versions of the cell that were current before and are now; 0 none, as in records made before they were kept.
	FromVersion int `json:"from_version,omitempty"`
	ToVersion   int `json:"to_version,omitempty"`

	// The alliance's quotation, not the party's words: it differs at all, and it is the first, or was taken away.
	Quotation     bool `json:"quotation,omitempty"`
	QuotationNew  bool `json:"quotation_new,omitempty"`
	QuotationGone bool `json:"quotation_gone,omitempty"`
}

// Facet is something a publication says beside the cells.
type Facet string

// The facets.
const (
	FacetHeading  Facet = "heading"  // title, introduction, source, election
	FacetAlliance Facet = "alliance" // its name and press contact
	FacetLegal    Facet = "legal"    // Impressum and privacy notice
	FacetOrder    Facet = "order"    // of the respondents, and the printed rule
	FacetDeadline Facet = "deadline" // for all
	FacetLicence  Facet = "licence"  // of the publication
	FacetParty    Facet = "party"    // a respondent's names, members, ballot position, colour
	FacetErratum  Facet = "erratum"  // what corrects a question
	FacetStanding Facet = "standing" // how a respondent stands in the election
	FacetAsked    Facet = "asked"    // a respondent's channel, when it was asked, its own date
	FacetReport   Facet = "report"   // the equal-treatment report, in what nothing else tells
	FacetOther    Facet = "other"    // anything else
)

// Publication is one immutable version of what readers see: files in a folder, and this record of them. What is large of it is its
// PublicationDetail: lists do without.
type Publication struct {
	Questionnaire QuestionnaireID `json:"questionnaire"`
	Slug          Slug            `json:"slug"`
	Version       int             `json:"version"` // from 1
	At            time.Time       `json:"at"`
	By            string          `json:"by"`                   // user id, "console"
	ConfirmedBy   string          `json:"checked_by,omitempty"` // user id of the second person
	Manifest      string          `json:"manifest"`             // hex SHA-256 of the manifest
	Content       string          `json:"content,omitempty"`    // hex SHA-256 of what readers see, but for date and version
	Legal         string          `json:"legal,omitempty"`      // hex SHA-256 of Impressum and privacy notice; "" in records made before it was kept
	Leaf          int64           `json:"leaf"`
	Before        string          `json:"before,omitempty"` // checkpoint from before it, where its files carry but the hash of it; "" where they show it
}

// Key implements Entity.
func (p Publication) Key() string { return In(p.Questionnaire) + SeqKey(p.Version) }

// PublicationDetail is what a publication showed of each cell and what it changed, stored apart from its Publication.
type PublicationDetail struct {
	Of      string       `json:"of"`                // key of the Publication
	Changes []Change     `json:"changes,omitempty"` // of this version against the one before
	Digests []CellDigest `json:"digests,omitempty"` // what was published, to find the changes of the next version

	// Hex SHA-256 of each facet, by its name, a respondent's with "/" and its slug; none in records made before they were kept.
	Facets map[string]string `json:"facets,omitempty"`

	Treatment Treatment `json:"treatment,omitzero"` // as it was published: some of what it was made of may be erased later
}

// Key implements Entity.
func (d PublicationDetail) Key() string { return d.Of }

// PutPublication writes a publication and its detail.
func PutPublication(tx *Tx, p Publication, detail PublicationDetail) error {
	detail.Of = p.Key()
	return putHalves(tx.Publications, p, tx.PublicationDetails, detail)
}

// LatestPublication returns the last publication of a questionnaire, nil before the first.
func LatestPublication(tx *Tx, questionnaire QuestionnaireID) (*Publication, error) {
	p, err := tx.Publications.Last(In(questionnaire))
	if IsNotFound(err) {
		return nil, nil
	}
	return &p, err
}

// PublicationDetails reads those of some publications, in their order.
func PublicationDetails(tx *Tx, publications []Publication) (list []PublicationDetail, err error) {
	for _, p := range publications {
		detail, err := LargeHalf(tx.PublicationDetails, p)
		if err != nil {
			return nil, err
		}
		list = append(list, detail)
	}
	return list, nil
}

// CellDigest is the state of a cell in one publication.
type CellDigest struct {
	Respondent Slug   `json:"respondent"` // slug
	Question   int    `json:"question"`
	Status     Status `json:"status"`
	Version    int    `json:"version,omitempty"`   // number of the current version, 0 for none
	Digest     string `json:"digest"`              // hex SHA-256 of position, text and reason
	Details    string `json:"details,omitempty"`   // hex SHA-256 of what is said about the answer; "" in records made before it was kept
	Quotation  string `json:"quotation,omitempty"` // hex SHA-256 of the alliance's quotation
}

// Leaf is one entry of the ledger: the proof that a record existed, without the record.
type Leaf struct {
	Index  int64     `json:"index"` // from 0
	Kind   LeafKind  `json:"kind"`
	Data   []byte    `json:"data"` // the bytes that are hashed into the tree (docs/ledger.md)
	At     time.Time `json:"at"`
	Source string    `json:"source"` // key of the Submission, Transcription or Publication
}

// Key implements Entity.
func (l Leaf) Key() string { return TreeKey(l.Index) }

// LeafKind is what a leaf proves.
type LeafKind string

// The kinds of leaf.
const (
	LeafSubmission    LeafKind = "submission"
	LeafTranscription LeafKind = "transcription"
	LeafPublication   LeafKind = "publication"
)

// TreeHash is one stored hash of the ledger's Merkle tree, under its index as golang.org/x/mod/sumdb/tlog counts.
type TreeHash struct {
	Index int64  `json:"index"`
	Hash  []byte `json:"hash"` // 32 bytes
}

// Key implements Entity.
func (h TreeHash) Key() string { return TreeKey(h.Index) }
