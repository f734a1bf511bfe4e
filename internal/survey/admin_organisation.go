package survey

import (
	"context"
	"strings"
)

// Organisations returns the member organisations by name.
func (s *Service) Organisations(ctx context.Context, actor Actor) (list []Organisation, err error) {
	if err := actor.require(RoleMember, RoleLead, RoleCoordinator, RoleAdministrator); err != nil {
		return nil, err
	}
	err = s.Store.View(ctx, func(tx *Tx) error {
		list, err = collect(tx.Organisations.List(""))
		return err
	})
	sortByName(list, func(o Organisation) string { return o.Name })
	return list, err
}

// WorkingGroups returns the working groups by name.
func (s *Service) WorkingGroups(ctx context.Context, actor Actor) (list []WorkingGroup, err error) {
	if err := actor.require(RoleMember, RoleLead, RoleCoordinator, RoleAdministrator); err != nil {
		return nil, err
	}
	err = s.Store.View(ctx, func(tx *Tx) error {
		list, err = collect(tx.WorkingGroups.List(""))
		return err
	})
	sortByName(list, func(g WorkingGroup) string { return g.Name })
	return list, err
}

// SaveOrganisation creates (ID "") or changes an organisation.
func (s *Service) SaveOrganisation(ctx context.Context, actor Actor, o Organisation) error {
	if err := actor.require(RoleCoordinator, RoleAdministrator); err != nil {
		return err
	}
	var faults Faults
	faults.line("name", &o.Name, 200, true)
	faults.webAddress("website", &o.Website)
	if err := faults.Err(); err != nil {
		return err
	}
	return saveNamed(ctx, s, actor, func(tx *Tx) Table[Organisation] { return tx.Organisations }, o, "organisation",
		func(o *Organisation) namedRecord { return namedRecord{&o.ID, &o.Slug, &o.Name, &o.Revision} })
}

// SaveWorkingGroup creates (ID "") or changes a working group.
func (s *Service) SaveWorkingGroup(ctx context.Context, actor Actor, g WorkingGroup) error {
	if err := actor.require(RoleCoordinator, RoleAdministrator); err != nil {
		return err
	}
	var faults Faults
	faults.line("name", &g.Name, 200, true)
	if err := faults.Err(); err != nil {
		return err
	}
	return saveNamed(ctx, s, actor, func(tx *Tx) Table[WorkingGroup] { return tx.WorkingGroups }, g, "ag",
		func(g *WorkingGroup) namedRecord { return namedRecord{&g.ID, &g.Slug, &g.Name, &g.Revision} })
}

// namedRecord is what organisations and working groups have in common.
type namedRecord struct {
	id, slug, name *string
	revision       *int
}

// saveNamed creates (ID "") or changes a record whose name is its own; fallback is the slug of a name without letters.
func saveNamed[T Entity](ctx context.Context, s *Service, actor Actor, table func(*Tx) Table[T], typed T, fallback string, of func(*T) namedRecord) error {
	fresh := NewID()
	return s.update(ctx, actor, func(tx *Tx) error {
		all, err := collect(table(tx).List(""))
		if err != nil {
			return err
		}
		saved, taken := typed, map[string]bool{}
		mine, revision := of(&saved), *of(&typed).revision
		for _, other := range all {
			theirs := of(&other)
			if *theirs.id == *mine.id {
				*mine.slug, *mine.revision = *theirs.slug, *theirs.revision
				if same(other, saved) {
					return nil // the second click of two
				}
				if *theirs.revision != revision {
					return stale()
				}
				continue
			}
			taken[*theirs.slug] = true
			if strings.EqualFold(*theirs.name, *mine.name) {
				return Faults{{Field: "name", Key: "admin.error.name_taken"}}.Err()
			}
		}
		switch {
		case *mine.id == "":
			*mine.id, *mine.slug = fresh, freeSlug(slugOr(*mine.name, fallback), func(s string) bool { return taken[s] })
		case *mine.slug == "":
			return Fail(NotFound, "error.not_found")
		}
		*mine.revision++
		return table(tx).Put(saved)
	})
}

// slugOr is the slug of a name, or the fallback for a name without a letter or digit.
func slugOr(name, fallback string) string {
	if slug := Slug(name); slug != "" {
		return slug
	}
	return fallback
}
