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
var signed = (value, digits = 2) => (value < 0 ? "" : "+") + fixed(value, digits);
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

// src/figures/explorer/overrule.js
var MODES = ["own", "off", "mean", "invert", "input"];
var place = (name) => name.replace(/#\d+$/, "");
var meddles = (rule) => rule !== void 0 && (rule.mode !== "own" || Object.keys(rule.set ?? {}).length > 0);
function mean(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return values.length ? sum / values.length : 0;
}
function changeOf(rule, { own, off, other }) {
  if (!rule || !meddles(rule)) return void 0;
  let keep = 0;
  let value = 0;
  const given = rule.mode === "input" ? other(rule.input ?? 0) : void 0;
  if (rule.mode === "off") value = off;
  else if (rule.mode === "mean") value = mean(own);
  else if (rule.mode === "invert") [keep, value] = [-1, 1];
  else if (given) value = Float32Array.from(given);
  else keep = 1;
  const set = Object.entries(rule.set ?? {});
  if (set.length) {
    const filled = (v) => typeof v === "number" ? new Float32Array(own.length).fill(v) : v;
    keep = filled(keep);
    value = filled(value);
    for (const [k, v] of set) {
      keep[Number(k)] = 0;
      value[Number(k)] = v;
    }
  }
  return { keep, value };
}
function used(own, change) {
  if (!change) return Float64Array.from(own);
  const { keep, value } = change;
  const at = (v, i) => typeof v === "number" ? v : v[i];
  return Float64Array.from(own, (gate, i) => at(keep, i) * gate + at(value, i));
}
function withRule(overrule, block, branch, rule) {
  const name = place(block);
  const branches = { ...overrule[name], [branch]: rule };
  if (!meddles(rule)) delete branches[branch];
  const next = { ...overrule, [name]: branches };
  if (!Object.keys(branches).length) delete next[name];
  return next;
}
function problem(value, names) {
  if (!value || typeof value !== "object") return "must be an object";
  const known = new Set(names.map(place));
  for (const [name, branches] of Object.entries(value)) {
    if (!known.has(name)) return `names a block ${JSON.stringify(name)} that is not there`;
    for (const [branch, rule] of Object.entries(branches ?? {})) {
      if (branch !== "channel" && branch !== "spatial") return "has branches channel and spatial";
      if (!MODES.includes(rule?.mode)) return `has the modes ${MODES.join(", ")}`;
    }
  }
  return void 0;
}

// src/figures/explorer/result.js
function flat({ shape, data }, part) {
  if (shape.length === 2) return { channels: shape[0], height: 1, width: shape[1], data };
  if (shape.length === 3) {
    return { channels: shape[0], height: shape[1], width: shape[2], data };
  }
  const [channels, depth, height, width] = shape;
  const size = height * width;
  const at = Math.min(depth - 1, Math.floor(part * depth));
  const cut = new Float32Array(channels * size);
  for (let k = 0; k < channels; k++) {
    const start = (k * depth + at) * size;
    cut.set(data.subarray(start, start + size), k * size);
  }
  return { channels, height, width, data: cut };
}
function resultOf(output, { kind, threshold }, part) {
  if (kind !== "map") return { data: output.data, height: 1, width: output.data.length };
  const { channels, height, width, data } = flat(output, part);
  const size = height * width;
  const classes = new Uint8Array(size);
  for (let p = 0; p < size; p++) {
    if (channels === 1) {
      classes[p] = data[p] > (threshold ?? 0) ? 1 : 0;
      continue;
    }
    for (let k = 1; k < channels; k++) {
      if (data[k * size + p] > data[classes[p] * size + p]) classes[p] = k;
    }
  }
  return { data: classes, height, width };
}
function distance(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i]);
  return a.length ? sum / a.length : 0;
}
function shares(values) {
  const all = Array.from(values);
  const sum = all.reduce((a, b) => a + b, 0);
  if (all.every((v) => v >= 0) && Math.abs(sum - 1) < 1e-3) return all;
  const top2 = Math.max(...all);
  const powers = all.map((v) => Math.exp(v - top2));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((v) => v / total);
}
var top = (values) => {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k] > values[best]) best = k;
  return best;
};

