/** The Explorer without its page: what the reader chose, and what is to be shown of it. */

import { bases } from "../../desk/bases.js";
import { range } from "../../draw/paint.js";
import { problem } from "../../gates/check.js";
import { editOf, pathOf, withEdit, withEntry } from "../../gates/edit.js";
import { BRANCHES } from "../../gates/rules.js";
import { gates as gatesOf, neutralOf, partOf } from "./gates.js";
import { resultOf } from "./result.js";
import { scenes as scenesOf } from "./scenes.js";
import { stored as storedOf } from "./stored.js";
import * as WORDS from "../../words/explorer.js";

/** @typedef {import("../../gates/edit.js").Edit} Edit */
/** @typedef {import("../../gates/edit.js").Edits} Edits */
/** @typedef {import("../../gates/rules.js").Branch} Branch */
/** @typedef {import("../../ground/plane.js").Plane} Plane */
/** @typedef {ReturnType<typeof gatesOf>} Gates */
/** @typedef {import("./memory.js").Scene} Scene */
/** @typedef {ReturnType<typeof scenesOf>} Scenes */
/**
 * @typedef {object} Block
 * @property {string} name a path, or "path#2" where the block runs again
 * @property {number} channels
 * @property {number[]} size its spatial shape; empty where that is not known
 * @property {boolean} maps can U be seen? @property {boolean} channel @property {boolean} spatial
 * @property {string | null} rule how the gates are applied; null where that is not known
 * @property {[number, number]} range of its gates
 */
/**
 * What scse/widgets/explorer.py describes.
 * @typedef {object} Manifest
 * @property {string} network the name of its class
 * @property {{title: string, shape: number[], label: number | null}[]} inputs
 * @property {Block[]} blocks in the order in which they run
 * @property {import("./result.js").Described} output
 * @property {number | null} slice of volumes: where what is stored was cut
 * @property {Partial<Record<"picture" | "label" | "output", number>>} reduced how many positions a
 *   side became one where it is stored
 * @property {number | null} hint the channel of the first open block that is worth pulling
 * @property {Record<string, number[]>} maps "0.3" -> the channels whose maps are stored
 * @property {Record<string, import("../../ground/unpack.js").Entry>} arrays
 * @property {State} defaults
 */
/**
 * The reader's part.
 * @typedef {object} State
 * @property {number} picture @property {number} compare -1 for none
 * @property {string} block the open one
 * @property {number} slice -1 for the middle
 * @property {"input" | "output"} view @property {string} sort @property {Edits} edits
 */
/**
 * What a gate is based on, and could be.
 * @typedef {object} Based
 * @property {Edit} edit
 * @property {number | undefined} neutral what an absent branch is, where that is known
 * @property {import("../../desk/bases.js").Option[]} options
 */
/**
 * What is shown.
 * @typedef {object} Shown
 * @property {Block} block @property {Scene} scene
 * @property {ArrayLike<number>} [gates] that go on
 * @property {ArrayLike<number>} [own] @property {ArrayLike<number>} [other]
 * @property {ArrayLike<number>} [first] of the network without edits, by which channels are ordered
 * @property {Plane} [mask] that goes on
 * @property {Map<number, Plane>} maps U, by channel
 * @property {number} [pull] the channel that carries the hint
 * @property {import("./output.js").Seen} output
 * @property {boolean} fresh is the output that of the edits?
 *  */

/** @typedef {import("../../gates/check.js").Site} Site */

/** @param {Block} block @returns {Site} */
const siteOf = ({ channels, size, range: ends, ...has }) => ({
  channels,
  positions: size,
  branches: BRANCHES.filter((branch) => has[branch]),
  range: ends,
});

/** Every run of a block, by its name. @param {Manifest} manifest */
export const runsOf = ({ blocks }) =>
  Object.fromEntries(blocks.map((block) => [block.name, siteOf(block)]));

/** What there is to be edited, by paths. @param {Block[]} blocks */
function sitesOf(blocks) {
  /** @type {Record<string, Site>} */
  const sites = {};
  for (const block of blocks) {
    const site = siteOf(block);
    const [low, high] = site.range ?? [0, 1];
    const [least, most] = sites[pathOf(block.name)]?.range ?? [low, high]; // of all its runs
    site.range = [Math.min(low, least), Math.max(high, most)];
    sites[pathOf(block.name)] = site;
  }
  return sites;
}

/** What is wrong with edits. @param {Manifest} manifest @param {unknown} value */
export function editsProblem({ blocks, inputs }, value) {
  const wrong = problem(value, sitesOf(blocks), inputs.length);
  if (wrong) return wrong;
  for (const [path, branches] of Object.entries(/** @type {Edits} */ (value))) {
    const block = blocks.find(({ name }) => pathOf(name) === path);
    const unknown = block?.rule === null;
    if (unknown && Object.values(branches).some(({ base }) => base === "neutral")) {
      return WORDS.branchOff(path);
    }
  }
  return undefined;
}

/**
 * What the reader may do to the gates of the open block, and what comes of it.
 * @param {Manifest} manifest @param {Scenes} scenes @param {Gates} gates
 */
