// A staff page is made by the server. This keeps it fresh: after a change the
// page is asked for again and its middle is put in place. While somebody fills
// in a form nothing is replaced; the page says that it is stale instead.
const main = () => document.getElementById("main");
const by = (id) => document.getElementById(id);
let changed = false, skew = 0, zone = null;

document.documentElement.classList.add("js");
const ready = () => {
  main().querySelectorAll("[data-auto]").forEach((s) => { s.onchange = () => s.form.submit(); });
  main().querySelectorAll("[data-all]").forEach((b) => { b.onclick = () => good(b.form); });
};
document.addEventListener("submit", (e) => e.target.querySelectorAll("button").forEach((b) => setTimeout(() => { b.disabled = true; })));
document.addEventListener("focusout", () => setTimeout(() => { if (changed) refresh(); }));
document.addEventListener("input", () => { if (changed) refresh(); });

// good gives every question of a form that has no answer yet its first one.
const good = (form) => form.querySelectorAll("[role=group]").forEach((q) => {
  if (!q.querySelector("input:checked")) q.querySelector("input[type=radio]").checked = true;
});

// filled says whether a field holds something that was not there at first.
const filled = (f) => f.type === "checkbox" || f.type === "radio" ? f.checked !== f.defaultChecked
  : f.matches("select") ? [...f.options].some((o) => o.defaultSelected) ? !f.selectedOptions[0].defaultSelected : f.selectedIndex > 0
  : f.value !== f.defaultValue;
const inHand = () => {
  const fields = [...main().querySelectorAll("input:not([type=hidden]), select, textarea")];
  return fields.some((f) => f === document.activeElement || filled(f));
};

// place names what has the focus or is unfolded, to find it again in the new page.
const place = (el) => el.closest("form")?.action + "|" + el.tagName + "|" + el.textContent;
const unfolded = () => [...main().querySelectorAll("details[open] > summary")].map(place);

async function refresh() {
  changed = true;
  by("stale").hidden = !inHand();
  if (inHand()) return;
  changed = false;
  const answer = await fetch(location.href, { headers: { "X-Silent": "1" } });
  if (answer.status === 401) { location.href = "/staff/login"; return; }
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (inHand()) { changed = true; by("stale").hidden = false; return; }
  document.querySelector("nav").replaceWith(page.querySelector("nav"));
  const said = [...main().querySelectorAll(".flash, main > .fault.said")];
  const open = unfolded(), focus = main().contains(document.activeElement) ? place(document.activeElement) : null;
  main().replaceWith(page.getElementById("main"));
  main().prepend(...said);
  main().querySelectorAll("summary").forEach((s) => { s.parentElement.open = open.includes(place(s)); });
  [...main().querySelectorAll("a, button, summary")].find((el) => place(el) === focus)?.focus();
  ready();
}

function listen() {
  const events = new EventSource("/staff/events");
  const alive = (e) => { document.body.classList.remove("lost"); const b = JSON.parse(e.data); skew = b.now - Date.now(); zone = b.zone; tick(); };
  events.addEventListener("beat", alive);
  events.addEventListener("changed", (e) => { alive(e); refresh().catch(() => {}); });
  events.onerror = () => {
    document.body.classList.add("lost");
    if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 3000);
  };
}

const tick = () => { by("clock").textContent = zone === null ? "" : new Date(Date.now() + skew + zone).toISOString().slice(11, 19); };
tick();
setInterval(tick, 1000);
ready();
listen();
