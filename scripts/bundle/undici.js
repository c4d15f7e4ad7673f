// Stands in for undici in the bundles: 0.45 MB. @actions/github imports its fetch for proxies, and
// we give that client a fetch of our own, so this one is never called. Node.js has the same.

/** The fetch of Node.js. */
export const fetch = globalThis.fetch
