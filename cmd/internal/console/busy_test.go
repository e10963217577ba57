package console_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"halld/cmd/internal/hall"
)

// busy is a hall on a full morning: numbers and rentals in every state, doors
// and slips in doubt, something of everything that a page can show.
func busy(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	r.visitors()
	r.stock()
	r.lending()
	r.parts()
	r.matters()
	return r
}

// do asks over the socket, and expects the rules to agree.
func (r *rig) do(path, body string) string {
	r.t.Helper()
	status, answer := r.post(r.socket.URL, path, body)
	if status != 200 {
		r.t.Fatalf("%s %s gives %d %s", path, body, status, answer)
	}
	return answer
}

// try asks over the socket for something whose door is stuck.
func (r *rig) try(path, body string) {
	r.t.Helper()
	if _, answer := r.post(r.socket.URL, path, body); !strings.HasPrefix(code(answer), "door-") {
		r.t.Fatalf("%s %s gives %s, want trouble with a door", path, body, answer)
	}
}

func (r *rig) swipe(ref, last4 string) {
	r.t.Helper()
	if err := r.hall.Swipe(ref, last4); err != nil {
		r.t.Fatal(err)
	}
	r.hall.Later(time.Minute)
}

func (r *rig) visitors() {
	for i, last4 := range []string{"0019", "0028", "0037", "0046", "0055", "0064", "0073", "0082", "002X"} {
		r.swipe("p"+string(rune('1'+i)), last4)
	}
	r.do("person/flag", `{"person":"p4","class":1,"reason":"残疾","until":"2027-01-01","staff":"02"}`)
	r.do("person/block", `{"person":"p9","reason":"打架斗殴","until":"2027-01-01","staff":"02"}`)
	r.do("notice/give", `{"person":"p2","matter":"求职登记","missing":["照片","银行卡"],"staff":"01"}`)
	r.do("call", `{"window":1,"staff":"01"}`)
	r.do("hold", `{"window":1,"staff":"01"}`)
	r.do("call", `{"window":1,"staff":"01"}`)
	r.do("skip", `{"window":1,"staff":"01"}`)
	r.do("call", `{"window":1,"staff":"01"}`)
	_, err := r.hall.Do(r.t.Context(), hall.CardRead{
		Person: hall.Person{Ref: "pf", Last4: "M123"},
		Facts:  hall.Facts{Document: "permit", Birth: hall.Date{Year: 1990, Month: time.May, Day: 5}},
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) stock() {
	for i := range 12 {
		r.do("tool/add", fmt.Sprintf(`{"tool":{"tool":"DR-%c","name":"电锤","class":"priced","type":"drill","price":{"rate":"5.00","per":"hour","round":15,"free":10,"cap":"30.00"},
			"deposit":"200.00","purchase":"600.00","door":"A/%d","accessories":["钻头、大号","手柄"],"part_prices":{"手柄":"8.00"},"check_every":90},"staff":"01"}`, 'a'+i, i+1))
	}
	r.do("tool/add", `{"tool":{"tool":"SP-1","name":"铁锹","class":"simple","deposit":"20.00","place":"货架二"},"staff":"01"}`)
	r.do("tool/add", `{"tool":{"tool":"MX-1","name":"搅拌器","class":"priced","price":{"rate":"4.00","per":"day","version":"2025-2"},"deposit":"100.00","place":"货架一"},"staff":"01"}`)
	r.do("tool/add", `{"tool":{"tool":"LD-1","name":"人字梯","class":"simple","deposit":"50.00","place":"墙边"},"staff":"01"}`)
	r.do("tool/repair", `{"id":"DR-k","reason":"异响","staff":"01"}`)
	r.do("tool/loss", `{"id":"DR-l","reason":"盘点不见","staff":"01"}`)
}

// lending makes a rental of each state.
func (r *rig) lending() {
	steps := []struct{ path, body string }{
		{"approve", `"staff":"02"`},
		{"sign", `"staff":"01"`},
		{"deposit", `"method":"扫码","staff":"01"`},
		{"handover", `"staff":"01"`},
		{"return", `"staff":"01"`},
		{"inspect", `"result":"damaged","deduct":"250.00","present":["all"],"passed":["all"],"staff":"01"`},
		{"settle", `"staff":"01"`},
	}
	for i := range len(steps) + 1 {
		who, tool := "p"+string(rune('1'+i)), `"DR-`+string(rune('a'+i))+`"`
		if i == 4 { // of two tools one goes out
			tool += `,"DR-i"`
		}
		id := r.request(who, tool)
		for _, s := range steps[:i] {
			r.do("rental/"+s.path, `{"rental":"`+id+`",`+s.body+`}`)
		}
	}
	id := r.request("p4", `"DR-j"`)
	for _, s := range steps[:4] {
		r.do("rental/"+s.path, `{"rental":"`+id+`",`+s.body+`}`)
	}
	r.do("rental/inspect", `{"rental":"`+id+`","result":"lost","deduct":"100.00","staff":"01","second":"02"}`)
}

// parts is a rental of three tools, each at another step.
func (r *rig) parts() {
	id := r.request("p5", `"SP-1","MX-1","LD-1"`)
	r.do("rental/approve", `{"rental":"`+id+`","staff":"02"}`)
	r.do("rental/sign", `{"rental":"`+id+`","staff":"01"}`)
	r.do("rental/deposit", `{"rental":"`+id+`","staff":"01"}`)
	r.do("rental/handover", `{"rental":"`+id+`","tool":"SP-1","staff":"01"}`)
	r.do("rental/handover", `{"rental":"`+id+`","tool":"MX-1","staff":"01"}`)
	r.hall.Later(2 * time.Hour)
	r.do("rental/return", `{"rental":"`+id+`","tool":"MX-1","staff":"01"}`)
}

func (r *rig) request(person, tools string) (rental string) {
	r.t.Helper()
	answer := r.do("rental/request", `{"tools":[`+tools+`],"person":"`+person+`","trade":"瓦工","staff":"01"}`)
	return regexp.MustCompile(`R\d+-\d+`).FindString(answer)
}

// matters are what waits for somebody to look at it.
func (r *rig) matters() {
	r.do("storage/store", `{"person":"p1","door":"A/15","what":"工具包","staff":"01"}`)
	r.hall.Misbehave("A/20", hall.OpUnknown)
	r.try("door/open", `{"door":"A/20","reason":"检修","staff":"03"}`)
	r.hall.Misbehave("A/21", hall.OpOpen)
	r.do("door/open", `{"door":"A/21","reason":"检修","staff":"03"}`)
	r.do("door/set", `{"door":"A/22","out":true,"reason":"锁舌坏","staff":"03"}`)
	r.force("A/16")
	r.hall.Misbehave("A/23", hall.OpQueued)
	r.do("door/clear", `{"locker":"A","doors":["A/23"],"reason":"清点","staff":"03","second":"02"}`)
	r.do("emergency/raise", `{"window":1,"staff":"01"}`)
	r.hall.Later(time.Minute)
	r.do("emergency/raise", `{"window":2,"staff":"01"}`)
	r.do("emergency/ack", `{"id":"E000002","staff":"02"}`)
	if _, err := r.hall.Do(r.t.Context(), hall.DeviceReport{Device: "printer", Fault: "paper-out"}); err != nil {
		r.t.Fatal(err)
	}
	r.hall.Paper(hall.JobUnknown)
	r.do("notice/give", `{"person":"p3","matter":"社保补贴","missing":["证明"],"staff":"01"}`)
	r.hall.Paper(hall.JobPrinted)
	r.do("training/open", `{"course":"电工","staff":"01"}`)
	r.do("cash/handover", `{"counted":"120.00","keep":"20.00","reason":"找零多给","staff":"01"}`)
}

// force breaks a door open and shuts it again.
func (r *rig) force(door hall.DoorID) {
	for _, state := range []hall.DoorState{hall.DoorOpen, hall.DoorLocked} {
		if _, err := r.hall.Do(r.t.Context(), hall.DoorSeen{Door: door, State: state}); err != nil {
			r.t.Fatal(err)
		}
	}
}
