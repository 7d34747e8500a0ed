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

// src/ground/maths.js
var sigmoid = (x) => 1 / (1 + Math.exp(-x));
function linear({ weight, bias }, x) {
  return Float64Array.from(weight, (row, i) => row.reduce((sum2, w, j) => sum2 + w * x[j], bias[i]));
}
function excite(fc1, fc2, z) {
  const before = linear(fc1, z);
  const hidden = before.map((v) => Math.max(0, v));
  const logits = linear(fc2, hidden);
  return { before, hidden, logits, gates: logits.map(sigmoid) };
}

// src/ground/colours.js
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
var numbers = (n, low, high) => (value) => Array.isArray(value) && (value.length === 0 || value.length === n && value.every((v) => typeof v === "number" && v >= low && v <= high)) ? void 0 : `must be empty or ${n} numbers between ${low} and ${high}`;

// src/figures/squeeze_excite.js
function wires(from, to) {
  const lines = Array.from(
    { length: to },
    (_, j) => Array.from(
      { length: from },
      (_2, i) => svg("line", {
        x1: 0,
        x2: 100,
        y1: 100 * (i + 0.5) / from,
        y2: 100 * (j + 0.5) / to,
        "vector-effect": "non-scaling-stroke"
      })
    )
  );
  const element = svg(
    "svg",
    {
      class: "scse-wires",
      viewBox: "0 0 100 100",
      preserveAspectRatio: "none",
      "aria-hidden": "true"
    },
    ...lines.flat()
  );
  return {
    element,
    /**
     * Width by the size of what flows, dashes where it is negative.
     * @param {number[][]} weight @param {ArrayLike<number>} x
     * @param {(j: number, i: number) => boolean} lit
     */
    set(weight, x, lit) {
      const flows = weight.map((row) => row.map((w, i) => w * x[i]));
      const most = Math.max(1e-9, ...flows.flat().map(Math.abs));
      lines.forEach(
        (row, j) => row.forEach((line, i) => {
          const part = Math.abs(flows[j][i]) / most;
          line.setAttribute("stroke-width", (0.4 + 4 * part).toFixed(2));
          line.setAttribute("class", lit(j, i) ? "scse-lit" : "");
          if (flows[j][i] < 0) line.setAttribute("stroke-dasharray", "5 3");
          else line.removeAttribute("stroke-dasharray");
        })
      );
    }
  };
}
function sum(weights, values, bias) {
  const parts = weights.map(
    (w, i) => h("span", { class: "scse-term" }, `${fixed(w, 3)} × ${fixed(values[i], 3)}`)
  );
  return [
    ...parts.flatMap((part) => [part, " + "]),
    h("span", { class: "scse-term", text: fixed(bias, 3) })
  ];
}
var squeeze_excite_default = widget(
  "excite",
  ({ samples, channels, range }) => ({
    picture: index(samples.length),
    z: numbers(channels, range[0], range[1])
  }),
  ({ root, manifest, arrays, get, set, say }) => {
    const { samples, channels, side, fc1, fc2, range } = manifest;
    const hiddenUnits = fc1.bias.length;
    const zNow = () => get("z").length ? get("z") : manifest.z[get("picture")];
    let subject = { kind: "gate", index: 0 };
    const pictures = choice({
      label: "Picture",
      name: "picture",
      options: samples.map(({ title }, i) => ({
        value: String(i),
        label: title
      })),
      onInput: (value) => set({ picture: Number(value), z: [] })
    });
    pictures.element.hidden = samples.length < 2;
    const reset = button("Reset", "reset", () => set({ z: [] }));
    function explain(next) {
      subject = next;
      update();
    }
    function node(what, ...children) {
      const element = h(
        "button",
        {
          type: "button",
          class: `scse-node scse-${what.kind}`,
          "data-name": `${what.kind}-node-${what.index}`
        },
        ...children
      );
      for (const event of ["pointerenter", "focus", "click"]) {
        element.addEventListener(event, () => explain(what));
      }
      return element;
    }
    const inputs = Array.from({ length: channels }, (_, k) => {
      const thumb = canvas(side, side);
      const value = readout(`z-${k}`);
      const slider = bar({
        label: `Mean of channel ${k + 1}`,
        name: `z-bar-${k}`,
        kind: "plain",
        min: range[0],
        max: range[1],
        step: (range[1] - range[0]) / 20,
        onInput: (v) => set({ z: zNow().map((z, i) => i === k ? v : z) })
      });
      const name = h("span", { class: "scse-index", "aria-hidden": true, text: String(k + 1) });
      return {
        thumb,
        value,
        slider,
        row: h("div", { class: "scse-row" }, name, thumb, slider.element, value.element)
      };
    });
    const hidden = Array.from({ length: hiddenUnits }, (_, j) => {
      const value = readout(`hidden-${j}`);
      return { value, row: node({ kind: "hidden", index: j }, value.element) };
    });
    const gates = Array.from({ length: channels }, (_, k) => {
      const logit = readout(`logit-${k}`);
      const gate = readout(`gate-${k}`, (v) => fixed(v, 3));
      const fill = h("span", { class: "scse-level", "aria-hidden": true });
      const row = node(
        { kind: "gate", index: k },
        logit.element,
        h("span", { class: "scse-gauge" }, fill),
        gate.element
      );
      return { logit, gate, fill, row };
    });
    const first = wires(channels, hiddenUnits);
    const second = wires(hiddenUnits, channels);
    const formula = h("div", { class: "scse-sum", "data-name": "sum" });
    const explained = readout("explained", (v) => fixed(v, 3));
    const column = (name, ...head) => (...rows) => h(
      "div",
      { class: `scse-column scse-${name}` },
      h("div", { class: "scse-head" }, ...head),
      h("div", { class: "scse-rows" }, ...rows)
    );
    const c = () => h("b", { class: "scse-c", text: "c" });
    root.append(
      h("div", { class: "scse-controls" }, pictures.element, reset),
      h(
        "div",
        { class: "scse-network" },
        column("inputs", "maps U → means z")(...inputs.map(({ row }) => row)),
        column("wiring", "fc1")(first.element),
        column("units", "ReLU")(...hidden.map(({ row }) => row)),
        column("wiring", "fc2")(second.element),
        column("outputs", "logits → σ → gates ", c())(...gates.map(({ row }) => row))
      ),
      formula,
      h("p", {
        text: "Drag a mean; point at a hidden unit or a gate to see its sum. Thick lines carry much, dashed lines subtract. Each map is drawn from 0 to its own maximum."
      })
    );
    root.style.setProperty("--rows", String(channels));
    let drawn = -1;
    function update() {
      const picture = get("picture");
      const z = zNow();
      const steps = excite(fc1, fc2, z);
      const own = excite(fc1, fc2, manifest.z[picture]);
      pictures.set(String(picture));
      inputs.forEach(({ thumb, value: value2, slider }, k) => {
        if (picture !== drawn) {
          const start = (picture * channels + k) * side * side;
          paintMap(
            thumb,
            arrays.thumbnails.subarray(start, start + side * side),
            0,
            255,
            "feature"
          );
        }
        value2.set(z[k]);
        slider.set(z[k]);
        slider.setHome(manifest.z[picture][k]);
      });
      drawn = picture;
      hidden.forEach(({ value: value2, row }, j) => {
        value2.set(steps.hidden[j]);
        row.setAttribute("aria-label", `Hidden unit ${j + 1}: ${fixed(steps.hidden[j])}`);
        row.classList.toggle("scse-silent", steps.hidden[j] === 0);
      });
      gates.forEach(({ logit, gate, fill, row }, k) => {
        logit.set(steps.logits[k]);
        gate.set(steps.gates[k]);
        row.setAttribute("aria-label", `Gate ${k + 1}: ${fixed(steps.gates[k], 3)}`);
        fill.style.width = `${100 * steps.gates[k]}%`;
        row.style.setProperty("--home", `${100 * own.gates[k]}%`);
      });
      const { kind, index: at } = subject;
      for (const [which, rows] of Object.entries({ hidden, gate: gates })) {
        rows.forEach(
          ({ row }, i) => row.classList.toggle("scse-shown", which === kind && i === at)
        );
      }
      first.set(fc1.weight, z, (j) => kind === "hidden" && j === at);
      second.set(fc2.weight, steps.hidden, (k) => kind === "gate" && k === at);
      const value = kind === "gate" ? steps.gates[at] : steps.hidden[at];
      explained.set(value);
      if (kind === "gate") {
        formula.replaceChildren(
          h(
            "div",
            {},
            `logit ${at + 1} = `,
            ...sum(fc2.weight[at], steps.hidden, fc2.bias[at]),
            ` = ${fixed(steps.logits[at], 3)}`
          ),
          h(
            "div",
            {},
            `gate ${at + 1} = σ(${fixed(steps.logits[at], 3)}) = 1 / (1 + e`,
            h("sup", { text: fixed(-steps.logits[at], 3) }),
            ") = ",
            h("b", { class: "scse-c" }, explained.element)
          )
        );
      } else {
        formula.replaceChildren(
          h("div", {}, `hidden ${at + 1} = ReLU( `, ...sum(fc1.weight[at], z, fc1.bias[at]), " )"),
          h("div", {}, `= ReLU(${fixed(steps.before[at], 3)}) = `, h("b", {}, explained.element))
        );
      }
      say(`${kind} ${at + 1} is ${fixed(value, 3)}`);
    }
    return update;
  }
);
export {
  squeeze_excite_default as default
};
