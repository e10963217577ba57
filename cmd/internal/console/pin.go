package console

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"strings"

	"golang.org/x/crypto/argon2"

	"halld/cmd/internal/hall"
)

// The cost of a PIN's hash (argon2id, RFC 9106): about half a second on a Pi
// Zero, and little memory. A PIN is short; what protects it is the limit on
// tries, and that the hash never leaves the box.
const (
	pinTime   = 2
	pinMemory = 8 << 10 // KiB
	pinSalt   = 16
	pinKey    = 32
)

// hashPin makes what is kept of a PIN: salt and key.
func hashPin(pin string) []byte {
	salt := make([]byte, pinSalt)
	rand.Read(salt) // never fails, by its documentation
	return append(salt, pinSum(pin, salt)...)
}

func pinSum(pin string, salt []byte) []byte {
	return argon2.IDKey([]byte(pin), salt, pinTime, pinMemory, 1, pinKey)
}

// pinFits reports whether a PIN belongs to a hash. It takes the same time
// whether there is a hash or not.
func pinFits(pin string, hash []byte) bool {
	ok := len(hash) == pinSalt+pinKey
	if !ok {
		hash = make([]byte, pinSalt+pinKey)
	}
	return subtle.ConstantTimeCompare(pinSum(pin, hash[:pinSalt]), hash[pinSalt:]) == 1 && ok
}

// CheckPin says why a PIN can't be used: it is 4 to 12 digits that are neither
// all alike nor counted up or down.
func CheckPin(pin string) error {
	const up, down = "01234567890", "09876543210"
	switch {
	case len(pin) < 4 || len(pin) > 12 || strings.Trim(pin, "0123456789") != "":
		return errors.New("PIN 要是 4 到 12 位数字")
	case strings.Count(pin, pin[:1]) == len(pin), strings.Contains(up, pin), strings.Contains(down, pin):
		return errors.New("这个 PIN 太容易猜到，请换一个")
	}
	return nil
}

// PinRequest sets a staff member's PIN; an empty one forgets it.
type PinRequest struct {
	Staff string `json:"staff"`
	Pin   string `json:"pin"`
}

// keySet answers a change of what somebody proves with who they are.
type keySet struct {
	Staff string `json:"staff"`
	Set   bool   `json:"set"` // false: forgotten
}

// setPin is offered on the socket only: whoever may open it manages the box.
func (c *Console) setPin(_ context.Context, req PinRequest) (any, error) {
	return keySet{req.Staff, req.Pin != ""}, c.door.setPin(req)
}

func (d *door) setPin(req PinRequest) error {
	if _, known := d.staff(req.Staff); !known {
		return unknownStaff(req.Staff)
	}
	var hash []byte
	if req.Pin != "" {
		if err := CheckPin(req.Pin); err != nil {
			return bad("%s", err.Error())
		}
		hash = hashPin(req.Pin)
	}
	d.expel(req.Staff)
	return d.keys.SetPin(req.Staff, hash)
}

func unknownStaff(id string) error {
	if id == "" {
		return &hall.Refusal{Code: "no-staff", Text: "请写明工号（--staff）"}
	}
	return &hall.Refusal{Code: "unknown-staff", Text: "没有工号" + id + "，请核对后再输入"}
}
