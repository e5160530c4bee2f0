/* test_raft_scripts.c - scenarios of Raft in words (raft_scripts/README.md): each is run with all rules,
 * and what happens is compared line by line; then with the rule that it is about turned off.
 *
 * CHEF_RAFT_REWRITE=1 writes what happened into the scripts; the difference is for a person to judge. */
#include "unit.h"

#include <dirent.h>
#include <stdlib.h>

#include "raft_cluster.h"

enum {
    LINE_MAX_BYTES = 200,
    LINES_MAX = 400,
    OUTPUT_MAX = 16384,
    HELD_MAX = 64,
    WORDS_MAX = 12,
    DELIVERIES_MAX = 3000,
    READS_MAX = 64,
    SCRIPTS_MAX = 64,
};

struct script {
    struct cluster *cluster;
    struct raft_tuning tuning;
    char output[OUTPUT_MAX]; /* of the command that runs */
    size_t length;
    uint64_t cut[CLUSTER_NODES_MAX], slow;
    uint32_t held_count;
    struct cluster_message held[HELD_MAX];
    uint64_t committed, ticket_last, floor[READS_MAX];
    uint32_t stale, elections;
};

__attribute__((format(printf, 2, 3))) static void say(struct script *script, const char *format,
                                                      ...)
{
    va_list list;
    va_start(list, format);
    size_t room = sizeof script->output - script->length;
    int wrote = vsnprintf(script->output + script->length, room, format, list);
    va_end(list);
    if (wrote > 0 && (size_t)wrote < room)
        script->length += (size_t)wrote;
}

static void forget_output(struct script *script)
{
    script->length = 0;
    script->output[0] = 0;
}

/* ---- What happened, in words ---- */

static void say_nodes(struct script *script, const char *before, uint64_t mask)
{
    say(script, "%s", before);
    for (uint32_t i = 0; i < CLUSTER_NODES_MAX; i++)
        if ((mask >> i & 1) != 0)
            say(script, " S%u", i + 1);
}

static void say_members(struct script *script, const struct node_note *note)
{
    say_nodes(script, " counts the voters", (uint64_t)note->args[0]);
    if (note->args[1] != 0)
        say_nodes(script, ", jointly with", (uint64_t)note->args[1]);
    if (note->args[2] != 0)
        say_nodes(script, ", learning:", (uint64_t)note->args[2]);
    say(script, "\n");
}

static void on_note(void *context, uint32_t node, enum raft_note kind, const struct node_note *note)
{
    static const char *const REFUSED[] = {"", "a leader was just heard", "the vote is given",
                                          "its log is behind"};
    static const char *const DOWN[] = {"there is a higher term", "no quorum answers",
                                       "it is not a member any more"};
    static const char *const TRANSFER[] = {"hands over to",
                                           "tells to take over:", "gives up handing over to"};
    static const char *const CATCHING[] = {"finishes a round of catching up",
                                           "lets those who learned vote",
                                           "gives up those who do not answer"};
    struct script *script = context;
    const long a = (long)note->args[0], b = (long)note->args[1];
    uint32_t peer = note->peer + 1, self = node + 1;
    switch (kind) {
    case RAFT_NOTE_STARTED:
        say(script, "S%u starts in term %ld with its log up to %ld\n", self, a, b);
        break;
    case RAFT_NOTE_CORRUPT:
        say(script, "S%u stays out: its log is damaged in the middle\n", self);
        break;
    case RAFT_NOTE_REHEARSED:
        say(script, "S%u asks whether it would be elected in term %ld\n", self, a);
        break;
    case RAFT_NOTE_CANDIDATE:
        say(script, "S%u is a candidate in term %ld\n", self, a);
        break;
    case RAFT_NOTE_VOTED:
        say(script, "S%u votes for S%u in term %ld\n", self, peer, a);
        break;
    case RAFT_NOTE_REFUSED_VOTE:
        say(script, "S%u refuses S%u in term %ld: %s\n", self, peer, a, REFUSED[b]);
        break;
    case RAFT_NOTE_LEADER:
        script->elections++;
        say(script, "S%u leads term %ld\n", self, a);
        break;
    case RAFT_NOTE_STEPPED_DOWN:
        say(script, "S%u steps down: %s\n", self, DOWN[b]);
        break;
    case RAFT_NOTE_APPENDED:
        say(script, "S%u appends %ld of term %ld\n", self, a, b);
        break;
    case RAFT_NOTE_TRUNCATED:
        say(script, "S%u strikes out %ld to %ld\n", self, a, b);
        break;
    case RAFT_NOTE_COMMITTED:
        script->committed = (uint64_t)a > script->committed ? (uint64_t)a : script->committed;
        say(script, "S%u commits up to %ld\n", self, a);
        break;
    case RAFT_NOTE_MEMBERS:
        say(script, "S%u", self);
        say_members(script, note);
        break;
    case RAFT_NOTE_IMAGE:
        say(script, "S%u takes an image at %ld\n", self, a);
        break;
    case RAFT_NOTE_IMAGE_SENT:
        say(script, "S%u sends the image at %ld to S%u\n", self, a, peer);
        break;
    case RAFT_NOTE_IMAGE_TAKEN:
        say(script, "S%u has the image at %ld\n", self, a);
        break;
    case RAFT_NOTE_TRANSFER:
        say(script, "S%u %s S%u\n", self, TRANSFER[a], peer);
        break;
    case RAFT_NOTE_CATCHING_UP:
        say(script, "S%u %s\n", self, CATCHING[b]);
        break;
    case RAFT_NOTE_DISK_REFUSED:
        say(script, "S%u: its disk refuses a write\n", self);
        break;
    case RAFT_NOTE_COUNT:
        break;
    }
}

