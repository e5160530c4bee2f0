// access_stops.js: looks at each place where the keyboard comes to stand while access.py presses Tab.

function begin() {
  const seen = new Map();
  const wrong = new Set();
  const say = (rule, element, more = "") => wrong.add(
    `${rule}: ${element.outerHTML.replace(/\s+/g, " ").slice(0, 140)}${more === "" ? "" : ` (${more})`}`);
  let last = null;
  const reachable = (one) => one.isConnected && one.tabIndex >= 0 && !one.disabled && !one.closest("[inert]")
    && one.type !== "radio" && one.checkVisibility({ visibilityProperty: true });
  const there = [...(document.querySelector("dialog:modal") ?? document)
    .querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter(reachable);

  /** Is any of nine points of it on top? */
  function onTop(element, box) {
    for (const x of [0.5, 0.1, 0.9]) {
      for (const y of [0.5, 0.1, 0.9]) {
        const top = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
        if (top && (element.contains(top) || top.contains(element))) return true;
      }
    }
    return false;
  }

  function marked(element) {
    /* its own, that of the card it opens, or of a link that covers its card */
    return [[element], [element.closest("li, label")], [element, "::after"]].some(([one, part]) => {
      if (!one) return false;
      const { outlineStyle, outlineWidth } = getComputedStyle(one, part);
      return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    });
  }

  /** Within a part, in its reading order: not up to a row above, unless to a column further right. */
  function order(element, box) {
    const part = (one) => one.closest("dialog, .menu, body > *");
    if (last && part(last) === part(element) && !element.closest(".twin")) {
      const before = last.getBoundingClientRect(); /* where it is now: something may have scrolled */
      const above = box.bottom <= before.top + 1;
      const left = box.left < before.right - 1;
      if (above && left) say("out of order", element, `after ${last.outerHTML.slice(0, 80)}`);
    }
    last = element;
  }

  function stop({ target: element }) {
    if (window.stopsSeen.round) return;
    if (seen.has(element)) {
      window.stopsSeen.round = true;
      return;
    }
    seen.set(element, true);
    const box = element.getBoundingClientRect();
    if (!element.checkVisibility({ visibilityProperty: true }) || box.width < 1) say("focus on what is not there", element);
    else if (!onTop(element, box)) say("focus on what is covered", element, `${Math.round(box.left)},${Math.round(box.top)}`);
    if (!marked(element)) say("no mark of focus", element);
    order(element, box);
  }

  const start = document.querySelector("dialog:modal, .menu") ?? document.body;
  start.tabIndex = -1;
  start.focus();
  start.removeAttribute("tabindex");
  document.addEventListener("focusin", stop);
  window.stopsSeen = {
    round: false,
    end() {
      document.removeEventListener("focusin", stop);
      for (const one of there) if (!seen.has(one) && reachable(one)) say("never reached", one);
      seen.keys().next().value?.focus();
      return [...wrong];
    },
  };
}
