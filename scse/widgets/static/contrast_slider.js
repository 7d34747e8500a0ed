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
function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== void 0) element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}
function fixed(value, digits = 2) {
  if (Number.isNaN(value)) return "–";
  return value.toFixed(digits).replace(/^-0(\.0*)?$/, "0$1").replace("-", "−");
}

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
  withPixels(element, (pixels) => {
    for (let p = 0; p < pixels.length; p++) {
      pixels[p] = colours[Math.max(0, Math.min(255, Math.round((values[p] - low) * factor)))];
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
  const line2 = word(rgb(outlineColour));
  return function paint(element, classes, { picture, width, before, outline }) {
    const row = element.width;
    const fine = row / width;
    const height = element.height / fine;
    withPixels(element, (pixels) => {
      for (let y = 0, p = 0; y < height; y++) {
        for (let x = 0; x < width; x++, p++) {
          const at = classes[p] * 256 + picture[p];
          const start = (y * row + x) * fine;
          const end = start + fine * row;
          for (let j = start; j < end; j += row) pixels.fill(base[at], j, j + fine);
          if (before && before[p] !== classes[p]) {
            for (let j = start + row; j < end - row; j += row) {
              pixels.fill(dots[at], j + 1, j + fine - 1);
            }
          }
          if (outline && x + 1 < width && outline[p] !== outline[p + 1]) {
            for (let j = start + fine - 1; j < end; j += row) pixels[j] = line2;
          }
          if (outline && y + 1 < height && outline[p] !== outline[p + width]) {
            pixels.fill(line2, end - row, end - row + fine);
          }
        }
      }
    });
  };
}

// src/desk/figure.js
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

// src/ground/maths.js
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
function weightedSum(weights, maps) {
  const size = maps.length / weights.length;
  return Uint8ClampedArray.from({ length: size }, (_, p) => {
    let sum = 0;
    for (let j = 0; j < weights.length; j++) sum += weights[j] * maps[j * size + p];
    return sum;
  });
}

// src/draw/plot.js
function plot(name, label) {
  const drawing = svg("svg", {
    viewBox: "0 0 100 100",
    preserveAspectRatio: "none",
    ...label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" }
  });
  drawing.append(...[0, 50, 100].map((y) => line(0, y, 100, y, "scse-axis")));
  const area = h("div", { class: "scse-area" }, drawing);
  const ticks = ["1", "0.5", "0"].map((text) => h("span", { text }));
  ticks[1].append(h("br"), name);
  const element = h(
    "div",
    { class: "scse-plot" },
    h("div", { class: "scse-yaxis", "aria-hidden": true }, ...ticks),
    area
  );
  return { element, drawing, area };
}
function line(x1, y1, x2, y2, name) {
  return svg("line", { x1, y1, x2, y2, class: name, "vector-effect": "non-scaling-stroke" });
}
var polyline = (name) => svg("polyline", { class: name, "vector-effect": "non-scaling-stroke" });
var points = (values) => Array.from(values, (v, i) => `${100 * i / (values.length - 1)},${100 - 100 * v}`).join(" ");
function readable(element, { label, name, count: count2, locate, describe, onMove, onLeave }) {
  element.classList.add("scse-readable");
  for (const [key, value] of Object.entries({
    role: "slider",
    tabindex: "0",
    "data-name": name,
    "aria-label": label,
    "aria-valuemin": "1",
    "aria-valuemax": String(count2)
  })) {
    element.setAttribute(key, value);
  }
  let at = 0;
  function refresh() {
    element.setAttribute("aria-valuenow", String(at + 1));
    element.setAttribute("aria-valuetext", describe(at));
  }
  function move(next) {
    at = Math.max(0, Math.min(count2 - 1, next));
    refresh();
    onMove(at);
  }
  function follow(event) {
    const box = element.getBoundingClientRect();
    move(locate((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height));
  }
  function leave(event) {
    const touch = event instanceof PointerEvent && event.pointerType === "touch";
    if (!touch && !element.matches(":focus-visible")) onLeave?.();
  }
  element.addEventListener("pointermove", follow);
  element.addEventListener("pointerdown", follow);
  element.addEventListener("pointerleave", leave);
  element.addEventListener("blur", leave);
  element.addEventListener("focus", () => element.matches(":focus-visible") && move(at));
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const far = event.shiftKey ? 8 : 1;
    const places = {
      ArrowRight: at + far,
      ArrowUp: at + far,
      ArrowLeft: at - far,
      ArrowDown: at - far,
      Home: 0,
      End: count2 - 1
    };
    const next = places[event.key];
    if (next === void 0) return;
    event.preventDefault();
    move(next);
  });
  refresh();
  return { at: () => at, refresh };
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

// src/figures/contrast_slider.js
var FINE = 4;
var GATES = ["own", "first", "last"];
var MOVED = 0.2;
var sampleOf = (name) => svg(
  "svg",
  { class: "scse-sample", viewBox: "0 0 24 6", "aria-hidden": "true" },
  svg("line", { x1: 0, x2: 24, y1: 3, y2: 3, class: `scse-diceline scse-dice-${name}` })
);
var contrast_slider_default = widget(
  "turn",
  ({ networks, values }) => ({
    network: oneOf(networks),
    contrast: index(values.length),
    gates: oneOf(GATES)
  }),
  ({ root, manifest, arrays, get, set, say }) => {
    const { networks, values, ends, classes, channels, block, orders, weights } = manifest;
    const [height, width] = manifest.shape;
    const size = height * width;
    const steps = values.length;
    const paint = classPainter(classes.map((k) => k.colour));
    const pictures = weights.map((w) => weightedSum(w, arrays.basis));
    const maps = networks.map((_, n) => {
      const own = values.map((_2, v) => {
        const start = (n * steps + v) * size;
        return arrays.own.subarray(start, start + size);
      });
      const frozen = [0, 1].map(
        (g) => own.map((map, v) => {
          const start = ((n * 2 + g) * steps + v) * size;
          return map.map((code, p) => code ^ arrays.frozen[start + p]);
        })
      );
      return { own, first: frozen[0], last: frozen[1] };
    });
    const curves = maps.map(
      (of) => Object.fromEntries(
        GATES.map((g) => [
          g,
          of[g].map((map) => meanDice(map, arrays.label, classes.length))
        ])
      )
    );
    const networkNow = () => Math.max(0, networks.indexOf(get("network")));
    const gateAt = (k, v) => {
      const from = { own: v, first: 0, last: steps - 1 }[
        /** @type {string} */
        get("gates")
      ] ?? v;
      return arrays.gates[(networkNow() * steps + from) * channels + k];
    };
    const ownChange = (k) => {
      const start = networkNow() * steps * channels + k;
      return arrays.gates[start + (steps - 1) * channels] - arrays.gates[start];
    };
    const network = choice({
      label: "Network",
      name: "network",
      options: networks.map((name) => ({ value: name, label: name })),
      onInput: (value2) => set({ network: value2 })
    });
    network.element.hidden = networks.length < 2;
    const scores = Object.fromEntries(GATES.map((g) => [g, readout(`dice-${g}`)]));
    const names = {
      own: "own",
      first: `frozen at ${fixed(values[0], 0)}`,
      last: `frozen at ${fixed(values[steps - 1], 0)}`
    };
    const freeze = choice({
      label: `Gates of the ${block}, and their Dice`,
      name: "gates",
      options: Object.entries(names).map(([value2, label]) => ({
        value: value2,
        label: h(
          "span",
          { class: "scse-curvename" },
          sampleOf(value2),
          label,
          scores[value2].element
        )
      })),
      onInput: (value2) => set({ gates: value2 })
    });
    const reset = button(
      "Reset",
      "reset",
      () => set({ network: networks[0], contrast: 0, gates: "own" })
    );
    const contrast = readout("contrast");
    const slider = bar({
      label: `Contrast, from ${ends[0]} to ${ends[1]}`,
      name: "contrast-bar",
      kind: "plain",
      max: steps - 1,
      step: 1,
      snap: true,
      format: (v) => `contrast ${fixed(values[v])}`,
      onInput: (v) => set({ contrast: v })
    });
    const photo = canvas(height, width, "The picture at this contrast");
    const result = canvas(height * FINE, width * FINE, "Its segmentation");
    const score = readout("dice");
    const list = classList(classes);
    const dicePlot = plot("Dice", "Dice against contrast, for own and for frozen gates");
    const diceLines = GATES.map((g) => polyline(`scse-diceline scse-dice-${g}`));
    const diceNow = line(0, 0, 0, 100, "scse-here");
    const dot = h("span", { class: "scse-dicedot" });
    dicePlot.drawing.append(diceNow, ...diceLines);
    dicePlot.area.append(dot);
    const gatePlot = plot("gate");
    gatePlot.element.classList.add("scse-gateplot");
    const gateLines = Array.from({ length: channels }, () => polyline("scse-gateline"));
    const groups = ["falls", "rises"].map((name) => {
      const element = polyline(`scse-groupline scse-${name}`);
      const label = h("span", { class: "scse-grouplabel", "aria-hidden": true });
      return { name, element, label };
    });
    const gateNow = line(0, 0, 0, 100, "scse-here");
    const picked = polyline("scse-gateline scse-lit");
    gatePlot.drawing.append(...gateLines, ...groups.map((g) => g.element), gateNow, picked);
    gatePlot.area.append(...groups.map((g) => g.label));
    const course = (k) => values.map((_, v) => gateAt(k, v));
    const value = readout("gate", (v) => fixed(v, 3));
    const note = h("p", { class: "scse-hint" });
    let reading = false;
    const channelAt = (j) => orders[networkNow()][j];
    function read2(j) {
      reading = true;
      const k = channelAt(j);
      picked.setAttribute("points", points(course(k)));
      value.set(gateAt(k, get("contrast")));
      note.replaceChildren(
        `channel ${k + 1}: `,
        h("b", { class: "scse-c" }, value.element),
        ` at this contrast; ${fixed(gateAt(k, 0), 3)} at ${ends[0]}, ${fixed(gateAt(k, steps - 1), 3)} at ${ends[1]}`
      );
    }
    const reader = readable(gatePlot.area, {
      label: `The ${channels} gates of the ${block}, sorted by what the contrast does to them`,
      name: "point-gates",
      count: channels,
      locate(x, y) {
        const v = Math.max(0, Math.min(steps - 1, Math.round(x * (steps - 1))));
        const off = Array.from(
          { length: channels },
          (_, j) => Math.abs(gateAt(channelAt(j), v) - (1 - y))
        );
        return off.indexOf(Math.min(...off));
      },
      describe: (j) => `channel ${channelAt(j) + 1}: ${fixed(gateAt(channelAt(j), get("contrast")), 3)}`,
      onMove: read2,
      onLeave() {
        reading = false;
        update();
      }
    });
    for (const { area } of [dicePlot, gatePlot]) {
      const follow = (event) => {
        const box = area.getBoundingClientRect();
        const v = Math.round((event.clientX - box.left) / box.width * (steps - 1));
        set({ contrast: Math.max(0, Math.min(steps - 1, v)) });
      };
      area.classList.add("scse-scrub");
      area.addEventListener("pointerdown", (event) => {
        if (event.button !== 0) return;
        area.setPointerCapture(event.pointerId);
        follow(event);
      });
      area.addEventListener("pointermove", (event) => {
        if (area.hasPointerCapture(event.pointerId)) follow(event);
      });
    }
    root.append(
      h("div", { class: "scse-controls" }, network.element, freeze.element, reset),
      h(
        "div",
        { class: "scse-turning" },
        h(
          "div",
          { class: "scse-views" },
          h(
            "div",
            { class: "scse-view" },
            h("div", { class: "scse-title" }, "Contrast ", contrast.element),
            photo
          ),
          h(
            "div",
            { class: "scse-view" },
            h("div", { class: "scse-title scse-bigdice" }, "Dice ", score.element),
            result
          )
        ),
        h(
          "div",
          { class: "scse-plots" },
          h(
            "div",
            { class: "scse-abscissa" },
            h("span", { text: ends[0] }),
            h("span", { text: "contrast" }),
            h("span", { text: ends[1] }),
            slider.element
          ),
          dicePlot.element,
          h(
            "div",
            { class: "scse-title" },
            h(
              "span",
              {},
              `The ${channels} gates `,
              h("b", { class: "scse-c", text: "c" }),
              ` of the ${block}`
            )
          ),
          gatePlot.element,
          note
        )
      ),
      list.element
    );
    function drawCurves() {
      GATES.forEach((g, i) => {
        diceLines[i].setAttribute("points", points(curves[networkNow()][g]));
        diceLines[i].classList.toggle("scse-used", g === get("gates"));
      });
      dicePlot.drawing.append(diceLines[GATES.indexOf(get("gates"))]);
      const courses = gateLines.map((_, k) => course(k));
      gateLines.forEach((element, k) => {
        element.setAttribute("points", points(courses[k]));
        element.classList.toggle("scse-falls", ownChange(k) < -MOVED);
        element.classList.toggle("scse-rises", ownChange(k) > MOVED);
      });
      for (const { name, element, label } of groups) {
        const sign = name === "rises" ? 1 : -1;
        const of = courses.filter((_, k) => sign * ownChange(k) > MOVED);
        const mean = values.map(
          (_, v) => of.reduce((sum, c) => sum + c[v], 0) / of.length
        );
        element.setAttribute("points", of.length ? points(mean) : "");
        label.hidden = of.length === 0 || get("gates") !== "own";
        label.textContent = `${of.length} ${sign < 0 ? "close" : "open"}`;
        label.style.bottom = `${100 * mean[steps - 1]}%`;
      }
    }
    function summary() {
      const changes = Array.from({ length: channels }, (_, k) => ownChange(k));
      const closing = changes.filter((c) => c < -MOVED).length;
      const opening = changes.filter((c) => c > MOVED).length;
      if (get("gates") === "own" && closing + opening === 0) {
        return `From ${ends[0]} to ${ends[1]} no gate of this block changes by more than ${fixed(MOVED, 1)}.`;
      }
      return get("gates") === "own" ? `From ${ends[0]} to ${ends[1]}, ${closing} gates close and ${opening} open (by more than ${fixed(MOVED, 1)}); thick: their means.` : `The gates are those of contrast ${fixed(values[get("gates") === "first" ? 0 : steps - 1], 0)}, whatever the picture.`;
    }
    let drawn = "";
    function update() {
      const v = get("contrast");
      const n = networkNow();
      const how = get("gates");
      const now = maps[n][how][v];
      network.set(networks[n]);
      freeze.set(how);
      slider.set(v);
      contrast.set(values[v]);
      for (const g of GATES) scores[g].set(curves[n][g][v]);
      paintMap(photo, pictures[v], 0, 255, "gray");
      paint(result, now, { picture: pictures[v], width });
      score.set(curves[n][how][v]);
      list.set(dice(now, arrays.label, classes.length));
      if (drawn !== `${n} ${how}`) {
        drawn = `${n} ${how}`;
        drawCurves();
      }
      const x = 100 * v / (steps - 1);
      for (const mark2 of [diceNow, gateNow]) {
        mark2.setAttribute("x1", String(x));
        mark2.setAttribute("x2", String(x));
      }
      dot.style.left = `${x}%`;
      dot.style.bottom = `${100 * curves[n][how][v]}%`;
      reader.refresh();
      if (reading) read2(reader.at());
      else {
        picked.setAttribute("points", "");
        note.textContent = summary();
      }
      say(
        `Contrast ${fixed(values[v])}, gates ${names[
          /** @type {"own"} */
          how
        ]}: Dice ${fixed(curves[n][how][v])}.`
      );
    }
    return update;
  }
);
export {
  contrast_slider_default as default
};
