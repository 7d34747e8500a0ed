/** The engine that there is: torch where a kernel stands behind the page, else one in the page. */

import { fixed } from "../ground/dom.js";
import { kernelEngine } from "./kernel.js";
import { pageEngine } from "./page.js";

/** @param {number} bytes */
const megabytes = (bytes) => fixed(bytes / 1e6, 1);

/**
 * @param {object} options
 * @param {import("../widget.js").Model} options.model as `widget` hands it on, like the next two
 * @param {import("../widget.js").Experimental | undefined} options.experimental
 * @param {AbortSignal} options.signal
 * @param {import("./page.js").Networks} options.networks
 * @param {(text: string) => void} options.tell what the engine is doing, for the reader
 * @param {() => void} [options.onReturn] ask anew: the kernel is back, and a request was given up
 * @param {(loaded: number, total: number) => void} [options.onLoad] bytes of the runtime so far
 */
export function engineFor({ model, experimental, signal, networks, tell, onLoad, onReturn }) {
  // Only pages without a kernel say where their files are.
  const assets = experimental?.assets;
  const inPage = assets !== undefined;
  const name = inPage ? "ONNX Runtime, in this page" : "torch, in the kernel";
  let running = false;
  /** @param {import("./contract.js").Answer} answer */
  function answered(answer) {
    if (!running) tell(name);
    running = true;
    return answer;
  }
  if (inPage) {
    const page = pageEngine({
      assets,
      networks,
      onLoad(loaded, total) {
        running = false;
        onLoad?.(loaded, total);
        tell(
          `Loading the engine: ${megabytes(loaded)}${total ? ` of ${megabytes(total)}` : ""} MB`,
        );
      },
    });
    return {
      inPage,
      /** @type {import("./newest.js").Engine} */
      engine: { run: (request) => page.run(request).then(answered) },
    };
  }
  const kernel = kernelEngine(model, {
    onReturn,
    onSilence(silent) {
      running = !silent;
      tell(
        silent
          ? "The kernel does not answer: the last answer stands. It may be busy, or gone."
          : name,
      );
    },
  });
  signal.addEventListener("abort", () => kernel.close());
  return {
    inPage,
    /** @type {import("./newest.js").Engine} */
    engine: { run: (request, onProgress) => kernel.run(request, onProgress).then(answered) },
  };
}
