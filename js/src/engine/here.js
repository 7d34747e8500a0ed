/** The engine that there is: torch where a kernel stands behind the page, else one in the page. */

import { fixed } from "../ground/dom.js";
import { SET } from "../ground/events.js";
import { kernelEngine } from "./kernel.js";
import { pageEngine } from "./page.js";
import * as WORDS from "../words/engine.js";

/** @typedef {import("../widget.js").Experimental | undefined} Experimental */

/** What counts as using a figure, before anything in it is changed. */
const TOUCHES = ["pointerdown", "keydown", "focusin"];

/** Is the reader on a line that costs? */
const saving = () =>
  /** @type {{connection?: {saveData?: boolean}}} */ (navigator).connection?.saveData === true;

/**
 * In a page the engine is brought when the figure is first used, not when the page opens. Where the
 * browser is asked to save data, it is brought when the reader first changes something.
 * @param {object} options
 * @param {HTMLElement} options.root
 * @param {Experimental} options.experimental
 * @param {AbortSignal} options.signal
 * @param {() => void} options.begin ask now
 */
export function firstUse({ root, experimental, signal, begin }) {
  // Only pages without a kernel say where their files are.
  let used = experimental?.assets === undefined;
  function use() {
    if (used) return;
    used = true;
    begin();
  }
  const cautious = saving();
  // A link that sets the figure is a change by the reader.
  if (!used) root.addEventListener(SET, use, { once: true, signal });
  if (!used && !cautious) {
    for (const touch of TOUCHES) root.addEventListener(touch, use, { once: true, signal });
  }
  return {
    begun: () => used,
    /** Something was changed: who does that asks by itself. */
    mark() {
      used = true;
    },
    /** Until then. */
    waiting: used ? "" : cautious ? WORDS.onceChanged : WORDS.onceUsed,
  };
}

/** @param {number} bytes */
const megabytes = (bytes) => fixed(bytes / 1e6, 1);

/**
 * @param {object} options
 * @param {import("../widget.js").Model} options.model as `widget` hands it on, like the next two
 * @param {Experimental} options.experimental
 * @param {AbortSignal} options.signal
 * @param {import("./page.js").Networks} options.networks
 * @param {import("./page.js").Entries} [options.inputs] that a request may name, of the page's engine
 * @param {(text: string) => void} options.tell what the engine is doing, for the reader
 * @param {() => void} [options.onReturn] ask anew: the kernel is back, and a request was given up
 * @param {(silent: boolean) => void} [options.onSilence] the kernel does not answer, or does again
 * @param {(loaded: number, total: number) => void} [options.onLoad] bytes of the runtime so far
 */
export function engineFor(options) {
  const { model, experimental, signal, networks, inputs, tell, onLoad, ...on } = options;
  // Only pages without a kernel say where their files are.
  const assets = experimental?.assets;
  const inPage = assets !== undefined;
  const name = inPage ? WORDS.inPage : WORDS.inKernel;
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
      inputs,
      onLoad(loaded, total) {
        running = false;
        onLoad?.(loaded, total);
        tell(
          total
            ? WORDS.loadingOf({ loaded: megabytes(loaded), total: megabytes(total) })
            : WORDS.loading(megabytes(loaded)),
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
    onReturn: on.onReturn,
    onSilence(silent) {
      running = !silent;
      on.onSilence?.(silent);
      tell(silent ? WORDS.silent : name);
    },
  });
  signal.addEventListener("abort", () => kernel.close());
  return {
    inPage,
    /** @type {import("./newest.js").Engine} */
    engine: { run: (request, onProgress) => kernel.run(request, onProgress).then(answered) },
  };
}
