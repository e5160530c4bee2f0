// dishes.js: the dish of each cuisine, drawn once for the whole page: orders and couriers on the map,
// shop windows, legend, menus. One silhouette each, told apart at 12 pixels without colour; what is
// inside it is cut out in the ground's colour.

import { token } from "../../app/dom.js";

/**
 * A drawing within -10 .. 10, light on dark where it is cut.
 * @typedef {{name: string, body: string, cut?: string, lines?: string}} Dish
 *   body: the silhouette; cut: areas and, as lines, strokes that are cut out of it
 */

const LINE = 1.6; /* of a stroke that is cut out */

/** By the names that the menus use.
 * @type {Dish[]} */
export const DISHES = [
  {
    name: "pizza",
    body: "M-9.8-5.6Q0-12 9.8-5.6Q10.6-3.6 8.7-2.6L1.4 9.2Q0 11 -1.4 9.2L-8.7-2.6Q-10.6-3.6 -9.8-5.6Z",
    cut: "M-4.4-.6a1.9 1.9 0 1 1 3.8 0a1.9 1.9 0 1 1-3.8 0ZM1.7.2a1.7 1.7 0 1 1 3.4 0a1.7 1.7 0 1 1-3.4 0Z" +
      "M-1.3 4.6a1.5 1.5 0 1 1 3 0a1.5 1.5 0 1 1-3 0Z",
    lines: "M-8-3.7Q0-8 8-3.7",
  },
  {
    name: "pasta",
    body: "M4.4-10Q5-11 6-10.6Q7-10.1 6.6-8.9L4-1.9C7.4-1 9 1.2 8.4 4C7.6 8 3.4 9.6-.8 9.6C-5.8 9.6-9.8 7.6-9.8 3.6" +
      "C-9.8-.6-5.4-3 1.7-2.5Z",
    lines: "M-7.4 1.4C-4-1.8 3-1.6 6.2 1.2M-8.2 4.8C-4.6 1.2 4 1.6 6.8 4.6M-5.8 8C-2.4 4.8 2.6 5 4.8 7.6",
  },
  {
    name: "burger",
    body: "M-9.2-1.4C-9.4-6.8-5-9.2 0-9.2S9.4-6.8 9.2-1.4Q10.4-.6 10.2 1.4Q10.4 3.4 9.2 4.2V6Q9.2 9 6.2 9H-6.2" +
      "Q-9.2 9-9.2 6V4.2Q-10.4 3.4-10.2 1.4Q-10.4-.6-9.2-1.4Z",
    cut: "M-4.6-5.6l1.7-.8l.5 1.1l-1.7.8ZM-.6-6.8h1.8v1.2h-1.8ZM3.1-6.2l1.7.8l-.5 1.1l-1.7-.8Z",
    lines: "M-9.4-1.2H9.4M-10 4.6Q-7.5 2.4-5 4.6T0 4.6T5 4.6T10 4.6",
  },
  {
    name: "sushi",
    body: "M-9.4-2.6C-9.4-6.4-5.2-8.8 0-8.8S9.4-6.4 9.4-2.6V3C9.4 6.6 5.2 8.8 0 8.8S-9.4 6.6-9.4 3Z",
    cut: "M-7.2-2.8a7.2 4.1 0 1 0 14.4 0a7.2 4.1 0 1 0-14.4 0ZM-3.4-2.8a3.4 1.9 0 1 1 6.8 0a3.4 1.9 0 1 1-6.8 0Z",
  },
  {
    name: "curry",
    body: "M-6.8-2.4C-6.6-5-5-6.2-3.4-6.4C-2.6-8.6 2.6-8.8 3.4-6.4C5-6.2 6.6-5 6.8-2.4H10.2Q11 -2.4 11-1.4V.8Q11 2 9.8 2H8.6" +
      "C8.2 6.2 6.4 8.8 3 8.8H-3C-6.4 8.8-8.2 6.2-8.6 2H-9.8Q-11 2-11 .8V-1.4Q-11-2.4-10.2-2.4Z",
    cut: "M-2.8-4.9h1.6v1.3h-1.6ZM1-6h1.6v1.3H1ZM2.9-4h1.6v1.3H2.9Z",
    lines: "M-7.6-.6H7.6",
  },
  {
    name: "seafood",
    body: "M-10.6.2C-7.4-5.8-.4-7.8 4.8-2.2L9.2-6.2Q11-7.2 10.6-5.2L8.8 0L10.6 5.2Q11 7.2 9.2 6.2L4.8 2.4C-.4 8-7.4 6.2-10.6.2Z",
    cut: "M-7-1.2a1.3 1.3 0 1 1 2.6 0a1.3 1.3 0 1 1-2.6 0Z",
    lines: "M-2.8-4.4Q-.6 0-2.8 4.6M.6-1.6H3M.6 1.6H3",
  },
  {
    name: "salad",
    body: "M0 2C-5.4-2.4-4-8.2 0-10.8C4-8.2 5.4-2.4 0 2ZM-2 2C-7.4 1.4-10.2-2.6-9.4-7.4C-4.8-7-1.4-3.6-2 2Z" +
      "M2 2C7.4 1.4 10.2-2.6 9.4-7.4C4.8-7 1.4-3.6 2 2ZM-10.2.8H10.2C10.2 6 6.8 9.4 2.6 9.4H-2.6C-6.8 9.4-10.2 6-10.2.8Z",
    lines: "M-9.6 1.2H9.6M0-7V-1M-6.4-4.6L-4-1.4M6.4-4.6L4-1.4",
  },
  {
    name: "dessert",
    body: "M-7.2-.8C-8.2-4.8-5.6-7-3.2-6.8C-3-9 -1.4-9.4-.8-9.4A1.6 1.6 0 1 1 2-9.2C3-8.8 3.4-7.8 3.4-6.8C6-7 8.2-4.6 7.2-.8" +
      "C7 3 4.6 5.2 1.5 5.8V7.6H4Q5.6 7.6 5.6 9.8H-5.6Q-5.6 7.6-4 7.6H-1.5V5.8C-4.6 5.2-7 3-7.2-.8Z",
    lines: "M-6.6-.4H6.6M0-6.4Q-1.4-4-.2-1.4",
  },
];

