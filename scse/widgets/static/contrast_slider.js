// Built from js/src by `npm run build`: edit there.

// src/dom.js
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

// src/controls.js
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
    follow(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (element.hasPointerCapture(event.pointerId)) follow(event);
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
    { class: "scse-choice", "data-name": name, onsubmit: (e) => e.preventDefault() },
    h(
      "fieldset",
      {},
      h("legend", { class: hidden ? "scse-unseen" : void 0, text: label }),
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
  return h("button", { type: "button", class: "scse-button", "data-name": name, onclick: onClick, text: label });
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

// src/colours.json
var colours_default = {
  gray: ["#000000", "#ffffff"],
  feature: ["#440154", "#48186a", "#472d7b", "#424086", "#3b528b", "#33638d", "#2c728e", "#26828e", "#21918c", "#1fa088", "#28ae80", "#3fbc73", "#5ec962", "#84d44b", "#addc30", "#d8e219", "#fde725"],
  channel: ["#170c09", "#301003", "#431700", "#542201", "#652e02", "#773a01", "#884706", "#9a5503", "#ab6307", "#bd7209", "#ce810a", "#db942d", "#e2a855", "#e9bc79", "#eecf9e", "#f3e3c5", "#fbf4e6"],
  space: ["#0c0f18", "#0e1933", "#0e2350", "#0a2f6b", "#013c83", "#044c93", "#055ca4", "#076cb6", "#0a7cc7", "#0c8dd9", "#269ee5", "#45afed", "#64bff3", "#84cff7", "#a6ddf9", "#caebfa", "#e8f8ff"]
};

// src/paint.js
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
  Object.fromEntries(Object.entries(colours_default).map(([name, stops]) => [name, table(stops)]))
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
function classPainter(palette) {
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
  const line2 = word([255, 255, 255]);
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

// src/figure.js
var panel = (title, body, ...below) => h(
  "div",
  { class: "scse-panel" },
  h("div", { class: "scse-title" }, title),
  body,
  h("div", { class: "scse-below" }, ...below)
);
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

// src/maths.js
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

// src/plot.js
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

// src/unpack.js
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
  async function render({ model, el }) {
    const root = h("div", { class: `scse-widget scse-${name}` });
    const message = h("p", { class: "scse-message", role: "alert", hidden: true });
    const voice = announcer();
    el.append(h("div", { class: "scse" }, message, root, voice.element));
    const manifest = model.get("manifest");
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
        const problem = check(value);
        if (problem === void 0) valid[trait] = value;
        else problems.push(`${trait} ${problem}, got ${JSON.stringify(value)}.`);
      }
      message.hidden = problems.length === 0;
      message.textContent = problems.join(" ");
      for (const trait of Object.keys(rules)) {
        if (!(trait in valid)) valid[trait] = manifest.defaults[trait];
      }
    }
    let frame = 0;
    let update = () => {
    };
    function changed() {
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
        for (const [trait, value] of Object.entries(changes)) model.set(trait, value);
        changed();
        clearTimeout(saving);
        saving = setTimeout(() => model.save_changes(), 120);
      },
      say: voice.say
    };
    validate();
    update = build(context);
    update();
    for (const trait of Object.keys(rules)) model.on(`change:${trait}`, changed);
    root.setAttribute("data-ready", "");
    return () => {
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

// src/contrast_slider.js
var FINE = 4;
var FREEZE = ["own", "first", "last"];
var contrast_slider_default = widget(
  "slider-figure",
  ({ values, networks }) => ({
    contrast: index(values.length),
    network: index(networks.length),
    freeze: oneOf(FREEZE)
  }),
  ({ root, manifest, arrays, get, set, say }) => {
    const { values, networks, ends, classes, channels, mix: mix2, block } = manifest;
    const [height, width] = manifest.size;
    const size = height * width;
    const steps = values.length;
    const paint = classPainter(classes.map((k) => k.colour));
    function map(n, freeze2, v) {
      const at = (n * FREEZE.length + FREEZE.indexOf(freeze2)) * steps + v;
      return arrays.maps.subarray(at * size, (at + 1) * size);
    }
    const gates = (n, v) => arrays.gates.subarray((n * steps + v) * channels, (n * steps + v + 1) * channels);
    const source = (freeze2, v) => ({ own: v, first: 0, last: steps - 1 })[freeze2] ?? v;
    const scores = networks.map(
      (_, n) => Object.fromEntries(
        FREEZE.map((freeze2) => [
          freeze2,
          values.map(
            (_2, v) => meanDice(map(n, freeze2, v), arrays.label, classes.length)
          )
        ])
      )
    );
    const grey = values.map(
      (_, v) => Uint8Array.from({ length: size }, (_2, p) => {
        let sum = 0;
        for (let r = 0; r < mix2[v].length; r++) sum += mix2[v][r] * arrays.planes[r * size + p];
        return Math.max(0, Math.min(255, Math.round(sum)));
      })
    );
    const photo = canvas(height, width);
    const result = canvas(height * FINE, width * FINE);
    const score = readout("dice");
    const list = classList(classes);
    const contrast = readout("contrast");
    const network = choice({
      label: "Network",
      name: "network",
      options: networks.map((label, i) => ({ value: String(i), label })),
      onInput: (value) => set({ network: Number(value) })
    });
    network.element.hidden = networks.length < 2;
    const freeze = choice({
      label: `Gates of ${block}`,
      name: "freeze",
      options: [
        { value: "own", label: "own" },
        { value: "first", label: `held at ${ends[0]}` },
        { value: "last", label: `held at ${ends[1]}` }
      ],
      onInput: (value) => set({ freeze: value })
    });
    const reset = button("Reset", "reset", () => set({ contrast: 0, freeze: "own" }));
    const slider = bar({
      label: "Contrast",
      name: "contrast",
      kind: "plain",
      min: 0,
      max: steps - 1,
      step: 1,
      snap: true,
      format: (v) => `contrast ${fixed(values[v])}`,
      onInput: (v) => set({ contrast: v })
    });
    const gatePlot = plot(`The ${channels} gates of ${block} against contrast`, "gate c");
    const gateLines = Array.from({ length: channels }, () => polyline("scse-gateline"));
    const gateNow = line(0, 0, 0, 100, "scse-now");
    gatePlot.drawing.append(...gateLines, gateNow);
    const dicePlot = plot("Dice against contrast", "Dice");
    const diceLines = FREEZE.map((name) => ({ name, element: polyline("scse-diceline") }));
    const diceNow = line(0, 0, 0, 100, "scse-now");
    dicePlot.drawing.append(...diceLines.map((l) => l.element), diceNow);
    const dot = h("span", { class: "scse-dicedot" });
    dicePlot.area.append(dot);
    for (const { area } of [gatePlot, dicePlot]) {
      const follow = (event) => {
        const box = area.getBoundingClientRect();
        const v = Math.round((event.clientX - box.left) / box.width * (steps - 1));
        set({ contrast: Math.max(0, Math.min(steps - 1, v)) });
      };
      area.classList.add("scse-scrub");
      area.addEventListener("pointerdown", (event) => {
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
        { class: "scse-split scse-contrast" },
        h(
          "div",
          { class: "scse-side" },
          panel(h("span", {}, "Contrast ", contrast.element), photo),
          panel(h("span", { class: "scse-dice" }, "Dice ", score.element), result)
        ),
        h(
          "div",
          { class: "scse-plots" },
          h("div", { class: "scse-title" }, h("span", {}, `${channels} channel gates `, h("b", { class: "scse-c", text: "c" }), ` of ${block}`)),
          gatePlot.element,
          h("div", { class: "scse-title", text: "Dice" }),
          dicePlot.element,
          h("div", { class: "scse-axislabel" }, slider.element, h("div", { class: "scse-ends" }, h("span", { text: ends[0] }), h("span", { text: "contrast" }), h("span", { text: ends[1] })))
        )
      ),
      list.element,
      h("p", {
        text: `Thin lines: the other two ways to set the gates.${manifest.credit ? ` Picture: ${manifest.credit}.` : ""}`
      })
    );
    let drawn = "";
    return function update() {
      const v = get("contrast");
      const n = get("network");
      const how = get("freeze");
      network.set(String(n));
      freeze.set(how);
      slider.set(v);
      contrast.set(values[v]);
      paintMap(photo, grey[v], 0, 255, "gray");
      const now = map(n, how, v);
      paint(result, now, { picture: grey[v], width });
      const value = scores[n][how][v];
      score.set(value);
      list.set(dice(now, arrays.label, classes.length));
      if (drawn !== `${n} ${how}`) {
        drawn = `${n} ${how}`;
        gateLines.forEach(
          (element, k) => element.setAttribute(
            "points",
            points(values.map((_, i) => gates(n, source(how, i))[k]))
          )
        );
        for (const { name, element } of diceLines) {
          element.setAttribute("points", points(scores[n][name]));
          element.classList.toggle("scse-used", name === how);
        }
      }
      const x = 100 * v / (steps - 1);
      for (const mark of [gateNow, diceNow]) {
        mark.setAttribute("x1", String(x));
        mark.setAttribute("x2", String(x));
      }
      dot.style.left = `${x}%`;
      dot.style.bottom = `${100 * value}%`;
      say(`Contrast ${fixed(values[v])}: Dice ${fixed(value)}`);
    };
  }
);
export {
  contrast_slider_default as default
};
