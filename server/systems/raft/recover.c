/* recover.c: reading the disk after a boot.
 *
 * Both files are looked at; of those whose beginning is whole the one of the higher generation is
 * read. A record that is not whole ends the log: what was being written when the power failed was
 * promised to nobody. But when a good record stands behind a bad one, what is between them is lost
 * that may have been promised: then this server stays out (RAFT_OUT), rather than vote and append as
 * if it knew (raft paper, section 5: what a majority has must stay with it). */
#include "systems/raft/internal.h"

#include "base/log_codec.h"

#include <assert.h>

/* Two pieces of a search share so much: a record of an entry is never cut in both. */
enum { SEARCH_OVERLAP = 512 };
_Static_assert((int)SEARCH_OVERLAP >=
                   2 * LOG_HEADER_BYTES + (int)sizeof(struct raft_stored) + RAFT_COMMAND_BYTES_MAX,
               "the largest record behind the beginning of a file");

static uint32_t file_read(const struct raft *raft)
{
    return raft->recovery.stage < 2 ? raft->recovery.stage : raft->file;
}

static void read_on(const struct raft_turn *turn)
{
    const struct raft_recovery *recovery = &turn->self->recovery;
    uint32_t offset = recovery->searching ? recovery->search_offset : recovery->offset;
    node_read(turn->outbox, turn->place->files[file_read(turn->self)], offset,
              NODE_MESSAGE_BYTES_MAX);
}

void raft_recover_begin(const struct raft_turn *turn)
{
    assert(turn->self->role == RAFT_READING);
    memset(&turn->self->recovery, 0, sizeof turn->self->recovery);
    read_on(turn);
}

/* ---- Records ---- */

static void load_segment(const struct raft_turn *turn, const uint8_t *body)
{
    struct raft *raft = turn->self;
    struct raft_segment segment;
    memcpy(&segment, body, sizeof segment);
    raft->image_index = segment.image_index;
    raft->image_term = segment.image_term;
    raft->image_members = segment.image_members;
    raft->members = segment.image_members;
    raft->members_before = segment.image_members;
    raft->members_index = segment.members_index;
    raft->members_before_index = segment.members_index;
    raft->image_length = 0;
    raft_log_reset(raft, segment.begin, segment.begin_term);
}

static void load_image(struct raft *raft, const struct log_record *record)
{
    if (record->length <= RAFT_IMAGE_BYTES_MAX - raft->image_length) {
        memcpy(raft->image + raft->image_length, record->body, record->length);
        raft->image_length += record->length;
    }
}

static void load_entry(const struct raft_turn *turn, const struct log_record *record)
{
    struct raft *raft = turn->self;
    struct raft_stored stored;
    memcpy(&stored, record->body, sizeof stored);
    bool fits = stored.kind != RAFT_MEMBERS || stored.length == sizeof(struct raft_members);
    if (stored.length != record->length - sizeof stored || stored.length > RAFT_COMMAND_BYTES_MAX ||
        stored.index <= raft->begin || !fits) {
        return;
    }
    if (stored.index <= raft->last) { /* written again where another one was struck out */
        raft_log_cut(raft, stored.index);
        raft_members_cut(turn, stored.index);
    }
    if (stored.index == raft->last + 1 && raft_log_has_room(raft, stored.length)) {
        raft_log_push(raft, stored.term, (enum raft_kind)stored.kind, record->body + sizeof stored,
                      stored.length);
        if (stored.kind == RAFT_MEMBERS) {
            raft_members_appended(turn, stored.index);
        }
    }
}

static void load_cut(const struct raft_turn *turn, const uint8_t *body)
{
    uint64_t from;
    memcpy(&from, body, sizeof from);
    if (from > turn->self->begin && from <= turn->self->last) {
        raft_log_cut(turn->self, from);
        raft_members_cut(turn, from);
    }
}

static void load_record(const struct raft_turn *turn, const struct log_record *record)
{
    struct raft *raft = turn->self;
    struct raft_state state;
    switch (record->type) {
    case RAFT_RECORD_SEGMENT:
        if (record->length == sizeof(struct raft_segment)) {
            load_segment(turn, record->body);
        }
        break;
    case RAFT_RECORD_IMAGE:
        load_image(raft, record);
        break;
    case RAFT_RECORD_STATE:
        if (record->length == sizeof state) {
            memcpy(&state, record->body, sizeof state);
            raft->term = state.term;
            raft->vote = state.vote;
        }
        break;
    case RAFT_RECORD_ENTRY:
        if (record->length >= sizeof(struct raft_stored)) {
            load_entry(turn, record);
        }
        break;
    case RAFT_RECORD_TRUNCATE:
        if (record->length == sizeof(uint64_t)) {
            load_cut(turn, record->body);
        }
        break;
    default:
        break; /* of another version: its checksum is good */
    }
}

static void look_at_record(struct raft_recovery *recovery, const struct log_record *record)
{
    uint32_t which = recovery->stage;
    struct raft_segment segment;
    if (record->type == RAFT_RECORD_SEGMENT && record->length == sizeof segment) {
        memcpy(&segment, record->body, sizeof segment);
        recovery->generation[which] = segment.generation;
    } else if (record->type == RAFT_RECORD_WHOLE) {
        recovery->whole[which] = 1;
    }
}

/* ---- The end of a file ---- */

