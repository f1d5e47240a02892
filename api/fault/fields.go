package fault

import "fmt"

// Fields gathers everything wrong with an input, so that all of it is said at once.
type Fields struct{ list []Field }

// Add notes one thing wrong.
func (f *Fields) Add(location string, value any, format string, args ...any) {
	f.list = append(f.list, Field{Location: location, Message: fmt.Sprintf(format, args...), Value: value})
}

// Err is nil when nothing was noted, else an Invalid fault that lists it all.
func (f *Fields) Err(code string) error {
	if len(f.list) == 0 {
		return nil
	}
	e := New(Invalid, code, "Something in the input is not right; see errors.")
	e.Fields = f.list
	return e
}
