package console

import (
	"context"
	"net/url"
	"reflect"
)

// VerbPaths are the paths of all verbs.
func VerbPaths() (paths []string) {
	for _, j := range (&Console{}).jobs() {
		paths = append(paths, j.path)
	}
	return paths
}

// ViewPaths are the paths of all views.
func ViewPaths() (paths []string) {
	for _, v := range views {
		paths = append(paths, v.path)
	}
	return paths
}

// Sign signs a body as somebody who is signed in from the network.
func Sign(staff string, body []byte) ([]byte, error) {
	d := &door{}
	return d.sign(context.WithValue(context.Background(), staffKey{}, staff), body)
}

// StaffOf is the staff id in the event that a body describes.
func StaffOf(path string, body []byte) (string, bool) {
	for _, v := range verbs {
		if v.path != path {
			continue
		}
		ev, err := v.decode(body)
		if err != nil {
			return "", false
		}
		f := reflect.ValueOf(ev).FieldByName("Staff")
		return f.String(), f.IsValid()
	}
	return "", false
}

// Files are the pages, for lints.
var Files = files

// HashPin and PinFits are how PINs are kept.
var (
	HashPin = hashPin
	PinFits = pinFits
)

// Fits says why a verb can't take what a form sends, or nil.
func Fits(path string, form url.Values) error {
	form.Del("back")
	form.Del("said")
	form.Del("second_pin") // the door takes it
	form.Set("staff", "01")
	b, err := formJSON(form)
	if err != nil {
		return err
	}
	for _, j := range (&Console{}).jobs() {
		if j.path == path {
			_, err = j.read(b)
		}
	}
	return err
}

// StaffPages are the names of the pages for staff.
func StaffPages() (names []string) {
	for _, p := range staffPages {
		names = append(names, p.Name)
	}
	return names
}

// FormJSON is what a form becomes.
var FormJSON = formJSON

// Body reads a request's body.
var Body = body

// SettledAt is where a warning is settled.
var SettledAt = settledAt
