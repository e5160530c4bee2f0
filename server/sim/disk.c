/* disk.c - the disk of a node: a write cache over a device that works in batches.
 *
 * Files show every write at once, as through a page cache. Each write keeps the bytes it replaced
 * until it is durable; when power fails, what is not durable is undone, newest first, and a torn
 * write keeps a part. Keeping old bytes for the few operations under way is cheaper than keeping
 * two copies of each file, and a read needs no merging.
 *
 * All operations given to an idle device form one batch and share one fsync (group commit, as
 * databases do it); what comes meanwhile forms the next. So a node that writes ten records in one
 * step pays for one fsync, and throughput grows with load instead of collapsing.
 *
 * What is promised when: a write with NODE_SYNC is durable when it is told, and with it every
 * earlier write of this disk. A write without is in the cache: the disk may write it back whenever
 * it likes (here: when it needs room), and a crash may keep or lose it, as a kernel's would.
 *
 * The faults, and where they come from:
 *  - torn write: power fails while a sector run is being written; a prefix of the bytes is new, the
 *    rest old. Everything before it has arrived (the device works in order).
 *  - lost fsync: a device, or a hypervisor, that answers from a volatile cache. It says "durable"
 *    and keeps the undo bytes here, so that a crash shows the lie.
 *  - stall, slow, full, rot: as their names say; none of them breaks the promise above.
 *
 * Cursors run through one ring of operations and only grow (world.h); their differences are right
 * even when they wrap. */
#include "sim/world.h"

#include <assert.h>
#include <string.h>

static const uint32_t DRAW_TEAR = DRAW_PURPOSE('t', 'e', 'a', 'r');
static const uint32_t DRAW_TEAR_BYTE = DRAW_PURPOSE('t', 'e', 'a', 'b');

_Static_assert((SIM_DISK_OPS & (SIM_DISK_OPS - 1)) == 0, "cursors wrap by a mask");
_Static_assert((SIM_DISK_UNDO_BYTES & (SIM_DISK_UNDO_BYTES - 1)) == 0, "cursors wrap by a mask");
_Static_assert(SIM_DISK_OPS_UNDER_WAY < SIM_DISK_OPS, "a node blocks before its ring is full");
_Static_assert(SIM_DISK_UNDO_SPARE >= (int)NODE_MESSAGE_BYTES_MAX, "room for the largest write");
_Static_assert(SIM_DISK_UNDO_SPARE < SIM_DISK_UNDO_BYTES, "a node that writes little never blocks");

uint8_t *sim_disk_file(struct sim_world *world, const struct sim_disk *disk, uint32_t file)
{
    assert(file < NODE_FILES_MAX);
    return sim_at(world, disk->file_offset[file]);
}

/* Bytes that may still be overwritten before something must become durable. */
static uint32_t disk_undo_room(const struct sim_disk *disk)
{
    assert(disk->undo_last - disk->undo_first <= SIM_DISK_UNDO_BYTES);
    return SIM_DISK_UNDO_BYTES - (disk->undo_last - disk->undo_first);
}

/* The first operation that somebody still needs: to undo it, or to tell of it. Both cursors are
 * behind `complete`, so the smaller one is the one farther behind it. */
static uint32_t disk_oldest(const struct sim_disk *disk)
{
    bool durable_first = disk->complete - disk->durable > disk->complete - disk->told;
    return durable_first ? disk->durable : disk->told;
}

/* Operations that the ring can still take. */
static uint32_t disk_ops_room(const struct sim_disk *disk)
{
    uint32_t used = disk->submitted - disk_oldest(disk);
    assert(used <= SIM_DISK_OPS);
    return SIM_DISK_OPS - used;
}

/* Copies between the undo ring and a file; the ring wraps. */
static void disk_undo_copy(struct sim_world *world, const struct sim_disk *disk, uint32_t ring_at,
                           uint8_t *file_at, uint32_t length, bool restore)
{
    assert(length <= SIM_DISK_UNDO_BYTES);
    uint8_t *ring = sim_at(world, disk->undo_offset);
    while (length > 0) {
        uint32_t place = ring_at & (SIM_DISK_UNDO_BYTES - 1);
        uint32_t part = SIM_DISK_UNDO_BYTES - place;
        part = part < length ? part : length;
        if (restore) {
            memcpy(file_at, ring + place, part);
        } else {
            memcpy(ring + place, file_at, part);
        }
        ring_at += part;
        file_at += part;
        length -= part;
    }
}

