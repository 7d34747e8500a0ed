/**
 * The engine in the kernel: a request goes to torch by message, the answer comes back the same
 * way. scse/widgets/_engine.py is the other half, contract.js says what travels.
 */

import * as WORDS from "../words/engine.js";

/** @typedef {import("./contract.js").Request | import("./contract.js").PictureRequest} Request */
/** @typedef {import("./contract.js").Answer} Answer */

/**
 * The part of anywidget's model that carries messages.
 * @typedef {Pick<import("@anywidget/types").AnyModel, "send" | "on" | "off">} Wire
 */
/** @typedef {any} Json a message as it travels: whatever was sent, see contract.js */
/** @typedef {(DataView | ArrayBuffer)[]} Buffers beside a message */

const PATIENCE = 8; // seconds of silence until the reader is told
const SURRENDER = 60; // seconds of silence until a request counts as lost

/**
 * JSON with every typed array replaced by the number of its buffer.
 * @param {unknown} node @param {ArrayBuffer[]} buffers @returns {Json}
 */
export function pull(node, buffers) {
  if (ArrayBuffer.isView(node)) {
    // A copy of its own: some hosts send the whole buffer behind a view.
    buffers.push(Float32Array.from(/** @type {Float32Array} */ (node)).buffer);
    return { buffer: buffers.length - 1, dtype: "float32" };
  }
  if (Array.isArray(node)) return node.map((child) => pull(child, buffers));
  if (node === null || typeof node !== "object") return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([, child]) => child !== undefined)
      .map(([key, child]) => [key, pull(child, buffers)]),
  );
}

/**
 * The reverse of `pull`. @param {Json} node @param {Buffers} buffers @returns {Json}
 */
export function restore(node, buffers) {
  if (Array.isArray(node)) return node.map((child) => restore(child, buffers));
  if (node === null || typeof node !== "object") return node;
  if ("buffer" in node && node.dtype === "float32") {
    const found = buffers[node.buffer];
    if (!found) throw new Error(WORDS.noNumbers);
    if (found instanceof ArrayBuffer) return new Float32Array(found);
    // A view may begin at any byte; a Float32Array may not.
    return new Float32Array(
      found.buffer.slice(found.byteOffset, found.byteOffset + found.byteLength),
    );
  }
  return Object.fromEntries(
    Object.entries(node).map(([key, child]) => [key, restore(child, buffers)]),
  );
}

let made = 0;

/**
 * @param {Wire} model
 * @param {object} [options]
 * @param {(silent: boolean) => void} [options.onSilence] true once the kernel has not answered for
 *   `patience` seconds, false when it is heard again
 * @param {() => void} [options.onReturn] the kernel is heard again after a request was given up:
 *   what is wanted now has to be asked for anew
 * @param {number} [options.patience] @param {number} [options.surrender] seconds
 */
export function kernelEngine(
  model,
  { onSilence = () => {}, onReturn = () => {}, patience = PATIENCE, surrender = SURRENDER } = {},
) {
  /**
   * @typedef {object} Open
   * @property {(answer: Answer) => void} resolve @property {(error: Error) => void} reject
   * @property {(done: number) => void} [onProgress]
   * @property {() => void} wait restart the clock @property {() => void} stop it
   */
  /** @type {Map<string, Open>} */
  const open = new Map();
  const name = `${Date.now().toString(36)}-${made++}`; // several views of a model hear every answer
  let count = 0;
  let silent = false;
  let lost = false; // has a request been given up?

  /** @param {boolean} now */
  function silence(now) {
    if (silent === now) return;
    silent = now;
    onSilence(now);
  }

  /** @param {Json} content @param {Buffers} [buffers] */
  function hear(content, buffers = []) {
    if (typeof content?.id !== "string" || !content.id.startsWith(`${name}:`)) return;
    silence(false); // also by an answer to a request that was given up
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
        request.reject(/** @type {Error} */ (error));
      }
    }
  }
  model.on("msg:custom", hear);

  /** @param {string} id @param {Open} request */
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
        const id = `${name}:${count++}`;
        /** @type {ReturnType<typeof setTimeout>[]} */
        let clocks = [];
        const stop = () => clocks.forEach(clearTimeout);
        const wait = () => {
          stop();
          clocks = [
            setTimeout(() => silence(true), 1000 * patience),
            setTimeout(() => {
              open.delete(id);
              lost = true;
              reject(new Error(WORDS.noAnswer));
            }, 1000 * surrender),
          ];
        };
        open.set(id, { resolve, reject, onProgress, wait, stop });
        wait();
        /** @type {ArrayBuffer[]} */
        const buffers = [];
        try {
          model.send({ kind: "scse-run", id, request: pull(request, buffers) }, undefined, buffers);
        } catch (error) {
          open.get(id)?.stop();
          open.delete(id);
          silence(true); // the host refuses to send to a kernel that is dead
          reject(error);
        }
      });
    },
    /** Stop listening; what is open is not answered any more. */
    close() {
      model.off("msg:custom", hear);
      for (const { stop } of open.values()) stop();
      open.clear();
    },
  };
}
