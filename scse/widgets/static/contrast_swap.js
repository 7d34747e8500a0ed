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
var changed = "#ff3d9a";
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
function scoreboard(suffix = "") {
  const dice2 = readout(`dice${suffix}`);
  const changed2 = readout(`changed${suffix}`, (v) => count(v));
  const loss = h("span", { class: "scse-loss" });
  const changes = h("div", { class: "scse-changes" }, changed2.element);
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
    set(score, own, pixels, of) {
      dice2.set(score);
      changed2.set(pixels);
      total.textContent = count(of);
      const difference = Number((score - own).toFixed(2));
      loss.textContent = difference ? (difference < 0 ? "▼ " : "▲ ") + fixed(Math.abs(difference)) : "";
      loss.classList.toggle("scse-worse", difference < 0);
      changes.classList.toggle("scse-any", pixels > 0);
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
function differences(a, b) {
  let count2 = 0;
  for (let p = 0; p < a.length; p++) if (a[p] !== b[p]) count2++;
  return count2;
}
var blend = (a, b, t) => Float64Array.from(a, (v, k) => (1 - t) * v + t * b[k]);
function nearest(values, x) {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    if (Math.abs(values[i] - x) < Math.abs(values[best] - x)) best = i;
  }
  return best;
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
    function changed2() {
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
        changed2();
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
    for (const trait of Object.keys(rules)) model.on(`change:${trait}`, changed2);
    root.setAttribute("data-ready", "");
    return () => {
      gone.abort();
      for (const trait of Object.keys(rules)) model.off(`change:${trait}`, changed2);
      cancelAnimationFrame(frame);
      clearTimeout(saving);
      voice.stop();
    };
  }
  return { render };
}

// src/figures/contrast_swap.js
var FINE = 4;
var PACE = 150;
var contrast_swap_default = widget(
  "swap",
  ({ blends }) => ({
    blend: (value) => typeof value === "number" && Math.abs(blends[nearest(blends, value)] - value) < 1e-4 ? void 0 : `must be one of ${blends.map((b) => fixed(b)).join(", ")}`
  }),
  ({ root, manifest, arrays, get, set, say }) => {
    const { titles, classes, block, blends, order } = manifest;
    const [height, width] = manifest.shape;
    const size = height * width;
    const channels = order.length;
    const last = blends.length - 1;
    const paint = classPainter(
      classes.map((k) => k.colour),
      changed
    );
    const own = [0, 1].map((i) => arrays.gates.subarray(i * channels, (i + 1) * channels));
    const pictures = [0, 1].map((i) => arrays.images.subarray(i * size, (i + 1) * size));
    const mapOf = (i, step) => {
      const start = (i * blends.length + step) * size;
      return arrays.maps.subarray(start, start + size);
    };
    const stepNow = () => nearest(blends, get("blend"));
    const gatesAt = (step) => [0, 1].map((i) => blend(own[i], own[1 - i], blends[step]));
    const ownDice = [0, 1].map((i) => meanDice(mapOf(i, 0), arrays.label, classes.length));
    const columns = [0, 1].map((i) => {
      const photo = canvas(height, width, `The ${titles[i]} picture`);
      const result = canvas(height * FINE, width * FINE, "Its segmentation");
      const score = scoreboard(`-${i}`);
      const list = classList(classes, `-${i}`);
      const key = h("span", { class: `scse-key scse-key-${i}`, "aria-hidden": true });
      paintMap(photo, pictures[i], 0, 255, "gray");
      score.element.querySelector(".scse-changes")?.prepend(h("span", { class: "scse-changekey", "aria-hidden": true }));
      const element = h(
        "section",
        { class: "scse-twin", "aria-label": titles[i] },
        h("div", { class: "scse-title" }, key, titles[i]),
        photo,
        result,
        score.element,
        list.element
      );
      return { result, score, list, element };
    });
    const gatePlot = plot("gate");
    const gaps = Array.from(own[0], (gate, k) => Math.abs(gate - own[1][k]));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / channels;
    const dots = order.map((k, j) => {
      const left = `${100 * (j + 0.5) / channels}%`;
      const stem = h("span", { class: "scse-stem" });
      stem.style.left = left;
      stem.style.bottom = `${100 * Math.min(own[0][k], own[1][k])}%`;
      stem.style.height = `${100 * gaps[k]}%`;
      const pair = [0, 1].map((i) => {
        const dot = h("span", { class: `scse-gatedot scse-key-${i}` });
        dot.style.left = left;
        return dot;
      });
      gatePlot.area.append(stem, ...pair);
      return { k, pair };
    });
    const values = [0, 1].map((i) => readout(`gate-${i}`, (v) => fixed(v, 3)));
    const note = h("p", { class: "scse-hint" });
    const most = fixed(Math.max(...gaps));
    const summary = `Between the two pictures a gate moves by ${fixed(mean)} on average, by ${most} at most. Point at one to read it.`;
    note.textContent = summary;
    const describe = (j) => {
      const now = gatesAt(stepNow()).map((gates) => fixed(gates[order[j]], 3));
      return `channel ${order[j] + 1}: ${titles[0]} ${now[0]}, ${titles[1]} ${now[1]}`;
    };
    function read2(j) {
      const now = gatesAt(stepNow());
      values.forEach((value, i) => value.set(now[i][order[j]]));
      note.replaceChildren(`channel ${order[j] + 1}: `);
      titles.forEach((title, i) => {
        note.append(
          i ? ", " : "",
          `${title} gets `,
          h("b", { class: "scse-c" }, values[i].element)
        );
      });
      if (stepNow()) note.append(` (own ${own.map((g) => fixed(g[order[j]], 3)).join(", ")})`);
    }
    const picked = h("div", { class: "scse-picked", hidden: true });
    picked.style.width = `${100 / channels}%`;
    gatePlot.area.append(picked);
    const reader = readable(gatePlot.area, {
      label: `The ${channels} gates of ${block}, sorted by what the contrast does to them`,
      name: "point-gates",
      count: channels,
      locate: (x) => Math.floor(x * channels),
      describe,
      onMove(j) {
        picked.hidden = false;
        picked.style.left = `${100 * j / channels}%`;
        read2(j);
      },
      onLeave: () => picked.hidden = true
    });
    const slider = bar({
      label: "Whose gates: from own to the other picture’s",
      name: "blend",
      max: last,
      step: 1,
      snap: true,
      format: (step) => `${Math.round(100 * blends[step])} % of the other picture’s gates`,
      onInput: go
    });
    slider.setHome(0);
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    let walking;
    function go(step) {
      clearTimeout(walking);
      set({ blend: blends[step] });
    }
    function walk(goal) {
      clearTimeout(walking);
      const step = stepNow();
      if (step === goal || !root.isConnected) return;
      if (calm.matches) return go(goal);
      set({ blend: blends[step + Math.sign(goal - step)] });
      walking = setTimeout(() => walk(goal), PACE);
    }
    let swapped = false;
    const swap = button("", "swap", () => walk(swapped ? 0 : last));
    swap.classList.add("scse-primary");
    const reset = button("Reset", "reset", () => go(0));
    root.append(
      h(
        "div",
        { class: "scse-controls" },
        swap,
        h(
          "div",
          { class: "scse-labelled" },
          h("span", { text: "own" }),
          slider.element,
          h("span", { text: "the other’s" })
        ),
        reset
      ),
      h("div", { class: "scse-twins" }, ...columns.map((column) => column.element)),
      h(
        "div",
        { class: "scse-gatesof" },
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
        h(
          "div",
          { class: "scse-keys" },
          ...[0, 1].map(
            (i) => h(
              "span",
              {},
              h("span", { class: `scse-key scse-key-${i}`, "aria-hidden": true }),
              `for ${titles[i]}`
            )
          )
        ),
        gatePlot.element,
        h(
          "div",
          { class: "scse-sorted", "aria-hidden": true },
          h("span", { text: `open for ${titles[0]}` }),
          h("span", { text: "sorted by change" }),
          h("span", { text: `open for ${titles[1]}` })
        ),
        note
      )
    );
    return function update() {
      const step = stepNow();
      const used = gatesAt(step);
      slider.set(step);
      swapped = step > last / 2;
      swap.textContent = swapped ? "Give them back" : `Swap the ${channels} gates`;
      const spoken = columns.map(({ result, score, list }, i) => {
        const now = mapOf(i, step);
        const scored = meanDice(now, arrays.label, classes.length);
        const pixels = differences(now, mapOf(i, 0));
        const before = mapOf(i, 0);
        const outline = now.map(
          (code, p) => Number(code !== before[p])
        );
        paint(result, now, { picture: pictures[i], width, outline });
        score.set(scored, ownDice[i], pixels, manifest.pixels);
        list.set(dice(now, arrays.label, classes.length));
        return `${titles[i]}: Dice ${fixed(scored)}, own ${fixed(ownDice[i])}, ${pixels} pixels changed`;
      });
      for (const { k, pair } of dots) {
        pair.forEach((dot, i) => {
          dot.style.bottom = `${100 * used[i][k]}%`;
        });
      }
      reader.refresh();
      if (note.textContent !== summary) read2(reader.at());
      say(`${Math.round(100 * blends[step])} % of the other’s gates. ${spoken.join(". ")}.`);
    };
  }
);
export {
  contrast_swap_default as default
};
