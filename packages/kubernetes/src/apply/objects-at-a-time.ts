/** Enough to hide the way to the server, few enough not to be throttled by its priorities. */
export const objectsAtATime = 32
