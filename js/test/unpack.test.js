import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { unpack } from "../src/ground/unpack.js";

/** @typedef {import("../src/ground/unpack.js").Entry} Entry */

/** @param {number[]} bytes @param {Record<string, Entry>} arrays */
const read = (bytes, arrays) => unpack(new Uint8Array(deflateSync(Uint8Array.from(bytes))), arrays);

test("differences along a row, modulo 256", async () => {
  const { a } = await read([250, 10, 1, 5, 5, 5], {
    a: { dtype: "uint8", shape: [2, 3], offset: 0, length: 6, filter: "delta" },
  });
  assert.deepEqual(Array.from(a), [250, 4, 5, 5, 10, 15]);
});

test("differences to the plane before", async () => {
  const { a } = await read([7, 8, 1, 0, 255, 2], {
    a: { dtype: "uint8", shape: [3, 1, 2], offset: 0, length: 6, filter: "plane" },
  });
  assert.deepEqual(Array.from(a), [7, 8, 8, 8, 7, 10]);
});

test("each plane has its own scale; floats lie beside bytes", async () => {
  const floats = Array.from(new Uint8Array(Float32Array.of(0.5, -2).buffer));
  const { maps, weights } = await read([9, 0, 2, 1, 3, ...floats], {
    maps: {
      dtype: "uint8",
      shape: [2, 1, 2],
      offset: 1,
      length: 4,
      scale: [0.5, 2],
      zero: [1, -1],
    },
    weights: { dtype: "float32", shape: [2], offset: 5, length: 8 },
  });
  assert.deepEqual(Array.from(maps), [1, 2, 1, 5]);
  assert.deepEqual(Array.from(weights), [0.5, -2]);
});

test("data that is no zlib stream is refused", async () => {
  await assert.rejects(unpack(Uint8Array.of(1, 2, 3, 4), {}));
});
