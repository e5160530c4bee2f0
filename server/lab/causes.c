/* causes.c - why something happened and what came of it.
 *
 * Every event knows the one event whose step brought it about (the message it sent, the timer it
 * set), so causes are a way back and effects are a tree. Neither is stored: a stretch of the run is
 * computed again, first to find which events belong to the answer, then once more to see what they
 * were. Stretches, chains and trees are bounded; what lies beyond is said to be there. */
#include "lab/lab_internal.h"
#include "lab/replay.h"

#include "lab/documents.h"
#include "lab/growing.h"
#include "lab/notes.h"
#include "lab/settings.h"
#include "lab/words.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

enum {
    RING = 1 << 18,     /* latest events whose causes are remembered in one pass */
    PASSES_MAX = 8,     /* over stretches of the past, for one chain */
    TREE_MAX = 4000,    /* events of a tree before it is cut to its subject */
    NOTES_OF_EVENT = 6, /* that are told */
    WORDS_BYTES = 400,
};
static const int64_t NS_PER_US = 1000;
static const int64_t EFFECTS_NS =
    60 * INT64_C(1000000000); /* virtual: how far effects are followed */
static const int64_t AFTER_OVER_NS =
    2 * INT64_C(1000000000); /* a subject is followed so long after its end */

/* ---- A set of events ---- */

struct item {
    uint64_t event, cause;
    bool seen;  /* what follows is known */
    bool about; /* the subject that is asked for: by its message, or by a note of its step */
    struct sim_trace trace;
    uint32_t note_count;
    struct node_note notes[NOTES_OF_EVENT];
};

/* In rising order of event. */
struct set {
    uint32_t count, max;
    bool more; /* something did not fit */
    struct item *items;
};

static struct set set_make(uint32_t max)
{
    struct set set = {.max = max, .items = calloc(max + 1, sizeof *set.items)};
    if (set.items == NULL) {
        abort();
    }
    return set;
}

/* The place of an event, or where it would stand. */
static uint32_t set_place(const struct set *set, uint64_t event)
{
    uint32_t low = 0;
    uint32_t high = set->count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (set->items[middle].event < event) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct item *set_find(const struct set *set, uint64_t event)
{
    uint32_t place = set_place(set, event);
    return place < set->count && set->items[place].event == event ? &set->items[place] : NULL;
}

static struct item *set_add(struct set *set, uint64_t event)
{
    uint32_t place = set_place(set, event);
    if (place < set->count && set->items[place].event == event) {
        return &set->items[place];
    }
    if (set->count == set->max) {
        set->more = true;
        return NULL;
    }
    memmove(&set->items[place + 1], &set->items[place],
            (set->count - place) * sizeof set->items[0]);
    set->count++;
    set->items[place] = (struct item){.event = event};
    return &set->items[place];
}

static void set_remove_if(struct set *set, bool (*leaves)(const struct item *item))
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        if (!leaves(&set->items[i])) {
            set->items[kept++] = set->items[i];
        }
    }
    set->count = kept;
}

/* ---- Looking on ---- */

struct search {
    const struct lab_past *past;
    struct set *set;
    uint32_t subject;                /* NODE_NONE: none */
    bool follow;                     /* add what events of the set bring about */
    bool all_about;                  /* add every event about the subject */
    const struct lab_replay *replay; /* while rows are looked at */
    bool over;                       /* the subject's row came */
    int64_t over_ns;
    uint64_t *ring;    /* causes of the latest events, at event modulo RING; NULL: not wanted */
    struct item *item; /* of the step under way, if it is in the set */
};

static void item_see(struct search *search, struct item *item, const struct sim_trace *trace)
{
    item->cause = trace->cause;
    item->seen = true;
    item->trace = *trace;
    item->trace.bytes = NULL;
    item->note_count = 0;
    item->about = search->subject != NODE_NONE && trace->subject == search->subject;
}

static void see_event(void *context, const struct sim_trace *trace)
{
    struct search *search = context;
    if (trace->event == 0) {
        return;
    }
    if (search->ring != NULL) {
        search->ring[trace->event % RING] = trace->cause;
        return;
    }
    search->item = set_find(search->set, trace->event);
    bool effect =
        search->follow && trace->cause != 0 && set_find(search->set, trace->cause) != NULL;
    bool about = search->all_about && trace->subject == search->subject;
    if (search->item == NULL && (effect || about)) {
        search->item = set_add(search->set, trace->event);
    }
    if (search->item != NULL) {
        item_see(search, search->item, trace);
    }
}

