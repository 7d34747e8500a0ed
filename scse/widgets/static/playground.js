// Built from js/src by `npm run build`: edit there.

// src/ground/dom.js
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === void 0 || value === false) continue;
    if (name === "text") element.textContent = String(value);
    else if (name.startsWith("on"))
      element.addEventListener(
        name.slice(2),
        /** @type {EventListener} */
        value
      );
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children);
  return element;
}
function fixed(value, digits = 2) {
  if (Number.isNaN(value)) return "–";
  return value.toFixed(digits).replace(/^-0(\.0*)?$/, "0$1").replace("-", "−");
}
var pixels = (n) => `${count(n)} ${n === 1 ? "pixel" : "pixels"}`;
var count = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, " ");

// src/controls/controls.js
function readout(name, format = (value) => fixed(value), attributes = {}) {
  const element = h("output", { "data-name": name, "aria-live": "off", ...attributes });
  return {
    element,
    /** @param {number} value */
    set(value) {
      const text = format(value);
      if (element.textContent !== text) element.textContent = text;
      element.setAttribute("data-value", String(value));
    }
  };
}
function bar({
  label,
  name,
  onInput,
  min = 0,
  max = 1,
  step = 0.05,
  snap = false,
  kind = "channel",
  vertical = false,
  format = (value) => fixed(value)
}) {
  const fill = h("div", { class: "scse-fill" });
  const tick = h("div", { class: "scse-tick", hidden: true });
  const grip = h("div", { class: "scse-grip" });
  const element = h(
    "div",
    {
      class: `scse-slider scse-${kind} ${vertical ? "scse-vertical" : "scse-horizontal"}`,
      role: "slider",
      tabindex: 0,
      "data-name": name,
      "aria-label": label,
      "aria-orientation": vertical ? "vertical" : "horizontal",
      "aria-valuemin": min,
      "aria-valuemax": max
    },
    h("div", { class: "scse-track" }, fill, tick, grip)
  );
  let value = min;
  let home;
  let disabled = false;
  const percent = (v) => `${100 * (Math.min(max, Math.max(min, v)) - min) / (max - min)}%`;
  function propose(next) {
    if (disabled) return;
    if (snap) next = min + Math.round((next - min) / step) * step;
    next = Math.min(max, Math.max(min, Number(next.toFixed(6))));
    if (next !== value) onInput(next);
  }
  let before = min;
  let resting;
  function follow(event) {
    const box = (
      /** @type {HTMLElement} */
      element.firstElementChild.getBoundingClientRect()
    );
    const along = vertical ? (box.bottom - event.clientY) / box.height : (event.clientX - box.left) / box.width;
    propose(min + along * (max - min));
  }
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    before = value;
    resting = event.pointerType === "touch" ? event : void 0;
    if (!resting) follow(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (!element.hasPointerCapture(event.pointerId)) return;
    if (resting) {
      const [across, up] = [event.clientX - resting.clientX, event.clientY - resting.clientY].map(
        Math.abs
      );
      if (vertical ? up <= across : across <= up) return;
    }
    resting = void 0;
    follow(event);
  });
  element.addEventListener("pointerup", (event) => {
    if (resting) follow(event);
    resting = void 0;
  });
  element.addEventListener("pointercancel", () => {
    if (!resting) propose(before);
    resting = void 0;
  });
  element.addEventListener("dblclick", () => home !== void 0 && propose(home));
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const small = event.shiftKey && !snap ? step / 5 : step;
    const moves = {
      ArrowUp: value + small,
      ArrowRight: value + small,
      ArrowDown: value - small,
      ArrowLeft: value - small,
      PageUp: value + 4 * step,
      PageDown: value - 4 * step,
      Home: min,
      End: max,
      Delete: home,
      Backspace: home
    };
    const next = moves[event.key];
    if (next === void 0) return;
    event.preventDefault();
    propose(next);
  });
  return {
    element,
    /** @param {number} next */
    set(next) {
      value = next;
      element.style.setProperty("--at", percent(next));
      element.setAttribute("aria-valuenow", String(next));
      element.setAttribute("aria-valuetext", format(next));
    },
    /** @param {number} most */
    limit(most) {
      max = most;
      element.setAttribute("aria-valuemax", String(max));
    },
    /** Where the bar is on its own. @param {number | undefined} at */
    setHome(at) {
      home = at;
      tick.hidden = at === void 0;
      if (at !== void 0) element.style.setProperty("--home", percent(at));
    },
    /** @param {boolean} off */
    disable(off) {
      disabled = off;
      element.setAttribute("aria-disabled", String(off));
    }
  };
}
function choice({ label, name, options, onInput, hidden = false }) {
  const inputs = /* @__PURE__ */ new Map();
  const labels = options.map((option) => {
    const input = h("input", { type: "radio", name, value: option.value });
    input.addEventListener("change", () => onInput(option.value));
    inputs.set(option.value, input);
    return h("label", { title: option.title }, input, h("span", {}, option.label));
  });
  const element = h(
    "form",
    {
      class: "scse-choice",
      "data-name": name,
      onsubmit: (e) => e.preventDefault()
    },
    h(
      "fieldset",
      {},
      h("legend", { class: hidden ? "scse-unseen" : void 0 }, label),
      h("div", { class: "scse-options" }, ...labels)
    )
  );
  return {
    element,
    /** @param {string} value */
    set(value) {
      for (const [key, input] of inputs) input.checked = key === value;
    }
  };
}
function button(label, name, onClick) {
  return h("button", {
    type: "button",
    class: "scse-button",
    "data-name": name,
    onclick: onClick,
    text: label
  });
}
function enable(controls) {
  const left = controls.some(([element, on]) => !on && element.matches(":focus"));
  for (const [element, on] of controls) element.disabled = !on;
  if (left) controls.find(([, on]) => on)?.[0].focus();
}
var MANY = 12;
function bypass() {
  const end = h("span", { tabindex: -1, "data-name": "bars-end" });
  const start = h("button", {
    type: "button",
    class: "scse-button scse-bypass",
    "data-name": "bypass",
    onclick: () => end.focus()
  });
  return {
    start,
    end,
    /** @param {number} bars */
    set(bars) {
      start.hidden = bars <= MANY;
      start.textContent = `Skip the ${bars} bars`;
    }
  };
}
function announcer() {
  const element = h("div", { class: "scse-unseen", "aria-live": "polite", "data-name": "spoken" });
  let waiting;
  return {
    element,
    /** @param {string} text */
    say(text) {
      clearTimeout(waiting);
      waiting = setTimeout(() => element.textContent = text, 700);
    },
    stop: () => clearTimeout(waiting)
  };
}

// src/engine/kernel.js
var PATIENCE = 8;
var SURRENDER = 60;
function pull(node, buffers) {
  if (ArrayBuffer.isView(node)) {
    buffers.push(Float32Array.from(
      /** @type {Float32Array} */
      node
    ).buffer);
    return { buffer: buffers.length - 1, dtype: "float32" };
  }
  if (Array.isArray(node)) return node.map((child) => pull(child, buffers));
  if (node === null || typeof node !== "object") return node;
  return Object.fromEntries(
    Object.entries(node).filter(([, child]) => child !== void 0).map(([key, child]) => [key, pull(child, buffers)])
  );
}
function restore(node, buffers) {
  if (Array.isArray(node)) return node.map((child) => restore(child, buffers));
  if (node === null || typeof node !== "object") return node;
  if ("buffer" in node && node.dtype === "float32") {
    const found = buffers[node.buffer];
    if (!found) throw new Error("The kernel's answer came without its numbers.");
    if (found instanceof ArrayBuffer) return new Float32Array(found);
    return new Float32Array(
      found.buffer.slice(found.byteOffset, found.byteOffset + found.byteLength)
    );
  }
  return Object.fromEntries(
    Object.entries(node).map(([key, child]) => [key, restore(child, buffers)])
  );
}
var made = 0;
function kernelEngine(model, { onSilence = () => {
}, onReturn = () => {
}, patience = PATIENCE, surrender = SURRENDER } = {}) {
  const open = /* @__PURE__ */ new Map();
  const name = `${Date.now().toString(36)}-${made++}`;
  let count2 = 0;
  let silent = false;
  let lost = false;
  function silence(now) {
    if (silent === now) return;
    silent = now;
    onSilence(now);
  }
  function hear(content, buffers = []) {
    if (typeof content?.id !== "string" || !content.id.startsWith(`${name}:`)) return;
    silence(false);
    const request = open.get(content.id);
    if (!request && lost) {
      lost = false;
      onReturn();
    }
    if (!request) return;
    if (content.kind === "scse-progress") {
      request.wait();
      request.onProgress?.(content.done);
    } else if (content.kind === "scse-failure") {
      finish(content.id, request).reject(new Error(content.message));
    } else if (content.kind === "scse-answer") {
      finish(content.id, request);
      try {
        request.resolve(restore(content.answer, buffers));
      } catch (error) {
        request.reject(
          /** @type {Error} */
          error
        );
      }
    }
  }
  model.on("msg:custom", hear);
  function finish(id, request) {
    request.stop();
    open.delete(id);
    return request;
  }
  return {
    /**
     * @param {Request} request @param {(done: number) => void} [onProgress]
     * @returns {Promise<Answer>}
     */
    run(request, onProgress) {
      return new Promise((resolve, reject) => {
        const id = `${name}:${count2++}`;
        let clocks = [];
        const stop = () => clocks.forEach(clearTimeout);
        const wait = () => {
          stop();
          clocks = [
            setTimeout(() => silence(true), 1e3 * patience),
            setTimeout(() => {
              open.delete(id);
              lost = true;
              reject(new Error("The kernel did not answer."));
            }, 1e3 * surrender)
          ];
        };
        open.set(id, { resolve, reject, onProgress, wait, stop });
        wait();
        const buffers = [];
        try {
          model.send({ kind: "scse-run", id, request: pull(request, buffers) }, void 0, buffers);
        } catch (error) {
          open.get(id)?.stop();
          open.delete(id);
          silence(true);
          reject(error);
        }
      });
    },
    /** Stop listening; what is open is not answered any more. */
    close() {
      model.off("msg:custom", hear);
      for (const { stop } of open.values()) stop();
      open.clear();
    }
  };
}

