package alliance

import (
	"context"
	"strings"

	"pruefstein/internal/survey"
)

// Organisations returns the member organisations by name.
func (s *Service) Organisations(ctx context.Context, actor survey.Actor) (list []survey.Organisation, err error) {
	if err := actor.Require(survey.RoleMember, survey.RoleLead, survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return nil, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		list, err = survey.Collect(tx.Organisations.List(""))
		return err
	})
	survey.SortByName(list, func(o survey.Organisation) string { return o.Name })
	return list, err
}

// WorkingGroups returns the working groups by name.
func (s *Service) WorkingGroups(ctx context.Context, actor survey.Actor) (list []survey.WorkingGroup, err error) {
	if err := actor.Require(survey.RoleMember, survey.RoleLead, survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return nil, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		list, err = survey.Collect(tx.WorkingGroups.List(""))
		return err
	})
	survey.SortByName(list, func(g survey.WorkingGroup) string { return g.Name })
	return list, err
}

// SaveOrganisation is the form of an organisation.
type SaveOrganisation struct {
	Revision      int
	Name, Website string
}

// SaveOrganisation creates (id "") or changes an organisation.
func (s *Service) SaveOrganisation(ctx context.Context, actor survey.Actor, id string, cmd SaveOrganisation) error {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return err
	}
	var faults survey.Faults
	faults.Line("name", &cmd.Name, 200, true)
	faults.WebAddress("website", &cmd.Website)
	if err := faults.Err(); err != nil {
		return err
	}
	o := survey.Organisation{ID: id, Revision: cmd.Revision, Name: cmd.Name, Website: cmd.Website}
	return saveNamed(ctx, s, actor, func(tx *survey.Tx) survey.Table[survey.Organisation] { return tx.Organisations }, o, "organisation",
		func(o *survey.Organisation) namedRecord { return namedRecord{&o.ID, &o.Slug, &o.Name, &o.Revision} })
}

// SaveWorkingGroup is the form of a working group.
type SaveWorkingGroup struct {
	Revision int
	Name     string
}

// SaveWorkingGroup creates (id "") or changes a working group.
func (s *Service) SaveWorkingGroup(ctx context.Context, actor survey.Actor, id string, cmd SaveWorkingGroup) error {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return err
	}
	var faults survey.Faults
	faults.Line("name", &cmd.Name, 200, true)
	if err := faults.Err(); err != nil {
		return err
	}
	g := survey.WorkingGroup{ID: id, Revision: cmd.Revision, Name: cmd.Name}
	return saveNamed(ctx, s, actor, func(tx *survey.Tx) survey.Table[survey.WorkingGroup] { return tx.WorkingGroups }, g, "ag",
		func(g *survey.WorkingGroup) namedRecord { return namedRecord{&g.ID, &g.Slug, &g.Name, &g.Revision} })
}

// namedRecord is what organisations and working groups have in common.
type namedRecord struct {
	id       *string
	slug     *survey.Slug
	name     *string
	revision *int
}

// saveNamed creates (ID "") or changes a record whose name is its own; fallback is the slug of a name without letters.
func saveNamed[T survey.Entity](ctx context.Context, s *Service, actor survey.Actor, table func(*survey.Tx) survey.Table[T], typed T, fallback survey.Slug, of func(*T) namedRecord) error {
	fresh := survey.NewID()
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		all, err := survey.Collect(table(tx).List(""))
		if err != nil {
			return err
		}
		saved, taken := typed, map[survey.Slug]bool{}
		mine, revision := of(&saved), *of(&typed).revision
		for _, other := range all {
			theirs := of(&other)
			if *theirs.id == *mine.id {
				*mine.slug, *mine.revision = *theirs.slug, *theirs.revision
				if survey.Same(other, saved) {
					return nil // the second click of two
				}
				if *theirs.revision != revision {
					return survey.Stale()
				}
				continue
			}
			taken[*theirs.slug] = true
			if strings.EqualFold(*theirs.name, *mine.name) {
				return survey.Faults{{Field: "name", Key: "alliance.error.name_taken"}}.Err()
			}
		}
		switch {
		case *mine.id == "":
			*mine.id, *mine.slug = fresh, survey.FreeSlug(slugOr(*mine.name, fallback), func(s survey.Slug) bool { return taken[s] })
		case *mine.slug == "":
			return survey.Fail(survey.NotFound, "error.not_found")
		}
		*mine.revision++
		return table(tx).Put(saved)
	})
}

// slugOr is the slug of a name, or the fallback for a name without a letter or digit.
func slugOr(name string, fallback survey.Slug) survey.Slug {
	if slug := survey.SlugOf(name); slug != "" {
		return slug
	}
	return fallback
}
