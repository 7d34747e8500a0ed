/** GateLab without its page: pictures, blocks, the reader's edits, and what follows from them. */

import { range } from "../../draw/paint.js";
import { changeOf, changes, editOf, used, withEdit, withEntry } from "../../gates/edit.js";
import { ruleOf } from "../../gates/rules.js";
import { argmax } from "../../ground/maths.js";
import { lastBlock } from "./last.js";
import { editsFor, modeOf } from "./modes.js";

/** @typedef {import("../../gates/edit.js").Edit} Edit */
/** @typedef {import("../../gates/edit.js").Edits} Edits */
/** @typedef {import("../../gates/rules.js").Branch} Branch */
/** @typedef {import("../../ground/maths.js").Linear} Linear */
/** @typedef {import("./modes.js").Mode} Mode */
/** @typedef {import("../../gates/check.js").Site & {rule: string}} Block */
/**
 * What scse/widgets/gate_lab.py describes.
 * @typedef {object} Manifest
 * @property {string} network its name, under which a site may have it as a file
 * @property {Record<string, Block>} blocks @property {string} last the name of the last one
 * @property {{title: string, credit: string}[]} samples
 * @property {{name: string, colour: string}[]} classes background first
 * @property {string[]} keys what quantities call them
 * @property {[number, number, number]} shape channels, height and width of the last block
 * @property {boolean} outline draw the borders of the true classes
 * @property {Linear} fc1 @property {Linear} fc2 @property {Linear} project @property {Linear} head
 */
/**
 * The reader's part.
 * @typedef {object} State
 * @property {number} picture
 * @property {string} block the open one, "" for the last
 * @property {Edits} edits
 */
/**
 * A block as it is drawn: what comes in, what it computes, what the reader made of it.
 * @typedef {object} View
 * @property {number[]} shape @property {Float32Array | Float64Array} maps U
 * @property {ArrayLike<number>} ticks the network's own channel gates
 * @property {ArrayLike<number>} bars as the reader set them, also where the branch is off
 * @property {ArrayLike<number>} gates @property {ArrayLike<number>} mask that go on
 * @property {ArrayLike<number>} ownMask
 * @property {Uint8Array} before the network's own segmentation
 * @property {Uint8Array} segmentation
 */

/** The samples, each with what the last block does to it. @param {Manifest} manifest @param {import("../../widget.js").Arrays} arrays */
function samplesOf(manifest, arrays) {
  const { samples, shape } = manifest;
  const [channels, height, width] = shape;
  const size = height * width;
  const depth = arrays.inputs.length / (samples.length * size);
  return samples.map((_, i) => {
    const length = channels * size;
    const maps = /** @type {Float64Array} */ (arrays.maps).subarray(i * length, (i + 1) * length);
    const input = arrays.inputs.subarray(i * depth * size, (i + 1) * depth * size);
    const [low, high] = range(input.subarray(0, size));
    /** @type {ReturnType<typeof lastBlock> | undefined} */
    let own;
    return {
      maps,
      input: { shape: [depth, height, width], data: Float32Array.from(input) },
      picture: Uint8Array.from(input.subarray(0, size), (v) => (255 * (v - low)) / (high - low)),
      label: arrays.labels.subarray(i * size, (i + 1) * size),
      own: () => (own ??= lastBlock(manifest, maps)),
    };
  });
}

