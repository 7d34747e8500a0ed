/**
 * What waits until somebody reads. With the reader's first act the page gets `data-reader` and the
 * event `scse-reader`: the theme's buttons come to life, figures start (widgets.js), and the whole
 * book is kept for a visit with the network off (js/site/service-worker.js). A page is fetched when
 * a link to it is pointed at.
 *
 * A section out of sight waits too (`data-opening`, see book.css): it is laid out when it comes near,
 * or when there is time after that act, and all at once before anything can jump to it.
 *
 * Pages are kept and fetched over http(s) alone, and not where the browser is asked to save data. A
 * service worker at `localhost` would answer for whatever is served there next, so there is none.
 */
(() => {
  const ROOT = new URL("..", document.currentScript.src);
  const SIGNS = ["focusin", "keydown", "pointerdown", "pointermove", "scroll", "wheel"];
  const { dataset } = document.documentElement;
  const gone = new AbortController();
  function meet() {
    gone.abort();
    dataset.reader = "here";
    bringSigns();
    layOutInTurn();
    bringTheme();
    dispatchEvent(new Event("scse-reader"));
  }

  /** The fonts of equations that were not yet in sight: a printer does not wait for them. */
  function bringSigns() {
    if (!document.querySelector("mjx-container")) return;
    for (const face of document.fonts) if (face.family.includes("MJX")) face.load();
  }

  const layOutAll = () => delete dataset.opening;

  function layOutInTurn() {
    const sections = document.querySelectorAll(".scse-later");
    const whenIdle = globalThis.requestIdleCallback ?? setTimeout; // Safari has none
    let at = 0;
    whenIdle(function next() {
      if (at === sections.length) layOutAll();
      if (!("opening" in dataset)) return;
      sections[at].dataset.laid = "out";
      at += 1;
      whenIdle(next);
    });
  }

  /** The theme's scripts. A press of one of its buttons that comes before them is made again. */
  async function bringTheme() {
    const BUTTONS = ":is(.bd-sidebar, .bd-header, .bd-header-article) button";
    const here = new AbortController();
    let pressed;
    function hold(event) {
      const button = event.target.closest?.(BUTTONS);
      if (!button) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      pressed = button;
    }
    document.addEventListener("click", hold, { capture: true, signal: here.signal });
    for (const { href } of document.querySelectorAll("link[data-later]")) {
      await new Promise((done) => {
        const script = document.createElement("script");
        Object.assign(script, { src: href, onload: done, onerror: done });
        document.head.append(script);
      });
    }
    here.abort();
    pressed?.click();
  }
  for (const sign of SIGNS) {
    addEventListener(sign, meet, { capture: true, passive: true, signal: gone.signal });
  }

  addEventListener("beforeprint", bringSigns);
  if (location.hash) layOutAll();
  for (const act of ["click", "keydown"]) {
    addEventListener(act, layOutAll, { capture: true, passive: true, once: true });
  }

  const web = location.protocol.startsWith("http");
  if (!web || navigator.connection?.saveData) return;

  const fetched = new Set([location.pathname]);
  function fetchAhead({ target }) {
    const link = target.closest?.("a[href]");
    if (!link?.pathname.endsWith(".html") || link.origin !== location.origin) return;
    if (fetched.has(link.pathname)) return;
    fetched.add(link.pathname);
    const hint = document.createElement("link");
    hint.rel = "prefetch";
    hint.href = link.pathname;
    document.head.append(hint);
  }
  for (const sign of ["pointerover", "focusin"]) {
    document.addEventListener(sign, fetchAhead, { passive: true });
  }

  const { serviceWorker } = navigator; // undefined where the page is not safe from others
  if (!serviceWorker || location.hostname === "localhost") return;

  /** A new build that waits takes over before the reader begins. */
  async function renew() {
    const registration = await serviceWorker.getRegistration(ROOT);
    if (!registration?.waiting || !registration.active) return;
    serviceWorker.addEventListener("controllerchange", () => {
      if (!("reader" in dataset)) location.reload();
    });
    registration.waiting.postMessage("take over");
  }

  async function keepAll() {
    await serviceWorker.register(new URL("service-worker.js", ROOT), { scope: ROOT.pathname });
    const { active } = await serviceWorker.ready;
    active.postMessage("keep the engine");
  }

  addEventListener("scse-reader", () => {
    keepAll().catch((error) => console.info(`The book is not kept for later: ${error.message}`));
  });
  addEventListener("load", renew);
})();
