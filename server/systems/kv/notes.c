/* notes.c: what happens in the store, by name; sentences stand in web/words/kv.json.
 *
 * Names of notes and of their arguments are a contract: conditions, events.csv and the page use them. */
#include "systems/notes.h"
#include "systems/kv/kv.h"

#define AT(kind)   [KV_NOTE_##kind - NODE_NOTE_SYSTEM]
#define RAFT(kind) [KV_NOTE_RAFT + RAFT_NOTE_##kind - NODE_NOTE_SYSTEM]

const struct system_note KV_NOTES[KV_NOTE_END - NODE_NOTE_SYSTEM] = {
    AT(INVOKED) = QUIET("op_invoked", "what", "value", "if_version", "expected"),
    AT(SIBLING) = DETAIL("op_sibling", "what", "value", "wall_ns", "version"),
    AT(OK) = QUIET("op_ok", "what", "value", "wall_ns", "version"),
    AT(FAILED) = QUIET("op_failed", "what", "error"), /* counted; another version is an answer */
    AT(UNKNOWN) = LISTED("op_unknown", "what", "error"),
    AT(SKIPPED) = QUIET("op_skipped", "skipped"),
    AT(VERSIONED) = QUIET("write_versioned", "key", "value", "wall_ns", "version"),
    AT(CONTEXT) = DETAIL("op_context", "clock_ab", "clock_cd", "clock_ef", "clock_gh"),
    AT(HINT_STORED) = JUMPED("hint_stored", "key"),
    AT(HINT_REPLAYED) = LISTED("hint_replayed", "key"),
    AT(HINT_EXPIRED) = MARKED("hint_expired", "key", "age_ms"),
    AT(HINT_DROPPED) = LISTED("hint_dropped", "key"),
    AT(READ_REPAIR) = LISTED("read_repair", "key", "blocking"),
    AT(COMPARED) = QUIET("trees_compared", "range", "hashes", "keys", "equal"),
    AT(AGREED) = JUMPED("replicas_agree", NULL),
    AT(COLLECTED) = LISTED("tombstone_collected", "key", "age_ms"),
    AT(SUSPECTED) = MARKED("replica_suspected", "silence_ms"),
    AT(TRUSTED) = MARKED("replica_trusted", NULL),
    AT(RECOVERED) = LISTED("replica_recovered", "keys", "torn", "hints"),
    AT(REPAIR_ASKED) = MARKED("repair_asked", NULL),
    AT(PROMISE_BROKEN) = MARKED("promise_broken", "check"),
    AT(MODE_SEALED) = JUMPED("mode_sealed", "epoch", "from", "to"),
    AT(MODE_WAITS) = MARKED("mode_waits", "epoch", "why"),
    AT(MODE_AGREED) = MARKED("mode_agreed", "epoch"),
    AT(SETTLED) = LISTED("siblings_settled", "key", "value", "dropped"),
    AT(SEEDED) = QUIET("value_seeded", "key", "epoch", "wall_ns", "version"),
    AT(MODE_OPENED) = JUMPED("mode_opened", "epoch", "mode"),
    AT(MODE_DROPPED) = JUMPED("mode_dropped", "epoch", "mode"),
    AT(BATCH_PART) = DETAIL("batch_part", "what", "value", "there"),
    AT(BATCH_INVOKED) = QUIET("batch_invoked", "what", "keys"),
    AT(BATCH_OVER) = QUIET("batch_over", "what", "result"),
    RAFT(STARTED) = LISTED("server_started", "term", "last", "image", "torn"),
    RAFT(CORRUPT) = MARKED("server_corrupt", "offset"),
    RAFT(REHEARSED) = LISTED("election_rehearsed", "term", "last", "last_term"),
    RAFT(CANDIDATE) = JUMPED("election_begun", "term", "last", "last_term"),
    RAFT(VOTED) = LISTED("vote_given", "term"),
    RAFT(REFUSED_VOTE) = LISTED("vote_refused", "term", "why"),
    RAFT(LEADER) = MARKED("leader_elected", "term", "last", "last_term"),
    RAFT(STEPPED_DOWN) = MARKED("leader_stepped_down", "term", "why"),
    RAFT(APPENDED) = QUIET("entry_appended", "index", "term", "kind"),
    RAFT(TRUNCATED) = JUMPED("entries_struck_out", "from", "upto", "term"),
    RAFT(COMMITTED) = QUIET("entry_committed", "index", "term"),
    RAFT(MEMBERS) = MARKED("members_changed", "voters", "next_voters", "learners", "index"),
    RAFT(IMAGE) = LISTED("image_taken", "index", "bytes"),
    RAFT(IMAGE_SENT) = JUMPED("image_sent", "index", "bytes"),
    RAFT(IMAGE_TAKEN) = JUMPED("image_installed", "index", "term"),
    RAFT(TRANSFER) = MARKED("leadership_handed_over", "stage"),
    RAFT(CATCHING_UP) = LISTED("learner_catching_up", "round", "stage"),
    RAFT(DISK_REFUSED) = LISTED("disk_refused", "status"),
};
