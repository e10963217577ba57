// A staff page is made by the server. This keeps it fresh: after a change the
// page is asked for again and its middle is put in place, unless somebody is
// in the middle of filling in a form.
const main = () => document.getElementById("main");
let touched = false, waiting = false, skew = 0, zone = null;

document.documentElement.classList.add("js");
const ready = () => {
  main().querySelectorAll("[data-auto]").forEach((s) => { s.onchange = () => s.form.submit(); });
};
document.addEventListener("input", () => { touched = true; });
document.addEventListener("submit", (e) => e.target.querySelectorAll("button").forEach((b) => setTimeout(() => { b.disabled = true; })));
document.addEventListener("focusout", () => { if (waiting && !touched) refresh(); });

async function refresh() {
  const held = document.activeElement && document.activeElement.matches("#main select, #main input");
  if (touched || held) { waiting = true; return; }
  waiting = false;
  const answer = await fetch(location.href, { headers: { "X-Silent": "1" } });
  if (answer.status === 401) { location.href = "/staff/login"; return; }
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.querySelector("nav").replaceWith(page.querySelector("nav"));
  const notes = [...main().querySelectorAll(".flash, main > .fault:first-child")];
  main().replaceWith(page.getElementById("main"));
  main().prepend(...notes.filter((n) => n.classList.contains("flash")));
  ready();
}

function listen() {
  const events = new EventSource("/staff/events");
  const alive = (e) => { document.body.classList.remove("stale"); const b = JSON.parse(e.data); skew = b.now - Date.now(); zone = b.zone; tick(); };
  let first = true;
  events.addEventListener("beat", alive);
  events.addEventListener("changed", (e) => { alive(e); if (!first) refresh().catch(() => {}); first = false; });
  events.onerror = () => {
    document.body.classList.add("stale");
    if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 3000);
  };
}

const tick = () => { document.getElementById("clock").textContent = zone === null ? "" : new Date(Date.now() + skew + zone).toISOString().slice(11, 19); };
tick();
setInterval(tick, 1000);
ready();
listen();
