/* machine.c: the replicated machine of the council. */
#include "systems/raft/machine.h"

#include "base/digest.h"

#include <assert.h>
#include <string.h>

bool machine_valid(const void *bytes, uint32_t length)
{
    struct machine_command command;
    if (length < sizeof command) {
        return false;
    }
    memcpy(&command, bytes, sizeof command);
    uint32_t pairs = command.kind == MACHINE_BATCH ? command.count : 0;
    if (command.kind >= MACHINE_OPERATION_COUNT || command.key >= MACHINE_KEYS ||
        pairs > MACHINE_BATCH_MAX || (command.kind == MACHINE_BATCH && pairs == 0) ||
        length != sizeof command + pairs * sizeof(struct machine_pair)) {
        return false;
    }
    for (uint32_t i = 0; i < pairs; i++) {
        struct machine_pair pair;
        memcpy(&pair, (const uint8_t *)bytes + sizeof command + i * sizeof pair, sizeof pair);
        if (pair.key >= MACHINE_KEYS) {
            return false;
        }
    }
    return true;
}

/* ---- Keys ---- */

static void key_put(struct machine_key *key, int64_t value)
{
    key->value = value;
    key->version++;
    key->there = 1;
}

struct machine_answer machine_get(const struct machine *machine, uint16_t key)
{
    assert(key < MACHINE_KEYS);
    const struct machine_key *found = &machine->keys[key];
    struct machine_answer answer = {.version = found->version, .result = MACHINE_MISSING};
    if (found->there) {
        answer.value = found->value;
        answer.result = MACHINE_OK;
    }
    return answer;
}

static void apply_batch(struct machine *machine, const struct machine_command *command,
                        const uint8_t *pairs)
{
    for (uint32_t i = 0; i < command->count; i++) {
        struct machine_pair pair;
        memcpy(&pair, pairs + i * sizeof pair, sizeof pair);
        key_put(&machine->keys[pair.key], pair.value);
    }
}

static struct machine_answer
apply_command(struct machine *machine, const struct machine_command *command, const uint8_t *pairs)
{
    struct machine_key *key = &machine->keys[command->key];
    struct machine_answer answer = machine_get(machine, command->key);
    bool fits;
    switch ((enum machine_operation)command->kind) {
    case MACHINE_GET:
        return answer;
    case MACHINE_PUT:
        key_put(key, command->value);
        break;
    case MACHINE_DELETE:
        key->there = 0;
        key->version++;
        answer.version = key->version;
        return answer;
    case MACHINE_CAS:
    case MACHINE_PUT_VERSION:
        fits = command->kind == MACHINE_CAS ? key->there && key->value == command->expected
                                            : answer.version == (uint64_t)command->expected;
        if (!fits) {
            answer.result = answer.result == MACHINE_OK ? MACHINE_MISMATCH : MACHINE_MISSING;
            return answer;
        }
        key_put(key, command->value);
        break;
    case MACHINE_BATCH:
        apply_batch(machine, command, pairs);
        break;
    case MACHINE_OPERATION_COUNT:
        break;
    }
    return machine_get(machine, command->key);
}

/* ---- Sessions ---- */

/* The client's own, or a free one, or the one that was used longest ago. */
static struct machine_session *session_find(struct machine *machine, uint32_t session)
{
    struct machine_session *oldest = &machine->sessions[0];
    for (uint32_t i = 0; i < MACHINE_SESSIONS; i++) {
        struct machine_session *one = &machine->sessions[i];
        if (one->session == session) {
            return one;
        }
        if (one->used < oldest->used) {
            oldest = one;
        }
    }
    return oldest;
}

