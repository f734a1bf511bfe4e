package survey

import (
	"context"
	"net/url"
	"strings"
)

// webAddress notes the fault of an address that is not http or https.
func (f *Faults) webAddress(field string, address *string) {
	f.line(field, address, 500, false)
	if *address == "" {
		return
	}
	if u, err := url.Parse(*address); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		f.Add(field, "error.url")
	}
}

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
	id := NewID()
	return s.Store.Update(ctx, func(tx *Tx) error {
		all, err := collect(tx.Organisations.List(""))
		if err != nil {
			return err
		}
		saved, taken := o, map[string]bool{}
		for _, other := range all {
			if other.ID == o.ID {
				saved.Slug, saved.Revision = other.Slug, other.Revision
				if same(other, saved) {
					return nil // the second click of two
				}
				if other.Revision != o.Revision {
					return stale()
				}
				continue
			}
			taken[other.Slug] = true
			if strings.EqualFold(other.Name, o.Name) {
				return Faults{{Field: "name", Key: "admin.error.name_taken"}}.Err()
			}
		}
		switch {
		case o.ID == "":
			saved.ID, saved.Slug = id, freeSlug(slugOr(o.Name, "organisation"), func(s string) bool { return taken[s] })
		case saved.Slug == "":
			return Fail(NotFound, "error.not_found")
		}
		saved.Revision++
		return tx.Organisations.Put(saved)
	})
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
	id := NewID()
	return s.Store.Update(ctx, func(tx *Tx) error {
		all, err := collect(tx.WorkingGroups.List(""))
		if err != nil {
			return err
		}
		saved, taken := g, map[string]bool{}
		for _, other := range all {
			if other.ID == g.ID {
				saved.Slug, saved.Revision = other.Slug, other.Revision
				if same(other, saved) {
					return nil // the second click of two
				}
				if other.Revision != g.Revision {
					return stale()
				}
				continue
			}
			taken[other.Slug] = true
			if strings.EqualFold(other.Name, g.Name) {
				return Faults{{Field: "name", Key: "admin.error.name_taken"}}.Err()
			}
		}
		switch {
		case g.ID == "":
			saved.ID, saved.Slug = id, freeSlug(slugOr(g.Name, "ag"), func(s string) bool { return taken[s] })
		case saved.Slug == "":
			return Fail(NotFound, "error.not_found")
		}
		saved.Revision++
		return tx.WorkingGroups.Put(saved)
	})
}

// slugOr is the slug of a name, or the fallback for a name without a letter or digit.
func slugOr(name, fallback string) string {
	if slug := Slug(name); slug != "" {
		return slug
	}
	return fallback
}
