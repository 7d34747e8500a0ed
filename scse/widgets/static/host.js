/**
 * Brings every anywidget of a built page to life, without a kernel.
 *
 * A page has a small tag where each is to appear. The state of a widget and its source texts lie in
 * files of the site, or, where the page was saved on its own, in one script tag of the page. Behind
 * the small tag a picture may stand: it goes when the figure has been drawn, in one frame, and the
 * room around it stays (see book/_ext/static_widgets.py).
 *
 * Figures come to life when somebody reads (ahead.js), those on the screen first: until then their
 * pictures are the same to look at, and a page that only opens costs a phone no work. This file
 * implements the page's side of the Anywidget Front-End Module specification
 * (https://anywidget.dev/en/afm/): a model whose changes stay in the page, `initialize` once a
 * model, `render` once a view. Works over http and from file://.
 */
(() => {
  const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
  const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';
  /** Where the site keeps figures, and what a widget may fetch later. */
  const ASSETS = document.currentScript?.src ? new URL(".", document.currentScript.src) : null;

  class Model {
    #state;
    #listeners = new Map();

    constructor(state) {
      this.#state = state;
    }

    get(name) {
      return this.#state[name];
    }

    set(name, value) {
      if (this.#state[name] === value) return;
      this.#state[name] = value;
      this.#emit(`change:${name}`, this, value);
      this.#emit("change", this);
    }

    on(event, callback) {
      if (!this.#listeners.has(event)) this.#listeners.set(event, new Set());
      this.#listeners.get(event).add(callback);
    }

    off(event, callback) {
      if (event == null) this.#listeners.clear();
      else if (callback == null) this.#listeners.delete(event);
      else this.#listeners.get(event)?.delete(callback);
    }

    // With no kernel on the other side there is nobody to write to.
    save_changes() {}
    send() {}

    #emit(event, ...args) {
      for (const callback of [...(this.#listeners.get(event) ?? [])]) callback(...args);
    }
  }

  /** Puts the model's buffers, stored as base64, back where they belong, as DataViews. */
  function restoreBuffers({ state, buffers = [] }) {
    for (const { path, data } of buffers) {
      const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
      const owner = path.slice(0, -1).reduce((node, key) => node[key], state);
      owner[path.at(-1)] = new DataView(bytes.buffer);
    }
    return state;
  }

  const modules = new Map(); // source text -> promise of the module
  const styles = new Set();

  function load(source) {
    if (!modules.has(source)) {
      const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
      const module = import(url).finally(() => URL.revokeObjectURL(url));
      modules.set(source, module);
    }
    return modules.get(source);
  }

  function addStyle(css) {
    if (styles.has(css)) return;
    styles.add(css);
    document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
  }

  const brought = new Map(); // file -> promise of its text

  /** A text of the site. It is carried by a script: from file:// nothing else may be read. */
  function bring(name) {
    if (!brought.has(name)) brought.set(name, byScript(name));
    return brought.get(name);
  }

  function byScript(name) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = new URL(name, ASSETS).href;
      script.onload = () => {
        const texts = globalThis.scseTexts;
        resolve(texts[name]);
        delete texts[name]; // it is large
        script.remove();
      };
      script.onerror = () => reject(new Error(`${name} is not there`));
      document.head.append(script);
    });
  }

  let carried; // what a page carries of its own
  const own = () =>
    (carried ??= JSON.parse(document.querySelector(STATE)?.textContent ?? '{"state":{}}'));

  /** A widget of a page that carries its own: [entry, module, sheets]. */
  function inPage(id) {
    const { state, texts } = own();
    const entry = state[id];
    if (!entry) return [];
    const { _esm, _css = [] } = entry.state;
    return [entry, texts[_esm], _css.map((sheet) => texts[sheet])];
  }

  /** A widget in files of the site. */
  async function inSite({ model, module, sheets }) {
    const [entry, source, ...styles] = await Promise.all([model, module, ...sheets].map(bring));
    return [JSON.parse(entry), source, styles];
  }

  /** What all views of one model share: the model and its widget, initialised once; `before` is the
   * number of figures of its kind above it. A slide says in `set` in which state it opens. */
  async function start({ model_id: id, files, set }, before) {
    const [entry, source, sheets] = files ? await inSite(files) : inPage(id);
    if (entry?.model_module !== "anywidget") {
      throw new Error("only a running notebook can draw this kind of control");
    }
    const model = new Model({ ...restoreBuffers(entry), ...set });
    sheets.forEach(addStyle);
    const { default: exported } = await load(source);
    const widget = typeof exported === "function" ? await exported() : exported;
    const invoke = () => Promise.reject(new Error("this needs a running Python kernel"));
    const context = {
      model,
      experimental: { invoke, assets: ASSETS, before },
      signal: new AbortController().signal,
    };
    await widget.initialize?.(context);
    return { widget, context };
  }

  const started = new Map(); // model id -> promise of { widget, context }

  /** By its source. */
  const kindOf = ({ model_id: id, files }) => files?.module ?? own().state[id]?.state._esm;

  /** How many figures of its kind stand above one. */
  function kinAbove(view) {
    const kin = new Set();
    for (const tag of document.querySelectorAll(VIEW)) {
      const other = JSON.parse(tag.textContent);
      if (other.model_id === view.model_id) break;
      if (kindOf(other) === kindOf(view)) kin.add(other.model_id);
    }
    return kin.size;
  }

  function startOnce(view) {
    const id = view.model_id;
    if (!started.has(id)) started.set(id, start(view, kinAbove(view)));
    return started.get(id);
  }

  function explain(host, error) {
    console.error(error);
    const message = document.createElement("p");
    message.className = "widget-error";
    message.setAttribute("role", "alert");
    message.textContent = `This figure could not start (${error?.message ?? error}).`;
    host.prepend(message);
  }

  /** Where a view is to appear: the room that the page has for it, else a new one. */
  function hostOf(view) {
    const next = view.nextElementSibling;
    if (next?.classList.contains("widget-host")) return next;
    const host = document.createElement("div");
    host.className = "widget-host";
    view.after(host);
    return host;
  }

  async function mount({ view, host }) {
    const el = document.createElement("div");
    el.className = "widget-coming"; // laid out, and not yet seen
    host.append(el);
    try {
      const { widget, context } = await startOnce(JSON.parse(view.textContent));
      await widget.render?.({ ...context, el });
      el.className = "widget-live";
      for (const child of [...host.children]) if (child !== el) child.remove();
      host.dataset.mounted = "true";
    } catch (error) {
      el.remove();
      explain(host, error);
    }
  }

  /** Resolves when the browser has nothing better to do. */
  const idle = () =>
    new Promise((resolve) => {
      if (globalThis.requestIdleCallback) requestIdleCallback(resolve, { timeout: 300 });
      else setTimeout(resolve, 30);
    });

  function mountAll() {
    const waiting = new Set(
      [...document.querySelectorAll(VIEW)].map((view) => ({ view, host: hostOf(view) })),
    );
    const near = new Set(); // hosts that are, or were, on the screen
    const next = () => [...waiting].find(({ host }) => near.has(host)) ?? [...waiting][0];

    /** One after the other, so that the page stays free. */
    async function work() {
      for (let place = next(); place; place = next()) {
        waiting.delete(place);
        await idle();
        await mount(place);
      }
      document.dispatchEvent(new Event("scse-mounted")); // all are here
    }

    const watch = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) if (isIntersecting) near.add(target);
    });
    for (const { host } of waiting) watch.observe(host);
    if (expected()) work();
    else addEventListener("scse-reader", work, { once: true });
  }

  /** A page of its own has no pictures, and nothing to see who reads; who was sent to a place, or with
   * a wish, or comes back, may want a figure as it was left. */
  function expected() {
    if (!ASSETS || "reader" in document.documentElement.dataset) return true;
    const [entry] = performance.getEntriesByType("navigation");
    return location.hash !== "" || location.search !== "" || entry?.type !== "navigate";
  }

  if (document.readyState === "complete") mountAll();
  else addEventListener("load", mountAll);
})();
