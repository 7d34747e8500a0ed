/** Explorer: the blocks of any network, their gates in the reader's hand. */

import { engineFor, firstUse } from "../../engine/here.js";
import { newest } from "../../engine/newest.js";
import { index, oneOf, widget } from "../../widget.js";
import { asker } from "./asker.js";
import { labour } from "./labour.js";
import { memory as memoryOf } from "./memory.js";
import { editsProblem, model as modelOf, runsOf } from "./model.js";
import { orders } from "./orders.js";
import { view as viewOf } from "./view.js";
import * as WORDS from "../../words/explorer.js";

/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {import("./model.js").State} State */
/** @typedef {import("../../widget.js").Context<Manifest, State>} Context */

/** A whole number from -1, which stands for none, or for the usual. @param {number} n @returns {import("../../widget.js").Check} */
const indexOrNone = (n) => (value) =>
  typeof value === "number" && Number.isInteger(value) && value >= -1 && value < n
    ? undefined
    : WORDS.beyond(n - 1);

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
 * Where a page without a kernel finds the network: beside its engine, under a name, with the inputs;
 * or why it does not.
 * @typedef {{name?: string, arrays?: import("../../engine/page.js").Entries, obstacle?: string}} Live
 */

/**
 * The engine that there is, and what asks it.
 * @param {Context} context @param {Live} live
 * @param {Omit<Parameters<typeof asker>[0], "queue" | "inputs">} options
 * @param {Pick<Parameters<typeof engineFor>[0], "tell" | "onLoad" | "onReturn" | "onSilence">} events
 */
function engineOf({ model, manifest, experimental, signal }, live, options, events) {
  const { engine } = engineFor({
    model,
    experimental,
    signal,
    networks: { [live.name ?? ""]: runsOf(manifest) },
    inputs: live.arrays,
    ...events,
  });
  const queue = newest(engine);
  const { ask, ...asking } = asker({ queue, inputs: manifest.inputs.length, ...options });
  return { ask, labour: labour({ queue, memory: options.memory, ...asking }) };
}

export default widget("explorer", checks, (/** @type {Context} */ context) => {
  const { root, manifest, arrays, get, set, say, experimental, signal } = context;
  root.classList.add("scse-long");
  /** @type {Live} */
  const live = context.model.get("live");
  // Hosts of pages without a kernel say where their files are; a notebook does not.
  const inPage = experimental?.assets !== undefined;
  const memory = memoryOf();
  const model = modelOf({ manifest, arrays, memory, live: !inPage || live.name !== undefined });
  const now = () => stateOf(get);
  let quiet = false;
  let failed = false;
  const use = firstUse({ root, experimental, signal, begin: update });
  if (model.edited(now())) use.mark();
  let told = model.live ? use.waiting : "";

  const view = viewOf({
    manifest,
    model,
    obstacle: live.obstacle,
    root,
    say,
    parts: context.parts,
    acts: {
      set: choose,
      base: (branch, edit) => choose(model.setBase(now(), branch, edit)),
      gate: (channel, gate) => choose(model.setGate(now(), channel, gate)),
      page: update,
    },
  });
  const engine = model.live
    ? engineOf(
        context,
        live,
        {
          memory,
          changes: model.changes,
          pictured: model.pictured,
          onAnswer: draw,
          onFailure(message) {
            failed = message !== "";
            view.engine.fail(message);
          },
          onProgress: view.engine.progress,
        },
        {
          tell(text) {
            if (inPage) told = text;
            draw();
          },
          onLoad: (loaded, total) => view.engine.progress(total ? loaded / total : 0),
          onSilence: (silent) => (quiet = silent),
          onReturn: ask,
        },
      )
    : undefined;
  const order = orders({ labour: engine?.labour, onStep: view.progress, onOrder: draw });
  signal.addEventListener("abort", () => {
    order.stop();
    view.engine.progress(undefined);
  });

  /** @param {Partial<State>} changes */
  function choose(changes) {
    use.mark();
    set(changes);
  }
  function ask() {
    if (model.edited(now())) use.mark(); // by a link, say
    if (use.begun()) engine?.ask(model.scene(now(), view.visible()));
  }
  function draw() {
    const state = now();
    const shown = model.show(state);
    view.draw(state, shown, order.arrange(state, shown), {
      quiet,
      told,
      asked: { begun: use.begun(), failed },
    });
  }
  function update() {
    draw();
    ask();
  }
  return update;
});