static void on_applied(void *context, uint32_t node, const struct raft_entry *entry,
                       const struct machine_answer *answer)
{
    struct script *script = context;
    if (answer->repeated)
        say(script, "S%u has done %lu before\n", node + 1, (unsigned long)entry->index);
}

static void on_read(void *context, uint32_t node, uint64_t ticket, bool granted)
{
    struct script *script = context;
    uint64_t floor = script->floor[ticket % READS_MAX];
    uint64_t applied = script->cluster->nodes[node].applied;
    if (!granted) {
        say(script, "S%u refuses the read\n", node + 1);
    } else if (applied < floor) {
        script->stale++;
        say(script, "S%u answers the read from %lu, STALE: %lu was committed before\n", node + 1,
            (unsigned long)applied, (unsigned long)floor);
    } else {
        say(script, "S%u answers the read from %lu\n", node + 1, (unsigned long)applied);
    }
}

static void say_refusal(struct script *script, enum raft_refusal refusal)
{
    static const char *const WHY[] = {
        "",         "it does not lead",    "it is handing over",    "its log is full",
        "too long", "too many reads wait", "a change is under way", "those members cannot be"};
    if (refusal != RAFT_ACCEPTED)
        say(script, "refused: %s\n", WHY[refusal]);
}

/* ---- Commands ---- */

static uint32_t node_of(const char *word)
{
    int number = word != NULL ? atoi(word) : 0;
    if (number < 1 || number > CLUSTER_NODES_MAX)
        fail_msg("not a server: %s", word != NULL ? word : "(nothing)");
    return (uint32_t)number - 1;
}

static bool is_among(const char *word, uint32_t node)
{
    return word == NULL || strcmp(word, "*") == 0 || node_of(word) == node;
}

static bool is_cut(const struct script *script, const struct cluster_message *message)
{
    return (script->cut[message->from] >> message->to & 1) != 0;
}

/* Until nothing moves any more. */
static void deliver_all(struct script *script)
{
    struct cluster *cluster = script->cluster;
    for (uint32_t i = 0; i < DELIVERIES_MAX; i++) {
        if (cluster->flight_count > 0) {
            if (is_cut(script, &cluster->flight[0]))
                cluster_drop(cluster, 0);
            else
                cluster_deliver(cluster, 0);
            continue;
        }
        uint32_t written = 0;
        for (uint32_t node = 0; node < cluster->count; node++)
            if ((script->slow >> node & 1) == 0)
                written += cluster_sync(cluster, node);
        if (written == 0)
            return;
    }
    say(script, "and so on without end\n");
}

enum fate { DELIVER, DROP, HOLD, COPY };