/** @typedef {{body: Path2D, cut: Path2D, lines: Path2D}} Drawn */
/** @type {Map<Dish, Drawn>} */
const drawn = new Map();

/** @param {Dish} dish @returns {Drawn} */
function pathsOf(dish) {
  let paths = drawn.get(dish);
  if (!paths) {
    paths = { body: new Path2D(dish.body), cut: new Path2D(dish.cut ?? ""), lines: new Path2D(dish.lines ?? "") };
    drawn.set(dish, paths);
  }
  return paths;
}

/**
 * The dish of each cuisine of a menu. One with a name of its own takes what no other needs.
 * @param {string[]} cuisines
 * @returns {Dish[]}
 */
export function dishesOf(cuisines) {
  const spare = DISHES.filter((dish) => !cuisines.includes(dish.name));
  return cuisines.map((cuisine, index) =>
    DISHES.find((dish) => dish.name === cuisine) ?? spare.shift() ?? DISHES[index % DISHES.length]);
}

/** @param {string[]} cuisines @param {string | number} cuisine its name, or its place among them */
export function cuisineIndex(cuisines, cuisine) {
  return typeof cuisine === "number" ? cuisine : Math.max(0, cuisines.indexOf(cuisine));
}

/** @param {number} cuisine */
export function cuisineColour(cuisine) {
  return token(cuisineToken(cuisine));
}

/** @param {number} cuisine */
export function cuisineToken(cuisine) {
  return `--series-${(cuisine % DISHES.length) + 1}`;
}

/**
 * A dish around 0,0: filled, what is inside it in the colour of the ground.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Dish} dish
 * @param {number} r half of its size
 * @param {string} colour
 * @param {string} ground
 */
export function drawDish(ctx, dish, r, colour, ground) {
  const { body, cut, lines } = pathsOf(dish);
  ctx.save();
  ctx.scale(r / 10, r / 10);
  ctx.fillStyle = colour;
  ctx.fill(body);
  ctx.fillStyle = ground;
  ctx.fill(cut, "evenodd");
  ctx.strokeStyle = ground;
  ctx.lineWidth = LINE;
  ctx.lineCap = "round";
  ctx.stroke(lines);
  ctx.restore();
}

/**
 * The silhouette as a line, or the silhouette grown by half of the line's width.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Dish} dish
 * @param {number} r
 * @param {string} colour
 * @param {number} width as r is
 * @param {string} [inside] over the line, to leave its outer half
 */
export function outlineDish(ctx, dish, r, colour, width, inside) {
  const { body } = pathsOf(dish);
  ctx.save();
  ctx.scale(r / 10, r / 10);
  ctx.lineJoin = "round";
  ctx.strokeStyle = colour;
  ctx.lineWidth = (width * 10) / r;
  ctx.stroke(body);
  if (inside) {
    ctx.fillStyle = inside;
    ctx.fill(body);
  }
  ctx.restore();
}

/**
 * What is on the menu, as a picture among words.
 * @param {import("./types").CityPlan} plan
 * @param {number} index of the menu
 */
export function dishIcon(plan, index) {
  return dishPicture(plan.cuisines, cuisineIndex(plan.cuisines, plan.dishes[index]?.cuisine ?? 0));
}

/**
 * The dish of a cuisine among words.
 * @param {string[]} cuisines
 * @param {number} cuisine
 */
export function dishPicture(cuisines, cuisine) {
  const dish = dishesOf(cuisines)[cuisine];
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("viewBox", "-11.5 -11.5 23 23");
  const path = (/** @type {string} */ d, /** @type {Record<string, string>} */ look) => {
    const element = document.createElementNS(space, "path");
    element.setAttribute("d", d);
    Object.assign(element.style, look);
    svg.append(element);
  };
  path(dish.body, { fill: `var(${cuisineToken(cuisine)})`, stroke: "none" });
  if (dish.cut) path(dish.cut, { fill: "var(--page)", fillRule: "evenodd", stroke: "none" });
  if (dish.lines) path(dish.lines, { fill: "none", stroke: "var(--page)", strokeWidth: String(LINE) });
  return svg;
}
