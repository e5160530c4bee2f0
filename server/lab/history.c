/* history.c - the past of a run in memory. */
#include "lab/history.h"

#include "lab/lab_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* To begin with: a virtual minute is computed in two milliseconds. */
static const int64_t DISTANCE_FIRST_NS = 60 * INT64_C(1000000000);

/* ---- Without zeros ---- */

enum { BLOCK = 64, BITS = 8 };

static size_t block_count(size_t bytes)
{
    return (bytes + BLOCK - 1) / BLOCK;
}

static bool is_zero(const uint8_t *block)
{
    static const uint8_t zeros[BLOCK];
    return memcmp(block, zeros, BLOCK) == 0;
}

static size_t packed_bytes(const uint8_t *raw, size_t blocks)
{
    size_t bytes = (blocks + BITS - 1) / BITS;
    for (size_t i = 0; i < blocks; i++) {
        bytes += is_zero(raw + i * BLOCK) ? 0 : BLOCK;
    }
    return bytes;
}

/* `packed` is zero at the beginning. */
static void pack(const uint8_t *raw, size_t blocks, uint8_t *packed)
{
    uint8_t *to = packed + (blocks + BITS - 1) / BITS;
    for (size_t i = 0; i < blocks; i++) {
        if (!is_zero(raw + i * BLOCK)) {
            packed[i / BITS] = (uint8_t)(packed[i / BITS] | 1u << i % BITS);
            memcpy(to, raw + i * BLOCK, BLOCK);
            to += BLOCK;
        }
    }
}

/* `raw` is zero at the beginning. */
static void unpack(const uint8_t *packed, size_t blocks, uint8_t *raw)
{
    const uint8_t *from = packed + (blocks + BITS - 1) / BITS;
    for (size_t i = 0; i < blocks; i++) {
        if ((packed[i / BITS] >> i % BITS & 1) != 0) {
            memcpy(raw + i * BLOCK, from, BLOCK);
            from += BLOCK;
        }
    }
}

/* ---- One world ---- */

static void *zeroed(size_t bytes)
{
    void *memory = calloc(1, bytes);
    if (memory == NULL) {
        abort();
    }
    return memory;
}

struct lab_kept *lab_kept_make(const struct lab_course *course, const struct lab_show *show)
{
    size_t world_bytes = sim_save_bytes(&course->sim);
    size_t blocks = block_count(world_bytes + sizeof *show);
    uint8_t *raw = zeroed(blocks * BLOCK);
    sim_save(&course->sim, raw);
    memcpy(raw + world_bytes, show, sizeof *show);
    size_t bytes = packed_bytes(raw, blocks);
    struct lab_kept *kept = zeroed(sizeof *kept + bytes);
    kept->time_ns = lab_course_now_ns(course);
    kept->steps = sim_steps(&course->sim);
    kept->inputs_done = course->inputs_done;
    kept->bytes = sizeof *kept + bytes;
    kept->world_bytes = world_bytes;
    memcpy(kept->given, course->recorder.given, sizeof kept->given);
    pack(raw, blocks, kept->packed);
    free(raw);
    return kept;
}

void lab_kept_restore(const struct lab_kept *kept, struct lab_course *course, struct lab_show *show)
{
    size_t blocks = block_count(kept->world_bytes + sizeof *show);
    uint8_t *raw = zeroed(blocks * BLOCK);
    unpack(kept->packed, blocks, raw);
    bool loaded = sim_load(&course->sim, raw, kept->world_bytes);
    assert(loaded); /* this program wrote it, from a world of the same plan */
    assert(lab_course_now_ns(course) == kept->time_ns);
    assert(kept->inputs_done <= course->inputs.count);
    course->inputs_done = kept->inputs_done;
    memcpy(course->recorder.given, kept->given, sizeof kept->given);
    memcpy(show, raw + kept->world_bytes, sizeof *show);
    free(raw);
}

/* ---- How many ---- */

/* Memory is shared by all runs: a laptop with one run and a server with a thousand both have enough. */
static size_t allowance(struct lab *lab)
{
    pthread_mutex_lock(&lab->lock);
    size_t runs = lab->run_count > 0 ? lab->run_count : 1;
    pthread_mutex_unlock(&lab->lock);
    size_t share = LAB_HISTORY_TOTAL_BYTES_MAX / runs;
    return share < LAB_HISTORY_BYTES_MAX ? share : LAB_HISTORY_BYTES_MAX;
}

static void count_bytes(struct lab *lab, struct lab_history *history, int64_t bytes)
{
    history->bytes = (size_t)((int64_t)history->bytes + bytes);
    lab->counters.history_bytes += (uint64_t)bytes;
}

