/* notes.c: what happens in the council, by name; sentences stand in web/words/raft.json.
 *
 * Names of notes and of their arguments are a contract: conditions, events.csv and the page use them. */
#include "systems/notes.h"
#include "systems/raft/council.h"

#define AT(kind)   [COUNCIL_NOTE_##kind - NODE_NOTE_SYSTEM]
#define RAFT(kind) [COUNCIL_NOTE_RAFT + RAFT_NOTE_##kind - NODE_NOTE_SYSTEM]

const struct system_note COUNCIL_NOTES[COUNCIL_NOTE_END - NODE_NOTE_SYSTEM] = {
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
    AT(INVOKED) = QUIET("op_invoked", "what", "value", "expected"),
    AT(OK) = QUIET("op_ok", "what", "value", "version", "attempts"),
    AT(FAILED) = QUIET("op_failed", "what", "error"),
    AT(UNKNOWN) = LISTED("op_unknown", "what", "error"),
    AT(RETRIED) = QUIET("op_retried", "attempt", "status"),
    AT(SKIPPED) = QUIET("op_skipped", "skipped"),
    AT(APPLIED) = QUIET("command_applied", "index", "session", "serial", "repeated"),
    AT(REFUSED) = LISTED("wish_refused", "input", "refusal"),
    AT(PROMISE_BROKEN) = MARKED("promise_broken", "check"),
};

const char *const COUNCIL_WORDS[COUNCIL_WORD_COUNT] = {
    [COUNCIL_WORD_NONE] = "none",
    [COUNCIL_WORD_DISK_NOT_READ] = "disk_not_read",
    [COUNCIL_WORD_UNCOMMITTED] = "uncommitted",
    [COUNCIL_WORD_CLIENTS_WAIT] = "clients_wait",
    [COUNCIL_WORD_FINAL_READS] = "final_reads",
    [COUNCIL_WORD_TWO_LEADERS] = "two_leaders",
    [COUNCIL_WORD_STRUCK_OUT] = "struck_out",
    [COUNCIL_WORD_LOGS_DIFFER] = "logs_differ",
    [COUNCIL_WORD_LACKS_COMMITTED] = "lacks_committed",
    [COUNCIL_WORD_APPLIED_OTHER] = "applied_other",
    [COUNCIL_WORD_APPLIED_TWICE] = "applied_twice",
    [COUNCIL_WORD_STALE] = "stale",
    [COUNCIL_WORD_BAD_STATE] = "bad_state",
    [COUNCIL_WORD_NOBODY_LED] = "nobody_led",
    [COUNCIL_WORD_DEPOSED] = "deposed",
};