// src/engine/page.js
function feedsOf(name, shape, { keep, value }) {
  const size = shape.reduce((a, b) => a * b, 1);
  const tensor = (entries, which) => {
    if (typeof entries === "number") return { shape, data: new Float32Array(size).fill(entries) };
    if (entries.length !== size) {
      throw new Error(`${which} of ${name} has ${entries.length} entries, the gate has ${size}`);
    }
    return { shape, data: Float32Array.from(entries) };
  };
  return { [`${name}.keep`]: tensor(keep, "keep"), [`${name}.value`]: tensor(value, "value") };
}
function toOnnx({ image, gates = {}, maps = {} }, blocks) {
  if (!("data" in image)) throw new Error("this engine takes pictures, not numbers of them");
  const feeds = { image: { shape: [1, ...image.shape], data: image.data } };
  const fetches = ["logits"];
  for (const name of [...Object.keys(gates), ...Object.keys(maps)]) {
    if (!(name in blocks))
      throw new Error(`no block "${name}"; there are ${Object.keys(blocks).join(", ")}`);
  }
  for (const [name, { channels, positions, branches }] of Object.entries(blocks)) {
    const shapes = (
      /** @type {Record<string, number[]>} */
      {
        channel: [1, channels, 1, 1],
        spatial: [1, 1, ...positions]
      }
    );
    for (const branch of branches) {
      fetches.push(`${name}.${branch}`);
      const change = gates[name]?.[
        /** @type {"channel" | "spatial"} */
        branch
      ];
      if (change) Object.assign(feeds, feedsOf(`${name}.${branch}`, shapes[branch], change));
    }
    if (name in maps) fetches.push(`${name}.maps`);
  }
  return { feeds, fetches };
}
function pick({ shape: [, count2, ...positions], data }, channels) {
  if (channels === "all") return { shape: [count2, ...positions], data };
  const size = data.length / count2;
  const picked = new Float32Array(channels.length * size);
  channels.forEach((k, i) => picked.set(data.subarray(k * size, (k + 1) * size), i * size));
  return { shape: [channels.length, ...positions], data: picked };
}
function fromOnnx(outputs, ms, { maps = {} }, blocks) {
  return {
    output: { shape: outputs.logits.shape.slice(1), data: outputs.logits.data },
    blocks: Object.fromEntries(
      Object.keys(blocks).map((name) => {
        const mask = outputs[`${name}.spatial`];
        return [
          name,
          {
            channel: outputs[`${name}.channel`]?.data ?? null,
            spatial: mask ? { shape: mask.shape.slice(2), data: mask.data } : null,
            ...name in maps ? { maps: pick(outputs[`${name}.maps`], maps[name]) } : {}
          }
        ];
      })
    ),
    ms
  };
}
function obstacle() {
  if (location.protocol === "file:") {
    return "This page was opened from disk, and browsers start no engine there. Served by a web server (make book) it runs.";
  }
  if (typeof Worker === "undefined" || typeof WebAssembly === "undefined") {
    return "This browser has no WebAssembly, which the engine is made of.";
  }
  return void 0;
}
var workers = /* @__PURE__ */ new Map();
function openWorker(address) {
  const worker = new Worker(address, { type: "module" });
  let last = 0;
  const pending = /* @__PURE__ */ new Map();
  worker.onmessage = ({ data: message }) => {
    const asked = pending.get(message.id);
    if (!asked) return;
    if ("loaded" in message) return asked.progress(message);
    pending.delete(message.id);
    if ("error" in message) asked.reject(new Error(`The engine failed: ${message.error}.`));
    else asked.resolve(message);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    workers.delete(address);
    worker.terminate();
    for (const { reject } of pending.values()) {
      reject(new Error("The engine could not be loaded from this site."));
    }
    pending.clear();
  };
  return {
    /** @param {object} message @param {(m: any) => void} progress @returns {Promise<any>} */
    ask: (message, progress) => new Promise((resolve, reject) => {
      const id = ++last;
      pending.set(id, { resolve, reject, progress });
      worker.postMessage({ id, ...message });
    })
  };
}
function pageEngine({ assets, networks, onLoad = () => {
} }) {
  return {
    /** @param {Request} request @returns {Promise<Answer>} */
    async run(request) {
      const blocked = obstacle();
      if (blocked) throw new Error(blocked);
      const name = request.network ?? Object.keys(networks)[0];
      if (!(name in networks)) throw new Error(`This page has no network "${name}".`);
      const address = new URL("engine/worker.js", assets).href;
      let worker = workers.get(address);
      if (!worker) workers.set(address, worker = openWorker(address));
      const model = new URL(`onnx/${name}.onnx`, assets).href;
      const { outputs, ms } = await worker.ask(
        { model, ...toOnnx(request, networks[name]) },
        ({ loaded, total }) => onLoad(loaded, total)
      );
      return fromOnnx(outputs, ms, request, networks[name]);
    }
  };
}

// src/engine/here.js
var megabytes = (bytes) => fixed(bytes / 1e6, 1);
function engineFor({ model, experimental, signal, networks, tell, onLoad, onReturn }) {
  const inPage = Boolean(experimental && "assets" in experimental);
  const name = inPage ? "ONNX Runtime, in this page" : "torch, in the kernel";
  let running = false;
  function answered(answer) {
    if (!running) tell(name);
    running = true;
    return answer;
  }
  if (inPage) {
    const page = pageEngine({
      assets: experimental.assets,
      networks,
      onLoad(loaded, total) {
        running = false;
        onLoad?.(loaded, total);
        tell(
          `Loading the engine: ${megabytes(loaded)}${total ? ` of ${megabytes(total)}` : ""} MB`
        );
      }
    });
    return {
      inPage,
      /** @type {import("./newest.js").Engine} */
      engine: { run: (request) => page.run(request).then(answered) }
    };
  }
  const kernel = kernelEngine(model, {
    onReturn,
    onSilence(silent) {
      running = !silent;
      tell(
        silent ? "The kernel does not answer: the last answer stands. It may be busy, or gone." : name
      );
    }
  });
  signal.addEventListener("abort", () => kernel.close());
  return {
    inPage,
    /** @type {import("./newest.js").Engine} */
    engine: { run: (request, onProgress) => kernel.run(request, onProgress).then(answered) }
  };
}

// src/engine/newest.js
function newest(engine) {
  let waiting;
  let busy = false;
  function next() {
    const turn2 = waiting;
    waiting = void 0;
    busy = turn2 !== void 0;
    turn2?.start();
  }
  return {
    get busy() {
      return busy;
    },
    /**
     * The answer, or undefined if a newer request overtook this one.
     * @param {Request} request @param {(done: number) => void} [onProgress]
     * @returns {Promise<Answer | undefined>}
     */
    run(request, onProgress) {
      return new Promise((resolve, reject) => {
        waiting?.drop();
        waiting = {
          start: () => void engine.run(request, onProgress).then(resolve, reject).finally(next),
          drop: () => resolve(void 0)
        };
        if (!busy) next();
      });
    }
  };
}

// src/ground/colours.js
var mark = "#ffffff";
var scales = {
  "gray": [
    "#000000",
    "#ffffff"
  ],
  "feature": [
    "#440154",
    "#48186a",
    "#472d7b",
    "#424086",
    "#3b528b",
    "#33638d",
    "#2c728e",
    "#26828e",
    "#21918c",
    "#1fa088",
    "#28ae80",
    "#3fbc73",
    "#5ec962",
    "#84d44b",
    "#addc30",
    "#d8e219",
    "#fde725"
  ],
  "channel": [
    "#170c09",
    "#301003",
    "#431700",
    "#542201",
    "#652e02",
    "#773a01",
    "#884706",
    "#9a5503",
    "#ab6307",
    "#bd7209",
    "#ce810a",
    "#db942d",
    "#e2a855",
    "#e9bc79",
    "#eecf9e",
    "#f3e3c5",
    "#fbf4e6"
  ],
  "space": [
    "#0c0f18",
    "#0e1933",
    "#0e2350",
    "#0a2f6b",
    "#013c83",
    "#044c93",
    "#055ca4",
    "#076cb6",
    "#0a7cc7",
    "#0c8dd9",
    "#269ee5",
    "#45afed",
    "#64bff3",
    "#84cff7",
    "#a6ddf9",
    "#caebfa",
    "#e8f8ff"
  ]
};

// src/draw/paint.js
var rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
var word = ([r, g, b]) => (255 << 24 | b << 16 | g << 8 | r) >>> 0;
var mix = (a, b, t) => a.map((v, i) => Math.round(v + (b[i] - v) * t));
function table(stops) {
  const colours = stops.map(rgb);
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const at = i / 255 * (colours.length - 1);
    const left = Math.min(Math.floor(at), colours.length - 2);
    return word(mix(colours[left], colours[left + 1], at - left));
  });
}
var TABLES = (
  /** @type {Record<Scale, Uint32Array>} */
  Object.fromEntries(Object.entries(scales).map(([name, stops]) => [name, table(stops)]))
);
var gradient = (scale, direction = "to right") => `linear-gradient(${direction}, ${scales[scale].join(", ")})`;
function canvas(height, width, label) {
  const element = h("canvas", { width, height, class: "scse-canvas" });
  if (label) {
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", label);
  } else element.setAttribute("aria-hidden", "true");
  element.style.aspectRatio = `${width} / ${height}`;
  return element;
}
function withPixels(element, draw2) {
  const context = (
    /** @type {CanvasRenderingContext2D} */
    element.getContext("2d")
  );
  const image = context.createImageData(element.width, element.height);
  draw2(new Uint32Array(image.data.buffer));
  context.putImageData(image, 0, 0);
}
function paintMap(element, values, low, high, scale) {
  const colours = TABLES[scale];
  const factor = high > low ? 255 / (high - low) : 0;
  withPixels(element, (pixels2) => {
    for (let p = 0; p < pixels2.length; p++) {
      pixels2[p] = colours[Math.max(0, Math.min(255, Math.round((values[p] - low) * factor)))];
    }
  });
}
function classPainter(palette, outlineColour = mark) {
  const base = new Uint32Array(palette.length * 256);
  const dots = new Uint32Array(palette.length * 256);
  palette.map(rgb).forEach((colour, k) => {
    for (let grey = 0; grey < 256; grey++) {
      const mixed = mix([grey, grey, grey], colour, k ? 0.8 : 0.4);
      const light = 0.3 * mixed[0] + 0.6 * mixed[1] + 0.1 * mixed[2];
      base[k * 256 + grey] = word(mixed);
      dots[k * 256 + grey] = word(light > 110 ? [0, 0, 0] : [255, 255, 255]);
    }
  });
  const line = word(rgb(outlineColour));
  return function paint(element, classes, { picture, width, before, outline }) {
    const row = element.width;
    const fine = row / width;
    const height = element.height / fine;
    withPixels(element, (pixels2) => {
      for (let y = 0, p = 0; y < height; y++) {
        for (let x = 0; x < width; x++, p++) {
          const at = classes[p] * 256 + picture[p];
          const start = (y * row + x) * fine;
          const end = start + fine * row;
          for (let j = start; j < end; j += row) pixels2.fill(base[at], j, j + fine);
          if (before && before[p] !== classes[p]) {
            for (let j = start + row; j < end - row; j += row) {
              pixels2.fill(dots[at], j + 1, j + fine - 1);
            }
          }
          if (outline && x + 1 < width && outline[p] !== outline[p + 1]) {
            for (let j = start + fine - 1; j < end; j += row) pixels2[j] = line;
          }
          if (outline && y + 1 < height && outline[p] !== outline[p + width]) {
            pixels2.fill(line, end - row, end - row + fine);
          }
        }
      }
    });
  };
}

