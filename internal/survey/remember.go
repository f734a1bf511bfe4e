package survey

// remembering is a table that reads an entity once in a transaction, whoever asks for it again: what admits a request is what its use
// case begins with. What it returns is shared, so nobody changes it in place.
type remembering[T Entity] struct {
	Table[T]
	read map[string]T
}

// remember makes the tables remember whose entities many rules of one transaction ask for.
func remember(tx *Tx) *Tx {
	tx.Alliances = remembering[Alliance]{tx.Alliances, map[string]Alliance{}}
	tx.Elections = remembering[Election]{tx.Elections, map[string]Election{}}
	tx.Questionnaires = remembering[Questionnaire]{tx.Questionnaires, map[string]Questionnaire{}}
	tx.Catalogues = remembering[Catalogue]{tx.Catalogues, map[string]Catalogue{}}
	return tx
}

// Get implements Table.
func (t remembering[T]) Get(key string) (T, error) {
	if entity, ok := t.read[key]; ok {
		return entity, nil
	}
	entity, err := t.Table.Get(key)
	if err == nil {
		t.read[key] = entity
	}
	return entity, err
}

// Put implements Table.
func (t remembering[T]) Put(entity T) error {
	delete(t.read, entity.Key())
	return t.Table.Put(entity)
}

// Delete implements Table.
func (t remembering[T]) Delete(key string) error {
	delete(t.read, key)
	return t.Table.Delete(key)
}
