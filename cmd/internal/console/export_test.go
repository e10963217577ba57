package console

import (
	"context"
	"reflect"
)

// VerbPaths are the paths of all verbs.
func VerbPaths() (paths []string) {
	for _, v := range verbs {
		paths = append(paths, v.path)
	}
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