struct machine_answer machine_apply(struct machine *machine, const void *bytes, uint32_t length,
                                    bool no_sessions)
{
    struct machine_command command;
    assert(machine_valid(bytes, length));
    memcpy(&command, bytes, sizeof command);
    const uint8_t *pairs = (const uint8_t *)bytes + sizeof command;
    machine->commands++;
    if (command.session == 0 || no_sessions) {
        return apply_command(machine, &command, pairs);
    }
    struct machine_session *session = session_find(machine, command.session);
    if (session->session != command.session) {
        if (command.session <= machine->expired_last) {
            return (struct machine_answer){.result = MACHINE_EXPIRED};
        }
        if (session->session > machine->expired_last) {
            machine->expired_last = session->session;
        }
        *session = (struct machine_session){.session = command.session};
    }
    session->used = machine->commands;
    if (command.serial < session->serial) { /* answered long ago; nobody waits for it */
        return (struct machine_answer){.result = MACHINE_EXPIRED};
    }
    if (command.serial == session->serial) {
        struct machine_answer answer = session->answer;
        answer.repeated = 1;
        return answer;
    }
    session->serial = command.serial;
    session->answer = apply_command(machine, &command, pairs);
    return session->answer;
}

/* ---- Images ---- */

struct image_head {
    uint64_t commands;
    uint32_t keys, sessions;
    uint32_t expired_last, pad;
};
struct image_key {
    uint32_t key, there;
    int64_t value;
    uint64_t version;
};
_Static_assert(sizeof(struct image_head) == 24, "no padding");
_Static_assert(sizeof(struct image_key) == 24, "no padding");
_Static_assert(sizeof(struct machine_session) == 40, "no padding");

uint32_t machine_image(const struct machine *machine, void *bytes, uint32_t room, bool no_sessions)
{
    struct image_head head = {.commands = machine->commands, .expired_last = machine->expired_last};
    uint8_t *to = bytes;
    uint32_t at = sizeof head;
    for (uint32_t i = 0; i < MACHINE_KEYS; i++) {
        const struct machine_key *key = &machine->keys[i];
        if (key->version == 0) {
            continue;
        }
        struct image_key stored = {
            .key = i, .there = key->there, .value = key->value, .version = key->version};
        if (at + sizeof stored > room) {
            return 0;
        }
        memcpy(to + at, &stored, sizeof stored);
        at += (uint32_t)sizeof stored;
        head.keys++;
    }
    for (uint32_t i = 0; i < MACHINE_SESSIONS && !no_sessions; i++) {
        const struct machine_session *session = &machine->sessions[i];
        if (session->session == 0) {
            continue;
        }
        if (at + sizeof *session > room) {
            return 0;
        }
        memcpy(to + at, session, sizeof *session);
        at += (uint32_t)sizeof *session;
        head.sessions++;
    }
    memcpy(to, &head, sizeof head);
    return at;
}

static bool restore(struct machine *machine, const uint8_t *bytes, uint32_t length)
{
    struct image_head head;
    uint32_t at = sizeof head;
    if (length < sizeof head) {
        return false;
    }
    memcpy(&head, bytes, sizeof head);
    if (head.keys > MACHINE_KEYS || head.sessions > MACHINE_SESSIONS ||
        length != sizeof head + head.keys * sizeof(struct image_key) +
                      head.sessions * sizeof(struct machine_session)) {
        return false;
    }
    machine->commands = head.commands;
    machine->expired_last = head.expired_last;
    for (uint32_t i = 0; i < head.keys; i++) {
        struct image_key stored;
        memcpy(&stored, bytes + at, sizeof stored);
        at += (uint32_t)sizeof stored;
        if (stored.key >= MACHINE_KEYS) {
            return false;
        }
        machine->keys[stored.key] = (struct machine_key){
            .value = stored.value, .version = stored.version, .there = stored.there != 0};
    }
    memcpy(machine->sessions, bytes + at, head.sessions * sizeof(struct machine_session));
    return true;
}

bool machine_restore(struct machine *machine, const void *bytes, uint32_t length)
{
    memset(machine, 0, sizeof *machine);
    if (length == 0) {
        return true;
    }
    if (!restore(machine, bytes, length)) {
        memset(machine, 0, sizeof *machine);
        return false;
    }
    return true;
}

/* Sessions may lie in other places in a restored machine: keys alone are compared. */
uint64_t machine_digest(const struct machine *machine)
{
    struct digest digest = digest_init();
    for (uint32_t i = 0; i < MACHINE_KEYS; i++) {
        const struct machine_key *key = &machine->keys[i];
        digest_words(&digest, (uint64_t)key->value, key->version << 1 | key->there);
    }
    return digest_value(&digest);
}
