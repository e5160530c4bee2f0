/* live.h - the state of a run's live stream: what its viewers have been told so far.
 *
 * Each layer (0 the stage, 1 with the message layer) is a stream of its own: frames numbered 1, 2,
 * 3 ..., each continuing the one before. */
#ifndef LAB_LIVE_H
#define LAB_LIVE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    LAB_LIVE_LAYERS = 2,
    LAB_LIVE_SCHEMA = 1,
    LAB_LIVE_TICK_NS = 100 * 1000 * 1000,
    LAB_LIVE_BYTES_A_SECOND = 3500, /* of deltas of the stage, headers included: with what a
                                       burst may take in advance, 4 KB in any five seconds */
    LAB_LIVE_MESSAGE_BYTES_A_SECOND = 24 * 1024, /* with the message layer */
    LAB_LIVE_FRAME_BYTES_MAX = 256 * 1024,
    LAB_LIVE_FIGURES_EVERY_NS = 1000 * 1000 * 1000, /* wall clock */
    LAB_LIVE_FIGURES_MAX = 64,
    LAB_LIVE_CHECKS_MAX = 64,
};

struct lab_live_layer {
    uint32_t viewers;
    bool keyframe_wanted;
    uint64_t sequence;
    uint64_t view_mark;
    uint64_t events_told;
    uint32_t points_told;
    uint32_t pace_version, faults_version;
    int64_t figures_told_ns; /* wall clock */
    bool figures_known;
    int64_t figures[LAB_LIVE_FIGURES_MAX];
    uint8_t verdicts[LAB_LIVE_CHECKS_MAX];
    int64_t told_ns;   /* wall clock of the last frame */
    int64_t allowance; /* bytes that may be sent now; negative: wait */
    int64_t time_told_ns;
    bool settled; /* the last frame had nothing new: a paused view has come to its final form */
};

struct lab_live {
    struct lab_live_layer layers[LAB_LIVE_LAYERS];
    int64_t judged_ns; /* wall clock */
    uint8_t verdicts[LAB_LIVE_CHECKS_MAX];
};

#endif
