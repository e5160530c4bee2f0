/* handlers.h - one handler for each route of the table in routes.c. Each answers the request and
 * returns the status; docs/api.md says what they do. */
#ifndef HTTP_HANDLERS_H
#define HTTP_HANDLERS_H

#include <stdbool.h>

struct error;
struct request;

/* handlers_service.c: the server itself, words, access */
int handle_systems(struct request *request);
int handle_scenarios(struct request *request);
int handle_words(struct request *request);
int handle_languages(struct request *request);
int handle_openapi(struct request *request);
int handle_session(struct request *request);
int handle_presenter(struct request *request);
int handle_live_plain(struct request *request);
int handle_healthz(struct request *request);
int handle_readyz(struct request *request);

/* handlers_scenes.c: the storyboard */
int handle_scenes(struct request *request);
int handle_scene(struct request *request);
int handle_scene_check(struct request *request);

/* metrics.c */
int handle_metrics(struct request *request);

/* handlers_runs.c: runs and comparisons */
int handle_runs(struct request *request);
int handle_run_create(struct request *request);
int handle_run(struct request *request);
int handle_run_delete(struct request *request);
int handle_inputs(struct request *request);
int handle_pace(struct request *request);
int handle_branch(struct request *request);
int handle_label(struct request *request);
int handle_state(struct request *request);
int handle_events(struct request *request);
int handle_verdicts(struct request *request);
int handle_verify(struct request *request);
int handle_run_metrics(struct request *request);
int handle_orders(struct request *request);
int handle_subject(struct request *request);
int handle_comparisons(struct request *request);

/* handlers_past.c: looking at the past of a run */
int handle_frames(struct request *request);
int handle_find(struct request *request);
int handle_trace(struct request *request);
int handle_causes(struct request *request);

/* handlers_links.c: runs as links */
int handle_link(struct request *request);
int handle_link_open(struct request *request);

/* handlers_jobs.c: work in the background, and cards */
int handle_search(struct request *request);
int handle_shrink(struct request *request);
int handle_job(struct request *request);
int handle_job_delete(struct request *request);
int handle_cards(struct request *request);
int handle_card_create(struct request *request);
int handle_card_delete(struct request *request);

/* handlers_room.c: the room of a lecture */
int handle_room_open(struct request *request);
int handle_room(struct request *request);
int handle_room_end(struct request *request);
int handle_room_state(struct request *request);
int handle_room_wish(struct request *request);
int handle_room_wall(struct request *request);
int handle_room_reset(struct request *request);
int handle_room_join(struct request *request);
int handle_room_vote(struct request *request);
int handle_room_votes(struct request *request);
int handle_room_votes_csv(struct request *request);
int handle_room_qr(struct request *request);
/* 0, or -status with a sentence: a code that somebody gives, be it in an address. A wrong one costs the
 * address of whoever gave it RATE_CODE_COST. */
int room_code_check(const struct request *request, const char *code, struct error *error);
/* Does a member of the audience act in the run that the room looks at? Then the room decides. */
bool room_takes_input(const struct request *request, const char *run);
int handle_room_input(struct request *request, const char *run);

/* export.c: tables and archives, streamed */
int handle_export_csv(struct request *request);
int handle_export_comparison(struct request *request);
int handle_export_history(struct request *request);
int handle_export_zip(struct request *request);
int handle_report(struct request *request);

#endif
