/* frames.h - the JSON of live frames, as docs/api.md describes them. */
#ifndef LAB_FRAMES_H
#define LAB_FRAMES_H

#include "base/text.h"
#include "lab/lab_internal.h"

struct lab_frame_head {
    const char *run;
    uint32_t epoch;
    uint64_t sequence, base;
    uint32_t nonce;
    int64_t encoded_ns;
};

/* What a frame is a picture of: the live edge of a run, or a moment of its past. */
struct lab_scene {
    const struct lab_course *course;
    const struct lab_show *show;
    const uint8_t *verdicts; /* of each check: enum system_verdict + 1 as judged last; 0: not yet */
    const struct lab_run *run; /* whose pace is told; NULL: the past, which has none */
    int64_t points_stride_s;   /* every so manieth row of figures is told; at least 1 */
    uint32_t events_max;       /* that one delta tells */
};

/* What changed for this layer since its last frame; remembers that it was told. `now_ns`: wall
 * clock, for what is told only now and then. */
void lab_frame_delta(const struct lab_scene *scene, struct lab_live_layer *layer, bool messages,
                     int64_t now_ns, const struct lab_frame_head *head, struct text *text);
/* Everything. With a layer, it is remembered that it was told; NULL: for others to join in. */
void lab_frame_key(const struct lab_scene *scene, struct lab_live_layer *layer, bool messages,
                   const struct lab_frame_head *head, struct text *text);

#endif