static void fate_of(struct script *script, enum fate fate, const char *from, const char *to)
{
    struct cluster *cluster = script->cluster;
    uint32_t left = cluster->flight_count;
    for (uint32_t i = 0; left > 0; left--) {
        struct cluster_message *message = &cluster->flight[i];
        if (!is_among(from, message->from) || !is_among(to, message->to)) {
            i++;
        } else if (fate == DELIVER && !is_cut(script, message)) {
            cluster_deliver(cluster, i);
        } else if (fate == DELIVER || fate == DROP) {
            cluster_drop(cluster, i);
        } else {
            if (fate == COPY)
                cluster_double(cluster, i);
            uint32_t which = fate == COPY ? cluster->flight_count - 1 : i;
            assert_true(script->held_count < HELD_MAX);
            script->held[script->held_count++] = cluster->flight[which];
            cluster->flight_count--;
            memmove(cluster->flight + which, cluster->flight + which + 1,
                    (cluster->flight_count - which) * sizeof *message);
            i += fate == COPY;
        }
    }
}

/* What was held comes now, before anything else. */
static void late(struct script *script)
{
    struct cluster *cluster = script->cluster;
    for (uint32_t i = 0; i < script->held_count; i++) {
        memmove(cluster->flight + 1, cluster->flight,
                cluster->flight_count * sizeof cluster->flight[0]);
        cluster->flight[0] = script->held[i];
        cluster->flight_count++;
        cluster_deliver(cluster, 0);
    }
    script->held_count = 0;
}

static void show(struct script *script)
{
    static const char *const ROLES[] = {"reading",   "follower", "asking",
                                        "candidate", "leader",   "out"};
    for (uint32_t i = 0; i < script->cluster->count; i++) {
        const struct cluster_node *node = &script->cluster->nodes[i];
        const struct raft *raft = &node->raft;
        if (!node->up) {
            say(script, "S%u down\n", i + 1);
            continue;
        }
        say(script, "S%u %s, term %lu, log", i + 1, ROLES[raft->role], (unsigned long)raft->term);
        if (raft->begin > 0)
            say(script, " (image %lu)", (unsigned long)raft->image_index);
        for (uint64_t index = raft->begin + 1; index <= raft->last; index++)
            say(script, " %lu:%lu", (unsigned long)index, (unsigned long)raft_term_at(raft, index));
        say(script, ", committed %lu\n", (unsigned long)raft->commit);
    }
}

static void keys(struct script *script)
{
    for (uint32_t i = 0; i < script->cluster->count; i++) {
        const struct cluster_node *node = &script->cluster->nodes[i];
        say(script, "S%u:", i + 1);
        for (uint16_t key = 0; key < MACHINE_KEYS; key++) {
            struct machine_answer answer = machine_get(&node->machine, key);
            if (answer.result == MACHINE_OK)
                say(script, " %u=%ld (version %lu)", key, (long)answer.value,
                    (unsigned long)answer.version);
        }
        say(script, "\n");
    }
}

static void judge(struct script *script)
{
    struct cluster *cluster = script->cluster;
    for (uint32_t i = 0; i < RAFT_PROMISE_COUNT; i++) {
        const struct raft_breach *breach = &cluster->safety.breaches[i];
        if (breach->broken)
            say(script, "BROKEN: %s at %lu by S%u (term %lu against %lu)\n",
                raft_promise_name((enum raft_promise)i), (unsigned long)breach->index,
                breach->node + 1, (unsigned long)breach->term, (unsigned long)breach->other_term);
    }
    if (cluster->diverged > 0)
        say(script, "BROKEN: machines differ at one index\n");
    if (cluster->violation != RAFT_SOUND)
        say(script, "BROKEN: a server sees itself broken (%d)\n", (int)cluster->violation);
    if (script->stale > 0)
        say(script, "BROKEN: %u stale reads\n", script->stale);
    if (script->length == 0)
        say(script, "nothing is broken; %u elections were won\n", script->elections);
}

static void damage(struct script *script, uint32_t index, uint32_t from_end)
{
    struct cluster_node *node = &script->cluster->nodes[index];
    uint32_t file = node->raft.file;
    assert_true(from_end < node->raft.offset);
    assert_false(node->up);
    node->durable[file][node->raft.offset - from_end] ^= 1;
    node->seen[file][node->raft.offset - from_end] ^= 1;
}

static void set_tuning(struct script *script, const char *key, const char *value)
{
    struct raft_tuning *tuning =
        script->cluster != NULL ? &script->cluster->tuning : &script->tuning;
    bool on = strcmp(value, "on") == 0;
    if (strcmp(key, "pre_vote") == 0)
        tuning->pre_vote = on;
    else if (strcmp(key, "check_quorum") == 0)
        tuning->check_quorum = on;
    else if (strcmp(key, "lease_reads") == 0)
        tuning->lease_reads = on;
    else if (strcmp(key, "drift_ppm") == 0)
        tuning->lease_drift_ppm = atoi(value);
    else if (strcmp(key, "batch_bytes") == 0)
        tuning->batch_bytes = (uint32_t)atoi(value);
    else if (strcmp(key, "snapshot_entries") == 0)
        tuning->snapshot_entries = (uint32_t)atoi(value);
    else
        fail_msg("no such tuning: %s", key);
}

