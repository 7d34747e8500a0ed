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
function kernelEngine(model2, { onSilence = () => {
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
  model2.on("msg:custom", hear);
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
          model2.send({ kind: "scse-run", id, request: pull(request, buffers) }, void 0, buffers);
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
      model2.off("msg:custom", hear);
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
  channels.forEach((k2, i) => picked.set(data.subarray(k2 * size, (k2 + 1) * size), i * size));
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
      const model2 = new URL(`onnx/${name}.onnx`, assets).href;
      const { outputs, ms } = await worker.ask(
        { model: model2, ...toOnnx(request, networks[name]) },
        ({ loaded, total }) => onLoad(loaded, total)
      );
      return fromOnnx(outputs, ms, request, networks[name]);
    }
  };
}

// src/engine/here.js
var megabytes = (bytes) => fixed(bytes / 1e6, 1);
function engineFor({ model: model2, experimental, signal, networks, tell, onLoad, onReturn }) {
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
  const kernel = kernelEngine(model2, {
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

// src/gates/valid.js
var edits = $;
var E = { description: "First the base, then single entries, then paint", type: "object", required: ["base"], properties: { base: { enum: ["own", "neutral", "zero", "one", "flat", "mean", "invert", "from"] }, from: { description: 'whose gate it is, with the base "from"', type: "integer", minimum: 0 }, set: { description: "entry (channel, or position row by row) -> number", type: "object", propertyNames: { pattern: "^(0|[1-9][0-9]*)$" }, additionalProperties: { type: "number" } }, strokes: { $ref: "#/definitions/strokes" } }, additionalProperties: false };
var z = new RegExp("^(0|[1-9][0-9]*)$", "u");
function s(i, { instancePath: t = "", parentData: P, parentDataProperty: _, rootData: h2 = i } = {}) {
  let a = null, e = 0;
  if (e === 0) if (i && typeof i == "object" && !Array.isArray(i)) {
    let d;
    if (i.base === void 0 && (d = "base")) return s.errors = [{ instancePath: t, keyword: "required", params: { missingProperty: d } }], false;
    {
      const I = e;
      for (const r in i) if (!(r === "base" || r === "from" || r === "set" || r === "strokes")) {
        return s.errors = [{ instancePath: t, keyword: "additionalProperties", params: { additionalProperty: r } }], false;
        break;
      }
      if (I === e) {
        if (i.base !== void 0) {
          let r = i.base;
          const y = e;
          if (!(r === "own" || r === "neutral" || r === "zero" || r === "one" || r === "flat" || r === "mean" || r === "invert" || r === "from")) return s.errors = [{ instancePath: t + "/base", keyword: "enum", params: { allowedValues: E.properties.base.enum } }], false;
          var p = y === e;
        } else var p = true;
        if (p) {
          if (i.from !== void 0) {
            let r = i.from;
            const y = e;
            if (!(typeof r == "number" && !(r % 1) && !isNaN(r) && isFinite(r))) return s.errors = [{ instancePath: t + "/from", keyword: "type", params: { type: "integer" } }], false;
            if (e === y && typeof r == "number" && isFinite(r) && (r < 0 || isNaN(r))) return s.errors = [{ instancePath: t + "/from", keyword: "minimum", params: { comparison: ">=", limit: 0 } }], false;
            var p = y === e;
          } else var p = true;
          if (p) {
            if (i.set !== void 0) {
              let r = i.set;
              const y = e;
              if (e === y) if (r && typeof r == "object" && !Array.isArray(r)) {
                for (const b in r) {
                  const v = e;
                  if (typeof b == "string" && !z.test(b)) {
                    const o = { instancePath: t + "/set", keyword: "pattern", params: { pattern: "^(0|[1-9][0-9]*)$" }, propertyName: b };
                    a === null ? a = [o] : a.push(o), e++;
                  }
                  var w = v === e;
                  if (!w) {
                    const o = { instancePath: t + "/set", keyword: "propertyNames", params: { propertyName: b } };
                    return a === null ? a = [o] : a.push(o), e++, s.errors = a, false;
                    break;
                  }
                }
                if (w) for (const b in r) {
                  let v = r[b];
                  const o = e;
                  if (!(typeof v == "number" && isFinite(v))) return s.errors = [{ instancePath: t + "/set/" + b.replace(/~/g, "~0").replace(/\//g, "~1"), keyword: "type", params: { type: "number" } }], false;
                  var c = o === e;
                  if (!c) break;
                }
              } else return s.errors = [{ instancePath: t + "/set", keyword: "type", params: { type: "object" } }], false;
              var p = y === e;
            } else var p = true;
            if (p) if (i.strokes !== void 0) {
              let r = i.strokes;
              const y = e;
              if (e === e) if (Array.isArray(r)) {
                if (r.length > 200) return s.errors = [{ instancePath: t + "/strokes", keyword: "maxItems", params: { limit: 200 } }], false;
                {
                  var l = true;
                  const v = r.length;
                  for (let o = 0; o < v; o++) {
                    let f = r[o];
                    const N = e;
                    if (e === N) if (f && typeof f == "object" && !Array.isArray(f)) {
                      let j;
                      if (f.width === void 0 && (j = "width") || f.value === void 0 && (j = "value") || f.points === void 0 && (j = "points")) return s.errors = [{ instancePath: t + "/strokes/" + o, keyword: "required", params: { missingProperty: j } }], false;
                      {
                        const D = e;
                        for (const n in f) if (!(n === "width" || n === "value" || n === "points")) {
                          return s.errors = [{ instancePath: t + "/strokes/" + o, keyword: "additionalProperties", params: { additionalProperty: n } }], false;
                          break;
                        }
                        if (D === e) {
                          if (f.width !== void 0) {
                            let n = f.width;
                            const u = e;
                            if (e === u) if (typeof n == "number" && isFinite(n)) {
                              if (n <= 0 || isNaN(n)) return s.errors = [{ instancePath: t + "/strokes/" + o + "/width", keyword: "exclusiveMinimum", params: { comparison: ">", limit: 0 } }], false;
                            } else return s.errors = [{ instancePath: t + "/strokes/" + o + "/width", keyword: "type", params: { type: "number" } }], false;
                            var m = u === e;
                          } else var m = true;
                          if (m) {
                            if (f.value !== void 0) {
                              let n = f.value;
                              const u = e;
                              if (e === u) if (typeof n == "number" && isFinite(n)) {
                                if (n > 1 || isNaN(n)) return s.errors = [{ instancePath: t + "/strokes/" + o + "/value", keyword: "maximum", params: { comparison: "<=", limit: 1 } }], false;
                                if (n < 0 || isNaN(n)) return s.errors = [{ instancePath: t + "/strokes/" + o + "/value", keyword: "minimum", params: { comparison: ">=", limit: 0 } }], false;
                              } else return s.errors = [{ instancePath: t + "/strokes/" + o + "/value", keyword: "type", params: { type: "number" } }], false;
                              var m = u === e;
                            } else var m = true;
                            if (m) if (f.points !== void 0) {
                              let n = f.points;
                              const u = e;
                              if (e === u) if (Array.isArray(n)) {
                                if (n.length > 4e3) return s.errors = [{ instancePath: t + "/strokes/" + o + "/points", keyword: "maxItems", params: { limit: 4e3 } }], false;
                                if (n.length < 2) return s.errors = [{ instancePath: t + "/strokes/" + o + "/points", keyword: "minItems", params: { limit: 2 } }], false;
                                {
                                  var g = true;
                                  const F = n.length;
                                  for (let x = 0; x < F; x++) {
                                    let A = n[x];
                                    const q = e;
                                    if (!(typeof A == "number" && isFinite(A))) return s.errors = [{ instancePath: t + "/strokes/" + o + "/points/" + x, keyword: "type", params: { type: "number" } }], false;
                                    var g = q === e;
                                    if (!g) break;
                                  }
                                }
                              } else return s.errors = [{ instancePath: t + "/strokes/" + o + "/points", keyword: "type", params: { type: "array" } }], false;
                              var m = u === e;
                            } else var m = true;
                          }
                        }
                      }
                    } else return s.errors = [{ instancePath: t + "/strokes/" + o, keyword: "type", params: { type: "object" } }], false;
                    var l = N === e;
                    if (!l) break;
                  }
                }
              } else return s.errors = [{ instancePath: t + "/strokes", keyword: "type", params: { type: "array" } }], false;
              var p = y === e;
            } else var p = true;
          }
        }
      }
    }
  } else return s.errors = [{ instancePath: t, keyword: "type", params: { type: "object" } }], false;
  return s.errors = a, e === 0;
}
function k(i, { instancePath: t = "", parentData: P, parentDataProperty: _, rootData: h2 = i } = {}) {
  let a = null, e = 0;
  if (e === 0) if (i && typeof i == "object" && !Array.isArray(i)) for (const c in i) {
    let l = i[c];
    const m = e;
    if (e === m) if (l && typeof l == "object" && !Array.isArray(l)) {
      const g = e;
      for (const d in l) if (!(d === "channel" || d === "spatial")) {
        return k.errors = [{ instancePath: t + "/" + c.replace(/~/g, "~0").replace(/\//g, "~1"), keyword: "additionalProperties", params: { additionalProperty: d } }], false;
        break;
      }
      if (g === e) {
        if (l.channel !== void 0) {
          const d = e;
          s(l.channel, { instancePath: t + "/" + c.replace(/~/g, "~0").replace(/\//g, "~1") + "/channel", parentData: l, parentDataProperty: "channel", rootData: h2 }) || (a = a === null ? s.errors : a.concat(s.errors), e = a.length);
          var p = d === e;
        } else var p = true;
        if (p) if (l.spatial !== void 0) {
          const d = e;
          s(l.spatial, { instancePath: t + "/" + c.replace(/~/g, "~0").replace(/\//g, "~1") + "/spatial", parentData: l, parentDataProperty: "spatial", rootData: h2 }) || (a = a === null ? s.errors : a.concat(s.errors), e = a.length);
          var p = d === e;
        } else var p = true;
      }
    } else return k.errors = [{ instancePath: t + "/" + c.replace(/~/g, "~0").replace(/\//g, "~1"), keyword: "type", params: { type: "object" } }], false;
    var w = m === e;
    if (!w) break;
  }
  else return k.errors = [{ instancePath: t, keyword: "type", params: { type: "object" } }], false;
  return k.errors = a, e === 0;
}
function $(i, { instancePath: t = "", parentData: P, parentDataProperty: _, rootData: h2 = i } = {}) {
  let a = null, e = 0;
  return k(i, { instancePath: t, parentData: P, parentDataProperty: _, rootData: h2 }) || (a = a === null ? k.errors : a.concat(k.errors), e = a.length), $.errors = a, e === 0;
}

// src/gates/check.js
function formProblem(validate, value) {
  if (validate(value)) return void 0;
  const { instancePath, keyword, params } = (validate.errors ?? [])[0];
  const place = instancePath.split("/").slice(1).join(".") || "it";
  const detail = Object.values(params ?? {}).flat().join(", ");
  return `has ${place} in a form that cannot be read (${keyword}${detail ? ` ${detail}` : ""})`;
}
function problem(edits2, sites, inputs, { means } = { means: true }) {
  const wrong = formProblem(edits, edits2);
  if (wrong) return wrong;
  const given = (
    /** @type {import("./edit.js").Edits} */
    edits2
  );
  for (const [block, branches] of Object.entries(given)) {
    if (!Object.hasOwn(sites, block)) return `changes a block that is not here: ${block}`;
    for (const [branch, edit] of Object.entries(branches)) {
      if (edit.base === "mean" && !means) return "asks for a mean, of which there is none here";
      const misfit = misfitOf(
        edit,
        /** @type {Branch} */
        branch,
        sites[block],
        inputs
      );
      if (misfit) return `changes the ${branch} gates of ${block}: ${misfit}`;
    }
  }
  return void 0;
}
function misfitOf({ base, from, set = {}, strokes = [] }, branch, site, inputs) {
  const { channels, positions, branches, range: [low, high] = [0, 1] } = site;
  if (!branches.includes(branch)) return `it has ${branches.join(" and ")} only`;
  if (base === "from" !== (from !== void 0)) return "from goes with the base from alone";
  if (from !== void 0 && from >= inputs) return `there is no input ${from}`;
  const size = branch === "channel" ? channels : positions.reduce((a, b) => a * b, 1);
  const beyond = Object.keys(set).find((k2) => Number(k2) >= size);
  if (beyond !== void 0) return `there is no entry ${beyond}`;
  const outside = Object.values(set).find((v) => !(v >= low && v <= high));
  if (outside !== void 0) return `an entry is ${outside}; they go from ${low} to ${high}`;
  if (!strokes.length) return void 0;
  if (branch === "channel" || positions.length !== 2) return "paint needs a mask";
  return strokesProblem(strokes, Math.max(...positions));
}
var MOST_IN_ALL = 2e4;
function strokesProblem(strokes, size) {
  const near = (v) => v >= -size && v <= 2 * size;
  const fine = strokes.every(
    ({ points: points2, width }) => points2.length % 2 === 0 && points2.every(near) && width <= Math.max(1, size / 4)
  );
  if (!fine) return "has strokes that cannot be read";
  const points = strokes.reduce((sum, s2) => sum + s2.points.length / 2, 0);
  return points > MOST_IN_ALL ? `has strokes of more than ${MOST_IN_ALL} points` : void 0;
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
    const k2 = Math.floor(i / plane) % channels;
    return zero[k2] + scale[k2] * code;
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
  async function render({ model: model2, el, experimental }) {
    const root = h("div", { class: `scse-widget scse-${name}` });
    const message = h("p", { class: "scse-message", role: "alert", hidden: true });
    const voice = announcer();
    el.append(h("div", { class: "scse" }, message, root, voice.element));
    const manifest = JSON.parse(model2.get("manifest"));
    let arrays = unpacked.get(model2);
    if (!arrays) unpacked.set(model2, arrays = unpack(model2.get("packed"), manifest.arrays));
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
        const value = model2.get(trait);
        const problem2 = check(value, (name2) => model2.get(name2));
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
      for (const [trait, value] of unsent) if (model2.get(trait) !== value) model2.set(trait, value);
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
          model2.save_changes();
        }, 120);
      },
      say: voice.say,
      model: model2,
      experimental,
      signal: gone.signal
    };
    validate();
    update = build(context);
    update();
    for (const trait of Object.keys(rules)) model2.on(`change:${trait}`, changed);
    root.setAttribute("data-ready", "");
    return () => {
      gone.abort();
      for (const trait of Object.keys(rules)) model2.off(`change:${trait}`, changed);
      cancelAnimationFrame(frame);
      clearTimeout(saving);
      voice.stop();
    };
  }
  return { render };
}
var index = (n) => (value) => Number.isInteger(value) && value >= 0 && value < n ? void 0 : `must be 0 to ${n - 1}`;
var oneOf = (options) => (value) => options.includes(value) ? void 0 : `must be one of ${options.join(", ")}`;

// src/gates/strokes.js
function distance(px, py, [ax, ay, bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const t = length ? Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / length)) : 0;
  return Math.hypot(px - ax - t * dx, py - ay - t * dy);
}
function draw({ width: pen, points }, width, height, ink) {
  const opacity = /* @__PURE__ */ new Map();
  const radius = pen / 2;
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

// src/gates/edit.js
var OWN = { base: "own" };
var pathOf = (name) => name.replace(/#\d+$/, "");
var changes = (edit) => edit !== void 0 && (edit.base !== "own" || Object.keys(edit.set ?? {}).length > 0 || (edit.strokes ?? []).length > 0);
var editOf = (edits2, block, branch) => edits2[pathOf(block)]?.[branch] ?? OWN;
function withEdit(edits2, block, branch, edit) {
  const path = pathOf(block);
  const branches = { ...edits2[path], [branch]: edit };
  if (!changes(edit)) delete branches[branch];
  const next = { ...edits2, [path]: branches };
  if (!Object.keys(branches).length) delete next[path];
  return next;
}
function withEntry(edit, entry, value, home) {
  const set = { ...edit.set, [entry]: value };
  const back = edit.base === "own" && home !== void 0 && Math.abs(value - home) < 1e-6;
  if (back) delete set[entry];
  return { ...edit, set };
}
function mean(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return values.length ? sum / values.length : 0;
}
var BASES = {
  own: () => ({ keep: 1, value: 0 }),
  neutral(_, { neutral }) {
    if (neutral === void 0) throw new Error("What an absent branch is, is not known here.");
    return { keep: 0, value: neutral };
  },
  zero: () => ({ keep: 0, value: 0 }),
  one: () => ({ keep: 0, value: 1 }),
  flat: (_, { own }) => ({ keep: 0, value: mean(own()) }),
  mean: lent,
  invert: () => ({ keep: -1, value: 1 }),
  from: lent
};
function lent(edit, { lend }) {
  const gate = lend(edit);
  return gate ? { keep: 0, value: Float32Array.from(gate) } : { keep: 1, value: 0 };
}
function changeOf(edit, known) {
  if (!edit || !changes(edit)) return void 0;
  const { keep, value } = BASES[edit.base](edit, known);
  const entries = Object.entries(edit.set ?? {});
  const strokes = edit.strokes ?? [];
  if (!entries.length && !strokes.length) return { keep, value };
  const filled = (v) => typeof v === "number" ? new Float32Array(known.size).fill(v) : v;
  const [keeps, values] = [filled(keep), filled(value)];
  const put = (entry, v) => {
    keeps[entry] = 0;
    values[entry] = v;
  };
  for (const [entry, v] of entries) put(Number(entry), v);
  const [height, width] = known.positions ?? [0, 0];
  for (const stroke of strokes) {
    draw(stroke, width, height, (p, opacity) => opacity >= 0.5 && put(p, stroke.value));
  }
  return { keep: keeps, value: values };
}
function used(own, change) {
  if (!change) return Float64Array.from(own);
  const { keep, value } = change;
  const at = (v, i) => typeof v === "number" ? v : v[i];
  return Float64Array.from(own, (gate, i) => at(keep, i) * gate + at(value, i));
}

// src/gates/rules.js
var BRANCHES = ["channel", "spatial"];
var both = (value) => ({ channel: value, spatial: value });
var terms = { channel: "c·U", spatial: "s·U" };
var once = (top) => top;
var twice = (top) => 2 * top;
var RULES = {
  cse: {
    apply: (u, c) => u * c,
    branches: ["channel"],
    neutral: { channel: 1 },
    identity: { channel: 1 },
    gain: once,
    formula: "c·U",
    alone: {}
  },
  sse: {
    apply: (u, _, s2) => u * s2,
    branches: ["spatial"],
    neutral: { spatial: 1 },
    identity: { spatial: 1 },
    gain: once,
    formula: "s·U",
    alone: {}
  },
  "1+cse": {
    apply: (u, c) => u + u * c,
    branches: ["channel"],
    neutral: { channel: 0 },
    identity: { channel: 0 },
    gain: twice,
    formula: "U + c·U",
    alone: {}
  },
  "1+sse": {
    apply: (u, _, s2) => u + u * s2,
    branches: ["spatial"],
    neutral: { spatial: 0 },
    identity: { spatial: 0 },
    gain: twice,
    formula: "U + s·U",
    alone: {}
  },
  add: {
    apply: (u, c, s2) => u * (c + s2),
    branches: BRANCHES,
    neutral: both(0),
    identity: { channel: 1, spatial: 0 },
    gain: twice,
    formula: "c·U + s·U",
    alone: terms
  },
  max: {
    apply: (u, c, s2) => Math.max(u * c, u * s2),
    branches: BRANCHES,
    neutral: both(0),
    identity: { channel: 1, spatial: 0 },
    gain: once,
    formula: "max(c·U, s·U)",
    alone: terms
  },
  mul: {
    apply: (u, c, s2) => u * c * (u * s2),
    branches: BRANCHES,
    neutral: both(1),
    identity: null,
    gain: (top) => top * top,
    formula: "c·U × s·U",
    alone: { channel: "c·U × U", spatial: "s·U × U" }
  },
  concat: {
    apply() {
      throw new Error("concat mixes the channels: a map of its Û does not come from one map of U");
    },
    branches: BRANCHES,
    neutral: both(0),
    identity: null,
    gain: once,
    formula: "W [c·U, s·U]",
    alone: { channel: "W [c·U, 0]", spatial: "W [0, s·U]" }
  },
  cbam: {
    apply: (u, c, s2) => u * c * s2,
    branches: BRANCHES,
    neutral: both(1),
    identity: both(1),
    gain: once,
    formula: "s·(c·U)",
    alone: terms
  }
};
function ruleOf(name) {
  if (!Object.hasOwn(RULES, name)) {
    throw new Error(`no rule "${name}"; there are ${Object.keys(RULES).join(", ")}`);
  }
  return RULES[name];
}
function recalibrateChannel(rule, maps, channel, c, s2, out) {
  const start = channel * out.length;
  for (let p = 0; p < out.length; p++) out[p] = rule.apply(maps[start + p], c, s2[p]);
  return out;
}
function recalibrate(rule, maps, c, s2) {
  const size = maps.length / c.length;
  const all = new Float64Array(maps.length);
  for (let k2 = 0; k2 < c.length; k2++) {
    recalibrateChannel(rule, maps, k2, c[k2], s2, all.subarray(k2 * size, (k2 + 1) * size));
  }
  return all;
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
     * @param {J} job @param {(done: number) => void} [onProgress]
     * @returns {Promise<A | undefined>}
     */
    run(job, onProgress) {
      return new Promise((resolve, reject) => {
        waiting?.drop();
        waiting = {
          start: () => void engine.run(job, onProgress).then(resolve, reject).finally(next),
          drop: () => resolve(void 0)
        };
        if (!busy) next();
      });
    }
  };
}

// src/figures/gate_lab/deeper.js
var gateIn = ({ blocks }, block, branch) => (branch === "channel" ? blocks[block].channel : blocks[block].spatial?.data) ?? [];
function deeper(engine, { network, blocks }, input) {
  const plain = /* @__PURE__ */ new Map();
  const request = (picture, block) => ({
    network,
    image: input(picture),
    maps: { [block]: (
      /** @type {"all"} */
      "all"
    ) }
  });
  function ownAnswer(picture, block) {
    const key = `${picture} ${block}`;
    let answer = plain.get(key);
    if (!answer) {
      answer = engine.run(request(picture, block));
      plain.set(key, answer);
      answer.catch(() => plain.delete(key));
    }
    return answer;
  }
  async function changesOf({ block, edits: edits2 }, own) {
    const all = {};
    for (const [name, branches] of Object.entries(edits2)) {
      const { channels, positions, rule } = blocks[name];
      for (
        const branch of
        /** @type {Branch[]} */
        Object.keys(branches)
      ) {
        const edit = branches[branch];
        const lender = edit?.from === void 0 ? void 0 : await ownAnswer(edit.from, block);
        const change = changeOf(edit, {
          size: branch === "channel" ? channels : positions[0] * positions[1],
          positions,
          neutral: ruleOf(rule).neutral[branch],
          own: () => gateIn(own, name, branch),
          lend: () => lender && gateIn(lender, name, branch)
        });
        if (change) all[name] = { ...all[name], [branch]: change };
      }
    }
    return all;
  }
  async function run(job) {
    const own = await ownAnswer(job.picture, job.block);
    const gates = await changesOf(job, own);
    const edited = Object.keys(gates).length > 0;
    const answer = edited ? await engine.run({ ...request(job.picture, job.block), gates }) : own;
    return { own, answer, gates };
  }
  const queue = newest({ run });
  return queue.run;
}

// src/ground/colours.json
var colours_default = {
  gray: ["#000000", "#ffffff"],
  feature: [
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
  channel: [
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
  space: [
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
  Object.fromEntries(Object.entries(colours_default).map(([name, stops]) => [name, table(stops)]))
);
var gradient = (scale, direction = "to right") => `linear-gradient(${direction}, ${colours_default[scale].join(", ")})`;
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
function classPainter(palette, outlineColour = "#ffffff") {
  const base = new Uint32Array(palette.length * 256);
  const dots = new Uint32Array(palette.length * 256);
  palette.map(rgb).forEach((colour, k2) => {
    for (let grey = 0; grey < 256; grey++) {
      const mixed = mix([grey, grey, grey], colour, k2 ? 0.8 : 0.4);
      const light = 0.3 * mixed[0] + 0.6 * mixed[1] + 0.1 * mixed[2];
      base[k2 * 256 + grey] = word(mixed);
      dots[k2 * 256 + grey] = word(light > 110 ? [0, 0, 0] : [255, 255, 255]);
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

// src/ground/maths.js
var sigmoid = (x) => 1 / (1 + Math.exp(-x));
function squeeze(maps, channels) {
  const size = maps.length / channels;
  const z2 = new Float64Array(channels);
  for (let k2 = 0; k2 < channels; k2++) {
    let sum = 0;
    for (let p = k2 * size; p < (k2 + 1) * size; p++) sum += maps[p];
    z2[k2] = sum / size;
  }
  return z2;
}
function linear({ weight, bias }, x) {
  return Float64Array.from(weight, (row, i) => row.reduce((sum, w, j) => sum + w * x[j], bias[i]));
}
function excite(fc1, fc2, z2) {
  const before = linear(fc1, z2);
  const hidden = before.map((v) => Math.max(0, v));
  const logits = linear(fc2, hidden);
  return { before, hidden, logits, gates: logits.map(sigmoid) };
}
function project(maps, weight, bias) {
  const size = maps.length / weight.length;
  const q = new Float64Array(size).fill(bias);
  for (let k2 = 0; k2 < weight.length; k2++) {
    for (let p = 0; p < size; p++) q[p] += weight[k2] * maps[k2 * size + p];
  }
  return q;
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
  const both2 = new Float64Array(classes);
  const total = new Float64Array(classes);
  for (let p = 0; p < label.length; p++) {
    total[prediction[p]]++;
    total[label[p]]++;
    if (prediction[p] === label[p]) both2[label[p]]++;
  }
  return both2.map((count2, j) => 2 * count2 / total[j]);
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
function lastBlock({ shape, fc1, fc2, project: w, head, classes, blocks, last }, maps) {
  const rule = ruleOf(blocks[last].rule);
  const gates = excite(fc1, fc2, squeeze(maps, shape[0])).gates;
  const mask = project(maps, w.weight[0], w.bias[0]).map(sigmoid);
  const segment = (c, s2) => argmax(pointwise(recalibrate(rule, maps, c, s2), head), classes.length);
  return { channel: gates, spatial: mask, segment, segmentation: segment(gates, mask) };
}
function firstToPull({ channel, spatial, segment, segmentation }) {
  const changes2 = Array.from(channel, (_, k2) => {
    const pulled = channel.map((gate, i) => i === k2 ? 0 : gate);
    return differences(segment(pulled, spatial), segmentation);
  });
  return changes2.indexOf(Math.max(...changes2));
}

// src/figures/gate_lab/modes.js
var MODES = [
  { value: "none", label: "none", title: "Both branches off: the maps pass unchanged" },
  { value: "cse", label: "cSE", title: "Channel gates only" },
  { value: "sse", label: "sSE", title: "Spatial mask only" },
  { value: "scse", label: "scSE", title: "Both, as the network was trained" }
];
var NEUTRAL = { base: "neutral" };
var constant = (value) => ({ base: value === 0 ? "zero" : "one" });
function passing({ identity, neutral }) {
  if (!identity) return void 0;
  const edit = (branch) => identity[branch] === neutral[branch] ? NEUTRAL : constant(identity[branch]);
  return { channel: edit("channel"), spatial: edit("spatial") };
}
var modesOf = (rule) => MODES.filter(({ value }) => value !== "none" || rule.identity);
function editsFor(mode, rule, channel) {
  const all = {
    none: passing(rule),
    cse: { channel, spatial: NEUTRAL },
    sse: { channel: NEUTRAL },
    scse: { channel }
  };
  const edits2 = { ...all[mode] };
  if (!changes(edits2.channel)) delete edits2.channel;
  return edits2;
}
function modeOf(edits2, rule) {
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const { channel = OWN, spatial = OWN } = edits2;
  const through = passing(rule);
  if (through && same(channel, through.channel) && same(spatial, through.spatial)) return "none";
  if (same(channel, NEUTRAL) && !changes(spatial)) return "sse";
  if (channel.base !== "own") return void 0;
  if (same(spatial, NEUTRAL)) return "cse";
  return changes(spatial) ? void 0 : "scse";
}

// src/figures/gate_lab/model.js
function model(manifest, arrays) {
  const { samples, blocks, last, classes, shape } = manifest;
  const [channels, height, width] = shape;
  const size = height * width;
  const depth = arrays.inputs.length / (samples.length * size);
  const states = samples.map((_, i) => {
    const length = channels * size;
    const maps = (
      /** @type {Float64Array} */
      arrays.maps.subarray(i * length, (i + 1) * length)
    );
    const input = arrays.inputs.subarray(i * depth * size, (i + 1) * depth * size);
    const [low, high] = range(input.subarray(0, size));
    let own;
    return {
      maps,
      input: { shape: [depth, height, width], data: Float32Array.from(input) },
      picture: Uint8Array.from(input.subarray(0, size), (v) => 255 * (v - low) / (high - low)),
      label: arrays.labels.subarray(i * size, (i + 1) * size),
      own: () => own ??= lastBlock(manifest, maps)
    };
  });
  const open = ({ block }) => block || last;
  const ruleNow = (state) => ruleOf(blocks[open(state)].rule);
  const edit = (state, branch) => editOf(state.edits, open(state), branch);
  let kept = { base: "own" };
  const channelOn = (state) => edit(state, "channel").base === "own";
  const channelEdit = (state) => channelOn(state) ? edit(state, "channel") : kept;
  const mode = (state) => modeOf(state.edits[open(state)] ?? {}, ruleNow(state)) ?? "scse";
  function only(block, how, channel) {
    const edits2 = editsFor(how, ruleOf(blocks[block].rule), channel);
    return Object.keys(edits2).length ? { [block]: edits2 } : {};
  }
  function usedHere({ picture }, branch, how) {
    const own = states[picture].own()[branch];
    return used(
      own,
      changeOf(how, {
        size: own.length,
        positions: [height, width],
        neutral: ruleOf(blocks[last].rule).neutral[branch],
        own: () => own,
        lend: ({ from }) => from === void 0 ? void 0 : states[from].own()[branch]
      })
    );
  }
  return {
    states,
    open,
    mode,
    channelOn,
    /** @param {State} state */
    edited: (state) => changes(edit(state, "channel")),
    /** May the page compute what the state shows? @param {State} state */
    here: (state) => open(state) === last && Object.keys(state.edits).every((name) => name === last),
    /** @param {State} state @param {number} channel @param {number} gate @returns {Partial<State>} */
    setGate(state, channel, gate) {
      const next = withEntry(edit(state, "channel"), channel, gate);
      return { edits: withEdit(state.edits, open(state), "channel", next) };
    },
    /** @param {State} state @param {Mode} how @returns {Partial<State>} */
    setMode(state, how) {
      kept = channelEdit(state);
      return { edits: only(open(state), how, kept) };
    },
    /** @returns {Partial<State>} */
    reset() {
      kept = { base: "own" };
      return { edits: {} };
    },
    /** Bars are of one block and picture; the choice of branches stays. @param {State} state @param {Partial<State>} changed @returns {Partial<State>} */
    turnTo(state, changed) {
      kept = { base: "own" };
      const next = { ...state, ...changed };
      return { ...changed, edits: only(open(next), mode(state), kept) };
    },
    /** The last block, computed here. @param {State} state @returns {View} */
    compute(state) {
      const { maps, own } = states[state.picture];
      const { channel, spatial, segment, segmentation } = own();
      const gates = usedHere(state, "channel", edit(state, "channel"));
      const mask = usedHere(state, "spatial", edit(state, "spatial"));
      return {
        shape,
        maps,
        ticks: channel,
        bars: channelOn(state) ? gates : usedHere(state, "channel", kept),
        gates,
        mask,
        ownMask: spatial,
        before: segmentation,
        segmentation: segment(gates, mask)
      };
    },
    /** Any block, from what an engine answered. @param {State} state @param {import("./deeper.js").Done} done @returns {View} */
    fromAnswers(state, { own, answer, gates }) {
      const name = open(state);
      const { maps, channel, spatial } = answer.blocks[name];
      if (!maps || !channel || !spatial) throw new Error(`${name} has no gates to draw.`);
      const goesOn = used(channel, gates[name]?.channel);
      const asSet = Array.from(channel, (gate, k2) => kept.set?.[k2] ?? gate);
      return {
        shape: maps.shape,
        maps: maps.data,
        ticks: channel,
        bars: channelOn(state) ? goesOn : asSet,
        gates: goesOn,
        mask: used(spatial.data, gates[name]?.spatial),
        ownMask: spatial.data,
        before: argmax(own.output.data, classes.length),
        segmentation: argmax(answer.output.data, classes.length)
      };
    }
  };
}

// src/controls/select.js
function select({ label, name, options, onInput, hidden = false }) {
  const list = h("select", { class: "scse-select", "data-name": name });
  if (hidden) list.setAttribute("aria-label", label);
  const offer = (next) => list.replaceChildren(...next.map(({ value, label: text }) => h("option", { value }, text)));
  offer(options);
  list.addEventListener("change", () => onInput(list.value));
  return {
    list,
    options: list.options,
    element: hidden ? list : h("label", { class: "scse-choosing" }, h("span", { text: label }), list),
    offer,
    /** @param {string} value */
    set(value) {
      list.value = value;
    }
  };
}

// src/desk/chooser.js
var FEW = 4;
function pictureChooser({ label, titles, onInput }) {
  const pick2 = titles.length > FEW ? select : choice;
  const chooser = pick2({
    label,
    name: "picture",
    options: titles.map((title, i) => ({ value: String(i), label: title })),
    onInput: (value) => onInput(Number(value))
  });
  chooser.element.hidden = titles.length < 2;
  return {
    element: chooser.element,
    /** @param {number} picture */
    set: (picture) => chooser.set(String(picture))
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
  const changes2 = h("div", { class: "scse-changes" }, changed.element);
  const total = h("span");
  changes2.append(" of ", total, " pixels changed");
  return {
    element: h(
      "div",
      { class: "scse-score" },
      h("div", { class: "scse-dice" }, h("span", { text: "Dice" }), dice2.element, loss),
      changes2
    ),
    /** @param {number} score @param {number} own @param {number} pixels @param {number} of */
    set(score, own, pixels2, of) {
      dice2.set(score);
      changed.set(pixels2);
      total.textContent = count(of);
      const difference = Number((score - own).toFixed(2));
      loss.textContent = difference ? (difference < 0 ? "▼ " : "▲ ") + fixed(Math.abs(difference)) : "";
      loss.classList.toggle("scse-worse", difference < 0);
      changes2.classList.toggle("scse-any", pixels2 > 0);
    }
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

// src/desk/mask.js
function maskMap(...over) {
  const sheet = canvas(1, 1);
  const scale = colourBar("space", "mask");
  return {
    stack: stack(sheet, ...over),
    scale: scale.element,
    /** @param {import("../ground/plane.js").Plane} mask */
    set({ data, height, width }) {
      if (sheet.width !== width || sheet.height !== height) Object.assign(sheet, { width, height });
      sheet.style.aspectRatio = `${width} / ${Math.max(height, width / 10)}`;
      const [low, high] = range(data);
      paintMap(sheet, data, low, high, "space");
      scale.set(low, high);
    }
  };
}

// src/desk/card.js
function fit(element, height, width) {
  if (element.width === width && element.height === height) return;
  Object.assign(element, { width, height });
  element.style.aspectRatio = `${width} / ${Math.max(height, width / 4)}`;
}
function card({ vertical, digits, absent, remarks }, [min, max], onGate) {
  let channel = -1;
  const name = h("span", { class: "scse-name", "aria-hidden": true });
  const map = canvas(1, 1);
  const missing = absent ? h("span", { class: "scse-nomap", text: absent }) : "";
  const thumb = h("div", { class: "scse-thumb" }, map, missing);
  const value = readout("gate", (v) => fixed(v, digits));
  const slider = bar({
    label: "Gate",
    name: "bar",
    vertical,
    min,
    max,
    onInput: (v) => onGate(channel, v)
  });
  const dot = h("div", { class: "scse-dot", hidden: true });
  slider.element.firstElementChild?.append(dot);
  const remark = h("span", { class: "scse-remark" });
  const parts = remarks ? [remark] : [];
  const element = h(
    "div",
    { class: "scse-card" },
    name,
    thumb,
    slider.element,
    value.element,
    ...parts
  );
  function call(k2) {
    if (k2 === channel) return;
    channel = k2;
    name.textContent = String(k2 + 1);
    slider.element.setAttribute("aria-label", `Gate of channel ${k2 + 1}`);
    slider.element.setAttribute("data-name", `bar-${k2}`);
    value.element.setAttribute("data-name", `gate-${k2}`);
    map.setAttribute("data-name", `map-${k2}`);
  }
  return {
    element,
    slider: slider.element,
    /** @param {Shown} shown */
    set(shown) {
      call(shown.channel);
      const { gate, own, other, map: drawn } = shown;
      slider.element.hidden = value.element.hidden = gate === void 0;
      if (gate !== void 0) {
        value.set(gate);
        slider.set(gate);
        slider.setHome(own);
        slider.disable(shown.fixed);
        dot.hidden = other === void 0;
        dot.style.setProperty("--dot", `${100 * ((other ?? 0) - min) / (max - min)}%`);
      }
      remark.textContent = shown.remark;
      if (missing) missing.hidden = drawn !== void 0;
      map.classList.toggle("scse-none", drawn === void 0);
      if (!drawn) return;
      fit(map, drawn.height, drawn.width);
      paintMap(map, drawn.data, drawn.low, drawn.high, "feature");
    }
  };
}

// src/ground/plane.js
function resample(from, height, width) {
  if (from.height === height && from.width === width) return from.data;
  const data = new Float64Array(height * width);
  for (let y = 0, p = 0; y < height; y++) {
    const row = Math.floor((y + 0.5) * from.height / height) * from.width;
    for (let x = 0; x < width; x++, p++) {
      data[p] = from.data[row + Math.floor((x + 0.5) * from.width / width)];
    }
  }
  return data;
}

// src/desk/recalibrated.js
function asItComes(map) {
  const [low, high] = range(map.data);
  return { ...map, low: Math.min(0, low), high };
}
function afterGates(map, rule, c, mask) {
  const { data, height, width } = map;
  const s2 = mask && resample(mask, height, width);
  const [low, high] = range(data);
  const out = Float64Array.from(data, (u, p) => rule.apply(u, c, s2 ? s2[p] : NaN));
  const floor = Math.min(0, rule.gain(Math.min(0, low)));
  return { data: out, height, width, low: floor, high: Math.max(0, rule.gain(Math.max(0, high))) };
}

// src/desk/mixer.js
function mixer({ onGate, ...look }) {
  const grid = h("div", { class: "scse-desk" });
  const past = bypass();
  const hint = h("div", { class: "scse-pull", "aria-hidden": true, text: "pull me" });
  let cards = [];
  let made2 = "";
  function supply(count2, range2) {
    if (made2 !== range2.join()) {
      cards = [];
      grid.replaceChildren();
      made2 = range2.join();
    }
    while (cards.length < count2) {
      const next = card(look, range2, onGate);
      cards.push(next);
      grid.append(next.element);
    }
    cards.forEach(({ element }, i) => element.hidden = i >= count2);
  }
  return {
    grid,
    start: past.start,
    end: past.end,
    hint,
    /** @param {Channels} channels */
    set({ order, range: range2 = [0, 1], gates, bars = gates, own, other, mask, rule, ...more }) {
      const { map, remark, pull: pull2, fixed: fixed2 = false } = more;
      supply(order.length, range2);
      past.set(gates ? order.length : 0);
      hint.remove();
      order.forEach((channel, i) => {
        const u = map(channel);
        cards[i].set({
          channel,
          fixed: fixed2,
          gate: bars?.[channel],
          own: own?.[channel],
          other: other?.[channel],
          remark: remark?.(channel) ?? "",
          map: u && (rule ? afterGates(u, rule, gates?.[channel] ?? NaN, mask) : asItComes(u))
        });
        if (channel === pull2) cards[i].slider.append(hint);
      });
    }
  };
}

// src/desk/pointing.js
function pointing({ maps, steps: [across, down], mask, grid, also, say }) {
  const value = readout("mask-value", (v) => fixed(v, 3));
  const note = h("span", { class: "scse-note" });
  const markers = maps.map(({ stack: stack2 }) => {
    const made2 = marker();
    stack2.append(made2.element);
    return made2;
  });
  let where = [0.5, 0.5];
  function point() {
    const [plane, named] = [mask(), grid()];
    if (!plane || !named) return;
    const x = Math.floor(where[0] * plane.width);
    const y = Math.floor(where[1] * plane.height);
    const s2 = plane.data[y * plane.width + x];
    const [column, row] = [Math.floor(where[0] * named.width), Math.floor(where[1] * named.height)];
    for (const each of markers) each.at(column, row, named.width, named.height);
    value.set(s2);
    note.replaceChildren(`row ${row}, column ${column}: s = `, value.element);
    say(`s is ${fixed(s2, 3)}${also ? `; ${also(where[0], where[1])}` : ""}`);
  }
  for (const { label, name, stack: stack2 } of maps) {
    pointable(stack2, {
      label,
      name,
      width: across,
      height: down,
      where: () => [Math.floor(where[0] * across), Math.floor(where[1] * down)],
      onMove(x, y) {
        where = [(x + 0.5) / across, (y + 0.5) / down];
        point();
      },
      onLeave() {
        for (const each of markers) each.hide();
        note.replaceChildren();
      }
    });
  }
  return { note };
}

// src/desk/strip.js
function cellOf({ name, caption, stripes, mask }) {
  const sheet = mask && canvas(...mask);
  const row = stripes ? canvas(1, stripes) : void 0;
  row?.classList.add("scse-stripes");
  if (row) row.style.aspectRatio = "";
  const unseen = h("span", { class: "scse-unseen" });
  const parts = [sheet, row].filter((part) => part !== void 0);
  const label = h("span", { class: "scse-cell" }, ...parts, ...caption ?? [name], unseen);
  return {
    label,
    /** @param {Gates | undefined} gates */
    set(gates) {
      const values = gates?.row;
      row?.classList.toggle("scse-none", !values);
      if (row && values) {
        const every = Array.from(
          { length: row.width },
          (_, i) => values[Math.floor(i * values.length / row.width)]
        );
        paintMap(row, every, 0, 1, "channel");
      }
      if (sheet) {
        sheet.hidden = !gates?.mask;
        if (gates?.mask) paintMap(sheet, gates.mask, 0, 1, "space");
      }
      label.classList.toggle("scse-edited", Boolean(gates?.edited));
      unseen.textContent = gates?.edited ? " (overruled)" : "";
    }
  };
}
function strip({ label, cells, onInput }) {
  const drawn = cells.map(cellOf);
  const chooser = choice({
    label,
    name: "block",
    options: cells.map(({ name, title }, i) => ({ value: name, label: drawn[i].label, title })),
    onInput
  });
  chooser.element.classList.add("scse-strip");
  return {
    element: chooser.element,
    /** At once: an answer on its way may be of an older choice. @param {string} name */
    choose: chooser.set,
    /** @param {(name: string, i: number) => Gates | undefined} gates */
    set(gates) {
      cells.forEach(({ name }, i) => drawn[i].set(gates(name, i)));
    }
  };
}

// src/figures/gate_lab/words.js
function misread(label, segmentation, classes) {
  const votes = classes.map(() => new Array(classes.length).fill(0));
  for (let p = 0; p < label.length; p++) votes[label[p]][segmentation[p]]++;
  return votes.flatMap((row, k2) => {
    const most = row.indexOf(Math.max(...row));
    return k2 && row[most] && most !== k2 ? [`${classes[k2].name} → ${classes[most].name}`] : [];
  });
}
function formula(rule) {
  const element = h("span", { class: "scse-formula" });
  const right = {
    none: "U",
    cse: rule.alone.channel ?? rule.formula,
    sse: rule.alone.spatial ?? rule.formula,
    scse: rule.formula
  };
  return {
    element,
    /** @param {Mode} mode */
    set(mode) {
      const parts = right[mode].split(/([cs]·U)/).map((part) => {
        const colour = { "c·U": "scse-c", "s·U": "scse-s" }[part];
        return colour ? h("b", { class: colour, text: part }) : part;
      });
      element.replaceChildren("Û = ", ...parts);
    }
  };
}
function noteOf({ channelOn, zeros, keepsMap }) {
  if (!channelOn) {
    return "The channel branch is off: the gates have nothing to say. Choose cSE or scSE.";
  }
  if (zeros && keepsMap) {
    return "At 0 the map is still there: s·U lets it through. In cSE it goes dark.";
  }
  return "Each bar is the gate of its map. The tick is what the network chose; a double click puts a bar back.";
}

// src/figures/gate_lab/view.js
var FINE = 4;
function controls({ samples, blocks, last }, acts) {
  const rule = ruleOf(blocks[last].rule);
  const pictures = pictureChooser({
    label: "Picture",
    titles: samples.map(({ title }) => title),
    onInput: acts.picture
  });
  const branches = choice({
    label: "Branches",
    name: "mode",
    options: modesOf(rule),
    onInput: (value) => acts.mode(
      /** @type {Mode} */
      value
    )
  });
  const equation = formula(rule);
  const reset = button("Reset", "reset", acts.reset);
  return {
    element: h(
      "div",
      { class: "scse-controls" },
      pictures.element,
      branches.element,
      equation.element,
      reset
    ),
    /** @param {number} picture @param {Mode} mode */
    set(picture, mode) {
      pictures.set(picture);
      branches.set(mode);
      equation.set(mode);
    }
  };
}
function panels({ shape, classes, outline }, say) {
  const [, height, width] = shape;
  const photo = canvas(height, width);
  const result = canvas(height * FINE, width * FINE);
  result.classList.add("scse-fine");
  const paint = classPainter(classes.map(({ colour }) => colour));
  const maskOff = h("div", { class: "scse-off", text: "off" });
  const mask = maskMap(maskOff);
  const stacks = [stack(photo), mask.stack, stack(result)];
  const credit = h("span", { class: "scse-credit" });
  const truth = h("span", { text: outline ? "white line: truth · dots: changed" : "" });
  let read2;
  let segmentation = new Uint8Array(height * width);
  const names = (
    /** @type {const} */
    ["picture", "mask", "segmentation"]
  );
  const labels = { picture: "Picture", mask: "Spatial mask", segmentation: "Segmentation" };
  const { note } = pointing({
    maps: names.map((name, i) => ({
      label: labels[name],
      name: `point-${name}`,
      stack: stacks[i]
    })),
    steps: [width, height],
    mask: () => read2,
    grid: () => ({ height, width }),
    also(x, y) {
      const p = Math.floor(y * height) * width + Math.floor(x * width);
      return `class ${classes[segmentation[p]].name}`;
    },
    say
  });
  const title = h("span", {}, "Spatial mask ", h("b", { class: "scse-s", text: "s" }));
  return {
    elements: [
      panel("Picture", stacks[0], credit),
      panel(title, stacks[1], mask.scale, note),
      panel("Segmentation", stacks[2], truth)
    ],
    result,
    /** @param {View} view @param {Uint8Array} picture @param {ArrayLike<number>} label @param {string} source @param {boolean} maskOn */
    set(view2, picture, label, source, maskOn) {
      const [, rows, columns] = view2.shape;
      read2 = { data: maskOn ? view2.mask : view2.ownMask, height: rows, width: columns };
      segmentation = view2.segmentation;
      paintMap(photo, picture, 0, 255, "gray");
      credit.textContent = source;
      mask.set(read2);
      maskOff.hidden = maskOn;
      const before = view2.before;
      paint(result, segmentation, { picture, width, before, outline: outline ? label : void 0 });
    }
  };
}
function outcome({ classes }) {
  const score = scoreboard();
  const reads = h("div", { class: "scse-reads", "data-name": "misread" });
  const list = classList(classes);
  return {
    element: h("div", { class: "scse-outcome" }, h("div", {}, score.element, reads), list.element),
    /** @param {View} view @param {ArrayLike<number>} label @returns {{short: string, long: string}} in words */
    set({ segmentation, before }, label) {
      const scored = meanDice(segmentation, label, classes.length);
      const pixels2 = differences(segmentation, before);
      const wrong = misread(label, segmentation, classes).join(", ");
      score.set(scored, meanDice(before, label, classes.length), pixels2, label.length);
      reads.textContent = wrong;
      list.set(dice(segmentation, label, classes.length));
      const short = `Dice ${fixed(scored)}, ${pixels(pixels2)} changed`;
      return { short, long: `${short}. ${wrong}` };
    }
  };
}
function opened({ blocks, shape }, root, result, acts) {
  const desk = mixer({ vertical: true, digits: 3, onGate: acts.gate });
  const short = miniature(result);
  const howMany = h("span");
  const note = h("p", { class: "scse-hint" });
  const what = h(
    "span",
    {},
    howMany,
    "Recalibrated maps ",
    h("b", { text: "Û" }),
    " and channel gates ",
    h("b", { class: "scse-c", text: "c" })
  );
  return {
    elements: [
      h("div", { class: "scse-title scse-opener" }, short.element, what),
      desk.start,
      desk.grid,
      desk.end,
      note
    ],
    /** @param {View} view @param {string} block @param {boolean} channelOn @param {number | undefined} pull @param {string} words */
    set({ shape: size, maps, ticks, bars, gates, mask }, block, channelOn, pull2, words) {
      const [channels, height, width] = size;
      const { rule } = blocks[block];
      const area = height * width;
      root.classList.toggle("scse-many", channels > shape[0]);
      root.classList.toggle("scse-channel-off", !channelOn);
      howMany.textContent = `${block}, ${channels} channels of ${height} × ${width}: `;
      short.set(words);
      desk.set({
        order: Array.from({ length: channels }, (_, k2) => k2),
        gates,
        bars,
        own: ticks,
        fixed: !channelOn,
        mask: { data: mask, height, width },
        rule: ruleOf(rule),
        map: (k2) => ({
          data: maps.subarray(k2 * area, (k2 + 1) * area),
          height,
          width
        }),
        pull: pull2
      });
      note.textContent = noteOf({
        channelOn,
        zeros: Array.from(bars).includes(0),
        keepsMap: rule === "add" && Array.from(mask).some((s2) => s2 > 0)
      });
    }
  };
}
function view({ manifest, model: model2, root, status, acts, say }) {
  const { blocks, samples, last } = manifest;
  const choices = controls(manifest, acts);
  const seen = panels(manifest, say);
  const result = outcome(manifest);
  const desk = opened(manifest, root, seen.result, acts);
  const row = strip({
    label: "Block",
    cells: Object.entries(blocks).map(([name, { channels }]) => ({
      name,
      title: `${channels} channels`
    })),
    onInput: acts.block
  });
  row.element.hidden = Object.keys(blocks).length < 2;
  root.append(
    choices.element,
    h("div", { class: "scse-panels" }, ...seen.elements, result.element),
    h("div", { class: "scse-controls scse-blocks" }, row.element, status),
    ...desk.elements
  );
  return {
    /** At once, before an engine has answered. @param {State} state */
    choose(state) {
      choices.set(state.picture, model2.mode(state));
      row.choose(model2.open(state));
    },
    /** @param {State} state @param {View} shown */
    draw(state, shown) {
      const { picture, label, own } = model2.states[state.picture];
      const block = model2.open(state);
      const mode = model2.mode(state);
      const channelOn = model2.channelOn(state);
      const pull2 = block === last && channelOn && !model2.edited(state);
      seen.set(shown, picture, label, samples[state.picture].credit ?? "", hasMask(mode));
      const { short, long } = result.set(shown, label);
      desk.set(shown, block, channelOn, pull2 ? firstToPull(own()) : void 0, short);
      say(long);
    }
  };
}
var hasMask = (mode) => mode === "sse" || mode === "scse";

// src/figures/gate_lab/index.js
var gate_lab_default = widget(
  "gatelab",
  ({ samples, blocks }) => ({
    picture: index(samples.length),
    block: oneOf(["", ...Object.keys(blocks)]),
    edits: (value) => problem(value, blocks, samples.length, { means: false })
  }),
  (context) => {
    const { root, arrays, get, set, say, model: wire, experimental, signal } = context;
    const manifest = context.manifest;
    const { network, blocks, last } = manifest;
    const model2 = model(manifest, arrays);
    const now = () => ({ picture: get("picture"), block: get("block"), edits: get("edits") });
    const status = h("span", { class: "scse-status", role: "status", "data-name": "engine" });
    const { engine } = engineFor({
      model: wire,
      experimental,
      signal,
      networks: { [network]: blocks },
      tell: (text) => status.textContent = text
    });
    const ask = deeper(engine, manifest, (picture) => model2.states[picture].input);
    const view2 = view({
      manifest,
      model: model2,
      root,
      status,
      say,
      acts: {
        picture: (picture) => set(model2.turnTo(now(), { picture })),
        block: (name) => set(model2.turnTo(now(), { block: name === last ? "" : name })),
        mode: (mode) => set(model2.setMode(now(), mode)),
        gate: (channel, gate) => set(model2.setGate(now(), channel, gate)),
        reset: () => set(model2.reset())
      }
    });
    async function askFor(state) {
      const block = model2.open(state);
      try {
        const done = await ask({ picture: state.picture, block, edits: state.edits });
        if (!done || block !== model2.open(now()) || state.picture !== get("picture")) return;
        view2.draw(state, model2.fromAnswers(state, done));
      } catch (error) {
        const { message } = (
          /** @type {Error} */
          error
        );
        status.textContent = `${message} The last block works without it.`;
        if (block !== last) set({ block: "", ...model2.reset() });
      }
    }
    return function update() {
      const state = now();
      view2.choose(state);
      if (model2.here(state)) view2.draw(state, model2.compute(state));
      else askFor(state);
    };
  }
);
export {
  gate_lab_default as default
};