// src/desk/figure.js
var panel = (title, body, ...below) => h(
  "div",
  { class: "scse-panel" },
  h("div", { class: "scse-title" }, title),
  body,
  h("div", { class: "scse-below" }, ...below)
);
function miniature(answer) {
  const copy = canvas(answer.width, answer.height);
  copy.classList.add("scse-fine");
  const words = h("span");
  return {
    element: h("div", { class: "scse-now", "aria-hidden": true }, copy, words),
    /** @param {string} text */
    set(text) {
      copy.getContext("2d")?.drawImage(answer, 0, 0);
      words.textContent = text;
    }
  };
}
function colourBar(scale, name) {
  const low = readout(`${name}-low`);
  const high = readout(`${name}-high`);
  const ramp = h("span", { class: "scse-ramp", "aria-hidden": true });
  ramp.style.backgroundImage = gradient(scale);
  return {
    element: h("div", { class: "scse-colours" }, low.element, ramp, high.element),
    /** @param {number} from @param {number} to */
    set(from, to) {
      low.set(from);
      high.set(to);
    }
  };
}

// src/ground/maths.js
function recalibrated(u, c, s, mode, combine = "add") {
  if (mode === "none") return u;
  if (mode === "cse") return u * c;
  if (mode === "sse") return u * s;
  if (combine === "add") return u * (c + s);
  if (combine === "max") return Math.max(u * c, u * s);
  return u * c * (u * s);
}
function argmax(scores, classes) {
  const size = scores.length / classes;
  const best = new Uint8Array(size);
  for (let p = 0; p < size; p++) {
    for (let j = 1; j < classes; j++) {
      if (scores[j * size + p] > scores[best[p] * size + p]) best[p] = j;
    }
  }
  return best;
}
function dice(prediction, label, classes) {
  const both = new Float64Array(classes);
  const total = new Float64Array(classes);
  for (let p = 0; p < label.length; p++) {
    total[prediction[p]]++;
    total[label[p]]++;
    if (prediction[p] === label[p]) both[label[p]]++;
  }
  return both.map((count2, j) => 2 * count2 / total[j]);
}
function meanDice(prediction, label, classes) {
  const present = new Set(Array.from(label));
  const scores = Array.from(dice(prediction, label, classes)).filter((_, j) => j && present.has(j));
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}
function differences(a, b) {
  let count2 = 0;
  for (let p = 0; p < a.length; p++) if (a[p] !== b[p]) count2++;
  return count2;
}

// src/figures/playground/answer.js
var FEW = 12;
var FINE = 3;
var segmentationOf = (answer) => answer.segmentation ?? argmax(answer.output.data, answer.output.shape[0]);
function answerView({ classes, size }, name) {
  const paint = classPainter(classes.map((k) => k.colour));
  const map = canvas(size * FINE, size * FINE);
  map.classList.add("scse-fine");
  const dices = readout(`dice${name}`);
  const changed = readout(`changed${name}`, pixels);
  const score = h("span", { class: "scse-dice" }, h("span", { text: "Dice" }), dices.element);
  const moved = h("span", { class: "scse-changes" }, changed.element, " changed by the gates");
  const seen = h("ul", {
    class: "scse-seen",
    "data-name": `seen${name}`,
    "aria-label": "Classes seen"
  });
  return {
    map,
    /** Nothing is known. */
    clear() {
      score.hidden = moved.hidden = true;
      seen.replaceChildren();
    },
    score,
    moved,
    seen,
    /**
     * @param {Uint8Array} segmentation @param {import("./scene.js").Picture} picture
     * @param {Uint8Array} [own] the network's answer without meddling
     * @returns {string} in words
     */
    set(segmentation, { bytes, label }, own) {
      paint(map, segmentation, { picture: bytes, width: size, before: own, outline: label });
      const pixels2 = new Array(classes.length).fill(0);
      for (const k of segmentation) pixels2[k]++;
      const scores = label && dice(segmentation, label, classes.length);
      const present = pixels2.map((n, k) => ({ n, k, known: label ? label.includes(k) : false })).filter(({ n, k, known }) => k > 0 && (n >= FEW || known)).sort((a, b) => b.n - a.n);
      seen.replaceChildren(
        ...present.map(({ n, k }) => {
          const swatch = h("span", { class: "scse-swatch", "aria-hidden": true });
          swatch.style.background = classes[k].colour;
          const score2 = scores ? h("b", { text: fixed(scores[k]) }) : "";
          return h(
            "li",
            { "data-class": k, "data-pixels": n },
            swatch,
            `${classes[k].name} `,
            score2,
            ` ${count(n)} px`
          );
        }),
        ...present.length ? [] : [h("li", { text: "nothing but background" })]
      );
      score.hidden = !label;
      const mean = label ? meanDice(segmentation, label, classes.length) : NaN;
      dices.set(mean);
      const differ = own ? differences(segmentation, own) : 0;
      changed.set(differ);
      moved.hidden = !own;
      const found = present.filter(({ n }) => n >= FEW);
      const words = found.map(({ k }) => classes[k].name).join(", ") || "nothing but background";
      return `${words}${label ? `; Dice ${fixed(mean)}` : ""}${own ? `; ${pixels(differ)} changed` : ""}`;
    }
  };
}

// src/draw/cursor.js
var stack = (canvas2, ...over) => h("div", { class: "scse-stack" }, canvas2, ...over);

// src/figures/playground/compose.js
function distance(px, py, [ax, ay, bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const t = length ? Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / length)) : 0;
  return Math.hypot(px - ax - t * dx, py - ay - t * dy);
}
function draw({ width: pen2, points }, width, height, ink) {
  const opacity = /* @__PURE__ */ new Map();
  const radius = pen2 / 2;
  const segments = points.length === 2 ? [[...points, ...points]] : [];
  for (let i = 0; i + 3 < points.length; i += 2) segments.push(points.slice(i, i + 4));
  for (const ends of segments) {
    const [ax, ay, bx, by] = ends;
    const [left, right] = [Math.min(ax, bx) - radius - 1, Math.max(ax, bx) + radius + 1];
    const [top, bottom] = [Math.min(ay, by) - radius - 1, Math.max(ay, by) + radius + 1];
    for (let y = Math.max(0, Math.floor(top)); y < Math.min(height, bottom); y++) {
      for (let x = Math.max(0, Math.floor(left)); x < Math.min(width, right); x++) {
        const a = Math.min(1, radius + 0.5 - distance(x + 0.5, y + 0.5, ends));
        const p = y * width + x;
        if (a > (opacity.get(p) ?? 0)) opacity.set(p, a);
      }
    }
  }
  for (const [p, a] of opacity) ink(p, a);
}
function write(ground, strokes, size) {
  const sheet = Float64Array.from(ground);
  for (const stroke of strokes) {
    draw(stroke, size, size, (p, a) => {
      sheet[p] = sheet[p] * (1 - a) + stroke.value * a;
    });
  }
  return sheet;
}
function turn(map, size, degrees, smooth = true) {
  if (!degrees) return map;
  const [cos, sin] = [Math.cos(degrees * Math.PI / 180), Math.sin(degrees * Math.PI / 180)];
  const out = (
    /** @type {T} */
    map.slice().fill(0)
  );
  const middle = (size - 1) / 2;
  const at = (x, y) => x < 0 || y < 0 || x >= size || y >= size ? 0 : map[y * size + x];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const u = middle + (x - middle) * cos - (y - middle) * sin;
      const v = middle + (x - middle) * sin + (y - middle) * cos;
      if (!smooth) {
        out[y * size + x] = at(Math.round(u), Math.round(v));
        continue;
      }
      const [left, top] = [Math.floor(u), Math.floor(v)];
      const [fx, fy] = [u - left, v - top];
      out[y * size + x] = (at(left, top) * (1 - fx) + at(left + 1, top) * fx) * (1 - fy) + (at(left, top + 1) * (1 - fx) + at(left + 1, top + 1) * fx) * fy;
    }
  }
  return out;
}
var contrast = (t1, mask, inverted) => Float64Array.from(t1, (v, p) => ((1 - inverted) * v + inverted * (1.05 - v)) * mask[p]);
var dimmed = (photo) => Float64Array.from(photo, (v) => 0.08 + 0.62 * v);
var toBytes = (picture) => Uint8Array.from(picture, (v) => Math.round(255 * Math.max(0, Math.min(1, v))));
function stretch(picture) {
  let low = Infinity;
  let high = -Infinity;
  for (let p = 0; p < picture.length; p++) {
    low = Math.min(low, picture[p]);
    high = Math.max(high, picture[p]);
  }
  const factor = high > low ? 255 / (high - low) : 0;
  return Uint8Array.from(picture, (v) => Math.round((v - low) * factor));
}
function standardise(bytes) {
  let sum = 0;
  for (const v of bytes) sum += v;
  const mean = sum / bytes.length;
  let squares = 0;
  for (const v of bytes) squares += (v - mean) ** 2;
  const sd = Math.max(1e-6, Math.sqrt(squares / (bytes.length - 1)));
  return Float32Array.from(bytes, (v) => (v - mean) / sd);
}

