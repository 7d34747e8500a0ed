/**
 * The arrays of a widget: one zlib stream, and a manifest entry for each array in it.
 * scse/widgets/_packing.py writes them.
 */

/**
 * @typedef {object} Entry
 * @property {"uint8" | "float32"} dtype
 * @property {number[]} shape
 * @property {number} offset
 * @property {number} length bytes
 * @property {"delta" | "plane"} [filter] differences to the last element, or to the last plane
 * @property {number[]} [scale] a channel (axis -3): value = zero + scale · code
 * @property {number[]} [zero]
 */

/** @param {DataView | ArrayBuffer | Uint8Array} packed */
export async function inflate(packed) {
  const bytes =
    packed instanceof ArrayBuffer
      ? new Uint8Array(packed)
      : new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength);
  const stream = new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)])
    .stream()
    .pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** @param {Uint8Array} codes @param {number} stride how far back the neighbour is @param {number} run */
function undoDifferences(codes, stride, run) {
  for (let start = 0; start < codes.length; start += run) {
    for (let i = start + stride; i < Math.min(start + run, codes.length); i++) {
      codes[i] += codes[i - stride]; // modulo 256 by the array's type
    }
  }
}

/** @param {Uint8Array} bytes @param {Entry} entry */
function read(bytes, { dtype, shape, offset, length, filter, scale, zero }) {
  const own = bytes.slice(offset, offset + length);
  if (dtype === "float32") return Float64Array.from(new Float32Array(own.buffer));
  const width = shape[shape.length - 1];
  const plane = width * (shape[shape.length - 2] ?? 1);
  if (filter === "delta") undoDifferences(own, 1, width);
  if (filter === "plane") undoDifferences(own, plane, own.length);
  if (!scale || !zero) return own;
  const channels = scale.length;
  return Float64Array.from(own, (code, i) => {
    const k = Math.floor(i / plane) % channels;
    return zero[k] + scale[k] * code;
  });
}

/**
 * @param {DataView | ArrayBuffer | Uint8Array} packed
 * @param {Record<string, Entry>} arrays
 * @returns {Promise<Record<string, Uint8Array | Float64Array>>}
 */
export async function unpack(packed, arrays) {
  const bytes = await inflate(packed);
  return Object.fromEntries(
    Object.entries(arrays).map(([name, entry]) => [name, read(bytes, entry)]),
  );
}

/**
 * The weights as the page computes with them: rows of each layer.
 * @param {Record<string, ArrayLike<number>>} arrays @param {string} name @returns {import("./maths.js").Linear}
 */
export function layerOf(arrays, name) {
  const bias = Array.from(arrays[`${name}-bias`]);
  const weights = Array.from(arrays[`${name}-weight`]);
  const across = weights.length / bias.length;
  return {
    bias,
    weight: bias.map((_, i) => weights.slice(i * across, (i + 1) * across)),
  };
}
