/** Asks the engine for what is shown: first what it needs to know, then the scene itself. */

import { lenders } from "./gates.js";

/** @typedef {import("../../engine/contract.js").Answer} Answer */
/** @typedef {import("../../engine/contract.js").Request} Request */
/** @typedef {import("../../engine/contract.js").PictureRequest} PictureRequest */
/** @typedef {import("./memory.js").Scene} Scene */
/**
 * `newest` in front of an engine.
 * @typedef {object} Queue
 * @property {boolean} busy
 * @property {(request: Request | PictureRequest, onProgress?: (done: number) => void) => Promise<Answer | undefined>} run
 */

/**
 * @param {object} options
 * @param {Queue} options.queue @param {import("./memory.js").Memory} options.memory
 * @param {number} options.inputs how many there are
 * @param {(scene: Scene) => Request["gates"]} options.changes what its edits ask for
 * @param {(scene: Scene) => boolean} options.pictured is its picture in the page, as it is?
 * @param {() => void} options.onAnswer
 * @param {(message: string) => void} options.onFailure "" when things work
 * @param {(done: number | undefined) => void} options.onProgress undefined at the end
 */
export function asker({ queue, memory, inputs, changes, pictured, onAnswer, ...tell }) {
  const { onFailure, onProgress } = tell;
  /** @param {Scene} scene */
  const edited = ({ edits }) => Object.keys(edits).length > 0;

  /** @param {Scene} scene @param {number[]} [asked] channels whose maps are wanted @returns {Request} */
  const request = (scene, asked = []) => ({
    image: { stored: scene.picture },
    slice: scene.slice,
    gates: edited(scene) ? changes(scene) : undefined,
    maps: asked.length ? { [scene.block]: asked } : undefined,
  });

  /** @param {Request | PictureRequest} what */
  async function run(what) {
    const answer = await queue.run(what, onProgress);
    onProgress(undefined);
    if (answer) onFailure("");
    return answer;
  }

  /** What the network does on its own. @param {Scene} scene */
  async function ownAnswer(scene) {
    const known = memory.own(scene);
    if (known) return known;
    const answer = await run(request({ ...scene, edits: {} }));
    if (answer) memory.keepOwn(scene, answer);
    return answer;
  }

  /** What the scene stands on; false where it was overtaken meanwhile. @param {Scene} scene */
  async function prepare(scene) {
    for (const input of lenders(scene, inputs)) {
      if (memory.whole(input)) continue;
      const answer = await run({ image: { stored: input } });
      if (!answer) return false;
      memory.keepWhole(input, answer);
    }
    if (!pictured(scene) && !memory.picture(scene)) {
      const answer = await run({ picture: scene.picture, slice: scene.slice });
      if (!answer) return false;
      memory.keepPicture(scene, answer);
    }
    return !edited(scene) || (await ownAnswer(scene)) !== undefined;
  }

  /** @type {Scene | undefined} */
  let latest;

  /** @param {Scene} scene */
  async function fetchAll(scene) {
    latest = scene;
    if (!(await prepare(scene)) || scene !== latest) return;
    const asked = memory.absent(scene);
    // What is under way is of an older scene, and would come after this one.
    if (memory.fresh(scene) && !asked.length && !queue.busy) return onFailure("");
    const answer = await run(request(scene, asked));
    if (!answer) return;
    if (!edited(scene)) memory.keepOwn(scene, answer);
    memory.keepMaps(scene, answer, asked);
    memory.keepLast(scene, answer);
    onAnswer();
  }

  return {
    request,
    own: ownAnswer,
    /** @param {Scene} scene */
    ask: (scene) =>
      void fetchAll(scene).catch((error) => {
        onProgress(undefined);
        onFailure(error.message);
        onAnswer();
      }),
  };
}
