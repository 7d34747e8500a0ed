/** The state in the page's address: `#digits=…`, beside those of other figures. */

/** @param {string} key @param {string} [hash] @returns {string | null} */
const read = (key, hash = location.hash) => new URLSearchParams(hash.slice(1)).get(key);

/**
 * @param {string} key of this figure in the address
 * @template {object} S
 * @param {S} start what need not be written
 */
export function link(key, start) {
  /** @param {S} state */
  async function address(state) {
    const changed = difference(state, start);
    const ours = location.hash.includes("=");
    if (!ours && !Object.keys(changed).length) return location.href; // "#some-heading" stays
    const parts = new URLSearchParams(ours ? location.hash.slice(1) : "");
    if (Object.keys(changed).length) parts.set(key, await encode(changed));
    else parts.delete(key);
    const url = new URL(location.href);
    url.hash = parts.toString();
    return url.href;
  }
  let last = read(key);
  return {
    address,
    /** What the address says now, if it is news. @returns {Promise<unknown>} rejects where it is damaged */
    async news() {
      const letters = read(key);
      if (letters === null || letters === last) return undefined;
      last = letters;
      return decode(letters);
    },
    /** What the address said when the page was opened. */
    first: async () => (last === null ? undefined : decode(last)),
    /** Keep the address up to date, without a step in the browser's history. @param {S} state */
    async write(state) {
      const href = await address(state);
      if (href === location.href) return;
      history.replaceState(history.state, "", href);
      last = read(key);
    },
  };
}

/** The parts of a state that differ from the start. @template {object} S @param {S} state @param {S} start @returns {Partial<S>} */
export function difference(state, start) {
  const before = /** @type {Record<string, unknown>} */ (start);
  const changed = Object.entries(state).filter(
    ([key, v]) => JSON.stringify(v) !== JSON.stringify(before[key]),
  );
  return /** @type {Partial<S>} */ (Object.fromEntries(changed));
}

/** @param {Uint8Array<ArrayBuffer>} bytes @param {CompressionStream | DecompressionStream} how */
const through = async (bytes, how) =>
  new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(how)).arrayBuffer());

/** A state as letters, digits, - and _. @param {object} value */
export async function encode(value) {
  const text = new TextEncoder().encode(JSON.stringify(value));
  const packed = await through(text, new CompressionStream("deflate-raw"));
  return btoa(String.fromCharCode(...packed))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/** The way back. Rejects with an Error where the letters mean nothing. @param {string} letters */
export async function decode(letters) {
  try {
    const packed = atob(letters.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(packed, (c) => c.charCodeAt(0));
    const text = await through(bytes, new DecompressionStream("deflate-raw"));
    return JSON.parse(new TextDecoder().decode(text));
  } catch {
    throw new Error("The link to this figure is damaged. Nothing was changed.");
  }
}
