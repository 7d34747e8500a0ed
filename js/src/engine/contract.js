/**
 * What a widget asks of an engine, and what it gets. This is the whole contract.
 *
 * An engine runs a whole network. There are two: torch in the kernel (kernel.js and
 * scse/widgets/_engine.py) and ONNX Runtime in the page (page.js and worker.js). They answer the
 * same request with the same numbers, to 1e-4, and tests hold both to it.
 *
 * An engine is an object with one method, `run(request, onProgress)`, which returns a promise of an
 * `Answer`. It may reject, with an Error whose message is written for the reader. An engine that
 * cannot start rejects every request, each time with the reason; it never stays silent. `newest.js`
 * stands in front of it and sees to it that one request is under way at a time and that of those
 * which wait the newest goes next.
 *
 * Gates are overruled entry by entry: used = keep · own + value, where `own` is what the network
 * computes at that moment. keep 1, value 0 changes nothing; keep 0, value v sets the gate to v.
 * No more than that: what a reader does is an edit (scse/edits.py), and `changeOf` in
 * gates/edit.js is the one place where an edit becomes a `Change`.
 *
 * Between page and kernel a message is JSON in which every typed array stands as
 * `{"buffer": i, "dtype": "float32"}`, the i-th of the message's binary buffers:
 *
 *   page → kernel   {kind: "scse-run", id, request}          a Request or a PictureRequest
 *   kernel → page   {kind: "scse-progress", id, done}        done 0..1, any number of times
 *                   {kind: "scse-answer", id, answer}        or
 *                   {kind: "scse-failure", id, message}
 */

/**
 * @typedef {object} Tensor
 * @property {number[]} shape
 * @property {Float32Array} data row by row, `shape` long
 */

/**
 * @typedef {object} Change to a gate
 * @property {number | Float32Array} keep one for all, or one for each entry of the gate
 * @property {number | Float32Array} value
 */

/**
 * @typedef {object} Request
 * @property {string} [network] which, where the widget has several
 * @property {Tensor | {stored: number}} image without the batch axis; or one that the engine has
 * @property {Record<string, {channel?: Change, spatial?: Change}>} [gates] block path -> changes,
 *   for all runs of the block
 * @property {Record<string, number[] | "all">} [maps] block name -> channels whose maps are wanted
 * @property {number} [slice] of a volume: the index along the first spatial axis to which maps,
 *   masks and an output with the image's spatial axes are cut
 */

/**
 * Asks the kernel for what a panel shows of a stored image; no network runs. In the answer `output`
 * has one plane or two, (planes, h, w): a grey picture in 0 … 255 and, where there is one, the
 * label; `blocks` is empty and `ms` is 0.
 * @typedef {object} PictureRequest
 * @property {number} picture which stored image
 * @property {number} [slice] of a volume
 */

/**
 * @typedef {object} Block
 * @property {Float32Array | null} channel its own channel gates (C)
 * @property {Tensor | null} spatial its own mask, (h, w)
 * @property {Tensor} [maps] the feature maps U that were asked for, (channels, h, w); an engine may
 *   send them averaged to fewer positions than the mask has
 */

/**
 * @typedef {object} Answer
 * @property {Tensor} output what the network returned, without the batch axis
 * @property {Record<string, Block>} blocks every block that ran
 * @property {number} ms how long the network ran
 */

export {};
