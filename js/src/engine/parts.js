/**
 * The big files behind an engine (its program, the runtime, networks, inputs), wherever the page is.
 *
 * A site serves them. A page that is opened from disk may not fetch what lies beside it, but may run
 * scripts: beside each part lies a script that carries it, `<name>.part.js` (see
 * book/_ext/page_engine.py). A page that was saved on its own has them inside. There they are text:
 * base64 of gzip.
 */

import * as WORDS from "../words/engine.js";

/** @typedef {(loaded: number, total: number) => void} OnLoad bytes so far; total may be 0 */

/** What scripts have brought: name -> text. @returns {Record<string, string>} */
function brought() {
  const shared = /** @type {{scseParts?: Record<string, string>}} */ (globalThis);
  return (shared.scseParts ??= {});
}

/** @param {string} name @returns {string | undefined} */
function inPage(name) {
  const tag = document.querySelector(`script[data-scse-part="${CSS.escape(name)}"]`);
  return tag?.textContent?.trim();
}

/** @param {string} name @param {URL} assets @returns {Promise<string>} */
function byScript(name, assets) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL(`${name}.part.js`, assets).href;
    script.onload = () => {
      const text = brought()[name];
      delete brought()[name]; // it is large
      script.remove();
      resolve(text);
    };
    script.onerror = () => reject(new Error(WORDS.notBeside(name)));
    document.head.append(script);
  });
}

/** @param {string} name @param {URL} assets @param {OnLoad} onLoad */
async function byFetch(name, assets, onLoad) {
  const response = await fetch(new URL(name, assets)).catch((error) => {
    throw new Error(WORDS.notLoaded({ name, error: error.message }));
  });
  if (!response.ok) throw new Error(WORDS.notOnSite({ name, status: response.status }));
  const packed = response.headers.has("Content-Encoding"); // then the length is not what arrives
  const total = packed ? 0 : Number(response.headers.get("Content-Length"));
  const chunks = [];
  let loaded = 0;
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    chunks.push(chunk.value);
    loaded += chunk.value.length;
    onLoad(loaded, total);
  }
  return new Uint8Array(await new Blob(/** @type {BlobPart[]} */ (chunks)).arrayBuffer());
}

/** @param {string} text base64 */
function bytesOf(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Some servers unpack what is called .gz on its way, hence the look. @param {Uint8Array<ArrayBuffer>} bytes */
async function unzipped(bytes) {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** What text carries. @param {string} name @param {string} text base64 of gzip */
const carried = async (name, text) => {
  try {
    return await unzipped(bytesOf(text));
  } catch {
    throw new Error(WORDS.damaged(name));
  }
};

/**
 * @param {string} name such as "onnx/digits-unet-scse-seed0.onnx"
 * @param {URL | null} assets the site's folder of such files, if there is a site
 * @param {OnLoad} [onLoad]
 * @returns {Promise<Uint8Array<ArrayBuffer>>} unpacked
 */
export async function part(name, assets, onLoad = () => {}) {
  const text = inPage(name);
  if (text !== undefined) return carried(name, text);
  if (!assets) throw new Error(WORDS.savedAlone);
  if (assets.protocol === "file:") return carried(name, await byScript(name, assets));
  return unzipped(await byFetch(name, assets, onLoad));
}
