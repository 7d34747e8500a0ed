/** Explorer: the blocks of any network, their gates in the reader's hand. */

import { kernelEngine } from "../../engine/kernel.js";
import { newest } from "../../engine/newest.js";
import { index, oneOf, widget } from "../../widget.js";
import { asker } from "./asker.js";
import { labour } from "./labour.js";
import { memory as memoryOf } from "./memory.js";
import { editsProblem, model as modelOf } from "./model.js";
import { orders } from "./orders.js";
import { view as viewOf } from "./view.js";

/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {import("./model.js").State} State */
/** @typedef {import("../../widget.js").Context<Manifest, State>} Context */

/** A whole number from -1, which stands for none, or for the usual. @param {number} n @returns {import("../../widget.js").Check} */
const indexOrNone = (n) => (value) =>
  typeof value === "number" && Number.isInteger(value) && value >= -1 && value < n
    ? undefined
    : `must be -1 to ${n - 1}`;

/** @param {Manifest} manifest @returns {Record<keyof State, import("../../widget.js").Check>} */
const checks = (manifest) => ({
  picture: index(manifest.inputs.length),
  compare: indexOrNone(manifest.inputs.length),
  block: oneOf(manifest.blocks.map(({ name }) => name)),
  slice: indexOrNone(Math.max(...manifest.inputs.map(({ shape }) => shape[1]))),
  view: oneOf(["input", "output"]),
  sort: oneOf(["index", "gate", "effect", "similarity", "difference"]),
  edits: (value) => editsProblem(manifest, value),
});

/** @param {Context["get"]} get @returns {State} */
const stateOf = (get) => ({
  picture: get("picture"),
  compare: get("compare"),
  block: get("block"),
  slice: get("slice"),
  view: get("view"),
  sort: get("sort"),
  edits: get("edits"),
});

/**
 * The engine in the kernel, and what asks it.
 * @param {Context} context
 * @param {Omit<Parameters<typeof asker>[0], "queue">} options
 * @param {Parameters<typeof kernelEngine>[1]} events
 */
function engineOf({ model, signal }, options, events) {
  const engine = kernelEngine(model, events);
  signal.addEventListener("abort", engine.close);
  const queue = newest(engine);
  const { ask, ...asking } = asker({ queue, ...options });
  return { ask, labour: labour({ queue, memory: options.memory, ...asking }) };
}

export default widget("explorer", checks, (/** @type {Context} */ context) => {
  const { root, manifest, arrays, get, set, say, experimental, signal } = context;
  // Hosts of pages without a kernel say where their files are; a notebook does not.
  const live = experimental?.assets === undefined;
  const memory = memoryOf();
  const model = modelOf({ manifest, arrays, memory, live });
  const now = () => stateOf(get);
  let quiet = false;

  const view = viewOf({
    manifest,
    model,
    root,
    say,
    acts: {
      set,
      base: (branch, edit) => set(model.setBase(now(), branch, edit)),
      gate: (channel, gate) => set(model.setGate(now(), channel, gate)),
      page: update,
    },
  });
  const engine = live
    ? engineOf(
        context,
        {
          memory,
          inputs: manifest.inputs.length,
          changes: model.changes,
          pictured: model.pictured,
          onAnswer: draw,
          onFailure: view.engine.fail,
          onProgress: view.engine.progress,
        },
        {
          onSilence(silent) {
            quiet = silent;
            draw();
          },
          onReturn: ask,
        },
      )
    : undefined;
  const order = orders({ labour: engine?.labour, onStep: view.progress, onOrder: draw });
  signal.addEventListener("abort", () => {
    order.stop();
    view.engine.progress(undefined);
  });

  function ask() {
    engine?.ask(model.scene(now(), view.visible()));
  }
  function draw() {
    const state = now();
    const shown = model.show(state);
    view.draw(state, shown, order.arrange(state, shown), quiet);
  }
  function update() {
    draw();
    ask();
  }
  return update;
});
