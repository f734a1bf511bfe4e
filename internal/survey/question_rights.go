package survey

import "slices"

// MayWrite tells whether a person may write a question of this working group ("" is none). Members in their own groups, the office in all.
func (a Actor) MayWrite(group string) bool {
	return a.Has(RoleCoordinator) || a.Has(RoleMember) && a.User.MemberOf(group)
}

// MayDecide tells who may agree on or drop a question of the group, and reopen what is agreed or dropped: whoever leads
// the group, and the office.
func (a Actor) MayDecide(group string) bool {
	return a.Has(RoleCoordinator) || a.Has(RoleLead) && a.User.Leads(group)
}

// Decided tells whether a state is a decision of the group.
func (s QuestionState) Decided() bool { return s == StateAgreed || s == StateDropped }

// MayEdit tells whether the actor may change the words of a question. What is agreed or dropped only those change who may
// decide: the group agreed on these words.
func (a Actor) MayEdit(q Question) bool {
	if q.State.Decided() {
		return a.MayDecide(q.WorkingGroup)
	}
	return a.MayWrite(q.WorkingGroup)
}

// MayDraft tells whether the actor may write new questions at all.
func (a Actor) MayDraft() bool { return a.HasAny(RoleMember, RoleCoordinator) }

// NextStates lists the states the actor may give the question.
func (a Actor) NextStates(q Question) []QuestionState {
	return slices.DeleteFunc(slices.Clone(QuestionStates), func(to QuestionState) bool {
		if to == q.State {
			return true
		}
		if q.State.Decided() || to.Decided() {
			return !a.MayDecide(q.WorkingGroup)
		}
		return !a.MayWrite(q.WorkingGroup)
	})
}