static void see_note(void *context, const struct node_note *note, const struct system_note *known)
{
    struct search *search = context;
    struct item *item = search->item;
    if (search->ring != NULL || note->event == 0 || known->detail) {
        return;
    }
    bool about = search->subject != NODE_NONE && note->subject == search->subject;
    if (item == NULL || item->event != note->event) {
        item = search->all_about && about ? set_add(search->set, note->event) : NULL;
        search->item = item;
    }
    if (item != NULL) {
        item->about = item->about || about;
        if (item->note_count < NOTES_OF_EVENT) {
            item->notes[item->note_count++] = *note;
        }
    }
}

static void see_row(void *context, const struct node_row *row)
{
    struct search *search = context;
    const struct lab_course *course = &search->replay->course;
    if (!search->over && row->table == course->scenario->system->subject_table &&
        row->cells[0] == (int64_t)search->subject) {
        search->over = true;
        search->over_ns = lab_course_now_ns(course);
    }
}

static int search_open(struct search *search, uint64_t event, struct lab_replay **replay,
                       struct lab_problem *problem)
{
    int status = lab_past_open(search->past, LAB_REPLAY_EVENT, 0, event, replay, problem);
    if (status == 0) {
        (*replay)->context = search;
        (*replay)->note = see_note;
        (*replay)->course.sim.tracer = (struct sim_tracer){search, see_event};
    }
    return status;
}

/* Up to an event, which the run has had. */
static void run_to_event(struct lab_replay *replay, uint64_t event)
{
    struct lab_course *course = &replay->course;
    uint64_t last = event < replay->edge_steps ? event : replay->edge_steps;
    while (sim_steps(&course->sim) < last && !lab_replay_gives_up(replay)) {
        uint64_t left = last - sim_steps(&course->sim);
        if (lab_course_run(course, replay->edge_ns, left) == SIM_HALTED) {
            break;
        }
    }
}

/* ---- Back ---- */

/* The chain of causes of an event, from pass to pass; each reaches back to the oldest of the ring. */
static int chain_find(struct search *search, uint64_t event, uint32_t max,
                      struct lab_problem *problem)
{
    uint64_t *ring = malloc(RING * sizeof *ring);
    if (ring == NULL) {
        abort();
    }
    uint32_t found = 0;
    int status = 0;
    for (int pass = 0; pass < PASSES_MAX && event != 0 && found <= max && status == 0; pass++) {
        struct lab_replay *replay;
        search->ring = ring;
        status = search_open(search, event, &replay, problem);
        if (status != 0) {
            break;
        }
        uint64_t first = sim_steps(&replay->course.sim) + 1;
        if (event > replay->edge_steps) { /* the run has not had it */
            lab_replay_close(&replay);
            event = 0;
            break;
        }
        run_to_event(replay, event);
        lab_replay_close(&replay);
        uint64_t oldest = event >= RING && event - RING + 1 > first ? event - RING + 1 : first;
        while (event >= oldest && found <= max) {
            (void)set_add(search->set, event);
            found++;
            event = ring[event % RING];
        }
    }
    search->ring = NULL;
    search->set->more = event != 0;
    free(ring);
    return status;
}

/* ---- What they were ---- */

/* One more pass over the whole set, to see its events. */
static int details_find(struct search *search, struct lab_problem *problem)
{
    struct lab_replay *replay;
    if (search->set->count == 0) {
        return 0;
    }
    int status = search_open(search, search->set->items[0].event, &replay, problem);
    if (status == 0) {
        run_to_event(replay, search->set->items[search->set->count - 1].event);
        lab_replay_close(&replay);
    }
    return status;
}

static bool is_unseen(const struct item *item)
{
    return !item->seen;
}

/* ---- Forward ---- */

/* Marks what leads to something about the subject, so that the heartbeats of ever after do not bury
 * what came of one order. */
