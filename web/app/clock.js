// clock.js: virtual time between frames. All drawing is a function of what now() returns.
//
// Frames come about ten times a second; the clock runs a little behind the newest one, so that
// what it shows is always known and never guessed. It never passes the newest frame, never runs
// backwards, and stands still from the moment somebody presses pause.

const LAG_MIN_MS = 60;
const LAG_MAX_MS = 500;
const JUMP_MS = 1500; /* further off than this (in wall time): jump instead of catching up */
const CATCH_UP_MS = 400;

export class VirtualClock {
  shown_us = -1;
  shown_wall = 0;
  latest_us = 0;
  latest_wall = 0;
  lag_ms = 120;
  speed = 1;
  paused = false;
  frozen = false; /* pressed here, not yet said by the server */
  confirmed = false; /* the server has said that the run stands still */
  driven = false; /* a replay says what time it is */

  /**
   * A replay shows this moment; frames of the live link move nothing.
   * @param {number} t_us
   * @param {boolean} moving
   */
  drive(t_us, moving) {
    this.driven = true;
    this.shown_us = t_us;
    this.paused = !moving;
  }

  /**
   * Somebody pressed pause: stand still, without waiting for the server.
   * @param {number} wall
   */
  freeze(wall) {
    if (this.driven) return;
    this.now(wall);
    this.frozen = true;
    this.paused = true;
  }

  /** The run is to go on, or the pause was refused. */
  thaw() {
    if (this.driven) return;
    this.frozen = false;
    this.paused = this.confirmed;
  }

  /**
   * A frame has arrived.
   * @param {number} t_us its virtual time
   * @param {number} wall performance.now()
   * @param {{state: string, speed: number, problem?: string}} pace
   */
  receive(t_us, wall, pace) {
    const before = this.latest_us;
    const moving = pace.state === "live" || (pace.state === "held" && !pace.problem);
    if (this.shown_us < 0 || t_us < before) {
      this.shown_us = t_us;
      this.shown_wall = wall;
    }
    if (moving && !this.paused && this.latest_wall > 0) {
      const gap = Math.min(LAG_MAX_MS, wall - this.latest_wall);
      this.lag_ms += (Math.max(LAG_MIN_MS, gap * 1.3) - this.lag_ms) * 0.1;
    }
    const leapt = t_us - this.shown_us > JUMP_MS * 1000 * Math.max(1, pace.speed);
    if (!moving && t_us > before && (this.confirmed || !this.frozen || leapt)) {
      this.shown_us = t_us; /* a step, a stop by somebody else, a leap: not just our pause on its way */
    }
    if (this.paused) this.shown_wall = wall;
    this.confirmed = !moving;
    if (!moving) this.frozen = false;
    this.paused = !moving || this.frozen;
    this.speed = pace.speed;
    this.latest_us = t_us;
    this.latest_wall = wall;
  }

  /**
   * Virtual time to draw, in microseconds.
   * @param {number} wall
   */
  now(wall) {
    if (this.shown_us < 0) return 0;
    if (this.driven) return this.shown_us;
    const dt = wall - this.shown_wall;
    this.shown_wall = wall;
    if (this.paused || dt <= 0) return this.shown_us;
    const perMs = 1000 * this.speed;
    const target = this.latest_us + (wall - this.latest_wall - this.lag_ms) * perMs;
    let next = this.shown_us + dt * perMs;
    const error = target - next;
    if (Math.abs(error) > JUMP_MS * perMs) next = target;
    else next += error * Math.min(1, dt / CATCH_UP_MS);
    this.shown_us = Math.max(this.shown_us, Math.min(next, this.latest_us));
    return this.shown_us;
  }
}