/* The order that the cursors always have; differences, since they wrap. */
static void disk_check_cursors(const struct sim_disk *disk)
{
    assert(disk->complete - disk->durable <= SIM_DISK_OPS);
    assert(disk->complete - disk->told <= SIM_DISK_OPS);
    assert(disk->batch - disk->complete <= SIM_DISK_OPS);
    assert(disk->submitted - disk->batch <= SIM_DISK_OPS);
    assert(disk->undo_last - disk->undo_first <= SIM_DISK_UNDO_BYTES);
}

/* Everything before `cursor` is on the platter: its undo bytes are free. */
static void disk_make_durable(struct sim_world *world, struct sim_disk *disk, uint32_t cursor)
{
    assert(cursor - disk->durable <= disk->complete - disk->durable);
    while (disk->durable != cursor) {
        const struct sim_disk_op *op = sim_disk_op_at(world, disk, disk->durable);
        if (op->kind == SIM_DISK_WRITE && op->status == NODE_IO_OK) {
            disk->undo_first = op->undo_at + op->length;
        }
        disk->durable++;
    }
}

/* Makes room by writing back the oldest finished operations, as a kernel does. False: all is still
 * under way. */
static bool disk_make_room(struct sim_world *world, struct sim_disk *disk, uint32_t bytes)
{
    while (disk_undo_room(disk) < bytes || disk_ops_room(disk) == 0) {
        if (disk->durable == disk->complete) {
            return false;
        }
        disk_make_durable(world, disk, disk->durable + 1);
    }
    return true;
}

/* Shows a write in the file and keeps what it replaces. The old bytes first: they are gone after. */
static void disk_write(struct sim_world *world, struct sim_disk *disk, struct sim_disk_op *op,
                       const void *payload)
{
    assert((uint64_t)op->offset + op->length <= disk->file_bytes[op->file]);
    assert(disk_undo_room(disk) >= op->length);
    uint8_t *at = sim_disk_file(world, disk, op->file) + op->offset;
    op->undo_at = disk->undo_last;
    disk_undo_copy(world, disk, op->undo_at, at, op->length, false);
    disk->undo_last += op->length;
    memcpy(at, payload, op->length);
    if (op->offset + op->length > disk->file_length[op->file]) {
        disk->file_length[op->file] = op->offset + op->length;
    }
    assert(disk->file_length[op->file] <= disk->file_bytes[op->file]);
}

/* A full disk takes nothing, and no disk takes a byte past the file's limit. */
static uint8_t disk_write_status(struct sim_world *world, const struct sim_disk *disk,
                                 const struct node_intent *intent)
{
    if (disk->full) {
        sim_effect(world, SIM_INPUT_DISK_FULL);
        return NODE_IO_FULL;
    }
    uint64_t end = (uint64_t)intent->offset + intent->length;
    return end > disk->file_bytes[intent->id] ? NODE_IO_FULL : NODE_IO_OK;
}

/* Takes an operation at once into the ring, and a write into the file; the device begins with it
 * when the whole step has been drained. A write that the disk refuses goes through the ring too, so
 * that its failure is told in order. */
void sim_disk_submit(struct sim *sim, uint32_t node, const struct node_intent *intent,
                     const void *payload, int64_t departs_ns)
{
    struct sim_world *world = sim->world;
    struct sim_disk *disk = &sim_node_at(world, node)->disk;
    assert(intent->id < NODE_FILES_MAX);
    assert(disk->file_bytes[intent->id] > 0); /* the protocol has no such file */
    bool write = intent->kind == NODE_INTENT_WRITE;
    assert(write || intent->kind == NODE_INTENT_READ);
    assert(departs_ns >= world->now_ns);
    if (!disk_make_room(world, disk, write ? intent->length : 0)) {
        sim_halt(sim, SIM_HALT_DISK_FULL, node, NULL);
        return;
    }
    struct sim_disk_op *op = sim_disk_op_at(world, disk, disk->submitted);
    *op = (struct sim_disk_op){
        .submitted_ns = departs_ns,
        .cause = world->event,
        .token = intent->token,
        .offset = intent->offset,
        .length = intent->length,
        .length_before = disk->file_length[intent->id],
        .kind = write ? SIM_DISK_WRITE : SIM_DISK_READ,
        .file = intent->id,
        .sync = (intent->flags & NODE_SYNC) != 0,
        .status = write ? disk_write_status(world, disk, intent) : NODE_IO_OK,
    };
    if (write && op->status == NODE_IO_OK) {
        disk_write(world, disk, op, payload);
    }
    disk->submitted++;
    disk_check_cursors(disk);
}

