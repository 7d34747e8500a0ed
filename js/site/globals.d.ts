// What offline.js puts into service-worker.js.
declare const PAGES: { url: string; revision: string }[];
declare const ENGINE: string[];
declare const VERSION: string;
