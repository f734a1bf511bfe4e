package storetest

import (
	"fmt"
	"reflect"
	"time"
)

// filled returns a value of the type with every field set to something of its own, also inside lists, maps and pointers.
func filled(typ reflect.Type, seed *int) reflect.Value {
	v := reflect.New(typ).Elem()
	*seed++
	n := *seed
	switch {
	case typ == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 3, 29, 1, 30, n, 123456789, time.UTC)))
		return v
	case typ == reflect.TypeFor[[]byte]():
		v.SetBytes([]byte{byte(n), 0, 0xFF, '<', '\n'})
		return v
	}
	switch typ.Kind() {
	case reflect.String:
		// What parties really write: quotes, a tag, a soft hyphen, a line break, beyond the first plane.
		v.SetString(fmt.Sprintf("%d „Grün“ <b>&\u00ad\n=1+1 \U0001F331", n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(n))
	case reflect.Struct:
		for i := range typ.NumField() {
			v.Field(i).Set(filled(typ.Field(i).Type, seed))
		}
	case reflect.Pointer:
		v.Set(reflect.New(typ.Elem()))
		v.Elem().Set(filled(typ.Elem(), seed))
	case reflect.Slice:
		v.Set(reflect.Append(v, filled(typ.Elem(), seed), filled(typ.Elem(), seed)))
	case reflect.Map:
		v.Set(reflect.MakeMap(typ))
		v.SetMapIndex(filled(typ.Key(), seed), filled(typ.Elem(), seed))
	default:
		panic("storetest: nothing to fill a " + typ.String() + " with")
	}
	return v
}
