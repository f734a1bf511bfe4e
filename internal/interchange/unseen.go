package interchange

import (
	"fmt"
	"reflect"
	"strings"

	"pruefstein/internal/survey"
)

// unseenTold is the most texts that Unseen names.
const unseenTold = 5

// Unseen counts the characters of a file that nobody sees, or that one program alone shows (survey.Unseen), and names the first texts
// that hold some, each with its JSON path: they are taken over as they are, but not silently.
func Unseen(f File) (count int, first []string) {
	var walk func(path string, v reflect.Value)
	walk = func(path string, v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			n, places := survey.Unseen(v.String())
			if count += n; n > 0 && len(first) < unseenTold {
				first = append(first, path+": "+strings.Join(places, " · "))
			}
		case reflect.Pointer:
			if !v.IsNil() {
				walk(path, v.Elem())
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
			}
		case reflect.Struct:
			for i := range v.NumField() {
				name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
				walk(strings.TrimPrefix(path+"."+name, "."), v.Field(i))
			}
		}
	}
	walk("", reflect.ValueOf(f))
	return count, first
}
