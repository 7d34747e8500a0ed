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

// src/draw/cursor.js
function marker() {
  const element = h("div", { class: "scse-marker", hidden: true });
  return {
    element,
    /**
     * @param {number} x @param {number} y column and row
     * @param {number} width @param {number} height of the map
     */
    at(x, y, width, height) {
      element.hidden = false;
      element.style.left = `${100 * x / width}%`;
      element.style.top = `${100 * y / height}%`;
      element.style.width = `${100 / width}%`;
      element.style.height = `${100 / height}%`;
    },
    hide: () => element.hidden = true
  };
}
var stack = (canvas2, ...over) => h("div", { class: "scse-stack" }, canvas2, ...over);
function pointable(element, { label, name, width, height, where, onMove, onLeave }) {
  element.classList.add("scse-pointable");
  for (const [key, value] of Object.entries({
    role: "application",
    // arrow keys are ours
    "aria-roledescription": "pixel picker",
    "aria-label": `${label}. Arrow keys step through the pixels.`,
    "data-name": name,
    tabindex: "0"
  })) {
    element.setAttribute(key, value);
  }
  const clamp = (v, n) => Math.max(0, Math.min(n - 1, Math.floor(v)));
  function follow(event) {
    const box = element.getBoundingClientRect();
    onMove(
      clamp((event.clientX - box.left) / box.width * width, width),
      clamp((event.clientY - box.top) / box.height * height, height)
    );
  }
  element.addEventListener("pointerdown", follow);
  element.addEventListener("pointermove", follow);
  element.addEventListener("pointerleave", () => onLeave?.());
  element.addEventListener("blur", () => onLeave?.());
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const far = event.shiftKey ? 8 : 1;
    const steps = {
      ArrowLeft: [-far, 0],
      ArrowRight: [far, 0],
      ArrowUp: [0, -far],
      ArrowDown: [0, far]
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const [x, y] = where();
    onMove(clamp(x + step[0], width), clamp(y + step[1], height));
  });
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
function withPixels(element, draw) {
  const context = (
    /** @type {CanvasRenderingContext2D} */
    element.getContext("2d")
  );
  const image = context.createImageData(element.width, element.height);
  draw(new Uint32Array(image.data.buffer));
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
function range(values) {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  return [low, high];
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
function classList(classes, suffix = "") {
  const rows = classes.slice(1).map(({ name, colour }, i) => {
    const score = readout(`dice-of-${i + 1}${suffix}`);
    const swatch = h("span", { class: "scse-swatch", "aria-hidden": true });
    swatch.style.background = colour;
    const element = h("li", {}, swatch, h("span", { text: name }), score.element);
    return { element, score };
  });
  return {
    element: h(
      "ul",
      { class: "scse-classes", "aria-label": "Dice of each class" },
      ...rows.map((row) => row.element)
    ),
    /** @param {ArrayLike<number>} dice with background; NaN where a class is in neither map */
    set(dice2) {
      rows.forEach(({ element, score }, i) => {
        score.set(dice2[i + 1]);
        element.classList.toggle("scse-absent", Number.isNaN(dice2[i + 1]));
      });
    }
  };
}
function scoreboard(suffix = "") {
  const dice2 = readout(`dice${suffix}`);
  const changed = readout(`changed${suffix}`, (v) => count(v));
  const loss = h("span", { class: "scse-loss" });
  const changes = h("div", { class: "scse-changes" }, changed.element);
  const total = h("span");
  changes.append(" of ", total, " pixels changed");
  return {
    element: h(
      "div",
      { class: "scse-score" },
      h("div", { class: "scse-dice" }, h("span", { text: "Dice" }), dice2.element, loss),
      changes
    ),
    /** @param {number} score @param {number} own @param {number} pixels @param {number} of */
    set(score, own, pixels2, of) {
      dice2.set(score);
      changed.set(pixels2);
      total.textContent = count(of);
      const difference = Number((score - own).toFixed(2));
      loss.textContent = difference ? (difference < 0 ? "▼ " : "▲ ") + fixed(Math.abs(difference)) : "";
      loss.classList.toggle("scse-worse", difference < 0);
      changes.classList.toggle("scse-any", pixels2 > 0);
    }
  };
}

// src/engine/newest.js
function newest(engine) {
  let waiting;
  let busy = false;
  function next() {
    const turn = waiting;
    waiting = void 0;
    busy = turn !== void 0;
    turn?.start();
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

// src/figures/gate_lab/deeper.js
function deeper(engine, network, input) {
  const plain = /* @__PURE__ */ new Map();
  const off = { keep: 0, value: 0 };
  const queue = newest({
    async run(job) {
      const { picture, block, mode, gates } = (
        /** @type {any} */
        job
      );
      const request = { network, image: input(picture), maps: { [block]: "all" } };
      const key = `${picture} ${block}`;
      const untouched = plain.get(key) ?? engine.run(request);
      plain.set(key, untouched);
      untouched.catch(() => plain.delete(key));
      const own = await untouched;
      const change = {};
      if (gates.length) change.channel = { keep: 0, value: Float32Array.from(gates) };
      if (mode === "sse") change.channel = off;
      if (mode === "cse") change.spatial = off;
      if (mode === "none") Object.assign(change, { channel: { keep: 0, value: 1 }, spatial: off });
      const meddled = Object.keys(change).length > 0;
      const answer = meddled ? await engine.run({ ...request, gates: { [block]: change } }) : own;
      return (
        /** @type {any} */
        { own, answer }
      );
    }
  });
  return (job) => (
    /** @type {any} */
    queue.run(
      /** @type {any} */
      job
    )
  );
}

// src/ground/maths.js
var sigmoid = (x) => 1 / (1 + Math.exp(-x));
function squeeze(maps, channels) {
  const size = maps.length / channels;
  const z = new Float64Array(channels);
  for (let k = 0; k < channels; k++) {
    let sum = 0;
    for (let p = k * size; p < (k + 1) * size; p++) sum += maps[p];
    z[k] = sum / size;
  }
  return z;
}
function linear({ weight, bias }, x) {
  return Float64Array.from(weight, (row, i) => row.reduce((sum, w, j) => sum + w * x[j], bias[i]));
}
function excite(fc1, fc2, z) {
  const before = linear(fc1, z);
  const hidden = before.map((v) => Math.max(0, v));
  const logits = linear(fc2, hidden);
  return { before, hidden, logits, gates: logits.map(sigmoid) };
}
function project(maps, weight, bias) {
  const size = maps.length / weight.length;
  const q = new Float64Array(size).fill(bias);
  for (let k = 0; k < weight.length; k++) {
    for (let p = 0; p < size; p++) q[p] += weight[k] * maps[k * size + p];
  }
  return q;
}
function recalibrated(u, c, s, mode, combine = "add") {
  if (mode === "none") return u;
  if (mode === "cse") return u * c;
  if (mode === "sse") return u * s;
  if (combine === "add") return u * (c + s);
  if (combine === "max") return Math.max(u * c, u * s);
  return u * c * (u * s);
}
function recalibrateChannel(maps, channel, c, s, mode, combine, out) {
  const start = channel * out.length;
  for (let p = 0; p < out.length; p++) {
    out[p] = recalibrated(maps[start + p], c, s[p], mode, combine);
  }
  return out;
}
function recalibrate(maps, c, s, mode, combine = "add") {
  const size = maps.length / c.length;
  const all = new Float64Array(maps.length);
  for (let k = 0; k < c.length; k++) {
    const out = all.subarray(k * size, (k + 1) * size);
    recalibrateChannel(maps, k, c[k], s, mode, combine, out);
  }
  return all;
}
function pointwise(maps, { weight, bias }) {
  const size = maps.length / weight[0].length;
  const scores = new Float64Array(weight.length * size);
  for (let j = 0; j < weight.length; j++) {
    scores.set(project(maps, weight[j], bias[j]), j * size);
  }
  return scores;
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

// src/figures/gate_lab/last.js
function ownState({ shape, fc1, fc2, project: w, head, combine, classes }, maps) {
  const gates = excite(fc1, fc2, squeeze(maps, shape[0])).gates;
  const mask = project(maps, w.weight[0], w.bias[0]).map(sigmoid);
  const segment = (c, mode) => argmax(pointwise(recalibrate(maps, c, mask, mode, combine), head), classes.length);
  return { gates, mask, segment, segmentation: segment(gates, "scse") };
}
function firstToPull(own) {
  const changes = Array.from(own.gates, (_, k) => {
    const pulled = own.gates.map((gate, i) => i === k ? 0 : gate);
    return differences(own.segment(pulled, "scse"), own.segmentation);
  });
  return changes.indexOf(Math.max(...changes));
}

// src/figures/gate_lab/words.js
function misread(label, segmentation, classes) {
  const votes = classes.map(() => new Array(classes.length).fill(0));
  for (let p = 0; p < label.length; p++) votes[label[p]][segmentation[p]]++;
  return votes.flatMap((row, k) => {
    const most = row.indexOf(Math.max(...row));
    return k && row[most] && most !== k ? [`${classes[k].name} → ${classes[most].name}`] : [];
  });
}
function formula(combine) {
  const c = () => h("b", { class: "scse-c", text: "c·U" });
  const s = () => h("b", { class: "scse-s", text: "s·U" });
  const both = {
    add: () => [c(), " + ", s()],
    max: () => ["max(", c(), ", ", s(), ")"],
    mul: () => [c(), " × ", s()]
  }[
    /** @type {"add" | "max" | "mul"} */
    combine
  ];
  const element = h("span", { class: "scse-formula" });
  return {
    element,
    /** @param {Mode} mode */
    set(mode) {
      const right = { none: () => ["U"], cse: () => [c()], sse: () => [s()], scse: both }[mode];
      element.replaceChildren("Û = ", ...right());
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
function read(bytes, { dtype, shape, offset, length, filter, scale, zero }) {
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
    Object.entries(arrays).map(([name, entry]) => [name, read(bytes, entry)])
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
        const problem = check(value, (name2) => model.get(name2));
        if (problem === void 0) valid[trait] = value;
        else problems.push(`${trait} ${problem}, got ${JSON.stringify(value)}.`);
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
      set(changes) {
        for (const [trait, value] of Object.entries(changes)) unsent.set(trait, value);
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
var index = (n) => (value) => Number.isInteger(value) && value >= 0 && value < n ? void 0 : `must be 0 to ${n - 1}`;
var oneOf = (options) => (value) => options.includes(value) ? void 0 : `must be one of ${options.join(", ")}`;
var numbers = (n, low, high) => (value) => Array.isArray(value) && (value.length === 0 || value.length === n && value.every((v) => typeof v === "number" && v >= low && v <= high)) ? void 0 : `must be empty or ${n} numbers between ${low} and ${high}`;

// src/figures/gate_lab/index.js
var MODES = [
  { value: "none", label: "none", title: "Both branches off: the maps pass unchanged" },
  { value: "cse", label: "cSE", title: "Channel gates only" },
  { value: "sse", label: "sSE", title: "Spatial mask only" },
  { value: "scse", label: "scSE", title: "Both, as the network was trained" }
];
var FINE = 4;
var gate_lab_default = widget(
  "gatelab",
  ({ samples, blocks, last }) => ({
    picture: index(samples.length),
    block: oneOf(["", ...Object.keys(blocks)]),
    mode: oneOf(MODES.map(({ value }) => value)),
    gates: (value, trait) => numbers((blocks[trait("block")] ?? blocks[last]).channels, 0, 1)(value, trait)
  }),
  ({ root, manifest, arrays, get, set, say, model, experimental, signal }) => {
    const { samples, classes, blocks, last } = manifest;
    const [, height, width] = manifest.shape;
    const size = height * width;
    const paint = classPainter(classes.map((k) => k.colour));
    const states = samples.map((_, i) => {
      const length = manifest.shape[0] * size;
      const maps = (
        /** @type {Float64Array} */
        arrays.maps.subarray(i * length, (i + 1) * length)
      );
      const depth = arrays.inputs.length / (samples.length * size);
      const input = arrays.inputs.subarray(i * depth * size, (i + 1) * depth * size);
      const [low, high] = range(input.subarray(0, size));
      let own;
      return {
        maps,
        input: { shape: [depth, height, width], data: Float32Array.from(input) },
        picture: Uint8Array.from(input.subarray(0, size), (v) => 255 * (v - low) / (high - low)),
        label: arrays.labels.subarray(i * size, (i + 1) * size),
        own: () => own ??= ownState(manifest, maps)
      };
    });
    const blockNow = () => get("block") || last;
    let shown;
    const gatesSet = () => get("gates").length === blocks[blockNow()].channels ? get("gates") : [];
    const gatesNow = () => gatesSet().length ? gatesSet() : Array.from(shown?.own ?? []);
    const status = h("span", { class: "scse-status", role: "status", "data-name": "engine" });
    const { engine } = engineFor({
      model,
      experimental,
      signal,
      networks: { [manifest.network]: blocks },
      tell: (text) => status.textContent = text
    });
    const askFor = deeper(engine, manifest.network, (picture) => states[picture].input);
    const pictures = choice({
      label: "Picture",
      name: "picture",
      options: samples.map(({ title }, i) => ({
        value: String(i),
        label: title
      })),
      onInput: (value) => set({ picture: Number(value), gates: [] })
    });
    pictures.element.hidden = samples.length < 2;
    const chooser = choice({
      label: "Block",
      name: "block",
      options: Object.entries(blocks).map(([value, site]) => ({
        value,
        label: value,
        title: `${/** @type {any} */
        site.channels} channels`
      })),
      onInput: (value) => set({ block: value === last ? "" : value, gates: [] })
    });
    chooser.element.hidden = Object.keys(blocks).length < 2;
    const branches = choice({
      label: "Branches",
      name: "mode",
      options: MODES,
      onInput: (mode) => set({ mode })
    });
    const equation = formula(manifest.combine);
    const reset = button("Reset", "reset", () => set({ gates: [], mode: "scse" }));
    const photo = canvas(height, width);
    const mask = canvas(height, width);
    const result = canvas(height * FINE, width * FINE);
    result.classList.add("scse-fine");
    const markers = [marker(), marker(), marker()];
    const stacks = [photo, mask, result].map((c, i) => stack(c, markers[i].element));
    const maskOff = h("div", { class: "scse-off", text: "off" });
    stacks[1].append(maskOff);
    const scale = colourBar("space", "mask");
    const credit = h("span", { class: "scse-credit" });
    const maskAt = readout("mask-value", (v) => fixed(v, 3));
    const maskNote = h("span", { class: "scse-note" });
    const score = scoreboard();
    const reads = h("div", { class: "scse-reads", "data-name": "misread" });
    const list = classList(classes);
    const truth = h("span", { text: manifest.outline ? "white line: truth · dots: changed" : "" });
    const note = h("p", { class: "scse-hint" });
    let where = (
      /** @type {[number, number]} */
      [width >> 1, height >> 1]
    );
    let segmentation = new Uint8Array(size);
    function point() {
      if (!shown) return;
      const [, rows, columns] = shown.shape;
      const row = Math.floor(where[1] * rows / height);
      const column = Math.floor(where[0] * columns / width);
      const p = where[1] * width + where[0];
      const s = shown.mask[row * columns + column];
      for (const m of markers) m.at(where[0], where[1], width, height);
      maskAt.set(s);
      maskNote.replaceChildren(`row ${where[1]}, column ${where[0]}: s = `, maskAt.element);
      say(`s is ${fixed(s, 3)}; class ${classes[segmentation[p]].name}`);
    }
    stacks.forEach(
      (element, i) => pointable(element, {
        label: ["Picture", "Spatial mask", "Segmentation"][i],
        name: ["point-picture", "point-mask", "point-segmentation"][i],
        width,
        height,
        where: () => where,
        onMove: (x, y) => {
          where = [x, y];
          point();
        },
        onLeave: () => {
          for (const m of markers) m.hide();
          maskNote.replaceChildren();
        }
      })
    );
    const most = Math.max(...Object.values(blocks).map((site) => site.channels));
    const desk = h("div", { class: "scse-desk" });
    const past = bypass();
    const short = miniature(result);
    const howMany = h("span");
    function card(k) {
      const thumb = canvas(1, 1);
      const value = readout(`gate-${k}`, (v) => fixed(v, 3));
      const slider = bar({
        label: `Gate of channel ${k + 1}`,
        name: `bar-${k}`,
        vertical: true,
        onInput: (v) => set({ gates: gatesNow().map((gate, i) => i === k ? v : gate) })
      });
      const element = h(
        "div",
        { class: "scse-card" },
        h("span", { class: "scse-name", "aria-hidden": true, text: String(k + 1) }),
        thumb,
        slider.element,
        value.element
      );
      desk.append(element);
      return { element, thumb, value, slider };
    }
    const cards = [];
    const hint = h("div", { class: "scse-pull", "aria-hidden": true, text: "pull me" });
    root.append(
      h(
        "div",
        { class: "scse-controls" },
        pictures.element,
        branches.element,
        equation.element,
        reset
      ),
      h(
        "div",
        { class: "scse-panels" },
        panel("Picture", stacks[0], credit),
        panel(
          h("span", {}, "Spatial mask ", h("b", { class: "scse-s", text: "s" })),
          stacks[1],
          scale.element,
          maskNote
        ),
        panel("Segmentation", stacks[2], truth),
        h("div", { class: "scse-outcome" }, h("div", {}, score.element, reads), list.element)
      ),
      h("div", { class: "scse-controls scse-blocks" }, chooser.element, status),
      h(
        "div",
        { class: "scse-title scse-opener" },
        short.element,
        h(
          "span",
          {},
          howMany,
          "Recalibrated maps ",
          h("b", { text: "Û" }),
          " and channel gates ",
          h("b", { class: "scse-c", text: "c" })
        )
      ),
      past.start,
      desk,
      past.end,
      note
    );
    let drawn = "";
    function draw(view) {
      shown = view;
      const { shape, maps, mask: s, own, gates, before, segmentation: now } = view;
      const [channels, rows, columns] = shape;
      const picture = get("picture");
      const mode = (
        /** @type {Mode} */
        get("mode")
      );
      const { combine } = blocks[blockNow()];
      const { picture: grey, label } = states[picture];
      const channelOn = mode === "cse" || mode === "scse";
      if (`${picture} ${blockNow()}` !== drawn) {
        drawn = `${picture} ${blockNow()}`;
        const [low, high] = range(s);
        paintMap(photo, grey, 0, 255, "gray");
        Object.assign(mask, { width: columns, height: rows });
        paintMap(mask, s, low, high, "space");
        scale.set(low, high);
        credit.textContent = samples[picture].credit ?? "";
        while (cards.length < Math.min(most, channels)) cards.push(card(cards.length));
        root.classList.toggle("scse-many", channels > manifest.shape[0]);
        if (blockNow() === last)
          cards[firstToPull(states[picture].own())].slider.element.append(hint);
        else hint.remove();
      }
      past.set(channels);
      howMany.textContent = `${blockNow()}, ${channels} channels of ${rows} × ${columns}: `;
      maskOff.hidden = mode === "sse" || mode === "scse";
      segmentation = now;
      paint(result, segmentation, {
        picture: grey,
        width,
        before,
        outline: manifest.outline ? label : void 0
      });
      const scored = meanDice(segmentation, label, classes.length);
      const pixels2 = differences(segmentation, before);
      score.set(scored, meanDice(before, label, classes.length), pixels2, size);
      short.set(`Dice ${fixed(scored)}, ${pixels(pixels2)} changed`);
      const wrong = misread(label, segmentation, classes);
      reads.textContent = wrong.join(", ");
      list.set(dice(segmentation, label, classes.length));
      const area = rows * columns;
      const recalibrated2 = new Float64Array(area);
      cards.forEach(({ element, thumb, value, slider }, k) => {
        element.hidden = k >= channels;
        if (element.hidden) return;
        if (thumb.width !== columns) Object.assign(thumb, { width: columns, height: rows });
        recalibrateChannel(maps, k, gates[k], s, mode, combine, recalibrated2);
        let top = 0;
        for (let p = k * area; p < (k + 1) * area; p++) top = Math.max(top, maps[p]);
        top = { add: 2 * top, max: top, mul: top * top }[
          /** @type {string} */
          combine
        ] ?? top;
        paintMap(thumb, recalibrated2, 0, top, "feature");
        value.set(gates[k]);
        slider.set(gates[k]);
        slider.setHome(own[k]);
        slider.disable(!channelOn);
      });
      hint.hidden = get("gates").length > 0 || !channelOn;
      root.classList.toggle("scse-channel-off", !channelOn);
      const zeros = Array.from(gates).some((g) => g === 0);
      note.textContent = !channelOn ? "The channel branch is off: the gates have nothing to say. Choose cSE or scSE." : zeros && mode === "scse" && combine === "add" ? "At 0 the map is still there: s·U lets it through. In cSE it goes dark." : "Each bar is the gate of its map. The tick is what the network chose; a double click puts a bar back.";
      say(`Dice ${fixed(scored)}, ${pixels(pixels2)} changed. ${wrong.join(", ")}`);
    }
    function compute() {
      const { maps, own: ownNow } = states[get("picture")];
      const mode = (
        /** @type {Mode} */
        get("mode")
      );
      const own = ownNow();
      const gates = gatesSet().length ? gatesSet() : own.gates;
      draw({
        shape: manifest.shape,
        maps,
        mask: own.mask,
        own: own.gates,
        gates,
        before: own.segmentation,
        segmentation: own.segment(gates, mode)
      });
    }
    async function ask() {
      const job = {
        picture: get("picture"),
        block: blockNow(),
        mode: get("mode"),
        gates: gatesSet()
      };
      try {
        const done = await askFor(job);
        if (!done || job.block !== blockNow() || job.picture !== get("picture")) return;
        const { own, answer } = done;
        const { channel, spatial, maps } = (
          /** @type {any} */
          answer.blocks[job.block]
        );
        const count2 = classes.length;
        draw({
          shape: maps.shape,
          maps: maps.data,
          mask: spatial.data,
          own: channel,
          gates: job.gates.length ? job.gates : Array.from(channel),
          before: argmax(own.output.data, count2),
          segmentation: argmax(answer.output.data, count2)
        });
      } catch (error) {
        status.textContent = `${/** @type {Error} */
        error.message} The last block works without it.`;
        if (job.block !== last) set({ block: "", gates: [] });
      }
    }
    return function update() {
      const block = blockNow();
      pictures.set(String(get("picture")));
      chooser.set(block);
      branches.set(get("mode"));
      equation.set(
        /** @type {Mode} */
        get("mode")
      );
      if (block === last) compute();
      else ask();
    };
  }
);
export {
  gate_lab_default as default
};
