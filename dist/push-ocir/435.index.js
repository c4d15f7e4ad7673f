export const id = 435;
export const ids = [435];
export const modules = {

/***/ 5435:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   "default": () => (/* binding */ fetchOnce)
/* harmony export */ });
// Stands in for make-fetch-happen in the bundles: a cache, proxy agents and a fetch of its own, of
// which @sigstore/sign uses one request with a time limit, without retries. Node.js has that fetch.

/** One request; it fails with a TypeError or a TimeoutError where no answer comes in time. */
function fetchOnce(url, { method, headers, body, timeout }) {
  const signal = timeout === undefined ? undefined : AbortSignal.timeout(timeout)
  return fetch(url, { method, headers, body, signal, redirect: 'error' })
}


/***/ })

};
