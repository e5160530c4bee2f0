// turns.js: what is drawn a few times a second takes turns, each in a picture of its own and none in that of
// a message from the run: together they would make every sixth picture late.

/** @type {Set<() => void>} */
const waiting = new Set();

function next() {
  const [draw] = waiting;
  waiting.delete(draw);
  if (waiting.size > 0) requestAnimationFrame(next);
  draw();
}

/**
 * Draws soon, once however often it is asked for until then.
 * @param {() => void} draw
 */
export function inTurn(draw) {
  if (waiting.size === 0) requestAnimationFrame(() => requestAnimationFrame(next));
  waiting.add(draw);
}
