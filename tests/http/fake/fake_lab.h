/* fake_lab.h - a lab with the face of lab/lab.h and nothing behind it: it keeps names of runs and
 * publishes made-up frames ten times a second. Tests of the server and the load generator use it
 * where the real one would only be in the way (frames of a given size, runs that vanish). */
#ifndef TESTS_HTTP_FAKE_LAB_H
#define TESTS_HTTP_FAKE_LAB_H

#include <stdint.h>

enum { FAKE_FRAME_BYTES_STANDARD = 400, FAKE_KEYFRAME_BYTES = 12000 };

/* Before lab_open: how long the frames are, and how many a second. */
void fake_lab_frames(uint32_t bytes, uint32_t per_second);

#endif
