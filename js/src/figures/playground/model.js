/** The Playground without its page: the reader's state and its history, and what follows from it. */

import { valueIn } from "../../desk/bases.js";
import { history } from "../../desk/history.js";
import { difference } from "../../desk/link.js";
import { changes, editOf, used, withEdit, withEntry } from "../../gates/edit.js";
import { ruleOf } from "../../gates/rules.js";
import { argmax } from "../../ground/maths.js";
import { problem } from "./state.js";
import * as WORDS from "../../words/playground.js";

/** @typedef {import("../../gates/edit.js").Edit} Edit */
/** @typedef {import("../../gates/edit.js").Edits} Edits */
/** @typedef {import("../../gates/rules.js").Branch} Branch */
/** @typedef {import("../../gates/strokes.js").Stroke} Stroke */
/** @typedef {import("./asker.js").Done} Done */
/** @typedef {import("./scene.js").Picture} Picture */
/** @typedef {import("./scene.js").Seen} Seen */
/** @typedef {import("./state.js").State} State */
/** @typedef {Partial<State>} Changed the parts of a state that differ from the start */
/** @typedef {import("../../gates/check.js").Site & {rule: string}} Block */
/**
 * @typedef {object} Network
 * @property {string} file @property {string} title
 * @property {number} dice on all test pictures
 * @property {Record<string, Block>} blocks none without gates
 * @property {Record<string, number[]>} means of the channel gates, by block
 */
/** @typedef {{title: string, credit: string}} Source a picture to choose */
/** @typedef {{label: string, min: number, max: number, start: number}} SliderRange */
/**
 * What scse/widgets/playground.py describes.
 * @typedef {object} Manifest
 * @property {string} task @property {number} size pixels a side of a picture
 * @property {boolean} draw can the reader draw on it?
 * @property {number | null} blank the grey of an empty sheet, where one draws
 * @property {import("../../desk/figure.js").Class[]} classes background first
 * @property {Source[]} examples @property {Source[]} grounds
 * @property {Record<string, SliderRange>} sliders
 * @property {string} reference the network whose answers are stored
 * @property {Record<string, Network>} networks @property {number} test_images
 * @property {State} start
 */
/**
 * Gates of a block that go on.
 * @typedef {object} GoesOn
 * @property {ArrayLike<number>} [channel] @property {ArrayLike<number>} [spatial]
 * @property {boolean} edited
 */
/**
 * An answer as it is drawn.
 * @typedef {object} View
 * @property {State} state @property {Picture} picture
 * @property {Uint8Array} segmentation
 * @property {Uint8Array} [before] without the edits; none where the network has no gates
 * @property {Record<string, GoesOn>} gates by block
 * @property {Seen["blocks"][string]} [own] what the open block computes
 */

/** @param {Seen} answer */
export const segmentationOf = ({ segmentation, output }) =>
  segmentation ?? argmax(output.data, output.shape[0]);

/** @param {Done} done @returns {View} */
export function viewOf({ state, picture, own, answer, gates }) {
  /** @type {Record<string, GoesOn>} */
  const goesOn = {};
  for (const [name, { channel, spatial }] of Object.entries(answer.blocks)) {
    goesOn[name] = {
      channel: channel ? used(channel, gates[name]?.channel) : undefined,
      spatial: spatial ? used(spatial.data, gates[name]?.spatial) : undefined,
      edited: name in gates,
    };
  }
  const gated = Object.keys(goesOn).length > 0;
  return {
    state,
    picture,
    segmentation: segmentationOf(answer),
    before: gated ? segmentationOf(own) : undefined,
    gates: goesOn,
    own: answer.blocks[state.block],
  };
}