static void begin_cluster(struct script *script, char **words, uint32_t count)
{
    uint32_t voters = (uint32_t)atoi(words[1]);
    uint32_t all = count > 3 ? (uint32_t)atoi(words[3]) : voters;
    script->cluster = cluster_new(all, (UINT64_C(1) << voters) - 1, &script->tuning, 1);
    script->cluster->context = script;
    script->cluster->noted = on_note;
    script->cluster->applied = on_applied;
    script->cluster->read = on_read;
    for (uint32_t node = 0; node < all; node++)
        cluster_start(script->cluster, node);
    deliver_all(script);
    forget_output(script); /* everybody starts */
    for (uint32_t node = 0; node < all; node++)
        script->cluster->nodes[node].now_ns += 1000 * CLUSTER_MS; /* nobody has heard a leader */
}

static void propose(struct script *script, char **words, uint32_t count)
{
    struct machine_command command = {.kind = MACHINE_PUT};
    command.key = (uint16_t)atoi(words[2]);
    command.value = atoi(words[3]);
    if (count >= 7) { /* propose S KEY VALUE session C N */
        command.session = (uint32_t)atoi(words[5]);
        command.serial = (uint32_t)atoi(words[6]);
    }
    say_refusal(script, cluster_propose(script->cluster, node_of(words[1]), &command));
}

/* So many commands, of which only the last is told. */
static void fill(struct script *script, char **words)
{
    struct machine_command command = {.kind = MACHINE_PUT};
    for (int i = 0; i < atoi(words[2]); i++) {
        forget_output(script);
        command.value = i;
        say_refusal(script, cluster_propose(script->cluster, node_of(words[1]), &command));
    }
}

static void elapse(struct script *script, char **words, uint32_t count)
{
    for (uint32_t node = 0; node < script->cluster->count; node++)
        if (count < 3 || node_of(words[2]) == node)
            script->cluster->nodes[node].now_ns += atoi(words[1]) * CLUSTER_MS;
}

static void cut(struct script *script, char **words, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) { /* these from all others */
        uint64_t side = 0;
        for (uint32_t j = 1; j < count; j++)
            side |= UINT64_C(1) << node_of(words[j]);
        for (uint32_t node = 0; node < script->cluster->count; node++)
            script->cut[node] |= (side >> node & 1) != 0 ? ~side : side;
    }
}

static void change(struct script *script, char **words, uint32_t count)
{
    uint64_t voters = 0;
    for (uint32_t i = 2; i < count; i++)
        voters |= UINT64_C(1) << node_of(words[i]);
    say_refusal(script, cluster_change(script->cluster, node_of(words[1]), voters));
}

static void ask_read(struct script *script, const char *word)
{
    uint64_t ticket = ++script->ticket_last;
    script->floor[ticket % READS_MAX] = script->committed;
    say_refusal(script, cluster_read(script->cluster, node_of(word), ticket));
}

/* Commands about one server. False: it is another command. */
static bool run_on_server(struct script *script, char **words, uint32_t count)
{
    const char *name = words[0];
    uint32_t node = count > 1 ? (uint32_t)(atoi(words[1]) - 1) : 0;
    struct cluster *cluster = script->cluster;
    if (strcmp(name, "timeout") == 0)
        (void)cluster_timeout(cluster, node_of(words[1]));
    else if (strcmp(name, "sync") == 0)
        (void)cluster_sync(cluster, node_of(words[1]));
    else if (strcmp(name, "slow") == 0)
        script->slow |= UINT64_C(1) << node;
    else if (strcmp(name, "quick") == 0)
        script->slow &= ~(UINT64_C(1) << node);
    else if (strcmp(name, "crash") == 0)
        cluster_crash(cluster, node_of(words[1]));
    else if (strcmp(name, "restart") == 0)
        cluster_start(cluster, node_of(words[1]));
    else if (strcmp(name, "full") == 0)
        cluster->nodes[node_of(words[1])].disk_refuses = true;
    else if (strcmp(name, "room") == 0)
        cluster->nodes[node_of(words[1])].disk_refuses = false;
    else if (strcmp(name, "tear") == 0)
        damage(script, node_of(words[1]), 4);
    else if (strcmp(name, "rot") == 0)
        damage(script, node_of(words[1]), 2 * 64 + 4);
    else if (strcmp(name, "patience") == 0)
        say(script, "S%u would wait for another %ld ms\n", node + 1,
            (long)((cluster->nodes[node].timer_ns - cluster->nodes[node].now_ns) / CLUSTER_MS));
    else if (strcmp(name, "image") == 0)
        cluster_ask_image(cluster, node_of(words[1]));
    else if (strcmp(name, "read") == 0)
        ask_read(script, words[1]);
    else
        return false;
    return true;
}

