// On a screen nobody scrolls: the page turns by itself, unless somebody is there.
let touched = 0;
for (const e of ["wheel", "touchstart", "keydown", "mousedown"]) addEventListener(e, () => { touched = Date.now(); });
setInterval(() => {
  if (Date.now() - touched < 60000) return;
  const end = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
  scrollTo({ top: end ? 0 : scrollY + innerHeight * .7, behavior: "smooth" });
}, 15000);
