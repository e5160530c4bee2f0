// place.js: where the card of a node stands: on the stage beside its node if that hides no other node,
// else over the charts.

/** @typedef {{left: number, top: number, right: number, bottom: number}} Area */

const GAP = 12;
const MARGIN = 8; /* from the edge of the stage */
const RISE = 10; /* above the top of its node */

/** @param {Area} a @param {Area} b what they have in common */
function shared(a, b) {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

/** @param {HTMLElement} element @returns {Area} */
function areaOf({ offsetLeft: left, offsetTop: top, offsetWidth: width, offsetHeight: height }) {
  return { left, top, right: left + width, bottom: top + height };
}

/**
 * Where the charts are, in the window; null where there are none, or the drawer lies over them.
 */
function chartsPlace() {
  const charts = document.getElementById("chart-1")?.getBoundingClientRect();
  const drawer = document.getElementById("controls")?.getBoundingClientRect();
  if (!charts || charts.width === 0) return null;
  return drawer && drawer.width > 0 && drawer.right > charts.left ? null : charts;
}

/**
 * @param {HTMLElement} card
 * @param {HTMLElement} stage
 * @param {number} node
 */
export function placeBeside(card, stage, node) {
  const plates = /** @type {HTMLElement[]} */ ([...stage.querySelectorAll(".twin [data-node]")]);
  const own = plates.find((plate) => plate.dataset.node === String(node));
  if (!own) return;
  delete card.dataset.aside;
  card.style.width = "";
  const it = areaOf(own);
  const { offsetWidth: width, offsetHeight: height } = card;
  const far = { left: stage.clientWidth - width - MARGIN, top: stage.clientHeight - height - MARGIN };
  const beside = Math.max(MARGIN, Math.min(it.top - RISE, far.top));
  const under = Math.max(MARGIN, Math.min(it.left, far.left));
  const places = [
    [it.right + GAP, beside], [it.left - GAP - width, beside], [under, it.bottom + GAP], [under, it.top - GAP - height],
    [far.left, far.top], [MARGIN, far.top], [far.left, MARGIN], [MARGIN, MARGIN],
  ];
  let best = { left: MARGIN, top: MARGIN, covered: Infinity };
  for (const [left, top] of places) {
    if (left < MARGIN || top < MARGIN || left > far.left || top > far.top) continue;
    const area = { left, top, right: left + width, bottom: top + height };
    const covered = plates.reduce((sum, plate) => sum + shared(area, areaOf(plate)) * (plate === own ? 3 : 1), 0);
    if (covered < best.covered) best = { left, top, covered };
  }
  const charts = best.covered > 0 ? chartsPlace() : null;
  if (charts) {
    card.dataset.aside = "";
    card.style.width = `${charts.width}px`;
    best = { ...best, left: charts.left, top: charts.top };
  }
  card.style.left = `${best.left}px`;
  card.style.top = `${best.top}px`;
}