// src/figures/playground/overrule.js
function toChange({ base, set = {}, strokes = [] }, { channels, positions }, branch, gateOf) {
  const [height, width] = positions;
  const size = branch === "channel" ? channels : height * width;
  const [keep, value] = (
    /** @type {Record<string, [number, number]>} */
    {
      own: [1, 0],
      off: [0, 0],
      one: [0, 1],
      invert: [-1, 1]
    }[base] ?? [0, 0]
  );
  const keeps = new Float32Array(size).fill(keep);
  const given = base === "mean" || base.startsWith("example:") ? gateOf(base) : void 0;
  const values = given ? Float32Array.from(given) : new Float32Array(size).fill(value);
  if (branch === "channel") {
    for (const [k, v] of Object.entries(set)) {
      keeps[Number(k)] = 0;
      values[Number(k)] = v;
    }
  }
  for (const stroke of branch === "spatial" ? strokes : []) {
    draw(stroke, width, height, (p, opacity) => {
      if (opacity < 0.5) return;
      keeps[p] = 0;
      values[p] = stroke.value;
    });
  }
  return { keep: keeps, value: values };
}
var changes = (change) => change !== void 0 && (change.base !== "own" || Object.keys(change.set ?? {}).length > 0 || (change.strokes ?? []).length > 0);
function used(own, change) {
  if (!change) return Float32Array.from(own);
  const { keep, value } = change;
  const at = (v, i) => typeof v === "number" ? v : v[i];
  return Float32Array.from(own, (gate, i) => at(keep, i) * gate + at(value, i));
}

// src/figures/playground/state.js
var BASES = ["own", "mean", "off", "one", "invert"];
var has = Object.hasOwn;
var MOST_STROKES = 200;
var MOST_POINTS = 2e3;
var MOST_IN_ALL = 2e4;
function problem(state, manifest) {
  const { start, examples, grounds, networks, sliders } = manifest;
  if (!isObject(state)) return "is not an object";
  for (const key of Object.keys(state)) if (!has(start, key)) return `has an unknown part "${key}"`;
  const { source, strokes, network, block, gates, compare } = { ...start, ...state };
  const known = (n, count2) => Number.isInteger(n) && n >= 0 && n < count2;
  if (typeof source !== "string") return "names no picture";
  const [kind, number] = source.split(":");
  const sources = (
    /** @type {Record<string, boolean>} */
    {
      example: known(Number(number), examples.length),
      ground: known(Number(number), grounds.length),
      blank: number === void 0 && manifest.draw,
      own: number === void 0
    }
  );
  if (!has(sources, kind) || !sources[kind]) return `names a picture that is not here: ${source}`;
  const bad = strokesProblem(strokes, manifest.size);
  if (bad) return `has ${bad}`;
  for (const [key, { min, max }] of Object.entries(sliders)) {
    const value = state[key] ?? start[key];
    if (!(typeof value === "number" && value >= min && value <= max)) {
      return `has ${key} ${value}; it goes from ${min} to ${max}`;
    }
  }
  if (!has(networks, network)) return `names a network that is not here: ${network}`;
  const sites = networks[manifest.reference].blocks;
  if (!has(sites, block)) return `names a block that is not here: ${block}`;
  if (typeof compare !== "boolean") return "has compare that is neither true nor false";
  if (!isObject(gates)) return "has gates that cannot be read";
  for (const [name, branches] of Object.entries(gates)) {
    if (!has(sites, name)) return `changes a block that is not here: ${name}`;
    if (!isObject(branches)) return `has gates of ${name} that cannot be read`;
    for (const [branch, change] of Object.entries(branches)) {
      if (branch !== "channel" && branch !== "spatial")
        return `changes a gate that is not here: ${branch}`;
      const wrong = gateProblem(change, sites[name], examples.length);
      if (wrong) return `has ${branch} gates of ${name} that ${wrong}`;
    }
  }
  return void 0;
}
function gateProblem(change, { channels, positions }, examples) {
  const { base, set = {}, strokes = [] } = change ?? {};
  if (typeof base !== "string" || !isObject(set)) return "cannot be read";
  const example = /^example:(\d+)$/.exec(base);
  if (!BASES.includes(base) && !(example && Number(example[1]) < examples)) {
    return `come from nowhere: ${base}`;
  }
  for (const [k, v] of Object.entries(set)) {
    const there = /^\d+$/.test(k) && Number(k) < channels;
    if (!there || !(typeof v === "number" && v >= 0 && v <= 1)) {
      return `are set to ${v} in channel ${Number(k) + 1}`;
    }
  }
  const bad = strokesProblem(strokes, Math.max(...positions));
  return bad && `have ${bad}`;
}
var isObject = (v) => typeof v === "object" && v !== null && !Array.isArray(v);
function strokesProblem(strokes, size) {
  const inside = (v) => typeof v === "number" && v >= -size && v <= 2 * size;
  if (!Array.isArray(strokes)) return "strokes that cannot be read";
  if (strokes.length > MOST_STROKES) return `more than ${MOST_STROKES} strokes`;
  const readable = strokes.every(
    (s) => Array.isArray(s?.points) && s.points.length >= 2 && s.points.length % 2 === 0 && s.points.length <= 2 * MOST_POINTS && s.points.every(inside) && s.width > 0 && s.width <= Math.max(1, size / 4) && s.value >= 0 && s.value <= 1
  );
  if (!readable) return "strokes that cannot be read";
  const points = strokes.reduce((sum, s) => sum + s.points.length / 2, 0);
  return points > MOST_IN_ALL ? `strokes of more than ${MOST_IN_ALL} points` : void 0;
}
function difference(state, start) {
  return Object.fromEntries(
    Object.entries(state).filter(([key, v]) => JSON.stringify(v) !== JSON.stringify(start[key]))
  );
}
var through = async (bytes, how) => new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(how)).arrayBuffer());
async function encode(value) {
  const text = new TextEncoder().encode(JSON.stringify(value));
  const packed = await through(text, new CompressionStream("deflate-raw"));
  return btoa(String.fromCharCode(...packed)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
async function decode(letters) {
  try {
    const packed = atob(letters.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(packed, (c) => c.charCodeAt(0));
    const text = await through(bytes, new DecompressionStream("deflate-raw"));
    return JSON.parse(new TextDecoder().decode(text));
  } catch {
    throw new Error("The link to this figure is damaged, so it starts afresh.");
  }
}
function history2(first) {
  let past = [];
  let future = [];
  let now = first;
  let last = { tag: "", at: 0 };
  return {
    get now() {
      return now;
    },
    canUndo: () => past.length > 0,
    canRedo: () => future.length > 0,
    /** @param {T} state @param {string} tag @param {number} at in ms */
    record(state, tag, at) {
      const near = at - last.at < 800 || tag.endsWith("!");
      const same = tag !== "" && tag === last.tag && near;
      if (!same) past = [...past, now].slice(-200);
      last = { tag, at };
      future = [];
      now = state;
    },
    undo() {
      const before = past.at(-1);
      if (before === void 0) return now;
      past = past.slice(0, -1);
      future = [now, ...future];
      last = { tag: "", at: 0 };
      return now = before;
    },
    redo() {
      const [next, ...rest] = future;
      if (next === void 0) return now;
      future = rest;
      past = [...past, now];
      last = { tag: "", at: 0 };
      return now = next;
    }
  };
}

// src/figures/playground/pen.js
function pen(element, { label, name, size, onStroke, onCursor }) {
  element.classList.add("scse-pen");
  for (const [key, value] of Object.entries({
    role: "application",
    // arrow keys are ours
    "aria-roledescription": "drawing sheet",
    "aria-label": `${label}. Space puts the pen down or lifts it, arrow keys move it.`,
    "data-name": name,
    tabindex: "0"
  })) {
    element.setAttribute(key, value);
  }
  let points = [];
  let off = false;
  const round = (v) => Math.round(v * 4) / 4;
  const within = (part, length) => round(Math.max(-0.5, Math.min(1.5, part)) * length);
  function place(event) {
    const box = element.getBoundingClientRect();
    const [width, height] = size();
    return [
      within((event.clientX - box.left) / box.width, width),
      within((event.clientY - box.top) / box.height, height)
    ];
  }
  function go([x, y]) {
    if (x === points.at(-2) && y === points.at(-1)) return;
    if (points.length >= 2 * MOST_POINTS) {
      const last = points.slice(-2);
      lift();
      points = last;
    }
    points = [...points, x, y];
  }
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || off) return;
    element.setPointerCapture(event.pointerId);
    points = place(event);
    onStroke(points, false);
  });
  element.addEventListener("pointermove", (event) => {
    if (!element.hasPointerCapture(event.pointerId) || points.length === 0) return;
    const steps = event.getCoalescedEvents?.() ?? [];
    for (const step of steps.length ? steps : [event]) go(place(step));
    onStroke(points, false);
  });
  const lift = () => {
    if (points.length) onStroke(points, true);
    points = [];
  };
  element.addEventListener("pointerup", lift);
  element.addEventListener("pointercancel", lift);
  let at;
  let down = false;
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || off) return;
    const [width, height] = size();
    const far = (event.shiftKey ? 0.1 : 0.025) * width;
    const here = at ??= [width / 2, height / 2];
    const steps = {
      ArrowLeft: [-far, 0],
      ArrowRight: [far, 0],
      ArrowUp: [0, -far],
      ArrowDown: [0, far]
    };
    const step = steps[event.key];
    if (event.key === " ") {
      down = !down;
      if (down) points = [round(here[0]), round(here[1])];
      if (down) onStroke(points, false);
      else lift();
    } else if (step) {
      at = [
        Math.max(0, Math.min(width, here[0] + step[0])),
        Math.max(0, Math.min(height, here[1] + step[1]))
      ];
      if (down) {
        go([round(at[0]), round(at[1])]);
        onStroke(points, false);
      }
    } else return;
    event.preventDefault();
    onCursor(...at, down);
  });
  element.addEventListener("blur", () => {
    if (down) lift();
    down = false;
    at = void 0;
    onCursor(-1, -1, false);
  });
  return {
    /** @param {boolean} now */
    disable(now) {
      off = now;
      element.setAttribute("aria-disabled", String(now));
    }
  };
}