static void keep_about(struct set *set)
{
    for (uint32_t i = set->count; i > 0; i--) {
        struct item *item = &set->items[i - 1];
        struct item *cause = item->about ? set_find(set, item->cause) : NULL;
        if (cause != NULL) {
            cause->about = true;
        }
    }
}

static bool is_not_about(const struct item *item)
{
    return !item->about;
}

static int effects_find(struct search *search, uint64_t event, struct lab_problem *problem)
{
    struct lab_replay *replay;
    int status = search_open(search, event, &replay, problem);
    if (status != 0) {
        return status;
    }
    (void)set_add(search->set, event);
    search->follow = true;
    run_to_event(replay, event);
    int64_t end_ns = lab_course_now_ns(&replay->course) + EFFECTS_NS;
    (void)lab_replay_run(replay, end_ns);
    lab_replay_close(&replay);
    search->follow = false;
    return 0;
}

/* ---- Documents ---- */

static cJSON *notes_json(const struct lab_scenario *scenario, const struct item *item)
{
    cJSON *list = cJSON_CreateArray();
    for (uint32_t i = 0; i < item->note_count; i++) {
        (void)cJSON_AddItemToArray(list, lab_note_json(scenario, &item->notes[i]));
    }
    return list;
}

static cJSON *item_json(const struct lab_scenario *scenario, const struct item *item)
{
    static const char *const KINDS[] = {"start", "message", "timer",  "written",
                                        "read",  "input",   "setting"};
    const struct sim_trace *trace = &item->trace;
    const struct node_protocol *protocol = scenario->nodes[trace->node].protocol;
    cJSON *object = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(object, "event", (double)item->event);
    (void)cJSON_AddNumberToObject(object, "cause", (double)item->cause);
    (void)cJSON_AddNumberToObject(object, "t_ms", lab_decimal(trace->time_ns / NS_PER_US, 3));
    (void)cJSON_AddStringToObject(object, "kind", KINDS[trace->kind]);
    (void)cJSON_AddNumberToObject(object, "node", trace->node);
    if (trace->kind == NODE_EVENT_MESSAGE) {
        (void)cJSON_AddNumberToObject(object, "from", trace->from);
        (void)cJSON_AddStringToObject(
            object, "type",
            trace->type < protocol->message_count ? protocol->messages[trace->type].name : "");
        (void)cJSON_AddNumberToObject(object, "sent_ms",
                                      lab_decimal(trace->sent_ns / NS_PER_US, 3));
    }
    if (trace->subject != NODE_NONE) {
        (void)cJSON_AddNumberToObject(object, "subject", trace->subject);
    }
    (void)cJSON_AddItemToObject(object, "notes", notes_json(scenario, item));
    return object;
}

/* Those from the first to before the last, in that order; backwards when last < first. */
static cJSON *items_json(const struct lab_scenario *scenario, const struct set *set, uint64_t but,
                         bool backwards, uint32_t max)
{
    cJSON *list = cJSON_CreateArray();
    uint32_t given = 0;
    for (uint32_t i = 0; i < set->count && given < max; i++) {
        const struct item *item = &set->items[backwards ? set->count - 1 - i : i];
        if (item->seen && item->event != but) {
            (void)cJSON_AddItemToArray(list, item_json(scenario, item));
            given++;
        }
    }
    return list;
}

/* A set of which only so many are given says that there are more. */
static bool has_more(const struct set *set, uint32_t max)
{
    return set->more || set->count > max + 1;
}

/* ---- Requests ---- */