/* Time of a batch: a latency and its bytes for each operation, one fsync for all that want one. The
 * device works through it one after the other (no parallel flash channels): a model that errs on
 * the slow side. */
static int64_t disk_batch_ns(struct sim_world *world, const struct sim_disk *disk)
{
    int64_t total_ns = 0;
    bool sync = false;
    for (uint32_t cursor = disk->complete; cursor != disk->batch; cursor++) {
        const struct sim_disk_op *op = sim_disk_op_at(world, disk, cursor);
        total_ns +=
            op->kind == SIM_DISK_WRITE ? world->model.disk_write_ns : world->model.disk_read_ns;
        total_ns += op->length * world->byte_disk_ps / 1000;
        sync = sync || op->sync;
    }
    total_ns += sync ? world->model.disk_sync_ns : 0;
    return total_ns * disk->factor_pct / SIM_PERCENT;
}

void sim_disk_begin_batch(struct sim_world *world, uint32_t node)
{
    struct sim_disk *disk = &sim_node_at(world, node)->disk;
    if (!sim_disk_wants_batch(disk)) {
        return;
    }
    int64_t starts_ns = sim_disk_op_at(world, disk, disk->complete)->submitted_ns;
    starts_ns = starts_ns > world->now_ns ? starts_ns : world->now_ns;
    if (starts_ns < disk->stalled_until_ns) {
        sim_effect(world, SIM_INPUT_DISK_STALL);
        starts_ns = disk->stalled_until_ns;
    }
    if (disk->factor_pct != SIM_PERCENT) {
        sim_effect(world, SIM_INPUT_DISK_SLOW);
    }
    disk->batch = disk->submitted;
    assert(disk->batch != disk->complete);
    sim_deadline_set(world, node, SIM_SLOT_DISK, starts_ns + disk_batch_ns(world, disk));
}

/* Lets go, or drops when the write failed, every message that waited for the write `token`. Dropping
 * is what "persist before you speak" means when persisting fails: an acknowledgement of something
 * that is not on the disk must not leave. */
static void disk_release_held(struct sim *sim, struct sim_disk *disk, uint32_t token,
                              uint8_t status)
{
    struct sim_world *world = sim->world;
    assert(token >= disk->token_complete); /* the device works in order */
    while (disk->held.count > 0 && sim_message_at(world, disk->held.first)->token <= token) {
        uint32_t message = sim_message_pop(world, &disk->held);
        if (status == NODE_IO_OK) {
            int64_t step_ends_ns = sim_message_at(world, message)->sent_ns;
            sim_network_transmit(sim, message,
                                 step_ends_ns > world->now_ns ? step_ends_ns : world->now_ns);
        } else {
            sim_message_give(world, message);
        }
    }
}

/* One operation is over. What waited for it leaves now, without the node's CPU: the host holds the
 * message, as the kernel's socket would. But not before the step that sent it has ended, which a
 * slow CPU may do after the disk. */
static void disk_complete(struct sim *sim, struct sim_disk *disk, struct sim_disk_op *op)
{
    op->completed_ns = sim->world->now_ns;
    if (op->kind == SIM_DISK_WRITE) {
        sim->world->counters.writes++;
        disk->token_complete = op->token;
        disk_release_held(sim, disk, op->token, op->status);
    }
}

void sim_disk_end_batch(struct sim *sim, uint32_t node)
{
    struct sim_world *world = sim->world;
    struct sim_disk *disk = &sim_node_at(world, node)->disk;
    assert(sim_node_at(world, node)->up);
    assert(disk->batch != disk->complete);
    uint32_t synced = disk->durable; /* behind the last write that asked for fsync */
    for (; disk->complete != disk->batch; disk->complete++) {
        struct sim_disk_op *op = sim_disk_op_at(world, disk, disk->complete);
        disk_complete(sim, disk, op);
        synced = op->sync ? disk->complete + 1 : synced;
    }
    /* One fsync makes durable all that was written before it, asked for or not. */
    if (synced != disk->durable) {
        world->counters.syncs++;
        if (!disk->loses_fsync) {
            disk_make_durable(world, disk, synced);
        }
    }
    disk_check_cursors(disk);
    sim_disk_begin_batch(world, node);
    sim_process_wake(sim, node);
}

/* Takes one write back, but for its first `kept` bytes. Newest first is what makes this right: the
 * bytes kept with a write are those that stood there just before it. */