/** The state, step by step. @param {Manifest} manifest @param {Changed} changed at the beginning */
function stepping(manifest, changed) {
  const { start } = manifest;
  const past = history(changed);
  return {
    past,
    /** @param {Changed} parts @returns {State} */
    whole: (parts) => ({ ...start, ...parts }),
    /**
     * A step that can be undone: what differs from the start now, or what is wrong with it.
     * @param {State} state @param {Changed} parts @param {string} tag of a drag, which is one step
     * @param {number} time in ms
     * @returns {{changed: Changed} | {wrong: string}}
     */
    step(state, parts, tag, time) {
      const next = difference({ ...state, ...parts }, start);
      const wrong = problem(next, manifest);
      if (wrong) return { wrong };
      past.record(next, tag, time);
      return { changed: next };
    },
    /**
     * What a link brings. Its maker's own picture is not in it.
     * @param {unknown} linked @param {boolean} own is there a picture of this reader's own?
     * @returns {{changed?: Changed, complaint: string}}
     */
    arrive(linked, own) {
      const wrong = problem(linked, manifest);
      if (wrong) return { complaint: WORDS.afresh(wrong) };
      const next = { .../** @type {Changed} */ (linked) };
      const missing = next.source === "own" && !own;
      if (missing) delete next.source;
      past.record(next, "", 0);
      return {
        changed: next,
        complaint: missing ? WORDS.ownStayed : "",
      };
    },
  };
}

/** What is done to the gates. @param {Manifest} manifest */
function editing({ networks, reference }) {
  /** @param {State} state @param {Branch} branch */
  const edit = ({ edits, block }, branch) => editOf(edits, block, branch);
  /** @param {State} state @param {Branch} branch @param {Edit} next @returns {Changed} */
  const setEdit = ({ edits, block }, branch, next) => ({
    edits: withEdit(edits, block, branch, next),
  });
  return {
    edit,
    setEdit,
    /** @param {State} state @param {number} channel @param {number} gate @param {number} home where its tick is */
    setGate: (state, channel, gate, home) =>
      setEdit(state, "channel", withEntry(edit(state, "channel"), channel, gate, home)),
    /** @param {State} state @param {Stroke[]} strokes */
    paint: (state, strokes) => setEdit(state, "spatial", { ...edit(state, "spatial"), strokes }),
    /** The same for every gate of every block. @param {Edit} next @returns {Changed} */
    setAll(next) {
      /** @type {Edits} */
      let edits = {};
      for (const [name, { branches }] of Object.entries(networks[reference].blocks)) {
        for (const branch of branches) edits = withEdit(edits, name, branch, next);
      }
      return { edits };
    },
  };
}

/** What there is to be edited in the network that is looked into. @param {Manifest} manifest */
function looking({ networks }) {
  /** The open block. @param {State} state @returns {Block | undefined} none in a network without gates */
  const opened = ({ network, block }) => networks[network].blocks[block];
  /** @param {State} state */
  const gatesOf = ({ network, edits }) =>
    Object.entries(networks[network].blocks).flatMap(([name, { branches, rule }]) =>
      branches.map((branch) => ({
        edit: editOf(edits, name, branch),
        neutral: ruleOf(rule).neutral[branch],
      })),
    );
  return {
    opened,
    /** What all of its gates have in common, if it is a base alone. @param {State} state */
    common(state) {
      const gates = gatesOf(state);
      const bases = gates.map(({ edit: { set, strokes, ...base }, neutral }) =>
        changes({ base: "own", set, strokes }) ? "" : valueIn(base, neutral),
      );
      return new Set(bases).size === 1 && bases[0] ? gates[0].edit : undefined;
    },
    /**
     * What an absent branch is, by the rule of the open block; of all blocks if `branch` is left
     * out. Undefined where that is not one number.
     * @param {State} state @param {Branch} [branch]
     */
    neutral(state, branch) {
      const block = opened(state);
      if (branch) return block && ruleOf(block.rule).neutral[branch];
      const values = new Set(gatesOf(state).map(({ neutral }) => neutral));
      return values.size === 1 ? [...values][0] : undefined;
    },
  };
}

/** @param {Manifest} manifest @param {Changed} changed at the beginning */
export const model = (manifest, changed) => ({
  ...stepping(manifest, changed),
  ...editing(manifest),
  ...looking(manifest),
});