// src/figures/playground/block.js
var BRUSH = 0.12;
function blockPanel({ manifest, gate, change, everywhere }) {
  const { examples, test_images: count2 } = manifest;
  const bases = [
    ["own", "the network's own"],
    ["mean", `the mean of ${count2} pictures`],
    ...examples.map((e, i) => [
      `example:${i}`,
      `those of “${e.title}”`
    ]),
    ["off", "off: 0 everywhere"],
    ["one", "open: 1 everywhere"],
    ["invert", "upside down: 1 − gate"]
  ];
  function baseSelect(label, name, onInput) {
    const element2 = h(
      "select",
      { class: "scse-select", "data-name": name, "aria-label": label },
      ...bases.map(([value, text]) => h("option", { value, text }))
    );
    element2.addEventListener("change", () => onInput(element2.value));
    return element2;
  }
  const mask = canvas(1, 1);
  const cursor = h("div", { class: "scse-pencil", hidden: true });
  const sheet = stack(mask, cursor);
  const scale = colourBar("space", "mask");
  const maskBase = baseSelect("Spatial mask", "mask-base", (base) => change("spatial", { base }));
  let brush = 0;
  const brushes = choice({
    label: "Paint on it",
    name: "brush",
    options: [
      { value: "0", label: "shut", title: "paint 0" },
      { value: "1", label: "open", title: "paint 1" }
    ],
    onInput: (value) => {
      brush = Number(value);
      brushes.set(value);
    }
  });
  brushes.set("0");
  const wipe = button(
    "Wipe paint",
    "wipe",
    () => change("spatial", { ...gate("spatial"), strokes: [] })
  );
  let site = { channels: 0, positions: [1, 1], branches: [] };
  let before = (
    /** @type {import("./compose.js").Stroke[]} */
    []
  );
  let painting = 0;
  let fresh = true;
  pen(sheet, {
    label: "Spatial mask to paint on",
    name: "mask",
    size: () => [site.positions[1], site.positions[0]],
    onStroke(points, done) {
      if (fresh) {
        before = gate("spatial").strokes ?? [];
        painting += 1;
      }
      fresh = done;
      const width = Math.max(1, BRUSH * site.positions[1]);
      const strokes = [...before, { width, value: brush, points }];
      change("spatial", { ...gate("spatial"), strokes }, `paint ${painting}!`);
    },
    onCursor: (x, y, down) => {
      cursor.hidden = x < 0;
      cursor.style.left = `${100 * x / site.positions[1]}%`;
      cursor.style.top = `${100 * y / site.positions[0]}%`;
      cursor.classList.toggle("scse-down", down);
    }
  });
  const gateBase = baseSelect("Channel gates", "gate-base", (base) => change("channel", { base }));
  const all = baseSelect("Gates and masks of all blocks", "all-base", everywhere);
  all.append(h("option", { value: "", hidden: true, text: "mixed" }));
  const desk = h("div", { class: "scse-desk" });
  const past = bypass();
  let ticks = [];
  const most = Math.max(
    ...Object.values(manifest.networks[manifest.reference].blocks).map(
      (b) => b.channels
    )
  );
  const cards = Array.from({ length: most }, (_, k) => {
    const thumb = canvas(1, 1);
    const value = readout(`gate-${k}`, (v) => fixed(v, 2));
    const slider = bar({
      label: `Gate of channel ${k + 1}`,
      name: `bar-${k}`,
      onInput(v) {
        const now = gate("channel");
        const by = { ...now.set, [k]: v };
        if (now.base === "own" && Math.abs(v - ticks[k]) < 1e-6) delete by[k];
        change("channel", { ...now, set: by }, `gate ${k}`);
      }
    });
    const name = h("span", { class: "scse-name", "aria-hidden": true, text: String(k + 1) });
    const element2 = h("div", { class: "scse-card" }, name, thumb, slider.element, value.element);
    desk.append(element2);
    return { element: element2, thumb, value, slider };
  });
  const title = h("div", { class: "scse-title" });
  const note = h("p", { class: "scse-hint" });
  const maskSide = h(
    "div",
    { class: "scse-maskside" },
    h("div", {}, "Spatial mask ", h("b", { class: "scse-s", text: "s" })),
    sheet,
    scale.element,
    maskBase,
    h("div", { class: "scse-row" }, brushes.element, wipe)
  );
  const gatesToo = h("span", {}, ", channel gates ", h("b", { class: "scse-c", text: "c" }));
  const deskSide = h(
    "div",
    { class: "scse-deskside" },
    h(
      "div",
      { class: "scse-row" },
      h("span", {}, "Recalibrated maps ", h("b", { text: "Û" }), gatesToo),
      gateBase
    ),
    past.start,
    desk,
    past.end
  );
  const everything = h("label", { class: "scse-row" }, h("span", { text: "all blocks:" }), all);
  const header = h("div", { class: "scse-row scse-opener" }, title, everything);
  const element = h(
    "div",
    { class: "scse-block" },
    header,
    h("div", { class: "scse-opened" }, maskSide, deskSide),
    note
  );
  return {
    element,
    header,
    /**
     * @param {string} name @param {Site | undefined} now none for a network without gates
     * @param {import("../../engine/contract.js").Block | undefined} block as the network computes it
     * @param {{channel: ArrayLike<number> | undefined, spatial: ArrayLike<number> | undefined}} goesOn
     * @param {string} common base of all gates, "" if they differ
     */
    update(name, now, block, goesOn, common) {
      title.textContent = now ? `${name}: ${now.channels} channels of ${now.positions.join(" × ")}` : "A plain U-Net: no gates, nothing to overrule";
      for (const part of [element.children[1], everything, note]) {
        part.hidden = !now;
      }
      all.value = common;
      if (!now || !block) return;
      site = now;
      const [height, width] = now.positions;
      const hasMask = now.branches.includes("spatial");
      const hasGates = now.branches.includes("channel");
      maskSide.hidden = !hasMask;
      gateBase.hidden = gatesToo.hidden = !hasGates;
      const ways = [hasGates && "drag a bar", hasMask && "paint on the mask"].filter(Boolean).join(", or ");
      if (goesOn.spatial) {
        if (mask.width !== width) Object.assign(mask, { width, height });
        mask.style.aspectRatio = `${width} / ${height}`;
        let [low, high] = [1, 0];
        for (let p = 0; p < goesOn.spatial.length; p++) {
          low = Math.min(low, goesOn.spatial[p]);
          high = Math.max(high, goesOn.spatial[p]);
        }
        paintMap(mask, goesOn.spatial, low, high, "space");
        scale.set(low, high);
        maskBase.value = gate("spatial").base;
        enable([
          [wipe, Boolean(gate("spatial").strokes?.length)],
          [maskBase, true]
        ]);
      }
      if (hasGates) gateBase.value = gate("channel").base;
      ticks = block.channel ?? [];
      past.set(hasGates ? now.channels : 0);
      drawCards(now, block, goesOn);
      note.textContent = !block.maps ? "The maps of this picture come with the engine." : changes(gate("channel")) ? "Ticks show what the network would choose now. A double click puts a bar back." : `${ways[0].toUpperCase()}${ways.slice(1)}: the whole network behind this block runs again.`;
    }
  };
  function drawCards(now, block, goesOn) {
    const { maps } = block;
    const [h1, w1] = maps ? maps.shape.slice(1) : [1, 1];
    const out = new Float64Array(h1 * w1);
    const [height, width] = now.positions;
    const mode = !goesOn.channel ? "sse" : !goesOn.spatial ? "cse" : "scse";
    const seen = Float64Array.from(out, (_, p) => {
      const y = Math.floor((Math.floor(p / w1) + 0.5) * height / h1);
      const x = Math.floor((p % w1 + 0.5) * width / w1);
      return goesOn.spatial?.[y * width + x] ?? 0;
    });
    cards.forEach(({ element: card, thumb, value, slider }, k) => {
      card.hidden = k >= now.channels;
      if (card.hidden) return;
      slider.element.hidden = value.element.hidden = !goesOn.channel;
      if (goesOn.channel) {
        value.set(goesOn.channel[k]);
        slider.set(goesOn.channel[k]);
        slider.setHome(block.channel?.[k]);
      }
      thumb.classList.toggle("scse-none", !maps);
      if (!maps) return;
      if (thumb.width !== w1) Object.assign(thumb, { width: w1, height: h1 });
      thumb.style.aspectRatio = `${w1} / ${h1}`;
      let top = 0;
      for (let p = 0; p < out.length; p++) {
        const u = maps.data[k * out.length + p];
        top = Math.max(top, u);
        out[p] = recalibrated(u, goesOn.channel?.[k] ?? 0, seen[p], mode, "add");
      }
      paintMap(thumb, out, 0, mode === "scse" ? 2 * top : top, "feature");
    });
  }
}

// src/figures/playground/compare.js
function comparePanel(manifest) {
  const views = Object.entries(manifest.networks).map(([kind, network]) => {
    const { title, dice: dice2 } = (
      /** @type {any} */
      network
    );
    const view = answerView(manifest, `-${kind}`);
    const wait = h("div", { class: "scse-off", text: "…" });
    const element2 = h(
      "div",
      { class: "scse-panel", "data-network": kind },
      h("div", { class: "scse-title", text: title }),
      h("div", { class: "scse-stack" }, view.map, wait),
      h(
        "div",
        { class: "scse-below" },
        view.score,
        view.seen,
        h("span", { text: `${fixed(dice2)} on all ${manifest.test_images} test pictures` })
      )
    );
    return { kind, view, element: element2, wait };
  });
  const element = h("div", { class: "scse-panels scse-compare" }, ...views.map((v) => v.element));
  let shown = "";
  return {
    element,
    /**
     * @param {import("./scene.js").Picture} picture
     * @param {(kind: string) => Promise<any>} answerOf a network's own answer to the picture
     * @param {() => boolean} current false once the reader has gone on
     */
    async update(picture, answerOf, current) {
      if (shown === picture.key) return;
      shown = "";
      for (const { wait } of views) wait.hidden = false;
      for (const { kind, view, wait } of views) {
        const answer = await answerOf(kind);
        if (!current()) return;
        view.set(segmentationOf(answer), picture);
        wait.hidden = true;
      }
      shown = picture.key;
    }
  };
}