function editing({ blocks, inputs }, { numberOf, scene }, gates) {
  /** @param {State} state @param {Branch} branch */
  const edit = (state, branch) => editOf(state.edits, state.block, branch);
  /** The input that is compared, else the next one. @param {State} state */
  function partner({ compare, picture }) {
    if (compare >= 0 && compare !== picture) return compare;
    return inputs.length > 1 ? (picture + 1) % inputs.length : undefined;
  }
  return {
    /** What a gate is based on, and could be. @param {State} state @param {Branch} branch @returns {Based} */
    based(state, branch) {
      const size = inputs[state.picture].shape.join();
      /** @param {number} i */
      const fits = (i) => branch === "channel" || inputs[i].shape.join() === size;
      const lenders = new Set([partner(state), edit(state, branch).from]);
      const others = [...lenders].filter((i) => i !== undefined && fits(i));
      const all = inputs.length > 1 && inputs.every((_, i) => fits(i));
      const neutral = neutralOf(blocks[numberOf(state)], branch);
      const options = bases({
        branch,
        neutral,
        inputs: others.map((i) => ({ from: Number(i), title: inputs[Number(i)].title })),
        mean: all ? WORDS.inputs(inputs.length) : undefined,
        flat: true,
      });
      return { edit: edit(state, branch), neutral, options };
    },
    /** @param {State} state @param {Branch} branch @param {Edit} next @returns {Partial<State>} */
    setBase: (state, branch, next) => ({
      edits: withEdit(state.edits, state.block, branch, next),
    }),
    /** @param {State} state @param {number} channel @param {number} gate @returns {Partial<State>} */
    setGate(state, channel, gate) {
      const home = gates.own(scene(state), "channel", numberOf(state))?.data[channel];
      const next = withEntry(edit(state, "channel"), channel, gate, home);
      return { edits: withEdit(state.edits, state.block, "channel", next) };
    },
  };
}

/**
 * What is to be shown: of the last answer, else of what is stored.
 * @param {Manifest} manifest @param {Scenes} scenes @param {Gates} gates
 * @param {import("./stored.js").Stored} stored @param {import("./memory.js").Memory} memory
 */
function showing(manifest, { numberOf, scene, edited, live }, gates, stored, memory) {
  const { blocks, inputs, reduced, defaults, hint, output: described } = manifest;

  /** @param {Scene} now @returns {import("./output.js").Seen} */
  function output(now) {
    const { label: truth, shape } = inputs[now.picture];
    const part = partOf(now, shape);
    const [own, last, answered] = [memory.own(now), memory.now(now), memory.picture(now)];
    const before = own ? resultOf(own.output, described, part) : stored.output(now.picture);
    return {
      now: last ? resultOf(last.output, described, part) : before,
      own: before,
      picture: answered ? answered[0] : stored.picture(now.picture),
      label: answered ? answered[1] : stored.label(now.picture),
      truth,
      coarse: own ? 1 : (reduced.output ?? 1),
    };
  }

  /** U of the open block. @param {Scene} now @param {number} b @returns {Map<number, Plane>} */
  function maps(now, b) {
    // What is stored no longer holds where another block is edited, and the network can say so.
    const upstream = live && Object.keys(now.edits).some((path) => path !== pathOf(now.block));
    return memory.maps(now) ?? (upstream ? new Map() : stored.maps(now.picture, b));
  }

  /** The channel that was found to matter most; of other blocks the one with the highest gate. @param {State} state @param {ArrayLike<number> | undefined} first */
  function pull(state, first) {
    if (edited(state) || !live) return undefined; // nothing would follow
    const highest = first && Array.from(first).indexOf(range(first)[1]);
    return state.block === defaults.block ? (hint ?? highest) : highest;
  }

  return {
    /** @param {State} state @returns {Shown} */
    show(state) {
      const b = numberOf(state);
      const now = scene(state);
      const own = gates.own(now, "channel", b)?.data;
      const first = stored.gates(state.picture, b) ?? own;
      return {
        block: blocks[b],
        scene: now,
        gates: gates.goesOn(now, "channel", b)?.data,
        own,
        other: state.compare >= 0 ? stored.gates(state.compare, b) : undefined,
        first,
        mask: gates.goesOn(now, "spatial", b),
        maps: maps(now, b),
        pull: pull(state, first),
        output: output(now),
        fresh: memory.fresh(now),
      };
    },
    /** What stands in the strip, of block `b`. @param {State} state @param {number} b */
    strip(state, b) {
      const now = scene(state);
      return {
        row: (gates.goesOn(now, "channel", b) ?? gates.goesOn(now, "spatial", b))?.data,
        edited: pathOf(blocks[b].name) in state.edits,
      };
    },
  };
}

/**
 * @param {object} options
 * @param {Manifest} options.manifest @param {import("../../widget.js").Arrays} options.arrays
 * @param {import("./memory.js").Memory} options.memory
 * @param {boolean} options.live is there a network behind the page?
 */
export function model({ manifest, arrays, memory, live }) {
  const stored = storedOf(manifest, arrays);
  const gates = gatesOf(manifest, stored, memory);
  const scenes = scenesOf(manifest, live);
  return {
    ...scenes,
    changes: gates.changes,
    ...editing(manifest, scenes, gates),
    ...showing(manifest, scenes, gates, stored, memory),
  };
}
