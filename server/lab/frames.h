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

/* What changed for this layer since its last frame; remembers that it was told. `now_ns`: wall
 * clock, for what is told only now and then. */
void lab_frame_delta(struct lab_run *run, struct lab_live_layer *layer, bool messages,
                     int64_t now_ns, const struct lab_frame_head *head, struct text *text);
/* Everything. With a layer, it is remembered that it was told; NULL: for others to join in. */
void lab_frame_key(struct lab_run *run, struct lab_live_layer *layer, bool messages,
                   const struct lab_frame_head *head, struct text *text);

#endif