// src/figures/playground/file.js
var MOST_BYTES = 6e7;
var MOST_PIXELS = 12e7;
function decode2(file) {
  const image = new Image();
  const address = URL.createObjectURL(file);
  image.src = address;
  return image.decode().then(() => image).finally(() => URL.revokeObjectURL(address));
}
async function greySquare(file, size) {
  const name = "name" in file && file.name ? `“${file.name}”` : "The picture";
  if (file.size === 0)
    throw new Error(`${name} is empty: it has no bytes. Choose another picture.`);
  if (file.size > MOST_BYTES) {
    throw new Error(
      `${name} has ${Math.round(file.size / 1e6)} MB; up to ${MOST_BYTES / 1e6} MB can be read.`
    );
  }
  const image = await decode2(file).catch(() => {
    throw new Error(
      `${name} is no picture that this browser can read. PNG, JPEG, WebP and GIF work.`
    );
  });
  const { naturalWidth: width, naturalHeight: height } = image;
  if (!width || !height) throw new Error(`${name} says no size. Save it as PNG or JPEG first.`);
  if (width * height > MOST_PIXELS) {
    throw new Error(
      `${name} has ${Math.round(width * height / 1e6)} megapixels; up to ${MOST_PIXELS / 1e6} can be read. Make it smaller first.`
    );
  }
  const sheet = Object.assign(document.createElement("canvas"), { width: size, height: size });
  const context = (
    /** @type {CanvasRenderingContext2D} */
    sheet.getContext("2d", { willReadFrequently: true })
  );
  context.fillStyle = "white";
  context.fillRect(0, 0, size, size);
  context.imageSmoothingQuality = "high";
  const side = Math.min(width, height);
  const [left, top] = [(width - side) / 2, (height - side) / 2];
  context.drawImage(await smaller(image, left, top, side, size), 0, 0, size, size);
  const { data } = context.getImageData(0, 0, size, size);
  return Float64Array.from(
    { length: size * size },
    (_, p) => (0.299 * data[4 * p] + 0.587 * data[4 * p + 1] + 0.114 * data[4 * p + 2]) / 255
  );
}
var smaller = (image, left, top, side, size) => createImageBitmap(image, left, top, side, side, {
  resizeWidth: size,
  resizeHeight: size,
  resizeQuality: "high"
});

// src/figures/playground/input.js
var PEN = { width: 7, value: 0.92 };
function inputPanel({ manifest, root, state, change, adopt, complain }) {
  const { size, examples, grounds, sliders } = manifest;
  const sheet = canvas(size, size);
  const cursor = h("div", { class: "scse-pencil", hidden: true });
  const element = stack(sheet, cursor);
  const credit = h("span", { class: "scse-credit" });
  const select = h("select", {
    class: "scse-select",
    "data-name": "source",
    "aria-label": "Picture"
  });
  const group = (label, options) => h("optgroup", { label }, ...options.map(([value, text]) => h("option", { value, text })));
  const name = (kind) => (entry, i) => (
    /** @type {[string, string]} */
    [`${kind}:${i}`, entry.title]
  );
  const mine = h("option", { value: "own", text: "your picture" });
  const device = h("optgroup", { label: "from this device" }, mine);
  select.append(group("held-out examples", examples.map(name("example"))));
  if (manifest.draw) {
    select.append(
      group("photographs to draw on", [["blank", "a blank page"], ...grounds.map(name("ground"))])
    );
  }
  const file = h("input", {
    type: "file",
    accept: "image/*",
    class: "scse-unseen",
    tabindex: -1,
    "data-name": "file",
    "aria-label": "Your picture"
  });
  const upload = button("Your picture …", "upload", () => file.click());
  const clear = button("Clear drawing", "clear", () => change({ strokes: [] }));
  select.addEventListener("change", () => {
    complain("");
    change({ source: select.value, strokes: [] });
  });
  let latest = 0;
  async function take(chosen) {
    if (!chosen) return;
    const mine2 = ++latest;
    try {
      const picture = await greySquare(chosen, size);
      if (mine2 !== latest) return;
      const title = "name" in chosen ? chosen.name : "your picture";
      adopt(title, picture);
      complain("");
      change({ source: "own", strokes: [] });
    } catch (error) {
      if (mine2 !== latest) return;
      complain(
        /** @type {Error} */
        error.message
      );
    }
    file.value = "";
  }
  file.addEventListener("change", () => take(file.files?.[0]));
  root.addEventListener("dragover", (event) => event.preventDefault());
  root.addEventListener("drop", (event) => {
    event.preventDefault();
    const dropped = event.dataTransfer?.files[0];
    if (dropped) take(dropped);
    else complain("What was dropped is no file. Save the picture first, then drop it here.");
  });
  root.addEventListener("paste", (event) => take(event.clipboardData?.files[0]));
  if (manifest.draw) {
    let before = (
      /** @type {import("./state.js").Stroke[]} */
      []
    );
    let drawing = 0;
    let fresh = true;
    pen(element, {
      label: "Picture to draw on",
      name: "sheet",
      size: () => [size, size],
      onStroke(points, done) {
        if (fresh) {
          before = state().strokes;
          drawing += 1;
        }
        fresh = done;
        change({ strokes: [...before, { ...PEN, points }] }, `stroke ${drawing}!`);
      },
      onCursor: (x, y, down) => {
        cursor.hidden = x < 0;
        cursor.style.left = `${100 * x / size}%`;
        cursor.style.top = `${100 * y / size}%`;
        cursor.classList.toggle("scse-down", down);
      }
    });
  }
  const bars = Object.entries(sliders).map(([key, { label, min, max, start }]) => {
    const value = h("span", { class: "scse-note" });
    const step = (max - min) / 20;
    const slider = bar({
      label,
      name: key,
      kind: "plain",
      min,
      max,
      step,
      format: (v) => fixed(v, max > 2 ? 0 : 2),
      onInput: (v) => change({ [key]: v }, key)
    });
    slider.setHome(start);
    return {
      key,
      slider,
      row: h("div", { class: "scse-row" }, h("span", { text: label }), slider.element, value),
      value,
      digits: max > 2 ? 0 : 2
    };
  });
  const hint = manifest.draw ? "Draw on it, about a third of its height: pointer, finger, or Space and the arrow keys." : "";
  return {
    element: panel(
      "Your picture",
      element,
      h("div", { class: "scse-row" }, select, upload, file),
      ...manifest.draw ? [h("div", { class: "scse-row" }, h("span", { text: hint }), clear)] : [],
      ...bars.map(({ row }) => row),
      credit
    ),
    sheet,
    /** @param {State} now @param {import("./scene.js").Picture} picture @param {string | undefined} title of the reader's own */
    update(now, picture, title) {
      paintMap(sheet, picture.bytes, 0, 255, "gray");
      if (title) mine.textContent = `yours: ${title}`;
      if ((title || now.source === "own") && !device.isConnected) select.append(device);
      select.value = now.source;
      enable([
        [clear, now.strokes.length > 0],
        [select, true]
      ]);
      const [kind, number] = now.source.split(":");
      const entry = { example: examples, ground: grounds }[kind]?.[Number(number)];
      credit.textContent = kind === "own" ? "Your picture stays in this browser: it is sent nowhere." : entry?.credit ?? "grey as in the first lessons of the training";
      for (const { key, slider, value, digits } of bars) {
        const v = (
          /** @type {any} */
          now[key]
        );
        slider.set(v);
        value.textContent = fixed(v, digits);
      }
    }
  };
}

// src/figures/playground/link.js
var read = (key, hash = location.hash) => new URLSearchParams(hash.slice(1)).get(key);
function link(key, start) {
  async function address(state) {
    const changed = difference(state, start);
    const ours = location.hash.includes("=");
    if (!ours && !Object.keys(changed).length) return location.href;
    const parts = new URLSearchParams(ours ? location.hash.slice(1) : "");
    if (Object.keys(changed).length) parts.set(key, await encode(changed));
    else parts.delete(key);
    const url = new URL(location.href);
    url.hash = parts.toString();
    return url.href;
  }
  let last = read(key);
  return {
    address,
    /** What the address says now, if it is news. @returns {Promise<any>} rejects where it is damaged */
    async news() {
      const letters = read(key);
      if (letters === null || letters === last) return void 0;
      last = letters;
      return decode(letters);
    },
    /** What the address said when the page was opened. */
    first: async () => last === null ? void 0 : decode(last),
    /** Keep the address up to date, without a step in the browser's history. @param {any} state */
    async write(state) {
      const href = await address(state);
      if (href === location.href) return;
      history.replaceState(history.state, "", href);
      last = read(key);
    }
  };
}

// src/figures/playground/scene.js
function scene(manifest, arrays) {
  const { size, start, sliders, networks, reference } = manifest;
  const pixels2 = size * size;
  const plane = (name, i) => arrays[name].subarray(i * pixels2, (i + 1) * pixels2);
  let own;
  let uploads = 0;
  function ground(state) {
    const [kind, number] = state.source.split(":");
    const i = Number(number);
    if (!manifest.draw) return scan(state, kind, i);
    if (kind === "own" && own) return dimmed(own.picture);
    if (kind === "ground") return dimmed(Float64Array.from(plane("grounds", i), (v) => v / 255));
    if (kind === "example") return Float64Array.from(plane("pictures", i), (v) => v / 255);
    return new Float64Array(pixels2).fill(manifest.blank);
  }
  function scan({ contrast: inverted, noise, rotation }, kind, i) {
    const mine = kind === "own" && own ? own.picture : void 0;
    const t1 = mine ?? Float64Array.from(plane("t1", kind === "example" ? i : 0), (v) => v / 255);
    const inside = mine ? mine.map((v) => Number(v > 0.04)) : Float64Array.from(plane("inside", kind === "example" ? i : 0));
    const mask = turn(inside, size, rotation).map((v) => Number(v > 0.5));
    const bright = contrast(turn(t1, size, rotation), mask, inverted);
    return bright.map((v, p) => v + noise * arrays.noise[p]);
  }
  let last;
  return {
    /** @param {State} state @returns {Picture} */
    picture(state) {
      const parts = ["source", "strokes", ...Object.keys(sliders)];
      const key = JSON.stringify([
        uploads,
        ...parts.map((part) => (
          /** @type {any} */
          state[part]
        ))
      ]);
      if (last?.key === key) return last;
      const [kind, number] = state.source.split(":");
      const sheet = write(ground(state), state.strokes, size);
      const bytes = manifest.draw ? toBytes(sheet) : stretch(sheet);
      const known = kind === "example" && state.strokes.length === 0;
      const label = known ? turn(plane("labels", Number(number)), size, state.rotation ?? 0, false) : void 0;
      last = { key, bytes, input: { shape: [1, size, size], data: standardise(bytes) }, label };
      return last;
    },
    /** The picture of example i as it is at the start. @param {number} i */
    example(i) {
      const bytes = manifest.draw ? plane("pictures", i) : stretch(scan(start, "example", i));
      return { shape: [1, size, size], data: standardise(bytes) };
    },
    /** The reader's own. @param {string} title @param {Float64Array} picture */
    adopt(title, picture) {
      own = { title, picture };
      uploads += 1;
    },
    own: () => own?.title,
    /**
     * What the reference network said to an untouched example; undefined for any other state.
     * Its masks are rounded, its maps averaged to fewer positions and there for the first only.
     * @param {State} state
     * @returns {(Answer & {segmentation: Uint8Array}) | undefined}
     */
    stored(state) {
      const touched = ["strokes", "gates", "network", ...Object.keys(sliders)].some(
        (part) => JSON.stringify(
          /** @type {any} */
          state[part]
        ) !== JSON.stringify(start[part])
      );
      const [kind, number] = state.source.split(":");
      if (touched || kind !== "example") return void 0;
      const i = Number(number);
      const sites = Object.entries(networks[reference].blocks);
      const total = sites.reduce((sum, [, site]) => sum + /** @type {any} */
      site.channels, 0);
      let at = i * total;
      const blocks = {};
      for (
        const [name, site] of
        /** @type {[string, any][]} */
        sites
      ) {
        const [h2, w] = site.positions;
        const maps = arrays[`maps-${name}`];
        const side = Math.round(Math.sqrt(maps.length / site.channels));
        blocks[name] = {
          channel: Float32Array.from(arrays.gates.subarray(at, at + site.channels)),
          spatial: {
            shape: [h2, w],
            data: Float32Array.from(arrays[`mask-${name}`].subarray(i * h2 * w, (i + 1) * h2 * w))
          },
          ...i === 0 ? { maps: { shape: [site.channels, side, side], data: Float32Array.from(maps) } } : {}
        };
        at += site.channels;
      }
      const output = { shape: [0], data: new Float32Array() };
      return { output, blocks, ms: NaN, segmentation: plane("segmentations", i) };
    }
  };
}