// src/figures/explorer/asker.js
var KEPT = 24;
var PORTION = 64;
var POLL = 4;
var Short = class extends Map {
  /** @param {string} key @param {V} value */
  set(key, value) {
    this.delete(key);
    super.set(key, value);
    if (this.size > KEPT) this.delete(this.keys().next().value);
    return this;
  }
};
var keyOf = ({ picture, slice, overrule }) => JSON.stringify([picture, slice ?? null, overrule]);
var placeOf = ({ picture, slice }) => `${picture}|${slice ?? ""}`;
function mapsKey({ picture, slice, overrule, block }) {
  const others = { ...overrule };
  if (!block.includes("#")) delete others[block];
  return JSON.stringify([picture, slice ?? null, block, others]);
}
function asker({ queue, gates, middle, onAnswer, onFailure, onProgress }) {
  const own = new Short();
  const pictures = new Short();
  const whole = /* @__PURE__ */ new Map();
  const maps = /* @__PURE__ */ new Map();
  let now;
  async function run(request) {
    const answer = await queue.run(request, onProgress);
    onProgress(void 0);
    if (answer) onFailure("");
    return answer;
  }
  function keepMaps(scene, answer, asked) {
    const sent = answer.blocks[scene.block]?.maps;
    if (!sent) return;
    const key = mapsKey(scene);
    const [height, width] = sent.shape.slice(1);
    const found = maps.get(key) ?? /* @__PURE__ */ new Map();
    asked.forEach((k, at) => {
      const data = sent.data.subarray(at * height * width, (at + 1) * height * width);
      found.set(k, { data, height, width });
    });
    maps.delete(key);
    maps.set(key, found);
    if (maps.size > 3) maps.delete(
      /** @type {string} */
      maps.keys().next().value
    );
  }
  const absent = (scene) => scene.channels.filter((k) => !maps.get(mapsKey(scene))?.has(k));
  async function ownAnswer(scene) {
    const known = own.get(placeOf(scene));
    if (known) return known;
    const answer = await run({ image: { stored: scene.picture }, slice: scene.slice });
    if (answer) own.set(placeOf(scene), answer);
    return answer;
  }
  let latest;
  async function fetchAll(scene) {
    latest = scene;
    for (const { spatial } of Object.values(scene.overrule)) {
      if (spatial?.mode !== "input" || whole.has(spatial.input ?? 0)) continue;
      const answer2 = await run({ image: { stored: spatial.input ?? 0 } });
      if (!answer2) return;
      whole.set(spatial.input ?? 0, answer2.blocks);
    }
    if (scene.slice !== void 0 && scene.slice !== middle && !pictures.has(placeOf(scene))) {
      const answer2 = await run({
        network: "pictures",
        image: { stored: scene.picture },
        slice: scene.slice
      });
      if (!answer2) return;
      const [count2, height, width] = answer2.output.shape;
      const planes = Array.from({ length: count2 }, (_, i) => ({
        data: answer2.output.data.subarray(i * height * width, (i + 1) * height * width),
        height,
        width
      }));
      pictures.set(placeOf(scene), planes);
    }
    const key = keyOf(scene);
    const changed = Object.keys(scene.overrule).length > 0;
    if (changed && !await ownAnswer(scene)) return;
    if (scene !== latest) return;
    const asked = absent(scene);
    if (now?.key === key && !asked.length && !queue.busy) return onFailure("");
    const answer = await run({
      image: { stored: scene.picture },
      slice: scene.slice,
      gates: changed ? gates(scene) : void 0,
      maps: asked.length ? { [scene.block]: asked } : void 0
    });
    if (!answer) return;
    if (!changed) own.set(placeOf(scene), answer);
    keepMaps(scene, answer, asked);
    now = { key, place: placeOf(scene), answer };
    onAnswer();
  }
  async function free(signal) {
    while (queue.busy && !signal.aborted) await new Promise((done) => setTimeout(done, POLL));
  }
  return {
    /** The answer of the last run, if it was for this input and slice. @param {Scene} scene */
    now: (scene) => now?.place === placeOf(scene) ? now.answer : void 0,
    /** Is the output that of this scene? @param {Scene} scene */
    fresh: (scene) => now?.key === keyOf(scene),
    /** @param {Scene} scene */
    own: (scene) => own.get(placeOf(scene)),
    /** @param {Scene} scene */
    picture: (scene) => pictures.get(placeOf(scene)),
    /** @param {Scene} scene */
    maps: (scene) => maps.get(mapsKey(scene)),
    /** @param {number} input */
    whole: (input) => whole.get(input),
    /** @param {Scene} scene */
    ask: (scene) => void fetchAll(scene).catch((error) => {
      onProgress(void 0);
      onFailure(error.message);
      onAnswer();
    }),
    /**
     * The change of the output when each gate in turn is 0, everything else being the network's
     * own. In the background: a request of the reader's goes first.
     * @param {Scene} scene @param {number} channels @param {AbortSignal} signal
     * @param {(effect: Float64Array, done: number) => void} onStep
     */
    async effects(scene, channels, signal, onStep) {
      const effect = new Float64Array(channels).fill(NaN);
      for (let k = 0; k < channels && !signal.aborted; ) {
        await free(signal);
        if (signal.aborted) break;
        const before = own.get(placeOf(scene)) ?? await ownAnswer(scene);
        if (!before) continue;
        await free(signal);
        if (signal.aborted) break;
        const keep = new Float32Array(channels).fill(1);
        keep[k] = 0;
        const answer = await queue.run({
          image: { stored: scene.picture },
          slice: scene.slice,
          gates: { [place(scene.block)]: { channel: { keep, value: 0 } } }
        });
        if (!answer) continue;
        effect[k] = distance(before.output.data, answer.output.data);
        k += 1;
        onStep(effect, k / channels);
      }
      return signal.aborted ? void 0 : effect;
    },
    /**
     * The maps of all channels, in portions.
     * @param {Scene} scene @param {number} channels @param {AbortSignal} signal
     * @param {(done: number) => void} onStep
     */
    async allMaps(scene, channels, signal, onStep) {
      const every = { ...scene, channels: Array.from({ length: channels }, (_, k) => k) };
      for (let left = absent(every); left.length && !signal.aborted; left = absent(every)) {
        await free(signal);
        if (signal.aborted) break;
        const asked = left.slice(0, PORTION);
        const changed = Object.keys(scene.overrule).length > 0;
        const answer = await queue.run({
          image: { stored: scene.picture },
          slice: scene.slice,
          gates: changed ? gates(scene) : void 0,
          maps: { [scene.block]: asked }
        });
        if (answer && !answer.blocks[scene.block]?.maps) throw new Error("This block has no maps.");
        if (answer) keepMaps(scene, answer, asked);
        onStep(1 - left.length / channels);
      }
      return signal.aborted ? void 0 : maps.get(mapsKey(scene));
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
  const line = word(rgb(outlineColour));
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
            for (let j = start + fine - 1; j < end; j += row) pixels[j] = line;
          }
          if (outline && y + 1 < height && outline[p] !== outline[p + width]) {
            pixels.fill(line, end - row, end - row + fine);
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

// src/figures/explorer/stored.js
function stored(manifest, arrays) {
  function plane(name) {
    const entry = manifest.arrays[name];
    if (!entry) return void 0;
    const [height, width] = entry.shape.slice(-2);
    return { data: arrays[name], height, width };
  }
  return {
    /** @param {number} i */
    picture: (i) => (
      /** @type {Plane} */
      plane(`picture${i}`)
    ),
    /** @param {number} i */
    label: (i) => plane(`label${i}`),
    /** A class map, or numbers. @param {number} i */
    output: (i) => manifest.output.kind === "map" ? (
      /** @type {Plane} */
      plane(`output${i}`)
    ) : { data: arrays[`output${i}`], height: 1, width: arrays[`output${i}`].length },
    /** @param {number} i @param {number} b @returns {ArrayLike<number> | undefined} */
    gates: (i, b) => arrays[`gates${i}.${b}`],
    /** @param {number} i @param {number} b */
    mask: (i, b) => plane(`mask${i}.${b}`),
    /** Channel -> its map. @param {number} i @param {number} b */
    maps(i, b) {
      const found = /* @__PURE__ */ new Map();
      const all = plane(`maps${i}.${b}`);
      const channels = manifest.maps[`${i}.${b}`] ?? [];
      if (!all) return found;
      const size = all.height * all.width;
      channels.forEach((k, at) => {
        const data = (
          /** @type {Float64Array} */
          all.data.subarray(at * size, (at + 1) * size)
        );
        found.set(k, { data, height: all.height, width: all.width });
      });
      return found;
    }
  };
}
function resample(from, height, width) {
  const data = new Float64Array(height * width);
  for (let y = 0, p = 0; y < height; y++) {
    const row = Math.floor((y + 0.5) * from.height / height) * from.width;
    for (let x = 0; x < width; x++, p++) {
      data[p] = from.data[row + Math.floor((x + 0.5) * from.width / width)];
    }
  }
  return data;
}
function recalibrated(rule, u, c, s) {
  switch (rule) {
    case "c":
      return u * c;
    case "s":
      return u * s;
    case "1+c":
      return u * (1 + c);
    case "1+s":
      return u * (1 + s);
    case "add":
      return u * (c + s);
    case "max":
      return Math.max(u * c, u * s);
    case "mul":
      return u * c * u * s;
    case "both":
      return u * c * s;
    default:
      return u;
  }
}
function ceiling(rule, top2) {
  if (rule === "add" || rule === "1+c" || rule === "1+s") return 2 * top2;
  return rule === "mul" ? top2 * top2 : top2;
}

// src/figures/explorer/desk.js
var PAGE = 24;
function desk({ onGate, onPage }) {
  const grid = h("div", { class: "scse-desk" });
  const past = bypass();
  const gatesInOrder = canvas(40, 1);
  gatesInOrder.classList.add("scse-overview");
  const frame = h("div", { class: "scse-frame" });
  const overview = h("div", { class: "scse-overall", "aria-hidden": true }, gatesInOrder, frame);
  const back = button("◀", "page-back", () => turn(page - 1));
  const forth = button("▶", "page-forth", () => turn(page + 1));
  back.setAttribute("aria-label", "Earlier channels");
  forth.setAttribute("aria-label", "Further channels");
  const where = h("span", { "data-name": "page" });
  const pager = h("div", { class: "scse-pager" }, back, where, forth, overview);
  const hint = h("div", { class: "scse-pull", "aria-hidden": true, text: "pull me" });
  const note = h("span", { class: "scse-note" });
  let page = 0;
  let order = [];
  let open;
  let cards = [];
  const pages = () => Math.max(1, Math.ceil(order.length / PAGE));
  function turn(to) {
    const next = Math.max(0, Math.min(pages() - 1, to));
    if (next === page) return;
    page = next;
    onPage();
  }
  overview.addEventListener("pointerdown", (event) => {
    const box = overview.getBoundingClientRect();
    turn(Math.floor((event.clientX - box.left) / box.width * order.length / PAGE));
  });
  function card({ range: [min, max], channel }) {
    let k = 0;
    const thumb = canvas(1, 1);
    const empty = h("span", { class: "scse-nomap", text: "not stored" });
    const name = h("span", { class: "scse-name", "aria-hidden": true });
    const value = readout("gate", (v) => fixed(v, 3));
    const slider = bar({
      label: "Gate",
      name: "bar",
      vertical: true,
      min,
      max,
      onInput: (v) => onGate(k, v)
    });
    const dot2 = h("div", { class: "scse-dot", hidden: true });
    slider.element.firstElementChild?.append(dot2);
    const remark = h("span", { class: "scse-remark" });
    const parts = channel ? [slider.element, value.element] : [];
    const element = h(
      "div",
      { class: "scse-card" },
      name,
      h("div", { class: "scse-thumb" }, thumb, empty),
      ...parts,
      remark
    );
    return {
      element,
      slider,
      /** @param {number} channel @param {Shown} shown @param {boolean} pull */
      set(channel2, shown, pull2) {
        k = channel2;
        const title = String(k + 1);
        if (name.textContent !== title) {
          name.textContent = title;
          slider.element.setAttribute("aria-label", `Gate of channel ${title}`);
          slider.element.setAttribute("data-name", `bar-${k}`);
          value.element.setAttribute("data-name", `gate-${k}`);
          thumb.setAttribute("data-name", `map-${k}`);
        }
        const { gates, own, other } = shown;
        if (gates) {
          value.set(gates[k]);
          slider.set(gates[k]);
          slider.setHome(own?.[k]);
          dot2.hidden = other === void 0;
          if (other) dot2.style.setProperty("--dot", `${100 * (other[k] - min) / (max - min)}%`);
        }
        remark.textContent = shown.remark(k);
        if (pull2) slider.element.append(hint);
        drawMap(thumb, empty, shown, k);
      }
    };
  }
  function drawOverview(gates, { range: [min, max] }) {
    const [height, width] = [40, Math.min(order.length, 1e3)];
    if (gatesInOrder.width !== width) gatesInOrder.width = width;
    const pixels = new Float64Array(height * width);
    for (let x = 0; x < width; x++) {
      const gate = gates[order[Math.floor(x * order.length / width)]];
      const tall = Math.round(height * (gate - min) / (max - min));
      for (let y = height - tall; y < height; y++) pixels[y * width + x] = 0.62;
    }
    paintMap(gatesInOrder, pixels, 0, 1, "channel");
    frame.style.left = `${100 * page * PAGE / order.length}%`;
    frame.style.width = `${100 * PAGE / order.length}%`;
  }
  return {
    element: h("div", { class: "scse-deskside" }, pager, past.start, grid, past.end, note),
    hint,
    /** The channels in sight. */
    visible: () => order.slice(page * PAGE, (page + 1) * PAGE),
    /** @param {number[]} next @param {boolean} [stay] on the page */
    setOrder(next, stay = false) {
      order = next;
      page = stay ? Math.min(page, pages() - 1) : 0;
    },
    /** @param {Shown} shown @param {number | undefined} pull the channel that carries the hint */
    update(shown, pull2) {
      const { block, gates, maps } = shown;
      const visible = order.slice(page * PAGE, (page + 1) * PAGE);
      if (open !== block || cards.length !== visible.length) {
        open = block;
        cards = visible.map(() => card(block));
        grid.replaceChildren(...cards.map(({ element }) => element));
      }
      cards.forEach((one, i) => one.set(visible[i], shown, visible[i] === pull2));
      pager.hidden = pages() === 1;
      enable([
        [back, page > 0],
        [forth, page < pages() - 1]
      ]);
      past.set(gates ? visible.length : 0);
      where.textContent = `channels ${page * PAGE + 1}–${page * PAGE + visible.length} of ${order.length}`;
      overview.hidden = !gates;
      if (gates && pages() > 1) drawOverview(gates, block);
      const missing = block.maps ? visible.filter((k) => !maps.has(k)).length : 0;
      return { missing };
    },
    note
  };
}
function drawMap(thumb, empty, { block, gates, mask, maps, after }, k) {
  const map = maps.get(k);
  empty.hidden = map !== void 0;
  thumb.classList.toggle("scse-none", map === void 0);
  if (!map) return;
  const { height, width, data } = map;
  if (thumb.width !== width || thumb.height !== height) Object.assign(thumb, { width, height });
  thumb.style.aspectRatio = `${width} / ${Math.max(height, width / 4)}`;
  const [low, high] = range(data);
  const floor = Math.min(0, low);
  if (!after || !block.rule) {
    paintMap(thumb, data, floor, high, "feature");
    return;
  }
  const s = mask && resample(mask, height, width);
  const c = gates?.[k] ?? 0;
  const out = Float64Array.from(data, (u, p) => recalibrated(block.rule, u, c, s ? s[p] : 0));
  const bottom = block.rule === "mul" ? 0 : ceiling(block.rule, floor);
  paintMap(thumb, out, bottom, ceiling(block.rule, high), "feature");
}

// src/figures/explorer/order.js
var descending = (scores) => Array.from(scores, (_, k) => k).sort((a, b) => scores[b] - scores[a] || a - b);
var apart = (a, b) => Float64Array.from(a, (v, k) => Math.abs(v - b[k]));
var COARSE = 16;
function normal(map, height, width) {
  const rows = Math.min(COARSE, height);
  const columns = Math.min(COARSE, width);
  const coarse = new Float64Array(rows * columns);
  const counts = new Float64Array(rows * columns);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = Math.floor(y * rows / height) * columns + Math.floor(x * columns / width);
      coarse[cell] += map[y * width + x];
      counts[cell] += 1;
    }
  }
  let mean2 = 0;
  for (let i = 0; i < coarse.length; i++) mean2 += (coarse[i] /= counts[i]) / coarse.length;
  let length = 0;
  for (let i = 0; i < coarse.length; i++) length += (coarse[i] -= mean2) ** 2;
  const scale = length > 1e-18 ? 1 / Math.sqrt(length) : 0;
  return coarse.map((v) => v * scale);
}
function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
function chain(maps, first) {
  const left = new Set(maps.keys());
  const similarity = new Float64Array(maps.length);
  const order = [first];
  left.delete(first);
  similarity[first] = 1;
  while (left.size) {
    const last = maps[order[order.length - 1]];
    let best = -1;
    let closest = -Infinity;
    for (const k of left) {
      const r = dot(last, maps[k]);
      if (r > closest) [best, closest] = [k, r];
    }
    order.push(best);
    similarity[best] = closest;
    left.delete(best);
  }
  return { order, similarity };
}

// src/figures/explorer/orderer.js
var LABELS = [
  { value: "index", label: "number" },
  { value: "gate", label: "gate", title: "highest gate first" },
  { value: "effect", label: "effect", title: "how much the output changes when the gate is 0" },
  { value: "similarity", label: "similarity", title: "each map beside the one it resembles most" },
  { value: "difference", label: "difference", title: "between the gates of the two inputs" }
];
function orderer({ ask, live, onOrder, set }) {
  const chooser = choice({
    label: "Order of the channels",
    name: "sort",
    options: LABELS.filter(({ value }) => live || value !== "effect" && value !== "similarity"),
    onInput: (sort) => set({ sort })
  });
  const bar2 = h("progress", {
    class: "scse-progress",
    max: 1,
    "aria-label": "Working out the order"
  });
  const cancel = button("Cancel", "cancel", () => {
    work?.abort();
    set({ sort: "index" });
  });
  const working = h("span", { class: "scse-working", hidden: true }, bar2, cancel);
  const known = /* @__PURE__ */ new Map();
  let work;
  let wanted = "";
  let failed = "";
  const trouble = h("span", { class: "scse-note", role: "status", "data-name": "order-trouble" });
  let remarks;
  let arranged = "";
  async function find(key, sort, scene, block, first) {
    work?.abort();
    const { signal } = work = new AbortController();
    working.hidden = false;
    bar2.value = 0;
    try {
      if (sort === "effect") {
        const scores = await ask?.effects(
          scene,
          block.channels,
          signal,
          (_, done) => bar2.value = done
        );
        if (scores) known.set(key, { order: descending(scores), scores });
      } else {
        const maps = await ask?.allMaps(
          scene,
          block.channels,
          signal,
          (done) => bar2.value = done
        );
        if (maps) {
          const all = Array.from({ length: block.channels }, (_, k) => {
            const { data, height, width } = (
              /** @type {import("./stored.js").Plane} */
              maps.get(k)
            );
            return normal(data, height, width);
          });
          const { order, similarity } = chain(all, first);
          known.set(key, { order, scores: similarity });
        }
      }
    } catch (error) {
      failed = key;
      trouble.textContent = `This order could not be worked out: ${/** @type {Error} */
      error.message}`;
    }
    if (signal.aborted) return;
    working.hidden = true;
    work = void 0;
    onOrder();
  }
  return {
    element: h("div", { class: "scse-sorting" }, chooser.element, working, trouble),
    stop: () => work?.abort(),
    /**
     * @param {ReturnType<typeof import("./desk.js").desk>} table
     * @param {{scene: Scene, block: Block, b: number, own: ArrayLike<number> | undefined,
     *          other: ArrayLike<number> | undefined, compare: number, sort: string}} state
     */
    arrange(table2, { scene, block, own, other, compare, sort }) {
      chooser.set(sort);
      chooser.element.hidden = !block.channel;
      const { picture, slice } = scene;
      const key = JSON.stringify([sort, block.name, picture, slice ?? null]);
      const numbers = Array.from({ length: block.channels }, (_, k) => k);
      let found = { order: numbers };
      if (own && sort === "gate") found = { order: descending(own) };
      if (own && other && sort === "difference") {
        const scores = apart(own, other);
        found = { order: descending(scores), scores };
      }
      const laborious = sort === "effect" || sort === "similarity";
      if (laborious) found = known.get(key) ?? found;
      if (failed !== key) failed = trouble.textContent = "";
      if (laborious && ask && block.channel && !known.has(key) && !failed) {
        if (wanted !== key || !work) {
          wanted = key;
          void find(key, sort, scene, block, own ? descending(own)[0] : 0);
        }
      } else if (work) {
        work.abort();
        work = void 0;
        working.hidden = true;
      }
      const arrangement = JSON.stringify([
        [key, found.order === numbers, sort === "difference" ? compare : 0],
        scene.block
      ]);
      if (arrangement !== arranged) {
        const same = arranged !== "" && JSON.parse(arranged)[1] === scene.block && sort === "index";
        table2.setOrder(found.order, same);
        arranged = arrangement;
      }
      remarks = found.scores && { sort, scores: found.scores };
    },
    /** @param {number} k @param {number | undefined} other */
    remark(k, other) {
      if (remarks?.sort === "effect") return `Δ ${remarks.scores[k].toPrecision(2)}`;
      if (remarks?.sort === "similarity") return `r ${fixed(remarks.scores[k])}`;
      return other === void 0 ? "" : `• ${fixed(other, 3)}`;
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

// src/figures/explorer/output.js
var FINE = 4;
var MOST = 640;
var BARS = 10;
var NUMBERS = 12;
function outputView(described) {
  if (described.kind === "map") return mapView(described.classes);
  return described.kind === "classes" ? classView(described.classes) : numberView();
}
function headline(name, words) {
  const value = readout(name, (v) => count(v));
  const rest = h("span", { text: words });
  const element = h("div", { class: "scse-headline" }, value.element, " ", rest);
  return { element, value, rest };
}
function mapView(classes) {
  const paint = classPainter(classes.map(({ colour }) => colour));
  const picture = canvas(1, 1, "Output: a class at each position");
  picture.classList.add("scse-fine");
  const changed = headline("changed", "pixels changed");
  const rows = classes.map(({ name, colour }, k) => {
    const swatch = h("span", { class: "scse-swatch", "aria-hidden": true });
    swatch.style.background = colour;
    const pixels = readout(`pixels-${k}`, (v) => count(v));
    const more = h("span", { class: "scse-more" });
    const score = readout(`dice-of-${k}`);
    const scored = h("span", { class: "scse-scored", hidden: true }, "Dice ", score.element);
    const element = h("li", {}, swatch, h("span", { text: name }), pixels.element, more, scored);
    return { element, pixels, more, score, scored };
  });
  const list = h(
    "ul",
    { class: "scse-areas", "aria-label": "Pixels of each class" },
    ...rows.map((r) => r.element)
  );
  return {
    panel: picture,
    below: h("span", { text: "dots: changed" }),
    outcome: h("div", { class: "scse-outcome" }, changed.element, list),
    change: changed.element,
    /** @param {Seen} seen */
    update({ now, own, picture: image, label }) {
      const { height, width } = now;
      const size = height * width;
      const fine = Math.max(1, Math.min(FINE, Math.floor(MOST / Math.max(height, width))));
      if (picture.width !== width * fine || picture.height !== height * fine) {
        Object.assign(picture, { width: width * fine, height: height * fine });
        picture.style.aspectRatio = `${width} / ${Math.max(height, width / 10)}`;
      }
      const before = own.height === height && own.width === width ? own.data : now.data;
      const truth = label && resample(label, height, width);
      const grey = Uint8ClampedArray.from(resample(image, height, width));
      paint(picture, now.data, { picture: grey, width, before, outline: truth });
      let differing = 0;
      const areas = new Float64Array(classes.length);
      const was = new Float64Array(classes.length);
      for (let p = 0; p < size; p++) {
        areas[now.data[p]] += 1;
        was[before[p]] += 1;
        if (now.data[p] !== before[p]) differing += 1;
      }
      changed.value.set(differing);
      changed.rest.textContent = `of ${count(size)} pixels changed`;
      changed.element.classList.toggle("scse-any", differing > 0);
      const scores = truth && dice(now.data, truth, classes.length);
      rows.forEach(({ pixels, more, element, score, scored }, k) => {
        pixels.set(areas[k]);
        const difference = areas[k] - was[k];
        more.textContent = difference ? `${difference < 0 ? "▼" : "▲"} ${count(Math.abs(difference))}` : "";
        element.hidden = classes.length > 12 && !areas[k] && !was[k];
        scored.hidden = !scores || k === 0;
        if (scores) score.set(scores[k]);
      });
      return `${differing} of ${size} pixels changed`;
    }
  };
}
function classView(classes) {
  const verdict = h("div", { class: "scse-headline scse-verdict", "data-name": "verdict" });
  const moved = readout("moved", (v) => fixed(v, 3));
  const rows = Array.from({ length: Math.min(BARS, classes.length) }, (_, i) => {
    const name = h("span", { class: "scse-classname" });
    const value = readout(`share-${i}`, (v) => `${fixed(100 * v, 1)} %`);
    const more = h("span", { class: "scse-more" });
    const gauge = h("span", { class: "scse-share", "aria-hidden": true });
    const element = h("li", {}, name, gauge, value.element, more);
    return { element, name, value, more, gauge };
  });
  const change = h("div", {}, "largest change of a share: ", moved.element);
  const list = h(
    "ol",
    { class: "scse-tops", "aria-label": "Classes with the largest share" },
    ...rows.map((r) => r.element)
  );
  return {
    panel: list,
    below: h("span", {
      text: `softmax of the output${classes.length > BARS ? `, the ${BARS} largest of ${count(classes.length)}` : ""}; tick: the network’s own`
    }),
    outcome: h("div", { class: "scse-outcome" }, verdict, change),
    change,
    /** @param {Seen} seen */
    update({ now, own, truth }) {
      const present = shares(now.data);
      const before = shares(own.data);
      const name = (k) => classes[k]?.name ?? String(k);
      const [was, is] = [top(own.data), top(now.data)];
      verdict.textContent = was === is ? name(is) : `${name(was)} → ${name(is)}`;
      if (truth !== null && truth !== void 0) {
        verdict.append(h("span", { class: "scse-more", text: ` truth: ${name(truth)}` }));
      }
      verdict.classList.toggle("scse-any", was !== is);
      verdict.setAttribute("data-value", String(is));
      const largest = Math.max(...present.map((v, k) => Math.abs(v - before[k])));
      moved.set(largest);
      const order = present.map((_, k) => k).sort((a, b) => present[b] - present[a] || a - b);
      rows.forEach(({ name: label, value, more, gauge, element }, i) => {
        const k = order[i];
        label.textContent = name(k);
        element.classList.toggle("scse-truth", k === truth);
        value.set(present[k]);
        gauge.style.setProperty("--at", `${100 * present[k]}%`);
        gauge.style.setProperty("--home", `${100 * before[k]}%`);
        const difference = 100 * (present[k] - before[k]);
        more.textContent = Math.abs(difference) >= 0.05 ? signed(difference, 1) : "";
      });
      return was === is ? `${name(is)}, ${fixed(100 * present[is], 1)} %` : `top class now ${name(is)}, was ${name(was)}`;
    }
  };
}
function numberView() {
  const moved = headline("moved", "mean absolute change of the output");
  const format = (v) => Math.abs(v) >= 1e4 || v && Math.abs(v) < 1e-3 ? v.toExponential(2) : fixed(v, 4);
  const list = h("ol", { class: "scse-numbers", "aria-label": "The first numbers of the output" });
  const value = readout("moved", format);
  moved.element.firstElementChild?.replaceWith(value.element);
  return {
    panel: list,
    below: h("span", { text: "the first numbers of the output" }),
    outcome: h("div", { class: "scse-outcome" }, moved.element),
    change: moved.element,
    /** @param {Seen} seen */
    update({ now, own }) {
      const shown = Array.from({ length: Math.min(NUMBERS, now.data.length) }, (_, i) => {
        const entry = readout(`number-${i}`, format);
        entry.set(now.data[i]);
        const difference = now.data[i] - own.data[i];
        const more = difference ? ` (${difference < 0 ? "" : "+"}${format(difference)})` : "";
        return h("li", {}, entry.element, h("span", { class: "scse-more", text: more }));
      });
      list.replaceChildren(...shown);
      const length = Math.min(own.data.length, now.data.length);
      const d = distance(Array.from(now.data).slice(0, length), own.data);
      value.set(d);
      moved.element.classList.toggle("scse-any", d > 0);
      return `mean change of the output ${format(d)}`;
    }
  };
}

// src/controls/select.js
function select({ label, name, options, onInput }) {
  const list = h(
    "select",
    { class: "scse-select", "data-name": name },
    ...options.map(({ value, label: text }) => h("option", { value }, text))
  );
  list.addEventListener("change", () => onInput(list.value));
  return {
    options: list.options,
    element: h("label", { class: "scse-choosing" }, h("span", { text: label }), list),
    /** @param {string} value */
    set(value) {
      list.value = value;
    }
  };
}

// src/figures/explorer/strip.js
var STRIPES = 128;
function shorten(names) {
  const paths = names.map((name) => name.split("."));
  const most = Math.min(...paths.map((path) => path.length)) - 1;
  const shared = (part) => {
    let n = 0;
    while (n < most && paths.every((path) => part(path, n) === part(paths[0], n))) n++;
    return n;
  };
  if (names.length < 2) return names;
  const front = shared((path, i) => path[i]);
  const back = Math.min(
    shared((path, i) => path[path.length - 1 - i]),
    most - front
  );
  return paths.map((path) => path.slice(front, path.length - back).join("."));
}
function strip(blocks, onInput) {
  const short = shorten(blocks.map(({ name }) => name));
  const cells = blocks.map(({ name, channels, size, channel }, b) => {
    const count2 = channel ? Math.min(STRIPES, channels) : 1;
    const stripes = canvas(1, count2);
    stripes.classList.add("scse-stripes");
    stripes.style.aspectRatio = "";
    const mark2 = h("span", { class: "scse-mark", hidden: true, title: "overruled", text: " ●" });
    const unseen = h("span", { class: "scse-unseen" });
    const shape = `${channels}${size.length ? ` · ${size.join("×")}` : ""}`;
    const label = h(
      "span",
      { class: "scse-cell" },
      h(
        "span",
        { class: "scse-cellname" },
        h("b", {}, h("bdi", { dir: "ltr", text: short[b] })),
        unseen
      ),
      h("span", { class: "scse-cellsize" }, shape, mark2),
      stripes
    );
    return { name, label, stripes, mark: mark2, unseen, count: count2, channels };
  });
  const chooser = choice({
    label: `Block (${blocks.length}, in the order in which they run): channels · size, and the gate of each channel; bright lets through`,
    name: "block",
    options: cells.map(({ name, label }) => ({ value: name, label, title: name })),
    onInput
  });
  chooser.element.classList.add("scse-strip");
  return {
    element: chooser.element,
    /**
     * @param {string} open
     * @param {(b: number) => ArrayLike<number> | undefined} gates that go on
     * @param {import("./overrule.js").Overrule} overrule
     */
    set(open, gates, overrule) {
      chooser.set(open);
      cells.forEach(({ name, stripes, mark: mark2, unseen, count: count2, channels }, b) => {
        const values = gates(b);
        stripes.classList.toggle("scse-none", !values);
        if (values) {
          const every = Array.from(
            { length: count2 },
            (_, i) => values[Math.floor(i * channels / count2)]
          );
          paintMap(stripes, every, 0, 1, "channel");
        }
        mark2.hidden = !(place(name) in overrule);
        unseen.textContent = mark2.hidden ? "" : " (overruled)";
      });
    }
  };
}

// src/figures/explorer/words.js
function statusOf({ live, quiet, meddled }) {
  if (live && quiet) {
    const reason = "The kernel does not answer: it may be busy with another cell, or gone.";
    return `${reason} The maps still follow your gates; the output is the last one that came.`;
  }
  if (live) return "";
  if (meddled) {
    const reason = "The network itself is not in this page:";
    return `${reason} the maps follow your gates, the output stays the network’s own.`;
  }
  const state = "A saved state: the maps follow your gates.";
  return `${state} For the output to follow, open it in a notebook, with explore(model, image).`;
}
function noteOf({ maps, missing, live, rule, other }) {
  if (!maps) return "The maps that these gates go to cannot be seen from outside.";
  if (missing && !live) {
    const reason = "To keep this page small, only the maps of the channels with the highest gates";
    return `${reason} are in it: order them by gate to see those.`;
  }
  if (!rule) {
    const reason = "How this block applies its gates was not found out:";
    return `${reason} the maps shown are U, before the gates.`;
  }
  if (other) return `Bar: gate. Tick: the network’s own. Dot: “${other}”.`;
  const first = "Each bar is the gate of its map; drag it.";
  return `${first} The tick is what the network chose; a double click puts a bar back.`;
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
var oneOf = (options) => (value) => options.includes(value) ? void 0 : `must be one of ${options.join(", ")}`;

// src/figures/explorer/index.js
var FEW = 4;
var SLOW = 300;
var OWN = { mode: "own" };
var within = (low, n) => (value) => Number.isInteger(value) && value >= low && value < n ? void 0 : `must be ${low} to ${n - 1}`;
var explorer_default = widget(
  "explorer",
  ({ inputs, blocks }) => ({
    picture: within(0, inputs.length),
    compare: within(-1, inputs.length),
    block: oneOf(blocks.map((b) => b.name)),
    slice: within(-1, inputs[0].shape[1] + 1),
    view: oneOf(["input", "output"]),
    sort: oneOf(["index", "gate", "effect", "similarity", "difference"]),
    overrule: (value) => problem(
      value,
      blocks.map((b) => b.name)
    )
  }),
  ({ root, manifest, arrays, get, set, say, model, experimental, signal }) => {
    const { blocks, inputs, output: described } = manifest;
    const kept = stored(manifest, arrays);
    const volume = inputs[0].shape.length === 4;
    const live = !(experimental && "assets" in experimental);
    const at = () => blocks.findIndex(({ name: name2 }) => name2 === get("block"));
    const depth = () => inputs[get("picture")].shape[1];
    const slice = () => {
      if (!volume) return void 0;
      const middle = live ? depth() >> 1 : manifest.slice;
      return live && get("slice") >= 0 ? Math.min(get("slice"), depth() - 1) : middle;
    };
    const part = () => volume ? (
      /** @type {number} */
      (slice() + 0.5) / depth()
    ) : 0;
    const scene = () => ({
      picture: get("picture"),
      slice: slice(),
      overrule: get("overrule"),
      block: get("block"),
      channels: blocks[at()].maps ? table2.visible() : []
    });
    const source = () => {
      if (get("compare") >= 0 && get("compare") !== get("picture")) return get("compare");
      return inputs.length > 1 ? (get("picture") + 1) % inputs.length : -1;
    };
    const rule = (branch, b = at(), overrule = get("overrule")) => overrule[place(blocks[b].name)]?.[branch] ?? OWN;
    const change = (branch, next) => set({ overrule: withRule(get("overrule"), get("block"), branch, next) });
    function gatesOf(branch, b, when = "now") {
      const answer = when === "now" ? ask?.now(scene()) ?? ask?.own(scene()) : ask?.own(scene());
      const block = answer?.blocks[blocks[b].name];
      if (branch === "channel") {
        const data = block?.channel ?? kept.gates(get("picture"), b);
        return data && { data, height: 1, width: data.length };
      }
      if (!block?.spatial) return kept.mask(get("picture"), b);
      const [height, width] = block.spatial.shape.slice(-2);
      return { data: block.spatial.data, height, width };
    }
    function changeTo(branch, b, whole = false, overrule = get("overrule")) {
      const own = gatesOf(branch, b, "own") ?? { data: [], height: 0, width: 0 };
      return changeOf(rule(branch, b, overrule), {
        own: own.data,
        off: blocks[b].off,
        other(input) {
          if (branch === "channel") return kept.gates(input, b);
          const mask2 = ask?.whole(input)?.[blocks[b].name]?.spatial;
          if (whole) return mask2?.data;
          return otherMask(input, b, own.height, own.width);
        }
      });
    }
    function otherMask(input, b, height, width) {
      const mask2 = ask?.whole(input)?.[blocks[b].name]?.spatial;
      const flat2 = kept.mask(input, b);
      if (!mask2) return flat2 && resample(flat2, height, width);
      if (mask2.shape.length === 2) return mask2.data;
      const [d, y, x] = mask2.shape;
      const start = Math.min(d - 1, Math.floor(part() * d)) * y * x;
      return mask2.data.subarray(start, start + y * x);
    }
    function goesOn(branch, b) {
      const own = gatesOf(branch, b);
      return own && { ...own, data: used(own.data, changeTo(branch, b)) };
    }
    const status = h("p", { class: "scse-status", role: "status", "data-name": "status" });
    const complaint = h("p", {
      class: "scse-message",
      role: "alert",
      hidden: true,
      "data-name": "complaint"
    });
    const progress = h("progress", {
      class: "scse-progress",
      max: 1,
      "aria-label": "The network is running"
    });
    progress.hidden = true;
    let slow;
    const engine = live ? kernelEngine(model, {
      onSilence: (silent) => {
        quiet = silent;
        draw();
      },
      onReturn: () => ask?.ask(scene())
    }) : void 0;
    let quiet = false;
    const queue = engine && newest(engine);
    const ask = queue && asker({
      queue,
      middle: manifest.slice,
      gates: ({ overrule }) => Object.fromEntries(
        Object.keys(overrule).map((name2) => {
          const b = blocks.findIndex((block) => place(block.name) === name2);
          const to = (branch) => changeTo(branch, b, true, overrule);
          return [name2, { channel: to("channel"), spatial: to("spatial") }];
        })
      ),
      onAnswer: () => draw(),
      onFailure(message) {
        complaint.hidden = message === "";
        complaint.textContent = message;
      },
      onProgress(done) {
        if (done === void 0) {
          clearTimeout(slow);
          slow = void 0;
          progress.hidden = true;
        } else if (slow === void 0) slow = setTimeout(() => progress.hidden = false, SLOW);
        if (done !== void 0) progress.value = done;
      }
    });
    signal.addEventListener("abort", () => {
      engine?.close();
      sorted.stop();
      clearTimeout(slow);
    });
    const titles = inputs.map(({ title }, i) => ({ value: String(i), label: title }));
    const pick = inputs.length > FEW ? select : choice;
    const pictures = pick({
      label: "Input",
      name: "picture",
      options: titles,
      onInput: (value) => set({ picture: Number(value) })
    });
    pictures.element.hidden = inputs.length < 2;
    const comparing = select({
      label: "compare with",
      name: "compare",
      options: [{ value: "-1", label: "none" }, ...titles],
      onInput: (value) => set({ compare: Number(value) })
    });
    comparing.element.hidden = inputs.length < 2;
    const slices = bar({
      label: "Slice",
      name: "slice",
      min: 0,
      max: Math.max(1, volume ? depth() - 1 : 1),
      step: 1,
      snap: true,
      kind: "plain",
      format: (v) => String(v),
      onInput: (v) => set({ slice: v })
    });
    const sliceAt = readout("slice-at", (v) => String(v));
    slices.disable(!live);
    const slicing = h(
      "div",
      { class: "scse-slicing", hidden: !volume },
      h("span", {}, "slice ", sliceAt.element),
      slices.element
    );
    const reset = button("Reset", "reset", () => set({ overrule: {} }));
    const row = strip(blocks, (name2) => set({ block: name2 }));
    const photo = canvas(1, 1);
    const mask = canvas(1, 1);
    const markers = [marker(), marker()];
    const stacks = [photo, mask].map((c, i) => stack(c, markers[i].element));
    const scale = colourBar("space", "mask");
    const maskAt = readout("mask-value", (v) => fixed(v, 3));
    const maskNote = h("span", { class: "scse-note" });
    const shown = outputView(described);
    const credit = h("span");
    const maskRule = h("div");
    const maskPanel = panel(
      h("span", {}, "Spatial mask ", h("b", { class: "scse-s", text: "s" })),
      stacks[1],
      scale.element,
      maskNote,
      maskRule
    );
    const outputPanel = panel("Output", shown.panel, shown.below);
    outputPanel.classList.add("scse-answer");
    shown.change.hidden = !live;
    let maskShown;
    let where = [0.5, 0.5];
    stacks.forEach((element, i) => {
      element.setAttribute("data-grid", "");
      pointable(element, {
        label: ["Input", "Spatial mask"][i],
        name: ["point-input", "point-mask"][i],
        width: 64,
        // steps across, whatever the size of the map
        height: 64,
        where: () => [Math.floor(where[0] * 64), Math.floor(where[1] * 64)],
        onMove(x, y) {
          where = [(x + 0.5) / 64, (y + 0.5) / 64];
          point();
        },
        onLeave() {
          for (const m of markers) m.hide();
          maskNote.replaceChildren();
        }
      });
    });
    function point() {
      if (!maskShown) return;
      const { data, height, width } = maskShown;
      const [x, y] = [Math.floor(where[0] * width), Math.floor(where[1] * height)];
      for (const m of markers) m.at(x, y, width, height);
      maskAt.set(data[y * width + x]);
      maskNote.replaceChildren(`row ${y}, column ${x}: s = `, maskAt.element);
      say(`s is ${fixed(data[y * width + x], 3)}`);
    }
    const table2 = desk({
      onGate(k, v) {
        const now = rule("channel");
        const by = { ...now.set, [k]: v };
        const home = gatesOf("channel", at())?.data[k];
        if (now.mode === "own" && home !== void 0 && Math.abs(v - home) < 1e-6) delete by[k];
        change("channel", { ...now, set: by });
      },
      onPage() {
        draw();
        ask?.ask(scene());
      }
    });
    const channelRule = h("div");
    const view = choice({
      label: "Maps",
      name: "view",
      options: [
        { value: "input", label: "U", title: "as they come into the block" },
        { value: "output", label: "Û", title: "as the gates leave them" }
      ],
      onInput: (value) => set({ view: value })
    });
    const sorted = orderer({ ask, live, onOrder: () => draw(), set });
    const name = h("span");
    const deskTitle = h("div", { class: "scse-title" }, name);
    root.append(
      h("div", { class: "scse-controls" }, pictures.element, comparing.element, slicing, reset),
      h("div", { class: "scse-engine" }, progress, status, complaint),
      row.element,
      h(
        "div",
        { class: "scse-panels" },
        panel("Input", stacks[0], credit),
        maskPanel,
        outputPanel,
        shown.outcome
      ),
      h(
        "div",
        { class: "scse-controls scse-deskbar" },
        deskTitle,
        channelRule,
        view.element,
        sorted.element
      ),
      table2.element
    );
    let ruled = "";
    function offerRules() {
      const b = at();
      const from = source();
      const key = JSON.stringify([b, from, get("picture")]);
      if (key === ruled) return;
      ruled = key;
      for (
        const [element, branch, label] of
        /** @type {[HTMLElement, Branch, string][]} */
        [
          [channelRule, "channel", "Channel gates"],
          [maskRule, "spatial", "Mask"]
        ]
      ) {
        const sameSize = from >= 0 && inputs[from].shape.join() === inputs[get("picture")].shape.join();
        const options = [
          { value: "own", label: "the network’s own" },
          { value: "off", label: `branch off: all ${fixed(blocks[b].off, 0)}` },
          { value: "mean", label: "all at their mean" },
          {
            value: "invert",
            label: branch === "spatial" ? "upside down: 1 − s" : "upside down: 1 − c"
          },
          ...from >= 0 && (branch === "channel" || sameSize) ? [{ value: "input", label: `those of “${inputs[from].title}”` }] : []
        ];
        const chooser = select({
          label,
          name: `rule-${branch}`,
          options,
          onInput: (mode) => change(
            branch,
            /** @type {Rule} */
            { mode, ...mode === "input" ? { input: source() } : {} }
          )
        });
        chooser.element.dataset.branch = branch;
        element.replaceChildren(chooser.element);
        choosers[branch] = chooser;
      }
    }
    const choosers = {};
    function fit(element, { height, width }) {
      if (element.width !== width || element.height !== height)
        Object.assign(element, { width, height });
      element.style.aspectRatio = `${width} / ${Math.max(height, width / 10)}`;
    }
    function drawOutput() {
      const now = ask?.now(scene());
      const own = ask?.own(scene());
      const fallback = kept.output(get("picture"));
      const before = own ? resultOf(own.output, described, part()) : fallback;
      const fresh = ask?.fresh(scene()) ?? false;
      const after = now ? resultOf(now.output, described, part()) : before;
      const planes = ask?.picture(scene());
      const picture = planes?.[0] ?? kept.picture(get("picture"));
      const label = planes ? planes[1] : kept.label(get("picture"));
      fit(photo, picture);
      paintMap(photo, picture.data, 0, 255, "gray");
      const said = shown.update({
        now: after,
        own: before,
        picture,
        label,
        truth: inputs[get("picture")].label
      });
      const stuck = meddledAnywhere() && (!live || quiet && !fresh);
      outputPanel.classList.toggle("scse-stale", stuck);
      shown.outcome.classList.toggle("scse-stale", stuck);
      root.toggleAttribute("data-fresh", fresh);
      status.textContent = statusOf({ live, quiet, meddled: meddledAnywhere() });
      status.classList.toggle("scse-quiet", quiet || stuck);
      return stuck ? "the output stays the network's own" : said;
    }
    const meddledAnywhere = () => Object.keys(get("overrule")).length > 0;
    function draw() {
      const b = at();
      const block = blocks[b];
      const own = gatesOf("channel", b);
      const gates = goesOn("channel", b);
      const other = get("compare") >= 0 ? kept.gates(get("compare"), b) : void 0;
      maskShown = goesOn("spatial", b);
      pictures.set(String(get("picture")));
      comparing.set(String(get("compare")));
      for (const option of comparing.options)
        option.disabled = option.value === String(get("picture"));
      if (volume) {
        slices.limit(Math.max(1, depth() - 1));
        slices.set(
          /** @type {number} */
          slice()
        );
        sliceAt.set(
          /** @type {number} */
          slice()
        );
      }
      row.set(
        block.name,
        (i) => goesOn("channel", i)?.data ?? goesOn("spatial", i)?.data,
        get("overrule")
      );
      offerRules();
      view.set(get("view"));
      view.element.hidden = !block.rule;
      name.textContent = block.name.replaceAll(".", ".​");
      const said = drawOutput();
      maskPanel.hidden = !maskShown;
      if (maskShown) {
        fit(mask, maskShown);
        const [low, high] = range(maskShown.data);
        paintMap(mask, maskShown.data, low, high, "space");
        scale.set(low, high);
        choosers.spatial.set(rule("spatial").mode);
      }
      channelRule.hidden = !block.channel;
      if (block.channel) choosers.channel.set(rule("channel").mode);
      const first = kept.gates(get("picture"), b) ?? own?.data;
      sorted.arrange(table2, {
        scene: scene(),
        block,
        b,
        own: first,
        other,
        compare: get("compare"),
        sort: get("sort")
      });
      const maps = ask?.maps(scene()) ?? (changedUpstream() ? /* @__PURE__ */ new Map() : kept.maps(get("picture"), b));
      const highest = first ? Array.from(first).indexOf(range(first)[1]) : void 0;
      const pull2 = block.name === manifest.defaults.block ? manifest.hint ?? highest : highest;
      const { missing } = table2.update(
        {
          block,
          gates: gates?.data,
          own: own?.data,
          other,
          mask: maskShown,
          maps,
          after: get("view") === "output",
          remark: (k) => sorted.remark(k, other?.[k])
        },
        meddledAnywhere() ? void 0 : pull2
      );
      table2.hint.hidden = meddledAnywhere() || !live;
      table2.note.textContent = noteOf({
        maps: block.maps,
        missing,
        live,
        rule: block.rule,
        other: other && inputs[get("compare")].title
      });
      say(said);
    }
    function changedUpstream() {
      if (!live) return false;
      const here = place(get("block"));
      return Object.keys(get("overrule")).some((other) => other !== here);
    }
    return function update() {
      draw();
      ask?.ask(scene());
    };
  }
);
export {
  explorer_default as default
};