static void run_command(struct script *script, char **words, uint32_t count)
{
    const char *name = words[0];
    if (strcmp(name, "tuning") == 0)
        set_tuning(script, words[1], words[2]);
    else if (strcmp(name, "cluster") == 0)
        begin_cluster(script, words, count);
    else if (strcmp(name, "deliver") == 0 && count == 1)
        deliver_all(script);
    else if (strcmp(name, "deliver") == 0)
        fate_of(script, DELIVER, words[1], words[2]);
    else if (strcmp(name, "drop") == 0)
        fate_of(script, DROP, count > 1 ? words[1] : NULL, count > 2 ? words[2] : NULL);
    else if (strcmp(name, "hold") == 0)
        fate_of(script, HOLD, words[1], words[2]);
    else if (strcmp(name, "copy") == 0)
        fate_of(script, COPY, words[1], words[2]);
    else if (strcmp(name, "late") == 0)
        late(script);
    else if (strcmp(name, "elapse") == 0)
        elapse(script, words, count);
    else if (strcmp(name, "cut") == 0)
        cut(script, words, count);
    else if (strcmp(name, "heal") == 0)
        memset(script->cut, 0, sizeof script->cut);
    else if (strcmp(name, "propose") == 0)
        propose(script, words, count);
    else if (strcmp(name, "fill") == 0)
        fill(script, words);
    else if (strcmp(name, "members") == 0)
        change(script, words, count);
    else if (strcmp(name, "transfer") == 0)
        say_refusal(script,
                    cluster_transfer(script->cluster, node_of(words[1]), node_of(words[2])));
    else if (strcmp(name, "no_sessions") == 0)
        script->cluster->no_sessions = true;
    else if (strcmp(name, "show") == 0)
        show(script);
    else if (strcmp(name, "keys") == 0)
        keys(script);
    else if (strcmp(name, "judge") == 0)
        judge(script);
    else if (!run_on_server(script, words, count))
        fail_msg("no such command: %s", name);
}

/* ---- Scripts ---- */

static uint32_t split(char *line, char **words)
{
    uint32_t count = 0;
    for (char *word = strtok(line, " \n"); word != NULL && count < WORDS_MAX;
         word = strtok(NULL, " \n"))
        words[count++] = word;
    return count;
}

/* Bit of the rule, "rule NAME"; snap_no_sessions is the owner's. */
static uint32_t rule_bits(const char *name)
{
    for (uint32_t bug = 0; bug < RAFT_BUG_COUNT; bug++)
        if (strcmp(cluster_rule_name((enum raft_bug)bug), name) == 0)
            return 1u << bug;
    return 0;
}

struct text {
    uint32_t count;
    char lines[LINES_MAX][LINE_MAX_BYTES];
};

static bool is_outcome(const char *line)
{
    return line[0] == '>' || line[0] == '!';
}

static void add_output(struct text *text, char mark, const char *output)
{
    while (*output != 0) {
        size_t length = strcspn(output, "\n");
        assert_true(text->count < LINES_MAX);
        (void)snprintf(text->lines[text->count++], LINE_MAX_BYTES, "%c %.*s\n", mark, (int)length,
                       output);
        output += length + (output[length] == '\n');
    }
}

/* Runs the commands of `script`. All of them with what came of them go to `whole` (NULL: nowhere);
 * what came of the last one is left in run->output. */
