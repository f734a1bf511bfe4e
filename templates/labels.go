package templates

import "reflect"

// LabelErrors names in each error of a page the field it is about, so that its summary can be read without the fields:
// three times "please fill in this field" helps nobody. A page is a struct that embeds Base, or has Errors of its own;
// its fields are found wherever they stand in it. What stands beyond pointers into other packages is left alone.
func LabelErrors(page any) {
	v := reflect.ValueOf(page)
	if v.Kind() != reflect.Struct {
		return
	}
	field := v.FieldByName("Errors")
	if !field.IsValid() {
		return
	}
	errors, _ := field.Interface().([]FieldError)
	if len(errors) == 0 {
		return
	}
	labels := map[string]string{}
	collectLabels(v, labels)
	for i := range errors {
		errors[i].Label = labels[errors[i].FieldID]
	}
}

var (
	fieldType = reflect.TypeFor[Field]()
	baseType  = reflect.TypeFor[Base]()
)

// collectLabels notes the label of every visible field below v by its element id. That of a single checkbox is a whole
// sentence, which its error repeats.
func collectLabels(v reflect.Value, labels map[string]string) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == baseType {
			return
		}
		if v.Type() == fieldType {
			if f := v.Interface().(Field); f.Kind() != "hidden" && f.Kind() != "tick" {
				labels[f.ElementID()] = f.Label
			}
			return
		}
		for i := range v.NumField() {
			if t := v.Type().Field(i); t.IsExported() || t.Anonymous {
				collectLabels(v.Field(i), labels)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			collectLabels(v.Index(i), labels)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			collectLabels(v.Elem(), labels)
		}
	}
}