// src/figures/playground/strip.js
var short = (name) => name[0] + (/\d+$/.exec(name)?.[0] ?? "");
function blockStrip(sites, onInput) {
  const largest = Math.max(...Object.values(sites).map(({ positions }) => positions[0]));
  const cells = Object.entries(sites).map(([name, { channels, positions }]) => {
    const mask = canvas(positions[0], positions[1]);
    const gates = canvas(1, channels);
    gates.classList.add("scse-gates");
    gates.style.aspectRatio = "";
    const label = h(
      "span",
      { class: "scse-cell" },
      mask,
      gates,
      h(
        "span",
        { class: "scse-cellname" },
        h("span", { class: "scse-long", text: name }),
        h("span", { class: "scse-short", "aria-hidden": true, text: short(name) })
      )
    );
    label.style.setProperty("--level", String(Math.log2(largest / positions[0])));
    return { name, mask, gates, label, channels, positions };
  });
  const what = h("span");
  const chooser = choice({
    label: h("span", {}, "Block: ", what, ". Brighter lets more through."),
    name: "block",
    options: cells.map(({ name, label, channels, positions }) => ({
      value: name,
      label,
      title: `${name}: ${channels} channels of ${positions.join(" × ")} positions`
    })),
    onInput
  });
  chooser.element.classList.add("scse-strip");
  return {
    element: chooser.element,
    /** At once: an answer on its way is of an older choice. */
    choose: chooser.set,
    /**
     * @param {Record<string, {channel: ArrayLike<number> | undefined, spatial: ArrayLike<number> | undefined, meddled: boolean}>} gates that go on
     */
    set(gates) {
      const all = Object.values(gates);
      const [masks, rows] = [
        all.some(({ spatial }) => spatial),
        all.some(({ channel }) => channel)
      ];
      what.textContent = !masks ? "the gates of its channels" : rows ? "its mask, and below it the gates of its channels" : "its mask";
      for (const { name, mask, gates: row, label } of cells) {
        const { channel, spatial, meddled } = gates[name] ?? {};
        mask.hidden = !spatial;
        row.classList.toggle("scse-none", !channel);
        if (spatial) paintMap(mask, spatial, 0, 1, "space");
        if (channel) paintMap(row, channel, 0, 1, "channel");
        label.classList.toggle("scse-meddled", Boolean(meddled));
      }
    }
  };
}

// src/ground/unpack.js
async function inflate(packed) {
  const bytes = packed instanceof ArrayBuffer ? new Uint8Array(packed) : new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength);
  const stream = new Blob([
    /** @type {Uint8Array<ArrayBuffer>} */
    bytes
  ]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
function undoDifferences(codes, stride, run) {
  for (let start = 0; start < codes.length; start += run) {
    for (let i = start + stride; i < Math.min(start + run, codes.length); i++) {
      codes[i] += codes[i - stride];
    }
  }
}
function read2(bytes, { dtype, shape, offset, length, filter, scale, zero }) {
  const own = bytes.slice(offset, offset + length);
  if (dtype === "float32") return Float64Array.from(new Float32Array(own.buffer));
  const width = shape[shape.length - 1];
  const plane = width * (shape[shape.length - 2] ?? 1);
  if (filter === "delta") undoDifferences(own, 1, width);
  if (filter === "plane") undoDifferences(own, plane, own.length);
  if (!scale || !zero) return own;
  const channels = scale.length;
  return Float64Array.from(own, (code, i) => {
    const k = Math.floor(i / plane) % channels;
    return zero[k] + scale[k] * code;
  });
}
async function unpack(packed, arrays) {
  const bytes = await inflate(packed);
  return Object.fromEntries(
    Object.entries(arrays).map(([name, entry]) => [name, read2(bytes, entry)])
  );
}

// src/widget.js
var unpacked = /* @__PURE__ */ new WeakMap();
function widget(name, checks, build) {
  async function render({ model, el, experimental }) {
    const root = h("div", { class: `scse-widget scse-${name}` });
    const message = h("p", { class: "scse-message", role: "alert", hidden: true });
    const voice = announcer();
    el.append(h("div", { class: "scse" }, message, root, voice.element));
    const manifest = JSON.parse(model.get("manifest"));
    let arrays = unpacked.get(model);
    if (!arrays) unpacked.set(model, arrays = unpack(model.get("packed"), manifest.arrays));
    const loaded = await arrays.catch((error) => {
      message.hidden = false;
      message.textContent = `This figure's data could not be read: ${error}.`;
      throw error;
    });
    const rules = checks(manifest);
    const valid = {};
    function validate() {
      const problems = [];
      for (const [trait, check] of Object.entries(rules)) {
        const value = model.get(trait);
        const problem2 = check(value, (name2) => model.get(name2));
        if (problem2 === void 0) valid[trait] = value;
        else problems.push(`${trait} ${problem2}, got ${JSON.stringify(value)}.`);
      }
      message.hidden = problems.length === 0;
      message.textContent = problems.join(" ");
      for (const trait of Object.keys(rules)) {
        if (!(trait in valid)) valid[trait] = manifest.defaults[trait];
      }
    }
    const gone = new AbortController();
    let frame = 0;
    let update = () => {
    };
    const unsent = /* @__PURE__ */ new Map();
    function changed() {
      for (const [trait, value] of unsent) if (model.get(trait) !== value) model.set(trait, value);
      validate();
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => update());
    }
    let saving;
    const context = {
      root,
      manifest,
      arrays: loaded,
      get: (trait) => valid[trait],
      set(changes2) {
        for (const [trait, value] of Object.entries(changes2)) unsent.set(trait, value);
        changed();
        clearTimeout(saving);
        saving = setTimeout(() => {
          unsent.clear();
          model.save_changes();
        }, 120);
      },
      say: voice.say,
      model,
      experimental,
      signal: gone.signal
    };
    validate();
    update = build(context);
    update();
    for (const trait of Object.keys(rules)) model.on(`change:${trait}`, changed);
    root.setAttribute("data-ready", "");
    return () => {
      gone.abort();
      for (const trait of Object.keys(rules)) model.off(`change:${trait}`, changed);
      cancelAnimationFrame(frame);
      clearTimeout(saving);
      voice.stop();
    };
  }
  return { render };
}

