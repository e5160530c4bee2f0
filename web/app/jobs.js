// jobs.js: work in the background of the server: looks at a job until it is over.

import { api } from "./api.js";
import { report } from "./steer.js";

/** @typedef {import("./types").Job} Job */

const LOOK_EVERY_MS = 300;

/** @param {Job} job */
export function isOver(job) {
  return job.state === "done" || job.state === "cancelled" || job.state === "failed";
}

/**
 * Follows a job. `show` is called with each look at it, and once when it is over.
 * @param {string} name
 * @param {(job: Job) => void} show
 */
export function followJob(name, show) {
  let timer = 0;
  let left = false;
  const look = async () => {
    try {
      const job = /** @type {Job} */ (await api.job(name));
      if (left) return;
      show(job);
      if (!isOver(job)) timer = window.setTimeout(() => void look(), LOOK_EVERY_MS);
    } catch (error) {
      if (!left) report(error);
    }
  };
  void look();
  return {
    /** Ends it on the server; what it had found is shown. */
    cancel: async () => {
      window.clearTimeout(timer);
      try {
        await api.endJob(name);
      } catch (error) {
        report(error);
      }
      await look();
    },
    /** Nobody looks any more: it ends too. */
    leave: () => {
      left = true;
      window.clearTimeout(timer);
      void api.endJob(name).catch(() => {}); /* it may be long gone */
    },
  };
}

/**
 * A bar of progress; without an end it only shows that something happens.
 * @param {HTMLProgressElement} bar
 * @param {Job} job
 */
export function showProgress(bar, job) {
  if (job.progress.of === null) {
    bar.removeAttribute("value");
    return;
  }
  bar.max = job.progress.of;
  bar.value = isOver(job) && job.state === "done" ? job.progress.of : job.progress.done;
}