/* Is there a good record behind `at`, in what was read? Records begin at multiples of 8. */
static bool good_behind(const struct node_event *event, uint32_t at, uint32_t salt)
{
    for (uint32_t look = at; look + LOG_HEADER_BYTES <= event->length; look += LOG_HEADER_BYTES) {
        uint32_t offset = look;
        struct log_record record;
        if (log_record_next(event->bytes, event->length, salt, &offset, &record) == LOG_RECORD) {
            return true;
        }
    }
    return false;
}

static void begin_service(const struct raft_turn *turn)
{
    struct raft *raft = turn->self;
    if (raft->last > raft->begin && raft_last_term(raft) > raft->term) {
        raft->term = raft_last_term(raft); /* its state was not written before its entries */
        raft->vote = NODE_NONE;
    }
    raft->commit = raft->image_index;
    raft->applied = raft->image_index;
    raft->restored = 1;
    raft->role = RAFT_FOLLOWER;
    raft->leader = NODE_NONE;
    /* Whom it heard before is forgotten; a vote right now could break that leader's lease. */
    raft->heard_leader_ns = turn->now_ns;
    raft->vote_owed = 0;
    raft_store_segment(turn); /* a file of this boot: no torn end to write behind */
    raft_note_it(turn, RAFT_NOTE_STARTED, NODE_NONE, (int64_t)raft->term, (int64_t)raft->last,
                 (int64_t)raft->image_index, raft->recovery.torn);
    raft_patience(turn);
    raft_arm(turn);
}

static void stay_out(const struct raft_turn *turn)
{
    turn->self->role = RAFT_OUT;
    raft_note_it(turn, RAFT_NOTE_CORRUPT, NODE_NONE, turn->self->recovery.offset, 0, 0, 0);
}

/* Both files are known. A newer one that is torn was being begun when the power failed: the older one
 * is what counts. A newer one with a hole in it is what was promised. */
static void choose(const struct raft_turn *turn)
{
    struct raft *raft = turn->self;
    struct raft_recovery *recovery = &raft->recovery;
    uint32_t newer = recovery->generation[1] > recovery->generation[0];
    raft->generation = recovery->generation[newer];
    recovery->offset = 0;
    if (recovery->bad[newer] && !recovery->whole[newer] && !raft_bug(turn, RAFT_BUG_TRUST_TORN)) {
        stay_out(turn);
        return;
    }
    if (!recovery->whole[0] && !recovery->whole[1]) {
        raft->file = 0;
        begin_service(turn);
        return;
    }
    raft->file = recovery->whole[newer] ? newer : 1 - newer;
    raft->file_whole = 1;
    recovery->stage = 2;
    read_on(turn);
}

static void file_ended(const struct raft_turn *turn, bool bad_inside)
{
    struct raft_recovery *recovery = &turn->self->recovery;
    recovery->searching = 0;
    if (recovery->stage == 2) {
        if (bad_inside && !raft_bug(turn, RAFT_BUG_TRUST_TORN)) {
            stay_out(turn);
        } else {
            begin_service(turn);
        }
        return;
    }
    recovery->bad[recovery->stage] = bad_inside;
    recovery->stage++;
    recovery->offset = 0;
    if (recovery->stage == 2) {
        choose(turn);
    } else {
        read_on(turn);
    }
}

/* Another piece of what stands behind a record that is not good. */
static void search(const struct raft_turn *turn, const struct node_event *event)
{
    struct raft_recovery *recovery = &turn->self->recovery;
    uint32_t salt = (uint32_t)recovery->generation[file_read(turn->self)];
    bool good = good_behind(event, 0, salt);
    if (!good && event->length == NODE_MESSAGE_BYTES_MAX) {
        recovery->search_offset += NODE_MESSAGE_BYTES_MAX - SEARCH_OVERLAP;
        read_on(turn);
        return;
    }
    file_ended(turn, good);
}

/* The records of one piece. True: there is more of them in the next. */
static bool take_records(const struct raft_turn *turn, const struct node_event *event)
{
    struct raft_recovery *recovery = &turn->self->recovery;
    uint32_t which = file_read(turn->self);
    uint32_t at = 0;
    for (;;) {
        bool first = recovery->offset == 0 && at == 0;
        uint32_t salt = first ? 0 : (uint32_t)recovery->generation[which];
        struct log_record record;
        enum log_found found = log_record_next(event->bytes, event->length, salt, &at, &record);
        if (found != LOG_RECORD) {
            bool more = found == LOG_PARTIAL && at > 0 && event->length == NODE_MESSAGE_BYTES_MAX;
            recovery->torn = found == LOG_END ? 0 : event->length - at;
            recovery->searching = !first && !more && found != LOG_END;
            recovery->offset += at;
            recovery->search_offset = recovery->offset + LOG_HEADER_BYTES;
            return more;
        }
        if (recovery->stage == 2) {
            load_record(turn, &record);
        } else {
            look_at_record(recovery, &record);
        }
        if (first && recovery->generation[which] == 0) {
            return false; /* not the head of a file of ours */
        }
    }
}

void raft_recover_read(const struct raft_turn *turn, const struct node_event *event)
{
    struct raft_recovery *recovery = &turn->self->recovery;
    if (turn->self->role != RAFT_READING ||
        event->id != turn->place->files[file_read(turn->self)]) {
        return;
    }
    if (recovery->searching) {
        search(turn, event);
    } else if (take_records(turn, event) || recovery->searching) {
        read_on(turn);
    } else {
        file_ended(turn, false);
    }
}