// src/figures/playground/index.js
var TIMES = 15;
var BRANCHES = ["channel", "spatial"];
var playground_default = widget(
  "playground",
  (manifest) => ({ state: (value) => problem(value, manifest) }),
  ({ root, manifest, arrays, get, set, say, model, experimental, signal }) => {
    const { start, networks, reference, task } = manifest;
    const world = scene(manifest, arrays);
    const stateNow = () => ({ ...start, ...get("state") });
    const past = history2(get("state"));
    function change(changed, tag = "") {
      const next = difference({ ...stateNow(), ...changed }, start);
      const wrong = problem(next, manifest);
      if (wrong) return complain(`This goes no further: the figure ${wrong}. Clear or undo some.`);
      complain("");
      past.record(next, tag, performance.now());
      began ??= performance.now();
      set({ state: next });
    }
    function jump(state) {
      began = performance.now();
      set({ state });
    }
    const status = h("span", { class: "scse-status", "data-name": "engine", role: "status" });
    const progress = h("progress", {
      class: "scse-progress",
      hidden: true,
      "aria-label": "Loading the engine"
    });
    const speed = readout("ms", (v) => `${fixed(v, 0)} ms`);
    const timing = h("span", { hidden: true }, "picture to picture ", speed.element);
    const complaint = h("p", {
      class: "scse-message",
      role: "alert",
      hidden: true,
      "data-name": "complaint"
    });
    function complain(text) {
      complaint.textContent = text;
      complaint.hidden = text === "";
    }
    const { engine, inPage } = engineFor({
      model,
      experimental,
      signal,
      networks: Object.fromEntries(
        Object.values(networks).map((n) => [n.file, n.blocks])
      ),
      tell: (text) => status.textContent = text,
      onReturn: () => update(),
      onLoad(loaded, total) {
        progress.hidden = false;
        if (total) Object.assign(progress, { value: loaded, max: total });
      }
    });
    const plain = /* @__PURE__ */ new Map();
    let plainOf = "";
    function ownAnswer(kind, picture, block) {
      if (plainOf !== picture.key) plain.clear();
      plainOf = picture.key;
      const key = `${kind} ${block}`;
      let answer2 = plain.get(key);
      if (!answer2) {
        const maps = block in networks[kind].blocks ? { [block]: (
          /** @type {"all"} */
          "all"
        ) } : {};
        answer2 = engine.run({ network: networks[kind].file, image: picture.input, maps });
        plain.set(key, answer2);
        answer2.catch(() => plain.delete(key));
      }
      return answer2;
    }
    const examples = /* @__PURE__ */ new Map();
    function exampleAnswer(kind, i) {
      const key = `${kind} ${i}`;
      let answer2 = examples.get(key);
      if (!answer2) {
        answer2 = engine.run({ network: networks[kind].file, image: world.example(i) });
        examples.set(key, answer2);
        answer2.catch(() => examples.delete(key));
      }
      return answer2;
    }
    async function changesOf({ network, gates }) {
      const sites = networks[network].blocks;
      const all = {};
      for (const [name, branches] of Object.entries(gates)) {
        for (const branch of BRANCHES) {
          const gate = branches[branch];
          if (!gate || !changes(gate) || !sites[name]?.branches.includes(branch)) continue;
          const [, number] = /^example:(\d+)$/.exec(gate.base) ?? [];
          const lent = number === void 0 ? void 0 : await exampleAnswer(network, Number(number));
          all[name] ??= {};
          all[name][branch] = toChange(gate, sites[name], branch, (base) => {
            if (lent)
              return branch === "channel" ? lent.blocks[name].channel ?? [] : lent.blocks[name].spatial?.data;
            if (base !== "mean") return void 0;
            return branch === "channel" ? networks[network].means[name] : arrays[`mean-${network}-${name}`];
          });
        }
      }
      return all;
    }
    const queue = newest({
      async run(job) {
        const { state, picture } = (
          /** @type {any} */
          job
        );
        const own = await ownAnswer(state.network, picture, state.block);
        const gates = await changesOf(state);
        const meddled = Object.keys(gates).length > 0;
        const maps = state.block in networks[state.network].blocks ? { [state.block]: (
          /** @type {"all"} */
          "all"
        ) } : {};
        const request = {
          network: networks[state.network].file,
          image: picture.input,
          gates,
          maps
        };
        const answer2 = meddled ? await engine.run(request) : own;
        return (
          /** @type {any} */
          { state, picture, own, gates, answer: answer2 }
        );
      }
    });
    const input = inputPanel({
      manifest,
      root,
      state: stateNow,
      change,
      adopt: world.adopt,
      complain
    });
    const answer = answerView(manifest, "");
    const waiting = h("div", { class: "scse-off", hidden: true });
    const kinds = choice({
      label: "Network",
      name: "network",
      options: Object.entries(networks).map(([value, n]) => ({
        value,
        label: (
          /** @type {any} */
          n.title
        )
      })),
      onInput: (network) => change({ network })
    });
    const strip = blockStrip(networks[reference].blocks, (block) => change({ block }));
    const gateOf = (state, name, branch) => state.gates[name]?.[branch] ?? { base: "own" };
    const opened = blockPanel({
      manifest,
      gate: (branch) => gateOf(stateNow(), stateNow().block, branch),
      change(branch, gate, tag) {
        const state = stateNow();
        const block = { ...state.gates[state.block], [branch]: gate };
        if (!changes(gate)) delete block[branch];
        const gates = { ...state.gates, [state.block]: block };
        if (!Object.keys(block).length) delete gates[state.block];
        change({ gates }, tag && `${state.block} ${tag}`);
      },
      everywhere(base) {
        const both = { channel: { base }, spatial: { base } };
        const gates = Object.keys(networks[reference].blocks).map((name) => [name, both]);
        change({ gates: base === "own" ? {} : Object.fromEntries(gates) });
      }
    });
    const short2 = miniature(answer.map);
    opened.header.append(short2.element);
    const compare = comparePanel(manifest);
    const comparing = h("input", { type: "checkbox", "data-name": "compare" });
    comparing.addEventListener("change", () => change({ compare: comparing.checked }));
    const undo = button("Undo", "undo", () => jump(past.undo()));
    const redo = button("Redo", "redo", () => jump(past.redo()));
    const reset = button("Reset", "reset", () => {
      complain("");
      if (!Object.keys(get("state")).length) return;
      past.record({}, "", 0);
      jump({});
    });
    const address = link(task, start);
    const linkField = h("input", {
      class: "scse-link",
      readonly: true,
      hidden: true,
      "aria-label": "Link to this situation",
      "data-name": "link"
    });
    const share = button("Copy link", "share", async () => {
      linkField.value = await address.address(stateNow());
      linkField.hidden = false;
      linkField.select();
      const copied = await navigator.clipboard?.writeText(linkField.value).then(
        () => true,
        () => false
      );
      complain(
        stateNow().source === "own" ? "The link carries everything but your own picture, which stays with you." : ""
      );
      say(copied ? "Link copied" : "The link is in the field, selected");
    });
    share.hidden = !inPage;
    const save = button("Download input", "download", () => {
      const a = h("a", { href: input.sheet.toDataURL("image/png"), download: `${task}.png` });
      a.click();
    });
    root.addEventListener("keydown", (event) => {
      const key = event.key.toLowerCase();
      if (!(event.ctrlKey || event.metaKey) || !["y", "z"].includes(key)) return;
      event.preventDefault();
      event.stopPropagation();
      jump(event.shiftKey || key === "y" ? past.redo() : past.undo());
    });
    const resultStack = h("div", { class: "scse-stack" }, answer.map, waiting);
    root.append(
      h(
        "div",
        { class: "scse-controls" },
        kinds.element,
        h("div", { class: "scse-row scse-tools" }, undo, redo, reset, share, save)
      ),
      linkField,
      complaint,
      h(
        "div",
        { class: "scse-panels scse-two" },
        input.element,
        panel(
          "The network’s answer",
          resultStack,
          h("span", { text: "white line: truth, where it is known · dots: changed by the gates" })
        ),
        h("div", { class: "scse-outcome" }, h("div", {}, answer.score, answer.moved), answer.seen)
      ),
      h("div", { class: "scse-row scse-engine" }, status, progress, timing),
      strip.element,
      opened.element,
      h(
        "label",
        { class: "scse-row" },
        comparing,
        " Compare: the same picture through all four networks, gates untouched"
      ),
      compare.element
    );
    let times = [];
    let began;
    let working = false;
    let round = 0;
    function draw2(state, full, gates, picture, own) {
      const segmentation = segmentationOf(
        /** @type {any} */
        full
      );
      const gated = Object.keys(full.blocks).length > 0;
      const words = answer.set(segmentation, picture, gated ? own : void 0);
      short2.set(words);
      opened.element.hidden = false;
      strip.element.hidden = short2.element.hidden = !gated;
      const goesOn = Object.fromEntries(
        Object.entries(full.blocks).map(([name, { channel, spatial }]) => [
          name,
          {
            channel: channel ? used(channel, gates[name]?.channel) : void 0,
            spatial: spatial ? used(spatial.data, gates[name]?.spatial) : void 0,
            meddled: BRANCHES.some((branch) => gates[name]?.[branch] !== void 0)
          }
        ])
      );
      strip.set(goesOn);
      const bases = Object.keys(networks[reference].blocks).flatMap(
        (name) => BRANCHES.map((branch) => {
          const { base, set: set2 = {}, strokes = [] } = gateOf(state, name, branch);
          return Object.keys(set2).length || strokes.length ? "" : base;
        })
      );
      opened.update(
        state.block,
        networks[state.network].blocks[state.block],
        full.blocks[state.block],
        goesOn[state.block] ?? { channel: void 0, spatial: void 0 },
        bases.every((base) => base === bases[0]) ? bases[0] : ""
      );
      waiting.hidden = true;
      return words;
    }
    async function ask(state, picture) {
      const mine = ++round;
      try {
        const done = await queue.run(
          /** @type {any} */
          { state, picture }
        );
        if (!done) return;
        const { own, gates, answer: full } = (
          /** @type {any} */
          done
        );
        progress.hidden = true;
        const words = draw2(
          /** @type {any} */
          done.state,
          full,
          gates,
          /** @type {any} */
          done.picture,
          segmentationOf(own)
        );
        if (working && began !== void 0 && mine === round) {
          times = [...times, performance.now() - began].slice(-TIMES);
          speed.set([...times].sort((a, b) => a - b)[times.length >> 1]);
          timing.hidden = false;
        }
        working = true;
        if (mine !== round) return;
        began = void 0;
        root.setAttribute("data-answered", String(round));
        say(words);
        if (state.compare) {
          await compare.update(
            picture,
            (kind) => ownAnswer(kind, picture, ""),
            () => mine === round
          );
        }
      } catch (error) {
        progress.hidden = true;
        working = false;
        const reason = (
          /** @type {Error} */
          error.message
        );
        const rest = world.stored(state) ? "What you see was stored." : "";
        status.textContent = `${reason} ${rest}`;
        if (!world.stored(state)) {
          waiting.textContent = "no engine: choose an example, or Reset";
          waiting.hidden = false;
          answer.clear();
          opened.element.hidden = true;
        }
        root.setAttribute("data-answered", "failed");
      }
    }
    function arrive(changed) {
      if (changed === void 0) return;
      const wrong = problem(changed, manifest);
      if (wrong) return complain(`The link to this figure ${wrong}, so it starts afresh.`);
      if (changed.source === "own" && !world.own()) {
        const { source, ...rest } = changed;
        complain(
          "The link was made with a picture of its maker's own, which stayed there. Choose yours."
        );
        changed = rest;
      }
      past.record(changed, "", 0);
      jump(changed);
      root.scrollIntoView({ block: "start" });
    }
    if (inPage) {
      const fail = (error) => complain(error.message);
      address.first().then(arrive, fail);
      const listen = () => address.news().then(arrive, fail);
      window.addEventListener("hashchange", listen, { signal });
    }
    let writing;
    function update() {
      const state = stateNow();
      const picture = world.picture(state);
      input.update(state, picture, world.own());
      kinds.set(state.network);
      strip.choose(state.block);
      comparing.checked = state.compare;
      compare.element.hidden = !state.compare;
      enable([
        [undo, past.canUndo()],
        [redo, past.canRedo()]
      ]);
      const kept = working ? void 0 : world.stored(state);
      if (kept) draw2(state, kept, {}, picture, kept.segmentation);
      if (inPage) {
        clearTimeout(writing);
        if (state.source !== "own") writing = setTimeout(() => address.write(state), 300);
      }
      ask(state, picture);
    }
    return update;
  }
);
export {
  playground_default as default
};
