/* faults.c - which faults are active in a run, as its inputs began and ended them. */
#include "lab/faults.h"

#include <string.h>

static void fault_add(struct lab_faults *faults, const struct sim_input *input)
{
    if (faults->count == LAB_FAULTS_MAX) {
        return; /* shown as far as there is room; the run itself knows them all */
    }
    faults->list[faults->count++] = (struct lab_fault){
        .type = input->type, .node = input->node, .peer = input->peer, .since_ns = input->time_ns};
}

/* Ends faults of a type (0: any) at a node (NODE_NONE: any). */
static void faults_end(struct lab_faults *faults, uint16_t type, uint32_t node)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < faults->count; i++) {
        const struct lab_fault *fault = &faults->list[i];
        bool ends =
            (type == 0 || fault->type == type) && (node == NODE_NONE || fault->node == node);
        if (!ends) {
            faults->list[kept++] = *fault;
        }
    }
    faults->count = kept;
}

static bool is_link_fault(uint16_t type)
{
    return type == SIM_INPUT_LINK_CUT || type == SIM_INPUT_LINK_SET;
}

static void links_end(struct lab_faults *faults, uint32_t node, uint32_t peer)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < faults->count; i++) {
        const struct lab_fault *fault = &faults->list[i];
        bool same = (fault->node == node && fault->peer == peer) ||
                    (fault->node == peer && fault->peer == node);
        if (!is_link_fault(fault->type) || !same) {
            faults->list[kept++] = *fault;
        }
    }
    faults->count = kept;
}

static void net_heals(struct lab_faults *faults)
{
    static const uint16_t TYPES[] = {SIM_INPUT_LINK_CUT, SIM_INPUT_LINK_SET,
                                     SIM_INPUT_NET_PARTITION, SIM_INPUT_NODE_ISOLATE};
    for (size_t i = 0; i < sizeof TYPES / sizeof TYPES[0]; i++) {
        faults_end(faults, TYPES[i], NODE_NONE);
    }
}

/* A fault whose value says whether it is one. */
static void fault_set(struct lab_faults *faults, const struct sim_input *input, bool active)
{
    if (input->type == SIM_INPUT_LINK_SET) {
        links_end(faults, input->node, input->peer);
    } else {
        faults_end(faults, input->type, input->node);
    }
    if (active) {
        fault_add(faults, input);
    }
}

static bool any_argument(const struct sim_input *input)
{
    for (int i = 0; i < NODE_INPUT_ARGS; i++) {
        if (input->args[i] != 0) {
            return true;
        }
    }
    return false;
}

static void host_input(struct lab_faults *faults, const struct sim_input *input)
{
    switch ((enum sim_input_type)input->type) {
    case SIM_INPUT_NODE_CRASH:
    case SIM_INPUT_NODE_PAUSE:
    case SIM_INPUT_NODE_ISOLATE:
        fault_set(faults, input, true);
        break;
    case SIM_INPUT_NODE_RESTART:
        faults_end(faults, SIM_INPUT_NODE_CRASH, input->node);
        break;
    case SIM_INPUT_NODE_RESUME:
        faults_end(faults, SIM_INPUT_NODE_PAUSE, input->node);
        break;
    case SIM_INPUT_LINK_CUT:
    case SIM_INPUT_NET_PARTITION:
        fault_add(faults, input);
        break;
    case SIM_INPUT_LINK_HEAL:
        links_end(faults, input->node, input->peer);
        break;
    case SIM_INPUT_NET_HEAL:
        net_heals(faults);
        break;
    case SIM_INPUT_NODE_SLOW:
    case SIM_INPUT_DISK_SLOW:
        fault_set(faults, input, input->args[0] > 100);
        break;
    case SIM_INPUT_LINK_SET:
    case SIM_INPUT_DISK_STALL:
    case SIM_INPUT_DISK_FULL:
    case SIM_INPUT_DISK_TEAR:
    case SIM_INPUT_DISK_LOSE_FSYNC:
    case SIM_INPUT_CLOCK_SKEW:
    case SIM_INPUT_CLOCK_DRIFT:
        fault_set(faults, input, any_argument(input));
        break;
    case SIM_INPUT_HEAL_ALL:
        faults_end(faults, 0, NODE_NONE);
        break;
    case SIM_INPUT_DISK_ROT:
    case SIM_INPUT_CLOCK_JUMP: /* over at once */
    case SIM_INPUT_SETTING:
    case SIM_INPUT_SYSTEM:
        break;
    }
}

/* An input of the system that one of its heal steps undoes is a fault too: active unless its
 * arguments are those of the remedy. */
static void system_input(struct lab_faults *faults, const struct lab_scenario *scenario,
                         const struct sim_input *input)
{
    const struct system *system = scenario->system;
    struct system_remedy remedy;
    for (uint32_t i = 0; system->remedy != NULL && system->remedy(scenario->data, i, &remedy);
         i++) {
        if (remedy.kind == SYSTEM_REMEDY_HEAL && !remedy.is_setting &&
            remedy.type == input->type - SIM_INPUT_SYSTEM && remedy.node == input->node) {
            fault_set(faults, input, memcmp(remedy.args, input->args, sizeof remedy.args) != 0);
            return;
        }
    }
}

void lab_faults_input(struct lab_faults *faults, const struct lab_scenario *scenario,
                      const struct sim_input *input)
{
    uint32_t count = faults->count;
    if (input->type >= SIM_INPUT_SYSTEM) {
        system_input(faults, scenario, input);
    } else {
        host_input(faults, input);
    }
    if (count > 0 || faults->count > 0) {
        faults->version++;
    }
}
