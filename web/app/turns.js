// turns.js: what is drawn a few times a second takes turns, each in a picture of its own and none in that of
// a message from the run: together they would make every sixth picture late.

/** @type {Set<() => void>} */
const waiting = new Set();
let full = false; /* the picture that comes next has a message's news to show */

/** A message has come. */
export function fillPicture() {
  full = true;
}

/** @param {boolean} waited one picture is let by, not more: a slow machine has a message in each */
function take(waited) {
  if (full && !waited) {
    full = false;
    requestAnimationFrame(() => take(true));
    return;
  }
  const [draw] = waiting;
  waiting.delete(draw);
  if (waiting.size > 0) requestAnimationFrame(() => take(false));
  draw();
}

/**
 * Draws soon, once however often it is asked for until then.
 * @param {() => void} draw
 */
export function inTurn(draw) {
  if (waiting.size === 0) requestAnimationFrame(() => take(false));
  waiting.add(draw);
}