/** What the reader does, as edits of the open block. @param {Manifest} manifest */
function editing({ blocks, last }) {
  /** @param {State} state */
  const open = ({ block }) => block || last;
  /** @param {State} state @param {Branch} branch */
  const edit = (state, branch) => editOf(state.edits, open(state), branch);
  /** @param {State} state */
  const channelOn = (state) => edit(state, "channel").base === "own";

  /** The channel edit to come back to when its branch is on again. @type {Edit} */
  let kept = { base: "own" };
  /** @param {State} state */
  const channelEdit = (state) => (channelOn(state) ? edit(state, "channel") : kept);
  /** @param {State} state @returns {Mode} */
  const mode = (state) =>
    modeOf(state.edits[open(state)] ?? {}, ruleOf(blocks[open(state)].rule)) ?? "scse";
  /** Edits of one block alone. @param {string} block @param {Mode} how @returns {Edits} */
  function only(block, how) {
    const edits = editsFor(how, ruleOf(blocks[block].rule), kept);
    return Object.keys(edits).length ? { [block]: edits } : {};
  }
  return {
    open,
    edit,
    mode,
    channelOn,
    channelEdit,
    /** @param {State} state */
    edited: (state) => changes(edit(state, "channel")),
    /** May the page compute what the state shows? @param {State} state */
    here: (state) =>
      open(state) === last && Object.keys(state.edits).every((name) => name === last),

    /** @param {State} state @param {number} channel @param {number} gate @returns {Partial<State>} */
    setGate(state, channel, gate) {
      const next = withEntry(edit(state, "channel"), channel, gate);
      return { edits: withEdit(state.edits, open(state), "channel", next) };
    },
    /** @param {State} state @param {Mode} how @returns {Partial<State>} */
    setMode(state, how) {
      kept = channelEdit(state);
      return { edits: only(open(state), how) };
    },
    /** @returns {Partial<State>} */
    reset() {
      kept = { base: "own" };
      return { edits: {} };
    },
    /** Bars are of one block and picture; the choice of branches stays. @param {State} state @param {Partial<State>} changed @returns {Partial<State>} */
    turnTo(state, changed) {
      kept = { base: "own" };
      return { ...changed, edits: only(open({ ...state, ...changed }), mode(state)) };
    },
  };
}

/**
 * What is to be drawn.
 * @param {Manifest} manifest @param {ReturnType<typeof samplesOf>} states
 * @param {ReturnType<typeof editing>} edits
 */
function drawing({ blocks, last, classes, shape }, states, { open, edit, channelOn, channelEdit }) {
  /** What a branch of the last block becomes. @param {State} state @param {Branch} branch @param {Edit} how */
  function usedHere({ picture }, branch, how) {
    const own = states[picture].own()[branch];
    const change = changeOf(how, {
      size: own.length,
      positions: shape.slice(1),
      neutral: ruleOf(blocks[last].rule).neutral[branch],
      own: () => own,
      lend: ({ from }) => (from === undefined ? undefined : states[from].own()[branch]),
    });
    return used(own, change);
  }
  return {
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
        bars: usedHere(state, "channel", channelEdit(state)),
        gates,
        mask,
        ownMask: spatial,
        before: segmentation,
        segmentation: segment(gates, mask),
      };
    },

    /**
     * Any block, from what an engine answered. The bars are where the reader has them now: an
     * answer that comes late must not put them back.
     * @param {State} state that was asked about @param {import("./deeper.js").Done} done
     * @param {State} now @returns {View}
     */
    fromAnswers(state, { own, answer, gates }, now) {
      const name = open(state);
      const { maps, channel, spatial } = answer.blocks[name];
      if (!maps || !channel || !spatial) throw new Error(`${name} has no gates to draw.`);
      const goesOn = used(channel, gates[name]?.channel);
      const { set } = channelEdit(now);
      return {
        shape: maps.shape,
        maps: maps.data,
        ticks: channel,
        bars: Array.from(channelOn(state) ? goesOn : channel, (gate, k) => set?.[k] ?? gate),
        gates: goesOn,
        mask: used(spatial.data, gates[name]?.spatial),
        ownMask: spatial.data,
        before: argmax(own.output.data, classes.length),
        segmentation: argmax(answer.output.data, classes.length),
      };
    },
  };
}

/** @param {Manifest} manifest @param {import("../../widget.js").Arrays} arrays */
export function model(manifest, arrays) {
  const states = samplesOf(manifest, arrays);
  const edits = editing(manifest);
  return { states, ...edits, ...drawing(manifest, states, edits) };
}