static void remove_at(struct lab *lab, struct lab_history *history, uint32_t index)
{
    assert(index < history->count);
    struct lab_kept *kept = history->worlds[index];
    count_bytes(lab, history, -(int64_t)kept->bytes);
    free(kept);
    history->count--;
    memmove(&history->worlds[index], &history->worlds[index + 1],
            (history->count - index) * sizeof history->worlds[0]);
}

/* The one that is missed least goes; the newest stays. From now on they come as far apart as they
 * are on average. */
static void thin(struct lab *lab, struct lab_history *history)
{
    uint32_t least = 0;
    int64_t least_ns = INT64_MAX;
    for (uint32_t i = 0; i + 1 < history->count; i++) {
        int64_t before_ns = i == 0 ? 0 : history->worlds[i - 1]->time_ns;
        int64_t gap_ns = history->worlds[i + 1]->time_ns - before_ns;
        least = gap_ns < least_ns ? i : least;
        least_ns = gap_ns < least_ns ? gap_ns : least_ns;
    }
    remove_at(lab, history, least);
    int64_t average_ns = history->worlds[history->count - 1]->time_ns / history->count;
    history->distance_ns = average_ns > history->distance_ns ? average_ns : history->distance_ns;
}

int64_t lab_history_distance_ns(const struct lab_history *history)
{
    return history->distance_ns > 0 ? history->distance_ns : DISTANCE_FIRST_NS;
}

/* ---- In order of time ---- */

/* How many stand at or before a time. */
static uint32_t place_of(const struct lab_history *history, int64_t time_ns)
{
    uint32_t place = history->count;
    while (place > 0 && history->worlds[place - 1]->time_ns > time_ns) {
        place--;
    }
    return place;
}

const struct lab_kept *lab_history_at(const struct lab_history *history, int64_t time_ns)
{
    uint32_t place = place_of(history, time_ns);
    return place == 0 ? NULL : history->worlds[place - 1];
}

const struct lab_kept *lab_history_before_event(const struct lab_history *history, uint64_t event)
{
    const struct lab_kept *found = NULL;
    for (uint32_t i = 0; i < history->count && history->worlds[i]->steps < event; i++) {
        found = history->worlds[i];
    }
    return found;
}

/* Is there room in time at this place: half a distance to each neighbour? */
static bool is_wanted(const struct lab_history *history, uint32_t place, int64_t time_ns)
{
    int64_t room_ns = lab_history_distance_ns(history) / 2;
    int64_t before_ns = place == 0 ? 0 : history->worlds[place - 1]->time_ns;
    return time_ns - before_ns >= room_ns &&
           (place == history->count || history->worlds[place]->time_ns - time_ns >= room_ns);
}

void lab_history_add(struct lab *lab, struct lab_run *run, struct lab_kept *kept)
{
    struct lab_history *history = &run->history;
    size_t bytes_max = allowance(lab);
    history->distance_ns = lab_history_distance_ns(history);
    /* One that is not wanted throws no other out; but the share may have become smaller. */
    bool wanted = is_wanted(history, place_of(history, kept->time_ns), kept->time_ns);
    size_t bytes = wanted ? kept->bytes : 0;
    while (history->count > 0 && ((wanted && history->count == LAB_HISTORY_WORLDS_MAX) ||
                                  history->bytes + bytes > bytes_max)) {
        if (history->count == 1) {
            remove_at(lab, history, 0); /* not even two fit */
        } else {
            thin(lab, history);
        }
    }
    uint32_t place = place_of(history, kept->time_ns);
    if (!wanted || kept->bytes > bytes_max || !is_wanted(history, place, kept->time_ns)) {
        free(kept);
        return;
    }
    memmove(&history->worlds[place + 1], &history->worlds[place],
            (history->count - place) * sizeof history->worlds[0]);
    history->worlds[place] = kept;
    history->count++;
    count_bytes(lab, history, (int64_t)kept->bytes);
}

void lab_history_keep(struct lab *lab, struct lab_run *run)
{
    const struct lab_history *history = &run->history;
    int64_t now_ns = lab_course_now_ns(&run->course);
    int64_t last_ns = history->count == 0 ? 0 : history->worlds[history->count - 1]->time_ns;
    if (now_ns - last_ns >= lab_history_distance_ns(history) && allowance(lab) > run->world_bytes) {
        lab_history_add(lab, run, lab_kept_make(&run->course, &run->show));
    }
}

void lab_history_free(struct lab *lab, struct lab_history *history)
{
    while (history->count > 0) {
        remove_at(lab, history, history->count - 1);
    }
}
