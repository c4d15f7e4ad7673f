// Stands in for make-fetch-happen in the bundles: a cache, proxy agents and a fetch of its own, of
// which @sigstore/sign uses one request with a time limit, without retries. Node.js has that fetch.

/** One request; it fails with a TypeError or a TimeoutError where no answer comes in time. */
export default function fetchOnce(url, { method, headers, body, timeout }) {
  const signal = timeout === undefined ? undefined : AbortSignal.timeout(timeout)
  return fetch(url, { method, headers, body, signal, redirect: 'error' })
}
