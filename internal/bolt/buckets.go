package bolt

import (
	bbolt "go.etcd.io/bbolt"

	"pruefstein/internal/survey"
)

// The schema. One bucket a table, one key an entity, keys as survey.Entity builds them; a number in a key is zero-padded,
// so that bbolt's byte order is the order of the numbers. A value is {"v":2,"c":"1b2e4a90","d":…}: the entity as JSON, with
// the version of its form and a checksum over table, key and entity (envelope.go). Ids are UUIDv7.
//
//	meta             format, schema                               "pruefstein", the number of migrations applied
//
//	                                                              people and elections
//	alliances        "alliance"                                   Alliance
//	users            <user>                                       User
//	staff_links      <hash of token>                              StaffLink
//	sessions         <hash of token>                              Session
//	organisations    <organisation>                               Organisation
//	working_groups   <group>                                      WorkingGroup
//	audit            <entry>                                      AuditEntry
//	elections        <election>                                   Election
//	parties          <party>                                      Party
//	contestants      <election>/<party>                           Contestant
//	questionnaires   <questionnaire>                              Questionnaire
//	approvals        <questionnaire>/<act>/<subject>              Approval
//
//	                                                              draft
//	questions        <questionnaire>/<question>                   Question
//	revisions        <questionnaire>/<question>/<000001>          Revision
//	catalogues       <questionnaire>                              Catalogue
//
//	                                                              send
//	respondents      <questionnaire>/<respondent>                 Respondent
//	access_links     <hash of token>                              AccessLink
//	dispatches       <questionnaire>/<dispatch>                   Dispatch
//	mails            <mail>                                       Mail
//	mail_texts       <mail>                                       MailText, the large half of the mail
//	outbox           <mail>                                       OutboxEntry
//
//	                                                              answer; q01 is the id in the catalogue
//	answer_drafts    <questionnaire>/<respondent>/q01             AnswerDraft
//	submissions      <questionnaire>/<respondent>/<submission>    Submission
//	submission_texts <questionnaire>/<respondent>/<submission>    SubmissionText, the large half of the submission
//	transcriptions   <questionnaire>/<respondent>/<transcription> Transcription
//	letter_texts     <questionnaire>/<respondent>/<transcription> LetterText, the large half of the transcription
//	originals        <questionnaire>/<respondent>/<original>      Original
//	versions         <questionnaire>/<respondent>/q01/<000001>    Version
//	quotations       <questionnaire>/<respondent>/q01             Quotation
//
//	                                                              compare
//	publications     <questionnaire>/<000001>                     Publication
//	publication_details <questionnaire>/<000001>                  PublicationDetail, the large half of the publication
//	leaves           <000000000000>                               Leaf
//	tree_hashes      <000000000000>                               TreeHash
//
//	                                                              the keys beside the database
//	key_prints       "keys"                                       KeyPrints
//
//	                                                              a bucket an index, all made from the tables (index.go)
//	indexes          <table>/<index>                              keys <value>, zero byte, <key of the entity>; values checksums:
//	                   questionnaires/slug                        <slug>
//	                   questionnaires/election                    <election>
//	                   questionnaires/sent                        <deadline>/<dispatch>, of those sent out here
//	                   questions/outline                          <key>, state and working group, see survey.QuestionOutline
//	                   catalogues/size                            <questionnaire>/<000015>
//	                   users/address                              <address>
//	                   respondents/slug                           <questionnaire>/<slug>
//	                   respondents/id                             <respondent>
//	                   respondents/due                            <its own date>, of those that have one
//	                   respondents/outline                        <key> and what counts in returns, see survey.RespondentOutline
//	                   access_links/respondent                    <questionnaire>/<respondent>
//	                   mails/respondent                           <questionnaire>/<respondent>
//	                   mails/questionnaire                        <questionnaire>
//	                   mails/failed                               <questionnaire>, of those that failed
//	                   submissions/confirmed                      <questionnaire>/<respondent>/<leaf>/<when it was sent off>
//	                   submissions/id                             <submission>
//	                   transcriptions/waiting                     <questionnaire>, of those that wait for their second person
//	                   versions/outline                           <key> and all but words, see survey.VersionOutline
//	                   outbox/due                                 <urgency>/<when it is due>
//	                   outbox/noted                               <urgency>/<when that was noted>
var (
	bucketMeta    = []byte("meta")
	bucketIndexes = []byte("indexes")

	bucketAlliances      = []byte("alliances")
	bucketUsers          = []byte("users")
	bucketStaffLinks     = []byte("staff_links")
	bucketSessions       = []byte("sessions")
	bucketOrganisations  = []byte("organisations")
	bucketWorkingGroups  = []byte("working_groups")
	bucketAudit          = []byte("audit")
	bucketElections      = []byte("elections")
	bucketParties        = []byte("parties")
	bucketContestants    = []byte("contestants")
	bucketQuestionnaires = []byte("questionnaires")
	bucketApprovals      = []byte("approvals")

	bucketQuestions  = []byte("questions")
	bucketRevisions  = []byte("revisions")
	bucketCatalogues = []byte("catalogues")

	bucketRespondents = []byte("respondents")
	bucketAccessLinks = []byte("access_links")
	bucketDispatches  = []byte("dispatches")
	bucketMails       = []byte("mails")
	bucketMailTexts   = []byte("mail_texts")
	bucketOutbox      = []byte("outbox")

	bucketAnswerDrafts    = []byte("answer_drafts")
	bucketSubmissions     = []byte("submissions")
	bucketTranscriptions  = []byte("transcriptions")
	bucketSubmissionTexts = []byte("submission_texts")
	bucketLetterTexts     = []byte("letter_texts")
	bucketOriginals       = []byte("originals")
	bucketVersions        = []byte("versions")
	bucketQuotations      = []byte("quotations")

	bucketPublications       = []byte("publications")
	bucketPublicationDetails = []byte("publication_details")
	bucketLeaves             = []byte("leaves")
	bucketTreeHashes         = []byte("tree_hashes")

	bucketKeyPrints = []byte("key_prints")
)

