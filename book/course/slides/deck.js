/**
 * What a deck adds to reveal.js: figures as large as their slide lets them be, without what the
 * lecturer does not need; keys that do not get in each other's way; light and dark; and a second
 * window with the notes, the next title and the clock.
 */
(() => {
  const { dataset } = document.documentElement;
  const { figures } = document.currentScript.dataset; // the script that brings them
  const slides = [...document.querySelectorAll(".slides > section")];
  const titleOf = (slide) => slide?.querySelector("h2")?.textContent ?? "the end";
  const minutesOf = (slide) => Number(slide.dataset.minutes);

  function setTheme(theme) {
    dataset.theme = theme;
  }
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = localStorage.getItem("mode"); // as on the book's pages
  setTheme(chosen === "dark" || (chosen !== "light" && dark.matches) ? "dark" : "light");

  // Figures

  /** To reveal.js every `section` is a slide, wherever it stands: in a figure it becomes a region. */
  function keepSections() {
    const make = document.createElement.bind(document);
    document.createElement = (name, options) => {
      if (name !== "section") return make(name, options);
      const region = make("div");
      region.role = "region";
      return region;
    };
  }

  const range = (from, to, step) =>
    Array.from({ length: Math.round((from - to) / step) + 1 }, (_, i) => from - i * step);
  const LEAST = range(24, 18, 2); // pixels on a slide: its smallest letters, the last row reads them
  const SIZES = range(2.2, 0.6, 0.1); // times its own
  const SHARES = range(1, 0.55, 0.09); // of the room's width: pictures are as high as they are wide
  const NARROW = 560; // pixels: below it a figure is laid out as for a phone
  const OVER = 12; // pixels: the grip of a bar stands out at its end

  /** Lay a figure out; does it fit? */
  function lay(box, host, size, share, least) {
    host.style.width = `${(share * box.clientWidth) / size}px`;
    host.style.left = `${((1 - share) * box.clientWidth) / 2}px`;
    host.style.transform = `scale(${size})`;
    host.style.setProperty("--least", `${least / size}px`);
    box.dataset.size = size.toFixed(2);
    const high = host.scrollHeight * size <= box.clientHeight;
    return high && (host.scrollWidth - host.clientWidth) * size <= OVER;
  }

  /** As large as it fits, with small letters made larger; then these as large as there is room. */
  function fit(box, host, largest = SIZES[0]) {
    if (!box.clientHeight) return;
    for (const size of SIZES.filter((each) => each <= largest)) {
      for (const share of SHARES) {
        if (share < 1 && share * box.clientWidth < NARROW * size) break;
        if (!lay(box, host, size, share, LEAST.at(-1))) continue;
        LEAST.find((least) => lay(box, host, size, share, least));
        return;
      }
    }
  }

  /**
   * No letter of a figure is smaller than `--least`, however small its own sheet has it: each size
   * in it becomes the larger of the two.
   * @param {CSSStyleSheet | CSSRule} holder
   */
  function enlarge(holder) {
    for (const rule of holder.cssRules ?? []) {
      const size = rule.style?.fontSize;
      if (size && size !== "inherit") rule.style.fontSize = `max(${size}, var(--least))`;
      enlarge(rule);
    }
  }

  const enlarged = new WeakSet();
  function enlargeAll() {
    for (const sheet of document.styleSheets) {
      if (sheet.href || enlarged.has(sheet)) continue;
      enlarged.add(sheet);
      enlarge(sheet);
    }
  }

  /** By the panel “For a class…” that every figure has. */
  function hide(box) {
    for (const part of box.dataset.hide.split(" ").filter(Boolean)) {
      const tick = box.querySelector(`[data-name="hide-${part}"]`);
      tick.checked = true;
      tick.dispatchEvent(new Event("change"));
    }
  }

  function settle(box) {
    const host = box.querySelector(".widget-host");
    const come = new MutationObserver(() => {
      if (!host.dataset.mounted) return;
      come.disconnect();
      enlargeAll();
      hide(box);
      fit(box, host);
      // What grows in use is made smaller; what shrinks stays, or everything would move.
      const grown = new ResizeObserver(() => {
        const size = Number(box.dataset.size ?? SIZES[0]);
        if (host.scrollHeight * size > box.clientHeight) fit(box, host, size);
      });
      grown.observe(host.firstElementChild);
      grown.observe(box);
    });
    come.observe(host, { attributes: true });
  }

  // Keys

  const inFigure = () => document.activeElement?.closest(".figure");
  const leave = () => document.activeElement.blur();

  /** What a clicker sends turns the slide, wherever the focus is. */
  function clicker(event) {
    const turn = { PageDown: "next", PageUp: "prev" }[event.key];
    if (!turn || !inFigure()) return;
    event.preventDefault();
    event.stopPropagation();
    leave();
    Reveal[turn]();
  }

  /** What the figure has no use for itself. */
  function giveBack(event) {
    if (event.key === "Escape" && inFigure()) leave();
  }

  /** Words set a figure; the address goes on to say which slide it is. */
  function keepAddress({ target }) {
    if (!target.closest?.('a[href^="#do:"]')) return;
    const { href } = location;
    setTimeout(() => history.replaceState(history.state, "", href));
  }

  /** Only what is seen can be reached. */
  function only(current) {
    if (inFigure() && !current.contains(document.activeElement)) leave();
    for (const slide of slides) slide.inert = slide !== current;
  }

  // Notes

  let speaker; // the other window
  const tell = () => speaker?.postMessage({ slide: slides.indexOf(Reveal.getCurrentSlide()) }, "*");

  function openNotes() {
    const url = new URL("?notes", location.href.split(/[?#]/)[0]);
    speaker = open(url, "scse-notes", "popup,width=900,height=700");
  }

  function listen({ source, data }) {
    if (!speaker || source !== speaker) return;
    if (data.turn) Reveal[data.turn]();
    tell();
  }

  function clock(seconds) {
    const whole = Math.floor(seconds);
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  }

  /** The window with the notes: the same file, which follows the one that opened it. */
  function notes() {
    const before = slides.map((_, i) => slides.slice(0, i).reduce((n, s) => n + minutesOf(s), 0));
    const whole = before.at(-1) + minutesOf(slides.at(-1));
    const view = document.querySelector(".speaker");
    document.querySelector(".reveal").hidden = true;
    document.querySelector(".leave").hidden = true;
    view.hidden = false;
    view.innerHTML = `<p class="clock"><b></b> of ${whole}:00 <span></span></p>
      <h1></h1><div class="said"></div><p class="next"></p>
      <p class="turns"><button data-turn="prev">Back</button> <button data-turn="next">Next</button></p>`;
    const part = (selector) => view.querySelector(selector);
    const ask = (turn) => opener?.postMessage({ turn }, "*");
    let begun; // with the first turn
    function show({ source, data }) {
      if (source !== opener || !(data.slide in slides)) return;
      const slide = slides[data.slide];
      if (data.slide > 0) begun ??= Date.now();
      part("h1").textContent = titleOf(slide);
      part(".said").innerHTML = slide.querySelector(".notes")?.innerHTML ?? "";
      part(".next").textContent = `Next: ${titleOf(slides[data.slide + 1])}`;
      const from = before[data.slide];
      part("span").textContent = `· this slide: minute ${from} to ${from + minutesOf(slide)}`;
    }
    setInterval(() => {
      part("b").textContent = clock(begun ? (Date.now() - begun) / 1000 : 0);
    }, 500);
    addEventListener("message", show);
    addEventListener("keydown", ({ key }) => {
      const forth = ["ArrowRight", "ArrowDown", "PageDown", " "].includes(key);
      if (forth) ask("next");
      else if (["ArrowLeft", "ArrowUp", "PageUp"].includes(key)) ask("prev");
    });
    view.addEventListener("click", ({ target }) => target.dataset.turn && ask(target.dataset.turn));
    ask();
  }

  function play() {
    keepSections();
    for (const box of document.querySelectorAll(".figure")) settle(box);
    const printed = new URLSearchParams(location.search).has("print-pdf");
    /** Not before: while reveal.js makes its print view, the slides are not in the document. */
    const ready = () => {
      dataset.reader = "here"; // figures come to life at once
      document.head.append(Object.assign(document.createElement("script"), { src: figures }));
    };
    Reveal.on(printed ? "pdf-ready" : "ready", ready);
    Reveal.on("ready", ({ currentSlide }) => printed || only(currentSlide));
    Reveal.on("slidechanged", ({ currentSlide }) => {
      only(currentSlide);
      tell();
    });
    Reveal.initialize({
      width: 1280,
      height: 720,
      margin: 0,
      maxScale: 4,
      center: false,
      display: "flex",
      viewDistance: 1000, // figures ask how wide they are
      mobileViewDistance: 1000,
      hash: true,
      slideNumber: "c/t",
      controls: false,
      transition: "none",
      keyboardCondition: () => !inFigure(),
    });
    Reveal.addKeyBinding({ keyCode: 83, key: "S", description: "Notes, in a window" }, openNotes);
    Reveal.addKeyBinding({ keyCode: 68, key: "D", description: "Light or dark" }, () =>
      setTheme(dataset.theme === "dark" ? "light" : "dark"),
    );
    addEventListener("keydown", clicker, { capture: true });
    addEventListener("keydown", giveBack);
    addEventListener("click", keepAddress, { capture: true });
    addEventListener("message", listen);
  }

  if (new URLSearchParams(location.search).has("notes")) notes();
  else play();
})();
