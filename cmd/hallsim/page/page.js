// The page asks for the whole state now and then; pressing is all it does besides.
const by = (id) => document.getElementById(id);
const post = (path) => fetch(path, { method: "POST" }).then(look);
const names = { reader: "读卡器", printer: "打印机", lockers: "工具柜", displays: "数码管", entrance: "入口屏", network: "网线" };

function button(text, path, off) {
  const b = Object.assign(document.createElement("button"), { textContent: text, className: off ? "off" : "" });
  b.onclick = () => post(path);
  return b;
}

document.querySelectorAll("[data-swipe]").forEach((b) => { b.onclick = () => post("/swipe/" + b.dataset.swipe); });
document.querySelectorAll("[data-do]").forEach((b) => { b.onclick = () => post(`/do/${b.dataset.do}?on=${b.dataset.on}`); });
document.querySelectorAll("[data-line]").forEach((l) => { l.onchange = () => post(`/do/accident?name=${l.dataset.line}&what=${l.value}`); });

async function look() {
  const s = await (await fetch("/state")).json();
  by("entrance").textContent = s.entrance.trim() || "\u00a0";
  document.querySelectorAll("[data-line]").forEach((l) => { if (l !== document.activeElement) l.value = s.happens[l.dataset.line]; });
  by("tubes").replaceChildren(...s.tubes.map((t) => Object.assign(document.createElement("b"), { textContent: t.trim() || "\u00a0" })));
  by("cables").replaceChildren(...Object.entries(s.cables).sort().map(([name, on]) =>
    button((on ? "拔下 " : "插上 ") + names[name], `/do/cable?name=${name}&on=${!on}`, !on)));
  by("doors").replaceChildren(...Array.from({ length: s.doors }, (_, i) => {
    const open = s.open.includes(i + 1);
    return button(i + 1, `/do/door?name=${i + 1}&on=${!open}`, open);
  }));
  if (by("slips").dataset.list !== s.slips.join()) {
    by("slips").dataset.list = s.slips.join();
    by("slips").replaceChildren(...s.slips.map((n) => Object.assign(new Image(), { src: "/slips/" + n, alt: "小票" })));
  }
}

setInterval(look, 1000);
look();
