/* phones.c - the audience of a room that is open: so many phones come in, follow, and within some seconds
 * each votes for the first option of what is asked and places an order. tests/bench/hall.py starts it.
 *
 * usage: phones PORT CODE COUNT. Says "ready" when all are in, begins at the next line of its input,
 * prints one line of JSON. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/bench_phones.h"

enum { VOTE_S = 5, ACT_S = 8, WORD_BYTES = 64, BODY_BYTES = 512 };

static const char ORDER[] =
    "{\"type\":\"order.place\",\"dish\":\"Lobster\",\"x_m\":100,\"y_m\":200}";

static bool take(const cJSON *from, const char *name, char word[WORD_BYTES])
{
    const char *found = cJSON_GetStringValue(cJSON_GetObjectItem(from, name));
    if (found != NULL)
        (void)snprintf(word, WORD_BYTES, "%s", found);
    return found != NULL;
}

/* The run that the room looks at and a vote on what it asks. */
static bool room_read(uint16_t port, const char *code, char run[WORD_BYTES], char vote[BODY_BYTES])
{
    char path[WORD_BYTES], answer[PHONES_ANSWER_BYTES], scene[WORD_BYTES], step[WORD_BYTES],
        option[WORD_BYTES];
    (void)snprintf(path, sizeof path, "/api/v1/room?code=%.20s", code);
    int status = phones_ask(port, "GET", path, "", "", answer);
    cJSON *room = cJSON_Parse(answer);
    const cJSON *asked = cJSON_GetObjectItem(room, "vote");
    const cJSON *first = cJSON_GetArrayItem(cJSON_GetObjectItem(asked, "options"), 0);
    bool good = status == 200 && take(room, "run", run) && take(room, "scene", scene) &&
                take(room, "step", step) && take(first, "id", option);
    if (good)
        (void)snprintf(
            vote, BODY_BYTES, "{\"scene\":\"%s\",\"step\":\"%s\",\"round\":%d,\"option\":\"%s\"}",
            scene, step, (int)cJSON_GetNumberValue(cJSON_GetObjectItem(asked, "round")), option);
    else
        (void)fprintf(stderr, "phones: no vote is open in this room: %d %.200s\n", status, answer);
    cJSON_Delete(room);
    return good;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void print_times(const char *name, double *values, uint32_t count)
{
    qsort(values, count, sizeof *values, compare);
    (void)printf("\"%s\":{\"count\":%" PRIu32, name, count);
    if (count > 0)
        (void)printf(",\"p50\":%.2f,\"p99\":%.2f,\"max\":%.2f", values[count / 2],
                     values[(uint64_t)count * 99 / 100], values[count - 1]);
    (void)printf("},");
}

int main(int argc, char **argv)
{
    char run[WORD_BYTES], vote[BODY_BYTES], line[8];
    long port = argc == 4 ? strtol(argv[1], NULL, 10) : 0;
    long count = argc == 4 ? strtol(argv[3], NULL, 10) : 0;
    if (port < 1 || port > UINT16_MAX || count < 1 || count > PHONES_MAX) {
        (void)fprintf(stderr, "usage: phones PORT CODE COUNT\n");
        return 2;
    }
    if (!room_read((uint16_t)port, argv[2], run, vote))
        return 2;
    struct phones *phones = phones_start((uint16_t)port, (uint32_t)count, argv[2], run);
    if (phones == NULL)
        return 1;
    (void)printf("ready\n");
    (void)fflush(stdout);
    phones_watch(phones, 1);
    if (fgets(line, sizeof line, stdin) == NULL)
        return 2;
    phones_act(phones, vote, ORDER, VOTE_S, ACT_S);
    const struct phones_figures *figures = phones_figures(phones);
    (void)printf("{");
    print_times("vote_ms", figures->vote_ms, figures->votes);
    print_times("order_ms", figures->order_ms, figures->orders);
    (void)printf("\"frames\":%" PRIu64 ",\"late\":%" PRIu64 ",\"refused\":%" PRIu32
                 ",\"lost\":%" PRIu32 "}\n",
                 figures->frames, figures->frames_late,
                 figures->votes_refused + figures->orders_refused, figures->lost);
    phones_stop(&phones);
    return 0;
}
