// The board shows whole states only, so it is right again after any gap.
const by = (id) => document.getElementById(id);
const el = (tag, text, cls) => Object.assign(document.createElement(tag), { textContent: text, className: cls || "" });
let last = null, skew = 0, zone = null, heard = Date.now();

function show(b) {
  const call = JSON.stringify(b.calls[0] || null);
  const fresh = last !== null && call !== last && b.calls[0];
  last = call;
  by("windows").replaceChildren(...b.windows.map((w) => {
    const box = el("div", "", "window" + (w.ticket ? "" : " idle"));
    box.append(el("h2", w.number + "号窗口　" + w.name), el("b", w.ticket || (w.paused ? "暂停服务" : "空闲")));
    if (fresh && fresh.ticket === w.ticket) box.classList.add("fresh");
    return box;
  }));
  by("calls").replaceChildren(...b.calls.map((c) => row(c.ticket, c.window + "号窗口")));
  by("waiting").replaceChildren(...b.waiting.map((s) => row(s.service, s.waiting + "人")));
  by("missed").replaceChildren(...b.missed.map((n) => el("li", n)));
  by("greeting").textContent = b.greeting;
  by("lines").replaceChildren(...(b.lines || []).map((l) => el("span", l)));
}

function row(left, right) {
  const li = el("li", "");
  li.append(el("span", left), el("span", right));
  return li;
}

const events = new EventSource("/events");
events.addEventListener("board", (e) => { heard = Date.now(); show(JSON.parse(e.data)); });
events.addEventListener("beat", (e) => { heard = Date.now(); const b = JSON.parse(e.data); skew = b.now - heard; zone = b.zone; tick(); });
events.onerror = () => { heard = 0; if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000); };

// The clock shows that the page lives, and goes by the hall's own.
function tick() {
  const now = Date.now();
  by("clock").textContent = zone === null ? "" : new Date(now + skew + zone).toISOString().slice(11, 19);
  document.body.classList.toggle("stale", now - heard > 25000);
}
tick();
setInterval(tick, 1000);

// The strip goes through the rules, each part for as long as reading takes.
const extracts = [...document.querySelectorAll(".extract")];
let shown = 0;
setInterval(() => {
  extracts[shown]?.classList.remove("here");
  shown = (shown + 1) % Math.max(extracts.length, 1);
  extracts[shown]?.classList.add("here");
}, 15000);