// tables opens every table in a transaction.
func tables(tx *bbolt.Tx) *survey.Tx {
	return &survey.Tx{
		Alliances:      &table[survey.Alliance]{tx, bucketAlliances},
		Users:          &table[survey.User]{tx, bucketUsers},
		StaffLinks:     &table[survey.StaffLink]{tx, bucketStaffLinks},
		Sessions:       &table[survey.Session]{tx, bucketSessions},
		Organisations:  &table[survey.Organisation]{tx, bucketOrganisations},
		WorkingGroups:  &table[survey.WorkingGroup]{tx, bucketWorkingGroups},
		Audit:          &table[survey.AuditEntry]{tx, bucketAudit},
		Elections:      &table[survey.Election]{tx, bucketElections},
		Parties:        &table[survey.Party]{tx, bucketParties},
		Contestants:    &table[survey.Contestant]{tx, bucketContestants},
		Questionnaires: &table[survey.Questionnaire]{tx, bucketQuestionnaires},
		Approvals:      &table[survey.Approval]{tx, bucketApprovals},

		Questions:  &table[survey.Question]{tx, bucketQuestions},
		Revisions:  &table[survey.Revision]{tx, bucketRevisions},
		Catalogues: &table[survey.Catalogue]{tx, bucketCatalogues},

		Respondents: &table[survey.Respondent]{tx, bucketRespondents},
		AccessLinks: &table[survey.AccessLink]{tx, bucketAccessLinks},
		Dispatches:  &table[survey.Dispatch]{tx, bucketDispatches},
		Mails:       &table[survey.Mail]{tx, bucketMails},
		MailTexts:   &table[survey.MailText]{tx, bucketMailTexts},
		Outbox:      &table[survey.OutboxEntry]{tx, bucketOutbox},

		AnswerDrafts:    &table[survey.AnswerDraft]{tx, bucketAnswerDrafts},
		Submissions:     &table[survey.Submission]{tx, bucketSubmissions},
		Transcriptions:  &table[survey.Transcription]{tx, bucketTranscriptions},
		SubmissionTexts: &table[survey.SubmissionText]{tx, bucketSubmissionTexts},
		LetterTexts:     &table[survey.LetterText]{tx, bucketLetterTexts},
		Originals:       &table[survey.Original]{tx, bucketOriginals},
		Versions:        &table[survey.Version]{tx, bucketVersions},
		Quotations:      &table[survey.Quotation]{tx, bucketQuotations},

		Publications:       &table[survey.Publication]{tx, bucketPublications},
		PublicationDetails: &table[survey.PublicationDetail]{tx, bucketPublicationDetails},
		Leaves:             &table[survey.Leaf]{tx, bucketLeaves},
		TreeHashes:         &table[survey.TreeHash]{tx, bucketTreeHashes},

		KeyPrints: &table[survey.KeyPrints]{tx, bucketKeyPrints},
	}
}
