/**
 * GateLab: the blocks of a network, with their gates in the reader's hand. The last block is
 * computed here; those before it by an engine, which is fetched when the first of them is chosen.
 */

import { engineFor } from "../../engine/here.js";
import { problem } from "../../gates/check.js";
import { h } from "../../ground/dom.js";
import { index, oneOf, widget } from "../../widget.js";
import { deeper } from "./deeper.js";
import { model as modelOf } from "./model.js";
import { quantities } from "./quantities.js";
import { view as viewOf } from "./view.js";
import * as WORDS from "../../words/gate_lab.js";

/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {import("./model.js").State} State */
/** @typedef {import("../../widget.js").Context<Manifest, State>} Context */

export default widget(
  "gatelab",
  (/** @type {Manifest} */ { samples, blocks }) => ({
    picture: index(samples.length),
    block: oneOf(["", ...Object.keys(blocks)]),
    edits: (value) => problem(value, blocks, samples.length, { means: false }),
  }),
  (/** @type {Context} */ context) => {
    const { root, manifest, arrays, get, set, say, model: wire, experimental, signal } = context;
    const { parts, measure } = context;
    const { network, blocks, last } = manifest;
    const model = modelOf(manifest, arrays);
    /** @returns {State} */
    const now = () => ({ picture: get("picture"), block: get("block"), edits: get("edits") });

    const status = h("span", { class: "scse-status", role: "status", "data-name": "engine" });
    const { engine } = engineFor({
      model: wire,
      experimental,
      signal,
      networks: { [network]: blocks },
      tell: (text) => (status.textContent = text),
    });
    const ask = deeper(engine, manifest, (picture) => model.states[picture].input);

    const view = viewOf({
      manifest,
      model,
      root,
      status,
      say,
      parts,
      acts: {
        picture: (picture) => set(model.turnTo(now(), { picture })),
        block: (name) => set(model.turnTo(now(), { block: name === last ? "" : name })),
        mode: (mode) => set(model.setMode(now(), mode)),
        gate: (channel, gate) => set(model.setGate(now(), channel, gate)),
        reset: () => set(model.reset()),
      },
    });

    /** @param {State} state @param {import("./model.js").View} shown */
    function draw(state, shown) {
      view.draw(state, shown);
      // An older answer may stand for a moment: what it says is not of this state.
      if (JSON.stringify(state) !== JSON.stringify(now())) return;
      const { label } = model.states[state.picture];
      measure(quantities(manifest.keys, label, shown, state.edits));
    }
    /** @param {State} state */
    async function askFor(state) {
      const block = model.open(state);
      try {
        const done = await ask({ picture: state.picture, block, edits: state.edits });
        if (!done || block !== model.open(now()) || state.picture !== get("picture")) return;
        draw(state, model.fromAnswers(state, done, now()));
      } catch (error) {
        const { message } = /** @type {Error} */ (error);
        status.textContent = WORDS.without(message);
        if (block !== last) set({ block: "", ...model.reset() });
      }
    }

    return function update() {
      const state = now();
      view.choose(state);
      if (model.here(state)) draw(state, model.compute(state));
      else askFor(state);
    };
  },
);
