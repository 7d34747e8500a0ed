/** Which branches are on: a choice of four, said as edits of a block's two gates. */

import { changes, OWN } from "../../gates/edit.js";
import * as WORDS from "../../words/gate_lab.js";

/** @typedef {import("../../gates/edit.js").BlockEdits} BlockEdits */
/** @typedef {import("../../gates/edit.js").Edit} Edit */
/** @typedef {import("../../gates/rules.js").Rule} Rule */
/** @typedef {"none" | "cse" | "sse" | "scse"} Mode */

/** @type {Mode[]} */
const ALL = ["none", "cse", "sse", "scse"];
export const MODES = ALL.map((value) => ({
  value,
  label: WORDS.modes[value],
  title: WORDS.modeTitles[value],
}));

/** @type {Edit} */
const NEUTRAL = { base: "neutral" };

/** The base that sets a gate to 0 or 1. @param {number | undefined} value @returns {Edit} */
const constant = (value) => ({ base: value === 0 ? "zero" : "one" });

/** Edits with which the map passes unchanged; none where no gates do that. @param {Rule} rule */
function passing({ identity, neutral }) {
  if (!identity) return undefined;
  /** @param {"channel" | "spatial"} branch */
  const edit = (branch) =>
    identity[branch] === neutral[branch] ? NEUTRAL : constant(identity[branch]);
  return { channel: edit("channel"), spatial: edit("spatial") };
}

/** Those that this rule can show. @param {Rule} rule */
export const modesOf = (rule) => MODES.filter(({ value }) => value !== "none" || rule.identity);

/**
 * @param {Mode} mode @param {Rule} rule @param {Edit} channel what the gates are where they are on
 * @returns {BlockEdits} free of what changes nothing
 */
export function editsFor(mode, rule, channel) {
  /** @type {Record<Mode, BlockEdits | undefined>} */
  const all = {
    none: passing(rule),
    cse: { channel, spatial: NEUTRAL },
    sse: { channel: NEUTRAL },
    scse: { channel },
  };
  const edits = { ...all[mode] };
  if (!changes(edits.channel)) delete edits.channel;
  return edits;
}

/** The choice that edits come from, if it is one of the four. @param {BlockEdits} edits @param {Rule} rule @returns {Mode | undefined} */
export function modeOf(edits, rule) {
  const same = (/** @type {Edit} */ a, /** @type {Edit} */ b) =>
    JSON.stringify(a) === JSON.stringify(b);
  const { channel = OWN, spatial = OWN } = edits;
  const through = passing(rule);
  if (through && same(channel, through.channel) && same(spatial, through.spatial)) return "none";
  if (same(channel, NEUTRAL) && !changes(spatial)) return "sse";
  if (channel.base !== "own") return undefined;
  if (same(spatial, NEUTRAL)) return "cse";
  return changes(spatial) ? undefined : "scse";
}
