// What a page has to be for people who see badly, or have no mouse. It gives a
// list of sentences, empty for a good page. least is the smallest text in px.
((least) => {
  const found = new Set();
  const say = (text, el) => found.add(text + ": " + (el.outerHTML || "").replace(/\s+/g, " ").slice(0, 120));
  const style = (el) => getComputedStyle(el);
  const seen = (el) => el.checkVisibility({ visibilityProperty: true }) && el.getClientRects().length > 0;

  const rgb = (text) => text.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  const behind = (el) => {
    for (; el; el = el.parentElement) {
      const c = rgb(style(el).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort(); return (y + .05) / (x + .05); };
  const read = (el, colour) => {
    if (parseFloat(style(el).fontSize) < least) say("text below " + least + " px (" + style(el).fontSize + ")", el);
    const ratio = contrast(rgb(colour), behind(el));
    if (ratio < 7 && !el.closest(":disabled")) say("contrast of " + ratio.toFixed(1) + ", not 7", el);
  };

  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const el = walk.currentNode.parentElement;
    if (walk.currentNode.data.trim() && !["SCRIPT", "STYLE"].includes(el.tagName) && seen(el)) read(el, style(el).color);
  }
  for (const f of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!seen(f)) continue;
    const name = f.getAttribute("aria-label") || [...(f.labels || [])].map((l) => l.textContent.trim()).join("");
    if (!name) say("a field without a label", f);
    if (f.placeholder) read(f, getComputedStyle(f, "::placeholder").color);
  }
  for (const b of document.querySelectorAll("a, button, summary, select, input:not([type=hidden]), textarea")) {
    if (!seen(b) || b.disabled) continue;
    if (b.matches("a, button, summary") && !b.textContent.trim() && !b.querySelector("img[alt]")) say("nothing says what it does", b);
    if (b.tabIndex !== 0) say("the keyboard does not reach it in the page's order", b);
    b.focus({ focusVisible: true, preventScroll: true });
    if (document.activeElement !== b) say("it does not take the focus", b);
    else if (style(b).outlineStyle === "none") say("the focus does not show", b);
    if (b.matches("button") && b.getBoundingClientRect().height < 36) say("too low to hit", b);
  }
  document.activeElement?.blur();
  for (const el of document.body.querySelectorAll("*")) {
    const s = style(el);
    if (s.order !== "0" || /reverse/.test(s.flexDirection)) say("shown in another order than it is read", el);
    if (el.tagName === "IMG" && !el.alt) say("a picture without words", el);
  }
  if (document.documentElement.lang !== "zh-CN") found.add("the page does not say its language");
  if (!document.title.trim()) found.add("the page has no title");
  if (document.querySelectorAll("main").length !== 1) found.add("the page has no main part, or several");
  if (document.documentElement.scrollWidth > innerWidth) found.add("the page is wider than the screen by " + (document.documentElement.scrollWidth - innerWidth) + " px");
  return [...found];
})