static void disk_undo(struct sim_world *world, struct sim_disk *disk, const struct sim_disk_op *op,
                      uint32_t kept)
{
    if (op->kind != SIM_DISK_WRITE || op->status != NODE_IO_OK) {
        return;
    }
    assert(kept <= op->length);
    uint8_t *at = sim_disk_file(world, disk, op->file) + op->offset;
    disk_undo_copy(world, disk, op->undo_at + kept, at + kept, op->length - kept, true);
    uint32_t end = kept > 0 ? op->offset + kept : 0;
    disk->file_length[op->file] = end > op->length_before ? end : op->length_before;
    assert(disk->file_length[op->file] <= disk->file_bytes[op->file]);
    if (op->sync && op->completed_ns > 0) { /* it had been promised */
        sim_effect(world, SIM_INPUT_DISK_LOSE_FSYNC);
    }
}

/* A write of one byte is there or not. */
static bool disk_can_tear(const struct sim_disk_op *op)
{
    return op->kind == SIM_DISK_WRITE && op->status == NODE_IO_OK && op->length > 1;
}

/* The write that was being written when power failed: a random one of those given to the device.
 * disk->submitted if there is none. */
static uint32_t disk_torn_write(struct sim_world *world, uint32_t node, const struct sim_disk *disk)
{
    uint32_t under_way = disk->submitted - disk->complete;
    assert(under_way <= SIM_DISK_OPS);
    if (under_way == 0) {
        return disk->submitted;
    }
    uint64_t value = draw_u64(world->seed, DRAW_TEAR, node, sim_node_at(world, node)->boots);
    uint32_t first = (uint32_t)draw_below(value, under_way);
    for (uint32_t i = 0; i < under_way; i++) {
        uint32_t cursor = disk->complete + (first + i) % under_way;
        if (disk_can_tear(sim_disk_op_at(world, disk, cursor))) {
            return cursor;
        }
    }
    return disk->submitted;
}

/* Where the device was when power failed: everything before the cursor is on the platter, of the
 * write at it *kept bytes. */
static uint32_t disk_survivors(struct sim_world *world, uint32_t node, uint32_t *kept)
{
    const struct sim_disk *disk = &sim_node_at(world, node)->disk;
    *kept = 0;
    if (!disk->tears || disk->loses_fsync) {
        return disk->durable;
    }
    uint32_t torn = disk_torn_write(world, node, disk);
    if (torn == disk->submitted) {
        return disk->durable;
    }
    uint32_t length = sim_disk_op_at(world, disk, torn)->length;
    uint32_t boots = sim_node_at(world, node)->boots;
    uint64_t value = draw_u64(world->seed, DRAW_TEAR_BYTE, node, boots);
    assert(length > 1);
    *kept = (uint32_t)draw_between(value, 1, length - 1);
    sim_effect(world, SIM_INPUT_DISK_TEAR);
    return torn;
}

void sim_disk_crash(struct sim_world *world, uint32_t node)
{
    struct sim_disk *disk = &sim_node_at(world, node)->disk;
    assert(!sim_node_at(world, node)->up);
    disk_check_cursors(disk);
    uint32_t kept;
    uint32_t survivors = disk_survivors(world, node, &kept);
    for (uint32_t cursor = disk->submitted; cursor != survivors;) {
        cursor--;
        const struct sim_disk_op *op = sim_disk_op_at(world, disk, cursor);
        disk_undo(world, disk, op, cursor == survivors ? kept : 0);
    }
    /* The ring begins anew; write tokens go on, so that an old one is never waited for again. */
    disk->submitted = disk->batch = disk->complete = disk->told = disk->durable = 0;
    disk->undo_first = disk->undo_last = 0;
    sim_message_drop_all(world, &disk->held); /* what waited for a write was never said */
    sim_deadline_set(world, node, SIM_SLOT_DISK, SIM_NEVER);
    assert(disk_undo_room(disk) == SIM_DISK_UNDO_BYTES);
}

void sim_disk_heal(struct sim_world *world, uint32_t node)
{
    struct sim_disk *disk = &sim_node_at(world, node)->disk;
    disk->factor_pct = SIM_PERCENT;
    disk->stalled_until_ns = 0;
    disk->full = disk->tears = disk->loses_fsync = false;
    /* A batch that a stall or a factor has put off ends as it would on a healthy disk from now. */
    int64_t ends_ns = sim_deadline_get(world, node, SIM_SLOT_DISK);
    if (ends_ns != SIM_NEVER) {
        int64_t latest_ns = world->now_ns + disk_batch_ns(world, disk);
        ends_ns = ends_ns < latest_ns ? ends_ns : latest_ns;
        sim_deadline_set(world, node, SIM_SLOT_DISK, ends_ns);
    }
}
