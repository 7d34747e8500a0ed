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
  withPixels(element, (pixels) => {
    for (let p = 0; p < pixels.length; p++) {
      pixels[p] = colours[Math.max(0, Math.min(255, Math.round((values[p] - low) * factor)))];
    }
  });
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
var sigmoid = (x) => 1 / (1 + Math.exp(-x));
function project(maps, weight, bias) {
  const size = maps.length / weight.length;
  const q = new Float64Array(size).fill(bias);
  for (let k = 0; k < weight.length; k++) {
    for (let p = 0; p < size; p++) q[p] += weight[k] * maps[k * size + p];
  }
  return q;
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

// src/figures/pixel_probe.js
function curve() {
  const reach = 6;
  const [width, height] = [120, 64];
  const x = (q) => (Math.max(-reach, Math.min(reach, q)) + reach) / (2 * reach) * width;
  const y = (s) => height - 4 - s * (height - 8);
  const path = Array.from({ length: 61 }, (_, i) => {
    const q = i / 60 * 2 * reach - reach;
    return `${x(q).toFixed(1)},${y(sigmoid(q)).toFixed(1)}`;
  });
  const drop = svg("line", { class: "scse-drop", y2: height });
  const dot = svg("circle", { class: "scse-dot", r: 5 });
  const element = svg(
    "svg",
    { class: "scse-curve", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    svg("line", { class: "scse-axis", x1: 0, x2: width, y1: y(0), y2: y(0) }),
    svg("line", { class: "scse-axis", x1: x(0), x2: x(0), y1: 0, y2: height }),
    svg("polyline", { points: path.join(" ") }),
    drop,
    dot
  );
  return {
    element,
    /** @param {number} q */
    set(q) {
      dot.setAttribute("cx", String(x(q)));
      dot.setAttribute("cy", String(y(sigmoid(q))));
      drop.setAttribute("x1", String(x(q)));
      drop.setAttribute("x2", String(x(q)));
      drop.setAttribute("y1", String(y(sigmoid(q))));
    }
  };
}
function balance(positive = false) {
  const fill = h("span");
  const kind = positive ? "scse-balance scse-positive" : "scse-balance";
  return {
    element: h("span", { class: kind, "aria-hidden": true }, fill),
    /** @param {number} part of the scale; beyond ±1 it is cut */
    set(part) {
      part = Math.max(-1, Math.min(1, part));
      if (positive) {
        fill.style.width = `${100 * part}%`;
        return;
      }
      fill.style.left = `${50 + 50 * Math.min(0, part)}%`;
      fill.style.width = `${50 * Math.abs(part)}%`;
      fill.classList.toggle("scse-minus", part < 0);
    }
  };
}
var position = (height, width) => (value) => Array.isArray(value) && (value.length === 0 || value.length === 2 && value.every((v, i) => Number.isInteger(v) && v >= 0 && v < [height, width][i])) ? void 0 : `must be empty or [row, column] in a map of ${height}×${width}`;
var pixel_probe_default = widget(
  "probe",
  ({ samples, shape }) => ({
    picture: index(samples.length),
    pixel: position(shape[1], shape[2])
  }),
  ({ root, manifest, arrays, get, set, say }) => {
    const { samples, shape, size: full } = manifest;
    const [channels, height, width] = shape;
    const size = height * width;
    const weight = manifest.project.weight[0];
    const bias = manifest.project.bias[0];
    const states = samples.map((_, i) => {
      const maps = arrays.maps.subarray(i * channels * size, (i + 1) * channels * size);
      const logits = project(maps, weight, bias);
      const best = logits.indexOf(range(logits)[1]);
      return {
        maps,
        logits,
        mask: logits.map(sigmoid),
        picture: arrays.images.subarray(i * full[0] * full[1], (i + 1) * full[0] * full[1]),
        best: [Math.floor(best / width), best % width]
      };
    });
    const reach = (of) => {
      const longest = states.flatMap(
        ({ maps }) => Array.from({ length: size }, (_, p) => {
          let most = 0;
          for (let k = 0; k < channels; k++)
            most = Math.max(most, Math.abs(of(maps[k * size + p], k)));
          return most;
        })
      );
      return longest.sort((x, y) => x - y)[Math.floor(0.95 * longest.length)] || 1;
    };
    const mostValue = reach((u) => u);
    const mostWeight = Math.max(...range(weight).map(Math.abs));
    const mostProduct = reach((u, k) => u * weight[k]);
    const pixelNow = () => get("pixel").length ? get("pixel") : states[get("picture")].best;
    const pictures = choice({
      label: "Picture",
      name: "picture",
      options: samples.map(({ title }, i) => ({
        value: String(i),
        label: title
      })),
      onInput: (value) => set({ picture: Number(value), pixel: [] })
    });
    pictures.element.hidden = samples.length < 2;
    const photo = canvas(full[0], full[1]);
    const mask = canvas(height, width);
    const markers = [marker(), marker()];
    const scale = colourBar("space", "mask");
    const credit = h("span");
    const place = h("span", { class: "scse-place" });
    const stacks = [photo, mask].map((element, i) => {
      const over = stack(element, markers[i].element);
      pointable(over, {
        label: ["Picture", "Spatial mask"][i],
        name: ["point-picture", "point-mask"][i],
        width,
        height,
        where: () => [pixelNow()[1], pixelNow()[0]],
        onMove: (x, y) => {
          const [row, column] = pixelNow();
          if (row !== y || column !== x) set({ pixel: [y, x] });
        }
      });
      return over;
    });
    const positive = states.every(({ maps }) => range(maps)[0] >= 0);
    const rows = Array.from({ length: channels }, (_, k) => {
      const parts = {
        value: readout(`value-${k}`, (v) => fixed(v, 3)),
        valueBar: balance(positive),
        weight: readout(`weight-${k}`, (v) => fixed(v, 3)),
        weightBar: balance(),
        product: readout(`product-${k}`, (v) => fixed(v, 3)),
        productBar: balance()
      };
      parts.weight.set(weight[k]);
      parts.weightBar.set(weight[k] / mostWeight);
      const element = h(
        "tr",
        {},
        h("th", { scope: "row", text: String(k + 1) }),
        h("td", {}, parts.valueBar.element, parts.value.element),
        h("td", {}, parts.weightBar.element, parts.weight.element),
        h("td", {}, parts.productBar.element, parts.product.element)
      );
      return { ...parts, element };
    });
    const total = readout("sum", (v) => fixed(v, 3));
    const offset = readout("bias", (v) => fixed(v, 3));
    const logit = readout("logit", (v) => fixed(v, 3));
    const gate = readout("gate", (v) => fixed(v, 3));
    const drawing = curve();
    offset.set(bias);
    const s = () => h("b", { class: "scse-s", text: "s" });
    root.append(
      h("div", { class: "scse-controls" }, pictures.element, place),
      h(
        "div",
        { class: "scse-split" },
        h(
          "div",
          { class: "scse-side" },
          panel("Picture", stacks[0], credit),
          panel(h("span", {}, "Spatial mask ", s()), stacks[1], scale.element)
        ),
        h(
          "div",
          { class: "scse-sheet" },
          h(
            "table",
            {},
            h(
              "thead",
              {},
              h(
                "tr",
                {},
                ...["channel", "value u", "weight w", "w × u"].map(
                  (text) => h("th", { scope: "col", text })
                )
              )
            ),
            h("tbody", {}, ...rows.map((row) => row.element))
          ),
          h(
            "div",
            { class: "scse-result" },
            h(
              "div",
              {},
              h("div", {}, "sum ", total.element, " + bias ", offset.element),
              h("div", {}, "logit q = ", h("strong", {}, logit.element)),
              h(
                "div",
                { class: "scse-gatevalue" },
                s(),
                " = σ(q) = ",
                h("b", { class: "scse-s" }, gate.element)
              )
            ),
            drawing.element
          )
        )
      ),
      h("p", {
        text: "Move over the picture or the mask, or focus one and step with the arrow keys."
      })
    );
    let drawn = -1;
    return function update() {
      const picture = get("picture");
      const [row, column] = pixelNow();
      const state = states[picture];
      const at = row * width + column;
      pictures.set(String(picture));
      if (picture !== drawn) {
        const [low, high] = range(state.mask);
        paintMap(photo, state.picture, 0, 255, "gray");
        paintMap(mask, state.mask, low, high, "space");
        scale.set(low, high);
        credit.textContent = samples[picture].credit ?? "";
        drawn = picture;
      }
      for (const m of markers) m.at(column, row, width, height);
      place.textContent = `Block ${manifest.block}, map of ${height}×${width}: row ${row}, column ${column}`;
      let sum = 0;
      rows.forEach(({ value, valueBar, product, productBar }, k) => {
        const u = state.maps[k * size + at];
        sum += weight[k] * u;
        value.set(u);
        valueBar.set(u / mostValue);
        product.set(weight[k] * u);
        productBar.set(weight[k] * u / mostProduct);
      });
      total.set(sum);
      logit.set(sum + bias);
      gate.set(sigmoid(sum + bias));
      drawing.set(sum + bias);
      say(
        `Row ${row}, column ${column}: logit ${fixed(sum + bias, 3)}, s ${fixed(sigmoid(sum + bias), 3)}`
      );
    };
  }
);
export {
  pixel_probe_default as default
};