static int causes_of_event(const struct lab_past *past, const struct lab_scenario *scenario,
                           uint64_t event, const struct lab_causes_query *query, struct cJSON **out,
                           struct lab_problem *problem)
{
    struct set back = set_make(LAB_CAUSES_MAX + 2);
    struct set forward = set_make(TREE_MAX);
    struct search search = {.past = past, .set = &back, .subject = NODE_NONE};
    int status = chain_find(&search, event, query->back, problem);
    if (status == 0) {
        status = details_find(&search, problem);
    }
    const struct item *self = set_find(&back, event);
    if (status == 0 && (self == NULL || !self->seen)) {
        status = lab_refuse(problem, LAB_NOT_FOUND, "there is no event %llu in run %s",
                            (unsigned long long)event, past->run);
    }
    if (status == 0) {
        search.set = &forward;
        search.subject = self->trace.subject;
        for (uint32_t i = 0; search.subject == NODE_NONE && i < self->note_count; i++) {
            search.subject = self->notes[i].subject;
        }
        status = effects_find(&search, event, problem);
    }
    if (status == 0) {
        if (search.subject != NODE_NONE) {
            keep_about(&forward);
            set_remove_if(&forward, is_not_about);
        }
        *out = cJSON_CreateObject();
        (void)cJSON_AddItemToObject(*out, "event", item_json(scenario, self));
        (void)cJSON_AddItemToObject(*out, "back",
                                    items_json(scenario, &back, event, true, query->back));
        (void)cJSON_AddItemToObject(*out, "forward",
                                    items_json(scenario, &forward, event, false, query->forward));
        (void)cJSON_AddBoolToObject(*out, "back_more", has_more(&back, query->back));
        (void)cJSON_AddBoolToObject(*out, "forward_more", has_more(&forward, query->forward));
    }
    free(back.items);
    free(forward.items);
    return status;
}

/* What brought about the events of a set, but is not about its subject, belongs to the answer. */
static int add_causes(struct search *search, struct lab_problem *problem)
{
    struct set *set = search->set;
    uint32_t count = set->count;
    uint64_t *causes = malloc((count + 1) * sizeof *causes);
    if (causes == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < count; i++) {
        causes[i] = set->items[i].cause;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (causes[i] != 0) {
            (void)set_add(set, causes[i]);
        }
    }
    free(causes);
    search->all_about = false;
    return details_find(search, problem);
}

static int causes_of_subject(const struct lab_past *past, const struct lab_scenario *scenario,
                             const struct lab_causes_query *query, struct cJSON **out,
                             struct lab_problem *problem)
{
    struct set set = set_make(LAB_CAUSES_MAX * 2);
    struct search search = {
        .past = past, .set = &set, .subject = query->subject, .all_about = true};
    struct lab_replay *replay;
    int status = lab_past_open(past, LAB_REPLAY_BEFORE, query->from_ns, 0, &replay, problem);
    if (status == 0) {
        replay->context = &search;
        replay->note = see_note;
        replay->row = see_row;
        search.replay = replay;
        replay->course.sim.tracer = (struct sim_tracer){&search, see_event};
        int64_t at_ns = lab_course_now_ns(&replay->course);
        while (at_ns < replay->edge_ns &&
               (!search.over || at_ns < search.over_ns + AFTER_OVER_NS)) {
            at_ns += AFTER_OVER_NS;
            if (!lab_replay_run(replay, at_ns)) {
                break;
            }
        }
        lab_replay_close(&replay);
        status = add_causes(&search, problem);
    }
    set_remove_if(&set, is_unseen);
    if (status == 0 && set.count == 0) {
        status = lab_refuse(problem, LAB_NOT_FOUND, "nothing in run %s is about %u", past->run,
                            query->subject);
    }
    if (status == 0) {
        *out = cJSON_CreateObject();
        (void)cJSON_AddNumberToObject(*out, "subject", query->subject);
        (void)cJSON_AddItemToObject(*out, "events",
                                    items_json(scenario, &set, 0, false, LAB_CAUSES_MAX * 2));
        (void)cJSON_AddBoolToObject(*out, "more", set.more);
    }
    free(set.items);
    return status;
}

int lab_past_causes(const struct lab_past *past, const struct lab_scenario *scenario,
                    const struct lab_causes_query *query, struct cJSON **out,
                    struct lab_problem *problem)
{
    return query->event != 0 ? causes_of_event(past, scenario, query->event, query, out, problem)
                             : causes_of_subject(past, scenario, query, out, problem);
}

int lab_run_causes(struct lab *lab, const char *name, const struct lab_causes_query *query,
                   struct cJSON **out, struct lab_problem *problem)
{
    struct lab_run *run;
    int status = lab_run_take(lab, name, &run, problem);
    if (status != 0) {
        return status;
    }
    pthread_mutex_unlock(&run->lock); /* counted, so that its scenario stays */
    const struct lab_past past = {.lab = lab, .run = name};
    status = lab_past_causes(&past, run->scenario, query, out, problem);
    lab_run_release(lab, run);
    return status;
}
