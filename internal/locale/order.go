package locale

import "pruefstein/internal/survey"

// OrderRule is the sentence that is printed where the respondents of a questionnaire stand. What the source of an import says of its
// order is quoted as such.
func (p *Printer) OrderRule(q survey.Questionnaire) string {
	switch rule, quoted := q.Rule(), q.QuotedOrder(); {
	case quoted != "":
		return p.Must("common.order.quoted", "Rule", quoted)
	case rule == "":
		return p.Must("common.order.imported")
	case rule == survey.OrderNumber:
		return p.Must("common.order.number", "Source", q.OrderSource)
	default:
		return p.Must("common.order." + string(rule))
	}
}
