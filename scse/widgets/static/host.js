/**
 * Brings every anywidget of a built page to life, without a kernel.
 *
 * A page carries the state of its widgets in one script tag and a small tag where each is to
 * appear. This file implements the page's side of the Anywidget Front-End Module specification
 * (https://anywidget.dev/en/afm/): a model whose changes stay in the page, `initialize` once a
 * model, `render` once a view. Works over http and from file://.
 */
(() => {
  const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
  const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';
  /** Where the site keeps what a widget may fetch later. */
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

  /** What all views of one model share: the model and its widget, initialised once. */
  async function start(entry, texts) {
    const model = new Model(restoreBuffers(entry));
    for (const sheet of model.get("_css") ?? []) addStyle(texts[sheet]);
    const { default: exported } = await load(texts[model.get("_esm")]);
    const widget = typeof exported === "function" ? await exported() : exported;
    const invoke = () => Promise.reject(new Error("this needs a running Python kernel"));
    const context = {
      model,
      experimental: { invoke, assets: ASSETS },
      signal: new AbortController().signal,
    };
    await widget.initialize?.(context);
    return { widget, context };
  }

  function explain(el, error) {
    console.error(error);
    const message = document.createElement("p");
    message.className = "widget-error";
    message.setAttribute("role", "alert");
    message.textContent = `This figure could not start (${error?.message ?? error}).`;
    el.replaceChildren(message);
  }

  async function mount(view, models, texts, started) {
    const el = document.createElement("div");
    el.className = "widget-host";
    view.after(el);
    try {
      const id = JSON.parse(view.textContent).model_id;
      const entry = models[id];
      if (entry?.model_module !== "anywidget") {
        throw new Error("only a running notebook can draw this kind of control");
      }
      if (!started.has(id)) started.set(id, start(entry, texts));
      const { widget, context } = await started.get(id);
      await widget.render?.({ ...context, el });
      el.dataset.mounted = "true";
    } catch (error) {
      explain(el, error);
    }
  }

  function mountAll() {
    const tag = document.querySelector(STATE);
    if (!tag) return;
    const { state: models, texts } = JSON.parse(tag.textContent);
    const started = new Map(); // model id -> promise of { widget, context }
    for (const view of document.querySelectorAll(VIEW)) mount(view, models, texts, started);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", mountAll);
  else mountAll();
})();
