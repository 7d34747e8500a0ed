/**
 * The book with the network off: runs beside the pages of a site, and answers for it.
 *
 * Pages and all that they show are kept at the first visit. What runs whole networks is larger, and
 * kept when a page asks for it (book/site_assets/ahead.js). `offline.js` puts PAGES, ENGINE and
 * VERSION in here; a file that changed is fetched anew once the reader opens the book again.
 */
import { cleanupOutdatedCaches, precacheAndRoute } from "workbox-precaching";
import { registerRoute } from "workbox-routing";
import { CacheFirst } from "workbox-strategies";

// TypeScript's types of a page and of a service worker exclude each other.
const worker = /** @type {any} */ (globalThis);

/** @type {{url: string, revision: string}[]} */
const pages = PAGES;
/** @type {string[]} */
const engine = ENGINE;
/** Caches belong to a host, which may carry other books. @type {string} */
const scope = worker.registration.scope;
const kept = `engine ${VERSION} ${scope}`;
const addresses = new Set(engine.map((name) => new URL(name, scope).href));

// Addresses carry what a figure is to show, and marks of content: a file is the same without.
precacheAndRoute(pages, { ignoreURLParametersMatching: [/./], cleanURLs: false });
cleanupOutdatedCaches();
registerRoute(({ url }) => addresses.has(url.href), new CacheFirst({ cacheName: kept }));

/** Drop the engine of an earlier build of this book. */
async function forget() {
  for (const name of await caches.keys()) {
    if (name.startsWith("engine ") && name.endsWith(` ${scope}`) && name !== kept) {
      await caches.delete(name);
    }
  }
}

/** Keep all of the engine: one file after the other, so that a page comes first. */
async function keep() {
  const cache = await caches.open(kept);
  for (const address of addresses) {
    if (!(await cache.match(address))) await cache.add(address);
  }
}

/** A new build takes over at once where no other page shows the old one. */
async function takeOver() {
  const windows = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (windows.length === 1) await worker.skipWaiting();
}

const asked = { "keep the engine": keep, "take over": takeOver };

worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(forget()));
worker.addEventListener("message", (/** @type {any} */ event) => {
  const answer = asked[/** @type {keyof typeof asked} */ (event.data)];
  if (!answer) throw new Error(`the service worker is asked for ${event.data}`);
  event.waitUntil(answer());
});
