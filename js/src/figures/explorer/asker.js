/** Asks the engine for what is shown, keeps what it said, and works through long lists. */

import { place } from "./overrule.js";
import { distance } from "./result.js";

/** @typedef {import("../../engine/contract.js").Answer} Answer */
/** @typedef {import("../../engine/contract.js").Request} Request */
/** @typedef {import("../../engine/contract.js").PictureRequest} PictureRequest */
/** @typedef {import("./stored.js").Plane} Plane */

/**
 * @typedef {object} Scene what is to be shown
 * @property {number} picture @property {number | undefined} slice
 * @property {import("./overrule.js").Overrule} overrule
 * @property {string} block the open one @property {number[]} channels of it that are in sight
 */

const KEPT = 24; // own answers, and pictures
const PORTION = 64; // channels whose maps come with one answer
const POLL = 4; // ms between two looks whether the engine is free

/** A Map that forgets the oldest. @template V */
class Short extends Map {
  /** @param {string} key @param {V} value */
  set(key, value) {
    this.delete(key);
    super.set(key, value);
    if (this.size > KEPT) this.delete(this.keys().next().value);
    return this;
  }
}

/** @param {Scene} scene */
export const keyOf = ({ picture, slice, overrule }) =>
  JSON.stringify([picture, slice ?? null, overrule]);
/** @param {{picture: number, slice: number | undefined}} scene */
const placeOf = ({ picture, slice }) => `${picture}|${slice ?? ""}`;
/** U of a block does not depend on its own gates, unless it runs twice. @param {Scene} scene */
function mapsKey({ picture, slice, overrule, block }) {
  const others = { ...overrule };
  if (!block.includes("#")) delete others[block];
  return JSON.stringify([picture, slice ?? null, block, others]);
}

/**
 * @param {object} options
 * @param {{busy: boolean, run: (r: Request | PictureRequest, p?: (done: number) => void) => Promise<Answer | undefined>}} options.queue of `newest`
 * @param {(scene: Scene) => Request["gates"]} options.gates the changes to ask for
 * @param {number | null} options.middle the slice whose picture is stored
 * @param {boolean} [options.reduced] are stored pictures or labels smaller than they were?
 * @param {() => void} options.onAnswer
 * @param {(message: string) => void} options.onFailure "" when things work
 * @param {(done: number | undefined) => void} options.onProgress undefined at the end
 */
export function asker({ queue, gates, middle, reduced = false, onAnswer, onFailure, onProgress }) {
  /** @type {Short<Answer>} */
  const own = new Short();
  /** @type {Short<Plane[]>} */
  const pictures = new Short();
  /** @type {Map<number, Answer["blocks"]>} */
  const whole = new Map(); // of an input: all gates and masks, volumes not cut
  /** @type {Map<string, Map<number, Plane>>} */
  const maps = new Map();
  /** @type {{key: string, place: string, answer: Answer} | undefined} */
  let now;

  /** @param {Request | PictureRequest} request */
  async function run(request) {
    const answer = await queue.run(request, onProgress);
    onProgress(undefined);
    if (answer) onFailure("");
    return answer;
  }

  /** @param {Scene} scene @param {Answer} answer @param {number[]} asked */
  function keepMaps(scene, answer, asked) {
    const sent = answer.blocks[scene.block]?.maps;
    if (!sent) return;
    const key = mapsKey(scene);
    const [height, width] = sent.shape.slice(1);
    const found = maps.get(key) ?? new Map();
    asked.forEach((k, at) => {
      const data = sent.data.subarray(at * height * width, (at + 1) * height * width);
      found.set(k, { data, height, width });
    });
    maps.delete(key);
    maps.set(key, found);
    if (maps.size > 3) maps.delete(/** @type {string} */ (maps.keys().next().value));
  }

  /** @param {Scene} scene */
  const absent = (scene) => scene.channels.filter((k) => !maps.get(mapsKey(scene))?.has(k));

  /** What the network does on its own. @param {Scene} scene */
  async function ownAnswer(scene) {
    const known = own.get(placeOf(scene));
    if (known) return known;
    const answer = await run({ image: { stored: scene.picture }, slice: scene.slice });
    if (answer) own.set(placeOf(scene), answer);
    return answer;
  }

  /** @type {Scene | undefined} */
  let latest;

  /** @param {Scene} scene */
  async function fetchAll(scene) {
    latest = scene;
    for (const { spatial } of Object.values(scene.overrule)) {
      if (spatial?.mode !== "input" || whole.has(spatial.input ?? 0)) continue;
      const answer = await run({ image: { stored: spatial.input ?? 0 } });
      if (!answer) return;
      whole.set(spatial.input ?? 0, answer.blocks);
    }
    const elsewhere = scene.slice !== undefined && scene.slice !== middle;
    if ((elsewhere || reduced) && !pictures.has(placeOf(scene))) {
      const answer = await run({ picture: scene.picture, slice: scene.slice });
      if (!answer) return;
      const [count, height, width] = answer.output.shape;
      const planes = Array.from({ length: count }, (_, i) => ({
        data: answer.output.data.subarray(i * height * width, (i + 1) * height * width),
        height,
        width,
      }));
      pictures.set(placeOf(scene), planes);
    }
    const key = keyOf(scene);
    const changed = Object.keys(scene.overrule).length > 0;
    if (changed && !(await ownAnswer(scene))) return;
    if (scene !== latest) return; // overtaken meanwhile
    const asked = absent(scene);
    // What is under way is of an older scene, and would come after this one.
    if (now?.key === key && !asked.length && !queue.busy) return onFailure("");
    const answer = await run({
      image: { stored: scene.picture },
      slice: scene.slice,
      gates: changed ? gates(scene) : undefined,
      maps: asked.length ? { [scene.block]: asked } : undefined,
    });
    if (!answer) return;
    if (!changed) own.set(placeOf(scene), answer);
    keepMaps(scene, answer, asked);
    now = { key, place: placeOf(scene), answer };
    onAnswer();
  }

  /** Wait until no one else asks. @param {AbortSignal} signal */
  async function free(signal) {
    while (queue.busy && !signal.aborted) await new Promise((done) => setTimeout(done, POLL));
  }

  return {
    /** The answer of the last run, if it was for this input and slice. @param {Scene} scene */
    now: (scene) => (now?.place === placeOf(scene) ? now.answer : undefined),
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
    ask: (scene) =>
      void fetchAll(scene).catch((error) => {
        onProgress(undefined);
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
        const before = own.get(placeOf(scene)) ?? (await ownAnswer(scene));
        if (!before) continue;
        await free(signal);
        if (signal.aborted) break;
        const keep = new Float32Array(channels).fill(1);
        keep[k] = 0;
        const answer = await queue.run({
          image: { stored: scene.picture },
          slice: scene.slice,
          gates: { [place(scene.block)]: { channel: { keep, value: 0 } } },
        });
        if (!answer) continue; // overtaken: once more, when the reader has what was wanted
        effect[k] = distance(before.output.data, answer.output.data);
        k += 1;
        onStep(effect, k / channels);
      }
      return signal.aborted ? undefined : effect;
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
          gates: changed ? gates(scene) : undefined,
          maps: { [scene.block]: asked },
        });
        if (answer && !answer.blocks[scene.block]?.maps) throw new Error("This block has no maps.");
        if (answer) keepMaps(scene, answer, asked);
        onStep(1 - left.length / channels);
      }
      return signal.aborted ? undefined : maps.get(mapsKey(scene));
    },
  };
}