static void run_text(const struct text *text, bool without_rule, struct script *run,
                     struct text *whole)
{
    uint32_t bits = 0;
    *run = (struct script){.tuning = cluster_tuning()};
    for (uint32_t i = 0; i < text->count; i++) {
        char line[LINE_MAX_BYTES];
        char *words[WORDS_MAX] = {NULL};
        if (is_outcome(text->lines[i]))
            continue;
        if (whole != NULL)
            memcpy(whole->lines[whole->count++], text->lines[i], LINE_MAX_BYTES);
        memcpy(line, text->lines[i], sizeof line);
        uint32_t count = line[0] == '#' ? 0 : split(line, words);
        if (count == 0)
            continue;
        forget_output(run);
        if (strcmp(words[0], "rule") == 0) {
            bits = rule_bits(words[1]);
            run->tuning.bugs = without_rule ? bits : 0;
            continue;
        }
        run_command(run, words, count);
        if (without_rule && strcmp(words[0], "cluster") == 0)
            run->cluster->no_sessions = bits == 0;
        if (whole != NULL)
            add_output(whole, '>', run->output);
    }
    for (uint32_t i = 0; i < run->held_count; i++)
        free(run->held[i].bytes);
    cluster_free(&run->cluster);
}

static const char *folder(void)
{
    static char path[1024];
    const char *source = getenv("CHEF_SOURCE");
    (void)snprintf(path, sizeof path, "%s/tests/unit/raft_scripts", source != NULL ? source : ".");
    return path;
}

static void read_text(const char *path, struct text *text)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text->count = 0;
    while (text->count < LINES_MAX && fgets(text->lines[text->count], LINE_MAX_BYTES, file) != NULL)
        text->count++;
    (void)fclose(file);
}

static void write_text(const char *path, const struct text *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (uint32_t i = 0; i < text->count; i++)
        (void)fputs(text->lines[i], file);
    (void)fclose(file);
}

static bool same_text(const char *name, const struct text *expected, const struct text *actual)
{
    for (uint32_t i = 0; i < expected->count || i < actual->count; i++) {
        const char *is = i < actual->count ? actual->lines[i] : "(nothing)\n";
        const char *should = i < expected->count ? expected->lines[i] : "(nothing)\n";
        if (strcmp(is, should) != 0) {
            print_error("%s:%u: should be %s%s:%u: but is    %s", name, i + 1, should, name, i + 1,
                        is);
            return false;
        }
    }
    return true;
}

static bool has_rule(const struct text *text)
{
    for (uint32_t i = 0; i < text->count; i++)
        if (strncmp(text->lines[i], "rule ", 5) == 0)
            return true;
    return false;
}

static bool run_script(const char *name)
{
    static struct text expected, actual;
    static struct script with, without;
    char path[1400];
    (void)snprintf(path, sizeof path, "%s/%s", folder(), name);
    read_text(path, &expected);
    bool rewrite = getenv("CHEF_RAFT_REWRITE") != NULL, differs = true;
    actual.count = 0;
    run_text(&expected, false, &with, &actual);
    if (has_rule(&expected)) {
        static struct text other;
        other.count = 0;
        run_text(&expected, true, &without, &other);
        if (getenv("CHEF_RAFT_WITHOUT") != NULL) /* what happens without the rule, for a person */
            write_text("/dev/stdout", &other);
        add_output(&actual, '!', without.output);
        if (strcmp(with.output, without.output) == 0) {
            print_error("%s: the end is the same without the rule\n", name);
            differs = false;
        }
    }
    if (rewrite)
        write_text(path, &actual);
    return differs && (rewrite || same_text(name, &expected, &actual));
}

static int by_name(const void *left, const void *right)
{
    return strcmp(left, right);
}

static void test_scripts(void **state)
{
    static char names[SCRIPTS_MAX][256];
    uint32_t count = 0, failed = 0;
    const char *only = getenv("CHEF_RAFT_SCRIPT");
    (void)state;
    DIR *directory = opendir(folder());
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        const char *end = strrchr(entry->d_name, '.');
        bool wanted = only == NULL || strstr(entry->d_name, only) != NULL;
        if (end != NULL && strcmp(end, ".txt") == 0 && wanted) {
            assert_true(count < SCRIPTS_MAX);
            (void)snprintf(names[count++], sizeof names[0], "%s", entry->d_name);
        }
    }
    (void)closedir(directory);
    qsort(names, count, sizeof names[0], by_name);
    for (uint32_t i = 0; i < count; i++)
        failed += !run_script(names[i]);
    print_message("%u scripts, %u failed\n", count, failed);
    assert_true(count > 0);
    assert_int_equal(failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_scripts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
